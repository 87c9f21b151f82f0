//! The senders: a file of JSON lines, and a provider.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use std::time::Duration;

use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::{Json, Router};
use relay::message::{ByName, ByPosition, Class, Moment, Providers, Recipient, Subscription, Window};
use relay::{HttpSender, JsonLinesSender, MessageSender, OutgoingMessage, SendOutcome, SigningSecret};
use serde_json::json;
use support::{Canary, SECRET, message, serve};
use tokio::sync::mpsc;

fn read_lines(path: &std::path::Path) -> Vec<OutgoingMessage> {
    let text = std::fs::read_to_string(path).unwrap();
    assert!(text.ends_with('\n'));
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn each_message_is_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("messages.jsonl");
    let sender = JsonLinesSender::new(&path);
    assert_eq!(sender.send(&message("msg_1")).await, SendOutcome::accepted());
    let batch = [message("msg_2"), message("msg_3")];
    assert_eq!(sender.send_batch(&batch).await, [SendOutcome::accepted(), SendOutcome::accepted()]);
    let expected = ["msg_1", "msg_2", "msg_3"].map(message);
    assert_eq!(read_lines(&path), expected);

    let first = std::fs::read_to_string(&path).unwrap();
    let first = first.lines().next().unwrap();
    assert!(first.starts_with(r#"{"message_id":"msg_1","shop_id":"shop_1","order_id":null,"#));
    assert!(first.contains(r#""body_zh":"您的优惠券\n明天到期""#));
}

#[tokio::test]
async fn a_torn_line_does_not_spoil_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("messages.jsonl");
    std::fs::write(&path, r#"{"message_id":"ms"#).unwrap();
    let sender = JsonLinesSender::new(&path);
    assert_eq!(sender.send(&message("msg_1")).await, SendOutcome::accepted());
    let text = std::fs::read_to_string(&path).unwrap();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 2);
    let read: OutgoingMessage = serde_json::from_str(lines[1]).unwrap();
    assert_eq!(read, message("msg_1"));
}

#[tokio::test]
async fn a_file_renamed_away_is_begun_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("messages.jsonl");
    let sender = JsonLinesSender::new(&path);
    assert_eq!(sender.send(&message("msg_1")).await, SendOutcome::accepted());
    std::fs::rename(&path, folder.path().join("messages.1.jsonl")).unwrap();
    assert_eq!(sender.send(&message("msg_2")).await, SendOutcome::accepted());
    assert_eq!(read_lines(&path), [message("msg_2")]);
}

#[tokio::test]
async fn a_file_that_cannot_be_opened_has_nothing_and_of_one_that_is_full_nobody_knows() {
    let folder = tempfile::tempdir().unwrap();
    let sender = JsonLinesSender::new(folder.path().join("missing/messages.jsonl"));
    let results = sender.send_batch(&[message("msg_1"), message("msg_2")]).await;
    assert_eq!(results.len(), 2);
    for result in results {
        assert!(matches!(result, SendOutcome::Later { class: Class::Transient, .. }), "{result:?}");
    }
    let sender = JsonLinesSender::new("/dev/full");
    let result = sender.send(&message("msg_1")).await;
    assert!(matches!(result, SendOutcome::Unknown { .. }), "{result:?}");
    assert!(sender.deduplicates(), "so they are tried again");
}

#[tokio::test]
async fn a_provider_gets_json_and_the_key_of_repetition() {
    let (sender, mut received) = mpsc::unbounded_channel();
    let router = Router::new().route(
        "/send",
        post(move |headers: HeaderMap, Json(message): Json<OutgoingMessage>| async move {
            sender.send((headers, message)).unwrap();
        }),
    );
    let address = serve(router).await;
    let provider = HttpSender::try_new(&format!("http://{address}/send")).unwrap();
    let batch: Vec<_> = (0..40).map(|n| message(&format!("msg_{n:02}"))).collect();
    assert!(provider.send_batch(&batch).await.iter().all(|outcome| *outcome == SendOutcome::accepted()));
    let mut got = Vec::new();
    while let Ok((headers, message)) = received.try_recv() {
        let key = format!("{}:{}", message.shop_id, message.message_id);
        assert_eq!(headers["idempotency-key"], key, "ids of messages are the shop's own");
        got.push(message);
    }
    got.sort_by(|a, b| a.message_id.cmp(&b.message_id));
    assert_eq!(got, batch);
}

/// S2-R17: a program of the operator's gets all that the shop's template says of any provider, filled, and the deadline as
/// the shop's wall shows it.
#[test]
fn s2_r17_the_json_says_all_that_a_template_says() {
    let text = |text: &str| text.to_owned();
    let parameters = [(text("order"), text("1001"))].into();
    let aliyun = Some(ByName { code: text("SMS_1"), parameters });
    let tencent = Some(ByPosition { code: text("1110"), parameters: vec![text("1001")] });
    let data = [(text("thing1"), text("小店"))].into();
    let page = Some(text("pages/order?id=1001"));
    let until = Moment { micros: 1_735_689_600_000_000, offset_seconds: 28_800 };
    let whole = OutgoingMessage {
        providers: Providers { aliyun, tencent },
        wechat: Some(Subscription { template_id: text("tpl"), page, data }),
        deliver_until: until,
        signature: Some(text("小店")),
        to: Some(Recipient::new("+8613800138000")),
        subject: Some(text("小店")),
        text: Some(text("【小店】您的订单1001已发货。")),
        ..message("msg_1")
    };
    let told = serde_json::to_value(&whole).unwrap();
    for (pointer, value) in [
        ("/providers/aliyun", json!({"code": "SMS_1", "parameters": {"order": "1001"}})),
        ("/providers/tencent", json!({"code": "1110", "parameters": ["1001"]})),
        ("/wechat", json!({"template_id": "tpl", "page": "pages/order?id=1001", "data": {"thing1": "小店"}})),
        ("/deliver_until", json!("2025-01-01T08:00:00+08:00")),
        ("/signature", json!("小店")),
    ] {
        assert_eq!(told.pointer(pointer), Some(&value), "{pointer}");
    }
    assert_eq!(serde_json::from_value::<OutgoingMessage>(told.clone()).unwrap(), whole);
    let mut fields: Vec<&str> = told.as_object().unwrap().keys().map(String::as_str).collect();
    fields.sort_unstable();
    for (name, heading) in [("messages.md", "### What is sent\n"), ("messages.zh-CN.md", "### 发送的内容\n")]
    {
        let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/");
        let page = std::fs::read_to_string(format!("{page}{name}")).unwrap();
        let section = page.split_once(heading).unwrap().1.split("\n#").next().unwrap().to_owned();
        let rows = section.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
        let mut named: Vec<&str> = rows.collect();
        named.sort_unstable();
        assert_eq!(named, fields, "{name}");
    }
    let plain = serde_json::to_value(message("msg_1")).unwrap();
    for absent in ["providers", "wechat", "signature", "to", "text", "subject"] {
        assert!(plain.get(absent).is_none(), "{absent}");
    }
}

#[tokio::test]
async fn the_providers_status_decides() {
    let router = Router::new().route(
        "/{status}",
        post(|Path(status): Path<u16>| async move {
            let status = StatusCode::from_u16(status).unwrap();
            (status, [("location", "/200")])
        }),
    );
    let address = serve(router).await;
    let refused = |class, code: &str| SendOutcome::refused(class, code, "");
    for (status, expected) in [
        (200, SendOutcome::accepted()),
        (202, SendOutcome::accepted()),
        (302, SendOutcome::later("http_302")),
        (400, refused(Class::Content, "http_400")),
        (401, refused(Class::Access, "http_401")),
        (404, refused(Class::Content, "http_404")),
        (408, SendOutcome::later("http_408")),
        (410, refused(Class::Content, "http_410")),
        (422, refused(Class::Content, "http_422")),
        (429, SendOutcome::later("http_429")),
        (500, SendOutcome::unknown("http_500")),
        (502, SendOutcome::unknown("http_502")),
        (503, SendOutcome::later("http_503")),
        (504, SendOutcome::unknown("http_504")),
    ] {
        let provider = HttpSender::try_new(&format!("http://{address}/{status}")).unwrap();
        assert_eq!(provider.send(&message("msg_1")).await, expected, "{status}");
    }
}

#[tokio::test]
async fn a_provider_may_say_when_and_what_it_took() {
    let taken = Json(serde_json::json!({"provider_id": "p1", "segments": 2}));
    let router = Router::new()
        .route("/busy", post(|| async { (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "90")]) }))
        .route("/odd", post(|| async { r#"{"provider_id": 7, "segments": "some"}"# }))
        .route("/taken", post(move || async move { taken }));
    let address = serve(router).await;
    let at = |path: &str| HttpSender::try_new(&format!("http://{address}/{path}")).unwrap();
    let (class, code) = (Class::Transient, "http_429".to_owned());
    let later = SendOutcome::Later { class, code, not_before: Window::Seconds(90) };
    assert_eq!(at("busy").send(&message("msg_1")).await, later);
    let taken = SendOutcome::Accepted { provider_id: Some("p1".to_owned()), segments: Some(2) };
    assert_eq!(at("taken").send(&message("msg_1")).await, taken);
    let odd = SendOutcome::Accepted { provider_id: Some("7".to_owned()), segments: None };
    assert_eq!(at("odd").send(&message("msg_1")).await, odd, "neither spoils the other");
}

/// A-S2-18: a provider that was silent may have taken it; one that is not there has not.
#[tokio::test]
async fn a_silent_provider_may_have_it_and_an_absent_one_has_not() {
    let provider = Canary::silent().await;
    let sender = HttpSender::try_with_limit(&provider.url(), Duration::from_millis(200)).unwrap();
    assert_eq!(sender.send(&message("msg_1")).await, SendOutcome::unknown("timeout"));
    provider.close().await;
    assert_eq!(sender.send(&message("msg_1")).await, SendOutcome::later("connection_failed"));
}

#[tokio::test]
async fn requests_are_signed_where_a_secret_is_set() {
    let (told, mut received) = mpsc::unbounded_channel();
    let router = Router::new().route(
        "/send",
        post(move |headers: HeaderMap, body: String| async move { told.send((headers, body)).unwrap() }),
    );
    let address = serve(router).await;
    let secret = SigningSecret::parse(SECRET).unwrap();
    let sender = HttpSender::try_new(&format!("http://{address}/send")).unwrap();
    let sender = sender.signing([secret], relay::system_clock());
    assert_eq!(sender.send(&message("msg_1")).await, SendOutcome::accepted());
    let (headers, body) = received.recv().await.unwrap();
    let oracle = standardwebhooks::Webhook::new(SECRET).unwrap();
    oracle.verify(body.as_bytes(), &headers).unwrap();
    assert_eq!(headers["webhook-id"], "shop_1:msg_1");
}

#[tokio::test]
async fn an_id_that_is_no_header_fails_for_good() {
    let provider = Canary::silent().await;
    let sender = HttpSender::try_new(&provider.url()).unwrap();
    let result = sender.send(&message("msg\n1")).await;
    assert!(matches!(result, SendOutcome::Refused { class: Class::Content, .. }), "{result:?}");
    assert_eq!(provider.connections(), 0);
}

#[test]
fn a_provider_is_an_http_url() {
    for url in ["", "provider", "ftp://provider.test/"] {
        assert!(HttpSender::try_new(url).is_err(), "{url}");
    }
}
