//! What a campaign is shown with beside its own row: when it rested, and what of its coupon batches deserves a second look.

use super::{promise, stops::Rests};
use domain::{Instant, Violation, campaign::post_payment::Terms, shop::Shop};
use port::{CampaignRow, Read, Reader};

/// What is shown beside a campaign's row; nothing of kinds that neither rest nor give coupons of batches.
#[derive(Debug, Default)]
pub struct Beside {
    /// When nothing new was given.
    pub rests: Rests,
    /// What its batches deserve a second look for, while it may still give of them.
    pub warnings: Vec<Violation>,
}

impl Beside {
    /// Reads it. The shop's campaigns are read where they are not at hand.
    pub fn read(
        reader: &dyn Reader,
        (shop, now): (&Shop, Instant),
        row: &CampaignRow,
        rows: Option<&[CampaignRow]>,
    ) -> Read<Self> {
        let campaign = &row.campaign;
        if campaign.current().terms.of::<Terms>().is_none() {
            return Ok(Self::default());
        }
        let book = reader.book(&shop.shop_id, &campaign.campaign_id)?;
        let rests = book.as_ref().map(Rests::of).unwrap_or_default();
        if campaign.is_closed(now) || now >= campaign.current().ends_at {
            return Ok(Self { rests, warnings: Vec::new() });
        }
        let read;
        let rows = if let Some(rows) = rows {
            rows
        } else {
            read = reader.campaigns(&shop.shop_id)?;
            &read
        };
        let warnings = promise::found(reader, (shop, now), campaign, (rows, book.as_ref()))?.warnings;
        Ok(Self { rests, warnings })
    }
}
