-- Times are unix seconds. The bodies of at most `limit` tasks whose time in the index KEYS[1] is
-- `now` or before, the longest due first.

local bodies = {}
while #bodies < given.limit do
  local wanted = given.limit - #bodies
  local ids = redis.call('ZRANGE', KEYS[1], '-inf', given.now, 'BYSCORE',
    'LIMIT', #bodies, wanted)
  for _, id in ipairs(ids) do
    local row = read(id)
    if row then bodies[#bodies + 1] = row[1] else redis.call('ZREM', KEYS[1], id) end
  end
  if #ids < wanted then break end
end
return bodies
