//! What holds for every cart: sums, order of lines, repetition, nothing negative, nothing under the floor.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod core_carts;

use core_carts::*;
use domain::{
    Sku,
    campaign::promotion::{Goods, ItemTerms, OrderTerms, PercentOff, Pick, UnitTerms},
    catalog::{Scope, ScopeMode},
    coupon::CouponKind,
};
use money::Money;
use pricing::{
    Floors, Quote, Rule, RuleSet, RuleTerms, Scratch,
    cart::{Assets, Cart, CartLine, Freight, Held, Stage},
    explain, price,
    quote::{Effect, LineAdjustment},
};
use proptest::prelude::*;
use std::collections::BTreeMap;

const SKUS: [&str; 6] = ["s0", "s1", "s2", "s3", "s4", "s5"];
const CATEGORIES: [&str; 3] = ["c0", "c1", "c2"];

fn scopes() -> impl Strategy<Value = Scope> {
    let mode = prop_oneof![Just(ScopeMode::Whitelist), Just(ScopeMode::Blacklist)];
    prop_oneof![
        Just(Scope::default()),
        (mode.clone(), proptest::sample::subsequence(&SKUS[..], 1..4))
            .prop_map(|(mode, names)| skus(mode, &names)),
        (mode, proptest::sample::select(&CATEGORIES[..])).prop_map(|(mode, name)| categories(mode, &[name])),
    ]
}

fn item_terms() -> impl Strategy<Value = RuleTerms> {
    let benefit = prop_oneof![
        (0..300_00_i64).prop_map(|price| ItemTerms { price: Some(fen(price)), ..ItemTerms::default() }),
        (1..10_000_u32).prop_map(|points| ItemTerms {
            percent_off: PercentOff::from_basis_points(points),
            ..ItemTerms::default()
        }),
        (1..50_00_i64).prop_map(|off| ItemTerms { amount_off: Some(fen(off)), ..ItemTerms::default() }),
    ];
    let needs = (proptest::option::of(1..6_u64), proptest::option::of(1..4_u64));
    (benefit, any::<[bool; 3]>(), needs, -1..2_i32).prop_map(
        |(terms, [member_only, stacks, exclusive], needs, priority)| {
            let (min_quantity, min_goods) = needs;
            let exclusive = exclusive && !stacks;
            RuleTerms::Item(ItemTerms {
                member_only,
                min_quantity,
                min_goods,
                stacks,
                exclusive,
                priority,
                ..terms
            })
        },
    )
}

fn unit_terms() -> impl Strategy<Value = RuleTerms> {
    let named = proptest::option::of(proptest::sample::select(&SKUS[..]));
    let buy = (1..4_u64, named).prop_map(|(quantity, sku)| {
        let skus = sku.map(|sku| Sku::try_new(sku).unwrap()).into_iter().collect();
        Goods { quantity, skus, categories: vec![] }
    });
    let benefit = prop_oneof![
        (1..10_000_u32).prop_map(|points| UnitTerms {
            percent_off: PercentOff::from_basis_points(points),
            ..UnitTerms::default()
        }),
        (1..50_00_i64).prop_map(|off| UnitTerms { amount_off: Some(fen(off)), ..UnitTerms::default() }),
        (0..200_00_i64).prop_map(|price| UnitTerms { price: Some(fen(price)), ..UnitTerms::default() }),
        (0..400_00_i64).prop_map(|price| UnitTerms { group_price: Some(fen(price)), ..UnitTerms::default() }),
    ];
    let groups = (proptest::option::of(1..4_u64), proptest::option::of(1..4_u64));
    let buys = proptest::collection::vec(buy, 0..3);
    (benefit, buys, groups, any::<[bool; 3]>(), -2..3_i32).prop_map(
        |(terms, buy, (quantity, most), [stacks, exclude_discounted, dear], priority)| {
            let of_group = terms.group_price.is_some();
            let quantity = quantity.or(of_group.then_some(2));
            RuleTerms::Units(UnitTerms {
                buy,
                quantity,
                times: most.filter(|_| quantity.is_some()),
                max_units: most.filter(|_| quantity.is_none()),
                pick: if dear && !of_group { Pick::Dearest } else { Pick::Cheapest },
                stacks,
                exclude_discounted,
                priority,
                ..terms
            })
        },
    )
}

