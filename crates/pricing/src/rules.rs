//! What a rule set is compiled from: the promotions of a shop, and the lowest prices it allows.

use domain::{
    CampaignId, Instant, Sku,
    campaign::{
        KindTerms, Version,
        promotion::{FloorTerms, FreightTerms, GiftTerms, ItemTerms, OrderTerms, UnitTerms, When},
    },
    catalog::Scope,
};
use money::Money;

/// A promotion, as a version of a published campaign says it (A-G-10).
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// The campaign.
    pub campaign_id: CampaignId,
    /// Which version of it.
    pub version: u32,
    /// In force from here,
    pub starts_at: Instant,
    /// to here, half-open.
    pub ends_at: Instant,
    /// The goods it works on. Gift promotions name their goods in their terms.
    pub scope: Scope,
    /// What it does.
    pub terms: RuleTerms,
}

/// What a promotion does.
#[derive(Debug, Clone, PartialEq)]
pub enum RuleTerms {
    /// A price of its own for a line's goods.
    Item(ItemTerms),
    /// A benefit for units, in groups.
    Units(UnitTerms),
    /// So much off the goods in scope, from an amount on.
    Order(OrderTerms),
    /// Less freight.
    Freight(FreightTerms),
    /// Goods that come along.
    Gift(GiftTerms),
}

impl Rule {
    /// From a version of a published campaign; `None` for kinds that price nothing by themselves.
    pub fn of(campaign_id: &CampaignId, version: u32, filled: &Version) -> Option<Self> {
        let item = || filled.terms.of().cloned().map(RuleTerms::Item);
        let order = || filled.terms.of().cloned().map(RuleTerms::Order);
        let units = || filled.terms.of().cloned().map(RuleTerms::Units);
        let freight = || filled.terms.of().cloned().map(RuleTerms::Freight);
        let gift = || filled.terms.of().cloned().map(RuleTerms::Gift);
        let terms = item().or_else(units).or_else(order).or_else(freight).or_else(gift)?;
        Some(Self {
            campaign_id: campaign_id.clone(),
            version,
            starts_at: filled.starts_at,
            ends_at: filled.ends_at,
            scope: filled.scope.clone(),
            terms,
        })
    }
}

impl Rule {
    /// The same rule where all conditions hold that are facts of an order: what it may do at most.
    pub fn whenever(mut self) -> Self {
        let when = match &mut self.terms {
            RuleTerms::Item(terms) => &mut terms.when,
            RuleTerms::Units(terms) => &mut terms.when,
            RuleTerms::Order(terms) => &mut terms.when,
            RuleTerms::Freight(terms) => &mut terms.when,
            RuleTerms::Gift(terms) => &mut terms.when,
        };
        *when = when.take().map(|when| When { spend_most: when.spend_most, ..When::default() });
        self
    }
}

impl Rule {
    /// Whether its terms could be published.
    pub(crate) fn is_sound(&self) -> bool {
        let mut found = Vec::new();
        match &self.terms {
            RuleTerms::Item(terms) => terms.check_terms(&mut found),
            RuleTerms::Units(terms) => terms.check_terms(&mut found),
            RuleTerms::Order(terms) => terms.check_terms(&mut found),
            RuleTerms::Freight(terms) => terms.check_terms(&mut found),
            RuleTerms::Gift(terms) => terms.check_terms(&mut found),
        }
        found.is_empty()
    }
}

/// The lowest unit prices of a shop. Of several that hold for a SKU at a moment the highest counts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Floors(Vec<UnitFloor>);

/// A SKU's lowest unit price for a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UnitFloor {
    pub sku: Sku,
    pub floor: Money,
    pub starts_at: Instant,
    pub ends_at: Instant,
}

impl Floors {
    /// No floors.
    pub const fn none() -> Self {
        Self(Vec::new())
    }
    /// Adds a SKU's floor, from `starts_at` to `ends_at`, half-open.
    pub fn add(&mut self, sku: Sku, floor: Money, starts_at: Instant, ends_at: Instant) {
        self.0.push(UnitFloor { sku, floor, starts_at, ends_at });
    }
    /// Adds what a price floor campaign says.
    pub fn add_terms(&mut self, terms: &FloorTerms, starts_at: Instant, ends_at: Instant) {
        for floor in &terms.floors {
            self.add(floor.sku.clone(), floor.floor, starts_at, ends_at);
        }
    }
    pub(crate) fn all(&self) -> &[UnitFloor] {
        &self.0
    }
}
