//! Rewards after payment: each is its order's and stands with it, and is counted for its customer (S2-R04, A-S2-6).

use crate::checks::REWARDS;
use crate::walk::{Faults, Walk};
use crate::{reward_books, takers};
use domain::{
    CampaignId, RewardId,
    campaign::post_payment,
    order::Order,
    reward::{Reward, RewardStatus},
};
use port::{Read, RewardFilter};

/// Walks the rewards of each campaign that keeps a book, and its customers, then recounts the book.
pub fn walk(walk: &mut Walk<'_>) -> Read<()> {
    let ids: Vec<CampaignId> = walk.campaigns.keys().cloned().collect();
    for id in ids {
        if walk.reader.book(walk.id(), &id)?.is_none() {
            continue;
        }
        walk.pages(
            "rewards",
            |reader, shop, page| reader.campaign_rewards(shop, &id, &RewardFilter { status: None }, page),
            port::reward_key,
            |walk, reward| {
                walk.looked(REWARDS);
                let id = reward.reward_id.clone();
                walk.confirm(
                    reward,
                    |reader, shop| reader.reward(shop, &id),
                    of_reward,
                    || format!("reward {id}"),
                )
            },
        )?;
        takers::walk(walk, &id)?;
        reward_books::check(walk, &id)?;
        if walk.report.truncated {
            break;
        }
    }
    Ok(())
}

/// What is wrong with the rewards that an order names.
pub fn of_order(walk: &Walk<'_>, order: &Order, found: &mut Faults) -> Read<()> {
    for rewarded in &order.rewards {
        let Some(id) = &rewarded.reward_id else { continue };
        let reward = walk.reader.reward(walk.id(), id)?;
        let is_its = |reward: Reward| {
            (reward.order_id, reward.campaign_id) == (order.order_id.clone(), rewarded.campaign_id.clone())
        };
        if !reward.is_some_and(is_its) {
            found.push((
                REWARDS,
                format!("reward {id} of campaign {}, which it names, is not its own", rewarded.campaign_id),
            ));
        }
    }
    let campaigns = order.rewards.iter().map(|rewarded| &rewarded.campaign_id);
    if campaigns.clone().collect::<std::collections::BTreeSet<_>>().len() < order.rewards.len() {
        found.push((REWARDS, "a campaign rewarded it twice".to_owned()));
    }
    Ok(())
}

fn of_reward(walk: &Walk<'_>, reward: &Reward) -> Read<Faults> {
    let mut found = Faults::new();
    let Some(order) = walk.reader.order(walk.id(), &reward.order_id)? else {
        found.push((REWARDS, format!("order {}, which brought it, does not exist", reward.order_id)));
        return Ok(found);
    };
    let own = order.rewards.iter().find(|rewarded| rewarded.campaign_id == reward.campaign_id);
    let own: Option<&RewardId> = own.and_then(|rewarded| rewarded.reward_id.as_ref());
    let is_named = match own {
        Some(own) if reward.extra == 0 => *own == reward.reward_id,
        Some(own) => {
            walk.reader.reward(walk.id(), own)?.is_some_and(|own| own.extras.contains(&reward.reward_id))
        }
        None => false,
    };
    if !is_named {
        found.push((REWARDS, format!("order {} does not name it", reward.order_id)));
    }
    if walk.reader.taker(walk.id(), &reward.campaign_id, &reward.customer_id)?.is_none() {
        found.push((REWARDS, format!("nothing is counted for customer {}, whose it is", reward.customer_id)));
    }
    let stands = post_payment::stands(&order).is_some();
    if stands == (reward.status == RewardStatus::Void) {
        let told = if stands { "its order stands" } else { "its order is paid no more, or was refunded" };
        found.push((REWARDS, format!("it is {}, and {told}", reward.status.as_str())));
    }
    let has_time = reward.done_at.is_some();
    if (reward.status == RewardStatus::Done && !has_time)
        || (reward.status == RewardStatus::Offered && has_time)
    {
        found.push((
            REWARDS,
            format!("it is {} and has a time of being done: {has_time}", reward.status.as_str()),
        ));
    }
    if let Some(id) = &reward.coupon_id {
        let coupon = walk.reader.coupon(walk.id(), id)?;
        let is_its = coupon.as_ref().is_some_and(|coupon| {
            coupon.customer_id == reward.customer_id && coupon.counted_for() == Some(&reward.campaign_id)
        });
        if !is_its {
            found.push((
                REWARDS,
                format!("coupon {id}, which it brought, is not its customer's from this campaign"),
            ));
        }
    }
    Ok(found)
}
