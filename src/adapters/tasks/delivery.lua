-- Times are unix seconds, spans are milliseconds. What the scripts of the outbox share.
--
-- delivery:<id>        hash: body (JSON), revision, write (who wrote it), forget_at, outcome, task
-- deliveries:<tenant>  sorted set: ids in order
-- lane:<tenant>:<host> sorted set: ids by the time from which they are due
-- lanes                sorted set: names of lanes by the time of their first
-- undelivered          sorted set: ids by the time they were made
-- leased:<host>        sorted set: ids by the end of their lease
--
-- A row past its `forget_at` counts as absent, and Redis drops it by itself. What an index still
-- says about it goes when somebody meets it.

local function delivery_of(id) return given.prefix .. 'delivery:' .. id end

-- The named fields of a delivery, `body` first; nil when it is absent.
local function read_delivery(id, ...)
  local row = redis.call('HMGET', delivery_of(id), 'forget_at', 'body', ...)
  if not row[1] or tonumber(row[1]) <= tonumber(given.now) then return nil end
  table.remove(row, 1)
  return row
end

local function index_of(name) return given.prefix .. name end

-- The lane's place among the lanes follows its first delivery.
local function note_lane(lane)
  local first = redis.call('ZRANGE', index_of(lane), 0, 0, 'WITHSCORES')
  if first[1] then
    redis.call('ZADD', index_of('lanes'), first[2], lane)
  else
    redis.call('ZREM', index_of('lanes'), lane)
  end
end

local function place(name, score, id)
  if score == '' then
    redis.call('ZREM', index_of(name), id)
  else
    redis.call('ZADD', index_of(name), score, id)
  end
end

-- Nobody reads most of a tenant's list: each new row takes two faded ones off its end.
local function list_delivery(list, id, fade_ms)
  for _, old in ipairs(redis.call('ZRANGE', index_of(list), 0, 1)) do
    if not read_delivery(old) then redis.call('ZREM', index_of(list), old) end
  end
  redis.call('ZADD', index_of(list), 0, id)
  redis.call('PEXPIRE', index_of(list), fade_ms)
end

local function put_delivery(row)
  local id = row.id
  redis.call('HSET', delivery_of(id), 'body', row.body, 'revision', row.revision,
    'write', given.write, 'forget_at', row.forget_at, 'outcome', row.outcome, 'task', row.task)
  redis.call('PEXPIRE', delivery_of(id), row.fade_ms)
  list_delivery(row.list, id, row.fade_ms)
  place(row.lane, row.next_at, id)
  place('undelivered', row.next_at == '' and '' or row.created_at, id)
  place(row.leases, row.leased_until, id)
  note_lane(row.lane)
end
