-- What claims read and write on PostgreSQL, in the shape that suits it: what a claim changes of an order is apart
-- from the order's document, and the timeline is appended to. Instants are microseconds since 1970, amounts fen.

CREATE TABLE orders (
    shop_id     text   NOT NULL,
    order_id    text   NOT NULL,
    customer_id text   NOT NULL,
    state       text   NOT NULL CHECK (state IN ('open', 'paid', 'cancelled')),
    placed_at   bigint NOT NULL,
    payable     bigint NOT NULL CHECK (payable >= 0),
    cancel_at   bigint NOT NULL,
    wake_at     bigint,
    doc         text   NOT NULL,
    PRIMARY KEY (shop_id, order_id)
);

-- As the orders show them when a run starts.
CREATE TABLE shown (
    shop_id     text    NOT NULL,
    order_id    text    NOT NULL,
    offer_id    text    NOT NULL,
    campaign_id text    NOT NULL,
    version     integer NOT NULL,
    status      text    NOT NULL,
    timeline    text    NOT NULL
);

-- Room in the pages, so that a claimed offer stays in its own and no index changes.
CREATE TABLE offers (
    shop_id     text    NOT NULL,
    order_id    text    NOT NULL,
    offer_id    text    NOT NULL,
    campaign_id text    NOT NULL,
    version     integer NOT NULL,
    status      text    NOT NULL CHECK (status IN ('displayed', 'claimed', 'withdrawn')),
    coupon_id   text,
    PRIMARY KEY (shop_id, order_id)
) WITH (fillfactor = 50);

CREATE TABLE timeline (
    shop_id  text   NOT NULL,
    order_id text   NOT NULL,
    number   bigint GENERATED ALWAYS AS IDENTITY,
    entry    text   NOT NULL,
    PRIMARY KEY (shop_id, order_id, number)
);

CREATE TABLE campaigns (
    shop_id     text   NOT NULL,
    campaign_id text   NOT NULL,
    quantity    bigint NOT NULL,
    ends_at     bigint NOT NULL,
    spend       bigint NOT NULL,
    save        bigint NOT NULL,
    PRIMARY KEY (shop_id, campaign_id)
);

CREATE TABLE counters (
    shop_id     text   NOT NULL,
    campaign_id text   NOT NULL,
    issued      bigint NOT NULL,
    available   bigint NOT NULL,
    PRIMARY KEY (shop_id, campaign_id)
) WITH (fillfactor = 10);

CREATE TABLE standings (
    shop_id       text    NOT NULL,
    customer_id   text    NOT NULL,
    campaign_id   text    NOT NULL,
    total         integer NOT NULL,
    day           integer NOT NULL,
    on_day        integer NOT NULL,
    blocked_until bigint,
    PRIMARY KEY (shop_id, customer_id, campaign_id)
);

CREATE TABLE coupons (
    shop_id         text    NOT NULL,
    coupon_id       text    NOT NULL,
    campaign_id     text    NOT NULL,
    kind            text    NOT NULL,
    version         integer NOT NULL,
    customer_id     text    NOT NULL,
    spend           bigint  NOT NULL CHECK (spend >= 0),
    save            bigint  NOT NULL CHECK (save BETWEEN 0 AND spend),
    bind            text    NOT NULL,
    origin_order_id text    NOT NULL,
    allow_baitiao   boolean NOT NULL,
    claimed_at      bigint  NOT NULL,
    usable_until    bigint  NOT NULL,
    status          text    NOT NULL
        CHECK (status IN ('available', 'locked', 'used', 'expired', 'void')),
    wake_at         bigint,
    PRIMARY KEY (shop_id, coupon_id)
);
CREATE INDEX coupons_of_customer ON coupons (shop_id, customer_id);

CREATE TABLE requests (
    shop_id text   NOT NULL,
    key     text   NOT NULL,
    digest  bytea  NOT NULL CHECK (length(digest) = 16),
    at      bigint NOT NULL,
    reply   text   NOT NULL,
    PRIMARY KEY (shop_id, key)
);

CREATE TABLE outbox (
    shop_id  text   NOT NULL,
    event_id text   NOT NULL,
    type     text   NOT NULL,
    subject  text   NOT NULL,
    at       bigint NOT NULL,
    body     text   NOT NULL,
    PRIMARY KEY (shop_id, event_id)
);

CREATE TABLE timers (
    due_at     bigint   NOT NULL,
    shop_id    text     NOT NULL,
    kind       smallint NOT NULL,
    subject_id text     NOT NULL,
    PRIMARY KEY (due_at, shop_id, kind, subject_id)
);

-- Ids, as ours: their kind, milliseconds since 1970 and a running number, both in hexadecimal.
CREATE SEQUENCE numbers CACHE 1;

CREATE FUNCTION next_id(kind text, moment bigint) RETURNS text LANGUAGE sql AS $$
    SELECT kind || '_' || lpad(to_hex(moment / 1000), 11, '0') || lpad(to_hex(nextval('numbers')), 8, '0')
$$;

CREATE FUNCTION line_of(coupon text, campaign text, save bigint, moment bigint, until_shown text) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT '{"at":' || moment || ',"what":"coupon.claimed","campaign_id":"' || campaign
        || '","detail":{"coupon_id":"' || coupon || '","save":' || save || ',"usable_until":"' || until_shown || '"}}'
$$;

CREATE FUNCTION reply_of(
    coupon text, campaign text, version integer, of_order text, customer text, spend bigint, save bigint,
    moment bigint, good_until bigint
) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT '{"reply":"coupon","coupon":{"coupon_id":"' || coupon || '","campaign_id":"' || campaign
        || '","version":' || version || ',"bind":"origin_order","origin_order_id":"' || of_order
        || '","allow_baitiao":true,"customer_id":"' || customer || '","spend":' || spend || ',"save":' || save
        || ',"claimed_at":' || moment || ',"usable_until":' || good_until
        || ',"status":"available","wake_at":' || good_until || '}}'
$$;

CREATE FUNCTION body_of(
    coupon text, campaign text, customer text, of_order text, spend bigint, save bigint, now_shown text,
    until_shown text
) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT '{"coupon_id":"' || coupon || '","campaign_id":"' || campaign || '","customer_id":"' || customer
        || '","order_id":"' || of_order || '","spend":' || spend || ',"save":' || save
        || ',"status":"available","usable_from":"' || now_shown || '","usable_until":"' || until_shown || '"}'
$$;

-- Everything as it was before the first claim.
CREATE PROCEDURE begin_anew() LANGUAGE plpgsql AS $$
BEGIN
    TRUNCATE offers, timeline, standings, coupons, requests, outbox, timers;
    INSERT INTO offers SELECT shop_id, order_id, offer_id, campaign_id, version, status FROM shown;
    INSERT INTO timeline (shop_id, order_id, entry)
        SELECT shop_id, order_id, line FROM shown, unnest(string_to_array(rtrim(shown.timeline, E'\n'), E'\n')) AS line;
    UPDATE counters SET issued = 0, available = 0;
END
$$;
