-- Times are unix seconds. Stores a batch and all of its tasks, or answers the one that stands in its
-- way: the holder of its key, or the one that has its id. KEYS: the idempotency key, if any.

local own = batch_of(given.batch)
if own then return own end
local holder = KEYS[1] and redis.call('GET', KEYS[1])
local twin = holder and batch_of(holder)
if twin then return twin end

if redis.call('EXISTS', batch_row(given.batch)) == 1 then
  redis.call('DEL', batch_row(given.batch))
end
redis.call('HSET', batch_row(given.batch), 'body', given.body, 'forget_at', '',
  'key', KEYS[1] or '', unpack(given.counts))
if KEYS[1] then redis.call('SET', KEYS[1], given.batch) end
for _, task in ipairs(given.tasks) do
  for name, value in pairs(task) do given[name] = value end
  write('[]', '', '')
end
use(given.usage)
return false
