//! Refunds whose window is closed, through the engine: promised, recorded, given way, over both doors (S2-R01, S2-R02,
//! A-S2-1 to A-S2-4).
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

#[path = "refund_windows/split.rs"]
mod split;
mod support;
#[path = "refund_windows/told.rs"]
mod told;

use domain::{
    Code, Instant,
    event::{Body, OrderEvent},
    ledger::{Account, Way},
    message::{
        Kind,
        settings::{Chosen, Switch},
    },
    order::{
        CancelReason, Method, PresaleStage, Refund, RefundAsk, RefundOf, RefundStatus, State, TimelineEntry,
        Transfer,
    },
};
use engine::{Assigned, Command, EventOutcome, MessageCommand, Reply};
use support::{batch::rest, presale::*, refunds::*, *};

/// What a unit of the first line comes to.
const UNIT: i64 = 96_33;
const HELD: RefundStatus = RefundStatus::OfflineTransferRequired;
/// Minutes of 365 days.
const YEAR: i64 = 365 * 24 * 60;

fn by_wechat(order: &str, payment: &str, minor: i64, when: Instant) -> OrderEvent {
    let body = domain::event::PaymentSucceeded { method: Method::Wechat, ..paying(order, payment, minor) };
    event(&format!("{order}.{payment}.succeeded"), Body::PaymentSucceeded(body), when)
}
fn ask(run: &Run, order: &str, name: &str, ask: &RefundAsk, payment: Option<&str>) -> Outcome {
    let (order_id, refund_id, ask) = (id(order), id(name), ask.clone());
    run.send(match payment {
        Some(payment) => Command::RefundPayment { order_id, refund_id, payment_id: id(payment), ask },
        None => Command::CreateRefund { order_id, refund_id, ask },
    })
}
fn asked(run: &Run, name: &str, what: &RefundAsk) -> Refund {
    answered(ask(run, "o1", name, what, None))
}
fn answered(outcome: Outcome) -> Refund {
    match outcome {
        Ok(Reply::Refund { refund }) => refund,
        other => panic!("{other:?}"),
    }
}
fn transfer(minor: i64, at: Instant) -> Transfer {
    let (account_tail, proof) = ("4412".into(), "slip 7".into());
    Transfer { amount: fen(minor), account_tail, proof, at, recorded_at: at, by: "key".into() }
}
fn records(order: &str, name: &str, transfer: Transfer) -> Command {
    Command::RecordTransfer { order_id: id(order), refund_id: id(name), transfer }
}
fn record(run: &Run, name: &str, minor: i64) -> Outcome {
    run.send(records("o1", name, transfer(minor, run.engine.now())))
}
fn refund_of(run: &Run, name: &str) -> Refund {
    run.order("o1").refunds.into_iter().find(|refund| refund.refund_id == id(name)).unwrap()
}
fn entry(run: &Run, what: &str) -> Option<TimelineEntry> {
    let entries = run.reader().timeline(&run.shop, &id("o1")).unwrap();
    entries.into_iter().rfind(|entry| entry.what == what)
}

/// An order of 295.00, paid with `b1` by `WeChat`, a year later.
fn old() -> Run {
    let run = Run::in_memory().0.with_campaign(&Deal::default());
    run.apply(&placed("o1", "u1", at(0)));
    run.apply(&by_wechat("o1", "b1", PAYABLE, at(0)));
    run.advance(at(YEAR));
    run
}

