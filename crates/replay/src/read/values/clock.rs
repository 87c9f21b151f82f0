//! From text to moments: by the mapping's formats, and as spreadsheets and platforms write times whatever it says.

use crate::{
    mapping::Seconds,
    plan::{RFC3339, SERIAL, SERIAL_1904, TimesPlan},
    read::bad::BadCode,
};
use domain::{Instant, time::Meant};
use jiff::{
    civil::{Date, DateTime, Time, date},
    fmt::strtime::BrokenDownTime,
    tz::Offset,
};

/// A time in one of the mapping's formats; without an offset it is a time on the wall of the zone. A date alone is its
/// midnight where a format says a date alone. Beside the formats the usual ways are understood that begin with the
/// year: `2023-06-01T15:05:00.000Z`, `2023/6/1 15:05`, `2023年6月1日 下午3:05`.
pub(crate) fn time(text: &str, times: &TimesPlan) -> Result<Moment, BadCode> {
    // The formats of most mappings say the same as the usual way, which is read faster.
    let usual_first = times.formats.first().is_some_and(|format| USUAL.contains(&format.as_str()));
    if usual_first && let Some(at) = usual(text, times) {
        return Ok(at);
    }
    let read = |format: &String| match format.as_str() {
        RFC3339 => Instant::parse(text).filter(|_| times.takes(iso_seconds(text))).map(Moment::Sure),
        SERIAL => serial(text, date(1899, 12, 30), times),
        SERIAL_1904 => serial(text, date(1904, 1, 1), times),
        format => {
            let read = BrokenDownTime::parse(format, text).ok()?;
            if read.hour().is_some() && !times.takes(read.second().is_some()) {
                return None;
            }
            if read.offset().is_some() {
                let at = read.to_timestamp().ok()?;
                return Some(Moment::Sure(Instant::from_micros(at.as_microsecond())));
            }
            Some(times.on_the_wall(read.to_datetime().ok()?))
        }
    };
    times.formats.iter().find_map(read).or_else(|| usual(text, times)).ok_or(BadCode::NotATime)
}

/// A moment as it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    /// This one.
    Sure(Instant),
    /// A time on the wall of its zone that is no moment, or two: what it counts as, why, and between which moments it was.
    Unsure { at: Instant, code: BadCode, since: Instant, until: Instant },
}

impl Moment {
    /// What it counts as.
    pub fn at(self) -> Instant {
        match self {
            Self::Sure(at) | Self::Unsure { at, .. } => at,
        }
    }
}

impl TimesPlan {
    /// The moment of a date and time without an offset.
    fn on_the_wall(&self, wall: DateTime) -> Moment {
        let (code, since, until) = match self.zone.meant(wall) {
            Meant::Once(at) => return Moment::Sure(at),
            Meant::Twice(since, until) => (BadCode::TimeTwice, since, until),
            Meant::Never(since, until) => (BadCode::TimeSkipped, since, until),
        };
        Moment::Unsure { at: self.zone.instant(wall), code, since, until }
    }

    /// Whether a time of the day will do that has seconds, or has none.
    fn takes(&self, has_seconds: bool) -> bool {
        has_seconds || self.seconds == Seconds::Optional
    }
}

/// Whether a moment of ISO 8601 says its seconds: `15:05:06` or `150506` behind the day.
fn iso_seconds(text: &str) -> bool {
    let clock = text.split_once(['T', 't', ' ']).map_or("", |(_, clock)| clock.trim_start());
    let clock = clock.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b':');
    clock.filter(u8::is_ascii_digit).count() >= 6
}

/// Formats that read nothing else than the usual way does.
const USUAL: [&str; 6] =
    [RFC3339, "%Y-%m-%d %H:%M:%S", "%F %T", "%Y-%m-%dT%H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y-%m-%d %H:%M"];

