//! What a shop set up for its pool, and where that stands: strategies, runs, stock, openings, downloads.

use crate::cells::Cells;
use crate::error::Doing;
use crate::json::{Json, whole};
use crate::query::{all, first, one};
use crate::timers::{Kind, Timers};
use domain::{
    GiftStrategyId, Instant, PresaleStrategyId, ShopId,
    pool::{Gap, GiftRecord, PresaleRecord, PresaleStrategy, Run, Stock},
};
use port::{PoolChanges, PoolRow, PresaleChange, Read, RunChange, StoreError};
use rusqlite::{Connection, Row, params};
use std::sync::Arc;

const READING: &str = "reading the settings of a pool";
const WRITING: &str = "writing the settings of a pool";

/// A shop's settings.
pub fn settings(db: &Connection, shop: &ShopId) -> Read<PoolRow> {
    sized(db, shop).map(|(row, _)| row)
}

/// A shop's settings, and about how many bytes they take.
pub fn sized(db: &Connection, shop: &ShopId) -> Read<(PoolRow, usize)> {
    let sql = "SELECT p.shop_id, p.strategy_id, p.version, p.doc, s.activated_at, s.pass, s.entered
        FROM presale_strategies p
        JOIN presale_states s ON s.shop_id = p.shop_id AND s.strategy_id = p.strategy_id
        WHERE p.shop_id = ?1";
    let presales = all(db, sql, [shop.as_str()], READING, |row| sized_row(row, 3, presale(row)?))?;
    let sql = "SELECT shop_id, strategy_id, doc FROM gift_strategies WHERE shop_id = ?1";
    let gifts = all(db, sql, [shop.as_str()], READING, |row| {
        let cells = Cells::new(row, "gift_strategies", 2);
        sized_row(row, 2, (cells.id::<GiftStrategyId>(1)?, Arc::new(cells.document::<GiftRecord>(2)?)))
    })?;
    let sql = "SELECT shop_id, strategy_id, doc FROM gift_runs WHERE shop_id = ?1";
    let runs = all(db, sql, [shop.as_str()], READING, |row| {
        let cells = Cells::new(row, "gift_runs", 2);
        Ok((cells.id(1)?, cells.document::<Run>(2)?))
    })?;
    let sql = "SELECT shop_id, sku, quantity, given FROM gift_stock WHERE shop_id = ?1";
    let stock = all(db, sql, [shop.as_str()], READING, |row| {
        let cells = Cells::new(row, "gift_stock", 2);
        Ok((cells.id(1)?, Stock { quantity: cells.number(2)?, given: cells.number(3)? }))
    })?;
    let sql = "SELECT shop_id, sku, opens_at FROM balance_openings WHERE shop_id = ?1";
    let openings = all(db, sql, [shop.as_str()], READING, |row| {
        let cells = Cells::new(row, "balance_openings", 2);
        Ok((cells.id(1)?, cells.instant(2)?))
    })?;
    let sql = "SELECT shop_id, through FROM download_watermarks WHERE shop_id = ?1";
    let watermark =
        one(db, sql, [shop.as_str()], READING, |row| Cells::new(row, "download_watermarks", 1).instant(1))?;
    let sql = "SELECT shop_id, source, doc FROM pool_gaps WHERE shop_id = ?1";
    let gaps = all(db, sql, [shop.as_str()], READING, |row| {
        let cells = Cells::new(row, "pool_gaps", 2);
        let gap = (cells.text(1)?.to_owned(), Arc::new(cells.document::<Gap>(2)?));
        sized_row(row, 2, gap)
    })?;
    let of_gaps = gaps.iter().map(|(_, bytes)| bytes).sum::<usize>();
    let documents = presales.iter().map(|(_, bytes)| bytes).chain(gifts.iter().map(|(_, bytes)| bytes));
    let bytes = documents.sum::<usize>() + of_gaps + 500 * runs.len() + 100 * (stock.len() + openings.len());
    let row = PoolRow {
        presales: presales.into_iter().map(|(presale, _)| presale).collect(),
        gifts: gifts.into_iter().map(|(gift, _)| gift).collect(),
        runs: runs.into_iter().collect(),
        stock: stock.into_iter().collect(),
        openings: openings.into_iter().collect(),
        watermark,
        gaps: gaps.into_iter().map(|(gap, _)| gap).collect(),
    };
    Ok((row, bytes))
}

