//! Payments that are dated ahead of the engine's clock: what they bring waits for the start (A-S2-16).
//!
//! Always holds: nothing is given and nothing is drawn before the start, by the engine's clock. The order's chance is its
//! own all the same: its coupon is given and its ticket drawn when the campaign starts.

use super::{Live, standing, ticket};
use crate::{
    Instant,
    campaign::Desk,
    order::Order,
    reward::{ActionKind, Reward, RewardStatus},
};
use serde_json::json;

/// When something of the order is given that waits for a start.
pub fn wake(order: &Order) -> Option<Instant> {
    order.rewards.iter().filter_map(|rewarded| rewarded.waits_until).min()
}

/// Gives and draws what waited, of every campaign that has started by now, and notes what waits on.
pub fn open(desk: &mut dyn Desk<'_>, order: &mut Order) {
    let now = desk.now();
    let stands = ticket::stands(order).is_some();
    for at in 0..order.rewards.len() {
        let Some(id) =
            order.rewards[at].reward_id.clone().filter(|_| order.rewards[at].waits_until.is_some())
        else {
            continue;
        };
        let Some(mut reward) = desk.reward(&id) else { continue };
        // One that is void waits for nothing; where its order stands again, it is looked at again.
        order.rewards[at].waits_until = desk
            .campaign(&reward.campaign_id)
            .map(|row| row.campaign.current().starts_at)
            .filter(|starts_at| stands && now < *starts_at);
        let from = reward.course();
        if stands && order.rewards[at].waits_until.is_none() && open_one(desk, &mut reward) {
            standing::put(desk, reward, Some(from));
        }
    }
}

/// Whether a reward waits for the start of its campaign.
pub fn waits(desk: &dyn Desk<'_>, reward: &Reward) -> bool {
    let row = desk.campaign(&reward.campaign_id);
    let is_early = row.is_some_and(|row| desk.now() < row.campaign.current().starts_at);
    let is_coupon = reward.action == ActionKind::Coupon && reward.coupon_id.is_none();
    let charter = desk.charter(&reward.campaign_id);
    let is_ticket = charter.is_some_and(|charter| ticket::wants_ticket(charter, reward));
    is_early && reward.status == RewardStatus::Offered && (is_coupon || is_ticket)
}

/// Gives the coupon or draws the ticket of one that waited. `false` where there was nothing to do.
pub fn open_one(desk: &mut dyn Desk<'_>, reward: &mut Reward) -> bool {
    if reward.status != RewardStatus::Offered {
        return false;
    }
    let campaign = reward.campaign_id.clone();
    if reward.action.is_draw() {
        let kept = desk.book(&campaign).zip(desk.charter(&campaign));
        let Some((book, charter)) = kept else { return false };
        let mut book = book.clone();
        // What cannot be drawn yet is drawn when it is played; an urn that is empty is told then.
        let is_drawn = ticket::wants_ticket(charter, reward)
            && ticket::draw_ticket(&mut book, charter, &campaign, reward, desk.now()).is_ok();
        if is_drawn {
            desk.put_book(&campaign, book);
        }
        return is_drawn;
    }
    if reward.action != ActionKind::Coupon || reward.coupon_id.is_some() {
        return false;
    }
    let Some(row) = desk.campaign(&campaign) else { return false };
    let live = Live::of_version(&row.campaign, reward.version);
    let tier = live.and_then(|live| live.terms.tiers.get(reward.tier as usize));
    let Some(batch) = tier.and_then(|tier| tier.action.batch_id.as_ref()) else { return false };
    match desk.give_coupon(batch, &reward.customer_id, &campaign) {
        Ok(coupon) => reward.coupon_id = Some(coupon.coupon_id),
        Err(refusal) => reward.missed = Some(refusal.code),
    }
    reward.status = RewardStatus::Done;
    reward.done_at = Some(desk.now());
    let body = json!({
        "reward_id": reward.reward_id, "campaign_id": campaign, "order_id": reward.order_id,
        "customer_id": reward.customer_id, "action": reward.action, "status": reward.status,
        "coupon_id": reward.coupon_id,
    });
    desk.publish("reward.offered", reward.reward_id.as_str(), body);
    true
}
