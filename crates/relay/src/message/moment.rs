//! A moment by the relay's clock, told as the shop's wall shows it.

use std::fmt;

use jiff::Timestamp;
use jiff::fmt::temporal::DateTimePrinter;
use jiff::tz::Offset;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A moment, written in RFC 3339 with the offset in force there and then.
///
/// ```
/// # use relay::message::Moment;
/// let until = Moment { micros: 1_735_689_600_000_000, offset_seconds: 8 * 3_600 };
/// assert_eq!(serde_json::to_string(&until).expect("it is a text"), "\"2025-01-01T08:00:00+08:00\"");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Microseconds since 1970.
    pub micros: i64,
    /// East of UTC.
    pub offset_seconds: i32,
}

impl Moment {
    /// One that is told in UTC.
    pub const fn utc(micros: i64) -> Self {
        Self { micros, offset_seconds: 0 }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ends = if self.micros < 0 { Timestamp::MIN } else { Timestamp::MAX };
        let stamp = Timestamp::from_microsecond(self.micros).unwrap_or(ends);
        let offset = Offset::from_seconds(self.offset_seconds).unwrap_or(Offset::UTC);
        f.write_str(&DateTimePrinter::new().timestamp_with_offset_to_string(&stamp, offset))
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let stamp: Timestamp = text.parse().map_err(serde::de::Error::custom)?;
        let pieces = jiff::fmt::temporal::Pieces::parse(&text).map_err(serde::de::Error::custom)?;
        let offset = pieces.to_numeric_offset().unwrap_or(Offset::UTC);
        Ok(Self { micros: stamp.as_microsecond(), offset_seconds: offset.seconds() })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_told_with_its_offset_and_read_again() {
        for (micros, offset_seconds, told) in [
            (1_735_689_600_000_000, 28_800, "2025-01-01T08:00:00+08:00"),
            (1_735_689_600_250_000, -12_600, "2024-12-31T20:30:00.25-03:30"),
            (1_735_689_600_000_000, 0, "2025-01-01T00:00:00+00:00"),
        ] {
            let moment = Moment { micros, offset_seconds };
            assert_eq!(moment.to_string(), told);
            assert_eq!(serde_json::from_str::<Moment>(&format!("\"{told}\"")).unwrap(), moment);
        }
        assert!(Moment::utc(i64::MAX).to_string().starts_with("9999-"), "a mail has no end");
        assert!(serde_json::from_str::<Moment>("\"tomorrow\"").is_err());
    }
}
