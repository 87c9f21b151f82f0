//! How the moments of an export are written.

use super::{
    column::Column,
    roles::Roles,
    shape::{self, SERIAL},
    words::Needs,
};
use jiff::{civil::Date, fmt::strtime::BrokenDownTime};

/// How moments are written in the columns that tell one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TimesSeen {
    /// The formats that read them all, the most useful first.
    pub formats: Vec<&'static str>,
    /// Whether day and month may be the other way round.
    pub is_ambiguous: bool,
    /// Whether they are without seconds, so that ranks would be by the minute.
    pub has_no_seconds: bool,
    /// Whether they have an offset of their own.
    pub has_offset: bool,
    /// The first and the last day, where a format tells days.
    pub days: Option<(Date, Date)>,
}

impl TimesSeen {
    /// Looks at the columns that have a role of time.
    pub(super) fn of(columns: &[Column], roles: &Roles) -> Self {
        let of_time = roles.iter().filter(|(role, _)| role.needs() == Needs::Time);
        let values = of_time.flat_map(|(_, guess)| &columns[guess.column].values);
        let read: Vec<(&str, Vec<&'static str>)> =
            values.map(|value| (value.as_str(), shape::moments(value))).collect();
        let mut left: Vec<&(&str, Vec<&'static str>)> =
            read.iter().filter(|(_, formats)| !formats.is_empty()).collect();
        let mut found = Self::default();
        while let Some((format, reads)) = most(&left) {
            let others = left.iter().filter(|(_, formats)| formats.contains(&format));
            found.is_ambiguous |=
                format.starts_with("%m/%d") && reads > 0 && others.clone().all(|(_, f)| f.len() > 1);
            found.formats.push(format);
            left.retain(|(_, formats)| !formats.contains(&format));
        }
        let has = |part: &str| found.formats.iter().any(|format| format.contains(part));
        found.has_offset = has("%z") || has("%:z") || has("rfc3339");
        found.has_no_seconds =
            found.formats.iter().any(|format| format.contains("%Y") && !format.contains("%S"));
        let day = |(value, formats): &(&str, Vec<&'static str>)| {
            let format = formats.iter().find(|format| **format != SERIAL)?;
            // A moment of RFC 3339 begins with its day.
            let written = value.get(..10).and_then(|day| day.parse().ok());
            written.or_else(|| BrokenDownTime::parse(format, value).ok()?.to_date().ok())
        };
        let days: Vec<Date> = read.iter().filter_map(day).collect();
        found.days = days.iter().min().copied().zip(days.iter().max().copied());
        found
    }
}

/// The format that reads most of the values, and how many.
fn most(left: &[&(&str, Vec<&'static str>)]) -> Option<(&'static str, usize)> {
    let mut counts: Vec<(&'static str, usize)> = Vec::new();
    for (_, formats) in left {
        for format in formats {
            match counts.iter_mut().find(|(known, _)| known == format) {
                Some((_, count)) => *count += 1,
                None => counts.push((format, 1)),
            }
        }
    }
    let best = counts.iter().map(|(_, count)| *count).max()?;
    counts.into_iter().find(|(_, count)| *count == best)
}
