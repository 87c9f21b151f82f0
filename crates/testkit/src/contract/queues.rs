//! Deliveries to webhooks and dispatches of messages: queues that are worked through after the commit.

use super::{Answer, new_order, page, refused, write};
use crate::build::{self, at, id};
use domain::{Instant, ShopId, message::Channel};
use port::{
    Before, Delivery, DeliveryStatus, DeliveryUpdate, Dispatch, DispatchUpdate, DueReceiver, Handing, Pick,
    Repeats, Store, Totals, Turn,
};
use std::collections::BTreeSet;

fn s1() -> ShopId {
    id("s1")
}

/// Notes what became of a delivery.
pub fn settle(store: &mut dyn Store, delivery_id: i64, status: DeliveryStatus, attempt: u32, next: i64) {
    let reason = (status != DeliveryStatus::Delivered).then(|| "503".to_owned());
    let update = DeliveryUpdate { delivery_id, status, attempt, next_at: at(next), reason };
    write(store, |changes| changes.delivery_updates.push(update));
}

fn filled(store: &mut dyn Store) {
    write(store, |changes| {
        changes.shops.push(build::shared_shop("s1"));
        changes.webhooks.extend(["w1", "w2"].map(|name| (s1(), build::webhook(name))));
        changes.outbox.push(build::outbox(&s1(), "out-1", &["w1", "w2"]));
        changes.outbox.push(build::outbox(&s1(), "out-2", &[]));
        changes.outbox.push(build::outbox(&s1(), "out-3", &["w1"]));
    });
}

/// Every receiver with all that is due at it.
pub fn everybody(now: Instant) -> Pick {
    let most = usize::MAX;
    Pick { now, receivers: most, failing: most, each: 100, of_shop: most, busy: BTreeSet::new() }
}

/// What is due, receiver by receiver in the order of their turns.
fn due(store: &dyn Store, seconds: i64) -> Vec<(i64, String, String, u32)> {
    let due = store.reader().due_receivers(&everybody(at(seconds))).answer();
    let rows = due.into_iter().flat_map(|DueReceiver { shop_id, webhook, deliveries, .. }| {
        assert!(!deliveries.is_empty(), "{webhook:?}");
        deliveries.into_iter().map(move |delivery| {
            assert_eq!((&delivery.shop_id, &delivery.webhook_id), (&shop_id, &webhook.webhook_id));
            (delivery.delivery_id, webhook.webhook_id.to_string(), delivery.event_id, delivery.attempt)
        })
    });
    rows.collect()
}

/// The receivers that are picked, in their order.
fn picked(store: &dyn Store, pick: &Pick) -> Vec<String> {
    let due = store.reader().due_receivers(pick).answer();
    due.iter().map(|due| format!("{} {}", due.shop_id, due.webhook.webhook_id)).collect()
}

fn listed(store: &dyn Store, webhook: &str, status: DeliveryStatus) -> Vec<i64> {
    let rows = store.reader().deliveries(&s1(), &id(webhook), status, &page(None, 100)).answer();
    rows.iter().map(|delivery| delivery.delivery_id).collect()
}

/// One delivery for each receiver, due when the event happened, with what the event says.
pub fn deliveries_fan_out(store: &mut dyn Store) {
    filled(store);
    assert_eq!(due(store, 59), []);
    let row = |number, webhook: &str, event: &str| (number, webhook.to_owned(), event.to_owned(), 0);
    assert_eq!(due(store, 60), [row(1, "w1", "out-1"), row(3, "w1", "out-3"), row(2, "w2", "out-1")]);
    let reader = store.reader();
    let one_each = reader.due_receivers(&Pick { each: 1, ..everybody(at(60)) }).answer();
    assert_eq!(one_each.iter().map(|due| due.deliveries.len()).collect::<Vec<_>>(), [1, 1]);
    let first =
        reader.deliveries(&s1(), &id("w1"), DeliveryStatus::Pending, &page(None, 1)).answer().remove(0);
    let event = build::outbox(&s1(), "out-1", &[]);
    let expected = Delivery {
        delivery_id: 1,
        shop_id: s1(),
        webhook_id: id("w1"),
        event_id: event.event_id.clone(),
        event_type: event.event_type.clone(),
        body: event.body.clone(),
        at: event.at,
        attempt: 0,
        status: DeliveryStatus::Pending,
        next_at: event.at,
        reason: None,
    };
    assert_eq!(first, expected);
    let after = reader.deliveries(&s1(), &id("w1"), DeliveryStatus::Pending, &page(Some("1"), 5)).answer();
    assert_eq!(after.iter().map(|d| d.delivery_id).collect::<Vec<_>>(), [3]);
    assert_eq!(reader.outbox(&s1(), &page(None, 1)).answer(), [event]);
    refused(store, |changes| {
        changes.outbox.push(build::outbox(&s1(), "out-1", &[]));
    });
}

