//! Item and order promotions, gifts, assets, floors: ordinary carts.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod core_carts;

use core_carts::*;
use domain::{
    Code, Sku,
    campaign::promotion::{ItemTerms, OrderTerms, PercentOff},
    catalog::{Scope, ScopeMode},
    coupon::CouponKind,
};
use pricing::{
    Floors, Rule, RuleSet, RuleTerms,
    cart::{Assets, Cart, Freight, Stage},
    quote::{AdjustmentKind, Quote},
};

fn normal(lines: Vec<pricing::cart::CartLine>) -> Cart {
    cart(Stage::Normal, lines)
}

#[test]
fn a_s1_7_layers_come_in_their_order_and_each_threshold_uses_what_is_left() {
    let rules =
        rules(vec![item_price("item", 100_00), order_rule("order", order(vec![tier(100_00, 20_00)]))]);
    let assets = Assets { red_packet: fen(3_00), beans: fen(2_00), e_card: fen(1_00) };
    let coupons = vec![
        coupon("dong", CouponKind::Dong, 80_00, 10_00),
        coupon("jingtie", CouponKind::Jingtie, 70_00, 5_00),
    ];
    let quote = quote(&rules, &Cart { assets, ..with_coupons(normal(vec![line("a", 120_00)]), coupons) });
    let steps: Vec<(&str, i64, i64)> = quote
        .adjustments
        .iter()
        .map(|step| (step.source_id.as_str(), step.amount.minor(), step.threshold_base.minor()))
        .collect();
    let expected = [
        ("item", 20_00, 120_00),
        ("order", 20_00, 100_00),
        ("dong", 10_00, 80_00),
        ("jingtie", 5_00, 70_00),
        ("red_packet", 3_00, 65_00),
        ("beans", 2_00, 62_00),
        ("e_card", 1_00, 60_00),
    ];
    assert_eq!(steps, expected);
    assert_eq!((quote.payable, quote.rule_version), (fen(59_00), 7));
}

#[test]
fn the_lowest_unit_price_wins_and_ties_go_to_the_smallest_id() {
    let off = ItemTerms { amount_off: Some(fen(2_00)), ..ItemTerms::default() };
    let percent_off = PercentOff::from_basis_points(2_000);
    let fifth = ItemTerms { percent_off, ..ItemTerms::default() };
    let set = rules(vec![item_rule("c-fifth", fifth), item_rule("b-off", off), item_price("d-price", 8_00)]);
    let told = quote(&set, &normal(vec![times(3, line("a", 10_00))]));
    assert_eq!((told.payable, applied(&told, "b-off").unwrap().amount), (fen(24_00), fen(6_00)));
    assert_eq!(left(&told, "c-fifth"), Some(Code::BetterPrice));
    assert_eq!(left(&told, "d-price"), Some(Code::BetterPrice));
    let told = quote(&set, &normal(vec![line("a", 8_00)]));
    assert_eq!((told.payable, left(&told, "d-price")), (fen(6_00), Some(Code::BetterPrice)));
    let dear = rules(vec![item_price("dear", 9_00)]);
    assert_eq!(left(&quote(&dear, &normal(vec![line("a", 8_00)])), "dear"), Some(Code::NoSaving));
}

#[test]
fn members_segments_and_time_are_conditions() {
    let member = ItemTerms { price: Some(fen(5_00)), member_only: true, ..ItemTerms::default() };
    let segment = OrderTerms { segments: vec!["vip".into(), "new".into()], ..order(vec![tier(1_00, 1_00)]) };
    let later = Rule { starts_at: at(NOW + 1), ..item_price("later", 1_00) };
    let over = Rule { ends_at: at(NOW), ..item_price("over", 1_00) };
    let set = rules(vec![item_rule("member", member), order_rule("segment", segment), later, over]);
    let mut cart = normal(vec![line("a", 10_00)]);
    let told = quote(&set, &cart);
    for (id, code) in [
        ("member", Code::MembersOnly),
        ("segment", Code::SegmentOnly),
        ("later", Code::NotStarted),
        ("over", Code::Expired),
    ] {
        assert_eq!(left(&told, id), Some(code), "{id}");
    }
    assert_eq!(told.payable, fen(10_00));
    cart.member = true;
    cart.segments = vec!["x".into(), "new".into()];
    let told = quote(&set, &cart);
    assert_eq!(
        (told.payable, applied(&told, "member").unwrap().kind),
        (fen(4_00), AdjustmentKind::MemberPrice)
    );
}

