//! Looks for carts in which a new campaign or coupon batch, with those that run, would sell below a price
//! floor.
//!
//! A search, not a proof: carts of one line, alone or beside other goods that make up an amount, for a
//! customer whom as many promotions as possible are for and who holds a coupon of every batch. Broad before
//! deep: every floor with a single unit first, the new one's own thresholds next.

mod carts;
mod line_kind;
mod sources;
#[cfg(test)]
mod tests;

use crate::quote::ShopRules;
use carts::Target;
use domain::{
    CampaignId, Code, Instant, Sku, Violation,
    campaign::{Version, presale, promotion::FloorTerms},
    coupon::{Batch, CouponKind},
    limits,
};
use line_kind::{LineKind, Try};
use money::{Currency, Money};
use pricing::{
    RuleSet, Scratch,
    cart::{Coupons, Held},
    coupons::MOST_COUPONS,
};
use sources::{Source, floors_of, kinds};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Warnings of one check; more would not be read.
const MOST: usize = 20;
/// Carts that one check prices, over all floors: some tenths of a second for a shop with 200 promotions.
const PROBES: usize = 20_000;

/// What is looked at: a version that is to become a campaign's, or a batch that is to be created.
#[derive(Clone, Copy)]
pub enum New<'a> {
    /// What runs of the same campaign is left out, as the version takes its place.
    Campaign(Option<&'a CampaignId>, &'a Version),
    /// A batch.
    Batch(&'a Batch),
}

/// One warning for each SKU, with the cart that shows it. `batches` are those of which coupons are out or
/// can be claimed. Looks at the moment at which the new one begins, or at `now` when it has begun, and at
/// each at which something begins beside it.
pub fn warnings(rules: &ShopRules, new: New<'_>, batches: &[Arc<Batch>], now: Instant) -> Vec<Violation> {
    let (campaign, own) = match new {
        New::Campaign(campaign, version) => {
            let mut all = vec![version];
            all.extend(rules.in_force_without(campaign));
            if let Some(terms) = version.terms.of() {
                return presale_warnings(terms, &all, rules.shop.money());
            }
            (campaign, Source::of_version(version))
        }
        New::Batch(batch) => (None, at_checkout(batch).then(|| Source::of_batch(batch))),
    };
    let Some(own) = own else { return Vec::new() };
    let own_batch = if let New::Batch(batch) = new { Some(batch) } else { None };
    let running = batches.iter().map(|batch| &**batch).filter(|batch| at_checkout(batch));
    let running = running.filter(|batch| own_batch.is_none_or(|own| own.batch_id != batch.batch_id));
    let batches: Vec<&Batch> = own_batch.into_iter().chain(running).take(MOST_COUPONS).collect();
    let others: Vec<&Version> = rules.in_force_without(campaign).collect();
    let versions: Vec<&Version> = match new {
        New::Campaign(_, version) => std::iter::once(version).chain(others.iter().copied()).collect(),
        New::Batch(_) => others.clone(),
    };
    let set = match new {
        New::Campaign(campaign, version) => rules.unguarded_with(campaign, Some(version)),
        New::Batch(_) => rules.unguarded_with(None, None),
    };
    let mut sources = vec![own];
    sources.extend(others.iter().filter_map(|version| Source::of_version(version)));
    sources.extend(
        batches
            .iter()
            .filter(|b| own_batch.is_none_or(|own| !std::ptr::eq(own, **b)))
            .map(|b| Source::of_batch(b)),
    );
    let mut search = Search {
        set: &set,
        own: own_name(new),
        currency: rules.shop.money(),
        scratch: Scratch::new(),
        left: 0,
        found: Vec::new(),
        warned: HashSet::new(),
    };
    let moments = moments(&sources, &versions, now);
    for (index, at) in moments.iter().enumerate() {
        search.left = PROBES / moments.len();
        let later = (index > 0).then_some(*at);
        search.moment(&sources, &versions, &batches, *at, later);
    }
    search.found
}

fn own_name(new: New<'_>) -> Option<&str> {
    match new {
        New::Campaign(_, version) if version.terms.of::<FloorTerms>().is_some() => None,
        New::Campaign(campaign, _) => Some(campaign.map_or("new", |id| id.as_str())),
        New::Batch(batch) => Some(batch.batch_id.as_str()),
    }
}

/// Whether its coupons come off in a quote, and off goods.
fn at_checkout(batch: &Batch) -> bool {
    !matches!(batch.kind, CouponKind::Payment | CouponKind::Freight)
}

/// The beginning of the new one, and those inside its time.
fn moments(sources: &[Source<'_>], versions: &[&Version], now: Instant) -> Vec<Instant> {
    let Some(own) = sources.first() else { return Vec::new() };
    let first = own.starts_at.max(now);
    let begin = sources.iter().map(|source| source.starts_at);
    let begin = begin.chain(versions.iter().map(|version| version.starts_at));
    let mut moments: Vec<Instant> = begin.filter(|at| first < *at && *at < own.ends_at).collect();
    moments.push(first);
    moments.sort_unstable();
    moments.dedup();
    moments.retain(|at| *at < own.ends_at);
    moments
}

struct Search<'a> {
    set: &'a RuleSet,
    /// By what name the new one stands among what comes off; a new floor takes nothing off.
    own: Option<&'a str>,
    /// What amounts are told in.
    currency: Currency,
    scratch: Scratch,
    /// Carts that may still be priced.
    left: usize,
    found: Vec<Violation>,
    warned: HashSet<Sku>,
}

