//! The comparison with customers to whom nothing is shown (A-S2-21).
//!
//! Both groups are counted at one point: when the coupon is to be shown, on an order that is unpaid then, of a campaign that
//! shows coupons then, before anything is asked that one group comes to oftener than the other. Risk control blocks who
//! left orders unpaid that had shown a coupon, so only the treated: their orders count, shown or not. A customer counts
//! once, by the first such order that stands: one of which it turns out that it had ended before is none, and the next is
//! the first.

use super::{Live, Terms};
use crate::{
    CampaignId, Instant,
    campaign::{Brought, Comparison, Count, Desk, GroupFigures, HoldoutPlan, Tally, field::Words},
    holdout::{Came, Compared, Group, Parted, counts_from},
    limits,
    order::{Order, State},
};

/// Customers, and those whose first order was paid in its own time.
pub const COMPARISON: Comparison = Comparison {
    treated: GroupFigures { customers: "treated_orders", reached: "treated_paid" },
    holdout: GroupFigures { customers: "holdout_orders", reached: "holdout_paid" },
    outcome: "paid",
    rate: Words::new("customers who paid", "支付率"),
};

/// What the terms plan.
pub fn plan(terms: &Terms) -> HoldoutPlan {
    HoldoutPlan {
        percent: terms.holdout_percent,
        planned_orders: terms.holdout_planned_orders,
        precision_points: terms.holdout_precision_points,
    }
}

/// The order has come to the point at which the groups part.
pub fn part(desk: &dyn Desk<'_>, order: &mut Order, live: Live<'_>) {
    let (id, percent) = (live.id(), live.terms.holdout_percent);
    if percent == 0 || order.recovery.compared.iter().any(|known| known.campaign_id == *id) {
        return;
    }
    let standing = desk.standing(&order.customer_id);
    let is_full = standing.parted_in(id).count() >= limits::COMPARED_ORDERS;
    if is_full || standing.compared.contains(id) {
        return;
    }
    let group = Group::of(id, &order.customer_id, percent);
    let compared = Compared { campaign_id: id.clone(), group, at: desk.now(), kept: true };
    order.recovery.compared.push(compared);
}

/// The order has moved: what its customer counts in the comparisons that it is part of follows.
pub fn follow(desk: &mut dyn Desk<'_>, order: &Order) {
    for compared in order.recovery.compared.iter().filter(|compared| compared.kept) {
        let id = &compared.campaign_id;
        let mut standing = desk.standing(&order.customer_id);
        let (before, known) = (tally(id, standing.parted_in(id)), standing.parted.clone());
        standing.put_parted(parted(order, compared));
        if standing.parted == known {
            continue;
        }
        let (placed_at, now) = (order.placed_at, desk.now());
        for Brought { figure, amount, from, .. } in tally(id, standing.parted_in(id)).since(&before).0 {
            desk.count(id, Count::Brought { figure, by: amount, placed_at, now, from });
        }
        desk.put_standing(&order.customer_id, standing);
    }
}

/// How the order stands in a comparison.
pub fn parted(order: &Order, compared: &Compared) -> Parted {
    Parted {
        campaign_id: compared.campaign_id.clone(),
        at: compared.at,
        order_id: order.order_id.clone(),
        group: compared.group,
        from: own_time_over(order),
        came: came(order, compared.at),
    }
}

fn own_time_over(order: &Order) -> Option<Instant> {
    order.cancel_at.map(|ends| counts_from(order.placed_at, ends))
}

/// One that turns out to have ended before the groups parted is in neither.
fn came(order: &Order, at: Instant) -> Came {
    match order.state {
        State::Paid { at: end } | State::Cancelled { at: end, .. } if end < at => Came::Before,
        State::Paid { .. } => Came::Paid,
        State::Open | State::Cancelled { .. } => Came::Unpaid,
    }
}

/// The order by which a customer counts whose orders these are, the first of them first.
pub fn counted<'a>(mut parted: impl Iterator<Item = &'a Parted>) -> Option<&'a Parted> {
    parted.find(|parted| parted.came != Came::Before)
}

/// What such a customer counts.
pub fn tally<'a>(campaign: &CampaignId, parted: impl Iterator<Item = &'a Parted>) -> Tally {
    let mut tally = Tally::default();
    if let Some(Parted { group, from, came, .. }) = counted(parted) {
        add(campaign, (*group, *came), *from, &mut tally);
    }
    tally
}

fn add(campaign: &CampaignId, (group, came): (Group, Came), from: Option<Instant>, tally: &mut Tally) {
    let figures = match group {
        Group::Treated => COMPARISON.treated,
        Group::Holdout => COMPARISON.holdout,
    };
    tally.add_from(campaign, figures.customers, i64::from(came != Came::Before), from);
    tally.add_from(campaign, figures.reached, i64::from(came == Came::Paid), from);
}

/// What an order brings by itself that came to its point before orders were kept with their customers.
pub fn brings(order: &Order, tally: &mut Tally) {
    for Compared { campaign_id, group, at, kept } in &order.recovery.compared {
        if !kept {
            add(campaign_id, (*group, came(order, *at)), own_time_over(order), tally);
        }
    }
}
