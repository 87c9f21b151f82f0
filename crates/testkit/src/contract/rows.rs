//! What is written is read back, by key and by reader.

use super::{Answer, all, load, new_order, refused, write};
use crate::build::{self, at, id};
use domain::{
    Code, ShopId,
    coupon::{Coupon, CouponStatus},
    message::{
        Message, MessageStatus, Payer,
        sending::{Sending, Stage},
        wallet::Reserved,
    },
    order::{CancelReason, State},
};
use port::{Change, Keys, OrderRow, Store};

fn s1() -> ShopId {
    id("s1")
}

/// An order is put, changed, and its timeline grows.
pub fn orders_and_their_timelines(store: &mut dyn Store) {
    write(store, |changes| {
        changes.orders.push(new_order("o-1", Some(30)));
    });
    assert!(!refused(store, |changes| changes.orders.push(new_order("o-1", None))).is_empty());
    let mut order = build::order("o-1", "u-1", build::start());
    let states = [
        State::Paid { at: at(60) },
        State::Cancelled { at: at(61), reason: CancelReason::Customer },
        State::Open,
    ];
    for (state, seconds) in states.into_iter().zip(60..) {
        order.state = state;
        // A line that does not end is ended by the store.
        let timeline = build::timeline("changed", seconds).trim_end().to_owned();
        let row = OrderRow { order: Box::new(order.clone()), timeline, wake_at: Some(at(30)) };
        let change = Change::of((s1(), id("o-1")), row, Some(at(30)));
        write(store, |changes| changes.orders.push(change));
        assert_eq!(store.reader().order(&s1(), &id("o-1")).answer().as_ref(), Some(&order));
    }
    let keys = Keys { orders: vec![(s1(), id("o-1"))], ..Keys::default() };
    let row = load(store, &keys).orders.remove(0).1.expect("the order is there");
    assert_eq!((*row.order, row.wake_at), (order, Some(at(30))));
    let mut quiet = Change { is_new: false, old_wake: Some(at(30)), ..new_order("o-1", Some(30)) };
    quiet.row.timeline.clear();
    write(store, |changes| changes.orders.push(quiet));
    let reader = store.reader();
    let what: Vec<String> = reader.timeline(&s1(), &id("o-1")).answer().into_iter().map(|e| e.what).collect();
    assert_eq!(what, ["order.placed", "changed", "changed", "changed"]);
    assert_eq!(reader.timeline(&s1(), &id("o-2")).answer(), []);
    assert_eq!(reader.order(&id("s2"), &id("o-1")).answer(), None);
}

/// Coupons of every status, with and without what is optional.
pub fn coupons_in_every_state(store: &mut dyn Store) {
    let fresh = build::coupon("cp-1", "u-1", "o-1", at(0));
    let mut locked = fresh.clone();
    locked.lock(build::lock("o-1", at(900))).expect("a coupon that is available can be locked");
    let mut used = locked.clone();
    used.redeem(&id("o-1"), at(100)).expect("a coupon that is live can be used");
    let mut void = used.clone();
    assert!(void.void(at(200)));
    let mut expired = fresh.clone();
    assert!(expired.expire(expired.usable_until));
    let change = |coupon: &Coupon, is_new, old_wake| Change {
        is_new,
        ..build::changed_coupon(&s1(), coupon.clone(), old_wake)
    };
    let mut before = None;
    for (coupon, is_new) in
        [(&fresh, true), (&locked, false), (&used, false), (&void, false), (&expired, false)]
    {
        write(store, |changes| {
            changes.coupons.push(change(coupon, is_new, before));
        });
        before = coupon.wake_at;
        assert_eq!(store.reader().coupon(&s1(), &id("cp-1")).answer().as_ref(), Some(coupon));
        let keys = Keys { coupons: vec![(s1(), id("cp-1"))], ..Keys::default() };
        assert_eq!(load(store, &keys).coupons[0].1.as_ref(), Some(coupon));
    }
    assert_eq!(expired.status, CouponStatus::Expired);
    refused(store, |changes| {
        changes.coupons.push(change(&fresh, true, None));
    });
    refused(store, |changes| {
        changes.coupons.push(change(&build::coupon("cp-2", "u-1", "o-1", at(0)), false, None));
    });
}

