//! Units in groups, worked out: every shape that has a name, and what stands in its way. The oracle holds which units
//! serve (`units_oracle.rs`); here stand the reasons, and what other steps do to them.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod core_carts;

use core_carts::*;
use domain::{
    Code, Sku,
    campaign::promotion::{Goods, ItemTerms, PercentOff, Pick, UnitTerms},
    catalog::{Category, Scope, ScopeMode},
};
use pricing::{
    Floors, Rule, RuleSet, RuleTerms,
    cart::{Cart, CartLine, Stage},
    quote::{AdjustmentKind, Quote},
};

fn sku(name: &str) -> Sku {
    Sku::try_new(name).unwrap()
}
fn buy(quantity: u64, names: &[&str]) -> Goods {
    Goods { quantity, skus: names.iter().map(|name| sku(name)).collect(), categories: vec![] }
}
fn free() -> UnitTerms {
    percent_off(100)
}
fn percent_off(percent: u32) -> UnitTerms {
    UnitTerms { percent_off: PercentOff::from_basis_points(percent * 100), ..UnitTerms::default() }
}
fn units(id: &str, names: &[&str], terms: UnitTerms) -> Rule {
    rule(id, skus(ScopeMode::Whitelist, names), RuleTerms::Units(terms))
}
fn everything(id: &str, terms: UnitTerms) -> Rule {
    rule(id, Scope::default(), RuleTerms::Units(terms))
}
fn normal(lines: Vec<CartLine>) -> Cart {
    cart(Stage::Normal, lines)
}
/// What comes off each line.
fn off(quote: &Quote) -> Vec<i64> {
    quote.lines.iter().map(|line| (line.list - line.payable).minor()).collect()
}
fn of(set: Vec<Rule>, lines: Vec<CartLine>) -> Vec<i64> {
    off(&quote(&rules(set), &normal(lines)))
}
/// Why a promotion was left, and how many units are missing.
fn left(quote: &Quote, id: &str) -> (Code, Option<u64>) {
    let left = quote.rejected.iter().find(|left| left.source_id.as_str() == id).unwrap();
    (left.code, left.missing_quantity)
}

/// Buy two, the third free (买二送一), of one kind and mixed: the cheapest units are free.
#[test]
fn buy_two_get_one_free() {
    let terms = || UnitTerms { buy: vec![buy(2, &[])], quantity: Some(1), ..free() };
    let set = || vec![units("b2g1", &["a", "b"], terms())];
    assert_eq!(of(set(), vec![times(2, line("a", 10_00))]), [0]);
    assert_eq!(of(set(), vec![times(3, line("a", 10_00))]), [10_00]);
    assert_eq!(of(set(), vec![times(7, line("a", 10_00))]), [20_00]);
    assert_eq!(of(set(), vec![times(2, line("a", 10_00)), line("b", 3_00)]), [0, 3_00]);
    assert_eq!(of(set(), vec![times(4, line("a", 10_00)), times(2, line("b", 3_00))]), [0, 6_00]);
    // Others are no part of it.
    assert_eq!(of(set(), vec![times(2, line("a", 10_00)), line("z", 3_00)]), [0, 0]);
}

/// The second one at half its price (第二件半价), for every pair or for one.
#[test]
fn the_nth_unit() {
    let terms = |times| UnitTerms { buy: vec![buy(1, &[])], quantity: Some(1), times, ..percent_off(50) };
    assert_eq!(of(vec![everything("2nd", terms(None))], vec![times(4, line("a", 9_99))]), [9_99]);
    assert_eq!(of(vec![everything("2nd", terms(Some(1)))], vec![times(4, line("a", 9_99))]), [5_00]);
}

/// Every three units 5.00 off each; the fourth costs its price.
#[test]
fn every_n_units() {
    let terms = UnitTerms { quantity: Some(3), amount_off: Some(fen(5_00)), ..UnitTerms::default() };
    let set = vec![everything("every-3", terms)];
    assert_eq!(of(set, vec![times(2, line("a", 10_00)), times(2, line("b", 12_00))]), [10_00, 5_00]);
}

