-- Coupon batches: what the merchant set up, their figures, and the codes that become coupons.

CREATE TABLE batches (
    shop_id   TEXT NOT NULL REFERENCES shops,
    batch_id  TEXT NOT NULL,
    voided_at INTEGER,
    doc       TEXT NOT NULL,
    UNIQUE (shop_id, batch_id)
) STRICT;

-- Apart from the batch, whose list of goods may be long: these change with every claim.
CREATE TABLE batch_counters (
    shop_id   TEXT NOT NULL,
    batch_id  TEXT NOT NULL,
    issued    INTEGER NOT NULL CHECK (issued >= 0),
    available INTEGER NOT NULL CHECK (available >= 0),
    locked    INTEGER NOT NULL CHECK (locked >= 0),
    used      INTEGER NOT NULL CHECK (used >= 0),
    expired   INTEGER NOT NULL CHECK (expired >= 0),
    void      INTEGER NOT NULL CHECK (void >= 0),
    codes     INTEGER NOT NULL CHECK (codes >= 0),
    redeemed  INTEGER NOT NULL CHECK (redeemed BETWEEN 0 AND codes),
    PRIMARY KEY (shop_id, batch_id),
    FOREIGN KEY (shop_id, batch_id) REFERENCES batches (shop_id, batch_id)
) STRICT, WITHOUT ROWID;

-- Codes by the first 16 bytes of their BLAKE3 hash: whoever reads this file learns none. `coupon_id` is
-- the coupon that a code became.
CREATE TABLE codes (
    shop_id   TEXT NOT NULL,
    digest    BLOB NOT NULL CHECK (length(digest) = 16),
    batch_id  TEXT NOT NULL,
    coupon_id TEXT,
    PRIMARY KEY (shop_id, digest)
) STRICT, WITHOUT ROWID;

-- For exports and for taking a batch back; coupons of campaigns are not in it.
CREATE INDEX coupons_of_batch ON coupons (shop_id, batch_id, coupon_id) WHERE batch_id IS NOT NULL;
