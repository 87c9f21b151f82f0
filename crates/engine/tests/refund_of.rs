//! A-G-15: which money a refund is of, in any order of arrival; what has to go back is listed until it has.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod support;

use domain::{
    Code,
    event::{Body, OrderEvent},
    order::{PaymentStatus, PresaleStage, Refund, RefundAsk, RefundOf, RefundStatus, State},
};
use engine::{Assigned, Command, EventOutcome, Reply};
use support::{batch::rest, presale::*, refunds::*, *};

fn refund_of(run: &Run, name: &str) -> Refund {
    run.order("o1").refunds.into_iter().find(|refund| refund.refund_id == id(name)).unwrap()
}
fn ways(refund: &Refund) -> Vec<(String, i64)> {
    refund.payments.iter().map(|part| (part.payment_id.to_string(), part.amount.minor())).collect()
}
fn refused(run: &Run, event: &OrderEvent) -> Code {
    let result = run.event(event);
    assert_eq!(result.outcome, EventOutcome::Rejected, "{result:?}");
    result.code.unwrap()
}

/// An order paid with `b1`, and again with `b2`, which was refused.
fn twice() -> Run {
    let run = Run::in_memory().0.with_campaign(&Deal::default());
    run.apply(&placed("o1", "u1", at(0)));
    run.advance(at(60));
    run.apply(&paid("o1", "b1", PAYABLE, at(1)));
    assert_eq!(refused(&run, &paid("o1", "b2", PAYABLE, at(2))), Code::OrderPaid);
    run
}

/// T-F1: the refund of the doubled payment ends that one.
#[test]
fn a_g_15_t_f1_a_refund_that_names_the_refused_payment_ends_it() {
    let run = twice();
    assert_eq!(listed(&run), [("b2".into(), PAYABLE, Code::OrderPaid)]);
    let before = run.books("o1");
    run.apply(&went("r1", &amount(100_00), Some("b2"), 5));
    assert_eq!(listed(&run), [("b2".into(), PAYABLE - 100_00, Code::OrderPaid)]);
    run.apply(&went("r2", &rest(), Some("b2"), 6));
    assert_eq!((listed(&run), run.books("o1")), (vec![], before));
    let order = run.order("o1");
    assert_eq!((order.refunded(), order.is_refunded()), (fen(0), false));
    assert_eq!(ways(&refund_of(&run, "r2")), [("b2".into(), PAYABLE - 100_00)]);
    assert_eq!(refund_of(&run, "r2").of, RefundOf::Refused);
    run.assert_clean();
    // More than is left of it was never there.
    assert_eq!(refused(&run, &went("r3", &amount(1), Some("b2"), 7)), Code::ExceedsPaid);
}

/// T-F1: it may be of either, so it is kept and listed, until a second one comes to all that came.
#[test]
fn a_g_15_t_f1_an_amount_that_may_be_of_either_is_kept_until_all_has_gone() {
    let run = twice();
    let before = run.books("o1");
    run.apply(&went("r1", &amount(PAYABLE), None, 5));
    assert_eq!(listed(&run), [("b2".into(), PAYABLE, Code::RefundAmbiguous)]);
    assert_eq!((run.books("o1"), refund_of(&run, "r1").of), (before, RefundOf::Unclear));
    assert!(run.timeline("o1").contains(&"refund.ambiguous".to_owned()));
    run.assert_clean();
    // Asked for here it leaves nothing.
    let snapshot = run.snapshot();
    run.apply(&went("r2", &amount(PAYABLE), None, 6));
    assert_ne!(run.snapshot(), snapshot);
    let (_, paid, settled) = run.books("o1");
    assert_eq!((paid, settled, listed(&run)), (0, 0, vec![]));
    assert!(run.order("o1").is_refunded());
    run.assert_clean();
}

