//! Orders that were split from one.

use super::{Run, fen, id, pool::*};
use domain::pool::{Basis, GiftStrategy, ShopOrder};
use engine::Undecided;

/// A child of `parent` that was paid at once.
pub fn child(name: &str, parent: &str, paid_at: &str, amount: i64) -> ShopOrder {
    let mut child = single(&order(name, "u1", paid_at));
    (child.goods_paid, child.lines[0].amount) = (fen(amount), fen(amount));
    child.said.parent_id = Some(id(parent));
    child
}

pub fn unpaid(order: &ShopOrder) -> ShopOrder {
    let mut order = order.clone();
    (order.times.first_paid_at, order.goods_paid) = (None, fen(0));
    order
}

pub fn tiers() -> GiftStrategy {
    by_amount(&[(200_00, "x"), (300_00, "y")], gift("g", Basis::FirstPayment))
}

pub fn fulfil(run: &Run, order: &str) {
    run.ok(fulfilling(id(order), Undecided::Refuse));
}

/// At the activation, with everything downloaded.
pub fn activate(run: &Run) {
    run.advance(t("10-29"));
    watermark(run, "10-29");
}
