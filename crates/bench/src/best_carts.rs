//! Made-up carts with a wallet of coupons, the same in every run.

use std::sync::Arc;

use domain::{
    CampaignId, CouponId, Instant, LineId, Sku,
    campaign::promotion::{PercentOff, Tier},
    catalog::{Category, Scope, ScopeMode},
    coupon::CouponKind,
    order::Party,
};
use money::Money;
use pricing::{
    cart::{CartLine, Coupons, Held, PresaleLine, Stage},
    coupons::{Request, Taken, settle},
    slots::Slot,
};

/// The moment that is priced.
const NOW: Instant = Instant::from_micros(1_000);

/// A cart whose coupons are to be chosen.
#[derive(Debug)]
pub struct BestCart {
    lines: Vec<CartLine>,
    slots: Vec<Slot>,
    coupons: Coupons,
    freight: i64,
}

/// What the choice came to.
#[derive(Debug, Clone)]
pub struct Chosen {
    /// The coupons taken.
    pub taken: Vec<Taken>,
    /// What is to be paid.
    pub payable: i64,
    /// No combination pays less.
    pub at_least: i64,
    /// Whether the two are the same.
    pub proven: bool,
    /// Decisions that the search looked at.
    pub nodes: u64,
}

impl BestCart {
    /// Chooses the best coupons; the cart stays as it is.
    pub fn choose(&self) -> Chosen {
        let mut slots = self.slots.clone();
        let request = Request {
            coupons: &self.coupons,
            lines: &self.lines,
            customer_id: None,
            stage: Stage::Balance,
            now: Some(NOW),
            freight: self.freight,
        };
        let outcome = settle(&request, &mut slots).expect("ids are distinct");
        let bound = outcome.bound.expect("the best was asked for");
        let (payable, at_least) = (bound.payable, bound.at_least);
        Chosen { taken: outcome.taken, payable, at_least, proven: bound.proven, nodes: bound.nodes }
    }
}

/// Numbers that look random.
#[derive(Debug, Clone)]
pub struct Draw(u64);

impl Draw {
    /// A row of numbers of its own for every seed.
    pub const fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x2545_F491_4F6C_DD1D))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// From `low` to `high`, both included.
    fn within(&mut self, low: i64, high: i64) -> i64 {
        let span = (high - low + 1).unsigned_abs();
        low + i64::try_from(self.next() % span).unwrap_or_default()
    }

    fn percent(&mut self, chance: i64) -> bool {
        self.within(1, 100) <= chance
    }
}

/// A cart as customers have them before a big day: categories of unlike size, a few presale balances,
/// coupons of all kinds with thresholds near what the goods in their scope cost, some of one batch.
pub fn usual(seed: u64, lines: usize, coupons: usize) -> BestCart {
    let mut draw = Draw::new(seed);
    let categories = draw.within(4, 12);
    let (lines, slots): (Vec<CartLine>, Vec<Slot>) =
        (0..lines).map(|at| usual_line(&mut draw, at, categories)).unzip();
    let mut held: Vec<Held> = Vec::with_capacity(coupons);
    for at in 0..coupons {
        let like = usize::try_from(draw.within(0, 1_000)).unwrap_or_default() % held.len().max(1);
        let coupon = if !held.is_empty() && draw.percent(15) {
            held[like].clone()
        } else {
            usual_coupon(&mut draw, &lines, &slots, categories)
        };
        held.push(Held { coupon_id: coupon_id(at, draw.next()), ..coupon });
    }
    let freight = if draw.percent(50) { draw.within(6, 20) * 100 } else { 0 };
    BestCart { lines, slots, coupons: Coupons::Best(held), freight }
}

fn coupon_id(at: usize, number: u64) -> CouponId {
    CouponId::try_new(&format!("c{:04}-{at}", number % 10_000)).expect("well-formed")
}