/// A-S2-4: nothing is booked and no money moves, nobody else is promised it, and what is recorded is booked as what it is.
#[test]
fn a_s2_4_a_promise_is_in_no_book_until_its_transfer_is_recorded() {
    let run = old();
    let before = run.books("o1");
    let held = asked(&run, "r1", &units("l1", 1));
    assert_eq!((held.status, held.total(), held.of), (HELD, fen(UNIT), RefundOf::Order));
    assert_eq!((run.books("o1"), run.order("o1").refunded()), (before, fen(0)));
    assert_eq!(listed(&run), [("b1".into(), UNIT, Code::OfflineTransferRequired)]);
    assert_eq!(
        entry(&run, "refund.offline_transfer_required").unwrap().code,
        Some(Code::ChannelWindowClosed)
    );
    run.assert_clean();
    // The same again is answered the same; the rest is what is left beside it.
    assert_eq!(asked(&run, "r1", &units("l1", 1)), held);
    assert_eq!(code(&ask(&run, "o1", "r2", &amount(PAYABLE - UNIT + 1), None)), "exceeds_paid");
    assert_eq!(code(&ask(&run, "o1", "r2", &units("l1", 2), None)), "exceeds_paid");
    let others = asked(&run, "r2", &rest());
    assert_eq!((others.status, others.total()), (HELD, fen(PAYABLE - UNIT)));
    assert_eq!(code(&ask(&run, "o1", "r3", &amount(1), None)), "exceeds_paid");

    let paid_back = answered(record(&run, "r1", UNIT));
    assert_eq!(
        (paid_back.status, paid_back.transfer().unwrap().by.as_ref()),
        (RefundStatus::Succeeded, "key")
    );
    assert_eq!(run.books("o1").1, PAYABLE - UNIT);
    run.assert_clean();
    let entries = run.reader().entries(&run.shop, &id("o1")).unwrap();
    let outside = entries.iter().filter(|entry| entry.source.method == Some(Way::OfflineTransfer));
    let outside: Vec<_> =
        outside.map(|entry| (entry.account, entry.amount.minor(), &*entry.reason)).collect();
    // What the platform bore of that unit goes back to it.
    let share = paid_back.parts.sum().minor();
    let booked = [
        (Account::MerchantRefund, -UNIT - share, "refund"),
        (Account::PlatformSubsidy, share, "refund"),
        (Account::CustomerCash, UNIT, "refund"),
    ];
    assert_eq!((share, outside), (34, booked.to_vec()));
    answered(record(&run, "r2", PAYABLE - UNIT));
    assert_eq!((run.books("o1").1, run.books("o1").2), (0, 0));
    assert!(run.order("o1").is_refunded() && listed(&run).is_empty());
    run.assert_clean();
}

/// The transfer is said again and answered the same; what differs is refused and changes nothing.
#[test]
fn a_s2_4_what_is_recorded_stays() {
    let run = old();
    asked(&run, "r1", &amount(100_00));
    let now = run.engine.now();
    let long = |text: &str, count: usize| text.repeat(count).into_boxed_str();
    let snapshot = run.snapshot();
    let wrong = [
        (transfer(100_01, now), "exceeds_paid"),
        (transfer(99_99, now), "amount_mismatch"),
        (transfer(-100_00, now), "amount_mismatch"),
        (transfer(0, now), "amount_mismatch"),
        (Transfer { account_tail: "1".into(), ..transfer(100_00, now) }, "invalid_value"),
        (Transfer { account_tail: "12345".into(), ..transfer(100_00, now) }, "invalid_value"),
        (Transfer { account_tail: "尾号".into(), ..transfer(100_00, now) }, "invalid_value"),
        (Transfer { account_tail: "12 4".into(), ..transfer(100_00, now) }, "invalid_value"),
        (Transfer { proof: "".into(), ..transfer(100_00, now) }, "invalid_value"),
        (Transfer { proof: "a\nb".into(), ..transfer(100_00, now) }, "invalid_value"),
        (Transfer { proof: long("证", 501), ..transfer(100_00, now) }, "invalid_value"),
        (transfer(100_00, now.plus_minutes(6)), "invalid_value"),
        (transfer(100_00, at(-6)), "out_of_range"),
    ];
    for (wrong, why) in wrong {
        assert_eq!(run.refused(records("o1", "r1", wrong.clone())), why, "{wrong:?}");
    }
    assert_eq!(run.refused(records("o1", "r2", transfer(100_00, now))), "not_found");
    assert_eq!(run.refused(records("o2", "r1", transfer(100_00, now))), "not_found");
    assert_eq!(run.snapshot(), snapshot, "what was refused left nothing");

    let first = Transfer { proof: long("证", 500), ..transfer(100_00, now.plus_hours(-3)) };
    let said = answered(run.send(records("o1", "r1", first.clone())));
    // The books have it when the money left, and say when we booked it (A-G-17).
    let entries = run.reader().entries(&run.shop, &id("o1")).unwrap();
    let last = entries.last().unwrap();
    assert_eq!((last.at, last.booked.unwrap().at), (now.plus_hours(-3), now));
    run.advance(now.plus_hours(1));
    let snapshot = run.snapshot();
    let again = Transfer { by: "another".into(), ..first.clone() };
    assert_eq!(answered(run.send(records("o1", "r1", again))), said);
    for other in [
        Transfer { account_tail: "4413".into(), ..first.clone() },
        Transfer { amount: fen(99_99), ..first.clone() },
        Transfer { proof: "x".into(), ..first.clone() },
        Transfer { at: now, ..first },
    ] {
        assert_eq!(run.refused(records("o1", "r1", other)), "idempotency_conflict");
    }
    assert_eq!(run.snapshot(), snapshot);
}

