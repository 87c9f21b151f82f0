//! Coupons, column by column.

use crate::batches::Terms;
use crate::cells::Cells;
use crate::customers::Owned;
use crate::error::{Doing, refused};
use crate::json::Json;
use crate::query::{after, all, at_most, each, first, one};
use crate::timers::{Kind, Timers};
use crate::under_way::Open;
use domain::{
    BatchId, CampaignId, CouponId, CustomerId, Instant, OrderId, PaymentId, ShopId,
    campaign::promotion::PercentOff,
    coupon::{Batch, Bind, Coupon, CouponKind, CouponStatus, FromBatch, FromOffer, Lock, Origin},
};
use port::{Change, HELD, Noun, Page, Read, StoreError};
use rusqlite::{Connection, Row, Statement, params};
use std::sync::Arc;

const WRITING: &str = "writing a coupon";
const READING: &str = "reading a coupon";

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT shop_id, coupon_id, campaign_id, version, customer_id, spend, save, bind, origin_order_id,
            allow_baitiao, claimed_at, usable_until, status, lock_order_id, lock_payment_id, lock_until, used_on,
            ended_at, wake_at, batch_id, kind, percent_off, also_on, named_by, rewarded_by, forfeited_at,
            usable_from FROM coupons ",
            $rest
        )
    };
}

const ONE: &str = select!("WHERE shop_id = ?1 AND coupon_id = ?2");

fn read(row: &Row<'_>) -> Result<Coupon, StoreError> {
    let cells = Cells::new(row, "coupons", 2);
    let lock = match cells.id_or_null(13)? {
        Some(order_id) => {
            Some(Lock { order_id, payment_id: cells.id_or_null(14)?, until: cells.instant(15)? })
        }
        None => None,
    };
    Ok(Coupon {
        coupon_id: cells.id(1)?,
        origin: origin(&cells)?,
        customer_id: cells.id(4)?,
        spend: cells.money(5)?,
        save: cells.money(6)?,
        claimed_at: cells.instant(10)?,
        usable_until: cells.instant(11)?,
        status: cells.parsed(12, CouponStatus::parse)?,
        lock,
        used_on: cells.id_or_null(16)?,
        also_on: cells.json_or_null(22)?.unwrap_or_default(),
        named_by: cells.json_or_null(23)?.unwrap_or_default(),
        forfeited_at: cells.instant_or_null(25)?,
        ended_at: cells.instant_or_null(17)?,
        wake_at: cells.instant_or_null(18)?,
    })
}

fn origin(cells: &Cells<'_, '_>) -> Result<Origin, StoreError> {
    let binds = [Bind::OriginOrder, Bind::ShopScope];
    let kind = cells.parsed(20, CouponKind::parse)?;
    if let Some(batch_id) = cells.id_or_null(19)? {
        let percent_off = match cells.number_or_null(21)? {
            Some(points) => {
                Some(PercentOff::from_basis_points(points).ok_or_else(|| cells.bad("percent_off"))?)
            }
            None => None,
        };
        return Ok(Origin::Batch(FromBatch {
            batch_id,
            kind,
            percent_off,
            rewarded_by: cells.id_or_null(24)?,
            usable_from: cells.instant_or_null(26)?,
        }));
    }
    if kind != CouponKind::Payment {
        return Err(cells.bad(format_args!("no campaign gives coupons of kind {}", kind.as_str())));
    }
    Ok(Origin::Offer(FromOffer {
        campaign_id: cells.id(2)?,
        version: cells.number(3)?,
        bind: cells.parsed(7, |text| binds.into_iter().find(|b| bind(*b) == text))?,
        origin_order_id: cells.id(8)?,
        allow_baitiao: cells.flag(9)?,
    }))
}

const fn bind(bind: Bind) -> &'static str {
    match bind {
        Bind::OriginOrder => "origin_order",
        Bind::ShopScope => "shop_scope",
    }
}

