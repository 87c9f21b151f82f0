//! What was decided about an order and when, in words that stay.

use crate::{CampaignId, Code, Instant};
use serde::{Deserialize, Serialize};

/// One entry of an order's timeline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TimelineEntry {
    /// When it happened.
    pub at: Instant,
    /// What: an event's type or a decision such as `offer.displayed`.
    pub what: String,
    /// The reason, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Code>,
    /// The campaign concerned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign_id: Option<CampaignId>,
    /// Figures and ids.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<serde_json::Value>,
}

impl TimelineEntry {
    /// An entry with no more than its time and name.
    pub fn new(at: Instant, what: impl Into<String>) -> Self {
        Self { at, what: what.into(), code: None, campaign_id: None, detail: None }
    }
    /// With a reason.
    pub fn code(mut self, code: Code) -> Self {
        self.code = Some(code);
        self
    }
    /// With a campaign.
    pub fn campaign(mut self, campaign: &CampaignId) -> Self {
        self.campaign_id = Some(campaign.clone());
        self
    }
    /// With figures.
    pub fn detail(mut self, detail: serde_json::Value) -> Self {
        self.detail = Some(detail);
        self
    }
}