/// A dry run says what would be, and leaves nothing.
#[test]
fn a_s2_4_a_dry_run_says_the_same() {
    for minutes in [YEAR - 1, YEAR] {
        let run = Run::in_memory().0.with_campaign(&Deal::default());
        run.apply(&placed("o1", "u1", at(0)));
        run.apply(&by_wechat("o1", "b1", PAYABLE, at(0)));
        run.advance(at(minutes));
        for (what, payment) in [(units("l1", 1), None), (amount(1_00), Some("b1")), (rest(), None)] {
            let snapshot = run.snapshot();
            let payment_id = payment.map(id);
            let rehearsal = Command::RehearseRefund {
                order_id: id("o1"),
                refund_id: id("r1"),
                payment_id,
                ask: what.clone(),
            };
            let would = answered(run.send(rehearsal));
            assert_eq!(run.snapshot(), snapshot);
            assert_eq!(would.status == HELD, minutes == YEAR);
            let refund = asked_on(&old_at(minutes), &what, payment);
            assert_eq!(would, refund, "{what:?}");
        }
        let too_much = Command::RehearseRefund {
            order_id: id("o1"),
            refund_id: id("r1"),
            payment_id: None,
            ask: amount(PAYABLE + 1),
        };
        assert_eq!(run.refused(too_much), "exceeds_paid");
    }
}

fn old_at(minutes: i64) -> Run {
    let run = Run::in_memory().0.with_campaign(&Deal::default());
    run.apply(&placed("o1", "u1", at(0)));
    run.apply(&by_wechat("o1", "b1", PAYABLE, at(0)));
    run.advance(at(minutes));
    run
}
fn asked_on(run: &Run, what: &RefundAsk, payment: Option<&str>) -> Refund {
    answered(ask(run, "o1", "r1", what, payment))
}

