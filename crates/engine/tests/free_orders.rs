//! A-G-14: an order with nothing left to pay is paid at that moment.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod support;

use domain::{
    Instant,
    coupon::{Coupon, CouponKind, CouponStatus},
    event::{Body, OrderEvent},
    message::{Message, MessageStatus},
    order::{CancelReason, Discount, Method, Order, Party, PaymentStatus, Stage, State},
};
use engine::{Command, EventOutcome, Reply};
use support::{
    batch::*,
    presale::{self, hours},
    *,
};

/// A shop with recovery, and a coupon of 50.00 in the hands of `u1`, borne by whom is said.
fn with_coupon(returns: bool, by: Party) -> (Run, Coupon) {
    let run = Run::in_memory().0.with_campaign(&Deal::default());
    let mut create = BatchDeal { spend: 0, returns, ..BatchDeal::default() }.create("b1");
    let Command::CreateBatch { batch, .. } = &mut create else { panic!() };
    (batch.benefit.save, batch.funded_by) = (Some(fen(50_00)), by);
    run.ok(create);
    let coupon = run.claim_batch("b1", "u1", 1).remove(0);
    (run, coupon)
}

/// Two units of 25.00, all off by the coupon.
fn free(order: &str, coupon: &Coupon, by: Party, when: Instant) -> OrderEvent {
    let mut placed = placing(order, "u1");
    placed.lines.truncate(1);
    (placed.lines[0].quantity, placed.lines[0].unit_price, placed.freight) = (2, fen(25_00), fen(0));
    let id = Some(coupon.coupon_id.as_str().into());
    let (kind, amount) = ("shop_coupon".into(), fen(50_00));
    placed.discounts = vec![Discount { kind, id, amount, funded_by: by, lines: Vec::new() }];
    placed.payable = fen(0);
    event(&format!("{order}.placed"), Body::Placed(Box::new(placed)), when)
}

fn status(run: &Run, coupon: &Coupon) -> CouponStatus {
    run.coupon(coupon).status
}

fn paid_at(order: &Order) -> Option<Instant> {
    match order.state {
        State::Paid { at } => Some(at),
        State::Open | State::Cancelled { .. } => None,
    }
}

#[test]
fn a_g_14_an_order_of_0_is_paid_when_it_is_placed() {
    let (run, coupon) = with_coupon(false, Party::Merchant);
    let placed = free("o1", &coupon, Party::Merchant, at(3));
    run.apply(&placed);
    assert_eq!((paid_at(&run.order("o1")), run.order("o1").paid()), (Some(at(3)), fen(0)));
    let used = run.coupon(&coupon);
    assert_eq!((used.status, used.used_on, used.ended_at), (CouponStatus::Used, Some(id("o1")), Some(at(3))));
    assert_eq!(run.books("o1"), (50_00, 0, 0));
    run.assert_clean();
    // What says the same is known, with whatever id and time; money that comes goes back.
    for (payment, minutes) in [("p1", 5), ("p1", 5), ("p2", 4), ("p3", 1)] {
        let told = run.event(&paid("o1", payment, 0, at(minutes)));
        assert_eq!(told.outcome, EventOutcome::Duplicate, "{payment}");
    }
    assert_eq!(run.event(&placed).outcome, EventOutcome::Duplicate);
    assert_eq!(run.event(&paid("o1", "p9", 1_00, at(6))).outcome, EventOutcome::Rejected);
    assert_eq!(run.order("o1").payment(&id("p9")).unwrap().status, PaymentStatus::Late);
    assert_eq!(run.refused(starting("o1", "p4", Method::JdPay, None)), "order_paid");
    // Nothing follows: no offer, no push, no cancellation.
    run.advance(hours(24 * 9));
    let order = run.order("o1");
    assert_eq!((paid_at(&order), order.recovery.offer.is_none()), (Some(at(3)), true));
    assert!(run.messages("o1").is_empty());
    assert!(!run.timeline("o1").iter().any(|what| what == "order.cancelled" || what == "offer.displayed"));
    run.assert_clean();
}

