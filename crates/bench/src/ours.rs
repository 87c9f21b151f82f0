//! Our engine, set up for measuring: a shop with one hot campaign on a `SQLite` file, on a sandbox clock.
//!
//! Nothing is left out to be fast: every effect has its row in the outbox and its line in the
//! timeline, and claims carry idempotency keys. No webhook is registered; each would add a row.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context as _, Result, ensure};
use domain::{
    CampaignId, Instant, OrderId, PaymentId, ShopId, TransactionId,
    campaign::{Action, recovery::Claim},
    campaign::{
        Counters, Terms, Version,
        promotion::{OrderTerms, Tier},
        recovery,
    },
    catalog::{Category, Scope, ScopeMode},
    coupon::Bind,
    event::{Body, OrderEvent, PaymentSucceeded},
    order::{Method, OfferStatus, Stage},
    shop::{Shop, ShopKind},
};
use engine::{Command, Engine, EngineClock, EventOutcome, Input, Reply, clock::SandboxClock};
use money::Money;
use port::{Digest, Page};
use store_sqlite::SqliteStore;

use crate::samples;

/// The shop that everything happens in.
pub const SHOP: &str = "bench";
/// The name of its store's file.
pub const STORE: &str = "ours.sqlite";
/// The campaign whose coupons are claimed.
pub const CAMPAIGN: &str = "hot";
/// How long a coupon is good.
pub const COUPON_HOURS: i64 = 48;
/// Events handed to the engine at once when a store is filled.
const FILL: u64 = 4_096;

/// When the orders of [`samples`] are placed.
pub fn opening() -> Instant {
    Instant::from_micros(1_794_326_400_000_000)
}

/// When they show their coupons, and are claimed.
pub fn shown_at() -> Instant {
    opening().plus_minutes(15)
}

/// When the campaign is over.
pub fn ends_at() -> Instant {
    opening().plus_hours(24 * 30)
}

/// The idempotency key of a claim, and the digest of what is asked.
pub fn claim_key(number: u64) -> (String, Digest) {
    let key = format!("claim-{number:012}");
    let digest = port::digest(key.as_bytes());
    (key, digest)
}

/// A running engine over a file in a folder.
pub struct Ours {
    /// The engine.
    pub engine: Engine,
}

/// An order that shows a coupon.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The order.
    pub order: domain::OrderId,
    /// The offer.
    pub offer: domain::OfferId,
    /// Who may claim it.
    pub customer: domain::CustomerId,
}

impl Shown {
    /// Its customer's claim.
    pub fn claim(&self) -> Command {
        let Self { order, offer, customer } = self.clone();
        let claim = Claim { order_id: order, offer_id: offer, customer_id: customer };
        Command::Act(Action::Recovery(claim))
    }
}

/// The shop's id.
pub fn shop_id() -> ShopId {
    ShopId::try_new(SHOP).unwrap_or_else(|_| unreachable!("bench is an id"))
}

impl Ours {
    /// A new store with the shop and its campaign running, with more coupons than any run claims.
    pub fn create(folder: &Path) -> Result<Self> {
        Self::create_with(folder, 2_000_000)
    }

    /// The same with so many coupons.
    pub fn create_with(folder: &Path, coupons: u64) -> Result<Self> {
        let ours = Self::create_early(folder, coupons)?;
        ours.engine.advance_blocking(opening())?;
        Ok(ours)
    }

    /// The same a day before the campaign begins.
    pub fn create_early(folder: &Path, coupons: u64) -> Result<Self> {
        let store = SqliteStore::open(&Self::file(folder))?;
        let clock = SandboxClock::unset(opening().plus_hours(-24));
        let engine = Engine::start(Box::new(store), EngineClock::Sandbox(Arc::new(clock)))?;
        let ours = Self { engine };
        let mut shop = Shop::with_defaults(shop_id(), "Bench", ShopKind::Sop);
        shop.payment_timeout_minutes = 60 * 24 * 10;
        ours.submit(Command::PutShop(Box::new(shop)))?;
        ours.submit(campaign(coupons)?)?;
        Ok(ours)
    }

    /// Where the store of a folder is.
    pub fn file(folder: &Path) -> PathBuf {
        folder.join(STORE)
    }

    /// The store of a folder, opened again.
    pub fn open(folder: &Path) -> Result<Self> {
        let store = SqliteStore::open(&Self::file(folder))?;
        let clock = EngineClock::sandbox_of(&*port::Store::reader(&store))?;
        Ok(Self { engine: Engine::start(Box::new(store), clock)? })
    }

    /// What our engine answers to a command in the shop.
    pub fn submit(&self, command: Command) -> Result<Reply> {
        let mut outcomes = self.engine.submit_many_blocking(vec![Input::new(shop_id(), command)])?;
        Ok(outcomes.pop().context("no answer")??)
    }

    /// Places orders number `from..to`, each by its own customer.
    pub fn place(&self, from: u64, to: u64, key: fn(u64) -> u64) -> Result<()> {
        let mut first = from;
        while first < to {
            let last = to.min(first + FILL);
            let inputs = (first..last).map(|number| placed(key(number))).collect::<Result<Vec<_>>>()?;
            ensure_applied(self.engine.submit_many_blocking(inputs)?)?;
            first = last;
        }
        Ok(())
    }

    /// Publishes so many order promotions, each on one of the carts' second-level categories.
    pub fn promote(&self, count: u64) -> Result<()> {
        for number in 0..count {
            self.submit(promotion(number)?)?;
        }
        Ok(())
    }

