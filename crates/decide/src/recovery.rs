//! Recovery's reactions: showing the coupon, giving it out, sending the push.

use crate::book::{Count, Draft};
use crate::command::Reply;
use crate::order::life;
use crate::reminders;
use domain::{
    Code, CustomerId, Instant, MessageId, OfferId, OrderId, Refusal, ShopId,
    campaign::{
        Counters,
        recovery::{self, ClaimFacts, Live},
    },
    coupon::Coupon,
    message::{self, Kind, Message, MessageStatus, SendFacts},
    order::{Offer, OfferStatus, Order, TimelineEntry, Withheld},
    risk,
};
use port::Dispatch;
use serde_json::json;

/// A customer claims the coupon shown on an order.
pub fn claim(
    draft: &mut Draft<'_>,
    order: &OrderId,
    offer: &OfferId,
    by: &CustomerId,
) -> Result<Reply, Refusal> {
    let now = draft.now;
    let shop = draft.shop()?;
    let missing = || Refusal::with(Code::NotFound, format!("no order {order}"));
    let mut order = draft.order(order).ok_or_else(missing)?;
    let shown = recovery::claimable(&order, offer, by, now)?.clone();
    let row = draft.campaign(&shown.campaign_id).ok_or_else(|| Refusal::new(Code::NotDisplayed))?;
    let live =
        Live::of_version(&row.campaign, shown.version).ok_or_else(|| Refusal::new(Code::NotDisplayed))?;
    let standing = draft.standing(by);
    let counting_shop = if live.is_platform_wide() { ShopId::platform() } else { draft.shop_id.clone() };
    let mut counted_in =
        if live.is_platform_wide() { draft.standing_in(&counting_shop, by) } else { standing.clone() };
    let facts = ClaimFacts {
        shop,
        order: &order,
        live,
        counters: &row.counters,
        counted_in: &counted_in,
        blocked: risk::is_blocked(&standing, now),
    };
    let coupon = recovery::claim(&facts, draft.next("cp"), now)?;
    let (counted, day) = (facts.counted(), facts.day(now));
    counted_in.count_claim(counted, day);
    draft.put_standing_in(&counting_shop, by, counted_in);
    draft.count(&shown.campaign_id, Count::Issued);
    take(draft, &mut order, &coupon, now);
    if row.counters.issued + 1 == live.campaign_quantity() {
        let body = json!({ "campaign_id": shown.campaign_id, "issued": row.counters.issued + 1 });
        draft.publish("campaign.exhausted", shown.campaign_id.as_str(), &body);
    }
    draft.put_order(order);
    draft.put_coupon(coupon.clone());
    Ok(Reply::Coupon { coupon })
}

fn take(draft: &mut Draft<'_>, order: &mut Order, coupon: &Coupon, now: Instant) {
    if let Some(offer) = &mut order.recovery.offer {
        offer.status = OfferStatus::Claimed;
        offer.coupon_id = Some(coupon.coupon_id.clone());
    }
    let detail = json!({ "coupon_id": coupon.coupon_id, "save": coupon.save, "usable_until": draft.show(coupon.usable_until) });
    let mut entry = TimelineEntry::new(now, "coupon.claimed").detail(detail);
    entry.campaign_id = coupon.campaign_id().cloned();
    draft.note(order, entry);
    draft.publish_coupon("coupon.claimed", coupon);
}

/// The trigger has come: the best candidate that is due shows its coupon; those that cannot are
/// left with their reason. A better one that comes later is waited for (A-S0-10).
pub fn trigger(draft: &mut Draft<'_>, order: &mut Order) -> Result<(), Refusal> {
    let now = draft.now;
    let standing = draft.standing(&order.customer_id);
    let blocked = risk::is_blocked(&standing, now);
    while let Some(candidate) = order.recovery.candidates.first().cloned() {
        if candidate.trigger_at > now {
            return Ok(());
        }
        order.recovery.candidates.remove(0);
        let row = draft.campaign(&candidate.campaign_id);
        let live =
            row.and_then(|row| Some((Live::of_version(&row.campaign, candidate.version)?, &row.counters)));
        let shown = match live {
            Some((live, counters)) => recovery::show(order, live, counters, blocked, draft.next("of"), now)
                .map(|offer| (offer, live.terms.usable_until(order.cancel_at, now))),
            None => Err(Code::CampaignClosed),
        };
        match shown {
            Ok((offer, usable_until)) => return display(draft, order, offer, usable_until),
            Err(code) => withhold(draft, order, &candidate.campaign_id, code),
        }
    }
    Ok(())
}

fn withhold(draft: &mut Draft<'_>, order: &mut Order, campaign: &domain::CampaignId, code: Code) {
    order.recovery.withheld.push(Withheld { campaign_id: campaign.clone(), code, shortfall: None });
    draft.count(campaign, Count::Withheld(code));
    draft.note(order, TimelineEntry::new(draft.now, "offer.withheld").code(code).campaign(campaign));
}

/// Shows the coupon; `usable_until` is what a claim at once would give.
fn display(
    draft: &mut Draft<'_>,
    order: &mut Order,
    offer: Offer,
    usable_until: Instant,
) -> Result<(), Refusal> {
    for left in std::mem::take(&mut order.recovery.candidates) {
        withhold(draft, order, &left.campaign_id, Code::BetterOffer);
    }
    let detail = json!({ "offer_id": offer.offer_id, "spend": offer.spend, "save": offer.save });
    draft.note(
        order,
        TimelineEntry::new(draft.now, "offer.displayed").campaign(&offer.campaign_id).detail(detail),
    );
    draft.count(&offer.campaign_id, Count::Displayed);
    let body = json!({
        "order_id": order.order_id, "customer_id": order.customer_id, "offer_id": offer.offer_id,
        "campaign_id": offer.campaign_id, "spend": offer.spend, "save": offer.save, "usable_until": draft.show(usable_until),
    });
    draft.publish("offer.displayed", order.order_id.as_str(), &body);
    order.recovery.offer = Some(offer);
    plan(draft, order, draft.now)
}

