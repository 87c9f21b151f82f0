//! Rewards after payment through the real router: what is refused, what a draw's archive says, and that its seed is
//! nowhere before the end.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "rewards/archive.rs"]
mod archive;
#[path = "rewards/batches.rs"]
mod batches;
#[path = "rewards/seed.rs"]
mod seed;
#[path = "rewards/states.rs"]
mod states;
#[path = "rewards/surveys.rs"]
mod surveys;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, header};
use engine::{Engine, EngineClock};
use http_api::{ApiKey, ApiState, Edge, KeyRing, Scope};
use port::{Page, Store};
use serde_json::{Value, json};
use std::sync::Arc;
use tower::ServiceExt;

/// The generator of the tests, and so the seed of every draw.
const SEED: [u8; 32] = [7; 32];
const SHOP: &str = "/v1/shops/tea";
const ROUND: u64 = 657_413;
const SIGNATURE: &str =
    "b713718a38ae728dfd477991af2822e08d2f305e47718cef9f7848ce4050e7be41076862b98fad56e91a6b85b89cd97b";

struct Service {
    runtime: tokio::runtime::Runtime,
    router: Router,
    engine: Engine,
    /// A key of another shop.
    other: String,
}

impl Drop for Service {
    fn drop(&mut self) {
        self.engine.stop();
    }
}

