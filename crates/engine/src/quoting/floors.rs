//! Looks for carts in which a new campaign, with those that run, would sell below a price floor.
//!
//! A search, not a proof: carts of one line, for a customer whom as many promotions as possible are for.
//! Broad before deep: every floor with a single unit first, the new campaign's own thresholds next.

use super::{ShopRules, cart};
use domain::{
    CampaignId, Code, Instant, LineId, Sku, Violation,
    campaign::{Terms, Version, presale, promotion::Floor},
    catalog::{Category, ScopeMode},
    limits,
};
use money::Money;
use pricing::{
    RuleSet, Scratch,
    cart::{Cart, CartLine},
};
use std::collections::{BTreeSet, HashMap, HashSet};

/// Warnings of one check; more would not be read.
const MOST: usize = 20;
/// Carts that one check prices, over all floors: some tenths of a second for a shop with 200 promotions.
const PROBES: usize = 20_000;

/// A floor whose SKU has a price to try it with.
struct Target<'a> {
    floor: &'a Floor,
    price: Money,
}

/// Categories that a line may be in, and amounts to reach with it, those that matter most first.
struct Kind {
    categories: Vec<Category>,
    spends: Vec<i64>,
}

/// One warning for each SKU, with the cart that shows it. The version is to become that campaign's; what
/// runs of the same campaign is left out, as the version takes its place. Looks at the moment at which
/// the version begins, or at `now` when it has begun.
pub fn warnings(
    rules: &ShopRules,
    campaign: Option<&CampaignId>,
    version: &Version,
    now: Instant,
) -> Vec<Violation> {
    if matches!(version.terms, Terms::Recovery(_)) {
        return Vec::new();
    }
    let mut all = vec![version];
    all.extend(rules.in_force_without(campaign));
    if let Terms::Presale(terms) = &version.terms {
        return presale_warnings(terms, &all);
    }
    let targets: Vec<Target<'_>> = all.iter().copied().flat_map(floors_of).filter_map(Target::of).collect();
    let at = version.starts_at.max(now);
    all.retain(|version| version.starts_at <= at && at < version.ends_at);
    let (Some(first), true) = (targets.first(), all.first().is_some_and(|own| std::ptr::eq(*own, version)))
    else {
        return Vec::new();
    };
    let (kinds, groups) = (kinds(&all), groups(&all));
    let set = rules.unguarded_with(campaign, version);
    let mut cart = first.cart(at);
    let (mut left, mut scratch) = (PROBES, Scratch::new());
    let (mut found, mut warned) = (Vec::new(), HashSet::new());
    for (kind, spend, segments) in rounds(&kinds, &groups) {
        cart.segments.clone_from(segments);
        cart.lines[0].categories.clone_from(&kind.categories);
        for target in &targets {
            if left == 0 || found.len() >= MOST {
                return found;
            }
            left -= 1;
            let quantity = target.reach(spend);
            // One unit was tried in the first round.
            if (quantity == 1 && spend > 0) || warned.contains(&target.floor.sku) {
                continue;
            }
            target.put(&mut cart, quantity);
            if let Some(message) = target.broken(&set, &cart, &mut scratch) {
                warned.insert(&target.floor.sku);
                found.push(Violation::with("terms", Code::PriceFloor, message));
            }
        }
    }
    found
}

/// A presale keeps what it promises with the deposit: its items whose price less gain is under a floor.
fn presale_warnings(terms: &presale::Terms, all: &[&Version]) -> Vec<Violation> {
    let mut floors: HashMap<&Sku, Money> = HashMap::new();
    for floor in all.iter().copied().flat_map(floors_of) {
        let highest = floors.entry(&floor.sku).or_default();
        *highest = floor.floor.max(*highest);
    }
    let under = |(index, item): (usize, &presale::Item)| {
        let floor = *floors.get(&item.sku)?;
        let sold_for = terms.line(item, 1)?.threshold_base;
        let message = format!("a unit sells for {sold_for}, under the floor of {floor}");
        let field = format!("terms.items[{index}].gain");
        (sold_for < floor).then(|| Violation::with(field, Code::PriceFloor, message))
    };
    terms.items.iter().enumerate().filter_map(under).take(MOST).collect()
}

