//! Aliyun's sender against a provider on loopback that answers from a script.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use relay::message::{Asked, Class, Fate, Person, Providers, Recipient, Window, aliyun};
use relay::{MessageSender, OutgoingMessage, SendOutcome};
use serde_json::{Value, json};
use std::sync::Arc;
use support::START_MICROS;
use support::provider::{Act, Provider};
use support::senders::{aliyun as sender, clock, sms};

const PHONE: &str = "+8613800138000";

fn taken() -> Value {
    json!({"Code": "OK", "Message": "OK", "BizId": "900619746936498440^0", "RequestId": "r1"})
}

async fn outcome(act: Act) -> SendOutcome {
    let provider = Provider::always(act).await;
    sender(provider.url(), clock()).send(&sms("msg_1", PHONE)).await
}

#[tokio::test]
async fn a_message_is_sent_signed_with_our_id_and_its_template() {
    let provider = Provider::always(Act::json(&taken())).await;
    let aliyun = sender(provider.url(), clock());
    assert!(!aliyun.deduplicates(), "OutId comes back, no more");
    let id = Some("900619746936498440^0".to_owned());
    assert_eq!(
        aliyun.send(&sms("msg_1", PHONE)).await,
        SendOutcome::Accepted { provider_id: id, segments: None }
    );
    aliyun.send(&sms("msg_2", "+85251234567")).await;
    let asked = provider.requests();
    let of = |name| asked[0].parameter(name);
    assert_eq!(of("OutId").as_deref(), Some("shop_1:msg_1"));
    assert_eq!(of("PhoneNumbers").as_deref(), Some("13800138000"), "without 86");
    assert_eq!(asked[1].parameter("PhoneNumbers").as_deref(), Some("85251234567"), "without the plus");
    assert_eq!(of("SignName").as_deref(), Some("小店"));
    assert_eq!(of("TemplateCode").as_deref(), Some("SMS_1"));
    let values: Value = serde_json::from_str(&of("TemplateParam").unwrap()).unwrap();
    assert_eq!(values, json!({"order": "o 1+2", "deadline": "11月4日08:00"}));
    assert_eq!(asked[0].header("x-acs-action"), "SendSms");
    assert_eq!(asked[0].header("x-acs-version"), "2017-05-25");
    assert_eq!(asked[0].header("x-acs-date"), "2025-01-01T00:00:00Z");
    assert_eq!(asked[0].header("x-acs-signature-nonce"), "n1");
    assert_eq!(asked[1].header("x-acs-signature-nonce"), "n2", "never the same twice");
    assert!(
        asked[0].header("authorization").starts_with("ACS3-HMAC-SHA256 Credential=key,SignedHeaders=host;")
    );
}

/// A number abroad that Aliyun would take for one of mainland China is not given to it.
#[tokio::test]
async fn a_number_that_reads_as_another_is_held_back() {
    let provider = Provider::always(Act::json(&json!({ "Code": "OK", "BizId": "1" }))).await;
    let outcome = sender(provider.url(), clock()).send(&sms("msg_1", "+13525550123")).await;
    let class = Class::Person(Person::Foreign);
    assert_eq!(outcome, SendOutcome::refused(class, "foreign_number", ""));
    assert_eq!(provider.requests().len(), 0);
}

/// A-S2-18, for each way in which there is no answer.
#[tokio::test]
async fn what_may_have_been_taken_is_unknown_and_what_was_not_is_later() {
    let retry = |seconds| SendOutcome::Later {
        class: Class::Transient,
        code: "http_429".to_owned(),
        not_before: Window::Seconds(seconds),
    };
    for (act, expected) in [
        (Act::Silence, SendOutcome::unknown("timeout")),
        (Act::Close, SendOutcome::unknown("connection_broken")),
        (Act::html(), SendOutcome::unknown("answer_unreadable")),
        (Act::Answer(200, "{}".to_owned()), SendOutcome::unknown("answer_unreadable")),
        (Act::Answer(500, taken().to_string()), SendOutcome::unknown("http_500")),
        (Act::Answer(502, String::new()), SendOutcome::unknown("http_502")),
        (Act::Answer(504, String::new()), SendOutcome::unknown("http_504")),
        (Act::Answer(408, String::new()), SendOutcome::later("http_408")),
        (Act::Answer(503, String::new()), SendOutcome::later("http_503")),
        (Act::With(429, "retry-after: 90", String::new()), retry(90)),
    ] {
        let said = format!("{act:?}");
        assert_eq!(outcome(act).await, expected, "{said}");
    }
    let absent = sender(Provider::absent().await, clock());
    assert_eq!(absent.send(&sms("msg_1", PHONE)).await, SendOutcome::later("connection_failed"));
    // A name that is too long to be asked for: it is not found, without a network.
    let nowhere = sender(format!("https://{}.invalid", "a".repeat(64)), clock());
    assert_eq!(nowhere.send(&sms("msg_1", PHONE)).await, SendOutcome::later("connection_failed"));
}

#[tokio::test]
async fn an_answer_of_400_is_read_as_well() {
    let body = json!({"Code": "SignatureDoesNotMatch", "Message": "the signature of 13800138000 …", "RequestId": "r"});
    let code = "SignatureDoesNotMatch".to_owned();
    let expected = SendOutcome::Later { class: Class::Access, code, not_before: Window::Schedule };
    assert_eq!(outcome(Act::Answer(400, body.to_string())).await, expected);
}

