//! Messages to customers.

use crate::cells::Cells;
use crate::customers::Owned;
use crate::error::{Doing, refused};
use crate::json::Json;
use crate::query::{after, all, at_most, each, first, one};
use crate::under_way::Open;
use domain::{
    CampaignId, Code, CustomerId, Instant, MessageId, OrderId, ShopId,
    message::{Channel, Charge, Kind, Message, MessageStatus, Payer, sending::Stage},
};
use port::{BillRow, Change, MessageFilter, Named, Noun, Page, Read, StoreError};
use rusqlite::{CachedStatement, Connection, Row, params};

const READING: &str = "reading messages";
const WRITING: &str = "writing a message";

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT m.shop_id, m.message_id, m.order_id, m.customer_id, m.campaign_id, m.kind, m.channel, m.status,
            m.code, m.due_at, m.sent_at, m.link, m.sending ",
            $rest
        )
    };
}
pub(crate) use select;

/// A message of a row that begins with its columns.
pub fn read(row: &Row<'_>) -> Result<Message, StoreError> {
    let cells = Cells::new(row, "messages", 2);
    Ok(Message {
        shop_id: cells.id(0)?,
        message_id: cells.id(1)?,
        order_id: none_or(cells.text(2)?, || cells.id(2))?,
        customer_id: cells.id(3)?,
        campaign_id: none_or(cells.text(4)?, || cells.id(4))?,
        kind: cells.parsed(5, Kind::parse)?,
        channel: cells.parsed(6, Channel::parse)?,
        status: cells.parsed(7, MessageStatus::parse)?,
        code: cells.parsed_or_null(8, |text| Code::ALL.iter().copied().find(|code| code.as_str() == text))?,
        due_at: cells.instant(9)?,
        sent_at: cells.instant_or_null(10)?,
        link: cells.text(11)?.to_owned(),
        sending: match cells.text_or_null(12)? {
            Some(_) => Some(Box::new(cells.document(12)?)),
            None => None,
        },
    })
}

/// What is stored as an empty text is none.
fn none_or<T>(text: &str, read: impl FnOnce() -> Result<T, StoreError>) -> Result<Option<T>, StoreError> {
    if text.is_empty() { Ok(None) } else { read().map(Some) }
}

impl Noun<Message> for Open<'_> {
    fn load(&mut self, keys: &[<Message as port::Row>::Key]) -> Result<Vec<Option<Message>>, StoreError> {
        let sql = select!("FROM messages m WHERE m.shop_id = ?1 AND m.message_id = ?2");
        let mut find = self.db.prepare_cached(sql).doing(READING)?;
        each(keys, |(shop, id)| first(&mut find, params![shop.as_str(), id.as_str()], READING, read))
    }

    fn write(&mut self, changes: &[Change<Message>]) -> Result<(), StoreError> {
        let mut writer = Writer::prepare(self.db)?;
        changes.iter().try_for_each(|change| writer.put(self.json, change))
    }
}

struct Writer<'c> {
    insert: CachedStatement<'c>,
    update: CachedStatement<'c>,
    /// Of one that was answered for: what it is and when it went never changes, so its indexes are not touched for that.
    settle: CachedStatement<'c>,
    /// The same with its provider's id.
    name: CachedStatement<'c>,
    owned: Owned<'c>,
}

