//! A-G-15, A-G-17, A-S1-20: refunds that change what they are of, the way they go, and the lists that people look at.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod support;

use domain::{
    Code,
    event::{Body, Cancelled, OrderEvent, RefundLine},
    ledger::Account,
    order::{CancelReason, Order, PresaleStage, Refund, RefundAsk, RefundOf, State},
};
use engine::{Command, EventOutcome, Reply};
use support::{batch::rest, presale::*, refunds::*, *};

fn refund_of(run: &Run, name: &str) -> Refund {
    run.order("o1").refunds.into_iter().find(|refund| refund.refund_id == id(name)).unwrap()
}
fn ways(refund: &Refund) -> Vec<(String, i64)> {
    refund.payments.iter().map(|part| (part.payment_id.to_string(), part.amount.minor())).collect()
}
fn goods(units: &[(&str, u64)]) -> RefundAsk {
    let line = |(line, quantity): &(&str, u64)| RefundLine { line_id: id(line), quantity: *quantity };
    RefundAsk { lines: units.iter().map(line).collect(), amount: None, fault: None }
}

/// An order that is placed, with the clock an hour later.
fn bare() -> Run {
    let run = Run::in_memory().0.with_campaign(&Deal::default());
    run.apply(&placed("o1", "u1", at(0)));
    run.advance(at(60));
    run
}

/// The same, told in every order; each twice, under another event id the second time.
fn in_any_order(start: impl Fn() -> Run, events: &[OrderEvent], check: impl Fn(&Run, &str)) {
    for order in permutations(events.len()) {
        let run = start();
        for again in ["", ".again"] {
            for index in &order {
                let mut event = events[*index].clone();
                event.event_id.push_str(again);
                run.event(&event);
            }
        }
        // What was rejected may be sent again.
        for event in events {
            run.event(event);
        }
        check(&run, &format!("{order:?}"));
        run.assert_clean();
    }
}

/// The whole of the customer's money by payment in the books.
fn cash(run: &Run, payment: &str) -> i64 {
    let entries = run.reader().entries(&run.shop, &id("o1")).unwrap();
    let its = entries.iter().filter(|entry| entry.source.payment_id == Some(id(payment)));
    its.filter(|entry| entry.account == Account::CustomerCash).map(|entry| entry.amount.minor()).sum()
}

/// A-G-15: lines are of the goods, whatever payment they name; that says which way the money went, and is shown. The
/// refused money is still to be returned: out of the payment whose money stayed.
#[test]
fn a_g_15_goods_go_back_the_way_that_is_named() {
    let all = goods(&[("l1", 2), ("l2", 1)]);
    let events =
        [paid("o1", "b1", PAYABLE, at(1)), paid("o1", "b2", PAYABLE, at(2)), went("r1", &all, Some("b2"), 5)];
    in_any_order(bare, &events, |run, order| {
        let refund = refund_of(run, "r1");
        assert_eq!((refund.of, ways(&refund)), (RefundOf::Order, vec![("b2".into(), PAYABLE)]), "{order}");
        assert_eq!(listed(run), [("b2".into(), PAYABLE, Code::OrderPaid)], "{order}");
        assert!(run.order("o1").is_refunded() && run.books("o1").1 == 0, "{order}");
        let told = run.reader().timeline(&run.shop, &id("o1")).unwrap();
        let told = told.iter().rfind(|entry| entry.what == "refund.succeeded");
        let named = |detail: &serde_json::Value| detail["payment_id"] == "b2";
        assert!(told.unwrap().detail.as_ref().is_some_and(named), "{order}");
    });
    // What stayed with `b1` goes back for it: then nothing is left.
    let run = bare();
    for event in &events {
        run.event(event);
    }
    run.apply(&went("r2", &amount(PAYABLE), Some("b1"), 6));
    assert_eq!((listed(&run), refund_of(&run, "r2").of), (vec![], RefundOf::Refused));
    run.assert_clean();
}