#[test]
fn a_g_15_a_request_that_may_be_of_either_leaves_nothing() {
    let run = twice();
    let snapshot = run.snapshot();
    let ask = Command::CreateRefund { order_id: id("o1"), refund_id: id("r1"), ask: amount(PAYABLE) };
    assert_eq!(run.refused(ask), "refund_ambiguous");
    assert_eq!(run.snapshot(), snapshot);
    let named = |payment: &str| Command::RefundPayment {
        order_id: id("o1"),
        refund_id: id("r1"),
        payment_id: id(payment),
        ask: amount(PAYABLE),
    };
    assert_eq!(run.refused(named("nobody")), "not_found");
    let Reply::Refund { refund } = run.ok(named("b2")) else { panic!() };
    assert_eq!((refund.of, ways(&refund)), (RefundOf::Refused, vec![("b2".into(), PAYABLE)]));
    assert_eq!((listed(&run), run.books("o1").1), (vec![], PAYABLE));
    assert_eq!(run.ok(named("b2")), Reply::Refund { refund }, "the same answer");
    assert_eq!(run.refused(named("b1")), "idempotency_conflict");
    run.assert_clean();
}

/// Somebody says what a refund is of.
type Says<'a> = Box<dyn Fn(&Run) + 'a>;

/// T-F1: the same refund told again with its payment, or what somebody says of it, books that one alone.
#[test]
fn a_g_15_t_f1_it_ends_when_somebody_says() {
    let assign = |of: Assigned| Command::AssignRefund { order_id: id("o1"), refund_id: id("r1"), of };
    let lines = || vec![domain::event::RefundLine { line_id: id("l1"), quantity: 2 }];
    let again = |payment: &'static str| -> Says<'_> {
        Box::new(move |run| run.apply(&went("r1", &amount(PAYABLE), Some(payment), 9)))
    };
    let by_hand = |payment: &'static str| -> Says<'_> {
        Box::new(move |run| {
            let first = run.ok(assign(Assigned::Payment(id(payment))));
            assert_eq!(run.ok(assign(Assigned::Payment(id(payment)))), first);
            assert_eq!(run.refused(assign(Assigned::Payment(id("b3")))), "idempotency_conflict");
        })
    };
    let asked = |payment: &'static str| -> Says<'_> {
        Box::new(move |run| {
            let (order_id, refund_id, payment_id) = (id("o1"), id("r1"), id(payment));
            run.ok(Command::RefundPayment { order_id, refund_id, payment_id, ask: amount(PAYABLE) });
        })
    };
    for (says, back) in [
        (again("b2"), 0),
        (again("b1"), PAYABLE),
        (by_hand("b2"), 0),
        (by_hand("b1"), PAYABLE),
        (asked("b2"), 0),
        (asked("b1"), PAYABLE),
    ] {
        let run = twice();
        run.apply(&went("r1", &amount(PAYABLE), None, 5));
        assert_eq!(run.refused(assign(Assigned::Lines(lines()))), "idempotency_conflict", "two of three");
        says(&run);
        assert_eq!(run.books("o1").1, PAYABLE - back);
        let left = if back == 0 { vec![] } else { vec![("b2".into(), PAYABLE, Code::OrderPaid)] };
        assert_eq!(listed(&run), left);
        run.assert_clean();
        // Told once more it is known.
        let payment = if back == 0 { "b2" } else { "b1" };
        let same = went("r1", &amount(PAYABLE), Some(payment), 10);
        assert_eq!(run.event(&same).outcome, EventOutcome::Duplicate);
        let other = went("r1", &amount(PAYABLE), Some(if back == 0 { "b1" } else { "b2" }), 11);
        assert_eq!(refused(&run, &other), Code::IdempotencyConflict);
    }
    // By its lines, which come to that money.
    let run = twice();
    run.apply(&went("r1", &amount(PAYABLE), None, 5));
    let mut all = lines();
    all.push(domain::event::RefundLine { line_id: id("l2"), quantity: 1 });
    let Reply::Refund { refund } = run.ok(assign(Assigned::Lines(all))) else { panic!() };
    assert_eq!((refund.amount, refund.lines.len(), run.books("o1").1), (fen(PAYABLE), 2, 0));
    assert_eq!(listed(&run).len(), 1);
    run.assert_clean();
}

