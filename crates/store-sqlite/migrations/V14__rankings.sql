-- Rankings in fewer bytes. Orders come in the order of no ranking, so an intake writes about a page of it an order: the
-- fewer pages it has, the fewer are written, and the less there is to compare on the way down.
--
--   rankings        a number for a shop's run, in place of the text of the shop in every row
--   gift_candidates has no `order_id` where `number` says it, which it does but for orders that were split from one
--   gift_places     counts stretches of four seconds in the row of the four minutes that they are of: as they come in no
--                   order, each cost a way down the tree and a row of its own
--
-- Both tables are built anew: this takes some seconds for a million places, and room in the file and in the log for them
-- once more. Rows that are there keep their `order_id`.

CREATE TABLE rankings (
    id      INTEGER PRIMARY KEY,
    shop_id TEXT NOT NULL,
    run     INTEGER NOT NULL,
    UNIQUE (shop_id, run)
) STRICT;

INSERT INTO rankings (shop_id, run)
SELECT shop_id, run FROM gift_candidates UNION SELECT shop_id, run FROM gift_places ORDER BY shop_id, run;

-- A run's ranking, in its order. Standings: waiting 0, open 1, held 2, given 3, nothing 4, void 5. What is
-- read to count places comes first. Where `order_id` is null the order is that of `number`.
ALTER TABLE gift_candidates RENAME TO gift_candidates_before;
CREATE TABLE gift_candidates (
    ranking      INTEGER NOT NULL,
    second       INTEGER NOT NULL,
    number       TEXT NOT NULL,
    counts       INTEGER NOT NULL CHECK (counts BETWEEN 0 AND 1),
    standing     INTEGER NOT NULL CHECK (standing BETWEEN 0 AND 5),
    order_id     TEXT,
    customer_id  TEXT NOT NULL,
    amount       INTEGER NOT NULL CHECK (amount BETWEEN 0 AND 1000000000000000),
    amount_final INTEGER NOT NULL CHECK (amount_final BETWEEN 0 AND 1),
    rank         INTEGER CHECK (rank IS NULL OR rank >= 1),
    tier         INTEGER CHECK (tier IS NULL OR tier >= 0),
    code         TEXT,
    PRIMARY KEY (ranking, second, number)
) STRICT, WITHOUT ROWID;

INSERT INTO gift_candidates (ranking, second, number, counts, standing, order_id, customer_id, amount, amount_final,
    rank, tier, code)
SELECT (SELECT id FROM rankings r WHERE r.shop_id = c.shop_id AND r.run = c.run), second, number, counts, standing,
    order_id, customer_id, amount, amount_final, rank, tier, code
FROM gift_candidates_before c ORDER BY shop_id, run, second, number;
DROP TABLE gift_candidates_before;

-- How many places count in stretches of twelve days, five hours and four minutes, so that a rank is a few sums and the
-- rows of four seconds. A level is the number of bits by which a second is shifted to give its stretch. A row of the finest
-- level (8) says in `fine` how many count in each four seconds of it that has any: [which of the 64, how many, ...].
ALTER TABLE gift_places RENAME TO gift_places_before;
CREATE TABLE gift_places (
    ranking INTEGER NOT NULL,
    level   INTEGER NOT NULL,
    stretch INTEGER NOT NULL,
    places  INTEGER NOT NULL CHECK (places >= 0),
    fine    TEXT CHECK ((fine IS NULL) = (level > 8)),
    PRIMARY KEY (ranking, level, stretch)
) STRICT, WITHOUT ROWID;

INSERT INTO gift_places (ranking, level, stretch, places)
SELECT (SELECT id FROM rankings r WHERE r.shop_id = p.shop_id AND r.run = p.run), level, stretch, places
FROM gift_places_before p WHERE level > 8 ORDER BY shop_id, run, level, stretch;

INSERT INTO gift_places (ranking, level, stretch, places, fine)
SELECT (SELECT id FROM rankings r WHERE r.shop_id = p.shop_id AND r.run = p.run), 8, stretch >> 6, sum(places),
    '[' || coalesce(group_concat((stretch & 63) || ',' || places, ',') FILTER (WHERE places > 0), '') || ']'
FROM gift_places_before p WHERE level = 2 GROUP BY shop_id, run, stretch >> 6 ORDER BY shop_id, run, stretch >> 6;
DROP TABLE gift_places_before;