/// A-G-15: as far as the payment that is named has money; the rest goes the newest way.
#[test]
fn a_g_15_the_named_way_takes_what_it_has() {
    let run = bare();
    run.apply(&paid("o1", "b1", PAYABLE, at(1)));
    run.event(&paid("o1", "b2", PAYABLE, at(2)));
    run.apply(&went("r1", &amount(PAYABLE - 10_00), Some("b2"), 5));
    run.apply(&went("r2", &units("l1", 1), Some("b2"), 6));
    let refund = refund_of(&run, "r2");
    let back = refund.total().minor();
    assert_eq!(ways(&refund), [("b2".into(), 10_00), ("b1".into(), back - 10_00)]);
    assert_eq!(listed(&run), [("b2".into(), 10_00, Code::OrderPaid)]);
    run.assert_clean();
}

/// A-G-15, A-G-8: an amount that names nothing is judged when it is told of; goods that are told of after it, and
/// refused money that comes after it, take nothing from it.
#[test]
fn a_g_15_what_is_told_later_moves_no_earlier_refund() {
    let all = goods(&[("l1", 2), ("l2", 1)]);
    let events = [
        paid("o1", "b1", PAYABLE, at(1)),
        paid("o1", "b2", 10_00, at(2)),
        went("r1", &amount(160_00), None, 10),
        paid("o1", "b3", PAYABLE, at(20)),
        went("r2", &all, None, 30),
    ];
    in_any_order(bare, &events, |run, order| {
        let [first, second] = ["r1", "r2"].map(|name| refund_of(run, name));
        let shown = |refund: &Refund| (refund.of, refund.total().minor());
        assert_eq!(shown(&first), (RefundOf::Order, 160_00), "{order}");
        assert_eq!(shown(&second), (RefundOf::Order, PAYABLE - 160_00), "{order}");
        let left = [("b2".into(), 10_00, Code::OrderPaid), ("b3".into(), PAYABLE, Code::OrderPaid)];
        assert_eq!(listed(run), left, "{order}");
    });
}

/// A-G-15: a refund that names a payment has its money; one that took of it as the oldest takes of another.
#[test]
fn a_g_15_the_oldest_money_makes_room_for_who_names_it() {
    let events = [
        cancelled("o1", at(1)),
        paid("o1", "b1", 50_00, at(2)),
        paid("o1", "b2", 100_00, at(3)),
        went("r1", &amount(40_00), None, 10),
        went("r2", &amount(50_00), Some("b1"), 11),
    ];
    in_any_order(bare, &events, |run, order| {
        assert_eq!(ways(&refund_of(run, "r1")), [("b2".into(), 40_00)], "{order}");
        assert_eq!(ways(&refund_of(run, "r2")), [("b1".into(), 50_00)], "{order}");
        assert_eq!(listed(run), [("b2".into(), 60_00, Code::OrderCancelled)], "{order}");
    });
}

/// A presale order with a second deposit, which was refused.
fn two_deposits() -> Run {
    let run = Run::in_memory().0.with_presale(&Offer::default());
    run.deposit("o1", "u1", at(0));
    run.advance(at(40));
    let mut again = deposit_paid("o1", at(6));
    again.event_id = "again".into();
    let Body::PaymentSucceeded(body) = &mut again.body else { panic!() };
    body.payment_id = id("d2");
    assert_eq!(run.event(&again).outcome, EventOutcome::Rejected);
    run
}

/// A-G-15, A-S1-20: a refund that might have been of either deposit is of the good one, once another has ended the
/// refused one: it ends the order, whichever was heard first.
#[test]
fn a_g_15_a_s1_20_a_refund_that_moves_to_the_deposit_ends_the_order() {
    let events = [went("r1", &amount(100_00), None, 8), went("r2", &amount(100_00), Some("d2"), 20)];
    in_any_order(two_deposits, &events, |run, order| {
        let order_now = run.order("o1");
        assert_eq!(order_now.presale_stage(), Some(PresaleStage::Closed), "{order}");
        let State::Cancelled { at: ended, reason } = order_now.state else { panic!("{order}") };
        let ends = domain::Instant::from_micros(at(13).micros() - 1);
        assert_eq!((ended, reason), (ends, CancelReason::Merchant), "{order}");
        let (_, paid, settled) = run.books("o1");
        assert_eq!((paid, settled, listed(run)), (0, 0, vec![]), "{order}");
    });
    // Somebody says so by hand.
    let run = two_deposits();
    run.apply(&events[0]);
    assert_eq!(run.order("o1").presale_stage(), Some(PresaleStage::AwaitingBalance));
    let of = engine::Assigned::Payment(id("o1-d"));
    run.ok(Command::AssignRefund { order_id: id("o1"), refund_id: id("r1"), of });
    assert_eq!(run.order("o1").presale_stage(), Some(PresaleStage::Closed));
    run.assert_clean();
}