#[test]
fn the_highest_tier_reached_counts_and_the_next_is_near() {
    let tiers = vec![tier(100_00, 10_00), tier(200_00, 30_00), tier(1_000_00, 300_00)];
    let set = rules(vec![order_rule("o", order(tiers))]);
    // spend -> saving, what is missing to the next tier, what it would save more.
    for (spend, saving, near) in [
        (99_99, None, Some((1, 10_00))),
        (100_00, Some(10_00), Some((100_00, 20_00))),
        (200_00, Some(30_00), None),
        (600_00, Some(30_00), Some((400_00, 270_00))),
        (1_000_00, Some(300_00), None),
    ] {
        let told = quote(&set, &normal(vec![line("a", spend)]));
        assert_eq!(applied(&told, "o").map(|o| o.amount.minor()), saving, "{spend}");
        let nearby = told.nearby.first().map(|near| (near.shortfall.minor(), near.saving.minor()));
        assert_eq!(nearby, near, "{spend}");
        let rejected = told.rejected.first().map(|r| (r.code, r.shortfall, r.base));
        let below = (Code::BelowThreshold, Some(fen(1)), Some(fen(99_99)));
        assert_eq!(rejected, saving.is_none().then_some(below), "{spend}");
    }
}

#[test]
fn every_full_amount_saves_again_up_to_the_cap() {
    let mut every = OrderTerms { every: true, ..order(vec![tier(100_00, 10_00)]) };
    for (spend, saving) in [(99_99, 0), (100_00, 10_00), (199_99, 10_00), (200_00, 20_00), (950_00, 90_00)] {
        let told = quote(&rules(vec![order_rule("o", every.clone())]), &normal(vec![line("a", spend)]));
        assert_eq!(told.payable, fen(spend - saving));
    }
    every.tiers[0].cap = Some(fen(25_00));
    let told = quote(&rules(vec![order_rule("o", every)]), &normal(vec![line("a", 950_00)]));
    assert_eq!(told.payable, fen(925_00));
}

#[test]
fn a_g_4_percentages_round_half_up_and_stop_at_the_cap() {
    let mut terms = order(vec![percent(0, 15)]);
    for (spend, saving) in [(10, 2), (9, 1), (3, 0), (4, 1), (100_00, 15_00)] {
        let told = quote(&rules(vec![order_rule("o", terms.clone())]), &normal(vec![line("a", spend)]));
        assert_eq!(told.payable, fen(spend - saving), "{spend}");
        assert_eq!(left(&told, "o"), (saving == 0).then_some(Code::NoSaving), "{spend}");
    }
    terms.tiers[0].cap = Some(fen(9_99));
    let told = quote(&rules(vec![order_rule("o", terms)]), &normal(vec![line("a", 100_00)]));
    assert_eq!(told.payable, fen(90_01));
}

#[test]
fn promotions_go_by_priority_then_id_and_of_a_group_only_the_first() {
    let of = |priority, group: Option<&str>, save| OrderTerms {
        priority,
        group: group.map(Into::into),
        ..order(vec![tier(50_00, save)])
    };
    let set = rules(vec![
        order_rule("z-first", of(-1, None, 50_00)),
        order_rule("b", of(0, Some("g"), 5_00)),
        order_rule("a", of(0, Some("g"), 10_00)),
        order_rule("c", of(0, Some("other"), 1_00)),
    ]);
    let told = quote(&set, &normal(vec![line("a", 120_00)]));
    let names: Vec<&str> = told.applied().iter().map(|id| id.as_str()).collect();
    assert_eq!(names, ["z-first", "a", "c"]);
    assert_eq!(applied(&told, "a").unwrap().threshold_base, fen(70_00));
    assert_eq!((told.payable, left(&told, "b")), (fen(59_00), Some(Code::NotStackable)));
    // One that is not reached does not use the group up.
    let set = rules(vec![
        order_rule("a", OrderTerms { group: Some("g".into()), ..order(vec![tier(200_00, 9_00)]) }),
        order_rule("b", of(0, Some("g"), 5_00)),
    ]);
    assert_eq!(quote(&set, &normal(vec![line("a", 120_00)])).payable, fen(115_00));
}

