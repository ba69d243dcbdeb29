-- Times are unix seconds. How many stand before `id` in the index KEYS[1], and all of the others;
-- false where it stands not.

local ahead = redis.call('ZRANK', KEYS[1], given.id)
if not ahead then return false end
for at = 2, #KEYS do ahead = ahead + redis.call('ZCARD', KEYS[at]) end
return ahead
