-- Times are unix seconds of the server's own clock, which all callers share. Runs the two scripts of
-- the limits library, `acquire` and `counted`, as one. Takes `cost` units, or only looks when it is 0.
-- Answers: taken or not; units that count now; seconds until the oldest of them leaves.

local time = redis.call('TIME')
local now = time[1] + time[2] / 1e6
local limit, window_s, cost = given.limit, given.window_s, given.cost

local taken = cost > 0 and acquire(KEYS, {now, limit, window_s, cost})
local found = counted(KEYS, {now - window_s, limit})
if not found then return {0, 0, '0'} end
return {taken and 1 or 0, found[2], tostring(found[1] + window_s - now)}
