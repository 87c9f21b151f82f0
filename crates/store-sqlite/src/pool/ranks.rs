//! Ranks: how many places that count stand at or before one.
//!
//! Beside the rows lie their numbers by four seconds and by coarser stretches ([`LEVELS`]); they are changed in
//! the transaction that changes the rows. A rank is a sum at every level and the rows of four seconds.

use crate::cells::Cells;
use crate::error::{Doing, refused};
use crate::json::whole;
use crate::query::{each, first};
use domain::{ShopId, pool::RankKey};
use port::{CandidateChange, CandidateKey, Read, StoreError};
use rusqlite::{CachedStatement, Connection, Params, params};

const READING: &str = "counting places";
const WRITING: &str = "writing the number of places";

/// By how many bits a second is shifted, the coarsest first: stretches of twelve days, five hours, four
/// minutes and four seconds. A sum then reads at most 63 rows a level. Finer ones cost every order that
/// comes in a page more; coarser ones make a rank in a rush read more rows.
const LEVELS: [u32; 4] = [20, 14, 8, 2];

/// The last of the levels: below it rows are counted.
const FINEST: u32 = LEVELS[LEVELS.len() - 1];

/// A run's numbers, summed up to some place. Places are asked for in their order, so that each sum goes
/// on from the last.
#[derive(Default)]
struct Sums {
    run: Option<(ShopId, u64)>,
    levels: [Option<Sum>; LEVELS.len()],
    /// Up to a place, from the beginning of its second on.
    rows: Option<(RankKey, u64)>,
}

/// Of the stretches from one up to another, which is not in it.
struct Sum {
    from: i64,
    to: i64,
    places: u64,
}

struct Counter<'c> {
    stretches: CachedStatement<'c>,
    rows: CachedStatement<'c>,
    sums: Sums,
}

impl<'c> Counter<'c> {
    fn prepare(db: &'c Connection) -> Result<Self, StoreError> {
        let stretches = "SELECT coalesce(sum(places), 0) FROM gift_places
            WHERE shop_id = ?1 AND run = ?2 AND level = ?3 AND stretch >= ?4 AND stretch < ?5";
        let rows = "SELECT coalesce(sum(counts), 0) FROM gift_candidates
            WHERE shop_id = ?1 AND run = ?2 AND (second, number) > (?3, ?4) AND (second, number) <= (?5, ?6)";
        let prepare = |sql| db.prepare_cached(sql).doing(READING);
        Ok(Self { stretches: prepare(stretches)?, rows: prepare(rows)?, sums: Sums::default() })
    }

    fn rank(&mut self, (shop, run, place): &CandidateKey) -> Result<u64, StoreError> {
        if self.sums.run.as_ref().is_none_or(|(of, number)| (of, number) != (shop, run)) {
            self.sums = Sums { run: Some((shop.clone(), *run)), ..Sums::default() };
        }
        let mut rank = self.in_rows(shop, *run, place)?;
        let mut from = i64::MIN;
        for (number, level) in LEVELS.into_iter().enumerate() {
            let to = place.second >> level;
            rank += self.in_stretches(shop, *run, number, from, to)?;
            // The stretch that the place lies in is counted in finer ones.
            let next = LEVELS.get(number + 1).copied().unwrap_or(level);
            from = to << (level - next);
        }
        Ok(rank)
    }

    fn in_stretches(
        &mut self,
        shop: &ShopId,
        run: u64,
        number: usize,
        from: i64,
        to: i64,
    ) -> Result<u64, StoreError> {
        let known = self.sums.levels[number].take().filter(|sum| sum.from == from && sum.to <= to);
        let mut sum = known.unwrap_or(Sum { from, to: from, places: 0 });
        if sum.to < to {
            let row = params![shop.as_str(), whole(run)?, LEVELS[number], sum.to, to];
            sum.places += count(&mut self.stretches, row)?;
            sum.to = to;
        }
        let places = sum.places;
        self.sums.levels[number] = Some(sum);
        Ok(places)
    }

    /// Within the finest stretch the rows themselves are counted.
    fn in_rows(&mut self, shop: &ShopId, run: u64, place: &RankKey) -> Result<u64, StoreError> {
        let begins = |second: i64| second >> FINEST << FINEST;
        let known = self.sums.rows.take();
        let known = known.filter(|(to, _)| begins(to.second) == begins(place.second) && to <= place);
        // No number is empty, so the beginning stands before every place of its second.
        let start = (begins(place.second), "");
        let (from, before) =
            known.as_ref().map_or((start, 0), |(to, places)| ((to.second, &*to.number), *places));
        let row = params![shop.as_str(), whole(run)?, from.0, from.1, place.second, &*place.number];
        let places = before + count(&mut self.rows, row)?;
        self.sums.rows = Some((place.clone(), places));
        Ok(places)
    }
}

fn count(statement: &mut CachedStatement<'_>, of: impl Params) -> Result<u64, StoreError> {
    let found = first(statement, of, READING, |row| Cells::new(row, "gift_places", 0).number(0))?;
    Ok(found.unwrap_or_default())
}

/// Loads ranks.
pub fn load(db: &Connection, keys: &[CandidateKey]) -> Result<Vec<u64>, StoreError> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let mut counter = Counter::prepare(db)?;
    each(keys, |key| counter.rank(key))
}

/// One rank.
pub fn rank(db: &Connection, key: &CandidateKey) -> Read<u64> {
    Counter::prepare(db)?.rank(key)
}

/// Keeps the numbers true to the rows that were written.
pub fn write(db: &Connection, changes: &[CandidateChange]) -> Result<(), StoreError> {
    let moved = LEVELS.iter().flat_map(|level| moved_at(*level, changes)).collect::<Vec<_>>();
    if moved.is_empty() {
        return Ok(());
    }
    // One way down the tree, whether the stretch is known or new.
    let add = "INSERT INTO gift_places (shop_id, run, level, stretch, places) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT DO UPDATE SET places = places + excluded.places";
    let take = "UPDATE gift_places SET places = places + ?5
        WHERE shop_id = ?1 AND run = ?2 AND level = ?3 AND stretch = ?4";
    let mut add = db.prepare_cached(add).doing(WRITING)?;
    let mut take = db.prepare_cached(take).doing(WRITING)?;
    for Moved { shop, run, level, stretch, by } in moved {
        let row = params![shop.as_str(), whole(run)?, level, stretch, by];
        let way = if by > 0 { &mut add } else { &mut take };
        if way.execute(row).doing(WRITING)? == 0 {
            return Err(refused(format!("run {run} of shop {shop} has no such places to take away")));
        }
    }
    Ok(())
}

/// By how much the number of a stretch changes.
struct Moved<'c> {
    shop: &'c ShopId,
    run: u64,
    level: u32,
    stretch: i64,
    by: i64,
}

/// The stretches of a level whose number changes, in the order of their rows: changes come in that of their places.
fn moved_at(level: u32, changes: &[CandidateChange]) -> Vec<Moved<'_>> {
    let mut moved: Vec<Moved<'_>> = Vec::new();
    for change in changes {
        let after = change.after.as_ref().is_some_and(|candidate| candidate.counts);
        let by = i64::from(after) - i64::from(change.before == Some(true));
        if by == 0 {
            continue;
        }
        let (shop, run, stretch) = (&change.shop_id, change.run, change.key.second >> level);
        match moved.last_mut() {
            Some(last) if last.stretch == stretch && last.run == run && last.shop == shop => last.by += by,
            Some(_) | None => moved.push(Moved { shop, run, level, stretch, by }),
        }
    }
    moved.retain(|moved| moved.by != 0);
    moved
}