/// Plans the order's push, or writes down why there is none.
fn plan(draft: &mut Draft<'_>, order: &mut Order, trigger_at: Instant) -> Result<(), Refusal> {
    let planned = message::plan_push(draft.shop()?, order, trigger_at);
    let id: MessageId = draft.next("ms");
    schedule(draft, order, id, planned);
    Ok(())
}

fn schedule(draft: &mut Draft<'_>, order: &mut Order, id: MessageId, planned: Result<Instant, Code>) {
    match planned {
        Ok(due_at) => {
            let message = life::push(draft, order, &id, due_at);
            draft.changes().messages.extend(message);
            order.recovery.push.planned = Some((id, due_at));
        }
        Err(code) => {
            life::record_push(draft, order, &id, draft.now, Err(code), draft.now);
        }
    }
}

/// The push is due: everything is asked again, then it goes out or is dropped with its reason.
/// Reasons that pass lead to a new plan before the deadline (A-S0-15).
pub fn send_push(
    draft: &mut Draft<'_>,
    order: &mut Order,
    id: &MessageId,
    due_at: Instant,
) -> Result<(), Refusal> {
    let now = draft.now;
    let shop = draft.shop()?;
    let standing = draft.standing(&order.customer_id);
    let platform = ShopId::platform();
    let mut everywhere = draft.standing_in(&platform, &order.customer_id);
    let row = order.recovery.offer.as_ref().and_then(|offer| draft.campaign(&offer.campaign_id));
    let none = Counters::default();
    let facts = SendFacts {
        shop,
        order,
        campaign: row.map(|row| &*row.campaign),
        counters: row.map_or(&none, |row| &row.counters),
        everywhere: &everywhere,
        blocked: risk::is_blocked(&standing, now),
    };
    let verdict = message::may_send(&facts, now);
    let message = life::record_push(draft, order, id, due_at, verdict, now);
    match verdict {
        Ok(()) => {
            order.recovery.push.sent_at = Some(now);
            everywhere.remind(&order.categories(), shop.time_zone.day(now));
            draft.put_standing_in(&platform, &order.customer_id, everywhere);
            let quiet = shop.quiet_hours.next_start(&shop.time_zone, now);
            let deliver_until = order.cancel_at.into_iter().chain(quiet).min().unwrap_or(now);
            let dispatch =
                message.map(|message| Dispatch { message, deliver_until, attempt: 0, next_at: now });
            draft.changes().dispatches.extend(dispatch);
        }
        Err(Code::QuietHours) => replan(draft, order, now)?,
        Err(Code::CategoryDay) => {
            let tomorrow = shop.time_zone.civil(now).date().tomorrow();
            let midnight = tomorrow.map(|day| shop.time_zone.instant(day.at(0, 0, 0, 0)));
            replan(draft, order, midnight.unwrap_or(now))?;
        }
        Err(_) => {}
    }
    Ok(())
}

fn replan(draft: &mut Draft<'_>, order: &mut Order, earliest: Instant) -> Result<(), Refusal> {
    let Ok(due_at) = message::replan_push(draft.shop()?, order, earliest) else {
        return Ok(());
    };
    let id: MessageId = draft.next("ms");
    schedule(draft, order, id, Ok(due_at));
    Ok(())
}

/// A push that was let out did not reach its provider: it was not sent after all. The order's push
/// and its categories are free again (A-S0-14, A-S0-15); one that was not out before quiet hours is
/// planned anew.
pub fn push_failed(draft: &mut Draft<'_>, id: &MessageId, code: Code) -> Result<Reply, Refusal> {
    let missing = || Refusal::with(Code::NotFound, format!("no message {id}"));
    let message = draft.message(id).ok_or_else(missing)?.clone();
    if message.kind != Kind::PaymentReminder {
        reminders::failed(draft, &message, code);
        return Ok(Reply::Done);
    }
    let Some(sent_at) = message.sent_at.filter(|_| message.status == MessageStatus::Sent) else {
        return Ok(Reply::Done);
    };
    let mut order = draft.order(&message.order_id).ok_or_else(missing)?;
    let late = !order.is_open(draft.now);
    let code = if code == Code::QuietHours && late { Code::OrderClosed } else { code };
    let status = if code == Code::ProviderFailed { MessageStatus::Failed } else { MessageStatus::Suppressed };
    draft.count(&message.campaign_id, Count::Unpushed(code));
    let day = draft.shop()?.time_zone.day(sent_at);
    let platform = ShopId::platform();
    let mut everywhere = draft.standing_in(&platform, &message.customer_id);
    everywhere.forget_reminder(&order.categories(), day);
    draft.put_standing_in(&platform, &message.customer_id, everywhere);
    order.recovery.push.sent_at = None;
    let entry = TimelineEntry::new(draft.now, "push.suppressed").campaign(&message.campaign_id);
    draft.note(&mut order, entry.code(code));
    draft.changes().messages.push(Message { status, code: Some(code), sent_at: None, ..message });
    let shop = draft.shop()?;
    if code == Code::QuietHours || (!late && shop.quiet_hours.contains(&shop.time_zone, draft.now)) {
        replan(draft, &mut order, draft.now)?;
    }
    draft.put_order(order);
    Ok(Reply::Done)
}
