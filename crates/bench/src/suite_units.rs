//! Promotions on units, beside as many on amounts: the same carts, plain and explained; and one large cart.

use anyhow::{Result, ensure};
use domain::{
    CampaignId, CouponId, Instant, LineId, Sku,
    campaign::promotion::{Goods, PercentOff, Pick, Tier, UnitTerms},
    catalog::{Category, Scope, ScopeMode},
    coupon::CouponKind,
    order::Party,
};
use money::Money;
use pricing::{
    Floors, Rule, RuleSet, RuleTerms, Scratch,
    cart::{Cart, CartLine, Coupons, Held},
    explain,
};
use std::{collections::BTreeSet, sync::Arc};

use crate::{
    context::Context,
    report::Figure,
    rounds::Rounds,
    rules_carts::Scenario,
    samples::scatter,
    suite_rules::{in_full, plainly, rate},
};

/// Promotions of the first figure.
const PROMOTIONS: u64 = 100;
/// The large cart: lines, units of each, promotions, coupons.
const LARGE: (u64, u64, u64, u64) = (100, 10, 20, 30);

/// 100 promotions of every shape on five lines at no less than half the speed of amounts; a cart of 1,000 units with 20 of
/// them within a millisecond, and with the best of 30 coupons within five.
pub fn run(ctx: &Context) -> Result<Vec<Figure>> {
    let (amounts, carts) = Scenario::dense(PROMOTIONS).ours()?;
    let units = rules(PROMOTIONS, 5)?;
    let (mut plain, mut told) = ([Rounds::new(), Rounds::new()], [Rounds::new(), Rounds::new()]);
    let (large_rules, large, with_coupons) = (rules(LARGE.2, 10)?, large_cart(0)?, large_cart(LARGE.3)?);
    let (mut alone, mut beside) = (Rounds::new(), Rounds::new());
    let mut scratch = Scratch::new();
    let best = explain(&large_rules, &with_coupons, &mut scratch)?;
    ensure!(best.choice.is_some_and(|choice| choice.proven), "the choice is not proven");
    for _ in 0..ctx.rounds {
        for (at, rules) in [&amounts, &units].into_iter().enumerate() {
            plain[at].push(rate(ctx, &carts, |cart| plainly(rules, cart, &mut scratch))?);
            told[at].push(rate(ctx, &carts, |cart| in_full(rules, cart, &mut scratch))?);
        }
        alone
            .push(rate(ctx, std::slice::from_ref(&large), |cart| in_full(&large_rules, cart, &mut scratch))?);
        let cart = std::slice::from_ref(&with_coupons);
        beside.push(rate(ctx, cart, |cart| in_full(&large_rules, cart, &mut scratch))?);
    }
    let of = |rounds: &Rounds<f64>, what: &str| rounds.figure(what, "evals/s", |rate| *rate);
    let mut figures = Vec::new();
    for ([amounts, units], what) in [(&plain, "our price"), (&told, "our explanation")] {
        let floor = of(amounts, &format!("{what}, dense {PROMOTIONS} again"));
        let ours = of(units, &format!("{what}, {PROMOTIONS} on units"));
        let ours = ours.zip(floor.as_ref()).map(|(ours, floor)| ours.beside(floor).at_least_of_floor(0.5));
        figures.extend(floor.into_iter().chain(ours));
    }
    let large = of(&alone, "our explanation, 1,000 units, 20 on units");
    figures.extend(large.map(|figure| figure.at_least(1_000.0)));
    let best = of(&beside, "the same with the best of 30 coupons");
    figures.extend(best.map(|figure| figure.at_least(200.0)));
    Ok(figures)
}

/// Promotions of every shape in turn, each over everything or a category of `categories`.
fn rules(count: u64, categories: u64) -> Result<RuleSet> {
    let rules = (0..count).map(|number| {
        let category = number.is_multiple_of(2).then(|| scatter(number) % categories);
        let scope = category.and_then(|number| Category::try_new(&format!("c{number}")));
        let scope = scope.map_or_else(Scope::default, |category| Scope {
            mode: ScopeMode::Whitelist,
            categories: Arc::new(BTreeSet::from([category])),
            ..Scope::default()
        });
        Ok(Rule {
            campaign_id: CampaignId::try_new(&format!("u{number}"))?,
            version: 1,
            starts_at: Instant::from_micros(0),
            ends_at: Instant::from_micros(2_000_000),
            scope,
            terms: RuleTerms::Units(UnitTerms { priority: i32::try_from(number)?, ..shape(number / 2 % 5) }),
        })
    });
    Ok(RuleSet::compile(rules.collect::<Result<_>>()?, Floors::none()))
}

fn shape(number: u64) -> UnitTerms {
    let buy = |quantity| vec![Goods { quantity, skus: vec![], categories: vec![] }];
    let percent =
        |points| UnitTerms { percent_off: PercentOff::from_basis_points(points), ..UnitTerms::default() };
    match number {
        0 => UnitTerms { buy: buy(2), quantity: Some(1), times: Some(1), ..percent(10_000) },
        1 => UnitTerms {
            buy: buy(1),
            quantity: Some(1),
            times: Some(2),
            pick: Pick::Dearest,
            ..percent(5_000)
        },
        2 => UnitTerms {
            quantity: Some(2),
            group_price: Some(Money::from_minor(7_900)),
            ..UnitTerms::default()
        },
        3 => UnitTerms { max_units: Some(1), ..percent(1_000) },
        _ => UnitTerms {
            amount_off: Some(Money::from_minor(30)),
            max_units: Some(2),
            stacks: true,
            ..UnitTerms::default()
        },
    }
}

/// A cart of 100 lines and 1,000 units, with so many coupons of which the best are wanted.
fn large_cart(coupons: u64) -> Result<Cart> {
    let line = |number: u64| -> Result<CartLine> {
        Ok(CartLine {
            order_id: None,
            line_id: LineId::try_new(&format!("l{number:03}"))?,
            sku: Sku::try_new(&format!("s{number}"))?,
            categories: Category::try_new(&format!("c{}", number % 10)).into_iter().collect(),
            quantity: LARGE.1,
            unit_price: Money::from_minor(i64::try_from(1_000 + scatter(number) % 9_000)?),
            presale: None,
        })
    };
    let held = |number: u64| -> Result<Held> {
        let category = Category::try_new(&format!("c{}", number % 10)).into_iter().collect();
        let save = i64::try_from(500 + scatter(number) % 3_000)?;
        let benefit = Tier {
            spend: Money::from_minor(5_000),
            save: Some(Money::from_minor(save)),
            percent_off: None,
            cap: None,
        };
        Ok(Held {
            coupon_id: CouponId::try_new(&format!("k{number}"))?,
            owner: None,
            kind: if number.is_multiple_of(3) { CouponKind::Shop } else { CouponKind::Product },
            benefit,
            scope: Scope { mode: ScopeMode::Whitelist, categories: Arc::new(category), ..Scope::default() },
            starts_at: Instant::from_micros(0),
            ends_at: Instant::from_micros(2_000_000),
            funded_by: Party::Merchant,
            barred: None,
        })
    };
    let held: Vec<Held> = (0..coupons).map(held).collect::<Result<_>>()?;
    Ok(Cart {
        lines: (0..LARGE.0).map(line).collect::<Result<_>>()?,
        coupons: if held.is_empty() { Coupons::None } else { Coupons::Best(held) },
        now: Some(Instant::from_micros(1_000_000)),
        ..Cart::default()
    })
}
