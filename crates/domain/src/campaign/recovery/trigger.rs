//! The trigger: the moment at which an unpaid order shows its coupon (S0-R14, A-S0-10).

use super::{Live, compare, cover::shows, elsewhere, push, show};
use crate::{
    CampaignId, Code, Instant, Refusal,
    campaign::{Count, Desk},
    order::{Offer, Order, TimelineEntry, Withheld},
    risk,
};
use serde_json::json;

/// When the first of the order's candidates shows its coupon; not while its goods were bought elsewhere (A-S0-25).
pub fn due_at(order: &Order) -> Option<Instant> {
    if order.recovery.bought_elsewhere.is_some() {
        return None;
    }
    order.recovery.candidates.first().map(|candidate| candidate.trigger_at)
}

/// The best candidate that is due shows its coupon; those that cannot are left with their reason. A better one
/// that comes later is waited for (A-S0-10).
pub fn fire(desk: &mut dyn Desk<'_>, order: &mut Order) -> Result<(), Refusal> {
    let now = desk.now();
    let blocked = risk::is_blocked(&desk.standing(&order.customer_id), now);
    while let Some(candidate) = order.recovery.candidates.first().cloned() {
        if candidate.trigger_at > now || elsewhere::stands_in_the_way(desk, order)? {
            return Ok(());
        }
        order.recovery.candidates.remove(0);
        let row = desk.campaign(&candidate.campaign_id);
        let live =
            row.and_then(|row| Some((Live::of_version(&row.campaign, candidate.version)?, &row.counters)));
        if let Some((live, _)) = live.filter(|(live, counters)| shows(*live, counters, now).is_ok()) {
            compare::part(desk, order, live);
        }
        let shown = match live {
            Some((live, counters)) => show(order, live, counters, blocked, desk.next("of"), now)
                .map(|offer| (offer, live.terms.usable_until(order.cancel_at, now))),
            None => Err(Code::CampaignClosed),
        };
        match shown {
            Ok((offer, usable_until)) => return display(desk, order, offer, usable_until),
            Err(code) => withhold(desk, order, &candidate.campaign_id, code),
        }
    }
    Ok(())
}

fn withhold(desk: &mut dyn Desk<'_>, order: &mut Order, campaign: &CampaignId, code: Code) {
    order.recovery.withheld.push(Withheld { campaign_id: campaign.clone(), code, shortfall: None });
    desk.count(campaign, Count::Withheld(code));
    let entry = TimelineEntry::new(desk.now(), "offer.withheld");
    desk.note(order, entry.code(code).campaign(campaign));
}

/// Shows the coupon; `usable_until` is what a claim at once would give.
fn display(
    desk: &mut dyn Desk<'_>,
    order: &mut Order,
    offer: Offer,
    usable_until: Instant,
) -> Result<(), Refusal> {
    for left in std::mem::take(&mut order.recovery.candidates) {
        withhold(desk, order, &left.campaign_id, Code::BetterOffer);
    }
    let detail = json!({ "offer_id": offer.offer_id, "spend": offer.spend, "save": offer.save });
    let entry = TimelineEntry::new(desk.now(), "offer.displayed");
    desk.note(order, entry.campaign(&offer.campaign_id).detail(detail));
    desk.count(&offer.campaign_id, Count::Displayed);
    let body = json!({
        "order_id": order.order_id, "customer_id": order.customer_id, "offer_id": offer.offer_id,
        "campaign_id": offer.campaign_id, "spend": offer.spend, "save": offer.save,
        "usable_until": desk.show(usable_until),
    });
    desk.publish("offer.displayed", order.order_id.as_str(), body);
    order.recovery.offer = Some(offer);
    elsewhere::watch(desk, order);
    push::plan(desk, order)
}
