//! Who gets a chance of a draw, told in its notice, and whether other terms would take it from anybody (A-S2-17).
//!
//! Always holds: what decides whether an order gets a chance stands in the notice's conditions, so a draw that is published
//! keeps it. What would take a chance from an order is against the buyers, and is named by the field that was sent; what
//! would only give more is a field that stays.

use super::{Day, DrawTerms, Terms};
use crate::{Code, Violation, shop::Shop};
use money::Money;
use std::collections::BTreeSet;

/// A tier, by its place among them, and from which amount on it holds.
type From = (usize, Money);

/// From which amount on an order gets a chance, and below which: a higher tier brings something else (A-S2-6).
fn span(terms: &Terms) -> Option<(usize, Money, Option<From>)> {
    let amounts = || terms.tiers.iter().map(|tier| tier.min_paid).enumerate();
    let (at, least) = amounts().find(|(at, _)| terms.tiers[*at].action.draw.is_some())?;
    let above = amounts().filter(|(_, amount)| *amount > least).min_by_key(|(_, amount)| *amount);
    Some((at, least, above))
}

/// Who gets a chance, for what (S2-R08).
pub fn conditions(terms: &Terms, draw: &DrawTerms, shop: &Shop) -> String {
    let yuan = |amount: Money| format!("{}元", shop.money().digits(amount));
    let (least, below) = span(terms).map_or((Money::ZERO, None), |(_, least, above)| (least, above));
    let below = below.map(|(_, amount)| format!("不满{}", yuan(amount))).unwrap_or_default();
    let mut said = vec![format!("活动期间付清且实付满{}{below}的订单，每单一次抽奖机会", yuan(least))];
    said.extend(terms.members_only.then(|| "，仅限会员".to_owned()));
    said.extend(terms.per_customer_limit.map(|most| format!("，每人最多{most}单")));
    said.extend(terms.per_day_limit.map(|most| format!("，每人每天最多{most}单")));
    said.extend(terms.total_limit.map(|most| format!("，限前{most}单")));
    let days: Vec<&str> = terms.days.iter().map(|day| day.zh()).collect();
    said.extend((!days.is_empty()).then(|| format!("，仅限{}付款", days.join("、"))));
    let hours: Vec<String> =
        terms.hours.iter().map(|hours| format!("{}至{}", hours.from, hours.to)).collect();
    said.extend((!hours.is_empty()).then(|| format!("，仅限{}付款", hours.join("、"))));
    let held = Some(terms.holdout_percent).filter(|held| *held > 0);
    said.extend(held.map(|held| format!("，另有{held}%的顾客作为对照组不参加")));
    let extra = Some(terms.extra_chances).filter(|extra| *extra > 0);
    said.extend(extra.map(|extra| format!("，分享链接最多再得{extra}次机会")));
    // A ticket is drawn at once, and its days to claim are told; by odds the play draws, while the draw runs.
    let by_odds = draw.mode() == draw::Mode::Odds;
    said.extend(by_odds.then(|| "，机会须在活动结束前使用".to_owned()));
    let more = Some(&draw.notice.conditions).filter(|more| !more.is_empty());
    said.extend(more.map(|more| format!("；{more}")));
    said.concat()
}

/// What of the next terms changes who gets a chance of a draw that is published, field by field.
pub fn changed(now: &Terms, next: &Terms) -> Vec<Violation> {
    let mut found = Changes::default();
    let least = |most: Option<u64>| most.unwrap_or(u64::MAX);
    if let Some(((_, old, old_above), (at, new, above))) = span(now).zip(span(next)) {
        found.differs(format!("terms.tiers[{at}].min_paid"), new.cmp(&old));
        let amount = |above: Option<From>| above.map_or(i64::MAX, |(_, amount)| amount.minor());
        let field = above.map_or("terms.tiers".to_owned(), |(at, _)| format!("terms.tiers[{at}].min_paid"));
        found.differs(field, amount(old_above).cmp(&amount(above)));
    }
    // Orders of every tier count for the limits: more of them leave less for those of the draw.
    let limited =
        next.per_customer_limit.is_some() || next.per_day_limit.is_some() || next.total_limit.is_some();
    let lowest = |terms: &Terms| {
        terms.tiers.iter().map(|tier| tier.min_paid).enumerate().min_by_key(|(_, amount)| *amount)
    };
    if let Some(((_, old), (at, new))) =
        lowest(now).zip(lowest(next)).filter(|(old, new)| limited && new.1 < old.1)
    {
        found.differs(format!("terms.tiers[{at}].min_paid"), old.cmp(&new));
    }
    let limit = |of: Option<u32>| least(of.map(u64::from));
    let (customer, other) = (limit(now.per_customer_limit), limit(next.per_customer_limit));
    found.differs("terms.per_customer_limit", customer.cmp(&other));
    found.differs("terms.per_day_limit", limit(now.per_day_limit).cmp(&limit(next.per_day_limit)));
    found.differs("terms.total_limit", least(now.total_limit).cmp(&least(next.total_limit)));
    found.differs("terms.members_only", next.members_only.cmp(&now.members_only));
    found.differs("terms.extra_chances", now.extra_chances.cmp(&next.extra_chances));
    found.differs("terms.holdout_percent", next.holdout_percent.cmp(&now.holdout_percent));
    found.covers("terms.days", &days(now), &days(next));
    found.covers("terms.hours", &minutes(now), &minutes(next));
    found.0
}

/// Days of the week on which payments count.
fn days(terms: &Terms) -> BTreeSet<&'static str> {
    let all = if terms.days.is_empty() { Day::ALL.to_vec() } else { terms.days.clone() };
    all.into_iter().map(Day::zh).collect()
}

/// Minutes of a day in which payments count.
fn minutes(terms: &Terms) -> BTreeSet<u32> {
    if terms.hours.is_empty() {
        return (0..24 * 60).collect();
    }
    terms.hours.iter().filter_map(super::Hours::minutes).flat_map(|(from, to)| from..to).collect()
}

/// What was found.
#[derive(Default)]
struct Changes(Vec<Violation>);

impl Changes {
    /// One field: greater takes chances from buyers, less gives more.
    fn differs(&mut self, field: impl Into<String>, by: std::cmp::Ordering) {
        let (code, message) = match by {
            std::cmp::Ordering::Equal => return,
            std::cmp::Ordering::Greater => (
                Code::OddsChangedAgainstBuyer,
                "the draw is published, and this would take a chance from orders",
            ),
            std::cmp::Ordering::Less => {
                (Code::ImmutableField, "the draw is published, and its notice tells who takes part")
            }
        };
        self.0.push(Violation::with(field, code, message));
    }
    /// What is in the one and not in the other takes chances.
    fn covers<T: Ord>(&mut self, field: &str, now: &BTreeSet<T>, next: &BTreeSet<T>) {
        let by = if now.is_subset(next) { now.len().cmp(&next.len()) } else { std::cmp::Ordering::Greater };
        self.differs(field, by);
    }
}
