//! Messages on their way to their sender.

use crate::cells::Cells;
use crate::error::Doing;
use crate::json::Json;
use crate::messages::{read, select};
use crate::query::{all, at_most, one};
use domain::{Instant, MessageId, ShopId, message::Channel};
use port::{Before, Changes, Dispatch, DispatchUpdate, Handing, Read, Repeats, StoreError};
use rusqlite::{Connection, Row, params};

const READING: &str = "reading dispatches";
const WRITING: &str = "writing a dispatch";

/// Queues and settles dispatches.
pub fn queue(db: &Connection, json: &mut Json, changes: &Changes) -> Result<(), StoreError> {
    if !changes.dispatches.is_empty() {
        queue_new(db, json, &changes.dispatches)?;
    }
    if !changes.dispatch_updates.is_empty() {
        settle(db, &changes.dispatch_updates)?;
    }
    Ok(())
}

fn queue_new(db: &Connection, json: &mut Json, dispatches: &[Dispatch]) -> Result<(), StoreError> {
    let put = "INSERT INTO dispatches
            (shop_id, message_id, channel, deliver_until, attempt, next_at, tried_at, handed_at, said)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (shop_id, message_id) DO UPDATE SET
        deliver_until = excluded.deliver_until, attempt = excluded.attempt, next_at = excluded.next_at,
        tried_at = excluded.tried_at, handed_at = excluded.handed_at, said = excluded.said";
    let mut put = db.prepare_cached(put).doing(WRITING)?;
    for dispatch in dispatches {
        let (shop, id) = (&dispatch.message.shop_id, &dispatch.message.message_id);
        let said = dispatch.said.as_deref().map(|said| json.text(said)).transpose()?;
        let row = params![
            shop.as_str(),
            id.as_str(),
            dispatch.message.channel.as_str(),
            dispatch.deliver_until.micros(),
            dispatch.attempt,
            dispatch.next_at.micros(),
            dispatch.tried_at.map(Instant::micros),
            dispatch.handed_at.map(Instant::micros),
            said
        ];
        put.execute(row).doing(WRITING)?;
    }
    Ok(())
}

fn settle(db: &Connection, updates: &[DispatchUpdate]) -> Result<(), StoreError> {
    let done = "DELETE FROM dispatches WHERE shop_id = ?1 AND message_id = ?2";
    let retry = "UPDATE dispatches SET attempt = ?3, next_at = ?4, handed_at = NULL,
        tried_at = CASE WHEN ?5 THEN coalesce(tried_at, ?4) END WHERE shop_id = ?1 AND message_id = ?2";
    let ask = "UPDATE dispatches SET next_at = ?3, handed_at = coalesce(handed_at, tried_at, ?4)
        WHERE shop_id = ?1 AND message_id = ?2";
    let put_off = "UPDATE dispatches SET next_at = ?3 WHERE shop_id = ?1 AND message_id = ?2";
    let mut put_off = db.prepare_cached(put_off).doing(WRITING)?;
    let mut ask = db.prepare_cached(ask).doing(WRITING)?;
    let mut done = db.prepare_cached(done).doing(WRITING)?;
    let mut retry = db.prepare_cached(retry).doing(WRITING)?;
    for update in updates {
        match update {
            DispatchUpdate::Done { shop_id, message_id } => {
                done.execute(params![shop_id.as_str(), message_id.as_str()]).doing(WRITING)?
            }
            DispatchUpdate::Retry { shop_id, message_id, attempt, next_at, before } => {
                let is_taken_perhaps = *before == Before::PerhapsTaken;
                let (shop, id) = (shop_id.as_str(), message_id.as_str());
                retry
                    .execute(params![shop, id, attempt, next_at.micros(), is_taken_perhaps])
                    .doing(WRITING)?
            }
            DispatchUpdate::PutOff { shop_id, message_id, next_at } => put_off
                .execute(params![shop_id.as_str(), message_id.as_str(), next_at.micros()])
                .doing(WRITING)?,
            DispatchUpdate::Ask { shop_id, message_id, at, next_at } => ask
                .execute(params![shop_id.as_str(), message_id.as_str(), next_at.micros(), at.micros()])
                .doing(WRITING)?,
        };
    }
    Ok(())
}

