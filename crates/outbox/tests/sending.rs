//! Messages on their way, with providers that refuse, keep silent, are down for a day and report late and twice, and a
//! service that dies between the send and its mark (A-S2-12, A-S2-18, A-S2-19): seeded, by the worker and the outbox as
//! they are, on a store in memory and a clock that the play moves.
//!
//! Always holds: bought = free + reserved + sent + expired; a provider that drops no repetition is given nothing twice that
//! it took; nothing that a provider took is given back or refused; in the end what was taken, or may have been, is what
//! the shop paid for, once.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

#[path = "sending/provider.rs"]
mod provider;

use domain::{
    Code, Instant, MessageId, ShopId,
    event::{Body, OrderEvent, OrderNamed, PaymentSucceeded},
    message::{
        Kind, Message,
        addressee::{Contact, Sealed},
        numbers::NumberKey,
        sending::{Report, Stage},
        settings::{Caps, Chosen, Switch},
    },
    shop::{Shop, ShopKind},
};
use engine::{Command, Engine, EngineClock, EngineError, Input, MessageCommand, Settled, clock::Clock};
use outbox::{Opener, Outbox};
use port::{MessageFilter, Page, Reader};
use provider::{Carries, Mood, Provider};
use relay::{AddressGuard, GuardPolicy, MessageSender, Senders, WebhookClient, Worker, ask_all};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, LazyLock};
use store_memory::MemoryStore;

const START: Instant = Instant::from_micros(1_654_826_400_000_000);
const ORDERS: usize = 30;
/// Segments of the shop's pack: not enough for all of it.
const PACK: u64 = 20;
/// Whose messages are looked at: what the shop pays for.
const PAID: [Kind; 3] = [Kind::PaymentReminder, Kind::Shipped, Kind::Received];

static CLIENT: LazyLock<WebhookClient> =
    LazyLock::new(|| WebhookClient::try_new(AddressGuard::new(GuardPolicy::default())).unwrap());

/// Chance that a seed names (splitmix64).
pub struct Chance(u64);

impl Chance {
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }
    pub fn flips(&mut self) -> bool {
        self.below(2) == 0
    }
}

/// A clock that the play moves, of the engine and of the relay.
struct Wall(AtomicI64);

impl Clock for Wall {
    fn now(&self) -> Instant {
        Instant::from_micros(self.0.load(Ordering::SeqCst))
    }
}

/// Contacts lie as they are.
struct Plain;

impl Opener for Plain {
    fn open(&self, _: &ShopId, _: &Message, sealed: &Sealed) -> Option<String> {
        Some(sealed.sealed.clone())
    }
}

/// What runs, until it dies.
struct Service {
    engine: Engine,
    outbox: Arc<Outbox>,
    worker: Worker,
    senders: Senders,
}

struct Stand {
    store: MemoryStore,
    wall: Arc<Wall>,
    provider: Arc<Provider>,
    service: Service,
    random: Chance,
    orders: usize,
    events: usize,
    deaths: usize,
    /// How often each message was told of, so that some are told again.
    told: BTreeMap<String, Vec<Report>>,
    runtime: tokio::runtime::Runtime,
}

fn shop() -> ShopId {
    "s1".parse().unwrap()
}

fn started(store: &MemoryStore, wall: &Arc<Wall>, provider: &Arc<Provider>) -> Service {
    let engine = Engine::start(Box::new(store.clone()), EngineClock::System(wall.clone())).unwrap();
    let (wall, sender) = (wall.clone(), Arc::new(Carries(provider.clone())) as Arc<dyn MessageSender>);
    let clock: relay::Clock = Arc::new(move || wall.now().micros());
    let senders = Senders::new(sender);
    let outbox = Outbox::new(engine.clone(), clock.clone()).with_opener(Arc::new(Plain));
    let outbox = Arc::new(outbox);
    let worker = Worker::new(outbox.clone(), CLIENT.clone(), senders.clone(), clock);
    Service { engine, outbox, worker, senders }
}