/// Three for 20.00 (N 件一口价): the dearest form the groups, split by what they cost (A-G-5); more than the sum gives
/// nothing.
#[test]
fn n_for_a_price() {
    let terms = || UnitTerms { quantity: Some(3), group_price: Some(fen(20_00)), ..UnitTerms::default() };
    let set = || vec![everything("3-for-20", terms())];
    assert_eq!(of(set(), vec![times(4, line("a", 8_00))]), [4_00]);
    assert_eq!(of(set(), vec![times(3, line("a", 6_00))]), [0]);
    assert_eq!(of(set(), vec![line("a", 7_00), line("b", 7_00), line("c", 7_00)]), [34, 33, 33]);
    let told = quote(&rules(set()), &normal(vec![times(3, line("a", 6_00))]));
    assert_eq!(left(&told, "3-for-20"), (Code::NoSaving, None));
    // The second group saves nothing, the first does.
    assert_eq!(of(set(), vec![times(3, line("a", 10_00)), times(3, line("b", 5_00))]), [10_00, 0]);
}

/// A bundle of different goods for a price (套装), and at a percentage of its own.
#[test]
fn a_bundle() {
    let beside = || vec![buy(1, &["lens"]), buy(2, &["card"])];
    let price = UnitTerms {
        buy: beside(),
        quantity: Some(1),
        group_price: Some(fen(1_000_00)),
        ..UnitTerms::default()
    };
    let lines = || vec![line("body", 800_00), times(2, line("lens", 300_00)), times(3, line("card", 50_00))];
    // 800 + 300 + 2 x 50 less 1,000: 200 over them.
    assert_eq!(of(vec![units("kit", &["body"], price)], lines()), [133_33, 50_00, 16_67]);
    let percent = UnitTerms { buy: beside(), quantity: Some(1), buy_too: true, ..percent_off(10) };
    assert_eq!(of(vec![units("kit", &["body"], percent)], lines()), [80_00, 30_00, 10_00]);
}

/// Two of these give 3.00 off each of those; what is bought counts once for each group.
#[test]
fn buying_some_goods_gives_off_others() {
    let terms = |quantity| UnitTerms {
        buy: vec![buy(2, &["a"])],
        quantity,
        amount_off: Some(fen(3_00)),
        ..UnitTerms::default()
    };
    let lines = || vec![times(3, line("a", 10_00)), times(2, line("b", 8_00))];
    assert_eq!(of(vec![units("each", &["b"], terms(Some(1)))], lines()), [0, 3_00]);
    assert_eq!(of(vec![units("all", &["b"], terms(None))], lines()), [0, 6_00]);
    let told = quote(&rules(vec![units("all", &["b"], terms(None))]), &normal(vec![line("b", 8_00)]));
    assert_eq!(left(&told, "all"), (Code::BelowQuantity, Some(2)));
    // What is bought is there, what gets the benefit is not.
    let told = quote(&rules(vec![units("all", &["b"], terms(None))]), &normal(lines()[..1].to_vec()));
    assert_eq!(left(&told, "all"), (Code::BelowQuantity, Some(1)));
}

/// So much off the first, so much off each further one, at most so many.
#[test]
fn the_first_and_further_units() {
    let terms = |max_units| UnitTerms {
        amount_off: Some(fen(1_13)),
        further_off: Some(fen(2_11)),
        max_units,
        ..UnitTerms::default()
    };
    for (quantity, most, wanted) in
        [(1, None, 1_13), (2, None, 3_24), (10, None, 20_12), (5, Some(5), 9_57), (10, Some(5), 9_57)]
    {
        let lines = vec![times(quantity, line("a", 10_00))];
        assert_eq!(of(vec![everything("flexi", terms(most))], lines), [wanted], "{quantity}");
    }
}

/// At most so many units over the whole scope: the cheapest, or the dearest.
#[test]
fn at_most_so_many_units() {
    let lines = || vec![times(2, line("a", 12_00)), times(2, line("b", 10_00))];
    let terms = |pick| UnitTerms { max_units: Some(3), pick, ..percent_off(10) };
    assert_eq!(of(vec![everything("three", terms(Pick::Cheapest))], lines()), [1_20, 2_00]);
    assert_eq!(of(vec![everything("three", terms(Pick::Dearest))], lines()), [2_40, 1_00]);
}

