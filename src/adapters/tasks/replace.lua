-- Times are unix seconds, spans are milliseconds. Compare-and-set: 1 = stored, 0 = nothing changed.
-- `write` names this very call: made twice because its answer was lost, it finds its own row.

local row = read(given.id, 'revision', 'write', 'places', 'key', 'status', 'progress',
  'line')
if not row then return 0 end
local _, revision, last_write, places, key, status, progress, line = unpack(row)
if last_write == given.write then return 1 end
if tonumber(revision) ~= given.expected then return 0 end

-- A write that needs no memory comes first: a full server then lets the rest pass too, so that what
-- was accepted before can still end.
redis.call('PERSIST', row_of(given.id))
for _, told in ipairs(given.outbox) do put_delivery(told) end
write(places, key, line or '')
if given.batch then count(given.batch, given.outcomes[status], given.outcomes[given.status]) end
if status ~= given.status then use(given.usage) end
-- Of moves and of progress: another note, such as every task gets that waits, would reach every
-- gateway for nothing.
local moved = status ~= given.status
if moved or progress ~= given.progress then
  redis.call('PUBLISH', given.prefix .. 'changed', table.concat({
    given.id, given.status, given.revision, given.attempt, given.progress,
    moved and 'move' or 'step'}, ' '))
end
return 1
