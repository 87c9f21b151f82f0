//! The comparison with customers who are offered nothing: who bought again within 30 days (S2-R06, A-S2-21).
//!
//! A customer comes into it with their first paid order that reaches a tier, before anything is asked that one group comes to
//! oftener than the other. Any later order of theirs that is paid within 30 days is a repurchase, whatever its amount and
//! whether or not the campaign runs then; parts of one checkout are one purchase. Nobody counts before these 30 days are
//! over for them.
//!
//! Always holds: what a customer counts is read off their paid orders as they stand, so it is the same in whatever order
//! news of them comes, and however often. The orders are kept with the customer ([`Bought`]).

use super::{Live, Terms, ticket::stands};
use crate::{
    CampaignId, Instant, OrderId,
    campaign::{
        Brought, Campaign, CampaignRow, Comparison, Count, Desk, GroupFigures, HoldoutPlan, Roster, Tally,
        field::Words,
    },
    holdout::{Group, counts_from},
    limits,
    order::{Order, State},
    reward::Bought,
};

/// Hours in which another order of the customer's is a repurchase (S2-R06).
const REPURCHASE_HOURS: i64 = 24 * 30;

/// Customers, and those among them who bought again within 30 days.
pub const COMPARISON: Comparison = Comparison {
    treated: GroupFigures { customers: "treated_customers", reached: "treated_again" },
    holdout: GroupFigures { customers: "holdout_customers", reached: "holdout_again" },
    outcome: "bought_again",
    rate: Words::new("customers who bought again within 30 days", "30天复购率"),
};

/// What the terms plan.
pub fn plan(terms: &Terms) -> HoldoutPlan {
    HoldoutPlan {
        percent: terms.holdout_percent,
        planned_orders: terms.holdout_planned_orders,
        precision_points: terms.holdout_precision_points,
    }
}

/// Until when an order may be the repurchase of a campaign's customer; `None` where it compares nobody.
pub fn ends_at(campaign: &Campaign) -> Option<Instant> {
    let compares = |terms: &Terms| terms.holdout_percent > 0;
    let of = campaign.versions.iter().filter(|version| version.terms.of().is_some_and(compares));
    let last = of.map(|version| version.ends_at).max()?;
    Some(campaign.closed_at.map_or(last, |closed| last.min(closed)).plus_hours(REPURCHASE_HOURS))
}

/// The order has moved: what its customer counts in the shop's comparisons follows.
pub fn follow(desk: &mut dyn Desk<'_>, order: &Order) {
    let earliest = order.placed_at.plus_minutes(-limits::PAYMENT_BEFORE_ORDER_MINUTES);
    for row in until(desk.campaigns(), earliest) {
        if may_compare(&row.campaign, earliest) {
            note(desk, &row.campaign, order);
        }
    }
}

/// Campaigns that may be in force for an order which is paid from then on, or count it as a repurchase.
pub fn until(campaigns: &Roster, earliest: Instant) -> impl Iterator<Item = &CampaignRow> {
    campaigns.until(earliest.plus_hours(-REPURCHASE_HOURS))
}

/// Whether a campaign may count an order that is paid from then on.
pub fn may_compare(campaign: &Campaign, earliest: Instant) -> bool {
    campaign.published_at.is_some() && ends_at(campaign).is_some_and(|end| end >= earliest)
}

fn note(desk: &mut dyn Desk<'_>, campaign: &Campaign, order: &Order) {
    let (id, customer) = (&campaign.campaign_id, &order.customer_id);
    let mut taker = desk.taker(id, customer);
    let before = taker.bought.clone();
    taker.bought.retain(|known| known.order_id != order.order_id);
    if let Some(now) = bought(campaign, order) {
        let place = taker.bought.partition_point(|known| key(known) < key(&now));
        taker.bought.insert(place, now);
        bound(&mut taker.bought);
    }
    if taker.bought == before {
        return;
    }
    let (placed_at, now) = (order.placed_at, desk.now());
    for Brought { figure, amount, from, .. } in tally(id, &taker.bought).since(&tally(id, &before)).0 {
        desk.count(id, Count::Brought { figure, by: amount, placed_at, now, from });
    }
    desk.put_taker(id, customer, taker);
}

