//! Ranks: how many places that count stand at or before one.
//!
//! Beside the rows lie their numbers by four minutes and by coarser stretches ([`LEVELS`]), and within four minutes by
//! four seconds; they are changed in the transaction that changes the rows. A rank is a sum at every level, one of four
//! minutes, and the rows of four seconds.

use super::rankings::{Rankings, ranking};
use crate::cells::Cells;
use crate::error::{Doing, refused};
use crate::json::{Json, whole};
use crate::query::{each, first};
use domain::{ShopId, pool::RankKey};
use port::{CandidateChange, CandidateKey, Read, StoreError};
use rusqlite::{CachedStatement, Connection, Params, params};

const READING: &str = "counting places";
const WRITING: &str = "writing the number of places";

/// By how many bits a second is shifted, the coarsest first: stretches of twelve days, five hours and four minutes. A sum
/// then reads at most 63 rows a level.
const LEVELS: [u32; 3] = [20, 14, 8];

/// The last of the levels: its rows say how their places lie within them.
const MINUTES: u32 = LEVELS[LEVELS.len() - 1];

/// Stretches of four seconds: below them rows are counted. Coarser ones make a rank in a rush read more rows.
const SECONDS: u32 = 2;

/// How many places count in each four seconds of four minutes.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Fine([i64; SLOTS]);

const SLOTS: usize = 1 << (MINUTES - SECONDS);

impl Fine {
    const NONE: Self = Self([0; SLOTS]);

    /// In which of them a second lies.
    fn slot(second: i64) -> usize {
        usize::try_from((second >> SECONDS).rem_euclid(1 << (MINUTES - SECONDS))).unwrap_or_default()
    }

    /// Which and how many, one pair behind the other.
    fn read(pairs: &[i64]) -> Option<Self> {
        let mut fine = Self::NONE;
        let (pairs, rest) = pairs.as_chunks::<2>();
        for [slot, places] in pairs {
            *fine.0.get_mut(usize::try_from(*slot).ok()?)? = *places;
        }
        rest.is_empty().then_some(fine)
    }

    fn pairs(&self) -> Vec<i64> {
        let some = (0..).zip(&self.0).filter(|(_, places)| **places != 0);
        some.flat_map(|(slot, places)| [slot, *places]).collect()
    }

    /// What it is with another added.
    fn add(&mut self, other: &Self) {
        for (places, by) in self.0.iter_mut().zip(&other.0) {
            *places += by;
        }
    }

    fn before(&self, slot: usize) -> u64 {
        let places: i64 = self.0[..slot].iter().sum();
        places.unsigned_abs()
    }
}

/// A run's numbers, summed up to some place. Places are asked for in their order, so that each sum goes
/// on from the last.
#[derive(Default)]
struct Sums {
    run: Option<(ShopId, u64)>,
    levels: [Option<Sum>; LEVELS.len()],
    /// Of some four minutes.
    fine: Option<(i64, Fine)>,
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
    fine: CachedStatement<'c>,
    rows: CachedStatement<'c>,
    sums: Sums,
}

impl<'c> Counter<'c> {
    fn prepare(db: &'c Connection) -> Result<Self, StoreError> {
        let stretches = concat!(
            "SELECT coalesce(sum(places), 0) FROM gift_places WHERE ranking = ",
            ranking!(),
            " AND level = ?3 AND stretch >= ?4 AND stretch < ?5"
        );
        let rows = concat!(
            "SELECT coalesce(sum(counts), 0) FROM gift_candidates WHERE ranking = ",
            ranking!(),
            " AND (second, number) > (?3, ?4) AND (second, number) <= (?5, ?6)"
        );
        let fine = concat!(
            "SELECT ?1, ?2, stretch, fine FROM gift_places WHERE ranking = ",
            ranking!(),
            " AND level = ?3 AND stretch = ?4"
        );
        let prepare = |sql| db.prepare_cached(sql).doing(READING);
        let (stretches, fine, rows) = (prepare(stretches)?, prepare(fine)?, prepare(rows)?);
        Ok(Self { stretches, fine, rows, sums: Sums::default() })
    }