/// A-G-6: units keep their fen whichever promise is kept, given up, or gives way.
#[test]
fn a_g_6_a_s2_4_units_sum_to_what_was_paid() {
    // Three units of 33.33 and a third: 33.33, 33.34, 33.33.
    for given_up in 0..3 {
        let run = Run::in_memory().0.with_campaign(&Deal::default());
        let mut body = placing("o1", "u1");
        (body.lines[0].quantity, body.lines[0].unit_price) = (3, fen(100_00));
        body.lines.truncate(1);
        body.discounts.truncate(1);
        body.discounts[0].amount = fen(200_00);
        (body.freight, body.payable) = (fen(0), fen(100_00));
        run.apply(&event("o1.placed", Body::Placed(Box::new(body)), at(0)));
        run.apply(&by_wechat("o1", "b1", 100_00, at(0)));
        run.advance(at(YEAR));
        let mut sum = 0;
        for number in 0..3 {
            let held = asked(&run, &format!("r{number}"), &units("l1", 1));
            assert_eq!(held.total(), fen([33_33, 33_34, 33_33][number]));
            if number != given_up {
                sum += answered(record(&run, &format!("r{number}"), held.total().minor())).total().minor();
            }
        }
        let gone = refunding("o1", &format!("r{given_up}"), &rest());
        run.apply(&event("no", Body::RefundRejected(gone), run.engine.now()));
        assert_eq!(run.order("o1").refunded(), fen(sum));
        let last = asked(&run, "again", &units("l1", 1));
        sum += answered(record(&run, "again", last.total().minor())).total().minor();
        assert_eq!((sum, run.books("o1").1), (100_00, 0), "without r{given_up}");
        run.assert_clean();
    }
}

/// A-S1-20, A-S2-4: each payment by its own moment and method. Where one is closed the whole is to be transferred; what is
/// open can be asked for by itself, and the rest with the goods.
#[test]
fn a_s2_3_several_payments() {
    // The deposit came on 10 June, the balance on 20 June.
    let run = Run::in_memory().0.with_presale(&Offer::default());
    run.deposit("o1", "u1", at(0));
    run.advance(hours(24 * 10 + 21));
    run.apply(&balance_paid("o1", 700_00, &[], hours(24 * 10 + 20)));
    run.advance(at(YEAR).plus_hours(24 * 5));
    let deposit = run.order("o1").payments[0].payment_id.clone();
    let balance = run.order("o1").paid_by().unwrap().payment_id.clone();
    let whole =
        Command::RehearseRefund { order_id: id("o1"), refund_id: id("r1"), payment_id: None, ask: rest() };
    let held = answered(run.send(whole));
    assert_eq!((held.status, held.total()), (HELD, fen(800_00)));
    let offline = held.offline.unwrap();
    assert_eq!(offline.code_of(&deposit), Some(Code::WindowClosed));
    assert_eq!(offline.code_of(&balance), None);
    // What the balance can take goes back by it: newest first.
    let open = asked(&run, "r1", &amount(700_00));
    assert_eq!((open.status, &open.payments[0].payment_id), (RefundStatus::Approved, &balance));
    let closed = asked(&run, "r2", &units("l1", 1));
    assert_eq!((closed.status, closed.total()), (HELD, fen(100_00)));
    assert_eq!(listed(&run), [(deposit.to_string(), 100_00, Code::OfflineTransferRequired)]);
    assert_eq!(run.books("o1").1, 100_00);
    run.assert_clean();
    answered(record(&run, "r2", 100_00));
    let order = run.order("o1");
    assert_eq!((run.books("o1").1, order.is_refunded(), order.refunded_units(&id("l1"))), (0, true, 1));
    run.assert_clean();
}

/// Which way it goes may be said afterwards: another payment may be open to it.
#[test]
fn a_s2_3_another_payment_may_be_open() {
    let run = Run::in_memory().0.with_presale(&Offer::default());
    run.deposit("o1", "u1", at(0));
    run.advance(hours(24 * 10 + 21));
    run.apply(&balance_paid("o1", 700_00, &[], hours(24 * 10 + 20)));
    run.advance(at(YEAR).plus_hours(24 * 5));
    let order = run.order("o1");
    let (deposit, balance) =
        (order.payments[0].payment_id.clone(), order.paid_by().unwrap().payment_id.clone());
    let held = answered(ask(&run, "o1", "r1", &amount(50_00), Some(deposit.as_str())));
    assert_eq!(held.status, HELD);
    // It named one: another one is another body.
    assert_eq!(code(&ask(&run, "o1", "r1", &amount(50_00), Some(balance.as_str()))), "idempotency_conflict");
    run.apply(&event("no", Body::RefundRejected(refunding("o1", "r1", &rest())), run.engine.now()));
    // All of the balance but 10.00 is back: the next 50.00 would take 40.00 of the deposit.
    assert_eq!(asked(&run, "r2", &amount(690_00)).status, RefundStatus::Approved);
    let held = asked(&run, "r3", &amount(50_00));
    assert_eq!((held.status, held.offline.as_ref().unwrap().closed.len()), (HELD, 1));
    assert_eq!(answered(ask(&run, "o1", "r3", &amount(50_00), Some(deposit.as_str()))), held);
    run.assert_clean();
}

