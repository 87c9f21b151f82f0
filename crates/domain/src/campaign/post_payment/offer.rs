//! The last of an order's money has come: what its campaigns of rewards bring (A-S2-5, A-S2-6).

use super::{Live, Terms, early, ticket::draw_ticket, when::Day};
use crate::{
    CampaignId, Code, Instant, RewardId,
    campaign::Desk,
    holdout::Group,
    order::{Order, TimelineEntry},
    reward::{ActionKind, Reward, RewardStatus, Rewarded, Taker},
};
use money::Money;
use serde_json::json;

/// What an order that is paid brings, of each campaign that was in force when it was; once.
pub fn offer(desk: &mut dyn Desk<'_>, order: &mut Order, paid_at: Instant) {
    let paid = order.paid();
    let live = desk.campaigns().until(paid_at).filter_map(|row| {
        let version = row.campaign.held_at(paid_at)?;
        let number = row.campaign.version_at(paid_at);
        let terms = version.terms.of::<Terms>()?;
        Some(Live { campaign: &row.campaign, version, number, terms })
    });
    for live in live {
        let id = &live.campaign.campaign_id;
        if order.rewards.iter().any(|known| known.campaign_id == *id) {
            continue;
        }
        if let Some((tier, _)) = live.terms.tier_of(paid).filter(|_| paid.is_positive()) {
            let rewarded = decide(desk, order, live, tier, (paid, paid_at));
            order.rewards.push(rewarded);
        }
    }
}

/// What a campaign decides of an order that reaches a tier of it.
fn decide(
    desk: &mut dyn Desk<'_>,
    order: &mut Order,
    live: Live<'_>,
    tier: u32,
    (paid, paid_at): (Money, Instant),
) -> Rewarded {
    let id = live.campaign.campaign_id.clone();
    let mut taker = desk.taker(&id, &order.customer_id);
    let group = group(live, order);
    let mut rewarded = Rewarded { campaign_id: id.clone(), reward_id: None, code: None, waits_until: None };
    let judged = judge(desk, live, &taker, order, (group, paid_at));
    let outcome = judged.and_then(|()| give(desk, order, live, tier, paid_at));
    match outcome {
        Ok(reward) => {
            taker.count(day(desk, paid_at));
            let waits = desk.reward(&reward).is_some_and(|reward| early::waits(desk, &reward));
            rewarded.waits_until = Some(live.campaign.current().starts_at).filter(|_| waits);
            let entry = TimelineEntry::new(paid_at, "reward.offered").campaign(&id);
            let detail = json!({ "reward_id": reward, "tier": tier, "paid": paid });
            desk.note(order, entry.detail(detail));
            rewarded.reward_id = Some(reward);
        }
        Err(code) => {
            let entry = TimelineEntry::new(paid_at, "reward.withheld").campaign(&id);
            desk.note(order, entry.code(code));
            rewarded.code = Some(code);
        }
    }
    desk.put_taker(&id, &order.customer_id, taker);
    rewarded
}

/// Which group a customer is in, where the campaign compares.
fn group(live: Live<'_>, order: &Order) -> Option<Group> {
    let percent = live.terms.holdout_percent;
    (percent > 0).then(|| Group::of(&live.campaign.campaign_id, &order.customer_id, percent))
}

/// What stands against a reward, the customer's own affairs first.
fn judge(
    desk: &dyn Desk<'_>,
    live: Live<'_>,
    taker: &Taker,
    order: &Order,
    (group, paid_at): (Option<Group>, Instant),
) -> Result<(), Code> {
    let terms = live.terms;
    let zone = &desk.shop().map_err(|refusal| refusal.code)?.time_zone;
    let standing = desk.standing(&order.customer_id);
    let reaches = |limit: Option<u32>, had: u32| limit.is_some_and(|most| had >= most);
    let no_day = !terms.days.is_empty() && !terms.days.contains(&Day::of(zone, paid_at));
    let no_hour = !terms.hours.is_empty() && !terms.hours.iter().any(|hours| hours.contains(zone, paid_at));
    let book = desk.book(&live.campaign.campaign_id).ok_or(Code::NotFound)?;
    if terms.members_only && standing.member_since.is_none_or(|since| since > paid_at) {
        return Err(Code::MembersOnly);
    }
    if no_day || no_hour {
        return Err(Code::OutsideHours);
    }
    if crate::risk::is_blocked(&standing, desk.now()) {
        return Err(Code::CustomerBlocked);
    }
    if group == Some(Group::Holdout) {
        return Err(Code::Holdout);
    }
    if book.rested_at(paid_at) {
        return Err(Code::CampaignPaused);
    }
    if reaches(terms.per_customer_limit, taker.total) {
        return Err(Code::TotalLimit);
    }
    if reaches(terms.per_day_limit, taker.on(zone.day(paid_at))) {
        return Err(Code::DailyLimit);
    }
    if terms.total_limit.is_some_and(|most| book.given >= most) {
        return Err(Code::SoldOut);
    }
    Ok(())
}

