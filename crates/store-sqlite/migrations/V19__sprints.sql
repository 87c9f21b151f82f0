-- Member sprints: where each stands, and who takes part.

--   wake_at  when it is drawn next; its timer is due then
CREATE TABLE sprints (
    shop_id     TEXT NOT NULL,
    campaign_id TEXT NOT NULL,
    wake_at     INTEGER,
    doc         TEXT NOT NULL,
    PRIMARY KEY (shop_id, campaign_id)
) STRICT, WITHOUT ROWID;

-- A customer's part in a wave: their orders, what they have reached and won.
--   enrolled  whether they take part; orders of others are kept where they may count later
--   late      whether something was heard too late that waits for a decision by hand
CREATE TABLE sprint_members (
    shop_id     TEXT NOT NULL,
    campaign_id TEXT NOT NULL,
    wave_id     TEXT NOT NULL,
    customer_id TEXT NOT NULL,
    enrolled    INTEGER NOT NULL CHECK (enrolled IN (0, 1)),
    late        INTEGER NOT NULL CHECK (late IN (0, 1)),
    doc         TEXT NOT NULL,
    PRIMARY KEY (shop_id, campaign_id, wave_id, customer_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX sprint_late ON sprint_members (shop_id, campaign_id, wave_id, customer_id) WHERE late = 1;

-- Who has reached a tier, and by which receipt; prizes go in the order of the index.
CREATE TABLE sprint_places (
    shop_id      TEXT NOT NULL,
    campaign_id  TEXT NOT NULL,
    wave_id      TEXT NOT NULL,
    customer_id  TEXT NOT NULL,
    tier         INTEGER NOT NULL CHECK (tier BETWEEN 0 AND 62),
    qualified_at INTEGER NOT NULL,
    PRIMARY KEY (shop_id, campaign_id, wave_id, customer_id, tier)
) STRICT, WITHOUT ROWID;

CREATE INDEX sprint_ranks ON sprint_places (shop_id, campaign_id, wave_id, tier, qualified_at, customer_id);

-- From when on a coupon can be used, where that is not when it was given.
ALTER TABLE coupons ADD COLUMN usable_from INTEGER;