/// Retries wait; what is delivered or dead is due no more; answers for unknown deliveries are dropped.
pub fn deliveries_are_tried_again(store: &mut dyn Store) {
    filled(store);
    settle(store, 1, DeliveryStatus::Pending, 1, 100);
    settle(store, 2, DeliveryStatus::Delivered, 1, 60);
    settle(store, 77, DeliveryStatus::Delivered, 1, 60);
    assert_eq!(due(store, 99), [(3, "w1".to_owned(), "out-3".to_owned(), 0)]);
    let order: Vec<i64> = due(store, 100).iter().map(|row| row.0).collect();
    assert_eq!(order, [3, 1], "longest waiting first");
    let retried =
        store.reader().deliveries(&s1(), &id("w1"), DeliveryStatus::Pending, &page(None, 1)).answer();
    assert_eq!((retried[0].attempt, retried[0].reason.as_deref()), (1, Some("503")));
    settle(store, 1, DeliveryStatus::Dead, 8, 100);
    assert_eq!(listed(store, "w1", DeliveryStatus::Dead), [1]);
    assert_eq!(listed(store, "w1", DeliveryStatus::Pending), [3]);
    assert_eq!(listed(store, "w2", DeliveryStatus::Delivered), [2]);
    assert_eq!(due(store, 1_000).len(), 1);
}

/// The dead ones of one webhook begin anew.
pub fn dead_deliveries_are_revived(store: &mut dyn Store) {
    filled(store);
    for delivery in 1..=2 {
        settle(store, delivery, DeliveryStatus::Dead, 8, 100);
    }
    write(store, |changes| {
        changes.revived.push((s1(), id("w1"), at(200)));
    });
    assert_eq!(due(store, 199).len(), 1);
    let revived: Vec<_> = due(store, 200).into_iter().map(|row| (row.0, row.3)).collect();
    assert_eq!(revived, [(3, 0), (1, 0)]);
    assert_eq!(listed(store, "w2", DeliveryStatus::Dead), [2]);
}

/// Two receivers in one shop and one in another, with two events at each; the ids of deliveries are 1 to 6.
fn three_receivers(store: &mut dyn Store) {
    let s2: ShopId = id("s2");
    write(store, |changes| {
        changes.shops.extend(["s1", "s2"].map(build::shared_shop));
        changes.webhooks.extend(["w1", "w2"].map(|name| (s1(), build::webhook(name))));
        changes.webhooks.push((s2.clone(), build::webhook("w1")));
        for event in ["out-1", "out-2"] {
            changes.outbox.push(build::outbox(&s1(), event, &["w1", "w2"]));
            changes.outbox.push(build::outbox(&s2, event, &["w1"]));
        }
    });
}

fn turn(store: &mut dyn Store, shop: &str, webhook: &str, free_at: i64, failures: u32) {
    let turn = Turn { free_at: at(free_at), failures };
    write(store, |changes| changes.turns.push((id(shop), id(webhook), turn)));
}

