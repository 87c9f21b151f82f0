//! What came of a campaign.

use super::{later::Later, presale::Ranks};
use crate::{Code, Instant, OrderId, coupon::CouponStatus, order::Method, reward::Course};
use money::Money;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// Figures of a campaign. `issued` is the limit that claims spend; it is checked and written in the
/// transaction of the claim (A-S0-20).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Counters {
    /// Orders that the campaign covered when they were placed.
    pub covered: u64,
    /// Offers shown.
    pub displayed: u64,
    /// Coupons issued; never given back.
    pub issued: u64,
    /// Coupons by state now.
    pub available: u64,
    /// Held by a payment.
    pub locked: u64,
    /// Used.
    pub used: u64,
    /// Ran out.
    pub expired: u64,
    /// Void.
    pub void: u64,
    /// Of these such as were given as a reward whose order stands no more.
    #[serde(skip_serializing_if = "is_zero")]
    pub forfeited: u64,
    /// What used coupons saved customers, in minor units.
    pub saved: i64,
    /// Money paid on orders that used a coupon, in minor units.
    pub recovered: i64,
    /// Orders paid with a coupon, by method (S0-R06 reports the share of Baitiao).
    pub by_method: BTreeMap<Method, u64>,
    /// Orders on which nothing was shown, by reason.
    pub withheld: BTreeMap<Code, u64>,
    /// Rewards of orders that stand which were played or answered,
    #[serde(skip_serializing_if = "is_zero")]
    pub played: u64,
    /// which wait for it or have lapsed,
    #[serde(skip_serializing_if = "is_zero")]
    pub open: u64,
    /// or whose coupon was given at once;
    #[serde(skip_serializing_if = "is_zero")]
    pub given: u64,
    /// extra chances among all these;
    #[serde(skip_serializing_if = "is_zero")]
    pub extra: u64,
    /// and rewards of orders that stand no more.
    #[serde(skip_serializing_if = "is_zero")]
    pub undone: u64,
    /// What goods and points are worth that were won, in minor units.
    #[serde(skip_serializing_if = "is_nothing")]
    pub prize_value: i64,
    /// Prizes of a draw that were given, by prize; what was drawn stays drawn.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub won: BTreeMap<SmolStr, u64>,
    /// Of these such as were undone with their order.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub unwon: BTreeMap<SmolStr, u64>,
    /// Pushes sent.
    pub pushed: u64,
    /// Pushes not sent, by reason.
    pub suppressed: BTreeMap<Code, u64>,
    /// Of a presale with gifts by rank: the earliest deposits (A-S1-12).
    #[serde(skip_serializing_if = "Ranks::is_empty")]
    pub ranks: Ranks,
    /// What its orders brought, by the kind's own figures: the sum over the orders as they are now.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub brought: BTreeMap<SmolStr, i64>,
    /// What they brought that counts from a later moment on, by that moment and figure.
    #[serde(skip_serializing_if = "Later::is_empty")]
    pub later: Later,
    /// Orders placed before then are not in `brought`. Since ever, unless the campaign is older than these figures: then
    /// from the first order on that brings something.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub brought_since: Option<Instant>,
}

