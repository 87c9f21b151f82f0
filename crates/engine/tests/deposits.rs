//! Deposits with a campaign and without one: whichever of their money counts, whatever was heard first, what is not taken
//! is listed, and an entry that takes another back is of the same payment (A-G-8, A-G-15, A-G-17, A-S1-20).
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod support;

use domain::{
    event::{Body, Cancelled, OrderEvent},
    order::{CancelReason, Fault, Method, RefundAsk, Stage},
};
use engine::{EventOutcome, Reply};
use support::{batch::rest, presale::*, random::Random, refunds::*, *};

/// Whose deposit it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Campaign,
    Plain,
}

const KINDS: [Kind; 2] = [Kind::Campaign, Kind::Plain];
/// When the balance opens, in minutes after the start.
const OPENS: i64 = (24 * 10 + 10) * 60;

fn placed_as(kind: Kind) -> OrderEvent {
    let mut body = presale_placing("o1", "u1");
    if kind == Kind::Plain {
        body.lines[0].presale_campaign_id = None;
        body.lines[0].unit_price = fen(800_00);
    }
    event("placed", Body::Placed(Box::new(body)), at(0))
}
fn money(payment: &str, minor: i64, stage: Stage, minutes: i64) -> OrderEvent {
    let method = if stage == Stage::Deposit { Method::Wechat } else { Method::Card };
    let body = domain::event::PaymentSucceeded { method, stage, ..paying("o1", payment, minor) };
    event(payment, Body::PaymentSucceeded(body), at(minutes))
}
fn deposit(payment: &str, minutes: i64) -> OrderEvent {
    money(payment, 100_00, Stage::Deposit, minutes)
}
fn balance(payment: &str, minutes: i64) -> OrderEvent {
    money(payment, 700_00, Stage::Balance, OPENS + minutes)
}
fn gone(reason: CancelReason, minutes: i64) -> OrderEvent {
    event("gone", Body::Cancelled(Cancelled { order_id: id("o1"), reason }), at(minutes))
}

/// A shop that hears of it when all has happened.
fn later() -> Run {
    let run = Run::in_memory().0.with_presale(&Offer::default());
    run.advance(at(OPENS + 120));
    run
}

/// Where the order stands, its books and what has to go back: payment, amount and reason.
fn told(run: &Run) -> String {
    let order = run.order("o1");
    let rows =
        listed(run).into_iter().map(|(of, amount, why)| format!("{of} {} {}", amount / 100, why.as_str()));
    let stage = order.presale_stage().map_or("none".into(), |stage| format!("{stage:?}"));
    let (_, paid, settled) = run.books("o1");
    let books = format!("{}/{}", paid / 100, settled / 100);
    [stage, books, rows.collect::<Vec<_>>().join(", ")].join("; ")
}

/// A-S1-20, A-G-15: what becomes of a deposit, by whose fault, does not need a campaign.
#[test]
fn a_s1_20_a_deposit_stands_with_and_without_a_campaign() {
    use CancelReason::{Customer, Merchant};
    for kind in KINDS {
        for (reason, expected) in
            [(Merchant, "Closed; 0/0; d 100 order_cancelled"), (Customer, "Forfeited; 100/100; ")]
        {
            let run = later();
            for event in [placed_as(kind), deposit("d", 5), gone(reason, 20)] {
                run.apply(&event);
            }
            assert_eq!(told(&run), expected, "{kind:?}");
            run.assert_clean();
            let ask = RefundAsk { fault: Some(Fault::Merchant), ..rest() };
            assert!(
                matches!(run.refund("o1", "r1", &ask), Ok(Reply::Refund { refund }) if refund.total() == fen(100_00))
            );
            assert_eq!(told(&run), "Closed; 0/0; ", "{kind:?} {reason:?}");
            run.assert_clean();
        }
        // While it is open, by both doors; a part stays with the merchant.
        let open = || {
            let run = later();
            run.apply(&placed_as(kind));
            run.apply(&deposit("d", 5));
            run
        };
        let run = open();
        let customer = RefundAsk { fault: Some(Fault::Customer), ..rest() };
        assert_eq!(code(&run.refund("o1", "r1", &customer)), "deposit_forfeited");
        assert!(run.refund("o1", "r1", &amount(40_00)).is_ok());
        assert_eq!(told(&run), "Closed; 60/60; ", "{kind:?}");
        run.assert_clean();
        let run = open();
        run.apply(&went("r1", &rest(), None, OPENS + 60));
        assert_eq!(told(&run), "Closed; 0/0; ", "{kind:?}");
        assert_eq!(run.event(&balance("b", 90)).outcome, EventOutcome::Rejected);
        assert_eq!(told(&run), "Closed; 0/0; b 700 order_cancelled", "{kind:?}");
        run.assert_clean();
        // By units, of several lines, to the fen.
        let run = open();
        run.apply(&went("r1", &units("l1", 1), None, OPENS + 60));
        assert_eq!(told(&run), "Closed; 0/0; ", "{kind:?}");
        run.assert_clean();
    }
}

