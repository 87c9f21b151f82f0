//! What an order brings to the figures of campaigns, as it is now.

use crate::{CampaignId, Instant};
use money::Money;

/// So much of a figure of a campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brought {
    /// The campaign.
    pub campaign_id: CampaignId,
    /// One of its kind's own figures.
    pub figure: &'static str,
    /// Never zero.
    pub amount: i64,
    /// It counts from then on; `None` at once.
    pub from: Option<Instant>,
}

/// What one order brings. Counting is the difference between two of them, so a figure is always the sum over the
/// orders as they are, whatever order they were heard of in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally(pub Vec<Brought>);

impl Tally {
    /// Adds to a figure of a campaign; nothing adds nothing.
    pub fn add(&mut self, campaign: &CampaignId, figure: &'static str, amount: i64) {
        self.add_from(campaign, figure, amount, None);
    }
    /// Adds to a figure what counts from a moment on. Of one figure, orders have few such moments: they are rounded
    /// up ([`crate::holdout::counts_from`]).
    pub fn add_from(
        &mut self,
        campaign: &CampaignId,
        figure: &'static str,
        amount: i64,
        from: Option<Instant>,
    ) {
        if amount == 0 {
            return;
        }
        let same = |b: &&mut Brought| b.figure == figure && b.campaign_id == *campaign && b.from == from;
        match self.0.iter_mut().find(same) {
            Some(known) => known.amount += amount,
            None => self.0.push(Brought { campaign_id: campaign.clone(), figure, amount, from }),
        }
    }
    /// Counts one of a figure.
    pub fn one(&mut self, campaign: &CampaignId, figure: &'static str) {
        self.add(campaign, figure, 1);
    }
    /// Adds an amount of money, in minor units.
    pub fn money(&mut self, campaign: &CampaignId, figure: &'static str, amount: Money) {
        self.add(campaign, figure, amount.minor());
    }
    /// What changes from an earlier tally of the same order to this one.
    pub fn since(mut self, before: &Self) -> Self {
        for was in &before.0 {
            self.add_from(&was.campaign_id, was.figure, -was.amount, was.from);
        }
        self.0.retain(|brought| brought.amount != 0);
        self
    }
}
