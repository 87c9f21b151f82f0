-- One claim: looks the key up, checks order, campaign and buyer, and writes what a claim leaves behind.
-- The whole script is one step to every other client.
--
-- KEYS: 1 the idempotency key, 2 the order, 3 its timeline, 4 the buyer's counters, 5 the names of the buyer's
-- coupons, 6 the campaign, 7 the events for webhooks, 8 the timers.
-- ARGV: 1 digest of the request, 2 order id, 3 offer id, 4 customer id, 5 now, 6 its civil day, 7 now for people,
-- 8 until when the coupon is good, 9 the same for people, 10 claims in all, 11 claims a day.
-- Moments are passed on as they came: a number of Lua's would lose its last digits when it is written out.

local known = redis.call('GET', KEYS[1])
if known then
  if string.sub(known, 1, 32) ~= ARGV[1] then return 'idempotency_conflict' end
  return 'repeated ' .. string.sub(known, 33)
end

local order = redis.call('HMGET', KEYS[2], 'customer_id', 'state', 'cancel_at', 'offer_id', 'offer_status', 'version')
if order[1] ~= ARGV[4] then return 'not_owner' end
if order[2] ~= 'open' or tonumber(order[3]) <= tonumber(ARGV[5]) then return 'order_closed' end
if order[4] ~= ARGV[3] then return 'not_displayed' end
if order[5] ~= 'displayed' then return 'already_claimed' end

local campaign = redis.call('HMGET', KEYS[6], 'campaign_id', 'quantity', 'issued', 'ends_at', 'spend', 'save')
if tonumber(campaign[4]) <= tonumber(ARGV[5]) then return 'campaign_closed' end
if tonumber(campaign[3]) >= tonumber(campaign[2]) then return 'sold_out' end

local buyer = redis.call('HMGET', KEYS[4], 'total', 'day', 'on_day', 'blocked_until')
if buyer[4] and tonumber(buyer[4]) > tonumber(ARGV[5]) then return 'customer_blocked' end
local total, today = tonumber(buyer[1] or '0'), 0
if buyer[2] == ARGV[6] then today = tonumber(buyer[3]) end
if total >= tonumber(ARGV[10]) or today >= tonumber(ARGV[11]) then return 'already_claimed' end

local number = redis.call('HINCRBY', KEYS[6], 'sequence', 1)
local coupon = string.format('cp_%011x%08x', math.floor(tonumber(ARGV[5]) / 1000), number)
local campaign_id, spend, save = campaign[1], campaign[5], campaign[6]
local version, until_when = order[6], ARGV[8]

redis.call('HINCRBY', KEYS[6], 'issued', 1)
redis.call('HINCRBY', KEYS[6], 'available', 1)
redis.call('HSET', KEYS[2], 'offer_status', 'claimed', 'coupon_id', coupon)
redis.call('RPUSH', KEYS[3], table.concat({
  '{"at":', ARGV[5], ',"what":"coupon.claimed","campaign_id":"', campaign_id, '","detail":{"coupon_id":"', coupon,
  '","save":', save, ',"usable_until":"', ARGV[9], '"}}' }))
redis.call('HSET', '{bench}:coupon:' .. coupon,
  'campaign_id', campaign_id, 'kind', 'payment', 'version', version, 'customer_id', ARGV[4], 'spend', spend,
  'save', save, 'bind', 'origin_order', 'origin_order_id', ARGV[2], 'allow_baitiao', '1', 'claimed_at', ARGV[5],
  'usable_until', until_when, 'status', 'available', 'wake_at', until_when)
redis.call('HSET', KEYS[4], 'total', total + 1, 'day', ARGV[6], 'on_day', today + 1)
redis.call('SADD', KEYS[5], coupon)
redis.call('ZADD', KEYS[8], until_when, coupon)

local reply = table.concat({
  '{"reply":"coupon","coupon":{"coupon_id":"', coupon, '","campaign_id":"', campaign_id, '","version":', version,
  ',"bind":"origin_order","origin_order_id":"', ARGV[2], '","allow_baitiao":true,"customer_id":"', ARGV[4],
  '","spend":', spend, ',"save":', save, ',"claimed_at":', ARGV[5], ',"usable_until":', until_when,
  ',"status":"available","wake_at":', until_when, '}}' })
redis.call('SET', KEYS[1], ARGV[1] .. reply)
redis.call('XADD', KEYS[7], '*', 'type', 'coupon.claimed', 'subject', coupon, 'at', ARGV[5], 'body', table.concat({
  '{"coupon_id":"', coupon, '","campaign_id":"', campaign_id, '","customer_id":"', ARGV[4], '","order_id":"', ARGV[2],
  '","spend":', spend, ',"save":', save, ',"status":"available","usable_from":"', ARGV[7],
  '","usable_until":"', ARGV[9], '"}' }))
return 'granted ' .. reply
