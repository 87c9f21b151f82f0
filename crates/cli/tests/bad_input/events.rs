//! Events: a bad one fails alone, is named, and leaves nothing behind; mended, it is taken.

use crate::support::{Client, Request, Server, run, shop};
use crate::{folder, serve, state};
use serde_json::{Value, json};

/// What is changed in an event that places an order, and the code and field of the rejection.
fn wrong_orders() -> Vec<(&'static str, Value, &'static str, &'static str)> {
    let line = |id: &str| json!({ "line_id": id, "sku": "A", "quantity": 1, "unit_price": 1 });
    let off = |amount: i64| json!([{ "kind": "beans", "amount": amount, "funded_by": "platform" }]);
    let big: Value = serde_json::from_str("9223372036854775808").expect("2^63");
    let mut cases = vec![
        ("/specversion", json!("2.0"), "invalid_value", "specversion"),
        ("/id", json!(""), "required", "id"),
        ("/id", json!("x".repeat(201)), "too_long_text", "id"),
        ("/source", Value::Null, "required", "source"),
        ("/source", json!("x".repeat(201)), "too_long_text", "source"),
        ("/type", json!("order.lost"), "invalid_value", "type"),
        ("/type", Value::Null, "required", "type"),
        ("/time", json!("yesterday"), "invalid_value", "time"),
        (
            "/time",
            json!("2022-06-31T00:00:00Z"),
            "invalid_value",
            "time",
        ),
        (
            "/time",
            json!("2022-06-20T10:00:00+08:00"),
            "time_in_future",
            "",
        ),
        ("/data", json!("order"), "invalid_value", "data"),
        (
            "/data/order_id",
            json!(""),
            "invalid_value",
            "data.order_id",
        ),
        (
            "/data/order_id",
            json!("a b"),
            "invalid_value",
            "data.order_id",
        ),
        (
            "/data/order_id",
            json!("x".repeat(65)),
            "invalid_value",
            "data.order_id",
        ),
        ("/data/order_id", json!(7), "invalid_value", "data.order_id"),
        (
            "/data/customer_id",
            Value::Null,
            "invalid_value",
            "data.customer_id",
        ),
        ("/data/kind", json!("auction"), "invalid_value", "data.kind"),
        ("/data/goods", json!("ghost"), "invalid_value", "data.goods"),
        (
            "/data/cancel_at",
            json!("never"),
            "invalid_value",
            "data.cancel_at",
        ),
        ("/data/lines", json!([]), "invalid_value", "lines"),
        (
            "/data/lines",
            json!([line("l1"), line("l1")]),
            "invalid_value",
            "lines[1].line_id",
        ),
        (
            "/data/lines",
            json!(vec![line("l1"); 501]),
            "invalid_value",
            "lines",
        ),
        (
            "/data/discounts",
            off(-1),
            "invalid_value",
            "discounts[0].amount",
        ),
        (
            "/data/discounts",
            off(i64::MIN),
            "invalid_value",
            "discounts[0].amount",
        ),
        (
            "/data/discounts",
            off(i64::MAX),
            "invalid_value",
            "discounts[0].amount",
        ),
        (
            "/data/payable",
            json!(shop::PAYABLE - 1),
            "payable_mismatch",
            "",
        ),
    ];
    let amounts = [
        (
            "/data/lines/0/unit_price",
            "data.lines[0].unit_price",
            "lines[0].unit_price",
        ),
        ("/data/freight", "data.freight", "freight"),
        ("/data/payable", "data.payable", "payable"),
    ];
    for (pointer, read, checked) in amounts {
        for wrong in [
            json!(10.5),
            json!(1e308),
            json!("100"),
            Value::Null,
            big.clone(),
        ] {
            cases.push((pointer, wrong, "invalid_value", read));
        }
        for wrong in [-1, i64::MIN, i64::MAX] {
            cases.push((pointer, json!(wrong), "invalid_value", checked));
        }
    }
    let quantity = "/data/lines/0/quantity";
    for wrong in [json!(-1), json!(1.5), json!(1e308), json!("2")] {
        cases.push((quantity, wrong, "invalid_value", "data.lines[0].quantity"));
    }
    for wrong in [0, 1_000_001, u64::MAX] {
        cases.push((quantity, json!(wrong), "invalid_value", "lines[0].quantity"));
    }
    cases
}

