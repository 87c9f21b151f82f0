//! What may change of a draw that runs: nothing that takes a chance from an order.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod given;

use domain::Code;
use domain::campaign;
use given::rewards::{announced, book, draw_terms, odds, open, revised, rewards, urn, world, world_of};
use given::{at, id};
use serde_json::{Value, json};

/// What a change of a whole campaign's terms is answered while its draw runs.
fn revised_to(before: &Value, after: &Value) -> Vec<(String, Code)> {
    let (first, second) =
        (world_of(before), world(vec![revised(rewards("c", before), after, at("12T00:00:00"))]));
    let desk = open(&first);
    let mut desk = desk.in_world(&second, at("12T00:00:00"));
    let published = campaign::published(&mut desk, &second.campaigns[0].campaign);
    let found = published.err().into_iter().flat_map(|refused| refused.violations);
    found.map(|violation| (violation.field, violation.code)).collect()
}

/// A-S2-6, A-S2-17: whatever decides whether an order gets a chance is kept while the draw runs: what would take one from
/// an order is against the buyers, whichever field it stands in, and the field that was sent is named.
#[test]
fn a_s2_17_no_change_takes_a_chance_from_an_order() {
    const AGAINST: Code = Code::OddsChangedAgainstBuyer;
    let tier = |least: i64, action: Value| json!({ "min_paid": least, "action": action });
    let coupon = || json!({ "kind": "coupon", "batch_id": "b1" });
    let draw = |least: i64| tier(least, json!({ "kind": "draw", "draw": urn(4) }));
    let mut before = json!({ "tiers": [draw(5_000), tier(20_000, coupon())] });
    for (field, value) in
        [("per_customer_limit", json!(3)), ("total_limit", json!(50)), ("extra_chances", json!(2))]
    {
        before[field] = value;
    }
    before["days"] = json!(["friday", "saturday"]);
    before["hours"] = json!([{ "from": "10:00", "to": "14:00" }]);
    assert_eq!(revised_to(&before, &before), []);
    let tiers = |tiers: &[Value]| ("tiers", json!(tiers));
    for ((field, value), at_fault, code) in [
        (
            tiers(&[draw(5_000), tier(10_000, coupon()), tier(20_000, coupon())]),
            "terms.tiers[1].min_paid",
            AGAINST,
        ),
        (tiers(&[draw(5_000), tier(19_999, coupon())]), "terms.tiers[1].min_paid", AGAINST),
        (tiers(&[draw(5_000), tier(20_001, coupon())]), "terms.tiers[1].min_paid", Code::ImmutableField),
        (tiers(&[draw(5_000)]), "terms.tiers", Code::ImmutableField),
        (
            tiers(&[tier(1_000, coupon()), draw(5_000), tier(20_000, coupon())]),
            "terms.tiers[0].min_paid",
            AGAINST,
        ),
        (tiers(&[draw(5_001), tier(20_000, coupon())]), "terms.tiers[0].min_paid", AGAINST),
        (("per_customer_limit", json!(2)), "terms.per_customer_limit", AGAINST),
        (("per_customer_limit", json!(4)), "terms.per_customer_limit", Code::ImmutableField),
        (("per_day_limit", json!(1)), "terms.per_day_limit", AGAINST),
        (("total_limit", json!(49)), "terms.total_limit", AGAINST),
        (("extra_chances", json!(1)), "terms.extra_chances", AGAINST),
        (("members_only", json!(true)), "terms.members_only", AGAINST),
        (("holdout_percent", json!(10)), "terms.holdout_percent", AGAINST),
        (("days", json!(["friday"])), "terms.days", AGAINST),
        (("days", json!([])), "terms.days", Code::ImmutableField),
        (("hours", json!([{ "from": "10:00", "to": "13:59" }])), "terms.hours", AGAINST),
    ] {
        let mut after = before.clone();
        after[field] = value;
        let found = revised_to(&before, &after);
        assert_eq!(found, [(at_fault.to_owned(), code)], "{}", after[field]);
    }
    let mut after = before.clone();
    *after.pointer_mut("/tiers/0/action/draw/notice").unwrap() = given::rewards::notice();
    after["tiers"][0]["action"]["draw"]["notice"]["conditions"] = json!("限新客");
    let field = "terms.tiers[0].action.draw.notice.conditions".to_owned();
    assert_eq!(
        revised_to(&before, &after),
        [(field, Code::ImmutableField)],
        "what the operator adds stays too"
    );
}

/// A-S2-17: another program may word who takes part otherwise than the one that published the draw: what says the same is
/// no change, adds no link, and keeps the words that were published; with more stock they go on in the next notice.
#[test]
fn a_s2_17_what_was_published_keeps_its_words() {
    let before = draw_terms(odds(2));
    let mut more = before.clone();
    more["tiers"][0]["action"]["draw"]["prizes"][0]["stock"] = json!(3);
    for (after, links) in [(&before, 1), (&more, 2)] {
        let first = world_of(&before);
        let second = world(vec![revised(rewards("c", &before), after, at("12T00:00:00"))]);
        let mut desk = open(&first);
        let charter = desk.charters.get_mut(&id("c")).unwrap();
        let link = std::sync::Arc::make_mut(&mut charter.announced.as_mut().unwrap().notices[0]);
        link.notice.conditions = "每笔订单抽一次".to_owned();
        let (kept, head) = (announced(&desk).notices[0].clone(), book(&desk).drawing.unwrap().standing.head);
        let mut desk = desk.in_world(&second, at("12T00:00:00"));
        campaign::published(&mut desk, &second.campaigns[0].campaign).unwrap();
        let now = announced(&desk);
        assert_eq!((now.notices.len(), &now.notices[0]), (links, &kept));
        assert_eq!(now.notice().unwrap().conditions, "每笔订单抽一次");
        assert_eq!(book(&desk).drawing.unwrap().standing.head == head, links == 1);
        // Published again as it is, as when SKUs are added to its scope.
        campaign::published(&mut desk, &second.campaigns[0].campaign).unwrap();
        assert_eq!(announced(&desk), now);
    }
}