fn sized_row<T>(row: &Row<'_>, document: usize, read: T) -> Result<(T, usize), StoreError> {
    let bytes = Cells::new(row, "strategies of a pool", 2).text(document)?.len();
    Ok((read, 1_000 + bytes))
}

fn presale(row: &Row<'_>) -> Result<(PresaleStrategyId, Arc<PresaleRecord>), StoreError> {
    let cells = Cells::new(row, "presale_strategies", 2);
    let pass = match cells.text_or_null(5)? {
        Some(_) => Some(cells.document(5)?),
        None => None,
    };
    let record = PresaleRecord {
        strategy: Arc::new(cells.document::<PresaleStrategy>(3)?),
        version: cells.number(2)?,
        activated_at: cells.instant_or_null(4)?,
        pass,
        entered: cells.number(6)?,
    };
    Ok((cells.id(1)?, Arc::new(record)))
}

/// Writes settings and moves the timers of strategies and runs.
pub fn write(db: &Connection, json: &mut Json, changes: &PoolChanges) -> Result<(), StoreError> {
    for change in &changes.presales {
        write_presale(db, json, change)?;
    }
    for (shop, record) in &changes.gifts {
        let sql = "INSERT INTO gift_strategies (shop_id, strategy_id, version, doc) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (shop_id, strategy_id) DO UPDATE SET version = excluded.version, doc = excluded.doc";
        let mut put = db.prepare_cached(sql).doing(WRITING)?;
        let (id, version) = (record.newest().strategy_id.as_str(), record.newest_number());
        put.execute(params![shop.as_str(), id, version, json.document(&**record)?]).doing(WRITING)?;
    }
    for change in &changes.runs {
        write_run(db, json, change)?;
    }
    for (shop, sku, stock) in &changes.stock {
        let sql = "INSERT INTO gift_stock (shop_id, sku, quantity, given) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (shop_id, sku) DO UPDATE SET quantity = excluded.quantity, given = excluded.given";
        let mut put = db.prepare_cached(sql).doing(WRITING)?;
        let row = params![shop.as_str(), sku.as_str(), whole(stock.quantity)?, whole(stock.given)?];
        put.execute(row).doing(WRITING)?;
    }
    for (shop, sku, opens) in &changes.openings {
        let sql = "INSERT INTO balance_openings (shop_id, sku, opens_at) VALUES (?1, ?2, ?3)
            ON CONFLICT (shop_id, sku) DO UPDATE SET opens_at = excluded.opens_at";
        let mut put = db.prepare_cached(sql).doing(WRITING)?;
        put.execute(params![shop.as_str(), sku.as_str(), opens.micros()]).doing(WRITING)?;
    }
    for (shop, through) in &changes.watermarks {
        let sql = "INSERT INTO download_watermarks (shop_id, through) VALUES (?1, ?2)
            ON CONFLICT (shop_id) DO UPDATE SET through = excluded.through";
        let mut put = db.prepare_cached(sql).doing(WRITING)?;
        put.execute(params![shop.as_str(), through.micros()]).doing(WRITING)?;
    }
    for (shop, source, gap) in &changes.gaps {
        write_gap(db, json, (shop.as_str(), source), gap.as_deref())?;
    }
    Ok(())
}

