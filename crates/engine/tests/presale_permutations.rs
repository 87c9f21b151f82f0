//! A-G-8 for presale orders: in whatever order the events arrive, the same end state.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod support;

use domain::event::{Body, OrderEvent};
use domain::ledger::{Settlement, settle};
use domain::order::{Order, PaymentStatus, PresaleStage, RefundAsk, RefundStatus};
use store_memory::MemoryStore;
use support::presale::*;
use support::*;

const BALANCE: i64 = 24 * 10 + 20;
const END: i64 = 24 * 14;

/// Drops what the order of arrival may leave behind.
fn essence(mut order: Order) -> Order {
    order.payments.retain(|p| p.status == PaymentStatus::Succeeded);
    order.refunds.retain(|r| matches!(r.status, RefundStatus::Approved | RefundStatus::Succeeded));
    order.refunds.sort_by(|a, b| a.refund_id.cmp(&b.refund_id));
    (order.timeline_entries, order.ledger_entries) = (0, 0);
    order.presale.iter_mut().for_each(|presale| presale.reminders.clear());
    order
}

fn permutations(count: usize) -> Vec<Vec<usize>> {
    if count == 0 {
        return vec![Vec::new()];
    }
    let shorter = permutations(count - 1);
    let with = |rest: &Vec<usize>, place: usize| {
        let mut order = rest.clone();
        order.insert(place, count - 1);
        order
    };
    shorter.iter().flat_map(|rest| (0..count).map(move |place| with(rest, place))).collect()
}

/// Everything is heard of at that moment, each twice.
fn play(events: &[OrderEvent], order: &[usize], heard_at: i64) -> (Order, Settlement) {
    let run = Run::on(Box::new(MemoryStore::new())).with_presale(&Offer::default());
    run.advance(hours(heard_at));
    for &index in order {
        run.event(&events[index]);
        run.event(&events[index]);
    }
    run.advance(hours(heard_at + 1));
    run.assert_clean();
    let found = run.order("o1");
    let entries = run.reader().entries(&run.shop, &id("o1")).unwrap();
    (essence(found), settle(&entries))
}

fn agree(events: &[OrderEvent], heard_at: i64) -> (Order, Settlement) {
    let orders = permutations(events.len());
    let wanted = play(events, &orders[0], heard_at);
    for order in &orders {
        let heard: Vec<_> = order.iter().map(|&index| &*events[index].event_id).collect();
        assert_eq!(play(events, order, heard_at), wanted, "heard at {heard_at} as {heard:?}");
    }
    wanted
}

fn refunded(name: &str, ask: &RefundAsk, when: domain::Instant) -> OrderEvent {
    event(name, Body::RefundSucceeded(refunding("o1", name, ask)), when)
}
fn rest() -> RefundAsk {
    RefundAsk { lines: Vec::new(), amount: None, fault: None }
}

#[test]
fn a_g_8_a_presale_order_heard_of_in_any_order() {
    let off = [("dong_coupon", 50_00), ("beans", 10_00)];
    let events = [
        presale_placed("o1", "u1", at(0)),
        deposit_paid("o1", at(5)),
        balance_paid("o1", 640_00, &off, hours(BALANCE + 1)),
        shipped("o1", hours(BALANCE + 2)),
        refunded("r1", &amount(100_00), hours(BALANCE + 3)),
    ];
    for heard_at in [BALANCE + 4, END + 1] {
        let (order, books) = agree(&events, heard_at);
        assert_eq!(order.presale_stage(), Some(PresaleStage::Paid));
        // The platform's part goes with the money (A-G-16): 10.00 x 100.00 / 740.00.
        assert_eq!((books.paid, books.settled), (fen(640_00), fen(650_00 - 1_35)));
    }
}

#[test]
fn a_g_8_a_s1_20_a_cancellation_before_between_and_after() {
    for (when, stage, settled) in [
        (at(4), PresaleStage::Closed, 0),
        (at(5), PresaleStage::Forfeited, 100_00),
        (at(60), PresaleStage::Forfeited, 100_00),
        (hours(BALANCE + 1), PresaleStage::Paid, 800_00),
        (hours(BALANCE + 2), PresaleStage::Paid, 800_00),
    ] {
        let events = [
            presale_placed("o1", "u1", at(0)),
            deposit_paid("o1", at(5)),
            cancelled("o1", when),
            balance_paid("o1", 700_00, &[], hours(BALANCE + 1)),
        ];
        for heard_at in [BALANCE + 3, END + 1] {
            let (order, books) = agree(&events, heard_at);
            assert_eq!((order.presale_stage(), books.settled), (Some(stage), fen(settled)), "{when}");
        }
    }
}

#[test]
fn a_g_8_a_s1_20_a_deposit_that_goes_back() {
    let events = [
        presale_placed("o1", "u1", at(0)),
        deposit_paid("o1", at(5)),
        refunded("r1", &rest(), at(60)),
        balance_paid("o1", 700_00, &[], hours(BALANCE + 1)),
    ];
    for heard_at in [BALANCE + 3, END + 1] {
        let (order, books) = agree(&events, heard_at);
        assert_eq!((order.presale_stage(), books.paid), (Some(PresaleStage::Closed), fen(0)), "{heard_at}");
        assert_eq!((order.refunded(), books.settled), (fen(100_00), fen(0)));
    }
    // After the balance it is all of it, whichever is heard of first.
    let events = [
        presale_placed("o1", "u1", at(0)),
        deposit_paid("o1", at(5)),
        refunded("r1", &rest(), hours(BALANCE + 2)),
        balance_paid("o1", 700_00, &[], hours(BALANCE + 1)),
    ];
    for heard_at in [BALANCE + 3, END + 1] {
        let (order, books) = agree(&events, heard_at);
        assert_eq!((order.presale_stage(), order.refunded()), (Some(PresaleStage::Paid), fen(800_00)));
        assert_eq!((books.paid, books.settled), (fen(0), fen(0)));
    }
}

#[test]
fn a_g_8_a_s1_22_a_balance_that_came_too_late() {
    let events = [
        presale_placed("o1", "u1", at(0)),
        deposit_paid("o1", at(5)),
        balance_paid("o1", 700_00, &[], hours(END)),
    ];
    let (order, books) = agree(&events, END);
    assert_eq!((order.presale_stage(), books.settled), (Some(PresaleStage::Forfeited), fen(100_00)));
}

#[test]
fn a_g_8_a_s1_20_a_merchant_who_cancels_and_gives_back() {
    use domain::event::Cancelled;
    use domain::order::CancelReason::{Customer, Merchant};
    for (reason, paid) in [(Merchant, 0), (Customer, 0)] {
        let gone = Body::Cancelled(Cancelled { order_id: id("o1"), reason });
        let events = [
            presale_placed("o1", "u1", at(0)),
            deposit_paid("o1", at(5)),
            event("gone", gone, at(60)),
            refunded("r1", &rest(), at(61)),
            balance_paid("o1", 700_00, &[], hours(BALANCE + 1)),
        ];
        for heard_at in [BALANCE + 3, END + 1] {
            let (order, books) = agree(&events, heard_at);
            assert_eq!((order.presale_stage(), order.refunded()), (Some(PresaleStage::Closed), fen(100_00)));
            assert_eq!((books.paid, books.settled), (fen(paid), fen(0)), "{reason:?} {heard_at}");
        }
    }
}
