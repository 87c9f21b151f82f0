//! Coupon batches: their figures, their coupons, what customers had of them, and codes.

use super::{Answer, all, load, page, refused, write};
use crate::build::{self, at, id};
use domain::{
    CustomerId, ShopId,
    campaign::promotion::PercentOff,
    coupon::{BatchCounters, Coupon, CouponStatus, FromBatch, Lock},
};
use money::Money;
use port::{BatchClaims, BatchRow, Change, Changes, CodeRow, Keys, Store, digest};
use std::sync::Arc;

fn s1() -> ShopId {
    id("s1")
}

fn new(coupon: Coupon) -> Change<Coupon> {
    build::new_coupon(&s1(), coupon)
}

fn shop_with(batches: &[&str]) -> impl FnOnce(&mut Changes) {
    let records: Vec<_> = batches.iter().map(|name| (s1(), Arc::new(build::batch(name)))).collect();
    |changes| {
        changes.shops.push(build::shared_shop("s1"));
        changes.batches.extend(records);
    }
}

/// A batch is put, counted and taken back; its figures stay when it changes. Without a shop, and
/// figures without a batch, are refused.
pub fn batches_and_their_figures(store: &mut dyn Store) {
    let batches = |name: &str| vec![(s1(), Arc::new(build::batch(name)))];
    refused(store, |changes| changes.batches.extend(batches("b-1")));
    write(store, shop_with(&["b-1", "b-2"]));
    let keys =
        Keys { batches: vec![(s1(), id("b-2")), (s1(), id("b-1")), (s1(), id("b-9"))], ..Keys::default() };
    let zero = BatchCounters::default();
    let row = |name: &str, counters| BatchRow { record: Arc::new(build::batch(name)), counters };
    let found: Vec<_> = load(store, &keys).batches.into_iter().map(|(_, row)| row).collect();
    assert_eq!(found, [Some(row("b-2", zero)), Some(row("b-1", zero)), None]);
    let counters = BatchCounters {
        issued: 7,
        available: 1,
        locked: 1,
        used: 2,
        expired: 1,
        void: 2,
        codes: 3,
        redeemed: 2,
    };
    write(store, |changes| changes.batch_counters.push((s1(), id("b-1"), counters)));
    let mut voided = build::batch("b-1");
    voided.voided_at = Some(at(60));
    write(store, |changes| changes.batches.push((s1(), Arc::new(voided.clone()))));
    let reader = store.reader();
    let expected = BatchRow { record: Arc::new(voided), counters };
    assert_eq!(reader.batch(&s1(), &id("b-1")).answer(), Some(expected.clone()));
    assert_eq!(reader.batch(&id("s2"), &id("b-1")).answer(), None);
    let list = |page| reader.batches(&s1(), &page).answer();
    assert_eq!(list(all()), [expected, row("b-2", zero)]);
    assert_eq!(list(page(Some("b-1"), 5)), [row("b-2", zero)]);
    assert_eq!(list(page(Some("b-1 "), 5)), [row("b-2", zero)]);
    assert_eq!(list(page(None, 1)).len(), 1);
    refused(store, |changes| changes.batch_counters.push((s1(), id("b-9"), zero)));
}

/// Coupons of a batch in every state, those with a percentage among them, listed by batch.
pub fn coupons_of_batches(store: &mut dyn Store) {
    write(store, shop_with(&["b-1", "b-2"]));
    let percent = |mut coupon: Coupon| {
        let percent_off = PercentOff::from_basis_points(1_250);
        let from = coupon.origin.batch().cloned().expect("it is of a batch");
        coupon.origin = FromBatch { percent_off, ..from }.into();
        Coupon { save: Money::ZERO, ..coupon }
    };
    let mut held = build::coupon_of("b-1", "cp-2", "u-1");
    held.lock(Lock { order_id: id("o-1"), payment_id: None, until: at(60) })
        .expect("a coupon that is available can be locked");
    let mut used = build::coupon_of("b-1", "cp-3", "u-2");
    used.redeem_placed(&id("o-2"), at(1), at(2))
        .expect("an order can be placed with a coupon that is available");
    // Two that several orders share.
    let (mut held_by_two, mut used_by_three) = (held.clone(), used.clone());
    held_by_two.coupon_id = id("cp-5");
    held_by_two.also_on = vec![id("o-3")];
    used_by_three.coupon_id = id("cp-6");
    used_by_three.also_on = vec![id("o-3"), id("o-4")];
    used_by_three.named_by = vec![id("o-5")];
    let coupons = [percent(build::coupon_of("b-1", "cp-1", "u-1")), held, used, held_by_two, used_by_three];
    let other = build::coupon_of("b-2", "cp-0", "u-1");
    write(store, |changes| {
        changes.coupons.extend(coupons.iter().chain([&other]).cloned().map(new));
        changes.coupons.push(new(build::coupon("cp-4", "u-1", "o-1", at(0))));
    });
    let reader = store.reader();
    let list = |batch, page| reader.batch_coupons(&s1(), &id(batch), &page).answer();
    assert_eq!(list("b-1", all()), coupons);
    assert_eq!(list("b-1", page(Some("cp-1"), 1)), coupons[1..2]);
    assert_eq!(list("b-1", page(Some("cp-1 "), 1)), coupons[1..2]);
    assert_eq!(list("b-2", all()), [other]);
    assert_eq!(list("b-9", all()), []);
    let mut freed = coupons[1].clone();
    let old_wake = freed.wake_at;
    freed.let_go();
    write(store, |changes| {
        changes.coupons.push(build::changed_coupon(&s1(), freed.clone(), old_wake));
    });
    assert_eq!(reader.coupon(&s1(), &id("cp-2")).answer(), Some(freed));
    // Orders come and go.
    let mut shared = coupons[3].clone();
    for also_on in [vec![id("o-9"), id("o-8")], Vec::new(), vec![id("o-7")]] {
        shared.named_by.clone_from(&also_on);
        shared.also_on = also_on;
        let old_wake = shared.wake_at;
        write(store, |changes| {
            changes.coupons.push(build::changed_coupon(&s1(), shared.clone(), old_wake));
        });
        let found = store.reader().coupon(&s1(), &id("cp-5")).answer();
        assert_eq!(found.as_ref(), Some(&shared));
    }
}

