-- Times are unix seconds. The names of at most `limit` lanes whose first delivery is due, and since
-- when the oldest of all undelivered ones waits: false when there is none.

local oldest
repeat
  oldest = redis.call('ZRANGE', index_of('undelivered'), 0, 0, 'WITHSCORES')
  local faded = oldest[1] and not read_delivery(oldest[1])
  if faded then redis.call('ZREM', index_of('undelivered'), oldest[1]) end
until not faded
local lanes = redis.call('ZRANGE', index_of('lanes'), '-inf', given.now, 'BYSCORE',
  'LIMIT', 0, given.limit)
return {lanes, oldest[2] or false}
