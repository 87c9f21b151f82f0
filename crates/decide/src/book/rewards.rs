//! Rewards in the working set.

use super::facts::Facts;
use domain::{
    CampaignId, CustomerId, RewardId, ShopId,
    reward::{Book, Charter, Reward, Taker, TakerKey},
};

type Key<T> = (ShopId, T);

impl Facts {
    pub fn reward(&self, key: &Key<RewardId>) -> Option<&Reward> {
        self.tables.rewards.get(key)
    }
    pub fn book(&self, key: &Key<CampaignId>) -> Option<&Book> {
        self.tables.books.get(key)
    }
    pub fn charter(&self, key: &Key<CampaignId>) -> Option<&Charter> {
        self.tables.charters.get(key)
    }
    pub fn taker(&self, key: &TakerKey) -> Option<&Taker> {
        self.tables.takers.get(key)
    }

    /// Keeps what a decision made of rewards.
    pub(super) fn apply_rewards(
        &mut self,
        shop_id: &ShopId,
        rewards: Vec<Reward>,
        books: Vec<(CampaignId, Book)>,
        charters: Vec<(CampaignId, Charter)>,
        takers: Vec<(CampaignId, CustomerId, Taker)>,
    ) {
        for reward in rewards {
            self.tables.rewards.put((shop_id.clone(), reward.reward_id.clone()), reward);
        }
        for (campaign, book) in books {
            self.tables.books.put((shop_id.clone(), campaign), book);
        }
        for (campaign, charter) in charters {
            self.tables.charters.put((shop_id.clone(), campaign), charter);
        }
        for (campaign, customer, taker) in takers {
            self.tables.takers.put((shop_id.clone(), campaign, customer), taker);
        }
    }
}
