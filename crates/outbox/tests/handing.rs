//! Messages that wait to be tried again while things change: each is judged by what holds when it is handed over (A-S2-12,
//! A-S2-14, A-S2-18).
//!
//! Always holds: what may not go any more is not sent, says why, and gives back what it held, unless its sender may have it.
#![allow(clippy::unwrap_used, reason = "tests")]

use domain::{
    Code, Instant, MessageId, ShopId,
    event::{Body, OrderEvent},
    message::{
        Channel, Kind, Message, MessageStatus,
        addressee::{Consent, Contact, Sealed},
        numbers::NumberKey,
        settings::{Caps, Chosen, Switch},
        values::Values,
    },
    shop::{QuietHours, Shop, ShopKind},
};
use engine::{Command, Engine, EngineClock, Input, MessageCommand, Notice, Settled, clock::Clock};
use outbox::{Opener, Outbox};
use port::{MessageFilter, Page};
use relay::message::{Class, Window};
use relay::{
    AddressGuard, BoxFuture, GuardPolicy, MessageSender, OutgoingMessage, SendOutcome, Senders,
    WebhookClient, Worker,
};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use store_memory::MemoryStore;

/// Ten in the morning, in the shop.
const START: Instant = Instant::from_micros(1_654_826_400_000_000);
const PACK: u64 = 100;

static CLIENT: LazyLock<WebhookClient> =
    LazyLock::new(|| WebhookClient::try_new(AddressGuard::new(GuardPolicy::default())).unwrap());

struct Wall(AtomicI64);

impl Clock for Wall {
    fn now(&self) -> Instant {
        Instant::from_micros(self.0.load(Ordering::SeqCst))
    }
}

struct Plain;

impl Opener for Plain {
    fn open(&self, _: &ShopId, _: &Message, sealed: &Sealed) -> Option<String> {
        Some(sealed.sealed.clone())
    }
}

/// What the carrier answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mood {
    Takes,
    /// 503: it has certainly not taken it.
    Busy,
    /// Nothing: it may have taken it.
    Silent,
}

/// A carrier that drops repetitions and knows no customers' consents.
struct Carrier {
    mood: Mutex<Mood>,
    /// To whom it was asked to send, attempt by attempt.
    asked: Mutex<Vec<Option<String>>>,
}

impl MessageSender for Carrier {
    fn deduplicates(&self) -> bool {
        true
    }
    fn send<'a>(&'a self, message: &'a OutgoingMessage) -> BoxFuture<'a, SendOutcome> {
        self.asked.lock().unwrap().push(message.to.as_ref().map(|to| to.expose().to_owned()));
        let outcome = match *self.mood.lock().unwrap() {
            Mood::Takes => SendOutcome::accepted(),
            Mood::Busy => SendOutcome::Later {
                class: Class::Transient,
                code: "http_503".into(),
                not_before: Window::Schedule,
            },
            Mood::Silent => SendOutcome::unknown("timeout"),
        };
        Box::pin(async { outcome })
    }
}

struct Stand {
    engine: Engine,
    worker: Worker,
    wall: Arc<Wall>,
    carrier: Arc<Carrier>,
    runtime: tokio::runtime::Runtime,
}

fn shop() -> ShopId {
    "s1".parse().unwrap()
}

/// What the shop has switched on.
fn chosen() -> Chosen {
    let on = Switch { sms: true, wechat: false };
    let switches = [Kind::Marketing, Kind::PaymentReminder, Kind::Shipped].map(|kind| (kind, on)).into();
    Chosen { switches, caps: Caps { minute: 1, hour: 100, day: 100 }, ..Chosen::default() }
}

/// The same, with quiet hours between these times of day.
fn quiet(from: &str, to: &str) -> Chosen {
    Chosen { quiet_hours: [(Channel::Sms, QuietHours::try_new(from, to).unwrap())].into(), ..chosen() }
}

/// The key of a number: its last digit over and over.
fn key(phone: &str) -> NumberKey {
    NumberKey::try_new(&phone[phone.len() - 1..].repeat(32)).unwrap()
}