impl Stand {
    fn new(seed: u64) -> Self {
        let (store, wall) = (MemoryStore::new(), Arc::new(Wall(AtomicI64::new(START.micros()))));
        let mut random = Chance(seed);
        let provider = Arc::new(Provider::new(random.below(u64::MAX), random.flips()));
        let service = started(&store, &wall, &provider);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (orders, events, deaths, told) = (0, 0, 0, BTreeMap::new());
        let stand = Self { store, wall, provider, service, random, orders, events, deaths, told, runtime };
        let mut settings = Shop::with_defaults(shop(), "Tea", ShopKind::Sop);
        // Reminders have little time, and other notices two days.
        settings.payment_timeout_minutes = 4 * 60;
        stand.ok(Command::PutShop(Box::new(settings)));
        let on = Switch { sms: true, wechat: false };
        let caps = Caps { minute: 100, hour: 100, day: 100 };
        let switches = PAID.iter().map(|kind| (*kind, on)).collect();
        let chosen = Box::new(Chosen { switches, caps, ..Chosen::default() });
        let by = "key".to_owned();
        stand.told(MessageCommand::PutSettings { chosen, from: None, by: by.clone() });
        for (name, segments, expires_at) in
            [("short", PACK / 2, Some(START.plus_hours(36))), ("long", PACK / 2, None)]
        {
            let purchase_id = name.parse().unwrap();
            stand.told(MessageCommand::BuyPack { purchase_id, segments, expires_at, by: by.clone() });
        }
        stand
    }

    fn now(&self) -> Instant {
        self.wall.now()
    }
    fn reader(&self) -> &dyn Reader {
        &**self.service.engine.reader()
    }
    fn submit(&self, command: Command) -> Result<engine::Reply, EngineError> {
        self.service.engine.submit_many_blocking(vec![Input::new(shop(), command)]).unwrap().remove(0)
    }
    fn ok(&self, command: Command) {
        self.submit(command).unwrap();
    }
    fn told(&self, command: MessageCommand) {
        self.ok(Command::Messages(command));
    }

    fn event(&mut self, body: Body) {
        self.events += 1;
        let (source, event_id) = ("platform".to_owned(), format!("e{}", self.events));
        let event = Box::new(OrderEvent { source, event_id, occurred_at: self.now(), body });
        self.ok(Command::Ingest { event, digest: [0; 16] });
    }

    /// Something happens to an order: it is placed, paid, shipped or received.
    fn happens(&mut self) {
        if self.orders < ORDERS && self.random.flips() {
            self.orders += 1;
            let number = self.orders;
            let placed = serde_json::json!({
                "order_id": format!("o{number}"), "customer_id": format!("u{number}"), "payable": 1_000,
                "lines": [{ "line_id": "l1", "sku": "A", "quantity": 1, "unit_price": 1_000 }]
            });
            let contact = Contact {
                phone: Some(Sealed { sealed: format!("+86138{number:08}"), masked: "138****".into() }),
                number: NumberKey::try_new(&format!("{number:032x}")),
                numbers_before: Vec::new(),
                wechat_openid: None,
                email: None,
                address: None,
                told_at: self.now(),
                told_by: "key".into(),
            };
            let customer_id = format!("u{number}").parse().unwrap();
            self.told(MessageCommand::PutContact { customer_id, contact: Some(Box::new(contact)) });
            self.event(Body::Placed(serde_json::from_value(placed).unwrap()));
        } else if self.orders > 0 {
            let order = format!("o{}", 1 + self.random.below(self.orders as u64));
            let order_id = order.parse().unwrap();
            let paid = || -> PaymentSucceeded {
                let paid = serde_json::json!({ "order_id": order, "payment_id": format!("p-{order}"),
                    "method": "jd_pay", "amount": 1_000 });
                serde_json::from_value(paid).unwrap()
            };
            let body = match self.random.below(3) {
                0 => Body::PaymentSucceeded(paid()),
                1 => Body::Shipped(OrderNamed { order_id }),
                _ => Body::Received(OrderNamed { order_id }),
            };
            self.event(body);
        }
    }

