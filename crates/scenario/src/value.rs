//! Amounts and times as people write them, turned into what the API takes.

use domain::Instant;
use money::{Currency, Money};
use serde_json::{Value, json};

/// Yuan into fen, exactly: `100.00` is 10000.
pub fn fen(text: &str) -> Result<i64, String> {
    let read = text.parse::<Money>();
    read.map(Money::minor).map_err(|wrong| format!("`{text}` is no amount: {wrong}"))
}

/// Fen as yuan with two digits.
pub fn yuan(fen: i64) -> String {
    Currency::CNY.digits(Money::from_minor(fen))
}

/// A JSON number as it is written, `10.5` too; anything else as text.
pub fn number(text: &str) -> Value {
    serde_json::from_str(text).ok().filter(Value::is_number).unwrap_or_else(|| json!(text))
}

/// The date that bare times of day stand for.
#[derive(Debug, Clone, Default)]
pub struct Day(Option<String>);

impl Day {
    /// A day from its date, `2022-06-10`.
    pub fn new(date: &str) -> Result<Self, String> {
        let day = Self(Some(date.to_owned()));
        day.time("00:00").map(|_| day)
    }

    /// RFC 3339 of `11:45`, `11:45:59`, `2022-06-10T11:45` (both +08:00) or of the whole.
    pub fn time(&self, text: &str) -> Result<String, String> {
        let (date, clock) = match (text.split_once('T'), &self.0) {
            (Some((date, clock)), _) => (date, clock),
            (None, Some(date)) => (date.as_str(), text),
            (None, None) => return Err(format!("`{text}` has no date; a `day` line gives one")),
        };
        let has_offset = clock.ends_with('Z') || clock.contains(['+', '-']);
        let whole = match (has_offset, clock.len()) {
            (true, _) => format!("{date}T{clock}"),
            (false, 5) => format!("{date}T{clock}:00+08:00"),
            (false, _) => format!("{date}T{clock}+08:00"),
        };
        match Instant::parse(&whole) {
            Some(_) => Ok(whole),
            None => Err(format!("`{text}` is no time; write 11:45 or 2022-06-10T11:45")),
        }
    }

    /// The moment of such a text.
    pub fn moment(&self, text: &str) -> Result<Instant, String> {
        let whole = self.time(text)?;
        Instant::parse(&whole).ok_or_else(|| format!("`{whole}` is no time"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_exact() {
        assert_eq!(fen("100.00"), Ok(10_000));
        assert_eq!(fen("50.01"), Ok(5_001));
        assert_eq!(fen("-5"), Ok(-500));
        assert!(fen("1.234").is_err() && fen("ten").is_err());
        assert_eq!((yuan(-5), yuan(10_000)), ("-0.05".into(), "100.00".into()));
        assert_eq!(number("10.5"), json!(10.5));
        assert_eq!(number("ten"), json!("ten"));
    }

    #[test]
    fn times_are_of_a_day_in_shanghai() {
        let day = Day::new("2022-06-10").unwrap();
        assert_eq!(day.time("11:45").unwrap(), "2022-06-10T11:45:00+08:00");
        assert_eq!(day.time("11:45:59").unwrap(), "2022-06-10T11:45:59+08:00");
        assert_eq!(day.time("2022-06-11T11:45").unwrap(), "2022-06-11T11:45:00+08:00");
        assert_eq!(day.moment("2022-06-10T03:45:00Z"), day.moment("11:45"), "the same moment");
        assert!(Day::default().time("11:45").is_err());
        assert!(day.time("25:00").is_err() && Day::new("tomorrow").is_err());
    }
}
