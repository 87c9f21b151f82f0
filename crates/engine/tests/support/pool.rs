//! A presale pool in few words: times are `10-20 20:00:03` of 2020 in Shanghai.

use super::{Run, fen, id};
use domain::{
    Instant, ShopId,
    campaign::presale::Window,
    pool::{
        Basis, BuyerLimit, GiftStrategy, GiftTier, GiftUnit, PoolLine, PoolOrder, PresaleStrategy, RankKey,
        Said, ShopOrder, Stage, Standing, Times, Timing,
    },
    shop::{Shop, ShopKind},
};
use engine::{Command, Reply};
use port::Store;
use store_memory::MemoryStore;

/// A moment of 2020 in Shanghai.
pub fn t(text: &str) -> Instant {
    let (day, time) = text.split_once(' ').unwrap_or((text, "00:00:00"));
    let time = if time.len() == 5 { format!("{time}:00") } else { time.to_owned() };
    Instant::parse(&format!("2020-{day}T{time}+08:00")).unwrap_or_else(|| panic!("{text} is no time"))
}

pub fn window(from: &str, to: &str) -> Window {
    Window { starts_at: t(from), ends_at: t(to) }
}

pub fn toys(text: &str) -> Vec<GiftUnit> {
    text.split(',').map(|sku| GiftUnit { sku: id(sku), quantity: 1 }).collect()
}

/// A gift strategy for `sku-1`, everybody, valid all autumn; its gift is `toy`.
pub fn gift(name: &str, basis: Basis) -> GiftStrategy {
    GiftStrategy {
        strategy_id: id(name),
        name: name.into(),
        group: 0,
        priority: 0,
        validity: window("10-01", "12-01"),
        activity: window("10-10", "11-20"),
        basis,
        main_skus: vec![id("sku-1")].into(),
        first_n: None,
        buyers: BuyerLimit::EveryOrder,
        by_amount: false,
        tiers: vec![GiftTier { min: fen(0), gifts: toys("toy") }],
    }
}

/// Only the first `n` orders.
pub fn first(n: u64, strategy: GiftStrategy) -> GiftStrategy {
    GiftStrategy { first_n: Some(n), ..strategy }
}

/// The same for a moment.
pub fn watermark_at(run: &Run, through: Instant) {
    run.ok(Command::PutWatermark { through });
    run.advance(run.engine.now());
}

/// Everything up to then is downloaded; what waits for that happens.
pub fn watermark(run: &Run, at: &str) {
    run.ok(Command::PutWatermark { through: t(at) });
    run.advance(run.engine.now());
}

/// `(amount in fen, gift)` tiers.
pub fn by_amount(tiers: &[(i64, &str)], strategy: GiftStrategy) -> GiftStrategy {
    let tiers = tiers.iter().map(|(min, gifts)| GiftTier { min: fen(*min), gifts: toys(gifts) }).collect();
    GiftStrategy { by_amount: true, tiers, ..strategy }
}

/// A presale strategy `p` of `sku-1` that activates on 29 October; the balance opens on 1 November.
pub fn presale(timing: Timing, gifts: &[&str]) -> PresaleStrategy {
    PresaleStrategy {
        strategy_id: id("p"),
        name: "Double 11".into(),
        goods: vec![id("sku-1")].into(),
        validity: window("10-01", "12-01"),
        activation_at: t("10-29"),
        balance_opens_at: Some(t("11-01")),
        timing,
        gift_strategies: gifts.iter().map(|gift| id(gift)).collect(),
    }
}

/// A two-stage order of `sku-1` over 320.00.
pub fn order(name: &str, customer: &str, first_paid: &str) -> ShopOrder {
    ShopOrder {
        order_id: id(name),
        customer_id: id(customer),
        times: Times {
            ordered_at: t(first_paid),
            first_paid_at: Some(t(first_paid)),
            balance_paid_at: None,
            balance_opens_at: Some(t("11-01")),
            balance_closes_at: None,
            closed_at: None,
        },
        goods_paid: fen(320_00),
        lines: vec![PoolLine { sku: id("sku-1"), quantity: 1, amount: fen(320_00) }],
        said: Said::default(),
    }
}

pub fn balanced(order: &ShopOrder, balance: &str, amount: i64) -> ShopOrder {
    let mut order = order.clone();
    order.said.single_stage = None;
    order.times.balance_paid_at = Some(t(balance));
    (order.goods_paid, order.lines[0].amount) = (fen(amount), fen(amount));
    order
}

/// To the warehouse, whatever was paid.
pub fn fulfilling(order_id: domain::OrderId, undecided: engine::Undecided) -> Command {
    let reason = Some("it is about its gifts".to_owned());
    Command::FulfilOrder { order_id, undecided, unpaid: engine::Unpaid::Accept, reason }
}

/// The same order as one that is paid at once.
pub fn single(order: &ShopOrder) -> ShopOrder {
    let mut order = order.clone();
    order.times.balance_opens_at = None;
    order.said.single_stage = Some(true);
    order
}