impl Service {
    fn open() -> Self {
        let store: Box<dyn Store> = Box::new(store_memory::MemoryStore::new());
        let clock = EngineClock::sandbox_of(&*store.reader()).unwrap();
        let engine = Engine::start(store, clock).unwrap();
        let (other, key) =
            ApiKey::make(&[9; 32], "other", Some("b".parse().unwrap()), Scope::ALL.to_vec(), engine.now());
        let keys = Arc::new(KeyRing::new(vec![ApiKey::sandbox(), key]));
        let edge = Edge { random: || SEED, check_webhook_url: Arc::new(|_| Ok(())), metrics: None };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let router = http_api::router(ApiState::new(engine.clone(), keys, edge));
        let service = Self { runtime, router, engine, other };
        service.clock("08:00");
        service.is(200, "PUT", "", &json!({ "name": "老街茶铺", "kind": "sop" }));
        service.is(200, "POST", "/beta/post_payment/apply", &Value::Null);
        service.is(200, "POST", "/beta/post_payment/approve", &Value::Null);
        let batch = json!({
            "batch_id": "b1", "name": "b", "kind": "shop", "spend": 2000, "save": 1000, "quantity": 1000,
            "per_customer_limit": 50, "scope": { "mode": "all" }, "funded_by": "merchant",
            "starts_at": at("08:00"), "ends_at": "2030-12-01T00:00:00+08:00",
        });
        service.is(201, "POST", "/coupon-batches", &batch);
        service
    }
    fn clock(&self, time: &str) {
        let (status, said) =
            self.ask(Some("sandbox"), "PUT", "/v1/sandbox/clock", &json!({ "now": at(time) }), &[]);
        assert_eq!(status, 200, "{said}");
    }
    fn ask(
        &self,
        key: Option<&str>,
        method: &str,
        path: &str,
        body: &Value,
        more: &[(&str, &str)],
    ) -> (u16, String) {
        let bytes = if body.is_null() { Vec::new() } else { serde_json::to_vec(body).unwrap() };
        let kind = if body.is_array() { "application/cloudevents-batch+json" } else { "application/json" };
        self.send(key, (method, path), (kind, bytes), more)
    }
    fn send(
        &self,
        key: Option<&str>,
        (method, path): (&str, &str),
        (kind, bytes): (&str, Vec<u8>),
        more: &[(&str, &str)],
    ) -> (u16, String) {
        let mut request = Request::builder().method(method).uri(path).header(header::CONTENT_TYPE, kind);
        if let Some(key) = key {
            request = request.header(header::AUTHORIZATION, format!("Bearer {key}"));
        }
        for (name, value) in more {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(bytes)).unwrap();
        let router = self.router.clone();
        self.runtime.block_on(async move {
            let Ok(response) = router.oneshot(request).await;
            let (status, headers) = (response.status().as_u16(), format!("{:?}", response.headers()));
            let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
            let said = String::from_utf8_lossy(&bytes).into_owned();
            assert!(!is_told(&headers), "a header tells the seed: {headers}");
            (status, said)
        })
    }
    fn is(&self, status: u16, method: &str, rest: &str, body: &Value) -> Value {
        let (found, said) = self.ask(Some("sandbox"), method, &format!("{SHOP}{rest}"), body, &[]);
        assert_eq!(found, status, "{method} {rest}: {said}");
        serde_json::from_str(&said).unwrap_or_default()
    }
    /// Refused with that code, with these fields at fault.
    fn refuses(&self, code: &str, fields: &[&str], method: &str, rest: &str, body: &Value) {
        let (status, said) = self.ask(Some("sandbox"), method, &format!("{SHOP}{rest}"), body, &[]);
        let said: Value = serde_json::from_str(&said).unwrap();
        assert!((400..500).contains(&status) && said["code"] == code, "{method} {rest}: {status} {said}");
        for field in fields {
            let at_fault = said["violations"].as_array().into_iter().flatten();
            assert!(at_fault.clone().any(|violation| violation["field"] == *field), "{field}: {said}");
        }
    }
    fn pay(&self, order: &str, transaction: Option<&str>) {
        self.pay_at("10:00", order, transaction);
    }
    fn pay_at(&self, time: &str, order: &str, transaction: Option<&str>) {
        let mut payment = json!({ "order_id": order, "payment_id": format!("p-{order}"), "stage": "full", "method": "wechat", "amount": 6000 });
        if let Some(transaction) = transaction {
            payment["transaction_id"] = transaction.into();
        }
        let line =
            json!({ "line_id": "l1", "sku": "A", "categories": [], "quantity": 1, "unit_price": 6000 });
        let placed = json!({ "order_id": order, "customer_id": customer(order), "lines": [line], "freight": 0, "payable": 6000 });
        let id = format!("{order}-{}", transaction.unwrap_or_default());
        let mut events = json!([
            event("order.placed", &format!("placed-{order}"), &placed),
            event("payment.succeeded", &format!("paid-{id}"), &payment),
        ]);
        events.as_array_mut().unwrap().iter_mut().for_each(|event| event["time"] = at(time).into());
        let said = self.is(200, "POST", "/events", &events);
        for result in said["results"].as_array().unwrap() {
            assert!(matches!(result["outcome"].as_str(), Some("applied" | "duplicate")), "{said}");
        }
    }
    fn reward(&self, order: &str) -> String {
        let rewards = self.is(200, "GET", &format!("/orders/{order}/rewards"), &Value::Null);
        rewards["data"][0]["reward_id"].as_str().unwrap_or_else(|| panic!("{rewards}")).to_owned()
    }
    fn play(&self, order: &str) -> Value {
        let reward = self.reward(order);
        self.is(200, "POST", &format!("/rewards/{reward}/play"), &json!({ "customer_id": customer(order) }))
    }
    fn archive(&self, campaign: &str) -> String {
        let path = format!("{SHOP}/campaigns/{campaign}/draw/archive");
        let (status, said) = self.ask(Some("sandbox"), "GET", &path, &Value::Null, &[]);
        assert_eq!(status, 200, "{said}");
        said
    }
}

fn at(time: &str) -> String {
    format!("2030-06-10T{time}:00+08:00")
}

fn customer(order: &str) -> String {
    format!("customer-of-{order}")
}

fn event(kind: &str, id: &str, data: &Value) -> Value {
    json!({ "specversion": "1.0", "id": id, "source": "platform", "type": kind, "time": at("10:00"), "data": data })
}

