//! `WeChat`'s sender against a provider on loopback that answers from a script.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use relay::message::{Class, Person, Recipient, Subscription, Window};
use relay::{Clock, MessageSender, OutgoingMessage, SendOutcome};
use serde_json::{Value, json};
use support::provider::{Act, Provider};
use support::senders::{clock, wechat as sender};
use support::{START_MICROS, message};

fn subscribed(id: &str) -> OutgoingMessage {
    let data = [("thing1".to_owned(), "小店".to_owned())].into();
    OutgoingMessage {
        channel: "wechat".to_owned(),
        to: Some(Recipient::new("openid_1")),
        wechat: Some(Subscription { template_id: "tpl".to_owned(), page: None, data }),
        link: None,
        ..message(id)
    }
}

fn token(token: &str) -> Act {
    Act::json(&json!({"access_token": token, "expires_in": 7_200}))
}

fn said(code: i64) -> Act {
    Act::json(&json!({"errcode": code, "errmsg": "m", "msgid": 77}))
}

async fn outcome(script: Vec<Act>) -> (SendOutcome, Vec<support::provider::Request>) {
    let provider = Provider::scripted(script, Act::Close).await;
    let outcome = sender(provider.url(), clock()).send(&subscribed("msg_1")).await;
    (outcome, provider.requests())
}

fn taken() -> SendOutcome {
    SendOutcome::Accepted { provider_id: Some("77".to_owned()), segments: None }
}

#[tokio::test]
async fn a_token_is_fetched_and_the_message_sent() {
    let (outcome, asked) = outcome(vec![token("t1"), said(0)]).await;
    assert_eq!(outcome, taken());
    assert_eq!(asked[0].target, "/cgi-bin/stable_token");
    let body = asked[0].json();
    assert_eq!((&body["appid"], &body["force_refresh"]), (&json!("wx1"), &json!(false)));
    assert_eq!(asked[1].target, "/cgi-bin/message/subscribe/send?access_token=t1");
    assert_eq!(
        asked[1].json(),
        json!({"touser": "openid_1", "template_id": "tpl", "data": {"thing1": {"value": "小店"}},
            "miniprogram_state": "formal", "lang": "zh_CN", "page": "pages/index"})
    );
}

#[tokio::test]
async fn a_token_is_kept_until_it_expires_and_fetched_once_for_a_batch() {
    let now = Arc::new(AtomicI64::new(START_MICROS));
    let shown = Arc::clone(&now);
    let clock: Clock = Arc::new(move || shown.load(Ordering::SeqCst));
    let provider = Provider::scripted([token("t1")], said(0)).await;
    let wechat = sender(provider.url(), clock);
    let batch: Vec<_> = (0..40).map(|id| subscribed(&format!("msg_{id}"))).collect();
    assert!(wechat.send_batch(&batch).await.iter().all(|outcome| *outcome == taken()));
    assert_eq!(provider.requests().len(), 41);
    let fetches = |provider: &Provider| {
        provider.requests().iter().filter(|one| one.target == "/cgi-bin/stable_token").count()
    };
    now.fetch_add(6_899_000_000, Ordering::SeqCst);
    wechat.send(&subscribed("msg_a")).await;
    assert_eq!(fetches(&provider), 1);
    now.fetch_add(1_000_000, Ordering::SeqCst);
    provider.next(token("t2"));
    wechat.send(&subscribed("msg_b")).await;
    assert_eq!(fetches(&provider), 2, "five minutes before its end it is not used");
    assert!(provider.requests().last().unwrap().target.ends_with("=t2"));
}

