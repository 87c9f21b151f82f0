//! A-S2-18 at the worker: what a sender that does not drop repetitions may have taken is sent once, whatever breaks.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use std::collections::VecDeque;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use relay::message::{Class, Moment, Window};
use relay::{
    BoxFuture, MessageOutcome, MessageSender, OutgoingMessage, SendOutcome, Senders, Worker, next_attempt,
};
use support::outbox::Outbox;
use support::{START_MICROS, loopback_client, message};
use tokio::sync::mpsc;

const MINUTE: i64 = 60_000_000;

/// Answers from a list, then accepts; says which messages came.
struct Scripted {
    answers: Mutex<VecDeque<SendOutcome>>,
    came: Mutex<Vec<String>>,
    deduplicates: bool,
}

impl Scripted {
    fn answering(answers: impl IntoIterator<Item = SendOutcome>) -> Arc<Self> {
        Self::new(answers, false)
    }

    fn new(answers: impl IntoIterator<Item = SendOutcome>, deduplicates: bool) -> Arc<Self> {
        let answers = Mutex::new(answers.into_iter().collect());
        Arc::new(Self { answers, came: Mutex::default(), deduplicates })
    }

    fn came(&self) -> Vec<String> {
        self.came.lock().unwrap().clone()
    }
}

impl MessageSender for Scripted {
    fn deduplicates(&self) -> bool {
        self.deduplicates
    }

    fn send<'a>(&'a self, message: &'a OutgoingMessage) -> BoxFuture<'a, SendOutcome> {
        self.came.lock().unwrap().push(message.message_id.clone());
        let answer = self.answers.lock().unwrap().pop_front();
        Box::pin(async move { answer.unwrap_or_else(SendOutcome::accepted) })
    }
}

fn worker(outbox: &Arc<Outbox>, sender: Arc<dyn MessageSender>) -> Worker {
    Worker::new(outbox.clone(), loopback_client(), Senders::new(sender), outbox.clock())
}

fn outcomes(outbox: &Outbox) -> Vec<MessageOutcome> {
    outbox.settled_messages.lock().unwrap().iter().map(|row| row.outcome.clone()).collect()
}

fn later(class: Class, not_before: Window) -> SendOutcome {
    SendOutcome::Later { class, code: "c".to_owned(), not_before }
}

fn refused(class: Class) -> MessageOutcome {
    MessageOutcome::Refused { class, code: "c".to_owned(), detail: String::new() }
}

fn retry_at(at_micros: i64, class: Option<Class>) -> MessageOutcome {
    MessageOutcome::RetryAt { at_micros, class, code: "c".to_owned() }
}

/// A-S2-18: unknown is the end of sending, where repetitions are not dropped; where they are, it is tried again.
#[tokio::test]
async fn unknown_is_sent_again_only_where_repetitions_are_dropped() {
    for deduplicates in [false, true] {
        let outbox = Outbox::new();
        outbox.add_message(message("msg_1"));
        let sender = Scripted::new([SendOutcome::unknown("c")], deduplicates);
        let worker = worker(&outbox, sender.clone());
        worker.drain_once().await.unwrap();
        outbox.set_now(START_MICROS + MINUTE);
        worker.drain_once().await.unwrap();
        let wait = i64::try_from(next_attempt(0, "msg_1").unwrap().as_micros()).unwrap();
        let (expected, times) = if deduplicates {
            (retry_at(START_MICROS + wait, None), 2)
        } else {
            (MessageOutcome::Unknown { code: "c".to_owned() }, 1)
        };
        assert_eq!(outcomes(&outbox)[0], expected);
        assert_eq!(sender.came().len(), times);
    }
}

/// What may have been taken is not given back when its time passes.
#[tokio::test]
async fn an_unknown_that_expires_stays_unknown() {
    let outbox = Outbox::new();
    outbox.add_message(message("msg_1"));
    let worker = worker(&outbox, Scripted::new([SendOutcome::unknown("c")], true));
    worker.drain_once().await.unwrap();
    outbox.set_now(START_MICROS + 60 * MINUTE);
    worker.drain_once().await.unwrap();
    assert_eq!(outcomes(&outbox)[1], MessageOutcome::Unknown { code: "expired".to_owned() });
}

/// A-S2-12, A-S2-18: what an earlier attempt may have brought is not given back because a later one did not, however that
/// ends; only the sender's word that it has it, or never will, ends that.
#[tokio::test]
async fn a_later_attempt_that_failed_says_nothing_of_the_first() {
    let hour = 60 * MINUTE;
    let retried = retry_at(START_MICROS + hour, None);
    let unknown = |code: &str| MessageOutcome::Unknown { code: code.to_owned() };
    let accepted = MessageOutcome::Accepted { provider_id: None, segments: None };
    for (second, expected) in [
        (later(Class::Transient, Window::Schedule), vec![retried.clone(), unknown("expired")]),
        (later(Class::Money, Window::Schedule), vec![retried, unknown("expired")]),
        (later(Class::Throttled, Window::Day), vec![unknown("c")]),
        (SendOutcome::accepted(), vec![accepted]),
        (SendOutcome::refused(Class::Content, "c", ""), vec![refused(Class::Content)]),
    ] {
        let outbox = Outbox::new();
        let deliver_until = Moment::utc(START_MICROS + hour);
        outbox.add_message(OutgoingMessage { deliver_until, ..message("msg_1") });
        let said = format!("{second:?}");
        let worker = worker(&outbox, Scripted::new([SendOutcome::unknown("c"), second], true));
        // The second attempt is so late that the third is not before the end; a pause lasts five minutes.
        for minutes in [0, 59, 60, 65] {
            outbox.set_now(START_MICROS + minutes * MINUTE);
            worker.drain_once().await.unwrap();
        }
        assert_eq!(outcomes(&outbox)[1..], expected, "{said}");
    }
}

