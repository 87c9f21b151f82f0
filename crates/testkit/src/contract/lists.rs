//! Lists have the order of their keys and are read page by page.

use super::{Answer, all, new_order, new_order_of, page, write};
use crate::build::{self, at, id};
use domain::{
    ShopId,
    coupon::CouponStatus,
    message::{Message, MessageStatus},
};
use port::{Import, ImportState, MessageFilter, Page, Reader, Store};

fn s1() -> ShopId {
    id("s1")
}

/// Names in no order, and in the order of their bytes.
const MIXED: [&str; 7] = ["b", "a", "B", "a.1", "a-1", "10", "9"];
const SORTED: [&str; 7] = ["10", "9", "B", "a", "a-1", "a.1", "b"];

fn filled(store: &mut dyn Store) {
    write(store, |changes| {
        for name in MIXED {
            changes.shops.push(build::shared_shop(name));
            changes.orders.push(new_order(name, None));
            let coupon = build::coupon(name, "u-1", "o-1", at(0));
            changes.coupons.push(build::new_coupon(&s1(), coupon));
            changes.conflicts.push(build::conflicts_with(&s1(), name, "o-1"));
            changes.imports.push(build::imported(build::import(&s1(), name)));
            changes.standings.push(build::stands(&s1(), name, 1));
            changes.messages.push(build::told(build::message(&s1(), name, "o-1", "u-1")));
            changes.parked.push((s1(), id(name), build::parked("ev-1", name)));
            changes.outbox.push(build::outbox(&s1(), name, &[]));
        }
        changes.orders.push(new_order_of("s0", "a", None));
        changes.orders.push(new_order_of("s2", "a", None));
    });
}

