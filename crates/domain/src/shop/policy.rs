//! Amounts that the sources fix, a row a currency (A-G-12): they are policy of the platforms that set them, in their
//! money. 200 yuan are no 200 yen.

use money::{Currency, Money};

/// What the sources fix in one currency; minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    currency: Currency,
    /// The most that a recovery coupon takes off (S0-R17, A-S0-5).
    pub recovery_save: Money,
    /// Deposits from here on bind a customer; less is a warning (A-S1-4).
    pub deposit_advised: Money,
}

/// The rows there are: the sources speak of yuan alone.
const POLICIES: &[Policy] = &[Policy {
    currency: Currency::CNY,
    recovery_save: Money::from_minor(200 * 100),
    deposit_advised: Money::from_minor(10 * 100),
}];

impl Policy {
    /// The row of a currency; `None` where nothing is fixed in it.
    pub fn of(currency: Currency) -> Option<&'static Self> {
        POLICIES.iter().find(|row| row.currency == currency)
    }
}
