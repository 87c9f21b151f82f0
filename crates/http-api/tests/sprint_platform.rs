//! A platform's sprint through the real router: the examples of the documents, who may do what, and what merchants are told.
#![allow(clippy::unwrap_used, reason = "tests")]

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, header};
use engine::{Engine, EngineClock};
use http_api::{ApiKey, ApiState, Edge, KeyRing, Scope};
use port::{DeliveryStatus, Page, Store};
use serde_json::{Value, json};
use std::sync::Arc;
use tower::ServiceExt;

const TEA: &str = "/v1/shops/tea";

/// One that fills prizes in, one that approves them, the platform's operator, and one of another shop.
const KEYS: [(&str, Option<&str>); 4] =
    [("maker", Some("tea")), ("checker", Some("tea")), ("sandbox", None), ("stranger", Some("pot"))];

struct Service {
    runtime: tokio::runtime::Runtime,
    router: Router,
    engine: Engine,
}

impl Drop for Service {
    fn drop(&mut self) {
        self.engine.stop();
    }
}

fn key((name, shop): (&str, Option<&str>)) -> ApiKey {
    ApiKey {
        name: name.into(),
        hash: blake3::hash(name.as_bytes()).to_hex().to_string(),
        shop: shop.map(|shop| shop.parse().unwrap()),
        scopes: vec![Scope::Read, Scope::Campaigns, Scope::Admin, Scope::Events, Scope::Checkout],
        ..ApiKey::sandbox()
    }
}

impl Service {
    fn open() -> Self {
        let store: Box<dyn Store> = Box::new(store_memory::MemoryStore::new());
        let clock = EngineClock::sandbox_of(&*store.reader()).unwrap();
        let engine = Engine::start(store, clock).unwrap();
        let keys = Arc::new(KeyRing::new(KEYS.map(key).to_vec()));
        let edge = Edge { random: || [7; 32], check_webhook_url: Arc::new(|_| Ok(())), metrics: None };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let router = http_api::router(ApiState::new(engine.clone(), keys, edge));
        let service = Self { runtime, router, engine };
        service.clock("10-09T08:00:00");
        for shop in ["tea", "pot"] {
            let path = format!("/v1/shops/{shop}");
            service.is(200, "sandbox", "PUT", &path, &json!({ "name": "老街茶铺", "kind": "sop" }));
        }
        service
    }
    fn clock(&self, time: &str) {
        let now = format!("2030-{time}+08:00");
        self.is(200, "sandbox", "PUT", "/v1/sandbox/clock", &json!({ "now": now }));
    }
    fn ask(&self, key: &str, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let bytes = if body.is_null() { Vec::new() } else { serde_json::to_vec(body).unwrap() };
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::AUTHORIZATION, format!("Bearer {key}"));
        let request = request.body(Body::from(bytes)).unwrap();
        let router = self.router.clone();
        self.runtime.block_on(async move {
            let Ok(response) = router.oneshot(request).await;
            let status = response.status().as_u16();
            let bytes = to_bytes(response.into_body(), 1 << 24).await.unwrap();
            (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
        })
    }
    fn is(&self, status: u16, key: &str, method: &str, path: &str, body: &Value) -> Value {
        let (said, answer) = self.ask(key, method, path, body);
        assert_eq!(said, status, "{key} {method} {path}: {answer}");
        answer
    }
    /// The types of what was published to the shop's webhook.
    fn told(&self) -> Vec<(String, Value)> {
        let webhooks = self.engine.reader().webhooks(&"tea".parse().unwrap()).unwrap();
        let page = Page { after: None, limit: 100 };
        let webhook = webhooks.iter().find(|webhook| webhook.mailbox().is_none()).unwrap();
        let pending = DeliveryStatus::Pending;
        let reader = self.engine.reader();
        let sent = reader.deliveries(&"tea".parse().unwrap(), &webhook.webhook_id, pending, &page).unwrap();
        let row = |delivery: port::Delivery| {
            (delivery.event_type.clone(), serde_json::from_str::<Value>(&delivery.body).unwrap())
        };
        sent.into_iter().map(row).collect()
    }
}

/// The example of docs/sprint.md behind that mark.
fn example(name: &str) -> Value {
    let page = include_str!("../../../docs/sprint.md");
    let (_, behind) = page.split_once(&format!("<!-- {name} -->\n```json\n")).unwrap();
    serde_json::from_str(behind.split_once("\n```").unwrap().0).unwrap()
}

