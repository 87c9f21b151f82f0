//! What the files of an export leave uncertain, by shop and file (A-S4-25), and how a shop is told.

use super::{Place, PoolError, PoolInputs, PoolMapping};
use domain::{
    Instant, OrderId, ShopId,
    pool::{Gap, Missing, Since},
};
use engine::{Command, Engine, EngineError, Input};
use std::collections::{BTreeMap, BTreeSet};

/// What is missing of each file; of a file of which nothing is, an empty one.
#[derive(Debug, Clone, Default)]
pub struct FileGaps {
    /// Names of the files, by their numbers in places, and when they were made.
    files: Vec<(String, Option<Instant>)>,
    /// Without a shop it may be of any.
    gaps: BTreeMap<(Option<ShopId>, String), Gap>,
}

impl FileGaps {
    /// What reading left uncertain.
    pub fn new(mapping: &PoolMapping, inputs: &PoolInputs) -> Self {
        let files = inputs.names.iter().map(|name| (name.clone(), mapping.as_of(name))).collect();
        let mut found = Self { files, gaps: BTreeMap::new() };
        for (shop, gap) in &inputs.gaps {
            // Files of several folders may have one name: what is missing of any is missing of the name.
            let known = found.gaps.entry((shop.clone(), gap.source.clone()));
            known.and_modify(|known| known.join(gap)).or_insert_with(|| gap.clone());
        }
        found
    }

    /// An order that the engine refused is missing as well.
    pub fn add_refused(&mut self, place: Place, order: (ShopId, OrderId, Instant), code: &str) {
        let ((file, row), (shop_id, order_id, ordered_at)) = (place, order);
        let Some((source, as_of)) = self.files.get(file).cloned() else { return };
        let gap = self.gaps.entry((Some(shop_id), source.clone()));
        let gap = gap.or_insert_with(|| Gap::new(source, as_of));
        gap.add_row(row, code, Some(order_id.clone()));
        gap.add_order(&order_id, Since::At(ordered_at), Missing::Whole);
    }

    /// What is missing of each file in a shop.
    pub fn of(&self, shop: &ShopId) -> Vec<Gap> {
        let of_file = |(source, as_of): &(String, Option<Instant>)| {
            let mut gap = Gap::new(source.clone(), *as_of);
            for owner in [None, Some(shop.clone())] {
                if let Some(found) = self.gaps.get(&(owner, source.clone())) {
                    gap.join(found);
                }
            }
            gap
        };
        let mut names = BTreeSet::new();
        self.files.iter().filter(|(source, _)| names.insert(source)).map(of_file).collect()
    }

    /// Every row that something is missing for: the file, and its rows that are told one by one.
    pub fn all(&self) -> impl Iterator<Item = &Gap> {
        self.gaps.values()
    }

    /// What of them matters to rankings that begin at that moment or later.
    #[must_use]
    pub fn mattering(&self, from: Instant) -> Self {
        let gaps = self.gaps.iter().map(|(of, gap)| (of.clone(), gap.mattering(from)));
        Self { files: self.files.clone(), gaps: gaps.collect() }
    }

    /// Notes with a shop that files begin to be taken in: no rank becomes final over what is not read yet, also where the
    /// taking in is broken off. One of them says so for all, and each of which something is missing already.
    pub fn begin(
        engine: &Engine,
        mapping: &PoolMapping,
        files: &[String],
        shop: &ShopId,
    ) -> Result<(), PoolError> {
        let known = engine.reader().pool(shop)?.gaps;
        let mut names = BTreeSet::new();
        let begun = |file: &String| Command::NoteGap(Box::new(Gap::begun(file.clone(), mapping.as_of(file))));
        let files = files.iter().enumerate().filter(|(at, file)| *at == 0 || known.contains_key(*file));
        let files = files.filter(|(_, file)| names.insert(*file));
        let notes = files.map(|(_, file)| Input::new(shop.clone(), begun(file))).collect();
        Ok(note(engine, notes)?)
    }

    /// Notes with each shop what is missing of every file, and of which nothing is any more.
    pub fn note(&self, engine: &Engine, shops: &BTreeSet<ShopId>) -> Result<(), EngineError> {
        let mut inputs = Vec::new();
        for shop in shops {
            let notes = self.of(shop).into_iter().map(|gap| Command::NoteGap(Box::new(gap)));
            inputs.extend(notes.map(|note| Input::new(shop.clone(), note)));
        }
        note(engine, inputs)
    }
}

fn note(engine: &Engine, notes: Vec<Input>) -> Result<(), EngineError> {
    for outcome in engine.submit_many_blocking(notes)? {
        outcome?;
    }
    Ok(())
}
