-- Messages on their way to a sender, by channel: one that is busy or pauses hides no other, and what is asked after is
-- found by itself.
--   channel    that of the message
--   tried_at   since when a sender that drops repetitions may have it: it is sent to it again, and what it holds is not
--              given back when its time passes
--   handed_at  since when a sender that drops none may have it, or nobody knows: it is asked after, not sent again

ALTER TABLE dispatches RENAME TO dispatches_before;
DROP INDEX dispatches_due;
CREATE TABLE dispatches (
    shop_id       TEXT NOT NULL,
    message_id    TEXT NOT NULL,
    channel       TEXT NOT NULL,
    deliver_until INTEGER NOT NULL,
    attempt       INTEGER NOT NULL CHECK (attempt >= 0),
    next_at       INTEGER NOT NULL,
    tried_at      INTEGER,
    handed_at     INTEGER,
    said          TEXT,
    PRIMARY KEY (shop_id, message_id),
    FOREIGN KEY (shop_id, message_id) REFERENCES messages
) STRICT, WITHOUT ROWID;

-- Of what was tried before nobody wrote down whether it may have been taken.
INSERT INTO dispatches (shop_id, message_id, channel, deliver_until, attempt, next_at, tried_at, handed_at, said)
SELECT d.shop_id, d.message_id, m.channel, d.deliver_until, d.attempt, d.next_at,
    CASE WHEN d.attempt > 0 AND d.handed_at IS NULL THEN coalesce(m.sent_at, d.next_at) END, d.handed_at, d.said
FROM dispatches_before d JOIN messages m ON m.shop_id = d.shop_id AND m.message_id = d.message_id
ORDER BY d.shop_id, d.message_id;
DROP TABLE dispatches_before;

CREATE INDEX dispatches_due ON dispatches (channel, next_at, shop_id, message_id) WHERE handed_at IS NULL;
CREATE INDEX dispatches_asked ON dispatches (next_at, shop_id, message_id) WHERE handed_at IS NOT NULL;

-- Delivery reports that name a message by its provider's id alone, and come before the provider's answer does that tells
-- it: kept until then, an hour at most. The provider serves all shops, so their shop is the platform's.
CREATE TABLE early_reports (
    shop_id     TEXT NOT NULL,
    provider_id TEXT NOT NULL,
    told_at     INTEGER NOT NULL,
    doc         TEXT NOT NULL,
    PRIMARY KEY (shop_id, provider_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX early_reports_told ON early_reports (told_at);
