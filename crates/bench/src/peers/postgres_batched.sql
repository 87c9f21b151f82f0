-- A batch of claims in one transaction, decided set by set: each step keeps those that its limit leaves, in the
-- order in which they were asked for, and each table is written by one statement. Answers as `claim` does, one
-- for each claim of the batch. Batches on one campaign follow each other: its figures are locked first. Rows are
-- looked up one by one (LATERAL), for a plan that was made while a table was empty would go through all of it.

CREATE FUNCTION claim_batch(
    shop text, campaign text, keys text[], digests bytea[], orders_asked text[], offers_asked text[],
    customers text[], moment bigint, today integer, now_shown text, good_until bigint, until_shown text,
    in_all integer, per_day integer
) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
    terms   record;
    answers text[];
BEGIN
    SELECT c.quantity - n.issued AS remaining, c.ends_at, c.spend, c.save INTO terms
        FROM counters n JOIN campaigns c USING (shop_id, campaign_id)
        WHERE shop_id = shop AND campaign_id = campaign FOR UPDATE OF n;

    WITH asked AS MATERIALIZED (
        SELECT * FROM unnest(keys, digests, orders_asked, offers_asked, customers) WITH ORDINALITY
            AS a (key, digest, order_id, offer_id, customer_id, place)
    ),
    judged AS MATERIALIZED (
        SELECT a.*, f.version, r.reply AS known_reply,
            CASE
                WHEN r.digest <> a.digest THEN 'idempotency_conflict'
                WHEN r.digest IS NOT NULL THEN 'repeated'
                WHEN o.order_id IS NULL OR f.order_id IS NULL THEN 'not_found'
                WHEN o.customer_id <> a.customer_id THEN 'not_owner'
                WHEN o.state <> 'open' OR o.cancel_at <= moment THEN 'order_closed'
                WHEN f.offer_id <> a.offer_id OR f.campaign_id <> campaign THEN 'not_displayed'
                WHEN f.status <> 'displayed' THEN 'already_claimed'
                WHEN terms.ends_at <= moment THEN 'campaign_closed'
                WHEN s.blocked_until > moment THEN 'customer_blocked'
            END AS verdict,
            coalesce(s.total, 0) AS held,
            CASE WHEN s.day = today THEN s.on_day ELSE 0 END AS held_today
        FROM asked a
            LEFT JOIN LATERAL (SELECT * FROM requests WHERE shop_id = shop AND key = a.key LIMIT 1) r ON true
            LEFT JOIN LATERAL (SELECT * FROM orders WHERE shop_id = shop AND order_id = a.order_id LIMIT 1) o ON true
            LEFT JOIN LATERAL (SELECT * FROM offers WHERE shop_id = shop AND order_id = a.order_id LIMIT 1) f ON true
            LEFT JOIN LATERAL (
                SELECT * FROM standings
                WHERE shop_id = shop AND customer_id = a.customer_id AND campaign_id = campaign LIMIT 1) s ON true
    ),
    once AS (
        SELECT DISTINCT ON (order_id) * FROM judged WHERE verdict IS NULL ORDER BY order_id, place
    ),
    counted AS (
        SELECT *, row_number() OVER (PARTITION BY customer_id ORDER BY place) AS nth FROM once
    ),
    ranked AS (
        SELECT *, row_number() OVER (ORDER BY place) AS rank FROM counted
        WHERE held + nth <= in_all AND held_today + nth <= per_day
    ),
    granted AS MATERIALIZED (
        SELECT *, reply_of(
            coupon_id, campaign, version, order_id, customer_id, terms.spend, terms.save, moment, good_until)
            AS reply
        FROM (SELECT *, next_id('cp', moment) AS coupon_id FROM ranked WHERE rank <= terms.remaining) AS g
    ),
    moved AS (
        UPDATE offers f SET status = 'claimed', coupon_id = g.coupon_id
            FROM granted g WHERE f.shop_id = shop AND f.order_id = g.order_id
    ),
    put_coupons AS (
        INSERT INTO coupons SELECT shop, coupon_id, campaign, 'payment', version, customer_id, terms.spend,
            terms.save, 'origin_order', order_id, true, moment, good_until, 'available', good_until FROM granted
    ),
    put_standings AS (
        INSERT INTO standings AS s (shop_id, customer_id, campaign_id, total, day, on_day)
            SELECT shop, customer_id, campaign, count(*), today, count(*) FROM granted GROUP BY customer_id
            ON CONFLICT (shop_id, customer_id, campaign_id) DO UPDATE
                SET total = s.total + excluded.total, day = today,
                    on_day = CASE WHEN s.day = today THEN s.on_day ELSE 0 END + excluded.on_day
    ),
    put_timeline AS (
        INSERT INTO timeline (shop_id, order_id, entry)
            SELECT shop, order_id, line_of(coupon_id, campaign, terms.save, moment, until_shown) FROM granted
    ),
    put_timers AS (
        INSERT INTO timers SELECT good_until, shop, 1, coupon_id FROM granted
    ),
    put_requests AS (
        INSERT INTO requests SELECT shop, key, digest, moment, reply FROM granted
    ),
    published AS (
        INSERT INTO outbox SELECT shop, next_id('ev', moment), 'coupon.claimed', coupon_id, moment, body_of(
            coupon_id, campaign, customer_id, order_id, terms.spend, terms.save, now_shown, until_shown)
        FROM granted
    ),
    put_figures AS (
        UPDATE counters SET issued = issued + (SELECT count(*) FROM granted),
            available = available + (SELECT count(*) FROM granted)
        WHERE shop_id = shop AND campaign_id = campaign
    )
    SELECT array_agg(
        CASE
            WHEN j.verdict = 'repeated' THEN 'repeated ' || j.known_reply
            WHEN j.verdict IS NOT NULL THEN j.verdict
            WHEN g.place = j.place THEN 'granted ' || g.reply
            -- The same request twice in one batch.
            WHEN g.key = j.key AND g.digest = j.digest THEN 'repeated ' || g.reply
            WHEN g.place IS NOT NULL THEN 'already_claimed'
            WHEN r.place IS NOT NULL THEN 'sold_out'
            ELSE 'already_claimed'
        END
        ORDER BY j.place)
    INTO answers
    FROM judged j LEFT JOIN granted g ON g.order_id = j.order_id LEFT JOIN ranked r ON r.order_id = j.order_id;
    RETURN answers;
END
$$;
