//! Delivery reports that a provider keeps until they are fetched.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use std::collections::VecDeque;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use relay::message::{Bad, Recipient, Report, report::Why};
use relay::pull::Pulled;
use relay::{BoxFuture, Clock, JsonLinesSender, Pulls, Reports, Senders};
use serde_json::{Value, json};
use support::provider::{Act, Provider};
use support::{START_MICROS, senders};

/// Keeps what it is given; fails as often as it is told to.
#[derive(Default)]
struct Kept {
    reports: Mutex<Vec<Pulled>>,
    fails: Mutex<VecDeque<&'static str>>,
}

impl Reports for Kept {
    fn store(&self, reports: Pulled) -> BoxFuture<'_, Result<(), String>> {
        Box::pin(async move {
            if let Some(error) = self.fails.lock().unwrap().pop_front() {
                return Err(error.to_owned());
            }
            self.reports.lock().unwrap().push(reports);
            Ok(())
        })
    }
}

struct Time(Arc<AtomicI64>);

impl Time {
    fn clock(&self) -> Clock {
        let micros = Arc::clone(&self.0);
        Arc::new(move || micros.load(Ordering::SeqCst))
    }
    fn passes(&self, minutes: i64) {
        self.0.fetch_add(minutes * 60_000_000, Ordering::SeqCst);
    }
}

/// Tencent Cloud carries SMS; nothing else is fetched.
fn pulls(provider: &Provider, time: &Time) -> Pulls {
    let default = Arc::new(JsonLinesSender::new("/nonexistent"));
    let tencent = Arc::new(senders::tencent(provider.url(), time.clock()));
    Pulls::new(Senders::new(default).with_channel("sms", tencent), time.clock())
}

fn time() -> Time {
    Time(Arc::new(AtomicI64::new(START_MICROS)))
}

fn entry(serial: &str, status: &str) -> Value {
    json!({"UserReceiveTime": 1_735_689_600, "CountryCode": "86", "SubscriberNumber": "13800138000",
        "PhoneNumber": "+8613800138000", "SerialNo": serial, "ReportStatus": status, "Description": "DELIVRD",
        "SessionContext": "tea:m1"})
}

fn gives(entries: &[Value]) -> Act {
    Act::json(&json!({"Response": {"PullSmsSendStatusSet": entries, "RequestId": "r"}}))
}

fn refuses(code: &str) -> Act {
    Act::json(&json!({"Response": {"Error": {"Code": code, "Message": "x"}, "RequestId": "r"}}))
}

/// A-S2-19: what is fetched is read one by one and stored, with what a failure costs (A-S2-12); it is asked again while
/// there is something.
#[tokio::test]
async fn a_s2_19_reports_are_fetched_until_there_are_none() {
    let provider = Provider::scripted(
        [
            gives(&[entry("1", "SUCCESS"), json!({"SerialNo": "2"}), entry("3", "FAIL")]),
            gives(&[entry("4", "SUCCESS")]),
        ],
        gives(&[]),
    )
    .await;
    let (time, kept) = (time(), Kept::default());
    let mut pulls = pulls(&provider, &time);
    let mut fetched = Vec::new();
    for _ in 0..4 {
        fetched.push(pulls.turn(&kept).await.unwrap());
    }
    assert_eq!(fetched, [3, 1, 0, 0]);
    let report = |serial: &str, is_delivered: bool| {
        Ok(Report {
            our_id: Some("tea:m1".to_owned()),
            message: None,
            provider_id: Some(serial.to_owned()),
            phone: Some(Recipient::new("+8613800138000")),
            part: None,
            is_delivered,
            code: "DELIVRD".to_owned(),
            segments: None,
            is_charged: true,
            at_micros: Some(START_MICROS),
        })
    };
    let bad = Err(Bad { element: Some(1), why: Why::Field("PhoneNumber") });
    let stored = kept.reports.lock().unwrap();
    assert_eq!(*stored, [vec![report("1", true), bad, report("3", false)], vec![report("4", true)]]);
    let asked = provider.requests();
    assert!(asked.iter().all(|request| request.header("x-tc-action") == "PullSmsSendStatus"), "{asked:?}");
    assert_eq!(asked[0].json(), json!({"SmsSdkAppId": "1400006666", "Limit": 100}));
}

/// A-S2-19: nobody gets a report twice from the provider, so what cannot be stored is told to the store again, and
/// nothing more is fetched before it took it.
#[tokio::test]
async fn a_s2_19_what_was_fetched_is_kept_until_it_is_stored() {
    let provider = Provider::scripted([gives(&[entry("1", "SUCCESS")])], gives(&[])).await;
    let (time, kept) = (time(), Kept::default());
    kept.fails.lock().unwrap().extend(["full", "full"]);
    let mut pulls = pulls(&provider, &time);
    for _ in 0..2 {
        assert_eq!(pulls.turn(&kept).await, Err("full".to_owned()));
    }
    assert_eq!((pulls.turn(&kept).await, provider.requests().len()), (Ok(1), 1));
    assert_eq!(kept.reports.lock().unwrap().len(), 1);
}

/// A provider that has not opened the fetching, or that is down, is asked after 5, 10, 20, 40 and 60 minutes.
#[tokio::test]
async fn a_provider_that_gives_nothing_rests_longer_each_time() {
    let provider = Provider::always(refuses("UnauthorizedOperation")).await;
    let (time, kept) = (time(), Kept::default());
    let mut pulls = pulls(&provider, &time);
    assert_eq!(pulls.turn(&kept).await, Ok(0));
    for (asked, minutes) in [5, 10, 20, 40, 60, 60].into_iter().enumerate() {
        time.passes(minutes - 1);
        assert_eq!((pulls.turn(&kept).await, provider.requests().len()), (Ok(0), asked + 1));
        time.passes(1);
        assert_eq!((pulls.turn(&kept).await, provider.requests().len()), (Ok(0), asked + 2));
    }
    time.passes(60);
    provider.next(gives(&[entry("1", "SUCCESS")]));
    assert_eq!(pulls.turn(&kept).await, Ok(1));
    // It goes on, and rests from the start should it fail again.
    for asked in [9, 9] {
        assert_eq!((pulls.turn(&kept).await, provider.requests().len()), (Ok(0), asked));
    }
}
