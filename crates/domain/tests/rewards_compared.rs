//! Who bought again within 30 days, of those who were offered a reward and of those who were not (S2-R06, A-S2-21).
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod given;

use domain::Instant;
use domain::campaign::{self, Campaign, Counters};
use domain::holdout::Group;
use domain::limits;
use domain::order::{Order, State};
use given::desk::Table;
use given::rewards::{coupon_terms, open, paid_order, pay_by, refund, refund_of, rewards, world};
use given::{at, id};
use proptest::prelude::*;
use serde_json::json;

/// Half of the customers are offered nothing.
fn half() -> Campaign {
    let mut terms = coupon_terms();
    terms["holdout_percent"] = json!(50);
    rewards("c", &terms)
}
/// The first customer of a group.
fn one(group: Group) -> String {
    (0..100).map(|n| format!("u{n}")).find(|name| Group::of(&id("c"), &id(name), 50) == group).unwrap()
}
/// An order of that amount, paid then.
fn paid(desk: &mut Table<'_>, name: &str, by: &str, amount: i64, when: &str) -> Order {
    desk.now = at(when);
    pay_by(desk, name, by, amount)
}
/// Customers and those who bought again: of the treated, then of the comparison group.
fn counted(desk: &Table<'_>, when: Instant) -> [i64; 4] {
    let mut figures = Counters::of_new();
    desk.counts.iter().for_each(|(_, count)| count.add_to(&mut figures));
    let figures = figures.as_of(when);
    ["treated_customers", "treated_again", "holdout_customers", "holdout_again"]
        .map(|name| figures.brought(name))
}
/// When every time is over.
fn over() -> Instant {
    at("2022-12-01T00:00:00")
}
/// Customers of a group, and those of them who bought again.
fn of(group: Group, customers: i64, again: i64) -> [i64; 4] {
    match group {
        Group::Treated => [customers, again, 0, 0],
        Group::Holdout => [0, 0, customers, again],
    }
}

/// A-S2-21, S2-R06: a customer comes in with the first order that reaches a tier, in either group alike; the next order
/// within 30 days is the repurchase, whatever its amount; nobody counts before their 30 days are over.
#[test]
fn a_s2_21_s2_r06_who_bought_again_is_compared_once_their_time_is_over() {
    let world = world(vec![half()]);
    for group in [Group::Treated, Group::Holdout] {
        let (mut desk, name) = (open(&world), one(group));
        paid(&mut desk, "o0", &name, 99_99, "10T09:00:00");
        assert_eq!(counted(&desk, over()), [0; 4], "{group:?}");
        let first = paid(&mut desk, "o1", &name, 100_00, "10T10:00:00");
        assert_eq!(counted(&desk, over()), of(group, 1, 0));
        paid(&mut desk, "o2", &name, 1_00, "20T10:00:00");
        paid(&mut desk, "o3", &name, 100_00, "21T10:00:00");
        assert_eq!(first.rewards[0].reward_id.is_some(), group == Group::Treated);

        let day = at("2022-07-11T08:00:00");
        assert_eq!(counted(&desk, day.just_before()), [0; 4], "the 30 days are not over");
        assert_eq!(counted(&desk, day), of(group, 1, 1));
    }
}

/// A-S2-21: to the microsecond, and also when the campaign is over: it ends on 30 June.
#[test]
fn a_s2_21_a_repurchase_is_one_within_thirty_days_to_the_microsecond() {
    let world = world(vec![half()]);
    for (when, again) in [
        ("29T12:00:00", 0),
        ("29T12:00:00.000001", 1),
        ("2022-07-15T12:00:00", 1),
        ("2022-07-29T12:00:00", 1),
        ("2022-07-29T12:00:00.000001", 0),
    ] {
        let (mut desk, name) = (open(&world), one(Group::Holdout));
        paid(&mut desk, "o1", &name, 100_00, "29T12:00:00");
        paid(&mut desk, "o2", &name, 100_00, when);
        assert_eq!(counted(&desk, over()), of(Group::Holdout, 1, again), "{when}");
    }
    let (mut desk, name) = (open(&world), one(Group::Holdout));
    paid(&mut desk, "o1", &name, 100_00, "2022-06-30T00:00:00");
    assert_eq!(counted(&desk, over()), [0; 4], "over: nobody comes in");
}