/// Lines that are no events at all.
fn not_events() -> Vec<Vec<u8>> {
    let deep = format!("{{\"data\": {}{}}}", "[".repeat(200), "]".repeat(200));
    let mut lines = [
        "{",
        "null",
        "[]",
        "5",
        "\"event\"",
        "{} {}",
        "<order/>",
        deep.as_str(),
    ]
    .map(|text| text.as_bytes().to_vec())
    .to_vec();
    lines.push(b"{\"id\": \"\xff\"}".to_vec());
    lines
}

fn order_is_there(client: &mut Client, order: &str) -> bool {
    client
        .call(&Request::get(shop::path(&format!("orders/{order}"))))
        .status
        == 200
}

fn results(client: &mut Client, body: Vec<u8>) -> Vec<Value> {
    let events = Request::new("POST", shop::path("events")).typed("application/x-ndjson", body);
    let results = client.call(&events).expect(200);
    results["results"].as_array().expect("results").clone()
}

#[test]
fn a_bad_event_fails_alone_and_is_named() {
    let folder = folder();
    let server = Server::sandbox(folder.path());
    let mut client = server.client();
    shop::open(&mut client, 1_440, 100);
    for (number, (pointer, value, code, field)) in wrong_orders().into_iter().enumerate() {
        let placed = |name: &str| shop::placed(&format!("{name}-{number}"), "u1", shop::TEN);
        let (good, mut bad) = (placed("bad"), placed("bad"));
        let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
        bad.pointer_mut(parent).expect("its parent")[name] = value;
        let batch = [placed("before"), bad.clone(), placed("after")];
        let lines: String = batch.iter().map(|event| format!("{event}\n")).collect();
        let results = results(&mut client, lines.into_bytes());
        let outcomes: Vec<_> = results
            .iter()
            .map(|result| result["outcome"].as_str())
            .collect();
        let wanted = [Some("applied"), Some("rejected"), Some("applied")];
        assert_eq!(outcomes, wanted, "{bad}: {results:?}");
        assert_eq!(results[1]["code"], code, "{bad}: {}", results[1]);
        let named = results[1]["violations"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        let named = named.iter().any(|violation| violation["field"] == field);
        assert!(
            field.is_empty() || named,
            "{field} is not named: {}",
            results[1]
        );
        assert!(
            !order_is_there(&mut client, &format!("bad-{number}")),
            "{bad}"
        );
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
        let placed =
            |name: &str| shop::placed(&format!("{name}-{number}"), "u9", shop::TEN).to_string();
        let lines = [
            placed("before").as_bytes(),
            &line,
            placed("after").as_bytes(),
        ]
        .join(&b'\n');
        let results = results(&mut client, lines);
        let outcomes: Vec<_> = results
            .iter()
            .map(|result| result["outcome"].as_str())
            .collect();
        let line = String::from_utf8_lossy(&line);
        assert_eq!(
            outcomes,
            [Some("applied"), Some("rejected"), Some("applied")],
            "{line}"
        );
        assert!(
            results[1]["detail"]
                .as_str()
                .is_some_and(|text| !text.is_empty()),
            "{line}"
        );
    }
}

/// Money that cannot have come in or gone back changes nothing.
#[test]
fn wrong_money_changes_nothing() {
    let folder = folder();
    let server = serve(folder.path());
    let mut client = server.client();
    let before = state(&mut client);
    let whole = shop::PAYABLE;
    for amount in [-1, 0, whole - 1, whole + 1, i64::MAX, i64::MIN] {
        let mut paid = shop::paid("o1", "p1", None, shop::TEN + 20);
        paid["data"]["amount"] = json!(amount);
        let refund = json!({ "order_id": "o3", "refund_id": "r1", "amount": amount });
        let refund = shop::event("refund.succeeded", "refund", shop::TEN + 20, &refund);
        let told = shop::tell(&mut client, &[paid]);
        assert_eq!(told, ["rejected"], "{amount} paid");
        if amount != whole - 1 {
            assert_eq!(
                shop::tell(&mut client, &[refund]),
                ["rejected"],
                "{amount} refunded"
            );
        }
    }
    let batch = Request::new("POST", shop::path("events"));
    let batch = batch.typed("application/cloudevents-batch+json", "{}");
    assert_eq!(client.call(&batch).code(), "malformed_body");
    assert_eq!(state(&mut client), before);
}
