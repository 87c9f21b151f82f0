//! A shop's strategies with what they are looked at with.

use crate::wire::problem::Problem;
use crate::wire::state::ApiState;
use decide::Around;
use domain::{ShopId, shop::Shop};
use port::{CampaignRow, PoolRow};
use std::sync::Arc;

/// What is set up, read at one moment.
pub struct Strategies {
    pub shop: Arc<Shop>,
    pub pool: PoolRow,
    campaigns: Vec<CampaignRow>,
}

impl Strategies {
    /// Reads it.
    pub fn read(state: &ApiState, shop_id: &ShopId) -> Result<Self, Problem> {
        let shop = state.shop(shop_id)?;
        let reader = state.engine.reader();
        Ok(Self { shop, pool: reader.pool(shop_id)?, campaigns: reader.campaigns(shop_id)? })
    }

    /// For warnings.
    pub fn around(&self) -> Around<'_> {
        Around { pool: &self.pool, campaigns: &self.campaigns, zone: &self.shop.time_zone }
    }
}