impl Stand {
    fn new() -> Self {
        let wall = Arc::new(Wall(AtomicI64::new(START.micros())));
        let engine = Engine::start(Box::new(MemoryStore::new()), EngineClock::System(wall.clone())).unwrap();
        let carrier = Arc::new(Carrier { mood: Mutex::new(Mood::Takes), asked: Mutex::default() });
        let moved = wall.clone();
        let clock: relay::Clock = Arc::new(move || moved.now().micros());
        let outbox = Outbox::new(engine.clone(), clock.clone()).with_opener(Arc::new(Plain));
        let outbox = Arc::new(outbox.with_carrier(Channel::Sms, outbox::Carrier::TakesContacts));
        let senders = Senders::new(carrier.clone() as Arc<dyn MessageSender>);
        let worker = Worker::new(outbox, CLIENT.clone(), senders, clock);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let stand = Self { engine, worker, wall, carrier, runtime };
        stand.ok(Command::PutShop(Box::new(Shop::with_defaults(shop(), "Tea", ShopKind::Sop))));
        stand.choose(chosen());
        let purchase_id = "p".parse().unwrap();
        stand.told(MessageCommand::BuyPack {
            purchase_id,
            segments: PACK,
            expires_at: None,
            by: "key".into(),
        });
        stand.reach("+8613800138001");
        stand.agree(true);
        stand
    }
    fn now(&self) -> Instant {
        self.wall.now()
    }
    fn ok(&self, command: Command) {
        self.engine.submit_many_blocking(vec![Input::new(shop(), command)]).unwrap().remove(0).unwrap();
    }
    fn told(&self, command: MessageCommand) {
        self.ok(Command::Messages(command));
    }
    fn choose(&self, chosen: Chosen) {
        self.told(MessageCommand::PutSettings { chosen: Box::new(chosen), from: None, by: "key".into() });
    }
    /// The customer's number.
    fn reach(&self, phone: &str) {
        let contact = Contact {
            phone: Some(Sealed { sealed: phone.into(), masked: "138****".into() }),
            number: Some(key(phone)),
            numbers_before: Vec::new(),
            wechat_openid: None,
            email: None,
            address: None,
            told_at: self.now(),
            told_by: "key".into(),
        };
        let contact = Some(Box::new(contact));
        self.told(MessageCommand::PutContact { customer_id: "u1".parse().unwrap(), contact });
    }
    fn erase(&self) {
        self.told(MessageCommand::PutContact { customer_id: "u1".parse().unwrap(), contact: None });
    }
    fn agree(&self, given: bool) {
        let at = self.now();
        let consent = Consent { given, at, source: "web".into(), told_at: at, told_by: "key".into() };
        let consent = Box::new(consent);
        self.told(MessageCommand::PutConsent { customer_id: "u1".parse().unwrap(), consent });
    }
    /// The owner of the number replies TD.
    fn opts_out(&self, phone: &str) {
        self.told(MessageCommand::OptOut { number: key(phone), at: self.now() });
    }
    fn event(&self, body: serde_json::Value, read: impl Fn(serde_json::Value) -> Body) {
        let event_id = body.to_string();
        let event = OrderEvent { source: "p".into(), event_id, occurred_at: self.now(), body: read(body) };
        self.ok(Command::Ingest { event: Box::new(event), digest: [0; 16] });
    }
    fn places(&self) {
        let placed = serde_json::json!({ "order_id": "o1", "customer_id": "u1", "payable": 1_000,
            "lines": [{ "line_id": "l1", "sku": "A", "quantity": 1, "unit_price": 1_000 }] });
        self.event(placed, |body| Body::Placed(serde_json::from_value(body).unwrap()));
    }
    fn pays(&self) {
        let paid = serde_json::json!({ "order_id": "o1", "payment_id": "p1", "method": "jd_pay",
            "amount": 1_000 });
        self.event(paid, |body| Body::PaymentSucceeded(serde_json::from_value(body).unwrap()));
    }
    /// Something is asked for by itself.
    fn post(&self, kind: Kind) {
        let values = Values::examples(kind, domain::Lang::Zh);
        let order_id = (kind != Kind::Marketing).then(|| "o1".parse().unwrap());
        let (message_id, customer_id) = ("m".parse().unwrap(), "u1".parse().unwrap());
        self.told(MessageCommand::Post(Box::new(Notice { message_id, kind, customer_id, order_id, values })));
    }
    /// Minutes pass, and what was due has fired.
    fn passes(&self, minutes: i64) {
        self.wall.0.fetch_add(minutes * 60_000_000, Ordering::SeqCst);
        for _ in 0..4 {
            self.runtime.block_on(self.engine.settle(Settled::default())).unwrap();
        }
    }
    fn relays(&self, mood: Mood) {
        *self.carrier.mood.lock().unwrap() = mood;
        self.runtime.block_on(self.worker.drain_once()).unwrap();
    }
    /// To whom the carrier was asked to send since this was last asked.
    fn asked(&self) -> Vec<Option<String>> {
        std::mem::take(&mut *self.carrier.asked.lock().unwrap())
    }
    fn message(&self, kind: Kind) -> Message {
        let all = Page { after: None, limit: 100 };
        let found = self.engine.reader().messages(&shop(), &MessageFilter::default(), &all).unwrap();
        found.into_iter().find(|one| one.kind == kind && one.channel == Channel::Sms).unwrap()
    }
    /// Status and why.
    fn state(&self, kind: Kind) -> (MessageStatus, Option<Code>) {
        let found = self.message(kind);
        (found.status, found.code)
    }
    /// Free, reserved, sent.
    fn held(&self) -> (u64, u64, u64) {
        let wallet = self.engine.reader().wallet(&shop()).unwrap();
        assert_eq!(wallet.fault(), None);
        (wallet.free(self.now()), wallet.reserved, wallet.sent)
    }
    fn is_clean(&self) {
        let report = audit::audit(&**self.engine.reader(), self.now(), &mut |_, _| {}).unwrap();
        assert!(report.findings.is_empty(), "{:#?}", report.findings);
        self.engine.stop();
    }
}