/// A count is put and replaced, and is nobody's standing.
pub fn claims_are_counted_by_customer_and_batch(store: &mut dyn Store) {
    let key = |customer: &str, batch: &str| (s1(), id::<CustomerId>(customer), id(batch));
    for count in [1, 3] {
        write(store, |changes| changes.batch_claims.push(Change::new(key("u-1", "b-1"), BatchClaims(count))));
    }
    write(store, |changes| changes.batch_claims.push(Change::new(key("u-1", "b-2"), BatchClaims(2))));
    let asked = vec![key("u-1", "b-2"), key("u-2", "b-1"), key("u-1", "b-1")];
    let found = load(store, &Keys { batch_claims: asked, ..Keys::default() }).batch_claims;
    let counts: Vec<_> = found.iter().map(|(_, count)| *count).collect();
    assert_eq!(counts, [Some(BatchClaims(2)), None, Some(BatchClaims(3))]);
    let reader = store.reader();
    assert_eq!(reader.batch_claims(&s1(), &id("u-1"), &id("b-1")).answer(), 3);
    assert_eq!(reader.batch_claims(&s1(), &id("u-2"), &id("b-1")).answer(), 0);
    assert_eq!(reader.standings(&s1(), &all()).answer(), []);
    let coupons = reader.customer_coupons(&s1(), &id("u-1"), None, &all()).answer();
    assert_eq!(coupons, []);
}

/// A code is there, then it has become a coupon.
pub fn codes_are_known_by_their_digest(store: &mut dyn Store) {
    let row = |coupon: Option<&str>| CodeRow { batch_id: id("b-1"), coupon_id: coupon.map(id) };
    let (one, two) = (digest(b"one"), digest(b"two"));
    write(store, |changes| changes.codes.push(Change::new((s1(), one), row(None))));
    let keys = Keys { codes: vec![(s1(), two), (s1(), one), (id("s2"), one)], ..Keys::default() };
    let codes =
        |store: &mut dyn Store| load(store, &keys).codes.into_iter().map(|(_, row)| row).collect::<Vec<_>>();
    assert_eq!(codes(store), [None, Some(row(None)), None]);
    write(store, |changes| changes.codes.push(Change::new((s1(), one), row(Some("cp-1")))));
    assert_eq!(codes(store), [None, Some(row(Some("cp-1"))), None]);
    assert_eq!(store.reader().code(&s1(), &one).answer(), Some(row(Some("cp-1"))));
    assert_eq!(store.reader().code(&s1(), &two).answer(), None);
}

/// Live coupons of batches that were not taken back, with their terms; nothing of campaigns.
pub fn what_a_customer_holds(store: &mut dyn Store) {
    write(store, shop_with(&["b-1", "b-2", "b-3"]));
    let mut gone = build::coupon_of("b-1", "cp-3", "u-1");
    gone.void(at(1));
    let mut held = build::coupon_of("b-2", "cp-4", "u-1");
    held.lock(Lock { order_id: id("o-1"), payment_id: None, until: at(60) })
        .expect("a coupon that is available can be locked");
    let free = build::coupon_of("b-1", "cp-1", "u-1");
    write(store, |changes| {
        let more = [gone, build::coupon_of("b-3", "cp-5", "u-1"), build::coupon_of("b-1", "cp-6", "u-2")];
        changes.coupons.extend(more.into_iter().chain([free.clone(), held.clone()]).map(new));
        changes.coupons.push(new(build::coupon("cp-2", "u-1", "o-1", at(0))));
        let mut voided = build::batch("b-3");
        voided.voided_at = Some(at(2));
        changes.batches.push((s1(), Arc::new(voided)));
    });
    let found = store.reader().held(&s1(), &id("u-1")).answer();
    let terms = |name| build::batch(name).batch;
    assert_eq!(found, [(free, terms("b-1")), (held, terms("b-2"))]);
    assert_eq!(found[1].0.status, CouponStatus::Locked);
    assert_eq!(store.reader().held(&s1(), &id("u-9")).answer(), []);
}