impl Search<'_> {
    /// Everything that runs at that moment; `later` is said when it is not the first that is looked at.
    fn moment(
        &mut self,
        sources: &[Source<'_>],
        versions: &[&Version],
        batches: &[&Batch],
        at: Instant,
        later: Option<Instant>,
    ) {
        let live = |starts_at: Instant, ends_at: Instant| starts_at <= at && at < ends_at;
        let floors = versions.iter().copied().filter(|version| live(version.starts_at, version.ends_at));
        let targets: Vec<Target<'_>> = floors
            .flat_map(floors_of)
            .filter_map(|floor| Target::of(floor, self.own, self.currency))
            .collect();
        let running = |source: &&Source<'_>| live(source.starts_at, source.ends_at);
        let sources: Vec<&Source<'_>> = sources.iter().filter(running).collect();
        let Some(first) = targets.first() else { return };
        let mut cart = first.cart(at);
        let held = batches.iter().filter(|batch| live(batch.starts_at, batch.ends_at));
        let held: Vec<Held> = held.filter_map(|batch| held_of(batch)).collect();
        if !held.is_empty() {
            cart.coupons = Coupons::Listed(held);
        }
        let (kinds, groups) = (kinds(&sources), groups(&sources));
        for (kind, tried, segments) in rounds(&kinds, &groups) {
            cart.segments.clone_from(segments);
            for target in &targets {
                if self.left == 0 || self.found.len() >= MOST {
                    return;
                }
                if self.warned.contains(&target.floor.sku) {
                    self.left -= 1;
                    continue;
                }
                let (set, scratch, left) = (self.set, &mut self.scratch, &mut self.left);
                if let Some(message) = target.broken(set, &mut cart, kind, tried, scratch, left) {
                    self.warned.insert(target.floor.sku.clone());
                    let message =
                        later.map_or_else(|| message.clone(), |at| format!("from {at} on: {message}"));
                    self.found.push(Violation::with("terms", Code::PriceFloor, message));
                }
            }
        }
    }
}

/// A coupon of the batch, called by the batch's id.
fn held_of(batch: &Batch) -> Option<Held> {
    let coupon_id = batch.batch_id.as_str().parse().ok()?;
    Some(Held {
        coupon_id,
        owner: None,
        kind: batch.kind,
        benefit: batch.benefit.clone(),
        scope: batch.scope.clone(),
        starts_at: batch.starts_at,
        ends_at: batch.ends_at,
        funded_by: batch.funded_by,
        barred: None,
    })
}

/// A presale keeps what it promises with the deposit: its items whose price less gain is under a floor.
fn presale_warnings(terms: &presale::Terms, all: &[&Version], currency: Currency) -> Vec<Violation> {
    let mut floors: HashMap<&Sku, Money> = HashMap::new();
    for floor in all.iter().copied().flat_map(floors_of) {
        let highest = floors.entry(&floor.sku).or_default();
        *highest = floor.floor.max(*highest);
    }
    let under = |(index, item): (usize, &presale::Item)| {
        let floor = *floors.get(&item.sku)?;
        let sold_for = terms.line(item, 1)?.threshold_base;
        let [sold, least] = [sold_for, floor].map(|amount| currency.text(amount));
        let message = format!("a unit sells for {sold}, under the floor of {least}");
        let field = format!("terms.items[{index}].gain");
        (sold_for < floor).then(|| Violation::with(field, Code::PriceFloor, message))
    };
    terms.items.iter().enumerate().filter_map(under).take(MOST).collect()
}

/// Every kind of line for every group of customers: all with their first amount, all with their second.
fn rounds<'a>(
    kinds: &'a [LineKind],
    groups: &'a [Vec<String>],
) -> impl Iterator<Item = (&'a LineKind, &'a Try, &'a Vec<String>)> {
    let deepest = kinds.iter().map(|kind| kind.tries.len()).max().unwrap_or(0);
    let at = |depth| kinds.iter().filter_map(move |kind| Some((kind, kind.tries.get(depth)?)));
    let kinds = (0..deepest).flat_map(at);
    kinds.flat_map(|(kind, tried)| groups.iter().map(move |segments| (kind, tried, segments)))
}

/// The segments of the customers that are tried. One of a promotion's segments does; more than a cart
/// may name are several groups, the new campaign's own, which comes first, in each.
fn groups(all: &[&Source<'_>]) -> Vec<Vec<String>> {
    let mut chosen: Vec<String> = Vec::new();
    for segments in all.iter().map(|source| source.segments) {
        if !segments.iter().any(|segment| chosen.contains(segment)) {
            chosen.extend(segments.first().cloned());
        }
    }
    let own = usize::from(all.first().is_some_and(|own| !own.segments.is_empty()));
    let (own, rest) = chosen.split_at(own);
    if rest.is_empty() {
        return vec![own.to_vec()];
    }
    rest.chunks(limits::SEGMENTS - own.len()).map(|rest| [own, rest].concat()).collect()
}
