-- Orders, their timers and the events that came in about them. Instants are microseconds since 1970.

-- A rowid table: an order with its timeline outgrows what a row of a WITHOUT ROWID table keeps in
-- its page. The timeline comes late, so that reading an order does not read it. Orders fill their pages
-- to the brim and then grow where they lie; `room` is what they grow into, for an order that outgrows
-- its page drags three neighbours along.
CREATE TABLE orders (
    id          INTEGER PRIMARY KEY,
    shop_id     TEXT NOT NULL,
    order_id    TEXT NOT NULL,
    customer_id TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (state = 'open' OR state = 'paid' OR state = 'cancelled'),
    placed_at   INTEGER NOT NULL,
    paid_at     INTEGER CHECK ((paid_at IS NOT NULL) = (state = 'paid')),
    payable     INTEGER NOT NULL CHECK (payable BETWEEN 0 AND 1000000000000000),
    wake_at     INTEGER,
    doc         TEXT NOT NULL,
    timeline    TEXT NOT NULL,
    room        BLOB NOT NULL,
    UNIQUE (shop_id, order_id)
) STRICT;

-- In the order of firing: due time, shop, kind, id. Kinds: order 0, coupon 1, presale strategy 2, gift run 3,
-- pooled order 4.
CREATE TABLE timers (
    due_at     INTEGER NOT NULL,
    shop_id    TEXT NOT NULL,
    kind       INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 4),
    subject_id TEXT NOT NULL,
    PRIMARY KEY (due_at, shop_id, kind, subject_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE inbox (
    shop_id     TEXT NOT NULL,
    source      TEXT NOT NULL,
    event_id    TEXT NOT NULL,
    digest      BLOB NOT NULL CHECK (length(digest) = 16),
    received_at INTEGER NOT NULL,
    PRIMARY KEY (shop_id, source, event_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE parked (
    shop_id  TEXT NOT NULL,
    order_id TEXT NOT NULL,
    source   TEXT NOT NULL,
    event_id TEXT NOT NULL,
    doc      TEXT NOT NULL,
    PRIMARY KEY (shop_id, order_id, source, event_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE requests (
    shop_id TEXT NOT NULL,
    key     TEXT NOT NULL,
    digest  BLOB NOT NULL CHECK (length(digest) = 16),
    at      INTEGER NOT NULL,
    reply   TEXT NOT NULL,
    PRIMARY KEY (shop_id, key)
) STRICT, WITHOUT ROWID;
