//! Refunds keep what was answered, and give back what cost nothing (A-G-5 to A-G-7, A-S1-12, A-S1-20).
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod support;

use domain::{
    coupon::{CouponKind, CouponStatus},
    event::Body,
    order::{Discount, Party, RefundStatus},
};
use engine::{Command, Reply};
use support::{batch::*, presale::*, *};

/// The balance opens, and ends.
const OPEN: i64 = 24 * 10 + 20;
const END: i64 = 24 * 14;

fn back(run: &Run, order: &str, name: &str, ask: &domain::order::RefundAsk) -> i64 {
    let Ok(Reply::Refund { refund }) = run.refund(order, name, ask) else { panic!("{name} is refused") };
    refund.amount.minor()
}

/// A-S1-20: what was answered for a forfeited deposit stays, though the balance was in time.
#[test]
fn a_s1_20_a_late_balance_leaves_an_answered_refund_as_it_was() {
    for ask in [rest(), amount(100_00), amount(30_00)] {
        let run = Run::in_memory().0.with_presale(&Offer::default());
        run.deposit("o1", "u1", at(0));
        run.advance(hours(END));
        let answered = back(&run, "o1", "r1", &ask);
        run.apply(&balance_paid("o1", 700_00, &[], hours(END - 1)));
        assert_eq!(run.books("o1"), (1000_00, 800_00 - answered, 800_00 - answered));
        assert_eq!(back(&run, "o1", "r1", &ask), answered, "the same answer");
        let changes = run.timeline("o1").into_iter().filter(|what| what == "refund.changed");
        assert_eq!(changes.count(), 0);
        run.assert_clean();
        // The rest can go back too, once.
        assert_eq!(back(&run, "o1", "r2", &rest()), 800_00 - answered);
        assert_eq!(run.books("o1"), (1000_00, 0, 0));
        run.assert_clean();
    }
}

/// A refund that the platform told of without an amount is of the whole, whatever was heard first
/// (A-G-8); that it has changed is said.
#[test]
fn a_g_8_a_refund_that_was_told_of_changes_with_a_word() {
    let run = Run::in_memory().0.with_presale(&Offer::default());
    run.deposit("o1", "u1", at(0));
    run.advance(hours(END + 1));
    let facts = refunding("o1", "r1", &rest());
    run.apply(&event("r1", Body::RefundSucceeded(facts), hours(END)));
    run.apply(&balance_paid("o1", 700_00, &[], hours(END - 1)));
    let refund = run.order("o1").refunds.remove(0);
    assert_eq!((refund.amount, refund.status), (fen(800_00), RefundStatus::Succeeded));
    assert!(run.timeline("o1").contains(&"refund.changed".to_owned()));
    run.assert_clean();
}

/// An order of 100.00 and 50.00 with freight, of which a coupon takes so much off each line.
fn with_coupon(off: [i64; 2], freight: i64, party: Party) -> (Run, domain::coupon::Coupon) {
    let run = Run::in_memory().0.with_campaign(&Deal::default());
    let mut create =
        BatchDeal { kind: CouponKind::Shop, spend: 0, returns: true, ..BatchDeal::default() }.create("b1");
    let Command::CreateBatch { batch, .. } = &mut create else { panic!() };
    (batch.benefit.save, batch.funded_by) = (Some(fen(off[0] + off[1])), party);
    run.ok(create);
    let coupon = run.claim_batch("b1", "u1", 1).remove(0);
    let mut placed = placing("o1", "u1");
    placed.lines[0].quantity = 2;
    (placed.lines[0].unit_price, placed.lines[1].unit_price) = (fen(50_00), fen(50_00));
    let lines = ["l1", "l2"].into_iter().zip(off);
    let lines = lines.map(|(line, minor)| domain::order::LineShare { line_id: id(line), amount: fen(minor) });
    placed.discounts = vec![Discount {
        kind: "shop_coupon".into(),
        id: Some(coupon.coupon_id.as_str().into()),
        amount: fen(off[0] + off[1]),
        funded_by: party,
        lines: lines.collect(),
    }];
    let payable = 150_00 + freight - off[0] - off[1];
    (placed.freight, placed.payable) = (fen(freight), fen(payable));
    run.apply(&event("o1.placed", Body::Placed(Box::new(placed)), at(0)));
    // One that costs nothing is paid by being placed (A-G-14).
    if payable > 0 {
        run.apply(&paid("o1", "p1", payable, at(1)));
    }
    (run, coupon)
}

