//! Loopback receivers and an outbox in memory.
#![allow(dead_code, clippy::unwrap_used, reason = "tests, each of which uses a part")]

pub mod outbox;
pub mod provider;
pub mod senders;
pub mod smtp;

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use relay::message::{Moment, Providers};
use relay::{AddressGuard, Endpoint, GuardPolicy, OutgoingMessage, WebhookClient};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// A secret of 24 bytes.
pub const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// 2025-01-01T00:00:00Z.
pub const START_MICROS: i64 = 1_735_689_600_000_000;

/// A policy that permits http to 127.0.0.1 on any port.
pub fn loopback_policy() -> GuardPolicy {
    let policy = GuardPolicy { allow_http: true, ports: None, ..GuardPolicy::default() };
    policy.allow("127.0.0.1").unwrap()
}

/// A client that may connect to 127.0.0.1.
pub fn loopback_client() -> WebhookClient {
    WebhookClient::try_new(AddressGuard::new(loopback_policy())).unwrap()
}

/// A client that gives up after 200 ms.
pub fn hasty_client() -> WebhookClient {
    let guard = AddressGuard::new(loopback_policy());
    WebhookClient::try_with_limit(guard, Duration::from_millis(200)).unwrap()
}

pub fn endpoint(url: impl Into<String>) -> Endpoint {
    Endpoint { url: url.into(), secrets: vec![SECRET.to_owned()] }
}

pub fn message(id: &str) -> OutgoingMessage {
    OutgoingMessage {
        message_id: id.to_owned(),
        shop_id: "shop_1".to_owned(),
        order_id: None,
        customer_id: "customer_1".to_owned(),
        kind: "coupon_expiring".to_owned(),
        channel: "sms".to_owned(),
        link: Some("https://shop.test/c/1".to_owned()),
        subject: None,
        body_zh: "您的优惠券\n明天到期".to_owned(),
        body_en: "Your coupon ends tomorrow".to_owned(),
        deliver_until: Moment::utc(START_MICROS + 3_600_000_000),
        to: None,
        signature: None,
        providers: Providers::default(),
        wechat: None,
        text: None,
    }
}

/// Serve `router` on a free port of 127.0.0.1.
pub async fn serve(router: Router) -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

/// A listener whose connections are counted, with what it does to each.
pub struct Canary {
    pub address: SocketAddr,
    connections: watch::Sender<usize>,
    task: JoinHandle<()>,
}

impl Canary {
    /// Accepts, answers `answer` (raw HTTP) and keeps every connection open.
    pub async fn answering(address: SocketAddr, answer: String) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let connections = watch::Sender::new(0);
        let count = connections.clone();
        let task = tokio::spawn(async move {
            let mut held = Vec::new();
            while let Ok((mut stream, _)) = listener.accept().await {
                count.send_modify(|count| *count += 1);
                if !answer.is_empty() {
                    let mut request = [0; 4_096];
                    let _ = stream.read(&mut request).await;
                    let _ = stream.write_all(answer.as_bytes()).await;
                }
                held.push(stream);
            }
        });
        Self { address, connections, task }
    }

    /// Accepts and never says a word.
    pub async fn silent() -> Self {
        Self::answering(([127, 0, 0, 1], 0).into(), String::new()).await
    }

    pub fn connections(&self) -> usize {
        *self.connections.borrow()
    }

    /// Wait until at least `count` came.
    pub async fn wait_for_connections(&self, count: usize) {
        let mut connections = self.connections.subscribe();
        let came = connections.wait_for(|came| *came >= count);
        tokio::time::timeout(Duration::from_secs(10), came).await.unwrap().unwrap();
    }

    pub fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    /// Drop every connection.
    pub async fn close(self) {
        self.task.abort();
        let _ = self.task.await;
    }
}
