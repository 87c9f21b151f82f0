//! Ids are the platform's own text (A-G-11): every table keeps them as they are, apart, and in the order of their bytes.

use super::{Answer, all, load, new_order, page, write};
use crate::build::{self, at, id};
use domain::{
    LineId, OrderId, ShopId, Sku,
    message::Message,
    pool::{RankKey, Stage, Stock},
};
use port::{
    CandidateChange, Change, Keys, MessageFilter, Page, Parked, PoolKeys, Store, Subject, Timer, WalkKey,
    last_of_second,
};

/// Ids that lean against whatever could have stood between two of them, in the order of their bytes.
fn own() -> Vec<String> {
    let longest = "券".repeat(42) + "ab";
    let furthest = "\u{10ffff}".repeat(32);
    let names = [
        "#1001",
        "% |'\"",
        "0",
        "00",
        "011",
        "11 011",
        "11 1",
        "=1+1",
        "a",
        "a b",
        "a/b",
        "a:1",
        "a@b.cn",
        "a|b",
        "a|b|c",
        "o%7Cx",
        "t***1",
        "~",
        "~~",
        "\u{e9}",
        "张三丰88",
        "红色 T恤/XL",
        &longest,
        &furthest,
    ];
    let mut names = names.map(str::to_owned).to_vec();
    names.sort();
    names
}

fn s1() -> ShopId {
    id("s1")
}

/// Rows of most tables for each of the ids.
fn filled(store: &mut dyn Store, names: &[String]) {
    write(store, |changes| {
        changes.shops.push(build::shared_shop("s1"));
        for (number, name) in names.iter().enumerate() {
            let mut order = new_order(name, Some(7));
            order.row.order.customer_id = id(name);
            let line = &mut order.row.order.lines[0];
            (line.line_id, line.sku) = (id::<LineId>(name), id::<Sku>(name));
            changes.orders.push(order);
            changes.standings.push(build::stands(&s1(), name, 1));
            let message = build::message(&s1(), &format!("m-{number:02}"), name, name);
            changes.messages.push(build::told(message));
            changes.parked.push((s1(), id(name), build::parked("ev|1", name)));
            changes.inbox.push(build::taken_in(&s1(), name));
            let coupon = build::coupon(&format!("cp-{number:02}"), name, name, at(0));
            changes.coupons.push(build::new_coupon(&s1(), coupon));
        }
    });
}

/// Orders with their messages, coupons and events: each is found by its own id.
pub fn a_g_11_ids_are_the_platforms_own_text(store: &mut dyn Store) {
    let (shop, names) = (s1(), own());
    filled(store, &names);
    let reader = store.reader();
    for (number, name) in names.iter().enumerate() {
        let order = reader.order(&shop, &id(name)).answer().expect("it is there");
        assert_eq!((order.lines[0].line_id.as_str(), order.lines[0].sku.as_str()), (&**name, &**name));
        let filter = MessageFilter { order_id: Some(id(name)), customer_id: Some(id(name)), status: None };
        let told: Vec<Message> = reader.messages(&shop, &filter, &all()).answer();
        let told: Vec<&str> = told.iter().map(|row| row.message_id.as_str()).collect();
        assert_eq!(told, [format!("m-{number:02}")]);
        let coupons = reader.customer_coupons(&shop, &id(name), None, &all()).answer();
        let coupons: Vec<&str> = coupons.iter().map(|row| row.coupon_id.as_str()).collect();
        assert_eq!(coupons, [format!("cp-{number:02}")]);
        assert!(Subject::read("order", name).is_some_and(|it| it == Subject::Order(id(name))));
    }
    let inbox: Vec<_> = names.iter().map(|name| build::inbox(&shop, name).0).collect();
    let rows = load(store, &Keys { inbox, ..Keys::default() });
    assert!(rows.inbox.iter().all(|(_, row)| row.is_some()));
    assert_eq!(store.due_timers(at(7), 100).answer().len(), names.len());
}

/// A row's id, and the cursor after it.
type Listed = Vec<(String, String)>;

/// The ids of a list that is read page by page.
fn through(read: &dyn Fn(&Page) -> Listed, limit: usize) -> Vec<String> {
    let mut found: Listed = Vec::new();
    loop {
        let rows = read(&page(found.last().map(|(_, cursor)| cursor.as_str()), limit));
        if rows.is_empty() {
            return found.into_iter().map(|(name, _)| name).collect();
        }
        found.extend(rows);
    }
}