/// From 50.00 on a draw; runs from 09:00 to 20:00.
fn draw(campaign: &str, draw: &Value) -> Value {
    json!({
        "campaign_id": campaign, "kind": "post_payment", "name": "开业抽奖", "starts_at": at("09:00"), "ends_at": at("20:00"),
        "terms": { "tiers": [{ "min_paid": 5000, "action": { "kind": "draw", "draw": draw } }] }, "publish": true,
    })
}

fn odds() -> Value {
    json!({
        "mode": "odds", "prizes": [
            { "prize_id": "tv", "name": "电视", "kind": "goods", "sku": "TV", "value": 500_000, "stock": 1, "odds": 500_000, "fallback": "c" },
            { "prize_id": "c", "name": "10元券", "kind": "coupon", "batch_id": "b1", "value": 1000, "stock": 3, "odds": 300_000, "fallback": "none" },
            { "prize_id": "none", "name": "谢谢参与", "kind": "none", "odds": 200_000 },
        ],
        "notice": { "organiser": "老街茶铺", "contact": "400-000-0000", "claim_days": 30, "claim_how": "包邮寄出", "lapse": "视为放弃" },
    })
}

/// Whether a text holds the seed: as bytes in hexadecimal digits or in base64, as a list, or what stands for it in a link.
fn is_told(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    lower.contains(&"07".repeat(8))
        || text.contains("BwcHBwcHBwc")
        || text.contains("7, 7, 7, 7")
        || text.contains("7,7,7,7")
}

/// A-S2-15, A-S2-17: odds that do not sum, a prize over the cap, a notice that is not complete, a chain of fallbacks that
/// goes round: refused by validate and by publishing, field by field.
#[test]
fn a_s2_15_a_s2_17_draws_that_may_not_start_are_refused() {
    let service = Service::open();
    let at = |field: &str| format!("terms.tiers[0].action.draw.{field}");
    for (path, value, field, code) in [
        ("/prizes/0/odds", json!(499_999), "prizes", "odds_do_not_sum"),
        ("/prizes/0/odds", json!(1_000_001), "prizes[0].odds", "out_of_range"),
        ("/prizes/0/value", json!(5_000_001), "prizes[0].value", "prize_over_cap"),
        ("/prizes/1/fallback", json!("tv"), "prizes[1].fallback", "fallback_cycle"),
        ("/notice", json!({}), "notice.organiser", "notice_incomplete"),
        ("/notice/claim_how", json!(""), "notice.claim_how", "notice_incomplete"),
        ("/prizes/1/batch_id", json!(null), "prizes[1].batch_id", "required"),
    ] {
        let mut terms = odds();
        *terms.pointer_mut(path).unwrap() = value;
        let form = draw("bad", &terms);
        let found = service.is(200, "POST", "/campaigns/validate", &form);
        let all = found["violations"].as_array().unwrap();
        assert!(all.iter().any(|v| v["field"] == at(field) && v["code"] == code), "{path}: {found}");
        service.refuses("invalid_terms", &[&at(field)], "POST", "/campaigns", &form);
    }
    let mut terms = odds();
    terms["prizes"][1]["batch_id"] = "nowhere".into();
    service.refuses(
        "invalid_terms",
        &["terms.tiers[0].action.draw.prizes[1].batch_id"],
        "POST",
        "/campaigns",
        &draw("bad", &terms),
    );
    service.is(404, "GET", "/campaigns/bad", &Value::Null);
}

