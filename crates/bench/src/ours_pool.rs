//! Our engine with a presale pool: a strategy of one SKU, orders in download order.

use std::{path::Path, sync::Arc};

use anyhow::{Context as _, Result, bail, ensure};
use domain::{
    Instant, OrderId, Sku,
    campaign::presale::Window,
    pool::{
        Basis, BuyerLimit, GiftStrategy, GiftTier, GiftUnit, PoolLine, PresaleStrategy, Run, Said, ShopOrder,
        Times, Timing,
    },
    shop::{Shop, ShopKind},
};
use engine::{Command, Engine, EngineClock, Input, Reply, clock::SandboxClock};
use money::Money;
use store_sqlite::SqliteStore;

use crate::{ours, samples::scatter};

/// Orders handed to the engine at once.
const FILL: usize = 4_096;
const DAY: i64 = 86_400;

/// What the strategy gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gives {
    /// The first so many by their first payment; balances are unpaid.
    First(u64),
    /// Everybody by amount, in three tiers; everything is paid.
    ByAmount,
}

/// When the pool's orders begin to be paid.
pub fn opening() -> Instant {
    ours::opening()
}

/// When gifts are decided.
pub fn activation() -> Instant {
    opening().plus_hours(24 * 5)
}

/// A pool of `count` orders: order `number` as it is downloaded. A third of them is paid in the first ten
/// minutes, the others over three days; ids follow the order of placing, roughly.
pub struct Rows {
    /// How many.
    pub count: u64,
    /// Whether everything is paid.
    pub gives: Gives,
}

impl Rows {
    /// When the order that is downloaded as number `number` was paid, and its id.
    pub fn row(number: u64) -> (i64, u64) {
        let drawn = scatter(number);
        let span = if drawn % 10 < 3 { 600 } else { 3 * DAY as u64 };
        let second = opening().micros() / 1_000_000 + i64::try_from(drawn / 10 % span).unwrap_or_default();
        // Unique, and not in the order of paying.
        (second, 1_000_000_000 + number * 7 + drawn % 7)
    }

    fn order(&self, number: u64) -> Result<ShopOrder> {
        let (second, id) = Self::row(number);
        let paid_at = Instant::from_micros(second * 1_000_000);
        let amount = Money::from_minor(i64::try_from(scatter(number ^ 0x5555) % 100_000)? + 10_000);
        let balance_opens_at = match self.gives {
            Gives::First(_) => Some(opening().plus_hours(24 * 10)),
            Gives::ByAmount => None,
        };
        Ok(ShopOrder {
            order_id: OrderId::try_new(&id.to_string())?,
            customer_id: format!("u{number}").parse()?,
            times: Times {
                ordered_at: paid_at,
                first_paid_at: Some(paid_at),
                balance_paid_at: None,
                balance_opens_at,
                balance_closes_at: None,
                closed_at: None,
            },
            goods_paid: amount,
            lines: vec![PoolLine { sku: sku()?, quantity: 1, amount }],
            said: Said::default(),
        })
    }
}

fn sku() -> Result<Sku> {
    Ok(Sku::try_new("presale-1")?)
}

/// A running engine over a file in a folder.
pub struct OursPool {
    /// The engine.
    pub engine: Engine,
}

impl OursPool {
    /// A new store with the shop and its strategies, four days after the first payment.
    pub fn create(folder: &Path, gives: Gives) -> Result<Self> {
        let store = SqliteStore::open(&folder.join("pool.sqlite"))?;
        let clock = SandboxClock::unset(opening().plus_hours(24 * 4));
        let engine = Engine::start(Box::new(store), EngineClock::Sandbox(Arc::new(clock)))?;
        let ours = Self { engine };
        let shop = Shop::with_defaults(ours::shop_id(), "Bench", ShopKind::Sop);
        ours.submit(Command::PutShop(Box::new(shop)))?;
        ours.submit(Command::PutGiftStrategy(Box::new(gift(gives)?)))?;
        ours.submit(Command::PutPresaleStrategy(Box::new(presale()?)))?;
        Ok(ours)
    }

    /// Asks for one thing.
    pub fn submit(&self, command: Command) -> Result<Reply> {
        let mut outcomes = self.engine.submit_many_blocking(vec![Input::new(ours::shop_id(), command)])?;
        Ok(outcomes.pop().context("no answer")??)
    }

