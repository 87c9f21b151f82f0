//! Compiles a rule set and prices a cart, without a server: `cargo run -p pricing --example price_a_cart`.
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

use domain::{
    CampaignId, Instant, LineId, Sku,
    campaign::promotion::{ItemTerms, OrderTerms, PercentOff, Tier},
    catalog::{Category, Scope, ScopeMode},
};
use money::Money;
use pricing::{
    Floors, Rule, RuleSet, RuleTerms, Scratch,
    cart::{Assets, Cart, CartLine, Freight},
    explain, price,
};
use std::{collections::BTreeSet, error::Error, sync::Arc};

fn rule(id: &str, categories: &[&str], terms: RuleTerms) -> Result<Rule, Box<dyn Error>> {
    let categories: BTreeSet<Category> = categories.iter().filter_map(|c| Category::try_new(c)).collect();
    let mode = if categories.is_empty() { ScopeMode::All } else { ScopeMode::Whitelist };
    Ok(Rule {
        campaign_id: CampaignId::try_new(id)?,
        version: 1,
        starts_at: Instant::parse("2026-11-01T00:00:00+08:00").ok_or("a moment")?,
        ends_at: Instant::parse("2026-11-12T00:00:00+08:00").ok_or("a moment")?,
        scope: Scope { mode, categories: Arc::new(categories), ..Scope::default() },
        terms,
    })
}

fn tier(spend: i64, save: i64) -> Tier {
    let (spend, save) = (Money::from_minor(spend), Some(Money::from_minor(save)));
    Tier { spend, save, percent_off: None, cap: None }
}

fn line(id: &str, sku: &str, category: &str, quantity: u64, unit: i64) -> Result<CartLine, Box<dyn Error>> {
    Ok(CartLine {
        order_id: None,
        line_id: LineId::try_new(id)?,
        sku: Sku::try_new(sku)?,
        categories: Category::try_new(category).into_iter().collect(),
        quantity,
        unit_price: Money::from_minor(unit),
        presale: None,
    })
}

fn main() -> Result<(), Box<dyn Error>> {
    let tenth_off = ItemTerms { percent_off: PercentOff::from_basis_points(1_000), ..ItemTerms::default() };
    let tiers = OrderTerms { tiers: vec![tier(200_00, 30_00), tier(300_00, 60_00)], ..OrderTerms::default() };
    let rules = vec![
        rule("snacks-tenth-off", &["snacks"], RuleTerms::Item(tenth_off))?,
        rule("double-eleven", &[], RuleTerms::Order(tiers))?,
    ];
    // Compiled once for each of the shop's revisions, shared by all quotes.
    let rules = RuleSet::compile(rules, Floors::none()).at_version(1);

    let cart = Cart {
        lines: vec![line("l1", "nuts", "snacks", 2, 49_90)?, line("l2", "kettle", "kitchen", 1, 159_00)?],
        assets: Assets { beans: Money::from_minor(5_00), ..Assets::default() },
        freight: Some(Freight { threshold: Money::from_minor(99_00), fee: Money::from_minor(6_00) }),
        now: Instant::parse("2026-11-11T20:00:00+08:00"),
        ..Cart::default()
    };
    // The room to work in is kept from quote to quote.
    let mut scratch = Scratch::new();
    let currency = money::Currency::find("CNY").ok_or("no such currency")?;
    println!("to pay: {}", currency.text(price(&rules, &cart, &mut scratch)?.payable()));
    println!("{}", serde_json::to_string_pretty(&explain(&rules, &cart, &mut scratch)?)?);
    Ok(())
}
