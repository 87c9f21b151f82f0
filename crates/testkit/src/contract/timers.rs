//! Timers are rows in the order of firing, and move with what they are about.

use super::{Answer, new_order, new_order_of, page, write};
use crate::build::{self, at, id};
use domain::{Instant, ShopId, message::wallet::Wallet};
use port::{Change, Store, Subject, Timer};

fn s1() -> ShopId {
    id("s1")
}

fn names(timers: &[Timer]) -> Vec<String> {
    timers.iter().map(|timer| format!("{}/{}", timer.shop_id, timer.subject.parts().1)).collect()
}

/// By due time, then shop, then orders before coupons, then id; never early, the due moment included.
pub fn timers_fire_in_order(store: &mut dyn Store) {
    assert_eq!(store.next_due().answer(), None);
    write(store, |changes| {
        for (shop, order, wake) in
            [("s2", "a", 10), ("s1", "z", 10), ("s1", "y", 20), ("s1", "b", 10), ("s1", "n", 5)]
        {
            changes.orders.push(new_order_of(shop, order, Some(wake)));
        }
        let mut coupon = build::coupon("a-coupon", "u-1", "b", at(0));
        coupon.wake_at = Some(at(10));
        changes.coupons.push(build::new_coupon(&s1(), coupon));
        changes.orders.push(new_order("none", None));
    });
    assert_eq!(store.next_due().answer(), Some(at(5)));
    let due = store.due_timers(at(10), 100).answer();
    assert_eq!(names(&due), ["s1/n", "s1/b", "s1/z", "s1/a-coupon", "s2/a"]);
    assert!(due.is_sorted(), "the order of firing is the order of timers");
    let early = Instant::from_micros(at(10).micros() - 1);
    assert_eq!(names(&store.due_timers(early, 100).answer()), ["s1/n"]);
    assert_eq!(names(&store.due_timers(at(100), 3).answer()), ["s1/n", "s1/b", "s1/z"]);

    let reader = store.reader();
    let listed = reader.timers(&s1(), &page(None, 100)).answer();
    assert_eq!(names(&listed), ["s1/n", "s1/b", "s1/z", "s1/a-coupon", "s1/y"]);
    for cut in 0..listed.len() {
        let (kind, subject) = listed[cut].subject.parts();
        let key = format!("{}|{kind}|{subject}", listed[cut].due_at.micros());
        assert_eq!(
            reader.timers(&s1(), &page(Some(&key), 2)).answer(),
            listed[cut + 1..].iter().take(2).cloned().collect::<Vec<_>>()
        );
    }
}

/// One timer an order: moved, kept, taken away.
pub fn timers_move_with_their_order(store: &mut dyn Store) {
    let steps =
        [(None, Some(10)), (Some(10), Some(10)), (Some(10), Some(5)), (Some(5), None), (None, Some(7))];
    for (step, (from, to)) in steps.into_iter().enumerate() {
        let change = Change { is_new: step == 0, old_wake: from.map(at), ..new_order("o-1", to) };
        write(store, |changes| changes.orders.push(change));
        let expected: Vec<Timer> = to
            .map(|seconds| Timer { due_at: at(seconds), shop_id: s1(), subject: Subject::Order(id("o-1")) })
            .into_iter()
            .collect();
        assert_eq!(store.due_timers(at(1_000), 10).answer(), expected, "step {step}");
        assert_eq!(store.next_due().answer(), to.map(at));
    }
}

/// A wallet's timer is when its differences are told; one a shop, whatever else changes of it.
pub fn timers_of_wallets(store: &mut dyn Store) {
    write(store, |changes| {
        changes.shops.extend([build::shared_shop("s1"), build::shared_shop("s2")]);
    });
    let steps = [(None, Some(10)), (Some(10), Some(10)), (Some(10), Some(5)), (Some(5), None)];
    for (from, to) in steps {
        let mut wallet = Wallet::new(true);
        wallet.differences.tell_at = to.map(at);
        write(store, |changes| changes.wallets.push(build::changed_wallet("s1", &wallet, from.map(at))));
        let expected: Vec<Timer> = to
            .map(|seconds| Timer { due_at: at(seconds), shop_id: s1(), subject: Subject::Wallet })
            .into_iter()
            .collect();
        assert_eq!(store.due_timers(at(1_000), 10).answer(), expected);
        assert_eq!(store.reader().timers(&s1(), &page(None, 10)).answer(), expected);
        assert_eq!(store.reader().timers(&id("s2"), &page(None, 10)).answer(), []);
        assert_eq!(store.next_due().answer(), to.map(at));
    }
}

/// A coupon's timer is its `wake_at`.
pub fn timers_of_coupons(store: &mut dyn Store) {
    let mut coupon = build::coupon("cp-1", "u-1", "o-1", at(0));
    let change = |coupon: &domain::coupon::Coupon, is_new, old_wake| Change {
        is_new,
        ..build::changed_coupon(&s1(), coupon.clone(), old_wake)
    };
    write(store, |changes| {
        changes.coupons.push(change(&coupon, true, None));
    });
    assert_eq!(store.next_due().answer(), coupon.wake_at);
    let before = coupon.wake_at;
    coupon.lock(build::lock("o-1", at(900))).expect("a coupon that is available can be locked");
    write(store, |changes| {
        changes.coupons.push(change(&coupon, false, before));
    });
    let timer = Timer { due_at: at(900), shop_id: s1(), subject: Subject::Coupon(id("cp-1")) };
    assert_eq!(store.due_timers(at(1_000_000), 10).answer(), [timer]);
    coupon.redeem(&id("o-1"), at(60)).expect("a coupon that is live can be used");
    write(store, |changes| {
        changes.coupons.push(change(&coupon, false, Some(at(900))));
    });
    assert_eq!(store.next_due().answer(), None);
}
