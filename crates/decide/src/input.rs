//! One thing to decide, with what comes along.

use crate::command::{Command, Reply};
use domain::{ShopId, coupon::Batch, reward::Chance};
use port::Digest;

/// One thing to decide.
#[derive(Debug, Clone)]
pub struct Input {
    /// The shop it is about; everything it touches lies there.
    pub shop_id: ShopId,
    /// The client's `Idempotency-Key` and the digest of what it asked.
    pub idempotency: Option<(String, Digest)>,
    /// What to do.
    pub command: Command,
    /// Fresh randomness, for what needs a secret: publishing a draw (A-S2-16).
    pub chance: Option<Chance>,
}

impl Input {
    /// An input without an idempotency key.
    pub fn new(shop_id: ShopId, command: Command) -> Self {
        Self { shop_id, idempotency: None, command, chance: None }
    }

    /// Whether it asks again for what that answer was given to, in other words (A-G-3): the key is the same, the bytes
    /// are not.
    pub fn asks_for(&self, known: &Reply) -> bool {
        if let (
            Command::CreateCampaign { campaign_id, version, publish, .. },
            Reply::Campaign { campaign, .. },
        ) = (&self.command, known)
        {
            return campaign_id.as_ref().is_none_or(|id| *id == campaign.campaign_id)
                && campaign.was_created_with(version, *publish);
        }
        if let (Command::CreateBatch { batch_id, batch, .. }, Reply::Batch { batch: row, .. }) =
            (&self.command, known)
        {
            let known = &row.record.batch;
            return batch_id.as_ref().is_none_or(|id| *id == known.batch_id)
                && **known == Batch { batch_id: known.batch_id.clone(), ..(**batch).clone() };
        }
        false
    }
}
