-- Times are unix seconds, spans are milliseconds. What the scripts of the ledger share.
--
-- task:<id>    hash: body (JSON), revision, write (who wrote it), forget_at ('' = never), key ('' =
--              none), places (JSON: the lists it stands in), line ('' = none), and what lists
--              filter by
-- key:<…>      the id of the task that answers for an idempotency key
-- tenant:<…>, batch:<…>   sorted set: ids in order; erased tasks stand in none
-- line:<tier>:<tenant>   sorted set: ids of tasks that can be started, in order
-- ring:<tier>  sorted set: tenants with such tasks by the number of their last turn
-- served:<tier>   hash: tenant → the same, also while nothing of it waits
-- turns        number of the last turn
-- due:<kind>   sorted set: ids by the time from which they are due
--
-- A row past its `forget_at` counts as absent from then on, and Redis drops it by itself. What an
-- index still says about it goes when somebody meets it.

local function row_of(id) return given.prefix .. 'task:' .. id end

local function line_of(line) return given.prefix .. 'line:' .. line end
local function ring_of(tier) return given.prefix .. 'ring:' .. tier end
local function served_in(tier) return given.prefix .. 'served:' .. tier end

local function is_over(forget_at)
  return forget_at ~= '' and tonumber(forget_at) <= tonumber(given.now)
end

-- The named fields of a task, `body` first; nil when it is absent.
local function read(id, ...)
  local row = redis.call('HMGET', row_of(id), 'forget_at', 'body', ...)
  if not row[1] or is_over(row[1]) then return nil end
  table.remove(row, 1)
  return row
end

local function enter(places, id)
  for _, place in ipairs(cjson.decode(places)) do
    redis.call('ZADD', given.prefix .. place, 0, id)
  end
end

local function leave(places, id)
  for _, place in ipairs(cjson.decode(places)) do
    redis.call('ZREM', given.prefix .. place, id)
  end
end

-- Into the line `<tier>:<tenant>`; who was never served goes first.
local function stand(line, id)
  if redis.call('ZADD', line_of(line), 0, id) == 0 or redis.call('ZCARD', line_of(line)) > 1 then
    return
  end
  local tier, tenant = line:match('^(%l+):(.*)$')
  redis.call('ZADD', ring_of(tier), redis.call('HGET', served_in(tier), tenant) or 0, tenant)
end

local function step_out(line, id)
  if redis.call('ZREM', line_of(line), id) == 0 or redis.call('EXISTS', line_of(line)) == 1 then
    return
  end
  local tier, tenant = line:match('^(%l+):(.*)$')
  redis.call('ZREM', ring_of(tier), tenant)
end

local function schedule(times, id)
  for kind, at in pairs(times) do
    local index = given.prefix .. 'due:' .. kind
    if at == '' then redis.call('ZREM', index, id) else redis.call('ZADD', index, at, id) end
  end
end

-- Whether `key` still names the task: it may have gone on to another.
local function holds(id, key) return key ~= '' and redis.call('GET', key) == id end

local function forget(id)
  local key, places = unpack(redis.call('HMGET', row_of(id), 'key', 'places'))
  if not key then return end
  if holds(id, key) then redis.call('DEL', key) end
  leave(places, id)
  redis.call('DEL', row_of(id))
end

-- The row and, unless it goes sooner, its key go at the same moment.
local function let_fade(id, key)
  redis.call('PEXPIRE', row_of(id), given.forget_in_ms)
  if holds(id, key) then
    local left_ms = redis.call('PTTL', key)
    if left_ms < 0 or left_ms > given.forget_in_ms then
      redis.call('PEXPIRE', key, given.forget_in_ms)
    end
  end
end

-- Stores what `given` says of the task. `places`, `line`: where its row stood before; `key`:
-- its own.
local function write(places, key, line)
  local id = given.id
  redis.call('HSET', row_of(id), 'body', given.body, 'revision', given.revision,
    'write', given.write, 'forget_at', given.forget_at, 'key', key, 'places', given.places,
    'line', given.line,
    'status', given.status, 'progress', given.progress, 'model', given.model,
    'created_at', given.created_at)
  if places ~= given.places then
    leave(places, id)
    enter(given.places, id)
  end
  if line ~= given.line then
    if line ~= '' then step_out(line, id) end
    if given.line ~= '' then stand(given.line, id) end
  end
  schedule(given.times, id)
  if given.forget_in_ms then let_fade(id, key) end
end