type List = (&'static str, fn(&dyn Reader, &Page) -> Vec<String>);

const LISTS: &[List] = &[
    ("shops", |reader, page| reader.shops(page).answer().iter().map(|row| row.shop_id.to_string()).collect()),
    ("orders", |reader, page| {
        reader.orders(&s1(), page).answer().iter().map(|row| row.order_id.to_string()).collect()
    }),
    ("coupons", |reader, page| {
        reader.coupons(&s1(), page).answer().iter().map(|row| row.coupon_id.to_string()).collect()
    }),
    ("customer_coupons", |reader, page| {
        let coupons = reader.customer_coupons(&s1(), &id("u-1"), None, page).answer();
        coupons.iter().map(|row| row.coupon_id.to_string()).collect()
    }),
    ("coupon_conflicts", |reader, page| {
        let rows = reader.coupon_conflicts(&s1(), page).answer();
        rows.iter().map(|row| row.conflict.conflict_id.to_string()).collect()
    }),
    ("imports", |reader, page| {
        reader.imports(&s1(), page).answer().iter().map(|row| row.import_id.to_string()).collect()
    }),
    ("standings", |reader, page| {
        reader.standings(&s1(), page).answer().iter().map(|(customer, _)| customer.to_string()).collect()
    }),
    ("messages", |reader, page| {
        let messages = reader.messages(&s1(), &MessageFilter::default(), page).answer();
        messages.iter().map(|row| row.message_id.to_string()).collect()
    }),
    ("outbox", |reader, page| {
        reader.outbox(&s1(), page).answer().into_iter().map(|row| row.event_id).collect()
    }),
    ("parked", |reader, page| {
        let page =
            Page { after: page.after.as_ref().map(|order| format!("{order}|platform|ev-1")), ..page.clone() };
        let parked = reader.parked(&s1(), &page).answer();
        parked.iter().filter_map(|row| row.event.body.order_id().map(ToString::to_string)).collect()
    }),
];

/// Every list, in pages of every size, gives every row once and in order.
pub fn lists_are_cut_into_pages(store: &mut dyn Store) {
    filled(store);
    let reader = store.reader();
    for (name, list) in LISTS {
        for limit in 1..=8 {
            let mut found: Vec<String> = Vec::new();
            loop {
                let rows = list(&*reader, &page(found.last().map(String::as_str), limit));
                assert!(rows.len() <= limit, "{name}");
                if rows.is_empty() {
                    break;
                }
                found.extend(rows);
            }
            assert_eq!(found, SORTED, "{name} by {limit}");
        }
        assert_eq!(list(&*reader, &page(None, 0)), [""; 0], "{name}");
    }
}

/// What has not ended is found at the next start, whichever shop's it is.
pub fn open_imports_are_found_over_all_shops(store: &mut dyn Store) {
    let import = |shop: &str, name: &str, state: ImportState| {
        let finished_at = (!state.is_open()).then(|| at(9));
        build::imported(Import { state, finished_at, ..build::import(&id(shop), name) })
    };
    write(store, |changes| {
        changes.imports.extend([
            import("s2", "im-1", ImportState::Running),
            import("s1", "im-2", ImportState::Received),
            import("s1", "im-1", ImportState::Running),
            import("s1", "im-3", ImportState::Failed),
            import("s1", "im-4", ImportState::Finished),
            import("s2", "im-5", ImportState::Cancelled),
        ]);
    });
    let reader = store.reader();
    let open = reader.open_imports().answer();
    let names: Vec<_> = open.iter().map(|row| (row.shop_id.as_str(), row.import_id.as_str())).collect();
    assert_eq!(names, [("s1", "im-1"), ("s1", "im-2"), ("s2", "im-1")]);
    let running = build::import(&id("s2"), "im-1");
    let running = Import { state: ImportState::Running, ..running };
    assert_eq!(reader.import(&id("s2"), &id("im-1")).answer(), Some(running));
    assert_eq!(reader.import(&id("s2"), &id("im-2")).answer(), None);
}

/// A key that is not there, or is no id at all, has its place in the order nevertheless.
pub fn a_page_may_begin_anywhere(store: &mut dyn Store) {
    filled(store);
    let reader = store.reader();
    for (name, list) in LISTS.iter().filter(|(name, _)| *name != "parked") {
        for key in ["", " ", "99", "C", "a ", "a,", "a-", "a/", "zz", "é", "\u{10ffff}"] {
            let expected: Vec<&str> = SORTED.into_iter().filter(|row| *row > key).collect();
            assert_eq!(list(&*reader, &page(Some(key), 100)), expected, "{name} after {key:?}");
        }
    }
}

/// By order, by customer, by status, and by all of them.
pub fn messages_are_filtered(store: &mut dyn Store) {
    let message =
        |name, order, customer, status| Message { status, ..build::message(&s1(), name, order, customer) };
    write(store, |changes| {
        let messages = [
            message("m-1", "o-1", "u-1", MessageStatus::Sent),
            message("m-2", "o-1", "u-2", MessageStatus::Planned),
            message("m-3", "o-2", "u-1", MessageStatus::Planned),
            message("m-4", "o-1", "u-1", MessageStatus::Planned),
        ];
        changes.messages.extend(messages.map(build::told));
    });
    let reader = store.reader();
    let check = |order: Option<&str>, customer: Option<&str>, status, after, expected: &[&str]| {
        let filter = MessageFilter { order_id: order.map(id), customer_id: customer.map(id), status };
        let found = reader.messages(&s1(), &filter, &page(after, 2)).answer();
        let names: Vec<&str> = found.iter().map(|message| message.message_id.as_str()).collect();
        assert_eq!(names, expected, "{filter:?}");
    };
    check(None, None, None, None, &["m-1", "m-2"]);
    check(None, None, Some(MessageStatus::Planned), Some("m-2"), &["m-3", "m-4"]);
    check(Some("o-1"), None, None, Some("m-1"), &["m-2", "m-4"]);
    check(None, Some("u-1"), None, Some("m-1"), &["m-3", "m-4"]);
    check(Some("o-1"), Some("u-1"), None, None, &["m-1", "m-4"]);
    check(Some("o-1"), Some("u-1"), Some(MessageStatus::Planned), None, &["m-4"]);
    check(Some("o-2"), None, Some(MessageStatus::Sent), None, &[]);
    check(None, Some("u-2"), Some(MessageStatus::Planned), None, &["m-2"]);
}

/// One that is over is on no list, and is counted no more; nobody minds if it never was.
pub fn a_conflict_that_is_over_is_gone(store: &mut dyn Store) {
    write(store, |changes| {
        changes.conflicts.extend(["cf-1", "cf-2"].map(|name| build::conflicts_with(&s1(), name, "o-1")));
    });
    assert_eq!(store.reader().totals().answer().coupon_conflicts, 2);
    write(store, |changes| {
        for name in ["cf-1", "cf-3"] {
            let mut change = build::conflicts_with(&s1(), name, "o-1");
            change.row.is_over = true;
            changes.conflicts.push(change);
        }
    });
    let left = store.reader().coupon_conflicts(&s1(), &all()).answer();
    assert_eq!(left, [build::conflict("cf-2", "o-1")]);
    assert_eq!(store.reader().totals().answer().coupon_conflicts, 1);
}

/// Only the customer's, in one status or in all.
pub fn a_customers_coupons(store: &mut dyn Store) {
    write(store, |changes| {
        for (name, customer) in [("cp-1", "u-1"), ("cp-2", "u-2"), ("cp-3", "u-1"), ("cp-4", "u-1")] {
            let mut coupon = build::coupon(name, customer, "o-1", at(0));
            if name == "cp-3" {
                coupon.void(at(5));
            }
            changes.coupons.push(build::new_coupon(&s1(), coupon));
        }
    });
    let reader = store.reader();
    let list = |status, page: &Page| {
        let found = reader.customer_coupons(&s1(), &id("u-1"), status, page).answer();
        found.iter().map(|coupon| coupon.coupon_id.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(list(None, &all()), ["cp-1", "cp-3", "cp-4"]);
    assert_eq!(list(Some(CouponStatus::Available), &all()), ["cp-1", "cp-4"]);
    assert_eq!(list(Some(CouponStatus::Available), &page(Some("cp-1"), 1)), ["cp-4"]);
    assert_eq!(list(Some(CouponStatus::Void), &all()), ["cp-3"]);
    assert_eq!(list(Some(CouponStatus::Used), &all()), [""; 0]);
}
