-- Times are unix seconds. Since when the ledger is known to remember everything: what the marker
-- KEYS[1] (hash: run_id, since) says, or `now` if it is gone or the server was started anew.

local run_id = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
local marked = redis.call('HMGET', KEYS[1], 'run_id', 'since')
if marked[1] == run_id then return marked[2] end
redis.call('HSET', KEYS[1], 'run_id', run_id, 'since', given.now)
return given.now