#[test]
fn a_g_14_the_books_of_a_free_order_name_who_bears_it() {
    for (by, settled) in [(Party::Merchant, 0), (Party::Platform, 50_00)] {
        let (run, coupon) = with_coupon(true, by);
        run.apply(&free("o1", &coupon, by, at(0)));
        assert_eq!(run.books("o1"), (50_00, 0, settled));
        // A-G-17: no payment was made, so no entry names one, or a method.
        let entries = run.reader().entries(&run.shop, &id("o1")).unwrap();
        let of_payments = entries.iter().map(|entry| (&entry.source.payment_id, entry.source.method));
        assert!(!entries.is_empty() && of_payments.into_iter().all(|of| of == (&None, None)));
        // One unit comes back for nothing, the platform's part with it.
        run.ok(Command::CreateRefund { order_id: id("o1"), refund_id: id("r1"), ask: units("l1", 1) });
        assert_eq!(run.books("o1"), (50_00, 0, settled / 2));
        assert_eq!(status(&run, &coupon), CouponStatus::Used);
        run.ok(Command::CreateRefund { order_id: id("o1"), refund_id: id("r2"), ask: rest() });
        assert_eq!(run.books("o1"), (50_00, 0, 0));
        assert_eq!(status(&run, &coupon), CouponStatus::Available);
        assert_eq!(
            run.refused(Command::CreateRefund {
                order_id: id("o1"),
                refund_id: id("r3"),
                ask: units("l1", 1)
            }),
            "exceeds_paid"
        );
        run.assert_clean();
    }
}

/// A cancellation undoes it as a full refund would, once, whatever comes in what order.
#[test]
fn a_g_14_a_g_8_a_cancellation_is_a_full_refund() {
    for by in [Party::Merchant, Party::Platform] {
        for returns in [true, false] {
            for order in permutations(4) {
                let (run, coupon) = with_coupon(returns, by);
                let events = [
                    free("o1", &coupon, by, at(0)),
                    cancelled("o1", at(9)),
                    cancelled("o1", at(7)),
                    paid("o1", "p1", 0, at(1)),
                ];
                run.advance(at(10));
                for index in &order {
                    // Two with one id would be one event.
                    let mut event = events[*index].clone();
                    event.event_id = format!("e{index}");
                    run.event(&event);
                }
                let found = run.order("o1");
                assert_eq!((paid_at(&found), found.paid()), (Some(at(0)), fen(0)), "{order:?}");
                assert!(found.is_refunded(), "{order:?}");
                let off = found.called_off.unwrap();
                assert_eq!((off.at, off.reason), (at(7), CancelReason::Customer), "{order:?}");
                assert_eq!(run.books("o1"), (50_00, 0, 0), "{order:?}");
                // Whatever its batch says of full refunds: a cancelled order has no coupon.
                assert_eq!(status(&run, &coupon), CouponStatus::Available, "{returns} {order:?}");
                let outbox = run.reader().outbox(&run.shop, &all()).unwrap();
                assert_eq!(outbox.iter().filter(|row| &*row.event_type == "order.cancelled").count(), 1);
                run.assert_clean();
            }
        }
    }
}

/// The refund that a cancellation makes has a name that nobody else can give.
#[test]
fn a_g_14_nobody_names_a_refund_as_a_cancellation_does() {
    let (run, coupon) = with_coupon(true, Party::Merchant);
    run.apply(&free("o1", &coupon, Party::Merchant, at(0)));
    run.apply(&cancelled("o1", at(7)));
    let made = run.order("o1").refunds.remove(0).refund_id;
    let again = Command::CreateRefund { order_id: id("o1"), refund_id: made, ask: rest() };
    assert_eq!(run.refused(again), "invalid_value");
    run.assert_clean();
}

