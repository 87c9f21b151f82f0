-- Whose turn it is among the receivers of webhooks. The relay used to read the oldest deliveries of all, so that one
-- receiver with a long queue hid every other one; now it picks receivers, and then what is due at each.
--
--   due_at    when the receiver is to be served: the later of `free_at` and its earliest pending delivery; null when
--             nothing waits. The writer keeps it with every delivery that it adds or settles
--   free_at   not before: the end of its last batch, which puts it behind those that wait, or of its rest
--   failures  in a row; such receivers are picked apart, from an index of their own
--
-- Both by the machine's clock, as `deliveries.next_at` is from here on in a sandbox too.

ALTER TABLE webhooks ADD COLUMN due_at INTEGER;
ALTER TABLE webhooks ADD COLUMN free_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE webhooks ADD COLUMN failures INTEGER NOT NULL DEFAULT 0 CHECK (failures >= 0);

CREATE INDEX webhooks_due ON webhooks (due_at) WHERE failures = 0;
CREATE INDEX webhooks_failing ON webhooks (due_at) WHERE failures > 0;

DROP INDEX deliveries_due;
CREATE INDEX deliveries_due ON deliveries (shop_id, webhook_id, next_at) WHERE status = 'pending';

-- What waits in a sandbox waits by its clock, which may stand years ahead: it is due now.
UPDATE deliveries SET next_at = 0
WHERE status = 'pending' AND EXISTS (SELECT 1 FROM meta WHERE key = 'sandbox_clock');

UPDATE webhooks SET due_at = (
    SELECT min(next_at) FROM deliveries d
    WHERE d.shop_id = webhooks.shop_id AND d.webhook_id = webhooks.webhook_id AND d.status = 'pending');

-- Answers that were kept for repeated requests held the secret of the receiver that was registered. Most stores have no
-- receiver, and need not look through their answers.
UPDATE requests SET reply = json_set(reply, '$.webhook.secrets', json('[]'))
WHERE EXISTS (SELECT 1 FROM webhooks) AND reply LIKE '%"whsec\_%' ESCAPE '\';
