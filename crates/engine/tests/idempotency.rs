//! What was said before is answered as before; the same name for something else is a conflict.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod support;

use domain::{
    coupon::CouponStatus,
    event::OrderEvent,
    order::{Method, State},
};
use engine::{Command, EventOutcome, Input, Reply};
use port::digest;
use support::*;

/// Every change of an order's life, each sent a second time: nothing moves.
#[test]
fn a_g_8_the_same_event_again_is_a_success_that_changes_nothing() {
    let run = Run::in_memory().0.with_campaign(&Deal::default());
    let life: Vec<OrderEvent> = vec![
        placed("o1", "u1", at(0)),
        failed("o1", "p0", at(1)),
        paid("o1", "p1", PAYABLE, at(2)),
        shipped("o1", at(3)),
        received("o1", at(4)),
    ];
    run.advance(at(10));
    for event in &life {
        run.apply(event);
        let before = run.snapshot();
        for _ in 0..3 {
            assert_eq!(run.event(event).outcome, EventOutcome::Duplicate);
        }
        assert_eq!(run.snapshot(), before, "{event:?}");
    }
    for event in &life {
        assert_eq!(run.event(event).outcome, EventOutcome::Duplicate);
    }
    run.assert_clean();
}

#[test]
fn a_g_8_the_same_event_id_with_another_body_is_a_conflict() {
    let run = Run::in_memory().0.with_campaign(&Deal::default());
    run.apply(&placed("o1", "u1", at(0)));
    let before = run.snapshot();
    let mut other = placed("o2", "u2", at(0));
    other.event_id = "o1.placed".into();
    assert_eq!(code(&run.send(ingest(&other))), "idempotency_conflict");
    let mut later = placed("o1", "u1", at(1));
    later.event_id = "o1.placed".into();
    assert_eq!(code(&run.send(ingest(&later))), "idempotency_conflict");
    assert_eq!(run.snapshot(), before);
    // Another sender's ids are its own.
    other.source = "another".into();
    run.apply(&other);
}

#[test]
fn a_g_8_repetitions_inside_one_batch_count_once() {
    let run = Run::in_memory().0.with_campaign(&Deal::default());
    let event = placed("o1", "u1", at(0));
    let mut conflict = placed("o1", "u9", at(0));
    conflict.event_id.clone_from(&event.event_id);
    let batch = vec![ingest(&event), ingest(&event), ingest(&conflict), ingest(&event)];
    let outcomes: Vec<_> = run.many(batch).iter().map(code).collect();
    assert_eq!(outcomes, ["applied", "duplicate", "idempotency_conflict", "duplicate"]);
    run.assert_clean();
}

#[test]
fn a_g_8_an_order_number_with_other_contents_is_refused() {
    let run = Run::in_memory().0.with_campaign(&Deal::default());
    run.apply(&placed("o1", "u1", at(0)));
    let mut again = placed("o1", "u1", at(0));
    again.event_id = "another".into();
    assert_eq!(run.event(&again).outcome, EventOutcome::Duplicate);
    let mut other = placed("o1", "u2", at(0));
    other.event_id = "a third".into();
    assert_eq!(code(&run.send(ingest(&other))), "order_exists");
}

fn keyed(run: &Run, key: &str, body: &str, command: Command) -> Outcome {
    let input = Input { idempotency: Some((key.into(), digest(body.as_bytes()))), ..run.input(command) };
    run.engine.submit_many_blocking(vec![input]).unwrap().remove(0)
}

#[test]
fn s0_r05_a_claim_with_an_idempotency_key_is_answered_alike() {
    let run = Run::in_memory().0.with_campaign(&Deal::default());
    run.apply(&placed("o1", "u1", at(0)));
    run.apply(&placed("o2", "u2", at(0)));
    run.advance(at(15));
    let (claim, other) = (run.claiming("o1"), run.claiming("o2"));
    let first = keyed(&run, "k1", "one", claim.clone()).unwrap();
    let before = run.snapshot();
    for _ in 0..3 {
        assert_eq!(keyed(&run, "k1", "one", claim.clone()).unwrap(), first);
    }
    // Even when the coupon has moved on, the answer is the first one.
    let conflict = keyed(&run, "k1", "two", other.clone());
    assert_eq!(code(&conflict), "idempotency_conflict");
    assert_eq!(code(&keyed(&run, "k2", "one", claim.clone())), "already_claimed");
    assert_eq!(code(&run.send(claim.clone())), "already_claimed");
    assert_eq!(run.snapshot(), before);
    let coupon = coupon_of(first.clone());
    run.start_payment("o1", "p1", Some(&coupon));
    assert_eq!(run.coupon(&coupon).status, CouponStatus::Locked);
    assert_eq!(keyed(&run, "k1", "one", claim).unwrap(), first);
    run.assert_clean();
}

