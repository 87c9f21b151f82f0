-- What cannot be as the platform says of orders' coupons and assets, for the list of them: the orders' own documents
-- decide. A row goes when a later event takes its conflict back. Conflicts that were found before this table are in the
-- timelines of their orders alone; one is listed when something happens to its order again.

CREATE TABLE coupon_conflicts (
    shop_id     TEXT NOT NULL,
    conflict_id TEXT NOT NULL,
    order_id    TEXT NOT NULL,
    coupon_id   TEXT,
    kind        TEXT NOT NULL CHECK ((coupon_id IS NULL) = (kind <> '')),
    code        TEXT NOT NULL CHECK (code <> ''),
    at          INTEGER NOT NULL,
    PRIMARY KEY (shop_id, conflict_id)
) STRICT, WITHOUT ROWID;

-- Orders that name a coupon and do not have it, so that who has it can be found again whatever happens to any of them: a
-- JSON array of their ids, null for most coupons.

ALTER TABLE coupons ADD COLUMN named_by TEXT;
