//! What the engine's tests share: a small shop, its events, and an engine that is asked in blocking
//! calls under a sandbox clock.
#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(clippy::unwrap_used, reason = "tests")]

pub mod faulty;
pub mod play;
pub mod random;

use domain::{
    CampaignId, CustomerId, Instant, OfferId, OrderId, ShopId,
    campaign::{Counters, Terms, Version, recovery},
    catalog::{Category, Scope},
    coupon::{Bind, Coupon},
    event::{
        Body, Cancelled, OrderEvent, OrderNamed, PaymentFailed, PaymentSucceeded, Placed,
        PlacedLine, RefundFacts, RefundLine,
    },
    order::{
        CancelReason, Discount, Goods, Method, Order, OrderKind, Party, RefundAsk, Source, Stage,
    },
    shop::{Shop, ShopKind},
};
use engine::{
    Command, Engine, EngineClock, EngineError, EventOutcome, EventResult, Input, Reply,
    audit::{AuditReport, audit},
    clock::SandboxClock,
    port::{MessageFilter, Page, Reader, Store},
    rows::digest,
};
use money::Money;
use std::str::FromStr;
use std::sync::Arc;
use store_memory::MemoryStore;

/// The moment at which campaigns begin: 2022-06-10T10:00:00+08:00, a Friday.
pub const START: Instant = Instant::from_micros(1_654_826_400_000_000);
/// What an order of [`placed`] asks for, in fen.
pub const PAYABLE: i64 = 295_00;
/// What the coupon of [`Deal::default`] takes off, in fen.
pub const SAVE: i64 = 20_00;

/// So many minutes after [`START`].
pub fn at(minutes: i64) -> Instant {
    START.plus_minutes(minutes)
}
pub fn id<T: FromStr>(text: &str) -> T {
    text.parse().unwrap_or_else(|_| panic!("{text} is no id"))
}
pub fn fen(minor: i64) -> Money {
    Money::from_minor(minor)
}
pub fn all() -> Page {
    Page {
        after: None,
        limit: 1_000_000,
    }
}

pub fn shop(shop_id: &str) -> Shop {
    Shop::with_defaults(id(shop_id), format!("Shop {shop_id}"), ShopKind::Sop)
}

/// A campaign's terms with the defaults of the tests: 20.00 off from 200.00, shown after 15 minutes.
#[derive(Debug, Clone)]
pub struct Deal {
    pub trigger: i64,
    pub spend: i64,
    pub save: i64,
    pub quantity: u64,
    pub bind: Bind,
    pub frequency: recovery::FrequencyScope,
    pub holdout: u8,
    pub hours: i64,
}

impl Default for Deal {
    fn default() -> Self {
        Self {
            trigger: 15,
            spend: 200_00,
            save: SAVE,
            quantity: 1_000,
            bind: Bind::OriginOrder,
            frequency: recovery::FrequencyScope::Campaign,
            holdout: 0,
            hours: 24 * 30,
        }
    }
}

impl Deal {
    pub fn version(&self) -> Version {
        Version {
            name: "Recovery".into(),
            starts_at: START,
            ends_at: START.plus_hours(self.hours),
            scope: Scope::default(),
            terms: Terms::Recovery(recovery::Terms {
                trigger_after_minutes: self.trigger,
                spend: fen(self.spend),
                save: fen(self.save),
                quantity: self.quantity,
                coupon_valid_hours: 48,
                bind: self.bind,
                frequency_scope: self.frequency,
                holdout_percent: self.holdout,
            }),
            made_at: START.plus_hours(-2),
        }
    }
}

/// Two lines of kettles, 10.00 off by the merchant, 1.00 by the platform, freight 6.00: 295.00.
pub fn placing(order: &str, customer: &str) -> Placed {
    let categories = || {
        let names = ["appliances", "kitchen", "kettles"];
        names
            .iter()
            .filter_map(|name| Category::try_new(name))
            .collect()
    };
    let line = |line_id: &str, sku: &str, quantity, minor| PlacedLine {
        line_id: id(line_id),
        sku: id(sku),
        categories: categories(),
        quantity,
        unit_price: fen(minor),
        presale_campaign_id: None,
    };
    let discount = |kind: &str, minor, funded_by| Discount {
        kind: kind.into(),
        id: None,
        amount: fen(minor),
        funded_by,
    };
    Placed {
        order_id: id(order),
        customer_id: id(customer),
        source: Source::App,
        kind: OrderKind::Normal,
        goods: Goods::Physical,
        lines: vec![
            line("l1", "sku-1", 2, 100_00),
            line("l2", "sku-2", 1, 100_00),
        ],
        discounts: vec![
            discount("order_promotion", 10_00, Party::Merchant),
            discount("beans", 1_00, Party::Platform),
        ],
        freight: fen(6_00),
        payable: fen(PAYABLE),
        cancel_at: None,
    }
}

