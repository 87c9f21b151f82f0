//! Presale orders through the engine: stages, money, forfeits and refunds.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod support;

use domain::campaign::presale::Gift;
use domain::event::Body;
use domain::order::{Fault, PresaleStage, RefundAsk, State};
use engine::EventOutcome;
use support::presale::*;
use support::*;

fn run() -> Run {
    Run::in_memory().0.with_presale(&Offer::default())
}
fn rest(fault: Option<Fault>) -> RefundAsk {
    RefundAsk { lines: Vec::new(), amount: None, fault }
}
fn back(outcome: &Outcome) -> i64 {
    match outcome {
        Ok(engine::Reply::Refund { refund }) => refund.amount.minor(),
        other => panic!("{other:?}"),
    }
}
const BALANCE: i64 = 24 * 10 + 20;
const END: i64 = 24 * 14;

/// T29 (A-S1-20): after the balance everything paid goes back, whoever is at fault; never the gain.
#[test]
fn a_s1_20_t29_refund_after_the_balance() {
    let run = run();
    run.deposit("o1", "u1", at(0));
    let order = run.order("o1");
    assert_eq!(order.presale_stage(), Some(PresaleStage::AwaitingBalance));
    assert_eq!((order.balance(), order.threshold_base()), (fen(700_00), fen(800_00)));
    assert_eq!(run.books("o1"), (0, 0, 0), "nobody is due a deposit whose fate is open");
    run.advance(hours(BALANCE));
    run.apply(&balance_paid("o1", 700_00, &[], hours(BALANCE)));
    assert_eq!(run.books("o1"), (1000_00, 800_00, 800_00));
    assert_eq!(back(&run.refund("o1", "r1", &rest(Some(Fault::Customer)))), 800_00);
    assert_eq!(run.books("o1"), (1000_00, 0, 0));
    run.assert_clean();
}

/// T29 (A-S1-20, A-S1-22): the balance is not paid by its end: the order closes, the merchant keeps the
/// deposit, the customer gets nothing.
#[test]
fn a_s1_20_t29_a_forfeited_deposit() {
    let gifts = vec![Gift { sku: id("mug"), quantity: 1, first_n: None }];
    let run = Run::in_memory().0.with_presale(&Offer { gifts, ..Offer::default() });
    run.deposit("o1", "u1", at(0));
    run.advance(hours(END).plus_seconds(-1));
    assert_eq!(run.order("o1").presale_stage(), Some(PresaleStage::AwaitingBalance));
    run.advance(hours(END));
    let order = run.order("o1");
    assert_eq!(order.presale_stage(), Some(PresaleStage::Forfeited));
    assert!(matches!(order.state, State::Cancelled { at, .. } if at == hours(END)));
    assert_eq!(run.books("o1"), (100_00, 100_00, 100_00));
    let answer = run.refund("o1", "r1", &rest(Some(Fault::Customer)));
    assert_eq!(code(&answer), "deposit_forfeited");
    let late = run.event(&balance_paid("o1", 700_00, &[], hours(END)));
    assert_eq!(late.code.map(domain::Code::as_str), Some("outside_period"));
    run.assert_clean();
    // The merchant gives it back all the same.
    assert_eq!(back(&run.refund("o1", "r2", &rest(None))), 100_00);
    assert_eq!(
        (run.books("o1"), run.order("o1").presale_stage()),
        ((100_00, 0, 0), Some(PresaleStage::Closed))
    );
    run.assert_clean();
}

/// T29 (A-S1-20): the merchant cannot supply before the balance: the whole deposit, and the order ends.
#[test]
fn a_s1_20_t29_refund_before_the_balance() {
    for fault in [Some(Fault::Merchant), Some(Fault::Platform), None] {
        let run = run();
        run.deposit("o1", "u1", at(0));
        run.advance(at(60));
        let refused = run.refund("o1", "r0", &rest(Some(Fault::Customer)));
        assert_eq!(code(&refused), "deposit_forfeited");
        assert_eq!(run.order("o1").presale_stage(), Some(PresaleStage::AwaitingBalance));
        assert_eq!(back(&run.refund("o1", "r1", &rest(fault))), 100_00);
        assert_eq!(run.order("o1").presale_stage(), Some(PresaleStage::Closed));
        assert_eq!(run.books("o1"), (100_00, 0, 0));
        run.advance(hours(BALANCE));
        let balance = run.event(&balance_paid("o1", 700_00, &[], hours(BALANCE)));
        assert_eq!(balance.code.map(domain::Code::as_str), Some("order_cancelled"));
        run.advance(hours(END));
        assert_eq!(run.books("o1"), (100_00, 0, 0));
        run.assert_clean();
    }
}

