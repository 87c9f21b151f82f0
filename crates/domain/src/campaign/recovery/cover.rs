//! Which campaigns cover a placed order, and which one shows its coupon (A-S0-4, A-S0-10).

use super::{FrequencyScope, Live};
use crate::{
    CampaignId, Code, Instant, OfferId,
    campaign::{Count, Counters, Desk},
    holdout::Group,
    order::{Candidate, Offer, OfferStatus, Order, OrderKind, TimelineEntry, Withheld},
};
use serde_json::json;

/// What covering an order found.
#[derive(Debug, Default, PartialEq)]
pub struct Covered {
    /// Campaigns that may show their coupon, best first.
    pub candidates: Vec<Candidate>,
    /// The others, each with its reason.
    pub withheld: Vec<Withheld>,
}

/// Compares a just-placed order with the shop's campaigns, and keeps what that found with the order.
pub fn place(desk: &mut dyn Desk<'_>, order: &mut Order) {
    let live = desk.campaigns().until(order.placed_at);
    let live = live.filter_map(|row| Live::at(&row.campaign, order.placed_at));
    let covered = cover(order, live);
    for candidate in &covered.candidates {
        desk.count(&candidate.campaign_id, Count::Covered);
    }
    for withheld in &covered.withheld {
        desk.count(&withheld.campaign_id, Count::Withheld(withheld.code));
        let entry = TimelineEntry::new(desk.now(), "offer.withheld");
        let mut entry = entry.code(withheld.code).campaign(&withheld.campaign_id);
        entry.detail = withheld.shortfall.map(|shortfall| json!({ "shortfall": shortfall }));
        desk.note(order, entry);
    }
    order.recovery.candidates = covered.candidates;
    order.recovery.withheld = covered.withheld;
}

/// Compares every campaign with an order that was just placed. Presale orders are left out
/// (A-S0-18); virtual goods are not. Campaigns whose period the order misses are passed over
/// without a word, unless `placed_at` lies inside and only the trigger does not.
pub fn cover<'a>(order: &Order, campaigns: impl Iterator<Item = Live<'a>>) -> Covered {
    let mut covered = Covered::default();
    let mut found: Vec<Live<'a>> = Vec::new();
    for live in campaigns {
        let version = live.version;
        if order.placed_at < version.starts_at || order.placed_at >= version.ends_at {
            continue;
        }
        match refusal(order, live) {
            None => found.push(live),
            Some((code, shortfall)) => {
                covered.withheld.push(Withheld { campaign_id: live.id().clone(), code, shortfall });
            }
        }
    }
    found.sort_by(|a, b| {
        let by_start = a.version.starts_at.cmp(&b.version.starts_at);
        b.terms.save.cmp(&a.terms.save).then(by_start).then_with(|| a.id().cmp(b.id()))
    });
    covered.candidates = found.iter().map(|live| candidate(order, *live)).collect();
    covered
}

fn candidate(order: &Order, live: Live<'_>) -> Candidate {
    Candidate {
        campaign_id: live.id().clone(),
        version: live.number,
        trigger_at: live.trigger_at(order.placed_at),
    }
}

fn refusal(order: &Order, live: Live<'_>) -> Option<(Code, Option<money::Money>)> {
    if live.campaign.is_closed(order.placed_at) {
        return Some((Code::CampaignClosed, None));
    }
    if order.kind == OrderKind::Presale {
        return Some((Code::PresaleOrder, None));
    }
    if live.trigger_at(order.placed_at) >= live.version.ends_at {
        return Some((Code::TriggerAfterEnd, None));
    }
    if !order.lines.iter().any(|line| live.version.scope.covers(&line.sku, &line.categories)) {
        return Some((Code::OutOfScope, None));
    }
    if order.payable < live.terms.spend {
        return Some((Code::BelowThreshold, Some(live.terms.spend - order.payable)));
    }
    if order.cancel_at.is_some_and(|deadline| live.trigger_at(order.placed_at) >= deadline) {
        return Some((Code::OrderClosed, None));
    }
    None
}

/// Whether the campaign shows anything at all now: it is not closed, not over and not sold out. What it says of one order
/// it says of all, whoever's they are.
pub fn shows(live: Live<'_>, counters: &Counters, now: Instant) -> Result<(), Code> {
    // An end that was moved forward since counts too: what is shown can be claimed.
    let ends_at = live.version.ends_at.min(live.campaign.current().ends_at);
    if live.campaign.is_closed(now) || now >= ends_at {
        return Err(Code::CampaignClosed);
    }
    if counters.issued >= live.campaign_quantity() {
        return Err(Code::SoldOut);
    }
    Ok(())
}

/// Shows the coupon of the best candidate, or says why not: the campaign closed, sold out, ended,
/// the customer blocked or in the comparison group.
pub fn show(
    order: &Order,
    live: Live<'_>,
    counters: &Counters,
    blocked: bool,
    offer_id: OfferId,
    now: Instant,
) -> Result<Offer, Code> {
    shows(live, counters, now)?;
    if blocked {
        return Err(Code::CustomerBlocked);
    }
    if Group::of(live.id(), &order.customer_id, live.terms.holdout_percent) == Group::Holdout {
        return Err(Code::Holdout);
    }
    Ok(Offer {
        offer_id,
        campaign_id: live.id().clone(),
        version: live.number,
        spend: live.terms.spend,
        save: live.terms.save,
        status: OfferStatus::Displayed,
        shown_at: now,
        coupon_id: None,
    })
}

impl<'a> Live<'a> {
    pub(super) fn id(&self) -> &'a CampaignId {
        &self.campaign.campaign_id
    }
    /// When an order placed then is shown the coupon.
    pub fn trigger_at(&self, placed_at: Instant) -> Instant {
        placed_at.plus_minutes(self.terms.trigger_after_minutes)
    }
    /// The stock is the campaign's: the newest version says how large it is.
    pub fn campaign_quantity(&self) -> u64 {
        self.campaign.current().terms.quantity().unwrap_or_default()
    }
    /// Whether claims are counted beyond the shop.
    pub fn is_platform_wide(&self) -> bool {
        self.terms.frequency_scope == FrequencyScope::Platform
    }
}
