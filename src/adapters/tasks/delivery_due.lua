-- Times are unix seconds. The bodies of at most `limit` deliveries of `lane` whose time is `now` or
-- before, the longest due first.

local bodies = {}
while #bodies < given.limit do
  local wanted = given.limit - #bodies
  local ids = redis.call('ZRANGE', index_of(given.lane), '-inf', given.now, 'BYSCORE',
    'LIMIT', #bodies, wanted)
  for _, id in ipairs(ids) do
    local row = read_delivery(id)
    if row then bodies[#bodies + 1] = row[1] else redis.call('ZREM', index_of(given.lane), id) end
  end
  if #ids < wanted then break end
end
note_lane(given.lane)
return bodies
