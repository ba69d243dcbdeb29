-- Times are unix seconds, spans are milliseconds. Stores a new row, or answers the body of the task
-- that stands in its way: the holder of its key, or the one that has its id.
-- KEYS: the idempotency key, if any. `yielded`: a holder that answers for the key no longer.
-- `key_ms`: how long the key stands at most; without it, as long as its task.

local holder = KEYS[1] and redis.call('GET', KEYS[1])
if holder and holder ~= given.yielded then
  local twin = read(holder)
  if twin then return twin[1] end
end
local own = read(given.id)
if own then return own[1] end

-- Writes only where there is something to drop: a full server refuses a script whose first write
-- needs memory, and is to refuse this one.
forget(given.id)
if KEYS[1] then
  redis.call('SET', KEYS[1], given.id)
  if given.key_ms then redis.call('PEXPIRE', KEYS[1], given.key_ms) end
end
write('[]', KEYS[1] or '', '')
use(given.usage)
return false
