//! Sprints through the real router: a member's way from the enrollment to the claim, and what is refused.
#![allow(clippy::unwrap_used, reason = "tests")]

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, header};
use engine::{Engine, EngineClock};
use http_api::{ApiKey, ApiState, Edge, KeyRing};
use port::Store;
use serde_json::{Value, json};
use std::sync::Arc;
use tower::ServiceExt;

const SHOP: &str = "/v1/shops/tea";
const PLAN: &str = "/sprints/plan";

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

/// A moment of October to December 2030: `11-02T10:00:00`.
fn at(text: &str) -> String {
    format!("2030-{text}+08:00")
}

fn window(from: &str, to: &str) -> Value {
    json!({ "starts_at": at(from), "ends_at": at(to) })
}

fn campaign(release: u64) -> Value {
    json!({ "campaign_id": "plan", "name": "冲刺", "kind": "sprint", "publish": true,
        "starts_at": at("10-20T00:00:00"), "ends_at": at("12-15T00:00:00"),
        "scope": { "mode": "all" },
        "terms": {
            "waves": [{ "wave_id": "w1", "enrollment": window("10-20T00:00:00", "11-04T00:00:00"),
                "sprint": window("10-31T20:00:00", "11-04T00:00:00"), "draw_at": at("11-14T12:00:00"),
                "award": window("11-14T12:00:00", "11-21T23:59:59"),
                "redemption": window("11-14T12:00:00", "12-15T00:00:00") }],
            "award_by": "claim",
            "tiers": [{ "threshold": 20_000,
                "prize": { "kind": "coupon", "batch_id": "BA_zv2bmpn", "release_quantity": release } }],
        } })
}

impl Service {
    fn open() -> Self {
        let store: Box<dyn Store> = Box::new(store_memory::MemoryStore::new());
        let clock = EngineClock::sandbox_of(&*store.reader()).unwrap();
        let engine = Engine::start(store, clock).unwrap();
        let keys = Arc::new(KeyRing::new(vec![ApiKey::sandbox()]));
        let edge = Edge { random: || [7; 32], check_webhook_url: Arc::new(|_| Ok(())), metrics: None };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let router = http_api::router(ApiState::new(engine.clone(), keys, edge));
        let service = Self { runtime, router, engine };
        service.clock("10-01T00:00:00");
        service.is(200, "PUT", SHOP, &json!({ "name": "老街茶铺", "kind": "sop" }));
        service.ok("POST", "/coupon-batches", &json!({
            "batch_id": "BA_zv2bmpn", "name": "冲刺券", "kind": "product", "spend": 20_000, "save": 10_000,
            "quantity": 1_000, "per_customer_limit": 2, "scope": { "mode": "all" }, "funded_by": "merchant",
            "starts_at": at("10-01T00:00:00"), "ends_at": at("12-15T00:00:00"),
        }));
        service
    }
    fn clock(&self, time: &str) {
        self.is(200, "PUT", "/v1/sandbox/clock", &json!({ "now": at(time) }));
    }
    fn ask(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let bytes = if body.is_null() { Vec::new() } else { serde_json::to_vec(body).unwrap() };
        let kind = if body.is_array() { "application/cloudevents-batch+json" } else { "application/json" };
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::CONTENT_TYPE, kind)
            .header(header::AUTHORIZATION, "Bearer sandbox");
        let request = request.body(Body::from(bytes)).unwrap();
        let router = self.router.clone();
        self.runtime.block_on(async move {
            let Ok(response) = router.oneshot(request).await;
            let status = response.status().as_u16();
            let bytes = to_bytes(response.into_body(), 1 << 24).await.unwrap();
            (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
        })
    }
    fn is(&self, status: u16, method: &str, path: &str, body: &Value) -> Value {
        let (said, answer) = self.ask(method, path, body);
        assert_eq!(said, status, "{method} {path}: {answer}");
        answer
    }
    /// Something of the shop that is done, or read.
    fn ok(&self, method: &str, path: &str, body: &Value) -> Value {
        let (said, answer) = self.ask(method, &format!("{SHOP}{path}"), body);
        assert!((200..300).contains(&said), "{method} {path}: {said} {answer}");
        answer
    }
    fn refused(&self, status: u16, method: &str, path: &str, body: &Value) -> String {
        let answer = self.is(status, method, &format!("{SHOP}{path}"), body);
        answer["code"].as_str().unwrap().to_owned()
    }
    fn events(&self, events: &[Value]) {
        let answer = self.ok("POST", "/events", &json!(events));
        for result in answer["results"].as_array().unwrap() {
            assert_eq!(result["outcome"], "applied", "{answer}");
        }
    }
}

