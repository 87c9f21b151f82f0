//! A reward's link: it carries no personal data, and may bring its owner an extra chance within a cap (S2-R07).

use super::{Live, offer};
use crate::{
    CampaignId, Code, CustomerId, Refusal, RewardId,
    campaign::Desk,
    reward::{Reward, RewardStatus},
};

/// Somebody follows a link, which was opened at the door: its owner gets another chance. A customer who takes part in the campaign helps nobody, so that
/// links cannot be passed round in a circle; each other one helps once.
pub fn follow(
    desk: &mut dyn Desk<'_>,
    campaign: &CampaignId,
    id: &RewardId,
    by: &CustomerId,
) -> Result<(), Refusal> {
    let missing = || Refusal::with(Code::NotFound, "no such link");
    let rests = desk.book(campaign).ok_or_else(missing)?.paused_at.is_some();
    let of_campaign = desk.reward(id).filter(|reward| reward.campaign_id == *campaign);
    // An extra chance is of the order that was shared: it has no link of its own.
    let mut reward = of_campaign.filter(|reward| reward.extra == 0).ok_or_else(missing)?;
    let row = desk.campaign(campaign).ok_or_else(missing)?;
    let live = Live::current(&row.campaign).ok_or_else(missing)?;
    let mut follower = desk.taker(campaign, by);
    if follower.helped.as_ref() == Some(id) {
        return Ok(());
    }
    let mut owner = desk.taker(campaign, &reward.customer_id);
    let now = desk.now();
    if reward.customer_id == *by {
        return Err(Code::OwnLink.into());
    }
    if row.campaign.is_closed(now) || now >= live.version.ends_at {
        return Err(Code::CampaignClosed.into());
    }
    if now < live.version.starts_at {
        return Err(Code::NotStarted.into());
    }
    if rests {
        return Err(Code::CampaignPaused.into());
    }
    if reward.status == RewardStatus::Void {
        return Err(Code::RewardVoid.into());
    }
    if follower.total > 0 || follower.helped.is_some() {
        return Err(Code::AlreadyTakesPart.into());
    }
    if !reward.action.is_draw() || owner.extra >= live.terms.extra_chances {
        return Err(Refusal::with(Code::TotalLimit, format!("{} extra chances", live.terms.extra_chances)));
    }
    let extra = Reward {
        reward_id: offer::name(desk, campaign)?,
        status: RewardStatus::Offered,
        code: None,
        offered_at: now,
        done_at: None,
        extra: u32::try_from(reward.extras.len()).unwrap_or(u32::MAX).saturating_add(1),
        drawn: None,
        coupon_id: None,
        missed: None,
        listed: None,
        extras: Vec::new(),
        ..reward.clone()
    };
    let empty = |code| Refusal::with(code, "no ticket is left");
    let extra_id = offer::keep(desk, campaign, extra).map_err(empty)?;
    reward.extras.push(extra_id);
    owner.extra += 1;
    follower.helped = Some(id.clone());
    let customer = reward.customer_id.clone();
    desk.put_taker(campaign, &customer, owner);
    desk.put_taker(campaign, by, follower);
    desk.put_reward(reward);
    Ok(())
}
