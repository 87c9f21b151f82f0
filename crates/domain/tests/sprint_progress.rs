//! What a member of a sprint has come to: worked-out cases, and beside a plain recount.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod given;

use domain::Instant;
use domain::catalog::Scope;
use domain::order::{Order, State};
use domain::sprint::{Counting, CountsFrom, Reached, Spent};
use given::sprints::{day, goes_back, wave};
use given::{at, by, fen, id};
use proptest::prelude::*;
use serde_json::json;

fn spent(order: &str, paid: i64, placed: &str, received: Option<&str>) -> Spent {
    Spent {
        order_id: id(order),
        placed_at: day(placed),
        received_at: received.map(day),
        paid: fen(paid),
        refunds: Vec::new(),
    }
}

/// T-S1 (A-S3-2): net amounts as they stand at the draw, in the order of receipt.
#[test]
fn t_s1_a_s3_2_when_a_member_has_qualified() {
    let counting = Counting::of(&wave(0), CountsFrom::SprintStart, day("10-20T00:00:00"));
    let mut orders = vec![
        spent("a1", 150_00, "11-01T00:00:00", Some("11-05T00:00:00")),
        spent("a2", 100_00, "11-01T00:00:00", Some("11-06T00:00:00")),
    ];
    let reached = |orders: &[Spent]| {
        let reached = counting.reached(orders, &[fen(200_00)]);
        reached.first().map(|Reached { qualified_at, .. }| *qualified_at)
    };
    orders[0].refunds = vec![(day("11-07T00:00:00"), fen(60_00))];
    assert_eq!(reached(&orders), None, "190.00");
    orders[0].refunds = vec![(day("11-07T00:00:00"), fen(40_00))];
    assert_eq!(reached(&orders), Some(day("11-06T00:00:00")), "210.00");
    orders[0].refunds = vec![(day("11-14T12:00:00"), fen(60_00))];
    assert_eq!(reached(&orders), Some(day("11-06T00:00:00")), "what goes back at the draw is later");
    orders[0].refunds = vec![(by(day("11-14T12:00:00"), -1), fen(60_00))];
    assert_eq!(reached(&orders), None);
    let progress = counting.progress(&orders);
    assert_eq!(
        (progress.spent, progress.received, progress.refunded),
        (fen(250_00), fen(190_00), fen(60_00))
    );
    let b = [spent("b1", 200_00, "11-01T00:00:00", Some("11-06T12:00:00"))];
    assert_eq!(reached(&b), Some(day("11-06T12:00:00")), "inclusive");
}

/// T-W1 (A-S3-1, A-S3-2): what counts of a member who enrolls during the sprint, and receipts around the draw.
#[test]
fn t_w1_a_s3_2_what_counts_of_a_platforms_wave() {
    let enrolled_at = day("11-02T00:00:00");
    let orders = [
        spent("o1", 100_00, "11-01T10:00:00", Some("11-13T23:59:59")),
        spent("o3", 150_00, "11-03T10:00:00", Some("11-13T23:59:59")),
        spent("late", 500_00, "11-03T11:00:00", Some("11-14T12:00:00")),
        spent("out", 500_00, "11-04T00:00:00", Some("11-05T00:00:00")),
    ];
    for (from, received) in [(CountsFrom::Enrollment, 150_00), (CountsFrom::SprintStart, 250_00)] {
        let counting = Counting::of(&wave(0), from, enrolled_at);
        assert_eq!(counting.progress(&orders).received, fen(received));
        let reached = counting.reached(&orders, &[fen(200_00)]);
        assert_eq!(reached.len(), usize::from(received >= 200_00), "{from:?}");
    }
}

