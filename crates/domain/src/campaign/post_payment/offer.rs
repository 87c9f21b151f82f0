//! The last of an order's money has come: what its campaigns of rewards bring (A-S2-5, A-S2-6).

use super::{Day, Live, early, standing, ticket::draw_ticket};
use crate::{
    CampaignId, Code, Instant, RewardId,
    campaign::{CampaignRow, Desk},
    holdout::Group,
    order::{Order, TimelineEntry},
    reward::{ActionKind, Reward, RewardStatus, Rewarded, Taker},
};
use money::Money;
use serde_json::json;

/// What an order that is paid brings, of each campaign in whose period it was; once. What was withheld is decided anew where
/// the order turns out to have been paid at another moment (A-G-8): what a campaign gave stands.
pub fn offer(desk: &mut dyn Desk<'_>, order: &mut Order, paid_at: Instant) {
    let paid = order.paid();
    let over = |row: &&CampaignRow| row.campaign.versions.iter().all(|version| version.ends_at < paid_at);
    // One that was over by then may have withheld what it would not even have been asked for.
    let known: Vec<&CampaignRow> =
        order.rewards.iter().filter_map(|known| desk.campaign(&known.campaign_id)).filter(over).collect();
    for row in desk.campaigns().until(paid_at).chain(known) {
        let campaign = &row.campaign;
        let known = order.rewards.iter().position(|known| known.campaign_id == campaign.campaign_id);
        if known.is_some_and(|known| !order.rewards[known].is_judged_anew(paid_at)) {
            continue;
        }
        let live = campaign.planned_at(paid_at).and_then(|_| Live::at(campaign, paid_at));
        let reached = live.and_then(|live| Some((live, live.terms.tier_of(paid)?.0)));
        let reached = reached.filter(|_| paid.is_positive());
        let rewarded = reached.map(|(live, tier)| decide(desk, order, live, tier, (paid, paid_at)));
        match (known, rewarded) {
            (Some(known), Some(rewarded)) => order.rewards[known] = rewarded,
            (Some(known), None) => drop(order.rewards.remove(known)),
            (None, rewarded) => order.rewards.extend(rewarded),
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
    let mut rewarded = Rewarded::none(id.clone());
    // Nothing of the customer's is asked for: it is closed for everybody.
    if live.campaign.is_closed(paid_at) {
        withhold(desk, order, &mut rewarded, (Code::CampaignClosed, paid_at));
        return rewarded;
    }
    let mut taker = desk.taker(&id, &order.customer_id);
    let group = group(live, order);
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
        Err(code) => withhold(desk, order, &mut rewarded, (code, paid_at)),
    }
    desk.put_taker(&id, &order.customer_id, taker);
    rewarded
}

/// The order brings nothing of that campaign, by the moment at which it was paid.
fn withhold(
    desk: &mut dyn Desk<'_>,
    order: &mut Order,
    rewarded: &mut Rewarded,
    (code, paid_at): (Code, Instant),
) {
    let entry = TimelineEntry::new(paid_at, "reward.withheld").campaign(&rewarded.campaign_id);
    desk.note(order, entry.code(code));
    (rewarded.code, rewarded.withheld_at) = (Some(code), Some(paid_at));
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
    standing::put(desk, reward, None);
    Ok(id)
}

/// The civil day of the shop that a moment lies in.
pub fn day(desk: &dyn Desk<'_>, at: Instant) -> crate::time::CivilDay {
    desk.shop().map_or(crate::time::CivilDay(0), |shop| shop.time_zone.day(at))
}