fn event(name: &str, of: &str, time: &str, data: Value) -> Value {
    json!({ "specversion": "1.0", "id": format!("{of}.{name}"), "source": "shop", "type": name, "time": at(time), "data": data })
}

fn bought(order: &str, customer: &str, price: i64, time: &str) -> [Value; 2] {
    let line = json!({ "line_id": "1", "sku": "TEA", "quantity": 1, "unit_price": price });
    let placed = json!({ "order_id": order, "customer_id": customer, "lines": [line], "payable": price });
    let paid =
        json!({ "order_id": order, "payment_id": format!("p.{order}"), "method": "wechat", "amount": price });
    [event("order.placed", order, time, placed), event("payment.succeeded", order, time, paid)]
}

fn received(order: &str, time: &str) -> Value {
    event("order.received", order, time, json!({ "order_id": order }))
}

/// S3-R02, S3-R06, A-S3-14: a member enrolls, spends, confirms receipt, wins and claims two coupons, and is told at each step
/// where they stand.
#[test]
fn s3_r02_s3_r06_a_member_from_the_enrollment_to_the_coupons() {
    let service = Service::open();
    let made = service.ok("POST", "/campaigns", &campaign(4));
    assert_eq!(
        made["terms"]["waves"][0]["award"]["ends_at"], "2030-11-21T16:00:00Z",
        "23:59:59 is the end of the day"
    );
    let enrollments = format!("{PLAN}/enrollments");
    let li = json!({ "customer_id": "li" });
    assert_eq!(service.refused(409, "POST", &enrollments, &li), "enrollment_closed");
    service.clock("10-21T10:00:00");
    let enrolled = service.ok("POST", &enrollments, &li);
    let expected = json!({ "customer_id": "li", "wave_id": "w1", "enrolled_at": at("10-21T10:00:00"), "new_member": true });
    assert_eq!(enrolled, expected);
    assert_eq!(service.refused(409, "POST", &enrollments, &li), "already_enrolled");
    assert_eq!(service.refused(404, "POST", "/sprints/other/enrollments", &li), "not_found");
    service.clock("11-01T12:00:00");
    service.events(&bought("o1", "li", 15_000, "11-01T10:00:00"));
    service.events(&bought("o2", "li", 9_000, "11-01T11:00:00"));
    service.events(&[received("o1", "11-01T12:00:00")]);
    let member = format!("{PLAN}/members/li");
    let wave = |answer: &Value| answer["waves"][0].clone();
    let stands = wave(&service.ok("GET", &member, &Value::Null));
    let amounts = |stands: &Value| {
        ["spent", "received", "awaiting", "refunded", "missing"].map(|name| stands[name].clone())
    };
    assert_eq!(amounts(&stands), [json!(24_000), json!(15_000), json!(9_000), json!(0), json!(5_000)]);
    assert_eq!((&stands["qualified"], &stands["drawn"]), (&json!(false), &json!(false)));
    service.clock("11-10T12:00:00");
    service.events(&[received("o2", "11-09T12:00:00")]);
    let stands = wave(&service.ok("GET", &member, &Value::Null));
    assert_eq!(amounts(&stands)[4], Value::Null, "the highest is reached");
    assert_eq!(stands["reached"][0]["qualified_at"], at("11-09T12:00:00"));
    assert_eq!(service.refused(404, "POST", &format!("{member}/claim?wave=w1"), &Value::Null), "not_found");
    service.clock("11-14T12:00:00");
    let won = wave(&service.ok("GET", &member, &Value::Null));
    assert_eq!((&won["awards"][0]["status"], &won["drawn"]), (&json!("won"), &json!(true)));
    let claimed = service.ok("POST", &format!("{member}/claim"), &Value::Null);
    assert_eq!(claimed["data"][0]["status"], "given");
    assert_eq!(claimed["data"][0]["coupons"].as_array().unwrap().len(), 2);
    assert_eq!(
        service.ok("POST", &format!("{member}/claim"), &Value::Null),
        claimed,
        "once more answers the same"
    );
    let stats = service.ok("GET", "/campaigns/plan/stats", &Value::Null);
    let figures = ["enrolled", "new_members", "active", "qualified", "won", "given", "coupons"];
    assert_eq!(figures.map(|name| stats[name].clone()), [1, 1, 1, 1, 1, 1, 2].map(|count| json!(count)));
}

