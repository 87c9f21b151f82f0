//! A run's ranking: one row a place, in the order of the places, so that a walk reads neighbours.

use super::rankings::{Rankings, ranking};
use crate::cells::Cells;
use crate::error::{Doing, refused};
use crate::json::whole;
use crate::query::{at_most, each, first, one};
use domain::{
    Code, OrderId,
    pool::{AmountState, Candidate, RankKey, Standing},
};
use port::{CandidateChange, CandidateKey, Read, StoreError, WalkKey};
use rusqlite::{CachedStatement, Connection, Row, params};

const READING: &str = "reading a candidate";
const WRITING: &str = "writing a candidate";

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT ?1, ?2, second, number, order_id, customer_id, amount, amount_final, counts,
            standing, rank, tier, code FROM gift_candidates WHERE ranking = ",
            ranking!(),
            $rest
        )
    };
}

const ONE: &str = select!(" AND second = ?3 AND number = ?4");
const WALK: &str =
    select!(" AND (second, number) > (?3, ?4) AND second <= ?5 ORDER BY second, number LIMIT ?6");

fn read(row: &Row<'_>) -> Result<Candidate, StoreError> {
    let cells = Cells::new(row, "gift_candidates", 4);
    let number: usize = cells.number(9)?;
    let standing = Standing::ALL.get(number).copied().ok_or_else(|| cells.unknown(9, number))?;
    let key = RankKey { second: cells.number(2)?, number: cells.text(3)?.into() };
    let order_id = match cells.text_or_null(4)? {
        Some(_) => cells.id(4)?,
        None => key.order().ok_or_else(|| cells.bad("its number says no order"))?,
    };
    Ok(Candidate {
        key,
        order_id,
        customer_id: cells.id(5)?,
        amount: cells.money(6)?,
        amount_state: if cells.flag(7)? { AmountState::Final } else { AmountState::Open },
        counts: cells.flag(8)?,
        standing,
        rank: cells.number_or_null(10)?,
        tier: cells.number_or_null(11)?,
        code: cells
            .parsed_or_null(12, |text| Code::ALL.iter().copied().find(|code| code.as_str() == text))?,
    })
}

/// Loads candidates.
pub fn load(db: &Connection, keys: &[CandidateKey]) -> Result<Vec<Option<Candidate>>, StoreError> {
    let mut find = db.prepare_cached(ONE).doing(READING)?;
    each(keys, |(shop, run, key)| {
        first(&mut find, params![shop.as_str(), whole(*run)?, key.second, &*key.number], READING, read)
    })
}

/// One candidate.
pub fn candidate(db: &Connection, (shop, run, key): &CandidateKey) -> Read<Option<Candidate>> {
    one(db, ONE, params![shop.as_str(), whole(*run)?, key.second, &*key.number], READING, read)
}

/// A stretch of a run's ranking.
pub fn walk(db: &Connection, key: &WalkKey) -> Read<Vec<Candidate>> {
    // No number is empty, so this stands before every place.
    let (second, number) = key.after.as_ref().map_or((i64::MIN, ""), |after| (after.second, &after.number));
    let row = params![key.shop_id.as_str(), whole(key.run)?, second, number, key.through, at_most(key.limit)];
    let mut find = db.prepare_cached(WALK).doing(READING)?;
    let mut rows = find.query(row).doing(READING)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().doing(READING)? {
        found.push(read(row)?);
    }
    Ok(found)
}

/// Writes candidates.
pub fn write(db: &Connection, changes: &[CandidateChange]) -> Result<(), StoreError> {
    if changes.is_empty() {
        return Ok(());
    }
    let mut writer = Writer::prepare(db)?;
    for change in changes {
        let rows = match (&change.after, change.before) {
            (Some(candidate), None) => writer.insert(change, candidate)?,
            (Some(candidate), Some(_)) => writer.update(change, candidate)?,
            (None, Some(_)) => writer.remove(change)?,
            (None, None) => writer.find(change)?,
        };
        if rows == 0 {
            let CandidateChange { shop_id, run, key, .. } = change;
            let place = format_args!("{}/{}", key.second, key.number);
            let what = if change.before.is_some() { "is missing" } else { "exists already" };
            return Err(refused(format!("candidate {place} of run {run} of shop {shop_id} {what}")));
        }
    }
    Ok(())
}

struct Writer<'c> {
    rankings: Rankings<'c>,
    insert: CachedStatement<'c>,
    update: CachedStatement<'c>,
    remove: CachedStatement<'c>,
    find: CachedStatement<'c>,
}

impl<'c> Writer<'c> {
    fn prepare(db: &'c Connection) -> Result<Self, StoreError> {
        let insert = "INSERT INTO gift_candidates
            (ranking, second, number, order_id, customer_id, amount, amount_final, counts, standing,
            rank, tier, code) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
            ON CONFLICT DO NOTHING";
        let update = "UPDATE gift_candidates SET order_id = ?4, customer_id = ?5, amount = ?6,
            amount_final = ?7, counts = ?8, standing = ?9, rank = ?10, tier = ?11, code = ?12
            WHERE ranking = ?1 AND second = ?2 AND number = ?3";
        let remove = "DELETE FROM gift_candidates WHERE ranking = ?1 AND second = ?2 AND number = ?3";
        let find = "SELECT NOT EXISTS (SELECT 1 FROM gift_candidates
            WHERE ranking = ?1 AND second = ?2 AND number = ?3)";
        let prepare = |sql| db.prepare_cached(sql).doing(WRITING);
        let (insert, update) = (prepare(insert)?, prepare(update)?);
        let (remove, find) = (prepare(remove)?, prepare(find)?);
        Ok(Self { rankings: Rankings::of(db)?, insert, update, remove, find })
    }

    fn insert(&mut self, change: &CandidateChange, candidate: &Candidate) -> Result<usize, StoreError> {
        let ranking = self.rankings.number(&change.shop_id, change.run)?;
        put(&mut self.insert, ranking, change, candidate)
    }
    fn update(&mut self, change: &CandidateChange, candidate: &Candidate) -> Result<usize, StoreError> {
        let ranking = self.rankings.number(&change.shop_id, change.run)?;
        put(&mut self.update, ranking, change, candidate)
    }
    fn remove(&mut self, change: &CandidateChange) -> Result<usize, StoreError> {
        let ranking = self.rankings.number(&change.shop_id, change.run)?;
        self.remove.execute(params![ranking, change.key.second, &*change.key.number]).doing(WRITING)
    }
    /// One when there is no such candidate, as the change has it.
    fn find(&mut self, change: &CandidateChange) -> Result<usize, StoreError> {
        let ranking = self.rankings.number(&change.shop_id, change.run)?;
        let row = params![ranking, change.key.second, &*change.key.number];
        self.find.query_row(row, |row| row.get::<_, bool>(0)).map(usize::from).doing(WRITING)
    }
}

fn put(
    statement: &mut CachedStatement<'_>,
    ranking: i64,
    change: &CandidateChange,
    candidate: &Candidate,
) -> Result<usize, StoreError> {
    // Most keys say their order.
    let order = Some(&candidate.order_id).filter(|order| change.key.order().as_ref() != Some(order));
    let row = params![
        ranking,
        change.key.second,
        &*change.key.number,
        order.map(OrderId::as_str),
        candidate.customer_id.as_str(),
        candidate.amount.minor(),
        candidate.amount_state == AmountState::Final,
        candidate.counts,
        candidate.standing.number(),
        candidate.rank.map(whole).transpose()?,
        candidate.tier,
        candidate.code.map(Code::as_str),
    ];
    statement.execute(row).doing(WRITING)
}
