//! Notices that no event brings, through the real router: what they may be called, how often they may be asked for, and
//! what was said before.

use super::support::Service;
use serde_json::{Value, json};

/// A shop with settings and packs, and orders `o1` of `u1` and `o2` of `u2`.
fn opened() -> Service {
    let service = Service::open();
    let caps = json!({ "minute": 100, "hour": 100, "day": 100 });
    service.put("message-settings", &json!({ "kinds": { "shipped": { "sms": true } }, "caps": caps }));
    service.post("sms-packs", &json!({ "purchase_id": "p1", "segments": 100 }));
    service.ships("o1");
    service.ships_of("o2", "u2", "A");
    service
}

fn dispute(id: &str) -> Value {
    json!({ "message_id": id, "kind": "dispute", "customer_id": "u1", "order_id": "o1" })
}

fn with(mut notice: Value, field: &str, value: Value) -> Value {
    notice[field] = value;
    notice
}

/// Ids of messages: what callers name, what the server names and the WeChat twin of a caller's are three name spaces, so
/// nobody's notice takes the place of another (threat: a guessed id of the future swallowed paid notices).
#[test]
fn callers_and_the_server_name_messages_apart() {
    let service = opened();
    for id in ["ms_1bc1371bb2000000099", "ms_", "ms_w:k1"] {
        let refused = service.refused(422, "POST", "messages", &dispute(id));
        assert_eq!(refused, ("invalid_value".into(), "message_id".into()), "{id}");
    }
    let long = service.refused(422, "POST", "messages", &dispute(&"x".repeat(60)));
    assert_eq!(long, ("too_long_text".into(), "message_id".into()));
    let ids = |answer: Value| -> Vec<String> {
        let all = answer["data"].as_array().unwrap().iter();
        all.map(|one| one["message_id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids(service.post("messages", &dispute("k1:w"))), ["k1:w", "ms_w:k1:w"]);
    assert_eq!(ids(service.post("messages", &dispute("k1"))), ["k1", "ms_w:k1"]);
}

/// Known by its own id: the same contents are answered the same, any others are a conflict, and a key of a header is no
/// such id.
#[test]
fn a_posted_message_is_known_by_its_id_and_its_contents() {
    let service = opened();
    let notice =
        with(dispute("k1"), "variables", json!({ "goods": "茶", "deadline": "2030-06-11T10:00:00+08:00" }));
    let first = service.post("messages", &notice);
    assert_eq!(first["data"][0]["status"], "sent");
    assert_eq!(service.post("messages", &notice), first);
    let written = r#"{"variables":{"deadline":"2030-06-11T10:00:00+08:00","goods":"茶"},"order_id":"o1",
        "customer_id":"u1","kind":"dispute","message_id":"k1"}"#;
    assert_eq!(service.post("messages", &serde_json::from_str(written).unwrap()), first);
    for (field, value) in [
        ("variables", json!({ "goods": "茶", "deadline": "2030-06-11T10:00:01+08:00" })),
        ("variables", json!({ "goods": "壶", "deadline": "2030-06-11T10:00:00+08:00" })),
        ("variables", json!({})),
        ("kind", json!("supplier_order")),
        ("customer_id", json!("u2")),
        ("order_id", json!("o2")),
    ] {
        let other = with(notice.clone(), field, value);
        assert_eq!(service.refused(409, "POST", "messages", &other).0, "idempotency_conflict", "{other}");
    }
    let log = service.get("messages?customer_id=u1");
    assert_eq!(log["data"].as_array().unwrap().iter().filter(|one| one["kind"] == "dispute").count(), 2);
}

/// S2-R13: what the platform pays for is about an order, goes to its customer where it is the customer's, and goes out so
/// many times for one order.
#[test]
fn s2_r13_free_notices_are_of_an_order_and_bounded() {
    let service = opened();
    for kind in ["supplier_order", "purchase_order", "dispute", "payment_succeeded"] {
        let of = |id: &str| with(dispute(&format!("{kind}-{id}")), "kind", json!(kind));
        let none = with(of("none"), "order_id", Value::Null);
        let refused = service.refused(422, "POST", "messages", &none);
        assert_eq!(refused, ("required".into(), "order_id".into()), "{kind}");
        let other = with(of("other"), "customer_id", json!("u2"));
        if kind == "dispute" || kind == "payment_succeeded" {
            assert_eq!(service.refused(422, "POST", "messages", &other).1, "customer_id");
        }
        let sent = (0..5).map(|number| service.post("messages", &of(&number.to_string())));
        for answer in sent.collect::<Vec<_>>() {
            assert_eq!(answer["data"][0]["status"], "sent", "{kind}: {answer}");
        }
        let refused = service.refused(409, "POST", "messages", &of("more"));
        assert_eq!(refused.0, "limit_reached", "{kind}");
    }
    let elsewhere = with(with(dispute("o2-1"), "order_id", json!("o2")), "customer_id", json!("u2"));
    assert_eq!(
        service.post("messages", &elsewhere)["data"][0]["status"],
        "sent",
        "another order has its own"
    );
}

/// S2-R13: orders of goods go to those who supply them. Whom the shop's settings name, and nobody else, or else so many
/// people at most, is told at the platform's cost.
#[test]
fn s2_r13_orders_of_goods_go_to_suppliers() {
    let service = opened();
    let to = |id: &str, customer: &str| {
        let notice = with(dispute(id), "kind", json!("supplier_order"));
        with(notice, "customer_id", json!(customer))
    };
    let orders: Vec<String> = (0..8).map(|number| format!("s{number}")).collect();
    for order in &orders {
        service.ships_of(order, "u1", "A");
    }
    let of = |order: &str, id: &str, customer: &str| with(to(id, customer), "order_id", json!(order));
    for number in 0..20 {
        let (order, id) = (&orders[number / 4], format!("n{number}"));
        let answer = service.post("messages", &of(order, &id, &format!("mill{number}")));
        assert_eq!(answer["data"][0]["status"], "sent", "{answer}");
    }
    let refused = service.refused(409, "POST", "messages", &of(&orders[6], "more", "mill20"));
    assert_eq!(refused.0, "limit_reached", "nobody else");
    let answer = service.post("messages", &of(&orders[6], "again", "mill3"));
    assert_eq!(answer["data"][0]["status"], "sent", "who was told before");
    let purchase = with(of(&orders[6], "other-kind", "mill20"), "kind", json!("purchase_order"));
    assert_eq!(service.refused(409, "POST", "messages", &purchase).0, "limit_reached");
    service.put("message-settings", &json!({ "suppliers": ["mill20"] }));
    assert_eq!(service.get("message-settings")["now"]["suppliers"], json!(["mill20"]));
    let answer = service.post("messages", &of(&orders[7], "named", "mill20"));
    assert_eq!(answer["data"][0]["status"], "sent", "whom the shop names");
    let refused = service.refused(422, "POST", "messages", &of(&orders[7], "unnamed", "mill3"));
    assert_eq!(refused, ("invalid_value".into(), "customer_id".into()), "nobody but those");
    let many: Vec<String> = (0..201).map(|number| format!("mill{number}")).collect();
    let refused = service.refused(422, "PUT", "message-settings", &json!({ "suppliers": many }));
    assert_eq!(refused.1, "suppliers");
}

/// S2-R12, S2-R15: nothing goes out by SMS or WeChat before the shop has said what it wants and that counts, at no door.
#[test]
fn s2_r15_nothing_is_sent_before_settings_count() {
    let service = Service::open();
    service.post("sms-packs", &json!({ "purchase_id": "p1", "segments": 100 }));
    let all = |service: &Service| service.get("messages")["data"].as_array().unwrap().clone();
    let sent = |service: &Service| all(service).iter().filter(|one| one["status"] == "sent").count();
    let doors = |service: &Service, number: u32| {
        let order = format!("o{number}");
        service.pays(&order, "u1");
        for kind in ["dispute", "supplier_order", "purchase_order", "payment_succeeded"] {
            let id = json!(format!("{kind}-{number}"));
            let notice = with(with(dispute(""), "message_id", id), "kind", json!(kind));
            let answer = service.post("messages", &with(notice, "order_id", json!(order)));
            assert_eq!(answer["data"][0]["code"], "switched_off", "{kind}: {answer}");
        }
        assert_eq!(sent(service), 0);
    };
    doors(&service, 1);
    let template = json!({ "text": "您的订单{order}支付成功" });
    service.put("message-templates/payment_succeeded/sms", &template);
    doors(&service, 2);
    let later =
        json!({ "kinds": { "shipped": { "sms": true } }, "effective_from": "2031-01-01T00:00:00+08:00" });
    service.put("message-settings", &later);
    assert_eq!(service.get("message-settings")["now"], Value::Null);
    doors(&service, 3);
    service.is(200, "PUT", "/v1/sandbox/clock", &json!({ "now": "2031-01-01T00:00:00+08:00" }));
    service
        .post("messages", &with(with(dispute("now"), "order_id", json!("o3")), "customer_id", json!("u1")));
    assert_eq!(sent(&service), 1);
}
