//! Instants, zones and civil days.
//!
//! Instants are microseconds since 1970 in UTC; a civil date is computed when it is read, in the
//! shop's zone (A-G-1). Intervals are half-open: the start belongs to them, the end does not (A-G-3).

use jiff::{
    Timestamp, civil,
    fmt::temporal::DateTimePrinter,
    tz::{AmbiguousOffset, TimeZone},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, sync::Arc};

const MICROS: i64 = 1_000_000;
/// What to tell who wrote a time that cannot be read.
pub const WRITTEN: &str =
    "a time is written in RFC 3339, e.g. 2022-06-10T12:00:00+08:00, and lies before 9999-12-30T22:00:00Z";

/// A moment: microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Instant(i64);

impl Instant {
    /// From microseconds since 1970.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }
    /// Microseconds since 1970.
    pub const fn micros(self) -> i64 {
        self.0
    }
    /// This moment and some seconds; stays at the end of time rather than wrapping.
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(MICROS)))
    }
    /// The last moment before this one.
    pub const fn just_before(self) -> Self {
        Self::from_micros(self.micros().saturating_sub(1))
    }
    /// This moment and some minutes.
    pub const fn plus_minutes(self, minutes: i64) -> Self {
        self.plus_seconds(minutes.saturating_mul(60))
    }
    /// This moment and some hours of 60 minutes.
    pub const fn plus_hours(self, hours: i64) -> Self {
        self.plus_minutes(hours.saturating_mul(60))
    }
    /// Microseconds from `earlier` to this moment.
    pub const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
    /// Reads RFC 3339, e.g. `2022-06-10T10:00:00+08:00`. `None` when it is not that.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse::<Timestamp>().ok().map(|t| Self(t.as_microsecond()))
    }
    fn timestamp(self) -> Timestamp {
        Timestamp::from_microsecond(self.0).unwrap_or(if self.0 < 0 {
            Timestamp::MIN
        } else {
            Timestamp::MAX
        })
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.timestamp())
    }
}
impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// A time from `starts_at` to `ends_at`, half-open; RFC 3339 on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "two moments")]
pub struct Window {
    #[serde(with = "text")]
    pub starts_at: Instant,
    #[serde(with = "text")]
    pub ends_at: Instant,
}

impl Window {
    /// Whether the moment lies in it (A-S1-22).
    pub fn contains(&self, at: Instant) -> bool {
        self.starts_at <= at && at < self.ends_at
    }
}

/// A civil day, counted from 1970-01-01: what "per day" counts by (A-G-2).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CivilDay(pub i32);

impl CivilDay {
    /// The day after it.
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
    /// Its date; the last one where there is none so late.
    pub fn date(self) -> civil::Date {
        let days = jiff::Span::new().try_days(self.0);
        let date = days.and_then(|days| civil::date(1970, 1, 1).checked_add(days));
        date.unwrap_or(civil::Date::MAX)
    }
}

/// Such as 2030-11-04.
impl fmt::Display for CivilDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.date())
    }
}

/// A time zone by its IANA name, with its rules.
#[derive(Clone)]
pub struct Zone {
    name: Arc<str>,
    rules: TimeZone,
}

