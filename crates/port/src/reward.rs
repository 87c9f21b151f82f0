//! Rewards after payment: what each is found by.

use crate::{Page, Row};
use domain::{
    CampaignId, RewardId, ShopId,
    reward::{Book, Charter, Reward, Taker, TakerKey},
};

impl Row for Reward {
    type Key = (ShopId, RewardId);
    const NAME: &'static str = "reward";
}

impl Row for Book {
    type Key = (ShopId, CampaignId);
    const NAME: &'static str = "book of a campaign of rewards";
}

impl Row for Charter {
    type Key = (ShopId, CampaignId);
    const NAME: &'static str = "charter of a campaign of rewards";
    /// Every play reads it, with the notices of a draw.
    const STAYS: usize = 256;
}

impl Row for Taker {
    type Key = TakerKey;
    const NAME: &'static str = "count of a customer's rewards";
}

/// Where a list of a campaign's rewards goes on: behind the extra chance of that number, of that order. A page's key is
/// the number, a blank, and the order.
pub fn reward_place(page: &Page) -> (String, i64) {
    let after = page.after.as_deref().and_then(|key| key.split_once(' '));
    let place = after.and_then(|(extra, order)| Some((order.to_owned(), extra.parse().ok()?)));
    place.unwrap_or((String::new(), -1))
}

/// The key of a page that ends with a reward.
pub fn reward_key(reward: &Reward) -> String {
    format!("{} {}", reward.extra, reward.order_id)
}
