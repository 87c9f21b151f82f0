//! Bodies: not JSON, of the wrong shape, or with values that no field takes.

use crate::support::{Request, shop};
use crate::{Case, case, fault, refuse_all};
use serde_json::{Value, json};

/// Figures that no amount, count or number of minutes is. The last two do not fit into 64 bits.
fn figures() -> Vec<Value> {
    let wrong =
        r#"[-1, 10.5, 1e308, "100", true, [], {}, 9223372036854775808, -9223372036854775809]"#;
    serde_json::from_str(wrong).expect("JSON")
}

/// What is no JSON, whoever reads it.
fn not_json() -> Vec<Vec<u8>> {
    let deep = [b"[".repeat(200), b"]".repeat(200)].concat();
    let nested = format!(
        "{{\"name\": {}}}",
        String::from_utf8(deep.clone()).expect("brackets")
    );
    let texts = [
        "",
        " ",
        "{",
        "}",
        "{\"name\"",
        "{'name': 'x'}",
        "{} {}",
        "{\"name\": NaN}",
        "nul",
        "\u{feff}{}",
    ];
    let texts = texts.into_iter().map(|text| text.as_bytes().to_vec());
    texts
        .chain([
            b"{\"name\": \"\xff\xfe\"}".to_vec(),
            b"\x00".to_vec(),
            b"{\"a\": \"\\ud800\"}".to_vec(),
        ])
        .chain([deep, nested.into_bytes()])
        .collect()
}

fn shop_address() -> String {
    format!("/v1/shops/{}", shop::SHOP)
}

/// A body of one kind with one field changed.
fn changed(base: &Value, pointer: &str, value: Value) -> Value {
    let mut body = base.clone();
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
    body.pointer_mut(parent).expect("the parent is there")[name] = value;
    body
}

#[test]
fn what_is_not_json_is_malformed() {
    let asked = |body: Vec<u8>| {
        let with = |request: Request| {
            case(
                request.typed("application/json", body.clone()),
                400,
                "malformed_body",
            )
        };
        [
            with(Request::new("PUT", shop_address())),
            with(Request::new("POST", shop::path("campaigns"))),
            with(Request::new("POST", shop::path("orders/o1/payments"))),
            with(Request::new("PUT", "/v1/sandbox/clock")),
        ]
    };
    let cases: Vec<Case> = not_json().into_iter().flat_map(asked).collect();
    refuse_all(&cases);
}

#[test]
fn a_shop_with_a_wrong_field_is_refused_by_name() {
    let good =
        json!({ "name": "Teas", "kind": "sop", "free_shipping": { "threshold": 1, "fee": 1 } });
    let put =
        |pointer: &str, value: Value| Request::put(shop_address(), &changed(&good, pointer, value));
    let mut cases = vec![
        fault(put("/name", json!(5)), "invalid_body", "name"),
        fault(put("/name", Value::Null), "invalid_body", "name"),
        fault(put("/name", json!("")), "invalid_value", "name"),
        fault(
            put("/name", json!("x".repeat(101))),
            "invalid_value",
            "name",
        ),
        fault(put("/kind", json!("bazaar")), "invalid_body", "kind"),
        fault(put("/colour", json!("red")), "invalid_body", "colour"),
        fault(put("/currency", json!("yuan")), "invalid_value", "currency"),
        fault(
            put("/time_zone", json!("Mars/Olympus")),
            "invalid_body",
            "time_zone",
        ),
        fault(
            put("/quiet_hours", json!({ "from": "25:00", "to": "07:00" })),
            "invalid_body",
            "quiet_hours",
        ),
        fault(
            put("/quiet_hours", json!({ "from": "22:00" })),
            "invalid_body",
            "quiet_hours.to",
        ),
        fault(
            put("/push_lead_minutes", json!(u32::MAX)),
            "invalid_value",
            "push_lead_minutes",
        ),
        fault(
            put("/payment_timeout_minutes", json!(4)),
            "invalid_value",
            "payment_timeout_minutes",
        ),
        fault(
            put("/free_shipping/fee", json!(-1)),
            "invalid_value",
            "free_shipping",
        ),
        fault(
            Request::put(shop_address(), &json!({ "name": "Teas" })),
            "invalid_body",
            "kind",
        ),
        fault(
            Request::put(shop_address(), &json!({})),
            "invalid_body",
            "name",
        ),
    ];
    for wrong in figures() {
        let minutes = put("/payment_timeout_minutes", wrong.clone());
        cases.push(fault(minutes, "invalid_body", "payment_timeout_minutes"));
        if wrong != json!(-1) {
            cases.push(fault(
                put("/free_shipping/threshold", wrong),
                "invalid_body",
                "free_shipping.threshold",
            ));
        }
    }
    for body in [json!(null), json!([]), json!("shop"), json!(1)] {
        cases.push(case(
            Request::put(shop_address(), &body),
            422,
            "invalid_body",
        ));
    }
    refuse_all(&cases);
}