/// T29 (A-S1-19): 30 minutes for the deposit, then the order closes with nothing to refund.
#[test]
fn a_s1_19_t29_deposit_timeout() {
    let run = run();
    run.apply(&presale_placed("o1", "u1", at(0)));
    run.advance(at(30).plus_seconds(-1));
    assert_eq!(run.order("o1").presale_stage(), Some(PresaleStage::AwaitingDeposit));
    run.advance(at(30));
    assert_eq!(run.order("o1").presale_stage(), Some(PresaleStage::Closed));
    assert_eq!(code(&run.refund("o1", "r1", &rest(None))), "order_unpaid");
    assert_eq!((run.books("o1"), run.messages("o1").len()), ((0, 0, 0), 0));
    run.assert_clean();
}

/// A customer who goes before the balance leaves the deposit; a merchant who goes does not get it.
#[test]
fn a_s1_20_who_cancels_decides_about_the_deposit() {
    use domain::event::Cancelled;
    use domain::order::CancelReason::{Customer, Merchant};
    for (reason, stage, settled) in
        [(Customer, PresaleStage::Forfeited, 100_00), (Merchant, PresaleStage::Closed, 0)]
    {
        let run = run();
        run.deposit("o1", "u1", at(0));
        let body = Body::Cancelled(Cancelled { order_id: id("o1"), reason });
        run.apply(&event("gone", body, at(10)));
        assert_eq!(run.order("o1").presale_stage(), Some(stage));
        assert_eq!(run.books("o1").2, settled);
        run.assert_clean();
    }
}

/// S1-R03, S1-R07, A-S1-5: what comes off with the balance is spread, funded and refunded like any
/// discount, and the deposit takes none.
#[test]
fn s1_r03_a_s1_5_discounts_of_the_merged_checkout() {
    let run = run();
    run.deposit("o1", "u1", at(0));
    run.advance(hours(BALANCE));
    let wrong = run.event(&balance_paid("o1", 700_00, &[("dong_coupon", 50_00)], hours(BALANCE)));
    assert_eq!(wrong.code.map(domain::Code::as_str), Some("amount_mismatch"));
    let mut right = balance_paid("o1", 640_00, &[("dong_coupon", 50_00), ("beans", 10_00)], hours(BALANCE));
    right.event_id = "again".into();
    run.apply(&right);
    // The customer paid 740, the platform 10.
    assert_eq!(run.books("o1"), (1000_00, 740_00, 750_00));
    assert_eq!(back(&run.refund("o1", "r1", &rest(None))), 740_00);
    assert_eq!(run.books("o1"), (1000_00, 0, 0));
    run.assert_clean();
    let mut early = deposit_paid("o2", at(5));
    let Body::PaymentSucceeded(paid) = &mut early.body else { panic!() };
    paid.discounts = vec![domain::order::Discount {
        kind: "red_packet".into(),
        id: None,
        amount: fen(1),
        funded_by: domain::order::Party::Platform,
        lines: Vec::new(),
    }];
    let run = self::run();
    run.apply(&presale_placed("o2", "u1", at(0)));
    let answer = run.event(&early);
    assert_eq!(answer.code.map(domain::Code::as_str), Some("stage_not_allowed"));
}

/// S0-R35, A-S0-18: a presale order gets neither the recovery coupon nor its push.
#[test]
fn a_s0_18_no_recovery_on_presale_orders() {
    let run = Run::in_memory().0.with_campaign(&Deal::default());
    run.ok(Offer::default().create("p1"));
    run.apply(&presale_placed("o1", "u1", at(0)));
    run.advance(at(29));
    let order = run.order("o1");
    assert!(order.recovery.offer.is_none() && order.recovery.candidates.is_empty());
    run.assert_clean();
}