/// Who was served stands behind those that wait; nobody is served before it is free.
pub fn receivers_take_turns(store: &mut dyn Store) {
    three_receivers(store);
    let first = |store: &dyn Store, seconds| {
        picked(store, &Pick { receivers: 1, ..everybody(at(seconds)) }).pop().unwrap_or_default()
    };
    assert_eq!(first(store, 59), "");
    for (now, expected) in [(70, "s1 w1"), (71, "s1 w2"), (72, "s2 w1"), (73, "s1 w1"), (74, "s1 w2")] {
        assert_eq!(first(store, now), expected);
        let (shop, webhook) = expected.split_once(' ').unwrap_or_default();
        turn(store, shop, webhook, now, 0);
    }
    turn(store, "s1", "w1", 100, 0);
    assert_eq!(picked(store, &everybody(at(99))), ["s2 w1", "s1 w2"]);
    assert_eq!(picked(store, &everybody(at(100))), ["s2 w1", "s1 w2", "s1 w1"]);
    // What is published later does not bring it forward, and an empty queue does not either.
    for delivery in [1, 4] {
        settle(store, delivery, DeliveryStatus::Delivered, 1, 80);
    }
    assert_eq!(picked(store, &everybody(at(200))), ["s2 w1", "s1 w2"]);
    write(store, |changes| changes.outbox.push(build::outbox(&s1(), "out-3", &["w1"])));
    assert_eq!(picked(store, &everybody(at(99))), ["s2 w1", "s1 w2"]);
    assert_eq!(picked(store, &everybody(at(100))), ["s2 w1", "s1 w2", "s1 w1"]);
}

/// A shop has so many at once, those that are busy counted; who is busy is left out.
pub fn a_shop_has_its_share_of_turns(store: &mut dyn Store) {
    three_receivers(store);
    let one_each = Pick { of_shop: 1, ..everybody(at(60)) };
    assert_eq!(picked(store, &one_each), ["s1 w1", "s2 w1"]);
    let busy = |receivers: &[(&str, &str)]| {
        receivers.iter().map(|(shop, webhook)| (id(shop), id(webhook))).collect::<BTreeSet<_>>()
    };
    let w2_is_busy = Pick { busy: busy(&[("s1", "w2")]), ..one_each };
    assert_eq!(picked(store, &w2_is_busy), ["s2 w1"]);
    let two_each = Pick { of_shop: 2, ..w2_is_busy };
    assert_eq!(picked(store, &two_each), ["s1 w1", "s2 w1"]);
}

/// Receivers that have been failing come after the others, and there is only so much room for them.
pub fn who_fails_comes_last(store: &mut dyn Store) {
    three_receivers(store);
    turn(store, "s1", "w1", 10, 3);
    turn(store, "s1", "w2", 20, 1);
    assert_eq!(picked(store, &everybody(at(60))), ["s2 w1", "s1 w1", "s1 w2"]);
    let failing = |most| Pick { failing: most, ..everybody(at(60)) };
    assert_eq!(picked(store, &failing(1)), ["s2 w1", "s1 w1"]);
    assert_eq!(picked(store, &failing(0)), ["s2 w1"]);
    let due = store.reader().due_receivers(&everybody(at(60))).answer();
    assert_eq!(due.iter().map(|due| due.failures).collect::<Vec<_>>(), [0, 3, 1]);
    turn(store, "s1", "w1", 30, 0);
    assert_eq!(picked(store, &failing(0)), ["s1 w1", "s2 w1"]);
    turn(store, "s1", "w9", 30, 0);
}

/// Where the shop's clock is not the one that deliveries go by, it is said from when on they are due.
pub fn deliveries_are_due_when_it_is_said(store: &mut dyn Store) {
    filled(store);
    for delivery in 1..=3 {
        settle(store, delivery, DeliveryStatus::Dead, 8, 100);
    }
    write(store, |changes| {
        changes.outbox.push(build::outbox(&s1(), "out-4", &["w2"]));
        changes.revived.push((s1(), id("w1"), at(900)));
        changes.deliver_from = Some(at(7));
    });
    assert_eq!(due(store, 6), []);
    assert_eq!(due(store, 7).iter().map(|row| row.0).collect::<Vec<_>>(), [1, 3, 4]);
}

