-- Coupons, column by column: finance asks them questions. Amounts are minor units. Which coupons a
-- customer has is in `customers`. A coupon is either of a campaign, shown on an order, or of a batch.

CREATE TABLE coupons (
    shop_id         TEXT NOT NULL,
    coupon_id       TEXT NOT NULL,
    campaign_id     TEXT,
    batch_id        TEXT CHECK ((batch_id IS NULL) = (campaign_id IS NOT NULL)),
    kind            TEXT NOT NULL CHECK (
        kind = 'payment' OR kind = 'shop' OR kind = 'product' OR kind = 'dong' OR kind = 'jing'
        OR kind = 'jingtie' OR kind = 'freight'),
    version         INTEGER CHECK ((version IS NULL) = (campaign_id IS NULL) AND (version IS NULL OR version >= 0)),
    customer_id     TEXT NOT NULL,
    spend           INTEGER NOT NULL CHECK (spend BETWEEN 0 AND 1000000000000000),
    save            INTEGER NOT NULL CHECK (
        save >= 0 AND (save <= spend OR kind <> 'payment') AND save <= 1000000000000000),
    percent_off     INTEGER CHECK (percent_off IS NULL OR percent_off BETWEEN 1 AND 10000 AND save = 0),
    bind            TEXT CHECK (
        (bind IS NULL) = (campaign_id IS NULL) AND (bind IS NULL OR bind = 'origin_order' OR bind = 'shop_scope')),
    origin_order_id TEXT CHECK ((origin_order_id IS NULL) = (campaign_id IS NULL)),
    allow_baitiao   INTEGER CHECK (
        (allow_baitiao IS NULL) = (campaign_id IS NULL)
        AND (allow_baitiao IS NULL OR allow_baitiao BETWEEN 0 AND 1)),
    claimed_at      INTEGER NOT NULL,
    usable_until    INTEGER NOT NULL,
    status          TEXT NOT NULL CHECK (
        status = 'available' OR status = 'locked' OR status = 'used' OR status = 'expired'
        OR status = 'void'),
    lock_order_id   TEXT CHECK ((lock_order_id IS NOT NULL) = (status = 'locked')),
    lock_payment_id TEXT CHECK (lock_payment_id IS NULL OR status = 'locked'),
    lock_until      INTEGER CHECK ((lock_until IS NOT NULL) = (status = 'locked')),
    used_on         TEXT CHECK ((used_on IS NOT NULL) = (status = 'used')),
    ended_at        INTEGER CHECK ((ended_at IS NOT NULL) = (status = 'used' OR status = 'expired' OR status = 'void')),
    wake_at         INTEGER,
    PRIMARY KEY (shop_id, coupon_id)
) STRICT, WITHOUT ROWID;
