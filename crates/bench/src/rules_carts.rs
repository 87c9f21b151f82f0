//! The workload of the rules suite: 256 carts of five lines and promotions that all of them match
//! (dense) or one in ten (sparse), as the shared harness generates it, or read from its files.

use std::{collections::BTreeSet, fs, path::Path, sync::Arc};

use anyhow::{Context as _, Result};
use domain::{
    CampaignId, Instant, LineId, Sku,
    campaign::promotion::{OrderTerms, PercentOff, Tier},
    catalog::{Category, Scope, ScopeMode},
};
use money::Money;
use pricing::{
    Floors, Rule, RuleSet, RuleTerms,
    cart::{Cart, CartLine},
};
use serde::Deserialize;

use crate::{
    floors::rules::{BareCart, BareKind, BareLoop, BarePromotion},
    samples::scatter,
};

/// How many carts there are.
const CARTS: u64 = 256;

/// A promotion as the harness writes it.
#[derive(Debug, Clone, Deserialize)]
struct PromotionFile {
    id: String,
    kind: PromotionKind,
    priority: i32,
    threshold: i64,
    segment: Option<String>,
    category: Option<String>,
    value: i64,
}

/// What a promotion does; percentages are hundredths of a percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum PromotionKind {
    OrderThresholdFixed,
    OrderPercent,
    CatFixed,
    CatPercent,
}

/// A cart as the harness writes it.
#[derive(Debug, Clone, Deserialize)]
struct CartFile {
    segment: String,
    lines: Vec<LineFile>,
}

/// A line of it.
#[derive(Debug, Clone, Deserialize)]
struct LineFile {
    id: String,
    sku: String,
    category: String,
    unit_price: i64,
    qty: u64,
}

/// Carts and promotions.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// Such as `dense 100`.
    pub name: String,
    carts: Vec<CartFile>,
    promotions: Vec<PromotionFile>,
}

/// Draws numbers, the same in every run.
struct Draws(u64);

impl Draws {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 += 1;
        scatter(self.0) % bound
    }
    fn between(&mut self, low: u64, high: u64) -> i64 {
        i64::try_from(low + self.below(high - low)).unwrap_or(i64::MAX)
    }
}

impl Scenario {
    /// Every promotion matches every cart.
    pub fn dense(count: u64) -> Self {
        let mut draws = Draws(20_261_121);
        let carts: Vec<CartFile> = (0..CARTS).map(|cart| dense_cart(cart, &mut draws)).collect();
        let smallest = carts.iter().map(total).min().unwrap_or_default().unsigned_abs();
        let promotions = (0..count).map(|number| {
            let threshold = draws.between(1_000, smallest / 4);
            promotion(number, threshold, 0, draws.below(5), &mut draws)
        });
        Self { name: format!("dense {count}"), promotions: promotions.collect(), carts }
    }

    /// About one promotion in ten matches a cart.
    pub fn sparse(count: u64) -> Self {
        let mut draws = Draws(11_212_026);
        let carts: Vec<CartFile> = (0..CARTS).map(|cart| sparse_cart(cart, &mut draws)).collect();
        let mut totals: Vec<i64> = carts.iter().map(total).collect();
        totals.sort_unstable();
        let high = totals[totals.len() * 9 / 10].unsigned_abs();
        let promotions = (0..count).map(|number| {
            let threshold = draws.between(high - 2_000, high + 2_000);
            let segment = draws.below(10);
            promotion(number, threshold, segment, draws.below(50), &mut draws)
        });
        Self { name: format!("sparse {count}"), promotions: promotions.collect(), carts }
    }

