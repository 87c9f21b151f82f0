-- One claim, which is one transaction. It answers a word, and behind it the reply of a claim that was granted.
--
-- What claims share comes last: the campaign's figures are locked from there to the end of the commit, and no
-- longer. What is read before that may be old, so every limit is checked again by the statement that spends it;
-- where that finds nothing left, the whole claim is rolled back with the refusal as its error.

-- Perhaps by this very request, which came twice at once.
CREATE FUNCTION claimed_before(shop text, asked_key text, asked_digest bytea) RETURNS text LANGUAGE sql AS $$
    SELECT coalesce(
        (SELECT 'repeated ' || reply FROM requests
            WHERE shop_id = shop AND key = asked_key AND digest = asked_digest),
        'already_claimed')
$$;

CREATE FUNCTION claim(
    shop text, asked_key text, asked_digest bytea, asked_order text, asked_offer text, asked_by text,
    moment bigint, today integer, now_shown text, good_until bigint, until_shown text, in_all integer,
    per_day integer
) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    known  record;
    the    record;
    terms  record;
    coupon text;
    answer text;
BEGIN
    SELECT digest, reply INTO known FROM requests WHERE shop_id = shop AND key = asked_key;
    IF FOUND THEN
        IF known.digest <> asked_digest THEN RETURN 'idempotency_conflict'; END IF;
        RETURN 'repeated ' || known.reply;
    END IF;

    SELECT o.customer_id, o.state, o.cancel_at, f.offer_id, f.status, f.campaign_id, f.version INTO the
        FROM orders o JOIN offers f USING (shop_id, order_id) WHERE shop_id = shop AND order_id = asked_order;
    IF NOT FOUND THEN RETURN 'not_found'; END IF;
    IF the.customer_id <> asked_by THEN RETURN 'not_owner'; END IF;
    IF the.state <> 'open' OR the.cancel_at <= moment THEN RETURN 'order_closed'; END IF;
    IF the.offer_id <> asked_offer THEN RETURN 'not_displayed'; END IF;

    SELECT c.quantity, c.ends_at, c.spend, c.save, n.issued INTO terms
        FROM campaigns c JOIN counters n USING (shop_id, campaign_id)
        WHERE shop_id = shop AND campaign_id = the.campaign_id;
    IF NOT FOUND OR terms.ends_at <= moment THEN RETURN 'campaign_closed'; END IF;

    IF the.status <> 'displayed' THEN RETURN claimed_before(shop, asked_key, asked_digest); END IF;
    IF terms.issued >= terms.quantity THEN RETURN 'sold_out'; END IF;

    coupon := next_id('cp', moment);
    UPDATE offers SET status = 'claimed', coupon_id = coupon
        WHERE shop_id = shop AND order_id = asked_order AND status = 'displayed';
    IF NOT FOUND THEN RETURN claimed_before(shop, asked_key, asked_digest); END IF;

    INSERT INTO standings AS s (shop_id, customer_id, campaign_id, total, day, on_day)
        VALUES (shop, asked_by, the.campaign_id, 1, today, 1)
        ON CONFLICT (shop_id, customer_id, campaign_id) DO UPDATE
            SET total = s.total + 1, day = today, on_day = CASE WHEN s.day = today THEN s.on_day ELSE 0 END + 1
            WHERE s.total < in_all AND (s.day <> today OR s.on_day < per_day)
                AND coalesce(s.blocked_until, 0) <= moment;
    IF NOT FOUND THEN RAISE EXCEPTION 'already_claimed'; END IF;

    answer := reply_of(
        coupon, the.campaign_id, the.version, asked_order, asked_by, terms.spend, terms.save, moment, good_until);
    INSERT INTO coupons VALUES (
        shop, coupon, the.campaign_id, 'payment', the.version, asked_by, terms.spend, terms.save, 'origin_order',
        asked_order, true, moment, good_until, 'available', good_until);
    INSERT INTO timeline (shop_id, order_id, entry)
        VALUES (shop, asked_order, line_of(coupon, the.campaign_id, terms.save, moment, until_shown));
    INSERT INTO timers VALUES (good_until, shop, 1, coupon);
    INSERT INTO requests VALUES (shop, asked_key, asked_digest, moment, answer);
    INSERT INTO outbox VALUES (
        shop, next_id('ev', moment), 'coupon.claimed', coupon, moment,
        body_of(
            coupon, the.campaign_id, asked_by, asked_order, terms.spend, terms.save, now_shown, until_shown));

    UPDATE counters SET issued = issued + 1, available = available + 1
        WHERE shop_id = shop AND campaign_id = the.campaign_id AND issued < terms.quantity;
    IF NOT FOUND THEN RAISE EXCEPTION 'sold_out'; END IF;
    RETURN 'granted ' || answer;
END
$$;
