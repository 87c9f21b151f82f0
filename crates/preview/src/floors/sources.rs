//! What may take something off: promotions and coupon batches, seen alike.

use super::line_kind::{Beside, LineKind, Try};
use domain::{
    Instant, Sku,
    campaign::{
        Version,
        promotion::{Floor, Tier},
        promotion::{FloorTerms, GiftTerms, Goods, ItemTerms, OrderTerms, UnitTerms},
    },
    catalog::{Category, Scope, ScopeMode},
    coupon::Batch,
};
use money::Money;
use std::collections::{BTreeSet, HashSet};

/// How often an `every` tier is tried beyond its threshold.
const TIMES: i64 = 3;

/// A promotion or a batch.
pub struct Source<'a> {
    scope: &'a Scope,
    pub segments: &'a [String],
    tiers: &'a [Tier],
    every: bool,
    /// Whether only more than a threshold reaches it.
    above: bool,
    needs: (Option<u64>, Option<u64>),
    /// An amount that it asks for beside its tiers.
    spend: i64,
    /// Goods that must be bought beside those in scope.
    beside: Vec<&'a Goods>,
    pub starts_at: Instant,
    pub ends_at: Instant,
}

impl<'a> Source<'a> {
    /// `None` where nothing comes off in a quote.
    pub fn of_version(version: &'a Version) -> Option<Self> {
        let terms = &version.terms;
        if let Some(units) = terms.of() {
            return Some(Self::of_units(version, units));
        }
        let order = terms.of().map(|terms: &OrderTerms| {
            let needs = (terms.min_quantity, terms.min_goods);
            (&terms.segments[..], &terms.tiers[..], terms.every, needs)
        });
        let item = || {
            let of = |terms: &'a ItemTerms| {
                (&terms.segments[..], &[][..], false, (terms.min_quantity, terms.min_goods))
            };
            terms.of().map(of)
        };
        let gift = || terms.of().map(|terms: &GiftTerms| (&terms.segments[..], &[][..], false, (None, None)));
        let floor = || terms.of().map(|_: &FloorTerms| (&[][..], &[][..], false, (None, None)));
        let (segments, tiers, every, needs) = order.or_else(item).or_else(gift).or_else(floor)?;
        let above = terms.of().is_some_and(|terms: &OrderTerms| terms.above);
        let Version { scope, starts_at, ends_at, .. } = version;
        let (starts_at, ends_at) = (*starts_at, *ends_at);
        let (spend, beside) = (0, Vec::new());
        Some(Self { scope, segments, tiers, every, above, needs, spend, beside, starts_at, ends_at })
    }
    /// As many units as a group has in scope.
    fn of_units(version: &'a Version, terms: &'a UnitTerms) -> Self {
        let Version { scope, starts_at, ends_at, .. } = version;
        let (of_scope, beside): (Vec<_>, Vec<_>) = terms.buy.iter().partition(|goods| goods.are_of_scope());
        let bought: u64 = of_scope.iter().map(|goods| goods.quantity).sum();
        let group = bought + terms.quantity.unwrap_or(1);
        Self {
            scope,
            segments: &terms.segments,
            tiers: &[],
            every: false,
            above: false,
            needs: (Some(group.max(terms.min_quantity.unwrap_or(0))), terms.min_goods),
            spend: terms.spend.map_or(0, Money::minor),
            beside,
            starts_at: *starts_at,
            ends_at: *ends_at,
        }
    }
    pub fn of_batch(batch: &'a Batch) -> Self {
        let Batch { scope, starts_at, ends_at, .. } = batch;
        let tiers = std::slice::from_ref(&batch.benefit);
        let needs = (None, None);
        Self {
            scope,
            segments: &[],
            tiers,
            every: false,
            above: false,
            needs,
            spend: 0,
            beside: Vec::new(),
            starts_at: *starts_at,
            ends_at: *ends_at,
        }
    }

    /// Categories that it is for.
    fn categories(&self) -> impl Iterator<Item = &'a Category> {
        let named = (self.scope.mode == ScopeMode::Whitelist).then_some(&self.scope.categories);
        named.into_iter().flat_map(|categories| categories.iter())
    }

    /// Other goods that count toward its thresholds: one more than are needed, so that one may be the SKU that is tried.
    fn others(&self) -> Vec<Sku> {
        let listed = || self.scope.skus.iter();
        let needed = self.goods().max(2);
        match self.scope.mode {
            ScopeMode::Whitelist if self.scope.categories.is_empty() => {
                listed().take(needed).cloned().collect()
            }
            ScopeMode::Whitelist | ScopeMode::Blacklist | ScopeMode::All => {
                let names = (0..).filter_map(|n| Sku::try_new(&format!("other-goods-{n}")).ok());
                names.filter(|sku| listed().all(|known| known != sku)).take(needed - 1).collect()
            }
        }
    }

    /// One of each of the goods that must be bought beside.
    fn beside(&self) -> Vec<Beside> {
        let one = |goods: &&Goods| {
            let unnamed = || Sku::try_new("goods-beside").ok();
            let sku = goods.skus.first().cloned().or_else(unnamed)?;
            let categories = if goods.skus.is_empty() { goods.categories.first().cloned() } else { None };
            Some(Beside { sku, category: categories, quantity: goods.quantity })
        };
        self.beside.iter().filter_map(one).collect()
    }

    /// Different goods that it needs.
    fn goods(&self) -> usize {
        self.needs.1.and_then(|goods| usize::try_from(goods).ok()).unwrap_or(0)
    }

    /// Its thresholds; of `every` tiers twice and three times too, and as much as takes off most.
    fn tries(&self) -> Vec<Try> {
        let others = self.others();
        let of_tier = |tier: &Tier| {
            let spend = tier.spend.minor() + i64::from(self.above);
            let times = if self.every && spend > 0 { TIMES } else { 1 };
            let exact = self.every && spend > 0;
            let more = (1..=times).map(move |times| (spend.saturating_mul(times), false));
            more.chain(exact.then_some((spend, true)))
        };
        let needs_more = self.needs != (None, None);
        let none = (self.tiers.is_empty() && needs_more).then_some((self.spend, false));
        let tries = self.tiers.iter().flat_map(of_tier).chain(none);
        let (quantity, goods) = (self.needs.0.unwrap_or(0), self.goods());
        let beside = self.beside();
        let of_amount = |(spend, whole)| {
            let (others, beside) = (others.clone(), beside.clone());
            Try { spend, whole, quantity, goods, others, beside }
        };
        tries.map(of_amount).collect()
    }
}

