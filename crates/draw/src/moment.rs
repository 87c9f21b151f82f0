//! A moment as a notice tells it: to the second, with the shop's distance from UTC.

use jiff::{
    Timestamp,
    fmt::temporal::Pieces,
    tz::{Offset, TimeZone},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use std::{fmt, str::FromStr};

/// A moment. Its one text form is that of RFC 3339: `2026-12-01T00:00:00+08:00`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    seconds: i64,
    offset_seconds: i32,
}

/// It is no such text, or no moment of a calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a moment such as 2026-12-01T00:00:00+08:00")]
pub struct NotAMoment;

impl Moment {
    /// Whole seconds since 1970 in UTC, seen so many minutes east of it. No moment of a draw lies before 1971.
    pub fn try_new(seconds: i64, offset_minutes: i32) -> Result<Self, NotAMoment> {
        let offset_seconds = offset_minutes.checked_mul(60).ok_or(NotAMoment)?;
        if seconds < 365 * 24 * 3_600 {
            return Err(NotAMoment);
        }
        Timestamp::from_second(seconds).map_err(|_| NotAMoment)?;
        Offset::from_seconds(offset_seconds).map_err(|_| NotAMoment)?;
        Ok(Self { seconds, offset_seconds })
    }
    /// Milliseconds since 1970 in UTC.
    pub const fn at_ms(self) -> i64 {
        self.seconds * 1000
    }
    /// As a notice tells it: `2026-12-01 00:00:00（UTC+08:00）`.
    pub fn told(self) -> String {
        let text = self.to_string();
        let (date, time, offset) = (&text[..10], &text[11..19], &text[19..]);
        format!("{date} {time}（UTC{offset}）")
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let offset = Offset::from_seconds(self.offset_seconds).expect("it was looked at when it was made");
        let stamp = Timestamp::from_second(self.seconds).expect("it was looked at when it was made");
        let there = stamp.to_zoned(TimeZone::fixed(offset));
        write!(f, "{}", there.strftime("%Y-%m-%dT%H:%M:%S%:z"))
    }
}

impl fmt::Debug for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Moment {
    type Err = NotAMoment;
    fn from_str(text: &str) -> Result<Self, NotAMoment> {
        let offset = Pieces::parse(text).ok().and_then(|pieces| pieces.to_numeric_offset());
        let stamp: Timestamp = text.parse().map_err(|_| NotAMoment)?;
        let minutes = offset.ok_or(NotAMoment)?.seconds() / 60;
        let moment = Self::try_new(stamp.as_second(), minutes)?;
        // One moment has one text, so that a notice has one hash.
        if moment.to_string() == text { Ok(moment) } else { Err(NotAMoment) }
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}
