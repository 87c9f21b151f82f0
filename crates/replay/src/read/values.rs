//! From text to amounts, quantities and instants, exactly.

mod clock;

use super::bad::BadCode;
use crate::mapping::Amounts;
use domain::limits;
use money::Money;
use std::borrow::Cow;

pub(super) use clock::{Moment, time};

/// An amount in minor units. More decimals than the currency has must be zeros. The shop's currency may stand in front
/// or behind; groups have three digits.
pub(super) fn amount(text: &str, written: &Amounts) -> Result<Money, BadCode> {
    let text = narrow(text);
    let number = Number::read(&text, written).ok_or(BadCode::NotAnAmount)?;
    let kept = usize::from(written.digits());
    let (minor, beyond) = number.decimals.split_at(number.decimals.len().min(kept));
    if beyond.bytes().any(|b| b != b'0') {
        return Err(BadCode::TooManyDecimals);
    }
    let padded = format!("{}{minor:0<kept$}", number.whole);
    let minor: i64 = padded.parse().map_err(|_| BadCode::OutOfRange)?;
    if minor > limits::AMOUNT_MINOR {
        return Err(BadCode::OutOfRange);
    }
    if number.is_negative && minor > 0 {
        return Err(BadCode::NegativeAmount);
    }
    Ok(Money::from_minor(minor))
}

/// A whole number of units, 0 among them: `2`, `2.00`, `1,000`. Whether a line may have so many is not asked here.
pub(super) fn quantity(text: &str, written: &Amounts) -> Result<u64, BadCode> {
    let text = narrow(text);
    let number = Number::read(&text, written).filter(|number| !number.has_currency);
    let number = number.ok_or(BadCode::NotAQuantity)?;
    if number.decimals.bytes().any(|b| b != b'0') {
        return Err(BadCode::NotAQuantity);
    }
    match number.whole.parse::<u64>() {
        Ok(0) => Ok(0),
        Ok(_) if number.is_negative => Err(BadCode::NegativeQuantity),
        Ok(units) if units <= limits::LINE_QUANTITY => Ok(units),
        Ok(_) | Err(_) => Err(BadCode::NotAQuantity),
    }
}

/// A number as it is written: its digits before the point, and those behind.
struct Number<'t> {
    is_negative: bool,
    has_currency: bool,
    whole: Cow<'t, str>,
    decimals: &'t str,
}

impl<'t> Number<'t> {
    fn read(text: &'t str, written: &Amounts) -> Option<Self> {
        let plain = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let (signed, bare) = minus(text);
        let size = written.without_currency(bare);
        let has_currency = size.len() < bare.len();
        // `¥-5.00` as well as `-¥5.00`.
        let (is_negative, size) = if signed { (true, size) } else { minus(size) };
        let (whole, decimals) = size.split_once(written.decimal_point).unwrap_or((size, "0"));
        let whole = if plain(whole) { Cow::Borrowed(whole) } else { Cow::Owned(ungrouped(whole, written)?) };
        plain(decimals).then_some(Self { is_negative, has_currency, whole, decimals })
    }
}

fn minus(text: &str) -> (bool, &str) {
    match text.strip_prefix(['-', '\u{2212}']) {
        Some(rest) => (true, rest.trim_start()),
        None => (false, text),
    }
}

/// Digits without the signs between groups of three, all of one sort.
fn ungrouped(text: &str, written: &Amounts) -> Option<String> {
    let sign = text.chars().find(|c| !c.is_ascii_digit()).filter(|c| written.groups(*c))?;
    let digits = |group: &str| group.bytes().all(|b| b.is_ascii_digit());
    let mut groups = text.split(sign);
    let first = groups.next().filter(|first| (1..=3).contains(&first.len()) && digits(first))?;
    let mut whole = first.to_owned();
    for group in groups {
        if group.len() != 3 || !digits(group) {
            return None;
        }
        whole.push_str(group);
    }
    Some(whole)
}

