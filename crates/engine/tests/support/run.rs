//! A running engine under a sandbox clock.

use super::{Deal, START, all, claim, create, id, ingest, shop, starting};
use audit::{AuditReport, audit};
use domain::{
    CampaignId, Instant, ShopId,
    campaign::Counters,
    coupon::Coupon,
    event::OrderEvent,
    order::{Method, Order},
};
use engine::{
    Command, Engine, EngineClock, EngineError, EventOutcome, EventResult, Input, MessageCommand, Reply,
    clock::SandboxClock,
};
use port::{MessageFilter, Reader, Store};
use preview::Quoting;
use std::sync::Arc;
use store_memory::MemoryStore;

pub type Outcome = Result<Reply, EngineError>;

/// A running engine and the shop that the calls are about.
pub struct Run {
    pub engine: Engine,
    pub quoting: Quoting,
    pub shop: ShopId,
}

impl Run {
    /// On a store whose clock was never set: two hours before [`START`].
    pub fn on(store: Box<dyn Store>) -> Self {
        let clock = match store.reader().sandbox_clock().unwrap() {
            Some(at) => SandboxClock::resumed(at),
            None => SandboxClock::unset(START.plus_hours(-2)),
        };
        let engine = Engine::start(store, EngineClock::Sandbox(Arc::new(clock))).unwrap();
        Self::of(engine, "s1")
    }
    /// Of a running engine.
    pub fn of(engine: Engine, shop: &str) -> Self {
        let quoting = Quoting::new(engine.reader().clone(), engine.generations().clone());
        Self { engine, quoting, shop: id(shop) }
    }

    /// In memory, with a second handle on the store.
    pub fn in_memory() -> (Self, MemoryStore) {
        let store = MemoryStore::new();
        (Self::on(Box::new(store.clone())), store)
    }

    /// Sets up the shop with a campaign `c1`, and moves the clock to [`START`].
    pub fn with_campaign(self, deal: &Deal) -> Self {
        self.ok(Command::PutShop(Box::new(shop(self.shop.as_str()))));
        self.ok(create("c1", deal));
        self.advance(START);
        self
    }

    /// Segments of SMS, which new shops pay for (A-S1-18).
    pub fn buys_sms(&self, purchase: &str, segments: u64) -> Reply {
        let (purchase_id, by) = (id(purchase), "test".to_owned());
        let pack = MessageCommand::BuyPack { purchase_id, segments, expires_at: None, by };
        self.ok(Command::Messages(pack))
    }

    pub fn input(&self, command: Command) -> Input {
        Input::new(self.shop.clone(), command)
    }
    pub fn send(&self, command: Command) -> Outcome {
        self.many(vec![command]).remove(0)
    }
    /// One batch.
    pub fn many(&self, commands: Vec<Command>) -> Vec<Outcome> {
        let inputs = commands.into_iter().map(|c| self.input(c)).collect();
        self.engine.submit_many_blocking(inputs).unwrap()
    }
    pub fn ok(&self, command: Command) -> Reply {
        let asked = format!("{command:?}");
        self.send(command).unwrap_or_else(|error| panic!("{asked}: {error}"))
    }
    /// The refusal's code.
    pub fn refused(&self, command: Command) -> String {
        code(&self.send(command))
    }
    pub fn event(&self, event: &OrderEvent) -> EventResult {
        match self.ok(ingest(event)) {
            Reply::Event { result } => result,
            other => panic!("{other:?}"),
        }
    }
    /// Takes an event in that changes something.
    pub fn apply(&self, event: &OrderEvent) {
        let result = self.event(event);
        assert_eq!(result.outcome, EventOutcome::Applied, "{event:?}: {result:?}");
    }
    pub fn advance(&self, to: Instant) -> u64 {
        self.engine.advance_blocking(to).unwrap()
    }
    pub fn claiming(&self, order: &str) -> Command {
        let order = self.order(order);
        let offer = order.recovery.offer.expect("an offer is shown").offer_id;
        claim(order.order_id.as_str(), &offer, &order.customer_id)
    }
    pub fn claim(&self, order: &str) -> Coupon {
        coupon_of(self.ok(self.claiming(order)))
    }
    pub fn start_payment(&self, order: &str, payment: &str, coupon: Option<&Coupon>) -> Reply {
        self.ok(starting(order, payment, Method::JdPay, coupon))
    }

