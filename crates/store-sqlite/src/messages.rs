//! Messages to customers, and those that are to be handed to their sender.

use crate::cells::Cells;
use crate::customers::Owned;
use crate::error::Doing;
use crate::query::{after, all, at_most, each, first};
use crate::under_way::Open;
use domain::{
    Code, CustomerId, Instant, OrderId, ShopId,
    message::{Channel, Kind, Message, MessageStatus},
};
use port::{Change, Changes, Dispatch, DispatchUpdate, MessageFilter, Noun, Page, Read, StoreError};
use rusqlite::{CachedStatement, Connection, Row, params};

const READING: &str = "reading messages";
const WRITING: &str = "writing a message";

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT m.shop_id, m.message_id, m.order_id, m.customer_id, m.campaign_id, m.kind, m.channel, m.status,
            m.code, m.due_at, m.sent_at, m.link ",
            $rest
        )
    };
}

fn read(row: &Row<'_>) -> Result<Message, StoreError> {
    let cells = Cells::new(row, "messages", 2);
    Ok(Message {
        shop_id: cells.id(0)?,
        message_id: cells.id(1)?,
        order_id: cells.id(2)?,
        customer_id: cells.id(3)?,
        campaign_id: cells.id(4)?,
        kind: cells.parsed(5, Kind::parse)?,
        channel: cells.parsed(6, Channel::parse)?,
        status: cells.parsed(7, MessageStatus::parse)?,
        code: cells.parsed_or_null(8, |text| Code::ALL.iter().copied().find(|code| code.as_str() == text))?,
        due_at: cells.instant(9)?,
        sent_at: cells.instant_or_null(10)?,
        link: cells.text(11)?.to_owned(),
    })
}

impl Noun<Message> for Open<'_> {
    fn load(&mut self, keys: &[<Message as port::Row>::Key]) -> Result<Vec<Option<Message>>, StoreError> {
        let sql = select!("FROM messages m WHERE m.shop_id = ?1 AND m.message_id = ?2");
        let mut find = self.db.prepare_cached(sql).doing(READING)?;
        each(keys, |(shop, id)| first(&mut find, params![shop.as_str(), id.as_str()], READING, read))
    }

    fn write(&mut self, changes: &[Change<Message>]) -> Result<(), StoreError> {
        let mut writer = Writer::prepare(self.db)?;
        changes.iter().try_for_each(|change| writer.put(&change.row))
    }
}

struct Writer<'c> {
    insert: CachedStatement<'c>,
    update: CachedStatement<'c>,
    owned: Owned<'c>,
}

impl<'c> Writer<'c> {
    fn prepare(db: &'c Connection) -> Result<Self, StoreError> {
        let insert =
            "INSERT INTO messages (shop_id, message_id, order_id, customer_id, campaign_id, kind, channel,
            status, code, due_at, sent_at, link) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
            ON CONFLICT DO NOTHING";
        // Whom a message is to and what about never changes.
        let update =
            "UPDATE messages SET channel = ?3, status = ?4, code = ?5, due_at = ?6, sent_at = ?7, link = ?8
            WHERE shop_id = ?1 AND message_id = ?2";
        let prepare = |sql| db.prepare_cached(sql).doing(WRITING);
        Ok(Self { insert: prepare(insert)?, update: prepare(update)?, owned: Owned::messages(db)? })
    }

    fn put(&mut self, message: &Message) -> Result<(), StoreError> {
        let (shop, id) = (message.shop_id.as_str(), message.message_id.as_str());
        let (code, due_at) = (message.code.map(Code::as_str), message.due_at.micros());
        let (channel, status) = (message.channel.as_str(), message.status.as_str());
        let sent_at = message.sent_at.map(Instant::micros);
        let row = params![
            shop,
            id,
            message.order_id.as_str(),
            message.customer_id.as_str(),
            message.campaign_id.as_str(),
            message.kind.as_str(),
            channel,
            status,
            code,
            due_at,
            sent_at,
            message.link,
        ];
        if self.insert.execute(row).doing(WRITING)? == 1 {
            return self.owned.note(&message.shop_id, &message.customer_id, id);
        }
        let row = params![shop, id, channel, status, code, due_at, sent_at, message.link];
        self.update.execute(row).doing(WRITING).map(drop)
    }
}