fn to(phone: &str) -> Vec<Option<String>> {
    vec![Some(phone.to_owned())]
}

/// A-S2-12, A-S2-14: an offer that the carrier put off is judged anew when it is tried again. What its owner, the shop or
/// the clock has said against it in between holds; it is not sent, says why, and its segments are free.
#[test]
fn a_s2_14_an_offer_that_is_tried_again_is_judged_anew() {
    type Change = fn(&Stand);
    let cases: &[(&str, Change, Code)] = &[
        ("a reply TD", |stand| stand.opts_out("+8613800138001"), Code::NoConsent),
        ("consent is withdrawn", |stand| stand.agree(false), Code::NoConsent),
        ("the contact is erased", Stand::erase, Code::NoContact),
        ("it is switched off", |stand| stand.choose(Chosen::default()), Code::SwitchedOff),
        ("quiet for longer than it is good", |stand| stand.choose(quiet("10:05", "10:04")), Code::QuietHours),
        (
            "another number, whose owner has opted out",
            |stand| {
                stand.reach("+8613800138002");
                stand.opts_out("+8613800138002");
            },
            Code::NoConsent,
        ),
    ];
    for (name, change, code) in cases {
        let stand = Stand::new();
        stand.post(Kind::Marketing);
        stand.relays(Mood::Busy);
        assert_eq!((stand.asked(), stand.held()), (to("+8613800138001"), (PACK - 1, 1, 0)), "{name}");
        stand.passes(1);
        change(&stand);
        stand.passes(if *code == Code::QuietHours { 5 } else { 1 });
        stand.relays(Mood::Takes);
        assert_eq!(stand.asked(), vec![], "{name}");
        assert_eq!(stand.state(Kind::Marketing), (MessageStatus::Suppressed, Some(*code)), "{name}");
        assert_eq!(stand.held(), (PACK, 0, 0), "{name}");
        stand.passes(24 * 60);
        stand.relays(Mood::Takes);
        assert_eq!(stand.asked(), vec![], "{name}");
        stand.is_clean();
    }
}

/// What still may go goes, to the number that the customer has now.
#[test]
fn a_s2_14_what_may_still_go_goes_to_the_number_of_now() {
    for (now, is_moved) in [("+8613800138001", false), ("+8613800138002", true)] {
        let stand = Stand::new();
        stand.post(Kind::Marketing);
        stand.relays(Mood::Busy);
        stand.asked();
        if is_moved {
            stand.reach(now);
        }
        stand.passes(1);
        stand.relays(Mood::Takes);
        assert_eq!((stand.asked(), stand.held()), (to(now), (PACK - 1, 0, 1)));
        assert_eq!(stand.message(Kind::Marketing).sending.unwrap().number, Some(key(now)));
        let heard = |phone: &str| {
            let heard = stand.engine.reader().shops_of_numbers(&[key(phone)]).unwrap();
            heard.iter().any(|(_, _, number)| number.was_written_to_since(START))
        };
        assert_eq!((heard(now), heard("+8613800138001")), (true, !is_moved));
        stand.is_clean();
    }
}

/// What waits when quiet hours begin waits for their end, and is judged then.
#[test]
fn a_s2_14_a_retry_waits_for_the_end_of_quiet_hours() {
    for opts_out in [false, true] {
        let stand = Stand::new();
        stand.choose(quiet("10:05", "12:00"));
        stand.post(Kind::Marketing);
        stand.relays(Mood::Busy);
        stand.asked();
        stand.passes(5);
        stand.relays(Mood::Takes);
        let found = stand.message(Kind::Marketing);
        assert_eq!((found.status, found.due_at), (MessageStatus::Planned, START.plus_hours(2)));
        assert_eq!((stand.asked(), stand.held()), (vec![], (PACK - 1, 1, 0)));
        if opts_out {
            stand.opts_out("+8613800138001");
        }
        stand.passes(114);
        stand.relays(Mood::Takes);
        assert_eq!(stand.asked(), vec![], "a minute before the end");
        stand.passes(1);
        stand.relays(Mood::Takes);
        if opts_out {
            assert_eq!((stand.asked(), stand.held()), (vec![], (PACK, 0, 0)));
            assert_eq!(stand.state(Kind::Marketing), (MessageStatus::Suppressed, Some(Code::NoConsent)));
        } else {
            assert_eq!((stand.asked(), stand.held()), (to("+8613800138001"), (PACK - 1, 0, 1)));
            assert_eq!(stand.message(Kind::Marketing).sent_at, Some(START.plus_hours(2)));
        }
        stand.is_clean();
    }
}