/// What was returned before is not returned again.
#[test]
fn a_g_14_a_cancellation_takes_back_what_is_left() {
    let (run, coupon) = with_coupon(true, Party::Platform);
    run.apply(&free("o1", &coupon, Party::Platform, at(0)));
    run.ok(Command::CreateRefund { order_id: id("o1"), refund_id: id("r1"), ask: units("l1", 1) });
    run.apply(&cancelled("o1", at(7)));
    assert_eq!(run.books("o1"), (50_00, 0, 0));
    assert_eq!(run.order("o1").refunded_units(&id("l1")), 2);
    assert_eq!(status(&run, &coupon), CouponStatus::Available);
    assert_eq!(run.event(&cancelled("o1", at(7))).outcome, EventOutcome::Duplicate);
    run.assert_clean();
}

/// An order that has cost something is not cancelled after its payment, a deposit paid for one.
#[test]
fn a_g_14_an_order_that_cost_something_is_refunded_not_cancelled() {
    let (run, _) = with_coupon(true, Party::Merchant);
    run.apply(&placed("o1", "u1", at(0)));
    run.apply(&paid("o1", "p1", PAYABLE, at(1)));
    assert_eq!(run.event(&cancelled("o1", at(2))).code.map(domain::Code::as_str), Some("order_paid"));
    run.assert_clean();
}

/// A coupon at the cashier that takes off all: paid when the payment starts.
#[test]
fn a_g_14_a_payment_that_starts_with_nothing_to_pay_is_paid() {
    let run = Run::in_memory().0.with_campaign(&Deal::default());
    let mut create =
        BatchDeal { kind: CouponKind::Payment, spend: PAYABLE, ..BatchDeal::default() }.create("b1");
    let Command::CreateBatch { batch, .. } = &mut create else { panic!() };
    batch.benefit.save = Some(fen(PAYABLE));
    run.ok(create);
    let coupon = run.claim_batch("b1", "u1", 1).remove(0);
    run.apply(&placed("o1", "u1", at(0)));
    run.advance(at(20));
    assert!(run.order("o1").recovery.offer.is_some(), "its coupon is shown");
    let start = starting("o1", "p1", Method::JdPay, Some(&coupon));
    for _ in 0..2 {
        let Reply::Payment { amount, saving, coupon_status, status, .. } = run.ok(start.clone()) else {
            panic!()
        };
        assert_eq!((amount, saving), (fen(0), fen(PAYABLE)));
        assert_eq!((coupon_status, status), (Some(CouponStatus::Used), PaymentStatus::Succeeded));
    }
    assert_eq!(paid_at(&run.order("o1")), Some(at(20)));
    let used = run.coupon(&coupon);
    assert_eq!((used.status, used.used_on), (CouponStatus::Used, Some(id("o1"))));
    for payment in ["p1", "p2"] {
        assert_eq!(run.event(&paid("o1", payment, 0, at(21))).outcome, EventOutcome::Duplicate);
    }
    run.assert_clean();
    // A cancellation after it takes it back as a refund would; before it, the payment never was.
    run.apply(&cancelled("o1", at(30)));
    assert_eq!(status(&run, &coupon), CouponStatus::Used);
    assert_eq!(run.books("o1").2, 0);
    let standing = run.reader().standing(&run.shop, &id("u1")).unwrap().unwrap_or_default();
    assert!(standing.unpaid.is_empty(), "nobody left it unpaid");
    run.assert_clean();
    run.advance(hours(24 * 9));
    run.assert_clean();
}

/// A presale whose balance is 0: 100.00 for a deposit of 100.00.
fn presale_of_deposit(sms: bool) -> Run {
    let run = Run::in_memory().0;
    run.ok(Command::PutShop(Box::new(support::shop(run.shop.as_str()))));
    run.ok(presale::Offer { sms, ..presale::Offer::default() }.create("p1"));
    run.advance(START);
    run
}

