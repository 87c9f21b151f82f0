-- Coupons, column by column: finance asks them questions. Amounts are minor units. Which coupons a
-- customer has is in `customers`.

CREATE TABLE coupons (
    shop_id         TEXT NOT NULL,
    coupon_id       TEXT NOT NULL,
    campaign_id     TEXT NOT NULL,
    version         INTEGER NOT NULL CHECK (version >= 0),
    customer_id     TEXT NOT NULL,
    spend           INTEGER NOT NULL CHECK (spend BETWEEN 0 AND 1000000000000000),
    save            INTEGER NOT NULL CHECK (save BETWEEN 0 AND spend),
    bind            TEXT NOT NULL CHECK (bind IN ('origin_order', 'shop_scope')),
    origin_order_id TEXT NOT NULL,
    allow_baitiao   INTEGER NOT NULL CHECK (allow_baitiao IN (0, 1)),
    claimed_at      INTEGER NOT NULL,
    usable_until    INTEGER NOT NULL,
    status          TEXT NOT NULL CHECK (
        status = 'available' OR status = 'locked' OR status = 'used' OR status = 'expired'
        OR status = 'void'),
    lock_order_id   TEXT CHECK ((lock_order_id IS NOT NULL) = (status = 'locked')),
    lock_payment_id TEXT CHECK ((lock_payment_id IS NOT NULL) = (status = 'locked')),
    lock_until      INTEGER CHECK ((lock_until IS NOT NULL) = (status = 'locked')),
    used_on         TEXT CHECK ((used_on IS NOT NULL) = (status = 'used')),
    ended_at        INTEGER CHECK ((ended_at IS NOT NULL) = (status = 'used' OR status = 'expired' OR status = 'void')),
    wake_at         INTEGER,
    PRIMARY KEY (shop_id, coupon_id)
) STRICT, WITHOUT ROWID;
