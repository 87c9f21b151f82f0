//! What becomes of the gifts that people added when an order closes, and when it lives on after all.

use super::places;
use crate::book::Draft;
use domain::{
    Code,
    pool::{GiftUnit, PoolOrder},
};

/// An order closes: its gifts by hand go back into stock, and are remembered.
pub fn take_back(draft: &mut Draft<'_>, order: &mut PoolOrder) {
    for gift in std::mem::take(&mut order.manual) {
        places::return_stock(draft, &gift.sku, gift.quantity);
        order.went_back.push(gift);
    }
}

/// An order that was closed lives on: what people had added is its again. What the stock does not hold any more
/// is listed, and comes with the next such return or by hand.
pub fn give_again(draft: &mut Draft<'_>, order: &mut PoolOrder) {
    for gift in std::mem::take(&mut order.went_back) {
        let unit = GiftUnit { sku: gift.sku.clone(), quantity: gift.quantity };
        if places::reserve(draft, std::slice::from_ref(&unit)) {
            order.manual.push(gift);
        } else {
            order.note(Code::GiftOutOfStock, None, draft.now);
            order.went_back.push(gift);
        }
    }
}