/// Lists go through all of them in the order of their bytes, whatever the size of a page.
pub fn a_g_11_lists_go_on_after_any_id(store: &mut dyn Store) {
    let (shop, names) = (s1(), own());
    filled(store, &names);
    let reader = store.reader();
    let twice = |name: &str| (name.to_owned(), name.to_owned());
    for limit in [1, 3, 100] {
        let orders = |page: &Page| {
            reader.orders(&shop, page).answer().iter().map(|row| twice(row.order_id.as_str())).collect()
        };
        assert_eq!(through(&orders, limit), names);
        let standings = |page: &Page| {
            reader
                .standings(&shop, page)
                .answer()
                .iter()
                .map(|(customer, _)| twice(customer.as_str()))
                .collect()
        };
        assert_eq!(through(&standings, limit), names);
        let waiting = |page: &Page| {
            let rows = reader.parked(&shop, page).answer();
            let name = |row: &Parked| row.event.body.order_id().map(ToString::to_string).unwrap_or_default();
            rows.iter().map(|row| (name(row), row.cursor())).collect()
        };
        assert_eq!(through(&waiting, limit), names);
        let timers = |page: &Page| {
            let rows = reader.timers(&shop, page).answer();
            let cursor = |row: &Timer| {
                let (kind, id) = row.subject.parts();
                (id.to_owned(), format!("{}|{kind}|{id}", row.due_at.micros()))
            };
            rows.iter().map(cursor).collect()
        };
        // Behind them are those of the coupons.
        assert_eq!(through(&timers, limit)[..names.len()], names);
    }
}

/// Orders of the pool, their places in a ranking and the stock of gifts: no two orders have one place, and the end of
/// a second stands behind all of its orders.
pub fn a_g_11_places_of_any_order_are_apart(store: &mut dyn Store) {
    let (shop, names) = (s1(), own());
    write(store, |changes| {
        changes.shops.push(build::shared_shop("s1"));
        for name in &names {
            let order = build::pool_order(name, Stage::PresalePool);
            changes.pool.orders.push(Change::new((shop.clone(), order.order_id.clone()), order.into()));
            let after = build::candidate(5, name);
            let (key, shop_id) = (after.key.clone(), shop.clone());
            changes.pool.candidates.push(CandidateChange {
                shop_id,
                run: 1,
                key,
                before: None,
                after: Some(after),
            });
            changes.pool.stock.push((shop.clone(), id(name), Stock { quantity: 9, given: 0 }));
        }
    });
    let mut places: Vec<(RankKey, OrderId)> =
        names.iter().map(|name| (build::place(5, name), id::<OrderId>(name))).collect();
    places.sort();
    let second = places[0].0.second;
    let walk = |after: Option<RankKey>, limit| WalkKey {
        shop_id: shop.clone(),
        run: 1,
        after,
        through: second,
        limit,
    };
    let whole = load(
        store,
        &Keys { pool: PoolKeys { walks: vec![walk(None, 100)], ..PoolKeys::default() }, ..Keys::default() },
    );
    let walked: Vec<&OrderId> = whole.pool.walks[0].1.iter().map(|it| &it.order_id).collect();
    assert_eq!(walked, places.iter().map(|(_, order)| order).collect::<Vec<_>>());
    let reader = store.reader();
    for (number, (place, order)) in places.iter().enumerate() {
        let found = reader.candidate(&(shop.clone(), 1, place.clone())).answer().expect("it is there");
        assert_eq!(found.order_id, *order);
        assert_eq!(reader.rank(&(shop.clone(), 1, place.clone())).answer(), number as u64 + 1, "{order}");
        let next = reader.walk(&walk(Some(place.clone()), 1)).answer();
        assert_eq!(next.first().map(|it| &it.order_id), places.get(number + 1).map(|(_, order)| order));
        assert!(reader.pool_order(&shop, order).answer().is_some());
    }
    let end = |second| reader.rank(&(shop.clone(), 1, last_of_second(second))).answer();
    assert_eq!(
        (end(second - 1), end(second), end(second + 1)),
        (0, places.len() as u64, places.len() as u64)
    );
    let listed = reader.pool_orders(&shop, Some(Stage::PresalePool), &all()).answer();
    assert_eq!(listed.iter().map(|order| order.order_id.as_str()).collect::<Vec<_>>(), names);
    assert_eq!(reader.pool(&shop).answer().stock.keys().map(Sku::as_str).collect::<Vec<_>>(), names);
}
