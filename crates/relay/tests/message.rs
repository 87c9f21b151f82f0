//! The senders: a file of JSON lines, and a provider.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use std::time::Duration;

use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::{Json, Router};
use relay::{HttpSender, JsonLinesSender, MessageSender, OutgoingMessage, SendFailure};
use support::{Canary, message, serve};
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
    sender.send(&message("msg_1")).await.unwrap();
    let batch = [message("msg_2"), message("msg_3")];
    assert_eq!(sender.send_batch(&batch).await, [Ok(()), Ok(())]);
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
    sender.send(&message("msg_1")).await.unwrap();
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
    sender.send(&message("msg_1")).await.unwrap();
    std::fs::rename(&path, folder.path().join("messages.1.jsonl")).unwrap();
    sender.send(&message("msg_2")).await.unwrap();
    assert_eq!(read_lines(&path), [message("msg_2")]);
}

#[tokio::test]
async fn a_file_that_cannot_be_written_is_a_temporary_failure() {
    let folder = tempfile::tempdir().unwrap();
    let sender = JsonLinesSender::new(folder.path().join("missing/messages.jsonl"));
    let results = sender.send_batch(&[message("msg_1"), message("msg_2")]).await;
    assert_eq!(results.len(), 2);
    for result in results {
        assert!(matches!(result, Err(SendFailure::Temporary(_))));
    }
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
    assert!(provider.send_batch(&batch).await.iter().all(Result::is_ok));
    let mut got = Vec::new();
    while let Ok((headers, message)) = received.try_recv() {
        let key = format!("{}:{}", message.shop_id, message.message_id);
        assert_eq!(headers["idempotency-key"], key, "ids of messages are the shop's own");
        got.push(message);
    }
    got.sort_by(|a, b| a.message_id.cmp(&b.message_id));
    assert_eq!(got, batch);
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
    let temporary = |reason: &str| Err(SendFailure::Temporary(reason.to_owned()));
    let permanent = |reason: &str| Err(SendFailure::Permanent(reason.to_owned()));
    for (status, expected) in [
        (200, Ok(())),
        (202, Ok(())),
        (302, temporary("http_302")),
        (400, permanent("http_400")),
        (401, permanent("http_401")),
        (404, permanent("http_404")),
        (408, temporary("http_408")),
        (410, permanent("http_410")),
        (422, permanent("http_422")),
        (429, temporary("http_429")),
        (500, temporary("http_500")),
        (503, temporary("http_503")),
    ] {
        let provider = HttpSender::try_new(&format!("http://{address}/{status}")).unwrap();
        assert_eq!(provider.send(&message("msg_1")).await, expected, "{status}");
    }
}

#[tokio::test]
async fn a_silent_or_absent_provider_is_a_temporary_failure() {
    let provider = Canary::silent().await;
    let sender = HttpSender::try_with_limit(&provider.url(), Duration::from_millis(200)).unwrap();
    let temporary = |reason: &str| Err(SendFailure::Temporary(reason.to_owned()));
    assert_eq!(sender.send(&message("msg_1")).await, temporary("timeout"));
    provider.close().await;
    let absent = sender.send(&message("msg_1")).await;
    assert_eq!(absent, temporary("connection_failed"));
}

#[tokio::test]
async fn an_id_that_is_no_header_fails_for_good() {
    let provider = Canary::silent().await;
    let sender = HttpSender::try_new(&provider.url()).unwrap();
    let result = sender.send(&message("msg\n1")).await;
    assert!(matches!(result, Err(SendFailure::Permanent(_))));
    assert_eq!(provider.connections(), 0);
}

#[test]
fn a_provider_is_an_http_url() {
    for url in ["", "provider", "ftp://provider.test/"] {
        assert!(HttpSender::try_new(url).is_err(), "{url}");
    }
}
