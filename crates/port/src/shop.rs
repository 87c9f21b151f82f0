//! A shop with all that the write path reads of it.

use crate::{PoolRow, Webhook};
use domain::{
    campaign::Roster,
    message::{office::Centre, wallet::Wallet},
    shop::Shop,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A shop with all that the write path reads of it on every decision.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ShopRow {
    /// The settings.
    pub shop: Arc<Shop>,
    /// Next running number for ids.
    pub sequence: u64,
    /// The running number of the last entry that was booked: how many have one (A-G-17).
    #[serde(default)]
    pub booked: u64,
    /// Campaigns, by id.
    pub campaigns: Roster,
    /// Receivers of webhooks.
    pub webhooks: Vec<Webhook>,
    /// Message settings and templates; none where the shop never asked for messages.
    #[serde(default)]
    pub centre: Option<Arc<Centre>>,
    /// Prepaid SMS.
    #[serde(default = "unbilled")]
    pub wallet: Wallet,
    /// The presale pool.
    #[serde(default)]
    pub pool: PoolRow,
}

const fn unbilled() -> Wallet {
    Wallet::new(false)
}
