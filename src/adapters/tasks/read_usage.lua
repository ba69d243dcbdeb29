-- Times are unix seconds. The counts of each of the named days; of one without any, nothing in them.

local found = {}
for at, name in ipairs(given.names) do
  found[at] = redis.call('HMGET', given.prefix .. name, 'tasks', 'gpu_ms', 'bytes')
end
return found