#[test]
fn terms_with_a_wrong_value_are_refused_by_name() {
    let good = shop::campaign(100);
    let post = |pointer: &str, value: Value| {
        let body = changed(&changed(&good, "/campaign_id", json!("c2")), pointer, value);
        Request::post(shop::path("campaigns"), &body)
    };
    let wrong =
        |pointer: &str, field, value: Value| fault(post(pointer, value), "invalid_terms", field);
    let mut cases = Vec::new();
    for (pointer, field) in [
        ("/terms/spend", "terms.spend"),
        ("/terms/save", "terms.save"),
        ("/terms/quantity", "terms.quantity"),
        (
            "/terms/trigger_after_minutes",
            "terms.trigger_after_minutes",
        ),
        ("/terms/coupon_valid_hours", "terms.coupon_valid_hours"),
        ("/terms/holdout_percent", "terms.holdout_percent"),
    ] {
        cases.extend(
            figures()
                .into_iter()
                .map(|value| wrong(pointer, field, value)),
        );
    }
    let many: Vec<String> = (0..20_001).map(|number| format!("SKU-{number}")).collect();
    cases.extend([
        wrong("/terms/spend", "terms.spend", json!(0)),
        wrong("/terms/save", "terms.save", json!(i64::MAX)),
        wrong("/terms/quantity", "terms.quantity", json!(9)),
        wrong("/terms/quantity", "terms.quantity", json!(2_000_001)),
        wrong(
            "/terms/trigger_after_minutes",
            "terms.trigger_after_minutes",
            json!(121),
        ),
        wrong(
            "/terms/coupon_valid_hours",
            "terms.coupon_valid_hours",
            json!(u32::MAX),
        ),
        wrong("/terms/bind", "terms.bind", json!("nobody")),
        wrong("/terms/spent", "terms.spent", json!(1)),
        wrong("/terms", "terms", json!([])),
        wrong("/terms", "terms.trigger_after_minutes", json!({})),
        wrong("/name", "name", json!(7)),
        wrong("/name", "name", json!("x".repeat(101))),
        wrong("/kind", "kind", json!("lottery")),
        wrong("/starts_at", "starts_at", json!("soon")),
        wrong("/starts_at", "starts_at", json!(1_654_819_200)),
        wrong("/ends_at", "ends_at", json!("2022-06-10T09:00:00+08:00")),
        wrong("/ends_at", "ends_at", json!("9999-12-31T23:59:59Z")),
        wrong("/scope", "scope.mode", json!({ "mode": "grey" })),
        wrong(
            "/scope",
            "scope.skus[0]",
            json!({ "mode": "whitelist", "skus": ["a b"] }),
        ),
        wrong(
            "/scope",
            "scope.skus",
            json!({ "mode": "whitelist", "skus": many }),
        ),
        wrong("/campaign_id", "campaign_id", json!("a/b")),
        wrong("/publish", "publish", json!("yes")),
        wrong("/budget", "budget", json!(1)),
    ]);
    refuse_all(&cases);
}

#[test]
fn claims_payments_and_refunds_with_a_wrong_field_are_refused_by_name() {
    let post = |rest: &str, body: Value| Request::post(shop::path(rest), &body);
    let claim = |body| {
        fault(
            post("orders/o1/offers/x1/claim", body),
            "invalid_body",
            "customer_id",
        )
    };
    let pay = |field, body| fault(post("orders/o1/payments", body), "invalid_body", field);
    let refund = |field, body| fault(post("orders/o3/refunds", body), "invalid_body", field);
    let mut cases = vec![
        claim(json!({})),
        claim(json!({ "customer_id": "" })),
        claim(json!({ "customer_id": "a b" })),
        claim(json!({ "customer_id": "x".repeat(65) })),
        claim(json!({ "customer_id": ["u1"] })),
        pay("payment_id", json!({ "method": "jd_pay" })),
        pay(
            "payment_id",
            json!({ "payment_id": "茶", "method": "jd_pay" }),
        ),
        pay("method", json!({ "payment_id": "p1", "method": "cash" })),
        pay(
            "coupon_id",
            json!({ "payment_id": "p1", "method": "jd_pay", "coupon_id": "' OR 1=1" }),
        ),
        pay(
            "amount",
            json!({ "payment_id": "p1", "method": "jd_pay", "amount": 1 }),
        ),
        refund("refund_id", json!({ "amount": 1 })),
        refund("fault", json!({ "refund_id": "r1", "fault": "weather" })),
        fault(post("webhooks", json!({ "url": 5 })), "invalid_body", "url"),
        fault(
            post(
                "webhooks",
                json!({ "url": "https://example.com/", "types": ["all"] }),
            ),
            "invalid_body",
            "types",
        ),
        fault(
            Request::put(shop::path("risk/customers/u1"), &json!({ "list": "grey" })),
            "invalid_body",
            "list",
        ),
        case(
            Request::put(shop::path("risk/customers/u1"), &json!({ "list": "block" })),
            422,
            "required",
        ),
    ];
    for wrong in figures().into_iter().filter(|wrong| *wrong != json!(-1)) {
        cases.push(refund(
            "amount",
            json!({ "refund_id": "r1", "amount": wrong }),
        ));
        let lines = json!({ "refund_id": "r1", "lines": [{ "line_id": "l1", "quantity": wrong }] });
        cases.push(match wrong.as_u64() {
            // A count, though more than there ever was.
            Some(_) => case(post("orders/o3/refunds", lines), 409, "exceeds_paid"),
            None => refund("lines[0].quantity", lines),
        });
    }
    for amount in [-1, 0, i64::MIN] {
        let body = json!({ "refund_id": "r1", "amount": amount });
        cases.push(case(post("orders/o3/refunds", body), 422, "out_of_range"));
    }
    for amount in [shop::PAYABLE + 1, i64::MAX] {
        let body = json!({ "refund_id": "r1", "amount": amount });
        cases.push(case(post("orders/o3/refunds", body), 409, "exceeds_paid"));
    }
    refuse_all(&cases);
}