/// Days since the epoch of a sheet, to the nearest second.
fn serial(text: &str, epoch: Date, times: &TimesPlan) -> Option<Moment> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let days: f64 = text.parse().ok().filter(|_| is_number)?;
    if !(1.0..3_000_000.0).contains(&days) {
        return None;
    }
    #[allow(clippy::cast_possible_truncation, reason = "bounded above")]
    let seconds = (days * 86_400.0).round() as i64;
    let span = jiff::Span::new().days(seconds / 86_400).seconds(seconds % 86_400);
    Some(times.on_the_wall(epoch.at(0, 0, 0, 0).checked_add(span).ok()?))
}

/// The year first, then month and day; a time of the day; perhaps an offset.
fn usual(text: &str, times: &TimesPlan) -> Option<Moment> {
    let mut rest = Rest(text);
    let date = rest.date()?;
    if !rest.take(&["T", "t"]) && !rest.blanks() && !rest.0.starts_with(|c: char| !c.is_ascii()) {
        return None;
    }
    let (time, has_seconds) = rest.time()?;
    if !times.takes(has_seconds) {
        return None;
    }
    rest.blanks();
    let at = DateTime::from_parts(date, time);
    if rest.0.is_empty() {
        return Some(times.on_the_wall(at));
    }
    let offset = rest.offset().filter(|_| rest.0.is_empty())?;
    let at = offset.to_timestamp(at).ok()?;
    Some(Moment::Sure(Instant::from_micros(at.as_microsecond())))
}

/// When in the day an hour of twelve is meant.
#[derive(Clone, Copy, PartialEq)]
enum Half {
    Morning,
    Noon,
    Afternoon,
    Evening,
}

const HALVES: [(&str, Half); 16] = [
    ("上午", Half::Morning),
    ("早上", Half::Morning),
    ("凌晨", Half::Morning),
    ("清晨", Half::Morning),
    ("中午", Half::Noon),
    ("下午", Half::Afternoon),
    ("傍晚", Half::Evening),
    ("晚上", Half::Evening),
    ("AM", Half::Morning),
    ("am", Half::Morning),
    ("a.m.", Half::Morning),
    ("A.M.", Half::Morning),
    ("PM", Half::Afternoon),
    ("pm", Half::Afternoon),
    ("p.m.", Half::Afternoon),
    ("P.M.", Half::Afternoon),
];

impl Half {
    /// The hour of the day; none for one that is not in that half.
    fn hour(self, hour: i8) -> Option<i8> {
        match (self, hour) {
            (Self::Morning, 12) => Some(0),
            (Self::Morning, 0..=11)
            | (Self::Noon, 10..=14)
            | (Self::Afternoon, 12..=23)
            | (Self::Evening, 16..=23) => Some(hour),
            (Self::Noon, 1..=2) | (Self::Afternoon, 1..=11) | (Self::Evening, 4..=11) => Some(hour + 12),
            // 晚上12点 is this midnight or the next.
            (Self::Morning | Self::Noon | Self::Afternoon | Self::Evening, _) => None,
        }
    }
}

/// What is still to be read.
struct Rest<'t>(&'t str);

