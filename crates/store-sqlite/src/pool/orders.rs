//! Orders that settle in the pool: a document each, with the columns that are searched and asked for.

use crate::cells::Cells;
use crate::error::{Doing, refused};
use crate::json::Documents;
use crate::query::{after, all, at_most, each, first, one};
use crate::timers::{Kind, Timers};
use crate::typed::{self, Columns};
use domain::{
    Instant, OrderId, PresaleStrategyId, ShopId,
    pool::{PassKind, PoolOrder, Stage},
};
use port::{Change, Page, PageKey, Read, StoreError};
use rusqlite::types::Value;
use rusqlite::{CachedStatement, Connection, Row, Statement, ToSql, params};
use rustc_hash::FxHashMap;

const READING: &str = "reading a pooled order";
const WRITING: &str = "writing a pooled order";

/// Shop and order.
pub type Key = (ShopId, OrderId);
/// Where the orders that a transaction has loaded lie, so that writing them needs no second search.
pub type Places = FxHashMap<Key, Place>;

/// Where an order lies, and by what its indexes find it: where that stays, they are not touched.
#[derive(Debug)]
pub struct Place {
    id: i64,
    found_by: FoundBy,
}

#[derive(Debug, PartialEq, Eq)]
struct FoundBy {
    stage: Stage,
    presale_strategy: Option<PresaleStrategyId>,
    is_due: bool,
    has_exceptions: bool,
}

impl FoundBy {
    fn of(order: &PoolOrder) -> Self {
        Self {
            stage: order.stage,
            presale_strategy: order.presale_strategy.clone(),
            is_due: order.is_due(),
            has_exceptions: !order.exceptions.is_empty(),
        }
    }
}

fn read(row: &Row<'_>) -> Result<PoolOrder, StoreError> {
    Cells::new(row, "pool_orders", 2).document(2)
}

fn read_and_note(row: &Row<'_>, shop: &ShopId, places: &mut Places) -> Result<PoolOrder, StoreError> {
    let order = read(row)?;
    let place = Place { id: Cells::new(row, "pool_orders", 2).number(3)?, found_by: FoundBy::of(&order) };
    places.insert((shop.clone(), order.order_id.clone()), place);
    Ok(order)
}

/// Loads orders and notes their places.
pub fn load(
    db: &Connection,
    keys: &[Key],
    places: &mut Places,
) -> Result<Vec<Option<Box<PoolOrder>>>, StoreError> {
    let sql = "SELECT shop_id, order_id, doc, id FROM pool_orders WHERE shop_id = ?1 AND order_id = ?2";
    let mut find = db.prepare_cached(sql).doing(READING)?;
    each(keys, |(shop, order)| {
        let key = params![shop.as_str(), order.as_str()];
        first(&mut find, key, READING, |row| read_and_note(row, shop, places).map(Box::new))
    })
}

/// Loads a stretch of a strategy's orders and notes their places.
pub fn page(db: &Connection, key: &PageKey, places: &mut Places) -> Result<Vec<PoolOrder>, StoreError> {
    let sql = match key.kind {
        PassKind::Activate => {
            "SELECT shop_id, order_id, doc, id FROM pool_orders INDEXED BY pool_orders_due
            WHERE shop_id = ?1 AND presale_strategy = ?2 AND order_id > ?3 AND is_due = 1
            ORDER BY order_id LIMIT ?4"
        }
        PassKind::Cover => {
            "SELECT shop_id, order_id, doc, id FROM pool_orders INDEXED BY pool_orders_of_stage
            WHERE shop_id = ?1 AND stage = 0 AND ?2 IS NOT NULL AND order_id > ?3 ORDER BY order_id LIMIT ?4"
        }
        PassKind::Rerun => {
            "SELECT shop_id, order_id, doc, id FROM pool_orders
            WHERE shop_id = ?1 AND +presale_strategy = ?2 AND order_id > ?3 AND +stage BETWEEN 0 AND 3
            ORDER BY order_id LIMIT ?4"
        }
        PassKind::Judge => {
            "SELECT shop_id, order_id, doc, id FROM pool_orders
            WHERE shop_id = ?1 AND +presale_strategy = ?2 AND order_id > ?3 AND +stage BETWEEN 1 AND 2
            ORDER BY order_id LIMIT ?4"
        }
    };
    let after = key.after.as_ref().map_or("", OrderId::as_str);
    let shop = &key.shop_id;
    let of = params![shop.as_str(), key.strategy_id.as_str(), after, at_most(key.limit)];
    let mut find = db.prepare_cached(sql).doing(READING)?;
    let mut rows = find.query(of).doing(READING)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().doing(READING)? {
        found.push(read_and_note(row, shop, places)?);
    }
    Ok(found)
}

