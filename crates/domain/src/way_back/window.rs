//! Until when a merchant can send a payment's money back through its channel (S2-R01, A-S2-1 to A-S2-3).
//!
//! Always holds: the platform's year is one of the calendar, by civil dates in the shop's zone: the last day is the same
//! date of the next year, 28 February for 29 February. A channel's days are spans of 24 hours from the payment on. Both
//! ends are half-open, and the earlier one counts.

use super::limits::Limits;
use crate::{Code, Instant, order::Method, time::Zone};
use jiff::{ToSpan, civil::Date};

/// The day since which the platform's year holds. Before it no payment was too old for the platform; on it those of
/// 11 June 2015 and before are, and those of 12 June are not (A-S2-2).
pub const PLATFORM_SINCE: Date = jiff::civil::date(2016, 6, 12);

/// Calendar years after a payment in which the platform lets merchants refund it.
pub const PLATFORM_YEARS: i16 = 1;

/// When a payment's way back closes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ends {
    /// The platform's year.
    pub platform: Instant,
    /// The channel's own limit, where it has one.
    pub channel: Option<Instant>,
}

impl Ends {
    /// Of a payment of that method and moment, in a shop of that zone.
    ///
    /// ```
    /// use domain::{Instant, order::Method, time::Zone, way_back::Ends};
    ///
    /// let paid_at = Instant::parse("2016-02-29T10:00:00+08:00").unwrap();
    /// let ends = Ends::of(&Zone::shanghai(), Method::Card, paid_at);
    /// assert_eq!(Some(ends.first()), Instant::parse("2017-03-01T00:00:00+08:00"));
    /// ```
    pub fn of(zone: &Zone, method: Method, paid_at: Instant) -> Self {
        let last = zone.civil(paid_at).date().saturating_add(PLATFORM_YEARS.years());
        let closed = last.saturating_add(1.day()).max(PLATFORM_SINCE);
        let channel = Limits::of(method).days.map(|days| paid_at.plus_hours(days * 24));
        Self { platform: zone.instant(closed.at(0, 0, 0, 0)), channel }
    }

    /// The earlier of the two: from then on the way is closed.
    pub fn first(&self) -> Instant {
        self.channel.map_or(self.platform, |channel| channel.min(self.platform))
    }

    /// Which limit has closed the way by then, if it is closed: the one that ended first.
    pub fn closed(&self, now: Instant) -> Option<Code> {
        let first = self.first();
        let code = if first == self.platform { Code::WindowClosed } else { Code::ChannelWindowClosed };
        (now >= first).then_some(code)
    }
}
