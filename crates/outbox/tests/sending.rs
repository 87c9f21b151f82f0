//! Messages on their way, with providers that refuse, keep silent and report late, and a service that dies between the
//! send and its mark (A-S2-12, A-S2-18, A-S2-19): seeded, on a store in memory.
//!
//! Always holds: bought = free + reserved + sent + expired; a provider that took a message is not given it again; in the
//! end what it took is what the shop paid for.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use domain::{
    Instant,
    event::{Body, OrderEvent, OrderNamed},
    message::{
        Kind, MessageStatus,
        sending::{Report, Stage},
        settings::{Caps, Chosen, Switch},
    },
    shop::{Shop, ShopKind},
};
use engine::{Command, Engine, EngineClock, Input, MessageCommand, clock::SandboxClock};
use outbox::Outbox;
use port::{MessageFilter, Page, Reader};
use relay::{
    Class, DeliveryQueue, Fate, MessageKey, MessageOutcome, MessageSettlement, PendingMessage, Questions,
};
use std::collections::BTreeMap;
use std::sync::Arc;
use store_memory::MemoryStore;

const START: Instant = Instant::from_micros(1_654_826_400_000_000);
const ORDERS: usize = 30;

/// Chance that a seed names (splitmix64).
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }
    fn flips(&mut self) -> bool {
        self.below(2) == 0
    }
}

/// A provider that drops no repetition: what it took, and how often.
#[derive(Default)]
struct Provider {
    took: BTreeMap<MessageKey, u32>,
}

/// What became of one send.
enum Sent {
    Answered(MessageOutcome),
    /// The service died before it knew.
    Died,
}

impl Provider {
    fn send(&mut self, random: &mut Chance, pending: &PendingMessage) -> Sent {
        let key = MessageKey::of(&pending.message);
        let mut take = || *self.took.entry(key.clone()).or_default() += 1;
        let accepted = || MessageOutcome::Accepted { provider_id: Some("biz".into()), segments: Some(1) };
        let later = |at_micros| {
            let (class, code) = (Some(Class::Transient), "http_503".to_owned());
            MessageOutcome::RetryAt { at_micros, class, code }
        };
        match random.below(7) {
            0 | 1 => {
                take();
                Sent::Answered(accepted())
            }
            2 => {
                let (class, code, detail) = (Class::Content, "isv.X".to_owned(), String::new());
                Sent::Answered(MessageOutcome::Refused { class, code, detail })
            }
            3 => {
                take();
                Sent::Answered(MessageOutcome::Unknown { code: "timeout".into() })
            }
            4 => Sent::Answered(MessageOutcome::Unknown { code: "timeout".into() }),
            5 => Sent::Answered(later(0)),
            _ => {
                if random.flips() {
                    take();
                }
                Sent::Died
            }
        }
    }
}

struct Stand {
    engine: Engine,
    outbox: Outbox,
    provider: Provider,
    random: Chance,
    runtime: tokio::runtime::Runtime,
}

fn shop() -> domain::ShopId {
    "s1".parse().unwrap()
}

fn clock() -> relay::Clock {
    Arc::new(|| 0)
}

impl Stand {
    fn new(seed: u64) -> Self {
        let sandbox = EngineClock::Sandbox(Arc::new(SandboxClock::unset(START)));
        let engine = Engine::start(Box::new(MemoryStore::new()), sandbox).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let outbox = Outbox::new(engine.clone(), clock());
        let random = Chance(seed);
        let stand = Self { engine, outbox, provider: Provider::default(), random, runtime };
        stand.ok(Command::PutShop(Box::new(Shop::with_defaults(shop(), "Tea", ShopKind::Sop))));
        let on = Switch { sms: true, wechat: false };
        let caps = Caps { minute: 100, hour: 100, day: 100 };
        let chosen = Chosen { switches: [(Kind::Shipped, on)].into(), caps, ..Chosen::default() };
        let by = "key".to_owned();
        stand.told(MessageCommand::PutSettings { chosen: Box::new(chosen), from: None, by: by.clone() });
        let purchase_id = "p".parse().unwrap();
        stand.told(MessageCommand::BuyPack { purchase_id, segments: 20, expires_at: None, by });
        stand
    }

    fn ok(&self, command: Command) {
        let answers = self.engine.submit_many_blocking(vec![Input::new(shop(), command)]).unwrap();
        for answer in answers {
            answer.unwrap();
        }
    }
    fn told(&self, command: MessageCommand) {
        self.ok(Command::Messages(command));
    }
    fn reader(&self) -> &dyn Reader {
        &**self.engine.reader()
    }

