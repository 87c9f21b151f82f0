//! Where rewards stand in the figures of their campaign (S2-R10, A-S2-21): each counts once, where it is now, and what was
//! won with it counts as long as it stands.
//!
//! Always holds: rewards are kept here alone where they move, so that `offered + extra_chances = given + played + open +
//! lapsed`, all of them of orders that stand, and `undone` is the rest.

use super::{Prize, PrizeKind, drawing};
use crate::{
    campaign::{Count, Desk},
    reward::{Course, Reward},
};
use money::Money;

/// Keeps a reward that stood so before, a new one nowhere.
pub fn put(desk: &mut dyn Desk<'_>, reward: Reward, from: Option<Course>) {
    let to = reward.course();
    if from != Some(to) {
        let extra = u64::from(reward.extra > 0);
        desk.count(&reward.campaign_id, Count::Rewarded { from, to, extra });
        match (from, to) {
            (Some(Course::Played), Course::Undone) => count_won(desk, &reward, Won::Lost),
            (Some(Course::Undone), Course::Played) => count_won(desk, &reward, Won::Again),
            _ => {}
        }
    }
    desk.put_reward(reward);
}

/// What becomes of a prize that was won.
enum Won {
    Lost,
    Again,
}

fn count_won(desk: &mut dyn Desk<'_>, reward: &Reward, won: Won) {
    let Some(drawn) = reward.drawn.as_deref() else { return };
    let Some(row) = desk.campaign(&reward.campaign_id) else { return };
    let announced = desk.charter(&reward.campaign_id).and_then(|charter| charter.announced.as_ref());
    let prize = announced.and_then(|announced| drawing::prize_of(&row.campaign, announced, drawn));
    let (value, prize) = (prize.as_ref().map_or(Money::ZERO, costs), drawn.prize_id.clone());
    let count = match won {
        Won::Lost => Count::Unwon { prize, value },
        Won::Again => Count::WonAgain { prize, value },
    };
    desk.count(&reward.campaign_id, count);
}

/// What a prize costs the merchant where no coupon counts that.
pub fn costs(prize: &Prize) -> Money {
    match prize.kind {
        PrizeKind::Goods | PrizeKind::Points => prize.value,
        PrizeKind::Coupon | PrizeKind::None => Money::ZERO,
    }
}
