//! Where a provider counts segments of an SMS that the packs pay for otherwise than we do, by the day on which messages went
//! out (A-S2-12).
//!
//! Always holds: a day's figures are what the bill of that day says of the messages that differ, whenever and in whatever
//! order their counts come. A day is told once it is over, at nine in the morning, and again only when its figures have
//! changed since: so a shop hears of differences once a day at most.

use crate::{
    Instant,
    time::{CivilDay, Zone},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// When people hear of it: reports of the evening before have come, and somebody is at work.
const HOUR: i8 = 9;
/// Days for which figures are remembered: providers report within three days, and a message counts as sent after thirty.
const DAYS: i32 = 40;

/// The days on which messages went out that a provider counts otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Differences {
    days: BTreeMap<CivilDay, Day>,
    /// When the next are told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tell_at: Option<Instant>,
}

/// A day's figures, and those that were told last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Day {
    #[serde(flatten)]
    figures: Figures,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    told: Option<Figures>,
}

/// Messages that a provider counts otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Figures {
    /// How many.
    pub messages: u64,
    /// Their segments by our count.
    pub segments: u64,
    /// By the provider's.
    pub provider_segments: u64,
}

impl Figures {
    /// The provider's count beyond ours.
    pub fn difference(self) -> i64 {
        let signed = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        signed(self.provider_segments).saturating_sub(signed(self.segments))
    }
}

/// A day's figures, as they are told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfDay {
    /// The day in the shop's zone, such as 2030-11-04.
    pub day: String,
    /// Its figures.
    #[serde(flatten)]
    pub figures: Figures,
}

/// Segments of one message: ours, and the provider's before and after what it said now.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs, reason = "the words say it")]
pub struct Counted {
    pub ours: u32,
    pub before: Option<u32>,
    pub after: Option<u32>,
}

impl Day {
    fn is_news(&self) -> bool {
        self.told.unwrap_or_default() != self.figures
    }
}

impl Differences {
    /// None.
    pub const fn new() -> Self {
        Self { days: BTreeMap::new(), tell_at: None }
    }

    /// Whether there is nothing to remember.
    pub fn is_empty(&self) -> bool {
        self.days.is_empty() && self.tell_at.is_none()
    }

    /// A provider said how many segments a message has that went out at that moment.
    pub fn note(&mut self, counted: Counted, sent_at: Instant, now: Instant, zone: &Zone) {
        let Counted { ours, before, after } = counted;
        let other = |theirs: Option<u32>| theirs.filter(|theirs| *theirs != ours);
        let (before, after) = (other(before), other(after));
        if before == after {
            return;
        }
        let figures = &mut self.days.entry(zone.day(sent_at)).or_default().figures;
        if let Some(theirs) = before {
            figures.messages = figures.messages.saturating_sub(1);
            figures.segments = figures.segments.saturating_sub(ours.into());
            figures.provider_segments = figures.provider_segments.saturating_sub(theirs.into());
        }
        if let Some(theirs) = after {
            figures.messages += 1;
            figures.segments += u64::from(ours);
            figures.provider_segments += u64::from(theirs);
        }
        self.look_ahead(now, zone);
    }

    /// What is news now, the earliest day first; from then on it is told. Before its time there is nothing.
    pub fn tell(&mut self, now: Instant, zone: &Zone) -> Vec<OfDay> {
        if self.tell_at.is_none_or(|at| now < at) {
            return Vec::new();
        }
        let today = zone.day(now);
        let mut told = Vec::new();
        for (date, day) in self.days.iter_mut().filter(|(date, day)| **date < today && day.is_news()) {
            day.told = Some(day.figures);
            told.push(OfDay { day: date.to_string(), figures: day.figures });
        }
        self.look_ahead(now, zone);
        told
    }

    /// Sets when news is told: at the first nine o'clock ahead after its day is over. What is long past, and what is no
    /// news and nothing, is forgotten.
    fn look_ahead(&mut self, now: Instant, zone: &Zone) {
        let today = zone.day(now);
        let is_recent = |date: CivilDay| today.0.saturating_sub(date.0) <= DAYS;
        self.days.retain(|date, day| day.is_news() || (is_recent(*date) && day.figures.messages > 0));
        let news = self.days.iter().find(|(_, day)| day.is_news());
        self.tell_at = news.map(|(date, _)| {
            let nine = |day: CivilDay| zone.instant(day.date().at(HOUR, 0, 0, 0));
            let ahead = if now < nine(today) { today } else { today.next() };
            nine(ahead.max(date.next()))
        });
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        Instant::parse(&format!("2030-06-{text}:00+08:00")).unwrap()
    }
    fn counted(ours: u32, before: Option<u32>, after: u32) -> Counted {
        Counted { ours, before, after: Some(after) }
    }
    fn told(differences: &mut Differences, now: &str) -> Vec<(String, u64, i64)> {
        let told = differences.tell(at(now), &Zone::shanghai());
        told.into_iter().map(|one| (one.day, one.figures.messages, one.figures.difference())).collect()
    }