/// An order that a coupon paid for is returned like any other, and the coupon with it.
#[test]
fn a_g_6_an_order_paid_wholly_by_a_coupon_can_be_returned() {
    for party in [Party::Merchant, Party::Platform] {
        let (run, coupon) = with_coupon([100_00, 50_00], 0, party);
        assert_eq!(back(&run, "o1", "r1", &units("l1", 1)), 0);
        assert_eq!(run.coupon(&coupon).status, CouponStatus::Used);
        assert_eq!(back(&run, "o1", "r2", &rest()), 0);
        assert_eq!(run.coupon(&coupon).status, CouponStatus::Available);
        assert!(run.timeline("o1").contains(&"coupon.returned".to_owned()));
        // Nothing is left to come back.
        assert!(run.refund("o1", "r3", &rest()).is_err());
        assert!(run.refund("o1", "r3", &units("l1", 1)).is_err());
        let (_, paid, settled) = run.books("o1");
        assert_eq!((paid, settled), (0, 0));
        run.assert_clean();
    }
}

/// Units that cost nothing neither hold back the freight nor are stuck themselves.
#[test]
fn a_g_6_a_line_that_cost_nothing_does_not_block_the_freight() {
    for free_first in [true, false] {
        let (run, coupon) = with_coupon([100_00, 0], 6_00, Party::Merchant);
        if free_first {
            assert_eq!(back(&run, "o1", "r1", &units("l1", 2)), 0);
        }
        assert_eq!(back(&run, "o1", "r2", &units("l2", 1)), 56_00);
        assert_eq!(run.coupon(&coupon).status, CouponStatus::Available);
        if !free_first {
            assert_eq!(back(&run, "o1", "r1", &rest()), 0);
        }
        assert_eq!(run.books("o1").1, 0);
        run.assert_clean();
    }
}

/// A-S1-12: a gift goes with the goods.
#[test]
fn a_s1_12_a_gift_of_an_order_that_went_back_is_cancelled() {
    use domain::{campaign::presale::Gift, order::GiftStatus};
    let gift = Gift { sku: id("cup"), quantity: 1, first_n: None };
    let run = Run::in_memory().0.with_presale(&Offer { gifts: vec![gift.clone()], ..Offer::default() });
    run.deposit("o1", "u1", at(0));
    run.advance(hours(OPEN));
    run.apply(&balance_paid("o1", 700_00, &[], hours(OPEN)));
    let status = |run: &Run| run.order("o1").gift_standing(&gift, None, run.engine.now()).unwrap().status;
    assert_eq!(back(&run, "o1", "r1", &amount(799_99)), 799_99);
    assert_eq!(status(&run), GiftStatus::Due);
    assert_eq!(back(&run, "o1", "r2", &amount(1)), 1);
    assert_eq!(status(&run), GiftStatus::Cancelled);
}

/// A-G-8: a payment that is told of again with an earlier time uses nothing anew of an order that was given back.
#[test]
fn a_g_8_a_corrected_payment_time_takes_no_returned_coupon_back() {
    let (run, coupon) = with_coupon([10_00, 5_00], 0, Party::Merchant);
    assert_eq!(back(&run, "o1", "r1", &rest()), 135_00);
    assert_eq!(run.coupon(&coupon).status, CouponStatus::Available);
    let mut again = paid("o1", "p1", 135_00, at(0).plus_seconds(30));
    again.event_id = "told again".into();
    run.apply(&again);
    assert_eq!(run.coupon(&coupon).status, CouponStatus::Available);
    run.assert_clean();
}

/// A refund that an older file holds as requested is granted with the figures of who grants it.
#[test]
fn a_s0_22_the_granting_event_tells_the_figures_of_a_request() {
    let (run, _) = with_coupon([10_00, 5_00], 0, Party::Merchant);
    run.apply(&event("asked", Body::RefundRequested(refunding("o1", "r1", &amount(30_00))), at(2)));
    run.apply(&event("granted", Body::RefundApproved(refunding("o1", "r1", &amount(20_00))), at(3)));
    assert_eq!(run.order("o1").refunds[0].amount, fen(20_00));
    run.assert_clean();
}
