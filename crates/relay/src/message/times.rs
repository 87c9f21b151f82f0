//! Providers' times. Those of China write local times without a zone, and mean Asia/Shanghai: eight hours before UTC,
//! without summer time since 1991.

use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, Zoned};

/// Asia/Shanghai.
fn shanghai() -> TimeZone {
    TimeZone::fixed(Offset::constant(8))
}

fn stamp(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or_default()
}

/// Such as `2023-10-26T09:01:01Z`.
pub(crate) fn utc(micros: i64) -> String {
    stamp(micros).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Such as `2023-10-26`, in UTC.
pub(crate) fn utc_date(micros: i64) -> String {
    stamp(micros).strftime("%Y-%m-%d").to_string()
}

/// Such as `20231026`, in Shanghai.
pub(crate) fn shanghai_date(micros: i64) -> String {
    Zoned::new(stamp(micros), shanghai()).strftime("%Y%m%d").to_string()
}

/// `2017-09-01 00:00:00` or `20170901000000` in Shanghai, in microseconds since 1970.
pub(crate) fn of_shanghai(text: &str) -> Option<i64> {
    let text = text.trim();
    let read = |format| DateTime::strptime(format, text).ok();
    let local = read("%Y-%m-%d %H:%M:%S").or_else(|| read("%Y%m%d%H%M%S"))?;
    Some(shanghai().to_ambiguous_zoned(local).compatible().ok()?.timestamp().as_microsecond())
}

/// RFC 3339, in microseconds since 1970.
pub(crate) fn of_rfc3339(text: &str) -> Option<i64> {
    Some(text.trim().parse::<Timestamp>().ok()?.as_microsecond())
}

/// Seconds since 1970, in microseconds.
pub(crate) fn of_seconds(seconds: i64) -> Option<i64> {
    Some(Timestamp::from_second(seconds).ok()?.as_microsecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_times_are_those_of_shanghai() {
        let midnight = of_rfc3339("2017-08-31T16:00:00Z");
        assert_eq!(of_shanghai("2017-09-01 00:00:00"), midnight);
        assert_eq!(of_shanghai("20170901000000"), midnight);
        assert_eq!(of_seconds(1_504_195_200), midnight);
        for wrong in ["", "2017-09-01", "2017-09-31 00:00:00", "yesterday", "99999-01-01 00:00:00"] {
            assert_eq!(of_shanghai(wrong), None, "{wrong}");
        }
        assert_eq!(of_seconds(i64::MAX), None);
    }

    #[test]
    fn a_day_begins_at_midnight_there() {
        let before = of_rfc3339("2017-08-31T15:59:59Z").unwrap_or_default();
        assert_eq!(shanghai_date(before), "20170831");
        assert_eq!(shanghai_date(before + 1_000_000), "20170901");
        assert_eq!(utc_date(before), "2017-08-31");
        assert_eq!(utc(before), "2017-08-31T15:59:59Z");
    }
}
