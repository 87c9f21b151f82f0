//! Counts outcomes into a report.

use super::{
    CATEGORIES, CategorySlice, CouponEnd, OrderOutcome, Quartiles, Report, Slice, Totals, WHAT_IF_RATES,
    WhatIf,
};
use crate::{mapping::Settings, read::Inputs};
use std::collections::BTreeMap;

impl Report {
    /// Counts the outcomes, in whatever order they come.
    pub fn build(inputs: Inputs, settings: Settings, outcomes: impl Iterator<Item = OrderOutcome>) -> Self {
        let mut totals = Totals::default();
        let mut by_hour = vec![Slice::default(); 24];
        let mut by_category: BTreeMap<String, Slice> = BTreeMap::new();
        let mut minutes = Minutes::default();
        for outcome in outcomes {
            totals.add(&outcome);
            minutes.add(&outcome);
            let hour = usize::from(outcome.placed_hour);
            assert!(hour < 24, "an hour of the day is 0 to 23");
            by_hour[hour].add(&outcome);
            let category = by_category.entry(outcome.category.clone()).or_default();
            category.add(&outcome);
        }
        totals.minutes_to_payment = quartiles(minutes.all);
        totals.late_minutes_to_payment = quartiles(minutes.late);
        totals.late_minutes_to_payment_replayed = quartiles(minutes.late_replayed);
        let (by_category, other_categories) = largest(by_category);
        Self {
            version: 1,
            inputs,
            rejected_events: std::collections::BTreeMap::new(),
            what_if: what_if(&totals, settings.claims.rate_percent),
            settings,
            totals,
            by_hour,
            by_category,
            other_categories,
        }
    }
}

impl Totals {
    fn add(&mut self, outcome: &OrderOutcome) {
        self.orders += 1;
        if outcome.unpaid_at_trigger {
            self.unpaid_at_trigger += 1;
            match outcome.minutes_to_payment {
                Some(_) => self.paid_late += 1,
                None => self.never_paid += 1,
            }
        }
        self.shown += u64::from(outcome.shown);
        self.withheld_orders += u64::from(!outcome.withheld.is_empty());
        for code in &outcome.withheld {
            *self.withheld.entry(code.clone()).or_default() += 1;
        }
        self.pushed += u64::from(outcome.pushed);
        if let Some(code) = &outcome.suppressed {
            *self.suppressed.entry(code.clone()).or_default() += 1;
        }
        self.claimed += u64::from(outcome.coupon.is_some());
        match outcome.coupon {
            Some(CouponEnd::Used) => self.use_coupon(outcome),
            Some(CouponEnd::Expired) => self.expired += 1,
            Some(CouponEnd::Void) => self.void += 1,
            Some(CouponEnd::Open) => self.open += 1,
            None => {}
        }
    }

    fn use_coupon(&mut self, outcome: &OrderOutcome) {
        self.used += 1;
        self.cost_minor += outcome.saved_minor;
        if outcome.minutes_to_payment.is_some() {
            self.brought_forward += 1;
            self.brought_forward_minor += outcome.paid_minor;
        } else {
            self.recovered += 1;
            self.recovered_minor += outcome.paid_minor;
        }
    }
}

impl Slice {
    fn add(&mut self, outcome: &OrderOutcome) {
        let used = outcome.coupon == Some(CouponEnd::Used);
        self.sum(&Self {
            placed: 1,
            unpaid_at_trigger: u64::from(outcome.unpaid_at_trigger),
            shown: u64::from(outcome.shown),
            pushed: u64::from(outcome.pushed),
            claimed: u64::from(outcome.coupon.is_some()),
            cost_minor: if used { outcome.saved_minor } else { 0 },
        });
    }

    fn sum(&mut self, other: &Self) {
        self.placed += other.placed;
        self.unpaid_at_trigger += other.unpaid_at_trigger;
        self.shown += other.shown;
        self.pushed += other.pushed;
        self.claimed += other.claimed;
        self.cost_minor += other.cost_minor;
    }
}

#[derive(Default)]
struct Minutes {
    all: Vec<i64>,
    late: Vec<i64>,
    late_replayed: Vec<i64>,
}