#[tokio::test]
async fn what_is_missing_is_said_before_anything_is_asked() {
    let provider = Provider::always(Act::json(&taken())).await;
    let aliyun = sender(provider.url(), clock());
    let whole = sms("msg_1", PHONE);
    for (message, class, code) in [
        (OutgoingMessage { to: None, ..whole.clone() }, Class::Person(Person::Unreachable), "to_missing"),
        (OutgoingMessage { providers: Providers::default(), ..whole }, Class::Template, "template_missing"),
    ] {
        assert_eq!(aliyun.send(&message).await, SendOutcome::refused(class, code, ""));
    }
    assert!(provider.requests().is_empty());
}

/// Those of a batch that have not begun are not sent once the balance is used up.
#[tokio::test]
async fn an_empty_balance_ends_the_batch() {
    let empty = json!({"Code": "isv.AMOUNT_NOT_ENOUGH", "Message": "账户余额不足"});
    let provider = Provider::always(Act::json(&empty)).await;
    let batch: Vec<_> = (0..200).map(|id| sms(&format!("msg_{id}"), PHONE)).collect();
    let outcomes = sender(provider.url(), clock()).send_batch(&batch).await;
    assert!(provider.requests().len() < 200, "{} were asked for", provider.requests().len());
    assert_eq!(outcomes.len(), 200);
    for outcome in outcomes {
        assert_eq!(outcome.pause(), Some(Class::Money));
    }
}

#[test]
fn neither_keys_nor_phones_are_shown() {
    let settings = aliyun::AliyunSettings {
        access_key_id: "key".to_owned(),
        access_key_secret: relay::message::Secret::new("aliyun-secret"),
        signature: None,
        endpoint: "https://dysmsapi.aliyuncs.com".to_owned(),
    };
    let shown = format!("{settings:?} {:?}", sms("msg_1", PHONE));
    assert!(!shown.contains("aliyun-secret") && !shown.contains("13800138000"), "{shown}");
    assert!(shown.contains("+86138****8000"), "{shown}");
}

fn details(rows: &Value, total: u32) -> Act {
    let said = json!({"Code": "OK", "Message": "OK", "TotalCount": total.to_string(),
        "SmsSendDetailDTOs": {"SmsSendDetailDTO": rows}});
    Act::json(&said)
}

fn row(out_id: &str, status: u8) -> Value {
    json!({"OutId": out_id, "SendStatus": status, "ErrCode": "MK:0001", "PhoneNum": "13800138000",
        "ReceiveDate": "2025-01-01 12:00:00", "SendDate": "2025-01-01 11:59:58"})
}

fn asked() -> Asked {
    Asked {
        our_id: "shop_1:msg_1".to_owned(),
        provider_id: None,
        phone: Recipient::new(PHONE),
        sent_at_micros: START_MICROS,
    }
}

/// A-S2-18: asked after by our id among the messages of that number on that day.
#[tokio::test]
async fn a_message_is_found_by_our_id() {
    let delivered_at = START_MICROS + 4 * 3_600_000_000;
    let later: relay::Clock = Arc::new(|| START_MICROS + 120_000_000);
    for (answer, expected) in [
        (details(&json!([row("shop_1:msg_0", 3), row("shop_1:msg_1", 1)]), 2), Fate::NotYet),
        (
            details(&json!([row("shop_1:msg_1", 2)]), 1),
            Fate::Failed { code: "MK:0001".to_owned(), is_charged: false },
        ),
        (
            details(&json!([row("shop_1:msg_1", 3)]), 1),
            Fate::Delivered { segments: None, at_micros: Some(delivered_at) },
        ),
        (details(&json!([row("shop_1:msg_0", 3)]), 1), Fate::NotKnown),
        (details(&json!([]), 0), Fate::NotKnown),
        // Not all of it was seen.
        (details(&json!([row("shop_1:msg_0", 3)]), 900), Fate::NotYet),
        (Act::html(), Fate::NotYet),
        (Act::Answer(500, String::new()), Fate::NotYet),
        (Act::json(&json!({"Code": "isp.SYSTEM_ERROR", "Message": ""})), Fate::NotYet),
    ] {
        let said = format!("{answer:?}");
        let provider = Provider::always(answer).await;
        assert_eq!(sender(provider.url(), later.clone()).ask(&asked()).await, expected, "{said}");
        let first = &provider.requests()[0];
        assert_eq!(first.header("x-acs-action"), "QuerySendDetails");
        assert_eq!(first.parameter("SendDate").as_deref(), Some("20250101"), "08:00 in Shanghai");
    }
}

#[tokio::test]
async fn nobody_is_believed_who_knows_nothing_within_two_minutes() {
    let provider = Provider::always(details(&json!([]), 0)).await;
    assert_eq!(sender(provider.url(), clock()).ask(&asked()).await, Fate::NotYet);
}

/// Their clock may be on the other side of midnight.
#[tokio::test]
async fn near_midnight_both_days_are_looked_at() {
    let later: relay::Clock = Arc::new(|| START_MICROS + 24 * 3_600_000_000);
    let provider =
        Provider::scripted([details(&json!([]), 0)], details(&json!([row("shop_1:msg_1", 1)]), 1)).await;
    let midnight = START_MICROS + 16 * 3_600_000_000;
    let asked = Asked { sent_at_micros: midnight - 1, ..asked() };
    assert_eq!(sender(provider.url(), later).ask(&asked).await, Fate::NotYet);
    let days: Vec<_> = provider.requests().iter().map(|one| one.parameter("SendDate").unwrap()).collect();
    assert_eq!(days, ["20250101", "20250102"]);
}
