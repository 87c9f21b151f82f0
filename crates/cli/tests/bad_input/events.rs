//! Events: a bad one fails alone, is named, and leaves nothing behind; mended, it is taken.

use crate::support::{Client, Request, Server, run, shop};
use crate::{folder, serve, state};
use serde_json::{Value, json};

/// What is changed in an event that places an order, a line each: where, the code of the rejection,
/// the field that it names (`-` for none), and the value. `2^63` and more do not fit into 64 bits.
const WRONG: &str = r#"
/specversion    invalid_value  specversion "2.0"
/id             required       id          ""
/source         required       source      null
/type           invalid_value  type        "order.lost"
/type           required       type        null
/time           invalid_value  time        "yesterday"
/time           invalid_value  time        "2022-06-31T00:00:00Z"
/time           time_in_future -           "2022-06-20T10:00:00+08:00"
/data           invalid_value  data        "order"
/data           required       data.order_id {}
/data           invalid_value  data        ["o1", "u1", "app", "normal", "physical", [], [], 0, 0]
/data/lines/0   invalid_value  data.lines[0] ["l1", "A", [], 1, 100]
/time           invalid_value  time        "9999-12-31T23:59:59Z"
/data/order_id  invalid_value  data.order_id ""
/data/order_id  invalid_value  data.order_id " a"
/data/order_id  invalid_value  data.order_id ".."
/data/lines/0/categories invalid_value data.lines[0].categories ["tea "]
/id             invalid_value  id          "a\nb"
/source         invalid_value  source      " a"
/data/order_id  invalid_value  data.order_id 7
/data/customer_id invalid_value data.customer_id null
/data/kind      invalid_value  data.kind   "auction"
/data/goods     invalid_value  data.goods  "ghost"
/data/cancel_at invalid_value  data.cancel_at "never"
/data/lines     invalid_value  data.lines  []
/data/lines/0   required       data.lines[0].line_id {}
/data/discounts invalid_value  data.discounts[0].amount [{"kind": "beans", "amount": -1, "funded_by": "platform"}]
/data/discounts invalid_value  data.discounts[0].amount [{"kind": "beans", "amount": -9223372036854775808, "funded_by": "platform"}]
/data/discounts invalid_value  data.discounts[0].amount [{"kind": "beans", "amount": 9223372036854775807, "funded_by": "merchant"}]
/data/payable   payable_mismatch -         11999
/data/lines/0/quantity invalid_value data.lines[0].quantity -1
/data/lines/0/quantity invalid_value data.lines[0].quantity 1.5
/data/lines/0/quantity invalid_value data.lines[0].quantity 1e308
/data/lines/0/quantity invalid_value data.lines[0].quantity "2"
/data/lines/0/quantity invalid_value data.lines[0].quantity 18446744073709551616
/data/lines/0/quantity invalid_value data.lines[0].quantity 0
/data/lines/0/quantity invalid_value data.lines[0].quantity 1000001
/data/lines/0/quantity invalid_value data.lines[0].quantity 18446744073709551615
"#;

/// Amounts of an order: where they are, and what they are called.
const AMOUNTS: [(&str, &str); 3] = [
    ("/data/lines/0/unit_price", "data.lines[0].unit_price"),
    ("/data/freight", "data.freight"),
    ("/data/payable", "data.payable"),
];

/// A change to an event and the rejection that it earns.
struct Wrong {
    pointer: String,
    value: Value,
    code: String,
    field: String,
}

fn wrong(pointer: &str, code: &str, field: &str, value: Value) -> Wrong {
    let [pointer, code, field] = [pointer, code, field].map(str::to_owned);
    Wrong { pointer, value, code, field }
}