/// Every kind of line for every group of customers: all with their first amount, all with their second.
fn rounds<'a>(
    kinds: &'a [Kind],
    groups: &'a [Vec<String>],
) -> impl Iterator<Item = (&'a Kind, i64, &'a Vec<String>)> {
    let deepest = kinds.iter().map(|kind| kind.spends.len()).max().unwrap_or(0);
    let at = |depth| kinds.iter().filter_map(move |kind| Some((kind, *kind.spends.get(depth)?)));
    let kinds = (0..deepest).flat_map(at);
    kinds.flat_map(|(kind, spend)| groups.iter().map(move |segments| (kind, spend, segments)))
}

impl<'a> Target<'a> {
    fn of(floor: &'a Floor) -> Option<Self> {
        let price = floor.list_price.filter(|price| price.is_positive())?;
        Some(Self { floor, price })
    }

    /// Just as many units as cost so much.
    fn reach(&self, spend: i64) -> u64 {
        let units = (spend.max(1) - 1) / self.price.minor() + 1;
        u64::try_from(units).unwrap_or(1).clamp(1, limits::LINE_QUANTITY)
    }

    /// A cart of one unit.
    fn cart(&self, at: Instant) -> Cart {
        let line = CartLine {
            line_id: LineId::try_new("l1").unwrap_or_else(|_| unreachable!("l1 is an id")),
            sku: self.floor.sku.clone(),
            categories: Vec::new(),
            quantity: 1,
            unit_price: self.price,
            presale: None,
        };
        Cart { lines: vec![line], member: true, now: Some(at), ..Cart::default() }
    }

    fn put(&self, cart: &mut Cart, quantity: u64) {
        let line = &mut cart.lines[0];
        line.sku.clone_from(&self.floor.sku);
        (line.quantity, line.unit_price) = (quantity, self.price);
    }

    /// What is to be said of a cart that sells below the floor.
    fn broken(&self, set: &RuleSet, cart: &Cart, scratch: &mut Scratch) -> Option<String> {
        let line = &cart.lines[0];
        let least = self.floor.floor.minor().saturating_mul(i64::try_from(line.quantity).unwrap_or(i64::MAX));
        // Refused is only what costs more than a cart may: nobody can buy it either.
        let payable = pricing::price(set, cart, scratch).ok()?.lines()[0].payable;
        if payable.minor() >= least {
            return None;
        }
        let quote = pricing::explain(set, cart, scratch).ok()?;
        let applied = quote.applied();
        let sources: Vec<&str> = applied.iter().map(|source| source.as_str()).collect();
        let named: Vec<&str> = line.categories.iter().map(Category::as_str).collect();
        let within = if named.is_empty() { String::new() } else { format!(" in {}", named.join(" and ")) };
        Some(format!(
            "{} of {}{within} at {} ({} in all) would sell for {payable}, under the floor of {} each; by {}",
            line.quantity,
            line.sku,
            self.price,
            cart::list(line),
            self.floor.floor,
            sources.join(", ")
        ))
    }
}

fn floors_of(version: &Version) -> &[Floor] {
    match &version.terms {
        Terms::PriceFloor(terms) => &terms.floors,
        Terms::Recovery(_)
        | Terms::ItemPromotion(_)
        | Terms::OrderPromotion(_)
        | Terms::GiftPromotion(_)
        | Terms::Presale(_) => &[],
    }
}

fn segments_of(version: &Version) -> &[String] {
    match &version.terms {
        Terms::OrderPromotion(terms) => &terms.segments,
        Terms::ItemPromotion(terms) => &terms.segments,
        Terms::GiftPromotion(terms) => &terms.segments,
        Terms::Recovery(_) | Terms::Presale(_) | Terms::PriceFloor(_) => &[],
    }
}

