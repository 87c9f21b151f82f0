//! The comparison with customers who are offered nothing: who bought again within 30 days (S2-R06, A-S2-21).
//!
//! A customer comes into it with the first paid order that reaches a tier, before anything is asked that one group comes to
//! oftener than the other. Any later order of theirs that is paid within 30 days is a repurchase, whatever its amount and
//! whether or not the campaign runs then; parts of one checkout are one purchase. Nobody counts before these 30 days are
//! over for them.

use super::{Live, Terms, offer::stands};
use crate::{
    Instant,
    campaign::{Campaign, Comparison, Desk, GroupFigures, HoldoutPlan, Tally, field::Words},
    holdout::{Group, counts_from},
    order::{Order, State},
    reward::{Anchor, Compared, Part},
};

/// Hours in which another order of the customer's is a repurchase (S2-R06).
const REPURCHASE_HOURS: i64 = 24 * 30;

/// Customers, and those among them who bought again within 30 days.
pub const COMPARISON: Comparison = Comparison {
    treated: GroupFigures { orders: "treated_customers", reached: "treated_again" },
    holdout: GroupFigures { orders: "holdout_customers", reached: "holdout_again" },
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

/// What a paid order is in the shop's comparisons; found once.
pub fn follow(desk: &mut dyn Desk<'_>, order: &mut Order, paid_at: Instant) {
    for row in desk.campaigns() {
        let campaign = &row.campaign;
        let is_met = campaign.published_at.is_some_and(|at| at <= paid_at);
        let known = order.compared.iter().any(|known| known.campaign_id == campaign.campaign_id);
        if is_met && !known && ends_at(campaign).is_some_and(|end| paid_at <= end) {
            order.compared.extend(find(desk, order, campaign, paid_at));
        }
    }
}

fn find(desk: &mut dyn Desk<'_>, order: &Order, campaign: &Campaign, paid_at: Instant) -> Option<Compared> {
    let (id, customer) = (&campaign.campaign_id, &order.customer_id);
    let mut taker = desk.taker(id, customer);
    let (group, since, part) = if let Some(anchor) = &mut taker.anchor {
        if !is_repurchase(order, anchor, paid_at) {
            return None;
        }
        anchor.repurchased_by = Some(order.order_id.clone());
        (anchor.group, anchor.paid_at, Part::Repurchase)
    } else {
        let live = Live::at(campaign, paid_at).filter(|_| campaign.held_at(paid_at).is_some())?;
        let paid = order.paid();
        live.terms.tier_of(paid).filter(|_| paid.is_positive() && live.terms.holdout_percent > 0)?;
        let group = Group::of(id, customer, live.terms.holdout_percent);
        let (order_id, checkout_id) = (order.order_id.clone(), order.checkout_id.clone());
        taker.anchor = Some(Anchor { order_id, checkout_id, paid_at, group, repurchased_by: None });
        (group, paid_at, Part::Opens)
    };
    desk.put_taker(id, customer, taker);
    Some(Compared { campaign_id: id.clone(), group, since, part })
}

fn is_repurchase(order: &Order, anchor: &Anchor, paid_at: Instant) -> bool {
    let one_checkout = order.checkout_id.is_some() && order.checkout_id == anchor.checkout_id;
    let within = paid_at > anchor.paid_at && paid_at <= anchor.paid_at.plus_hours(REPURCHASE_HOURS);
    within && !one_checkout && anchor.repurchased_by.is_none() && anchor.order_id != order.order_id
}

/// What an order brings to the comparisons that it is part of. Who came in with a paid order stays in, though it be
/// refunded: whether it is may be the campaign's doing. A repurchase that is refunded whole is none.
pub fn brings(order: &Order, tally: &mut Tally) {
    for Compared { campaign_id, group, since, part } in &order.compared {
        let of = match group {
            Group::Treated => COMPARISON.treated,
            Group::Holdout => COMPARISON.holdout,
        };
        let (figure, counts) = match part {
            Part::Opens => (of.orders, matches!(order.state, State::Paid { .. })),
            Part::Repurchase => (of.reached, stands(order).is_some()),
        };
        let over = counts_from(*since, since.plus_hours(REPURCHASE_HOURS));
        tally.add_from(campaign_id, figure, i64::from(counts), Some(over));
    }
}