#[test]
fn scopes_decide_which_lines_count_and_share() {
    let lines = vec![line("a", 60_00), within("shoes", line("b", 60_00)), within("hats", line("c", 60_00))];
    for (scope, expected) in [
        (skus(ScopeMode::Whitelist, &["a", "b"]), Some([48_00, 48_00, 60_00])),
        (skus(ScopeMode::Blacklist, &["a"]), Some([60_00, 48_00, 48_00])),
        (categories(ScopeMode::Whitelist, &["shoes", "hats"]), Some([60_00, 48_00, 48_00])),
        (categories(ScopeMode::Blacklist, &["hats"]), Some([48_00, 48_00, 60_00])),
        (categories(ScopeMode::Whitelist, &["shoes"]), None),
        (categories(ScopeMode::Whitelist, &["bags"]), None),
    ] {
        let terms = RuleTerms::Order(order(vec![tier(120_00, 24_00)]));
        let told = quote(&rules(vec![rule("o", scope.clone(), terms)]), &normal(lines.clone()));
        assert_eq!(payables(&told), expected.unwrap_or([60_00; 3]), "{scope:?}");
    }
}

#[test]
fn what_no_line_is_about_is_no_candidate() {
    let terms = RuleTerms::Order(order(vec![tier(1, 1)]));
    let set = rules(vec![
        rule("listed", skus(ScopeMode::Whitelist, &["z"]), terms.clone()),
        rule("all-but", skus(ScopeMode::Blacklist, &["a"]), terms),
    ]);
    let told = quote(&set, &normal(vec![line("a", 10_00)]));
    assert_eq!((told.rejected.len(), told.adjustments.len()), (0, 0));
}

#[test]
fn t31_a_g_5_shares_go_by_largest_remainder() {
    for (prices, save, expected) in [
        ([30_00, 30_00, 30_00], 10_00, [26_66, 26_67, 26_67]),
        ([19_99, 29_99, 49_99], 5_00, [18_99, 28_49, 47_49]),
    ] {
        let lines = prices.iter().zip(["a", "b", "c"]).map(|(price, id)| line(id, *price)).collect();
        let set = rules(vec![order_rule("o", order(vec![tier(save, save)]))]);
        assert_eq!(payables(&quote(&set, &normal(lines))), expected);
    }
}

#[test]
fn t31_ties_go_by_line_id_not_by_place() {
    let set = rules(vec![order_rule("o", order(vec![tier(10_00, 10_00)]))]);
    let told = quote(&set, &normal(vec![line("c", 30_00), line("a", 30_00), line("b", 30_00)]));
    assert_eq!(payables(&told), [26_67, 26_66, 26_67]);
}

#[test]
fn gifts_come_with_each_main_item_and_once_out_of_a_pool() {
    let set = rules(vec![
        gift_rule("main", "a", &[("mug", 2), ("pen", 1)], false),
        gift_rule("pool", "a", &[("cup", 1), ("bag", 1)], true),
        gift_rule("other", "z", &[("cup", 1)], false),
    ]);
    let told = quote(&set, &normal(vec![times(3, line("a", 10_00)), line("b", 1_00)]));
    let gifts: Vec<(&str, u64, bool)> =
        told.gifts.iter().map(|gift| (gift.sku.as_str(), gift.quantity, gift.choose_one)).collect();
    assert_eq!(gifts, [("mug", 6, false), ("pen", 3, false), ("cup", 1, true), ("bag", 1, true)]);
    let names: Vec<&str> = told.applied().iter().map(|id| id.as_str()).collect();
    assert_eq!((names, told.payable), (vec!["main", "pool"], fen(31_00)));
}

