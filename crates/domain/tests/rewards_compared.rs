//! Who bought again within 30 days, of those who were offered a reward and of those who were not (S2-R06, A-S2-21).
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod given;

use domain::Instant;
use domain::campaign::{self, Campaign, Counters, Tally};
use domain::holdout::Group;
use domain::order::{Order, State};
use domain::reward::Part;
use given::desk::Table;
use given::rewards::{coupon_terms, open, paid_order, pay_by, refund, rewards, world};
use given::{at, id};
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
fn part(order: &Order) -> Option<Part> {
    order.compared.first().map(|compared| compared.part)
}
/// An order of that amount, paid then.
fn paid(desk: &mut Table<'_>, name: &str, by: &str, amount: i64, when: &str) -> Order {
    desk.now = at(when);
    pay_by(desk, name, by, amount)
}
/// Customers and those who bought again: of the treated, then of the comparison group.
fn counted(orders: &[&Order], when: Instant) -> [i64; 4] {
    let figures = ["treated_customers", "treated_again", "holdout_customers", "holdout_again"];
    let tallies: Vec<Tally> = orders.iter().map(|order| campaign::brings(order, &[])).collect();
    let brought =
        || tallies.iter().flat_map(|tally| &tally.0).filter(|b| b.from.is_none_or(|from| from <= when));
    figures.map(|figure| brought().filter(|b| b.figure == figure).map(|b| b.amount).sum())
}

/// A-S2-21, S2-R06: a customer comes in with the first order that reaches a tier, in either group alike; the next order
/// within 30 days is the repurchase, whatever its amount; nobody counts before their 30 days are over.
#[test]
fn a_s2_21_s2_r06_who_bought_again_is_compared_once_their_time_is_over() {
    let world = world(vec![half()]);
    for group in [Group::Treated, Group::Holdout] {
        let (mut desk, name) = (open(&world), one(group));
        let below = paid(&mut desk, "o0", &name, 99_99, "10T09:00:00");
        let first = paid(&mut desk, "o1", &name, 100_00, "10T10:00:00");
        let again = paid(&mut desk, "o2", &name, 1_00, "20T10:00:00");
        let third = paid(&mut desk, "o3", &name, 100_00, "21T10:00:00");
        let parts = [&below, &first, &again, &third].map(part);
        assert_eq!(parts, [None, Some(Part::Opens), Some(Part::Repurchase), None], "{group:?}");
        assert_eq!(first.rewards[0].reward_id.is_some(), group == Group::Treated);

        let all = [&below, &first, &again, &third];
        let over = at("2022-07-11T08:00:00");
        assert_eq!(
            counted(&all, Instant::from_micros(over.micros() - 1)),
            [0; 4],
            "the 30 days are not over"
        );
        let expected = match group {
            Group::Treated => [1, 1, 0, 0],
            Group::Holdout => [0, 0, 1, 1],
        };
        assert_eq!(counted(&all, over), expected);
    }
}

/// A-S2-21: to the microsecond, and also when the campaign is over: it ends on 30 June.
#[test]
fn a_s2_21_a_repurchase_is_one_within_thirty_days_to_the_microsecond() {
    let world = world(vec![half()]);
    for (when, expected) in [
        ("29T12:00:00", None),
        ("29T12:00:00.000001", Some(Part::Repurchase)),
        ("2022-07-15T12:00:00", Some(Part::Repurchase)),
        ("2022-07-29T12:00:00", Some(Part::Repurchase)),
        ("2022-07-29T12:00:00.000001", None),
    ] {
        let (mut desk, name) = (open(&world), one(Group::Holdout));
        paid(&mut desk, "o1", &name, 100_00, "29T12:00:00");
        assert_eq!(part(&paid(&mut desk, "o2", &name, 100_00, when)), expected, "{when}");
    }
    let (mut desk, name) = (open(&world), one(Group::Holdout));
    assert_eq!(
        part(&paid(&mut desk, "o1", &name, 100_00, "2022-06-30T00:00:00")),
        None,
        "over: nobody comes in"
    );
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
        part(&order)
    };
    assert_eq!(part_of(&mut desk, "o1", "k1", "10T10:00:00"), Some(Part::Opens));
    assert_eq!(part_of(&mut desk, "o2", "k1", "10T10:00:01"), None);
    assert_eq!(part_of(&mut desk, "o3", "k2", "11T10:00:00"), Some(Part::Repurchase));
}

/// A-S2-21: who came in stays in when the order is refunded, which the reward may be the cause of, and leaves when it was
/// never paid after all; a repurchase that is refunded whole is none.
#[test]
fn a_s2_21_refunds_take_the_repurchase_and_not_the_customer() {
    let world = world(vec![half()]);
    let (mut desk, name) = (open(&world), one(Group::Holdout));
    let mut first = paid(&mut desk, "o1", &name, 100_00, "10T10:00:00");
    let mut again = paid(&mut desk, "o2", &name, 50_00, "12T10:00:00");
    let over = at("2022-08-01T00:00:00");
    refund(&mut desk, &mut first);
    assert_eq!(counted(&[&first, &again], over), [0, 0, 1, 1]);
    refund(&mut desk, &mut again);
    assert_eq!(counted(&[&first, &again], over), [0, 0, 1, 0]);
    first.state = State::Open;
    assert_eq!(counted(&[&first, &again], over), [0; 4]);
}

/// A-S2-21: a campaign without a group compares nobody, one that gave its group up nobody more; and the figures are those
/// that the comparison of the kind names.
#[test]
fn a_s2_21_rewards_without_a_group_compare_nobody() {
    let world_of_none = world(vec![rewards("c", &coupon_terms())]);
    let mut desk = open(&world_of_none);
    assert_eq!(part(&paid(&mut desk, "o1", "u1", 100_00, "10T10:00:00")), None);

    let ended = given::rewards::revised(half(), &coupon_terms(), at("11T00:00:00"));
    let (what, plan) = campaign::compared(&ended).unwrap();
    assert_eq!((what.outcome, plan.percent, plan.planned_orders), ("bought_again", 50, 5_000));
    let world_of_ended = world(vec![ended]);
    let (mut desk, name) = (open(&world_of_ended), one(Group::Holdout));
    let first = paid(&mut desk, "o1", &name, 100_00, "10T10:00:00");
    let again = paid(&mut desk, "o2", &name, 100_00, "12T10:00:00");
    assert_eq!([part(&first), part(&again)], [Some(Part::Opens), Some(Part::Repurchase)]);
    assert_eq!(part(&paid(&mut desk, "o3", "u-new", 100_00, "12T10:00:00")), None);
    let mut figures = Counters::of_new();
    for brought in campaign::brings(&first, &[]).0 {
        let (placed_at, now) = (first.placed_at, at("10T10:00:00"));
        let (figure, by, from) = (brought.figure, brought.amount, brought.from);
        campaign::Count::Brought { figure, by, placed_at, now, from }.add_to(&mut figures);
    }
    assert_eq!(figures.as_of(at("2022-08-01T00:00:00")).brought(what.holdout.orders), 1);
}
