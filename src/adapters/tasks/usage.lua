-- Times are unix seconds, spans are milliseconds. usage:<key>:<day>: hash of counts.

local function use(usage)
  if not usage then return end
  for name, amount in pairs(usage.amounts) do
    redis.call('HINCRBY', given.prefix .. usage.name, name, amount)
  end
  redis.call('PEXPIRE', given.prefix .. usage.name, usage.keep_ms)
end