/// A-G-15, A-G-8: what was answered of a payment stays the order's, though that was displaced, and though a cancellation
/// was heard of in between, by which the order had no money for a time.
#[test]
fn a_g_15_an_answered_refund_comes_back_to_the_order() {
    for payment in [None, Some("b2")] {
        for ask in [amount(100_00), rest(), units("l1", 1)] {
            for heard in
                [&["b1"][..], &["cancelled", "b1"], &["b1", "cancelled"], &["cancelled", "cancelled", "b1"]]
            {
                let run = bare();
                run.apply(&paid("o1", "b2", PAYABLE, at(3)));
                let (order_id, refund_id) = (id("o1"), id("r1"));
                let command = match payment {
                    Some(payment) => Command::RefundPayment {
                        order_id,
                        refund_id,
                        payment_id: id(payment),
                        ask: ask.clone(),
                    },
                    None => Command::CreateRefund { order_id, refund_id, ask: ask.clone() },
                };
                let Reply::Refund { refund } = run.ok(command) else { panic!() };
                let back = refund.total().minor();
                for name in heard {
                    match *name {
                        "b1" => run.event(&paid("o1", "b1", PAYABLE, at(1))),
                        _ => run.event(&cancelled("o1", at(2))),
                    };
                }
                let found = refund_of(&run, "r1");
                let told = format!("{payment:?} {ask:?} {heard:?}");
                assert_eq!((found.of, found.total().minor()), (RefundOf::Order, back), "{told}");
                assert_eq!(run.books("o1").1, PAYABLE - back, "{told}");
                assert_eq!(listed(&run), [("b2".into(), PAYABLE, Code::OrderPaid)], "{told}");
                run.assert_clean();
            }
        }
    }
}

fn ended_by(reason: CancelReason, when: i64) -> OrderEvent {
    let body = Body::Cancelled(Cancelled { order_id: id("o1"), reason });
    event(&format!("ended.{reason:?}"), body, at(when))
}

fn deposit() -> Run {
    let run = Run::in_memory().0.with_presale(&Offer::default());
    run.deposit("o1", "u1", at(0));
    run.advance(at(90));
    run
}

/// A-S1-20: the deposit of an order that the merchant cancelled has to go back whole: it is listed, told and counted
/// until it has.
#[test]
fn a_s1_20_the_deposit_of_a_cancelled_order_is_listed_until_it_has_gone() {
    let run = deposit();
    for _ in 0..2 {
        run.event(&ended_by(CancelReason::Merchant, 30));
    }
    assert_eq!(listed(&run), [("o1-d".into(), 100_00, Code::OrderCancelled)]);
    assert_eq!(run.reader().totals().unwrap().money_to_return, 1);
    let told = run.reader().outbox(&run.shop, &all()).unwrap();
    assert_eq!(told.iter().filter(|row| &*row.event_type == "money.to_return").count(), 1);
    run.assert_clean();
    run.apply(&went("r1", &amount(40_00), None, 40));
    assert_eq!(listed(&run), [("o1-d".into(), 60_00, Code::OrderCancelled)]);
    run.apply(&went("r2", &amount(60_00), Some("o1-d"), 41));
    let (_, paid, settled) = run.books("o1");
    assert_eq!((paid, settled, listed(&run)), (0, 0, vec![]));
    run.assert_clean();
    // In any order; by the API too.
    let events = [ended_by(CancelReason::Merchant, 30), went("r1", &amount(100_00), None, 40)];
    in_any_order(deposit, &events, |run, order| assert_eq!(listed(run), [], "{order}"));
    let run = deposit();
    run.event(&events[0]);
    run.refund("o1", "r", &rest()).unwrap();
    assert_eq!(listed(&run), []);
    run.assert_clean();
}