/// Takes the message, says so, and never answers.
struct Takes {
    came: mpsc::UnboundedSender<()>,
    deduplicates: bool,
}

impl MessageSender for Takes {
    fn deduplicates(&self) -> bool {
        self.deduplicates
    }

    fn send<'a>(&'a self, _: &'a OutgoingMessage) -> BoxFuture<'a, SendOutcome> {
        self.came.send(()).unwrap();
        Box::pin(std::future::pending())
    }
}

/// An outbox whose message a sender has taken when the worker went away, before it could settle it.
async fn abandoned(deduplicates: bool) -> Arc<Outbox> {
    let outbox = Outbox::new();
    outbox.add_message(message("msg_1"));
    let (came, mut taken) = mpsc::unbounded_channel();
    let first = worker(&outbox, Arc::new(Takes { came, deduplicates }));
    let running = tokio::spawn(async move { first.drain_once().await });
    taken.recv().await.unwrap();
    running.abort();
    running.await.unwrap_err();
    outbox
}

/// Fault 21, A-S2-18: the worker is gone between the send and the settlement; the next one does not send it again, unless
/// its sender drops repetitions.
#[tokio::test]
async fn a_worker_that_is_dropped_after_the_send_sends_nothing_twice() {
    for (deduplicates, expected) in [(false, &["msg_2"][..]), (true, &["msg_1", "msg_2"])] {
        let outbox = abandoned(deduplicates).await;
        outbox.add_message(message("msg_2"));
        let sender = Scripted::new([], deduplicates);
        worker(&outbox, sender.clone()).drain_once().await.unwrap();
        assert_eq!(sender.came(), expected);
    }
}

/// A-S2-12, A-S2-18: what was handed over when the worker went away may have been taken: once its time has passed it is
/// not given back, and a sender that drops no repetition does not get what another one may have.
#[tokio::test]
async fn what_was_handed_over_and_never_settled_is_unknown() {
    for (minutes, deduplicates, code) in
        [(60, true, "expired"), (60, false, "expired"), (1, false, "another_sender")]
    {
        let outbox = abandoned(true).await;
        outbox.set_now(START_MICROS + minutes * MINUTE);
        let sender = Scripted::new([], deduplicates);
        worker(&outbox, sender.clone()).drain_once().await.unwrap();
        assert!(sender.came().is_empty());
        assert_eq!(outcomes(&outbox), [MessageOutcome::Unknown { code: code.to_owned() }]);
    }
}

/// The same when the store is away for all tries of a settlement.
#[tokio::test(start_paused = true)]
async fn a_settlement_that_is_lost_sends_nothing_twice() {
    let outbox = Outbox::new();
    outbox.add_message(message("msg_1"));
    outbox.failing_settlements.store(5, Ordering::SeqCst);
    let sender = Scripted::answering([]);
    let worker = worker(&outbox, sender.clone());
    assert_eq!(worker.drain_once().await.unwrap().unsettled, 1);
    worker.drain_once().await.unwrap();
    assert_eq!(sender.came(), ["msg_1"]);
}

/// Without the mark nothing goes out, and the channel rests; it goes when the store is back.
#[tokio::test]
async fn what_is_not_marked_is_not_sent() {
    let outbox = Outbox::new();
    outbox.add_message(message("msg_1"));
    outbox.failing_marks.store(1, Ordering::SeqCst);
    let sender = Scripted::answering([]);
    let worker = worker(&outbox, sender.clone());
    for _ in 0..2 {
        worker.drain_once().await.unwrap();
        assert!(sender.came().is_empty());
    }
    outbox.set_now(START_MICROS + MINUTE);
    worker.drain_once().await.unwrap();
    assert_eq!(sender.came(), ["msg_1"]);
}

/// One that may not go any more is not sent, and its channel does not rest for it.
#[tokio::test]
async fn what_may_not_go_any_more_holds_up_no_other() {
    let outbox = Outbox::new();
    outbox.add_message(message("msg_1"));
    outbox.refused_marks.store(1, Ordering::SeqCst);
    let sender = Scripted::answering([]);
    let worker = worker(&outbox, sender.clone());
    worker.drain_once().await.unwrap();
    outbox.add_message(message("msg_2"));
    worker.drain_once().await.unwrap();
    assert_eq!(sender.came(), ["msg_2"]);
}

