//! Takes the orders of an export in: read on one thread, decided by the engine's writer on its own.
//!
//! What always holds: an order that is counted is durable. The same export again changes nothing: orders
//! that are known are duplicates, and what was learned since is an update.

use super::earlier::{self, EarlierGap};
use super::{
    FileGaps, FileOrder, Place, PoolError, PoolInputs, PoolMapping, TOLD, Uncertain, read::read_orders_while,
};
use crate::read::ReadError;
use domain::{Instant, OrderId, Refusal, ShopId, pool::Stage, time::Zone};
use engine::{Command, Engine, EngineError, Input, Intake, Reply};
use serde::Serialize;
use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{self, RecvTimeoutError},
    },
    time::Duration,
};

/// Orders that are taken in at once, in one commit of the writer, where nobody else waits for it. They come in the order of
/// no ranking: the more of them, the fewer pages are written an order, and the more memory they take.
const LARGE: usize = 49_152;
/// The same of those that are submitted, too: each is asked for twice, and answered with itself.
const SUBMITTED: usize = 16_384;
/// The same where others wait.
const SMALL: usize = 2_000;
/// Batches that may wait for the writer: reading is several times as fast, and the next one is read meanwhile.
const WAITING: usize = 0;
/// How often it is asked whether it goes on while no batch is whole.
const ASKED: Duration = Duration::from_millis(200);

/// Whether orders go on to the pool or to review right away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Submit {
    /// They stay shop orders.
    No,
    /// They are submitted.
    Yes,
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
    /// What earlier intakes left out and is still missing.
    pub earlier: Vec<EarlierGap>,
    /// When the first ranking of the shops begins: what counts before it for sure matters to no rank.
    pub ranks_from: Instant,
    /// The zone in which moments are told.
    pub zone: Zone,
}

impl Taken {
    /// Whether every row was used and no rank waits for what one says.
    pub fn is_whole(&self) -> bool {
        self.inputs.is_whole() && self.counts.rejected == 0 && self.uncertain().is_none()
    }

    /// What ranks may depend on that the files do not say.
    pub fn uncertain(&self) -> Option<Uncertain> {
        Uncertain::new(&self.gaps.mattering(self.ranks_from), |at| self.zone.format(at))
    }
}

/// When the first ranking of these shops begins; never where there is none.
fn ranks_from(engine: &Engine, shops: &BTreeSet<ShopId>) -> Result<Instant, EngineError> {
    let mut from = Instant::from_micros(i64::MAX);
    for shop in shops {
        let gifts = engine.reader().pool(shop)?.gifts;
        from = gifts.values().map(|record| record.newest().activity.starts_at).fold(from, Instant::min);
    }
    Ok(from)
}

/// Orders on their way to the writer, as it wants them: made where they are read, so that it does not wait for that.
#[derive(Default)]
pub(super) struct Batch {
    names: Vec<Name>,
    /// One an order.
    takes: Vec<Input>,
    /// They are submitted when all of the batch are known: children of one parent are then judged together (A-S4-24).
    submits: Vec<Input>,
}

/// What is told of an order that is refused.
struct Name {
    place: Place,
    shop_id: ShopId,
    order_id: OrderId,
    ordered_at: Instant,
}

impl Batch {
    /// With room for so many.
    pub(super) fn with_capacity(orders: usize) -> Self {
        let (names, takes) = (Vec::with_capacity(orders), Vec::with_capacity(orders));
        Self { names, takes, submits: Vec::new() }
    }

    /// Adds an order.
    pub(super) fn push(&mut self, place: Place, order: FileOrder, submit: Submit) {
        let FileOrder { shop_id, order, .. } = order;
        let (order_id, ordered_at) = (order.order_id.clone(), order.times.ordered_at);
        if submit == Submit::Yes {
            let command = Command::SubmitOrder { order_id: order_id.clone() };
            self.submits.push(Input::new(shop_id.clone(), command));
        }
        self.takes.push(Input::new(shop_id.clone(), Command::TakeShopOrder(Arc::new(order))));
        self.names.push(Name { place, shop_id, order_id, ordered_at });
    }

