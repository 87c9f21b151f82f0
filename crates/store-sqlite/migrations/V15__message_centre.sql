-- The message centre: settings and templates, wallets and their packs, contacts and consents, what numbers hear, and
-- what providers say of messages.

-- Switches, limits, quiet hours and templates of a shop.
CREATE TABLE message_centres (
    shop_id TEXT PRIMARY KEY NOT NULL,
    doc     TEXT NOT NULL,
    FOREIGN KEY (shop_id) REFERENCES shops
) STRICT, WITHOUT ROWID;

-- Prepaid SMS: bought = free + reserved + sent + expired, where free is what the packs of the document hold. A shop
-- without a row is from before there were packs, and pays nothing until it buys one.
CREATE TABLE wallets (
    shop_id  TEXT PRIMARY KEY NOT NULL,
    bought   INTEGER NOT NULL CHECK (bought >= 0),
    reserved INTEGER NOT NULL CHECK (reserved >= 0),
    sent     INTEGER NOT NULL CHECK (sent >= 0),
    expired  INTEGER NOT NULL CHECK (expired >= 0),
    doc      TEXT NOT NULL,
    FOREIGN KEY (shop_id) REFERENCES shops
) STRICT, WITHOUT ROWID;

-- Packs that were bought: a purchase counts once.
CREATE TABLE packs (
    shop_id     TEXT NOT NULL,
    purchase_id TEXT NOT NULL,
    segments    INTEGER NOT NULL CHECK (segments > 0),
    bought_at   INTEGER NOT NULL,
    doc         TEXT NOT NULL,
    PRIMARY KEY (shop_id, purchase_id)
) STRICT, WITHOUT ROWID;

-- Contacts (sealed), consents and grants by customer.
CREATE TABLE addressees (
    shop_id     TEXT NOT NULL,
    customer_id TEXT NOT NULL,
    doc         TEXT NOT NULL,
    PRIMARY KEY (shop_id, customer_id)
) STRICT, WITHOUT ROWID;

-- What a number has heard of late; `number` is a keyed digest, or ~ and the customer where no number is known. By number
-- first, for replies name no shop.
CREATE TABLE numbers (
    number  TEXT NOT NULL,
    shop_id TEXT NOT NULL,
    doc     TEXT NOT NULL,
    PRIMARY KEY (number, shop_id)
) STRICT, WITHOUT ROWID;

-- order_id and campaign_id are empty where there is none. `sending` says how a message travels; what finance asks for
-- stands beside it:
--   payer              free or merchant
--   segments           by our own count
--   provider_segments  by the provider's
--   provider_id        the provider's id of the message
ALTER TABLE messages ADD COLUMN payer TEXT;
ALTER TABLE messages ADD COLUMN segments INTEGER;
ALTER TABLE messages ADD COLUMN provider_segments INTEGER;
ALTER TABLE messages ADD COLUMN provider_id TEXT;
ALTER TABLE messages ADD COLUMN sending TEXT;

CREATE INDEX messages_of_provider ON messages (provider_id) WHERE provider_id IS NOT NULL;
-- For the bill of a day.
CREATE INDEX messages_sent ON messages (shop_id, sent_at) WHERE sent_at IS NOT NULL AND payer IS NOT NULL;

-- said       what is sent, as it was written when the message was let out
-- handed_at  since when a sender that drops no repetition may have it: it is asked after, not sent again
ALTER TABLE dispatches ADD COLUMN said TEXT;
ALTER TABLE dispatches ADD COLUMN handed_at INTEGER;