/// From an amount on, after item promotions; what is missing is told.
#[test]
fn from_an_amount_on() {
    let terms = UnitTerms { spend: Some(fen(20_00)), amount_off: Some(fen(3_00)), ..UnitTerms::default() };
    let item = rule(
        "item",
        Scope::default(),
        RuleTerms::Item(ItemTerms { price: Some(fen(9_00)), ..ItemTerms::default() }),
    );
    let set = vec![item, everything("from-20", terms)];
    let told = quote(&rules(set.clone()), &normal(vec![times(2, line("a", 10_00))]));
    let missing = told.rejected.iter().find(|left| left.source_id.as_str() == "from-20").unwrap();
    assert_eq!(
        (missing.code, missing.shortfall, missing.base),
        (Code::BelowThreshold, Some(fen(2_00)), Some(fen(18_00)))
    );
    assert_eq!(of(set, vec![times(3, line("a", 10_00))]), [3_00 + 9_00]);
}

/// A unit serves once, by priority, then id, unless the promotion stacks.
#[test]
fn a_unit_serves_once() {
    let half = |priority| UnitTerms { max_units: Some(1), priority, ..percent_off(50) };
    let set = |second: UnitTerms| vec![everything("a", half(0)), everything("b", second)];
    let told = quote(&rules(set(half(0))), &normal(vec![line("x", 10_00)]));
    assert_eq!((off(&told), left(&told, "b")), (vec![5_00], (Code::UnitsUsed, None)));
    let told = quote(&rules(set(half(-1))), &normal(vec![line("x", 10_00)]));
    assert_eq!(left(&told, "a"), (Code::UnitsUsed, None));
    // The half of what is left.
    assert_eq!(of(set(UnitTerms { stacks: true, ..half(0) }), vec![line("x", 10_00)]), [7_50]);
    // Of a group the first that applies.
    let group = |terms: UnitTerms| UnitTerms { group: Some("g".into()), ..terms };
    let set = vec![everything("a", group(half(0))), everything("b", group(half(0)))];
    let told = quote(&rules(set), &normal(vec![times(2, line("x", 10_00))]));
    assert_eq!((off(&told), left(&told, "b")), (vec![5_00], (Code::NotStackable, None)));
}

/// Lines that have a promotion of their own leave it, and its count.
#[test]
fn discounted_goods_may_stay_out() {
    let item = rule(
        "sale",
        skus(ScopeMode::Whitelist, &["a"]),
        RuleTerms::Item(ItemTerms { price: Some(fen(9_00)), ..ItemTerms::default() }),
    );
    let terms = UnitTerms { quantity: Some(2), exclude_discounted: true, ..percent_off(50) };
    let set = || vec![item.clone(), everything("pair", terms.clone())];
    let told = quote(&rules(set()), &normal(vec![times(2, line("a", 10_00))]));
    assert_eq!((off(&told), left(&told, "pair")), (vec![2_00], (Code::Discounted, None)));
    assert_eq!(of(set(), vec![line("a", 10_00), times(2, line("b", 8_00))]), [1_00, 8_00]);
    // An order promotion leaves out what any of them took something off.
    let rest = OrderRule::rest();
    let set =
        vec![item.clone(), units("pair", &["b"], UnitTerms { max_units: Some(1), ..percent_off(50) }), rest];
    let told = quote(&rules(set), &normal(vec![line("a", 10_00), line("b", 8_00), line("c", 6_00)]));
    assert_eq!(off(&told), [1_00, 4_00, 60]);
}

/// An order promotion of 10 % off what no other touched.
struct OrderRule;
impl OrderRule {
    fn rest() -> Rule {
        let terms = domain::campaign::promotion::OrderTerms {
            exclude_discounted: true,
            ..order(vec![percent(1, 10)])
        };
        rule("rest", Scope::default(), RuleTerms::Order(terms))
    }
}