    /// A-S2-12: the counts of a day are told on the morning after, once; later ones of the same day on a later morning,
    /// with all of that day.
    #[test]
    fn a_s2_12_a_day_is_told_once_it_is_over_and_again_when_it_has_changed() {
        let zone = Zone::shanghai();
        let mut differences = Differences::default();
        differences.note(counted(1, None, 1), at("10T10:00"), at("10T10:01"), &zone);
        assert!(differences.is_empty(), "they agree");
        differences.note(counted(1, None, 2), at("10T10:00"), at("10T10:01"), &zone);
        differences.note(counted(2, None, 1), at("10T11:00"), at("10T11:01"), &zone);
        differences.note(counted(1, None, 3), at("10T23:59"), at("11T00:01"), &zone);
        assert_eq!(differences.tell_at, Some(at("11T09:00")));
        assert_eq!(told(&mut differences, "11T08:59"), []);
        let day = |messages, difference| ("2030-06-10".to_owned(), messages, difference);
        assert_eq!(told(&mut differences, "11T09:00"), [day(3, 2)]);
        assert_eq!((told(&mut differences, "11T09:00"), differences.tell_at), (vec![], None), "fired twice");
        // One of today waits for tomorrow; one of before for the same morning.
        differences.note(counted(1, None, 2), at("11T09:10"), at("11T09:11"), &zone);
        differences.note(counted(1, None, 2), at("10T09:10"), at("11T09:12"), &zone);
        assert_eq!(differences.tell_at, Some(at("12T09:00")));
        let next = ("2030-06-11".to_owned(), 1, 1);
        assert_eq!(told(&mut differences, "12T10:30"), [day(4, 3), next]);
        assert_eq!(differences.tell_at, None);
    }

    /// A message that is told of in parts counts with its last count; one that comes to agree in the end is no news.
    #[test]
    fn a_s2_12_a_count_that_grows_counts_once() {
        let zone = Zone::shanghai();
        let mut differences = Differences::default();
        let mut note = |ours, before, after, now| {
            differences.note(counted(ours, before, after), at("10T10:00"), at(now), &zone);
            differences.clone()
        };
        assert_eq!(note(3, None, 1, "10T10:01").tell_at, Some(at("11T09:00")));
        note(3, Some(1), 2, "10T10:02");
        assert!(note(3, Some(2), 3, "10T10:03").is_empty(), "all of it came");
        assert_eq!(told(&mut note(3, Some(3), 4, "10T10:04"), "11T09:00"), [("2030-06-10".to_owned(), 1, 1)]);
    }

    /// Two that cancel out are two that differ.
    #[test]
    fn a_s2_12_differences_that_cancel_out_are_told() {
        let zone = Zone::shanghai();
        let mut differences = Differences::default();
        differences.note(counted(1, None, 2), at("10T10:00"), at("10T10:01"), &zone);
        differences.note(counted(2, None, 1), at("10T10:00"), at("10T10:01"), &zone);
        assert_eq!(told(&mut differences, "11T09:00"), [("2030-06-10".to_owned(), 2, 0)]);
    }

    #[test]
    fn what_was_told_is_forgotten_after_forty_days() {
        let zone = Zone::shanghai();
        let mut differences = Differences::default();
        differences.note(counted(1, None, 2), at("10T10:00"), at("10T10:01"), &zone);
        assert_eq!(told(&mut differences, "11T09:00").len(), 1);
        let (recent, later) = (at("10T10:00").plus_hours(24 * 40), at("10T10:00").plus_hours(24 * 41));
        differences.note(counted(1, None, 2), recent, recent, &zone);
        assert_eq!(differences.days.len(), 2);
        differences.note(counted(1, None, 2), later, later, &zone);
        assert_eq!(differences.days.len(), 2);
        let kept: Differences = serde_json::from_str(&serde_json::to_string(&differences).unwrap()).unwrap();
        assert_eq!(kept, differences);
    }
}
