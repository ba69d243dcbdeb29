-- Times are unix seconds. Looks at `scan` ids of the list KEYS[1], falling from `below`. Answers the bodies of at most
-- `limit` that fit, and the id to go on below: false at the end of the list. `task`, `outcome`: one
-- that is not given fits all.

local bodies = {}
local ids = redis.call('ZRANGE', KEYS[1], given.below, '-', 'BYLEX', 'REV', 'LIMIT', 0, given.scan)
for _, id in ipairs(ids) do
  local row = read_delivery(id, 'task', 'outcome')
  if not row then
    redis.call('ZREM', KEYS[1], id)
  elseif (not given.task or given.task == row[2])
    and (not given.outcome or given.outcome == row[3]) then
    bodies[#bodies + 1] = row[1]
    if #bodies == given.limit then return {bodies, false} end
  end
end
return {bodies, #ids == given.scan and ids[#ids]}
