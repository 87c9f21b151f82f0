//! Orders: a document each, with the columns that finance asks for, and the timeline behind it.

use crate::cells::Cells;
use crate::error::{Doing, corrupt, refused};
use crate::json::Json;
use crate::query::{after, all, at_most, each, first, one};
use crate::timers::{Kind, Timers};
use crate::typed::{self, Columns};
use crate::under_way::{Open, OrderPlace};
use domain::{
    Instant, OrderId, ShopId,
    order::{Order, State, TimelineEntry},
};
use port::{Change, Noun, OrderRow, Page, Read, StoreError};
use rusqlite::{CachedStatement, Connection, params};
use std::{borrow::Cow, collections::hash_map::Entry};

const WRITING: &str = "writing an order";
const READING: &str = "reading an order";
/// Bytes that a new order is given to grow into: an offer shown, claimed and paid with takes about as many.
const ROOM: i64 = 512;

/// Shop and order.
pub type Key = (ShopId, OrderId);
impl Noun<OrderRow> for Open<'_> {
    /// Notes the places of what it finds.
    fn load(&mut self, keys: &[Key]) -> Result<Vec<Option<OrderRow>>, StoreError> {
        let sql = "SELECT shop_id, order_id, id, wake_at, doc, to_return FROM orders
            WHERE shop_id = ?1 AND order_id = ?2";
        let mut find = self.db.prepare_cached(sql).doing(READING)?;
        self.orders.reserve(keys.len());
        each(keys, |key| {
            first(&mut find, params![key.0.as_str(), key.1.as_str()], READING, |row| {
                let cells = Cells::new(row, "orders", 2);
                let place = OrderPlace { id: cells.number(2)?, to_return: Some(cells.number(5)?) };
                self.orders.insert(key.clone(), place);
                let (wake_at, order) = (cells.instant_or_null(3)?, cells.document(4).map(Box::new)?);
                Ok(OrderRow { order, wake_at, timeline: String::new() })
            })
        })
    }

    fn write(&mut self, changes: &[Change<OrderRow>]) -> Result<(), StoreError> {
        let mut writer = Writer::prepare(self.db)?;
        for change in changes {
            if change.is_new {
                let id = writer.insert(change, self.json)?;
                self.orders.insert(change.key.clone(), OrderPlace { id, to_return: None });
            } else {
                let place = match self.orders.entry(change.key.clone()) {
                    Entry::Occupied(known) => known.into_mut(),
                    Entry::Vacant(place) => {
                        place.insert(OrderPlace { id: writer.find(&change.key)?, to_return: None })
                    }
                };
                writer.update(place, change, self.json)?;
            }
            let (shop, order) = &change.key;
            writer.timers.shift(shop, order.as_str(), change.old_wake, change.row.wake_at)?;
        }
        Ok(())
    }
}

struct Writer<'c> {
    insert: CachedStatement<'c>,
    update: CachedStatement<'c>,
    to_return: CachedStatement<'c>,
    find: CachedStatement<'c>,
    timers: Timers<'c>,
}

impl<'c> Writer<'c> {
    fn prepare(db: &'c Connection) -> Result<Self, StoreError> {
        let insert = "INSERT INTO orders
            (shop_id, order_id, customer_id, state, placed_at, paid_at, payable, wake_at, doc, timeline, room, to_return)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, zeroblob(?11), ?12)";
        let update = "UPDATE orders SET state = ?2, paid_at = ?3, wake_at = ?4, doc = ?5,
            timeline = timeline || ?6, customer_id = ?7, placed_at = ?8, payable = ?9,
            room = zeroblob(max(0, length(room) + octet_length(doc) - octet_length(?5) - octet_length(?6)
                - 8 * ((paid_at IS NULL) - (?3 IS NULL)) - 8 * ((wake_at IS NULL) - (?4 IS NULL))))
            WHERE id = ?1";
        // By itself: an update that names it opens its index, and it changes for few orders.
        let to_return = "UPDATE orders SET to_return = ?2 WHERE id = ?1";
        let find = "SELECT id FROM orders WHERE shop_id = ?1 AND order_id = ?2";
        let prepare = |sql| db.prepare_cached(sql).doing(WRITING);
        let (insert, update, find) = (prepare(insert)?, prepare(update)?, prepare(find)?);
        Ok(Self {
            insert,
            update,
            to_return: prepare(to_return)?,
            find,
            timers: Timers::of(db, Kind::Order)?,
        })
    }

    fn insert(&mut self, change: &Change<OrderRow>, json: &mut Json) -> Result<i64, StoreError> {
        let OrderRow { order, wake_at, timeline } = &change.row;
        let (state, paid_at) = state(order);
        let row = params![
            change.key.0.as_str(),
            order.order_id.as_str(),
            order.customer_id.as_str(),
            state,
            order.placed_at.micros(),
            paid_at,
            order.payable.minor(),
            wake_at.map(Instant::micros),
            json.document(&**order)?,
            lines(timeline),
            ROOM,
            to_return(order),
        ];
        self.insert.insert(row).doing(WRITING)
    }

    fn update(
        &mut self,
        place: &mut OrderPlace,
        change: &Change<OrderRow>,
        json: &mut Json,
    ) -> Result<(), StoreError> {
        let OrderRow { order, wake_at, timeline } = &change.row;
        let (state, paid_at) = state(order);
        let row = params![
            place.id,
            state,
            paid_at,
            wake_at.map(Instant::micros),
            json.document(&**order)?,
            lines(timeline),
            order.customer_id.as_str(),
            order.placed_at.micros(),
            order.payable.minor(),
        ];
        self.update.execute(row).doing(WRITING)?;
        let to_return = to_return(order);
        if place.to_return.replace(to_return) != Some(to_return) {
            self.to_return.execute(params![place.id, to_return]).doing(WRITING)?;
        }
        Ok(())
    }

    fn find(&mut self, (shop, order): &Key) -> Result<i64, StoreError> {
        let place = first(&mut self.find, params![shop.as_str(), order.as_str()], READING, |row| {
            row.get(0).doing(READING)
        })?;
        place.ok_or_else(|| refused(format!("there is no order {order} in shop {shop}")))
    }
}

