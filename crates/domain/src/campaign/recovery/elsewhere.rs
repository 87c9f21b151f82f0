//! The buyer has bought the goods in another order (A-S0-25): the open one shows no coupon and gets no push while that
//! stands.
//!
//! Always holds: what counts is what is known now. A payment hides the coupons of the orders that it speaks for, one
//! that is undone brings them back, in whatever order the events come. A claimed coupon stays, and nothing of an order
//! or its payment is touched.

use super::{Terms, push};
use crate::{
    Code, Instant, Refusal,
    campaign::{CampaignRow, Count, Desk, Roster},
    customer::Standing,
    order::{BoughtElsewhere, OfferStatus, Order, State, TimelineEntry},
};
use serde_json::json;

/// Whether a recovery campaign may still show something while an order that is placed then is paid: only then are
/// purchases remembered.
pub fn remembers(campaigns: &Roster, placed_at: Instant) -> bool {
    campaigns.until(placed_at).any(|row| may_show(row, placed_at))
}

fn may_show(row: &CampaignRow, placed_at: Instant) -> bool {
    let current = row.campaign.current();
    row.campaign.published_at.is_some()
        && current.terms.of::<Terms>().is_some()
        && current.ends_at > placed_at
        && !row.campaign.is_closed(placed_at)
}

/// The order moved: where it has become a purchase, or is none any more, the customer's other orders are looked at
/// again.
pub fn follow(desk: &mut dyn Desk<'_>, order: &Order) -> Result<(), Refusal> {
    // Without money it is no purchase and never was one.
    if !order.payments.iter().any(|payment| payment.status.has_money()) {
        return Ok(());
    }
    // What is published in this very batch was not looked at when rows were loaded, and begins hours later.
    let before = |row: &CampaignRow| row.campaign.published_at.is_some_and(|at| at < desk.now());
    let mut rows = desk.campaigns().until(order.placed_at);
    let matters = rows.any(|row| before(row) && may_show(row, order.placed_at));
    if !matters || !desk.shop()?.hide_bought_elsewhere {
        return Ok(());
    }
    let mut standing = desk.standing(&order.customer_id);
    if !standing.purchases.follow(order) {
        return Ok(());
    }
    desk.put_standing(&order.customer_id, standing.clone());
    let beside: Vec<_> = standing.beside().filter(|id| **id != order.order_id).cloned().collect();
    for id in beside {
        if let Some(other) = desk.order(&id) {
            look_again(desk, other, &standing)?;
        }
    }
    Ok(())
}

fn look_again(desk: &mut dyn Desk<'_>, mut order: Order, standing: &Standing) -> Result<(), Refusal> {
    match order.state {
        State::Open => {
            let by = standing.purchases.in_place_of(&order, None).cloned();
            let claimed = order.recovery.offer.as_ref().is_some_and(|o| o.status == OfferStatus::Claimed);
            match (order.recovery.bought_elsewhere.is_some(), by) {
                (false, Some(by)) if !claimed => hide(desk, &mut order, by),
                (true, None) => bring_back(desk, &mut order)?,
                (false, _) | (true, Some(_)) => return Ok(()),
            }
            desk.put_order(order);
        }
        // It had been bought elsewhere before it ended unpaid: no evidence against its customer.
        State::Cancelled { at, .. } if standing.purchases.in_place_of(&order, Some(at)).is_some() => {
            let mut standing = desk.standing(&order.customer_id);
            standing.forget_unpaid(&order.order_id);
            desk.put_standing(&order.customer_id, standing);
        }
        State::Cancelled { .. } | State::Paid { .. } => {}
    }
    Ok(())
}

/// Whether the order is not to show its coupon now; then that is written down.
pub fn stands_in_the_way(desk: &mut dyn Desk<'_>, order: &mut Order) -> Result<bool, Refusal> {
    if !desk.shop()?.hide_bought_elsewhere {
        return Ok(false);
    }
    let by = desk.standing(&order.customer_id).purchases.in_place_of(order, None).cloned();
    let Some(by) = by else { return Ok(false) };
    hide(desk, order, by);
    watch(desk, order);
    Ok(true)
}

/// The order shows its coupon, or would: a purchase is held against it from now on.
pub fn watch(desk: &mut dyn Desk<'_>, order: &Order) {
    let mut standing = desk.standing(&order.customer_id);
    if standing.purchases.watch(&order.order_id) {
        desk.put_standing(&order.customer_id, standing);
    }
}

/// The order has ended.
pub fn let_go(desk: &mut dyn Desk<'_>, order: &Order) {
    if order.recovery.offer.is_none() && order.recovery.bought_elsewhere.is_none() {
        return;
    }
    let mut standing = desk.standing(&order.customer_id);
    if standing.purchases.let_go(&order.order_id) {
        desk.put_standing(&order.customer_id, standing);
    }
}

/// Whether the goods had been bought in another order by the moment at which this one ended unpaid.
pub fn was_bought_by(desk: &dyn Desk<'_>, order: &Order, at: Instant) -> bool {
    let hides = desk.shop().is_ok_and(|shop| shop.hide_bought_elsewhere);
    hides && desk.standing(&order.customer_id).purchases.in_place_of(order, Some(at)).is_some()
}

fn hide(desk: &mut dyn Desk<'_>, order: &mut Order, by: crate::OrderId) {
    let now = desk.now();
    let (what, campaign) = if let Some(offer) = &mut order.recovery.offer {
        offer.status = OfferStatus::Withdrawn;
        ("offer.withdrawn", Some(offer.campaign_id.clone()))
    } else {
        let first = order.recovery.candidates.first().map(|candidate| candidate.campaign_id.clone());
        ("offer.withheld", first)
    };
    let Some(campaign_id) = campaign else { return };
    if let Some((id, due_at)) = order.recovery.push.planned.take() {
        push::record(desk, order, &id, due_at, Err(Code::BoughtElsewhere), now);
    }
    if order.recovery.offer.is_none() {
        desk.count(&campaign_id, Count::Withheld(Code::BoughtElsewhere));
    }
    let entry = TimelineEntry::new(now, what).code(Code::BoughtElsewhere).campaign(&campaign_id);
    desk.note(order, entry.detail(json!({ "bought_with": by })));
    order.recovery.bought_elsewhere = Some(BoughtElsewhere { order_id: by, campaign_id });
}

/// The other payment was undone: the coupon is shown again, and its buyer reminded; one that was not shown yet comes
/// when its timer fires, which is now where it is due.
fn bring_back(desk: &mut dyn Desk<'_>, order: &mut Order) -> Result<(), Refusal> {
    order.recovery.bought_elsewhere = None;
    let Some(offer) = order.recovery.offer.as_mut().filter(|o| o.status == OfferStatus::Withdrawn) else {
        return Ok(());
    };
    offer.status = OfferStatus::Displayed;
    let campaign_id = offer.campaign_id.clone();
    let entry = TimelineEntry::new(desk.now(), "offer.displayed").campaign(&campaign_id);
    desk.note(order, entry);
    if order.recovery.push.sent_at.is_none() {
        push::plan(desk, order)?;
    }
    Ok(())
}
