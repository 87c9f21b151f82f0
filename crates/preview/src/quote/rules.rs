//! A shop's published rules, compiled: those of its newest revision, and on demand of an earlier one.

use domain::{
    CampaignId, Code, Instant, Refusal, Sku, Violation,
    campaign::{Campaign, Terms, Version, presale},
    shop::Shop,
};
use pricing::{Floors, Rule, RuleSet};
use rustc_hash::FxHashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Earlier revisions whose compiled rules are kept: compiling walks over every list of every campaign,
/// and quotes that are looked at again are mostly of the last few revisions.
const EARLIER_KEPT: usize = 4;

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
    /// Earlier revisions that were asked for; the one compiled last stands last.
    earlier: Mutex<Vec<(u64, Arc<RuleSet>)>>,
    /// Presales by SKU, of any version; those of one campaign stand together.
    presales: FxHashMap<Sku, Vec<Place>>,
    /// Each campaign's place.
    places: FxHashMap<CampaignId, usize>,
}

/// Where a SKU is on presale.
#[derive(Clone, Copy)]
struct Place {
    campaign: usize,
    /// Number of the version.
    version: u32,
    /// Place among its items.
    item: usize,
    /// Whether that version joins the main process; looked for once, as all items count.
    main_process: bool,
}

/// A presale that takes deposits for a SKU.
#[derive(Clone, Copy)]
pub(super) struct Deposits<'a> {
    pub live: presale::Live<'a>,
    /// What the presale says of the SKU.
    pub item: &'a presale::Item,
    pub main_process: bool,
}

impl ShopRules {
    /// Compiles a shop's published campaigns.
    pub(crate) fn compile(generation: u64, shop: Arc<Shop>, campaigns: Vec<Arc<Campaign>>) -> Self {
        let revision = campaigns.iter().map(|campaign| campaign.last_revision()).max().unwrap_or_default();
        let newest = Arc::new(compile(&campaigns, revision));
        let places = campaigns.iter().enumerate().map(|(at, campaign)| (campaign.campaign_id.clone(), at));
        let places = places.collect();
        let presales = presales(&campaigns);
        let earlier = Mutex::default();
        Self { generation, shop, campaigns, revision, newest, earlier, presales, places }
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
            Some(asked) => Ok(self.earlier(asked)),
        }
    }

    /// The rules of an earlier revision: an old quote is looked at again. Compiled without the lock, so
    /// nobody waits for another's revision.
    fn earlier(&self, revision: u64) -> Arc<RuleSet> {
        let known = |kept: &[(u64, Arc<RuleSet>)]| {
            kept.iter().find(|(of, _)| *of == revision).map(|(_, set)| set.clone())
        };
        if let Some(set) = known(&self.earlier.lock().unwrap_or_else(PoisonError::into_inner)) {
            return set;
        }
        let set = Arc::new(compile(&self.campaigns, revision));
        let mut kept = self.earlier.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(set) = known(&kept) {
            return set;
        }
        if kept.len() >= EARLIER_KEPT {
            kept.remove(0);
        }
        kept.push((revision, set.clone()));
        set
    }

    /// The presale that takes deposits for a SKU at a moment, by a revision of the rules: the one named,
    /// or the one that starts first, then the smallest id.
    pub(super) fn presale(
        &self,
        revision: u64,
        sku: &Sku,
        named: Option<&CampaignId>,
        now: Instant,
    ) -> Option<Deposits<'_>> {
        let places = self.presales.get(sku)?;
        let open = places.chunk_by(|a, b| a.campaign == b.campaign).filter_map(|of_campaign| {
            let campaign = &self.campaigns[of_campaign.first()?.campaign];
            if named.is_some_and(|id| *id != campaign.campaign_id) {
                return None;
            }
            let live = presale::Live::of_version(campaign, campaign.version_at_revision(revision)?)?;
            let place = of_campaign.iter().find(|place| place.version == live.number)?;
            let item = live.terms.items.get(place.item)?;
            let takes = live.terms.deposit_window.contains(now);
            takes.then_some(Deposits { live, item, main_process: place.main_process })
        });
        open.min_by_key(|of| (of.live.version.starts_at, &of.live.campaign.campaign_id))
    }

    /// The terms of a presale that an order remembers.
    pub(super) fn presale_terms(&self, of: &domain::order::Presale) -> Option<&presale::Terms> {
        let campaign = &self.campaigns[*self.places.get(&of.campaign_id)?];
        campaign.version(of.version)?.terms.of()
    }

    /// The newest rules with a version of that campaign in place of what runs of it, and without price
    /// floors: what would be sold for.
    pub(crate) fn unguarded_with(&self, campaign: Option<&CampaignId>, version: Option<&Version>) -> RuleSet {
        let others = in_force(&self.campaigns, self.revision);
        let mut rules: Vec<Rule> = others
            .filter(|(other, ..)| campaign != Some(&other.campaign_id))
            .filter_map(|(campaign, number, version)| Rule::of(&campaign.campaign_id, number, version))
            .collect();
        if let Some(id) = campaign.cloned().or_else(|| CampaignId::try_new("new").ok()) {
            rules.extend(version.and_then(|version| Rule::of(&id, 1, version)));
        }
        // Floors are for every order: one that is the first, is paid and sent as a promotion asks, at an hour of it.
        RuleSet::compile(rules.into_iter().map(Rule::whenever).collect(), Floors::none())
    }

    /// The versions that are in force, of all campaigns but that one.
    pub(crate) fn in_force_without(&self, campaign: Option<&CampaignId>) -> impl Iterator<Item = &Version> {
        in_force(&self.campaigns, self.revision)
            .filter(move |(other, ..)| campaign != Some(&other.campaign_id))
            .map(|(_, _, version)| version)
    }
}

/// Every version of every presale by the SKUs in it.
fn presales(campaigns: &[Arc<Campaign>]) -> FxHashMap<Sku, Vec<Place>> {
    let mut found: FxHashMap<Sku, Vec<Place>> = FxHashMap::default();
    for (campaign, known) in campaigns.iter().enumerate() {
        for (version, number) in known.versions.iter().zip(1..) {
            let Some(terms) = version.terms.of::<presale::Terms>() else { continue };
            let main_process = terms.joins_main_process();
            for (item, of) in terms.items.iter().enumerate() {
                let place = Place { campaign, version: number, item, main_process };
                found.entry(of.sku.clone()).or_default().push(place);
            }
        }
    }
    found
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