/// A-S3-2: who was heard of too late stands in a list, and is decided once, with a reason.
#[test]
fn a_s3_2_a_decision_by_hand_leaves_its_reason() {
    let service = Service::open();
    service.ok("POST", "/campaigns", &campaign(4));
    service.clock("10-21T10:00:00");
    service.ok("POST", &format!("{PLAN}/enrollments"), &json!({ "customer_id": "wu", "wave_id": "w1" }));
    service.clock("11-14T12:00:01");
    service.events(&bought("o1", "wu", 20_000, "11-02T10:00:00"));
    service.events(&[received("o1", "11-13T23:59:59")]);
    let exceptions = format!("{PLAN}/exceptions");
    let listed = service.ok("GET", &format!("{exceptions}?code=late_qualified"), &Value::Null);
    assert_eq!(listed["data"][0]["qualified_at"], at("11-13T23:59:59"));
    assert_eq!(
        service.ok("GET", &format!("{exceptions}?code=late_disqualified"), &Value::Null)["data"],
        json!([])
    );
    assert_eq!(
        service.refused(422, "GET", &format!("{exceptions}?code=other"), &Value::Null),
        "invalid_body"
    );
    let word = |reason: &str| json!({ "award": true, "reason": reason, "wave_id": "w1" });
    assert_eq!(service.refused(422, "POST", &format!("{exceptions}/wu"), &word(" ")), "invalid_body");
    let decided = service.ok("POST", &format!("{exceptions}/wu"), &word("收货回执晚到"));
    assert_eq!(decided["data"][0]["decided"]["reason"], "收货回执晚到");
    assert_eq!(service.refused(404, "POST", &format!("{exceptions}/wu"), &word("again")), "not_found");
    let member = service.ok("GET", &format!("{PLAN}/members/wu"), &Value::Null);
    assert_eq!(member["waves"][0]["awards"][0]["status"], "given");
    assert_eq!(service.ok("GET", &exceptions, &Value::Null)["data"], json!([]), "nothing waits");
    let unknown = format!("{exceptions}?wave=w9");
    assert_eq!(service.refused(404, "GET", &unknown, &Value::Null), "not_found");
}