/// A-S2-21: parts of one checkout are one purchase.
#[test]
fn a_s2_21_parts_of_one_checkout_are_one_purchase() {
    let world = world(vec![half()]);
    let (mut desk, name) = (open(&world), one(Group::Treated));
    let part_of = |desk: &mut Table<'_>, order: &str, checkout: &str, when: &str| {
        desk.now = at(when);
        let mut order = paid_order(order, &name, 100_00, desk.now);
        order.checkout_id = Some(id(checkout));
        campaign::whole(desk, &mut order);
        counted(desk, over())
    };
    assert_eq!(part_of(&mut desk, "o1", "k1", "10T10:00:00"), [1, 0, 0, 0]);
    assert_eq!(part_of(&mut desk, "o2", "k1", "10T10:00:01"), [1, 0, 0, 0]);
    assert_eq!(part_of(&mut desk, "o3", "k2", "11T10:00:00"), [1, 1, 0, 0]);
}

/// A-S2-21: who came in stays in when the order is refunded, which the reward may be the cause of, and counts by the next
/// when it was never paid after all; a repurchase that is refunded whole is none, and the next is one.
#[test]
fn a_s2_21_refunds_take_the_repurchase_and_not_the_customer() {
    let world = world(vec![half()]);
    let (mut desk, name) = (open(&world), one(Group::Holdout));
    let mut first = paid(&mut desk, "o1", &name, 100_00, "10T10:00:00");
    let mut again = paid(&mut desk, "o2", &name, 100_00, "12T10:00:00");
    refund(&mut desk, &mut first);
    assert_eq!(counted(&desk, over()), [0, 0, 1, 1]);
    refund(&mut desk, &mut again);
    assert_eq!(counted(&desk, over()), [0, 0, 1, 0]);
    let third = paid(&mut desk, "o3", &name, 1_00, "13T10:00:00");
    assert_eq!(counted(&desk, over()), [0, 0, 1, 1], "the next is the repurchase");
    first.state = State::Open;
    campaign::whole(&mut desk, &mut first);
    assert_eq!(
        counted(&desk, over()),
        [0, 0, 1, 1],
        "they come in by the second, and the third is the repurchase"
    );
    again.state = State::Open;
    campaign::whole(&mut desk, &mut again);
    assert_eq!(counted(&desk, over()), [0; 4], "{third:?} reaches no tier");
}

/// A-S2-21: a campaign without a group compares nobody, one that gave its group up nobody more.
#[test]
fn a_s2_21_rewards_without_a_group_compare_nobody() {
    let world_of_none = world(vec![rewards("c", &coupon_terms())]);
    let mut desk = open(&world_of_none);
    paid(&mut desk, "o1", "u1", 100_00, "10T10:00:00");
    assert_eq!(counted(&desk, over()), [0; 4]);

    let ended = given::rewards::revised(half(), &coupon_terms(), at("11T00:00:00"));
    let (what, plan) = campaign::compared(&ended).unwrap();
    assert_eq!((what.outcome, plan.percent, plan.planned_orders), ("bought_again", 50, 5_000));
    let world_of_ended = world(vec![ended]);
    let (mut desk, name) = (open(&world_of_ended), one(Group::Holdout));
    paid(&mut desk, "o1", &name, 100_00, "10T10:00:00");
    paid(&mut desk, "o2", &name, 100_00, "12T10:00:00");
    assert_eq!(counted(&desk, over()), [0, 0, 1, 1]);
    paid(&mut desk, "o3", "u-new", 100_00, "12T10:00:00");
    assert_eq!(counted(&desk, over()), [0, 0, 1, 1]);
}

/// A-S2-21: of a customer with more orders than are kept, those are left out that matter least: the first customer order
/// and its repurchase are found before and behind any number of others.
#[test]
fn a_s2_21_more_orders_than_are_kept_hide_neither_the_first_nor_the_repurchase() {
    let world = world(vec![half()]);
    let (mut desk, name) = (open(&world), one(Group::Treated));
    let many = limits::COMPARED_ORDERS + 10;
    for n in 0..many {
        paid(&mut desk, &format!("small{n}"), &name, 1_00, &format!("10T10:{:02}:00", n % 60));
    }
    paid(&mut desk, "first", &name, 100_00, "11T10:00:00");
    assert_eq!(counted(&desk, over()), [1, 0, 0, 0]);
    let mut again = paid(&mut desk, "again", &name, 1_00, "12T10:00:00");
    for n in 0..many {
        paid(&mut desk, &format!("later{n}"), &name, 1_00, &format!("2022-08-10T10:{:02}:00", n % 60));
    }
    assert_eq!(counted(&desk, over()), [1, 1, 0, 0]);
    refund_of(&mut desk, &mut again, 1_00);
    assert_eq!(counted(&desk, over()), [1, 0, 0, 0]);
    let kept = desk.takers.values().map(|taker| taker.bought.len()).max();
    assert_eq!(kept, Some(limits::COMPARED_ORDERS));
}