    /// One pass of the relay, in which the service may die.
    fn relays(&mut self) {
        let (worker, mut fatal) = (self.service.worker.clone(), self.provider.fatal());
        let has_died = self.runtime.block_on(async {
            tokio::select! {
                biased;
                drained = worker.drain_once() => {
                    drained.unwrap();
                    false
                }
                () = async { fatal.recv().await.unwrap() } => true,
            }
        });
        if has_died {
            self.dies();
        }
    }

    /// Another process goes on with what is stored; nobody knows what was under way.
    fn dies(&mut self) {
        self.deaths += 1;
        self.service.engine.stop();
        self.service = started(&self.store, &self.wall, &self.provider);
    }

    fn asks(&mut self) {
        let Service { outbox, senders, .. } = &self.service;
        self.runtime.block_on(ask_all(&**outbox, senders, 8)).unwrap();
    }

    /// A report of something that the provider took, perhaps in parts, perhaps told before.
    fn reports(&mut self) {
        let Some(key) = self.provider.one_that_was_taken(&mut self.random) else { return };
        let known = self.told.entry(key.clone()).or_default();
        if known.is_empty() || self.random.flips() {
            known.push(Report {
                part: Some(1 + u32::try_from(self.random.below(3)).unwrap()).filter(|part| *part < 3),
                is_delivered: self.random.flips(),
                code: "DELIVRD".into(),
                segments: Some(1),
                at: self.wall.now(),
                is_charged: self.random.flips(),
            });
        }
        let report = known[usize::try_from(self.random.below(known.len() as u64)).unwrap()].clone();
        let (message_id, report): (MessageId, _) = (key.parse().unwrap(), Box::new(report));
        self.told(MessageCommand::Reported { message_id, numbers: None, report });
        // Of a stranger.
        let report = self.told.values().flatten().next().unwrap().clone();
        let stranger = MessageCommand::Reported {
            message_id: "stranger".parse().unwrap(),
            numbers: None,
            report: Box::new(report),
        };
        assert!(self.submit(Command::Messages(stranger)).is_err());
    }

    /// Time passes, and everything that was due by then has been done.
    fn passes(&self, minutes: i64) {
        self.wall.0.fetch_add(minutes * 60_000_000, Ordering::SeqCst);
        let all = Page { after: None, limit: 1 };
        loop {
            // Timers are fired behind each job; the second is answered when they were.
            for _ in 0..2 {
                self.runtime.block_on(self.service.engine.settle(Settled::default())).unwrap();
            }
            let next = self.reader().timers(&shop(), &all).unwrap();
            if next.first().is_none_or(|timer| timer.due_at > self.now()) {
                return;
            }
        }
    }

    fn messages(&self) -> Vec<Message> {
        let all = Page { after: None, limit: 10_000 };
        let messages = self.reader().messages(&shop(), &MessageFilter::default(), &all).unwrap();
        messages.into_iter().filter(|message| PAID.contains(&message.kind)).collect()
    }

    /// What holds at every moment.
    fn holds(&self, seed: u64) {
        let wallet = self.reader().wallet(&shop()).unwrap();
        assert_eq!(wallet.fault(), None, "seed {seed}");
        assert_eq!(wallet.bought, PACK);
        self.provider.gave_nothing_twice(seed);
        let (mut held, mut charged) = (0, 0);
        for message in self.messages() {
            let Some(sending) = &message.sending else { continue };
            held += sending.held();
            charged += sending.charged();
            let took = self.provider.took(&message.message_id);
            assert!(!(took && sending.stage == Stage::Refused), "seed {seed}: {message:?} was given back");
        }
        assert_eq!((wallet.reserved, wallet.sent), (held, charged), "seed {seed}");
    }

