-- Shops and what the merchant set up in them. Read on every decision, written seldom.

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

-- The platform's own row (`:platform`) is no shop, so no reference here.
CREATE TABLE standings (
    shop_id     TEXT NOT NULL,
    customer_id TEXT NOT NULL,
    doc         TEXT NOT NULL,
    PRIMARY KEY (shop_id, customer_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE meta (
    key   TEXT NOT NULL PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
