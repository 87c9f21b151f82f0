//! What else has to hold for a promotion, and freight promotions: each condition met, missed and not said.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod core_carts;

use core_carts::*;
use domain::{
    Code, Instant, Sku,
    campaign::{
        hours::{Day, Hours},
        promotion::{FreightTerms, FreightTier, ItemTerms, Others, PercentOff, UnitTerms, When},
    },
    catalog::{Category, Scope, ScopeMode},
    order::Method,
    time::Zone,
};
use pricing::{
    Rule, RuleTerms,
    cart::{Cart, Freight, Stage},
    quote::{AdjustmentKind, Quote},
};

fn half() -> Option<PercentOff> {
    PercentOff::from_basis_points(5_000)
}
/// Half off, of each kind that takes something off goods.
fn each_kind(when: &When) -> [RuleTerms; 3] {
    let when = Some(when.clone());
    [
        RuleTerms::Item(ItemTerms { percent_off: half(), when: when.clone(), ..ItemTerms::default() }),
        RuleTerms::Units(UnitTerms { percent_off: half(), when: when.clone(), ..UnitTerms::default() }),
        RuleTerms::Order(domain::campaign::promotion::OrderTerms { when, ..order(vec![percent(1, 50)]) }),
    ]
}
fn normal() -> Cart {
    cart(Stage::Normal, vec![line("a", 10_00)])
}
fn told(terms: RuleTerms, cart: &Cart) -> Quote {
    quote(&rules(vec![rule("p", Scope::default(), terms)]), cart)
}
/// Every kind takes half off with the one cart, and says that code with the other.
fn holds(when: &When, met: &Cart, missed: &Cart, code: Code) {
    for terms in each_kind(when) {
        assert_eq!(
            told(terms.clone(), met).payable,
            fen(met.lines.iter().map(|line| line.unit_price.minor()).sum::<i64>() - 5_00),
            "{when:?}"
        );
        let quote = told(terms, missed);
        assert_eq!((quote.adjustments.len(), quote.rejected[0].code), (0, code), "{when:?}");
    }
}

#[test]
fn the_nth_order_of_a_customer() {
    let when = When { order_from: Some(1), order_to: Some(1), ..When::default() };
    holds(
        &when,
        &Cart { order_number: Some(1), ..normal() },
        &Cart { order_number: Some(2), ..normal() },
        Code::OrderOnly,
    );
    // What nobody says holds for none.
    holds(&when, &Cart { order_number: Some(1), ..normal() }, &normal(), Code::OrderOnly);
    let when = When { order_from: Some(5), ..When::default() };
    holds(
        &when,
        &Cart { order_number: Some(7), ..normal() },
        &Cart { order_number: Some(4), ..normal() },
        Code::OrderOnly,
    );
}

#[test]
fn how_and_where_it_is_paid_and_sent() {
    let words = |word: &str| vec!["x".to_owned(), word.to_owned()];
    let said = |word: &str| Some(word.to_owned());
    let when = When { methods: vec![Method::Wechat], ..When::default() };
    holds(
        &when,
        &Cart { method: Some(Method::Wechat), ..normal() },
        &Cart { method: Some(Method::Card), ..normal() },
        Code::MethodOnly,
    );
    holds(&when, &Cart { method: Some(Method::Wechat), ..normal() }, &normal(), Code::MethodOnly);
    let when = When { sources: words("app"), ..When::default() };
    holds(
        &when,
        &Cart { source: said("app"), ..normal() },
        &Cart { source: said("pc"), ..normal() },
        Code::SourceOnly,
    );
    let when = When { regions: words("BJ"), ..When::default() };
    holds(
        &when,
        &Cart { region: said("BJ"), ..normal() },
        &Cart { region: said("SH"), ..normal() },
        Code::RegionOnly,
    );
    let when = When { shipping_methods: words("express"), ..When::default() };
    holds(&when, &Cart { shipping_method: said("express"), ..normal() }, &normal(), Code::ShippingOnly);
}

/// Days and hours are the shop's, half-open, whatever the zone of the moment's text.
#[test]
fn days_and_hours_by_the_shops_clock() {
    let hours = vec![Hours { from: "10:00".into(), to: "14:00".into() }];
    let when = When { days: vec![Day::Friday], hours, ..When::default() };
    let zone = Zone::find("Asia/Shanghai").unwrap();
    // 2022-06-10 is a Friday.
    let at = |text: &str| {
        let now = Instant::parse(text).unwrap();
        Cart { now: Some(now), zone: Some(zone.clone()), ..normal() }
    };
    let all = |when: &When| {
        each_kind(when).map(|terms| Rule {
            ends_at: Instant::parse("2040-01-01T00:00:00Z").unwrap(),
            ..rule("p", Scope::default(), terms)
        })
    };
    for (text, counts) in [
        ("2022-06-10T10:00:00+08:00", true),
        ("2022-06-10T02:00:00Z", true),
        ("2022-06-10T13:59:59+08:00", true),
        ("2022-06-10T14:00:00+08:00", false),
        ("2022-06-10T09:59:59+08:00", false),
        ("2022-06-11T11:00:00+08:00", false),
        ("2022-06-10T11:00:00Z", false),
    ] {
        for rule in all(&when) {
            let quote = quote(&rules(vec![rule]), &at(text));
            assert_eq!(quote.adjustments.len(), usize::from(counts), "{text}");
            assert_eq!(
                quote.rejected.first().map(|left| left.code),
                (!counts).then_some(Code::OutsideHours),
                "{text}"
            );
        }
    }
}

