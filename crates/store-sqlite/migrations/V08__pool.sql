-- The presale pool: what the operator set up, the orders that settle, and each run's ranking. Instants are
-- microseconds since 1970, amounts minor units.

CREATE TABLE presale_strategies (
    shop_id     TEXT NOT NULL REFERENCES shops,
    strategy_id TEXT NOT NULL,
    version     INTEGER NOT NULL CHECK (version >= 1),
    doc         TEXT NOT NULL,
    UNIQUE (shop_id, strategy_id)
) STRICT;

-- Apart from the strategy, whose list of goods may be long: a pass changes these with every step.
CREATE TABLE presale_states (
    shop_id      TEXT NOT NULL,
    strategy_id  TEXT NOT NULL,
    activated_at INTEGER,
    entered      INTEGER NOT NULL CHECK (entered >= 0),
    pass         TEXT,
    wake_at      INTEGER,
    PRIMARY KEY (shop_id, strategy_id),
    FOREIGN KEY (shop_id, strategy_id) REFERENCES presale_strategies (shop_id, strategy_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE gift_strategies (
    shop_id     TEXT NOT NULL REFERENCES shops,
    strategy_id TEXT NOT NULL,
    version     INTEGER NOT NULL CHECK (version >= 1),
    doc         TEXT NOT NULL,
    UNIQUE (shop_id, strategy_id)
) STRICT;

-- Each gift strategy's present run.
CREATE TABLE gift_runs (
    shop_id     TEXT NOT NULL,
    strategy_id TEXT NOT NULL,
    number      INTEGER NOT NULL CHECK (number >= 0),
    version     INTEGER NOT NULL CHECK (version >= 1),
    opened_at   INTEGER,
    candidates  INTEGER NOT NULL CHECK (candidates >= 0),
    given       INTEGER NOT NULL CHECK (given >= 0),
    finished    INTEGER NOT NULL CHECK (finished BETWEEN 0 AND 1),
    wake_at     INTEGER,
    doc         TEXT NOT NULL,
    PRIMARY KEY (shop_id, strategy_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE gift_stock (
    shop_id  TEXT NOT NULL,
    sku      TEXT NOT NULL,
    quantity INTEGER NOT NULL,
    given    INTEGER NOT NULL CHECK (given BETWEEN 0 AND quantity),
    PRIMARY KEY (shop_id, sku)
) STRICT, WITHOUT ROWID;

-- The latest balance opening heard of for a SKU.
CREATE TABLE balance_openings (
    shop_id  TEXT NOT NULL,
    sku      TEXT NOT NULL,
    opens_at INTEGER NOT NULL,
    PRIMARY KEY (shop_id, sku)
) STRICT, WITHOUT ROWID;

-- Through which moment every order has been downloaded.
CREATE TABLE download_watermarks (
    shop_id TEXT NOT NULL PRIMARY KEY,
    through INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Stages: shop_order 0, presale_pool 1, review 2, fulfilment 3, closed 4. A number, because it stands in
-- an index of millions of orders.
CREATE TABLE pool_orders (
    id               INTEGER PRIMARY KEY,
    shop_id          TEXT NOT NULL,
    order_id         TEXT NOT NULL,
    customer_id      TEXT NOT NULL,
    stage            INTEGER NOT NULL CHECK (stage BETWEEN 0 AND 4),
    presale_strategy TEXT,
    ordered_at       INTEGER NOT NULL,
    first_paid_at    INTEGER,
    balance_paid_at  INTEGER,
    goods_paid       INTEGER NOT NULL CHECK (goods_paid BETWEEN 0 AND 1000000000000000),
    wake_at          INTEGER,
    is_due           INTEGER NOT NULL CHECK (is_due BETWEEN 0 AND 1),
    has_exceptions   INTEGER NOT NULL CHECK (has_exceptions BETWEEN 0 AND 1),
    doc              TEXT NOT NULL,
    UNIQUE (shop_id, order_id)
) STRICT;

CREATE INDEX pool_orders_of_stage ON pool_orders (shop_id, stage, order_id);
-- What an activation walks over: orders in the pool that are fully paid. A re-run, which is rare, goes over
-- all of the shop's orders instead of costing every order an index.
CREATE INDEX pool_orders_due ON pool_orders (shop_id, presale_strategy, order_id) WHERE is_due = 1;
CREATE INDEX pool_orders_to_look_at ON pool_orders (shop_id, order_id) WHERE has_exceptions = 1;

-- A run's ranking, in its order. Standings: waiting 0, open 1, held 2, given 3, nothing 4, void 5. What is
-- read to count places comes first.
CREATE TABLE gift_candidates (
    shop_id      TEXT NOT NULL,
    run          INTEGER NOT NULL,
    second       INTEGER NOT NULL,
    number       TEXT NOT NULL,
    counts       INTEGER NOT NULL CHECK (counts BETWEEN 0 AND 1),
    standing     INTEGER NOT NULL CHECK (standing BETWEEN 0 AND 5),
    order_id     TEXT NOT NULL,
    customer_id  TEXT NOT NULL,
    amount       INTEGER NOT NULL CHECK (amount BETWEEN 0 AND 1000000000000000),
    amount_final INTEGER NOT NULL CHECK (amount_final BETWEEN 0 AND 1),
    rank         INTEGER CHECK (rank IS NULL OR rank >= 1),
    tier         INTEGER CHECK (tier IS NULL OR tier >= 0),
    code         TEXT,
    PRIMARY KEY (shop_id, run, second, number)
) STRICT, WITHOUT ROWID;

-- How many places count in each second and in coarser stretches, so that a rank is a few sums and the rows
-- of one second. A level is the number of bits by which the second is shifted to give its stretch.
CREATE TABLE gift_places (
    shop_id TEXT NOT NULL,
    run     INTEGER NOT NULL,
    level   INTEGER NOT NULL,
    stretch INTEGER NOT NULL,
    places  INTEGER NOT NULL CHECK (places >= 0),
    PRIMARY KEY (shop_id, run, level, stretch)
) STRICT, WITHOUT ROWID;

-- A buyer's places in a run where only one counts, the earliest first.
CREATE TABLE gift_buyers (
    shop_id     TEXT NOT NULL,
    run         INTEGER NOT NULL,
    customer_id TEXT NOT NULL,
    places      TEXT NOT NULL,
    PRIMARY KEY (shop_id, run, customer_id)
) STRICT, WITHOUT ROWID;