fn wrong_orders() -> Vec<Wrong> {
    let read = |line: &str| {
        let (pointer, rest) = line.split_once(' ').expect("a code");
        let (code, rest) = rest.trim_start().split_once(' ').expect("a field");
        let (field, value) = rest.trim_start().split_once(' ').expect("a value");
        wrong(pointer, code, field, serde_json::from_str(value).expect(value))
    };
    let mut cases: Vec<Wrong> = WRONG.trim().lines().map(read).collect();
    for (pointer, field) in AMOUNTS {
        for value in ["10.5", "1e308", "\"100\"", "null", "9223372036854775808"] {
            let value = serde_json::from_str(value).expect(value);
            cases.push(wrong(pointer, "invalid_value", field, value));
        }
        for value in [-1, i64::MIN, i64::MAX] {
            cases.push(wrong(pointer, "invalid_value", field, json!(value)));
        }
    }
    let line = json!({ "line_id": "l1", "sku": "A", "quantity": 1, "unit_price": 1 });
    let many = |count| json!(vec![line.clone(); count]);
    cases.extend([
        wrong("/id", "too_long_text", "id", json!("x".repeat(129))),
        wrong("/source", "too_long_text", "source", json!("x".repeat(201))),
        wrong("/data/order_id", "invalid_value", "data.order_id", json!("x".repeat(129))),
        wrong("/data/lines", "invalid_value", "data.lines[1].line_id", many(2)),
        wrong("/data/lines", "invalid_value", "data.lines", many(501)),
    ]);
    cases
}

/// Lines that are no events at all.
fn not_events() -> Vec<Vec<u8>> {
    let deep = format!("{{\"data\": {}{}}}", "[".repeat(200), "]".repeat(200));
    let mut lines = ["{", "null", "[]", "5", "\"event\"", "{} {}", "<order/>", deep.as_str()]
        .map(|text| text.as_bytes().to_vec())
        .to_vec();
    lines.push(b"{\"id\": \"\xff\"}".to_vec());
    lines
}

fn order_is_there(client: &mut Client, order: &str) -> bool {
    client.call(&Request::get(shop::path(&format!("orders/{order}")))).status == 200
}

fn results(client: &mut Client, body: Vec<u8>) -> Vec<Value> {
    let events = Request::new("POST", shop::path("events")).typed("application/x-ndjson", body);
    let results = client.call(&events).expect(200);
    results["results"].as_array().expect("results").clone()
}

fn outcome(result: &Value) -> &str {
    result["outcome"].as_str().unwrap_or_default()
}

fn outcomes(results: &[Value]) -> Vec<&str> {
    results.iter().map(outcome).collect()
}

#[test]
fn a_bad_event_fails_alone_and_is_named() {
    let folder = folder();
    let server = Server::sandbox(folder.path());
    let mut client = server.client();
    shop::open(&mut client, 1_440, 100);
    for (number, case) in wrong_orders().into_iter().enumerate() {
        let placed = |name: &str| shop::placed(&format!("{name}-{number}"), "u1", shop::TEN);
        let (good, mut bad) = (placed("bad"), placed("bad"));
        let (parent, name) = case.pointer.rsplit_once('/').expect("a pointer");
        let parent = bad.pointer_mut(parent).expect("its parent");
        match name.parse::<usize>() {
            Ok(index) => parent[index] = case.value,
            Err(_) => parent[name] = case.value,
        }
        let batch = [placed("before"), bad.clone(), placed("after")];
        let results = results(&mut client, shop::ndjson(&batch).body);
        assert_eq!(outcomes(&results), ["applied", "rejected", "applied"], "{bad}: {results:?}");
        let rejected = &results[1];
        assert_eq!(rejected["code"], case.code, "{bad}: {rejected}");
        let named = rejected["violations"].as_array().map(Vec::as_slice).unwrap_or_default();
        let named = named.iter().any(|violation| violation["field"] == case.field);
        assert!(case.field == "-" || named, "{} is not named: {rejected}", case.field);
        assert!(!order_is_there(&mut client, &format!("bad-{number}")), "{bad}");
        // What was rejected is not remembered: mended, it is taken under the same id.
        assert_eq!(shop::tell(&mut client, &[good]), ["applied"], "{bad}");
    }
    let audited = run(folder.path(), &["audit", "--store", "sqlite:shop.db"]);
    assert_eq!(audited.code, Some(0), "{audited:?}");
}

#[test]
fn a_line_that_is_no_event_fails_alone() {
    let folder = folder();
    let server = serve(folder.path());
    let mut client = server.client();
    for (number, line) in not_events().into_iter().enumerate() {
        let placed = |name: &str| shop::placed(&format!("{name}-{number}"), "u9", shop::TEN).to_string();
        let lines = [placed("before").as_bytes(), &line, placed("after").as_bytes()].join(&b'\n');
        let results = results(&mut client, lines);
        let line = String::from_utf8_lossy(&line);
        assert_eq!(outcomes(&results), ["applied", "rejected", "applied"], "{line}");
        assert!(results[1]["detail"].as_str().is_some_and(|text| !text.is_empty()), "{line}");
    }
}

