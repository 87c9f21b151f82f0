//! How the amounts of an export are written.
//!
//! What always holds: the digits of the minor unit are the currency's own (A-G-12), so that an amount of the export is
//! that amount in the shop.

use super::wrong::Wrong;
use money::Currency;
use serde::Deserialize;

/// How amounts are written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Amounts {
    pub decimal_point: char,
    /// The sign between groups of digits, when there is one.
    pub grouping: Option<char>,
    /// Digits of the minor unit; those of the shop's currency when they are left out.
    pub minor_digits: Option<u8>,
}

impl Amounts {
    /// Digits of the minor unit: 2 for cents.
    pub fn digits(&self) -> u8 {
        self.minor_digits.unwrap_or(2)
    }
    /// Takes the digits from the currency where none are given; others than its own are refused (A-G-12).
    pub fn settle(&mut self, currency: Currency) -> Result<(), Wrong> {
        let decimals = currency.decimals();
        if *self.minor_digits.get_or_insert(decimals) == decimals {
            return Ok(());
        }
        Err(Wrong::new("amounts.minor_digits", format!("{currency} has {decimals}")))
    }
}

impl Default for Amounts {
    fn default() -> Self {
        Self { decimal_point: '.', grouping: None, minor_digits: None }
    }
}