/// What cannot be published says where it is wrong.
#[test]
fn a_s3_1_a_sprint_that_cannot_be_says_where() {
    let service = Service::open();
    let mut wrong = campaign(1_002);
    wrong["terms"]["waves"][0]["draw_at"] = json!(at("11-03T00:00:00"));
    wrong["terms"]["tiers"][0]["prize"]["sku"] = json!("POT");
    let answer = service.is(422, "POST", &format!("{SHOP}/campaigns"), &wrong);
    let fields: Vec<&str> = answer["violations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| fault["field"].as_str().unwrap())
        .collect();
    assert_eq!(fields, ["terms.waves[0].draw_at", "terms.tiers[0].prize.sku"]);
    let answer = service.is(422, "POST", &format!("{SHOP}/campaigns"), &campaign(1_002));
    assert_eq!(answer["violations"][0]["code"], "batch_short");
}

/// S3-R02: members are enrolled by a list; a row that is wrong stops no other, and the same list again enrolls nobody twice.
#[test]
fn s3_r02_members_are_enrolled_by_a_list() {
    let service = Service::open();
    service.ok("POST", "/campaigns", &campaign(4));
    let list = |text: &str| {
        let request = Request::builder()
            .method("POST")
            .uri(format!("{SHOP}{PLAN}/enrollments/import"))
            .header(header::CONTENT_TYPE, "text/csv")
            .header(header::AUTHORIZATION, "Bearer sandbox");
        let request = request.body(Body::from(text.to_owned())).unwrap();
        let router = service.router.clone();
        service.runtime.block_on(async move {
            let Ok(response) = router.oneshot(request).await;
            let status = response.status().as_u16();
            let bytes = to_bytes(response.into_body(), 1 << 24).await.unwrap();
            (status, serde_json::from_slice::<Value>(&bytes).unwrap())
        })
    };
    let text = "\u{feff}customer_id,wave_id\r\na,w1\r\nb\r\nc,w9\r\n\r\nd,w1,x\r\na,w1\r\n";
    let (status, early) = list(text);
    assert_eq!((status, &early["enrolled"]), (200, &json!(0)), "{early}");
    assert_eq!(early["rejected"][0], json!({ "row": 2, "value": "a", "code": "enrollment_closed" }));
    service.clock("10-20T00:00:00");
    let (_, done) = list(text);
    assert_eq!((&done["enrolled"], &done["already"]), (&json!(2), &json!(1)), "{done}");
    let rejected = done["rejected"].as_array().unwrap();
    let seen: Vec<(u64, &str)> =
        rejected.iter().map(|row| (row["row"].as_u64().unwrap(), row["code"].as_str().unwrap())).collect();
    assert_eq!(seen, [(4, "not_found"), (6, "too_many_columns")]);
    let (_, again) = list(text);
    assert_eq!((&again["enrolled"], &again["already"]), (&json!(0), &json!(3)));
    assert_eq!(service.ok("GET", "/campaigns/plan/stats", &Value::Null)["enrolled"], 2);
    let request = json!({ "customer_id": "a" });
    assert_eq!(service.refused(404, "POST", "/sprints/none/enrollments", &request), "not_found");
}

/// S3-R02: what happened wave by wave and day by day adds up; a refund in time, an order that is heard late and another zone
/// change what they concern.
#[test]
fn s3_r02_figures_by_day_add_up() {
    let service = Service::open();
    service.ok("POST", "/campaigns", &campaign(4));
    service.clock("10-20T23:50:00");
    service.ok("POST", &format!("{PLAN}/enrollments"), &json!({ "customer_id": "a" }));
    service.clock("11-01T10:00:00");
    service.ok("POST", &format!("{PLAN}/enrollments"), &json!({ "customer_id": "b" }));
    service.clock("11-03T10:00:00");
    service.events(&bought("o1", "a", 25_000, "11-02T10:00:00"));
    service.events(&bought("o2", "b", 10_000, "11-03T09:00:00"));
    service.events(&[received("o1", "11-03T09:30:00")]);
    let back = json!({ "order_id": "o2", "refund_id": "r", "amount": 3_000 });
    service.events(&[event("refund.succeeded", "r", "11-03T09:45:00", back)]);
    let figures = |part: &str| service.ok("GET", &format!("{PLAN}/figures"), &Value::Null)[part].clone();
    let total = figures("total");
    let expected = json!({ "enrolled": 2, "new_members": 2, "orders": 2, "spent": 35_000, "spent_by_new": 35_000,
        "receipts": 1, "refunded": 3_000, "qualified": 1, "won": 0, "given": 0 });
    assert_eq!(total, expected);
    let day = |name: &str| {
        let waves = figures("waves");
        let days = waves[0]["days"].as_array().unwrap().clone();
        days.into_iter().find(|day| day["day"] == name).unwrap_or_default()
    };
    assert_eq!(day("2030-10-20")["enrolled"], 1);
    assert_eq!((&day("2030-11-02")["spent"], &day("2030-11-03")["spent"]), (&json!(25_000), &json!(10_000)));
    assert_eq!((&day("2030-11-03")["qualified"], &day("2030-11-03")["refunded"]), (&json!(1), &json!(3_000)));
    // The whole first order comes back in time: nobody has qualified, and what was spent stays where it was.
    let back = json!({ "order_id": "o1", "refund_id": "q", "amount": 25_000 });
    service.events(&[event("refund.succeeded", "q", "11-03T09:50:00", back)]);
    assert_eq!(
        (&day("2030-11-03")["qualified"], &day("2030-11-03")["refunded"]),
        (&json!(0), &json!(28_000))
    );
    // In another zone, which a shop takes once no campaign runs, the same quarters make other days.
    service.clock("12-16T00:00:00");
    service.is(200, "PUT", SHOP, &json!({ "name": "tea", "kind": "sop", "time_zone": "Pacific/Auckland" }));
    assert_eq!(day("2030-10-21")["enrolled"], 1, "five hours on");
    assert_eq!(figures("total")["spent"], 35_000);
}

/// S3-R02: what a sprint came to, beside what its members bought before, and who came again; what coupons cost; orders of
/// others, of other windows and money that went back count for nothing.
#[test]
fn s3_r02_what_a_sprint_came_to() {
    let service = Service::open();
    let mut plan = campaign(4);
    plan["terms"]["award_by"] = json!("push");
    service.ok("POST", "/campaigns", &plan);
    service.clock("10-29T10:00:00");
    // The window before is as long as the sprint: 76 hours.
    service.events(&bought("early", "a", 90_000, "10-28T15:59:00"));
    service.events(&bought("b1", "a", 10_000, "10-28T16:00:00"));
    for customer in ["a", "b"] {
        service.ok("POST", &format!("{PLAN}/enrollments"), &json!({ "customer_id": customer }));
    }
    service.clock("11-03T10:00:00");
    service.events(&bought("o1", "a", 25_000, "11-02T10:00:00"));
    service.events(&bought("o2", "a", 5_000, "11-02T11:00:00"));
    service.events(&bought("o3", "b", 7_000, "11-03T09:00:00"));
    service.events(&bought("x1", "c", 50_000, "11-03T09:00:00"));
    service.events(&[received("o1", "11-03T09:30:00")]);
    let back = json!({ "order_id": "o2", "refund_id": "r", "amount": 2_000 });
    service.events(&[event("refund.succeeded", "r", "11-03T09:45:00", back)]);
    let report = || service.ok("GET", &format!("{PLAN}/report"), &Value::Null);
    let expected = json!({ "enrolled": 2, "new_members": 2, "old_members": 0, "active": 2,
        "before": { "buyers": 1, "orders": 1, "sales": 10_000 }, "during": { "buyers": 2, "orders": 3, "sales": 35_000 },
        "repurchase_30": 0, "repurchase_90": 0, "goods": 0, "redeemed": 0, "saved": 0 });
    assert_eq!(report()["total"], expected);
    service.clock("11-15T10:00:00");
    let coupons = service.ok("GET", "/customers/a/coupons", &Value::Null)["data"].clone();
    let coupon = coupons[0]["coupon_id"].as_str().unwrap().to_owned();
    let line = json!({ "line_id": "1", "sku": "TEA", "quantity": 1, "unit_price": 30_000 });
    let discount = json!({ "source": "coupon", "kind": "product", "id": coupon, "amount": 10_000, "funded_by": "merchant" });
    let placed = json!({ "order_id": "o4", "customer_id": "a", "lines": [line], "discounts": [discount], "payable": 20_000 });
    let paid = json!({ "order_id": "o4", "payment_id": "p4", "method": "wechat", "amount": 20_000 });
    service.events(&[
        event("order.placed", "o4", "11-15T09:00:00", placed),
        event("payment.succeeded", "o4", "11-15T09:01:00", paid),
    ]);
    service.clock("12-30T10:00:00");
    // 30 days after the sprint's end is 12-04; whatever goods.
    service.events(&bought("o5", "b", 1_000, "12-04T00:00:00"));
    let total = report()["total"].clone();
    assert_eq!((&total["repurchase_30"], &total["repurchase_90"]), (&json!(1), &json!(2)));
    assert_eq!((&total["redeemed"], &total["saved"]), (&json!(1), &json!(10_000)));
    let days = report()["waves"][0]["redeemed_by_day"].clone();
    assert_eq!(days, json!([{ "day": "2030-11-15", "redeemed": 1, "saved": 10_000 }]));
    // All the money of an order goes back: its coupon cost nothing, and nobody came again with it.
    let back = json!({ "order_id": "o4", "refund_id": "q", "amount": 20_000 });
    service.events(&[event("refund.succeeded", "q", "12-29T10:00:00", back)]);
    let total = report()["total"].clone();
    let figures = ["repurchase_30", "repurchase_90", "redeemed", "saved"].map(|name| total[name].clone());
    assert_eq!(figures, [json!(0), json!(1), json!(0), json!(0)]);
    assert_eq!(service.refused(404, "GET", "/sprints/none/report", &Value::Null), "not_found");
}

/// A-S3-1: a wave in which nobody can enroll any more is not set up; one whose enrollment still lasts is.
#[test]
fn a_s3_1_a_wave_that_is_over_is_not_set_up() {
    let service = Service::open();
    service.clock("11-03T23:59:59");
    let found = service.ok("POST", "/campaigns/validate", &campaign(4));
    assert_eq!(found["violations"], json!([]));
    service.clock("11-04T00:00:00");
    let found = service.ok("POST", "/campaigns/validate", &campaign(4));
    let fault = &found["violations"][0];
    let expected = (&json!("terms.waves[0].enrollment.ends_at"), &json!("ended_already"));
    assert_eq!((&fault["field"], &fault["code"]), expected, "{found}");
    assert_eq!(service.refused(422, "POST", "/campaigns", &campaign(4)), "invalid_terms");
}