fn invited() -> Service {
    let service = Service::open();
    service.is(201, "sandbox", "POST", "/v1/sprints", &example("plan"));
    let shops = json!({ "csv": "\u{feff}shop_id,name\r\n\"tea\",茶\r\n\r\ntea\r\n", "regardless": true });
    let done = service.is(200, "sandbox", "POST", "/v1/sprints/double11/invitations", &shops);
    assert_eq!((&done["invited"], &done["data"].as_array().unwrap().len()), (&json!(1), &1));
    service.clock("10-10T00:00:00");
    service
}

fn sprint(path: &str) -> String {
    format!("{TEA}/sprints/double11{path}")
}

/// S3-R03, S3-R07, S3-R31: the platform sets a sprint up, the merchant fills in what the page shows, another key approves, and
/// the shop takes part; S3-R08 to S3-R30 stand in what is shown.
#[test]
fn s3_r03_s3_r31_the_examples_of_the_page() {
    let service = invited();
    service.is(200, "maker", "POST", &sprint("/accept"), &Value::Null);
    let shown = service.is(200, "maker", "GET", &sprint(""), &Value::Null);
    assert_eq!((&shown["stage"], &shown["prizes"][0]["status"]), (&json!("prize_pending"), &json!("empty")));
    let link = shown["prizes"][0]["link"].as_str().unwrap().to_owned();
    assert_eq!(link, sprint("/prize?tier=0"));
    // What is shown is settled, and may be sent back as it is beside what is filled in.
    let mut sent = shown["prizes"][0]["prize"].clone();
    for (field, value) in example("prize").as_object().unwrap() {
        sent[field] = value.clone();
    }
    let filled = service.is(200, "maker", "PUT", &link, &sent);
    assert_eq!((&filled["status"], &filled["author"]), (&json!("filled_in"), &json!("maker")));
    for (field, value) in sent.as_object().unwrap() {
        assert_eq!(filled["prize"][field], *value, "{field}");
    }
    let refused = service.is(409, "maker", "POST", &sprint("/prize/approve"), &Value::Null);
    assert_eq!(refused["code"], "same_key");
    let approved = service.is(200, "checker", "POST", &sprint("/prize/approve?tier=0"), &Value::Null);
    assert!(approved["key"].as_str().unwrap().starts_with("BA_"), "{approved}");
    assert_eq!((&approved["bound"], &approved["sprint"]["stage"]), (&json!(true), &json!("prize_bound")));
    let campaign = service.is(200, "maker", "GET", &format!("{TEA}/campaigns/double11"), &Value::Null);
    assert_eq!((&campaign["kind"], &campaign["status"]), (&json!("sprint"), &json!("scheduled")));
    let counts = service.is(200, "sandbox", "GET", "/v1/sprints/double11", &Value::Null);
    assert_eq!(counts["invitations"], json!({ "invited": 0, "accepted": 1, "declined": 0, "closed": 0 }));
    let list =
        service.is(200, "sandbox", "GET", "/v1/sprints/double11/invitations?standing=accepted", &Value::Null);
    assert_eq!((&list["data"][0]["shop_id"], &list["data"][0]["bound"]), (&json!("tea"), &json!(true)));
    assert_eq!(
        service.is(200, "maker", "GET", &format!("{TEA}/sprints"), &Value::Null)["data"][0]["stage"],
        "prize_bound"
    );
    assert_eq!(
        service.is(200, "sandbox", "GET", "/v1/sprints", &Value::Null)["data"][0]["sprint_id"],
        "double11"
    );
}

/// Keys of a shop see nothing of the platform's side, and nothing of another shop's.
#[test]
fn s3_r03_the_platforms_side_is_for_its_own_keys() {
    let service = invited();
    let mut other = example("plan");
    other["sprint_id"] = json!("other");
    service.is(404, "maker", "POST", "/v1/sprints", &other);
    service.is(404, "maker", "PUT", "/v1/sprints/double11", &other);
    service.is(404, "maker", "GET", "/v1/sprints", &Value::Null);
    service.is(404, "maker", "GET", "/v1/sprints/double11", &Value::Null);
    service.is(404, "maker", "GET", "/v1/sprints/double11/invitations?standing=invited", &Value::Null);
    service.is(404, "maker", "POST", "/v1/sprints/double11/invitations", &json!({ "shop_id": "pot" }));
    service.is(404, "stranger", "POST", &sprint("/accept"), &Value::Null);
    let not_invited = "/v1/shops/pot/sprints/double11/accept";
    assert_eq!(service.is(409, "stranger", "POST", not_invited, &Value::Null)["code"], "not_invited");
}

