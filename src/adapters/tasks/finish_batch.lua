-- Times are unix seconds, spans are milliseconds. 1 = stored, 0 = it had been finished before, or is gone.

if not batch_of(given.batch) then return 0 end
if redis.call('HGET', batch_row(given.batch), 'forget_at') ~= '' then return 0 end
local key = redis.call('HGET', batch_row(given.batch), 'key')
redis.call('ZREM', batches_ended(), given.batch)
redis.call('HSET', batch_row(given.batch), 'body', given.body, 'forget_at', given.forget_at)
redis.call('PEXPIRE', batch_row(given.batch), given.forget_in_ms)
if key ~= '' and redis.call('GET', key) == given.batch then
  redis.call('PEXPIRE', key, given.forget_in_ms)
end
return 1