/// Makes the reward: a coupon is given at once, a ticket of an urn is drawn, the rest waits for its customer.
fn give(
    desk: &mut dyn Desk<'_>,
    order: &Order,
    live: Live<'_>,
    tier: u32,
    paid_at: Instant,
) -> Result<RewardId, Code> {
    let campaign_id = live.campaign.campaign_id.clone();
    let Some(action) = live.terms.tiers.get(tier as usize).map(|tier| &tier.action) else {
        return Err(Code::NotFound);
    };
    // What its customer has to do first is offered with time to do it, or not at all.
    let (now, current) = (desk.now(), live.campaign.current());
    if action.kind != ActionKind::Coupon && now >= current.ends_at {
        return Err(Code::CampaignClosed);
    }
    let mut reward = Reward {
        reward_id: name(desk, &campaign_id)?,
        campaign_id: campaign_id.clone(),
        version: live.number,
        order_id: order.order_id.clone(),
        customer_id: order.customer_id.clone(),
        tier,
        action: action.kind,
        status: RewardStatus::Offered,
        code: None,
        earned_at: paid_at,
        offered_at: desk.now(),
        done_at: None,
        extra: 0,
        transaction_id: order.paid_by().and_then(|payment| payment.transaction_id.clone()),
        drawn: None,
        coupon_id: None,
        missed: None,
        listed: None,
        answers: None,
        extras: Vec::new(),
    };
    let has_started = now >= current.starts_at;
    if let (ActionKind::Coupon, Some(batch), true) = (action.kind, &action.batch_id, has_started) {
        let coupon =
            desk.give_coupon(batch, &order.customer_id, &campaign_id).map_err(|refusal| refusal.code)?;
        reward.coupon_id = Some(coupon.coupon_id);
        reward.status = RewardStatus::Done;
        reward.done_at = Some(desk.now());
    }
    keep(desk, &campaign_id, reward)
}

/// The name of a new reward of a campaign, which nobody can guess: whoever has it is shown what became of it.
pub fn name(desk: &mut dyn Desk<'_>, campaign: &CampaignId) -> Result<RewardId, Code> {
    let running = desk.next_id("rw");
    let charter = desk.charter(campaign).ok_or(Code::NotFound)?;
    let name = charter.secret.name(&running);
    Ok(name.parse().unwrap_or_else(|_| unreachable!("{name} is an id")))
}

/// Keeps a new reward: a ticket of an urn is drawn when the chance arises (A-S2-15).
pub fn keep(desk: &mut dyn Desk<'_>, campaign: &CampaignId, mut reward: Reward) -> Result<RewardId, Code> {
    let charter = desk.charter(campaign).ok_or(Code::NotFound)?;
    let mut book = desk.book(campaign).ok_or(Code::NotFound)?.clone();
    draw_ticket(&mut book, charter, campaign, &mut reward, desk.now())?;
    book.given += u64::from(reward.extra == 0);
    let id = reward.reward_id.clone();
    let body = json!({
        "reward_id": id, "campaign_id": campaign, "order_id": reward.order_id, "customer_id": reward.customer_id,
        "action": reward.action, "status": reward.status, "coupon_id": reward.coupon_id,
    });
    desk.publish("reward.offered", id.as_str(), body);
    desk.put_book(campaign, book);
    desk.put_reward(reward);
    Ok(id)
}

/// The civil day of the shop that a moment lies in.
pub fn day(desk: &dyn Desk<'_>, at: Instant) -> crate::time::CivilDay {
    desk.shop().map_or(crate::time::CivilDay(0), |shop| shop.time_zone.day(at))
}
