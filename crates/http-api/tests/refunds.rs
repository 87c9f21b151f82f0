//! Refunds through the real router: what is answered in their window and after it, dry runs, transfers and who may record
//! them, estimates of arrival and a shop's own (S2-R01 to S2-R03, A-S2-3, A-S2-4).
#![allow(clippy::unwrap_used, reason = "tests")]

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, header};
use engine::{Engine, EngineClock};
use http_api::{ApiKey, ApiState, Edge, KeyRing, Scope};
use port::Store;
use serde_json::{Value, json};
use std::sync::Arc;
use tower::ServiceExt;

const PAID: &str = "2030-06-10T10:00:00+08:00";

struct Service {
    runtime: tokio::runtime::Runtime,
    router: Router,
    engine: Engine,
    /// Keys of another shop, and of this one without the scope.
    other: String,
    reader: String,
}

impl Drop for Service {
    fn drop(&mut self) {
        self.engine.stop();
    }
}

impl Service {
    /// A shop with an order of 128.00, paid with `wx-1` by `WeChat`.
    fn open() -> Self {
        let store: Box<dyn Store> = Box::new(store_memory::MemoryStore::elsewhere());
        let clock = EngineClock::sandbox_of(&*store.reader()).unwrap();
        let engine = Engine::start(store, clock).unwrap();
        let make = |seed: u8, name: &str, shop: &str, scopes: Vec<Scope>| {
            ApiKey::make(&[seed; 32], name, Some(shop.parse().unwrap()), scopes, engine.now())
        };
        let (other, others) = make(9, "other", "b", Scope::ALL.to_vec());
        let (reader, readers) = make(8, "reader", "tea", vec![Scope::Read]);
        let keys = Arc::new(KeyRing::new(vec![ApiKey::sandbox(), others, readers]));
        let edge = Edge { random: || [7; 32], check_webhook_url: Arc::new(|_| Ok(())), metrics: None };
        let state = ApiState::new(engine.clone(), keys, edge);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let service = Self { runtime, router: http_api::router(state), engine, other, reader };
        service.clock(PAID);
        service.is(200, "PUT", "/v1/shops/tea", &json!({ "name": "老街茶铺", "kind": "sop" }));
        service.pays("A1", "wechat", "wx-1");
        service
    }