/// A-S2-18: what the carrier may have is not sent again to whom it may not go any more, and gives nothing back: it is asked
/// after.
#[test]
fn a_s2_18_what_the_carrier_may_have_is_asked_after_instead_of_sent_again() {
    type Change = fn(&Stand);
    let changes: &[(&str, Change)] = &[
        ("a reply TD", |stand| stand.opts_out("+8613800138001")),
        ("the contact is erased", Stand::erase),
        ("another number", |stand| stand.reach("+8613800138002")),
    ];
    for (name, change) in changes {
        let stand = Stand::new();
        stand.post(Kind::Marketing);
        stand.relays(Mood::Silent);
        stand.asked();
        change(&stand);
        stand.passes(1);
        stand.relays(Mood::Takes);
        assert_eq!((stand.asked(), stand.held()), (vec![], (PACK - 1, 1, 0)), "{name}");
        assert_eq!(stand.state(Kind::Marketing), (MessageStatus::Unknown, None), "{name}");
        let message: MessageId = "m".parse().unwrap();
        let handed = stand.engine.reader().dispatch(&shop(), &message).unwrap().unwrap().handed_at;
        assert!(handed.is_some(), "{name}: it is asked after");
        stand.is_clean();
    }
}

/// A reminder of an order that was paid between two tries reminds nobody.
#[test]
fn a_reminder_of_an_order_that_was_paid_meanwhile_is_not_tried_again() {
    let stand = Stand::new();
    stand.places();
    stand.passes(30);
    stand.relays(Mood::Busy);
    assert_eq!(stand.asked(), to("+8613800138001"));
    stand.pays();
    stand.passes(1);
    stand.relays(Mood::Takes);
    let told = stand.state(Kind::PaymentReminder);
    assert_eq!(told, (MessageStatus::Suppressed, Some(Code::OrderClosed)));
    stand.is_clean();
}

/// Notices that are asked for by themselves wait for the end of quiet hours as those that events bring do, and are judged
/// again then; what they cost is held until then.
#[test]
fn a_notice_that_is_posted_in_quiet_hours_waits_for_their_end() {
    for opts_out in [false, true] {
        let stand = Stand::new();
        stand.choose(quiet("09:00", "12:00"));
        stand.post(Kind::Marketing);
        let found = stand.message(Kind::Marketing);
        assert_eq!(
            (found.status, found.due_at, found.sent_at),
            (MessageStatus::Planned, START.plus_hours(2), None)
        );
        stand.relays(Mood::Takes);
        assert_eq!((stand.asked(), stand.held()), (vec![], (PACK - 1, 1, 0)));
        if opts_out {
            stand.opts_out("+8613800138001");
        }
        stand.passes(120);
        stand.relays(Mood::Takes);
        let expected = if opts_out { vec![] } else { to("+8613800138001") };
        assert_eq!(stand.asked(), expected);
        let state = stand.state(Kind::Marketing);
        let sent = stand.message(Kind::Marketing).sent_at;
        if opts_out {
            assert_eq!((state, sent), ((MessageStatus::Suppressed, Some(Code::NoConsent)), None));
            assert_eq!(stand.held(), (PACK, 0, 0));
        } else {
            assert_eq!((state, sent), ((MessageStatus::Sent, None), Some(START.plus_hours(2))));
            assert_eq!(stand.held(), (PACK - 1, 0, 1));
        }
        stand.is_clean();
    }
}

/// A reminder that is asked for by itself reminds of no order that has ended.
#[test]
fn a_reminder_that_is_posted_for_a_paid_order_is_left_out() {
    let stand = Stand::new();
    stand.places();
    stand.pays();
    stand.post(Kind::PaymentReminder);
    let found =
        stand.engine.reader().messages(&shop(), &MessageFilter::default(), &Page { after: None, limit: 100 });
    let posted = found.unwrap().into_iter().find(|one| one.message_id.as_str() == "m").unwrap();
    assert_eq!((posted.status, posted.code), (MessageStatus::Suppressed, Some(Code::OrderClosed)));
    stand.is_clean();
}