/// T-F1b: what the order has no money for is of what was refused.
#[test]
fn a_g_15_t_f1b_an_amount_is_of_the_money_that_can_hold_it() {
    let run = twice();
    run.apply(&went("r1", &amount(10_00), None, 5));
    assert_eq!(run.books("o1").1, PAYABLE - 10_00);
    run.apply(&went("r2", &amount(PAYABLE), None, 6));
    assert_eq!((run.books("o1").1, listed(&run)), (PAYABLE - 10_00, vec![]));
    run.assert_clean();
    // The oldest first, and one refund of several payments.
    let run = twice();
    assert_eq!(refused(&run, &paid("o1", "b3", 50_00, at(3))), Code::OrderPaid);
    run.apply(&went("r1", &rest(), None, 4));
    assert_eq!(run.books("o1").1, 0, "the whole rest is the order's");
    run.apply(&went("r2", &amount(30_00), None, 5));
    assert_eq!(ways(&refund_of(&run, "r2")), [("b2".into(), 30_00)]);
    run.apply(&went("r3", &amount(PAYABLE), None, 6));
    let (b2, b3) = (PAYABLE - 30_00, 30_00);
    assert_eq!(ways(&refund_of(&run, "r3")), [("b3".into(), b3), ("b2".into(), b2)], "newest first");
    assert_eq!(listed(&run), [("b3".into(), 20_00, Code::OrderPaid)]);
    run.assert_clean();
}

/// T-F1b: late money of a cancelled order that goes back is taken.
#[test]
fn a_g_15_t_f1b_late_money_of_a_cancelled_order_goes_back() {
    for (ask, payment) in [(amount(PAYABLE), None), (amount(PAYABLE), Some("p1")), (rest(), None)] {
        let run = Run::in_memory().0.with_campaign(&Deal::default());
        run.apply(&placed("o1", "u1", at(0)));
        run.apply(&cancelled("o1", at(0)));
        run.advance(at(60));
        assert_eq!(refused(&run, &paid("o1", "p1", PAYABLE, at(1))), Code::OrderCancelled);
        assert_eq!(listed(&run), [("p1".into(), PAYABLE, Code::OrderCancelled)]);
        let told: Vec<_> = run.reader().outbox(&run.shop, &all()).unwrap();
        assert_eq!(told.iter().filter(|row| &*row.event_type == "money.to_return").count(), 1);
        run.apply(&went("r1", &ask, payment, 5));
        assert_eq!((listed(&run), run.books("o1")), (vec![], (0, 0, 0)));
        assert!(matches!(run.order("o1").state, State::Cancelled { .. }));
        run.assert_clean();
        // By a request, too: there is nothing left.
        let again = Command::CreateRefund { order_id: id("o1"), refund_id: id("r2"), ask: amount(1) };
        assert_eq!(run.refused(again), "exceeds_paid");
    }
}

/// An answered refund stays with the order; the payment that is displaced goes back whole.
#[test]
fn a_g_15_an_answered_refund_stays_with_the_order() {
    for (ask, payment) in [(amount(100_00), None), (amount(100_00), Some("b2")), (units("l1", 1), Some("b2"))]
    {
        let run = Run::in_memory().0.with_campaign(&Deal::default());
        run.apply(&placed("o1", "u1", at(0)));
        run.advance(at(60));
        run.apply(&paid("o1", "b2", PAYABLE, at(2)));
        let (order_id, refund_id) = (id("o1"), id("r1"));
        let command = match payment {
            Some(payment) => Command::RefundPayment { order_id, refund_id, payment_id: id(payment), ask },
            None => Command::CreateRefund { order_id, refund_id, ask },
        };
        let Reply::Refund { refund } = run.ok(command.clone()) else { panic!() };
        let back = refund.amount.minor();
        assert_eq!(ways(&refund), [("b2".into(), back)]);
        run.apply(&paid("o1", "b1", PAYABLE, at(1)));
        assert_eq!(listed(&run), [("b2".into(), PAYABLE, Code::OrderPaid)]);
        assert_eq!(run.books("o1").1, PAYABLE - back);
        assert_eq!(ways(&refund_of(&run, "r1")), [("b1".into(), back)]);
        let Reply::Refund { refund } = run.ok(command) else { panic!() };
        assert_eq!(refund.total(), fen(back), "the same answer");
        run.assert_clean();
    }
}

