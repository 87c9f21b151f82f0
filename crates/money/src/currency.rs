//! Currencies: a code of ISO 4217 and how many decimals its amounts are written with (A-G-12).
//!
//! Always holds: the decimals are the standard's and nobody's opinion; amounts are whole minor units whatever they are
//! called, and only text for people has a decimal point. Codes without a minor unit (metals, funds, tests) are no
//! currency that a shop can sell in.

use crate::Money;
use std::fmt;

/// Codes with 0 decimals, by their letters.
const WHOLE: &[&str] = &[
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF",
    "XOF", "XPF",
];
/// Codes with 2 decimals.
const HUNDREDTHS: &[&str] = &[
    "AED", "AFN", "ALL", "AMD", "ANG", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT", "BGN", "BMD",
    "BND", "BOB", "BOV", "BRL", "BSD", "BTN", "BWP", "BYN", "BZD", "CAD", "CDF", "CHE", "CHF", "CHW", "CNY",
    "COP", "COU", "CRC", "CUC", "CUP", "CVE", "CZK", "DKK", "DOP", "DZD", "EGP", "ERN", "ETB", "EUR", "FJD",
    "FKP", "GBP", "GEL", "GHS", "GIP", "GMD", "GTQ", "GYD", "HKD", "HNL", "HRK", "HTG", "HUF", "IDR", "ILS",
    "INR", "IRR", "JMD", "KES", "KGS", "KHR", "KPW", "KYD", "KZT", "LAK", "LBP", "LKR", "LRD", "LSL", "MAD",
    "MDL", "MGA", "MKD", "MMK", "MNT", "MOP", "MRU", "MUR", "MVR", "MWK", "MXN", "MXV", "MYR", "MZN", "NAD",
    "NGN", "NIO", "NOK", "NPR", "NZD", "PAB", "PEN", "PGK", "PHP", "PKR", "PLN", "QAR", "RON", "RSD", "RUB",
    "SAR", "SBD", "SCR", "SDG", "SEK", "SGD", "SHP", "SLE", "SLL", "SOS", "SRD", "SSP", "STN", "SVC", "SYP",
    "SZL", "THB", "TJS", "TMT", "TOP", "TRY", "TTD", "TWD", "TZS", "UAH", "USD", "USN", "UYU", "UZS", "VED",
    "VES", "WST", "XCD", "XCG", "YER", "ZAR", "ZMW", "ZWG", "ZWL",
];
/// Codes with 3 decimals.
const THOUSANDTHS: &[&str] = &["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"];
/// Codes with 4 decimals.
const TEN_THOUSANDTHS: &[&str] = &["CLF", "UYW"];

/// The standard's table, list one: current codes, and those that were replaced since 2020 and still stand in books.
const TABLE: &[(u8, &[&str])] = &[(0, WHOLE), (2, HUNDREDTHS), (3, THOUSANDTHS), (4, TEN_THOUSANDTHS)];

/// A currency: three letters and its decimals.
///
/// ```
/// use money::{Currency, Money};
///
/// let (yen, yuan) = (Currency::find("JPY").unwrap(), Currency::find("CNY").unwrap());
/// assert_eq!(yen.text(Money::from_minor(900_000)), "900000 JPY");
/// assert_eq!(yuan.text(Money::from_minor(900_000)), "9000.00 CNY");
/// assert_eq!(Currency::find("XYZ"), None);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Currency {
    code: [u8; 3],
    decimals: u8,
}

impl Currency {
    /// The currency of the sources: whole yuan have 100 fen.
    pub const CNY: Currency = Currency { code: *b"CNY", decimals: 2 };

    /// The currency of that code; `None` where ISO 4217 has none with a minor unit.
    pub fn find(code: &str) -> Option<Currency> {
        let letters = code.as_bytes().try_into().ok()?;
        let known = TABLE.iter().find(|(_, codes)| codes.binary_search(&code).is_ok());
        known.map(|&(decimals, _)| Currency { code: letters, decimals })
    }

