//! Bodies: not JSON, of the wrong shape, or with values that no field takes.

use crate::support::{Request, shop};
use crate::{Case, case, fault, folder, refuse_all, serve};
use serde_json::{Value, json};

/// Figures that no amount, count or number of minutes is. The last two do not fit into 64 bits.
pub fn figures() -> Vec<Value> {
    let wrong = r#"[-1, 10.5, 1e308, "100", true, [], {}, 9223372036854775808, -9223372036854775809]"#;
    serde_json::from_str(wrong).expect("JSON")
}

/// What is no JSON, whoever reads it.
fn not_json() -> Vec<Vec<u8>> {
    let deep = [b"[".repeat(200), b"]".repeat(200)].concat();
    let nested = format!("{{\"name\": {}}}", String::from_utf8(deep.clone()).expect("brackets"));
    let texts =
        ["", " ", "{", "}", "{\"name\"", "{'name': 'x'}", "{} {}", "{\"name\": NaN}", "nul", "\u{feff}{}"];
    let texts = texts.into_iter().map(|text| text.as_bytes().to_vec());
    texts
        .chain([b"{\"name\": \"\xff\xfe\"}".to_vec(), b"\x00".to_vec(), b"{\"a\": \"\\ud800\"}".to_vec()])
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
        let with =
            |request: Request| case(request.typed("application/json", body.clone()), 400, "malformed_body");
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
    let good = json!({ "name": "Teas", "kind": "sop", "free_shipping": { "threshold": 1, "fee": 1 } });
    let put = |pointer: &str, value: Value| Request::put(shop_address(), &changed(&good, pointer, value));
    let mut cases = vec![
        fault(put("/name", json!(5)), "invalid_body", "name"),
        fault(put("/name", Value::Null), "invalid_body", "name"),
        fault(put("/name", json!("")), "invalid_value", "name"),
        fault(put("/name", json!("x".repeat(101))), "invalid_value", "name"),
        fault(put("/kind", json!("bazaar")), "invalid_body", "kind"),
        fault(put("/kind", Value::Null), "invalid_body", "kind"),
        fault(put("/kind", json!({})), "invalid_body", "kind"),
        fault(put("/colour", json!("red")), "invalid_body", "colour"),
        fault(put("/currency", json!("yuan")), "invalid_value", "currency"),
        fault(put("/time_zone", json!("Mars/Olympus")), "invalid_body", "time_zone"),
        fault(put("/quiet_hours", json!({ "from": "25:00", "to": "07:00" })), "invalid_body", "quiet_hours"),
        fault(put("/quiet_hours", json!({ "from": "22:00" })), "invalid_body", "quiet_hours.to"),
        fault(put("/push_lead_minutes", json!(u32::MAX)), "invalid_value", "push_lead_minutes"),
        fault(put("/payment_timeout_minutes", json!(4)), "invalid_value", "payment_timeout_minutes"),
        fault(put("/free_shipping/fee", json!(-1)), "invalid_value", "free_shipping"),
        fault(Request::put(shop_address(), &json!({ "name": "Teas" })), "invalid_body", "kind"),
        fault(Request::put(shop_address(), &json!({})), "invalid_body", "name"),
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
        cases.push(case(Request::put(shop_address(), &body), 422, "invalid_body"));
    }
    refuse_all(&cases);
}

