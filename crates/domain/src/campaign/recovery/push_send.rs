//! Whether a planned push may go out now: everything is asked again at the moment of sending
//! (S0-R34..R40, A-S0-13, A-S0-14, A-S0-16).

use super::Live;
use crate::{
    Code, Instant,
    campaign::{Campaign, Counters},
    customer::Standing,
    message::centre::{self, Ask, Cap, Quiet},
    order::{Goods, OfferStatus, Order, OrderKind, Source},
    shop::Shop,
    time::Zone,
};

/// What the sender looks at.
pub struct SendFacts<'a> {
    /// The shop.
    pub shop: &'a Shop,
    /// The zone whose days count what spans shops.
    pub platform_zone: &'a Zone,
    /// The order as it is now.
    pub order: &'a Order,
    /// The campaign of its offer.
    pub campaign: Option<&'a Campaign>,
    /// That campaign's figures.
    pub counters: &'a Counters,
    /// The customer over all shops: that is where categories are reminded of (A-S0-14).
    pub everywhere: &'a Standing,
    /// Whether risk control blocks the customer.
    pub blocked: bool,
}

/// Lets the push out, or says why not.
pub fn may_send(facts: &SendFacts<'_>, now: Instant) -> Result<(), Code> {
    let SendFacts { shop, order, everywhere, .. } = facts;
    if order.recovery.push.sent_at.is_some() {
        return Err(Code::AlreadyPushed);
    }
    if !order.is_open(now) {
        return Err(Code::OrderClosed);
    }
    let refused = match (&order.source, order.kind, order.goods) {
        (Source::App, OrderKind::Normal, Goods::Physical) => None,
        (Source::App, OrderKind::Normal, Goods::Virtual) => Some(Code::VirtualGoods),
        (Source::App, OrderKind::Presale, _) => Some(Code::PresaleOrder),
        (_, _, _) => Some(Code::SourceNotApp),
    };
    if let Some(code) = refused {
        return Err(code);
    }
    match order.recovery.offer.as_ref().map(|offer| offer.status) {
        Some(OfferStatus::Displayed) => {}
        Some(OfferStatus::Claimed) => return Err(Code::Claimed),
        Some(OfferStatus::Withdrawn) | None => return Err(Code::OrderClosed),
    }
    match facts.campaign {
        Some(campaign) if campaign.is_closed(now) || now >= campaign.current().ends_at => {
            return Err(Code::CampaignClosed);
        }
        None => return Err(Code::CampaignClosed),
        Some(campaign) => {
            if Live::current(campaign).is_some_and(|live| facts.counters.issued >= live.campaign_quantity()) {
                return Err(Code::SoldOut);
            }
        }
    }
    if facts.blocked {
        return Err(Code::CustomerBlocked);
    }
    let ask = Ask { quiet: Quiet::Kept, cap: Cap::Categories(&order.categories()) };
    centre::judge(shop, facts.platform_zone, everywhere, ask, now)
}
