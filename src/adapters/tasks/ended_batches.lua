-- Times are unix seconds. Bodies and counts of at most `limit` batches that have ended and are not finished, the first first.

local found = {}
for _, id in ipairs(redis.call('ZRANGE', batches_ended(), 0, given.limit - 1)) do
  local row = batch_of(id)
  if row then found[#found + 1] = row else redis.call('ZREM', batches_ended(), id) end
end
return found