/// S2-R05, A-S2-16: a stranger's reward, plays before the payment, without a transaction id, after a refund, and after the
/// end; nothing of them changes anything.
#[test]
fn s2_r05_a_s2_16_plays_that_may_not_be_are_refused() {
    let service = Service::open();
    service.is(201, "POST", "/campaigns", &draw("c", &odds()));
    service.clock("10:00");
    let body = |who: &str| json!({ "customer_id": who });
    service.refuses("not_found", &[], "POST", "/rewards/rw_none/play", &body("customer-of-o1"));
    service.pay("o1", None);
    let play = format!("/rewards/{}/play", service.reward("o1"));
    service.refuses("awaiting_transaction_id", &[], "POST", &play, &body("customer-of-o1"));
    service.pay("o1", Some("t-o1"));
    service.refuses("not_owner", &[], "POST", &play, &body("customer-of-o2"));
    service.refuses("invalid_body", &["answer"], "POST", &play, &json!({ "customer_id": "x", "answer": 1 }));
    service.refuses("invalid_body", &["customer_id"], "POST", &play, &json!({ "answers": {} }));
    service.pay("o2", Some("t-o2"));
    let refunded = format!("/rewards/{}/play", service.reward("o2"));
    service.is(
        201,
        "POST",
        "/orders/o2/refunds",
        &json!({ "refund_id": "r1", "amount": 6000, "fault": "merchant" }),
    );
    service.refuses("reward_void", &[], "POST", &refunded, &body("customer-of-o2"));
    assert_eq!(service.is(200, "GET", "/campaigns/c/draw", &Value::Null)["plays"], 0);
    let first = service.play("o1");
    service.pay("o3", Some("t-o3"));
    service.clock("20:00");
    let late = format!("/rewards/{}/play", service.reward("o3"));
    service.refuses("campaign_closed", &[], "POST", &late, &body("customer-of-o3"));
    assert_eq!(service.play("o1"), first, "what was played answers the same for ever");
}

/// A-S2-16: rounds of another time, with a wrong signature, of a draw that names none; a round that is past may not be named.
#[test]
fn a_s2_16_beacons_that_do_not_fit_are_refused() {
    let service = Service::open();
    service.is(201, "POST", "/campaigns", &draw("plain", &odds()));
    let post = |campaign: &str| format!("/campaigns/{campaign}/draw/beacon");
    let posted = |round: u64, signature: &str| json!({ "round": round, "signature": signature });
    service.refuses("wrong_round", &[], "POST", &post("plain"), &posted(ROUND, SIGNATURE));
    service.refuses("not_found", &[], "POST", &post("none"), &posted(ROUND, SIGNATURE));
    let mut terms = odds();
    terms["beacon_round"] = json!(ROUND);
    let known_round = service.is(200, "POST", "/campaigns/validate", &draw("b", &terms));
    let said =
        known_round["violations"].as_array().unwrap().iter().map(|violation| violation["code"].as_str());
    assert_eq!(said.collect::<Vec<_>>(), [Some("out_of_range"), Some("beacon_round_past")], "{known_round}");
    // The round of 10 June 2030 at 15:00.
    let round = (1_907_305_200 - 1_692_803_367) / 3 + 1;
    terms["beacon_round"] = json!(round);
    service.is(201, "POST", "/campaigns", &draw("b", &terms));
    service.clock("10:00");
    service.pay("o1", Some("t-o1"));
    let rewards = service.is(200, "GET", "/orders/o1/rewards", &Value::Null);
    let waiting =
        rewards["data"].as_array().unwrap().iter().find(|reward| reward["campaign_id"] == "b").unwrap();
    let play = format!("/rewards/{}/play", waiting["reward_id"].as_str().unwrap());
    service.refuses("beacon_awaited", &[], "POST", &play, &json!({ "customer_id": "customer-of-o1" }));
    service.refuses("wrong_round", &[], "POST", &post("b"), &posted(ROUND, SIGNATURE));
    for signature in [SIGNATURE, "", "00", &"zz".repeat(48), &"0".repeat(96)] {
        service.refuses("wrong_signature", &["signature"], "POST", &post("b"), &posted(round, signature));
    }
    service.refuses("invalid_body", &["round"], "POST", &post("b"), &json!({ "round": -1, "signature": "" }));
    assert_eq!(service.is(200, "GET", "/campaigns/b/draw", &Value::Null)["beacon_randomness"], Value::Null);
}

