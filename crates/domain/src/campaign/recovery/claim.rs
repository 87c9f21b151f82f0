//! The claim: every limit is checked here, against facts that the same transaction writes.

use super::{FrequencyScope, Live};
use crate::{
    Code, CouponId, CustomerId, Instant, OfferId, Refusal,
    campaign::Counters,
    coupon::{Bind, Coupon, CouponStatus, FromOffer, Origin},
    customer::{Counted, Standing},
    order::{Offer, OfferStatus, Order, State},
    shop::Shop,
    time::{CivilDay, Zone},
};

/// Coupons of one campaign that a customer may claim on one civil day (S0-R29).
pub const PER_DAY: u32 = 1;
/// Coupons of one campaign that a customer may claim in all (S0-R30).
pub const IN_ALL: u32 = 6;

/// Everything that a claim is decided on.
pub struct ClaimFacts<'a> {
    /// The shop.
    pub shop: &'a Shop,
    /// The zone whose days count what spans shops.
    pub platform_zone: &'a Zone,
    /// The order that shows the offer.
    pub order: &'a Order,
    /// The campaign at the offer's version.
    pub live: Live<'a>,
    /// Its figures.
    pub counters: &'a Counters,
    /// The row in which this campaign counts the customer's claims.
    pub counted_in: &'a Standing,
    /// Whether risk control blocks the customer.
    pub blocked: bool,
}

impl ClaimFacts<'_> {
    /// What this claim is counted for.
    pub fn counted(&self) -> Counted {
        match self.live.terms.frequency_scope {
            FrequencyScope::Campaign => Counted::Campaign(self.live.campaign.campaign_id.clone()),
            FrequencyScope::Shop | FrequencyScope::Platform => Counted::All,
        }
    }
    /// The civil day that a claim at that moment counts for: the platform's where claims are counted over shops
    /// (A-G-13), else the shop's.
    pub fn day(&self, now: Instant) -> CivilDay {
        match self.live.terms.frequency_scope {
            FrequencyScope::Campaign | FrequencyScope::Shop => self.shop.time_zone.day(now),
            FrequencyScope::Platform => self.platform_zone.day(now),
        }
    }
}

/// Finds the offer and refuses what stands against its claim, the customer's own affairs first.
pub fn claimable<'a>(
    order: &'a Order,
    offer: &OfferId,
    by: &CustomerId,
    now: Instant,
) -> Result<&'a Offer, Refusal> {
    if order.customer_id != *by {
        return Err(Code::NotOwner.into());
    }
    match order.state {
        State::Paid { .. } => return Err(Code::OrderPaid.into()),
        State::Cancelled { .. } => return Err(Code::OrderCancelled.into()),
        State::Open if !order.is_open(now) => return Err(Code::OrderCancelled.into()),
        State::Open => {}
    }
    let shown = order.recovery.offer.as_ref().filter(|shown| shown.offer_id == *offer);
    let Some(shown) = shown else {
        return Err(Code::NotDisplayed.into());
    };
    match shown.status {
        OfferStatus::Displayed => Ok(shown),
        OfferStatus::Claimed => Err(Code::AlreadyClaimed.into()),
        OfferStatus::Withdrawn => Err(Code::NotDisplayed.into()),
    }
}

/// Makes the coupon, or says which limit stands against it: closed, sold out, blocked, one a day,
/// six in all (S0-R29, S0-R30, A-S0-9, A-S0-19, A-S0-20).
pub fn claim(facts: &ClaimFacts<'_>, coupon_id: CouponId, now: Instant) -> Result<Coupon, Refusal> {
    let ClaimFacts { order, live, counters, counted_in, .. } = facts;
    if live.campaign.is_closed(now) {
        return Err(Code::CampaignClosed.into());
    }
    if now >= live.campaign.current().ends_at {
        return Err(Refusal::with(Code::CampaignClosed, "the campaign is over"));
    }
    if counters.issued >= live.campaign_quantity() {
        return Err(Code::SoldOut.into());
    }
    if facts.blocked {
        return Err(Code::CustomerBlocked.into());
    }
    let (on_day, total) = counted_in.claims(&facts.counted(), facts.day(now));
    if total >= IN_ALL {
        return Err(Refusal::with(Code::TotalLimit, format!("{total} of {IN_ALL} coupons are claimed")));
    }
    if on_day >= PER_DAY {
        return Err(Code::DailyLimit.into());
    }
    let usable_until = live.terms.usable_until(order.cancel_at, now);
    // A bound coupon that lives as long as its order ends with the order's own timer.
    let ends_with_order = live.terms.bind == Bind::OriginOrder && Some(usable_until) == order.cancel_at;
    Ok(Coupon {
        coupon_id,
        origin: Origin::Offer(FromOffer {
            campaign_id: live.campaign.campaign_id.clone(),
            version: live.number,
            bind: live.terms.bind,
            origin_order_id: order.order_id.clone(),
            allow_baitiao: super::terms_allow_baitiao(live.campaign.created_at),
        }),
        customer_id: order.customer_id.clone(),
        spend: live.terms.spend,
        save: live.terms.save,
        claimed_at: now,
        usable_until,
        status: CouponStatus::Available,
        lock: None,
        used_on: None,
        also_on: Vec::new(),
        named_by: Vec::new(),
        forfeited_at: None,
        ended_at: None,
        wake_at: (!ends_with_order).then_some(usable_until),
    })
}