    /// The same for a code that was taken in before codes were looked up: one that the standard does not know has two
    /// decimals, as everything had then.
    pub fn of_stored(code: &str) -> Currency {
        let unknown = || Currency { code: code.as_bytes().try_into().unwrap_or(*b"XXX"), decimals: 2 };
        Currency::find(code).unwrap_or_else(unknown)
    }

    /// The three letters.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.code).unwrap_or("XXX")
    }

    /// Digits after the decimal point: 0 of JPY, 2 of CNY, 3 of KWD.
    pub const fn decimals(self) -> u8 {
        self.decimals
    }

    /// An amount in plain digits: `900000` of JPY, `9000.00` of CNY, `-0.005` of KWD.
    pub fn digits(self, amount: Money) -> String {
        let sign = if amount.is_negative() { "-" } else { "" };
        let size = amount.minor().unsigned_abs();
        let scale = 10_u64.pow(u32::from(self.decimals));
        let (whole, part) = (size / scale, size % scale);
        match usize::from(self.decimals) {
            0 => format!("{sign}{whole}"),
            width => format!("{sign}{whole}.{part:0width$}"),
        }
    }

    /// An amount for people: `900000 JPY`, `9000.00 CNY`.
    pub fn text(self, amount: Money) -> String {
        format!("{} {}", self.digits(amount), self.code())
    }

    /// An amount on a label, in Chinese and English, without decimals that say nothing: `5元` and `5 yuan`, `500 JPY`
    /// in both.
    pub fn label(self, amount: Money) -> (String, String) {
        let digits = self.digits(amount);
        let short =
            if self.decimals == 0 { &digits } else { digits.trim_end_matches('0').trim_end_matches('.') };
        if self == Self::CNY {
            return (format!("{short}元"), format!("{short} yuan"));
        }
        let both = format!("{short} {}", self.code());
        (both.clone(), both)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_g_12_decimals_are_those_of_iso_4217() {
        let decimals = |code: &str| Currency::find(code).map(Currency::decimals);
        for (code, expected) in [
            ("CNY", 2),
            ("JPY", 0),
            ("KRW", 0),
            ("CLP", 0),
            ("ISK", 0),
            ("UYI", 0),
            ("USD", 2),
            ("TWD", 2),
            ("HKD", 2),
            ("IDR", 2),
            ("MGA", 2),
            ("KWD", 3),
            ("BHD", 3),
            ("TND", 3),
            ("CLF", 4),
            ("UYW", 4),
        ] {
            assert_eq!(decimals(code), Some(expected), "{code}");
        }
        for unknown in ["", "CN", "CNYY", "cny", "RMB", "ABC", "XAU", "XXX", "XTS", "元元元", "DEM"] {
            assert_eq!(decimals(unknown), None, "{unknown}");
        }
        for (_, codes) in TABLE {
            assert!(codes.is_sorted(), "{codes:?}");
        }
        assert_eq!(TABLE.iter().map(|(_, codes)| codes.len()).sum::<usize>(), 170);
    }

    #[test]
    fn a_g_12_text_names_the_currency_and_has_its_decimals() {
        for (code, minor, text, zh, en) in [
            ("CNY", 550, "5.50 CNY", "5.5元", "5.5 yuan"),
            ("CNY", 500, "5.00 CNY", "5元", "5 yuan"),
            ("CNY", 10_000, "100.00 CNY", "100元", "100 yuan"),
            ("CNY", -5, "-0.05 CNY", "-0.05元", "-0.05 yuan"),
            ("JPY", 500, "500 JPY", "500 JPY", "500 JPY"),
            ("JPY", 0, "0 JPY", "0 JPY", "0 JPY"),
            ("KWD", 1_500, "1.500 KWD", "1.5 KWD", "1.5 KWD"),
            ("USD", 1_999, "19.99 USD", "19.99 USD", "19.99 USD"),
        ] {
            let (currency, amount) = (Currency::of_stored(code), Money::from_minor(minor));
            assert_eq!(currency.text(amount), text);
            assert_eq!(currency.label(amount), (zh.to_owned(), en.to_owned()));
        }
        // A store of before may hold a code that the standard does not know.
        assert_eq!(Currency::of_stored("ABC").text(Money::from_minor(5)), "0.05 ABC");
    }
}
