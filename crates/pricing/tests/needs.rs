//! Pieces and different goods that promotions need, and more than an amount: worked out, and beside a plain recount.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod core_carts;

use core_carts::*;
use domain::{
    Code, Sku,
    campaign::promotion::{ItemTerms, OrderTerms, PercentOff},
    catalog::ScopeMode,
};
use pricing::{
    Rule, RuleTerms,
    cart::{Cart, CartLine, Stage},
    quote::{Nearby, Quote, Rejected},
};
use proptest::prelude::*;
use std::collections::BTreeSet;

fn of_sku(sku: &str, quantity: u64, id: &str, price: i64) -> CartLine {
    times(quantity, CartLine { sku: Sku::try_new(sku).unwrap(), ..line(id, price) })
}

fn normal(lines: Vec<CartLine>) -> Cart {
    cart(Stage::Normal, lines)
}

fn off(quote: &Quote) -> i64 {
    quote.adjustments.iter().map(|step| step.amount.minor()).sum()
}

fn the_left<'a>(quote: &'a Quote, id: &str) -> &'a Rejected {
    quote.rejected.iter().find(|left| left.source_id.as_str() == id).unwrap()
}

fn the_near<'a>(quote: &'a Quote, id: &str) -> Option<&'a Nearby> {
    quote.nearby.iter().find(|near| near.source_id.as_str() == id)
}

#[test]
fn a_promotion_needs_so_many_pieces_in_scope() {
    let terms = OrderTerms { min_quantity: Some(3), ..order(vec![percent(0, 10)]) };
    let tea = skus(ScopeMode::Whitelist, &["A", "B"]);
    let set = rules(vec![rule("three", tea, RuleTerms::Order(terms))]);
    // Two of A and five of what is not in scope.
    let told = quote(&set, &normal(vec![of_sku("A", 2, "a", 50_00), of_sku("Z", 5, "z", 1_00)]));
    let left = the_left(&told, "three");
    assert_eq!((left.code, left.missing_quantity, left.shortfall), (Code::BelowQuantity, Some(1), None));
    let near = the_near(&told, "three").unwrap();
    assert_eq!((near.missing_quantity, near.shortfall, near.saving), (Some(1), fen(0), fen(10_00)));
    // Units of several lines count together, and all of them have it.
    let told = quote(&set, &normal(vec![of_sku("A", 2, "a", 50_00), of_sku("B", 1, "b", 20_00)]));
    assert_eq!(off(&told), 12_00);
    // Far from it nothing is near.
    let far = OrderTerms { min_quantity: Some(7), ..order(vec![percent(0, 10)]) };
    let told = quote(&rules(vec![order_rule("seven", far)]), &normal(vec![line("a", 50_00)]));
    assert_eq!((the_left(&told, "seven").missing_quantity, the_near(&told, "seven")), (Some(6), None));
}

#[test]
fn pieces_and_an_amount_are_both_needed() {
    let terms = OrderTerms { min_quantity: Some(2), ..order(vec![tier(100_00, 10_00)]) };
    let set = rules(vec![order_rule("both", terms)]);
    let told = quote(&set, &normal(vec![line("a", 90_00)]));
    let left = the_left(&told, "both");
    let expected = (Code::BelowThreshold, Some(fen(10_00)), Some(1));
    assert_eq!((left.code, left.shortfall, left.missing_quantity), expected);
    let told = quote(&set, &normal(vec![line("a", 100_00)]));
    assert_eq!(the_left(&told, "both").code, Code::BelowQuantity);
    assert_eq!(off(&quote(&set, &normal(vec![times(2, line("a", 50_00))]))), 10_00);
}

#[test]
fn different_goods_are_told_apart_by_their_sku() {
    let terms = OrderTerms { min_goods: Some(2), ..order(vec![tier(5_00, 5_00)]) };
    let set = rules(vec![order_rule("two", terms)]);
    let told = quote(&set, &normal(vec![of_sku("A", 9, "a", 50_00), of_sku("A", 1, "b", 50_00)]));
    let left = the_left(&told, "two");
    assert_eq!((left.code, left.missing_goods, left.missing_quantity), (Code::BelowVariety, Some(1), None));
    assert_eq!(the_near(&told, "two").unwrap().missing_goods, Some(1));
    assert_eq!(
        off(&quote(&set, &normal(vec![of_sku("A", 1, "a", 50_00), of_sku("B", 1, "b", 50_00)]))),
        5_00
    );
}

#[test]
fn above_asks_for_more_than_the_threshold() {
    let terms = OrderTerms { above: true, ..order(vec![tier(100_00, 10_00), tier(200_00, 30_00)]) };
    let set = rules(vec![order_rule("above", terms)]);
    let told = quote(&set, &normal(vec![line("a", 100_00)]));
    let left = the_left(&told, "above");
    assert_eq!((left.code, left.shortfall), (Code::BelowThreshold, Some(fen(1))));
    for (price, saved) in [(100_01, 10_00), (200_00, 10_00), (200_01, 30_00)] {
        assert_eq!(off(&quote(&set, &normal(vec![line("a", price)]))), saved, "{price}");
    }
}