impl<'c> Writer<'c> {
    fn prepare(db: &'c Connection) -> Result<Self, StoreError> {
        let insert =
            "INSERT INTO messages (shop_id, message_id, order_id, customer_id, campaign_id, kind, channel,
            status, code, due_at, sent_at, link, payer, segments, provider_segments, provider_id, sending)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)";
        // Whom a message is to and what about never changes.
        let update =
            "UPDATE messages SET channel = ?3, status = ?4, code = ?5, due_at = ?6, sent_at = ?7, link = ?8,
            payer = ?9, segments = ?10, provider_segments = ?11, provider_id = ?12, sending = ?13
            WHERE shop_id = ?1 AND message_id = ?2";
        let settle = "UPDATE messages SET status = ?3, code = ?4, provider_segments = ?5, sending = ?6
            WHERE shop_id = ?1 AND message_id = ?2";
        let name = "UPDATE messages SET status = ?3, code = ?4, provider_segments = ?5, sending = ?6,
            provider_id = ?7 WHERE shop_id = ?1 AND message_id = ?2";
        let prepare = |sql| db.prepare_cached(sql).doing(WRITING);
        Ok(Self {
            insert: prepare(insert)?,
            update: prepare(update)?,
            settle: prepare(settle)?,
            name: prepare(name)?,
            owned: Owned::messages(db)?,
        })
    }

    fn put(&mut self, json: &mut Json, change: &Change<Message>) -> Result<(), StoreError> {
        let message = &change.row;
        let (shop, id) = (message.shop_id.as_str(), message.message_id.as_str());
        let (code, due_at) = (message.code.map(Code::as_str), message.due_at.micros());
        let (channel, status) = (message.channel.as_str(), message.status.as_str());
        let sent_at = message.sent_at.map(Instant::micros);
        let way = message.sending.as_deref();
        let by_provider = way.and_then(|sending| sending.provider_segments);
        let provider_id = way.and_then(|sending| sending.provider_id.as_deref());
        let sending = way.map(|sending| json.document(sending)).transpose()?;
        let is_answered = way.is_some_and(|sending| sending.stage != Stage::Out);
        if !change.is_new && is_answered && sent_at.is_some() {
            let settled = match provider_id {
                None => self.settle.execute(params![shop, id, status, code, by_provider, sending]),
                Some(_) => {
                    self.name.execute(params![shop, id, status, code, by_provider, sending, provider_id])
                }
            };
            return found(settled.doing(WRITING)?, message);
        }
        let payer = way.map(|sending| match sending.payer {
            Payer::Free => "free",
            Payer::Merchant => "merchant",
        });
        let segments = way.map(|sending| sending.segments);
        if change.is_new {
            let row = params![
                shop,
                id,
                message.order_id.as_ref().map_or("", OrderId::as_str),
                message.customer_id.as_str(),
                message.campaign_id.as_ref().map_or("", CampaignId::as_str),
                message.kind.as_str(),
                channel,
                status,
                code,
                due_at,
                sent_at,
                message.link,
                payer,
                segments,
                by_provider,
                provider_id,
                sending,
            ];
            self.insert.execute(row).doing(WRITING)?;
            return self.owned.note(&message.shop_id, &message.customer_id, id);
        }
        let row = params![
            shop,
            id,
            channel,
            status,
            code,
            due_at,
            sent_at,
            message.link,
            payer,
            segments,
            by_provider,
            provider_id,
            sending
        ];
        found(self.update.execute(row).doing(WRITING)?, message)
    }
}

/// A message that was made before is there.
fn found(rows: usize, message: &Message) -> Result<(), StoreError> {
    let missing =
        || refused(format!("there is no message {} in shop {}", message.message_id, message.shop_id));
    (rows == 1).then_some(()).ok_or_else(missing)
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

/// A message.
pub fn message(db: &Connection, shop: &ShopId, message: &MessageId) -> Read<Option<Message>> {
    let sql = select!("FROM messages m WHERE m.shop_id = ?1 AND m.message_id = ?2");
    one(db, sql, params![shop.as_str(), message.as_str()], READING, read)
}

/// For each name the messages that it may be of.
pub fn named(db: &Connection, named: &[Named]) -> Read<Vec<Vec<Message>>> {
    let ours = select!("FROM messages m WHERE m.shop_id = ?1 AND m.message_id = ?2");
    let theirs =
        select!("FROM messages m WHERE m.provider_id = ?1 ORDER BY m.shop_id, m.message_id LIMIT 100");
    let mut ours = db.prepare_cached(ours).doing(READING)?;
    let mut one = |named: &Named| {
        let mut found = Vec::new();
        for (shop, id) in &named.ours {
            found.extend(first(&mut ours, params![shop.as_str(), id.as_str()], READING, read)?);
        }
        if let Some(id) = &named.provider_id {
            found.extend(all(db, theirs, [id.as_str()], READING, read)?);
        }
        Ok(found)
    };
    named.iter().map(&mut one).collect()
}

/// What a shop's messages of a span cost, by kind, channel, payer, what became of them and what the packs had to do with
/// them (`Sending::charge`).
pub fn bill(db: &Connection, shop: &ShopId, from: Instant, to: Instant) -> Read<Vec<BillRow>> {
    let sql = "SELECT kind, channel, payer, status, count(*), coalesce(sum(segments), 0),
            coalesce(sum(provider_segments), 0), coalesce(sum(CASE WHEN provider_segments IS NULL THEN segments END), 0),
            CASE WHEN sending ->> 'reserved' IS NULL THEN 'free' WHEN sending ->> 'stage' = 'out' THEN 'held'
                WHEN sending ->> 'stage' = 'taken' AND sending ->> 'is_given_back' IS NULL THEN 'charged'
                ELSE 'given_back' END AS charge
        FROM messages INDEXED BY messages_sent
        WHERE shop_id = ?1 AND sent_at >= ?2 AND sent_at < ?3 AND payer IS NOT NULL
        GROUP BY kind, channel, payer, status, charge ORDER BY kind, channel, payer, status, charge";
    all(db, sql, params![shop.as_str(), from.micros(), to.micros()], "reading a bill", |row| {
        let cells = Cells::new(row, "messages", 0);
        Ok(BillRow {
            kind: cells.parsed(0, Kind::parse)?,
            channel: cells.parsed(1, Channel::parse)?,
            is_paid: cells.text(2)? == "merchant",
            status: cells.parsed(3, MessageStatus::parse)?,
            messages: cells.number(4)?,
            segments: cells.number(5)?,
            provider_segments: cells.number(6)?,
            uncounted: cells.number(7)?,
            charge: cells.parsed(8, Charge::parse)?,
        })
    })
}