impl Noun<Coupon> for Open<'_> {
    fn load(&mut self, keys: &[<Coupon as port::Row>::Key]) -> Result<Vec<Option<Coupon>>, StoreError> {
        let mut find = self.db.prepare_cached(ONE).doing(READING)?;
        each(keys, |(shop, id)| first(&mut find, params![shop.as_str(), id.as_str()], READING, read))
    }

    fn write(&mut self, changes: &[Change<Coupon>]) -> Result<(), StoreError> {
        let insert =
            "INSERT INTO coupons (shop_id, coupon_id, campaign_id, version, customer_id, spend, save, bind,
            origin_order_id, allow_baitiao, claimed_at, usable_until, status, lock_order_id, lock_payment_id,
            lock_until, used_on, ended_at, wake_at, batch_id, kind, percent_off, also_on,
            named_by, rewarded_by, forfeited_at, usable_from)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20,
            ?21, ?22, ?23, ?24, ?25, ?26, ?27)";
        // What a coupon was claimed as never changes.
        let update =
            "UPDATE coupons SET usable_until = ?3, status = ?4, lock_order_id = ?5, lock_payment_id = ?6,
            lock_until = ?7, used_on = ?8, ended_at = ?9, wake_at = ?10, also_on = ?11, named_by = ?12, forfeited_at = ?13
            WHERE shop_id = ?1 AND coupon_id = ?2";
        let mut insert = self.db.prepare_cached(insert).doing(WRITING)?;
        let mut update = self.db.prepare_cached(update).doing(WRITING)?;
        let mut owned = Owned::coupons(self.db)?;
        let mut timers = Timers::of(self.db, Kind::Coupon)?;
        for change in changes {
            let Change { key: (shop, id), row: coupon, is_new, old_wake, .. } = change;
            if *is_new {
                put(&mut insert, shop, coupon)?;
                owned.note(shop, &coupon.customer_id, id.as_str())?;
            } else if !settle(&mut update, shop, coupon)? {
                return Err(refused(format!("there is no coupon {id} in shop {shop}")));
            }
            timers.shift(shop, id.as_str(), *old_wake, coupon.wake_at)?;
        }
        Ok(())
    }
}

fn put(insert: &mut Statement<'_>, shop: &ShopId, coupon: &Coupon) -> Result<(), StoreError> {
    let lock = coupon.lock.as_ref();
    let (offer, batch) = (coupon.origin.offer(), coupon.origin.batch());
    let row = params![
        shop.as_str(),
        coupon.coupon_id.as_str(),
        offer.map(|offer| offer.campaign_id.as_str()),
        offer.map(|offer| offer.version),
        coupon.customer_id.as_str(),
        coupon.spend.minor(),
        coupon.save.minor(),
        offer.map(|offer| bind(offer.bind)),
        offer.map(|offer| offer.origin_order_id.as_str()),
        offer.map(|offer| offer.allow_baitiao),
        coupon.claimed_at.micros(),
        coupon.usable_until.micros(),
        coupon.status.as_str(),
        lock.map(|lock| lock.order_id.as_str()),
        lock.and_then(|lock| lock.payment_id.as_ref()).map(PaymentId::as_str),
        lock.map(|lock| lock.until.micros()),
        coupon.used_on.as_ref().map(domain::OrderId::as_str),
        coupon.ended_at.map(Instant::micros),
        coupon.wake_at.map(Instant::micros),
        batch.map(|batch| batch.batch_id.as_str()),
        coupon.kind().as_str(),
        batch.and_then(|batch| batch.percent_off).map(PercentOff::basis_points),
        ids(&coupon.also_on)?,
        ids(&coupon.named_by)?,
        batch.and_then(|batch| batch.rewarded_by.as_ref()).map(CampaignId::as_str),
        coupon.forfeited_at.map(Instant::micros),
        batch.and_then(|batch| batch.usable_from).map(Instant::micros),
    ];
    insert.execute(row).doing(WRITING).map(drop)
}

/// Other orders as a JSON array; most coupons have none.
fn ids(orders: &Vec<OrderId>) -> Result<Option<String>, StoreError> {
    if orders.is_empty() {
        return Ok(None);
    }
    Json::default().text(orders).map(|text| Some(text.to_owned()))
}