/// The segments of the customers that are tried. One of a promotion's segments does; more than a cart
/// may name are several groups, the new campaign's own, which comes first, in each.
fn groups(all: &[&Version]) -> Vec<Vec<String>> {
    let mut chosen: Vec<String> = Vec::new();
    for segments in all.iter().copied().map(segments_of) {
        if !segments.iter().any(|segment| chosen.contains(segment)) {
            chosen.extend(segments.first().cloned());
        }
    }
    let own = usize::from(all.first().is_some_and(|own| !segments_of(own).is_empty()));
    let (own, rest) = chosen.split_at(own);
    if rest.is_empty() {
        return vec![own.to_vec()];
    }
    rest.chunks(limits::SEGMENTS - own.len()).map(|rest| [own, rest].concat()).collect()
}

/// Categories that a promotion is for.
fn categories_of(version: &Version) -> impl Iterator<Item = &Category> {
    let named = (version.scope.mode == ScopeMode::Whitelist).then_some(&version.scope.categories);
    named.into_iter().flat_map(|categories| categories.iter())
}

/// Lines without a category, then one of each promotion's in turn: one that the new campaign names too,
/// else the new one's own beside it. As these are all of the goods that the promotion covers by
/// category, one stands for all.
fn kinds(all: &[&Version]) -> Vec<Kind> {
    let own: BTreeSet<&Category> = all.iter().take(1).copied().flat_map(categories_of).collect();
    let mut lists: Vec<Vec<&Category>> = vec![Vec::new()];
    for version in all {
        let shared = categories_of(version).find(|category| own.contains(category));
        let Some(named) = shared.or_else(|| categories_of(version).next()) else { continue };
        let beside = own.first().copied().filter(|_| shared.is_none());
        let list: Vec<&Category> = beside.into_iter().chain([named]).collect();
        if !lists.contains(&list) {
            lists.push(list);
        }
    }
    let kind = |list: Vec<&Category>| Kind {
        spends: spends(all, &list),
        categories: list.into_iter().cloned().collect(),
    };
    lists.into_iter().map(kind).collect()
}

