//! It is heard of late that an order was paid at another time than was thought: the version in force then decides.
//!
//! Always holds: what was given, drawn, played or shared stands. Only what still waits for its customer follows, so nobody
//! loses what they had because of news that came late.

use super::{Live, offer};
use crate::{
    Instant,
    campaign::Desk,
    order::{Order, TimelineEntry},
    reward::{Reward, RewardStatus},
};
use serde_json::json;

/// The order's rewards follow the moment at which it was paid.
pub fn follow(desk: &mut dyn Desk<'_>, order: &mut Order, paid_at: Instant) {
    for at in 0..order.rewards.len() {
        let reward = order.rewards[at].reward_id.as_ref().and_then(|id| desk.reward(id));
        let waits = |reward: &Reward| {
            let is_untouched = reward.drawn.is_none() && reward.extras.is_empty();
            reward.status == RewardStatus::Offered && is_untouched && reward.earned_at != paid_at
        };
        if let Some(reward) = reward.filter(waits) {
            move_to(desk, order, at, reward, paid_at);
        }
    }
}

/// The reward becomes that of another moment, where the campaign has one for the order then and is not over.
fn move_to(desk: &mut dyn Desk<'_>, order: &mut Order, at: usize, mut reward: Reward, paid_at: Instant) {
    let (id, now) = (reward.campaign_id.clone(), desk.now());
    let Some(row) = desk.campaign(&id).filter(|row| now < row.campaign.current().ends_at) else { return };
    let held = row.campaign.held_at(paid_at).and_then(|_| Live::at(&row.campaign, paid_at));
    let Some((live, (tier, reached))) = held.and_then(|live| Some((live, live.terms.tier_of(order.paid())?)))
    else {
        return;
    };
    let mut taker = desk.taker(&id, &order.customer_id);
    taker.move_day(offer::day(desk, reward.earned_at), offer::day(desk, paid_at));
    desk.put_taker(&id, &order.customer_id, taker);
    let is_other = (reward.version, reward.tier) != (live.number, tier);
    (reward.version, reward.tier, reward.action) = (live.number, tier, reached.action.kind);
    reward.earned_at = paid_at;
    reward.transaction_id = order.paid_by().and_then(|payment| payment.transaction_id.clone());
    if is_other {
        let entry = TimelineEntry::new(paid_at, "reward.offered").campaign(&id);
        let detail = json!({ "reward_id": reward.reward_id, "tier": tier, "paid": order.paid() });
        desk.note(order, entry.detail(detail));
        let body = json!({
            "reward_id": reward.reward_id, "campaign_id": id, "order_id": reward.order_id,
            "customer_id": reward.customer_id, "action": reward.action, "status": reward.status, "coupon_id": null,
        });
        desk.publish("reward.offered", reward.reward_id.as_str(), body);
        // A coupon is given and a ticket drawn as if it had waited for its moment.
        order.rewards[at].waits_until = Some(now);
    }
    desk.put_reward(reward);
}
