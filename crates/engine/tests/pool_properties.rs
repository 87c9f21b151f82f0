//! Whatever the order of arrival, whatever comes twice, wherever it crashes: the gifts are those of the
//! ideal ranking by the customer's time, never more than N, never more than the stock (S4-R20, A-S4-5).
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use domain::pool::{Basis, BuyerLimit, GiftStrategy, ShopOrder, Timing};
use engine::{Command, EngineError, FirstPayment, Reply};
use std::collections::{BTreeMap, BTreeSet};
use store_memory::MemoryStore;
use support::{
    faulty::{Faulty, Plan},
    pool::*,
    random::Random,
    *,
};

fn seeds() -> u64 {
    testkit::seeds(150).into()
}

/// A pool as the platform knows it, and the strategy that ranks it.
struct World {
    orders: Vec<ShopOrder>,
    /// Closed before the activation.
    closed: BTreeSet<usize>,
    strategy: GiftStrategy,
    /// One that goes after it in its group, and gives pens.
    lower: Option<GiftStrategy>,
    timing: Timing,
    stock: Option<u64>,
}

const TIMINGS: [Timing; 4] =
    [Timing::Activation, Timing::TransferOut, Timing::ToReview, Timing::TransferInAndOut];

impl World {
    fn of(random: &mut Random) -> Self {
        let count = 5 + random.below(25);
        let orders: Vec<_> = (0..count).map(|number| Self::order(random, number)).collect();
        let basis = [Basis::Order, Basis::FirstPayment, Basis::BalancePayment][random.below(3)];
        let mut strategy = GiftStrategy { first_n: Some(1 + random.below(12) as u64), ..gift("g", basis) };
        if random.below(3) == 0 {
            strategy.buyers = BuyerLimit::OncePerBuyer;
        }
        if random.below(3) == 0 {
            strategy = by_amount(&[(20_000, "toy"), (30_000, "ball")], strategy);
        }
        // What is shipped early is judged early: closing is drawn for what ranks before the balance.
        let closed = (0..count).filter(|_| random.below(8) == 0).collect();
        let stock = (random.below(4) == 0).then(|| random.below(8) as u64);
        let timing = TIMINGS[random.below(4)];
        let lower = (random.below(2) == 0).then(|| Self::lower(random, basis));
        strategy.group = u32::from(lower.is_some());
        strategy.priority = 1;
        Self { orders, closed, strategy, lower, timing, stock }
    }

    fn lower(random: &mut Random, basis: Basis) -> GiftStrategy {
        let first_n = (random.below(2) == 0).then(|| 1 + random.below(12) as u64);
        let mut lower = GiftStrategy { group: 1, first_n, ..gift("h", basis) };
        lower.tiers[0].gifts = toys("pen");
        lower
    }

    fn order(random: &mut Random, number: usize) -> ShopOrder {
        let second = i64::try_from(random.below(12)).unwrap();
        let first = t("10-20 20:00:00").plus_seconds(second);
        let mut order =
            order(&format!("{}", 90 + number), &format!("u{}", random.below(9)), "10-20 20:00:00");
        order.times.ordered_at = first.plus_seconds(-i64::try_from(random.below(60)).unwrap());
        order.times.first_paid_at = Some(first);
        let balance = t("11-01 00:05:00").plus_seconds(i64::try_from(random.below(12)).unwrap());
        order.times.balance_paid_at = Some(balance);
        order.goods_paid = fen([15_000, 20_000, 29_999, 30_000, 50_000][random.below(5)]);
        order
    }

    fn before_balance(&self, index: usize) -> ShopOrder {
        let mut order = self.orders[index].clone();
        order.times.balance_paid_at = None;
        order.goods_paid = fen(1_000);
        order
    }

    fn basis_second(&self, index: usize) -> i64 {
        let times = self.orders[index].times;
        let at = match self.strategy.basis {
            Basis::Order => Some(times.ordered_at),
            Basis::FirstPayment => times.first_paid_at,
            Basis::BalancePayment => times.balance_paid_at,
        };
        at.unwrap().micros().div_euclid(1_000_000)
    }

