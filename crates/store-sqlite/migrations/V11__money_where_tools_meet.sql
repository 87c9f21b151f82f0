-- Refused or late money that has not gone back is listed (A-G-15). `to_return` says of how many of an order's payments
-- something has to go back; the list reads the order itself. Most orders have none, so the index is small.
ALTER TABLE orders ADD COLUMN to_return INTEGER NOT NULL DEFAULT 0 CHECK (to_return >= 0);

-- Until now nothing could go back of a late payment: each one that is known is to be returned. This reads the document
-- of every order once; only the few that have such a payment are written.
UPDATE orders SET to_return = (
    SELECT count(*) FROM json_each(doc, '$.payments') AS payment WHERE payment.value ->> '$.status' = 'late')
WHERE instr(doc, '"status":"late"') > 0;

CREATE INDEX orders_to_return ON orders (shop_id, order_id, to_return) WHERE to_return > 0;

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

-- What an entry comes from (campaign, coupon, batch, payment, refund, method), and when it was booked: the moment, and
-- its running number within the shop, which the shop counts in `booked`. Entries of before have none of this.
--
-- On a strict table ADD COLUMN reads every row, once for each column. Rows that end early are read as null behind
-- their end, so here too only the text of the definition changes, as in V10: columns at the end that may be null, which
-- is what ADD COLUMN would write. That takes as long on ten million orders as on ten.

ALTER TABLE shops ADD COLUMN booked INTEGER NOT NULL DEFAULT 0 CHECK (booked >= 0);

PRAGMA writable_schema = ON;

UPDATE sqlite_schema SET sql = replace(sql,
    '    at        INTEGER NOT NULL,
    PRIMARY KEY',
    '    at        INTEGER NOT NULL,
    booked_number INTEGER CHECK (booked_number > 0),
    booked_at     INTEGER CHECK ((booked_at IS NULL) = (booked_number IS NULL)),
    campaign_id   TEXT,
    coupon_id     TEXT,
    batch_id      TEXT,
    payment_id    TEXT,
    refund_id     TEXT,
    method        TEXT CHECK (method <> ''''),
    PRIMARY KEY')
WHERE type = 'table' AND name = 'entries';

-- The columns are there, or nothing at all is. Making and dropping a table also tells other connections that the
-- definitions are not what they were.
CREATE TABLE added (tables INTEGER NOT NULL CHECK (tables = 1)) STRICT;
INSERT INTO added
SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'entries' AND instr(sql, 'booked_number') > 0;
DROP TABLE added;

PRAGMA writable_schema = RESET;

-- Pooled orders that were split from one, by their parent: a row for each child, none for other orders. A child keeps
-- its parent, so rows only come.

CREATE TABLE pool_children (
    shop_id   TEXT NOT NULL,
    parent_id TEXT NOT NULL,
    order_id  TEXT NOT NULL,
    PRIMARY KEY (shop_id, parent_id, order_id)
) STRICT, WITHOUT ROWID;