/// A refund goes back the newest way first, the payment that it names before others.
#[test]
fn a_g_15_a_refund_says_how_much_goes_back_to_which_payment() {
    let run = Run::in_memory().0.with_presale(&Offer::default());
    run.deposit("o1", "u1", at(0));
    run.advance(hours(24 * 10 + 21));
    run.apply(&balance_paid("o1", 700_00, &[], hours(24 * 10 + 20)));
    let create = |name: &str, ask: RefundAsk| {
        let Ok(Reply::Refund { refund }) = run.refund("o1", name, &ask) else { panic!() };
        ways(&refund)
    };
    assert_eq!(create("r1", amount(650_00)), [("o1-b".into(), 650_00)]);
    assert_eq!(create("r2", amount(100_00)), [("o1-b".into(), 50_00), ("o1-d".into(), 50_00)]);
    assert_eq!(create("r3", rest()), [("o1-d".into(), 50_00)]);
    run.assert_clean();
}

/// A deposit that was paid twice: the second one's way back ends neither the order nor its gift.
#[test]
fn a_g_15_a_deposit_paid_twice_leaves_the_order_open() {
    let gift = domain::campaign::presale::Gift { sku: id("cup"), quantity: 1, first_n: None };
    for (payment, ask) in [(Some("d2"), amount(100_00)), (None, amount(100_00)), (Some("d2"), rest())] {
        let run = Run::in_memory().0.with_presale(&Offer { gifts: vec![gift.clone()], ..Offer::default() });
        run.deposit("o1", "u1", at(0));
        let mut again = deposit_paid("o1", at(6));
        again.event_id = "again".into();
        let Body::PaymentSucceeded(body) = &mut again.body else { panic!() };
        body.payment_id = id("d2");
        run.advance(at(30));
        assert_eq!(refused(&run, &again), Code::OrderPaid);
        run.apply(&went("r1", &ask, payment, 8));
        let order = run.order("o1");
        assert_eq!(order.presale_stage(), Some(PresaleStage::AwaitingBalance), "{payment:?}");
        let standing = order.gift_standing(&gift, None, run.engine.now()).unwrap().status;
        assert_ne!(standing, domain::order::GiftStatus::Cancelled);
        let reason = [("d2".into(), 100_00, Code::RefundAmbiguous)];
        assert_eq!(listed(&run), reason[usize::from(payment.is_some())..]);
        run.assert_clean();
        run.advance(hours(24 * 10 + 21));
        run.apply(&balance_paid("o1", 700_00, &[], hours(24 * 10 + 20)));
        assert_eq!(run.books("o1"), (1000_00, 800_00, 800_00));
        run.assert_clean();
    }
}

/// The issue's item 8: what was rejected uses nothing up, and no limit stands before what has happened.
#[test]
fn a_g_15_requests_are_limited_and_facts_are_taken() {
    let run = Run::in_memory().0.with_campaign(&Deal::default());
    run.apply(&placed("o1", "u1", at(0)));
    run.apply(&paid("o1", "p1", PAYABLE, at(0)));
    run.advance(at(60));
    let told = |name: &str, what: fn(domain::event::RefundFacts) -> Body, minutes: i64| {
        let body = what(facts(name, &amount(PAYABLE), None));
        event(&format!("{name}.{minutes}"), body, at(minutes))
    };
    for number in 0..120 {
        run.apply(&told(&format!("q{number}"), Body::RefundRequested, 1));
        run.apply(&told(&format!("q{number}"), Body::RefundRejected, 2));
    }
    assert!(run.order("o1").refunds.len() <= domain::limits::ORDER_REQUESTS);
    for number in 0..160 {
        run.apply(&went(&format!("r{number}"), &amount(1), None, 3));
    }
    assert_eq!(run.order("o1").refunded(), fen(160));
    let one_more = Command::CreateRefund { order_id: id("o1"), refund_id: id("r"), ask: amount(1) };
    assert_eq!(run.refused(one_more), "limit_reached");
    run.assert_clean();
}

/// A grant that names no figures says nothing of what a refund is of, before its figures or after them.
#[test]
fn a_g_15_a_bare_grant_says_nothing() {
    let all = RefundAsk { lines: Vec::new(), amount: Some(fen(PAYABLE)), fault: None };
    let granted = |told: &str| {
        let bare = domain::event::RefundFacts { amount: None, ..facts("r1", &all, None) };
        event(told, Body::RefundApproved(bare), at(5))
    };
    for bare_first in [true, false] {
        let run = twice();
        let mut told = vec![granted("r1.approved"), went("r1", &all, None, 6)];
        if !bare_first {
            told.reverse();
        }
        for event in &told {
            run.event(event);
        }
        assert_eq!(refund_of(&run, "r1").of, RefundOf::Unclear, "{bare_first}");
        assert_eq!(run.books("o1").1, PAYABLE, "{bare_first}");
        run.assert_clean();
    }
}

