-- What happened here, for the outside, and its deliveries to webhooks.

CREATE TABLE outbox (
    shop_id  TEXT NOT NULL,
    event_id TEXT NOT NULL,
    type     TEXT NOT NULL,
    subject  TEXT NOT NULL,
    at       INTEGER NOT NULL,
    body     TEXT NOT NULL,
    PRIMARY KEY (shop_id, event_id)
) STRICT, WITHOUT ROWID;

-- An id is never given twice: a receiver's answer may come after its webhook has gone. The writer puts
-- a delivery beside its event and its webhook and removes it with the webhook, so references would
-- only look up again what it has just looked up.
CREATE TABLE deliveries (
    delivery_id INTEGER PRIMARY KEY AUTOINCREMENT,
    shop_id     TEXT NOT NULL,
    webhook_id  TEXT NOT NULL,
    event_id    TEXT NOT NULL,
    attempt     INTEGER NOT NULL CHECK (attempt >= 0),
    status      TEXT NOT NULL CHECK (status = 'pending' OR status = 'delivered' OR status = 'dead'),
    next_at     INTEGER NOT NULL,
    reason      TEXT
) STRICT;

CREATE INDEX deliveries_due ON deliveries (next_at) WHERE status = 'pending';
CREATE INDEX deliveries_dead ON deliveries (shop_id, webhook_id) WHERE status = 'dead';