impl Minutes {
    fn add(&mut self, outcome: &OrderOutcome) {
        self.all.extend(outcome.minutes_to_payment);
        if outcome.unpaid_at_trigger {
            self.late.extend(outcome.minutes_to_payment);
            let replayed = outcome.replayed_minutes_to_payment;
            self.late_replayed.extend(replayed);
        }
    }
}

/// By nearest rank: the value at or below which that share of them lies.
fn quartiles(mut minutes: Vec<i64>) -> Quartiles {
    minutes.sort_unstable();
    let at = |quarters: usize| {
        let rank = (minutes.len() * quarters).div_ceil(4);
        minutes.get(rank.saturating_sub(1)).copied().unwrap_or(0)
    };
    Quartiles { orders: minutes.len() as u64, lower: at(1), median: at(2), upper: at(3) }
}

/// The categories with the most orders, those of equal size by name, and all others together.
fn largest(slices: BTreeMap<String, Slice>) -> (Vec<CategorySlice>, Option<CategorySlice>) {
    let mut all: Vec<CategorySlice> = slices
        .into_iter()
        .map(|(category, slice)| CategorySlice { category, categories: 1, slice })
        .collect();
    // The sort is stable, so names stay in order.
    all.sort_by_key(|category| std::cmp::Reverse(category.slice.placed));
    let rest = all.split_off(all.len().min(CATEGORIES));
    let other = rest.into_iter().reduce(|mut other, category| {
        other.category.clear();
        other.categories += 1;
        other.slice.sum(&category.slice);
        other
    });
    let other = other.map(|other| CategorySlice { category: String::new(), ..other });
    (all, other)
}

fn what_if(totals: &Totals, stated: u8) -> Vec<WhatIf> {
    if totals.claimed == 0 {
        return Vec::new();
    }
    let share = |of: u64, part: u64, whole: u64| {
        let (product, whole) = (u128::from(of) * u128::from(part), u128::from(whole));
        u64::try_from((2 * product + whole) / (2 * whole)).expect("a part of what was counted")
    };
    let cost = u64::try_from(totals.cost_minor).expect("a coupon costs nothing or more");
    let at_rate = |rate_percent: u8| {
        let claimed = share(totals.shown, u64::from(rate_percent), 100);
        let cost = share(cost, claimed, totals.claimed);
        WhatIf {
            rate_percent,
            replayed: false,
            claimed,
            used: share(totals.used, claimed, totals.claimed),
            cost_minor: i64::try_from(cost).expect("amounts are bounded at the edge"),
        }
    };
    let others = WHAT_IF_RATES.into_iter().filter(|&rate| rate != stated);
    let mut rates: Vec<WhatIf> = others.map(at_rate).collect();
    rates.push(WhatIf {
        rate_percent: stated,
        replayed: true,
        claimed: totals.claimed,
        used: totals.used,
        cost_minor: totals.cost_minor,
    });
    rates.sort_by_key(|rate| rate.rate_percent);
    rates
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quartiles_by_nearest_rank() {
        for (minutes, expected) in [
            (vec![], (0, 0, 0, 0)),
            (vec![7], (1, 7, 7, 7)),
            (vec![4, 1, 3, 2], (4, 1, 2, 3)),
            (vec![5, 4, 3, 2, 1], (5, 2, 3, 4)),
        ] {
            let found = quartiles(minutes);
            let found = (found.orders, found.lower, found.median, found.upper);
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn another_rate_is_a_proportion() {
        let totals =
            Totals { shown: 1_000, claimed: 305, used: 300, cost_minor: 300_000, ..Totals::default() };
        let found = what_if(&totals, 30);
        let figures = |w: &WhatIf| (w.rate_percent, w.claimed, w.used, w.cost_minor);
        assert_eq!(
            found.iter().map(figures).collect::<Vec<_>>(),
            [
                (10, 100, 98, 98_361),
                (30, 305, 300, 300_000),
                (50, 500, 492, 491_803),
                (100, 1_000, 984, 983_607),
            ]
        );
        assert_eq!(what_if(&Totals::default(), 30), []);
    }
}
