//! A shop in the working set: its row, and what of it is to be written.

use domain::{
    CampaignId, Instant,
    campaign::{Campaign, Count, Counters, Roster},
    message::wallet::Wallet,
    shop::Shop,
};
use port::{PoolRow, ShopRow};
use std::sync::Arc;

/// A shop in the working set.
#[derive(Debug)]
pub struct ShopSlot {
    pub row: ShopRow,
    pub sequence_dirty: bool,
    pub booked_dirty: bool,
    pub wallet: Written,
    pub counters_dirty: Vec<usize>,
}

/// Whether a row is to be written, and when its timer was due before.
#[derive(Debug, Clone, Copy)]
pub enum Written {
    AsItIs,
    From(Option<Instant>),
}

impl ShopSlot {
    pub fn new(shop: Arc<Shop>) -> Self {
        let (campaigns, webhooks, pool) = (Roster::default(), Vec::new(), PoolRow::default());
        // A new shop pays for its messages from the start (A-S1-18).
        let (centre, wallet) = (None, Wallet::new(true));
        let row = ShopRow { shop, sequence: 0, booked: 0, campaigns, webhooks, centre, wallet, pool };
        Self { sequence_dirty: true, wallet: Written::From(None), ..Self::as_loaded(row) }
    }

    pub fn as_loaded(row: ShopRow) -> Self {
        Self {
            row,
            sequence_dirty: false,
            booked_dirty: false,
            wallet: Written::AsItIs,
            counters_dirty: Vec::new(),
        }
    }

    pub fn put_wallet(&mut self, wallet: Wallet) {
        if let Written::AsItIs = self.wallet {
            self.wallet = Written::From(self.row.wallet.differences.tell_at);
        }
        self.row.wallet = wallet;
    }

    pub fn put_campaign(&mut self, campaign: Arc<Campaign>) {
        self.counters_dirty.extend(self.row.campaigns.put(campaign, Counters::of_new));
    }

    pub fn count(&mut self, campaign: &CampaignId, count: &Count) {
        let Some(index) = self.row.campaigns.place(campaign) else { return };
        let Some(counters) = self.row.campaigns.counters_mut(index) else { return };
        count.add_to(counters);
        if !self.counters_dirty.contains(&index) {
            self.counters_dirty.push(index);
        }
    }
}