/// Loads the children of a parent and notes their places.
pub fn family(
    db: &Connection,
    (shop, parent): &Key,
    places: &mut Places,
) -> Result<Vec<PoolOrder>, StoreError> {
    let sql = "SELECT o.shop_id, o.order_id, o.doc, o.id FROM pool_children c
        JOIN pool_orders o ON o.shop_id = c.shop_id AND o.order_id = c.order_id
        WHERE c.shop_id = ?1 AND c.parent_id = ?2 ORDER BY c.order_id";
    let mut find = db.prepare_cached(sql).doing(READING)?;
    let mut rows = find.query(params![shop.as_str(), parent.as_str()]).doing(READING)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().doing(READING)? {
        found.push(read_and_note(row, shop, places)?);
    }
    Ok(found)
}

/// Writes orders with their documents and moves their timers.
pub fn write(
    db: &Connection,
    places: &mut Places,
    changes: &[Change<Box<PoolOrder>>],
    documents: &Documents,
) -> Result<(), StoreError> {
    if changes.is_empty() {
        return Ok(());
    }
    let mut writer = Writer::prepare(db)?;
    for (change, doc) in changes.iter().zip(documents.iter()) {
        let Change { key, row: order, is_new, old_wake, .. } = change;
        let shop = &key.0;
        let found_by = FoundBy::of(order);
        if *is_new {
            // Should it be written once more it is searched for.
            writer.insert(shop, order, &found_by, doc)?;
        } else {
            let id = match places.get_mut(key) {
                Some(place) if place.found_by == found_by => writer.update(place.id, order, doc)?,
                known => {
                    let id = match known {
                        Some(place) => place.id,
                        None => writer.find(key)?,
                    };
                    writer.move_to(id, order, &found_by, doc)?
                }
            };
            places.insert(key.clone(), Place { id, found_by });
        }
        if let Some(parent) = &order.parent_id {
            let child = params![shop.as_str(), parent.as_str(), order.order_id.as_str()];
            writer.child.execute(child).doing(WRITING)?;
        }
        writer.timers.shift(shop, key.1.as_str(), *old_wake, order.wake_at())?;
    }
    Ok(())
}

struct Writer<'c> {
    insert: CachedStatement<'c>,
    update: CachedStatement<'c>,
    move_to: CachedStatement<'c>,
    find: CachedStatement<'c>,
    child: CachedStatement<'c>,
    timers: Timers<'c>,
}

impl<'c> Writer<'c> {
    fn prepare(db: &'c Connection) -> Result<Self, StoreError> {
        let insert = "INSERT INTO pool_orders
            (customer_id, ordered_at, first_paid_at, balance_paid_at, goods_paid, wake_at, doc, stage,
            presale_strategy, is_due, has_exceptions, shop_id, order_id)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
        let update = "UPDATE pool_orders SET customer_id = ?1, ordered_at = ?2, first_paid_at = ?3,
            balance_paid_at = ?4, goods_paid = ?5, wake_at = ?6, doc = ?7 WHERE id = ?8";
        let move_to = "UPDATE pool_orders SET customer_id = ?1, ordered_at = ?2, first_paid_at = ?3,
            balance_paid_at = ?4, goods_paid = ?5, wake_at = ?6, doc = ?7, stage = ?8,
            presale_strategy = ?9, is_due = ?10, has_exceptions = ?11 WHERE id = ?12";
        let find = "SELECT id FROM pool_orders WHERE shop_id = ?1 AND order_id = ?2";
        let child = "INSERT INTO pool_children (shop_id, parent_id, order_id) VALUES (?1, ?2, ?3)
            ON CONFLICT DO NOTHING";
        let prepare = |sql| db.prepare_cached(sql).doing(WRITING);
        let (insert, update, move_to) = (prepare(insert)?, prepare(update)?, prepare(move_to)?);
        Ok(Self {
            insert,
            update,
            move_to,
            find: prepare(find)?,
            child: prepare(child)?,
            timers: Timers::of(db, Kind::PoolOrder)?,
        })
    }

    fn insert(
        &mut self,
        shop: &ShopId,
        order: &PoolOrder,
        found_by: &FoundBy,
        doc: &str,
    ) -> Result<(), StoreError> {
        bind(&mut self.insert, order, doc)?;
        bind_places(&mut self.insert, found_by)?;
        let key = [(12, shop.as_str()), (13, order.order_id.as_str())];
        for (at, text) in key {
            self.insert.raw_bind_parameter(at, text).doing(WRITING)?;
        }
        self.insert.raw_execute().doing(WRITING).map(drop)
    }

    /// Writes an order that its indexes find where they did.
    fn update(&mut self, id: i64, order: &PoolOrder, doc: &str) -> Result<i64, StoreError> {
        bind(&mut self.update, order, doc)?;
        self.update.raw_bind_parameter(8, id).doing(WRITING)?;
        self.update.raw_execute().doing(WRITING)?;
        Ok(id)
    }

