//! An order is paid no more, or was refunded whole: its rewards are void; and back, where it stands again after all.

use super::{standing, ticket};
use crate::{
    Code, RewardId,
    campaign::Desk,
    coupon::{Coupon, CouponStatus},
    order::{Order, State, TimelineEntry},
    reward::{Course, Reward, RewardStatus},
};
use serde_json::json;

/// All that is there of the order's rewards follows how it stands now.
pub fn follow(desk: &mut dyn Desk<'_>, order: &mut Order) {
    let stands = ticket::stands(order);
    let own: Vec<RewardId> = order.rewards.iter().filter_map(|rewarded| rewarded.reward_id.clone()).collect();
    let extras = own.iter().filter_map(|id| desk.reward(id)).flat_map(|reward| reward.extras);
    let all: Vec<RewardId> = own.iter().cloned().chain(extras).collect();
    for id in all {
        let Some(reward) = desk.reward(&id) else { continue };
        match (stands, reward.status) {
            (None, RewardStatus::Offered | RewardStatus::Done) => end(desk, order, reward),
            (Some(_), RewardStatus::Void) => revive(desk, order, reward),
            (None, RewardStatus::Void) => {}
            (Some(_), RewardStatus::Offered | RewardStatus::Done) => tell_transaction(desk, order, reward),
        }
    }
}

/// The reward is void, its coupon too as soon as nobody has it (A-S2-7): one that was used stays used, one that another
/// order holds is void once that lets it go. What was drawn stays in the chain.
fn end(desk: &mut dyn Desk<'_>, order: &mut Order, mut reward: Reward) {
    let code =
        if matches!(order.state, State::Paid { .. }) { Code::OrderRefunded } else { Code::OrderUnpaid };
    if let Some(mut coupon) = reward.coupon_id.as_ref().and_then(|id| desk.coupon(id)) {
        let from = coupon.status;
        let now = desk.now();
        if coupon.forfeit(now) {
            if from == CouponStatus::Available && coupon.void(now) {
                desk.publish_coupon("coupon.void", &coupon);
            }
            desk.move_coupon(coupon, from);
        }
    }
    let from = reward.course();
    reward.status = RewardStatus::Void;
    reward.code = Some(code);
    tell(desk, order, &reward, "reward.void");
    standing::put(desk, reward, Some(from));
}

/// The order stands again: what was not played can be played. A coupon that is still there is the customer's again; where
/// it went with the order, another is given. One that was void for another reason stays so.
fn revive(desk: &mut dyn Desk<'_>, order: &mut Order, mut reward: Reward) {
    reward.code = None;
    reward.status = if reward.done_at.is_some() { RewardStatus::Done } else { RewardStatus::Offered };
    // What waits for the start, or was undone while it did, is looked at again.
    let own = order.rewards.iter_mut().find(|own| own.reward_id.as_ref() == Some(&reward.reward_id));
    if let Some(own) = own.filter(|_| reward.status == RewardStatus::Offered) {
        own.waits_until = Some(desk.now());
    }
    let lost = reward.coupon_id.as_ref().and_then(|id| desk.coupon(id));
    if let Some(coupon) = lost.filter(|coupon| coupon.forfeited_at.is_some()) {
        return_coupon(desk, &mut reward, coupon);
    }
    tell(desk, order, &reward, "reward.again");
    standing::put(desk, reward, Some(Course::Undone));
}

fn return_coupon(desk: &mut dyn Desk<'_>, reward: &mut Reward, mut coupon: Coupon) {
    if coupon.status != CouponStatus::Void {
        let from = coupon.status;
        coupon.forfeited_at = None;
        desk.move_coupon(coupon, from);
        return;
    }
    let Some(batch) = coupon.batch_id().cloned() else { return };
    match desk.give_coupon(&batch, &reward.customer_id, &reward.campaign_id) {
        Ok(coupon) => {
            reward.coupon_id = Some(coupon.coupon_id);
            reward.missed = None;
        }
        Err(refusal) => reward.missed = Some(refusal.code),
    }
}

/// A payment's transaction id was told later than its money: a chance that waited for it can be drawn (A-S2-16).
fn tell_transaction(desk: &mut dyn Desk<'_>, order: &Order, mut reward: Reward) {
    if !reward.action.is_draw() || reward.transaction_id.is_some() || reward.drawn.is_some() {
        return;
    }
    let Some(id) = order.paid_by().and_then(|payment| payment.transaction_id.clone()) else { return };
    let campaign = reward.campaign_id.clone();
    let now = desk.now();
    // After the end the seed is known, and nothing is drawn: the chance stays one that had no id in time.
    if desk.campaign(&campaign).is_none_or(|row| now >= row.campaign.current().ends_at) {
        return;
    }
    reward.transaction_id = Some(id);
    if let Some((book, charter)) = desk.book(&campaign).zip(desk.charter(&campaign)) {
        let mut book = book.clone();
        // An urn that is empty by now gives it nothing; playing says so.
        if ticket::draw_ticket(&mut book, charter, &campaign, &mut reward, now).is_ok() {
            desk.put_book(&campaign, book);
        }
    }
    desk.put_reward(reward);
}

fn tell(desk: &mut dyn Desk<'_>, order: &mut Order, reward: &Reward, what: &str) {
    let now = desk.now();
    let mut entry = TimelineEntry::new(now, what).campaign(&reward.campaign_id);
    if let Some(code) = reward.code {
        entry = entry.code(code);
    }
    desk.note(order, entry.detail(json!({ "reward_id": reward.reward_id })));
    let body = json!({
        "reward_id": reward.reward_id, "campaign_id": reward.campaign_id, "order_id": reward.order_id,
        "customer_id": reward.customer_id, "status": reward.status, "code": reward.code,
    });
    desk.publish(what, reward.reward_id.as_str(), body);
}