    /// Whether there is no order in it.
    pub(super) fn is_empty(&self) -> bool {
        self.names.is_empty()
    }
}

/// Reads the files and takes their orders in, batch by batch. `progress` hears of bytes done and bytes in all.
pub fn take_in(
    engine: &Engine,
    mapping: &PoolMapping,
    inputs: &[PathBuf],
    submit: Submit,
    progress: &mut (dyn FnMut(u64, u64) + Send),
) -> Result<Taken, PoolError> {
    let orders = match submit {
        Submit::No => LARGE,
        Submit::Yes => SUBMITTED,
    };
    let lot = Lot { orders, submit };
    take_in_lots(engine, mapping, inputs, lot, progress, &mut |_| true)
}

/// The same beside others, who wait for a few orders at most, and for as long as `goes_on` answers yes: it is asked before
/// each batch and several times a second while none is whole, and told what became of the orders so far. What was taken
/// in by then stays.
pub fn take_in_while(
    engine: &Engine,
    mapping: &PoolMapping,
    inputs: &[PathBuf],
    submit: Submit,
    progress: &mut (dyn FnMut(u64, u64) + Send),
    goes_on: &mut dyn FnMut(&Counts) -> bool,
) -> Result<Taken, PoolError> {
    take_in_lots(engine, mapping, inputs, Lot { orders: SMALL, submit }, progress, goes_on)
}

/// What is sent to the writer at once.
#[derive(Clone, Copy)]
struct Lot {
    orders: usize,
    submit: Submit,
}

fn take_in_lots(
    engine: &Engine,
    mapping: &PoolMapping,
    inputs: &[PathBuf],
    lot: Lot,
    progress: &mut (dyn FnMut(u64, u64) + Send),
    goes_on: &mut dyn FnMut(&Counts) -> bool,
) -> Result<Taken, PoolError> {
    let name = |path: &PathBuf| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let files: Vec<String> = mapping.files(inputs)?.iter().map(name).collect();
    let (send, batches) = mpsc::sync_channel::<Batch>(WAITING);
    let is_ended = &AtomicBool::new(false);
    std::thread::scope(|scope| {
        let nobody_waits = || is_ended.load(Ordering::Relaxed);
        let reading = scope.spawn(move || read_batches(mapping, inputs, lot, &nobody_waits, progress, &send));
        let (mut counts, mut refused) = (Counts::default(), Refusals::default());
        let mut shops = BTreeSet::new();
        let mut take = |batch: Batch, counts: &mut Counts| {
            for Name { shop_id, .. } in &batch.names {
                if !shops.contains(shop_id) {
                    shops.insert(shop_id.clone());
                    FileGaps::begin(engine, mapping, &files, shop_id)?;
                }
            }
            send_batch(engine, batch, counts, &mut refused)
        };
        let taken = take_batches(&batches, &mut counts, goes_on, &mut take);
        // Whatever it was that ended it: the reading stops where it is.
        is_ended.store(taken.is_err(), Ordering::Relaxed);
        drop(batches);
        taken?;
        let inputs = reading.join().unwrap_or(Err(ReadError::Stopped))?;
        shops.extend(mapping.only_shop().cloned());
        let mut gaps = FileGaps::new(mapping, &inputs);
        for refused in refused.news() {
            let Refused { place, shop_id, order_id, ordered_at, refusal } = refused;
            gaps.add_refused(place, (shop_id, order_id, ordered_at), refusal.code.as_str());
        }
        gaps.note(engine, &shops)?;
        let earlier = earlier::found(&**engine.reader(), &shops, &gaps)?;
        let (zone, ranks_from) = (mapping.zone.clone(), ranks_from(engine, &shops)?);
        Ok(Taken { inputs, counts, refused, gaps, earlier, ranks_from, zone })
    })
}

