//! Quotes by given facts, with facts that no quote has handed out.

use crate::support::{Request, shop};
use crate::{Case, fault, refuse_all};
use serde_json::{Value, json};

/// Facts that cannot be read, a line each: the field that is named, and the facts.
const UNREADABLE: &str = r#"
facts                              5
facts                              "none"
facts.weather                      {"weather": "fine"}
facts.more_coupons                 {"more_coupons": 1}
facts.free_shipping                {"free_shipping": 5}
facts.free_shipping.fee            {"free_shipping": {"threshold": 100}}
facts.free_shipping.tax            {"free_shipping": {"threshold": 100, "fee": 5, "tax": 1}}
facts.free_shipping.fee            {"free_shipping": {"threshold": 100, "fee": 5.5}}
facts.free_shipping.fee            {"free_shipping": {"threshold": 100, "fee": 9223372036854775808}}
facts.orders[0].paid               {"orders": [{"order_id": "o1", "lines": [], "paid": 1}]}
facts.orders[0].lines              {"orders": [{"order_id": "o1"}]}
facts.orders[0].order_id           {"orders": [{"order_id": "' OR 1=1\u0000", "lines": []}]}
facts.orders[0].lines[0].sku       {"orders": [{"order_id": "o1", "lines": [{"line_id": "l1"}]}]}
facts.coupons[0].coupon_id         {"coupons": [{"kind": "shop"}]}
facts.coupons[0].owner             {"coupons": [{"coupon_id": "k1", "owner": "u2"}]}
facts.coupons[0].kind              {"coupons": [{"coupon_id": "k1", "kind": "gold"}]}
facts.coupons[0].barred            {"coupons": [{"coupon_id": "k1", "barred": "weather"}]}
facts.coupons[0].terms.spend       {"coupons": [{"coupon_id": "k1", "terms": {"save": 1}}]}
facts.coupons[0].terms.scope.ends  {"coupons": [{"coupon_id": "k1", "terms": {"spend": 1, "scope": {"mode": "all", "ends": 1}}}]}
facts.coupons[0].terms.starts_at   {"coupons": [{"coupon_id": "k1", "terms": {"spend": 1, "starts_at": "noon"}}]}
facts.coupons[0].terms.percent_off {"coupons": [{"coupon_id": "k1", "terms": {"spend": 1, "percent_off": 101}}]}
"#;

/// Facts that can be read and cannot be: the code, the field that is named, and the facts.
const IMPOSSIBLE: &str = r#"
required        facts.coupons               {}
negative_amount facts.free_shipping.fee     {"free_shipping": {"threshold": 100, "fee": -1}}
out_of_range    facts.free_shipping.fee     {"free_shipping": {"threshold": 100, "fee": 9223372036854775807}}
invalid_value   facts.coupons[0].coupon_id  {"coupons": [{"coupon_id": "k2", "barred": "not_found"}]}
duplicate       facts.coupons[1].coupon_id  {"coupons": [{"coupon_id": "k1", "barred": "not_found"}, {"coupon_id": "k1", "barred": "not_found"}]}
invalid_value   facts.coupons[0].terms      {"coupons": [{"coupon_id": "k1"}]}
invalid_value   facts.coupons[0].barred     {"coupons": [{"coupon_id": "k1", "barred": "sold_out"}]}
invalid_value   facts.more_coupons          {"coupons": [{"coupon_id": "k1", "barred": "not_found"}], "more_coupons": true}
invalid_value   facts.orders[0].lines[0].line_id {"orders": [{"order_id": "o1", "lines": [{"line_id": "l1", "sku": "A", "quantity": 1, "unit_price": 1, "campaign_id": "p1", "deposit": 0, "gain": 0}]}]}
negative_amount facts.orders[0].lines[0].gain    {"orders": [{"order_id": "o1", "lines": [{"line_id": "l1", "sku": "A", "quantity": 1, "unit_price": 1, "campaign_id": "p1", "deposit": 0, "gain": -1}]}]}
"#;

fn ask(facts: &Value) -> Value {
    json!({
        "customer_id": "u1", "coupons": ["k1"], "now": shop::at(shop::TEN), "rule_version": 0, "facts": facts,
        "lines": [{ "line_id": "l1", "sku": "A", "quantity": 1, "unit_price": 10_000 }],
    })
}

fn quote(body: &Value) -> Request {
    Request::post(shop::path("quotes"), body)
}

/// The first word of a line, and what follows it.
fn word(line: &'static str) -> (&'static str, &'static str) {
    let (word, rest) = line.split_once(' ').expect("another word");
    (word, rest.trim_start())
}

fn facts(text: &str) -> Value {
    serde_json::from_str(text).expect(text)
}

#[test]
fn facts_that_no_quote_has_handed_out_are_refused_by_name() {
    let mut cases: Vec<Case> = Vec::new();
    for line in UNREADABLE.trim().lines() {
        let (field, text) = word(line);
        cases.push(fault(quote(&ask(&facts(text))), "invalid_body", field));
    }
    for line in IMPOSSIBLE.trim().lines() {
        let (code, rest) = word(line);
        let (field, text) = word(rest);
        let violation = |case: Case| Case { violation: code, ..case };
        cases.push(violation(fault(quote(&ask(&facts(text))), "invalid_value", field)));
    }
    let fine = json!({ "coupons": [{ "coupon_id": "k1", "barred": "not_found" }] });
    for field in ["now", "rule_version"] {
        let mut body = ask(&fine);
        body.as_object_mut().expect("an object").remove(field);
        cases.push(fault(quote(&body), "invalid_value", field));
    }
    let many: Vec<Value> =
        (0..201).map(|n| json!({ "coupon_id": format!("k{n}"), "barred": "not_found" })).collect();
    cases.push(fault(quote(&ask(&json!({ "coupons": many }))), "invalid_value", "facts.coupons"));
    refuse_all(&cases);
}
