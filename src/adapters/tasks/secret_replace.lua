-- Times are unix seconds. Compare-and-set of `tenant` in the hash KEYS[1]; without `expected` only
-- if it has none. 1 = stored, 0 = nothing changed. Made twice because its answer was lost, it finds
-- its own words.

local held = redis.call('HGET', KEYS[1], given.tenant)
if held == given.body then return 1 end
if (held and cjson.decode(held).revision or nil) ~= given.expected then return 0 end
redis.call('HSET', KEYS[1], given.tenant, given.body)
return 1
