//! Tencent Cloud's sender against a provider on loopback that answers from a script.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use relay::message::{Asked, Bad, Class, Fate, Recipient, Window, report};
use relay::{MessageSender, OutgoingMessage, SendOutcome};
use serde_json::{Value, json};
use support::START_MICROS;
use support::provider::{Act, Provider};
use support::senders::{clock, sms, tencent as sender, tencent_takes};

const PHONE: &str = "+8613800138000";

fn error(code: &str) -> Act {
    Act::json(&json!({"Response": {"Error": {"Code": code, "Message": "m"}, "RequestId": "r"}}))
}

#[tokio::test]
async fn a_message_is_sent_signed_with_its_values_by_place() {
    let provider = Provider::always(Act::json(&tencent_takes(&[PHONE]))).await;
    let tencent = sender(provider.url(), clock());
    assert!(!tencent.deduplicates(), "SessionContext comes back, no more");
    let taken = SendOutcome::Accepted { provider_id: Some("2019:0".to_owned()), segments: Some(2) };
    assert_eq!(tencent.send(&sms("msg_1", PHONE)).await, taken);
    let asked = &provider.requests()[0];
    assert_eq!(
        asked.json(),
        json!({"PhoneNumberSet": [PHONE], "SmsSdkAppId": "1400006666", "SignName": "小店", "TemplateId": "SMS_1",
            "TemplateParamSet": ["o 1+2", "11月4日08:00"], "SessionContext": "shop_1:msg_1"})
    );
    for (name, value) in [
        ("x-tc-action", "SendSms"),
        ("x-tc-version", "2021-01-11"),
        ("x-tc-region", "ap-guangzhou"),
        ("x-tc-timestamp", "1735689600"),
        ("content-type", "application/json; charset=utf-8"),
    ] {
        assert_eq!(asked.header(name), value);
    }
    let signed = asked.header("authorization");
    assert!(
        signed.starts_with("TC3-HMAC-SHA256 Credential=id/2025-01-01/sms/tc3_request, SignedHeaders="),
        "{signed}"
    );
}

/// Up to 200 numbers of one template go together, and of one number never two.
#[tokio::test]
async fn messages_that_differ_in_their_numbers_go_in_one_request() {
    let other = |id: &str, to: &str| {
        let mut message = sms(id, to);
        message.providers.tencent.as_mut().unwrap().parameters[0] = "o 2".to_owned();
        message
    };
    let (second, abroad) = ("+8613800138001", "+85251234567");
    let mut of_another_template = sms("msg_6", PHONE);
    of_another_template.providers.tencent.as_mut().unwrap().code = "SMS_2".to_owned();
    let batch = [
        sms("msg_1", PHONE),
        sms("msg_2", second),
        sms("msg_3", PHONE),
        other("msg_4", PHONE),
        sms("msg_5", abroad),
        of_another_template,
        OutgoingMessage { to: None, ..sms("msg_7", PHONE) },
    ];
    let everybody = tencent_takes(&[PHONE, second, abroad]);
    let provider = Provider::always(Act::json(&everybody)).await;
    let outcomes = sender(provider.url(), clock()).send_batch(&batch).await;
    let ids = outcomes.iter().map(|outcome| match outcome {
        SendOutcome::Accepted { provider_id, .. } => provider_id.as_deref().unwrap(),
        SendOutcome::Refused { code, .. } => code,
        other => panic!("{other:?}"),
    });
    // Serials are told by number: each message got that of its own.
    let expected = ["2019:0", "2019:1", "2019:0", "2019:0", "2019:2", "2019:0", "to_missing"];
    assert_eq!(ids.collect::<Vec<_>>(), expected);
    let mut sent: Vec<(String, Value)> = provider
        .requests()
        .iter()
        .map(|one| {
            (one.json()["SessionContext"].as_str().unwrap().to_owned(), one.json()["PhoneNumberSet"].clone())
        })
        .collect();
    sent.sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(
        sent,
        [
            ("shop_1:msg_1\nshop_1:msg_2".to_owned(), json!([PHONE, second])),
            ("shop_1:msg_3".to_owned(), json!([PHONE])),
            ("shop_1:msg_4".to_owned(), json!([PHONE])),
            ("shop_1:msg_5".to_owned(), json!([abroad])),
            ("shop_1:msg_6".to_owned(), json!([PHONE])),
        ]
    );
}

