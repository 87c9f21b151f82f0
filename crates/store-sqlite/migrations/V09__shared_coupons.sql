-- Other orders of a merged checkout that bear a part of a coupon's saving: a JSON array of their ids, null
-- for most coupons. The holder is in `lock_order_id` or `used_on`.

ALTER TABLE coupons ADD COLUMN also_on TEXT CHECK (also_on IS NULL OR status = 'locked' OR status = 'used');