    /// The ideal ranking, by sorting everything at once.
    fn ideal(&self) -> BTreeMap<String, String> {
        let open = (0..self.orders.len()).filter(|index| !self.closed.contains(index));
        let mut sorted: Vec<_> = open.collect();
        let number = |index: usize| self.orders[index].order_id.as_str().parse::<u64>().unwrap();
        sorted.sort_by_key(|index| (self.basis_second(*index), number(*index)));
        let lower = sorted.clone();
        let mut buyers = BTreeSet::new();
        sorted.retain(|index| {
            let fresh = buyers.insert(self.orders[*index].customer_id.clone());
            fresh || self.strategy.buyers == BuyerLimit::EveryOrder
        });
        sorted.truncate(usize::try_from(self.strategy.first_n.unwrap()).unwrap());
        let gift = |index: usize| {
            let tier =
                self.strategy.tiers.iter().rev().find(|tier| tier.min <= self.orders[index].goods_paid)?;
            Some((self.orders[index].order_id.to_string(), tier.gifts[0].sku.to_string()))
        };
        let mut gifts: BTreeMap<_, _> = sorted.into_iter().filter_map(gift).collect();
        // An order that takes no gift of the lower one takes its place there all the same.
        let n = self.lower.as_ref().map_or(0, |lower| lower.first_n.unwrap_or(u64::MAX));
        for index in lower.into_iter().take(usize::try_from(n).unwrap()) {
            gifts.entry(self.orders[index].order_id.to_string()).or_insert_with(|| "pen".into());
        }
        gifts
    }
}

/// Plays a world on an engine that may break at any step; what breaks is asked again.
struct Player<'a> {
    world: &'a World,
    run: Option<Run>,
    store: MemoryStore,
    plan: Plan,
    random: Random,
    crashes: bool,
    /// How often the engine was started anew.
    restarts: usize,
}

impl Player<'_> {
    fn run(&mut self) -> &Run {
        let (store, plan) = (self.store.clone(), self.plan.clone());
        self.run.get_or_insert_with(|| pool_on(Box::new(Faulty { inner: store, plan })))
    }

    /// Until it is answered; after a crash by a new engine on what the store has.
    fn ask(&mut self, command: &Command) -> Result<Reply, EngineError> {
        self.run();
        if self.crashes && self.random.below(6) == 0 {
            let mut random = self.random.clone();
            self.random.next();
            self.plan.crash_soon(&mut random);
        }
        for _ in 0..5 {
            let run = self.run();
            let answers = run.engine.submit_many_blocking(vec![run.input(command.clone())]);
            match answers.and_then(|mut answers| answers.remove(0)) {
                Err(EngineError::Stopped | EngineError::Store(_) | EngineError::Internal(_)) => {
                    self.plan.heal();
                    self.run = None;
                    self.restarts += 1;
                }
                answer => return answer,
            }
        }
        panic!("{command:?} is never answered");
    }

    fn advance(&mut self, to: domain::Instant) {
        for _ in 0..5 {
            if self.run().engine.advance_blocking(to).is_ok() {
                return;
            }
            self.plan.heal();
            self.run = None;
            self.restarts += 1;
        }
        panic!("the clock cannot be moved");
    }

    fn take(&mut self, order: &ShopOrder) {
        let command = Command::TakeShopOrder(std::sync::Arc::new(order.clone()));
        for _ in 0..=self.random.below(2) {
            self.ask(&command).unwrap();
        }
    }

    fn submit(&mut self, index: usize) {
        let order_id = self.world.orders[index].order_id.clone();
        let command = Command::SubmitOrder { order_id: order_id.clone() };
        // After a crash it may have been done already.
        drop(self.ask(&command));
        if self.random.below(5) == 0 {
            drop(self.ask(&Command::RejectOrder { order_id, first_payment: FirstPayment::Kept }));
            drop(self.ask(&command));
        }
    }

    /// The download truly has come so far: nothing unknown lies at or before it.
    fn watermark(&mut self, unknown: &BTreeSet<usize>) {
        let first = unknown.iter().map(|index| self.world.basis_second(*index)).min();
        let Some(second) = first else { return };
        let through = domain::Instant::from_micros((second - 1) * 1_000_000);
        drop(self.ask(&Command::PutWatermark { through }));
        let now = self.run().engine.now();
        self.advance(now);
    }

    fn play(&mut self) {
        let world = self.world;
        self.ask(&Command::PutGiftStrategy(Box::new(world.strategy.clone()))).unwrap();
        if let Some(lower) = &world.lower {
            self.ask(&Command::PutGiftStrategy(Box::new(lower.clone()))).unwrap();
        }
        let names = if world.lower.is_some() { &["g", "h"][..] } else { &["g"] };
        self.ask(&Command::PutPresaleStrategy(Box::new(presale(world.timing, names)))).unwrap();
        if let Some(quantity) = world.stock {
            for sku in ["toy", "ball"] {
                self.ask(&Command::PutGiftStock { sku: id(sku), quantity }).unwrap();
            }
        }
        self.advance(t("10-21"));
        let by_balance = world.strategy.basis == Basis::BalancePayment;
        let mut unknown: BTreeSet<usize> = (0..world.orders.len()).collect();
        let mut order_of_arrival: Vec<usize> = unknown.iter().copied().collect();
        shuffle(&mut self.random, &mut order_of_arrival);
        let activation = self.random.below(order_of_arrival.len());
        for (step, index) in order_of_arrival.iter().copied().enumerate() {
            if step == activation {
                self.advance(t("10-29"));
            }
            self.take(&world.before_balance(index));
            self.submit(index);
            if world.closed.contains(&index) {
                let mut closed = world.before_balance(index);
                closed.times.closed_at = Some(t("10-21"));
                self.take(&closed);
            }
            if !by_balance || world.closed.contains(&index) {
                unknown.remove(&index);
            }
            if self.random.below(4) == 0 {
                self.watermark(&unknown);
            }
        }
        self.advance(t("11-03"));
        shuffle(&mut self.random, &mut order_of_arrival);
        for index in order_of_arrival {
            if !world.closed.contains(&index) {
                self.take(&world.orders[index]);
            }
            unknown.remove(&index);
            if self.random.below(4) == 0 {
                self.watermark(&unknown);
            }
        }
        self.ask(&Command::PutWatermark { through: t("11-03") }).unwrap();
        self.advance(t("11-20"));
        drop(self.ask(&Command::PutWatermark { through: t("11-20") }));
        self.advance(t("11-20"));
    }

    fn gifts(&mut self) -> BTreeMap<String, String> {
        let orders = self.world.orders.clone();
        let run = self.run();
        let of = |order: &ShopOrder| {
            let id = order.order_id.to_string();
            let gifts = run.gifts(&id);
            assert!(gifts.len() <= 1, "{id}: {gifts:?}, of one group");
            gifts.into_iter().next().map(|gift| (id.clone(), gift))
        };
        orders.iter().filter_map(of).collect()
    }
}

