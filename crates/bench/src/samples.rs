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

/// An `order.placed` event: its id and its `CloudEvents` JSON, about 800 bytes.
pub fn order_placed(number: u64) -> (String, String) {
    let id = format!("evt-{number:012}");
    let cart = cart(number);
    let cart_fields = cart.trim_start_matches('{');
    let body = format!(
        r#"{{"specversion":"1.0","id":"{id}","source":"bench","type":"order.placed","time":"2026-11-11T00:00:00+08:00","data":{{"order_id":"order{number}","source":"app","kind":"normal","goods":"physical","freight":0,{cart_fields}}}"#
    );
    (id, body)
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
        assert!((400..600).contains(&cart.len()), "{}", cart.len());
        assert!((600..900).contains(&body.len()), "{}", body.len());
    }
}
