//! A customer claims the coupon that an order shows.

use super::{ClaimFacts, Live, claim, claimable};
use crate::{
    Code, CustomerId, OfferId, OrderId, Refusal,
    campaign::{Count, Desk},
    coupon::Coupon,
    order::{OfferStatus, Order, TimelineEntry},
    risk,
};
use serde_json::json;

/// The claim of a shown coupon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The order that shows it.
    pub order_id: OrderId,
    /// The offer.
    pub offer_id: OfferId,
    /// Who claims.
    pub customer_id: CustomerId,
}

/// Gives the coupon, and counts it for the customer, or says which limit stands against it.
pub fn claim_offer(desk: &mut dyn Desk<'_>, ask: &Claim) -> Result<Coupon, Refusal> {
    let (now, by) = (desk.now(), &ask.customer_id);
    let shop = desk.shop()?;
    let mut order = desk.need_order(&ask.order_id)?;
    let shown = claimable(&order, &ask.offer_id, by, now)?.clone();
    let row = desk.campaign(&shown.campaign_id).ok_or_else(|| Refusal::new(Code::NotDisplayed))?;
    let live =
        Live::of_version(&row.campaign, shown.version).ok_or_else(|| Refusal::new(Code::NotDisplayed))?;
    let standing = desk.standing(by);
    let mut counted_in = if live.is_platform_wide() { desk.everywhere(by) } else { standing.clone() };
    let facts = ClaimFacts {
        shop,
        platform_zone: desk.platform_zone(),
        order: &order,
        live,
        counters: &row.counters,
        counted_in: &counted_in,
        blocked: risk::is_blocked(&standing, now),
    };
    let coupon = claim(&facts, desk.next("cp"), now)?;
    let (counted, day) = (facts.counted(), facts.day(now));
    counted_in.count_claim(counted, day);
    if live.is_platform_wide() {
        desk.put_everywhere(by, counted_in);
    } else {
        desk.put_standing(by, counted_in);
    }
    desk.count(&shown.campaign_id, Count::Issued);
    take(desk, &mut order, &coupon);
    if row.counters.issued + 1 == live.campaign_quantity() {
        let body = json!({ "campaign_id": shown.campaign_id, "issued": row.counters.issued + 1 });
        desk.publish("campaign.exhausted", shown.campaign_id.as_str(), body);
    }
    desk.put_order(order);
    desk.issue(coupon.clone());
    Ok(coupon)
}

fn take(desk: &mut dyn Desk<'_>, order: &mut Order, coupon: &Coupon) {
    if let Some(offer) = &mut order.recovery.offer {
        offer.status = OfferStatus::Claimed;
        offer.coupon_id = Some(coupon.coupon_id.clone());
    }
    let usable_until = desk.show(coupon.usable_until);
    let detail = json!({ "coupon_id": coupon.coupon_id, "save": coupon.save, "usable_until": usable_until });
    let mut entry = TimelineEntry::new(desk.now(), "coupon.claimed").detail(detail);
    entry.campaign_id = coupon.campaign_id().cloned();
    desk.note(order, entry);
    desk.publish_coupon("coupon.claimed", coupon);
}
