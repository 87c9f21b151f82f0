//! In which order files are read: the newest last.
//!
//! What always holds: of files that are the same byte for byte the last one is read, the others are told.

use super::files::{Found, ReadError, Source, open};
use domain::Instant;
use std::{collections::HashMap, fs::File, io};

/// The files that are read, in their order, and those that repeat one of them.
pub(super) struct ReadingOrder {
    read: Vec<usize>,
    repeated: Vec<usize>,
}

impl ReadingOrder {
    /// By when they were made, those of which that is not said first, then as they were named.
    pub fn of(found: &Found, as_of: &dyn Fn(&str) -> Option<Instant>) -> Result<Self, ReadError> {
        let mut read: Vec<usize> = (0..found.0.len()).collect();
        read.sort_by_key(|&file| (found.0[file].table, as_of(&found.0[file].name), found.0[file].given));
        // Only files of one size can be the same.
        let mut sizes: HashMap<(usize, u64), usize> = HashMap::new();
        for source in &found.0 {
            *sizes.entry((source.table, source.bytes)).or_default() += 1;
        }
        let mut last: HashMap<(usize, blake3::Hash), usize> = HashMap::new();
        let mut repeated = Vec::new();
        for &file in &read {
            let source = &found.0[file];
            if sizes[&(source.table, source.bytes)] > 1 {
                repeated.extend(last.insert((source.table, digest(source)?), file));
            }
        }
        read.retain(|file| !repeated.contains(file));
        Ok(Self { read, repeated })
    }

    pub fn of_table<'f>(&self, found: &'f Found, slot: usize) -> impl Iterator<Item = (usize, &'f Source)> {
        let all = self.read.iter().map(|&file| (file, &found.0[file]));
        all.filter(move |(_, source)| source.table == slot)
    }

    /// The bytes that are read.
    pub fn bytes(&self, found: &Found) -> u64 {
        self.read.iter().map(|&file| found.0[file].bytes).sum()
    }

    /// The names of the files that another one repeats.
    pub fn repeated(&self, found: &Found) -> Vec<String> {
        let mut names: Vec<String> = self.repeated.iter().map(|&file| found.name(file).to_owned()).collect();
        names.sort();
        names
    }
}

fn digest(source: &Source) -> Result<blake3::Hash, ReadError> {
    let mut hasher = blake3::Hasher::new();
    let read = File::open(&source.path).and_then(|mut file| io::copy(&mut file, &mut hasher));
    read.map_err(open(&source.path))?;
    Ok(hasher.finalize())
}