    /// What holds when everything is known that can be.
    fn has_ended(&self, seed: u64) {
        let report = audit::audit(self.reader(), self.now(), &mut |_, _| {}).unwrap();
        assert!(report.findings.is_empty(), "seed {seed}: {:#?}", report.findings);
        let mut sent = 0;
        for message in self.messages() {
            let took = self.provider.took(&message.message_id);
            let Some(sending) = &message.sending else {
                assert!(!took, "seed {seed}: {message:?} was not let out");
                continue;
            };
            assert!(sending.stage != Stage::Out, "seed {seed}: {message:?} is still on its way");
            let may_have = took || self.provider.may_have_taken(&message.message_id);
            assert!(took <= (sending.stage == Stage::Taken), "seed {seed}: {message:?} was taken");
            assert!((sending.stage == Stage::Taken) <= may_have, "seed {seed}: {message:?} was not taken");
            sent += sending.charged();
        }
        let wallet = self.reader().wallet(&shop()).unwrap();
        assert_eq!((wallet.reserved, wallet.sent), (0, sent), "seed {seed}");
    }
}

/// What came about in all plays: a play in which nothing happens shows nothing.
#[derive(Debug, Default)]
struct Tally {
    deaths: usize,
    taken: usize,
    refused: usize,
    /// Its time had passed, and nobody had it.
    too_late: usize,
    /// Nobody ever knew: it counts as sent.
    never_known: usize,
    /// Charged, and given back because it did not arrive.
    given_back: usize,
    /// Given again to a provider that drops repetitions.
    repeated: usize,
    /// The pack was too small.
    unpaid: usize,
}

impl Tally {
    fn count(&mut self, stand: &Stand) {
        self.deaths += stand.deaths;
        self.repeated += stand.provider.repeated();
        for message in stand.messages() {
            self.unpaid += usize::from(message.code == Some(Code::NoBalance));
            let Some(sending) = &message.sending else { continue };
            let is_expired = sending.stage == Stage::Refused && sending.provider_code.is_none();
            self.too_late += usize::from(is_expired);
            let took = stand.provider.took(&message.message_id);
            self.taken += usize::from(took);
            self.refused += usize::from(sending.stage == Stage::Refused);
            self.never_known += usize::from(sending.stage == Stage::Taken && !took);
            self.given_back += usize::from(took && sending.charged() == 0);
        }
    }
}

fn plays(seed: u64, tally: &mut Tally) {
    let mut stand = Stand::new(seed);
    for _ in 0..220 {
        match stand.random.below(12) {
            0..=2 => stand.happens(),
            3..=5 => stand.relays(),
            6 => stand.asks(),
            7 => stand.reports(),
            8 => stand.provider.turns(&mut stand.random),
            9 => stand.dies(),
            10 => {
                // Now and then the provider is away for a day.
                let day = stand.random.below(8) == 0;
                if day {
                    stand.provider.is(Mood::Away);
                }
                let hours = if day { 24 } else { 0 };
                for _ in 0..=hours {
                    let minutes = 1 + i64::try_from(stand.random.below(90)).unwrap();
                    stand.passes(if day { 60 } else { minutes });
                    if day {
                        stand.relays();
                    }
                }
            }
            _ => stand.passes(1),
        }
        stand.holds(seed);
    }
    // A month goes by, in which the provider is well and knows.
    stand.provider.is(Mood::Well);
    for _ in 0..34 {
        stand.passes(24 * 60);
        for _ in 0..3 {
            stand.relays();
            stand.asks();
        }
        stand.holds(seed);
    }
    stand.has_ended(seed);
    tally.count(&stand);
    stand.service.engine.stop();
}

#[test]
fn a_s2_12_a_s2_18_a_s2_19_every_interleaving_pays_for_what_was_taken() {
    let mut tally = Tally::default();
    for seed in 0..u64::from(testkit::seeds(40)) {
        plays(seed, &mut tally);
    }
    println!("{tally:?}");
    let Tally { deaths, taken, refused, too_late, never_known, given_back, repeated, unpaid } = tally;
    let all = [deaths, taken, refused, too_late, never_known, given_back, repeated, unpaid];
    assert!(all.iter().all(|times| *times > 0), "{all:?}");
}
