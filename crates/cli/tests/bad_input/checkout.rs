//! Claims, payments, refunds and the rest of what a shop sends, with wrong fields.

use crate::bodies::figures;
use crate::support::{Request, shop};
use crate::{case, fault, refuse_all};
use serde_json::{Value, json};

/// Bodies, a line each: the address in the shop, the field that is named, and the body.
const WRONG: &str = r#"
orders/o1/offers/x1/claim customer_id {}
orders/o1/offers/x1/claim customer_id {"customer_id": ""}
orders/o1/offers/x1/claim customer_id {"customer_id": "a "}
orders/o1/offers/x1/claim customer_id {"customer_id": ["u1"]}
orders/o1/offers/x1/claim body ["u1"]
orders/o3/refunds  lines[0] {"refund_id": "r1", "lines": [["l1", 1]]}
orders/o1/payments payment_id {"method": "jd_pay"}
orders/o1/payments payment_id {"payment_id": "茶\u0000", "method": "jd_pay"}
orders/o1/payments method     {"payment_id": "p1", "method": "cash"}
orders/o1/payments coupon_id  {"payment_id": "p1", "method": "jd_pay", "coupon_id": "' OR 1=1"}
orders/o1/payments amount     {"payment_id": "p1", "method": "jd_pay", "amount": 1}
orders/o3/refunds  refund_id  {"amount": 1}
orders/o3/refunds  fault      {"refund_id": "r1", "fault": "weather"}
orders/o3/refunds  lines      {"refund_id": "r1", "lines": []}
webhooks           url        {"url": 5}
webhooks           types      {"url": "https://example.com/", "types": ["all"]}
"#;

fn post(rest: &str, body: &Value) -> Request {
    Request::post(shop::path(rest), body)
}

#[test]
fn what_shops_and_customers_send_is_refused_by_name() {
    let mut cases = Vec::new();
    for line in WRONG.trim().lines() {
        let (rest, field) = line.split_once(' ').expect("a field");
        let (field, body) = field.trim_start().split_once(' ').expect("a body");
        let body = serde_json::from_str(body.trim_start()).expect(body);
        cases.push(fault(post(rest, &body), "invalid_body", field));
    }
    let long = json!({ "customer_id": "x".repeat(129) });
    let claim = post("orders/o1/offers/x1/claim", &long);
    let list = |body: Value| Request::put(shop::path("risk/customers/u1"), &body);
    let reason = "x".repeat(1_001);
    cases.extend([
        fault(claim, "invalid_body", "customer_id"),
        fault(list(json!({ "list": "grey" })), "invalid_body", "list"),
        fault(list(json!({ "list": "block" })), "required", "reason"),
        fault(list(json!({ "list": "block", "reason": reason })), "too_long_text", "reason"),
    ]);
    refuse_all(&cases);
}

#[test]
fn refunds_of_what_never_was_are_refused() {
    let refund = |body: Value| post("orders/o3/refunds", &body);
    let mut cases = Vec::new();
    for wrong in figures().into_iter().filter(|wrong| *wrong != json!(-1)) {
        let amount = refund(json!({ "refund_id": "r1", "amount": wrong }));
        cases.push(fault(amount, "invalid_body", "amount"));
        let lines = json!([{ "line_id": "l1", "quantity": wrong }]);
        let lines = refund(json!({ "refund_id": "r1", "lines": lines }));
        cases.push(match wrong.as_u64() {
            // A count, though more than there ever was.
            Some(_) => case(lines, 409, "exceeds_paid"),
            None => fault(lines, "invalid_body", "lines[0].quantity"),
        });
    }
    for amount in [-1, 0, i64::MIN] {
        let body = json!({ "refund_id": "r1", "amount": amount });
        cases.push(fault(refund(body), "out_of_range", "amount"));
    }
    for amount in [shop::PAYABLE + 1, i64::MAX] {
        let body = json!({ "refund_id": "r1", "amount": amount });
        cases.push(case(refund(body), 409, "exceeds_paid"));
    }
    let unpaid = json!({ "refund_id": "r1" });
    cases.push(case(post("orders/o1/refunds", &unpaid), 409, "order_unpaid"));
    refuse_all(&cases);
}
