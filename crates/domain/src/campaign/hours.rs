//! Days of the week and hours of the day, by the shop's clock.

use super::field::{Choice, Field, Filled, Gauge, Text, Type};
use crate::{Instant, time::Zone};
use serde::{Deserialize, Serialize};

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the words say it")]
pub enum Day {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl Day {
    /// Every day, from Monday on.
    pub const ALL: [Self; 7] = [
        Self::Monday,
        Self::Tuesday,
        Self::Wednesday,
        Self::Thursday,
        Self::Friday,
        Self::Saturday,
        Self::Sunday,
    ];
    /// What people call it.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Monday => "周一",
            Self::Tuesday => "周二",
            Self::Wednesday => "周三",
            Self::Thursday => "周四",
            Self::Friday => "周五",
            Self::Saturday => "周六",
            Self::Sunday => "周日",
        }
    }
    /// The day of a moment in a zone.
    pub fn of(zone: &Zone, at: Instant) -> Self {
        let day = zone.civil(at).weekday().to_monday_zero_offset();
        Self::ALL[usize::from(day.unsigned_abs()) % 7]
    }
}

/// A part of a day, half-open: `{"from": "10:00", "to": "14:00"}`; `to` may be `24:00`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the words say it")]
pub struct Hours {
    pub from: String,
    pub to: String,
}

impl Hours {
    /// Both in minutes of the day; `None` where one is no time, or the end is not after the start.
    pub fn minutes(&self) -> Option<(u32, u32)> {
        let (from, to) = (minute(&self.from)?, minute(&self.to)?);
        (from < to).then_some((from, to))
    }
    /// Whether a moment lies in it.
    pub fn contains(&self, zone: &Zone, at: Instant) -> bool {
        let now = minute_of_day(zone, at);
        self.minutes().is_some_and(|(from, to)| (from..to).contains(&now))
    }
}

/// The minute of the day of a moment in a zone.
pub fn minute_of_day(zone: &Zone, at: Instant) -> u32 {
    let civil = zone.civil(at);
    u32::from(civil.hour().unsigned_abs()) * 60 + u32::from(civil.minute().unsigned_abs())
}

/// `HH:MM` in minutes of the day.
fn minute(text: &str) -> Option<u32> {
    let (hour, minute) = text.split_once(':')?;
    let two = |part: &str| {
        (part.len() == 2 && part.bytes().all(|digit| digit.is_ascii_digit()))
            .then(|| part.parse::<u32>().ok())?
    };
    let at = two(hour)? * 60 + two(minute).filter(|minute| *minute < 60)?;
    (at <= 24 * 60).then_some(at)
}

impl Filled for Hours {
    const FIELDS: &'static [Field] = HOURS;
    fn show(&self, _: &mut Gauge<'_>) {}
}

const TIME: Text = Text { least: 5, most: Some(5) };

/// Fields of hours.
const HOURS: &[Field] = &[
    Field::required("from", Type::Text(TIME))
        .label("From", "开始")
        .help("Such as 10:00; included.", "如 10:00，含。"),
    Field::required("to", Type::Text(TIME))
        .label("To", "结束")
        .help("Such as 14:00, at most 24:00; not included.", "如 14:00，最晚 24:00，不含。"),
];

/// The days for people.
pub const DAYS: &[Choice] = &[
    Choice::new("monday", "Monday", "周一"),
    Choice::new("tuesday", "Tuesday", "周二"),
    Choice::new("wednesday", "Wednesday", "周三"),
    Choice::new("thursday", "Thursday", "周四"),
    Choice::new("friday", "Friday", "周五"),
    Choice::new("saturday", "Saturday", "周六"),
    Choice::new("sunday", "Sunday", "周日"),
];