/// Nothing is owed to a webhook that is gone, and its deliveries' ids are not given again.
pub fn a_removed_webhook_takes_its_deliveries_along(store: &mut dyn Store) {
    filled(store);
    write(store, |changes| {
        changes.outbox.push(build::outbox(&s1(), "out-4", &["w1"]));
        changes.webhooks_removed.push((s1(), id("w1")));
    });
    assert_eq!(due(store, 1_000), [(2, "w2".to_owned(), "out-1".to_owned(), 0)]);
    write(store, |changes| {
        changes.webhooks.push((s1(), build::webhook("w1")));
    });
    assert!(listed(store, "w1", DeliveryStatus::Pending).is_empty());
    write(store, |changes| {
        changes.outbox.push(build::outbox(&s1(), "out-5", &["w1"]));
    });
    assert_eq!(listed(store, "w1", DeliveryStatus::Pending), [5]);
}

/// Messages to hand over by a channel.
fn waiting(store: &dyn Store, channel: Channel, seconds: i64) -> Vec<Dispatch> {
    store.reader().due_dispatches(channel, at(seconds), 100).answer()
}

/// Marks messages as handed over; those that may be sent.
fn hand_over<'n>(store: &mut dyn Store, names: &[&'n str], seconds: i64, repeats: Repeats) -> Vec<&'n str> {
    let handing = |name: &&str| build::handing(&s1(), name, at(seconds), repeats);
    let messages: Vec<Handing> = names.iter().map(handing).collect();
    let mut marks = Vec::new();
    let marked = store.transact(&mut |tx| {
        marks = tx.hand_over(&messages)?;
        Ok(())
    });
    marked.answer();
    names.iter().zip(marks).filter_map(|(name, may_be_sent)| may_be_sent.then_some(*name)).collect()
}

/// A message is handed once to a sender that drops no repetition, and is asked after then; to one that drops them it goes
/// again, and it is remembered since when that may have it (A-S2-18).
pub fn a_message_is_handed_over_once(store: &mut dyn Store) {
    write(store, |changes| {
        for name in ["m-1", "m-2", "m-3"] {
            let dispatch = build::dispatch(&s1(), name, 10);
            changes.messages.push(build::told(dispatch.message.clone()));
            changes.dispatches.push(dispatch);
        }
        changes.dispatch_updates.push(DispatchUpdate::Done { shop_id: s1(), message_id: id("m-3") });
    });
    let state = |store: &dyn Store, name: &str| {
        let found = store.reader().dispatch(&s1(), &id(name)).answer();
        found.map(|row| (row.attempt, row.next_at, row.tried_at, row.handed_at))
    };
    let names = |rows: Vec<Dispatch>| -> Vec<String> {
        rows.iter().map(|row| row.message.message_id.to_string()).collect()
    };
    let sent = Repeats::Sent { ask_at: at(140) };
    // What is not due is not handed over, nor what was put off since it was read.
    assert!(hand_over(store, &["m-1"], 9, sent).is_empty());
    let put_off =
        |seconds| DispatchUpdate::PutOff { shop_id: s1(), message_id: id("m-2"), next_at: at(seconds) };
    write(store, |changes| changes.dispatch_updates.push(put_off(30)));
    assert!(hand_over(store, &["m-2"], 29, Repeats::Dropped).is_empty());
    assert_eq!(state(store, "m-2"), Some((0, at(30), None, None)));
    write(store, |changes| changes.dispatch_updates.push(put_off(10)));
    assert_eq!(hand_over(store, &["m-1", "m-3", "m-9"], 20, sent), ["m-1"]);
    assert_eq!(hand_over(store, &["m-1", "m-2"], 21, Repeats::Dropped), ["m-2"]);
    assert_eq!(hand_over(store, &["m-1", "m-2"], 22, Repeats::Dropped), ["m-2"]);
    assert_eq!(state(store, "m-1"), Some((0, at(140), None, Some(at(20)))));
    assert_eq!(state(store, "m-2"), Some((0, at(10), Some(at(21)), None)));
    assert_eq!(names(waiting(store, Channel::Push, 500)), ["m-2"]);
    let asked = |store: &dyn Store, seconds| names(store.reader().due_questions(at(seconds), 100).answer());
    assert_eq!((asked(store, 139), asked(store, 140)), (vec![], vec!["m-1".to_owned()]));
    let retry = |name: &str, before| DispatchUpdate::Retry {
        shop_id: s1(),
        message_id: id(name),
        attempt: 1,
        next_at: at(60),
        before,
    };
    write(store, |changes| {
        changes.dispatch_updates.push(retry("m-1", Before::NotTaken));
        changes.dispatch_updates.push(retry("m-2", Before::PerhapsTaken));
    });
    assert_eq!(state(store, "m-1"), Some((1, at(60), None, None)));
    assert_eq!(state(store, "m-2"), Some((1, at(60), Some(at(21)), None)));
    write(store, |changes| {
        changes.dispatch_updates.push(retry("m-1", Before::PerhapsTaken));
        let (shop_id, message_id) = (s1(), id("m-2"));
        changes.dispatch_updates.push(DispatchUpdate::Ask {
            shop_id,
            message_id,
            at: at(70),
            next_at: at(190),
        });
    });
    assert_eq!(state(store, "m-1"), Some((1, at(60), Some(at(60)), None)));
    assert_eq!(state(store, "m-2"), Some((1, at(190), Some(at(21)), Some(at(21)))));
    write(store, |changes| changes.dispatch_updates.push(retry("m-1", Before::NotTaken)));
    assert_eq!(state(store, "m-1"), Some((1, at(60), None, None)));
}