pub fn event(event_id: &str, body: Body, occurred_at: Instant) -> OrderEvent {
    OrderEvent {
        source: "platform".into(),
        event_id: event_id.into(),
        occurred_at,
        body,
    }
}
pub fn placed(order: &str, customer: &str, when: Instant) -> OrderEvent {
    let body = Body::Placed(Box::new(placing(order, customer)));
    event(&format!("{order}.placed"), body, when)
}
pub fn paying(order: &str, payment: &str, amount: i64) -> PaymentSucceeded {
    PaymentSucceeded {
        order_id: id(order),
        payment_id: id(payment),
        stage: Stage::Full,
        method: Method::JdPay,
        amount: fen(amount),
        coupon_id: None,
    }
}
pub fn paid(order: &str, payment: &str, amount: i64, when: Instant) -> OrderEvent {
    let body = Body::PaymentSucceeded(paying(order, payment, amount));
    event(&format!("{order}.{payment}.succeeded"), body, when)
}
pub fn failed(order: &str, payment: &str, when: Instant) -> OrderEvent {
    let body = Body::PaymentFailed(PaymentFailed {
        order_id: id(order),
        payment_id: id(payment),
    });
    event(&format!("{order}.{payment}.failed"), body, when)
}
pub fn cancelled(order: &str, when: Instant) -> OrderEvent {
    let body = Body::Cancelled(Cancelled {
        order_id: id(order),
        reason: CancelReason::Customer,
    });
    event(&format!("{order}.cancelled.{}", when.micros()), body, when)
}
pub fn shipped(order: &str, when: Instant) -> OrderEvent {
    let body = Body::Shipped(OrderNamed {
        order_id: id(order),
    });
    event(&format!("{order}.shipped"), body, when)
}
pub fn received(order: &str, when: Instant) -> OrderEvent {
    let body = Body::Received(OrderNamed {
        order_id: id(order),
    });
    event(&format!("{order}.received"), body, when)
}
pub fn refunding(order: &str, refund: &str, ask: &RefundAsk) -> RefundFacts {
    RefundFacts {
        order_id: id(order),
        refund_id: id(refund),
        amount: ask.amount,
        lines: ask.lines.clone(),
    }
}
pub fn amount(minor: i64) -> RefundAsk {
    RefundAsk {
        lines: Vec::new(),
        amount: Some(fen(minor)),
    }
}
pub fn units(line: &str, quantity: u64) -> RefundAsk {
    RefundAsk {
        lines: vec![RefundLine {
            line_id: id(line),
            quantity,
        }],
        amount: None,
    }
}

/// The command that takes an event in, with the digest that the edge would give it.
pub fn ingest(event: &OrderEvent) -> Command {
    let bytes = serde_json::to_vec(event).unwrap();
    Command::Ingest {
        event: Box::new(event.clone()),
        digest: digest(&bytes),
    }
}
pub fn create(campaign: &str, deal: &Deal) -> Command {
    Command::CreateCampaign {
        campaign_id: Some(id(campaign)),
        version: Box::new(deal.version()),
        publish: true,
        digest: format!("{deal:?}"),
    }
}

pub type Outcome = Result<Reply, EngineError>;

/// A running engine and the shop that the calls are about.
pub struct Run {
    pub engine: Engine,
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
        Self {
            engine,
            shop: id("s1"),
        }
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
        self.send(command)
            .unwrap_or_else(|error| panic!("{asked}: {error}"))
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
        assert_eq!(
            result.outcome,
            EventOutcome::Applied,
            "{event:?}: {result:?}"
        );
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
        self.reader()
            .order(&self.shop, &id(order))
            .unwrap()
            .unwrap()
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
        let filter = MessageFilter {
            order_id: Some(id(order)),
            ..MessageFilter::default()
        };
        self.reader().messages(&self.shop, &filter, &all()).unwrap()
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
        add(lines(reader.coupons(shop, &all).unwrap()));
        add(lines(reader.standings(shop, &all).unwrap()));
        add(lines(
            reader
                .messages(shop, &MessageFilter::default(), &all)
                .unwrap(),
        ));
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
        assert!(report.findings.is_empty(), "{:#?}", report.findings);
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

pub fn claim(order: &str, offer: &OfferId, by: &CustomerId) -> Command {
    Command::Claim {
        order_id: id::<OrderId>(order),
        offer_id: offer.clone(),
        customer_id: by.clone(),
    }
}
pub fn starting(order: &str, payment: &str, method: Method, coupon: Option<&Coupon>) -> Command {
    Command::StartPayment {
        order_id: id(order),
        payment_id: id(payment),
        method,
        coupon_id: coupon.map(|coupon| coupon.coupon_id.clone()),
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
