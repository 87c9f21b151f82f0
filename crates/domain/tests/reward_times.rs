//! When a reward can be had at a desk: nothing before the start, what is drawn is shown, and what was not played lapses.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod given;

use domain::campaign::{self, Count, post_payment::playable_until};
use domain::order::Order;
use domain::reward::{Course, Reward, RewardStatus};
use domain::time::Zone;
use domain::{Code, Instant};
use given::desk::Table;
use given::rewards::{
    book, coupon_terms, draw_terms, follow, got, odds, open, paid_order, pay, play, play_as, urn, world_of,
};
use given::{at, id};
use serde_json::json;

fn until(desk: &Table<'_>, reward: &Reward) -> Instant {
    let announced = desk.charters[&id("c")].announced.as_ref();
    playable_until(at("30T00:00:00"), announced, reward, &Zone::shanghai())
}

/// A-S2-15, A-S2-17: a ticket that was drawn is shown for as long as the notice gives its winner to claim, also after the
/// campaign's end: 30 days from the draw, the last of them whole. Then it has lapsed.
#[test]
fn a_s2_15_a_ticket_that_was_drawn_is_shown_until_its_claim_is_over() {
    let world = world_of(&draw_terms(urn(4)));
    let mut desk = open(&world);
    let orders: Vec<Order> = ["o1", "o2", "o3"].map(|name| pay(&mut desk, name, 50_00)).into();
    let rewards: Vec<Reward> = orders.iter().map(|order| got(&desk, order).unwrap()).collect();
    let last = at("2022-07-11T00:00:00");
    assert!(rewards.iter().all(|reward| until(&desk, reward) == last));
    for (moment, reward, expected) in [
        (at("30T00:00:00"), &rewards[0], None),
        (last.just_before(), &rewards[1], None),
        (last, &rewards[2], Some(Code::Lapsed)),
    ] {
        desk.now = moment;
        let played = play(&mut desk, reward);
        assert_eq!(played.as_ref().err().map(|refusal| refusal.code), expected, "{moment}");
    }
    assert_eq!(play(&mut desk, &rewards[0]).unwrap().reward.status, RewardStatus::Done, "and for ever after");
    assert_eq!(got(&desk, &orders[2]).unwrap().done_at, None);
}

/// A-S2-15, A-S2-16: whatever is not drawn by the end closes with the campaign, for its seed is told: a chance by odds, a
/// ticket that waited for its payment's id. A payment that is heard of after the end is offered nothing to do.
#[test]
fn a_s2_16_what_is_not_drawn_closes_with_the_campaign() {
    let survey = json!({ "tiers": [{ "min_paid": 100, "action": { "kind": "survey", "questions": [
        { "question_id": "why", "text": "为什么", "kind": "free" }] } }] });
    for terms in [draw_terms(odds(2)), draw_terms(urn(4)), survey] {
        let world = world_of(&terms);
        let mut desk = open(&world);
        let mut order = paid_order("o1", "c1", 50_00, desk.now);
        order.payments[0].transaction_id = None;
        campaign::whole(&mut desk, &mut order);
        let reward = got(&desk, &order).unwrap();
        assert_eq!(until(&desk, &reward), at("30T00:00:00"));
        desk.now = at("30T00:00:00");
        assert_eq!(play(&mut desk, &reward).unwrap_err().code, Code::CampaignClosed);
        let mut late = paid_order("o2", "c2", 50_00, at("29T23:00:00"));
        campaign::whole(&mut desk, &mut late);
        assert_eq!(got(&desk, &late).unwrap_err(), Some(Code::CampaignClosed));
    }
}

/// An order whose payment is dated on the first day, heard of on the eve.
fn ahead(desk: &mut Table<'_>, name: &str, amount: i64) -> Order {
    desk.now = at("09T20:00:00");
    let mut order = paid_order(name, &format!("c-{name}"), amount, at("10T10:00:00"));
    campaign::whole(desk, &mut order);
    order
}