impl Zone {
    /// The zone of that IANA name; `None` if there is none.
    pub fn find(name: &str) -> Option<Self> {
        let rules = TimeZone::get(name).ok()?;
        Some(Self { name: name.into(), rules })
    }
    /// The default: Asia/Shanghai (A-G-1).
    pub fn shanghai() -> Self {
        Self::find("Asia/Shanghai").unwrap_or(Self { name: "UTC".into(), rules: TimeZone::UTC })
    }
    /// The IANA name.
    pub fn name(&self) -> &str {
        &self.name
    }
    /// Minutes east of UTC at that moment.
    pub fn offset_minutes(&self, at: Instant) -> i32 {
        self.rules.to_offset(at.timestamp()).seconds() / 60
    }
    /// The civil day that the moment lies in.
    pub fn day(&self, at: Instant) -> CivilDay {
        let offset = i64::from(self.rules.to_offset(at.timestamp()).seconds());
        let days = (at.0.div_euclid(MICROS) + offset).div_euclid(86_400);
        CivilDay(i32::try_from(days).unwrap_or(i32::MAX))
    }
    /// When the civil day after the one that the moment lies in begins.
    pub fn next_day(&self, at: Instant) -> Instant {
        let tomorrow = self.civil(at).date().tomorrow();
        tomorrow.map_or(at, |day| self.instant(day.at(0, 0, 0, 0)))
    }
    /// Hour of the civil day, 0 to 23.
    pub fn hour(&self, at: Instant) -> u8 {
        self.civil(at).hour().unsigned_abs()
    }
    /// Date and time on the wall.
    pub fn civil(&self, at: Instant) -> civil::DateTime {
        self.rules.to_datetime(at.timestamp())
    }
    /// The moment at which the wall shows that date and time; in a gap the moment just after it.
    pub fn instant(&self, wall: civil::DateTime) -> Instant {
        self.instants(wall).0
    }
    /// The first and the last moment at which the wall shows that date and time: two when the clock
    /// is set back over it, else the same one.
    pub fn instants(&self, wall: civil::DateTime) -> (Instant, Instant) {
        let found = self.rules.to_ambiguous_timestamp(wall);
        let moment = |t: Result<Timestamp, _>| t.unwrap_or(Timestamp::MAX);
        let (early, late) = (moment(found.earlier()), moment(found.later()));
        let both = match found.offset() {
            AmbiguousOffset::Unambiguous { .. } | AmbiguousOffset::Fold { .. } => (early, late),
            AmbiguousOffset::Gap { .. } => {
                let change = self.rules.following(early).next();
                let after = change.map_or(late, |change| change.timestamp());
                (after, after)
            }
        };
        (Instant(both.0.as_microsecond()), Instant(both.1.as_microsecond()))
    }
    /// The moments that people may mean who write that date and time down: where the clock is set back over it the two at
    /// which the wall shows it, where it is set forward over it those that it would be by the clock before and after.
    pub fn meant(&self, wall: civil::DateTime) -> Meant {
        let found = self.rules.to_ambiguous_timestamp(wall);
        let moment = |t: Result<Timestamp, _>| Instant(t.unwrap_or(Timestamp::MAX).as_microsecond());
        match found.offset() {
            AmbiguousOffset::Unambiguous { .. } => Meant::Once(moment(found.earlier())),
            AmbiguousOffset::Fold { .. } => Meant::Twice(moment(found.earlier()), moment(found.later())),
            AmbiguousOffset::Gap { .. } => Meant::Never(moment(found.earlier()), moment(found.later())),
        }
    }
    /// The last change of the clock up to that moment, and the first one after it.
    pub fn changes(&self, at: Instant) -> (Option<Instant>, Option<Instant>) {
        let next = Instant(at.0.saturating_add(1)).timestamp();
        let moment = |stamp: Timestamp| Instant(stamp.as_microsecond());
        let before = self.rules.preceding(next).next();
        let after = self.rules.following(at.timestamp()).next();
        (before.map(|change| moment(change.timestamp())), after.map(|change| moment(change.timestamp())))
    }
    /// Whether the wall shows a whole hour, to the microsecond.
    pub fn is_whole_hour(&self, at: Instant) -> bool {
        let wall = self.civil(at);
        (wall.minute(), wall.second(), wall.subsec_nanosecond()) == (0, 0, 0)
    }
    /// The end that is meant by that moment: the next 00:00:00 on the wall where it shows 23:59:59 to the
    /// microsecond, else the moment itself (A-G-3).
    pub fn end(&self, at: Instant) -> Instant {
        let wall = self.civil(at);
        if (wall.hour(), wall.minute(), wall.second(), wall.subsec_nanosecond()) != (23, 59, 59, 0) {
            return at;
        }
        self.next_day(at)
    }
    /// The first whole hour on the wall that is not before the moment.
    pub fn ceil_to_hour(&self, at: Instant) -> Instant {
        if self.is_whole_hour(at) {
            return at;
        }
        let wall = self.civil(at);
        let rest = 3_600 - (i64::from(wall.minute()) * 60 + i64::from(wall.second()));
        let whole_seconds = Instant(at.0.div_euclid(MICROS) * MICROS);
        whole_seconds.plus_seconds(rest)
    }
    /// RFC 3339 with the offset in force, e.g. `2022-06-10T10:00:00+08:00`.
    pub fn format(&self, at: Instant) -> String {
        let stamp = at.timestamp();
        DateTimePrinter::new().timestamp_with_offset_to_string(&stamp, self.rules.to_offset(stamp))
    }
}

