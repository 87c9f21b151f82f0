//! Quiet hours: the part of the day in which no push goes out (S0-R38, A-S0-13).
//!
//! `[from, to)` on the shop's wall clock; it may cross midnight; equal ends mean no quiet hours.

use crate::{Instant, time::Zone};
use jiff::civil::{DateTime, Time};
use serde::{Deserialize, Serialize};

/// A daily interval of wall-clock time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Text", into = "Text")]
pub struct QuietHours {
    from: Time,
    to: Time,
}

#[derive(Serialize, Deserialize)]
struct Text {
    from: String,
    to: String,
}

impl TryFrom<Text> for QuietHours {
    type Error = String;
    fn try_from(text: Text) -> Result<Self, String> {
        Self::try_new(&text.from, &text.to).ok_or_else(|| "quiet hours are written HH:MM".into())
    }
}
impl From<QuietHours> for Text {
    fn from(hours: QuietHours) -> Self {
        let text = |t: Time| format!("{:02}:{:02}", t.hour(), t.minute());
        Self { from: text(hours.from), to: text(hours.to) }
    }
}

impl Default for QuietHours {
    /// 22:00 to 07:00.
    fn default() -> Self {
        Self { from: Time::constant(22, 0, 0, 0), to: Time::constant(7, 0, 0, 0) }
    }
}

impl QuietHours {
    /// From two `HH:MM`; `None` when either is not that.
    pub fn try_new(from: &str, to: &str) -> Option<Self> {
        let read = |text: &str| {
            let (hour, minute) = text.split_once(':')?;
            let digits = |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
            let whole = digits(hour) && digits(minute);
            whole.then(|| Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok())?
        };
        Some(Self { from: read(from)?, to: read(to)? })
    }

    /// Whether the moment is quiet.
    pub fn contains(&self, zone: &Zone, at: Instant) -> bool {
        self.holds(zone.civil(at).time())
    }

    /// The quiet interval that the moment lies in; `None` when the moment is not quiet.
    pub fn around(&self, zone: &Zone, at: Instant) -> Option<(Instant, Instant)> {
        let wall = zone.civil(at);
        if !self.holds(wall.time()) {
            return None;
        }
        let started_today = wall.time() >= self.from;
        let start_day = if started_today { wall.date() } else { wall.date().yesterday().ok()? };
        let crosses = self.from > self.to;
        let end_day = if crosses { start_day.tomorrow().ok()? } else { start_day };
        // Setting the clock back shows an end twice, and can lead into quiet hours again or out of
        // them: of all these moments the ones next to `at` that border on time that is not quiet.
        let moments = |day, time| zone.instants(DateTime::from_parts(day, time));
        let (back, forth) = zone.changes(at);
        let (first, last) = moments(start_day, self.from);
        let begins = |moment: &Instant| {
            let before = Instant::from_micros(moment.micros() - 1);
            *moment <= at && !self.contains(zone, before)
        };
        let start = back.into_iter().chain([first, last]).filter(begins).max();
        let (early, late) = moments(end_day, self.to);
        let ends = |moment: &Instant| *moment > at && !self.contains(zone, *moment);
        let end = forth.into_iter().chain([early, late]).filter(ends).min();
        Some((start.unwrap_or(first), end.unwrap_or(late)))
    }

    /// The first quiet moment that is not before `at`; `None` without quiet hours.
    pub fn next_start(&self, zone: &Zone, at: Instant) -> Option<Instant> {
        if self.from == self.to {
            return None;
        }
        if let Some((_, end)) = self.around(zone, at) {
            return (end > at).then_some(at);
        }
        let wall = zone.civil(at);
        let day = if wall.time() < self.from { wall.date() } else { wall.date().tomorrow().ok()? };
        let (first, last) = zone.instants(DateTime::from_parts(day, self.from));
        let start = if first >= at { first } else { last };
        // Setting the clock back can lead into quiet hours before they start again.
        let back = zone.changes(at).1.filter(|change| self.contains(zone, *change));
        Some(back.map_or(start, |back| back.min(start)))
    }

    fn holds(&self, time: Time) -> bool {
        if self.from <= self.to {
            self.from <= time && time < self.to
        } else {
            self.from <= time || time < self.to
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn at(text: &str) -> Instant {
        Instant::parse(&format!("2022-06-{text}+08:00")).unwrap()
    }

    #[test]
    fn s0_r38_and_t09_the_ends_of_quiet_hours() {
        let (zone, hours) = (Zone::shanghai(), QuietHours::default());
        for (moment, quiet) in [
            ("10T21:59:59", false),
            ("10T22:00:00", true),
            ("11T00:00:00", true),
            ("11T06:59:59.999999", true),
            ("11T07:00:00", false),
            ("11T12:00:00", false),
        ] {
            assert_eq!(hours.contains(&zone, at(moment)), quiet, "{moment}");
        }
        let night = Some((at("10T22:00:00"), at("11T07:00:00")));
        assert_eq!(hours.around(&zone, at("10T22:00:00")), night);
        assert_eq!(hours.around(&zone, at("11T03:00:00")), night);
        assert_eq!(hours.around(&zone, at("11T07:00:00")), None);
        assert_eq!(hours.next_start(&zone, at("10T21:00:00")), Some(at("10T22:00:00")));
        assert_eq!(hours.next_start(&zone, at("10T22:30:00")), Some(at("10T22:30:00")));
    }

    #[test]
    fn a_span_inside_one_day_and_none_at_all() {
        let zone = Zone::shanghai();
        let noon = QuietHours::try_new("12:00", "14:00").unwrap();
        assert_eq!(noon.around(&zone, at("10T13:00:00")), Some((at("10T12:00:00"), at("10T14:00:00"))));
        let none = QuietHours::try_new("00:00", "00:00").unwrap();
        assert!(!none.contains(&zone, at("10T00:00:00")));
        assert_eq!(none.next_start(&zone, at("10T00:00:00")), None);
        for bad in ["24:00", "7:00", "ab:cd", "", "07:60", "0700"] {
            assert_eq!(QuietHours::try_new(bad, "07:00"), None, "{bad}");
        }
    }
}