/// Queues and settles dispatches.
pub fn queue(db: &Connection, changes: &Changes) -> Result<(), StoreError> {
    if !changes.dispatches.is_empty() {
        queue_new(db, &changes.dispatches)?;
    }
    if !changes.dispatch_updates.is_empty() {
        settle(db, &changes.dispatch_updates)?;
    }
    Ok(())
}

fn queue_new(db: &Connection, dispatches: &[Dispatch]) -> Result<(), StoreError> {
    let put = "INSERT INTO dispatches (shop_id, message_id, deliver_until, attempt, next_at)
        VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (shop_id, message_id) DO UPDATE SET
        deliver_until = excluded.deliver_until, attempt = excluded.attempt, next_at = excluded.next_at";
    let mut put = db.prepare_cached(put).doing(WRITING)?;
    for dispatch in dispatches {
        let (shop, id) = (&dispatch.message.shop_id, &dispatch.message.message_id);
        let (until, next_at) = (dispatch.deliver_until.micros(), dispatch.next_at.micros());
        put.execute(params![shop.as_str(), id.as_str(), until, dispatch.attempt, next_at]).doing(WRITING)?;
    }
    Ok(())
}

fn settle(db: &Connection, updates: &[DispatchUpdate]) -> Result<(), StoreError> {
    let done = "DELETE FROM dispatches WHERE shop_id = ?1 AND message_id = ?2";
    let retry = "UPDATE dispatches SET attempt = ?3, next_at = ?4 WHERE shop_id = ?1 AND message_id = ?2";
    let mut done = db.prepare_cached(done).doing(WRITING)?;
    let mut retry = db.prepare_cached(retry).doing(WRITING)?;
    for update in updates {
        match update {
            DispatchUpdate::Done { shop_id, message_id } => {
                done.execute(params![shop_id.as_str(), message_id.as_str()]).doing(WRITING)?
            }
            DispatchUpdate::Retry { shop_id, message_id, attempt, next_at } => retry
                .execute(params![shop_id.as_str(), message_id.as_str(), attempt, next_at.micros()])
                .doing(WRITING)?,
        };
    }
    Ok(())
}

/// A shop's messages by their ids: an order's, a customer's or all.
pub fn messages(db: &Connection, shop: &ShopId, filter: &MessageFilter, page: &Page) -> Read<Vec<Message>> {
    let order = filter.order_id.as_ref().map(OrderId::as_str);
    let customer = filter.customer_id.as_ref().map(CustomerId::as_str);
    let status = filter.status.map(MessageStatus::as_str);
    let sql = match (order, customer) {
        (Some(_), _) => select!(
            "FROM messages m WHERE m.shop_id = ?1 AND m.order_id = ?2 AND (?3 IS NULL OR m.customer_id = ?3)
            AND (?4 IS NULL OR m.status = ?4) AND m.message_id > ?5 ORDER BY m.message_id LIMIT ?6"
        ),
        (None, Some(_)) => select!(
            "FROM messages m WHERE m.shop_id = ?1 AND ?2 IS NULL AND m.message_id IN (SELECT item FROM customers
                WHERE shop_id = ?1 AND customer_id = ?3 AND kind = 2 AND item > ?5)
            AND (?4 IS NULL OR m.status = ?4) ORDER BY m.message_id LIMIT ?6"
        ),
        (None, None) => select!(
            "FROM messages m WHERE m.shop_id = ?1 AND ?2 IS NULL AND ?3 IS NULL
            AND (?4 IS NULL OR m.status = ?4) AND m.message_id > ?5 ORDER BY m.message_id LIMIT ?6"
        ),
    };
    let wanted = params![shop.as_str(), order, customer, status, after(page), at_most(page.limit)];
    all(db, sql, wanted, READING, read)
}

/// Messages to hand over now, longest waiting first.
pub fn due_dispatches(db: &Connection, now: Instant, limit: usize) -> Read<Vec<Dispatch>> {
    let sql = select!(
        ", d.deliver_until, d.attempt, d.next_at FROM dispatches d
        JOIN messages m ON m.shop_id = d.shop_id AND m.message_id = d.message_id
        WHERE d.next_at <= ?1 ORDER BY d.next_at, d.shop_id, d.message_id LIMIT ?2"
    );
    all(db, sql, params![now.micros(), at_most(limit)], "reading dispatches", |row| {
        let cells = Cells::new(row, "dispatches", 2);
        Ok(Dispatch {
            message: read(row)?,
            deliver_until: cells.instant(12)?,
            attempt: cells.number(13)?,
            next_at: cells.instant(14)?,
        })
    })
}