    /// Ten promotions that match every cart, spread among others that match none: by segment, by
    /// category or by threshold.
    pub fn ten_of(active: u64) -> Self {
        let mut draws = Draws(10);
        let carts: Vec<CartFile> = (0..CARTS).map(|cart| dense_cart(cart, &mut draws)).collect();
        let step = active / 10;
        let promotions = (0..active).map(|number| {
            if number % step == 0 {
                promotion(number / step, 1_000, 0, draws.below(5), &mut draws)
            } else {
                promotion(number, 1_000_000_000, 1 + draws.below(1_000), 5 + draws.below(1_000), &mut draws)
            }
        });
        let mut promotions: Vec<PromotionFile> = promotions.collect();
        for (number, promotion) in (0..).zip(&mut promotions) {
            (promotion.id, promotion.priority) = (format!("p{number}"), number);
        }
        Self { name: format!("10 of {active}"), promotions, carts }
    }

    /// As the harness wrote it: `carts_NAME.json` and `NAME_COUNT.json`.
    pub fn read(folder: &Path, name: &str, count: u64) -> Result<Self> {
        fn read<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<T> {
            let text = fs::read_to_string(path).with_context(|| format!("read {}", path.display()))?;
            Ok(serde_json::from_str(&text)?)
        }
        Ok(Self {
            name: format!("{name} {count}"),
            carts: read(&folder.join(format!("carts_{name}.json")))?,
            promotions: read(&folder.join(format!("{name}_{count}.json")))?,
        })
    }

    /// For the bare loop.
    pub fn bare(&self) -> Result<(BareLoop, Vec<BareCart>)> {
        let categories =
            self.names(|p| p.category.as_deref(), |c| c.lines.iter().map(|l| &*l.category).collect());
        let segments = self.names(|p| p.segment.as_deref(), |c| vec![&*c.segment]);
        let number = |names: &BTreeSet<&str>, name: &str| {
            u32::try_from(names.range(..name).count()).context("few names")
        };
        let find =
            |names: &BTreeSet<&str>, name: Option<&str>| name.map_or(Ok(u32::MAX), |n| number(names, n));
        let mut promotions = Vec::new();
        for promotion in &self.promotions {
            let kind = match promotion.kind {
                PromotionKind::OrderThresholdFixed => BareKind::OrderFixed,
                PromotionKind::OrderPercent => BareKind::OrderPercent,
                PromotionKind::CatFixed => BareKind::CategoryFixed,
                PromotionKind::CatPercent => BareKind::CategoryPercent,
            };
            promotions.push(BarePromotion {
                kind,
                category: find(&categories, promotion.category.as_deref())?,
                segment: find(&segments, promotion.segment.as_deref())?,
                threshold: promotion.threshold,
                value: promotion.value,
            });
        }
        let mut carts = Vec::new();
        for cart in &self.carts {
            let segment = number(&segments, &cart.segment)?;
            let mut bare =
                BareCart { segment, lines: cart.lines.len(), categories: [0; 8], subtotals: [0; 8] };
            for (at, line) in cart.lines.iter().enumerate() {
                bare.categories[at] = number(&categories, &line.category)?;
                bare.subtotals[at] = line.unit_price * i64::try_from(line.qty)?;
            }
            carts.push(bare);
        }
        Ok((BareLoop::new(promotions, categories.len(), segments.len()), carts))
    }

    fn names<'a>(
        &'a self,
        of_promotion: impl Fn(&'a PromotionFile) -> Option<&'a str>,
        of_cart: impl Fn(&'a CartFile) -> Vec<&'a str>,
    ) -> BTreeSet<&'a str> {
        let promotions = self.promotions.iter().filter_map(of_promotion);
        promotions.chain(self.carts.iter().flat_map(of_cart)).collect()
    }

    /// For our engine: names as they come over the wire.
    pub fn ours(&self) -> Result<(RuleSet, Vec<Cart>)> {
        let rules: Vec<Rule> = self.promotions.iter().map(rule).collect::<Result<_>>()?;
        let carts = self.carts.iter().map(cart).collect::<Result<_>>()?;
        Ok((RuleSet::compile(rules, Floors::none()), carts))
    }
}

fn total(cart: &CartFile) -> i64 {
    let list = |line: &LineFile| line.unit_price * i64::try_from(line.qty).unwrap_or_default();
    cart.lines.iter().map(list).sum()
}