/// A standing is put and replaced; the platform's own row is one like any other.
pub fn standings_of_shops_and_of_the_platform(store: &mut dyn Store) {
    let platform = ShopId::platform();
    write(store, |changes| {
        changes.standings.push(build::stands(&s1(), "u-1", 1));
        changes.standings.push(build::stands(&platform, "u-1", 5));
    });
    write(store, |changes| {
        changes.standings.push(build::stands(&s1(), "u-1", 2));
    });
    let keys = Keys { standings: vec![(s1(), id("u-1")), (platform.clone(), id("u-1"))], ..Keys::default() };
    let found: Vec<_> =
        load(store, &keys).standings.into_iter().filter_map(|(_, standing)| standing).collect();
    assert_eq!(found, [build::standing(2), build::standing(5)]);
    let reader = store.reader();
    assert_eq!(reader.standing(&platform, &id("u-1")).answer(), Some(build::standing(5)));
    assert_eq!(reader.standing(&s1(), &id("u-2")).answer(), None);
    assert_eq!(reader.shops(&all()).answer(), [], "the platform is no shop");
}

/// Entries come by their numbers; a number is given once.
pub fn ledger_entries_are_only_added(store: &mut dyn Store) {
    let order = build::order("o-1", "u-1", at(0));
    let entries = build::entries(&s1(), &order);
    write(store, |changes| {
        changes.entries.extend(entries.iter().rev().cloned());
    });
    assert_eq!(store.reader().entries(&s1(), &id("o-1")).answer(), entries);
    assert_eq!(store.reader().entries(&s1(), &id("o-2")).answer(), []);
    refused(store, |changes| changes.entries.push(entries[1].clone()));
}

/// A message is planned, then sent or not.
pub fn messages_change(store: &mut dyn Store) {
    let mut message = build::message(&s1(), "m-1", "o-1", "u-1");
    let keys = Keys { messages: vec![(s1(), id("m-1"))], ..Keys::default() };
    assert_eq!(load(store, &keys).messages[0].1, None);
    let known = |message: &Message| Change { is_new: false, ..build::told(message.clone()) };
    refused(store, |changes| changes.messages.push(known(&message)));
    write(store, |changes| changes.messages.push(build::told(message.clone())));
    for (status, code) in [
        (MessageStatus::Planned, None),
        (MessageStatus::Suppressed, Some(Code::QuietHours)),
        (MessageStatus::Failed, Some(Code::ProviderFailed)),
        (MessageStatus::Sent, None),
    ] {
        (message.status, message.code) = (status, code);
        message.sent_at = (status == MessageStatus::Sent).then_some(at(5));
        write(store, |changes| changes.messages.push(known(&message)));
        assert_eq!(load(store, &keys).messages[0].1.as_ref(), Some(&message));
    }
}

/// An id that is there already where a message is made is an error of the whole batch, never silently nothing; neither
/// is a message that was answered for written where there is none.
pub fn a_message_is_made_once(store: &mut dyn Store) {
    let first = build::message(&s1(), "m-1", "o-1", "u-1");
    write(store, |changes| changes.messages.push(build::told(first.clone())));
    let other = build::message(&s1(), "m-1", "o-2", "u-2");
    refused(store, |changes| {
        changes.messages.push(build::told(build::message(&s1(), "m-0", "o-1", "u-1")));
        changes.messages.push(build::told(other.clone()));
    });
    refused(store, |changes| {
        let mut sending = Sending::new(Payer::Free, 1, Reserved::default());
        sending.stage = Stage::Taken;
        let missing = build::message(&s1(), "m-0", "o-1", "u-1");
        let taken = Message { sent_at: Some(at(5)), sending: Some(Box::new(sending)), ..missing };
        changes.messages.push(Change { is_new: false, ..build::told(taken) });
    });
    let keys = Keys { messages: vec![(s1(), id("m-0")), (s1(), id("m-1"))], ..Keys::default() };
    let found: Vec<_> = load(store, &keys).messages.into_iter().map(|(_, row)| row).collect();
    assert_eq!(found, [None, Some(first)]);
}
