//! Campaigns that count claims over the whole platform.

use super::{FrequencyScope, Terms};
use crate::campaign::CampaignRow;

/// Whether a campaign counts claims over the whole platform. Every version asks: an offer is claimed by the terms of the
/// version that showed it (A-G-10).
pub fn counts_platform_wide(row: &CampaignRow) -> bool {
    let mut terms = row.campaign.versions.iter().filter_map(|version| version.terms.of::<Terms>());
    terms.any(|terms| terms.frequency_scope == FrequencyScope::Platform)
}
