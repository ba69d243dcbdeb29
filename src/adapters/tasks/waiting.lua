-- Times are unix seconds. How many stand in the named lines.

local found = 0
for _, line in ipairs(given.lines) do found = found + redis.call('ZCARD', line_of(line)) end
return found