/// Which moments a date and time on the wall may be, the earlier before the later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meant {
    /// This one.
    Once(Instant),
    /// The wall shows it twice.
    Twice(Instant, Instant),
    /// The wall never shows it.
    Never(Instant, Instant),
}

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}
impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}
impl Serialize for Zone {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&self.name)
    }
}
impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let name = String::deserialize(d)?;
        Self::find(&name).ok_or_else(|| serde::de::Error::custom(format!("no time zone {name}")))
    }
}

/// Instants as RFC 3339 text on the wire.
pub mod text {
    use super::Instant;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    /// Writes it in UTC.
    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands the field over like this")]
    pub fn serialize<S: Serializer>(at: &Instant, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(at)
    }
    /// Reads it with any offset.
    pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Instant, D::Error> {
        let text = String::deserialize(d)?;
        Instant::parse(&text).ok_or_else(|| D::Error::custom(super::WRITTEN))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn at(text: &str) -> Instant {
        Instant::parse(text).unwrap()
    }

    #[test]
    fn a_g_1_and_a_g_2_days_are_civil_days_of_the_shops_zone() {
        let zone = Zone::shanghai();
        let before = at("2022-06-10T23:59:59.999999+08:00");
        let after = at("2022-06-11T00:00:00+08:00");
        assert_eq!(zone.day(before).0 + 1, zone.day(after).0);
        assert_eq!(zone.day(at("2022-06-10T16:00:00Z")), zone.day(after));
        let sao_paulo = Zone::find("America/Sao_Paulo").unwrap();
        assert_eq!(
            sao_paulo.day(at("2018-01-01T01:59:59Z")).0 + 1,
            sao_paulo.day(at("2018-01-01T02:00:00Z")).0
        );
    }

    #[test]
    fn whole_hours() {
        let zone = Zone::shanghai();
        let whole = at("2022-06-10T12:00:00+08:00");
        assert_eq!(zone.ceil_to_hour(whole), whole);
        assert_eq!(zone.ceil_to_hour(Instant(whole.0 + 1)), whole.plus_hours(1));
        assert_eq!(zone.ceil_to_hour(at("2022-06-10T12:59:59.5+08:00")), whole.plus_hours(1));
        // A zone half an hour off UTC has its own whole hours.
        let kolkata = Zone::find("Asia/Kolkata").unwrap();
        assert!(kolkata.is_whole_hour(at("2022-06-10T12:30:00Z")));
        assert!(!kolkata.is_whole_hour(at("2022-06-10T12:00:00Z")));
    }

    /// Summer time, and China's own of 1986 to 1991.
    #[test]
    fn a_g_1_a_wall_may_show_a_time_twice_or_never() {
        for (zone, wall, expected) in [
            ("America/New_York", "2025-11-02T00:59:59", Meant::Once(at("2025-11-02T04:59:59Z"))),
            (
                "America/New_York",
                "2025-11-02T01:30:00",
                Meant::Twice(at("2025-11-02T05:30:00Z"), at("2025-11-02T06:30:00Z")),
            ),
            (
                "America/New_York",
                "2025-03-09T02:30:00",
                Meant::Never(at("2025-03-09T06:30:00Z"), at("2025-03-09T07:30:00Z")),
            ),
            (
                "Asia/Shanghai",
                "1988-09-11T01:30:00",
                Meant::Twice(at("1988-09-10T16:30:00Z"), at("1988-09-10T17:30:00Z")),
            ),
            ("Asia/Shanghai", "2025-11-02T01:30:00", Meant::Once(at("2025-11-01T17:30:00Z"))),
        ] {
            let found = Zone::find(zone).unwrap().meant(wall.parse().unwrap());
            assert_eq!(found, expected, "{zone} {wall}");
        }
    }

    #[test]
    fn formats_with_the_offset_in_force() {
        assert_eq!(Zone::shanghai().format(at("2022-06-10T02:00:00Z")), "2022-06-10T10:00:00+08:00");
    }
}