fn state(order: &Order) -> (&'static str, Option<i64>) {
    match order.state {
        State::Open => ("open", None),
        State::Paid { at } => ("paid", Some(at.micros())),
        State::Cancelled { .. } => ("cancelled", None),
    }
}

/// How many payments have to go back: what the list `money-to-return` is found by.
fn to_return(order: &Order) -> i64 {
    i64::try_from(order.to_return().len()).unwrap_or(i64::MAX)
}

/// Whole lines: the next ones are put behind them.
fn lines(timeline: &str) -> Cow<'_, str> {
    if timeline.is_empty() || timeline.ends_with('\n') {
        timeline.into()
    } else {
        format!("{timeline}\n").into()
    }
}

/// One order.
pub fn order(db: &Connection, shop: &ShopId, order: &OrderId) -> Read<Option<Order>> {
    let sql = "SELECT shop_id, order_id, doc FROM orders WHERE shop_id = ?1 AND order_id = ?2";
    one(db, sql, params![shop.as_str(), order.as_str()], READING, |row| {
        Cells::new(row, "orders", 2).document(2)
    })
}

/// A shop's orders by their ids.
pub fn orders(db: &Connection, shop: &ShopId, page: &Page) -> Read<Vec<Order>> {
    let sql = "SELECT shop_id, order_id, doc FROM orders WHERE shop_id = ?1 AND order_id > ?2
        ORDER BY order_id LIMIT ?3";
    all(db, sql, params![shop.as_str(), after(page), at_most(page.limit)], READING, |row| {
        Cells::new(row, "orders", 2).document(2)
    })
}

/// Orders with money that has to go back, by their ids.
pub fn money_to_return(db: &Connection, shop: &ShopId, page: &Page) -> Read<Vec<Order>> {
    let sql = "SELECT shop_id, order_id, doc FROM orders
        WHERE shop_id = ?1 AND order_id > ?2 AND to_return > 0 ORDER BY order_id LIMIT ?3";
    all(db, sql, params![shop.as_str(), after(page), at_most(page.limit)], READING, |row| {
        Cells::new(row, "orders", 2).document(2)
    })
}

/// What happened to an order, oldest first.
pub fn timeline(db: &Connection, shop: &ShopId, order: &OrderId) -> Read<Vec<TimelineEntry>> {
    let sql = "SELECT shop_id, order_id, timeline FROM orders WHERE shop_id = ?1 AND order_id = ?2";
    let entries = one(db, sql, params![shop.as_str(), order.as_str()], READING, |row| {
        let text = Cells::new(row, "orders", 2).text(2)?;
        let read = |line| serde_json::from_str(line);
        let entries: Result<Vec<TimelineEntry>, _> = text.lines().map(read).collect();
        entries.map_err(|error| {
            corrupt("orders", format_args!("{shop}/{order}"), format_args!("timeline: {error}"))
        })
    })?;
    Ok(entries.unwrap_or_default())
}

/// What an order's document says that stands in columns, too.
pub fn columns(order: &Order) -> Columns {
    let (state, paid_at) = state(order);
    vec![
        ("order_id", typed::text(order.order_id.as_str())),
        ("customer_id", typed::text(order.customer_id.as_str())),
        ("state", typed::text(state)),
        ("placed_at", typed::number(Some(order.placed_at.micros()))),
        ("paid_at", typed::number(paid_at)),
        ("payable", typed::number(Some(order.payable.minor()))),
        ("to_return", typed::number(Some(to_return(order)))),
    ]
}

/// Names each order whose timeline cannot be read, or has not as many entries as its document counts; how many orders
/// were looked at.
pub fn timelines(db: &Connection, name: &mut dyn FnMut(String, String)) -> Read<u64> {
    let mut all = db.prepare("SELECT shop_id, order_id, doc, timeline FROM orders").doing(READING)?;
    let mut rows = all.query([]).doing(READING)?;
    let mut looked = 0;
    while let Some(row) = rows.next().doing(READING)? {
        looked += 1;
        let cells = Cells::new(row, "orders", 2);
        let subject = || format!("{}/{}", cells.text(0).unwrap_or("?"), cells.text(1).unwrap_or("?"));
        // A document that cannot be read is named where columns are compared.
        let Ok(order) = cells.document::<Order>(2) else { continue };
        let read =
            |text: &str| text.lines().map(serde_json::from_str).collect::<Result<Vec<TimelineEntry>, _>>();
        match cells.text(3).map(read) {
            Ok(Ok(entries)) if entries.len() as u64 == u64::from(order.timeline_entries) => {}
            Ok(Ok(entries)) => {
                let counted = order.timeline_entries;
                name(subject(), format!("{} entries are there, {counted} were written", entries.len()));
            }
            Ok(Err(error)) => name(subject(), format!("its timeline cannot be read: {error}")),
            Err(error) => name(subject(), error.message),
        }
    }
    Ok(looked)
}