#[tokio::test]
async fn a_request_has_200_numbers_at_most_and_their_ids_fit_in() {
    let provider = Provider::always(error("FailedOperation.ContainSensitiveWord")).await;
    let short = |id: usize| {
        let mut message = sms("", &format!("+86138{id:08}"));
        (message.shop_id, message.message_id) = (String::new(), String::new());
        message
    };
    let batch: Vec<_> = (0..450).map(short).collect();
    sender(provider.url(), clock()).send_batch(&batch).await;
    let mut sizes: Vec<_> = provider
        .requests()
        .iter()
        .map(|one| {
            assert!(one.json()["SessionContext"].as_str().unwrap().len() < 512);
            one.json()["PhoneNumberSet"].as_array().unwrap().len()
        })
        .collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [50, 200, 200]);

    let long = |id: usize| sms(&"m".repeat(121), &format!("+86138{id:08}"));
    let batch: Vec<_> = (0..8).map(long).collect();
    let before = provider.requests().len();
    sender(provider.url(), clock()).send_batch(&batch).await;
    assert_eq!(provider.requests().len() - before, 3, "three ids of 128 bytes fit in");
}

/// HTTP says 200 although each failed; each number has a word of its own.
#[tokio::test]
async fn each_number_is_judged_alone() {
    let second = "+8613800138001";
    let mut answer = tencent_takes(&[PHONE, second]);
    answer["Response"]["SendStatusSet"][1]["Code"] = "FailedOperation.PhoneNumberInBlacklist".into();
    let provider = Provider::always(Act::json(&answer)).await;
    let third = sms("msg_3", "+8613800138002");
    let batch = [sms("msg_1", PHONE), sms("msg_2", second), third];
    let outcomes = sender(provider.url(), clock()).send_batch(&batch).await;
    assert!(matches!(outcomes[0], SendOutcome::Accepted { .. }));
    let opted_out = Class::Person(relay::message::Person::OptedOut);
    assert!(matches!(outcomes[1], SendOutcome::Refused { class, .. } if class == opted_out));
    assert_eq!(outcomes[2], SendOutcome::unknown("not_in_the_answer"));
}

/// A-S2-18, for each way in which there is no answer.
#[tokio::test]
async fn what_may_have_been_taken_is_unknown_and_what_was_not_is_later() {
    for (act, expected) in [
        (Act::Silence, SendOutcome::unknown("timeout")),
        (Act::Close, SendOutcome::unknown("connection_broken")),
        (Act::html(), SendOutcome::unknown("answer_unreadable")),
        (Act::Answer(500, String::new()), SendOutcome::unknown("http_500")),
        (Act::Answer(503, String::new()), SendOutcome::later("http_503")),
        (error("InternalError.Timeout"), SendOutcome::unknown("InternalError.Timeout")),
    ] {
        let said = format!("{act:?}");
        let provider = Provider::always(act).await;
        assert_eq!(sender(provider.url(), clock()).send(&sms("msg_1", PHONE)).await, expected, "{said}");
    }
    let absent = sender(Provider::absent().await, clock());
    assert_eq!(absent.send(&sms("msg_1", PHONE)).await, SendOutcome::later("connection_failed"));
    let provider = Provider::always(error("LimitExceeded.PhoneNumberOneHourLimit")).await;
    let throttled = sender(provider.url(), clock()).send(&sms("msg_1", PHONE)).await;
    assert!(matches!(
        throttled,
        SendOutcome::Later { class: Class::Throttled, not_before: Window::Hour, .. }
    ));
}

