-- What a campaign of rewards keeps is read and written with every play. What was announced of its draw (the hash of its
-- seed, its notices with their texts, the beacon's round) changes only when it gets other terms, and stands apart from it;
-- with it the secret by which rewards are named so that nobody can guess a name, and links are sealed (A-S2-16).
CREATE TABLE reward_charters (
    shop_id     TEXT NOT NULL,
    campaign_id TEXT NOT NULL,
    doc         TEXT NOT NULL,
    PRIMARY KEY (shop_id, campaign_id)
) STRICT, WITHOUT ROWID;

-- Each gets a secret of its own, from SQLite's generator, which the system's seeds. Rewards that have a name keep it.
INSERT INTO reward_charters (shop_id, campaign_id, doc)
SELECT shop_id, campaign_id, json_object('secret', lower(hex(randomblob(32))))
FROM reward_books WHERE json_type(doc, '$.drawing') IS NULL;

INSERT INTO reward_charters (shop_id, campaign_id, doc)
SELECT shop_id, campaign_id, json_object(
    'secret', lower(hex(randomblob(32))),
    'announced', json_remove(json_extract(doc, '$.drawing'), '$.standing', '$.shown'))
FROM reward_books WHERE json_type(doc, '$.drawing') IS NOT NULL;

UPDATE reward_books SET doc = json_remove(doc, '$.drawing.commit', '$.drawing.notices', '$.drawing.round')
WHERE json_type(doc, '$.drawing') IS NOT NULL;

-- A list of a campaign's rewards in one status passes over no other.
CREATE INDEX rewards_by_status ON rewards (shop_id, campaign_id, status, order_id, extra);

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
