-- Times are unix seconds of the worker's clock, as kombu has them.
-- KEYS: the queue, the index and the hash of un-acked messages, the queue of the parked.
-- ARGV: now, the routing key as JSON.
-- Takes the first message and notes it as un-acked in one step, so that whoever dies in between,
-- or never hears the answer, loses nothing. What is no message is parked.
while true do
  local raw = redis.call('RPOP', KEYS[1])
  if not raw then
    return false
  end
  local is_json, message = pcall(cjson.decode, raw)
  local properties = is_json and type(message) == 'table' and message.properties
  local tag = type(properties) == 'table' and properties.delivery_tag
  if type(tag) == 'string' then
    redis.call('ZADD', KEYS[2], ARGV[1], tag)
    redis.call('HSET', KEYS[3], tag, '[' .. raw .. ', "", ' .. ARGV[2] .. ']')
    return raw
  end
  redis.call('LPUSH', KEYS[4], raw)
end