    fn ask(
        &self,
        key: &str,
        method: &str,
        path: &str,
        body: &Value,
        idempotency: Option<&str>,
    ) -> (u16, Value) {
        let bytes = if body.is_null() { Vec::new() } else { serde_json::to_vec(body).unwrap() };
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {key}"))
            .header(header::CONTENT_TYPE, "application/json");
        if let Some(key) = idempotency {
            request = request.header("Idempotency-Key", key);
        }
        let request = request.body(Body::from(bytes)).unwrap();
        let router = self.router.clone();
        self.runtime.block_on(async move {
            let Ok(response) = router.oneshot(request).await;
            let status = response.status().as_u16();
            let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
            (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
        })
    }
    #[track_caller]
    fn is(&self, status: u16, method: &str, path: &str, body: &Value) -> Value {
        let (found, answer) = self.ask("sandbox", method, path, body, None);
        assert_eq!(found, status, "{method} {path}: {answer}");
        answer
    }
    fn clock(&self, now: &str) {
        self.is(200, "PUT", "/v1/sandbox/clock", &json!({ "now": now }));
    }
    fn pays(&self, order: &str, method: &str, payment: &str) {
        let event = |kind: &str, data: Value| {
            json!({ "specversion": "1.0", "id": format!("{order}.{kind}"), "source": "shop", "type": kind,
                "time": PAID, "data": data })
        };
        let placed = json!({ "order_id": order, "customer_id": "u1", "payable": 12_800,
            "lines": [{ "line_id": "l1", "sku": "pot", "quantity": 1, "unit_price": 12_800 }] });
        self.is(200, "POST", "/v1/shops/tea/events", &event("order.placed", placed));
        let paid = json!({ "order_id": order, "payment_id": payment, "stage": "full", "method": method, "amount": 12_800 });
        self.is(200, "POST", "/v1/shops/tea/events", &event("payment.succeeded", paid));
    }
    #[track_caller]
    fn refund(&self, body: &Value) -> Value {
        self.is(201, "POST", "/v1/shops/tea/orders/A1/refunds", body)
    }
    fn order(&self) -> Value {
        self.is(200, "GET", "/v1/shops/tea/orders/A1", &Value::Null)
    }
}

const TRANSFER: &str = "/v1/shops/tea/orders/A1/refunds/r1/offline-transfer";

fn slip() -> Value {
    json!({ "amount": 800, "account_tail": "4412", "proof": "ICBC 回单 7", "at": "2031-06-10T10:00:00+08:00" })
}

/// S2-R03: in its window a refund says when its money arrives; a dry run says the same and leaves nothing.
#[test]
fn s2_r03_arrival() {
    let service = Service::open();
    let before = service.order();
    assert_eq!(before["payments"][0]["refundable_until"], "2031-06-10T10:00:00+08:00");
    let dry = service.refund(&json!({ "refund_id": "r1", "amount": 800, "dry_run": true }));
    assert_eq!(service.order(), before);
    let refund = service.refund(&json!({ "refund_id": "r1", "amount": 800, "dry_run": false }));
    assert_eq!(dry, refund);
    let arrival = json!({ "earliest": "2030-06-10", "latest": "2030-06-13",
        "text": "WeChat Pay: expected the same day or within 3 working days",
        "text_zh": "微信支付：预计当日至3个工作日内到账" });
    assert_eq!((&refund["status"], &refund["arrival"]), (&json!("approved"), &arrival));
    assert_eq!(refund["payments"], json!([{ "payment_id": "wx-1", "method": "wechat", "amount": 800 }]));
    assert_eq!(service.order()["refunds"], json!([refund]));
    // A shop's own figures stand before the usual ones.
    let own = json!({ "name": "老街茶铺", "kind": "sop", "arrival_days": { "refund": { "wechat": { "from": 1, "to": 1 } } } });
    let shop = service.is(200, "PUT", "/v1/shops/tea", &own);
    assert_eq!(shop["arrival_days"], own["arrival_days"]);
    assert_eq!(service.order()["refunds"][0]["arrival"]["earliest"], "2030-06-11");
    let channels = service.is(200, "GET", "/v1/shops/tea/refund-channels", &Value::Null);
    let wechat = channels["data"].as_array().unwrap().iter().find(|row| row["method"] == "wechat").unwrap();
    assert_eq!((&wechat["channel_days"], &wechat["partial_refunds"]), (&json!(365), &json!(50)));
    assert_eq!(wechat["platform_years"], 1);
    let instrument = &wechat["instruments"][0];
    assert_eq!(
        (&instrument["refund"], &instrument["cashback"]),
        (&json!({ "from": 1, "to": 1 }), &json!({ "from": 0, "to": 3 }))
    );
    let card = channels["data"].as_array().unwrap().iter().find(|row| row["method"] == "card").unwrap();
    assert_eq!((card["instruments"].as_array().unwrap().len(), &card["channel_days"]), (2, &Value::Null));
    // They go with the settings that leave them out.
    service.is(200, "PUT", "/v1/shops/tea", &json!({ "name": "老街茶铺", "kind": "sop" }));
    assert_eq!(service.order()["refunds"][0]["arrival"], arrival);
    for wrong in [
        json!({ "refund": { "wechat": { "from": 3, "to": 1 } } }),
        json!({ "cashback": { "alipay": { "from": 0, "to": 61 } } }),
        json!({ "refund": { "paypal": { "from": 0, "to": 1 } } }),
        json!({ "refund": { "wechat": { "from": 0 } } }),
        json!({ "refund": { "wechat": { "from": -1, "to": 1 } } }),
        json!({ "refund": { "wechat": { "from": 0, "to": 1, "hours": 2 } } }),
        json!({ "bonus": {} }),
    ] {
        let body = json!({ "name": "老街茶铺", "kind": "sop", "arrival_days": wrong });
        let problem = service.is(422, "PUT", "/v1/shops/tea", &body);
        let field = problem["violations"][0]["field"].as_str().unwrap_or_default();
        assert!(field.starts_with("arrival_days"), "{problem}");
    }
}

/// A-S2-4: after it the answer says why, in both languages, and what of; a transfer is recorded once, by whom.
#[test]
fn a_s2_4_after_the_window() {
    let service = Service::open();
    service.clock("2031-06-10T10:00:00+08:00");
    let dry = service.refund(&json!({ "refund_id": "r1", "amount": 800, "dry_run": true }));
    let refund = service.refund(&json!({ "refund_id": "r1", "amount": 800 }));
    assert_eq!(dry, refund);
    assert_eq!(
        refund,
        json!({
            "refund_id": "r1", "amount": 800, "freight": 0, "platform_share": 0, "lines": [],
            "payments": [{ "payment_id": "wx-1", "method": "wechat", "amount": 800, "code": "channel_window_closed" }],
            "status": "offline_transfer_required", "code": "channel_window_closed",
            "reason": "The payment channel takes no more refunds of this payment; pay it back by a transfer",
            "reason_zh": "已超过支付渠道的退款期限,请线下转账退款",
        })
    );
    let listed = service.is(200, "GET", "/v1/shops/tea/money-to-return", &Value::Null);
    assert_eq!(
        listed["data"],
        json!([{ "order_id": "A1", "payment_id": "wx-1", "method": "wechat", "amount": 800,
            "at": "2031-06-10T10:00:00+08:00", "reason": "offline_transfer_required", "refunds": ["r1"] }])
    );
    let order = service.order();
    for (status, key) in [(404, &*service.other), (403, &*service.reader), (401, "nobody")] {
        assert_eq!(service.ask(key, "POST", TRANSFER, &slip(), None).0, status, "{key}");
    }
    for (field, wrong) in [
        ("amount", json!("8.00")),
        ("amount", Value::Null),
        ("account_tail", json!(4412)),
        ("account_tail", json!("6222 0000 4412")),
        ("proof", json!("")),
        ("proof", json!("x".repeat(501))),
        ("at", json!("2031-06-10")),
        ("at", json!("2031-06-10T10:06:00+08:00")),
        ("at", json!("2030-06-10T09:54:59+08:00")),
        ("note", json!("more")),
    ] {
        let mut body = slip();
        body[field] = wrong.clone();
        let problem = service.is(422, "POST", TRANSFER, &body);
        let fields: Vec<_> =
            problem["violations"].as_array().unwrap().iter().map(|it| it["field"].clone()).collect();
        assert_eq!(fields, [json!(field)], "{wrong}: {problem}");
    }
    for (amount, code) in [(801, "exceeds_paid"), (799, "amount_mismatch")] {
        let mut body = slip();
        body["amount"] = json!(amount);
        assert_eq!(service.is(409, "POST", TRANSFER, &body)["code"], code);
    }
    let stranger = "/v1/shops/tea/orders/A1/refunds/r2/offline-transfer";
    assert_eq!(service.is(404, "POST", stranger, &slip())["code"], "not_found");
    assert_eq!(service.order(), order, "what was refused left nothing");

    let recorded = service.is(200, "POST", TRANSFER, &slip());
    assert_eq!(recorded["status"], "succeeded");
    let told = json!({ "amount": 800, "account_tail": "4412", "proof": "ICBC 回单 7", "at": "2031-06-10T10:00:00+08:00",
        "recorded_at": "2031-06-10T10:00:00+08:00", "by": "sandbox" });
    assert_eq!((&recorded["offline_transfer"], &recorded["arrival"]), (&told, &Value::Null));
    service.clock("2031-06-10T11:00:00+08:00");
    assert_eq!(service.is(200, "POST", TRANSFER, &slip()), recorded);
    is_the_same_in_utc(&service, &recorded);
    let mut other = slip();
    other["proof"] = "another".into();
    assert_eq!(service.is(409, "POST", TRANSFER, &other)["code"], "idempotency_conflict");
    assert_eq!(service.refund(&json!({ "refund_id": "r1", "amount": 800 })), recorded);
    is_settled(&service);
}

/// The same moment written otherwise is no other body.
fn is_the_same_in_utc(service: &Service, recorded: &Value) {
    let mut utc = slip();
    utc["at"] = json!("2031-06-10T02:00:00Z");
    assert_eq!(service.is(200, "POST", TRANSFER, &utc), *recorded);
}

/// The transfer stands in the order's books.
fn is_settled(service: &Service) {
    let settlement = service.is(200, "GET", "/v1/shops/tea/orders/A1/settlement", &Value::Null);
    let ways: Vec<_> =
        settlement["entries"].as_array().unwrap().iter().map(|entry| entry["method"].clone()).collect();
    assert_eq!(ways, ["wechat", "wechat", "offline_transfer", "offline_transfer"]);
    assert_eq!((&settlement["paid"], &settlement["settled"]), (&json!(12_000), &json!(12_000)));
}

/// `Idempotency-Key` beside the refund's own id: the same answer, other contents are a conflict, of dry runs as well.
#[test]
fn a_s2_4_with_a_key_of_its_own() {
    let service = Service::open();
    service.clock("2031-06-10T10:00:00+08:00");
    let refunds = "/v1/shops/tea/orders/A1/refunds";
    let with = |key: &str, path: &str, body: &Value| service.ask("sandbox", "POST", path, body, Some(key));
    let dry = json!({ "refund_id": "r1", "amount": 800, "dry_run": true });
    let first = with("k1", refunds, &dry);
    assert_eq!((first.0, &first.1["status"]), (201, &json!("offline_transfer_required")));
    assert_eq!(with("k1", refunds, &dry), first);
    let real = json!({ "refund_id": "r1", "amount": 800 });
    assert_eq!(with("k1", refunds, &real).1["code"], "idempotency_conflict");
    assert_eq!(with("k2", refunds, &real).1, first.1);
    let recorded = with("k3", TRANSFER, &slip());
    assert_eq!((recorded.0, &recorded.1["status"]), (200, &json!("succeeded")));
    assert_eq!(with("k3", TRANSFER, &slip()), recorded);
    // Asked again by its key the refund is answered as it was.
    assert_eq!(with("k2", refunds, &real).1, first.1);
}
