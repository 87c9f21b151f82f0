//! Spreads discounts over the lines of an order (A-G-5). Done once, when the order is placed or
//! paid; the shares are stored and never computed again (A-G-7).

use super::{Discount, Line};
use crate::{Code, Refusal};
use money::{Money, apportion};

/// Gives each line its share of every discount, one after the other, each over what the earlier
/// ones left. Refuses a discount that is larger than the goods (`discount_too_high`).
pub(super) fn spread(lines: &mut [Line], discounts: &[Discount]) -> Result<(), Refusal> {
    let mut left: Vec<Money> = lines.iter().map(Line::list).collect();
    for discount in discounts {
        let split = apportion(discount.amount, &left, &left).map_err(|_| Refusal::new(Code::OutOfRange))?;
        if split.lost.is_positive() {
            let detail = format!("{} takes {} more than the goods cost", discount.kind, split.lost);
            return Err(Refusal::with(Code::DiscountTooHigh, detail));
        }
        for ((line, left), share) in lines.iter_mut().zip(&mut left).zip(split.shares) {
            line.shares.push(share);
            *left -= share;
        }
    }
    Ok(())
}

/// Spreads a payment coupon over the lines and, last, the freight: both are part of the amount
/// that it is measured against (A-S0-6).
pub(super) fn spread_payment_coupon(lines: &[Line], freight: Money, save: Money) -> Vec<Money> {
    if save.is_zero() {
        return Vec::new();
    }
    let mut weights: Vec<Money> = lines.iter().map(Line::payable).collect();
    weights.push(freight);
    apportion(save, &weights, &weights).map(|split| split.shares).unwrap_or_default()
}
