//! A shop with all that the write path reads of it.

use crate::{PoolRow, Webhook};
use domain::{campaign::CampaignRow, shop::Shop};
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
    pub campaigns: Vec<CampaignRow>,
    /// Receivers of webhooks.
    pub webhooks: Vec<Webhook>,
    /// The presale pool.
    #[serde(default)]
    pub pool: PoolRow,
}
