//! Coupons of a batch: what a claim is checked against, what a coupon keeps, and its life on an order.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod given;

use domain::campaign::promotion::{PercentOff, Tier};
use domain::catalog::Scope;
use domain::coupon::{
    Batch, BatchCounters, BatchRecord, BatchStatus, Coupon, CouponKind, CouponStatus, Grant, Lock, grant,
};
use domain::order::Party;
use domain::{Code, Instant, Refusal};
use given::{at, coupon, fen, id};
use std::sync::Arc;

/// Ten coupons, three a customer, usable on 10 June from 12:00 to 18:00.
fn batch() -> Batch {
    Batch {
        batch_id: id("b1"),
        name: "June".into(),
        kind: CouponKind::Dong,
        benefit: Tier { spend: fen(100_00), save: Some(fen(8_00)), percent_off: None, cap: None },
        quantity: 10,
        per_customer_limit: 3,
        scope: Scope::default(),
        starts_at: at("10T12:00:00"),
        ends_at: at("10T18:00:00"),
        funded_by: Party::Platform,
        return_on_full_refund: false,
        sprint: None,
    }
}

fn record(batch: Batch) -> BatchRecord {
    let (batch, request_digest) = (Arc::new(batch), String::new());
    BatchRecord { batch, created_at: at("09T12:00:00"), voided_at: None, request_digest }
}

fn take(
    record: &BatchRecord,
    counters: &BatchCounters,
    (had, count, kept): (u32, u32, u32),
    now: Instant,
) -> Result<Vec<Coupon>, Refusal> {
    let customer_id = &id("c1");
    let mut number = 0;
    let next = || {
        number += 1;
        id(&format!("cp_{number}"))
    };
    grant(
        &Grant {
            record,
            counters,
            customer_id,
            had,
            blocked: false,
            count,
            kept,
            rewarded_by: None,
            usable: None,
        },
        next,
        now,
    )
}

/// A-S0-20, A-G-3: quantity, codes that are out, the customer's limit and the batch's time decide, each
/// on both sides.
#[test]
fn a_s0_20_a_g_3_what_can_be_claimed() {
    let noon = at("10T12:00:00");
    let figures =
        |issued, codes, redeemed| BatchCounters { issued, codes, redeemed, ..BatchCounters::default() };
    for (figures, asked, now, expected) in [
        (figures(0, 0, 0), (0, 3, 0), "10T12:00:00", Ok(3)),
        (figures(0, 0, 0), (0, 4, 0), "10T12:00:00", Err(Code::TotalLimit)),
        (figures(0, 0, 0), (2, 1, 0), "10T12:00:00", Ok(1)),
        (figures(0, 0, 0), (3, 1, 0), "10T12:00:00", Err(Code::TotalLimit)),
        (figures(0, 0, 0), (u32::MAX, 1, 0), "10T12:00:00", Err(Code::TotalLimit)),
        (figures(0, 0, 0), (0, 0, 0), "10T12:00:00", Err(Code::OutOfRange)),
        (figures(9, 0, 0), (0, 1, 0), "10T12:00:00", Ok(1)),
        (figures(9, 0, 0), (0, 2, 0), "10T12:00:00", Err(Code::SoldOut)),
        (figures(10, 0, 0), (0, 1, 0), "10T12:00:00", Err(Code::SoldOut)),
        // Seven given, three kept for codes: only a code gets one.
        (figures(8, 3, 1), (0, 1, 0), "10T12:00:00", Err(Code::SoldOut)),
        (figures(8, 3, 1), (0, 1, 1), "10T12:00:00", Ok(1)),
        (figures(10, 3, 3), (0, 1, 1), "10T12:00:00", Err(Code::SoldOut)),
        (figures(0, 0, 0), (0, 1, 0), "10T11:59:59.999999", Err(Code::NotStarted)),
        (figures(0, 0, 0), (0, 1, 0), "10T17:59:59.999999", Ok(1)),
        (figures(0, 0, 0), (0, 1, 0), "10T18:00:00", Err(Code::Expired)),
    ] {
        let taken = take(&record(batch()), &figures, asked, at(now));
        let taken = taken.map(|coupons| coupons.len()).map_err(|refusal| refusal.code);
        assert_eq!(taken, expected, "{figures:?} {asked:?} {now}");
    }
    let voided = BatchRecord { voided_at: Some(noon), ..record(batch()) };
    let refusal = take(&voided, &figures(0, 0, 0), (0, 1, 0), noon).unwrap_err();
    assert_eq!(refusal.code, Code::CampaignClosed);
}

