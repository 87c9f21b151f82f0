-- Messages to customers, and those that are to be handed to their sender. Which messages a customer
-- got is in `customers`.

CREATE TABLE messages (
    shop_id     TEXT NOT NULL,
    message_id  TEXT NOT NULL,
    order_id    TEXT NOT NULL,
    customer_id TEXT NOT NULL,
    campaign_id TEXT NOT NULL,
    kind        TEXT NOT NULL,
    channel     TEXT NOT NULL CHECK (channel = 'push' OR channel = 'sms' OR channel = 'wechat'),
    status      TEXT NOT NULL CHECK (
        status = 'planned' OR status = 'sent' OR status = 'suppressed' OR status = 'failed'),
    code        TEXT,
    due_at      INTEGER NOT NULL,
    sent_at     INTEGER,
    link        TEXT NOT NULL,
    PRIMARY KEY (shop_id, message_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX messages_of_order ON messages (shop_id, order_id, message_id);

CREATE TABLE dispatches (
    shop_id       TEXT NOT NULL,
    message_id    TEXT NOT NULL,
    deliver_until INTEGER NOT NULL,
    attempt       INTEGER NOT NULL CHECK (attempt >= 0),
    next_at       INTEGER NOT NULL,
    PRIMARY KEY (shop_id, message_id),
    FOREIGN KEY (shop_id, message_id) REFERENCES messages
) STRICT, WITHOUT ROWID;

CREATE INDEX dispatches_due ON dispatches (next_at, shop_id, message_id);
