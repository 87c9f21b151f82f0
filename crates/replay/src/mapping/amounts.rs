//! How the amounts of an export are written.
//!
//! What always holds: the digits of the minor unit are the currency's own (A-G-12), so that an amount of the export is
//! that amount in the shop. Signs of that currency may stand beside an amount, those of others not.

use super::wrong::Wrong;
use money::{Currency, Money};
use serde::Deserialize;

/// How amounts are written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Amounts {
    pub decimal_point: char,
    /// The sign between groups of digits; `,` where none is named and the decimal point is `.`.
    pub grouping: Option<char>,
    /// Digits of the minor unit; those of the shop's currency when they are left out.
    pub minor_digits: Option<u8>,
    #[serde(skip)]
    pub currency: Option<Currency>,
}

/// Signs of currencies beside their codes. A sign of several is that of the shop's own.
const SIGNS: [(&str, &[&str]); 22] = [
    ("CNY", &["¥", "元", "圆", "人民币", "RMB", "CN¥"]),
    ("JPY", &["¥", "円", "JP¥"]),
    ("USD", &["US$", "$", "美元"]),
    ("EUR", &["€", "欧元"]),
    ("GBP", &["£"]),
    ("HKD", &["HK$", "$", "港元", "港币"]),
    ("TWD", &["NT$", "$"]),
    ("MOP", &["MOP$", "$"]),
    ("SGD", &["S$", "$"]),
    ("AUD", &["AU$", "A$", "$"]),
    ("CAD", &["CA$", "C$", "$"]),
    ("NZD", &["NZ$", "$"]),
    ("MXN", &["MX$", "$"]),
    ("BRL", &["R$"]),
    ("KRW", &["₩", "원"]),
    ("INR", &["₹", "Rs."]),
    ("RUB", &["₽"]),
    ("THB", &["฿"]),
    ("VND", &["₫", "đ"]),
    ("PHP", &["₱"]),
    ("MYR", &["RM"]),
    ("IDR", &["Rp"]),
];

impl Amounts {
    /// Digits of the minor unit: 2 for cents.
    pub fn digits(&self) -> u8 {
        self.minor_digits.unwrap_or(2)
    }
    /// An amount as the export would write it, without a sign of the currency.
    pub fn show(&self, amount: Money) -> String {
        self.currency.map_or_else(|| amount.minor().to_string(), |currency| currency.digits(amount))
    }
    /// Takes the digits from the currency where none are given; others than its own are refused (A-G-12).
    pub fn settle(&mut self, currency: Currency) -> Result<(), Wrong> {
        self.currency = Some(currency);
        let decimals = currency.decimals();
        if *self.minor_digits.get_or_insert(decimals) == decimals {
            return Ok(());
        }
        Err(Wrong::new("amounts.minor_digits", format!("{currency} has {decimals}")))
    }

    /// Whether that sign may stand between groups of digits.
    pub fn groups(&self, sign: char) -> bool {
        let is_blank = |c: char| c == ' ' || c == '\u{a0}' || c == '\u{202f}' || c == '\u{2009}';
        match self.grouping {
            Some(told) => sign == told || (is_blank(told) && is_blank(sign)),
            None => sign == ',' && self.decimal_point == '.',
        }
    }

    /// Takes the currency off an amount, in front or behind.
    pub fn without_currency<'t>(&self, text: &'t str) -> &'t str {
        let Some(currency) = self.currency else { return text };
        let signs =
            SIGNS.iter().find(|(code, _)| *code == currency.code()).map_or(&[][..], |(_, signs)| signs);
        let all = || signs.iter().copied().chain([currency.code()]);
        let text = all().find_map(|sign| after(text, sign)).unwrap_or(text);
        all().find_map(|sign| before(text, sign)).unwrap_or(text)
    }
}

/// What follows a sign; case does not count.
fn after<'t>(text: &'t str, sign: &str) -> Option<&'t str> {
    let start = text.get(..sign.len())?;
    start.eq_ignore_ascii_case(sign).then(|| text[sign.len()..].trim_start())
}

/// What stands before a sign at the end.
fn before<'t>(text: &'t str, sign: &str) -> Option<&'t str> {
    let at = text.len().checked_sub(sign.len())?;
    let end = text.get(at..)?;
    end.eq_ignore_ascii_case(sign).then(|| text[..at].trim_end())
}

impl Default for Amounts {
    fn default() -> Self {
        Self { decimal_point: '.', grouping: None, minor_digits: None, currency: None }
    }
}
