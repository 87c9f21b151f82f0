//! Whether coupon batches can keep what a campaign promises of them.
//!
//! Always holds: a draw's coupons are there for every prize of its notice, for as long as they can be won, and are worth what
//! the notice tells; a batch that a draw hangs on stays. What orders may take of a batch without a stock is warned of.

use super::{DrawTerms, Terms, until::last_play};
use crate::{
    BatchId, CampaignId, Code, Instant, Sentence, Violation,
    campaign::{Campaign, CampaignRow},
    reward::Stock,
    sentence,
    shop::Shop,
    time::{Window, Zone},
};
use money::Money;
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// Prizes of a draw that were given, by prize.
pub type Won = BTreeMap<SmolStr, u64>;

/// What stands against terms, and what deserves a second look.
#[derive(Debug, Default)]
#[allow(missing_docs, reason = "the words say it")]
pub struct Found {
    pub violations: Vec<Violation>,
    pub warnings: Vec<Violation>,
}

/// What batches are asked.
pub struct Promises<'a> {
    /// The terms.
    pub terms: &'a Terms,
    /// When the campaign runs.
    pub period: Window,
    /// The shop.
    pub shop: &'a Shop,
    /// What was given of its prizes before,
    pub won: &'a Won,
    /// and how many orders had something of it.
    pub given: u64,
    /// What is left of a batch beside what other draws keep of it; `None` where there is no such batch.
    pub stock_of: &'a dyn Fn(&BatchId) -> Option<Stock>,
}

/// Looks at every batch that terms name.
pub fn check(asked: &Promises<'_>, found: &mut Found) {
    for (index, tier) in asked.terms.tiers.iter().enumerate() {
        let action = &tier.action;
        let at = format!("terms.tiers[{index}].action");
        if let Some(draw) = &action.draw {
            of_draw(asked, draw, &at, found);
        }
        let Some(batch) = &action.batch_id else { continue };
        let field = format!("{at}.batch_id");
        let Some(stock) = live(asked, batch, (&field, asked.period.ends_at), found) else { continue };
        of_tier(asked, (tier.min_paid, batch), &field, &stock, found);
    }
}

/// A batch that is there, not void, and can be given of from the campaign's start to that moment.
fn live(
    asked: &Promises<'_>,
    id: &BatchId,
    (field, until): (&str, Instant),
    found: &mut Found,
) -> Option<Stock> {
    let mut fault =
        |code: Code, message: String| found.violations.push(Violation::with(field, code, message));
    let Some(stock) = (asked.stock_of)(id) else {
        fault(Code::NotFound, format!("no coupon batch {id}"));
        return None;
    };
    if stock.is_void {
        fault(Code::CouponVoid, format!("batch {id} is void"));
        return None;
    }
    if let Some(sprint) = &stock.sprint {
        fault(Code::SprintOnly, format!("coupons of batch {id} are prizes of sprint {sprint}"));
        return None;
    }
    let show = |at: Instant| asked.shop.time_zone.format(at);
    let (batch, from) = (&stock.batch, asked.period.starts_at);
    if batch.starts_at > from || batch.ends_at < until {
        let (starts, ends) = (show(batch.starts_at), show(batch.ends_at));
        let (from, until) = (show(from), show(until));
        let message =
            format!("batch {id} gives coupons from {starts} to {ends}; from {from} to {until} is needed");
        fault(Code::BatchWindow, message);
    }
    Some(stock)
}

fn of_draw(asked: &Promises<'_>, draw: &DrawTerms, at: &str, found: &mut Found) {
    let mut needed: BTreeMap<&BatchId, (String, u64, u64)> = BTreeMap::new();
    let until = last_play(draw, asked.period.ends_at, &asked.shop.time_zone);
    for (index, prize) in draw.prizes.iter().enumerate() {
        let Some(id) = &prize.batch_id else { continue };
        let field = |name: &str| format!("{at}.draw.prizes[{index}].{name}");
        let Some(stock) = live(asked, id, (&field("batch_id"), until), found) else { continue };
        let benefit = &stock.batch.benefit;
        let told = prize.value;
        let wrong = match (benefit.fixed(), benefit.cap) {
            (Some(save), _) if told != save => Some(("takes off", save)),
            (None, Some(cap)) if told > cap => Some(("takes off at most", cap)),
            _ => None,
        };
        if let Some((takes, off)) = wrong {
            let message = sentence![
                "the notice would tell ",
                told,
                ", a coupon of batch ",
                id.as_str(),
                " ",
                takes,
                " ",
                off
            ];
            found.violations.push(Violation::with(field("value"), Code::ValueDiffers, message));
        }
        let entry = needed.entry(id).or_insert_with(|| (field("stock"), 0, stock.left));
        entry.1 += outstanding(prize.stock, &prize.prize_id, asked.won);
    }
    for (id, (field, needed, left)) in needed {
        if needed > left {
            let message = format!("prizes need {needed} coupons of batch {id}, {left} are left");
            found.violations.push(Violation::with(field, Code::BatchShort, message));
        }
    }
}