    fn move_to(
        &mut self,
        id: i64,
        order: &PoolOrder,
        found_by: &FoundBy,
        doc: &str,
    ) -> Result<i64, StoreError> {
        bind(&mut self.move_to, order, doc)?;
        bind_places(&mut self.move_to, found_by)?;
        self.move_to.raw_bind_parameter(12, id).doing(WRITING)?;
        self.move_to.raw_execute().doing(WRITING)?;
        Ok(id)
    }

    fn find(&mut self, (shop, order): &Key) -> Result<i64, StoreError> {
        let place = first(&mut self.find, params![shop.as_str(), order.as_str()], READING, |row| {
            row.get(0).doing(READING)
        })?;
        place.ok_or_else(|| refused(format!("there is no order {order} in the pool of shop {shop}")))
    }
}

/// Binds what every write of an order sets: cells 1 to 7.
fn bind(statement: &mut Statement<'_>, order: &PoolOrder, doc: &str) -> Result<(), StoreError> {
    let cells: [&dyn ToSql; 7] = [
        &order.customer_id.as_str(),
        &order.times.ordered_at.micros(),
        &order.times.first_paid_at.map(Instant::micros),
        &order.times.balance_paid_at.map(Instant::micros),
        &order.goods_paid.minor(),
        &order.wake_at().map(Instant::micros),
        &doc,
    ];
    bind_from(statement, 1, &cells)
}

/// Binds what the indexes find an order by: cells 8 to 11.
fn bind_places(statement: &mut Statement<'_>, found_by: &FoundBy) -> Result<(), StoreError> {
    let cells: [&dyn ToSql; 4] = [
        &(found_by.stage as i64),
        &found_by.presale_strategy.as_ref().map(PresaleStrategyId::as_str),
        &found_by.is_due,
        &found_by.has_exceptions,
    ];
    bind_from(statement, 8, &cells)
}

fn bind_from(statement: &mut Statement<'_>, first: usize, cells: &[&dyn ToSql]) -> Result<(), StoreError> {
    for (at, cell) in (first..).zip(cells) {
        statement.raw_bind_parameter(at, cell).doing(WRITING)?;
    }
    Ok(())
}

/// One order.
pub fn order(db: &Connection, shop: &ShopId, order: &OrderId) -> Read<Option<PoolOrder>> {
    let sql = "SELECT shop_id, order_id, doc FROM pool_orders WHERE shop_id = ?1 AND order_id = ?2";
    one(db, sql, params![shop.as_str(), order.as_str()], READING, read)
}

/// A shop's orders by their ids: those of a stage, or all.
pub fn orders(db: &Connection, shop: &ShopId, stage: Option<Stage>, page: &Page) -> Read<Vec<PoolOrder>> {
    let (shop, after, limit) = (shop.as_str(), after(page), at_most(page.limit));
    let Some(stage) = stage else {
        let sql = "SELECT shop_id, order_id, doc FROM pool_orders
            WHERE shop_id = ?1 AND order_id > ?2 ORDER BY order_id LIMIT ?3";
        return all(db, sql, params![shop, after, limit], READING, read);
    };
    let sql = "SELECT shop_id, order_id, doc FROM pool_orders
        WHERE shop_id = ?1 AND stage = ?2 AND order_id > ?3 ORDER BY order_id LIMIT ?4";
    all(db, sql, params![shop, stage as i64, after, limit], READING, read)
}

/// Orders that people must look at, by their ids.
pub fn exceptions(db: &Connection, shop: &ShopId, page: &Page) -> Read<Vec<PoolOrder>> {
    let sql = "SELECT shop_id, order_id, doc FROM pool_orders
        WHERE shop_id = ?1 AND order_id > ?2 AND has_exceptions = 1 ORDER BY order_id LIMIT ?3";
    all(db, sql, params![shop.as_str(), after(page), at_most(page.limit)], READING, read)
}

/// What a pooled order's document says that stands in columns, too.
pub fn columns(order: &PoolOrder) -> Columns {
    let found_by = FoundBy::of(order);
    let strategy = found_by.presale_strategy.as_ref().map(PresaleStrategyId::as_str);
    let moment = |at: Option<Instant>| typed::number(at.map(Instant::micros));
    vec![
        ("order_id", typed::text(order.order_id.as_str())),
        ("customer_id", typed::text(order.customer_id.as_str())),
        ("ordered_at", moment(Some(order.times.ordered_at))),
        ("first_paid_at", moment(order.times.first_paid_at)),
        ("balance_paid_at", moment(order.times.balance_paid_at)),
        ("goods_paid", typed::number(Some(order.goods_paid.minor()))),
        ("wake_at", moment(order.wake_at())),
        ("stage", typed::number(Some(found_by.stage as i64))),
        ("presale_strategy", strategy.map_or(Value::Null, typed::text)),
        ("is_due", typed::number(Some(found_by.is_due.into()))),
        ("has_exceptions", typed::number(Some(found_by.has_exceptions.into()))),
    ]
}