fn shuffle<T>(random: &mut Random, items: &mut [T]) {
    for last in (1..items.len()).rev() {
        items.swap(last, random.below(last + 1));
    }
}

/// How often the engine was started anew.
fn check(seed: u64, crashes: bool) -> usize {
    let mut random = Random::of(seed);
    let world = World::of(&mut random);
    let store = MemoryStore::new();
    let mut player =
        Player { world: &world, run: None, store, plan: Plan::default(), random, crashes, restarts: 0 };
    player.play();
    let (gifts, ideal) = (player.gifts(), world.ideal());
    let what =
        format!("seed {seed}: {:?} {:?} n {:?}", world.timing, world.strategy.basis, world.strategy.first_n);
    let lower = world.lower.as_ref().map(|lower| lower.first_n);
    let what = format!("{what}, lower {lower:?}");
    player.run().assert_clean();
    let given = gifts.values().filter(|gift| *gift != "pen").count() as u64;
    assert!(given <= world.strategy.first_n.unwrap(), "{what}: more than N");
    let stock = player.run().reader().pool(&id("s1")).unwrap().stock;
    for (sku, stock) in &stock {
        let count = gifts.values().filter(|gift| **gift == sku.as_str()).count() as u64;
        assert!(count == stock.given && count <= stock.quantity, "{what}: {sku} {count} of {stock:?}");
    }
    if world.stock.is_none() {
        assert_eq!(gifts, ideal, "{what}");
    } else {
        assert!(
            gifts.iter().all(|(order, gift)| ideal.get(order) == Some(gift) || gift == "pen"),
            "{what}: {gifts:?} of {ideal:?}"
        );
    }
    player.restarts
}

#[test]
fn s4_r20_a_s4_5_the_gifts_are_those_of_the_ideal_ranking() {
    for seed in 0..seeds() {
        check(seed, false);
    }
}

#[test]
fn a_crash_in_the_middle_of_a_run_gives_no_gift_twice_and_loses_none() {
    let restarts: usize = (10_000..10_000 + seeds()).map(|seed| check(seed, true)).sum();
    assert!(restarts > 0, "nothing crashed");
}