/// A coupon for every order that reaches a tier, or for every answer: what it may cost, and whether it is worth its order.
fn of_tier(
    asked: &Promises<'_>,
    (min_paid, id): (Money, &BatchId),
    field: &str,
    stock: &Stock,
    found: &mut Found,
) {
    let mut warn = |code: Code, message: Sentence| found.warnings.push(Violation::with(field, code, message));
    let drawn = asked.terms.draw().into_iter().flat_map(|draw| &draw.prizes);
    let drawn = drawn.filter(|prize| prize.batch_id.as_ref() == Some(id));
    let kept: u64 = drawn.map(|prize| outstanding(prize.stock, &prize.prize_id, asked.won)).sum();
    let left = stock.left.saturating_sub(kept);
    let more = asked.terms.total_limit.map(|most| most.saturating_sub(asked.given));
    if more.is_none_or(|more| more > left) {
        let limit = asked
            .terms
            .total_limit
            .map_or("no total_limit".to_owned(), |most| format!("a total_limit of {most}"));
        let message = format!(
            "{left} coupons of batch {id} are left for orders, with {limit}: later orders may get none"
        );
        warn(Code::BatchShort, message.into());
    }
    let Some(save) = stock.batch.benefit.fixed() else { return };
    let most = more.map_or(left, |more| more.min(left));
    if let Some(cost) = i64::try_from(most).ok().and_then(|most| save.checked_mul(most)) {
        warn(Code::WorstCaseCost, sentence!["if every coupon is given and used this costs ", cost]);
    }
    if is_deep(save, min_paid) {
        warn(Code::DeepDiscount, sentence!["a coupon of ", save, " for an order of ", min_paid]);
    }
}

/// Whether something is worth more than 30 % of what is paid for it.
pub fn is_deep(value: Money, paid: Money) -> bool {
    value.minor().saturating_mul(10) > paid.minor().saturating_mul(3)
}

fn outstanding(stock: Option<u64>, prize: &str, won: &Won) -> u64 {
    stock.unwrap_or_default().saturating_sub(won.get(prize).copied().unwrap_or_default())
}

/// Coupons of a batch that a campaign's draw has still to give, while anything of it can be played.
fn kept_of(campaign: &Campaign, won: &Won, batch: &BatchId, (now, zone): (Instant, &Zone)) -> u64 {
    let version = campaign.current();
    let draw = version.terms.of::<Terms>().and_then(Terms::draw).filter(|_| campaign.published_at.is_some());
    // One that was closed before it began has given no chance.
    let never = campaign.closed_at.is_some_and(|at| at <= version.starts_at);
    let draw = draw.filter(|draw| !never && now < last_play(draw, version.ends_at, zone));
    let prizes = draw.into_iter().flat_map(|draw| &draw.prizes);
    let prizes = prizes.filter(|prize| prize.batch_id.as_ref() == Some(batch));
    prizes.map(|prize| outstanding(prize.stock, &prize.prize_id, won)).sum()
}

/// What draws of other campaigns keep of a batch.
pub fn kept_by_others(rows: &[CampaignRow], own: &CampaignId, batch: &BatchId, at: (Instant, &Zone)) -> u64 {
    let others = rows.iter().filter(|row| row.campaign.campaign_id != *own);
    others.map(|row| kept_of(&row.campaign, &row.counters.won, batch, at)).sum()
}

/// The campaign whose draw hangs on a batch.
pub fn draws_of<'a>(
    rows: &'a [CampaignRow],
    batch: &BatchId,
    at: (Instant, &Zone),
) -> Option<&'a CampaignId> {
    let mut rows = rows.iter();
    let hangs = rows.find(|row| kept_of(&row.campaign, &row.counters.won, batch, at) > 0);
    hangs.map(|row| &row.campaign.campaign_id)
}