#[test]
fn freight_is_by_the_sum_after_promotions_and_before_coupons() {
    let freight = Some(Freight { threshold: fen(99_00), fee: fen(6_00) });
    let set = rules(vec![order_rule("o", order(vec![tier(100_00, 1_01)]))]);
    for (price, expected) in [(100_00, (104_99, 6_00)), (99_00, (99_00, 0))] {
        let told = quote(&set, &Cart { freight, ..normal(vec![line("a", price)]) });
        assert_eq!((told.payable.minor(), told.freight.minor()), expected);
    }
    let coupons = vec![coupon("c", CouponKind::Dong, 99_00, 50_00)];
    let told =
        quote(&rules(vec![]), &with_coupons(Cart { freight, ..normal(vec![line("a", 99_00)]) }, coupons));
    assert_eq!((told.payable, told.freight), (fen(49_00), fen(0)));
    let coupons = vec![coupon("f", CouponKind::Freight, 0, 4_00)];
    let told =
        quote(&rules(vec![]), &with_coupons(Cart { freight, ..normal(vec![line("a", 9_00)]) }, coupons));
    assert_eq!((told.payable, told.freight, told.freight_fee), (fen(11_00), fen(2_00), fen(6_00)));
}

fn floor(sku: &str, unit: i64) -> Floors {
    let mut floors = Floors::none();
    floors.add(Sku::try_new(sku).unwrap(), fen(unit), at(0), at(100));
    floors
}

#[test]
fn the_price_floor_lifts_item_prices_and_stops_every_discount() {
    let compile = |rules: Vec<Rule>| RuleSet::compile(rules, floor("a", 8_00));
    let two = || times(2, line("a", 10_00));
    // An item price under the floor is lifted to it.
    let told = quote(&compile(vec![item_price("item", 5_00)]), &normal(vec![two()]));
    assert_eq!((told.payable, left(&told, "item")), (fen(16_00), Some(Code::PriceFloor)));
    assert_eq!(applied(&told, "item").unwrap().lost, fen(6_00));
    // Order promotions, coupons, red packets and beans stop there; what another line can take goes there.
    let assets = Assets { red_packet: fen(1_00), beans: fen(1_00), e_card: fen(0) };
    let coupons = vec![coupon("c", CouponKind::Dong, 1, 3_00)];
    let set = compile(vec![order_rule("o", order(vec![tier(3_00, 3_00)]))]);
    let told = quote(&set, &Cart { assets, ..with_coupons(normal(vec![two()]), coupons.clone()) });
    assert_eq!((told.payable, applied(&told, "c").unwrap().lost), (fen(16_00), fen(2_00)));
    assert_eq!(left(&told, "red_packet"), Some(Code::NoSaving));
    let told = quote(&set, &with_coupons(normal(vec![two(), line("b", 20_00)]), coupons));
    assert!(told.lines[0].payable >= fen(16_00));
    assert_eq!(told.payable, fen(34_00));
    // An order promotion that finds no room says why.
    let set = compile(vec![item_price("item", 8_00), order_rule("o", order(vec![tier(3_00, 3_00)]))]);
    let told = quote(&set, &normal(vec![two()]));
    assert_eq!((told.payable, left(&told, "o")), (fen(16_00), Some(Code::PriceFloor)));
}

#[test]
fn the_price_floor_does_not_stop_the_customers_own_money() {
    let set = RuleSet::compile(vec![], floor("a", 8_00));
    let assets = Assets { e_card: fen(7_00), ..Assets::default() };
    let told = quote(&set, &Cart { assets, ..normal(vec![line("a", 10_00)]) });
    assert_eq!((told.payable, applied(&told, "e_card").unwrap().kind), (fen(3_00), AdjustmentKind::ECard));
}

#[test]
fn the_highest_floor_that_holds_counts_and_only_in_its_time() {
    let mut floors = floor("a", 8_00);
    floors.add(Sku::try_new("a").unwrap(), fen(9_00), at(0), at(NOW + 1));
    floors.add(Sku::try_new("a").unwrap(), fen(9_90), at(0), at(NOW));
    let set = RuleSet::compile(vec![item_price("item", 1_00)], floors);
    assert_eq!(quote(&set, &normal(vec![line("a", 10_00)])).payable, fen(9_00));
    // A list price under the floor stays as it is.
    assert_eq!(quote(&set, &normal(vec![line("a", 5_00)])).payable, fen(5_00));
}

