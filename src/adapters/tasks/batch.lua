-- Times are unix seconds. What the scripts of the batches share.
--
-- batches:<id>     hash: body (JSON), a count for each outcome, forget_at ('' = never), key ('' = none)
-- ended-batches    sorted set: ids of batches without a pending task that are not finished, by when
-- key:batch:<…>    the id of the batch that answers for an idempotency key

local function batch_row(id) return given.prefix .. 'batches:' .. id end
local function batches_ended() return given.prefix .. 'ended-batches' end

-- Its body and its counts; nil when it is absent.
local function batch_of(id)
  local row = redis.call('HMGET', batch_row(id), 'forget_at', 'body', 'pending', 'succeeded',
    'failed', 'canceled')
  local forget_at = row[1]
  if not forget_at or (forget_at ~= '' and tonumber(forget_at) <= tonumber(given.now)) then
    return nil
  end
  table.remove(row, 1)
  return row
end

-- A task of the batch went from one outcome to another.
local function count(id, before, after)
  if before == after or redis.call('EXISTS', batch_row(id)) == 0 then return end
  redis.call('HINCRBY', batch_row(id), after, 1)
  if redis.call('HINCRBY', batch_row(id), before, -1) == 0 and before == 'pending' then
    redis.call('ZADD', batches_ended(), given.now, id)
  end
end
