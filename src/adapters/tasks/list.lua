-- Times are unix seconds. Looks at `scan` ids of the list KEYS[1], falling from `below`. Answers the
-- bodies of at most `limit` that fit, and the id to go on below: false at the end of the list.
-- `status`, `model`, `created_after`: one that is not given fits all.

local function fits(row)
  local _, status, model, created_at = unpack(row)
  return (not given.status or given.status == status)
    and (not given.model or given.model == model)
    and (not given.created_after or tonumber(created_at) > tonumber(given.created_after))
end

local bodies = {}
local ids = redis.call('ZRANGE', KEYS[1], given.below, '-', 'BYLEX', 'REV', 'LIMIT', 0, given.scan)
for _, id in ipairs(ids) do
  local row = read(id, 'status', 'model', 'created_at')
  if not row then
    redis.call('ZREM', KEYS[1], id)
  elseif fits(row) then
    bodies[#bodies + 1] = row[1]
    if #bodies == given.limit then return {bodies, false} end
  end
end
return {bodies, #ids == given.scan and ids[#ids]}
