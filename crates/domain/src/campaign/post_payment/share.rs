//! A reward's link: it carries no personal data, and may bring its owner an extra chance within a cap (S2-R07).

use super::{Live, offer};
use crate::{
    CampaignId, Code, CustomerId, Refusal, RewardId,
    campaign::Desk,
    reward::{Reward, RewardStatus, Taker},
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
    has_room(live, &reward, &owner)?;
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
    let none_left = |code| match code {
        Code::SoldOut => Refusal::with(code, "no ticket of the draw is left"),
        other => other.into(),
    };
    let extra_id = offer::keep(desk, campaign, extra).map_err(none_left)?;
    reward.extras.push(extra_id);
    owner.extra += 1;
    follower.helped = Some(id.clone());
    let customer = reward.customer_id.clone();
    desk.put_taker(campaign, &customer, owner);
    desk.put_taker(campaign, by, follower);
    desk.put_reward(reward);
    Ok(())
}

/// Whether the owner may have another chance.
fn has_room(live: Live<'_>, reward: &Reward, owner: &Taker) -> Result<(), Refusal> {
    let most = live.terms.extra_chances;
    if !reward.action.is_draw() || most == 0 {
        return Err(Refusal::with(Code::TotalLimit, "links of this campaign bring no extra chances"));
    }
    if owner.extra >= most {
        let detail =
            format!("links of whoever shared it may bring {most} extra chances, and have brought them");
        return Err(Refusal::with(Code::TotalLimit, detail));
    }
    Ok(())
}
