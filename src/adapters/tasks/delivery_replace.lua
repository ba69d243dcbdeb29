-- Times are unix seconds. Compare-and-set of `row`; without `expected` it is inserted. 1 = stored,
-- 0 = nothing changed: another revision, or `at_once` deliveries to its host are leased.
-- `write` names this very call: made twice because its answer was lost, it finds its own row.

local row = read_delivery(given.row.id, 'revision', 'write')
if row and row[3] == given.write then return 1 end
if (row and tonumber(row[2])) ~= given.expected then return 0 end
if given.at_once then
  redis.call('ZREMRANGEBYSCORE', index_of(given.row.leases), '-inf', given.now)
  if redis.call('ZCARD', index_of(given.row.leases)) >= given.at_once then return 0 end
end
put_delivery(given.row)
return 1
