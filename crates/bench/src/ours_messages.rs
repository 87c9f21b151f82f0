//! Our message centre on a file: reminders that are judged and sent to a file of messages, and delivery reports of them.
//!
//! Nothing is left out to be fast: every reminder is judged by its shop's switch, quiet hours, template and wallet, by its
//! customer's contact and by what the number has heard; it is marked before it is sent and settled behind it. Customers
//! have contacts and consents; one in fifty shares a number with another and is left out for its cap; the orders of one in
//! twenty would be reminded of at night, and wait for the morning.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant as Stopwatch},
};

use anyhow::{Context as _, Result, ensure};
use contacts::{Keys, Phone};
use domain::{
    CustomerId, Instant, ShopId,
    event::{Body, OrderEvent},
    message::{
        Channel, Kind,
        addressee::{Addressee, Consent, Contact, Sealed},
        numbers::NumberKey,
        settings::{Caps, Chosen, Switch},
    },
    shop::{QuietHours, Shop, ShopKind},
};
use engine::{
    Command, Engine, EngineClock, Input, MessageCommand,
    clock::{Clock as _, SandboxClock, SystemClock},
};
use http_api::{ApiKey, ApiState, CallbackCaller, Callbacks, Edge, KeyRing};
use outbox::Outbox;
use port::{Change, Changes, Store as _};
use relay::{AddressGuard, GuardPolicy, JsonLinesSender, Senders, WebhookClient, Worker, message::callback};
use store_sqlite::SqliteStore;
use tokio::sync::watch;

use crate::{
    load::{LoadPlan, Request, write_requests},
    ours::{self, Ours},
    ours_http::Server,
    samples,
};

/// The part of the callbacks' path that only the provider knows.
const SECRET: &str = "0123456789abcdef0123456789abcdef";
/// Orders whose customers are reminded after so long.
const AFTER_MINUTES: i64 = 30;
/// Of so many orders one is placed in the evening.
const OF_EVENING: u64 = 20;
/// Of so many customers one has the number of the one before.
const OF_SHARED: u64 = 50;
/// In so many steps the clock goes through the half hour in which reminders are due.
const STEPS: u64 = 250;
/// Commands handed to the engine at once when a store is filled.
const FILL: u64 = 4_096;
/// How long the last message is waited for.
const PATIENCE: Duration = Duration::from_mins(10);

/// What a run gave.
#[derive(Debug, Clone, Copy)]
pub struct MessageRun {
    /// Reminders that were judged, or reports that were taken in.
    pub messages: u64,
    /// How long that took, to the last commit.
    pub seconds: f64,
}

impl MessageRun {
    /// Per second.
    pub fn per_second(&self) -> f64 {
        self.messages as f64 / self.seconds
    }
}

/// A shop whose orders wait to be reminded of.
pub struct Stand {
    engine: Engine,
    orders: u64,
    file: PathBuf,
}

impl Drop for Stand {
    fn drop(&mut self) {
        self.engine.stop();
    }
}

/// Half a minute before seven in the morning, when the night's quiet ends.
fn morning() -> Instant {
    ours::opening().plus_minutes(7 * 60)
}

fn evening() -> Instant {
    ours::opening().plus_minutes(-140)
}

fn is_of_evening(number: u64) -> bool {
    number % OF_EVENING == OF_EVENING - 1
}

/// Whether a customer has the number of the one before.
fn is_shared(number: u64) -> bool {
    number % OF_SHARED == OF_SHARED - 2
}

fn phone(number: u64) -> String {
    let number = if is_shared(number) { number - 1 } else { number };
    format!("138{number:08}")
}

fn keys() -> Result<Keys> {
    let master: Vec<u8> = (0..32).collect();
    Ok(Keys::of_file(&master)?)
}

fn number_key(keys: &Keys, phone: &str) -> Result<NumberKey> {
    let parsed = Phone::parse(phone)?;
    let digest = u128::from_be_bytes(keys.number_key(&parsed).0[..16].try_into()?);
    NumberKey::try_new(&format!("{digest:032x}")).context("32 hexadecimal digits")
}

fn customer(number: u64) -> Result<CustomerId> {
    Ok(CustomerId::try_new(&format!("customer{number:010}"))?)
}

fn addressee(keys: &Keys, number: u64) -> Result<Addressee> {
    let told_at = evening().plus_hours(-24);
    let mut addressee = Addressee::default();
    let (source, told_by) = ("checkout".to_owned(), "erp".to_owned());
    addressee.agree(Consent { given: true, at: told_at, source, told_at, told_by: told_by.clone() });
    addressee.contact = Some(Contact {
        phone: Some(Sealed { sealed: "c2VhbGVk".repeat(14), masked: "138****8000".into() }),
        number: Some(number_key(keys, &phone(number))?),
        numbers_before: Vec::new(),
        wechat_openid: None,
        email: None,
        address: None,
        told_at,
        told_by,
    });
    Ok(addressee)
}

