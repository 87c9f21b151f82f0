//! Messages through the worker, and what happens when the store is away.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use metrics::{
    Counter, CounterFn, Gauge, GaugeFn, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit,
};
use relay::message::{Class, Moment, Window};
use relay::{
    BoxFuture, DeliveryOutcome, DrainReport, JsonLinesSender, MessageOutcome, MessageSender, OutgoingMessage,
    SendOutcome, Senders, Worker,
};
use support::outbox::Outbox;
use support::{START_MICROS, loopback_client, message};

/// Answers by the message's kind.
#[derive(Default)]
struct Scripted {
    sent: AtomicUsize,
}

impl MessageSender for Scripted {
    fn deduplicates(&self) -> bool {
        true
    }

    fn send<'a>(&'a self, message: &'a OutgoingMessage) -> BoxFuture<'a, SendOutcome> {
        let is_first = self.sent.fetch_add(1, Ordering::SeqCst) == 0;
        Box::pin(async move {
            match message.kind.as_str() {
                "temporary" => SendOutcome::later("http_503"),
                "permanent" => refused(),
                "poor" if is_first => {
                    let code = "isv.OUT_OF_SERVICE".to_owned();
                    SendOutcome::Later { class: Class::Money, code, not_before: Window::Schedule }
                }
                "silent" => std::future::pending().await,
                _ => SendOutcome::accepted(),
            }
        })
    }
}

fn refused() -> SendOutcome {
    SendOutcome::refused(Class::Content, "http_400", "")
}

fn worker(outbox: &Arc<Outbox>, sender: impl MessageSender + 'static) -> Worker {
    let senders = Senders::new(Arc::new(sender));
    Worker::new(outbox.clone(), loopback_client(), senders, outbox.clock())
}

fn scripted(id: &str, kind: &str) -> OutgoingMessage {
    OutgoingMessage { kind: kind.to_owned(), ..message(id) }
}

fn failed(class: Class, code: &str) -> MessageOutcome {
    MessageOutcome::Refused { class, code: code.to_owned(), detail: String::new() }
}

fn outcomes(outbox: &Outbox) -> Vec<(String, MessageOutcome)> {
    let settled = outbox.settled_messages.lock().unwrap();
    let row = |row: &relay::MessageSettlement| (row.key.message_id.clone(), row.outcome.clone());
    settled.iter().map(row).collect()
}

#[tokio::test]
async fn a_message_goes_to_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("messages.jsonl");
    let outbox = Outbox::new();
    for n in 100..200 {
        outbox.add_message(message(&format!("msg_{n}")));
    }
    let report = worker(&outbox, JsonLinesSender::new(&path)).drain_once().await;
    assert_eq!(report.unwrap().messages_sent, 100);
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(text.lines().count(), 100);
    assert_eq!(outcomes(&outbox).len(), 100);
}

#[tokio::test]
async fn each_answer_has_its_outcome() {
    let outbox = Outbox::new();
    outbox.add_message(scripted("msg_1", "fine"));
    outbox.add_message(scripted("msg_2", "temporary"));
    outbox.add_message(scripted("msg_3", "permanent"));
    let mut late = scripted("msg_4", "fine");
    late.deliver_until = Moment::utc(START_MICROS);
    outbox.add_message(late);
    let mut soon_late = scripted("msg_5", "temporary");
    soon_late.deliver_until = Moment::utc(START_MICROS + 1);
    outbox.add_message(soon_late);

    let worker = worker(&outbox, Scripted::default());
    worker.drain_once().await.unwrap();
    let wait = relay::next_attempt(0, "msg_2").unwrap().as_micros();
    let retry_at = START_MICROS + i64::try_from(wait).unwrap();
    let later = |at_micros| MessageOutcome::RetryAt {
        at_micros,
        class: Some(Class::Transient),
        code: "http_503".to_owned(),
    };
    assert_eq!(
        outcomes(&outbox),
        [
            ("msg_4".to_owned(), MessageOutcome::Expired { was_tried: false }),
            ("msg_1".to_owned(), MessageOutcome::Accepted { provider_id: None, segments: None }),
            ("msg_2".to_owned(), later(retry_at)),
            ("msg_3".to_owned(), failed(Class::Content, "http_400")),
            ("msg_5".to_owned(), later(START_MICROS + 1)),
        ]
    );

    outbox.set_now(START_MICROS + 1);
    let report = worker.drain_once().await.unwrap();
    assert_eq!(report.messages_expired, 1, "a retry never passes the end");
}

#[tokio::test]
async fn a_message_is_tried_ten_times_then_failed() {
    let outbox = Outbox::new();
    let mut patient = scripted("msg_1", "temporary");
    patient.deliver_until = Moment::utc(i64::MAX);
    outbox.add_message(patient);
    let worker = worker(&outbox, Scripted::default());
    for _ in 0..10 {
        worker.drain_once().await.unwrap();
        if let Some((_, MessageOutcome::RetryAt { at_micros, .. })) = outcomes(&outbox).pop() {
            outbox.set_now(at_micros);
        }
    }
    let all = outcomes(&outbox);
    assert_eq!(all.len(), 10);
    assert_eq!(all[9].1, failed(Class::Transient, "http_503"));
}

#[tokio::test(start_paused = true)]
async fn a_silent_sender_holds_only_its_channel() {
    let outbox = Outbox::new();
    let mut silent = scripted("msg_1", "silent");
    silent.channel = "wechat".to_owned();
    outbox.add_message(silent);
    outbox.add_message(scripted("msg_2", "fine"));
    let senders =
        Senders::new(Arc::new(Scripted::default())).with_channel("wechat", Arc::new(Scripted::default()));
    let worker = Worker::new(outbox.clone(), loopback_client(), senders, outbox.clock());
    let report = worker.drain_once().await.unwrap();
    assert_eq!((report.messages_sent, report.messages_retried), (1, 1));
    assert_eq!(outcomes(&outbox)[0].0, "msg_2");
    let unknown = &outcomes(&outbox)[1].1;
    assert!(matches!(unknown, MessageOutcome::RetryAt { class: None, .. }), "{unknown:?}");
}

