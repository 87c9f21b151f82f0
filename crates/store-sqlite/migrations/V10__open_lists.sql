-- Lists of words that grow are open from here on: a new campaign kind, coupon, account, party or channel is stored
-- without a change of the tables. A list that only says which words there are today is the program's to keep; it
-- answers a word that it does not know with an error that names it.
--
-- Opened, each to a check that still keeps nonsense out:
--   customers.kind         what a customer has, by number; of a new kind nobody knows yet whether it has a document
--   timers.kind            what a timer is about, by number
--   coupons.kind, bind     kinds of coupons, and where they may be used
--   entries.account        accounts of the books
--   entries.funded_by      who bears a discount
--   messages.channel       how a message travels
--   messages.status        where it stands: a centre that holds messages back brings words of its own
-- Closed as before, because other columns, an index or a sum rest on there being no other word:
--   orders.state           `paid_at` goes with it
--   coupons.status         the columns of the lock, of the use and of the end go with it, and a batch counts by it
--   deliveries.status      two indexes are of one word each
--   pool_orders.stage      passes go over ranges of stages
--   gift_candidates.standing, and what is 0 or 1
-- Amounts, lengths and columns that go together are checked as before.
--
-- No row changes, so no table is built anew: on a store with millions of orders that would be minutes, twice the disk
-- and pages filled to the brim. What changes is the text of the definitions, which is how SQLite itself drops a check
-- that has a name, and what it advises for one that has none (https://sqlite.org/lang_altertable.html, under "Making
-- Other Kinds Of Table Schema Changes"). Every row that the old checks let in, the new ones let in.

PRAGMA writable_schema = ON;

UPDATE sqlite_schema SET sql = replace(replace(sql,
    'CHECK (kind BETWEEN 0 AND 3)',
    'CHECK (kind >= 0)'),
    'CHECK ((kind = 0 OR kind = 3) = (doc IS NOT NULL))',
    'CHECK (kind > 3 OR (kind = 0 OR kind = 3) = (doc IS NOT NULL))')
WHERE type = 'table' AND name = 'customers';

UPDATE sqlite_schema SET sql = replace(sql,
    'CHECK (kind BETWEEN 0 AND 4)',
    'CHECK (kind >= 0)')
WHERE type = 'table' AND name = 'timers';

UPDATE sqlite_schema SET sql = replace(replace(sql,
    'CHECK (
        kind = ''payment'' OR kind = ''shop'' OR kind = ''product'' OR kind = ''dong'' OR kind = ''jing''
        OR kind = ''jingtie'' OR kind = ''freight'')',
    'CHECK (kind <> '''')'),
    '(bind IS NULL OR bind = ''origin_order'' OR bind = ''shop_scope'')',
    '(bind IS NULL OR bind <> '''')')
WHERE type = 'table' AND name = 'coupons';

UPDATE sqlite_schema SET sql = replace(replace(sql,
    'CHECK (
        account = ''merchant_sales'' OR account = ''merchant_discount'' OR account = ''merchant_refund''
        OR account = ''platform_subsidy'' OR account = ''customer_cash'')',
    'CHECK (account <> '''')'),
    'CHECK (funded_by IN (''merchant'', ''platform''))',
    'CHECK (funded_by <> '''')')
WHERE type = 'table' AND name = 'entries';

UPDATE sqlite_schema SET sql = replace(replace(sql,
    'CHECK (channel = ''push'' OR channel = ''sms'' OR channel = ''wechat'')',
    'CHECK (channel <> '''')'),
    'CHECK (
        status = ''planned'' OR status = ''sent'' OR status = ''suppressed'' OR status = ''failed'')',
    'CHECK (status <> '''')')
WHERE type = 'table' AND name = 'messages';

-- Nine checks, or nothing at all: tables that somebody changed by hand are not half opened. Making and dropping a
-- table also tells other connections that the definitions are not what they were.
CREATE TABLE opened (checks INTEGER NOT NULL CHECK (checks = 9)) STRICT;
INSERT INTO opened
SELECT count(*)
FROM sqlite_schema JOIN (VALUES
    ('customers', 'CHECK (kind >= 0)'),
    ('customers', 'CHECK (kind > 3 OR '),
    ('timers', 'CHECK (kind >= 0)'),
    ('coupons', 'CHECK (kind <> '''')'),
    ('coupons', 'OR bind <> '''')'),
    ('entries', 'CHECK (account <> '''')'),
    ('entries', 'CHECK (funded_by <> '''')'),
    ('messages', 'CHECK (channel <> '''')'),
    ('messages', 'CHECK (status <> '''')')) ON name = column1
WHERE type = 'table' AND instr(sql, column2) > 0;
DROP TABLE opened;

PRAGMA writable_schema = RESET;