fn entry(context: &str, serial: &str, status: &str) -> Value {
    json!({"Description": "DELIVRD", "CountryCode": "86", "SubscriberNumber": "13800138000", "ReportStatus": status,
        "PhoneNumber": PHONE, "SerialNo": serial, "UserReceiveTime": 1_735_689_660, "SessionContext": context})
}

fn pulled(entries: &Value) -> Act {
    Act::json(&json!({"Response": {"PullSmsSendStatusSet": entries, "RequestId": "r"}}))
}

#[tokio::test]
async fn a_message_is_found_by_our_id_or_by_its_serial() {
    let at = Some(START_MICROS + 60_000_000);
    let delivered = Fate::Delivered { segments: None, at_micros: at };
    let failed = Fate::Failed { code: "DELIVRD".to_owned(), is_charged: true };
    for (serial, answer, expected) in [
        (None, pulled(&json!([entry("shop_1:msg_1", "1", "SUCCESS")])), delivered.clone()),
        (None, pulled(&json!([entry("shop_1:msg_0\nshop_1:msg_1", "1", "SUCCESS")])), delivered.clone()),
        (Some("2"), pulled(&json!([entry("", "1", "FAIL"), entry("", "2", "SUCCESS")])), delivered),
        // A message is failed if any of its segments is (A-S2-19).
        (Some("2"), pulled(&json!([entry("", "2", "FAIL"), entry("", "2", "SUCCESS")])), failed),
        // The carrier has not told yet: that is not the same as never sent.
        (None, pulled(&json!([entry("shop_1:msg_10", "1", "SUCCESS")])), Fate::NotYet),
        (None, pulled(&json!(null)), Fate::NotYet),
        (None, error("InternalError"), Fate::NotYet),
        (None, Act::html(), Fate::NotYet),
    ] {
        let said = format!("{serial:?} {answer:?}");
        let provider = Provider::always(answer).await;
        let asked = Asked {
            our_id: "shop_1:msg_1".to_owned(),
            provider_id: serial.map(str::to_owned),
            phone: Recipient::new(PHONE),
            sent_at_micros: START_MICROS,
        };
        assert_eq!(sender(provider.url(), clock()).ask(&asked).await, expected, "{said}");
        let body = provider.requests()[0].json();
        assert_eq!((&body["PhoneNumber"], &body["BeginTime"]), (&json!(PHONE), &json!(1_735_689_000)));
    }
}

#[tokio::test]
async fn reports_are_pulled_and_one_poison_spoils_no_other() {
    let entries =
        json!([entry("shop_1:msg_1", "1", "SUCCESS"), {"SerialNo": "2"}, 7, entry("a:1\nb:2", "4", "FAIL")]);
    let provider = Provider::always(pulled(&entries)).await;
    let reports = sender(provider.url(), clock()).pull().await.unwrap();
    let bad = |element, why| Err(Bad { element: Some(element), why });
    assert_eq!(reports.len(), 4);
    let first = reports[0].as_ref().unwrap();
    assert_eq!((first.our_id.as_deref(), first.is_delivered), (Some("shop_1:msg_1"), true));
    assert_eq!(reports[1], bad(1, report::Why::Field("PhoneNumber")));
    assert_eq!(reports[2], bad(2, report::Why::NotJson));
    assert_eq!(reports[3].as_ref().unwrap().our_id, None, "of several by its number");
    assert_eq!(provider.requests()[0].header("x-tc-action"), "PullSmsSendStatus");
    let refused = Provider::always(error("UnauthorizedOperation.RequestPermissionDeny")).await;
    let code = sender(refused.url(), clock()).pull().await.unwrap_err();
    assert_eq!(code, "UnauthorizedOperation.RequestPermissionDeny");
}
