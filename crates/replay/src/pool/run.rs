//! Runs a pool from an export, on simulated time: orders come in as they happened, the activation time
//! comes, gifts are decided.
//!
//! The clock begins one second before the activation time, when every order placed by then is taken in as
//! it stood then, and submitted. It stops at the activation time, before each moment at which unpaid
//! balances close orders, and where the export or the strategies end: each time what has happened since is
//! taken in first, and the download watermark follows. Amounts are those of the export throughout; an
//! amount decides nothing before everything is paid.

use super::{
    Counts, FileGaps, FileOrder, PoolError, PoolInputs, PoolMapping, Refusals, Refused, Strategies, Submit,
    intake::{Batch, send_batch},
    orders::Orders,
    read_orders,
};
use domain::{
    Instant, ShopId, limits,
    pool::{ShopOrder, Times},
};
use engine::{Command, Engine, EngineClock, Input, clock::SandboxClock};
use money::Money;
use port::Store;
use std::{collections::BTreeSet, path::PathBuf, sync::Arc};

/// Orders that are taken in at once.
const BATCH: usize = 1_000;
const MICROS: i64 = 1_000_000;

/// What a run of a pool came to; the engine still runs, for its lists.
pub struct PoolRun {
    /// The engine; [`Engine::stop`] it when the lists are written.
    pub engine: Engine,
    /// What was read.
    pub inputs: PoolInputs,
    /// What became of it.
    pub counts: Counts,
    /// What was refused.
    pub refused: Refusals,
    /// What is not certain.
    pub gaps: FileGaps,
    /// What became of ranks that may depend on it.
    pub ranks: Ranks,
    /// When the first ranking begins.
    pub ranks_from: Instant,
    /// The shops of the export.
    pub shops: Vec<ShopId>,
    /// Orders placed after the strategies end, which were not looked at.
    pub after_the_end: u64,
    /// Where the clock stopped.
    pub ended_at: Instant,
}

/// Progress: what is done, how much of it, and of how much.
pub type Tell<'t> = &'t mut dyn FnMut(Phase, u64, u64);

/// What a run does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// It reads the files; in bytes.
    Reading,
    /// It takes orders in; in steps of their lives.
    Running,
}

/// What becomes of ranks that may depend on orders that are missing (A-S4-6, A-S4-25).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ranks {
    /// They wait.
    WhenCertain,
    /// They are given out: whoever runs the pool answers for it.
    Overridden,
}

/// Reads the files and runs the pool in an empty store.
pub fn run_pool(
    mapping: &PoolMapping,
    strategies: &Strategies,
    inputs: &[PathBuf],
    store: Box<dyn Store>,
    ranks: Ranks,
    tell: Tell<'_>,
) -> Result<PoolRun, PoolError> {
    let mut orders = Orders::default();
    let read =
        read_orders(mapping, inputs, &mut |done, all| tell(Phase::Reading, done, all), &mut |at, order| {
            orders.push(at, order);
            Ok(())
        })?;
    orders.complete();
    let before = strategies.activation_at().plus_seconds(-1);
    let clock = EngineClock::Sandbox(Arc::new(SandboxClock::unset(before)));
    let engine = Engine::start(store, clock)?;
    let mut run = Run {
        engine: &engine,
        orders: &orders,
        known: vec![false; orders.len()],
        counts: Counts::default(),
        refused: Refusals::default(),
        gaps: FileGaps::new(mapping, &read),
        ranks,
        done: 0,
    };
    let walked = run.set_up(mapping, strategies).and_then(|()| run.walk(mapping, strategies, tell));
    let gaps = std::mem::take(&mut run.gaps);
    let after_the_end = run.known.iter().filter(|known| !**known).count() as u64;
    let (counts, refused) = (run.counts, std::mem::take(&mut run.refused));
    let shops = orders.goods().keys().cloned().collect();
    match walked {
        Ok(ended_at) => {
            let (inputs, ranks_from) = (read, strategies.ranks_from());
            Ok(PoolRun {
                engine,
                inputs,
                counts,
                refused,
                gaps,
                ranks,
                ranks_from,
                shops,
                after_the_end,
                ended_at,
            })
        }
        Err(error) => {
            engine.stop();
            Err(error)
        }
    }
}

struct Run<'a> {
    engine: &'a Engine,
    orders: &'a Orders,
    /// Whether an order was taken in.
    known: Vec<bool>,
    counts: Counts,
    refused: Refusals,
    gaps: FileGaps,
    ranks: Ranks,
    done: usize,
}

