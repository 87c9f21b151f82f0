//! Refunds of the order `o1` as events tell of them, and the money that is to be returned.

use super::*;
use domain::{
    Code,
    event::{Body, OrderEvent},
    order::{Order, RefundAsk},
};

/// What is to be returned: payment, amount and reason.
pub fn listed(run: &Run) -> Vec<(String, i64, Code)> {
    let orders = run.reader().money_to_return(&run.shop, &all()).unwrap();
    let rows = orders.iter().flat_map(Order::to_return);
    let named = |row: &domain::order::ToReturn| row.payment_id.as_ref().map(ToString::to_string);
    rows.map(|row| (named(&row).unwrap_or_default(), row.amount.minor(), row.reason)).collect()
}

/// What an event says of a refund of `o1`.
pub fn facts(name: &str, ask: &RefundAsk, payment: Option<&str>) -> domain::event::RefundFacts {
    let mut facts = refunding("o1", name, ask);
    facts.payment_id = payment.map(id);
    facts
}
/// `refund.succeeded`, told under an id of its own.
pub fn went(name: &str, ask: &RefundAsk, payment: Option<&str>, minutes: i64) -> OrderEvent {
    let told = format!("{name}.{}.{minutes}", payment.unwrap_or_default());
    event(&told, Body::RefundSucceeded(facts(name, ask, payment)), at(minutes))
}
