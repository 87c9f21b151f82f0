//! Takes the orders of an export in: read on one thread, decided by the engine's writer on its own.
//!
//! What always holds: an order that is counted is durable. The same export again changes nothing: orders
//! that are known are duplicates, and what was learned since is an update.

use super::{FileGaps, FileOrder, Place, PoolInputs, PoolMapping, TOLD, read_orders};
use crate::read::ReadError;
use domain::{Instant, OrderId, Refusal, ShopId, pool::Stage};
use engine::{Command, Engine, EngineError, Input, Intake, Reply};
use serde::Serialize;
use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    path::PathBuf,
    sync::{Arc, mpsc},
};

/// Orders that are taken in at once: one commit of the writer.
const BATCH: usize = 2_000;
/// Batches that may wait for the writer.
const WAITING: usize = 4;

/// Whether orders go on to the pool or to review right away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Submit {
    /// They stay shop orders.
    No,
    /// They are submitted.
    Yes,
}

/// Why taking in stopped.
#[derive(Debug, thiserror::Error)]
pub enum PoolError {
    /// The export cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The engine would not go on.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The store would not be read.
    #[error(transparent)]
    Store(#[from] port::StoreError),
    /// The strategies do not fit the export.
    #[error("{0}")]
    Strategies(String),
}

/// What became of the orders.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "the words say it; the others are described")]
pub struct Counts {
    pub created: u64,
    pub updated: u64,
    pub duplicate: u64,
    /// Refused by the engine.
    pub rejected: u64,
    /// Submitted into the pool.
    pub pooled: u64,
    /// Submitted to review: no presale strategy covers them.
    pub to_review: u64,
}

/// An order that the engine refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Where its first row stands.
    pub place: Place,
    /// The shop.
    pub shop_id: ShopId,
    /// The order.
    pub order_id: OrderId,
    /// When it was placed.
    pub ordered_at: Instant,
    /// What is wrong with it.
    pub refusal: Refusal,
}

/// Orders that the engine refused.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Refusals {
    /// The first of them.
    pub told: Vec<Refused>,
    /// All of them, by code.
    pub by_code: BTreeMap<String, u64>,
    places: HashSet<Place>,
    /// Orders that were refused since somebody asked, whatever became of them before.
    news: Vec<Refused>,
}

impl Refusals {
    /// Notes an order, once however often it is refused. Whether that is news.
    pub(super) fn add(&mut self, refused: Refused) -> bool {
        if !self.places.insert(refused.place) {
            return false;
        }
        *self.by_code.entry(refused.refusal.code.to_string()).or_default() += 1;
        self.news.push(refused.clone());
        if self.told.len() < TOLD {
            self.told.push(refused);
        }
        true
    }

    /// The orders that were refused since the last time.
    pub(super) fn news(&mut self) -> Vec<Refused> {
        std::mem::take(&mut self.news)
    }
}

/// What came of an intake.
#[derive(Debug)]
pub struct Taken {
    /// What was read.
    pub inputs: PoolInputs,
    /// What became of it.
    pub counts: Counts,
    /// What was refused.
    pub refused: Refusals,
    /// What is not certain, as it was noted with the shops (A-S4-25).
    pub gaps: FileGaps,
}

type Batch = Vec<(Place, FileOrder)>;

