//! A shop, its campaign and its orders: requests and events, ready to be sent.
//!
//! Everything happens from Friday 2022-06-10 on; moments are minutes after its midnight in Shanghai.

use super::{Client, Request};
use serde_json::{Value, json};

pub const SHOP: &str = "s1";
pub const CAMPAIGN: &str = "c1";
/// What an order costs, and what its coupon takes off.
pub const PAYABLE: i64 = 12_000;
pub const SAVE: i64 = 500;
/// The campaign runs from here.
pub const TEN: i64 = 600;
/// The coupon is shown so many minutes after the order.
pub const TRIGGER: i64 = 15;

/// A moment as RFC 3339.
pub fn at(minutes: i64) -> String {
    let (day, minute) = (10 + minutes / 1_440, minutes % 1_440);
    assert!((10..=30).contains(&day), "the days of June are used up");
    format!("2022-06-{day}T{:02}:{:02}:00+08:00", minute / 60, minute % 60)
}

/// An address of the shop.
pub fn path(rest: &str) -> String {
    format!("/v1/shops/{SHOP}/{rest}")
}

/// Moves the sandbox clock.
pub fn clock(minutes: i64) -> Request {
    Request::put("/v1/sandbox/clock", &json!({ "now": at(minutes) }))
}

/// Makes the shop or changes it: unpaid orders are cancelled after so many minutes.
pub fn shop(timeout_minutes: i64) -> Request {
    let body = json!({ "name": "Teas 茶", "kind": "sop", "payment_timeout_minutes": timeout_minutes });
    Request::put(format!("/v1/shops/{SHOP}"), &body)
}

/// A campaign that is shown after [`TRIGGER`] minutes and runs for 30 days from ten o'clock.
pub fn campaign(quantity: u64) -> Value {
    json!({
        "campaign_id": CAMPAIGN, "kind": "recovery", "name": "For the merchant alone", "publish": true,
        "starts_at": at(TEN), "ends_at": "2022-07-10T10:00:00+08:00",
        "terms": { "trigger_after_minutes": TRIGGER, "spend": 10_000, "save": SAVE, "quantity": quantity },
    })
}

/// The shop with its campaign, at ten o'clock, when the campaign begins.
pub fn open(client: &mut Client, timeout_minutes: i64, quantity: u64) {
    client.call(&clock(TEN - 120)).expect(200);
    client.call(&shop(timeout_minutes)).expect(200);
    let create = Request::post(path("campaigns"), &campaign(quantity));
    client.call(&create).expect(201);
    client.call(&clock(TEN)).expect(200);
}

/// An event in its `CloudEvents` envelope.
pub fn event(kind: &str, id: &str, minutes: i64, data: &Value) -> Value {
    json!({
        "specversion": "1.0", "source": "platform", "type": kind, "id": id,
        "time": at(minutes), "data": data,
    })
}

/// An order of one line from the app.
pub fn placed(order: &str, customer: &str, minutes: i64) -> Value {
    let line = json!({
        "line_id": "l1", "sku": "TEA-250", "categories": ["food", "drinks", "tea"],
        "quantity": 2, "unit_price": PAYABLE / 2,
    });
    let data = json!({
        "order_id": order, "customer_id": customer, "source": "app", "kind": "normal",
        "goods": "physical", "lines": [line], "payable": PAYABLE,
    });
    event("order.placed", &format!("placed-{order}"), minutes, &data)
}

/// Money for an order, with the coupon that was used.
pub fn paid(order: &str, payment: &str, coupon: Option<&str>, minutes: i64) -> Value {
    let amount = PAYABLE - if coupon.is_some() { SAVE } else { 0 };
    let data = json!({
        "order_id": order, "payment_id": payment, "stage": "full", "method": "jd_pay",
        "amount": amount, "coupon_id": coupon,
    });
    event("payment.succeeded", &format!("paid-{payment}"), minutes, &data)
}

pub fn cancelled(order: &str, minutes: i64) -> Value {
    let data = json!({ "order_id": order, "reason": "customer" });
    event("order.cancelled", &format!("cancelled-{order}"), minutes, &data)
}

pub fn failed(order: &str, payment: &str, minutes: i64) -> Value {
    let data = json!({ "order_id": order, "payment_id": payment });
    event("payment.failed", &format!("failed-{payment}"), minutes, &data)
}

/// Events, one a line.
pub fn ndjson(events: &[Value]) -> Request {
    let lines: Vec<String> = events.iter().map(Value::to_string).collect();
    Request::new("POST", path("events")).typed("application/x-ndjson", lines.join("\n"))
}

/// Claims the coupon of an offer for a customer.
pub fn claim(order: &str, offer: &str, customer: &str) -> Request {
    let body = json!({ "customer_id": customer });
    Request::post(path(&format!("orders/{order}/offers/{offer}/claim")), &body)
}

/// Starts a payment.
pub fn start(order: &str, payment: &str, coupon: Option<&str>) -> Request {
    let body = json!({ "payment_id": payment, "method": "jd_pay", "coupon_id": coupon });
    Request::post(path(&format!("orders/{order}/payments")), &body)
}

/// Sends events and answers what became of each.
#[track_caller]
pub fn tell(client: &mut Client, events: &[Value]) -> Vec<String> {
    let results = client.call(&ndjson(events)).expect(200);
    let outcome = |result: &Value| result["outcome"].as_str().unwrap_or_default().to_owned();
    let results = results["results"].as_array().expect("there are results");
    results.iter().map(outcome).collect()
}

/// The one offer that is shown on an order.
#[track_caller]
pub fn offer(client: &mut Client, order: &str) -> String {
    let shown = client.get(path(&format!("orders/{order}/offers")));
    let offer = shown["offers"][0]["offer_id"].as_str();
    offer.unwrap_or_else(|| panic!("{order} shows nothing: {shown}")).to_owned()
}

/// Claims the coupon that is shown on an order and answers it.
#[track_caller]
pub fn take(client: &mut Client, order: &str, customer: &str) -> String {
    let offer = offer(client, order);
    let coupon = client.call(&claim(order, &offer, customer)).expect(201);
    coupon["coupon_id"].as_str().expect("it has an id").to_owned()
}