    fn rank(&mut self, (shop, run, place): &CandidateKey) -> Result<u64, StoreError> {
        if self.sums.run.as_ref().is_none_or(|(of, number)| (of, number) != (shop, run)) {
            self.sums = Sums { run: Some((shop.clone(), *run)), ..Sums::default() };
        }
        let mut rank = self.in_rows(shop, *run, place)? + self.in_minutes(shop, *run, place.second)?;
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

    /// In the four minutes of a second, before its four seconds.
    fn in_minutes(&mut self, shop: &ShopId, run: u64, second: i64) -> Result<u64, StoreError> {
        let stretch = second >> MINUTES;
        if let Some((of, fine)) = &self.sums.fine
            && *of == stretch
        {
            return Ok(fine.before(Fine::slot(second)));
        }
        let key = params![shop.as_str(), whole(run)?, MINUTES, stretch];
        let found =
            first(&mut self.fine, key, READING, |row| read_fine(&Cells::new(row, "gift_places", 3), 3))?;
        let fine = found.unwrap_or(Fine::NONE);
        let before = fine.before(Fine::slot(second));
        self.sums.fine = Some((stretch, fine));
        Ok(before)
    }

    /// Within four seconds the rows themselves are counted.
    fn in_rows(&mut self, shop: &ShopId, run: u64, place: &RankKey) -> Result<u64, StoreError> {
        let begins = |second: i64| second >> SECONDS << SECONDS;
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

fn read_fine(cells: &Cells<'_, '_>, column: usize) -> Result<Fine, StoreError> {
    let pairs: Vec<i64> = cells.json(column)?;
    Fine::read(&pairs).ok_or_else(|| cells.bad("its seconds are not of four minutes"))
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
pub fn write(db: &Connection, json: &mut Json, changes: &[CandidateChange]) -> Result<(), StoreError> {
    let mut writer = None;
    for level in LEVELS {
        for moved in moved_at(level, changes) {
            let writer = match &mut writer {
                Some(writer) => writer,
                none => none.insert(Writer::prepare(db)?),
            };
            writer.write(json, level, &moved)?;
        }
    }
    Ok(())
}

struct Writer<'c> {
    rankings: Rankings<'c>,
    find: CachedStatement<'c>,
    put: CachedStatement<'c>,
}

impl<'c> Writer<'c> {
    fn prepare(db: &'c Connection) -> Result<Self, StoreError> {
        let find = "SELECT ranking, level, stretch, places, fine FROM gift_places
            WHERE ranking = ?1 AND level = ?2 AND stretch = ?3";
        let put =
            "INSERT INTO gift_places (ranking, level, stretch, places, fine) VALUES (?1, ?2, ?3, ?4, ?5)
            ON CONFLICT DO UPDATE SET places = excluded.places, fine = excluded.fine";
        let prepare = |sql| db.prepare_cached(sql).doing(WRITING);
        Ok(Self { rankings: Rankings::of(db)?, find: prepare(find)?, put: prepare(put)? })
    }

    fn write(&mut self, json: &mut Json, level: u32, moved: &Moved<'_>) -> Result<(), StoreError> {
        let Moved { shop, run, stretch, by, fine } = moved;
        let ranking = self.rankings.number(shop, *run)?;
        let known = first(&mut self.find, params![ranking, level, stretch], READING, |row| {
            let cells = Cells::new(row, "gift_places", 3);
            let fine = if level == MINUTES { read_fine(&cells, 4)? } else { Fine::NONE };
            Ok((cells.number::<i64>(3)?, fine))
        })?;
        let (places, mut now) = known.unwrap_or((0, Fine::NONE));
        now.add(fine);
        if places + by < 0 || now.0.iter().any(|places| *places < 0) {
            return Err(refused(format!("run {run} of shop {shop} has no such places to take away")));
        }
        let fine = if level == MINUTES { Some(json.text(&now.pairs())?) } else { None };
        self.put.execute(params![ranking, level, stretch, places + by, fine]).doing(WRITING)?;
        Ok(())
    }
}

/// By how much the number of a stretch changes.
struct Moved<'c> {
    shop: &'c ShopId,
    run: u64,
    stretch: i64,
    by: i64,
    /// The same by four seconds, where the stretch is of four minutes.
    fine: Fine,
}

/// The stretches of a level whose number changes, in the order of their rows: changes come in that of their places.
fn moved_at(level: u32, changes: &[CandidateChange]) -> impl Iterator<Item = Moved<'_>> {
    let stretch = move |change: &CandidateChange| change.key.second >> level;
    let is_one = move |a: &CandidateChange, b: &CandidateChange| {
        stretch(a) == stretch(b) && a.run == b.run && a.shop_id == b.shop_id
    };
    changes.chunk_by(is_one).filter_map(move |of_one| {
        let first = of_one.first()?;
        let (shop, run, stretch) = (&first.shop_id, first.run, stretch(first));
        let mut moved = Moved { shop, run, stretch, by: 0, fine: Fine::NONE };
        for change in of_one {
            let after = change.after.as_ref().is_some_and(|candidate| candidate.counts);
            let by = i64::from(after) - i64::from(change.before == Some(true));
            moved.by += by;
            if level == MINUTES {
                moved.fine.0[Fine::slot(change.key.second)] += by;
            }
        }
        (moved.by != 0 || moved.fine != Fine::NONE).then_some(moved)
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn four_minutes_are_counted_by_four_seconds() {
        let slots = [(0, 0), (3, 0), (4, 1), (255, 63), (256, 0), (-1, 63), (-256, 0)];
        for (second, slot) in slots {
            assert_eq!(Fine::slot(second), slot, "{second}");
        }
        let mut fine = Fine::read(&[0, 7, 63, 2]).unwrap();
        assert_eq!((fine.before(0), fine.before(1), fine.before(63)), (0, 7, 7));
        fine.add(&Fine::read(&[63, -2, 5, 1]).unwrap());
        assert_eq!(fine.pairs(), [0, 7, 5, 1]);
        for wrong in [&[1][..], &[64, 1], &[-1, 1]] {
            assert_eq!(Fine::read(wrong), None, "{wrong:?}");
        }
    }
}