/// What becomes of an order in the end.
#[derive(Debug, Clone, Copy, PartialEq)]
enum End {
    Paid,
    Refunded,
    NeverPaid,
}

/// An order: when it is paid, whether it reaches a tier, its checkout, its end, and what was thought of it before.
type Story = (i64, bool, Option<u8>, End, Vec<End>);

fn story() -> impl Strategy<Value = Story> {
    let end = || prop_oneof![3 => Just(End::Paid), 1 => Just(End::Refunded), 1 => Just(End::NeverPaid)];
    let hour = prop_oneof![Just(24_i64), 0_i64..60 * 24];
    (hour, any::<bool>(), prop::option::of(0_u8..3), end(), prop::collection::vec(end(), 0..3))
}

fn told(number: usize, (hour, reaches, checkout, ..): &Story, name: &str, end: End) -> Order {
    let when = at("05T00:00:00").plus_hours(*hour);
    let mut order = paid_order(&format!("o{number}"), name, if *reaches { 100_00 } else { 1_00 }, when);
    order.checkout_id = checkout.map(|checkout| id(&format!("k{checkout}")));
    if end == End::NeverPaid {
        order.state = State::Open;
    }
    order
}

/// What a customer counts, by a plain reading of the rule over their orders as they are in the end.
fn recount(stories: &[Story]) -> (i64, i64) {
    let (published, from, to) = (at("09T00:00:00"), at("10T00:00:00"), at("30T00:00:00"));
    let when = |story: &Story| at("05T00:00:00").plus_hours(story.0);
    let mut paid: Vec<(Instant, String, &Story)> = Vec::new();
    for (number, story) in stories.iter().enumerate() {
        if story.3 != End::NeverPaid && when(story) >= published {
            paid.push((when(story), format!("o{number}"), story));
        }
    }
    paid.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    let first = paid.iter().find(|(at, _, story)| story.1 && *at >= from && *at < to);
    let Some((begins, _, opening)) = first else { return (0, 0) };
    let again = paid.iter().any(|(at, _, story)| {
        let is_other = story.2.is_none() || story.2 != opening.2;
        at > begins && *at <= begins.plus_hours(24 * 30) && story.3 == End::Paid && is_other
    });
    (1, i64::from(again))
}

proptest! {
    /// A-S2-21, A-G-8: in whatever order news of a customer's orders comes, and whatever was thought of them before, the
    /// comparison counts what a plain reading of the orders as they are in the end gives.
    #[test]
    fn a_s2_21_a_g_8_any_order_of_hearing_gives_the_same(
        stories in prop::collection::vec(story(), 1..7),
        order in prop::collection::vec(any::<prop::sample::Index>(), 30),
        holdout in any::<bool>(),
    ) {
        let group = if holdout { Group::Holdout } else { Group::Treated };
        let (world, name) = (world(vec![half()]), one(group));
        let mut desk = open(&world);
        let mut waiting: Vec<(usize, Vec<End>)> = Vec::new();
        for (number, story) in stories.iter().enumerate() {
            let mut ends = story.4.clone();
            ends.push(story.3);
            waiting.push((number, ends));
        }
        desk.now = at("2022-08-20T00:00:00");
        for pick in order {
            if waiting.is_empty() {
                break;
            }
            let at = pick.index(waiting.len());
            let (number, ends) = &mut waiting[at];
            let end = ends.remove(0);
            let mut order = told(*number, &stories[*number], &name, end);
            if end == End::Refunded {
                refund(&mut desk, &mut order);
            } else {
                campaign::whole(&mut desk, &mut order);
            }
            // Heard twice it counts once.
            campaign::whole(&mut desk, &mut order);
            if ends.is_empty() {
                waiting.remove(at);
            }
        }
        prop_assert!(waiting.is_empty());
        let (customers, again) = recount(&stories);
        prop_assert_eq!(counted(&desk, over()), of(group, customers, again));
    }
}