/// A field that stands twice is a slip of the pen, however deep it lies; a change does not publish.
#[test]
fn a_campaign_says_everything_once_and_a_change_does_not_publish() {
    let text = shop::campaign(100).to_string().replace("\"c1\"", "\"c2\"");
    let twice = |text: String, field: &'static str| {
        let request = Request::new("POST", shop::path("campaigns")).typed("application/json", text);
        fault(request, "invalid_body", field)
    };
    let change = |body: Value| {
        let change = Request::new("PATCH", shop::path("campaigns/c1"));
        change.typed("application/json", body.to_string())
    };
    refuse_all(&[
        twice(text.replacen("\"spend\":", "\"spend\": 20000, \"spend\":", 1), "terms.spend"),
        twice(text.replacen('{', r#"{"scope": {"mode": "all", "mode": "blacklist"}, "#, 1), "scope.mode"),
        twice(text.replacen('{', r#"{"name": "July", "#, 1), "name"),
        fault(change(json!({ "publish": true })), "invalid_terms", "publish"),
        fault(change(json!({ "name": "July", "publish": false })), "invalid_terms", "publish"),
    ]);
}

/// Fields of a campaign that take a number, and what they are called.
const COUNTED: [(&str, &str); 6] = [
    ("/terms/spend", "terms.spend"),
    ("/terms/save", "terms.save"),
    ("/terms/quantity", "terms.quantity"),
    ("/terms/trigger_after_minutes", "terms.trigger_after_minutes"),
    ("/terms/coupon_valid_hours", "terms.coupon_valid_hours"),
    ("/terms/holdout_percent", "terms.holdout_percent"),
];

/// What is changed in a campaign, a line each: where, the field that is named, and the value.
const WRONG_TERMS: &str = r#"
/terms/spend       terms.spend       0
/terms/save        terms.save        9223372036854775807
/terms/quantity    terms.quantity    9
/terms/quantity    terms.quantity    2000001
/terms/trigger_after_minutes terms.trigger_after_minutes 121
/terms/coupon_valid_hours terms.coupon_valid_hours 4294967295
/terms/bind        terms.bind        "nobody"
/terms/spent       terms.spent       1
/terms             terms             []
/terms             terms.trigger_after_minutes {}
/name              name              7
/kind              kind              "lottery"
/starts_at         starts_at         "soon"
/starts_at         starts_at         1654819200
/ends_at           ends_at           "2022-06-10T09:00:00+08:00"
/ends_at           ends_at           "9999-12-31T23:59:59Z"
/scope             scope.mode        {"mode": "grey"}
/scope             scope.mode        {}
/scope             scope             ["whitelist", ["A"]]
/scope             scope.skus[0]     {"mode": "whitelist", "skus": ["a\u2028b"]}
/scope             scope.categories[0] {"mode": "whitelist", "categories": ["a "]}
/campaign_id       campaign_id       "a/b"
/publish           publish           "yes"
/budget            budget            1
"#;

#[test]
fn terms_with_a_wrong_value_are_refused_by_name() {
    let good = changed(&shop::campaign(100), "/campaign_id", json!("c2"));
    let wrong = |pointer: &str, field: &'static str, value: Value| {
        let body = changed(&good, pointer, value);
        fault(Request::post(shop::path("campaigns"), &body), "invalid_terms", field)
    };
    let mut cases = Vec::new();
    for (pointer, field) in COUNTED {
        cases.extend(figures().into_iter().map(|value| wrong(pointer, field, value)));
    }
    for line in WRONG_TERMS.trim().lines() {
        let (pointer, rest) = line.split_once(' ').expect("a field");
        let (field, value) = rest.trim_start().split_once(' ').expect("a value");
        cases.push(wrong(pointer, field, serde_json::from_str(value).expect(value)));
    }
    let many: Vec<String> = (0..20_001).map(|number| format!("SKU-{number}")).collect();
    cases.push(wrong("/scope", "scope.skus", json!({ "mode": "whitelist", "skus": many })));
    cases.push(wrong("/name", "name", json!("x".repeat(101))));
    refuse_all(&cases);
}

/// S0-R13: what is checked beforehand and what is created agree; a draft may get its list by import.
#[test]
fn s0_r13_a_draft_may_start_without_its_list_and_is_told_so() {
    let folder = folder();
    let server = serve(folder.path());
    let mut client = server.client();
    let base = changed(&shop::campaign(100), "/campaign_id", json!("c2"));
    let mut base = changed(&base, "/scope", json!({ "mode": "whitelist", "skus": [] }));
    base["starts_at"] = json!("2022-06-11T10:00:00+08:00");
    for (publish, status) in [(true, 422), (false, 201)] {
        let body = changed(&base, "/publish", json!(publish));
        let told = client.call(&Request::post(shop::path("campaigns/validate"), &body)).expect(200);
        let found: Vec<_> = told["violations"].as_array().expect("a list").iter().collect();
        assert_eq!(found.is_empty(), !publish, "{told}");
        assert!(found.iter().all(|violation| violation["field"] == "scope.skus"), "{told}");
        assert_eq!(client.call(&Request::post(shop::path("campaigns"), &body)).status, status);
    }
}