fn line(cart: u64, place: usize, category: u64, draws: &mut Draws) -> LineFile {
    LineFile {
        id: format!("l{cart}_{place}"),
        sku: format!("sku{}", draws.below(100_000)),
        category: format!("c{category}"),
        unit_price: draws.between(4_000, 40_000),
        qty: 1 + draws.below(3),
    }
}

fn dense_cart(cart: u64, draws: &mut Draws) -> CartFile {
    let lines = (0..5).map(|place| line(cart, place, place as u64, draws)).collect();
    CartFile { segment: "s0".into(), lines }
}

fn sparse_cart(cart: u64, draws: &mut Draws) -> CartFile {
    let mut categories = BTreeSet::new();
    while categories.len() < 5 {
        categories.insert(draws.below(50));
    }
    let lines = categories.into_iter().enumerate().map(|(place, c)| line(cart, place, c, draws)).collect();
    CartFile { segment: format!("s{}", draws.below(10)), lines }
}

/// The four kinds take turns; values are small, so that a thousand of them leave something to pay.
fn promotion(number: u64, threshold: i64, segment: u64, category: u64, draws: &mut Draws) -> PromotionFile {
    let (kind, value) = match number % 4 {
        0 => (PromotionKind::OrderThresholdFixed, draws.between(10, 100)),
        1 => (PromotionKind::OrderPercent, draws.between(5, 30)),
        2 => (PromotionKind::CatFixed, draws.between(5, 50)),
        _ => (PromotionKind::CatPercent, draws.between(5, 60)),
    };
    let by_category = matches!(kind, PromotionKind::CatFixed | PromotionKind::CatPercent);
    PromotionFile {
        id: format!("p{number}"),
        kind,
        priority: i32::try_from(number).unwrap_or(i32::MAX),
        threshold: if kind == PromotionKind::OrderThresholdFixed { threshold } else { 0 },
        segment: (kind == PromotionKind::OrderPercent).then(|| format!("s{segment}")),
        category: by_category.then(|| format!("c{category}")),
        value,
    }
}

/// All of them are order promotions of ours; those on a category list it and ask for no amount.
fn rule(file: &PromotionFile) -> Result<Rule> {
    let percent = matches!(file.kind, PromotionKind::OrderPercent | PromotionKind::CatPercent);
    let percent_off = percent.then(|| u32::try_from(file.value).ok().and_then(PercentOff::from_basis_points));
    let tier = Tier {
        spend: Money::from_minor(file.threshold),
        save: (!percent).then(|| Money::from_minor(file.value)),
        percent_off: percent_off.flatten(),
        cap: None,
    };
    let scope = match &file.category {
        Some(category) => {
            let category = Category::try_new(category).context("a category")?;
            let categories = Arc::new(BTreeSet::from([category]));
            Scope { mode: ScopeMode::Whitelist, categories, ..Scope::default() }
        }
        None => Scope::default(),
    };
    Ok(Rule {
        campaign_id: CampaignId::try_new(&file.id)?,
        version: 1,
        starts_at: Instant::from_micros(0),
        ends_at: Instant::from_micros(2_000_000),
        scope,
        terms: RuleTerms::Order(OrderTerms {
            tiers: vec![tier],
            priority: file.priority,
            segments: file.segment.iter().cloned().collect(),
            ..OrderTerms::default()
        }),
    })
}

fn cart(file: &CartFile) -> Result<Cart> {
    let line = |line: &LineFile| -> Result<CartLine> {
        Ok(CartLine {
            order_id: None,
            line_id: LineId::try_new(&line.id)?,
            sku: Sku::try_new(&line.sku)?,
            categories: Category::try_new(&line.category).into_iter().collect(),
            quantity: line.qty,
            unit_price: Money::from_minor(line.unit_price),
            presale: None,
        })
    };
    Ok(Cart {
        lines: file.lines.iter().map(line).collect::<Result<_>>()?,
        segments: vec![file.segment.clone()],
        now: Some(Instant::from_micros(1_000_000)),
        ..Cart::default()
    })
}