/// A-S1-20, A-S2-4: a deposit that is to be transferred ends its order and is in no book until it has been.
#[test]
fn a_s1_20_a_s2_4_a_deposit_that_is_to_be_transferred() {
    let late = (at(YEAR).plus_hours(24 * 2), at(YEAR).plus_hours(24 * 20));
    let run = Run::in_memory().0.with_presale(&Offer { balances: late, ..Offer::default() });
    run.deposit("o1", "u1", at(0));
    run.deposit("o2", "u2", at(10));
    // The balance is open when the deposit is closed.
    run.advance(at(YEAR).plus_hours(24 * 3));
    let customer = RefundAsk { fault: Some(domain::order::Fault::Customer), ..rest() };
    assert_eq!(code(&ask(&run, "o1", "r1", &customer, None)), "deposit_forfeited");
    let merchant = RefundAsk { fault: Some(domain::order::Fault::Merchant), ..rest() };
    let held = answered(ask(&run, "o1", "r1", &merchant, None));
    assert_eq!((held.status, held.total()), (HELD, fen(100_00)));
    let order = run.order("o1");
    let is_over = |state| matches!(state, State::Cancelled { reason: CancelReason::Merchant, .. });
    assert!(is_over(order.state) && order.presale_stage() == Some(PresaleStage::Closed), "{:?}", order.state);
    assert_eq!(run.books("o1"), (0, 0, 0));
    assert_eq!(listed(&run).len(), 1);
    run.assert_clean();
    // Its balance is refused.
    run.advance(run.engine.now().plus_minutes(1));
    let refused = run.event(&balance_paid("o1", 700_00, &[], run.engine.now()));
    assert_eq!(refused.outcome, EventOutcome::Rejected);
    run.assert_clean();
    run.advance(run.engine.now().plus_hours(30));
    answered(record(&run, "r1", 100_00));
    let order = run.order("o1");
    assert!(is_over(order.state), "{:?}", order.state);
    assert_eq!((run.books("o1"), order.refunded()), ((100_00, 0, 0), fen(100_00)));
    run.assert_clean();
    // A forfeited one stays the merchant's until then.
    run.advance(late.1);
    assert_eq!(run.order("o2").presale_stage(), Some(PresaleStage::Forfeited));
    let held = answered(ask(&run, "o2", "r1", &merchant, None));
    assert_eq!((held.status, run.books("o2")), (HELD, (100_00, 100_00, 100_00)));
    run.assert_clean();
    run.ok(records("o2", "r1", transfer(100_00, run.engine.now())));
    assert_eq!(run.books("o2"), (100_00, 0, 0));
    run.assert_clean();
}