/// The order as the comparison needs it; `None` where it is not paid, or not while it may count.
pub fn bought(campaign: &Campaign, order: &Order) -> Option<Bought> {
    let State::Paid { at: paid_at } = order.state else { return None };
    let is_met = campaign.published_at.is_some_and(|at| at <= paid_at);
    let paid = order.paid();
    if !is_met || !paid.is_positive() || ends_at(campaign).is_none_or(|end| end < paid_at) {
        return None;
    }
    let (order_id, checkout_id) = (order.order_id.clone(), order.checkout_id.clone());
    let live = Live::at(campaign, paid_at).filter(|_| campaign.held_at(paid_at).is_some());
    let percent =
        live.filter(|live| live.terms.tier_of(paid).is_some()).map(|live| live.terms.holdout_percent);
    let opens = percent.filter(|percent| *percent > 0);
    let opens = opens.map(|percent| Group::of(&campaign.campaign_id, &order.customer_id, percent));
    Some(Bought { paid_at, order_id, checkout_id, opens, refunded: stands(order).is_none() })
}

fn key(bought: &Bought) -> (Instant, &OrderId) {
    (bought.paid_at, &bought.order_id)
}

/// Of a customer with too many orders those are left out that matter least: behind the 30 days the last, before them the
/// first, then the last within.
fn bound(bought: &mut Vec<Bought>) {
    while bought.len() > limits::COMPARED_ORDERS {
        let first = bought.iter().position(|known| known.opens.is_some());
        let over = first.map(|first| over(&bought[first]));
        let last = bought.len() - 1;
        let is_behind = over.is_some_and(|over| bought[last].paid_at > over);
        bought.remove(if is_behind || first == Some(0) { last } else { 0 });
    }
}

/// Until when another order is a repurchase.
fn over(opening: &Bought) -> Instant {
    opening.paid_at.plus_hours(REPURCHASE_HOURS)
}

/// With which order the customer came into the comparison, and with which they bought again.
struct Parts<'a> {
    group: Group,
    opening: &'a Bought,
    repurchase: Option<&'a Bought>,
}

/// Who came in with a paid order stays in, though it be refunded: whether it is may be the campaign's doing. A repurchase
/// that is refunded whole is none, and the next one is.
fn parts(bought: &[Bought]) -> Option<Parts<'_>> {
    let (opening, group) = bought.iter().find_map(|known| Some((known, known.opens?)))?;
    let one_checkout =
        |other: &Bought| other.checkout_id.is_some() && other.checkout_id == opening.checkout_id;
    let within = |other: &Bought| other.paid_at > opening.paid_at && other.paid_at <= over(opening);
    let repurchase = bought.iter().find(|other| !other.refunded && within(other) && !one_checkout(other));
    Some(Parts { group, opening, repurchase })
}

/// With which of these orders their customer came into the comparison.
pub fn opening(bought: &[Bought]) -> Option<&OrderId> {
    parts(bought).map(|parts| &parts.opening.order_id)
}

/// Whether an order is kept as it stands. That it is left out of a full list is no fault, nor that it was heard of when
/// nobody was compared: an order may be told of that much before its own time.
pub fn is_kept(campaign: &Campaign, order: &Order, bought: &[Bought]) -> bool {
    let known = bought.iter().find(|known| known.order_id == order.order_id);
    let wanted = self::bought(campaign, order);
    match (known, wanted) {
        (None, None) => true,
        (Some(known), wanted) => {
            wanted.is_some_and(|wanted| (wanted.paid_at, wanted.refunded) == (known.paid_at, known.refunded))
        }
        (None, Some(_)) => {
            let heard_after = order.placed_at.plus_minutes(-limits::EVENT_AHEAD_MINUTES);
            let is_met = campaign.published_at.is_some_and(|at| at < heard_after);
            !is_met || bought.len() >= limits::COMPARED_ORDERS
        }
    }
}

/// What a customer counts whose paid orders these are.
pub fn tally(campaign: &CampaignId, bought: &[Bought]) -> Tally {
    let mut tally = Tally::default();
    if let Some(Parts { group, opening, repurchase }) = parts(bought) {
        let of = match group {
            Group::Treated => COMPARISON.treated,
            Group::Holdout => COMPARISON.holdout,
        };
        let from = Some(counts_from(opening.paid_at, over(opening)));
        tally.add_from(campaign, of.customers, 1, from);
        tally.add_from(campaign, of.reached, i64::from(repurchase.is_some()), from);
    }
    tally
}
