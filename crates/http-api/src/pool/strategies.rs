//! A shop's strategies with what they are looked at with.

use crate::wire::problem::Problem;
use crate::wire::state::ApiState;
use decide::Around;
use domain::{ShopId, shop::Shop};
use port::{CampaignRow, PoolRow, Reader};
use std::sync::Arc;

/// What is set up, read at one moment.
pub struct Strategies {
    pub shop: Arc<Shop>,
    pub pool: PoolRow,
    campaigns: Vec<CampaignRow>,
}

impl Strategies {
    /// Reads it.
    pub async fn read(state: &ApiState, shop_id: &ShopId) -> Result<Self, Problem> {
        let shop = state.shop(shop_id).await?;
        let shop_id = shop_id.clone();
        let read = move |reader: &dyn Reader| {
            let (pool, campaigns) = (reader.pool(&shop_id)?, reader.campaigns(&shop_id)?);
            Ok(Self { shop, pool, campaigns })
        };
        Ok(state.read(read).await?)
    }

    /// For warnings.
    pub fn around(&self) -> Around<'_> {
        Around { pool: &self.pool, campaigns: &self.campaigns, zone: &self.shop.time_zone }
    }
}
