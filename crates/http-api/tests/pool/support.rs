//! A shop with a presale pool: times are `10-20 20:00:03` of 2020 in Shanghai.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, header};
use engine::{Engine, EngineClock};
use http_api::{ApiKey, ApiState, Edge, KeyRing};
use port::Store;
use serde_json::{Value, json};
use std::sync::Arc;
use tower::ServiceExt;

/// A moment of 2020 in Shanghai.
pub fn t(text: &str) -> String {
    let (day, time) = text.split_once(' ').unwrap_or((text, "00:00:00"));
    format!("2020-{day}T{time}+08:00")
}

pub fn window(from: &str, to: &str) -> Value {
    json!({"starts_at": t(from), "ends_at": t(to)})
}

/// A service with shop `s`.
pub struct Service {
    runtime: tokio::runtime::Runtime,
    router: Router,
    engine: Engine,
}

impl Drop for Service {
    fn drop(&mut self) {
        self.engine.stop();
    }
}

impl Service {
    /// Shop `s` on 15 October, without a strategy.
    pub fn empty() -> Self {
        // One that plays to be elsewhere: what holds there holds here.
        let store: Box<dyn Store> = Box::new(store_memory::MemoryStore::elsewhere());
        let clock = EngineClock::sandbox_of(&*store.reader()).unwrap();
        let engine = Engine::start(store, clock).unwrap();
        let keys = Arc::new(KeyRing::new(vec![ApiKey::sandbox()]));
        let edge = Edge { random: || [7; 32], check_webhook_url: Arc::new(|_| Ok(())), metrics: None };
        let router = http_api::router(ApiState::new(engine.clone(), keys, edge));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let service = Self { runtime, router, engine };
        service.clock("10-15");
        let shop = json!({"name": "Shop", "kind": "sop"});
        service.ok("PUT", "", &shop);
        service
    }

    /// Presale strategy `p` with gift strategy `first`: a toy for the first two by their first payment.
    pub fn first_two() -> Self {
        let service = Self::empty();
        service.ok("PUT", "/gift-strategies/first", &first(2));
        service.ok("PUT", "/presale-strategies/p", &presale("activation", &["first"]));
        service
    }

    pub fn clock(&self, now: &str) {
        let body = json!({"now": t(now)});
        let (status, said) = self.json("PUT", "/v1/sandbox/clock", &body);
        assert_eq!(status, 200, "{said}");
    }

    pub fn bytes(&self, method: &str, path: &str, kind: &str, body: &[u8]) -> (u16, Vec<u8>) {
        self.bytes_keyed(method, path, kind, None, body)
    }
    /// With an `Idempotency-Key`.
    pub fn bytes_keyed(
        &self,
        method: &str,
        path: &str,
        kind: &str,
        key: Option<&str>,
        body: &[u8],
    ) -> (u16, Vec<u8>) {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::AUTHORIZATION, "Bearer sandbox")
            .header(header::CONTENT_TYPE, kind);
        let request = key.into_iter().fold(request, |request, key| request.header("idempotency-key", key));
        let request = request.body(Body::from(body.to_vec())).unwrap();
        let router = self.router.clone();
        self.runtime.block_on(async move {
            let Ok(response) = router.oneshot(request).await;
            let status = response.status().as_u16();
            (status, to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec())
        })
    }

    pub fn json(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let body = if body.is_null() { Vec::new() } else { serde_json::to_vec(body).unwrap() };
        let (status, answer) = self.bytes(method, path, "application/json", &body);
        (status, serde_json::from_slice(&answer).unwrap_or(Value::Null))
    }

    /// A call to the shop.
    pub fn call(&self, method: &str, rest: &str, body: &Value) -> (u16, Value) {
        self.json(method, &format!("/v1/shops/s{rest}"), body)
    }

    /// A call that is answered 200.
    pub fn ok(&self, method: &str, rest: &str, body: &Value) -> Value {
        let (status, said) = self.call(method, rest, body);
        assert_eq!(status, 200, "{method} {rest}: {said}");
        said
    }

    pub fn get(&self, rest: &str) -> Value {
        self.ok("GET", rest, &Value::Null)
    }

    /// Downloads and submits orders; each has an outcome.
    pub fn bring(&self, orders: &[Value]) -> Vec<String> {
        let said = self.ok("POST", "/shop-orders?submit=true", &json!(orders));
        let results = said["results"].as_array().unwrap().iter();
        results.map(|one| format!("{} {}", word(&one["outcome"]), word(&one["stage"]))).collect()
    }

    /// Moves orders by hand: `order outcome stage-or-code` each.
    pub fn moved(&self, how: &str, body: &Value) -> Vec<String> {
        let said = self.ok("POST", &format!("/pool-orders/{how}"), body);
        let told = |one: &Value| {
            let why = if one["code"].is_null() { &one["stage"] } else { &one["code"] };
            format!("{} {} {}", word(&one["order_id"]), word(&one["outcome"]), word(why))
        };
        said["results"].as_array().unwrap().iter().map(told).collect()
    }
}

pub fn word(value: &Value) -> &str {
    value.as_str().unwrap_or("-")
}

/// A toy for the first `n` by their first payment.
pub fn first(n: u64) -> Value {
    json!({"name": "First", "validity": window("10-01", "12-01"), "activity": window("10-10", "11-20"),
        "basis": "first_payment", "main_skus": ["sku-1"], "first_n": n,
        "gifts": [{"sku": "toy", "quantity": 1}]})
}

pub fn presale(timing: &str, gifts: &[&str]) -> Value {
    json!({"name": "Double 11", "goods": ["sku-1"], "validity": {"same_as": gifts[0]},
        "activation_at": t("10-29"), "timing": timing, "gift_strategies": gifts,
        "balance_opens_at": t("11-01")})
}

/// An order of `sku-1` over 320.00 with a deposit paid.
pub fn order(id: &str, customer: &str, paid: &str) -> Value {
    json!({"order_id": id, "customer_id": customer, "ordered_at": t(paid), "first_paid_at": t(paid),
        "balance_opens_at": t("11-01"), "goods_paid": 32_000,
        "lines": [{"sku": "sku-1", "quantity": 1, "amount": 32_000}]})
}

pub fn balanced(mut order: Value, at: &str) -> Value {
    order["balance_paid_at"] = t(at).into();
    order
}