/// All but the deposit comes off with the placing.
fn placed_at_the_deposit(order: &str) -> OrderEvent {
    let mut placed = presale::presale_placing(order, "u1");
    let (kind, amount, funded_by) = ("goodwill".into(), fen(700_00), Party::Merchant);
    placed.discounts = vec![Discount { kind, id: None, amount, funded_by, lines: Vec::new() }];
    placed.payable = fen(100_00);
    event(&format!("{order}.placed"), Body::Placed(Box::new(placed)), at(0))
}

fn balance_of_nothing(order: &str, when: Instant) -> OrderEvent {
    let mut pays = paying(order, &format!("{order}-b"), 0);
    pays.stage = Stage::Balance;
    event(&format!("{order}.balance"), Body::PaymentSucceeded(pays), when)
}

#[test]
fn a_g_14_a_balance_of_0_is_paid_when_it_opens() {
    let open = hours(24 * 10 + 20);
    for told in [None, Some(-1), Some(0), Some(60)] {
        let run = presale_of_deposit(true);
        run.apply(&placed_at_the_deposit("x"));
        run.apply(&presale::deposit_paid("x", at(5)));
        assert_eq!((paid_at(&run.order("x")), run.order("x").paid()), (None, fen(100_00)));
        run.advance(open.plus_seconds(-1));
        assert_eq!(paid_at(&run.order("x")), None);
        run.assert_clean();
        if let Some(minutes) = told {
            let when = open.plus_minutes(minutes);
            let outcome = run.event(&balance_of_nothing("x", when)).outcome;
            let wanted = if minutes < 0 { EventOutcome::Rejected } else { EventOutcome::Duplicate };
            assert_eq!(outcome, wanted, "{minutes}");
        }
        run.advance(hours(24 * 15));
        assert_eq!(paid_at(&run.order("x")), Some(open), "{told:?}: the moment is that of the opening");
        assert_eq!(run.books("x"), (1000_00, 100_00, 100_00));
        let sent = |message: &Message| message.status == MessageStatus::Sent;
        assert!(!run.messages("x").iter().any(sent), "{told:?}: nothing reminds of it");
        run.assert_clean();
        // The deposit was money: no cancellation any more.
        assert_eq!(run.event(&cancelled("x", hours(24 * 15))).outcome, EventOutcome::Rejected);
    }
    // Cancelled before it opens, the deposit is forfeited as ever; who cancels after it is too late, whatever was heard.
    for (minutes, stage) in [(-1, "forfeited"), (1, "paid")] {
        let run = presale_of_deposit(false);
        run.apply(&placed_at_the_deposit("x"));
        run.apply(&presale::deposit_paid("x", at(5)));
        run.advance(open.plus_seconds(-1));
        run.event(&cancelled("x", open.plus_minutes(minutes)));
        run.advance(hours(24 * 15));
        let found = serde_json::to_value(run.order("x").presale_stage()).unwrap();
        assert_eq!(found, stage, "{minutes}");
        run.assert_clean();
    }
}

/// A deposit in the balance's own time leaves nothing to pay at once.
#[test]
fn a_g_14_a_deposit_may_leave_nothing() {
    let offer = presale::Offer { balances: (hours(24), hours(24 * 14)), ..presale::Offer::default() };
    let run = Run::in_memory().0;
    run.ok(Command::PutShop(Box::new(support::shop(run.shop.as_str()))));
    let created = run.send(offer.create("p1"));
    if created.is_err() {
        // Windows that overlap are refused: then there is no such deposit.
        return;
    }
    run.advance(hours(48));
    let mut placed = placed_at_the_deposit("x");
    placed.occurred_at = hours(48);
    run.apply(&placed);
    run.apply(&presale::deposit_paid("x", hours(48).plus_minutes(5)));
    assert_eq!(paid_at(&run.order("x")), Some(hours(48).plus_minutes(5)));
    run.assert_clean();
}