/// A-G-8: the order is refused with the field at fault when its campaign is not there or not open.
#[test]
fn a_g_10_an_order_names_a_published_presale() {
    let run = run();
    let mut stranger = presale_placing("o1", "u1");
    stranger.lines[0].presale_campaign_id = Some(id("p9"));
    let answer = run.event(&event("e1", Body::Placed(Box::new(stranger)), at(0)));
    assert_eq!(
        (answer.outcome, &*answer.violations[0].field),
        (EventOutcome::Rejected, "lines[0].presale_campaign_id")
    );
    let early = run.event(&presale_placed("o1", "u1", at(-1)));
    assert_eq!(early.code.map(domain::Code::as_str), Some("outside_period"));
    run.ok(engine::Command::CloseCampaign { campaign_id: id("p1"), closing: engine::Closing::Asked });
    let closed = run.event(&presale_placed("o1", "u1", at(0)));
    assert_eq!(closed.code.map(domain::Code::as_str), Some("campaign_closed"));
}

/// A-S1-12: gifts go by the time at which deposits were paid, ties by order id, however late they are
/// heard of; a deposit that is lost keeps its place.
#[test]
fn a_s1_12_gifts_by_rank_of_the_deposit() {
    let gifts = vec![Gift { sku: id("mug"), quantity: 1, first_n: Some(2) }];
    let run = Run::in_memory().0.with_presale(&Offer { gifts, ..Offer::default() });
    for (order, minutes) in [("o3", 6), ("o2", 7), ("o1", 7), ("late", 5)] {
        run.apply(&presale_placed(order, order, at(0)));
        run.apply(&deposit_paid(order, at(minutes)));
    }
    run.apply(&presale_placed("never", "u9", at(0)));
    run.apply(&deposit_paid("never", at(4)));
    let ranks = |run: &Run| {
        ["late", "o3", "o1", "o2", "never"].map(|order| run.counters("p1").ranks.rank(&id(order)))
    };
    assert_eq!(ranks(&run), [Some(2), Some(3), Some(4), Some(5), Some(1)]);
    // It was cancelled before its deposit, which therefore came too late: the others move up.
    run.apply(&cancelled("never", at(3)));
    assert_eq!(ranks(&run), [Some(1), Some(2), Some(3), Some(4), None]);
    run.advance(hours(END));
    assert_eq!(ranks(&run), [Some(1), Some(2), Some(3), Some(4), None]);
    run.assert_clean();
}

/// A-G-15: money that has to go back says why by the order as it stands: an order that waits for its balance is not paid.
#[test]
fn a_g_15_a_deposit_that_has_to_go_back_says_why() {
    let second = |payment: &str, minor: i64, minute: i64| {
        let mut event = deposit_paid("o1", at(minute));
        let Body::PaymentSucceeded(body) = &mut event.body else { panic!("a payment") };
        body.payment_id = id(payment);
        body.amount = fen(minor);
        event.event_id = payment.into();
        event
    };
    let reasons = |run: &Run| -> Vec<(String, &'static str)> {
        let rows = run.order("o1").to_return().into_iter();
        rows.map(|row| (row.payment_id.unwrap().to_string(), row.reason.as_str())).collect()
    };
    let told = |reasons: [&'static str; 3]| -> Vec<(String, &'static str)> {
        ["early", "again", "other"].map(str::to_owned).into_iter().zip(reasons).collect()
    };
    let run = run();
    run.apply(&presale_placed("o1", "u1", at(0)));
    run.advance(at(10));
    run.event(&second("early", 90_00, 2));
    run.apply(&deposit_paid("o1", at(5)));
    run.event(&second("again", 100_00, 6));
    run.event(&second("other", 50_00, 7));
    assert_eq!(run.order("o1").presale_stage(), Some(PresaleStage::AwaitingBalance));
    assert_eq!(reasons(&run), told(["amount_mismatch", "deposit_paid", "amount_mismatch"]));
    run.advance(hours(BALANCE));
    run.apply(&balance_paid("o1", 700_00, &[], hours(BALANCE)));
    assert_eq!(reasons(&run), told(["order_paid"; 3]));
    run.assert_clean();
}