/// A rejection moves no money: it is taken whatever has gone back meanwhile, beside refused money or not.
#[test]
fn a_g_15_a_rejection_is_a_fact() {
    for beside in [false, true] {
        let run = if beside { twice() } else { Run::in_memory().0.with_campaign(&Deal::default()) };
        if !beside {
            run.apply(&placed("o1", "u1", at(0)));
            run.advance(at(60));
            run.apply(&paid("o1", "b1", PAYABLE, at(1)));
        }
        let asked = RefundAsk { lines: Vec::new(), amount: Some(fen(PAYABLE - 1_00)), fault: None };
        let told = facts("r0", &asked, Some("b1"));
        run.apply(&event("r0.asked", Body::RefundRequested(told.clone()), at(5)));
        let most = RefundAsk { amount: Some(fen(PAYABLE - 50)), ..asked.clone() };
        run.apply(&went("r1", &most, Some("b1"), 6));
        run.apply(&event("r0.rejected", Body::RefundRejected(told), at(7)));
        let found = refund_of(&run, "r0");
        let shown = (found.status, found.of, found.amount.minor());
        assert_eq!(shown, (RefundStatus::Rejected, RefundOf::Order, PAYABLE - 1_00), "{beside}");
        assert_eq!(run.books("o1").1, 50, "{beside}");
        run.assert_clean();
    }
}

/// The auditor finds an order that is not listed, one that is listed for nothing, and a refund that is not of what the
/// facts say.
#[test]
fn a_g_15_what_is_listed_or_kept_wrongly_is_found() {
    use support::planter::finds;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.db");
    let store = store_sqlite::SqliteStore::open(&path).unwrap();
    let run = Run::on(Box::new(store)).with_campaign(&Deal::default());
    for name in ["o1", "o2"] {
        run.apply(&placed(name, "u1", at(0)));
    }
    run.advance(at(60));
    run.apply(&paid("o1", "b1", PAYABLE, at(1)));
    assert_eq!(refused(&run, &paid("o1", "b2", PAYABLE, at(2))), Code::OrderPaid);
    run.assert_clean();
    assert_eq!(run.reader().totals().unwrap().money_to_return, 1);
    for (order, rows) in [("o1", 0), ("o2", 1)] {
        let db = rusqlite::Connection::open(&path).unwrap();
        let set = "UPDATE orders SET to_return = ?2 WHERE order_id = ?1";
        assert_eq!(db.execute(set, (order, rows)).unwrap(), 1);
        let found = run.audit().findings;
        let named =
            found.iter().any(|f| f.check == "money_to_return" && f.subject == format!("order {order}"));
        assert!(named, "{order}: {found:#?}");
        db.execute(set, (order, 1 - rows)).unwrap();
    }
    run.assert_clean();
    // As an earlier program booked it: on the order, though it may be of the refused payment.
    finds("refund_of", "order undone", |p| {
        p.order("undone", |order| {
            let mut refund = Refund::told(id("r1"), amount(PAYABLE), None, at(99));
            (refund.status, refund.of, refund.amount) =
                (RefundStatus::Succeeded, RefundOf::Order, fen(PAYABLE));
            order.refunds.push(refund);
        });
    });
}

/// A-S1-24: what is asked for here is after every payment that is known, whatever their clocks say.
#[test]
fn a_s1_24_a_request_is_after_every_known_payment() {
    let run = Run::in_memory().0.with_presale(&Offer::default());
    run.deposit("o1", "u1", at(0));
    run.advance(hours(24 * 10 + 20));
    run.apply(&balance_paid("o1", 700_00, &[], hours(24 * 10 + 20).plus_minutes(20)));
    let Ok(Reply::Refund { refund }) = run.refund("o1", "r1", &amount(30_00)) else { panic!() };
    assert_eq!((refund.total(), run.order("o1").presale_stage()), (fen(30_00), Some(PresaleStage::Paid)));
    assert_eq!(run.order("o1").payments.iter().filter(|p| p.status == PaymentStatus::Late).count(), 0);
    run.assert_clean();
}