/// Wide digits and signs as narrow ones.
fn narrow(text: &str) -> Cow<'_, str> {
    let is_wide =
        |c: char| matches!(c, '\u{ff01}'..='\u{ff5e}' | '\u{ffe1}' | '\u{ffe5}' | '\u{ffe6}' | '\u{3000}');
    if text.is_ascii() || !text.contains(is_wide) {
        return Cow::Borrowed(text);
    }
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{ffe1}' => '£',
        '\u{ffe5}' => '¥',
        '\u{ffe6}' => '₩',
        '\u{3000}' => ' ',
        c => c,
    };
    Cow::Owned(text.chars().map(narrow).collect())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use money::Currency;

    fn of(code: &str) -> Amounts {
        let mut written = Amounts::default();
        written.settle(Currency::find(code).unwrap()).unwrap();
        written
    }

    #[test]
    fn amounts_are_exact() {
        use BadCode::{NegativeAmount, NotAnAmount, OutOfRange, TooManyDecimals};
        let plain = Amounts::default();
        let euro = Amounts { decimal_point: ',', grouping: Some('.'), ..of("EUR") };
        let swiss = Amounts { grouping: Some('\''), ..of("CHF") };
        let blank = Amounts { decimal_point: ',', grouping: Some(' '), ..of("EUR") };
        let (yuan, yen, reais, dollar) = (of("CNY"), of("JPY"), of("BRL"), of("USD"));
        for (written, text, minor) in [
            (&plain, "109.9", Ok(10_990)),
            (&plain, "99", Ok(9_900)),
            (&plain, "0.29", Ok(29)),
            (&plain, "1.2300", Ok(123)),
            (&plain, "-0.00", Ok(0)),
            (&euro, "1.234,5", Ok(123_450)),
            (&yen, "120", Ok(120)),
            (&yen, "120.0", Ok(120)),
            (&plain, "1,299.00", Ok(129_900)),
            (&plain, "12,345,678.9", Ok(1_234_567_890)),
            (&swiss, "1'299.00", Ok(129_900)),
            (&blank, "1 299,00", Ok(129_900)),
            (&blank, "1\u{202f}299,00 €", Ok(129_900)),
            (&yuan, "¥1,299.00", Ok(129_900)),
            (&yuan, "￥ 1299", Ok(129_900)),
            (&yuan, "１，２９９．００", Ok(129_900)),
            (&yuan, "59.00元", Ok(5_900)),
            (&yuan, "rmb 59", Ok(5_900)),
            (&yuan, "59 CNY", Ok(5_900)),
            (&yuan, "¥59元", Ok(5_900)),
            (&yen, "¥1,200", Ok(1_200)),
            (&reais, "R$ 5", Ok(500)),
            (&dollar, "US$5.00", Ok(500)),
            (&dollar, "$5", Ok(500)),
            (&plain, "1.234", Err(TooManyDecimals)),
            (&yen, "120.5", Err(TooManyDecimals)),
            (&plain, "-1", Err(NegativeAmount)),
            (&yuan, "¥-1.00", Err(NegativeAmount)),
            (&yuan, "-¥1.00", Err(NegativeAmount)),
            (&yuan, "−1.00", Err(NegativeAmount)),
            (&plain, "1,5", Err(NotAnAmount)),
            (&plain, "5,50", Err(NotAnAmount)),
            (&plain, "1,29.00", Err(NotAnAmount)),
            (&plain, "1,2999.00", Err(NotAnAmount)),
            (&plain, ",299.00", Err(NotAnAmount)),
            (&plain, "1299,000.00", Err(NotAnAmount)),
            (&plain, "1,299,00", Err(NotAnAmount)),
            (&euro, "1,299.00", Err(NotAnAmount)),
            (&yuan, "--5", Err(NotAnAmount)),
            (&yuan, "(5.00)", Err(NotAnAmount)),
            (&yuan, "5.00.1", Err(NotAnAmount)),
            (&plain, "", Err(NotAnAmount)),
            (&yuan, "¥", Err(NotAnAmount)),
            (&plain, ".5", Err(NotAnAmount)),
            (&plain, "1e3", Err(NotAnAmount)),
            (&yuan, "R$ 5", Err(NotAnAmount)),
            (&yuan, "$5", Err(NotAnAmount)),
            (&yuan, "5 USD", Err(NotAnAmount)),
            (&dollar, "¥5", Err(NotAnAmount)),
            (&plain, "10000000000.01", Err(OutOfRange)),
            (&plain, "99999999999999999999", Err(OutOfRange)),
        ] {
            let found = amount(text, written).map(Money::minor);
            assert_eq!(found, minor, "{text}");
        }
    }

    #[test]
    fn quantities_are_whole_numbers() {
        let plain = of("CNY");
        for (text, units) in [
            ("2", Ok(2)),
            ("2.00", Ok(2)),
            ("2.0", Ok(2)),
            ("1,000", Ok(1_000)),
            ("２", Ok(2)),
            ("0", Ok(0)),
            ("0.00", Ok(0)),
            ("-0", Ok(0)),
            ("2.5", Err(BadCode::NotAQuantity)),
            ("1,00", Err(BadCode::NotAQuantity)),
            ("-1", Err(BadCode::NegativeQuantity)),
            ("-2.00", Err(BadCode::NegativeQuantity)),
            ("1000000", Ok(1_000_000)),
            ("1000001", Err(BadCode::NotAQuantity)),
            ("99999999999999999999", Err(BadCode::NotAQuantity)),
            (".0", Err(BadCode::NotAQuantity)),
            ("2 件", Err(BadCode::NotAQuantity)),
            ("¥2", Err(BadCode::NotAQuantity)),
            ("two", Err(BadCode::NotAQuantity)),
            ("", Err(BadCode::NotAQuantity)),
            ("2.", Err(BadCode::NotAQuantity)),
            ("1E+02", Err(BadCode::NotAQuantity)),
        ] {
            assert_eq!(quantity(text, &plain), units, "{text}");
        }
    }
}