#[test]
fn other_goods_in_the_cart() {
    let sku = |name: &str| Sku::try_new(name).unwrap();
    let two = Cart { lines: vec![line("a", 10_00), line("b", 0)], ..normal() };
    let when = |others: Others| When { others: vec![others], ..When::default() };
    let scope = skus(ScopeMode::Whitelist, &["a"]);
    let left = |when: &When, cart: &Cart| {
        each_kind(when).map(|terms| {
            let quote = quote(&rules(vec![rule("p", scope.clone(), terms)]), cart);
            quote.rejected.first().map(|left| left.code)
        })
    };
    let of_b = Others { skus: vec![sku("b")], ..Others::default() };
    assert_eq!(left(&when(of_b.clone()), &two), [None; 3]);
    assert_eq!(left(&when(of_b.clone()), &normal()), [Some(Code::OthersMissing); 3]);
    assert_eq!(
        left(&when(Others { quantity: Some(2), ..of_b.clone() }), &two),
        [Some(Code::OthersMissing); 3]
    );
    assert_eq!(left(&when(Others { spend: Some(fen(1)), ..of_b }), &two), [Some(Code::OthersMissing); 3]);
    let of_tea = Others { categories: vec![Category::try_new("tea").unwrap()], ..Others::default() };
    let tea = Cart { lines: vec![line("a", 10_00), within("tea", line("c", 1_00))], ..normal() };
    assert_eq!(left(&when(of_tea), &tea), [None; 3]);
}

#[test]
fn an_upper_bound() {
    let when = When { spend_most: Some(fen(10_00)), ..When::default() };
    let dear = Cart { lines: vec![line("a", 10_01)], ..normal() };
    holds(&when, &normal(), &dear, Code::AboveMost);
}

fn freight(tiers: Vec<(i64, FreightTier)>) -> FreightTerms {
    let tiers = tiers.into_iter().map(|(spend, tier)| FreightTier { spend: fen(spend), ..tier }).collect();
    FreightTerms { tiers, ..FreightTerms::default() }
}
fn none() -> FreightTier {
    FreightTier { spend: fen(0), percent_off: None, amount_off: None, price: None }
}
fn ships(lines: &[i64]) -> Cart {
    let lines = lines.iter().enumerate().map(|(at, price)| line(&format!("l{at}"), *price)).collect();
    Cart { freight: Some(Freight { threshold: fen(100_00), fee: fen(10_00) }), ..cart(Stage::Normal, lines) }
}

/// Percent, amount and price, by tiers; nothing under nothing; what is missing to the next is near.
#[test]
fn freight_by_tiers() {
    let tiers = vec![
        (20_00, FreightTier { amount_off: Some(fen(3_00)), ..none() }),
        (40_00, FreightTier { percent_off: half(), ..none() }),
        (60_00, FreightTier { price: Some(fen(1_00)), ..none() }),
    ];
    let set = rules(vec![rule("ship", Scope::default(), RuleTerms::Freight(freight(tiers)))]);
    for (spent, paid) in [(19_99, 10_00), (20_00, 7_00), (40_00, 5_00), (60_00, 1_00), (100_00, 0)] {
        let quote = quote(&set, &ships(&[spent]));
        assert_eq!((quote.freight, quote.payable), (fen(paid), fen(spent + paid)), "{spent}");
    }
    let told = quote(&set, &ships(&[30_00]));
    let step = &told.adjustments[0];
    assert_eq!(
        (step.kind, step.amount, step.threshold_base),
        (AdjustmentKind::FreightPromotion, fen(3_00), fen(30_00))
    );
    assert_eq!((told.nearby[0].shortfall, told.nearby[0].saving), (fen(10_00), fen(2_00)));
    assert_eq!((told.freight_fee, told.lines[0].payable), (fen(10_00), fen(30_00)));
    let free = quote(&set, &ships(&[100_00]));
    assert_eq!(free.rejected[0].code, Code::NoFreightToReduce);
}

/// One after the other by priority, once a group; presale lines ship free and bring nothing along (S1-R12).
#[test]
fn freight_promotions_beside_each_other() {
    let half_off = || freight(vec![(0, FreightTier { percent_off: half(), ..none() })]);
    let off = || freight(vec![(0, FreightTier { amount_off: Some(fen(4_00)), ..none() })]);
    let of = |first: FreightTerms, second: FreightTerms| {
        let all = vec![
            rule("a", Scope::default(), RuleTerms::Freight(first)),
            rule("b", Scope::default(), RuleTerms::Freight(second)),
        ];
        quote(&rules(all), &ships(&[10_00])).freight
    };
    assert_eq!(of(half_off(), off()), fen(1_00));
    assert_eq!(of(half_off(), FreightTerms { priority: -1, ..off() }), fen(3_00));
    let group = |terms: FreightTerms| FreightTerms { group: Some("g".into()), ..terms };
    assert_eq!(of(group(half_off()), group(off())), fen(5_00));
    let beside = Cart { lines: vec![presale("p", 100_00, 10_00, 0)], stage: Stage::Balance, ..ships(&[]) };
    let told = quote(&rules(vec![rule("a", Scope::default(), RuleTerms::Freight(half_off()))]), &beside);
    assert_eq!((told.freight, told.rejected[0].code), (fen(0), Code::NoFreightToReduce));
}