/// What a batch is at a moment.
#[test]
fn where_a_batch_stands() {
    let (fresh, out) =
        (BatchCounters::default(), BatchCounters { issued: 8, codes: 2, ..Default::default() });
    let voided = BatchRecord { voided_at: Some(at("10T12:00:00")), ..record(batch()) };
    for (record, counters, now, expected) in [
        (record(batch()), fresh, "10T11:59:59", BatchStatus::Scheduled),
        (record(batch()), fresh, "10T12:00:00", BatchStatus::Running),
        (record(batch()), out, "10T12:00:00", BatchStatus::Exhausted),
        (record(batch()), out, "10T18:00:00", BatchStatus::Ended),
        (voided, fresh, "10T18:00:00", BatchStatus::Void),
    ] {
        assert_eq!(record.status(&counters, at(now)), expected, "{now}");
    }
}

/// A-S0-20: what is left to be claimed, and codes for no more than that.
#[test]
fn a_s0_20_what_is_left_of_a_batch() {
    let out = BatchCounters { issued: 5, codes: 3, redeemed: 1, ..BatchCounters::default() };
    let voided = BatchRecord { voided_at: Some(at("10T12:00:00")), ..record(batch()) };
    for (record, now, left, codes) in [
        (record(batch()), "10T11:59:59", 3, Ok(())),
        (record(batch()), "10T17:59:59", 3, Ok(())),
        (record(batch()), "10T18:00:00", 0, Err(Code::Expired)),
        (voided, "10T12:00:00", 0, Err(Code::CampaignClosed)),
    ] {
        assert_eq!(record.claimable(&out, at(now)), left, "{now}");
        let refused = |wanted| record.check_codes(&out, wanted, at(now)).map_err(|refusal| refusal.code);
        assert_eq!(refused(3), codes, "{now}");
        assert_eq!(refused(4), codes.and(Err(Code::SoldOut)), "{now}");
    }
}

/// A coupon of recovery reads and writes as it always did; one of a batch names that.
#[test]
fn coupons_as_json() {
    let shown = serde_json::to_value(coupon()).unwrap();
    assert_eq!((&shown["campaign_id"], &shown["bind"]), (&"june".into(), &"origin_order".into()));
    assert_eq!(serde_json::from_value::<Coupon>(shown).unwrap(), coupon());
    let percent_off = PercentOff::from_basis_points(12_50);
    let percent = Batch { benefit: Tier { save: None, percent_off, ..batch().benefit }, ..batch() };
    let read: Batch = serde_json::from_value(serde_json::to_value(&percent).unwrap()).unwrap();
    assert_eq!(read, percent);
    for (batch, field) in [(batch(), "kind"), (percent, "percent_off")] {
        let given = take(&record(batch), &BatchCounters::default(), (0, 1, 0), at("10T12:00:00"));
        let given = given.unwrap().remove(0);
        let text = serde_json::to_value(&given).unwrap();
        assert!(text.get(field).is_some() && text["batch_id"] == "b1" && text.get("campaign_id").is_none());
        assert_eq!(serde_json::from_value::<Coupon>(text).unwrap(), given);
    }
}