/// A-S2-17: a prize table that changes while it runs, against the buyers.
#[test]
fn a_s2_17_a_running_prize_table_stays() {
    let service = Service::open();
    service.is(201, "POST", "/campaigns", &draw("c", &odds()));
    service.clock("10:00");
    service.pay("o1", Some("t-o1"));
    service.play("o1");
    let before = service.is(200, "GET", "/campaigns/c/draw", &Value::Null);
    for (path, value) in [
        ("/prizes/0/stock", json!(0)),
        ("/prizes/0/value", json!(1)),
        ("/prizes/0/odds", json!(1)),
        ("/prizes/1/batch_id", json!("b2")),
        ("/public", json!(false)),
        ("/notice/organiser", json!("别人")),
    ] {
        let mut terms = odds();
        terms["public"] = true.into();
        *terms.pointer_mut(path).unwrap() = value;
        let tiers = draw("c", &terms)["terms"].clone();
        service.refuses("invalid_terms", &[], "PATCH", "/campaigns/c", &json!({ "terms": tiers }));
    }
    assert_eq!(service.is(200, "GET", "/campaigns/c/draw", &Value::Null), before);
    let mut more = odds();
    more["prizes"][0]["stock"] = json!(2);
    let changed = service.is(200, "PATCH", "/campaigns/c", &json!({ "terms": draw("c", &more)["terms"] }));
    assert_eq!(changed["version"], 2);
    let after = service.is(200, "GET", "/campaigns/c/draw", &Value::Null);
    assert!(after["chain_head"] != before["chain_head"] && after["notice_hash"] != before["notice_hash"]);
}

/// S2-R07: links: the own, in a circle, made up, above the cap, of another campaign; they carry nothing of a person.
#[test]
fn s2_r07_links_that_help_nobody_are_refused() {
    let service = Service::open();
    let mut form = draw("c", &odds());
    form["terms"]["extra_chances"] = json!(1);
    service.is(201, "POST", "/campaigns", &form);
    service.clock("10:00");
    service.pay("o1", Some("t-o1"));
    service.pay("o2", Some("t-o2"));
    let links = ["o1", "o2"].map(|order| {
        let rewards = service.is(200, "GET", &format!("/orders/{order}/rewards"), &Value::Null);
        rewards["data"][0]["link"].as_str().unwrap().strip_prefix(SHOP).unwrap().to_owned()
    });
    for (link, order) in links.iter().zip(["o1", "o2"]) {
        let reward = service.reward(order);
        let (running, unguessable) = reward.rsplit_once('_').unwrap();
        let hidden = ["customer", order, running, unguessable];
        assert!(hidden.iter().all(|what| !link.contains(what)), "{link} of {reward}");
    }
    let follow = |link: &str| format!("{link}/follow");
    let by = |who: &str| json!({ "customer_id": who });
    service.refuses("own_link", &[], "POST", &follow(&links[0]), &by("customer-of-o1"));
    service.refuses("already_takes_part", &[], "POST", &follow(&links[0]), &by("customer-of-o2"));
    service.refuses("already_takes_part", &[], "POST", &follow(&links[1]), &by("customer-of-o1"));
    let made_up = format!("/campaigns/c/links/{}", service.reward("o1"));
    let (cut, _) = links[0].split_at(links[0].len() - 1);
    for link in [made_up.as_str(), cut, "/campaigns/c/links/x", &links[0].replace("/c/", "/d/")] {
        service.refuses("not_found", &[], "POST", &follow(link), &by("friend"));
    }
    service.is(204, "POST", &follow(&links[0]), &by("friend"));
    service.is(204, "POST", &follow(&links[0]), &by("friend"));
    service.refuses("already_takes_part", &[], "POST", &follow(&links[1]), &by("friend"));
    service.refuses("total_limit", &[], "POST", &follow(&links[0]), &by("another"));
    let rewards = service.is(200, "GET", "/orders/o1/rewards", &Value::Null);
    let extra = &rewards["data"][1];
    assert_eq!(
        (&extra["extra"], &extra["link"]),
        (&json!(1), &Value::Null),
        "an extra chance is not shared again"
    );
}