    /// Moves the clock; how many timers fired.
    pub fn advance(&self, to: Instant) -> Result<u64> {
        Ok(self.engine.advance_blocking(to)?)
    }

    /// Places so many orders and lets the time pass until each shows its coupon: those, by their numbers.
    pub fn show(&self, orders: u64) -> Result<Vec<Shown>> {
        self.place(0, orders, |number| number)?;
        self.advance(shown_at())?;
        self.shown()
    }

    /// Every order that shows a coupon, in the order of their numbers.
    pub fn shown(&self) -> Result<Vec<Shown>> {
        let mut found = Vec::new();
        let mut page = Page { after: None, limit: 10_000 };
        loop {
            let orders = self.engine.reader().orders(&shop_id(), &page)?;
            let Some(last) = orders.last() else {
                return Ok(found);
            };
            page.after = Some(last.order_id.to_string());
            found.extend(orders.into_iter().filter_map(|order| {
                let offer = order.recovery.offer.filter(|o| o.status == OfferStatus::Displayed)?;
                Some(Shown { order: order.order_id, offer: offer.offer_id, customer: order.customer_id })
            }));
        }
    }

    /// The hot campaign's figures.
    pub fn counters(&self) -> Result<Counters> {
        let campaign = CampaignId::try_new(CAMPAIGN)?;
        let row = self.engine.reader().campaign(&shop_id(), &campaign)?;
        Ok(row.context("the campaign is gone")?.counters)
    }
}

impl Drop for Ours {
    fn drop(&mut self) {
        self.engine.stop();
    }
}

/// An order as an input, made from the same JSON as the floor's rows.
pub fn placed(number: u64) -> Result<Input> {
    let (id, text) = samples::order_placed(number);
    let value: serde_json::Value = serde_json::from_str(&text)?;
    let placed = serde_json::from_value(value["data"].clone())?;
    Ok(event(id, Body::Placed(placed)))
}

/// An order's money, with the id that its channel gave it.
pub fn paid(number: u64) -> Result<Input> {
    let paid = PaymentSucceeded {
        order_id: OrderId::try_new(&format!("order{number:010}"))?,
        payment_id: PaymentId::try_new(&format!("pay{number:010}"))?,
        stage: Stage::Full,
        method: Method::JdPay,
        amount: Money::from_minor(i64::try_from(samples::payable(number))?),
        coupon_id: None,
        checkout_id: None,
        transaction_id: Some(TransactionId::try_new(&format!("4200001156202108{number:012}"))?),
        discounts: Vec::new(),
    };
    Ok(event(format!("evt-{number:012}-2"), Body::PaymentSucceeded(paid)))
}

/// An event that happened when the shop opened.
pub fn event(event_id: String, body: Body) -> Input {
    event_at(event_id, body, opening())
}

/// An event that happened then.
pub fn event_at(event_id: String, body: Body, occurred_at: Instant) -> Input {
    let digest = port::digest(event_id.as_bytes());
    let event = OrderEvent { source: "bench".into(), event_id, occurred_at, body };
    Input::new(shop_id(), Command::Ingest { event: Box::new(event), digest })
}

/// Fails when an event did not change anything.
pub fn ensure_applied(outcomes: Vec<Result<Reply, engine::EngineError>>) -> Result<()> {
    for outcome in outcomes {
        let Reply::Event { result } = outcome? else {
            continue;
        };
        ensure!(result.outcome == EventOutcome::Applied, "an event was not applied: {result:?}");
    }
    Ok(())
}

fn campaign(coupons: u64) -> Result<Command> {
    let terms = recovery::Terms {
        trigger_after_minutes: 15,
        spend: Money::from_minor(100),
        save: Money::from_minor(50),
        quantity: coupons,
        coupon_valid_hours: COUPON_HOURS,
        bind: Bind::OriginOrder,
        frequency_scope: recovery::FrequencyScope::Campaign,
        holdout_percent: 0,
        holdout_planned_orders: 5_000,
        holdout_precision_points: 10,
    };
    let version = Version {
        name: "Hot".into(),
        starts_at: opening().plus_hours(-1),
        ends_at: ends_at(),
        scope: Scope::default(),
        terms: Terms::Recovery(terms),
        made_at: opening(),
    };
    Ok(Command::CreateCampaign {
        campaign_id: Some(CampaignId::try_new(CAMPAIGN)?),
        version: Box::new(version),
        publish: true,
        digest: String::new(),
    })
}

fn promotion(number: u64) -> Result<Command> {
    let spend = Money::from_minor(i64::try_from(1_000 + number * 100)?);
    let tier = Tier { spend, save: Some(Money::from_minor(50)), percent_off: None, cap: None };
    let terms = OrderTerms { tiers: vec![tier], ..OrderTerms::default() };
    let category = Category::try_new(&format!("c{}", number % 70)).context("a category")?;
    let categories = Arc::new(BTreeSet::from([category]));
    let version = Version {
        name: format!("Promotion {number}"),
        starts_at: opening().plus_hours(-1),
        ends_at: opening().plus_hours(24 * 30),
        scope: Scope { mode: ScopeMode::Whitelist, categories, ..Scope::default() },
        terms: Terms::OrderPromotion(terms),
        made_at: opening(),
    };
    Ok(Command::CreateCampaign {
        campaign_id: Some(CampaignId::try_new(&format!("p{number:03}"))?),
        version: Box::new(version),
        publish: true,
        digest: String::new(),
    })
}