#[test]
fn an_item_promotion_needs_so_many_pieces_over_its_lines() {
    let percent_off = PercentOff::from_basis_points(2_000);
    let terms = ItemTerms { percent_off, min_quantity: Some(3), ..ItemTerms::default() };
    let set = rules(vec![item_rule("fifth", terms), item_price("dear", 9_00)]);
    let two = normal(vec![line("a", 10_00), line("b", 10_00)]);
    let told = quote(&set, &two);
    let left = the_left(&told, "fifth");
    assert_eq!((left.code, left.missing_quantity, off(&told)), (Code::BelowQuantity, Some(1), 2_00));
    let told = quote(&set, &normal(vec![times(2, line("a", 10_00)), line("b", 10_00)]));
    assert_eq!(off(&told), 6_00, "the cheaper one of the two");
    // A presale line takes no item promotion, and does not bring its piece along.
    let balance = cart(Stage::Balance, vec![times(2, line("a", 10_00)), presale("p", 10_00, 1_00, 0)]);
    assert_eq!(the_left(&quote(&set, &balance), "fifth").missing_quantity, Some(1));
}

/// What a group has the place of: a promotion that lacks pieces goes before none that applies.
#[test]
fn a_promotion_that_lacks_pieces_leaves_its_group_to_the_next() {
    let group = Some("g".to_owned());
    let lacks = OrderTerms { min_quantity: Some(2), group: group.clone(), ..order(vec![tier(0, 9_00)]) };
    let next = OrderTerms { priority: 1, group, ..order(vec![tier(50_00, 5_00)]) };
    let set = rules(vec![order_rule("a", lacks), order_rule("b", next)]);
    let told = quote(&set, &normal(vec![line("a", 60_00)]));
    assert_eq!((off(&told), the_near(&told, "a").map(|near| near.saving)), (5_00, Some(fen(4_00))));
    assert_eq!(off(&quote(&set, &normal(vec![times(2, line("a", 60_00))]))), 9_00);
}

const SKUS: [&str; 3] = ["A", "B", "C"];

/// What a plain recount says comes off by one order promotion.
fn recount(terms: &OrderTerms, named: &[&str], lines: &[(usize, u64, i64)]) -> i64 {
    let in_scope = || lines.iter().filter(|(sku, ..)| named.contains(&SKUS[*sku]));
    let pieces: u64 = in_scope().map(|(_, quantity, _)| quantity).sum();
    let goods: BTreeSet<usize> = in_scope().map(|(sku, ..)| *sku).collect();
    let base: i64 = in_scope().map(|(_, quantity, price)| i64::try_from(*quantity).unwrap() * price).sum();
    let enough = terms.min_quantity.is_none_or(|least| pieces >= least)
        && terms.min_goods.is_none_or(|least| goods.len() as u64 >= least);
    let reached = |spend: i64| if terms.above { base > spend } else { base >= spend };
    let tier = terms.tiers.iter().rfind(|tier| reached(tier.spend.minor()));
    match tier.filter(|_| enough && base > 0) {
        Some(tier) => tier.save.unwrap().minor().min(base),
        None => 0,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]
    /// Whatever the cart: a promotion with needs takes off what a recount says, in any order of lines.
    #[test]
    fn needs_are_what_a_recount_says(
        lines in proptest::collection::vec((0..3_usize, 1..4_u64, 0..60_00_i64), 1..6),
        (least, goods) in (proptest::option::of(1..8_u64), proptest::option::of(1..4_u64)),
        (above, spend, save) in (any::<bool>(), 0..150_00_i64, 1..20_00_i64),
        named in proptest::sample::subsequence(&SKUS[..], 1..4),
    ) {
        let tiers = vec![tier(spend, save.min(spend.max(1))), tier(spend + 50_00, save.min(spend.max(1)) + 1)];
        let terms = OrderTerms { min_quantity: least, min_goods: goods, above, ..order(tiers) };
        let of_rule: Rule = rule("r", skus(ScopeMode::Whitelist, &named), RuleTerms::Order(terms.clone()));
        let set = rules(vec![of_rule]);
        let mut made: Vec<CartLine> = lines.iter().enumerate()
            .map(|(at, (sku, quantity, price))| of_sku(SKUS[*sku], *quantity, &format!("l{at}"), *price))
            .collect();
        let told = quote(&set, &normal(made.clone()));
        prop_assert_eq!(off(&told), recount(&terms, &named, &lines));
        made.reverse();
        prop_assert_eq!(off(&quote(&set, &normal(made))), off(&told));
    }
}