/// A-G-15: refused money whose payment is closed is transferred too; no book is touched, and it is listed until it has gone.
#[test]
fn a_g_15_a_s2_4_refused_money() {
    let run = Run::in_memory().0.with_campaign(&Deal::default());
    run.apply(&placed("o1", "u1", at(0)));
    run.apply(&by_wechat("o1", "b1", PAYABLE, at(1)));
    assert_eq!(run.event(&by_wechat("o1", "b2", PAYABLE, at(2))).outcome, EventOutcome::Rejected);
    run.advance(at(YEAR + 60));
    let before = run.books("o1");
    assert_eq!(code(&ask(&run, "o1", "r1", &amount(PAYABLE), None)), "refund_ambiguous");
    let held = answered(ask(&run, "o1", "r1", &amount(100_00), Some("b2")));
    assert_eq!((held.status, held.of, held.total()), (HELD, RefundOf::Refused, fen(100_00)));
    let rows = [
        ("b2".into(), PAYABLE - 100_00, Code::OrderPaid),
        ("b2".into(), 100_00, Code::OfflineTransferRequired),
    ];
    assert_eq!(listed(&run), rows);
    run.assert_clean();
    assert_eq!(code(&ask(&run, "o1", "r2", &amount(PAYABLE - 100_00 + 1), Some("b2"))), "exceeds_paid");
    // What the platform tells of takes it all the same.
    run.apply(&went("e1", &amount(PAYABLE - 50_00), Some("b2"), YEAR + 60));
    assert_eq!(refund_of(&run, "r1").status, RefundStatus::Rejected);
    assert_eq!(entry(&run, "refund.gave_way").unwrap().code, Some(Code::ExceedsPaid));
    assert_eq!(code(&record(&run, "r1", 100_00)), "exceeds_paid");
    let held = answered(ask(&run, "o1", "r2", &amount(50_00), Some("b2")));
    assert_eq!(held.status, HELD);
    answered(record(&run, "r2", 50_00));
    assert_eq!((listed(&run), run.books("o1")), (vec![], before));
    // Goods beside it are the order's.
    let goods = asked(&run, "r3", &units("l1", 1));
    assert_eq!((goods.status, goods.of), (HELD, RefundOf::Order));
    run.apply(&went("e2", &amount(PAYABLE - UNIT), None, YEAR + 61));
    assert_eq!(refund_of(&run, "r3").status, HELD, "there is room beside it");
    run.assert_clean();
    answered(record(&run, "r3", UNIT));
    assert_eq!((run.books("o1").1, listed(&run)), (0, vec![]));
    run.assert_clean();
}

/// What has happened comes before what is promised: the newest promises give way, and none that need not.
#[test]
fn a_g_8_a_s2_4_promises_give_way() {
    let held = |run: &Run| {
        let names = ["r1", "r2", "r3"].into_iter().filter(|name| refund_of(run, name).status == HELD);
        names.collect::<Vec<_>>().concat()
    };
    let l1 = units("l1", 2);
    for (what, stay) in [
        (amount(20_00), "r1r2"),
        (amount(9_00), "r1r2r3"),
        (amount(120_00), "r1"),
        (amount(250_00), ""),
        (units("l2", 1), "r1r3"),
        (l1, "r2"),
        (rest(), ""),
    ] {
        let run = old();
        asked(&run, "r1", &units("l1", 1));
        run.advance(at(YEAR + 1));
        asked(&run, "r2", &units("l2", 1));
        run.advance(at(YEAR + 2));
        let left = run.order("o1").left_to_refund().minor();
        asked(&run, "r3", &amount(left - 9_00));
        assert_eq!(held(&run), "r1r2r3");
        run.apply(&went("e1", &what, None, YEAR + 2));
        assert_eq!(held(&run), stay, "beside {what:?}");
        assert!(refund_of(&run, "e1").is_booked());
        run.assert_clean();
        for name in ["r1", "r2", "r3"].into_iter().filter(|name| stay.contains(name)) {
            answered(record(&run, name, refund_of(&run, name).total().minor()));
        }
        run.assert_clean();
        if let Ok(Reply::Refund { refund }) = ask(&run, "o1", "last", &rest(), None) {
            answered(record(&run, "last", refund.total().minor()));
        }
        assert_eq!(run.books("o1").1, 0, "beside {what:?}");
        run.assert_clean();
    }
}
