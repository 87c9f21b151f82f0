//! Setting campaigns up, changing, publishing and closing them.

use super::invited;
use crate::book::Draft;
use crate::command::{Closing, Reply};
use domain::{
    CampaignId, Code, Refusal, Sku, Violation,
    campaign::{self, Campaign, Counters, Status, Version},
    catalog::ScopeMode,
    limits,
};
use port::CampaignRow;
use std::sync::Arc;

/// Creates a campaign, as a draft or published at once (S0-R02). The same id for other contents is refused.
pub fn create(
    draft: &mut Draft<'_>,
    id: Option<&CampaignId>,
    version: &Version,
    publish: bool,
    digest: &str,
) -> Result<Reply, Refusal> {
    let row = draft.shop_row()?;
    if let Some(known) = id.and_then(|id| draft.campaign(id)) {
        let same =
            known.campaign.request_digest == digest || known.campaign.was_created_with(version, publish);
        return if same { Ok(reply(draft, known)) } else { Err(Code::IdempotencyConflict.into()) };
    }
    let live = row.campaigns.iter().filter(|row| {
        matches!(
            row.campaign.status(&row.counters, draft.now),
            Status::Draft | Status::Scheduled | Status::Running | Status::Exhausted
        )
    });
    if live.count() >= limits::LIVE_CAMPAIGNS {
        return Err(Refusal::with(
            Code::LimitReached,
            format!("{} campaigns at a time", limits::LIVE_CAMPAIGNS),
        ));
    }
    let now = draft.now;
    if let Some(id) = id {
        invited::check_campaign(draft, id, version)?;
    }
    let found =
        if publish { version.violations(&row.shop, now) } else { version.draft_violations(&row.shop, now) };
    Refusal::from_violations(Code::InvalidTerms, found)?;
    let campaign_id = id.cloned().unwrap_or_else(|| draft.next("ca"));
    let campaign = Campaign {
        published_at: publish.then_some(now),
        request_digest: digest.to_owned(),
        ..Campaign::of_draft(campaign_id, version.clone(), now)
    };
    let counters = Counters::of_new();
    if publish {
        campaign::published(draft, &campaign)?;
    }
    Ok(put(draft, campaign, counters))
}

fn reply(draft: &Draft<'_>, row: &CampaignRow) -> Reply {
    Reply::Campaign { campaign: row.campaign.clone(), counters: row.counters.clone(), now: draft.now }
}

fn put(draft: &mut Draft<'_>, mut campaign: Campaign, counters: Counters) -> Reply {
    let known = draft.find_shop().map(|row| &row.campaigns[..]).unwrap_or_default();
    let last = known.iter().map(|row| row.campaign.last_revision()).max().unwrap_or_default();
    campaign.note_revision(last + 1, draft.now);
    let campaign = Arc::new(campaign);
    draft.changes().campaigns.push(campaign.clone());
    let status = campaign.status(&counters, draft.now);
    let body = serde_json::json!({ "campaign_id": campaign.campaign_id, "status": status });
    draft.publish("campaign.changed", campaign.campaign_id.as_str(), &body);
    Reply::Campaign { campaign, counters, now: draft.now }
}

fn find<'a>(draft: &Draft<'a>, id: &CampaignId) -> Result<&'a CampaignRow, Refusal> {
    draft.shop_row()?;
    draft.campaign(id).ok_or_else(|| Refusal::with(Code::NotFound, format!("no campaign {id}")))
}

/// Gives a campaign a new version; orders keep theirs (A-G-10).
pub fn revise(draft: &mut Draft<'_>, id: &CampaignId, version: &Version) -> Result<Reply, Refusal> {
    let row = find(draft, id)?;
    invited::check_campaign(draft, id, version)?;
    let mut campaign = (*row.campaign).clone();
    campaign.revise(version.clone(), draft.shop()?, row.counters.issued, draft.now)?;
    if campaign.published_at.is_some() {
        campaign::published(draft, &campaign)?;
    }
    Ok(put(draft, campaign, row.counters.clone()))
}

/// Publishes a draft.
pub fn publish(draft: &mut Draft<'_>, id: &CampaignId) -> Result<Reply, Refusal> {
    let row = find(draft, id)?;
    let mut campaign = (*row.campaign).clone();
    campaign.publish(draft.shop()?, draft.now)?;
    campaign::published(draft, &campaign)?;
    Ok(put(draft, campaign, row.counters.clone()))
}

/// Closes a campaign for good (S0-R33). What was promised in public is named first, and closed on confirmation (A-S2-17).
pub fn close(draft: &mut Draft<'_>, id: &CampaignId, closing: Closing) -> Result<Reply, Refusal> {
    let row = find(draft, id)?;
    if row.campaign.is_closed(draft.now) {
        return Ok(reply(draft, row));
    }
    campaign::may_close(draft, &row.campaign)?;
    let promised = campaign::promised(draft, &row.campaign);
    if let Some(promised) = promised.filter(|_| closing == Closing::Asked) {
        return Err(Refusal::with(Code::ConfirmationRequired, promised));
    }
    let mut campaign = (*row.campaign).clone();
    campaign.close(draft.now);
    let is_sprint = campaign.current().terms.of::<campaign::sprint::Terms>().is_some();
    let reply = put(draft, campaign, row.counters.clone());
    if is_sprint {
        invited::closed(draft, id);
    }
    Ok(reply)
}

/// Adds SKUs to a campaign's list as a new version (S0-R13). Those over the limit are named.
pub fn import_scope(draft: &mut Draft<'_>, id: &CampaignId, skus: &[Sku]) -> Result<Reply, Refusal> {
    let row = find(draft, id)?;
    let mut version = row.campaign.current().clone();
    if version.scope.mode == ScopeMode::All {
        let violation =
            Violation::with("scope.mode", Code::InvalidValue, "a whole-shop campaign has no list");
        return Refusal::from_violations(Code::InvalidTerms, vec![violation]).map(|()| Reply::Done);
    }
    let mut list = (*version.scope.skus).clone();
    let mut rejected = Vec::new();
    let mut accepted = 0;
    for sku in skus {
        if list.len() >= limits::SCOPE_SKUS && !list.contains(sku) {
            rejected.push(sku.clone());
        } else {
            list.insert(sku.clone());
            accepted += 1;
        }
    }
    let mut campaign = (*row.campaign).clone();
    if list.len() > version.scope.skus.len() {
        version.scope.skus = Arc::new(list);
        campaign.revise(version, draft.shop()?, row.counters.issued, draft.now)?;
        if campaign.published_at.is_some() {
            campaign::published(draft, &campaign)?;
        }
        put(draft, campaign.clone(), row.counters.clone());
    }
    Ok(Reply::Scope { accepted, rejected, version: campaign.version_number() })
}