/// Marks messages as handed over; whether each may be sent.
pub fn hand_over(db: &Connection, messages: &[Handing]) -> Result<Vec<bool>, StoreError> {
    let sent = "UPDATE dispatches SET handed_at = ?3, next_at = ?4
        WHERE shop_id = ?1 AND message_id = ?2 AND handed_at IS NULL AND next_at <= ?3";
    let dropped = "UPDATE dispatches SET tried_at = coalesce(tried_at, ?3)
        WHERE shop_id = ?1 AND message_id = ?2 AND handed_at IS NULL AND next_at <= ?3";
    let mut sent = db.prepare_cached(sent).doing(WRITING)?;
    let mut dropped = db.prepare_cached(dropped).doing(WRITING)?;
    let mut mark = |one: &Handing| {
        let (shop, id, at) = (one.shop_id.as_str(), one.message_id.as_str(), one.at.micros());
        let marked = match one.repeats {
            Repeats::Dropped => dropped.execute(params![shop, id, at]),
            Repeats::Sent { ask_at } => sent.execute(params![shop, id, at, ask_at.micros()]),
        };
        marked.doing(WRITING).map(|rows| rows == 1)
    };
    messages.iter().map(&mut mark).collect()
}

/// Messages to hand over now by a channel, longest waiting first.
pub fn due(db: &Connection, channel: Channel, now: Instant, limit: usize) -> Read<Vec<Dispatch>> {
    let sql = select!(
        ", d.deliver_until, d.attempt, d.next_at, d.said, d.tried_at, d.handed_at FROM dispatches d
        JOIN messages m ON m.shop_id = d.shop_id AND m.message_id = d.message_id
        WHERE d.channel = ?1 AND d.handed_at IS NULL AND d.next_at <= ?2
        ORDER BY d.next_at, d.shop_id, d.message_id LIMIT ?3"
    );
    all(db, sql, params![channel.as_str(), now.micros(), at_most(limit)], READING, read_dispatch)
}

/// Messages that were handed over and are to be asked after now, longest waiting first.
pub fn to_ask_after(db: &Connection, now: Instant, limit: usize) -> Read<Vec<Dispatch>> {
    let sql = select!(
        ", d.deliver_until, d.attempt, d.next_at, d.said, d.tried_at, d.handed_at FROM dispatches d
        JOIN messages m ON m.shop_id = d.shop_id AND m.message_id = d.message_id
        WHERE d.handed_at IS NOT NULL AND d.next_at <= ?1
        ORDER BY d.next_at, d.shop_id, d.message_id LIMIT ?2"
    );
    all(db, sql, params![now.micros(), at_most(limit)], READING, read_dispatch)
}

/// A message that is on its way.
pub fn dispatch(db: &Connection, shop: &ShopId, message: &MessageId) -> Read<Option<Dispatch>> {
    let sql = select!(
        ", d.deliver_until, d.attempt, d.next_at, d.said, d.tried_at, d.handed_at FROM dispatches d
        JOIN messages m ON m.shop_id = d.shop_id AND m.message_id = d.message_id
        WHERE d.shop_id = ?1 AND d.message_id = ?2"
    );
    one(db, sql, params![shop.as_str(), message.as_str()], READING, read_dispatch)
}

fn read_dispatch(row: &Row<'_>) -> Result<Dispatch, StoreError> {
    let cells = Cells::new(row, "dispatches", 2);
    Ok(Dispatch {
        message: read(row)?,
        deliver_until: cells.instant(13)?,
        attempt: cells.number(14)?,
        next_at: cells.instant(15)?,
        said: cells.json_or_null(16)?,
        tried_at: cells.instant_or_null(17)?,
        handed_at: cells.instant_or_null(18)?,
    })
}
