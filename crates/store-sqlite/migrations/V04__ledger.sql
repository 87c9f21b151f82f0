-- The orders' books: entries are only ever added, and those of an order sum to zero.

CREATE TABLE entries (
    shop_id   TEXT NOT NULL,
    order_id  TEXT NOT NULL,
    number    INTEGER NOT NULL CHECK (number >= 0),
    account   TEXT NOT NULL CHECK (
        account = 'merchant_sales' OR account = 'merchant_discount' OR account = 'merchant_refund'
        OR account = 'platform_subsidy' OR account = 'customer_cash'),
    amount    INTEGER NOT NULL CHECK (amount BETWEEN -1000000000000000 AND 1000000000000000),
    reason    TEXT NOT NULL,
    funded_by TEXT CHECK (funded_by IN ('merchant', 'platform')),
    at        INTEGER NOT NULL,
    PRIMARY KEY (shop_id, order_id, number)
) STRICT, WITHOUT ROWID;