#[test]
fn hints_are_the_nearest_five() {
    let many = (1..=9).map(|n| order_rule(&format!("o{n}"), order(vec![tier(100_00 + n * 10_00, 10_00)])));
    let told = quote(&rules(many.collect()), &normal(vec![line("a", 100_00)]));
    let shortfalls: Vec<i64> = told.nearby.iter().map(|near| near.shortfall.minor()).collect();
    assert_eq!(shortfalls, [10_00, 20_00, 30_00, 40_00, 50_00]);
    assert_eq!(told.rejected.len(), 9);
}

/// What is near of a group can be had: not what an earlier one takes the place of, and less what it would
/// displace.
#[test]
fn a_s1_7_of_a_group_only_what_can_be_had_is_near() {
    let in_group = |id: &str, priority, spend, save| {
        order_rule(id, OrderTerms { group: Some("g".into()), priority, ..order(vec![tier(spend, save)]) })
    };
    // Two of a group, the first by priority; a cart; what is near, what is missing, what it saves more.
    for (first, second, spend, expected) in [
        // The first has the group already.
        ((100_00, 10_00), (150_00, 50_00), 145_00, vec![]),
        // It would have it by then, or just not yet.
        ((150_00, 10_00), (150_00, 50_00), 145_00, vec![("o1", 5_00, 10_00)]),
        ((149_00, 10_00), (150_00, 50_00), 145_00, vec![("o1", 4_00, 10_00)]),
        ((150_01, 10_00), (150_00, 50_00), 145_00, vec![("o2", 5_00, 50_00), ("o1", 5_01, 10_00)]),
        // It would displace the second, for more or for less.
        ((150_00, 60_00), (100_00, 50_00), 145_00, vec![("o1", 5_00, 10_00)]),
        ((150_00, 50_00), (100_00, 50_00), 145_00, vec![]),
    ] {
        let set = rules(vec![in_group("o1", 1, first.0, first.1), in_group("o2", 2, second.0, second.1)]);
        let told = quote(&set, &normal(vec![line("a", spend)]));
        let near = told.nearby.iter();
        let near: Vec<_> =
            near.map(|near| (near.source_id.as_str(), near.shortfall.minor(), near.saving.minor())).collect();
        assert_eq!(near, expected, "{first:?} {second:?}");
        for (id, shortfall, saving) in expected {
            let then = quote(&set, &normal(vec![line("a", spend + shortfall)]));
            let now: i64 = told.adjustments.iter().map(|a| a.amount.minor()).sum();
            let later: i64 = then.adjustments.iter().map(|a| a.amount.minor()).sum();
            assert_eq!((applied(&then, id).is_some(), later - now), (true, saving), "{id}");
        }
    }
}

/// Percentages of a line are rounded once: of 2,000 bags at 0.05 a tenth is 10.00, not 0.01 a bag.
#[test]
fn a_g_6_item_percentages_round_by_line() {
    let of =
        |points| ItemTerms { percent_off: PercentOff::from_basis_points(points), ..ItemTerms::default() };
    for (points, units, price, payable) in [
        (1_000, 2_000, 5, 90_00),
        (1_000, 2_000, 4, 72_00),
        (1_000, 1, 5, 4),
        (1_000, 1, 4, 4),
        (1_000, 3, 5, 13),
        (3_333, 7, 99, 4_62),
        (1, 1_000_000, 1, 9_999_00),
        (10_000, 9, 1, 0),
    ] {
        let told =
            quote(&rules(vec![item_rule("i", of(points))]), &normal(vec![times(units, line("a", price))]));
        assert_eq!(told.payable, fen(payable), "{points} off {units} x {price}");
    }
    // The lowest price for the line wins: 3 x 0.05 less a tenth is 0.13, less 0.01 a bag 0.12.
    let off = ItemTerms { amount_off: Some(fen(1)), ..ItemTerms::default() };
    let set = rules(vec![item_rule("a-tenth", of(1_000)), item_rule("b-off", off)]);
    let told = quote(&set, &normal(vec![times(3, line("a", 5))]));
    assert_eq!((told.payable, left(&told, "a-tenth")), (fen(12), Some(Code::BetterPrice)));
    // The floor is the line's.
    let mut floors = Floors::none();
    floors.add(Sku::try_new("a").unwrap(), fen(5), at(0), at(100));
    let set = RuleSet::compile(vec![item_rule("i", of(1_000))], floors);
    let told = quote(&set, &normal(vec![times(2_000, line("a", 5))]));
    assert_eq!((told.payable, left(&told, "i")), (fen(100_00), Some(Code::PriceFloor)));
}