impl Counters {
    /// Those of a new campaign. No order brings it anything yet, for each brings only what was done to it, or what came
    /// off for a campaign that was there: so every order is counted, also one that was placed before.
    pub fn of_new() -> Self {
        Self { brought_since: Some(Instant::from_micros(i64::MIN)), ..Self::default() }
    }
    /// Whether an order placed then is in `brought`.
    pub fn counts(&self, placed_at: Instant) -> bool {
        self.brought_since.is_some_and(|since| placed_at >= since)
    }
    /// What the campaign's orders brought of one of its kind's own figures, as far as it counted when something was
    /// last brought; [`Self::as_of`] a moment it is what counts then.
    pub fn brought(&self, figure: &str) -> i64 {
        self.brought.get(figure).copied().unwrap_or_default()
    }
    /// The figures as they are at a moment: what counts by then is counted. Of those that are shown this is asked first.
    pub fn as_of(&self, now: Instant) -> Self {
        let mut figures = self.clone();
        figures.settle(now);
        figures
    }
    fn reward(&mut self, from: Option<Course>, to: Course, extra: u64) {
        // A figure that has drifted is the auditor's to report; it must not stop the shop.
        if let Some(from) = from {
            let count = self.course(from);
            *count = count.saturating_sub(1);
        }
        *self.course(to) += 1;
        let stood = from.is_some_and(|from| from != Course::Undone);
        match (stood, to) {
            (true, Course::Undone) => self.extra = self.extra.saturating_sub(extra),
            (false, Course::Open | Course::Given | Course::Played) => self.extra += extra,
            (true, _) | (false, Course::Undone) => {}
        }
    }
    fn course(&mut self, course: Course) -> &mut u64 {
        match course {
            Course::Open => &mut self.open,
            Course::Given => &mut self.given,
            Course::Played => &mut self.played,
            Course::Undone => &mut self.undone,
        }
    }
    fn settle(&mut self, now: Instant) {
        for (figure, by) in self.later.take(now) {
            *self.brought.entry(figure).or_default() += by;
        }
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands the field over like this")]
const fn is_zero(count: &u64) -> bool {
    *count == 0
}
#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands the field over like this")]
const fn is_nothing(minor: &i64) -> bool {
    *minor == 0
}

/// A change of a campaign's figures.
#[derive(Debug, Clone, PartialEq)]
pub enum Count {
    Covered,
    Displayed,
    Withheld(Code),
    Issued,
    Moved {
        from: CouponStatus,
        to: CouponStatus,
    },
    Recovered {
        method: Method,
        saved: Money,
        paid: Money,
    },
    Unrecovered {
        method: Method,
        saved: Money,
        paid: Money,
    },
    /// A coupon of a reward became void because its order stands no more.
    Forfeited,
    /// A reward moved, or is new: so many extra chances with it.
    Rewarded {
        from: Option<Course>,
        to: Course,
        extra: u64,
    },
    /// A prize was given; what it costs the merchant is its value, where no coupon counts that.
    Won {
        prize: SmolStr,
        value: Money,
    },
    /// A prize that was given was undone with its order,
    Unwon {
        prize: SmolStr,
        value: Money,
    },
    /// or is its customer's again.
    WonAgain {
        prize: SmolStr,
        value: Money,
    },
    Pushed,
    Suppressed(Code),
    /// A push counted as sent that was not.
    Unpushed(Code),
    /// An order that was placed then brings so much more, or less, of one of the kind's own figures.
    Brought {
        figure: &'static str,
        by: i64,
        placed_at: Instant,
        now: Instant,
        /// It counts from then on; `None` at once.
        from: Option<Instant>,
    },
    /// When an order's deposit came, for gifts by rank.
    Ranked {
        order: OrderId,
        paid_at: Option<Instant>,
        keep: usize,
    },
}

impl Count {
    /// Adds it to the figures.
    pub fn add_to(&self, to: &mut Counters) {
        match self {
            Self::Covered => to.covered += 1,
            Self::Displayed => to.displayed += 1,
            Self::Withheld(code) => *to.withheld.entry(*code).or_default() += 1,
            Self::Issued => {
                to.issued += 1;
                to.available += 1;
            }
            Self::Moved { from, to: status } => {
                // A figure that has drifted is the auditor's to report; it must not stop the shop.
                *by_status(to, *from) = by_status(to, *from).saturating_sub(1);
                *by_status(to, *status) += 1;
            }
            Self::Recovered { method, saved, paid } => {
                to.saved += saved.minor();
                to.recovered += paid.minor();
                *to.by_method.entry(*method).or_default() += 1;
            }
            Self::Unrecovered { method, saved, paid } => {
                to.saved -= saved.minor();
                to.recovered -= paid.minor();
                let orders = to.by_method.entry(*method).or_default();
                *orders = orders.saturating_sub(1);
            }
            Self::Brought { figure, by, placed_at, now, from } => {
                to.settle(*now);
                to.brought_since.get_or_insert(*now);
                if to.counts(*placed_at) {
                    match from.filter(|from| from > now) {
                        Some(from) => to.later.add(from, figure, *by),
                        None => *to.brought.entry((*figure).into()).or_default() += by,
                    }
                }
            }
            Self::Ranked { order, paid_at, keep } => to.ranks.put(order, *paid_at, *keep),
            Self::Forfeited => to.forfeited += 1,
            Self::Rewarded { from, to: course, extra } => to.reward(*from, *course, *extra),
            Self::Won { prize, value } => {
                *to.won.entry(prize.clone()).or_default() += 1;
                to.prize_value += value.minor();
            }
            Self::Unwon { prize, value } => {
                *to.unwon.entry(prize.clone()).or_default() += 1;
                to.prize_value -= value.minor();
            }
            Self::WonAgain { prize, value } => {
                let unwon = to.unwon.entry(prize.clone()).or_default();
                *unwon = unwon.saturating_sub(1);
                to.unwon.retain(|_, count| *count > 0);
                to.prize_value += value.minor();
            }
            Self::Pushed => to.pushed += 1,
            Self::Suppressed(code) => *to.suppressed.entry(*code).or_default() += 1,
            Self::Unpushed(code) => {
                to.pushed = to.pushed.saturating_sub(1);
                *to.suppressed.entry(*code).or_default() += 1;
            }
        }
    }
}

fn by_status(counters: &mut Counters, status: CouponStatus) -> &mut u64 {
    match status {
        CouponStatus::Available => &mut counters.available,
        CouponStatus::Locked => &mut counters.locked,
        CouponStatus::Used => &mut counters.used,
        CouponStatus::Expired => &mut counters.expired,
        CouponStatus::Void => &mut counters.void,
    }
}
