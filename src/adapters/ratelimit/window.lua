-- Times are unix seconds of the server's own clock, which all callers share. Runs `acquire` of the
-- limits library. Takes `cost` units, or only looks when it is 0. Answers: taken or not; units that
-- count now; seconds until the oldest of them leaves.

local time = redis.call('TIME')
local now = time[1] + time[2] / 1e6
local limit, window_s, cost = given.limit, given.window_s, given.cost

local function oldest()
  local entry = redis.call('LINDEX', KEYS[1], -1)
  return entry and tonumber(entry)
end

-- The oldest is the last. Each unit goes once, so that there is nothing to search.
while (oldest() or now) < now - window_s do redis.call('RPOP', KEYS[1]) end
local taken = cost > 0 and acquire(KEYS, {now, limit, window_s, cost})
local first = oldest()
if not first then return {0, 0, '0'} end
return {taken and 1 or 0, redis.call('LLEN', KEYS[1]), tostring(first + window_s - now)}