    /// An order is placed and shipped, as it is heard of now.
    fn ships(&self, number: usize) {
        let order_id: domain::OrderId = format!("o{number}").parse().unwrap();
        let event = |id: &str, body| OrderEvent {
            source: "platform".into(),
            event_id: format!("{id}{number}"),
            occurred_at: self.engine.now(),
            body,
        };
        let placed = serde_json::json!({
            "order_id": order_id, "customer_id": format!("u{number}"), "payable": 1_000,
            "lines": [{ "line_id": "l1", "sku": "A", "quantity": 1, "unit_price": 1_000 }]
        });
        let placed = Body::Placed(serde_json::from_value(placed).unwrap());
        for event in [event("placed", placed), event("shipped", Body::Shipped(OrderNamed { order_id }))] {
            self.ok(Command::Ingest { event: Box::new(event), digest: [0; 16] });
        }
    }

    /// One turn of the relay. A service that dies is started again on the same store.
    fn turn(&mut self) {
        let due = self.runtime.block_on(self.outbox.due_messages(0, &|_: &str| 8)).unwrap();
        let marked = self.runtime.block_on(self.outbox.hand_over(&due, relay::Repeats::Sent)).unwrap();
        let mut settled = Vec::new();
        for pending in due.iter().filter(|pending| marked.contains(&MessageKey::of(&pending.message))) {
            match self.provider.send(&mut self.random, pending) {
                Sent::Answered(outcome) => {
                    settled.push(MessageSettlement { key: MessageKey::of(&pending.message), outcome });
                }
                Sent::Died => {
                    self.outbox = Outbox::new(self.engine.clone(), clock());
                    return;
                }
            }
        }
        self.runtime.block_on(self.outbox.settle_messages(settled)).unwrap();
    }

    /// Asks after what is not known; the provider knows what it took, or has no answer yet.
    fn asks(&mut self) {
        for question in self.runtime.block_on(self.outbox.due_questions(8)).unwrap() {
            let took = self.provider.took.contains_key(&question.key);
            let fate = match (self.random.below(3), took) {
                (0, _) => Fate::NotYet,
                (1, true) => Fate::Delivered { segments: Some(1), at_micros: None },
                (_, true) => Fate::Failed { code: "UNDELIV".into(), is_charged: true },
                (_, false) => Fate::NotKnown,
            };
            self.runtime.block_on(self.outbox.settle_question(&question.key, fate)).unwrap();
        }
    }

    /// A report of something that the provider took, perhaps told before.
    fn reports(&mut self) {
        let Some(at) = self.provider.took.len().checked_sub(1) else { return };
        let (key, _) = self
            .provider
            .took
            .iter()
            .nth(usize::try_from(self.random.below(at as u64 + 1)).unwrap())
            .unwrap();
        let report = Report {
            part: None,
            is_delivered: self.random.flips(),
            code: "DELIVRD".into(),
            segments: Some(1),
            at: START,
            is_charged: true,
        };
        let (message_id, report) = (key.message_id.parse().unwrap(), Box::new(report));
        self.told(MessageCommand::Reported { message_id, number: None, report });
    }

    fn holds(&self) {
        let wallet = self.reader().wallet(&shop()).unwrap();
        assert_eq!(wallet.fault(), None);
        for (key, times) in &self.provider.took {
            assert_eq!(*times, 1, "{key:?} was sent again");
        }
    }
}

fn plays(seed: u64) {
    let mut stand = Stand::new(seed);
    let mut number = 0;
    for _ in 0..400 {
        match stand.random.below(6) {
            0 if number < ORDERS => {
                number += 1;
                stand.ships(number);
            }
            0..=2 => stand.turn(),
            3 => stand.asks(),
            4 => stand.reports(),
            _ => {
                let minutes = 1 + i64::try_from(stand.random.below(90)).unwrap();
                let later = stand.engine.now().plus_minutes(minutes);
                stand.engine.advance_blocking(later).unwrap();
            }
        }
        stand.holds();
    }
    // A month goes by, in which the provider always knows.
    for _ in 0..40 {
        stand.engine.advance_blocking(stand.engine.now().plus_hours(24)).unwrap();
        for _ in 0..8 {
            stand.turn();
            stand.asks();
        }
        stand.holds();
    }
    let filter = MessageFilter::default();
    let all = Page { after: None, limit: 1_000 };
    let messages = stand.reader().messages(&shop(), &filter, &all).unwrap();
    let mut paid = 0;
    for message in messages.iter().filter(|message| message.kind == Kind::Shipped) {
        let key = MessageKey { shop_id: "s1".into(), message_id: message.message_id.to_string() };
        let took = stand.provider.took.contains_key(&key);
        match &message.sending {
            Some(sending) => {
                assert!(sending.stage != Stage::Out, "{key:?} is still on its way");
                assert_eq!(sending.stage == Stage::Taken, took, "{key:?}: {sending:?}");
                paid += sending.charged();
            }
            None => assert_eq!((message.status, took), (MessageStatus::Suppressed, false)),
        }
    }
    let wallet = stand.reader().wallet(&shop()).unwrap();
    assert_eq!((wallet.reserved, wallet.sent), (0, paid), "seed {seed}");
    stand.engine.stop();
}

#[test]
fn a_s2_12_a_s2_18_a_s2_19_every_interleaving_pays_for_what_was_taken() {
    (0..u64::from(testkit::seeds(60))).for_each(plays);
}