fn usual_line(draw: &mut Draw, at: usize, categories: i64) -> (CartLine, Slot) {
    // Small numbers are likelier: a cart has some large categories and some small ones.
    let category = draw.within(0, categories - 1).min(draw.within(0, categories - 1));
    let price = if draw.percent(40) { draw.within(10, 399) * 100 - 10 } else { draw.within(500, 30_000) };
    let price = price * draw.within(1, 3);
    let deposit = price / 10;
    let presale = draw.percent(5).then(|| PresaleLine {
        campaign_id: CampaignId::try_new("presale").expect("well-formed"),
        deposit: Money::from_minor(deposit),
        gain: Money::ZERO,
        main_process: true,
        require_greater: false,
        no_resplit: false,
        assets_outside: false,
    });
    let room = if presale.is_some() { price - deposit } else { price };
    let line = plain_line(at, &format!("k{category}"), price);
    (CartLine { presale, ..line }, Slot { base: price, room })
}

fn plain_line(at: usize, category: &str, price: i64) -> CartLine {
    CartLine {
        order_id: None,
        line_id: LineId::try_new(&format!("l{at:03}")).expect("well-formed"),
        sku: Sku::try_new(&format!("s{at:03}")).expect("well-formed"),
        categories: Category::try_new(category).into_iter().collect(),
        quantity: 1,
        unit_price: Money::from_minor(price),
        presale: None,
    }
}

fn usual_coupon(draw: &mut Draw, lines: &[CartLine], slots: &[Slot], categories: i64) -> Held {
    let kind = match draw.within(1, 100) {
        1..=18 => CouponKind::Shop,
        19..=48 => CouponKind::Product,
        49..=68 => CouponKind::Dong,
        69..=85 => CouponKind::Jing,
        86..=93 => CouponKind::Jingtie,
        _ => CouponKind::Freight,
    };
    let (all, some) = match kind {
        CouponKind::Shop | CouponKind::Jingtie | CouponKind::Freight | CouponKind::Payment => (80, 4),
        CouponKind::Product => (0, 2),
        CouponKind::Dong => (35, 4),
        CouponKind::Jing => (40, 2),
    };
    let scope = if draw.percent(all) { Scope::default() } else { usual_scope(draw, lines, categories, some) };
    let covered = lines.iter().zip(slots).filter(|(line, _)| scope.covers(&line.sku, &line.categories));
    let base: i64 = covered.map(|(_, slot)| slot.base).sum();
    let spend = (base * draw.within(50, 115) / 100 / 10_00 * 10_00).max(0);
    let (spend, save, percent, cap) = match kind {
        CouponKind::Freight => (0, Some(draw.within(5, 12) * 100), None, None),
        CouponKind::Jing => (0, Some(draw.within(5, 40) * 100), None, None),
        CouponKind::Shop
        | CouponKind::Product
        | CouponKind::Dong
        | CouponKind::Jingtie
        | CouponKind::Payment => {
            if draw.percent(25) {
                (spend, None, Some(draw.within(5, 20)), Some(draw.within(10, 200) * 100))
            } else {
                (spend, Some((spend * draw.within(4, 20) / 100 / 100 * 100).max(1_00)), None, None)
            }
        }
    };
    let points =
        percent.and_then(|percent| PercentOff::from_basis_points(u32::try_from(percent * 100).ok()?));
    Held { scope, ..coupon(kind, spend, save, points, cap) }
}

fn coupon(
    kind: CouponKind,
    spend: i64,
    save: Option<i64>,
    percent_off: Option<PercentOff>,
    cap: Option<i64>,
) -> Held {
    Held {
        coupon_id: CouponId::try_new("c").expect("well-formed"),
        owner: None,
        kind,
        benefit: Tier {
            spend: Money::from_minor(spend),
            save: save.map(Money::from_minor),
            percent_off,
            cap: cap.map(Money::from_minor),
        },
        scope: Scope::default(),
        starts_at: Instant::from_micros(0),
        ends_at: Instant::from_micros(2_000),
        funded_by: Party::Merchant,
        barred: None,
    }
}

