//! From text to amounts and instants, exactly.

use super::bad::BadCode;
use crate::{
    mapping::Amounts,
    plan::{RFC3339, TimesPlan},
};
use domain::{Instant, limits};
use jiff::fmt::strtime::BrokenDownTime;
use money::Money;

/// An amount in minor units. More decimals than the currency has must be zeros.
pub(super) fn amount(text: &str, written: &Amounts) -> Result<Money, BadCode> {
    let (negative, size) = match text.strip_prefix('-') {
        Some(size) => (true, size),
        None => (false, text),
    };
    let (whole, decimals) = size.split_once(written.decimal_point).unwrap_or((size, "0"));
    let whole: String = whole.chars().filter(|&c| Some(c) != written.grouping).collect();
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(&whole) || !digits(decimals) {
        return Err(BadCode::NotAnAmount);
    }
    let kept = usize::from(written.digits());
    let (minor, beyond) = decimals.split_at(decimals.len().min(kept));
    if beyond.bytes().any(|b| b != b'0') {
        return Err(BadCode::TooManyDecimals);
    }
    let padded = format!("{whole}{minor:0<kept$}");
    let minor: i64 = padded.parse().map_err(|_| BadCode::OutOfRange)?;
    if minor > limits::AMOUNT_MINOR {
        return Err(BadCode::OutOfRange);
    }
    if negative && minor > 0 {
        return Err(BadCode::NegativeAmount);
    }
    Ok(Money::from_minor(minor))
}

/// A time in one of the mapping's formats; without an offset it is a time on the wall of the zone.
/// A date alone is its midnight.
pub(super) fn time(text: &str, times: &TimesPlan) -> Result<Instant, BadCode> {
    let read = |format: &String| {
        if format == RFC3339 {
            return Instant::parse(text);
        }
        let read = BrokenDownTime::parse(format, text).ok()?;
        if read.offset().is_some() {
            let at = read.to_timestamp().ok()?;
            return Some(Instant::from_micros(at.as_microsecond()));
        }
        Some(times.zone.instant(read.to_datetime().ok()?))
    };
    times.formats.iter().find_map(read).or_else(|| iso(text, times)).ok_or(BadCode::NotATime)
}

/// `2020-10-20T20:00:01`, which is understood whatever the formats are: workbooks tell dates so.
fn iso(text: &str, times: &TimesPlan) -> Option<Instant> {
    let is_iso = text.len() == 19 && text.as_bytes()[10] == b'T';
    is_iso.then(|| text.parse().ok().map(|at| times.zone.instant(at))).flatten()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use domain::time::Zone;

    #[test]
    fn amounts_are_exact() {
        use BadCode::{NegativeAmount, NotAnAmount, OutOfRange, TooManyDecimals};
        let reais = Amounts::default();
        let euro = Amounts { decimal_point: ',', grouping: Some('.'), ..Amounts::default() };
        let yen = Amounts { minor_digits: Some(0), ..Amounts::default() };
        for (written, text, minor) in [
            (&reais, "109.9", Ok(10_990)),
            (&reais, "99", Ok(9_900)),
            (&reais, "0.29", Ok(29)),
            (&reais, "1.2300", Ok(123)),
            (&reais, "-0.00", Ok(0)),
            (&euro, "1.234,5", Ok(123_450)),
            (&yen, "120", Ok(120)),
            (&yen, "120.0", Ok(120)),
            (&reais, "1.234", Err(TooManyDecimals)),
            (&yen, "120.5", Err(TooManyDecimals)),
            (&reais, "-1", Err(NegativeAmount)),
            (&reais, "1,5", Err(NotAnAmount)),
            (&reais, "", Err(NotAnAmount)),
            (&reais, ".5", Err(NotAnAmount)),
            (&reais, "1e3", Err(NotAnAmount)),
            (&reais, "R$ 5", Err(NotAnAmount)),
            (&reais, "10000000000.01", Err(OutOfRange)),
            (&reais, "99999999999999999999", Err(OutOfRange)),
        ] {
            let found = amount(text, written).map(Money::minor);
            assert_eq!(found, minor, "{text}");
        }
    }

    #[test]
    fn times_are_read_in_the_exports_zone() {
        let plan = |formats: &[&str]| TimesPlan {
            zone: Zone::find("America/Sao_Paulo").unwrap(),
            formats: formats.iter().map(|&f| f.to_owned()).collect(),
        };
        let slashes = plan(&["%m/%d/%Y %H:%M"]);
        let several = plan(&["rfc3339", "%Y-%m-%d %H:%M:%S%:z", "%Y-%m-%d"]);
        for (times, text, expected) in [
            // Summer time ended in Brazil on 2018-02-18 and began on 2017-10-15 at midnight.
            (&slashes, "10/2/2017 10:56", "2017-10-02T13:56:00Z"),
            (&slashes, "1/2/2018 0:05", "2018-01-02T02:05:00Z"),
            (&slashes, "10/15/2017 0:30", "2017-10-15T03:00:00Z"),
            (&slashes, "02/17/2018 23:30", "2018-02-18T01:30:00Z"),
            (&several, "2018-03-01T10:00:00+08:00", "2018-03-01T02:00:00Z"),
            (&several, "2018-03-01 10:00:00+08:00", "2018-03-01T02:00:00Z"),
            (&several, "2018-03-01", "2018-03-01T03:00:00Z"),
        ] {
            let found = time(text, times).unwrap();
            assert_eq!(found, Instant::parse(expected).unwrap(), "{text}");
        }
        for text in ["", "2/30/2018 1:00", "13/1/2018 1:00", "1/2/2018", "soon", "1/2/2018 1:00 x"] {
            let found = time(text, &slashes);
            // A date alone is not what this format says.
            assert_eq!(found, Err(BadCode::NotATime), "{text}");
        }
    }
}