/// A-S2-17: a public draw is everybody's to see, one that is not needs a key of its shop; everything else needs one too.
#[test]
fn a_s2_17_a_public_draw_needs_no_key() {
    let service = Service::open();
    let mut hidden = odds();
    hidden["public"] = json!(false);
    let mut sure = odds();
    for (prize, odds) in [(0, 1_000_000), (1, 0), (2, 0)] {
        sure["prizes"][prize]["odds"] = json!(odds);
    }
    service.is(201, "POST", "/campaigns", &draw("open", &sure));
    service.is(201, "POST", "/campaigns", &draw("hidden", &hidden));
    service.clock("10:00");
    service.pay("o1", Some("t-o1"));
    let rewards = service.is(200, "GET", "/orders/o1/rewards", &Value::Null)["data"].clone();
    let of_open = rewards.as_array().unwrap().iter().find(|reward| reward["campaign_id"] == "open").unwrap();
    let reward = of_open["reward_id"].as_str().unwrap();
    let path = |rest: &str| format!("{SHOP}{rest}");
    let status = |key: Option<&str>, method: &str, rest: &str| {
        service.ask(key, method, &path(rest), &Value::Null, &[]).0
    };
    assert_eq!(status(None, "GET", "/campaigns/open/draw"), 200);
    assert_eq!(status(None, "GET", "/campaigns/hidden/draw"), 404);
    assert_eq!(status(Some("sandbox"), "GET", "/campaigns/hidden/draw"), 200);
    for rest in [
        "/campaigns/open/draw/archive".to_owned(),
        "/campaigns/open/rewards".to_owned(),
        "/orders/o1/rewards".to_owned(),
        "/customers/customer-of-o1/rewards".to_owned(),
        format!("/rewards/{reward}"),
    ] {
        assert_eq!(status(None, "GET", &rest), 401, "{rest}");
        assert_eq!(status(Some("sandbox"), "GET", &rest), 200, "{rest}");
        let foreign = status(Some(&service.other), "GET", &rest);
        assert!(matches!(foreign, 403 | 404), "{rest}: {foreign}");
    }
    let play = json!({ "customer_id": "customer-of-o1" });
    let (foreign, _) =
        service.ask(Some(&service.other), "POST", &path(&format!("/rewards/{reward}/play")), &play, &[]);
    assert!(matches!(foreign, 403 | 404), "{foreign}");
    let (foreign, _) =
        service.ask(Some(&service.other), "POST", "/v1/shops/b/beta/post_payment/approve", &Value::Null, &[]);
    assert!(matches!(foreign, 403 | 404), "a shop does not let itself in: {foreign}");
    let (_, shown) = service.ask(None, "GET", &path("/campaigns/open/draw"), &Value::Null, &[]);
    assert!(!shown.contains("customer-of-o1"), "{shown}");
    let winners = service.is(200, "GET", "/campaigns/open/draw", &Value::Null)["winners_over_500"].clone();
    assert_eq!(winners, json!([]), "nobody has won yet");
    service.is(200, "POST", &format!("/rewards/{reward}/play"), &play);
    let (_, shown) = service.ask(None, "GET", &path("/campaigns/open/draw"), &Value::Null, &[]);
    let won = &serde_json::from_str::<Value>(&shown).unwrap()["winners_over_500"][0];
    assert_eq!((&won["n"], &won["customer"]), (&json!(1), &json!("c***")), "{won}");
    assert!(!shown.contains("rw_") && !shown.contains("customer-of-o1"), "{shown}");
}
