-- Times are unix seconds. The body of the task whose turn it is in `tier`; that of `id`, where nobody
-- stands in line; false where `id` is unknown. `stands`: the states in which a task can be started.

local own = read(given.id, 'line')
if not own then return false end

-- What releases that know no line have started still stands there, until somebody meets it.
local function met(id, line)
  local row = read(id, 'status', 'line')
  if row and given.stands[row[2]] and row[3] == line then return row[1] end
  step_out(line, id)
end

while true do
  local tenants = redis.call('ZRANGE', ring_of(given.tier), 0, 1)
  local tenant = tenants[1]
  if not tenant then return own[1] end
  local line = given.tier .. ':' .. tenant
  local stands = own[2] == line and redis.call('ZSCORE', line_of(line), given.id)
  local id = stands and given.id or redis.call('ZRANGE', line_of(line), 0, 0)[1]
  local body = id and met(id, line)
  if body then
    if tenants[2] then
      local turn = redis.call('INCR', given.prefix .. 'turns')
      redis.call('HSET', served_in(given.tier), tenant, turn)
      redis.call('ZADD', ring_of(given.tier), turn, tenant)
    end
    return body
  end
  if not id then redis.call('ZREM', ring_of(given.tier), tenant) end
end
