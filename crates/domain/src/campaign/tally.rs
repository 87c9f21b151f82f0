//! What an order brings to the figures of campaigns, as it is now.

use crate::CampaignId;
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
}

/// What one order brings. Counting is the difference between two of them, so a figure is always the sum over the
/// orders as they are, whatever order they were heard of in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally(pub Vec<Brought>);

impl Tally {
    /// Adds to a figure of a campaign; nothing adds nothing.
    pub fn add(&mut self, campaign: &CampaignId, figure: &'static str, amount: i64) {
        if amount == 0 {
            return;
        }
        let known = self.0.iter_mut().find(|b| b.figure == figure && b.campaign_id == *campaign);
        match known {
            Some(known) => known.amount += amount,
            None => self.0.push(Brought { campaign_id: campaign.clone(), figure, amount }),
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
            self.add(&was.campaign_id, was.figure, -was.amount);
        }
        self.0.retain(|brought| brought.amount != 0);
        self
    }
}
