-- Shops and what the merchant set up in them. Read on every decision, written seldom.
--
-- Checks name their values with OR: IN with three or more makes SQLite build a table for the list at
-- every insert, which took a sixth of the writer's time.

CREATE TABLE shops (
    shop_id  TEXT NOT NULL PRIMARY KEY,
    sequence INTEGER NOT NULL DEFAULT 0 CHECK (sequence >= 0),
    doc      TEXT NOT NULL
) STRICT;

CREATE TABLE campaigns (
    shop_id     TEXT NOT NULL REFERENCES shops,
    campaign_id TEXT NOT NULL,
    doc         TEXT NOT NULL,
    UNIQUE (shop_id, campaign_id)
) STRICT;

-- Apart from the campaign, whose list of goods may be long: these change with every batch.
CREATE TABLE counters (
    shop_id     TEXT NOT NULL,
    campaign_id TEXT NOT NULL,
    issued      INTEGER NOT NULL CHECK (issued >= 0),
    doc         TEXT NOT NULL,
    PRIMARY KEY (shop_id, campaign_id),
    FOREIGN KEY (shop_id, campaign_id) REFERENCES campaigns (shop_id, campaign_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE webhooks (
    shop_id    TEXT NOT NULL REFERENCES shops,
    webhook_id TEXT NOT NULL,
    doc        TEXT NOT NULL,
    PRIMARY KEY (shop_id, webhook_id)
) STRICT, WITHOUT ROWID;

-- What a customer has: a standing (kind 0, no item), and beside it the names of the customer's coupons
-- (1) and messages (2), and how many coupons of each batch the customer has had (3). They lie together because they change together: a claim writes a standing and
-- a coupon, and customers come in no order, so an index elsewhere would cost every claim a page more.
-- The platform's own row (`:platform`) is no shop, so there is no reference to one.
CREATE TABLE customers (
    shop_id     TEXT NOT NULL,
    customer_id TEXT NOT NULL,
    kind        INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 3),
    item        TEXT NOT NULL CHECK ((kind = 0) = (item = '')),
    doc         TEXT CHECK ((kind = 0 OR kind = 3) = (doc IS NOT NULL)),
    PRIMARY KEY (shop_id, customer_id, kind, item)
) STRICT, WITHOUT ROWID;

CREATE VIEW standings AS SELECT shop_id, customer_id, doc FROM customers WHERE kind = 0;

CREATE TABLE meta (
    key   TEXT NOT NULL PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