/// Handed over when due, longest waiting first; put off, or done with.
pub fn dispatches_wait_for_their_time(store: &mut dyn Store) {
    write(store, |changes| {
        for (name, seconds) in [("m-1", 20), ("m-3", 10), ("m-2", 10)] {
            let dispatch = build::dispatch(&s1(), name, seconds);
            changes.messages.push(build::told(dispatch.message.clone()));
            changes.dispatches.push(dispatch);
        }
    });
    let due = |store: &dyn Store, seconds| waiting(store, Channel::Push, seconds);
    assert_eq!(due(store, 9), []);
    assert_eq!(waiting(store, Channel::Sms, 100), []);
    assert_eq!(due(store, 10), ["m-2", "m-3"].map(|name| build::dispatch(&s1(), name, 10)));
    assert_eq!(store.reader().due_dispatches(Channel::Push, at(100), 1).answer().len(), 1);
    write(store, |changes| {
        let (shop_id, message_id) = (s1(), id("m-3"));
        changes.dispatch_updates.push(DispatchUpdate::Retry {
            shop_id,
            message_id,
            attempt: 1,
            next_at: at(30),
            before: Before::NotTaken,
        });
        changes.dispatch_updates.push(DispatchUpdate::Done { shop_id: s1(), message_id: id("m-2") });
        changes.dispatch_updates.push(DispatchUpdate::Done { shop_id: s1(), message_id: id("m-9") });
    });
    let waiting = due(store, 100);
    let names: Vec<(&str, u32)> =
        waiting.iter().map(|d| (d.message.message_id.as_str(), d.attempt)).collect();
    assert_eq!(names, [("m-1", 0), ("m-3", 1)]);
}

/// The figures that monitoring reads.
pub fn totals_count_what_is_pending(store: &mut dyn Store) {
    assert_eq!(store.reader().totals().answer(), Totals::default());
    filled(store);
    settle(store, 1, DeliveryStatus::Dead, 8, 100);
    write(store, |changes| {
        let mut late = new_order("o-2", None);
        late.row.order.payments.extend([build::late("p-1", 3), build::late("p-2", 2)]);
        changes.orders.extend([new_order("o-1", Some(5)), late]);
        changes.parked.push((s1(), id("o-9"), build::parked("ev-9", "o-9")));
        changes.messages.push(build::told(build::message(&s1(), "m-1", "o-1", "u-1")));
        changes.dispatches.push(build::dispatch(&s1(), "m-1", 5));
    });
    let expected = Totals {
        shops: 1,
        pending_timers: 1,
        parked_events: 1,
        pending_deliveries: 2,
        dead_deliveries: 1,
        pending_dispatches: 1,
        money_to_return: 2,
        coupon_conflicts: 0,
    };
    assert_eq!(store.reader().totals().answer(), expected);
}
