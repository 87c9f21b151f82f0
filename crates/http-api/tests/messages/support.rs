//! The message centre of one shop behind the real router, with a provider that calls back.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, header};
use engine::{Command, Engine, EngineClock, Input};
use http_api::{ApiKey, ApiState, CallbackCaller, Callbacks, Edge, KeyRing, Scope};
use port::Store;
use relay::message::{Secret, callback};
use serde_json::{Value, json};
use std::sync::Arc;
use tower::ServiceExt;

pub const SECRET: &str = "0123456789abcdef0123456789abcdef";

pub struct Service {
    runtime: tokio::runtime::Runtime,
    router: Router,
    pub engine: Engine,
    /// A key of another shop.
    pub other: String,
}

impl Drop for Service {
    fn drop(&mut self) {
        self.engine.stop();
    }
}

impl Service {
    /// With Aliyun to call back.
    pub fn open() -> Self {
        Self::called_by(CallbackCaller::Aliyun)
    }
    pub fn called_by(caller: CallbackCaller) -> Self {
        let store: Box<dyn Store> = Box::new(store_memory::MemoryStore::elsewhere());
        let clock = EngineClock::sandbox_of(&*store.reader()).unwrap();
        let engine = Engine::start(store, clock).unwrap();
        let (other, key) =
            ApiKey::make(&[9; 32], "other", Some("b".parse().unwrap()), Scope::ALL.to_vec(), engine.now());
        let keys = Arc::new(KeyRing::new(vec![ApiKey::sandbox(), key]));
        let edge = Edge { random: || [7; 32], check_webhook_url: Arc::new(|_| Ok(())), metrics: None };
        let master: Vec<u8> = (0..32).collect();
        let contacts = Arc::new(contacts::Keys::of_file(&master).unwrap());
        let callbacks = Callbacks {
            secret: Secret::new(SECRET),
            caller,
            allow: Vec::new(),
            taken: callback::Taken::default(),
        };
        let state = ApiState::new(engine.clone(), keys, edge);
        let state = state.with_contacts(Some(contacts)).with_callbacks(Some(callbacks));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let service = Self { runtime, router: http_api::router(state), engine, other };
        service.is(200, "PUT", "/v1/sandbox/clock", &json!({ "now": "2030-06-10T10:00:00+08:00" }));
        service.is(200, "PUT", "/v1/shops/tea", &json!({ "name": "老街茶铺", "kind": "sop" }));
        service
    }

    pub fn ask(&self, key: &str, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let bytes = if body.is_null() { Vec::new() } else { serde_json::to_vec(body).unwrap() };
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {key}"))
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(bytes))
            .unwrap();
        self.sends(request)
    }
    /// A POST with headers of its own.
    pub fn ask_with(&self, headers: &[(&str, &str)], path: &str, body: &Value) -> (u16, Value) {
        let request = Request::builder().method("POST").uri(path);
        let request = request.header(header::AUTHORIZATION, "Bearer sandbox");
        let request = request.header(header::CONTENT_TYPE, "application/json");
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        self.sends(request.body(Body::from(serde_json::to_vec(body).unwrap())).unwrap())
    }
    /// What comes to an address of callbacks, byte for byte.
    pub fn calls_back(&self, to: &str, headers: &[(&str, String)], body: &str) -> (u16, Value) {
        let mut request = Request::builder().method("POST").uri(format!("/callbacks/{SECRET}/{to}"));
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        self.sends(request.body(Body::from(body.to_owned())).unwrap())
    }
    /// The machine's clock, by which callbacks are signed.
    pub fn outside_seconds(&self) -> i64 {
        self.engine.clock().outside().micros() / 1_000_000
    }
    /// What no route brings: the word of the relay.
    pub fn tell(&self, command: Command) {
        let input = Input::new("tea".parse().unwrap(), command);
        for answer in self.engine.submit_many_blocking(vec![input]).unwrap() {
            answer.unwrap();
        }
    }
    fn sends(&self, request: Request<Body>) -> (u16, Value) {
        let router = self.router.clone();
        self.runtime.block_on(async move {
            let Ok(response) = router.oneshot(request).await;
            let status = response.status().as_u16();
            let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
            (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
        })
    }
    pub fn is(&self, status: u16, method: &str, path: &str, body: &Value) -> Value {
        let (found, answer) = self.ask("sandbox", method, path, body);
        assert_eq!(found, status, "{method} {path}: {answer}");
        answer
    }
    pub fn put(&self, rest: &str, body: &Value) -> Value {
        self.is(200, "PUT", &format!("/v1/shops/tea/{rest}"), body)
    }
    pub fn post(&self, rest: &str, body: &Value) -> Value {
        self.is(200, "POST", &format!("/v1/shops/tea/{rest}"), body)
    }
    pub fn get(&self, rest: &str) -> Value {
        self.is(200, "GET", &format!("/v1/shops/tea/{rest}"), &Value::Null)
    }
    /// The code and the first field at fault of a refusal.
    pub fn refused(&self, status: u16, method: &str, rest: &str, body: &Value) -> (String, String) {
        let answer = self.is(status, method, &format!("/v1/shops/tea/{rest}"), body);
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        (text(&answer["code"]), text(&answer["violations"][0]["field"]))
    }
    pub fn ships(&self, order: &str) -> Value {
        self.ships_of(order, "u1", "A")
    }
    /// An order of a buyer's for one piece is shipped; the message that tells of it.
    pub fn ships_of(&self, order: &str, customer: &str, sku: &str) -> Value {
        let event = |kind: &str, data: Value| {
            json!({ "specversion": "1.0", "id": format!("{order}.{kind}"), "source": "platform", "type": kind,
                "time": "2030-06-10T10:00:00+08:00", "data": data })
        };
        let placed = json!({ "order_id": order, "customer_id": customer, "payable": 1_000,
            "lines": [{ "line_id": "l1", "sku": sku, "quantity": 1, "unit_price": 1_000 }] });
        self.post("events", &event("order.placed", placed));
        self.post("events", &event("order.shipped", json!({ "order_id": order })));
        let log = self.get(&format!("messages?order_id={order}"));
        let shipped = log["data"].as_array().unwrap().iter().find(|message| message["kind"] == "shipped");
        shipped.unwrap().clone()
    }
    /// An order of a buyer's is placed and paid.
    pub fn pays(&self, order: &str, customer: &str) {
        let now = self.engine.now().to_string();
        let event = |kind: &str, data: Value| {
            json!({ "specversion": "1.0", "id": format!("{order}.{kind}"), "source": "platform", "type": kind,
                "time": now, "data": data })
        };
        let placed = json!({ "order_id": order, "customer_id": customer, "payable": 1_000,
            "lines": [{ "line_id": "l1", "sku": "A", "quantity": 1, "unit_price": 1_000 }] });
        self.post("events", &event("order.placed", placed));
        let paid = json!({ "order_id": order, "payment_id": format!("p-{order}"), "method": "wechat",
            "amount": 1_000 });
        self.post("events", &event("payment.succeeded", paid));
    }
    /// What is sent of a message that waits for its sender.
    pub fn text(&self, message: &str) -> String {
        let (shop, message) = ("tea".parse().unwrap(), message.parse().unwrap());
        let waiting = self.engine.reader().dispatch(&shop, &message).unwrap().unwrap();
        waiting.said.unwrap().text
    }
}