    /// Takes all orders in, in download order.
    pub fn take(&self, rows: &Rows) -> Result<()> {
        self.each(rows, |order| Command::TakeShopOrder(Arc::new(order)))
    }

    /// Submits them all.
    pub fn submit_all(&self, rows: &Rows) -> Result<()> {
        self.each(rows, |order| Command::SubmitOrder { order_id: order.order_id })
    }

    /// Asks for each order, in batches; the next one is made while one is written, as it is when files are
    /// read.
    fn each(&self, rows: &Rows, ask: impl Fn(ShopOrder) -> Command + Send) -> Result<()> {
        let (hand_over, batches) = std::sync::mpsc::sync_channel::<Result<Vec<Input>>>(1);
        std::thread::scope(|scope| {
            scope.spawn(move || {
                for first in (0..rows.count).step_by(FILL) {
                    let last = rows.count.min(first + FILL as u64);
                    let input = |number| Ok(Input::new(ours::shop_id(), ask(rows.order(number)?)));
                    if hand_over.send((first..last).map(input).collect()).is_err() {
                        return;
                    }
                }
            });
            for batch in batches {
                for outcome in self.engine.submit_many_blocking(batch?)? {
                    match outcome? {
                        Reply::Taken { .. } | Reply::PoolOrder { .. } => {}
                        other => bail!("{other:?}"),
                    }
                }
            }
            Ok(())
        })
    }

    /// The strategy's run.
    pub fn run(&self) -> Result<Run> {
        let pool = self.engine.reader().pool(&ours::shop_id())?;
        pool.runs.into_values().next().context("no run")
    }

    /// The given orders' count and the sum of their ids, in the order of ranks.
    pub fn given(&self) -> Result<(u64, u64)> {
        let (run, mut after) = (self.run()?, None);
        let (mut count, mut sum) = (0, 0);
        loop {
            let (shop_id, limit) = (ours::shop_id(), 10_000);
            let key = port::WalkKey { shop_id, run: run.number, after, through: i64::MAX, limit };
            let found = self.engine.reader().walk(&key)?;
            for candidate in found.iter().filter(|c| c.standing == domain::pool::Standing::Given) {
                count += 1;
                sum += candidate.order_id.as_str().parse::<u64>()?;
            }
            let is_last = found.len() < limit || count == run.given;
            after = found.into_iter().last().map(|candidate| candidate.key);
            if is_last {
                ensure!(count == run.given, "{count} given but {} counted", run.given);
                return Ok((count, sum));
            }
        }
    }
}

impl Drop for OursPool {
    fn drop(&mut self) {
        self.engine.stop();
    }
}

fn all_time() -> Window {
    Window { starts_at: opening().plus_hours(-24), ends_at: opening().plus_hours(24 * 60) }
}

fn gift(gives: Gives) -> Result<GiftStrategy> {
    let tier = |min, sku: &str| {
        let gifts = vec![GiftUnit { sku: sku.parse()?, quantity: 1 }];
        anyhow::Ok(GiftTier { min: Money::from_minor(min), gifts })
    };
    let (first_n, by_amount, tiers) = match gives {
        Gives::First(n) => (Some(n), false, vec![tier(0, "gift-1")?]),
        Gives::ByAmount => {
            (None, true, vec![tier(0, "gift-1")?, tier(30_000, "gift-2")?, tier(80_000, "gift-3")?])
        }
    };
    Ok(GiftStrategy {
        strategy_id: "gift".parse()?,
        name: "gift".into(),
        group: 0,
        priority: 0,
        validity: all_time(),
        activity: all_time(),
        basis: Basis::FirstPayment,
        main_skus: vec![sku()?].into(),
        first_n,
        buyers: BuyerLimit::EveryOrder,
        by_amount,
        tiers,
    })
}

fn presale() -> Result<PresaleStrategy> {
    Ok(PresaleStrategy {
        strategy_id: "presale".parse()?,
        name: "presale".into(),
        goods: vec![sku()?].into(),
        validity: all_time(),
        activation_at: activation(),
        balance_opens_at: None,
        timing: Timing::Activation,
        gift_strategies: vec!["gift".parse()?],
    })
}