fn usual_scope(draw: &mut Draw, lines: &[CartLine], categories: i64, most: i64) -> Scope {
    if draw.percent(70) {
        let names = (0..draw.within(1, most)).map(|_| format!("k{}", draw.within(0, categories - 1)));
        let categories = names.filter_map(|name| Category::try_new(&name)).collect();
        return Scope { mode: ScopeMode::Whitelist, categories: Arc::new(categories), ..Scope::default() };
    }
    let last = i64::try_from(lines.len()).unwrap_or(1) - 1;
    let count = draw.within(1, (last / 4).max(1));
    let skus =
        (0..count).map(|_| lines[usize::try_from(draw.within(0, last)).unwrap_or_default()].sku.clone());
    Scope { mode: ScopeMode::Whitelist, skus: Arc::new(skus.collect()), ..Scope::default() }
}

/// Carts that no customer has, each hard in its own way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hard {
    /// Every coupon is for the whole shop, thresholds at the total.
    AllOverlap,
    /// A product coupon for every line, odd amounts, and Dong coupons that only some choices leave reachable:
    /// a subset sum.
    SubsetSum,
    /// A product and a Dong coupon for every line, and a Jingtie threshold that no choice of all leaves.
    Disjoint,
    /// Many Jing coupons on little money.
    JingPile,
}

impl Hard {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::AllOverlap, Self::SubsetSum, Self::Disjoint, Self::JingPile];

    /// Its cart.
    pub fn cart(self, seed: u64, coupons: usize) -> BestCart {
        let mut draw = Draw::new(seed);
        let count = if self == Self::JingPile { 3 } else { coupons };
        let price = |draw: &mut Draw| {
            if self == Self::JingPile { draw.within(10_00, 40_00) } else { draw.within(20_00, 90_00) }
        };
        let lines: Vec<CartLine> = (0..count).map(|at| plain_line(at, "k0", price(&mut draw))).collect();
        let slots: Vec<Slot> = lines
            .iter()
            .map(|line| Slot { base: line.unit_price.minor(), room: line.unit_price.minor() })
            .collect();
        let whole: i64 = slots.iter().map(|slot| slot.base).sum();
        let held = (0..coupons).map(|at| self.coupon(&mut draw, at, coupons, &lines, whole)).collect();
        BestCart { lines, slots, coupons: Coupons::Best(held), freight: 0 }
    }

    fn coupon(self, draw: &mut Draw, at: usize, coupons: usize, lines: &[CartLine], whole: i64) -> Held {
        use CouponKind::{Dong, Jing, Jingtie, Product, Shop};
        let part = |draw: &mut Draw, low, high| whole * draw.within(low, high) / 1_000;
        let (kind, spend, save, own) = match self {
            Self::AllOverlap => {
                let kind = [Shop, Product, Dong, Jing, Jingtie][at % 5];
                (kind, part(draw, 700, 1_000), part(draw, 10, 150), false)
            }
            Self::SubsetSum if at + 5 < coupons => (Product, 0, draw.within(1_01, 9_99), true),
            Self::SubsetSum => (Dong, part(draw, 930, 990), part(draw, 20, 60), false),
            Self::Disjoint if at + 5 >= coupons => (Jingtie, part(draw, 850, 950), part(draw, 10, 60), false),
            Self::Disjoint => {
                (if at.is_multiple_of(2) { Product } else { Dong }, 0, draw.within(1_01, 9_99), true)
            }
            Self::JingPile => (Jing, 0, draw.within(1, 8) * 100, at.is_multiple_of(3)),
        };
        let sku = lines[if self == Self::Disjoint { at / 2 } else { at % lines.len() }].sku.clone();
        let list = || Scope { mode: ScopeMode::Whitelist, skus: Arc::new([sku].into()), ..Scope::default() };
        let scope = if own { list() } else { Scope::default() };
        Held { coupon_id: coupon_id(at, draw.next()), scope, ..coupon(kind, spend, Some(save), None, None) }
    }
}