/// Takes batch by batch, to the last or until it does not go on.
fn take_batches(
    batches: &mpsc::Receiver<Batch>,
    counts: &mut Counts,
    goes_on: &mut dyn FnMut(&Counts) -> bool,
    take: &mut dyn FnMut(Batch, &mut Counts) -> Result<(), PoolError>,
) -> Result<(), PoolError> {
    loop {
        let next = batches.recv_timeout(ASKED);
        if matches!(next, Err(RecvTimeoutError::Disconnected)) {
            return Ok(());
        }
        if !goes_on(counts) {
            return Err(PoolError::Ended);
        }
        if let Ok(batch) = next {
            take(batch, counts)?;
        }
    }
}

fn read_batches(
    mapping: &PoolMapping,
    inputs: &[PathBuf],
    Lot { orders, submit }: Lot,
    stops: &dyn Fn() -> bool,
    progress: &mut (dyn FnMut(u64, u64) + Send),
    to: &mpsc::SyncSender<Batch>,
) -> Result<PoolInputs, ReadError> {
    let mut batch = Batch::with_capacity(orders);
    let read = read_orders_while(mapping, inputs, stops, progress, &mut |place, order| {
        batch.push(place, order, submit);
        if batch.names.len() < orders {
            return Ok(());
        }
        let full = std::mem::replace(&mut batch, Batch::with_capacity(orders));
        to.send(full).map_err(|_| ReadError::Stopped)
    })?;
    to.send(batch).map_err(|_| ReadError::Stopped)?;
    Ok(read)
}

/// Takes orders in and submits those that are to be. Waits until that is durable.
pub(super) fn send_batch(
    engine: &Engine,
    batch: Batch,
    counts: &mut Counts,
    refused: &mut Refusals,
) -> Result<(), PoolError> {
    let Batch { names, takes: mut inputs, mut submits } = batch;
    inputs.append(&mut submits);
    let mut taken = engine.submit_many_blocking(inputs)?;
    let submitted = taken.split_off(names.len().min(taken.len()));
    let mut taken = taken.into_iter();
    for Name { place, shop_id, order_id, ordered_at } in names {
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use std::{cell::Cell, fmt::Write as _};

    const MAPPING: &str = include_str!("../../tests/data/pool.toml");

    /// Rows without an order's id are no order: however many there are, no batch is whole.
    #[test]
    fn reading_ends_before_the_first_batch_where_nobody_waits() {
        let folder = tempfile::tempdir().unwrap();
        let head = include_str!("../../tests/data/pool-orders.csv").lines().next().unwrap();
        let mut text = format!("{head}\n");
        for row in 0..100_000 {
            let _ = writeln!(text, ",row {row}{}", ",".repeat(head.matches(',').count() - 1));
        }
        let path = folder.path().join("orders.csv");
        std::fs::write(&path, text).unwrap();
        let mapping = PoolMapping::parse(MAPPING, "pool.toml", None).unwrap();
        for asked_most in [1, 3, 40] {
            let (asked, mut told) = (Cell::new(0), (0, 0));
            let stops = || asked.replace(asked.get() + 1) >= asked_most;
            let lot = Lot { orders: SMALL, submit: Submit::No };
            let (send, batches) = mpsc::sync_channel(WAITING);
            let mut progress = |done, all| told = (done, all);
            let read = read_batches(&mapping, std::slice::from_ref(&path), lot, &stops, &mut progress, &send);
            assert!(matches!(read, Err(ReadError::Stopped)), "{read:?}");
            assert!(told.0 < told.1 && batches.try_recv().is_err(), "{told:?}");
        }
    }

    /// Nothing comes and nothing ends: it is asked all the same.
    #[test]
    fn it_is_asked_whether_it_goes_on_while_no_batch_is_whole() {
        let (_send, batches) = mpsc::sync_channel::<Batch>(WAITING);
        let mut asked = 0;
        let mut goes_on = |_: &Counts| {
            asked += 1;
            asked < 2
        };
        let taken = take_batches(&batches, &mut Counts::default(), &mut goes_on, &mut |_, _| Ok(()));
        assert!(matches!(taken, Err(PoolError::Ended)));
    }
}