/// A-S1-20: nothing is owed where the customer gave the deposit up, or the merchant agreed on a part.
#[test]
fn a_s1_20_a_deposit_that_stays_is_on_no_list() {
    for reason in [CancelReason::Customer, CancelReason::Timeout] {
        let run = deposit();
        run.event(&ended_by(reason, 30));
        assert_eq!(listed(&run), []);
        run.assert_clean();
    }
    let run = deposit();
    run.apply(&went("r1", &amount(40_00), None, 20));
    assert_eq!((run.order("o1").presale_stage(), listed(&run)), (Some(PresaleStage::Closed), vec![]));
    run.event(&ended_by(CancelReason::Merchant, 60));
    assert_eq!(listed(&run), []);
    let run = deposit();
    run.refund("o1", "r1", &amount(40_00)).unwrap();
    assert_eq!(listed(&run), []);
    run.assert_clean();
}

/// A presale order with its deposit of 100.00 and its balance of 700.00.
fn whole() -> Run {
    let run = Run::in_memory().0.with_presale(&Offer::default());
    run.deposit("o1", "u1", at(0));
    run.advance(hours(24 * 10 + 22));
    run.apply(&balance_paid("o1", 700_00, &[], hours(24 * 10 + 20)));
    run
}

/// A-G-17: each entry names the payment whose money it is, also where a refund reaches from the balance into the deposit,
/// in whatever order the refunds are heard.
#[test]
fn a_g_17_a_refund_over_both_payments_is_booked_under_both() {
    let minutes = |after: i64| 60 * (24 * 10 + 20 - 10) + after;
    let events = [
        went("r1", &amount(650_00), None, minutes(10)),
        went("r2", &amount(100_00), None, minutes(20)),
        went("r3", &amount(20_00), Some("o1-d"), minutes(30)),
    ];
    in_any_order(whole, &events, |run, order| {
        assert_eq!((cash(run, "o1-b"), cash(run, "o1-d")), (0, -30_00), "{order}");
        let entries = run.reader().entries(&run.shop, &id("o1")).unwrap();
        for (refund, payment, wanted) in
            [("r1", "o1-b", 650_00), ("r2", "o1-b", 50_00), ("r2", "o1-d", 50_00), ("r3", "o1-d", 20_00)]
        {
            let sum = |account: Account| -> i64 {
                let its = entries.iter().filter(|entry| {
                    entry.source.refund_id == Some(id(refund)) && entry.source.payment_id == Some(id(payment))
                });
                its.filter(|entry| entry.account == account).map(|entry| entry.amount.minor()).sum()
            };
            let booked = (sum(Account::CustomerCash), sum(Account::MerchantRefund));
            assert_eq!(booked, (wanted, -wanted), "{refund} of {payment} {order}");
        }
        for refund in ["r1", "r2", "r3"].map(|name| refund_of(run, name)) {
            let money = if refund.booked.is_empty() { refund.payments[..1].to_vec() } else { refund.booked };
            assert!(refund.payments.iter().all(|part| money.contains(part)), "{order}: {money:?}");
        }
    });
    // One for all of it.
    let run = whole();
    run.refund("o1", "r", &rest()).unwrap();
    assert_eq!((cash(&run, "o1-b"), cash(&run, "o1-d"), run.books("o1").2), (0, 0, 0));
    run.assert_clean();
}

/// A-G-15: a refund that was granted and that no money can hold after all is listed and told, for people to look at,
/// until money turns up.
#[test]
fn a_g_15_a_refund_that_no_money_can_hold_is_listed() {
    let run = whole();
    let minutes = |after: i64| 60 * (24 * 10 + 20 - 10) + after;
    run.apply(&went("r1", &amount(750_00), None, minutes(10)));
    // The balance came after a cancellation, as is heard now: 700.00 are refused money, 100.00 the deposit.
    let body = Body::Cancelled(Cancelled { order_id: id("o1"), reason: CancelReason::Customer });
    run.apply(&event("late", body, at(60)));
    let without = |run: &Run| {
        let orders = run.reader().money_to_return(&run.shop, &all()).unwrap();
        let rows = orders.iter().flat_map(Order::to_return).filter(|row| row.reason == Code::ExceedsPaid);
        rows.map(|row| (row.amount.minor(), row.refunds)).collect::<Vec<_>>()
    };
    assert_eq!(without(&run), [(0, vec![id("r1")])]);
    assert_eq!(listed(&run).len(), 2);
    assert!(run.timeline("o1").contains(&"refund.rejected".into()));
    let told = run.reader().outbox(&run.shop, &all()).unwrap();
    let told = told.iter().filter(|row| &*row.event_type == "money.to_return");
    assert_eq!(told.filter(|row| row.body.contains("exceeds_paid")).count(), 1);
    assert_eq!(run.reader().totals().unwrap().money_to_return, 2);
    run.assert_clean();
    // More came than was known.
    let mut more = balance_paid("o1", 50_00, &[], hours(24 * 10 + 20));
    more.event_id = "more".into();
    let Body::PaymentSucceeded(body) = &mut more.body else { panic!() };
    body.payment_id = id("more");
    run.event(&more);
    assert_eq!((without(&run), refund_of(&run, "r1").of), (vec![], RefundOf::Refused));
    run.assert_clean();
}