/// A store with the shop and its customers, from before its engine starts.
fn fill(store: &mut SqliteStore, customers: u64) -> Result<()> {
    let (keys, shop) = (keys()?, ours::shop_id());
    let mut settings = Shop::with_defaults(shop.clone(), "Old Street Tea", ShopKind::Sop);
    settings.payment_timeout_minutes = 60 * 24 * 10;
    let changes = Changes { shops: vec![Arc::new(settings)], ..Changes::default() };
    store.transact(&mut |tx| tx.write(&changes))?;
    for first in (0..customers).step_by(50_000) {
        let last = customers.min(first + 50_000);
        let row = |number| Ok(Change::new((shop.clone(), customer(number)?), addressee(&keys, number)?));
        let addressees = (first..last).map(row).collect::<Result<Vec<_>>>()?;
        let changes = Changes { addressees, ..Changes::default() };
        store.transact(&mut |tx| tx.write(&changes))?;
    }
    Ok(())
}

impl Stand {
    /// So many orders wait, of a customer each.
    pub fn create(folder: &Path, orders: u64) -> Result<Self> {
        let mut store = SqliteStore::open(&Ours::file(folder))?;
        fill(&mut store, orders)?;
        let clock = SandboxClock::unset(evening());
        let engine = Engine::start(Box::new(store), EngineClock::Sandbox(Arc::new(clock)))?;
        let stand = Self { engine, orders, file: folder.join("messages.jsonl") };
        let sms = Switch { sms: true, wechat: false };
        let chosen = Chosen {
            switches: [(Kind::PaymentReminder, sms)].into(),
            caps: Caps { minute: 1, hour: 1, day: 1 },
            quiet_hours: [(Channel::Sms, QuietHours::try_new("22:00", "07:00").context("quiet hours")?)]
                .into(),
            reminder_after_minutes: u32::try_from(AFTER_MINUTES)?,
            ..Chosen::default()
        };
        let by = || "erp".to_owned();
        let (purchase_id, segments) = ("pack".parse()?, 10 * orders);
        stand.submit(vec![
            MessageCommand::PutSettings { chosen: Box::new(chosen), from: None, by: by() },
            MessageCommand::BuyPack { purchase_id, segments, expires_at: None, by: by() },
        ])?;
        stand.place(|number| is_of_evening(number).then(evening))?;
        stand.engine.advance_blocking(morning().plus_minutes(-1))?;
        let spread = AFTER_MINUTES * 60_000_000 / i64::try_from(orders)?.max(1);
        let begin = morning().plus_minutes(-AFTER_MINUTES);
        stand.place(|number| {
            let at = begin.micros() + (i64::try_from(number).unwrap_or(0) + 1) * spread;
            (!is_of_evening(number)).then(|| Instant::from_micros(at))
        })?;
        Ok(stand)
    }

    fn submit(&self, commands: Vec<MessageCommand>) -> Result<()> {
        let inputs = commands.into_iter().map(|one| Input::new(ours::shop_id(), Command::Messages(one)));
        for outcome in self.engine.submit_many_blocking(inputs.collect())? {
            outcome?;
        }
        Ok(())
    }

    /// Places the orders of which it is said when.
    fn place(&self, when: impl Fn(u64) -> Option<Instant>) -> Result<()> {
        for first in (0..self.orders).step_by(usize::try_from(FILL)?) {
            let mut inputs = Vec::new();
            for number in first..self.orders.min(first + FILL) {
                let Some(occurred_at) = when(number) else { continue };
                let (event_id, text) = samples::order_placed(number);
                let value: serde_json::Value = serde_json::from_str(&text)?;
                let body = Body::Placed(serde_json::from_value(value["data"].clone())?);
                let digest = port::digest(event_id.as_bytes());
                let event = OrderEvent { source: "bench".into(), event_id, occurred_at, body };
                inputs.push(Input::new(ours::shop_id(), Command::Ingest { event: Box::new(event), digest }));
            }
            ours::ensure_applied(self.engine.submit_many_blocking(inputs)?)?;
        }
        Ok(())
    }

