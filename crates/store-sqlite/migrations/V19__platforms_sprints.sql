-- Member sprints of a platform, under its name: what it set up, by revision; and which shops are invited.
CREATE TABLE sprint_plans (
    shop_id   TEXT NOT NULL,
    sprint_id TEXT NOT NULL,
    doc       TEXT NOT NULL,
    PRIMARY KEY (shop_id, sprint_id)
) STRICT, WITHOUT ROWID;

-- A shop's invitation, with its answer, its prizes and the plan as it was accepted.
--   standing  0 invited, 1 accepted, 2 declined; of one that is closed 3
--   wake_at   when it is looked at next; its timer is due then
CREATE TABLE sprint_invitations (
    shop_id     TEXT NOT NULL,
    campaign_id TEXT NOT NULL,
    standing    INTEGER NOT NULL CHECK (standing BETWEEN 0 AND 3),
    wake_at     INTEGER,
    doc         TEXT NOT NULL,
    PRIMARY KEY (shop_id, campaign_id)
) STRICT, WITHOUT ROWID;

-- The platform lists who is invited to a sprint, and how far they are.
CREATE INDEX sprint_invited ON sprint_invitations (campaign_id, standing, shop_id);

-- What happened in a wave, by quarters of an hour since 1970: sums over its members as they are. Days of whatever zone are
-- made of whole quarters. Amounts are minor units.
CREATE TABLE sprint_happened (
    shop_id      TEXT NOT NULL,
    campaign_id  TEXT NOT NULL,
    wave_id      TEXT NOT NULL,
    quarter      INTEGER NOT NULL,
    enrolled     INTEGER NOT NULL,
    new_members  INTEGER NOT NULL,
    orders       INTEGER NOT NULL,
    spent        INTEGER NOT NULL,
    spent_by_new INTEGER NOT NULL,
    receipts     INTEGER NOT NULL,
    refunded     INTEGER NOT NULL,
    qualified    INTEGER NOT NULL,
    won          INTEGER NOT NULL,
    given        INTEGER NOT NULL,
    PRIMARY KEY (shop_id, campaign_id, wave_id, quarter)
) STRICT, WITHOUT ROWID;

-- Of sprints that were there before it was not added up.
CREATE TABLE sprint_not_added_up (
    shop_id     TEXT NOT NULL,
    campaign_id TEXT NOT NULL,
    PRIMARY KEY (shop_id, campaign_id)
) STRICT, WITHOUT ROWID;

INSERT INTO sprint_not_added_up (shop_id, campaign_id) SELECT shop_id, campaign_id FROM sprints;
