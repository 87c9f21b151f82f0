//! What the search finds, and what it passes over.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]
use super::*;
use domain::campaign::promotion::Floor;
use domain::campaign::promotion::{FloorTerms, ItemTerms, OrderTerms, PercentOff, Tier};
use domain::campaign::{Campaign, InForce};
use domain::campaign::{Terms, Version};
use domain::catalog::{Category, ScopeMode};
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
    let floors: Vec<Floor> = skus.iter().map(floor).collect();
    version(Scope::default(), Terms::PriceFloor(FloorTerms::from(floors)))
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
    let (tiers, segments) = (tiers.map(tier).collect(), segments.iter().map(ToString::to_string).collect());
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
    let found = warnings(rules, New::Campaign(campaign.as_ref(), version), &[], at(NOW));
    found.into_iter().map(|violation| violation.message.in_minor_units()).collect()
}

#[test]
fn one_unit_or_just_the_threshold_reaches_the_floor() {
    for (new, expected) in [
        (percent(10, &[], Scope::default()), None),
        (
            percent(11, &[], Scope::default()),
            Some("1 of A at 50.00 CNY (50.00 CNY in all) would sell for 44.50 CNY"),
        ),
        (tiers([(150_00, 15_00)].into_iter(), &[], Scope::default()), None),
        (
            tiers([(150_00, 15_01)].into_iter(), &[], Scope::default()),
            Some("3 of A at 50.00 CNY (150.00 CNY in all) would sell for 134.99 CNY"),
        ),
    ] {
        let told = found(&rules(vec![floors(&["A"])]), None, &new);
        assert_eq!(told.len(), usize::from(expected.is_some()), "{told:?}");
        let expected = expected.map(|text| format!("{text}, under the floor of 45.00 CNY each; by new"));
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

/// A floor and a list price for a SKU.
fn floor(sku: &str, least: i64, list: i64) -> Version {
    let (floor, list_price) = (Money::from_minor(least), Some(Money::from_minor(list)));
    let floors = vec![Floor { sku: sku.parse().unwrap(), floor, list_price }];
    version(Scope::default(), Terms::PriceFloor(FloorTerms::from(floors.into_iter().collect::<Vec<_>>())))
}
fn every(spend: i64, save: i64, scope: Scope) -> Version {
    let mut version = tiers([(spend, save)].into_iter(), &[], scope);
    let Terms::OrderPromotion(terms) = &mut version.terms else { panic!() };
    terms.every = true;
    version
}
fn only(skus: &[&str]) -> Scope {
    let skus = Arc::new(skus.iter().map(|sku| sku.parse().unwrap()).collect());
    Scope { mode: ScopeMode::Whitelist, skus, ..Scope::default() }
}
fn batch(id: &str, spend: i64, save: i64) -> Arc<Batch> {
    let version = version(Scope::default(), Terms::PriceFloor(FloorTerms::default()));
    let (spend, save) = (Money::from_minor(spend), Some(Money::from_minor(save)));
    Arc::new(Batch {
        batch_id: id.parse().unwrap(),
        name: "June".into(),
        kind: CouponKind::Shop,
        benefit: Tier { spend, save, percent_off: None, cap: None },
        quantity: 10,
        per_customer_limit: 1,
        scope: Scope::default(),
        starts_at: version.starts_at,
        ends_at: version.ends_at,
        funded_by: domain::order::Party::Merchant,
        return_on_full_refund: false,
        sprint: None,
    })
}
fn with_batches(rules: &ShopRules, new: New<'_>, batches: &[Arc<Batch>]) -> Vec<String> {
    let found = warnings(rules, new, batches, at(NOW));
    found.into_iter().map(|violation| violation.message.in_minor_units()).collect()
}

/// 2 of 150.00 with 30.00 off every 100.00: 210.00 are less than two floors of 110.00.
#[test]
fn an_every_tier_is_tried_beyond_its_threshold() {
    for (least, list, expected) in [
        (110_00, 150_00, Some("2 of A at 150.00 CNY (300.00 CNY in all) would sell for 210.00 CNY")),
        (105_00, 150_00, None),
        // Only ten of them cost a multiple of 100.00.
        (69_30, 99_00, None),
        (69_31, 99_00, Some("100 of A at 99.00 CNY (9900.00 CNY in all) would sell for 6930.00 CNY")),
    ] {
        let told = found(&rules(vec![floor("A", least, list)]), None, &every(100_00, 30_00, only(&["A"])));
        assert_eq!(told.len(), usize::from(expected.is_some()), "{least} {told:?}");
        assert!(expected.is_none_or(|start| told[0].starts_with(start)), "{told:?}");
    }
}

/// A of 60.00 beside 40.00 of other goods bears 18.00 of 30.00; alone two of them bear 15.00 each.
#[test]
fn goods_beside_others_that_make_up_the_amount_are_tried() {
    let hundred = |scope| tiers([(100_00, 30_00)].into_iter(), &[], scope);
    let told = |running: Option<Version>, new: &Version, least: i64| {
        found(&rules([floor("A", least, 60_00)].into_iter().chain(running).collect()), None, new)
    };
    let mixed = told(None, &hundred(Scope::default()), 45_00);
    assert_eq!(
        mixed,
        [
            "1 of A at 60.00 CNY (60.00 CNY in all) beside 40.00 CNY of other goods would sell for 42.00 CNY, under the floor of 45.00 CNY each; by new"
        ]
    );
    assert_eq!(told(None, &hundred(Scope::default()), 42_00), [""; 0]);
    assert_eq!(told(None, &hundred(only(&["A"])), 45_00), [""; 0], "nothing else counts");
    assert_eq!(told(None, &hundred(only(&["A", "B"])), 45_00).len(), 1);
    // An item promotion takes 10 % off first, of A or of everything: 54.00 less 16.20 are 37.80.
    for scope in [only(&["A"]), Scope::default()] {
        let running = percent(10, &[], scope);
        assert_eq!(told(Some(running.clone()), &hundred(Scope::default()), 37_90).len(), 1);
        assert_eq!(told(Some(running), &hundred(Scope::default()), 37_70), [""; 0]);
    }
}

#[test]
fn what_begins_later_beside_the_new_one_is_seen() {
    let off = |save| tiers([(save, save)].into_iter(), &[], Scope::default());
    let later = at("2022-06-20T00:00:00+08:00");
    for (other, floors, expected) in [
        (Version { starts_at: later, ..off(3_00) }, floors(&["A"]), 1),
        (Version { starts_at: at("2022-06-30T00:00:00+08:00"), ..off(3_00) }, floors(&["A"]), 0),
        (off(3_00), Version { starts_at: later, ..floors(&["A"]) }, 1),
        (off(3_00), Version { ends_at: at(NOW), ..floors(&["A"]) }, 0),
        (Version { ends_at: later, ..off(3_00) }, Version { starts_at: later, ..floors(&["A"]) }, 0),
    ] {
        let told = found(&rules(vec![floors, other]), None, &off(3_00));
        assert_eq!(told.len(), expected, "{told:?}");
        assert!(told.iter().all(|text| text.starts_with("from 2022-06-19T16:00:00Z on: 1 of A")), "{told:?}");
    }
}

/// A batch 50-35 and a new 100-25: of 100.00 are left 40.00.
#[test]
fn coupons_that_are_out_are_tried() {
    let running = rules(vec![floor("A", 70_00, 100_00)]);
    let new = tiers([(100_00, 25_00)].into_iter(), &[], Scope::default());
    let campaign = New::Campaign(None, &new);
    assert_eq!(with_batches(&running, campaign, &[]), [""; 0]);
    assert_eq!(
        with_batches(&running, campaign, &[batch("b1", 50_00, 35_00)]),
        [
            "1 of A at 100.00 CNY (100.00 CNY in all) would sell for 40.00 CNY, under the floor of 70.00 CNY each; by new, b1"
        ]
    );
    // A new batch alone, and beside a promotion.
    let coupon = batch("b2", 100_00, 31_00);
    let alone = with_batches(&running, New::Batch(&coupon), std::slice::from_ref(&coupon));
    assert_eq!(
        alone,
        [
            "1 of A at 100.00 CNY (100.00 CNY in all) would sell for 69.00 CNY, under the floor of 70.00 CNY each; by b2"
        ]
    );
    let small = batch("b2", 50_00, 10_00);
    assert_eq!(with_batches(&running, New::Batch(&small), &[]), [""; 0]);
    let running = rules(vec![floor("A", 70_00, 100_00), new]);
    assert_eq!(with_batches(&running, New::Batch(&small), &[]).len(), 1);
    let payment = Batch { kind: CouponKind::Payment, ..(*batch("b3", 100_00, 90_00)).clone() };
    assert_eq!(with_batches(&running, New::Batch(&payment), &[]), [""; 0], "at the cashier");
}
