-- Rewards after payment: what paid orders brought, what campaigns of them keep, what customers had.

-- One reward of an order and campaign, and one of each extra chance (`extra` from 1 on): a wall behind the decision.
--   status  offered, done, void
--   n       its place among the campaign's draws; none before it is drawn
--   listed  whether its prize is one that the law wants listed (A-S2-17)
CREATE TABLE rewards (
    shop_id     TEXT NOT NULL,
    reward_id   TEXT NOT NULL,
    campaign_id TEXT NOT NULL,
    order_id    TEXT NOT NULL,
    extra       INTEGER NOT NULL CHECK (extra >= 0),
    customer_id TEXT NOT NULL,
    status      TEXT NOT NULL,
    n           INTEGER CHECK (n > 0),
    listed      INTEGER NOT NULL CHECK (listed IN (0, 1)),
    doc         TEXT NOT NULL,
    PRIMARY KEY (shop_id, reward_id)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX reward_chances ON rewards (shop_id, campaign_id, order_id, extra);
-- Two draws in one place of a chain cannot be.
CREATE UNIQUE INDEX reward_plays ON rewards (shop_id, campaign_id, n) WHERE n IS NOT NULL;
CREATE INDEX reward_winners ON rewards (shop_id, campaign_id, n) WHERE listed = 1;
CREATE INDEX rewards_of_customer ON rewards (shop_id, customer_id, reward_id);

-- The seed of a draw, its chain's head and what was given of each prize; what a survey was answered.
CREATE TABLE reward_books (
    shop_id     TEXT NOT NULL,
    campaign_id TEXT NOT NULL,
    doc         TEXT NOT NULL,
    PRIMARY KEY (shop_id, campaign_id)
) STRICT, WITHOUT ROWID;

-- How many rewards of a campaign a customer had, and with which order they came into its comparison.
CREATE TABLE reward_takers (
    shop_id     TEXT NOT NULL,
    campaign_id TEXT NOT NULL,
    customer_id TEXT NOT NULL,
    doc         TEXT NOT NULL,
    PRIMARY KEY (shop_id, campaign_id, customer_id)
) STRICT, WITHOUT ROWID;

-- Of a batch's coupon that a campaign gave as a reward: the campaign, and since when the order that brought it stands no
-- more (A-S2-7).
ALTER TABLE coupons ADD COLUMN rewarded_by TEXT;
ALTER TABLE coupons ADD COLUMN forfeited_at INTEGER;