impl Rest<'_> {
    /// Takes the first of the words that comes.
    fn take(&mut self, words: &[&str]) -> bool {
        let rest = words.iter().find_map(|word| self.0.strip_prefix(word));
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    fn blanks(&mut self) -> bool {
        let rest = self.0.trim_start();
        let any = rest.len() < self.0.len();
        self.0 = rest;
        any
    }

    /// A number of so many digits.
    fn number(&mut self, least: usize, most: usize) -> Option<i16> {
        let digits = self.0.bytes().take_while(u8::is_ascii_digit).count();
        if !(least..=most).contains(&digits) {
            return None;
        }
        let (number, rest) = self.0.split_at(digits);
        self.0 = rest;
        number.parse().ok()
    }

    fn small(&mut self) -> Option<i8> {
        i8::try_from(self.number(1, 2)?).ok()
    }

    /// `2023-6-1`, `2023/06/01`, `2023.6.1`, `2023年6月1日`.
    fn date(&mut self) -> Option<Date> {
        let year = self.number(4, 4)?;
        if self.take(&["年"]) {
            let month = self.small()?;
            let day = self.take(&["月"]).then(|| self.small())??;
            return self.take(&["日", "号"]).then(|| Date::new(year, month, day).ok())?;
        }
        let sign = self.0.chars().next().filter(|sign| matches!(sign, '-' | '/' | '.'))?;
        let sign: &str = &self.0[..sign.len_utf8()];
        self.take(&[sign]);
        let month = self.small()?;
        let day = self.take(&[sign]).then(|| self.small())??;
        Date::new(year, month, day).ok()
    }

    /// `15:05`, `15:05:06.789`, `下午3:05`, `3:05 PM`, `15时05分06秒`; and whether it says seconds.
    fn time(&mut self) -> Option<(Time, bool)> {
        let before = self.half();
        self.blanks();
        let hour = self.small()?;
        let (minute, second, nanos) = if self.take(&["时", "點", "点"]) {
            let minute = self.small()?;
            let second = if self.take(&["分"]) && !self.0.is_empty() { Some(self.small()?) } else { None };
            self.take(&["秒"]);
            (minute, second, 0)
        } else {
            let minute = self.take(&[":", "："]).then(|| self.number(2, 2))??;
            let mut second = None;
            let mut nanos = 0;
            if self.take(&[":", "："]) {
                second = Some(i8::try_from(self.number(2, 2)?).ok()?);
                nanos = if self.take(&[".", ","]) { self.fraction()? } else { 0 };
            }
            (i8::try_from(minute).ok()?, second, nanos)
        };
        let blank = Rest(self.0.trim_start()).half();
        let half = match (before, blank) {
            (Some(_), Some(_)) => return None,
            (None, Some(half)) => {
                self.blanks();
                self.half();
                Some(half)
            }
            (before, None) => before,
        };
        let hour = half.map_or(Some(hour), |half| half.hour(hour))?;
        Some((Time::new(hour, minute, second.unwrap_or(0), nanos).ok()?, second.is_some()))
    }

    fn half(&mut self) -> Option<Half> {
        let (word, half) = HALVES.iter().find(|(word, _)| self.0.starts_with(word))?;
        self.0 = &self.0[word.len()..];
        Some(*half)
    }

    /// Digits behind the second, as nanoseconds.
    fn fraction(&mut self) -> Option<i32> {
        let digits = self.0.bytes().take_while(u8::is_ascii_digit).count();
        let (kept, rest) = (self.0.get(..digits.min(9))?, &self.0[digits..]);
        let nanos = format!("{kept:0<9}").parse().ok().filter(|_| digits > 0);
        self.0 = rest;
        nanos
    }

    /// `Z`, `+08:00`, `+0800`, `+08`.
    fn offset(&mut self) -> Option<Offset> {
        if self.take(&["Z", "z", "UTC", "GMT"]) {
            return Some(Offset::UTC);
        }
        let sign = if self.take(&["+"]) { 1 } else { self.take(&["-", "\u{2212}"]).then_some(-1)? };
        let digits = self.0.bytes().take_while(u8::is_ascii_digit).count();
        let (hours, minutes) = if digits == 4 {
            let both = self.number(4, 4)?;
            (both / 100, both % 100)
        } else {
            let hours = self.number(2, 2)?;
            (hours, if self.take(&[":"]) { self.number(2, 2)? } else { 0 })
        };
        let seconds = sign * (i32::from(hours) * 3_600 + i32::from(minutes) * 60);
        (minutes < 60).then(|| Offset::from_seconds(seconds).ok())?
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use domain::time::Zone;

    fn plan(zone: &str, formats: &[&str]) -> TimesPlan {
        let formats = formats.iter().map(|&f| f.to_owned()).collect();
        TimesPlan { zone: Zone::find(zone).unwrap(), formats, seconds: Seconds::Optional }
    }

    #[test]
    fn times_are_read_in_the_exports_zone() {
        let slashes = plan("America/Sao_Paulo", &["%m/%d/%Y %H:%M"]);
        let several = plan("America/Sao_Paulo", &["rfc3339", "%Y-%m-%d %H:%M:%S%:z", "%Y-%m-%d"]);
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
            let found = time(text, times).unwrap().at();
            assert_eq!(found, Instant::parse(expected).unwrap(), "{text}");
        }
        for text in ["", "2/30/2018 1:00", "13/1/2018 1:00", "1/2/2018", "soon", "1/2/2018 1:00 x"] {
            let found = time(text, &slashes);
            // A date alone is not what this format says.
            assert_eq!(found, Err(BadCode::NotATime), "{text}");
        }
    }

    /// A time that the zone has twice or never is no certain moment, however it is written; one with an offset is.
    #[test]
    fn times_that_a_zone_skips_or_has_twice_are_told() {
        let times = plan("America/New_York", &["%m/%d/%Y %H:%M:%S", "serial", "rfc3339"]);
        let utc = |text: &str| Instant::parse(text).unwrap();
        let twice = Moment::Unsure {
            at: utc("2025-11-02T05:30:00Z"),
            code: BadCode::TimeTwice,
            since: utc("2025-11-02T05:30:00Z"),
            until: utc("2025-11-02T06:30:00Z"),
        };
        let skipped = Moment::Unsure {
            at: utc("2025-03-09T07:00:00Z"),
            code: BadCode::TimeSkipped,
            since: utc("2025-03-09T06:30:00Z"),
            until: utc("2025-03-09T07:30:00Z"),
        };
        for (text, expected) in [
            ("11/02/2025 01:30:00", twice),
            ("2025-11-02 01:30:00", twice),
            ("45963.0625", twice),
            ("03/09/2025 02:30:00", skipped),
            ("2025-03-09T02:30:00", skipped),
            ("2025-11-02 01:30:00 -0400", Moment::Sure(utc("2025-11-02T05:30:00Z"))),
            ("2025-11-02T01:30:00-05:00", Moment::Sure(utc("2025-11-02T06:30:00Z"))),
            ("2025-11-02 02:00:00", Moment::Sure(utc("2025-11-02T07:00:00Z"))),
        ] {
            assert_eq!(time(text, &times), Ok(expected), "{text}");
        }
    }

    #[test]
    fn usual_times_are_understood_beside_the_formats() {
        let times = plan("Asia/Shanghai", &["%m/%d/%Y %H:%M", "serial"]);
        for (text, wall) in [
            ("2023-06-01T15:05:06", "15:05:06"),
            ("2023-06-01 15:05:06", "15:05:06"),
            ("2023-06-01  15:05", "15:05:00"),
            ("2023-06-01T15:05:06.789", "15:05:06.789"),
            ("2023-06-01 15:05:06,5", "15:05:06.5"),
            ("2023-06-01T07:05:06Z", "15:05:06"),
            ("2023-06-01T07:05:06.000Z", "15:05:06"),
            ("2023-06-01 09:05:06 +0200", "15:05:06"),
            ("2023-06-01T16:05:06+09", "15:05:06"),
            ("2023/6/1 15:05", "15:05:00"),
            ("2023/06/01 3:05:06 PM", "15:05:06"),
            ("2023.6.1 15:05", "15:05:00"),
            ("2023年6月1日 下午3:05", "15:05:00"),
            ("2023年6月1日下午3:05:06", "15:05:06"),
            ("2023年06月01日 15:05:06", "15:05:06"),
            ("2023年6月1日 15时05分06秒", "15:05:06"),
            ("2023年6月1日 下午3点05分", "15:05:00"),
            ("2023/6/1 中午12:30", "12:30:00"),
            ("2023/6/1 中午1:30", "13:30:00"),
            ("2023/6/1 上午12:05", "00:05:00"),
            ("2023/6/1 凌晨 2:05", "02:05:00"),
            ("2023/6/1 晚上 8:05", "20:05:00"),
            ("2023/6/1 下午 20:05", "20:05:00"),
            ("2023/6/1 12:05 am", "00:05:00"),
            ("45078.62855324074", "15:05:07"),
            ("45078.5", "12:00:00"),
            ("45078", "00:00:00"),
        ] {
            let expected = Instant::parse(&format!("2023-06-01T{wall}+08:00")).unwrap();
            assert_eq!(time(text, &times), Ok(Moment::Sure(expected)), "{text}");
        }
        for text in [
            "2023-06-01",
            "2023-06-01T",
            "2023-13-01 15:05",
            "2023-02-29 15:05",
            "2023-06-01 25:05",
            "2023-06-01 15:5",
            "2023-06-01 15:05:60",
            "2023-06/01 15:05",
            "23-06-01 15:05",
            "2023/6/1 下午3:05 PM",
            "2023/6/1 晚上12:05",
            "2023/6/1 上午15:05",
            "2023-06-01 15:05 soon",
            "2023-06-01 15:05+8",
            "2023-06-01 15:05+0860",
            "0",
            "45078.x",
            "1e5",
            "-45078",
        ] {
            assert_eq!(time(text, &times), Err(BadCode::NotATime), "{text}");
        }
        let no_serial = plan("Asia/Shanghai", &["%m/%d/%Y %H:%M"]);
        assert_eq!(time("45078.5", &no_serial), Err(BadCode::NotATime));
        let of_1904 = plan("Asia/Shanghai", &["serial1904"]);
        let noon = Instant::parse("2023-06-01T12:00:00+08:00").unwrap();
        assert_eq!(time("43616.5", &of_1904), Ok(Moment::Sure(noon)));
    }

    /// A-G-11: ranks are by the second, so a time of the minute is none where the mapping says so.
    #[test]
    fn a_g_11_seconds_can_be_required() {
        let formats = [
            "%m/%d/%Y %H:%M",
            "%Y-%m-%d %H:%M",
            "%Y-%m-%d %H:%M:%S",
            "%d.%m.%Y",
            "%I:%M %p %d %B %Y",
            "rfc3339",
            "serial",
        ];
        let optional = plan("Asia/Shanghai", &formats);
        let required = TimesPlan { seconds: Seconds::Required, ..plan("Asia/Shanghai", &formats) };
        for text in [
            "06/01/2023 15:05",
            "2023-06-01 15:05",
            "2023-06-01T15:05",
            "2023/6/1 15:05",
            "2023-06-01T15:05+08:00",
            "2023-06-01T1505Z",
            "2023年6月1日 下午3:05",
            "2023年6月1日 15时05分",
            "2023/6/1 3:05 PM",
            "03:05 PM 01 June 2023",
        ] {
            assert!(time(text, &optional).is_ok(), "{text}");
            assert_eq!(time(text, &required), Err(BadCode::NotATime), "{text}");
        }
        for text in [
            "2023-06-01 15:05:00",
            "2023-06-01T07:05:00Z",
            "20230601T070500Z",
            "2023/6/1 下午3:05:00",
            "2023年6月1日 15时05分00秒",
            "2023/6/1 3:05:00 PM",
        ] {
            assert_eq!(
                time(text, &required),
                Ok(Moment::Sure(Instant::parse("2023-06-01T15:05:00+08:00").unwrap())),
                "{text}"
            );
        }
        // A day alone, and a number of days, are no times of the day without seconds.
        assert!(time("01.06.2023", &required).is_ok() && time("45078.5", &required).is_ok());
    }
}