/// A single body that is no event at all is no list of results.
#[test]
fn a_body_that_is_no_event_is_malformed() {
    let folder = folder();
    let server = serve(folder.path());
    let mut client = server.client();
    let before = state(&mut client);
    let gzip = b"\x1f\x8b\x08\x00\x00\x00\x00\x00".to_vec();
    let array = br#"["1.0", "e1", "s", "order.cancelled", null, {"order_id": "o1"}]"#.to_vec();
    for body in not_events().into_iter().chain([Vec::new(), b" ".to_vec(), gzip, array]) {
        for kind in ["application/cloudevents+json", "application/json"] {
            let sent = Request::new("POST", shop::path("events")).typed(kind, body.clone());
            let answer = client.call(&sent);
            let text = String::from_utf8_lossy(&body);
            // Deep data is JSON, and its event is refused by its name.
            let deep = body.len() > 200 && answer.status == 200;
            assert!(deep || (answer.status, answer.code().as_str()) == (400, "malformed_body"), "{text}");
        }
    }
    assert_eq!(state(&mut client), before);
    // Types have no case.
    let event = shop::placed("case", "u1", shop::TEN).to_string();
    let sent = Request::new("POST", shop::path("events"));
    let sent = sent.typed("Application/CloudEvents+JSON; charset=UTF-8", event);
    assert_eq!(client.call(&sent).expect(200)["results"][0]["outcome"], "applied");
}

/// Money that cannot have come in or gone back changes nothing.
#[test]
fn wrong_money_changes_nothing() {
    let folder = folder();
    let server = serve(folder.path());
    let mut client = server.client();
    let before = state(&mut client);
    let whole = shop::PAYABLE;
    let pay = |client: &mut Client, amount: i64| {
        let mut paid = shop::paid("o1", "p1", None, shop::TEN + 20);
        paid["data"]["amount"] = json!(amount);
        assert_eq!(shop::tell(client, &[paid]), ["rejected"], "{amount} paid");
    };
    for amount in [-1, 0, i64::MAX, i64::MIN] {
        pay(&mut client, amount);
    }
    for amount in [-1, 0, whole + 1, i64::MAX, i64::MIN] {
        let refund = json!({ "order_id": "o3", "refund_id": "r1", "amount": amount });
        let refund = shop::event("refund.succeeded", "refund", shop::TEN + 20, &refund);
        assert_eq!(shop::tell(&mut client, &[refund]), ["rejected"], "{amount} refunded");
    }
    let nothing = json!({ "order_id": "o3", "refund_id": "r1", "amount": 0 });
    let nothing = shop::event("refund.succeeded", "refund", shop::TEN + 20, &nothing);
    let told = &results(&mut client, shop::ndjson(&[nothing]).body)[0];
    assert_eq!(told["violations"][0]["field"], "data.amount");
    // No lines are no wish for the whole rest.
    let none = json!({ "order_id": "o3", "refund_id": "r1", "lines": [] });
    let none = shop::event("refund.succeeded", "refund", shop::TEN + 20, &none);
    let told = &results(&mut client, shop::ndjson(&[none]).body)[0];
    assert_eq!((outcome(told), &told["violations"][0]["field"]), ("rejected", &json!("data.lines")));
    let batch = Request::new("POST", shop::path("events"));
    let batch = batch.typed("application/cloudevents-batch+json", "{}");
    assert_eq!(client.call(&batch).code(), "malformed_body");
    assert_eq!(state(&mut client), before);
    // What may have come in is kept with the order, to be sent back, and pays for nothing.
    pay(&mut client, whole - 1);
    pay(&mut client, whole + 1);
    let order = client.get(shop::path("orders/o1"));
    assert_eq!((&order["status"], &order["paid"]), (&json!("open"), &json!(0)));
    let kept = &order["payments"][0];
    assert_eq!((&kept["status"], &kept["amount"]), (&json!("late"), &json!(whole + 1)));
    let timeline = client.get(shop::path("orders/o1/timeline"));
    let entry = timeline["data"].as_array().and_then(|entries| entries.last()).expect("an entry");
    assert_eq!((&entry["what"], &entry["code"]), (&json!("payment.refused"), &json!("amount_mismatch")));
}
