-- Refused or late money that has not gone back is listed (A-G-15). `to_return` says of how many of an order's payments
-- something has to go back; the list reads the order itself. Most orders have none, so the index is small.
ALTER TABLE orders ADD COLUMN to_return INTEGER NOT NULL DEFAULT 0 CHECK (to_return >= 0);

-- Until now nothing could go back of a late payment: each one that is known is to be returned. This reads the document
-- of every order once; only the few that have such a payment are written.
UPDATE orders SET to_return = (
    SELECT count(*) FROM json_each(doc, '$.payments') AS payment WHERE payment.value ->> '$.status' = 'late')
WHERE instr(doc, '"status":"late"') > 0;

CREATE INDEX orders_to_return ON orders (shop_id, order_id, to_return) WHERE to_return > 0;