impl Run<'_> {
    /// Every shop of the export gets the strategies, over what it sold.
    fn set_up(&self, mapping: &PoolMapping, strategies: &Strategies) -> Result<(), PoolError> {
        for (shop_id, goods) in self.orders.goods() {
            if strategies.takes_every_sku() && goods.len() > limits::SCOPE_SKUS {
                let message = format!(
                    "{} SKUs in {shop_id}, at most {}: name presale_strategy.goods",
                    goods.len(),
                    limits::SCOPE_SKUS
                );
                return Err(PoolError::Strategies(message));
            }
            let (presale, gifts) = strategies.over(goods);
            let mut commands = vec![Command::PutShop(Box::new(mapping.shop(shop_id.clone())))];
            commands.extend(gifts.into_iter().map(|gift| Command::PutGiftStrategy(Box::new(gift))));
            commands.push(Command::PutPresaleStrategy(Box::new(presale)));
            let inputs = commands.into_iter().map(|command| Input::new(shop_id.clone(), command));
            for outcome in self.engine.submit_many_blocking(inputs.collect())? {
                outcome?;
            }
        }
        Ok(())
    }

    /// Goes from moment to moment; what is known at a moment comes before what the moment brings about.
    fn walk(
        &mut self,
        mapping: &PoolMapping,
        strategies: &Strategies,
        tell: Tell<'_>,
    ) -> Result<Instant, PoolError> {
        let activation = strategies.activation_at();
        let last = self.orders.agenda().last().map_or(activation, |(second, _)| at(*second).plus_seconds(1));
        let end = last.min(strategies.ends_at().plus_seconds(-1)).max(activation);
        self.learn(activation.plus_seconds(-1), tell)?;
        self.watermark(mapping, activation.plus_seconds(-1))?;
        for moment in self.moments(activation, end) {
            // What the export knows of the moment itself; downloads may run a day ahead of the clock.
            self.engine.advance_blocking(moment.plus_seconds(-1).max(self.engine.now()))?;
            if moment != activation {
                self.learn(moment, tell)?;
            }
            self.engine.advance_blocking(moment)?;
            self.learn(moment, tell)?;
            self.watermark(mapping, moment)?;
            self.settle(moment)?;
        }
        Ok(end)
    }

    /// The activation, the moments at which unpaid balances close orders, and the end.
    fn moments(&self, activation: Instant, end: Instant) -> BTreeSet<Instant> {
        let closings = self.orders.closings().iter().copied();
        let mut moments: BTreeSet<Instant> =
            closings.filter(|closes| *closes > activation && *closes < end).collect();
        moments.extend([activation, end]);
        moments
    }

    /// Takes in what has become known through that second.
    fn learn(&mut self, through: Instant, tell: Tell<'_>) -> Result<(), PoolError> {
        let second = through.micros().div_euclid(MICROS);
        let agenda = self.orders.agenda();
        let count = agenda[self.done..].partition_point(|(known, _)| *known <= second);
        let mut changed: Vec<usize> =
            agenda[self.done..self.done + count].iter().map(|(_, number)| *number as usize).collect();
        changed.sort_unstable();
        changed.dedup();
        for indexes in changed.chunks(BATCH) {
            let (news, updates): (Vec<usize>, Vec<usize>) =
                indexes.iter().partition(|index| !std::mem::replace(&mut self.known[**index], true));
            for (indexes, submit) in [(news, Submit::Yes), (updates, Submit::No)] {
                let mut batch = Batch::with_capacity(indexes.len());
                for index in indexes {
                    let (place, order) = self.orders.get(index);
                    let known = FileOrder { order: as_of(order.order, second), ..order };
                    batch.push(place, known, submit);
                }
                if !batch.is_empty() {
                    send_batch(self.engine, batch, &mut self.counts, &mut self.refused)?;
                }
            }
        }
        self.done += count;
        tell(Phase::Running, self.done as u64, agenda.len() as u64);
        Ok(())
    }

    fn watermark(&mut self, mapping: &PoolMapping, through: Instant) -> Result<(), PoolError> {
        let through = match self.ranks {
            Ranks::WhenCertain => {
                self.note_gaps()?;
                mapping.through.map_or(through, |known| known.min(through))
            }
            Ranks::Overridden => through,
        };
        let input = |shop: &ShopId| Input::new(shop.clone(), Command::PutWatermark { through });
        for outcome in self.engine.submit_many_blocking(self.orders.goods().keys().map(input).collect())? {
            outcome?;
        }
        Ok(())
    }

    /// What the files do not say, and orders that the engine refused: of every shop before its watermark.
    fn note_gaps(&mut self) -> Result<(), PoolError> {
        for refused in self.refused.news() {
            let Refused { place, shop_id, order_id, ordered_at, refusal } = refused;
            self.gaps.add_refused(place, (shop_id, order_id, ordered_at), refusal.code.as_str());
        }
        let mut inputs = Vec::new();
        for shop in self.orders.goods().keys() {
            let gaps = self.gaps.of(shop).into_iter().filter(|gap| !gap.is_closed());
            inputs.extend(gaps.map(|gap| Input::new(shop.clone(), Command::NoteGap(Box::new(gap)))));
        }
        for outcome in self.engine.submit_many_blocking(inputs)? {
            outcome?;
        }
        Ok(())
    }

    /// Lets walks that were begun come to their end.
    fn settle(&self, now: Instant) -> Result<(), PoolError> {
        while self.engine.advance_blocking(now)? > 0 {}
        Ok(())
    }
}

fn at(second: i64) -> Instant {
    Instant::from_micros(second * MICROS)
}

/// The order as it stood at the end of a second.
fn as_of(order: ShopOrder, second: i64) -> ShopOrder {
    let by_then = |at: &Instant| at.micros().div_euclid(MICROS) <= second;
    let times = Times {
        first_paid_at: order.times.first_paid_at.filter(by_then),
        balance_paid_at: order.times.balance_paid_at.filter(by_then),
        closed_at: order.times.closed_at.filter(by_then),
        ..order.times
    };
    let goods_paid = times.first_paid_at.map_or(Money::ZERO, |_| order.goods_paid);
    ShopOrder { times, goods_paid, ..order }
}
