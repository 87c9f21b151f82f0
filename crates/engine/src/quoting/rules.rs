//! A shop's published rules, compiled: those of its newest revision, and on demand of an earlier one.

use domain::{
    CampaignId, Code, Instant, Refusal, Sku, Violation,
    campaign::{Campaign, Terms, Version, presale},
    shop::Shop,
};
use pricing::{Floors, Rule, RuleSet};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// What a shop has published, as of one generation.
pub struct ShopRules {
    /// The number that it was read under.
    pub(super) generation: u64,
    /// The settings.
    pub shop: Arc<Shop>,
    /// Every campaign that has ever been published.
    pub campaigns: Vec<Arc<Campaign>>,
    /// The shop's revision.
    pub revision: u64,
    newest: Arc<RuleSet>,
    /// Presales by SKU: the campaign's place, for those of any version.
    presales: FxHashMap<Sku, Vec<usize>>,
}

impl ShopRules {
    /// Compiles a shop's published campaigns.
    pub(super) fn compile(generation: u64, shop: Arc<Shop>, campaigns: Vec<Arc<Campaign>>) -> Self {
        let revision = campaigns.iter().map(|campaign| campaign.last_revision()).max().unwrap_or_default();
        let newest = Arc::new(compile(&campaigns, revision));
        let mut presales: FxHashMap<Sku, Vec<usize>> = FxHashMap::default();
        for (place, campaign) in campaigns.iter().enumerate() {
            for item in
                campaign.versions.iter().filter_map(|v| v.terms.presale()).flat_map(|t| t.items.iter())
            {
                let places = presales.entry(item.sku.clone()).or_default();
                if places.last() != Some(&place) {
                    places.push(place);
                }
            }
        }
        Self { generation, shop, campaigns, revision, newest, presales }
    }

    /// The rules of a revision; the newest without one. One that has not been is refused.
    pub(super) fn at(&self, revision: Option<u64>) -> Result<Arc<RuleSet>, Refusal> {
        match revision {
            None => Ok(self.newest.clone()),
            Some(asked) if asked == self.revision => Ok(self.newest.clone()),
            Some(asked) if asked > self.revision => {
                let message = format!("the shop's newest is {}", self.revision);
                let mut refusal = Refusal::with(Code::InvalidValue, message.clone());
                refusal.violations.push(Violation::with("rule_version", Code::OutOfRange, message));
                Err(refusal)
            }
            // Seldom: an old quote is looked at again. Compiling takes a millisecond.
            Some(asked) => Ok(Arc::new(compile(&self.campaigns, asked))),
        }
    }

    /// The presale that takes deposits for a SKU at a moment: the one named, or the one that starts
    /// first, then the smallest id.
    pub(super) fn presale(
        &self,
        sku: &Sku,
        named: Option<&CampaignId>,
        now: Instant,
    ) -> Option<presale::Live<'_>> {
        let places = self.presales.get(sku)?;
        let lives = places.iter().filter_map(|place| presale::Live::at(&self.campaigns[*place], now));
        let fits = |live: &presale::Live<'_>| {
            named.is_none_or(|id| *id == live.campaign.campaign_id)
                && !live.campaign.is_closed(now)
                && live.terms.deposit_window.contains(now)
                && live.terms.item(sku).is_some()
        };
        lives.filter(fits).min_by_key(|live| (live.version.starts_at, live.campaign.campaign_id.clone()))
    }

    /// The terms of a presale that an order remembers.
    pub(super) fn presale_terms(&self, of: &domain::order::Presale) -> Option<&presale::Terms> {
        let campaign = self.campaigns.iter().find(|campaign| campaign.campaign_id == of.campaign_id)?;
        campaign.version(of.version)?.terms.presale()
    }

    /// The newest rules with one version more, and without price floors: what would be sold for.
    pub(super) fn unguarded_with(&self, version: &Version) -> RuleSet {
        let mut rules: Vec<Rule> = in_force(&self.campaigns, self.revision)
            .filter_map(|(campaign, number, version)| Rule::of(&campaign.campaign_id, number, version))
            .collect();
        if let Ok(id) = CampaignId::try_new("new") {
            rules.extend(Rule::of(&id, 1, version));
        }
        RuleSet::compile(rules, Floors::none())
    }

    /// The versions that are in force.
    pub(super) fn in_force(&self) -> impl Iterator<Item = &Version> {
        in_force(&self.campaigns, self.revision).map(|(_, _, version)| version)
    }
}

fn in_force(campaigns: &[Arc<Campaign>], revision: u64) -> impl Iterator<Item = (&Campaign, u32, &Version)> {
    campaigns.iter().filter_map(move |campaign| {
        let number = campaign.version_at_revision(revision)?;
        Some((&**campaign, number, campaign.version(number)?))
    })
}

fn compile(campaigns: &[Arc<Campaign>], revision: u64) -> RuleSet {
    let mut floors = Floors::none();
    let mut rules = Vec::new();
    for (campaign, number, version) in in_force(campaigns, revision) {
        if let Terms::PriceFloor(terms) = &version.terms {
            floors.add_terms(terms, version.starts_at, version.ends_at);
        }
        rules.extend(Rule::of(&campaign.campaign_id, number, version));
    }
    RuleSet::compile(rules, floors).at_version(revision)
}