/// A-S2-16: a payment that is dated ahead of our clock brings its chance, and nothing is drawn before the start by our
/// clock: an urn's ticket is drawn when the campaign starts, or by a play that comes first; by odds the play draws.
#[test]
fn a_s2_16_nothing_is_drawn_before_the_start() {
    for (draw, is_urn) in [(urn(4), true), (odds(2), false)] {
        let mut terms = draw_terms(draw);
        terms["extra_chances"] = json!(3);
        let world = world_of(&terms);
        let mut desk = open(&world);
        let mut order = ahead(&mut desk, "o1", 50_00);
        let reward = got(&desk, &order).unwrap();
        assert_eq!((reward.status, reward.drawn.is_none()), (RewardStatus::Offered, true));
        assert_eq!(play(&mut desk, &reward).unwrap_err().code, Code::NotStarted);
        assert_eq!(follow(&mut desk, &reward, "friend"), Err(Code::NotStarted));
        let starts = at("10T00:00:00");
        assert_eq!(campaign::order_wake(&order), Some(starts).filter(|_| is_urn));
        desk.now = starts;
        assert_eq!(campaign::due(&mut desk, &mut order).unwrap(), is_urn);
        assert_eq!(campaign::order_wake(&order), None);
        let drawn = got(&desk, &order).unwrap().drawn;
        assert_eq!(drawn.as_ref().map(|drawn| drawn.at), Some(starts).filter(|_| is_urn));
        let played = play(&mut desk, &reward).unwrap();
        assert!(played.reward.drawn.is_some_and(|drawn| drawn.at == starts));
        // A play that comes before the timer draws as well, once.
        let mut other = ahead(&mut desk, "o2", 50_00);
        desk.now = starts;
        let reward = got(&desk, &other).unwrap();
        let played = play(&mut desk, &reward).unwrap();
        campaign::due(&mut desk, &mut other).unwrap();
        assert_eq!(got(&desk, &other).unwrap(), played.reward);
        assert_eq!(book(&desk).drawing.unwrap().standing.plays, 2);
    }
}

/// S2-R07: a coupon tier gives nothing before the start either; its coupon comes with it, also where the order was undone
/// and stands again in between. An order that does not stand by then has none.
#[test]
fn s2_r07_a_coupon_waits_for_the_start() {
    let world = world_of(&coupon_terms());
    let mut desk = open(&world);
    let mut order = ahead(&mut desk, "o1", 100_00);
    let mut undone = ahead(&mut desk, "o2", 100_00);
    let reward = got(&desk, &order).unwrap();
    assert_eq!((reward.status, reward.coupon_id, desk.coupons.len()), (RewardStatus::Offered, None, 0));
    let cancelled =
        domain::order::State::Cancelled { at: desk.now, reason: domain::order::CancelReason::Merchant };
    let paid = std::mem::replace(&mut undone.state, cancelled);
    campaign::whole(&mut desk, &mut undone);
    assert_eq!(
        (got(&desk, &undone).unwrap().status, campaign::order_wake(&undone)),
        (RewardStatus::Void, None)
    );
    desk.now = at("10T00:00:00");
    assert!(campaign::due(&mut desk, &mut order).unwrap() && !campaign::due(&mut desk, &mut order).unwrap());
    let reward = got(&desk, &order).unwrap();
    assert_eq!((reward.status, reward.done_at, desk.coupons.len()), (RewardStatus::Done, Some(desk.now), 1));
    assert_eq!(play_as(&mut desk, &reward, "c-o1", &json!({})).unwrap().reward, reward);
    undone.state = paid;
    campaign::whole(&mut desk, &mut undone);
    assert_eq!((got(&desk, &undone).unwrap().status, desk.coupons.len()), (RewardStatus::Done, 2));
    assert!(desk.coupons.values().all(|coupon| coupon.counted_for() == Some(&id("c"))));
    let is_play = |count: &Count| matches!(count, Count::Rewarded { to: Course::Played, .. });
    assert!(!desk.counts.iter().any(|(_, count)| is_play(count)), "a coupon is not played");
}

/// What publishing the campaign `c` is answered, with so many coupons of `b1` left.
fn published(terms: &serde_json::Value, left: u64, now: Instant) -> Vec<(String, Code)> {
    let world = world_of(terms);
    let mut desk = Table::at(&world, now);
    desk.batches.insert(id("b1"), left);
    let published = campaign::published(&mut desk, &world.campaigns[0].campaign);
    let found = published.err().into_iter().flat_map(|refused| refused.violations);
    found.map(|violation| (violation.field, violation.code)).collect()
}

/// A-S2-17: a draw is published only where its coupons are there for every prize and worth what its notice tells, and
/// before it starts.
#[test]
fn a_s2_17_a_draw_is_published_where_its_batches_can_keep_it() {
    let eve = at("09T00:00:00");
    let field = |name: &str| format!("terms.tiers[0].action.draw.prizes[1].{name}");
    assert_eq!(published(&draw_terms(urn(4)), 2, eve), []);
    assert_eq!(published(&draw_terms(urn(4)), 1, eve), [(field("stock"), Code::BatchShort)]);
    let mut draw = urn(4);
    draw["prizes"][1]["value"] = json!(999);
    assert_eq!(published(&draw_terms(draw), 2, eve), [(field("value"), Code::ValueDiffers)]);
    let mut draw = urn(4);
    draw["notice"]["claim_days"] = json!(33);
    let found = published(&draw_terms(draw), 2, eve);
    assert_eq!(found, [(field("batch_id"), Code::BatchWindow)], "the last claim ends after the batch");
    assert_eq!(published(&draw_terms(urn(4)), 2, at("10T00:00:00")), []);
    let late = published(&draw_terms(urn(4)), 2, at("10T00:00:01"));
    assert_eq!(late, [("starts_at".to_owned(), Code::StartedAlready)]);
}
