//! Made-up carts and events of usual size, the same in every run.

use std::fmt::Write as _;

/// A cart of five lines as JSON, about 500 bytes. `number` varies what stands in it.
pub fn cart(number: u64) -> String {
    let mut lines = String::new();
    for line in 0..5 {
        let draw = scatter(number * 5 + line);
        let _ = write!(
            lines,
            r#"{}{{"line_id":"l{line}","sku":"sku{}","categories":["c{}","c{}","c{}"],"quantity":{},"unit_price":{}}}"#,
            if line == 0 { "" } else { "," },
            draw % 100_000,
            draw % 7,
            draw % 70,
            draw % 700,
            1 + draw % 3,
            500 + draw % 30_000,
        );
    }
    format!(r#"{{"customer_id":"customer{number}","lines":[{lines}]}}"#)
}

/// When every order of these events is placed.
const PLACED: &str = "2026-11-11T00:00:00+08:00";

fn envelope(id: &str, kind: &str, time: &str, data: &str) -> String {
    format!(
        r#"{{"specversion":"1.0","id":"{id}","source":"bench","type":"{kind}","time":"{time}","data":{data}}}"#
    )
}

/// An `order.placed` event: its id and its `CloudEvents` JSON, about 500 bytes. Two lines: real
/// orders have one or two. `number` is the order and the customer.
pub fn order_placed(number: u64) -> (String, String) {
    let id = format!("evt-{number:012}-1");
    let mut lines = String::new();
    let mut payable = 0;
    for line in 0..2 {
        let draw = scatter(number * 2 + line);
        let (quantity, price) = (1 + draw % 3, 500 + draw % 30_000);
        payable += quantity * price;
        let _ = write!(
            lines,
            r#"{}{{"line_id":"l{line}","sku":"sku{}","categories":["c{}","c{}","c{}"],"quantity":{quantity},"unit_price":{price}}}"#,
            if line == 0 { "" } else { "," },
            draw % 100_000,
            draw % 7,
            draw % 70,
            draw % 700,
        );
    }
    let data = format!(
        r#"{{"order_id":"order{number:010}","customer_id":"customer{number:010}","source":"app","kind":"normal","goods":"physical","freight":0,"payable":{payable},"lines":[{lines}]}}"#
    );
    let body = envelope(&id, "order.placed", PLACED, &data);
    (id, body)
}

/// What an order of [`order_placed`] costs, in minor units.
pub fn payable(number: u64) -> u64 {
    let lines = (0..2).map(|line| scatter(number * 2 + line));
    lines.map(|draw| (1 + draw % 3) * (500 + draw % 30_000)).sum()
}

/// A `payment.succeeded` event for an order, five minutes after it was placed.
pub fn order_paid(number: u64) -> (String, String) {
    let id = format!("evt-{number:012}-2");
    let data = format!(
        r#"{{"order_id":"order{number:010}","payment_id":"pay{number:010}","stage":"full","method":"jd_pay","amount":{}}}"#,
        payable(number)
    );
    let body = envelope(&id, "payment.succeeded", "2026-11-11T00:05:00+08:00", &data);
    (id, body)
}

/// An `order.cancelled` event for an order, six minutes after it was placed.
pub fn order_cancelled(number: u64) -> (String, String) {
    let id = format!("evt-{number:012}-3");
    let data = format!(r#"{{"order_id":"order{number:010}","reason":"customer"}}"#);
    let body = envelope(&id, "order.cancelled", "2026-11-11T00:06:00+08:00", &data);
    (id, body)
}

/// A stream of order events as a platform sends them: orders are placed, and some hundred orders
/// later seven of ten are paid and one of ten is cancelled.
pub fn order_events() -> impl Iterator<Item = (String, String)> {
    const LATER: u64 = 300;
    (0..).flat_map(|number: u64| {
        let earlier = number.checked_sub(LATER);
        let then = earlier.and_then(|earlier| match earlier % 10 {
            0..=6 => Some(order_paid(earlier)),
            7 => Some(order_cancelled(earlier)),
            _ => None,
        });
        std::iter::once(order_placed(number)).chain(then)
    })
}

/// Spreads consecutive numbers, so that keys made of them fall on pages far apart.
pub fn scatter(number: u64) -> u64 {
    let mixed = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed ^ (mixed >> 32)).wrapping_mul(0xD6E8_FEB8_6659_FD93) >> 3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carts_and_events_are_json_of_the_stated_size() {
        let cart = cart(7);
        let (id, body) = order_placed(7);
        let value: serde_json::Value = serde_json::from_str(&cart).expect("a cart");
        assert_eq!(value["lines"].as_array().map(Vec::len), Some(5));
        let value: serde_json::Value = serde_json::from_str(&body).expect("an event");
        assert_eq!(value["id"], id.as_str());
        assert_eq!(value["data"]["payable"], payable(7));
        assert!((400..600).contains(&cart.len()), "{}", cart.len());
        assert!((400..700).contains(&body.len()), "{}", body.len());
    }
}