/// A-G-15: what has happened is taken without a limit, and the order's document stays small: the oldest are summed up, to
/// the fen, and each is known when it is told again.
#[test]
fn a_g_15_many_small_refunds_are_summed_up() {
    const MANY: i64 = 310;
    let run = bare();
    run.apply(&paid("o1", "b1", PAYABLE, at(1)));
    run.event(&paid("o1", "b2", PAYABLE, at(2)));
    let name = |number: i64| format!("r{number}");
    let told = |number: i64, minutes: i64| {
        // Of the order, of the order by name, of the payment that was refused.
        let payment = [None, Some("b1"), Some("b2")][usize::try_from(number % 3).unwrap()];
        went(&name(number), &amount(1 + number % 2), payment, minutes)
    };
    let (mut own, mut refused, mut unnamed) = (0, 0, 0);
    for number in 0..MANY {
        run.apply(&told(number, 10 + number / 20));
        let minor = 1 + number % 2;
        *if number % 3 == 2 { &mut refused } else { &mut own } += minor;
        unnamed += if number % 3 == 0 { minor } else { 0 };
        let order = run.order("o1");
        assert!(order.refunds.len() <= domain::limits::ORDER_REFUNDS_KEPT + 3, "{}", order.refunds.len());
        assert_eq!(order.refunded().minor(), own, "{number}");
        if number % 100 == 99 {
            run.assert_clean();
        }
    }
    let exact = |run: &Run| {
        assert_eq!(run.books("o1").1, PAYABLE - own);
        assert_eq!(listed(run), [("b2".into(), PAYABLE - refused, Code::OrderPaid)]);
        let entries = run.reader().entries(&run.shop, &id("o1")).unwrap();
        let borne = entries.iter().filter(|entry| entry.account == Account::PlatformSubsidy);
        let parts: i64 = run.order("o1").live_refunds().map(|refund| refund.parts.sum().minor()).sum();
        assert_eq!(borne.map(|entry| entry.amount.minor()).sum::<i64>(), parts - 1_00);
        run.assert_clean();
    };
    exact(&run);
    let order = run.order("o1");
    let sums: u32 = order.refunds.iter().map(|refund| refund.sums).sum();
    let single = order.refunds.iter().filter(|refund| !refund.is_sum()).count();
    assert_eq!(i64::from(sums) + i64::try_from(single).unwrap(), MANY);
    // Told again, under another event id: nothing happens. With another amount it is a conflict.
    for number in [0, 1, 2, 77, MANY - 1] {
        assert_eq!(run.event(&told(number, 50)).outcome, EventOutcome::Duplicate, "{number}");
        let other = went(&name(number), &amount(77), None, 51);
        assert_eq!(code(&run.send(ingest(&other))), "idempotency_conflict", "{number}");
    }
    exact(&run);
    // Another payment takes the order over: what names `b1` was of that, summed up or not. All that is left goes back.
    run.apply(&paid("o1", "b0", PAYABLE, at(0)));
    assert_eq!(run.order("o1").refunded().minor(), unnamed);
    let left = |payment: &str, amount: i64| (payment.to_owned(), amount, Code::OrderPaid);
    assert_eq!(listed(&run), [left("b1", PAYABLE - (own - unnamed)), left("b2", PAYABLE - refused)]);
    run.assert_clean();
    run.apply(&went("last", &rest(), None, 55));
    assert_eq!((run.books("o1").1, run.books("o1").2), (0, 0));
    run.assert_clean();
    // No platform's refund has the name of a sum.
    let sum = order.refunds.iter().find(|refund| refund.is_sum()).unwrap().refund_id.clone();
    let taken = went(sum.as_str(), &amount(1), None, 56);
    assert_eq!(run.event(&taken).outcome, EventOutcome::Rejected);
}