/// 40001 and 42001: another token, once; the message was not sent with the first.
#[tokio::test]
async fn a_token_that_is_refused_is_replaced_once() {
    for code in [40_001, 40_014, 42_001] {
        let (sent, asked) = outcome(vec![token("t1"), said(code), token("t2"), said(0)]).await;
        assert_eq!((sent, asked.len()), (taken(), 4), "{code}");
        assert!(asked[3].target.ends_with("=t2"));
        // The same one again: then by force.
        let script = vec![token("t1"), said(code), token("t1"), token("t2"), said(0)];
        let (sent, asked) = outcome(script).await;
        assert_eq!((sent, asked.len()), (taken(), 5), "{code}");
        assert_eq!(asked[3].json()["force_refresh"], json!(true));
        // And not for ever.
        let (refused, asked) = outcome(vec![token("t1"), said(code), token("t2"), said(code)]).await;
        assert_eq!((refused.pause(), asked.len()), (Some(Class::Access), 4), "{code}");
    }
}

/// Without a token nothing was sent, whatever happened.
#[tokio::test]
async fn without_a_token_a_message_is_later() {
    let access = |code: &str| SendOutcome::Later {
        class: Class::Access,
        code: code.to_owned(),
        not_before: Window::Schedule,
    };
    for (act, expected) in [
        (said(40_125), access("40125")),
        (said(40_164), access("40164")),
        (said(99_999), access("99999")),
        (said(-1), SendOutcome::later("token_-1")),
        (Act::Silence, SendOutcome::later("token_timeout")),
        (Act::Close, SendOutcome::later("token_connection_broken")),
        (Act::html(), SendOutcome::later("token_answer_unreadable")),
        (Act::Answer(500, String::new()), SendOutcome::later("token_http_500")),
        (Act::Answer(200, "{}".to_owned()), SendOutcome::later("token_unreadable")),
    ] {
        let what = format!("{act:?}");
        assert_eq!(outcome(vec![act]).await.0, expected, "{what}");
    }
}

/// A-S2-20: 43101 says that the grant is spent. A-S2-18 for what has no answer.
#[tokio::test]
async fn what_is_said_of_a_message_decides() {
    let refused = |class, code: &str| SendOutcome::refused(class, code, "m");
    for (act, expected) in [
        (said(43_101), refused(Class::Person(Person::GrantSpent), "43101")),
        (said(40_003), refused(Class::Person(Person::Unreachable), "40003")),
        (said(40_037), refused(Class::Template, "40037")),
        (said(47_003), refused(Class::Content, "47003")),
        (said(-1), SendOutcome::unknown("-1")),
        (Act::Silence, SendOutcome::unknown("timeout")),
        (Act::Close, SendOutcome::unknown("connection_broken")),
        (Act::html(), SendOutcome::unknown("answer_unreadable")),
        (Act::Answer(200, "{}".to_owned()), SendOutcome::unknown("answer_unreadable")),
        (Act::Answer(504, String::new()), SendOutcome::unknown("http_504")),
        (Act::Answer(503, String::new()), SendOutcome::later("http_503")),
    ] {
        let what = format!("{act:?}");
        assert_eq!(outcome(vec![token("t1"), act]).await.0, expected, "{what}");
    }
}

/// S2-R17: the page of the shop's template goes before where a tap on the message leads, that before the operator's.
#[tokio::test]
async fn s2_r17_a_message_opens_its_own_page_or_the_usual_one() {
    let page = |own: Option<&str>, link: Option<&str>| {
        let mut message = OutgoingMessage { link: link.map(str::to_owned), ..subscribed("msg_1") };
        message.wechat.as_mut().unwrap().page = own.map(str::to_owned);
        message
    };
    let provider = Provider::scripted([token("t1")], said(0)).await;
    let wechat = sender(provider.url(), clock());
    for (own, link, opened) in [
        (Some("pages/mine?id=1"), Some("/pages/order?id=1"), "pages/mine?id=1"),
        (Some("/pages/mine"), None, "pages/mine"),
        (None, Some("/pages/order?id=1"), "pages/order?id=1"),
        (None, Some("https://shop.test/o/1"), "pages/index"),
        (None, None, "pages/index"),
    ] {
        wechat.send(&page(own, link)).await;
        assert_eq!(provider.requests().last().unwrap().json()["page"], Value::from(opened));
    }
}
