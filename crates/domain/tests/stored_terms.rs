//! What is stored of each kind's terms, to the byte: campaigns that were stored are read for ever.
#![allow(clippy::unwrap_used, reason = "tests")]

use domain::campaign::Terms;

/// Terms as they are stored, two of each kind: with what is required alone, and with everything.
const STORED: &str = include_str!("given/stored_terms.txt");

/// What is written again is what was read, to the byte; names, order and what is left out.
#[test]
fn stored_terms_are_written_as_they_were() {
    let mut kinds: Vec<&str> = Vec::new();
    for line in STORED.lines() {
        let terms: Terms = serde_json::from_str(line).unwrap();
        assert_eq!(serde_json::to_string(&terms).unwrap(), line);
        kinds.push(terms.kind());
    }
    let twice = Terms::KINDS.iter().flat_map(|kind| [*kind, *kind]);
    assert_eq!(kinds, twice.collect::<Vec<_>>(), "two lines a kind");
}

/// What a merchant leaves out is stored with its default, or not at all.
#[test]
fn what_is_left_out_is_stored_as_it_was() {
    let window = r#"{"starts_at":"2022-06-10T10:00:00+08:00","ends_at":"2022-06-20T00:00:00+08:00"}"#;
    let presale = format!(
        r#"{{"presale_type":"full_payment","items":[{{"sku":"A","presale_price":10000}}],"deposit_window":{window},"balance_window":{window},"ship_at":"2022-06-30T00:00:00+08:00"}}"#
    );
    let sprint = r#"{"waves":[{"wave_id":"w1","enrollment":{"starts_at":"2030-10-19T16:00:00Z","ends_at":"2030-11-03T16:00:00Z"},"sprint":{"starts_at":"2030-10-31T12:00:00Z","ends_at":"2030-11-03T16:00:00Z"},"draw_at":"2030-11-08T04:00:00Z","award":{"starts_at":"2030-11-08T04:00:00Z","ends_at":"2030-11-11T16:00:00Z"},"redemption":{"starts_at":"2030-11-08T04:00:00Z","ends_at":"2030-11-14T16:00:00Z"}}],"tiers":[{"threshold":20000,"prize":{"kind":"coupon","batch_id":"b1","release_quantity":1000}}]}"#;
    let sent = [
        ("recovery", r#"{"trigger_after_minutes":15,"spend":10000,"save":500,"quantity":10}"#),
        ("item_promotion", "{}"),
        ("order_promotion", r#"{"tiers":[{"spend":0}]}"#),
        ("unit_promotion", "{}"),
        ("freight_promotion", r#"{"tiers":[{"spend":0}]}"#),
        ("gift_promotion", r#"{"main_skus":["A"],"gifts":[{"sku":"B","quantity":1}]}"#),
        ("presale", &presale),
        ("price_floor", r#"{"floors":[{"sku":"A","floor":9900}]}"#),
        ("post_payment", r#"{"tiers":[{"min_paid":10000,"action":{"kind":"coupon","batch_id":"b1"}}]}"#),
        ("sprint", sprint),
    ];
    assert_eq!(sent.map(|(kind, _)| kind), Terms::KINDS);
    for ((kind, terms), stored) in sent.into_iter().zip(STORED.lines().step_by(2)) {
        let read: Terms = serde_json::from_str(&format!(r#"{{"kind":"{kind}","terms":{terms}}}"#)).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), stored);
    }
}