#[test]
fn a_refusal_is_not_remembered_under_its_key() {
    let run = Run::in_memory().0.with_campaign(&Deal::default());
    run.apply(&placed("o1", "u1", at(0)));
    run.advance(at(15));
    let block = |list| Command::PutRisk {
        customer_id: id("u1"),
        list,
        reason: "a test".into(),
        by: "operator".into(),
    };
    run.ok(block(Some(domain::customer::List::Block)));
    let claim = run.claiming("o1");
    assert_eq!(code(&keyed(&run, "k1", "one", claim.clone())), "customer_blocked");
    run.ok(block(None));
    assert_eq!(code(&keyed(&run, "k1", "one", claim)), "ok");
}

/// A file that was taken in before rows had names of their own is known by what it asked, and no client's key is taken for
/// a row of it.
#[test]
fn a_row_of_a_file_is_known_by_its_former_name_too() {
    let run = Run::in_memory().0.with_campaign(&Deal::default());
    for order in ["o1", "o2"] {
        run.apply(&placed(order, &format!("u{order}"), at(0)));
    }
    run.advance(at(15));
    let (row, other) = (run.claiming("o1"), run.claiming("o2"));
    let first = keyed(&run, "k#1", "file", row.clone()).unwrap();
    assert_eq!(keyed(&run, &engine::row_key("k", 1), "file", row.clone()).unwrap(), first);
    assert_eq!(code(&keyed(&run, &engine::row_key("k", 1), "another", row)), "already_claimed");
    assert_eq!(code(&keyed(&run, &engine::row_key("k", 1), "another", other.clone())), "ok");
    assert_eq!(code(&keyed(&run, "k#1", "another", other)), "idempotency_conflict");
}

#[test]
fn two_claims_with_one_key_in_one_batch_make_one_coupon() {
    let run = Run::in_memory().0.with_campaign(&Deal::default());
    run.apply(&placed("o1", "u1", at(0)));
    run.advance(at(15));
    let input = Input { idempotency: Some(("k1".into(), digest(b"one"))), ..run.input(run.claiming("o1")) };
    let outcomes = run.engine.submit_many_blocking(vec![input.clone(), input]).unwrap();
    let replies: Vec<Reply> = outcomes.into_iter().map(Result::unwrap).collect();
    assert_eq!(replies[0], replies[1]);
    assert_eq!((run.coupons().len(), run.counters("c1").issued), (1, 1));
}

#[test]
fn a_s0_11_a_payment_id_is_its_own_idempotency_key() {
    let run = Run::in_memory().0.with_campaign(&Deal::default());
    run.apply(&placed("o1", "u1", at(0)));
    run.advance(at(15));
    let coupon = run.claim("o1");
    let first = run.start_payment("o1", "p1", Some(&coupon));
    let before = run.snapshot();
    assert_eq!(run.start_payment("o1", "p1", Some(&coupon)), first);
    let baitiao = starting("o1", "p1", Method::Baitiao, Some(&coupon));
    assert_eq!(run.refused(baitiao), "idempotency_conflict");
    assert_eq!(run.refused(starting("o1", "p1", Method::JdPay, None)), "idempotency_conflict");
    assert_eq!(run.snapshot(), before);
    // The notice of its success may come under any event id.
    run.apply(&paid("o1", "p1", PAYABLE - SAVE, at(16)));
    let before = run.snapshot();
    let mut again = paid("o1", "p1", PAYABLE - SAVE, at(16));
    again.event_id = "sent again".into();
    assert_eq!(run.event(&again).outcome, EventOutcome::Duplicate);
    let mut other = paid("o1", "p1", PAYABLE, at(16));
    other.event_id = "another amount".into();
    assert_eq!(code(&run.send(ingest(&other))), "idempotency_conflict");
    assert_eq!(run.snapshot(), before);
    run.assert_clean();
}

#[test]
fn a_s0_11_an_attempt_that_has_ended_does_not_fail_again() {
    let run = Run::in_memory().0.with_campaign(&Deal::default());
    run.apply(&placed("o1", "u1", at(0)));
    run.start_payment("o1", "p1", None);
    run.apply(&failed("o1", "p1", at(0)));
    assert!(run.timeline("o1").contains(&"payment.failed".to_owned()));
    run.apply(&paid("o1", "p2", PAYABLE, at(0)));
    let before = run.snapshot();
    for payment in ["p1", "p2"] {
        let mut again = failed("o1", payment, at(0));
        again.event_id = format!("{payment} again");
        assert_eq!(run.event(&again).outcome, EventOutcome::Duplicate, "{payment}");
    }
    assert_eq!(run.snapshot(), before);
    run.assert_clean();
}

#[test]
fn a_s0_22_a_refund_id_is_its_own_idempotency_key() {
    let run = Run::in_memory().0.with_campaign(&Deal::default());
    run.apply(&placed("o1", "u1", at(0)));
    let refund = |ask| Command::CreateRefund { order_id: id("o1"), refund_id: id("r1"), ask };
    assert_eq!(run.refused(refund(amount(10_00))), "order_unpaid");
    run.apply(&paid("o1", "p1", PAYABLE, at(0)));
    let first = run.ok(refund(amount(10_00)));
    let before = run.snapshot();
    assert_eq!(run.ok(refund(amount(10_00))), first);
    assert_eq!(run.refused(refund(amount(10_01))), "idempotency_conflict");
    assert_eq!(run.refused(refund(units("l1", 1))), "idempotency_conflict");
    assert_eq!(run.snapshot(), before);
    run.assert_clean();
}

