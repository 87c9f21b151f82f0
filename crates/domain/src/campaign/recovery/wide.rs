//! Campaigns that count claims over the whole platform.

use super::{FrequencyScope, Terms};
use crate::campaign::CampaignRow;

/// Whether any of the shop's campaigns counts claims over the whole platform. Every version asks:
/// an offer is claimed by the terms of the version that showed it (A-G-10).
pub fn counts_platform_wide(campaigns: &[CampaignRow]) -> bool {
    let versions = campaigns.iter().flat_map(|row| &row.campaign.versions);
    let terms = versions.filter_map(|version| version.terms.of::<Terms>());
    terms.into_iter().any(|terms| terms.frequency_scope == FrequencyScope::Platform)
}
