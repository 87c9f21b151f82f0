//! A platform's calendar of 2022 in two waves (T-W1), and orders of members that are paid.

use super::{fen, id};
use domain::Instant;
use domain::order::{Order, Refund, RefundAsk, RefundOf, RefundStatus, State};
use domain::sprint::Wave;
use serde_json::{Value, json};

/// A moment of the platform's calendar of 2022.
pub fn day(text: &str) -> Instant {
    Instant::parse(&format!("2022-{text}+08:00")).unwrap()
}

/// The waves of T-W1.
pub fn waves() -> Value {
    let window = |from: &str, to: &str| json!({ "starts_at": format!("2022-{from}+08:00"), "ends_at": format!("2022-{to}+08:00") });
    let moment = |text: &str| format!("2022-{text}+08:00");
    json!([
        { "wave_id": "w1", "enrollment": window("10-20T00:00:00", "11-04T00:00:00"),
          "sprint": window("10-31T20:00:00", "11-04T00:00:00"), "draw_at": moment("11-14T12:00:00"),
          "award": window("11-14T12:00:00", "11-22T00:00:00"),
          "redemption": window("11-14T12:00:00", "12-15T00:00:00") },
        { "wave_id": "w2", "enrollment": window("11-04T00:00:00", "11-12T00:00:00"),
          "sprint": window("11-10T20:00:00", "11-12T00:00:00"), "draw_at": moment("11-24T12:00:00"),
          "award": window("11-24T12:00:00", "12-02T00:00:00"),
          "redemption": window("11-24T12:00:00", "12-25T00:00:00") },
    ])
}

pub fn wave(place: usize) -> Wave {
    serde_json::from_value(waves()[place].clone()).unwrap()
}

/// An order of one thing that is paid.
pub fn bought(order: &str, customer: &str, price: i64, placed_at: Instant) -> Order {
    let mut bought = super::order(price);
    bought.order_id = id(order);
    bought.customer_id = id(customer);
    bought.placed_at = placed_at;
    bought.state = State::Paid { at: placed_at };
    bought
}

pub fn goes_back(order: &mut Order, refund: &str, amount: i64, when: Instant) {
    let ask = RefundAsk { lines: Vec::new(), amount: Some(fen(amount)), fault: None };
    order.refunds.push(Refund {
        of: RefundOf::Order,
        amount: fen(amount),
        status: RefundStatus::Succeeded,
        ..Refund::told(id(refund), ask, None, when)
    });
}
