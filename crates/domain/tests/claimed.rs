//! What can be claimed, and the coupon that comes of it.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod given;

use domain::campaign::recovery::{ClaimFacts, claim, claimable};
use domain::campaign::{Campaign, Counters};
use domain::coupon::{Coupon, CouponStatus};
use domain::customer::Standing;
use domain::order::{CancelReason, OfferStatus, Order, State};
use domain::time::Zone;
use domain::{Code, Instant};
use given::{at, by, campaign, fen, id, live, order, shop, shown, terms};

fn take(campaign: &Campaign, now: Instant) -> Coupon {
    let facts = ClaimFacts {
        shop: &shop(),
        platform_zone: &Zone::shanghai(),
        order: &order(100_00),
        live: live(campaign),
        counters: &Counters::default(),
        counted_in: &Standing::default(),
        blocked: false,
    };
    claim(&facts, id("cp1"), now).unwrap()
}

/// S0-R05, S0-R07, A-S0-3, A-G-10: what the coupon says is what its offer's version said, and whether
/// Baitiao may use it is settled by the campaign's creation.
#[test]
fn s0_r05_s0_r07_a_s0_3_a_g_10_the_coupon() {
    for (created_at, allow_baitiao) in [("08T23:59:59.999999", false), ("09T00:00:00", true)] {
        let june = Campaign { created_at: at(created_at), ..campaign("june", terms()) };
        let coupon = take(&june, at("10T12:00:00"));
        let offer = coupon.origin.offer().unwrap();
        assert_eq!((coupon.spend, coupon.save, offer.version), (fen(100_00), fen(5_00), 1));
        assert_eq!((coupon.status, coupon.claimed_at), (CouponStatus::Available, at("10T12:00:00")));
        assert_eq!((&coupon.customer_id, &offer.origin_order_id), (&id("c1"), &id("o1")));
        assert_eq!(offer.allow_baitiao, allow_baitiao);
        assert_eq!((coupon.lock, coupon.used_on, coupon.ended_at), (None, None, None));
    }
}

/// S0-R05, A-G-3, A-G-9: a claim needs an offer on an order that waits for money, by its owner, before
/// the deadline.
#[test]
fn s0_r05_a_g_3_a_g_9_claimable() {
    let noon = at("10T12:00:00");
    let deadline = at("11T10:00:00");
    let code = |order: &Order, offer: &str, customer: &str, now| {
        claimable(order, &id(offer), &id(customer), now).err().map(|refusal| refusal.code)
    };
    let waiting = shown(order(100_00));
    for (offer, customer, now, expected) in [
        ("of1", "c1", noon, None),
        ("of1", "c1", by(deadline, -1), None),
        ("of1", "c1", deadline, Some(Code::OrderCancelled)),
        ("of1", "c2", noon, Some(Code::NotOwner)),
        ("of2", "c1", noon, Some(Code::NotDisplayed)),
    ] {
        assert_eq!(code(&waiting, offer, customer, now), expected, "{offer} {customer} {now}");
    }
    assert_eq!(code(&order(100_00), "of1", "c1", noon), Some(Code::NotDisplayed));
    for (status, expected) in
        [(OfferStatus::Claimed, Code::AlreadyClaimed), (OfferStatus::Withdrawn, Code::NotDisplayed)]
    {
        let mut order = waiting.clone();
        order.recovery.offer.as_mut().unwrap().status = status;
        assert_eq!(code(&order, "of1", "c1", noon), Some(expected), "{status:?}");
    }
    for (state, expected) in [
        (State::Paid { at: noon }, Code::OrderPaid),
        (State::Cancelled { at: noon, reason: CancelReason::Customer }, Code::OrderCancelled),
    ] {
        let order = Order { state, ..waiting.clone() };
        assert_eq!(code(&order, "of1", "c1", noon), Some(expected), "{state:?}");
    }
}