/// Presale lines take none and bring no units along; A-S1-11.
#[test]
fn a_s1_11_presale_lines_take_none() {
    let set = vec![everything("pair", UnitTerms { quantity: Some(2), ..percent_off(50) })];
    let lines = vec![presale("p", 100_00, 10_00, 0), line("a", 10_00)];
    let told = quote(&rules(set), &cart(Stage::Balance, lines));
    assert_eq!(left(&told, "pair"), (Code::BelowQuantity, Some(1)));
}

/// No unit sells under its floor, however much its line does.
#[test]
fn a_unit_stops_at_its_floor() {
    let mut floors = Floors::none();
    floors.add(sku("a"), fen(8_00), at(0), at(100));
    let terms = UnitTerms { buy: vec![buy(2, &[])], quantity: Some(1), ..free() };
    let set = RuleSet::compile(vec![everything("b2g1", terms)], floors);
    let told = quote(&set, &normal(vec![times(3, line("a", 10_00))]));
    assert_eq!(off(&told), [2_00]);
    let step = &told.adjustments[0];
    assert_eq!((step.kind, step.amount, step.lost), (AdjustmentKind::UnitPromotion, fen(2_00), fen(8_00)));
}

/// A line whose price is no multiple of its units has units that differ by a fen: nothing is lost, none costs less than
/// nothing.
#[test]
fn units_of_a_line_may_differ_by_a_fen() {
    let item = rule(
        "odd",
        Scope::default(),
        RuleTerms::Item(ItemTerms {
            percent_off: PercentOff::from_basis_points(3333),
            ..ItemTerms::default()
        }),
    );
    // 3 x 0.05 less 33.33 %: 0.10, units of 0.03, 0.03 and 0.04; the cheapest is free.
    let terms = UnitTerms { buy: vec![buy(2, &[])], quantity: Some(1), ..free() };
    assert_eq!(of(vec![item, everything("b2g1", terms)], vec![times(3, line("a", 5))]), [5 + 3]);
}

/// What one more unit would give is told.
#[test]
fn one_more_unit_is_near() {
    let terms = UnitTerms { buy: vec![buy(2, &[])], quantity: Some(1), ..free() };
    let told = quote(&rules(vec![everything("b2g1", terms)]), &normal(vec![times(5, line("a", 10_00))]));
    let near = &told.nearby[0];
    assert_eq!((near.missing_quantity, near.saving, near.shortfall), (Some(1), fen(10_00), fen(0)));
}

/// Customers, times and categories bound it as they bound others.
#[test]
fn it_is_for_some() {
    let category = |name: &str| Category::try_new(name).unwrap();
    let terms = UnitTerms { member_only: true, quantity: Some(1), ..percent_off(50) };
    let set = rules(vec![everything("members", terms)]);
    let mut cart = normal(vec![line("a", 10_00)]);
    assert_eq!(left(&quote(&set, &cart), "members").0, Code::MembersOnly);
    cart.member = true;
    assert_eq!(off(&quote(&set, &cart)), [5_00]);
    let goods = Goods { quantity: 1, skus: vec![], categories: vec![category("tea")] };
    let terms = UnitTerms { buy: vec![goods], quantity: Some(1), ..free() };
    let set = vec![rule("cup", categories(ScopeMode::Whitelist, &["cups"]), RuleTerms::Units(terms))];
    assert_eq!(of(set, vec![within("tea", line("a", 10_00)), within("cups", line("b", 3_00))]), [0, 3_00]);
}

/// A million units of a line are as quick as one; sums fit.
#[test]
fn large_carts() {
    let terms = UnitTerms { buy: vec![buy(3, &[])], quantity: Some(2), ..percent_off(50) };
    let lines = vec![times(1_000_000, line("a", 1_000_000))];
    assert_eq!(of(vec![everything("three-and-two", terms)], lines.clone()), [400_000 * 500_000]);
    let terms = UnitTerms { quantity: Some(7), group_price: Some(fen(6_999_999)), ..UnitTerms::default() };
    assert_eq!(of(vec![everything("seven-for", terms)], lines), [142_857]);
}
