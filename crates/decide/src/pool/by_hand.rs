//! Gifts that people add; a recompute keeps them.

use super::moves::{at_stage, done};
use super::places;
use crate::book::Draft;
use crate::command::Reply;
use domain::{
    Code, OrderId, Refusal, Sku, Violation, limits,
    pool::{GiftUnit, ManualGift, Stage},
};

/// Adds a gift by hand, for an exception or out of goodwill; a recompute keeps it (A-S4-7, A-S4-10).
pub fn add_gift(
    draft: &mut Draft<'_>,
    id: &OrderId,
    gift: &GiftUnit,
    reason: &str,
) -> Result<Reply, Refusal> {
    let mut order = at_stage(draft, id, &[Stage::PresalePool, Stage::Review])?;
    let mut found = Vec::new();
    if gift.quantity == 0 || gift.quantity > limits::GIFT_QUANTITY {
        let message = format!("1 to {} units", limits::GIFT_QUANTITY);
        found.push(Violation::with("quantity", Code::OutOfRange, message));
    }
    if reason.trim().is_empty() || reason.chars().count() > limits::NAME_CHARS {
        found.push(Violation::with(
            "reason",
            Code::TooLongText,
            format!("1 to {} characters", limits::NAME_CHARS),
        ));
    }
    Refusal::from_violations(Code::InvalidValue, found)?;
    if order.manual.len() >= limits::MANUAL_GIFTS {
        return Err(Refusal::with(Code::LimitReached, format!("{} gifts by hand", limits::MANUAL_GIFTS)));
    }
    if !places::reserve(draft, std::slice::from_ref(gift)) {
        return Err(Code::GiftOutOfStock.into());
    }
    let GiftUnit { sku, quantity } = gift.clone();
    order.manual.push(ManualGift { sku, quantity, reason: reason.to_owned(), at: draft.now });
    order.dismiss(Some(Code::LateEarlierOrder));
    Ok(done(draft, order))
}

/// Takes back what people added of a gift; not what the warehouse has.
pub fn remove_gift(draft: &mut Draft<'_>, id: &OrderId, sku: &Sku) -> Result<Reply, Refusal> {
    let mut order = at_stage(draft, id, &[Stage::ShopOrder, Stage::PresalePool, Stage::Review])?;
    let (gone, kept): (Vec<_>, Vec<_>) = order.manual.into_iter().partition(|gift| gift.sku == *sku);
    if gone.is_empty() {
        return Err(Refusal::with(Code::NotFound, format!("nobody added {sku} to order {id}")));
    }
    order.manual = kept;
    for gift in gone {
        places::return_stock(draft, &gift.sku, gift.quantity);
    }
    Ok(done(draft, order))
}