/// One unit, then each threshold: the new campaign's, those of promotions for these categories, the rest.
fn spends(all: &[&Version], categories: &[&Category]) -> Vec<i64> {
    let mut sorted = all.to_vec();
    let names = |version: &Version| categories_of(version).any(|category| categories.contains(&category));
    sorted[1..].sort_by_key(|version| !names(version));
    let mut seen = HashSet::from([0]);
    let tiers = sorted.iter().flat_map(|version| match &version.terms {
        Terms::OrderPromotion(terms) => &terms.tiers[..],
        Terms::Recovery(_)
        | Terms::ItemPromotion(_)
        | Terms::GiftPromotion(_)
        | Terms::Presale(_)
        | Terms::PriceFloor(_) => &[],
    });
    let thresholds = tiers.map(|tier| tier.spend.minor()).filter(|spend| seen.insert(*spend));
    std::iter::once(0).chain(thresholds.collect::<Vec<_>>()).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    #![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]
    use super::*;
    use domain::campaign::promotion::{FloorTerms, ItemTerms, OrderTerms, PercentOff, Tier};
    use domain::campaign::{Campaign, InForce};
    use domain::shop::{Shop, ShopKind};
    use domain::{ShopId, catalog::Scope};
    use std::sync::Arc;

    const NOW: &str = "2022-06-10T12:00:00+08:00";

    fn at(text: &str) -> Instant {
        Instant::parse(text).unwrap()
    }
    fn version(scope: Scope, terms: Terms) -> Version {
        Version {
            name: "June".into(),
            starts_at: at("2022-06-10T10:00:00+08:00"),
            ends_at: at("2022-06-30T00:00:00+08:00"),
            scope,
            terms,
            made_at: at("2022-06-09T00:00:00+08:00"),
        }
    }
    /// A floor for each SKU, 45.00 of 50.00.
    fn floors(skus: &[&str]) -> Version {
        let floor = |sku: &&str| Floor {
            sku: sku.parse().unwrap(),
            floor: Money::from_minor(45_00),
            list_price: Some(Money::from_minor(50_00)),
        };
        let floors = skus.iter().map(floor).collect();
        version(Scope::default(), Terms::PriceFloor(FloorTerms { floors }))
    }
    fn of_categories(names: &[&str]) -> Scope {
        let categories = names.iter().map(|name| Category::try_new(name).unwrap()).collect();
        Scope { mode: ScopeMode::Whitelist, categories: Arc::new(categories), ..Scope::default() }
    }
    fn percent(percent: u32, segments: &[&str], scope: Scope) -> Version {
        let percent_off = PercentOff::from_basis_points(percent * 100);
        let segments = segments.iter().map(ToString::to_string).collect();
        version(scope, Terms::ItemPromotion(ItemTerms { percent_off, segments, ..ItemTerms::default() }))
    }
    fn tiers(tiers: impl Iterator<Item = (i64, i64)>, segments: &[&str], scope: Scope) -> Version {
        let tier = |(spend, save)| Tier {
            spend: Money::from_minor(spend),
            save: Some(Money::from_minor(save)),
            percent_off: None,
            cap: None,
        };
        let (tiers, segments) =
            (tiers.map(tier).collect(), segments.iter().map(ToString::to_string).collect());
        version(scope, Terms::OrderPromotion(OrderTerms { tiers, segments, ..OrderTerms::default() }))
    }
    fn rules(versions: Vec<Version>) -> ShopRules {
        let campaign = |(index, version): (usize, Version)| {
            Arc::new(Campaign {
                campaign_id: format!("c{index}").parse().unwrap(),
                created_at: version.made_at,
                published_at: Some(version.made_at),
                closed_at: None,
                versions: vec![version],
                revised_at: Vec::new(),
                in_force: vec![InForce { revision: 1, version: Some(1) }],
                request_digest: String::new(),
            })
        };
        let shop = Shop::with_defaults("tea".parse::<ShopId>().unwrap(), "Tea house", ShopKind::Sop);
        ShopRules::compile(1, Arc::new(shop), versions.into_iter().enumerate().map(campaign).collect())
    }
    fn found(rules: &ShopRules, campaign: Option<&str>, version: &Version) -> Vec<String> {
        let campaign = campaign.map(|id| id.parse::<CampaignId>().unwrap());
        let found = warnings(rules, campaign.as_ref(), version, at(NOW));
        found.into_iter().map(|violation| violation.message).collect()
    }

    #[test]
    fn one_unit_or_just_the_threshold_reaches_the_floor() {
        for (new, expected) in [
            (percent(10, &[], Scope::default()), None),
            (percent(11, &[], Scope::default()), Some("1 of A at 50.00 (50.00 in all) would sell for 44.50")),
            (tiers([(150_00, 15_00)].into_iter(), &[], Scope::default()), None),
            (
                tiers([(150_00, 15_01)].into_iter(), &[], Scope::default()),
                Some("3 of A at 50.00 (150.00 in all) would sell for 134.99"),
            ),
        ] {
            let told = found(&rules(vec![floors(&["A"])]), None, &new);
            assert_eq!(told.len(), usize::from(expected.is_some()), "{told:?}");
            let expected = expected.map(|text| format!("{text}, under the floor of 45.00 each; by new"));
            assert_eq!(told.first(), expected.as_ref());
        }
        // A new floor under what runs; each SKU once, and no more than are read.
        let running = rules(vec![floors(&["A"]), percent(11, &[], Scope::default())]);
        assert_eq!(found(&running, None, &floors(&["A", "B"])).len(), 2);
        let names: Vec<String> = (0..50).map(|n| format!("s{n}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        assert_eq!(found(&running, None, &floors(&names)).len(), MOST);
    }

    #[test]
    fn promotions_on_categories_are_seen() {
        let all = Scope::default;
        for (running, new, categories) in [
            (None, percent(11, &[], of_categories(&["tea"])), Some("tea")),
            (None, percent(10, &[], of_categories(&["tea"])), None),
            // Each is harmless alone.
            (
                Some(percent(6, &[], of_categories(&["tea"]))),
                tiers([(3_00, 3_00)].into_iter(), &[], all()),
                Some("tea"),
            ),
            (
                Some(percent(6, &[], of_categories(&["cups", "tea"]))),
                tiers([(3_00, 3_00)].into_iter(), &[], of_categories(&["pots", "tea"])),
                Some("tea"),
            ),
            (
                Some(percent(6, &[], of_categories(&["cups"]))),
                tiers([(3_00, 3_00)].into_iter(), &[], of_categories(&["pots"])),
                Some("pots and cups"),
            ),
            (
                Some(percent(6, &[], of_categories(&["cups"]))),
                tiers(
                    [(3_00, 3_00)].into_iter(),
                    &[],
                    Scope { mode: ScopeMode::Blacklist, ..of_categories(&["cups"]) },
                ),
                None,
            ),
        ] {
            let told = found(&rules([floors(&["A"])].into_iter().chain(running).collect()), None, &new);
            let expected = categories.map(|names| format!("1 of A in {names} at 50.00"));
            assert_eq!(told.len(), usize::from(expected.is_some()), "{told:?}");
            assert!(expected.is_none_or(|start| told[0].starts_with(&start)), "{told:?}");
        }
    }

    #[test]
    fn more_segments_than_a_cart_may_name_are_several_carts() {
        let names: Vec<String> = (0..120).map(|n| format!("s{n:03}")).collect();
        let harmless = |name: &String| percent(1, &[name], Scope::default());
        let mut running = vec![floors(&["A"])];
        running.extend(names.iter().map(harmless));
        for (at, segment) in [(1, "s000"), (120, "s119")] {
            // With the new one's 3.00 below the floor: only who is of both segments.
            running[at] = percent(6, &[segment], Scope::default());
            let new = tiers([(3_00, 3_00)].into_iter(), &["vip"], Scope::default());
            let told = found(&rules(running.clone()), None, &new);
            assert_eq!(told.len(), 1, "{segment}");
            assert!(told[0].contains(&format!("by c{at}, new")), "{told:?}");
            running[at] = percent(1, &[segment], Scope::default());
            assert_eq!(found(&rules(running.clone()), None, &new), [""; 0], "{segment}");
        }
    }

    #[test]
    fn a_revised_campaign_takes_its_own_place() {
        let off = |save| tiers([(save, save)].into_iter(), &[], Scope::default());
        let running = rules(vec![floors(&["A"]), off(3_00)]);
        assert_eq!(found(&running, None, &off(4_00)).len(), 1, "beside the one that runs");
        assert_eq!(found(&running, Some("c1"), &off(4_00)), [""; 0], "in place of it");
        assert!(found(&running, Some("c1"), &off(6_00))[0].ends_with("by c1"));
        // What began after the campaign did is seen, and what is over is not.
        let ten = at("2022-06-10T11:00:00+08:00");
        for (other, expected) in
            [(Version { starts_at: ten, ..off(3_00) }, 1), (Version { ends_at: ten, ..off(3_00) }, 0)]
        {
            let running = rules(vec![floors(&["A"]), off(1_00), other]);
            assert_eq!(found(&running, Some("c1"), &off(3_00)).len(), expected);
        }
    }

    /// 20,000 floors, 200 campaigns of 10 tiers: what is looked at stays bounded.
    #[test]
    fn the_search_is_bounded() {
        let names: Vec<String> = (0..20_000).map(|n| format!("s{n}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut running = vec![floors(&names)];
        let promotion = |n: i64| {
            let (segment, category) = (format!("s{n}"), format!("k{n}"));
            let steps = (1..=10).map(|step| (n * 10_000 + step * 1_000 + 1, 1));
            tiers(steps, &[&segment], of_categories(&[&category]))
        };
        running.extend((1..200).map(promotion));
        let rules = rules(running);
        let harmless = tiers([(100_00, 1)].into_iter(), &["vip"], Scope::default());
        assert_eq!(found(&rules, None, &harmless), [""; 0]);
    }
}