#[test]
fn s0_r02_a_campaign_id_is_its_own_idempotency_key() {
    let run = Run::in_memory().0;
    run.ok(Command::PutShop(Box::new(shop("s1"))));
    let first = run.ok(create("c1", &Deal::default()));
    let before = run.snapshot();
    assert_eq!(run.ok(create("c1", &Deal::default())), first);
    let other = Deal { save: 10_00, ..Deal::default() };
    assert_eq!(run.refused(create("c1", &other)), "idempotency_conflict");
    assert_eq!(run.snapshot(), before);
}

#[test]
fn a_g_8_an_early_event_waits_and_is_taken_up_when_its_predecessor_comes() {
    let run = Run::in_memory().0.with_campaign(&Deal::default());
    run.advance(at(30));
    let early = [received("o1", at(20)), paid("o1", "p1", PAYABLE, at(2)), cancelled("o1", at(25))];
    for event in &early {
        assert_eq!(run.event(event).outcome, EventOutcome::Parked);
        assert_eq!(run.event(event).outcome, EventOutcome::Duplicate, "it waits already");
    }
    assert_eq!(run.reader().parked(&run.shop, &all()).unwrap().len(), 3);
    run.apply(&placed("o1", "u1", at(0)));
    let order = run.order("o1");
    assert_eq!(order.state, State::Paid { at: at(2) });
    assert_eq!(order.received_at, Some(at(20)));
    assert!(run.reader().parked(&run.shop, &all()).unwrap().is_empty());
    // The late cancellation broke a rule; it is written down, not lost.
    assert!(run.timeline("o1").contains(&"event.rejected".to_owned()));
    for event in &early {
        assert_eq!(run.event(event).outcome, EventOutcome::Duplicate);
    }
    run.assert_clean();
}

#[test]
fn a_g_8_a_refund_waits_for_its_payment() {
    let run = Run::in_memory().0.with_campaign(&Deal::default());
    run.apply(&placed("o1", "u1", at(0)));
    run.advance(at(10));
    let facts = refunding("o1", "r1", &units("l2", 1));
    let refund = event("r1", domain::event::Body::RefundSucceeded(facts), at(8));
    assert_eq!(run.event(&refund).outcome, EventOutcome::Parked);
    run.apply(&paid("o1", "p1", PAYABLE, at(5)));
    assert_eq!(run.order("o1").refunds.len(), 1);
    assert!(run.reader().parked(&run.shop, &all()).unwrap().is_empty());
    run.assert_clean();
}

#[test]
fn a_g_8_no_more_than_fifty_events_wait_for_one_order() {
    let run = Run::in_memory().0.with_campaign(&Deal::default());
    run.advance(at(120));
    let early = (0..60).map(|n| ingest(&cancelled("o1", at(60 + n))));
    let outcomes: Vec<_> = run.many(early.collect()).iter().map(code).collect();
    assert!(outcomes[..50].iter().all(|code| code == "parked"));
    assert!(outcomes[50..].iter().all(|code| code == "limit_reached"));
    assert_eq!(run.event(&cancelled("o2", at(60))).outcome, EventOutcome::Parked);
    run.apply(&placed("o1", "u1", at(0)));
    let State::Cancelled { at: ended, .. } = run.order("o1").state else {
        panic!("the earliest cancellation stands");
    };
    assert_eq!(ended, at(60));
    run.assert_clean();
}

/// The deadline is part of what an order was placed with; who does not name it says nothing about it.
#[test]
fn a_g_8_an_order_placed_again_with_another_deadline_is_another_order() {
    let run = Run::in_memory().0.with_campaign(&Deal::default());
    let placed_by = |order: &str, event_id: &str, cancel_at| {
        let mut body = placing(order, "u1");
        body.cancel_at = cancel_at;
        event(event_id, domain::event::Body::Placed(Box::new(body)), at(0))
    };
    run.apply(&placed_by("o1", "first", Some(at(60))));
    let other = placed_by("o1", "second", Some(at(61)));
    assert_eq!(code(&run.send(ingest(&other))), "order_exists");
    for (event_id, cancel_at) in [("third", Some(at(60))), ("fourth", None)] {
        assert_eq!(run.event(&placed_by("o1", event_id, cancel_at)).outcome, EventOutcome::Duplicate);
    }
    // By the shop's time-out, which is changed then.
    run.apply(&placed_by("o2", "fifth", None));
    let deadline = run.order("o2").cancel_at;
    let mut settings = shop("s1");
    settings.payment_timeout_minutes = 30;
    run.ok(Command::PutShop(Box::new(settings)));
    for (event_id, cancel_at) in [("sixth", None), ("seventh", deadline)] {
        assert_eq!(run.event(&placed_by("o2", event_id, cancel_at)).outcome, EventOutcome::Duplicate);
    }
    assert_eq!(code(&run.send(ingest(&placed_by("o2", "eighth", Some(at(30)))))), "order_exists");
    run.assert_clean();
}
