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
