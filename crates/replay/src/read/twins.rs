//! Files of which every row stands there several times: an export told twice, or units that happen to be so everywhere.
//!
//! What always holds: a row without a twin in its file settles that its rows are what they are, and so does a file that
//! holds one order: two units of it are far more likely than a file of one order that was pasted twice.

use super::{bad::RowAt, parts::Part};
use std::collections::BTreeMap;

/// Each file, by its number.
#[derive(Debug, Default)]
pub(super) struct Twins(BTreeMap<usize, Seen>);

/// What was seen of a file.
#[derive(Debug)]
struct Seen {
    /// Its first row.
    at: RowAt,
    /// The largest number of which every row's count is a multiple.
    times: u64,
    orders: u64,
}

impl Twins {
    /// Counts the rows of an order in one file. Those with a number of their own are one.
    pub fn count<H, L>(&mut self, part: &Part<H, L>) {
        let Some(first) = part.rows.iter().map(|row| row.at).min() else { return };
        let seen = self.0.entry(first.file).or_insert(Seen { at: first, times: 0, orders: 0 });
        let Seen { at, times, orders } = seen;
        *at = first.min(*at);
        *orders += 1;
        if *times == 1 {
            return;
        }
        if part.rows.iter().any(|row| row.id.is_some() || row.whole == 0) {
            *times = 1;
            return;
        }
        let mut wholes: Vec<u128> = part.rows.iter().map(|row| row.whole).collect();
        wholes.sort_unstable();
        for alike in wholes.chunk_by(|a, b| a == b) {
            *times = common_divisor(*times, alike.len() as u64);
        }
    }

    /// The first rows of the files that say everything several times, and how often.
    pub fn found(&self) -> Vec<(RowAt, u64)> {
        let doubled = self.0.values().filter(|seen| seen.times > 1 && seen.orders > 1);
        doubled.map(|seen| (seen.at, seen.times)).collect()
    }
}

fn common_divisor(mut one: u64, mut other: u64) -> u64 {
    while other > 0 {
        (one, other) = (other, one % other);
    }
    one
}