/// The floors of a version.
pub fn floors_of(version: &Version) -> &[Floor] {
    version.terms.of().map(|terms: &FloorTerms| &terms.floors[..]).unwrap_or_default()
}

/// Lines without a category, then one of each promotion's in turn: one that the new campaign names too,
/// else the new one's own beside it. As these are all of the goods that the promotion covers by
/// category, one stands for all.
pub fn kinds(all: &[&Source<'_>]) -> Vec<LineKind> {
    let own: BTreeSet<&Category> = all.iter().take(1).flat_map(|source| source.categories()).collect();
    let mut lists: Vec<Vec<&Category>> = vec![Vec::new()];
    for source in all {
        let shared = source.categories().find(|category| own.contains(category));
        let Some(named) = shared.or_else(|| source.categories().next()) else { continue };
        let beside = own.first().copied().filter(|_| shared.is_none());
        let list: Vec<&Category> = beside.into_iter().chain([named]).collect();
        if !lists.contains(&list) {
            lists.push(list);
        }
    }
    let kind = |list: Vec<&Category>| LineKind {
        tries: tries(all, &list),
        categories: list.into_iter().cloned().collect(),
    };
    lists.into_iter().map(kind).collect()
}

/// One unit, then each threshold: the new campaign's, those of promotions for these categories, the rest.
fn tries(all: &[&Source<'_>], categories: &[&Category]) -> Vec<Try> {
    let mut sorted = all.to_vec();
    let names = |source: &Source<'_>| source.categories().any(|category| categories.contains(&category));
    if let Some((_, rest)) = sorted.split_first_mut() {
        rest.sort_by_key(|source| !names(source));
    }
    let mut seen = HashSet::new();
    let one = Try { spend: 0, whole: false, quantity: 0, goods: 0, others: Vec::new(), beside: Vec::new() };
    let thresholds = sorted.iter().flat_map(|source| source.tries());
    let thresholds = thresholds.filter(|tried| !tried.is_one() && seen.insert(tried.clone()));
    std::iter::once(one).chain(thresholds).collect()
}