/// A-G-15: a balance whose deposit was refused is refused money, whichever was heard first; a deposit that turns up and is
/// taken takes it along.
#[test]
fn a_g_15_a_balance_whose_deposit_was_refused_is_listed() {
    for kind in KINDS {
        for reason in [CancelReason::Merchant, CancelReason::Customer] {
            let events = [placed_as(kind), gone(reason, 7), deposit("d", 17), balance("b", 10)];
            for order in permutations(events.len()) {
                let run = later();
                for index in &order {
                    drop(run.event(&events[*index]));
                }
                let rows = "0/0; d 100 order_cancelled, b 700 order_cancelled";
                assert!(told(&run).ends_with(rows), "{kind:?} {order:?}: {}", told(&run));
                assert!(run.reader().parked(&run.shop, &all()).unwrap().is_empty(), "{kind:?} {order:?}");
                run.assert_clean();
            }
        }
        // A deposit of another amount is refused, and the balance with it, until the right one is heard of.
        let wrong = money("wrong", if kind == Kind::Plain { 900_00 } else { 90_00 }, Stage::Deposit, 4);
        let events = [placed_as(kind), wrong, deposit("d", 5), balance("b", 10)];
        for order in permutations(events.len()) {
            let run = later();
            for index in &order {
                drop(run.event(&events[*index]));
            }
            let found = told(&run);
            assert!(found.starts_with("Paid; 800/800; wrong "), "{kind:?} {order:?}: {found}");
            run.assert_clean();
        }
    }
}

/// A-G-17: what is taken back is of the payment that was booked; the audit looks at each payment.
#[test]
fn a_g_17_what_is_taken_back_has_its_own_sources() {
    for kind in KINDS {
        let all = [placed_as(kind), deposit("d", 5), deposit("d2", 6), balance("b", 10)];
        for last in [
            gone(CancelReason::Customer, 3),
            gone(CancelReason::Merchant, 10),
            gone(CancelReason::Customer, 10),
        ] {
            for order in permutations(all.len()) {
                let run = later();
                for index in order {
                    run.event(&all[index]);
                    run.assert_clean();
                }
                run.event(&last);
                run.assert_clean();
            }
        }
    }
}

/// A-G-8, A-G-15, A-G-17: any money, cancellations and refunds, in any order: the same end, and the audit is clean after
/// every step.
#[test]
fn a_g_8_a_g_15_random_deposits_in_any_order() {
    for seed in 0..u64::from(testkit::seeds(200)) {
        let mut random = Random::of(seed);
        let events = story(&mut random);
        let orders = permutations(events.len());
        let mut wanted: Option<String> = None;
        for order in (0..6).map(|_| &orders[random.below(orders.len())]) {
            let run = later();
            for index in order {
                run.event(&events[*index]);
                run.assert_clean();
            }
            check_figures(&run);
            let found = told(&run);
            let heard: Vec<_> = order.iter().map(|index| &*events[*index].event_id).collect();
            let wanted = wanted.get_or_insert_with(|| found.clone());
            assert_eq!(&found, wanted, "seed {seed}: {heard:?} of {events:#?}");
        }
    }
}

/// What the campaign says that the merchant keeps is what the books say, as long as the balance is not paid.
fn check_figures(run: &Run) {
    if run.order("o1").paid_by().is_none() {
        let kept = run.counters("p1").brought("forfeited_deposits");
        let books = if run.order("o1").presale.is_some() { run.books("o1").2 } else { 0 };
        assert_eq!(kept, books, "{}", told(run));
    }
}

/// An order and four things that happen to it.
fn story(random: &mut Random) -> Vec<OrderEvent> {
    let kind = KINDS[random.below(2)];
    let mut events = vec![placed_as(kind)];
    let mut has_end = false;
    while events.len() < 5 {
        let number = events.len();
        let early = i64::try_from(1 + random.below(25)).unwrap();
        let whenever = [early, early + 30, OPENS + early, OPENS + 60 + early][random.below(4)];
        // A refund is told of after a deposit can have come: one of before all money is nobody's.
        let later = whenever.max(early + 30);
        let reason = [CancelReason::Customer, CancelReason::Merchant][random.below(2)];
        events.push(match random.below(7) {
            0 | 1 => deposit(&format!("d{number}"), early),
            2 | 3 => balance(&format!("b{number}"), early),
            4 if !has_end => {
                has_end = true;
                gone(reason, whenever)
            }
            5 => went(&format!("r{number}"), &amount(40_00), None, later),
            _ => went(&format!("r{number}"), &rest(), None, later),
        });
    }
    events
}