/// S0-R27: what comes off at the cashier is an amount that the merchant bears, never more than the spend.
#[test]
fn s0_r27_payment_coupons_of_a_batch() {
    let payment = Batch { kind: CouponKind::Payment, funded_by: Party::Merchant, ..batch() };
    assert_eq!(payment.violations(), []);
    let fields = |batch: Batch| batch.violations().into_iter().map(|v| v.field).collect::<Vec<_>>();
    assert_eq!(fields(Batch { funded_by: Party::Platform, ..payment.clone() }), ["funded_by"]);
    let benefit = Tier { spend: fen(7_99), ..payment.benefit.clone() };
    assert_eq!(fields(Batch { benefit, ..payment.clone() }), ["save"]);
    let benefit =
        Tier { save: None, percent_off: PercentOff::from_basis_points(1), ..payment.benefit.clone() };
    assert_eq!(fields(Batch { benefit, ..payment }), ["save"]);
}

/// What an order was placed with in time is its own for as long as it may be paid, and nobody else's.
#[test]
fn a_coupon_on_an_order() {
    let given = take(&record(batch()), &BatchCounters::default(), (0, 1, 0), at("10T12:00:00"));
    let free = given.unwrap().remove(0);
    let (end, placed, late) = (at("10T18:00:00"), at("10T17:00:00"), at("11T09:00:00"));
    let mut held = free.clone();
    held.lock(Lock { order_id: id("o1"), payment_id: None, until: at("11T17:00:00") }).unwrap();
    assert!(!held.expire(end) && !held.unlock(&id("p1")), "the order keeps it");
    assert_eq!(held.redeem_placed(&id("o2"), placed, late), Err(Code::CouponLocked.into()));
    let mut used = held.clone();
    assert_eq!(used.redeem_placed(&id("o1"), placed, late), Ok(()));
    assert_eq!(
        (used.status, used.used_on.clone(), used.ended_at),
        (CouponStatus::Used, Some(id("o1")), Some(late))
    );
    assert_eq!(used.redeem_placed(&id("o1"), placed, late), Err(Code::CouponUsed.into()));
    held.let_go();
    assert!(held.expire(end), "free again, but too late");
    for (since, expected) in [(placed, Ok(())), (end, Err(Code::CouponExpired.into()))] {
        assert_eq!(held.clone().redeem_placed(&id("o1"), since, late), expected, "heard of late");
    }
    let mut void = free;
    assert!(void.void(at("10T16:00:00")));
    assert_eq!(void.clone().redeem_placed(&id("o1"), placed, late), Err(Code::CouponVoid.into()));
    assert_eq!(void.redeem_placed(&id("o1"), at("10T15:00:00"), late), Ok(()));
}

/// A coupon saves no more than its threshold, as an order promotion does; without one there is nothing to
/// compare with.
#[test]
fn a_s1_10_a_batch_saves_no_more_than_its_threshold() {
    let (high, payment) = (Some(Code::RatioTooHigh), Some(Code::OutOfRange));
    for (kind, spend, save, cap, expected) in [
        (CouponKind::Shop, 100_00, 100_00, None, None),
        (CouponKind::Shop, 100_00, 100_01, None, high),
        (CouponKind::Product, 100_00, 200_00, None, high),
        (CouponKind::Dong, 100_00, 200_00, None, high),
        (CouponKind::Shop, 100_00, 200_00, Some(100_00), None),
        (CouponKind::Shop, 0, 200_00, None, None),
        (CouponKind::Jing, 0, 200_00, None, None),
        (CouponKind::Jingtie, 0, 200_00, None, None),
        (CouponKind::Freight, 1, 6_00, None, None),
        (CouponKind::Payment, 100_00, 100_01, None, payment),
    ] {
        let benefit = Tier { spend: fen(spend), save: Some(fen(save)), percent_off: None, cap: cap.map(fen) };
        let found = Batch { kind, benefit, funded_by: Party::Merchant, ..batch() }.violations();
        let codes: Vec<Code> = found.into_iter().map(|violation| violation.code).collect();
        assert_eq!(codes, expected.into_iter().collect::<Vec<_>>(), "{kind:?} {spend} {save}");
    }
}