/// Forms that are not whole, or say a thing twice, are refused with the field, and change nothing.
#[test]
fn s3_r03_a_plan_that_cannot_be_read() {
    let service = Service::open();
    let field = |change: &dyn Fn(&mut Value)| {
        let mut plan = example("plan");
        change(&mut plan);
        let refused = service.is(422, "sandbox", "POST", "/v1/sprints", &plan);
        refused["violations"][0]["field"].as_str().unwrap_or_default().to_owned()
    };
    assert_eq!(field(&|plan| plan["tiers"] = json!([{ "threshold": 100 }])), "tiers");
    assert_eq!(field(&|plan| plan["draw_at"] = plan["waves"][0]["draw_at"].clone()), "waves");
    assert_eq!(field(&|plan| plan["waves"] = Value::Null), "enrollment");
    assert_eq!(field(&|plan| plan["sprint_id"] = Value::Null), "sprint_id");
    assert_eq!(field(&|plan| plan["threshold"] = json!(0)), "tiers[0].threshold");
    assert_eq!(field(&|plan| plan["remark"]["max_pay_percent"] = json!(0)), "remark.max_pay_percent");
    service.is(422, "sandbox", "POST", "/v1/sprints", &json!({ "colour": "red" }));
    assert_eq!(service.is(200, "sandbox", "GET", "/v1/sprints", &Value::Null)["data"], json!([]));
    // Five instants of stages that follow each other.
    let mut plan = example("plan");
    plan["waves"] = Value::Null;
    let days = ["10-20", "10-31", "11-14", "11-20", "12-15"].map(|day| format!("2030-{day}T00:00:00+08:00"));
    for (name, day) in ["enrollment_starts_at", "sprint_starts_at", "award_starts_at", "redemption_starts_at"]
        .iter()
        .zip(&days)
    {
        plan[*name] = json!(day);
    }
    let refused = service.is(422, "sandbox", "POST", "/v1/sprints", &plan);
    assert_eq!(refused["violations"][0]["field"], "ends_at");
    plan["ends_at"] = json!(days[4]);
    let made = service.is(201, "sandbox", "POST", "/v1/sprints", &plan);
    let wave = &made["waves"][0];
    assert_eq!(
        (&wave["enrollment"]["ends_at"], &wave["sprint"]["starts_at"]),
        (&json!(days[1]), &json!(days[1]))
    );
    assert_eq!((&wave["draw_at"], &wave["award"]["ends_at"]), (&json!(days[2]), &json!(days[3])));
}

/// S3-R03, S3-R04: merchants are told by webhook of what happens and what is missing, and by mail where they named a mailbox
/// before there were sprints.
#[test]
fn s3_r04_merchants_are_told() {
    let service = Service::open();
    let hook = json!({ "url": "https://example.com/hook", "types": [] });
    service.is(201, "maker", "POST", &format!("{TEA}/webhooks"), &hook);
    let settings = json!({ "alerts": { "email": "ops@example.com" } });
    service.is(200, "maker", "PUT", &format!("{TEA}/message-settings"), &settings);
    let mut plan = example("plan");
    service.is(201, "sandbox", "POST", "/v1/sprints", &plan);
    let invite = json!({ "shop_ids": ["tea", "pot", "tea"], "regardless": true });
    service.is(200, "sandbox", "POST", "/v1/sprints/double11/invitations", &invite);
    service.clock("10-10T00:00:00");
    plan["name"] = json!("Double 11, once more");
    for _ in 0..2 {
        service.is(200, "sandbox", "PUT", "/v1/sprints/double11", &plan);
    }
    service.is(200, "maker", "POST", &sprint("/accept"), &Value::Null);
    service.clock("10-20T00:00:00");
    let told = service.told();
    let types: Vec<&str> =
        told.iter().map(|(name, _)| name.as_str()).filter(|name| name.starts_with("sprint.")).collect();
    assert_eq!(
        types,
        [
            "sprint.invited",
            "sprint.announced",
            "sprint.revised",
            "sprint.prize_due",
            "sprint.prize_due",
            "sprint.closed"
        ]
    );
    let closed = &told.iter().find(|(name, _)| name == "sprint.closed").unwrap().1;
    assert!(closed.to_string().contains("prize_missing"), "{closed}");
}