    pub fn reader(&self) -> &dyn Reader {
        &**self.engine.reader()
    }
    pub fn order(&self, order: &str) -> Order {
        self.reader().order(&self.shop, &id(order)).unwrap().unwrap()
    }
    pub fn coupon(&self, coupon: &Coupon) -> Coupon {
        let found = self.reader().coupon(&self.shop, &coupon.coupon_id);
        found.unwrap().unwrap()
    }
    pub fn coupons(&self) -> Vec<Coupon> {
        self.reader().coupons(&self.shop, &all()).unwrap()
    }
    pub fn counters(&self, campaign: &str) -> Counters {
        let campaign: CampaignId = id(campaign);
        let row = self.reader().campaign(&self.shop, &campaign).unwrap();
        row.unwrap().counters
    }
    pub fn messages(&self, order: &str) -> Vec<domain::message::Message> {
        let filter = MessageFilter { order_id: Some(id(order)), ..MessageFilter::default() };
        self.reader().messages(&self.shop, &filter, &all()).unwrap()
    }
    pub fn customer(&self, customer: &str) -> domain::customer::Standing {
        let found = self.reader().standing(&self.shop, &id(customer)).unwrap();
        found.unwrap_or_default()
    }
    /// Names of the order's timeline entries.
    pub fn timeline(&self, order: &str) -> Vec<String> {
        let entries = self.reader().timeline(&self.shop, &id(order)).unwrap();
        entries.into_iter().map(|entry| entry.what).collect()
    }
    /// Everything that is stored of the shop, to compare before and after.
    pub fn snapshot(&self) -> Vec<String> {
        let (reader, shop, all) = (self.reader(), &self.shop, all());
        let mut found = vec![format!("{:?}", reader.sandbox_clock().unwrap())];
        let mut add = |rows: Vec<String>| found.extend(rows);
        add(lines(reader.campaigns(shop).unwrap()));
        add(lines(reader.batches(shop, &all).unwrap()));
        add(lines(reader.coupons(shop, &all).unwrap()));
        add(lines(reader.standings(shop, &all).unwrap()));
        add(lines(reader.messages(shop, &MessageFilter::default(), &all).unwrap()));
        add(lines(reader.parked(shop, &all).unwrap()));
        add(lines(reader.outbox(shop, &all).unwrap()));
        add(lines(reader.timers(shop, &all).unwrap()));
        for order in reader.orders(shop, &all).unwrap() {
            add(lines(reader.entries(shop, &order.order_id).unwrap()));
            add(lines(reader.timeline(shop, &order.order_id).unwrap()));
            add(lines(vec![order]));
        }
        found
    }
    pub fn audit(&self) -> AuditReport {
        audit(self.reader(), self.engine.now(), &mut |_, _| {}).unwrap()
    }
    pub fn assert_clean(&self) {
        let report = self.audit();
        assert!(report.findings.is_empty() && report.moved.is_empty(), "{report:#?}");
    }
}

fn lines<T: std::fmt::Debug>(rows: Vec<T>) -> Vec<String> {
    rows.iter().map(|row| format!("{row:?}")).collect()
}

impl Drop for Run {
    fn drop(&mut self) {
        self.engine.stop();
    }
}

pub fn coupon_of(reply: Reply) -> Coupon {
    match reply {
        Reply::Coupon { coupon } => coupon,
        other => panic!("{other:?}"),
    }
}
/// The stable code of a refusal, the kind of another error, or `ok`.
pub fn code(outcome: &Outcome) -> String {
    match outcome {
        Ok(Reply::Event { result }) => match result.code {
            Some(code) => code.to_string(),
            None => format!("{:?}", result.outcome).to_lowercase(),
        },
        Ok(_) => "ok".into(),
        Err(EngineError::Refused(refusal)) => refusal.code.to_string(),
        Err(EngineError::Store(_)) => "store".into(),
        Err(EngineError::Internal(_)) => "internal".into(),
        Err(EngineError::Busy) => "busy".into(),
        Err(EngineError::Stopped) => "stopped".into(),
    }
}