/// Reads the files and takes their orders in, batch by batch. `progress` hears of bytes done and bytes in all.
pub fn take_in(
    engine: &Engine,
    mapping: &PoolMapping,
    inputs: &[PathBuf],
    submit: Submit,
    progress: &mut (dyn FnMut(u64, u64) + Send),
) -> Result<Taken, PoolError> {
    let (send, batches) = mpsc::sync_channel::<Batch>(WAITING);
    std::thread::scope(|scope| {
        let reading = scope.spawn(move || read_batches(mapping, inputs, progress, &send));
        let (mut counts, mut refused) = (Counts::default(), Refusals::default());
        let mut shops: BTreeSet<ShopId> = mapping.only_shop().cloned().into_iter().collect();
        for batch in batches {
            shops.extend(batch.iter().map(|(_, order)| order.shop_id.clone()));
            // An error drops the receiver, which stops the reading.
            send_batch(engine, batch, submit, &mut counts, &mut refused)?;
        }
        let inputs = reading.join().unwrap_or(Err(ReadError::Stopped))?;
        let mut gaps = FileGaps::new(mapping, &inputs);
        for refused in refused.news() {
            let Refused { place, shop_id, order_id, ordered_at, refusal } = refused;
            gaps.add_refused(place, (shop_id, order_id, ordered_at), refusal.code.as_str());
        }
        gaps.note(engine, shops)?;
        Ok(Taken { inputs, counts, refused, gaps })
    })
}

fn read_batches(
    mapping: &PoolMapping,
    inputs: &[PathBuf],
    progress: &mut (dyn FnMut(u64, u64) + Send),
    to: &mpsc::SyncSender<Batch>,
) -> Result<PoolInputs, ReadError> {
    let mut batch = Vec::with_capacity(BATCH);
    let read = read_orders(mapping, inputs, progress, &mut |place, order| {
        batch.push((place, order));
        if batch.len() < BATCH {
            return Ok(());
        }
        let full = std::mem::replace(&mut batch, Vec::with_capacity(BATCH));
        to.send(full).map_err(|_| ReadError::Stopped)
    })?;
    to.send(batch).map_err(|_| ReadError::Stopped)?;
    Ok(read)
}

/// Takes orders in and, where told, submits them when all of the batch are known: children of one parent are then
/// judged together (A-S4-24). Waits until that is durable.
pub(super) fn send_batch(
    engine: &Engine,
    batch: Batch,
    submit: Submit,
    counts: &mut Counts,
    refused: &mut Refusals,
) -> Result<(), PoolError> {
    let mut names = Vec::with_capacity(batch.len());
    let mut inputs = Vec::with_capacity(batch.len() * 2);
    let mut submits = Vec::new();
    for (place, FileOrder { shop_id, order }) in batch {
        let order_id = order.order_id.clone();
        names.push((place, shop_id.clone(), order_id.clone(), order.times.ordered_at));
        inputs.push(take(shop_id.clone(), order));
        if submit == Submit::Yes {
            submits.push(Input::new(shop_id, Command::SubmitOrder { order_id }));
        }
    }
    inputs.append(&mut submits);
    let mut taken = engine.submit_many_blocking(inputs)?;
    let submitted = taken.split_off(names.len().min(taken.len()));
    let mut taken = taken.into_iter();
    for (place, shop_id, order_id, ordered_at) in names {
        match taken.next().ok_or(EngineError::Stopped)? {
            Ok(Reply::Taken { outcome: Intake::Created }) => counts.created += 1,
            Ok(Reply::Taken { outcome: Intake::Updated }) => counts.updated += 1,
            Ok(Reply::Taken { outcome: Intake::Duplicate }) => counts.duplicate += 1,
            Ok(other) => return Err(EngineError::Internal(format!("taking in answered {other:?}")).into()),
            Err(EngineError::Refused(refusal)) => {
                let news = Refused { place, shop_id, order_id, ordered_at, refusal };
                counts.rejected += u64::from(refused.add(news));
            }
            Err(error) => return Err(error.into()),
        }
    }
    for outcome in submitted {
        match outcome {
            Ok(Reply::PoolOrder { order }) if order.stage == Stage::PresalePool => counts.pooled += 1,
            Ok(_) => counts.to_review += 1,
            // It was submitted before, or was not taken in.
            Err(EngineError::Refused(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

fn take(shop_id: ShopId, order: domain::pool::ShopOrder) -> Input {
    Input::new(shop_id, Command::TakeShopOrder(Arc::new(order)))
}
