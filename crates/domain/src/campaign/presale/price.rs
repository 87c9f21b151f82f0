//! What a presale line costs: deposit, gain, balance, and what it counts toward thresholds.
//!
//! Always holds: deposit + balance = threshold base = price - gain (A-S1-1); no part is negative.

use super::{GainKind, Item, Terms};
use money::{Money, Rounding};

/// The figures of one line, for all its units, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LinePrice {
    /// The presale price.
    pub price: Money,
    /// What is paid first.
    pub deposit: Money,
    /// What expansion or reduction takes off.
    pub gain: Money,
    /// What is to be paid later, before coupons.
    pub balance: Money,
    /// What the line counts toward thresholds: deposit + balance = price - gain (S1-R17, A-S1-1).
    pub threshold_base: Money,
}

impl Terms {
    /// The figures of a line of that item; `None` when they do not fit.
    pub fn line(&self, item: &Item, quantity: u64) -> Option<LinePrice> {
        if self.in_full() { line_in_full(item, quantity) } else { line(item, quantity) }
    }
}

/// The figures of a line; `None` when they do not fit. The deposit of an expansion is worth `deposit *
/// multiplier`, rounded half up to the fen for one unit, then times the quantity, and never more than
/// the price; its gain is that worth less the deposit. A reduction's gain is its amount a unit (A-S1-2).
/// Of a presale that is paid in full at once ([`super::Terms::line`]) there is no deposit and no gain.
///
/// Example A (S1-R18): price 100, deposit 10, reduction 20: gain 20, balance 70, base 80.
pub fn line(item: &Item, quantity: u64) -> Option<LinePrice> {
    let quantity = i64::try_from(quantity).ok()?;
    let unit_gain = unit_gain(item)?;
    let price = item.presale_price.checked_mul(quantity)?;
    let deposit = item.deposit.checked_mul(quantity)?;
    let gain = unit_gain.checked_mul(quantity)?;
    let threshold_base = price.checked_sub(gain)?;
    let balance = threshold_base.checked_sub(deposit)?;
    Some(LinePrice { price, deposit, gain, balance, threshold_base })
}

/// The figures of a line that is paid in full at once.
pub fn line_in_full(item: &Item, quantity: u64) -> Option<LinePrice> {
    let price = item.presale_price.checked_mul(i64::try_from(quantity).ok()?)?;
    Some(LinePrice { price, balance: price, threshold_base: price, ..LinePrice::default() })
}

/// What one unit gains; never more than its balance.
fn unit_gain(item: &Item) -> Option<Money> {
    let room = item.presale_price.checked_sub(item.deposit)?.max(Money::ZERO);
    let gain = match item.gain.kind {
        GainKind::None => Money::ZERO,
        GainKind::Expansion => {
            let rate = item.gain.multiplier.as_ref()?.rate();
            rate.times(item.deposit, Rounding::HalfUp)?.checked_sub(item.deposit)?
        }
        GainKind::Reduction => item.gain.amount?,
    };
    Some(gain.min(room).max(Money::ZERO))
}