#[tokio::test(start_paused = true)]
async fn a_settlement_is_repeated_not_the_attempt() {
    let outbox = Outbox::new();
    outbox.add_message(scripted("msg_1", "fine"));
    outbox.failing_settlements.store(4, Ordering::SeqCst);
    let sender = Arc::new(Scripted::default());
    let senders = Senders::new(sender.clone());
    let worker = Worker::new(outbox.clone(), loopback_client(), senders, outbox.clock());
    let report = worker.drain_once().await.unwrap();
    assert_eq!((report.messages_sent, report.unsettled), (1, 0));
    assert_eq!(sender.sent.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn a_store_that_stays_away_means_another_attempt() {
    let outbox = Outbox::new();
    // Refused by the guard: no connection, so that the paused clock runs only for the settlement.
    outbox.add(1, "https://10.0.0.1/");
    outbox.failing_settlements.store(5, Ordering::SeqCst);
    let worker = worker(&outbox, Scripted::default());
    let report = worker.drain_once().await.unwrap();
    assert_eq!((report.retried, report.unsettled), (1, 1));
    assert_eq!(outbox.outcomes(), []);
    worker.drain_once().await.unwrap();
    let wait = relay::next_attempt(0, "evt_1").unwrap().as_micros();
    let due = START_MICROS + i64::try_from(wait).unwrap();
    assert_eq!(outbox.outcomes(), [DeliveryOutcome::RetryAt(due)]);
    let settled = outbox.settled.lock().unwrap();
    assert_eq!(settled[0].reason.as_deref(), Some("address_not_allowed"));
}

#[tokio::test]
async fn a_stale_answer_of_the_store_is_not_sent_again() {
    let outbox = Outbox::new();
    outbox.add_message(scripted("msg_1", "fine"));
    let (answer, stall) = tokio::sync::oneshot::channel();
    *outbox.next_answer_waits_for.lock().unwrap() = Some(stall);
    let first = worker(&outbox, Scripted::default());
    let second = first.clone();
    let first = tokio::spawn(async move { first.drain_once().await });
    let second = tokio::spawn(async move { second.drain_once().await });
    // All there is runs in this thread: after this, either pass has gone as far as it can.
    for _ in 0..1_000 {
        tokio::task::yield_now().await;
    }
    answer.send(()).unwrap();
    let sent = first.await.unwrap().unwrap().messages_sent + second.await.unwrap().unwrap().messages_sent;
    assert_eq!(sent, 1);
}

/// Keeps the counters.
#[derive(Default)]
struct Counters(Mutex<BTreeMap<String, Arc<Total>>>);

#[derive(Default)]
struct Total(AtomicUsize);

impl CounterFn for Total {
    fn increment(&self, value: u64) {
        self.0.fetch_add(usize::try_from(value).unwrap(), Ordering::SeqCst);
    }

    fn absolute(&self, value: u64) {
        self.0.store(usize::try_from(value).unwrap(), Ordering::SeqCst);
    }
}

impl GaugeFn for Total {
    fn increment(&self, _: f64) {}
    fn decrement(&self, _: f64) {}

    fn set(&self, value: f64) {
        self.0.store(usize::from(value > 0.5), Ordering::SeqCst);
    }
}

impl Counters {
    fn total(&self, key: &Key) -> Arc<Total> {
        let labels: Vec<_> = key.labels().map(|label| format!("{}={}", label.key(), label.value())).collect();
        let name = format!("{}{{{}}}", key.name(), labels.join(","));
        self.0.lock().unwrap().entry(name).or_default().clone()
    }
}

impl Recorder for Counters {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.total(key))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(self.total(key))
    }

    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}

#[test]
fn attempts_are_counted() {
    let counters = Counters::default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let report = metrics::with_local_recorder(&counters, || {
        runtime.block_on(async {
            let outbox = Outbox::new();
            outbox.add(1, "https://10.0.0.1/");
            outbox.add_message(scripted("msg_1", "fine"));
            outbox.add_message(scripted("msg_2", "permanent"));
            worker(&outbox, Scripted::default()).drain_once().await.unwrap()
        })
    });
    let expected = DrainReport { retried: 1, messages_sent: 1, messages_failed: 1, ..DrainReport::default() };
    assert_eq!(report, expected);
    let counted: Vec<_> = counters.0.lock().unwrap().keys().cloned().collect();
    assert_eq!(
        counted,
        [
            "promenade_messages_total{channel=sms,outcome=failed}",
            "promenade_messages_total{channel=sms,outcome=sent}",
            "promenade_webhook_deliveries_total{outcome=retry}",
        ]
    );
}

/// A channel that pauses is shown as long as it does.
#[test]
fn a_pause_is_shown() {
    let counters = Counters::default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let shown = |counters: &Counters| {
        let all = counters.0.lock().unwrap();
        all["promenade_messages_paused{channel=sms,class=money}"].0.load(Ordering::SeqCst)
    };
    metrics::with_local_recorder(&counters, || {
        runtime.block_on(async {
            let outbox = Outbox::new();
            outbox.add_message(scripted("msg_1", "poor"));
            let worker = worker(&outbox, Scripted::default());
            worker.drain_once().await.unwrap();
            assert_eq!(shown(&counters), 1);
            outbox.set_now(START_MICROS + 300_000_000);
            worker.drain_once().await.unwrap();
            assert_eq!(shown(&counters), 0);
        });
    });
}