fn order_terms() -> impl Strategy<Value = RuleTerms> {
    let tiers = prop_oneof![
        (1..500_00_i64, 1..100_u32).prop_map(|(spend, points)| vec![percent(spend, points)]),
        (1..300_00_i64, 1..200_i64).prop_map(|(spend, parts)| {
            vec![tier(spend, (spend * parts / 200).max(1)), tier(spend * 2, (spend * 2 * parts / 200).max(1))]
        }),
    ];
    let group = prop_oneof![Just(None), Just(Some("g".to_owned()))];
    let needs = (any::<[bool; 2]>(), proptest::option::of(1..9_u64), proptest::option::of(1..4_u64));
    (tiers, any::<bool>(), -2..3_i32, group, any::<bool>(), needs).prop_map(
        |(tiers, every, priority, group, vip, ([above, exclude_discounted], min_quantity, min_goods))| {
            let every = every && tiers[0].save.is_some();
            let tiers = if every { tiers[..1].to_vec() } else { tiers };
            let segments = if vip { vec!["vip".to_owned()] } else { vec![] };
            let above = above && !every;
            RuleTerms::Order(OrderTerms {
                tiers,
                every,
                above,
                min_quantity,
                min_goods,
                exclude_discounted,
                priority,
                group,
                segments,
                when: None,
                limits: None,
            })
        },
    )
}

fn rule_sets() -> impl Strategy<Value = RuleSet> {
    let rules =
        proptest::collection::vec((scopes(), prop_oneof![item_terms(), unit_terms(), order_terms()]), 0..12);
    let floors = proptest::collection::vec((proptest::sample::select(&SKUS[..]), 1..200_00_i64), 0..3);
    (rules, floors).prop_map(|(rules, floors)| {
        let rules: Vec<Rule> = rules
            .into_iter()
            .enumerate()
            .map(|(n, (scope, terms))| rule(&format!("r{n}"), scope, terms))
            .collect();
        let mut held = Floors::none();
        for (sku, floor) in floors {
            held.add(Sku::try_new(sku).unwrap(), fen(floor), at(0), at(100));
        }
        RuleSet::compile(rules, held)
    })
}

fn lines() -> impl Strategy<Value = Vec<CartLine>> {
    let price = prop_oneof![0..20_i64, 1_00..300_00_i64];
    let drawn = (0..6_usize, 0..4_usize, 1..5_u64, price, 0..3_u8, 0..=100_i64, 0..=100_i64);
    proptest::collection::vec(drawn, 1..12).prop_map(|lines| {
        let made = lines.into_iter().enumerate().map(
            |(n, (sku, category, quantity, price, kind, deposit, gain))| {
                let list = price * i64::try_from(quantity).unwrap();
                let deposit = list * deposit / 100;
                let gain = (list - deposit) * gain / 100;
                let id = format!("l{n}");
                let base = if kind == 0 { presale(&id, price, deposit, gain) } else { line(&id, price) };
                let base = match CATEGORIES.get(category) {
                    Some(name) => within(name, base),
                    None => base,
                };
                times(quantity, CartLine { sku: Sku::try_new(SKUS[sku]).unwrap(), ..base })
            },
        );
        made.collect()
    })
}

fn coupons() -> impl Strategy<Value = Vec<Held>> {
    let kind = proptest::sample::select(CouponKind::ALL);
    proptest::collection::vec((kind, 0..300_00_i64, 1..100_00_i64, scopes()), 0..5).prop_map(|coupons| {
        let made = coupons.into_iter().enumerate();
        made.map(|(n, (kind, spend, save, scope))| Held {
            scope,
            ..coupon(&format!("k{n}"), kind, spend, save)
        })
        .collect()
    })
}

fn carts() -> impl Strategy<Value = Cart> {
    let assets = prop_oneof![Just([0; 3]), [0..50_00_i64, 0..50_00_i64, 0..400_00_i64]];
    (lines(), coupons(), assets, any::<bool>(), any::<bool>(), 0..10_00_i64).prop_map(
        |(mut lines, coupons, [red_packet, beans, e_card], member, balance, fee)| {
            let stage = if balance { Stage::Balance } else { Stage::Normal };
            if !balance {
                for line in &mut lines {
                    line.presale = None;
                }
            }
            let assets = Assets { red_packet: fen(red_packet), beans: fen(beans), e_card: fen(e_card) };
            let freight = Some(Freight { threshold: fen(99_00), fee: fen(fee) });
            let segments = if member { vec!["vip".to_owned()] } else { vec![] };
            let cart = Cart { member, segments, assets, freight, ..cart(stage, lines) };
            with_coupons(cart, coupons)
        },
    )
}