/// What the pool's tests ask of a [`Run`].
pub trait PoolRun {
    fn take(&self, order: &ShopOrder) -> String;
    fn submit(&self, order: &str);
    fn bring(&self, orders: &[ShopOrder]);
    fn pooled(&self, order: &str) -> PoolOrder;
    fn stage(&self, order: &str) -> &'static str;
    fn gifts(&self, order: &str) -> Vec<String>;
    fn rank(&self, order: &str, strategy: &str) -> Option<u64>;
    fn standing(&self, order: &str, strategy: &str) -> Standing;
    fn run_state(&self, strategy: &str) -> domain::pool::Run;
    fn winners(&self, strategy: &str) -> Vec<String>;
}

pub fn pool_on(store: Box<dyn Store>) -> Run {
    let clock = engine::clock::SandboxClock::unset(t("10-15"));
    let clock = match store.reader().sandbox_clock().unwrap() {
        Some(at) => engine::clock::SandboxClock::resumed(at),
        None => clock,
    };
    let clock = engine::EngineClock::Sandbox(std::sync::Arc::new(clock));
    let run = Run::of(engine::Engine::start(store, clock).unwrap(), "s1");
    run.ok(Command::PutShop(Box::new(Shop::with_defaults(id("s1"), "Shop", ShopKind::Sop))));
    run
}

/// In memory, on 15 October, with strategies.
pub fn pool(gifts: &[GiftStrategy], strategy: Option<PresaleStrategy>) -> Run {
    let run = pool_on(Box::new(MemoryStore::new()));
    for gift in gifts {
        run.ok(Command::PutGiftStrategy(Box::new(gift.clone())));
    }
    if let Some(strategy) = strategy {
        run.ok(Command::PutPresaleStrategy(Box::new(strategy)));
    }
    run
}

impl PoolRun for Run {
    fn take(&self, order: &ShopOrder) -> String {
        match self.send(Command::TakeShopOrder(std::sync::Arc::new(order.clone()))) {
            Ok(Reply::Taken { outcome }) => format!("{outcome:?}").to_lowercase(),
            other => super::code(&other),
        }
    }
    fn submit(&self, order: &str) {
        self.ok(Command::SubmitOrder { order_id: id(order) });
    }
    fn bring(&self, orders: &[ShopOrder]) {
        for order in orders {
            assert_eq!(self.take(order), "created");
            self.submit(order.order_id.as_str());
        }
    }
    fn pooled(&self, order: &str) -> PoolOrder {
        self.reader().pool_order(&self.shop, &id(order)).unwrap().unwrap()
    }
    fn stage(&self, order: &str) -> &'static str {
        self.pooled(order).stage.as_str()
    }
    fn gifts(&self, order: &str) -> Vec<String> {
        let (order, row) = (self.pooled(order), self.reader().pool(&self.shop).unwrap());
        let mut found = Vec::new();
        for entered in order.entered.iter().filter(|_| order.stage != Stage::Closed) {
            let key = (self.shop.clone(), entered.run, entered.key.clone());
            let candidate = self.reader().candidate(&key).unwrap().unwrap();
            if let Some(tier) = candidate.tier.filter(|_| candidate.standing == Standing::Given) {
                let strategy = row.gifts[&entered.strategy_id].version(entered.version).unwrap();
                let gifts = strategy.tiers[usize::from(tier)].gifts.iter();
                found.extend(gifts.map(|gift| gift.sku.to_string()));
            }
        }
        found.extend(order.manual.iter().map(|gift| format!("{}!", gift.sku)));
        found
    }
    fn rank(&self, order: &str, strategy: &str) -> Option<u64> {
        let order = self.pooled(order);
        let entered = order.place(&id(strategy))?;
        let key = (self.shop.clone(), entered.run, entered.key.clone());
        self.reader().candidate(&key).unwrap()?.rank
    }
    fn standing(&self, order: &str, strategy: &str) -> Standing {
        let order = self.pooled(order);
        let entered = order.place(&id(strategy)).expect("it has a place");
        let key = (self.shop.clone(), entered.run, entered.key.clone());
        self.reader().candidate(&key).unwrap().unwrap().standing
    }
    fn run_state(&self, strategy: &str) -> domain::pool::Run {
        self.reader().pool(&self.shop).unwrap().runs[&id::<domain::GiftStrategyId>(strategy)].clone()
    }
    fn winners(&self, strategy: &str) -> Vec<String> {
        let run = self.run_state(strategy).number;
        let after: Option<RankKey> = None;
        let key =
            port::WalkKey { shop_id: self.shop.clone(), run, after, through: i64::MAX, limit: 1_000_000 };
        let found = self.reader().walk(&key).unwrap();
        let given = found.iter().filter(|candidate| candidate.standing == Standing::Given);
        given.map(|candidate| candidate.order_id.to_string()).collect()
    }
}