/// A-S1-7: a freight coupon's threshold is compared as that of any other: with what is left of the lines in its scope
/// after promotions and the coupons before it.
#[test]
fn a_s1_7_the_threshold_of_a_freight_coupon_uses_what_is_left() {
    let freight = Some(Freight { threshold: fen(500_00), fee: fen(6_00) });
    for (save, taken) in [(40_00, true), (50_00, true), (50_01, false)] {
        let set = rules(vec![order_rule("o", order(vec![tier(100_00, save)]))]);
        let coupons =
            vec![coupon("shop", CouponKind::Shop, 0, 10_00), coupon("f", CouponKind::Freight, 40_00, 6_00)];
        let told = quote(&set, &with_coupons(Cart { freight, ..normal(vec![line("a", 100_00)]) }, coupons));
        assert_eq!(told.freight, if taken { fen(0) } else { fen(6_00) }, "{save} off");
        assert_eq!(left(&told, "f"), (!taken).then_some(Code::BelowThreshold), "{save} off");
    }
}

/// How item promotions stand to each other: the best price, unless one is exclusive; those that stack come on top.
#[test]
fn item_promotions_exclude_and_stack() {
    let percent = |percent: u32| ItemTerms {
        percent_off: PercentOff::from_basis_points(percent * 100),
        ..ItemTerms::default()
    };
    let item = |id: &str, terms: ItemTerms| rule(id, Scope::default(), RuleTerms::Item(terms));
    let of = |set: Vec<Rule>| quote(&rules(set), &cart(Stage::Normal, vec![line("l", 100_00)]));
    let code = |told: &Quote, id: &str| {
        told.rejected.iter().find(|left| left.source_id.as_str() == id).map(|left| left.code)
    };
    // The first exclusive one by priority takes the line, though another is cheaper.
    let own = |terms: ItemTerms| ItemTerms { exclusive: true, ..terms };
    let told = of(vec![item("a", percent(50)), item("b", own(percent(10)))]);
    assert_eq!((told.payable, code(&told, "a")), (fen(90_00), Some(Code::NotStackable)));
    let first = ItemTerms { priority: -1, ..own(percent(20)) };
    let told = of(vec![item("a", own(percent(30))), item("b", first)]);
    assert_eq!((told.payable, code(&told, "a")), (fen(80_00), Some(Code::NotStackable)));
    // On top of the best price, one after the other; not beside an exclusive one.
    let top = |priority, terms: ItemTerms| ItemTerms { stacks: true, priority, ..terms };
    let off = ItemTerms { amount_off: Some(fen(10_00)), ..ItemTerms::default() };
    let told = of(vec![item("a", percent(50)), item("b", percent(20)), item("c", top(0, percent(10)))]);
    assert_eq!((told.payable, code(&told, "b")), (fen(45_00), Some(Code::BetterPrice)));
    let told =
        of(vec![item("a", percent(50)), item("b", top(1, percent(10))), item("c", top(0, off.clone()))]);
    assert_eq!(told.payable, fen(36_00));
    let told = of(vec![item("a", own(percent(10))), item("b", top(0, off))]);
    assert_eq!((told.payable, code(&told, "b")), (fen(90_00), Some(Code::NotStackable)));
    let price = ItemTerms { price: Some(fen(40_00)), ..ItemTerms::default() };
    let told = of(vec![item("a", percent(70)), item("b", top(0, price))]);
    assert_eq!((told.payable, code(&told, "b")), (fen(30_00), Some(Code::NoSaving)));
}