/// A provider that is down and asks for a second each time loses nothing: what it asks for makes a wait longer and never
/// shorter, so that a message is tried for as long as it is good.
#[tokio::test]
async fn a_short_retry_after_does_not_use_up_the_attempts() {
    for (window, shortest) in [(Window::Seconds(1), 0), (Window::Seconds(90), 90), (Window::Minute, 60)] {
        let outbox = Outbox::new();
        let deliver_until = Moment::utc(START_MICROS + 48 * 60 * MINUTE);
        outbox.add_message(OutgoingMessage { deliver_until, ..message("msg_1") });
        let away = || later(Class::Transient, window);
        let sender = Scripted::answering((0..7).map(|_| away()));
        let worker = worker(&outbox, sender.clone());
        let mut now = START_MICROS;
        for attempt in 0..7 {
            worker.drain_once().await.unwrap();
            let wait = relay::next_attempt(attempt, "msg_1").unwrap().max(Duration::from_secs(shortest));
            now += i64::try_from(wait.as_micros()).unwrap();
            assert_eq!(outcomes(&outbox).last(), Some(&retry_at(now, Some(Class::Transient))), "{window:?}");
            outbox.set_now(now);
        }
        assert!(now > START_MICROS + 24 * 60 * MINUTE, "it was tried for more than a day");
        worker.drain_once().await.unwrap();
        assert_eq!((sender.came().len(), outcomes(&outbox).len()), (8, 8));
    }
}

/// A-S2-18: later is inside the message's deadline, or it is refused at once.
#[tokio::test]
async fn every_window_of_throttling_is_waited_for_inside_the_deadline() {
    let hour = 60 * MINUTE;
    for (window, deadline, expected) in [
        (Window::Minute, hour, retry_at(START_MICROS + MINUTE, Some(Class::Throttled))),
        (Window::Minute, MINUTE, refused(Class::Throttled)),
        (Window::Hour, 2 * hour, retry_at(START_MICROS + hour, Some(Class::Throttled))),
        (Window::Hour, hour, refused(Class::Throttled)),
        (Window::Day, 25 * hour, retry_at(START_MICROS + 24 * hour, Some(Class::Throttled))),
        (Window::Day, 10 * hour, refused(Class::Throttled)),
        (Window::Seconds(90), hour, retry_at(START_MICROS + 90_000_000, Some(Class::Throttled))),
    ] {
        let outbox = Outbox::new();
        outbox.add_message(OutgoingMessage {
            deliver_until: Moment::utc(START_MICROS + deadline),
            ..message("msg_1")
        });
        let sender = Scripted::answering([later(Class::Throttled, window)]);
        worker(&outbox, sender).drain_once().await.unwrap();
        assert_eq!(outcomes(&outbox), [expected], "{window:?}");
    }
}

/// Money, a cap or a key that is refused: the channel pauses, and the others do not.
#[tokio::test]
async fn an_empty_balance_pauses_the_channel_and_its_messages_wait() {
    for class in [Class::Money, Class::AccountCap, Class::Access] {
        let outbox = Outbox::new();
        for id in 1..=3 {
            outbox.add_message(message(&format!("msg_{id}")));
        }
        let sender = Scripted::answering([later(class, Window::Schedule), later(class, Window::Schedule)]);
        let worker = worker(&outbox, sender.clone());
        worker.drain_once().await.unwrap();
        let first = sender.came().len();
        // A message that comes later waits as well, and another channel does not.
        outbox.add_message(message("msg_4"));
        outbox.add_message(OutgoingMessage { channel: "wechat".to_owned(), ..message("msg_5") });
        worker.drain_once().await.unwrap();
        assert_eq!(sender.came()[first..], ["msg_5"]);
        assert!(outcomes(&outbox).contains(&retry_at(START_MICROS + 5 * MINUTE, Some(class))));

        outbox.set_now(START_MICROS + 5 * MINUTE);
        worker.drain_once().await.unwrap();
        worker.drain_once().await.unwrap();
        let mut accepted = 0;
        for outcome in outcomes(&outbox) {
            accepted += usize::from(matches!(outcome, MessageOutcome::Accepted { .. }));
        }
        assert_eq!(accepted, 5, "{class:?}: {:?}", outcomes(&outbox));
    }
}

/// A provider that is silent makes one message unknown at a time, not a batch.
#[tokio::test]
async fn after_an_outage_one_message_is_tried_at_a_time() {
    let outbox = Outbox::new();
    outbox.add_message(message("msg_1"));
    let sender = Scripted::answering([SendOutcome::unknown("timeout"), SendOutcome::unknown("timeout")]);
    let worker = worker(&outbox, sender.clone());
    worker.drain_once().await.unwrap();
    for id in 2..=9 {
        outbox.add_message(message(&format!("msg_{id}")));
    }
    outbox.set_now(START_MICROS + MINUTE);
    worker.drain_once().await.unwrap();
    assert_eq!(sender.came(), ["msg_1", "msg_2"]);
    outbox.set_now(START_MICROS + 2 * MINUTE);
    worker.drain_once().await.unwrap();
    assert_eq!(sender.came().len(), 9);
}