/// A cart, and its lines in another order.
fn shuffled_carts() -> impl Strategy<Value = (Cart, Vec<CartLine>)> {
    carts().prop_flat_map(|cart| {
        let lines = Just(cart.lines.clone()).prop_shuffle();
        (Just(cart), lines)
    })
}

/// What each line is told, by its id.
fn by_line(quote: &Quote) -> BTreeMap<String, (Money, Vec<(String, Money)>)> {
    let told = quote.lines.iter().map(|line| {
        let share =
            |share: &LineAdjustment| (quote.of_share(*share).source_id.as_str().to_owned(), share.amount);
        (line.line_id.to_string(), (line.payable, line.adjustments.iter().map(share).collect()))
    });
    told.collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn sums_hold_and_nothing_is_negative(set in rule_sets(), cart in carts()) {
        let quote = quote(&set, &cart);
        let list: Money = quote.lines.iter().map(|line| line.list).sum();
        let off: Money = quote.adjustments.iter().map(|adjustment| adjustment.amount).sum();
        prop_assert_eq!(quote.payable, list + quote.freight_fee - off);
    }

    #[test]
    fn the_order_of_lines_changes_nothing(set in rule_sets(), (cart, shuffled) in shuffled_carts()) {
        let one = quote(&set, &cart);
        let other = quote(&set, &Cart { lines: shuffled, ..cart });
        prop_assert_eq!(by_line(&one), by_line(&other));
        prop_assert_eq!(&one.adjustments, &other.adjustments);
        prop_assert_eq!(one.payable, other.payable);
        prop_assert_eq!((one.rejected, one.nearby), (other.rejected, other.nearby));
    }

    #[test]
    fn a_quote_repeated_is_the_same_whatever_was_priced_between(
        set in rule_sets(), cart in carts(), other_set in rule_sets(), other in carts(),
    ) {
        let mut scratch = Scratch::new();
        let first = explain(&set, &cart, &mut scratch).unwrap();
        explain(&other_set, &other, &mut scratch).unwrap();
        prop_assert_eq!(&first, &explain(&set, &cart, &mut scratch).unwrap());
        prop_assert_eq!(first.payable, price(&set, &cart, &mut scratch).unwrap().payable());
        prop_assert_eq!(first, explain(&set, &cart, &mut Scratch::new()).unwrap());
    }

    #[test]
    fn nothing_is_discounted_under_the_floor(
        unit in 1..100_00_i64, floor in 1..100_00_i64, mut cart in carts(),
    ) {
        for line in &mut cart.lines {
            line.unit_price = fen(unit);
            line.presale = None;
        }
        let mut floors = Floors::none();
        for sku in SKUS {
            floors.add(Sku::try_new(sku).unwrap(), fen(floor), at(0), at(100));
        }
        let set = RuleSet::compile(
            vec![item_price("i", 1), order_rule("o", order(vec![percent(0, 90)]))],
            floors,
        );
        let quote = quote(&set, &cart);
        for (line, asked) in quote.lines.iter().zip(&cart.lines) {
            let pays = |share: &&LineAdjustment| quote.of_share(**share).effect != Effect::Discount;
            let paid: Money = line.adjustments.iter().filter(pays).map(|share| share.amount).sum();
            let least = fen(floor.min(unit) * i64::try_from(asked.quantity).unwrap());
            prop_assert!(line.payable + paid >= least, "{:?} + {paid:?} < {least:?}", line.payable);
        }
    }

    #[test]
    fn a_rule_that_no_line_meets_changes_nothing(cart in carts()) {
        let terms = RuleTerms::Order(order(vec![percent(0, 50)]));
        let strange = rule("strange", skus(ScopeMode::Whitelist, &["elsewhere"]), terms);
        let alone = quote(&rules(vec![]), &cart);
        prop_assert_eq!(alone, quote(&rules(vec![strange]), &cart));
    }
}