fn settle(update: &mut Statement<'_>, shop: &ShopId, coupon: &Coupon) -> Result<bool, StoreError> {
    let lock = coupon.lock.as_ref();
    let row = params![
        shop.as_str(),
        coupon.coupon_id.as_str(),
        coupon.usable_until.micros(),
        coupon.status.as_str(),
        lock.map(|lock| lock.order_id.as_str()),
        lock.and_then(|lock| lock.payment_id.as_ref()).map(PaymentId::as_str),
        lock.map(|lock| lock.until.micros()),
        coupon.used_on.as_ref().map(domain::OrderId::as_str),
        coupon.ended_at.map(Instant::micros),
        coupon.wake_at.map(Instant::micros),
        ids(&coupon.also_on)?,
        ids(&coupon.named_by)?,
        coupon.forfeited_at.map(Instant::micros),
    ];
    Ok(update.execute(row).doing(WRITING)? == 1)
}

/// One coupon.
pub fn coupon(db: &Connection, shop: &ShopId, coupon: &CouponId) -> Read<Option<Coupon>> {
    one(db, ONE, params![shop.as_str(), coupon.as_str()], READING, read)
}

/// A shop's coupons by their ids.
pub fn coupons(db: &Connection, shop: &ShopId, page: &Page) -> Read<Vec<Coupon>> {
    let sql = select!("WHERE shop_id = ?1 AND coupon_id > ?2 ORDER BY coupon_id LIMIT ?3");
    all(db, sql, params![shop.as_str(), after(page), at_most(page.limit)], READING, read)
}

/// A customer's coupons by their ids.
pub fn of_customer(
    db: &Connection,
    shop: &ShopId,
    customer: &CustomerId,
    status: Option<CouponStatus>,
    page: &Page,
) -> Read<Vec<Coupon>> {
    let sql = select!(
        "WHERE shop_id = ?1 AND coupon_id IN (SELECT item FROM customers
            WHERE shop_id = ?1 AND customer_id = ?2 AND kind = 1 AND item > ?3) AND (?4 IS NULL OR status = ?4)
        ORDER BY coupon_id LIMIT ?5"
    );
    let status = status.map(CouponStatus::as_str);
    let row = params![shop.as_str(), customer.as_str(), after(page), status, at_most(page.limit)];
    all(db, sql, row, READING, read)
}

/// A batch's coupons by their ids.
pub fn of_batch(db: &Connection, shop: &ShopId, batch: &BatchId, page: &Page) -> Read<Vec<Coupon>> {
    let sql = select!("WHERE shop_id = ?1 AND batch_id = ?2 AND coupon_id > ?3 ORDER BY coupon_id LIMIT ?4");
    let row = params![shop.as_str(), batch.as_str(), after(page), at_most(page.limit)];
    all(db, sql, row, READING, read)
}

/// What a customer holds of batches that were not taken back, each with its batch.
pub fn held(
    db: &Connection,
    terms: &Terms,
    shop: &ShopId,
    customer: &CustomerId,
) -> Read<Vec<(Coupon, Arc<Batch>)>> {
    let sql = select!(
        "WHERE shop_id = ?1 AND coupon_id IN (SELECT item FROM customers
            WHERE shop_id = ?1 AND customer_id = ?2 AND kind = 1)
            AND (status = 'available' OR status = 'locked') AND EXISTS (SELECT 1 FROM batches b
            WHERE b.shop_id = ?1 AND b.batch_id = coupons.batch_id AND b.voided_at IS NULL)
        ORDER BY coupon_id LIMIT ?3"
    );
    let row = params![shop.as_str(), customer.as_str(), at_most(HELD)];
    let coupons = all(db, sql, row, READING, read)?;
    let with_terms = coupons.into_iter().filter_map(|coupon| {
        let batch = terms.find(db, shop, coupon.batch_id()?);
        batch.map(|batch| batch.map(|batch| (coupon, batch))).transpose()
    });
    with_terms.collect()
}