/// What is missing of a source; nothing, and the row goes.
fn write_gap(
    db: &Connection,
    json: &mut Json,
    (shop, source): (&str, &str),
    gap: Option<&Gap>,
) -> Result<(), StoreError> {
    let Some(gap) = gap else {
        let sql = "DELETE FROM pool_gaps WHERE shop_id = ?1 AND source = ?2";
        db.prepare_cached(sql).and_then(|mut take| take.execute(params![shop, source])).doing(WRITING)?;
        return Ok(());
    };
    let sql = "INSERT INTO pool_gaps (shop_id, source, doc) VALUES (?1, ?2, ?3)
        ON CONFLICT (shop_id, source) DO UPDATE SET doc = excluded.doc";
    let mut put = db.prepare_cached(sql).doing(WRITING)?;
    put.execute(params![shop, source, json.document(gap)?]).doing(WRITING)?;
    Ok(())
}

/// A strategy has a new version whenever it changes, so one whose version is stored is not written again.
fn write_presale(db: &Connection, json: &mut Json, change: &PresaleChange) -> Result<(), StoreError> {
    let PresaleChange { shop_id, record, old_wake } = change;
    let (shop, id) = (shop_id.as_str(), record.strategy.strategy_id.as_str());
    let sql = "SELECT version FROM presale_strategies WHERE shop_id = ?1 AND strategy_id = ?2";
    let mut find = db.prepare_cached(sql).doing(READING)?;
    let known: Option<u32> = first(&mut find, params![shop, id], READING, |row| row.get(0).doing(READING))?;
    if known != Some(record.version) {
        let sql =
            "INSERT INTO presale_strategies (shop_id, strategy_id, version, doc) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (shop_id, strategy_id) DO UPDATE SET version = excluded.version, doc = excluded.doc";
        let mut put = db.prepare_cached(sql).doing(WRITING)?;
        put.execute(params![shop, id, record.version, json.document(&*record.strategy)?]).doing(WRITING)?;
    }
    let sql = "INSERT INTO presale_states (shop_id, strategy_id, activated_at, pass, wake_at, entered)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (shop_id, strategy_id) DO UPDATE
        SET activated_at = excluded.activated_at, pass = excluded.pass, wake_at = excluded.wake_at,
        entered = excluded.entered";
    let mut put = db.prepare_cached(sql).doing(WRITING)?;
    let pass = record.pass.as_ref().map(|pass| json.document(pass)).transpose()?;
    let (activated_at, wake_at) = (record.activated_at.map(Instant::micros), record.wake_at());
    let entered = whole(record.entered)?;
    put.execute(params![shop, id, activated_at, pass, wake_at.map(Instant::micros), entered])
        .doing(WRITING)?;
    Timers::of(db, Kind::PresaleStrategy)?.shift(shop_id, id, *old_wake, wake_at)
}

fn write_run(db: &Connection, json: &mut Json, change: &RunChange) -> Result<(), StoreError> {
    let RunChange { shop_id, run, old_wake } = change;
    let id = run.strategy_id.as_str();
    let sql = "INSERT INTO gift_runs
        (shop_id, strategy_id, number, version, opened_at, candidates, given, finished, wake_at, doc)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT (shop_id, strategy_id) DO UPDATE
        SET number = excluded.number, version = excluded.version, opened_at = excluded.opened_at,
        candidates = excluded.candidates, given = excluded.given, finished = excluded.finished,
        wake_at = excluded.wake_at, doc = excluded.doc";
    let mut put = db.prepare_cached(sql).doing(WRITING)?;
    let row = params![
        shop_id.as_str(),
        id,
        whole(run.number)?,
        run.version,
        run.opened_at.map(Instant::micros),
        whole(run.candidates)?,
        whole(run.given)?,
        run.finished,
        run.wake_at.map(Instant::micros),
        json.document(run)?,
    ];
    put.execute(row).doing(WRITING)?;
    Timers::of(db, Kind::GiftRun)?.shift(shop_id, id, *old_wake, run.wake_at)
}
