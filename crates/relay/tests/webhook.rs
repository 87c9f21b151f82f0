//! One attempt: what is sent, and what an answer means.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use std::time::{Duration, UNIX_EPOCH};

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use relay::{DeliveryResult, Endpoint};
use support::{Canary, SECRET, endpoint, hasty_client, loopback_client, serve};
use tokio::sync::mpsc;

fn retry(reason: &str, retry_after_seconds: Option<u64>) -> DeliveryResult {
    DeliveryResult::Retry {
        reason: reason.to_owned(),
        retry_after: retry_after_seconds.map(Duration::from_secs),
    }
}

#[tokio::test]
async fn the_receiver_verifies_what_it_gets() {
    let (sender, mut received) = mpsc::unbounded_channel();
    let router = Router::new().route(
        "/hook",
        post(move |headers: HeaderMap, body: String| async move {
            sender.send((headers, body)).unwrap();
        }),
    );
    let address = serve(router).await;
    let rotated = format!("whsec_{}", "QUFB".repeat(8));
    let endpoint =
        Endpoint { url: format!("http://{address}/hook"), secrets: vec![SECRET.to_owned(), rotated.clone()] };
    let body = r#"{"type":"order.priced","data":{"名":"咖啡"}}"#;
    let now = i64::try_from(UNIX_EPOCH.elapsed().unwrap().as_secs()).unwrap();

    let result = loopback_client().deliver(&endpoint, "evt_1", now, body).await;
    assert_eq!(result, DeliveryResult::Delivered { status: 200 });

    let (headers, received) = received.recv().await.unwrap();
    assert_eq!(received, body);
    assert_eq!(headers["content-type"], "application/json");
    assert_eq!(headers["webhook-id"], "evt_1");
    assert_eq!(headers["webhook-timestamp"], now.to_string());
    for secret in [SECRET, &rotated] {
        let oracle = standardwebhooks::Webhook::new(secret).unwrap();
        oracle.verify(received.as_bytes(), &headers).unwrap();
    }
}

#[tokio::test]
async fn the_status_decides() {
    let router = Router::new().route(
        "/{status}",
        post(|Path(status): Path<u16>| async move {
            let status = StatusCode::from_u16(status).unwrap();
            (status, [("retry-after", "120")], "so\n  it\u{7} is")
        }),
    );
    let address = serve(router).await;
    let client = loopback_client();
    for (status, expected) in [
        (200, DeliveryResult::Delivered { status: 200 }),
        (201, DeliveryResult::Delivered { status: 201 }),
        (299, DeliveryResult::Delivered { status: 299 }),
        (300, retry("http_300: so it is", None)),
        (400, retry("http_400: so it is", None)),
        (401, retry("http_401: so it is", None)),
        (404, retry("http_404: so it is", None)),
        (410, DeliveryResult::Dead { reason: "http_410: so it is".to_owned() }),
        (429, retry("http_429: so it is", Some(120))),
        (500, retry("http_500: so it is", None)),
        (503, retry("http_503: so it is", Some(120))),
    ] {
        let endpoint = endpoint(format!("http://{address}/{status}"));
        let result = client.deliver(&endpoint, "evt_1", 0, "{}").await;
        assert_eq!(result, expected, "{status}");
    }
}

#[tokio::test]
async fn of_an_endless_answer_little_is_read_and_less_is_kept() {
    let answer = format!("HTTP/1.1 500 Oops\r\ncontent-length: 1000000000\r\n\r\n{}", "x".repeat(2_000));
    let receiver = Canary::answering(([127, 0, 0, 1], 0).into(), answer).await;
    let result = loopback_client().deliver(&endpoint(receiver.url()), "evt_1", 0, "{}").await;
    let expected = format!("http_500: {}", "x".repeat(200));
    assert_eq!(result, retry(&expected, None));
}

#[tokio::test]
async fn an_answer_that_stops_midway_still_has_a_status() {
    let answer = "HTTP/1.1 410 Gone\r\ncontent-length: 100\r\n\r\nmoved".to_owned();
    let receiver = Canary::answering(([127, 0, 0, 1], 0).into(), answer).await;
    let result = hasty_client().deliver(&endpoint(receiver.url()), "evt_1", 0, "{}").await;
    let reason = "http_410: moved".to_owned();
    assert_eq!(result, DeliveryResult::Dead { reason });
}

#[tokio::test]
async fn silence_ends_in_a_timeout() {
    let receiver = Canary::silent().await;
    let result = hasty_client().deliver(&endpoint(receiver.url()), "evt_1", 0, "{}").await;
    assert_eq!(result, retry("timeout", None));
}

#[tokio::test]
async fn nobody_listening_is_a_failed_connection() {
    let receiver = Canary::silent().await;
    let url = receiver.url();
    receiver.close().await;
    let result = loopback_client().deliver(&endpoint(url), "evt_1", 0, "{}").await;
    assert_eq!(result, retry("connection_failed", None));
}

#[tokio::test]
async fn nothing_is_sent_unsigned() {
    let canary = Canary::silent().await;
    let client = loopback_client();
    for (secrets, event_id, reason) in [
        (vec![], "evt_1", "secret_missing"),
        (vec!["whsec_AA==".to_owned()], "evt_1", "secret_invalid"),
        (vec![SECRET.to_owned()], "evt\n1", "event_id_invalid"),
    ] {
        let endpoint = Endpoint { url: canary.url(), secrets };
        let result = client.deliver(&endpoint, event_id, 0, "{}").await;
        assert_eq!(result, retry(reason, None));
    }
    assert_eq!(canary.connections(), 0);
}

#[test]
fn an_endpoint_shows_neither_its_url_nor_its_secrets() {
    let endpoint = endpoint("https://hooks.example.com/services/T0/SECRET");
    assert_eq!(format!("{endpoint:?}"), "Endpoint { secrets: 1, .. }");
}