/// A-S3-2: goods of the scope alone count, without freight, after what came off and went back of them.
#[test]
fn a_s3_2_what_was_paid_for_goods_of_the_scope() {
    let mut order = given::order_of(&given::with_freight(
        given::less(
            given::placed(&[(100_00, 1), (300_00, 1)]),
            "order_promotion",
            40_00,
            domain::order::Party::Merchant,
        ),
        12_00,
    ));
    order.state = State::Paid { at: at("10T10:00:00") };
    let scope: Scope = serde_json::from_value(json!({ "mode": "whitelist", "skus": ["s1"] })).unwrap();
    let paid = |order: &Order, scope: &Scope| Spent::of(order, scope).map(|spent| spent.paid);
    assert_eq!(paid(&order, &Scope::default()), Some(fen(360_00)));
    assert_eq!(paid(&order, &scope), Some(fen(270_00)));
    goes_back(&mut order, "r", 36_00, at("11T10:00:00"));
    let spent = Spent::of(&order, &scope).unwrap();
    assert_eq!(spent.net(at("12T10:00:00")), fen(243_00), "an amount without lines is of all of them");
    order.state = State::Open;
    assert_eq!(paid(&order, &scope), None);
}

/// An order of the property: what was paid, when it was placed and received, and what went back when, in hours.
type Drawn = (i64, i64, Option<i64>, Vec<(i64, i64)>);

fn orders_of(drawn: &[Drawn], zero: Instant) -> Vec<Spent> {
    let of = |(number, (paid, placed, received, refunds)): (usize, &Drawn)| {
        let mut refunds: Vec<(Instant, money::Money)> =
            refunds.iter().map(|(at, amount)| (zero.plus_hours(*at), fen(*amount))).collect();
        refunds.sort_unstable();
        Spent {
            order_id: id(&format!("o{number}")),
            placed_at: zero.plus_hours(*placed),
            received_at: received.map(|at| zero.plus_hours(at)),
            paid: fen(*paid),
            refunds,
        }
    };
    drawn.iter().enumerate().map(of).collect()
}

proptest! {
    #![proptest_config(given::cases(256))]
    /// A-S3-2: what was reached and when, beside a plain recomputation that tries every receipt as the last one.
    #[test]
    fn a_s3_2_what_was_reached_is_what_a_plain_recount_says(
        drawn in prop::collection::vec(
            (0_i64..300, -3_i64..8, prop::option::of(-2_i64..14), prop::collection::vec((0_i64..14, 0_i64..120), 0..3)),
            0..7,
        ),
        enrolled in -2_i64..8,
        threshold in 1_i64..600,
        from_start in any::<bool>(),
    ) {
        let zero = day("10-31T20:00:00");
        let mut wave = wave(0);
        wave.sprint = domain::time::Window { starts_at: zero, ends_at: zero.plus_hours(6) };
        wave.draw_at = zero.plus_hours(10);
        let orders = orders_of(&drawn, zero);
        let from = if from_start { CountsFrom::SprintStart } else { CountsFrom::Enrollment };
        let counting = Counting::of(&wave, from, zero.plus_hours(enrolled));
        let counts = |order: &&Spent| {
            let since = if from_start { zero } else { zero.max(zero.plus_hours(enrolled)) };
            order.placed_at >= since && order.placed_at < zero.plus_hours(6)
        };
        let net = |order: &Spent| {
            let gone: i64 = order.refunds.iter().filter(|(at, _)| *at < wave.draw_at).map(|(_, amount)| amount.minor()).sum();
            (order.paid.minor() - gone).max(0)
        };
        let in_time = |order: &&Spent| order.received_at.is_some_and(|at| at < wave.draw_at);
        let counted: Vec<&Spent> = orders.iter().filter(counts).filter(in_time).collect();
        let by_then = |last: Instant| -> i64 {
            counted.iter().filter(|order| order.received_at.unwrap() <= last).map(|order| net(order)).sum()
        };
        let plain = counted.iter().map(|order| order.received_at.unwrap()).filter(|at| by_then(*at) >= threshold).min();
        let found = counting.reached(&orders, &[fen(threshold)]);
        prop_assert_eq!(found.first().map(|reached| reached.qualified_at), plain);
        let progress = counting.progress(&orders);
        prop_assert_eq!(progress.received.minor(), counted.iter().map(|order| net(order)).sum::<i64>());
        prop_assert_eq!(progress.spent, progress.received + progress.awaiting + progress.refunded);
    }
}
