//! Money to return over HTTP (A-G-15): the list with its pages, what is asked and assigned, the metric.

mod support;

use serde_json::{Value, json};
use support::{Client, Request, Server, shop};

fn post(rest: &str, body: &Value) -> Request {
    Request::post(shop::path(rest), body)
}

#[track_caller]
fn refused(client: &mut Client, request: &Request, status: u16, code: &str) {
    let answer = client.call(request);
    assert_eq!((answer.status, answer.code().as_str()), (status, code), "{}", answer.text());
}

fn paid(order: &str, payment: &str, minutes: i64) -> Value {
    let mut event = shop::paid(order, payment, None, minutes);
    event["id"] = json!(format!("{order}-{payment}"));
    event
}

/// The list in pages of so many rows: order, payment, amount.
fn listed(client: &mut Client, limit: usize) -> Vec<(String, String, i64)> {
    let (mut rows, mut cursor) = (Vec::new(), String::new());
    loop {
        let mut address = form(&[("limit", &limit.to_string())]);
        if !cursor.is_empty() {
            address = form(&[("limit", &limit.to_string()), ("cursor", &cursor)]);
        }
        let page = client.get(shop::path(&format!("money-to-return?{address}")));
        let data = page["data"].as_array().expect("rows");
        assert!(data.len() <= limit);
        let text = |row: &Value, name: &str| row[name].as_str().expect("a text").to_owned();
        let row = |row: &Value| {
            (text(row, "order_id"), text(row, "payment_id"), row["amount"].as_i64().expect("an amount"))
        };
        rows.extend(data.iter().map(row));
        match page["next_cursor"].as_str() {
            Some(next) => next.clone_into(&mut cursor),
            None => return rows,
        }
    }
}

/// A query, percent-encoded.
fn form(pairs: &[(&str, &str)]) -> String {
    let encode = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<Vec<_>>().concat();
    let pairs = pairs.iter().map(|(name, value)| format!("{name}={}", encode(value)));
    pairs.collect::<Vec<_>>().join("&")
}

#[test]
fn a_g_15_money_to_return_is_listed_until_it_has_gone() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let server = Server::sandbox(folder.path());
    let mut client = server.client();
    let client = &mut client;
    shop::open(client, 1_440, 100);
    let mut events = Vec::new();
    for order in ["o1", "o2", "o3"] {
        events.push(shop::placed(order, "u1", shop::TEN));
        events.extend((1..=4).map(|number| paid(order, &format!("p{number}"), shop::TEN + number)));
    }
    client.call(&shop::clock(shop::TEN + 10)).expect(200);
    shop::tell(client, &events);
    let whole = listed(client, 200);
    assert_eq!(whole.len(), 9);
    assert_eq!(whole[0], ("o1".into(), "p2".into(), shop::PAYABLE));
    for limit in [1, 2, 3, 4, 9] {
        assert_eq!(listed(client, limit), whole, "{limit} a page");
    }
    let figures = client.call(&Request::new("GET", "/metrics".to_owned())).text();
    assert!(figures.contains("promenade_money_to_return 9"), "{figures}");

    // It may be of either: say so, or name it.
    let ask = json!({ "refund_id": "r1", "amount": shop::PAYABLE });
    refused(client, &post("orders/o1/refunds", &ask), 409, "refund_ambiguous");
    let named = json!({ "refund_id": "r1", "amount": shop::PAYABLE, "payment_id": "p3" });
    let refund = client.call(&post("orders/o1/refunds", &named)).expect(201);
    let way = json!([{ "payment_id": "p3", "method": "jd_pay", "amount": shop::PAYABLE }]);
    assert_eq!((&refund["payments"], &refund["of"]), (&way, &json!("refused")));
    refused(
        client,
        &post("orders/o1/refunds", &json!({ "refund_id": "r2", "payment_id": "p9" })),
        404,
        "not_found",
    );

    let told = |id: &str| {
        let data = json!({ "order_id": "o2", "refund_id": "r1", "amount": shop::PAYABLE });
        shop::event("refund.succeeded", id, shop::TEN + 9, &data)
    };
    shop::tell(client, &[told("refund-o2")]);
    let list = client.get(shop::path("money-to-return?limit=4"));
    let row = list["data"].as_array().expect("rows").iter().find(|row| row["order_id"] == "o2").expect("o2");
    assert_eq!((&row["reason"], &row["refunds"]), (&json!("refund_ambiguous"), &json!(["r1"])));
    for wrong in [json!({}), json!({ "payment_id": "p2", "lines": [{ "line_id": "l1", "quantity": 2 }] })] {
        refused(client, &post("orders/o2/refunds/r1/assign", &wrong), 422, "invalid_body");
    }
    let half = json!({ "lines": [{ "line_id": "l1", "quantity": 1 }] });
    refused(client, &post("orders/o2/refunds/r1/assign", &half), 409, "idempotency_conflict");
    refused(client, &post("orders/o2/refunds/r9/assign", &half), 404, "not_found");
    let whole = json!({ "lines": [{ "line_id": "l1", "quantity": 2 }] });
    let refund = client.call(&post("orders/o2/refunds/r1/assign", &whole)).expect(200);
    assert_eq!(refund["amount"], shop::PAYABLE);
    assert_eq!(
        refund["payments"],
        json!([{ "payment_id": "p1", "method": "jd_pay", "amount": shop::PAYABLE }])
    );
    let order = client.get(shop::path("orders/o2"));
    assert_eq!((&order["refunded"], &order["refunds"][0]), (&json!(shop::PAYABLE), &refund));
    assert_eq!(listed(client, 200).len(), 8);
    for cursor in ["x", "[1]", "%5B%22o1%22%5D"] {
        let request = Request::new("GET", shop::path(&format!("money-to-return?cursor={cursor}")));
        refused(client, &request, 422, "invalid_body");
    }
    let audited = support::run(folder.path(), &["audit", "--store", "sqlite:shop.db"]);
    assert_eq!(audited.code, Some(0), "{audited:?}");
}