    /// The half hour in which all of them are reminded of, with the relay beside it; to the last message that is settled.
    pub fn remind(&self) -> Result<MessageRun> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let (stop, stopped) = watch::channel(false);
        let worker = self.worker()?;
        let (published, waker) = (self.engine.published(), worker.waker());
        runtime.spawn(async move {
            loop {
                published.notified().await;
                waker.notify_one();
            }
        });
        let started = Stopwatch::now();
        let running = runtime.spawn(async move { worker.run(stopped).await });
        let leap = AFTER_MINUTES * 60_000_000 / i64::try_from(STEPS)?;
        for number in 0..=i64::try_from(STEPS)? {
            self.engine.advance_blocking(Instant::from_micros(morning().micros() + number * leap + 1))?;
        }
        self.wait_until_sent(started)?;
        let seconds = started.elapsed().as_secs_f64();
        let _ = stop.send(true);
        runtime.block_on(running)?;
        self.check()?;
        Ok(MessageRun { messages: self.orders, seconds })
    }

    fn worker(&self) -> Result<Worker> {
        let system = SystemClock::default();
        let clock: relay::Clock = Arc::new(move || system.now().micros());
        let client = WebhookClient::try_new(AddressGuard::new(GuardPolicy::default()))?;
        let senders = Senders::new(Arc::new(JsonLinesSender::new(&self.file)));
        let queue = Arc::new(Outbox::new(self.engine.clone(), clock.clone()));
        Ok(Worker::new(queue, client, senders, clock))
    }

    fn wait_until_sent(&self, started: Stopwatch) -> Result<()> {
        let (reader, now) = (self.engine.reader(), self.engine.now());
        while !reader.due_dispatches(Channel::Sms, now, 1)?.is_empty() {
            ensure!(started.elapsed() < PATIENCE, "messages still wait after {PATIENCE:?}");
            std::thread::sleep(Duration::from_millis(2));
        }
        Ok(())
    }

    /// Each was sent and paid for, or was left out for its number's cap.
    fn check(&self) -> Result<()> {
        let lines = fs::read_to_string(&self.file)?.lines().count() as u64;
        let left_out = (0..self.orders).filter(|number| is_shared(*number)).count() as u64;
        let wallet = self.engine.reader().wallet(&ours::shop_id())?;
        ensure!(
            (lines, wallet.reserved) == (self.orders - left_out, 0) && wallet.sent >= lines,
            "{lines} of {} reminders were sent, {left_out} were to be left out; {wallet:?}",
            self.orders
        );
        Ok(())
    }

    /// Reports of the first so many that were sent, in arrays of so many, to a server as providers push them.
    pub fn report(&self, folder: &Path, reports: usize, each: usize) -> Result<MessageRun> {
        let text = fs::read_to_string(&self.file)?;
        let sent = text.lines().take(reports).map(serde_json::from_str::<relay::OutgoingMessage>);
        let sent = sent.collect::<Result<Vec<_>, _>>()?;
        ensure!(sent.len() == reports, "{} messages were sent", sent.len());
        let told = sent.iter().map(report).collect::<Result<Vec<_>>>()?;
        let requests = told.chunks(each).map(|part| Request {
            path: format!("/callbacks/{SECRET}/receipts"),
            body: format!("[{}]", part.join(",")),
        });
        let file = folder.join("reports");
        write_requests(&file, requests)?;
        let server = Server::start_with(self.state()?, 2)?;
        let mut plan = LoadPlan::new(server.address(), &file, 600.0);
        plan.headers = vec!["Content-Type: application/json".to_owned()];
        (plan.once, plan.connections) = (true, 4);
        let run = plan.run()?;
        ensure!(run.errors == 0, "{} requests failed: {:?}", run.errors, run.first_error);
        self.check_reports(&sent)?;
        Ok(MessageRun { messages: reports as u64, seconds: run.seconds })
    }

    fn state(&self) -> Result<ApiState> {
        let edge = Edge { random: || [7; 32], check_webhook_url: Arc::new(|_| Ok(())), metrics: None };
        let state = ApiState::new(self.engine.clone(), Arc::new(KeyRing::new(vec![ApiKey::sandbox()])), edge);
        let callbacks = Callbacks {
            secret: relay::message::Secret::new(SECRET),
            caller: CallbackCaller::Aliyun,
            allow: Vec::new(),
            taken: callback::Taken::default(),
        };
        Ok(state.with_contacts(Some(Arc::new(keys()?))).with_callbacks(Some(callbacks)))
    }

    /// Every hundredth, and the last one.
    fn check_reports(&self, sent: &[relay::OutgoingMessage]) -> Result<()> {
        let shop: ShopId = ours::shop_id();
        for message in sent.iter().step_by(100).chain(sent.last()) {
            let found = self.engine.reader().message(&shop, &message.message_id.parse()?)?;
            let delivery = found.and_then(|found| found.sending).and_then(|sending| sending.delivery());
            ensure!(delivery.is_some(), "nothing is known of the delivery of {}", message.message_id);
        }
        Ok(())
    }
}

/// What Aliyun says of a message.
fn report(message: &relay::OutgoingMessage) -> Result<String> {
    let number: u64 = message.customer_id.trim_start_matches("customer").parse()?;
    Ok(format!(
        r#"{{"phone_number":"{}","send_time":"2026-11-11 07:10:01","report_time":"2026-11-11 07:10:05","success":true,"err_code":"DELIVERED","err_msg":"ok","sms_size":"1","biz_id":"{number:019}","out_id":"{}"}}"#,
        phone(number),
        message.our_id()
    ))
}
