//! A quote's facts give it again, whatever has happened to the shop, its orders and its coupons since
//! (A-G-10); and facts that no quote could have handed out are refused.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod support;

use domain::{
    Code, CouponId,
    campaign::{
        Terms, Version,
        promotion::{OrderTerms, Tier},
    },
    catalog::{Scope, ScopeMode},
    coupon::{Batch, Coupon, CouponKind},
    event::{Body, Placed, PlacedLine},
    order::{Party, Stage as PaymentStage},
    shop::FreeShipping,
};
use engine::Command;
use preview::{Ask, AskCoupons, AskLine, BalanceFacts, CouponFacts, CouponTerms, Facts, OrderFacts, Quoted};
use pricing::cart::{Assets, Stage};
use proptest::prelude::*;
use std::sync::Arc;
use support::{batch::*, presale::*, *};

const BALANCE: i64 = 24 * 10 + 20;
/// The batches `b0`, `b1`, ... by kind, each with its threshold.
const BATCHES: [(CouponKind, i64); 7] = [
    (CouponKind::Shop, 20_00),
    (CouponKind::Product, 0),
    (CouponKind::Dong, 50_00),
    (CouponKind::Jing, 0),
    (CouponKind::Jingtie, 10_00),
    (CouponKind::Freight, 0),
    (CouponKind::Payment, 20_00),
];
/// Goods of the carts; every second batch is for two of them and for others that no cart holds.
const SKUS: [&str; 4] = ["kettle", "cup", "tea", "spoon"];

impl Run {
    fn promote(&self, campaign: &str, save: i64) {
        self.ok(Command::CreateCampaign {
            campaign_id: Some(id(campaign)),
            version: Box::new(off(save)),
            publish: true,
            digest: campaign.into(),
        });
    }
    fn ship(&self, rule: Option<(i64, i64)>) {
        let mut settings = shop("s1");
        settings.free_shipping =
            rule.map(|(threshold, fee)| FreeShipping { threshold: fen(threshold), fee: fen(fee) });
        self.ok(Command::PutShop(Box::new(settings)));
    }
}

fn off(save: i64) -> Version {
    let tier = Tier { spend: fen(50_00), save: Some(fen(save)), percent_off: None, cap: None };
    Version {
        name: "Promotion".into(),
        starts_at: START,
        ends_at: START.plus_hours(24 * 60),
        scope: Scope::default(),
        terms: Terms::OrderPromotion(OrderTerms { tiers: vec![tier], ..OrderTerms::default() }),
        made_at: START,
    }
}

fn batch(number: usize, kind: CouponKind, spend: i64) -> Command {
    let listed = ["kettle", "tea", "others", "sku-1"].map(id);
    let mode = [ScopeMode::All, ScopeMode::Whitelist, ScopeMode::Blacklist][number % 3];
    let skus = if mode == ScopeMode::All { Arc::default() } else { Arc::new(listed.into()) };
    let name = format!("b{number}");
    let batch = Batch {
        batch_id: id(&name),
        name: "Batch".into(),
        kind,
        benefit: Tier { spend: fen(spend), save: Some(fen(5_00)), percent_off: None, cap: None },
        quantity: 1_000,
        per_customer_limit: 100,
        scope: Scope { mode, skus, ..Scope::default() },
        starts_at: at(0),
        ends_at: at(60 * 24 * 20),
        funded_by: Party::Merchant,
        return_on_full_refund: true,
        sprint: None,
    };
    Command::CreateBatch { batch_id: Some(id(&name)), batch: Box::new(batch), digest: name }
}

/// A presale order with an ordinary line and freight: deposit 100.00.
fn presale_order(order: &str) -> Placed {
    let mut placed = presale_placing(order, "u1");
    let kettles = PlacedLine {
        line_id: id("l2"),
        sku: id("kettle"),
        quantity: 3,
        unit_price: fen(33_33),
        presale_campaign_id: None,
        ..placed.lines[0].clone()
    };
    placed.lines.push(kettles);
    placed.freight = fen(6_00);
    placed.payable = fen(1000_00 + 99_99 + 6_00);
    placed
}

/// A shop with everything that a quote reads, on the day on which balances open, and the coupons of it:
/// of `u1` two of each kind, the last one another customer's.
fn world() -> (Run, Vec<Coupon>) {
    let run = Run::in_memory().0.with_presale(&Offer::default());
    run.ship(Some((60_00, 8_00)));
    run.promote("p", 7_00);
    let mut coupons = Vec::new();
    for (number, (kind, spend)) in BATCHES.into_iter().enumerate() {
        run.ok(batch(number, kind, spend));
        coupons.extend(run.claim_batch(&format!("b{number}"), "u1", 2));
    }
    coupons.extend(run.claim_batch("b0", "u2", 1));
    for order in ["o1", "o2"] {
        let placed = presale_order(order);
        run.apply(&event(&format!("{order}.placed"), Body::Placed(Box::new(placed)), at(0)));
        let mut paid = paying(order, &format!("{order}-d"), 100_00);
        paid.stage = PaymentStage::Deposit;
        run.apply(&event(&format!("{order}.deposit"), Body::PaymentSucceeded(paid), at(5)));
    }
    run.advance(hours(BALANCE));
    (run, coupons)
}

/// What a cart is made of.
#[derive(Debug, Clone)]
struct Wish {
    goods: Vec<(u8, u8, u32)>,
    balances: u8,
    /// Coupons by their places; one too many for one that is not there. All of the wallet without.
    coupons: Option<Vec<u8>>,
    beans: u32,
    member: bool,
}

fn wishes() -> impl Strategy<Value = Wish> {
    let goods = prop::collection::vec((0_u8..4, 1_u8..5, 1_u32..80_00), 0..4);
    let coupons = prop_oneof![
        1 => Just(None),
        2 => prop::collection::btree_set(0_u8..17, 0..9).prop_map(|of| Some(of.into_iter().collect())),
    ];
    (goods, 0_u8..16, coupons, 0_u32..20_00, any::<bool>()).prop_map(
        |(goods, balances, coupons, beans, member)| Wish { goods, balances, coupons, beans, member },
    )
}

impl Wish {
    fn ask(&self, coupons: &[Coupon]) -> Ask {
        let mut lines = Vec::new();
        for (number, (sku, quantity, price)) in self.goods.iter().enumerate() {
            lines.push(AskLine::Goods {
                line_id: id(&format!("g{number}")),
                sku: id(SKUS[usize::from(*sku)]),
                categories: Vec::new(),
                quantity: u64::from(*quantity),
                unit_price: fen(i64::from(*price)),
                presale: None,
            });
        }
        let balances = [("o1", "l1"), ("o1", "l2"), ("o2", "l1"), ("o2", "l2")];
        for (bit, (order, line)) in balances.into_iter().enumerate() {
            if self.balances & (1 << bit) != 0 {
                lines.push(AskLine::Balance { order_id: id(order), line_id: id(line) });
            }
        }
        let name = |place: &u8| match coupons.get(usize::from(*place)) {
            Some(coupon) => coupon.coupon_id.clone(),
            None => id(&format!("ghost{place}")),
        };
        Ask {
            customer_id: Some(id("u1")),
            stage: if self.balances == 0 { Stage::Normal } else { Stage::Balance },
            lines,
            coupons: match &self.coupons {
                Some(places) => AskCoupons::Listed(places.iter().map(name).collect()),
                None => AskCoupons::Best,
            },
            assets: Assets { beans: fen(i64::from(self.beans)), ..Assets::default() },
            member: self.member,
            ..Ask::default()
        }
    }
}

/// Something that happens to the shop.
#[derive(Debug, Clone, Copy)]
enum Step {
    Lock(u8),
    Release(u8),
    Use(u8),
    Refund(u8),
    Void(u8),
    VoidBatch(u8),
    Ship(u32),
    PayBalance(u8),
    Promote(u8),
    Revise(u8),
    Close(u8),
    Claim(u8),
    Wait(u8),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = (0_u8..13, 0_u8..16, 0_u32..100_00).prop_map(|(kind, n, amount)| match kind {
        0 => Step::Lock(n),
        1 => Step::Release(n),
        2 => Step::Use(n),
        3 => Step::Refund(n),
        4 => Step::Void(n),
        5 => Step::VoidBatch(n),
        6 => Step::Ship(amount),
        7 => Step::PayBalance(n),
        8 => Step::Promote(n),
        9 => Step::Revise(n),
        10 => Step::Close(n),
        11 => Step::Claim(n),
        _ => Step::Wait(n),
    });
    prop::collection::vec(step, 0..12)
}

impl Step {
    /// Does it, where the shop lets it.
    fn happen(self, run: &Run, coupons: &[Coupon]) {
        let coupon = |n: u8| &coupons[usize::from(n) % coupons.len()];
        let now = run.engine.now();
        match self {
            Self::Lock(n) => drop(run.send(locking(coupon(n), "elsewhere", None))),
            Self::Release(n) => drop(run.send(releasing(coupon(n), "elsewhere"))),
            Self::Use(n) => {
                let order = format!("used-{n}");
                let customer = coupon(n).customer_id.as_str();
                run.event(&placed_with(&order, customer, coupon(n), now));
                run.event(&paid(&order, &order, PAYABLE, now));
            }
            Self::Refund(n) => drop(run.refund(&format!("used-{n}"), &format!("r{n}"), &rest())),
            Self::Void(n) => {
                let coupon_ids = vec![coupon(n).coupon_id.clone()];
                drop(run.send(Command::VoidCoupons { coupon_ids }));
            }
            Self::VoidBatch(n) => {
                let batch_id = id(&format!("b{}", usize::from(n) % BATCHES.len()));
                drop(run.send(Command::VoidBatch { batch_id }));
            }
            Self::Ship(amount) => {
                let amount = i64::from(amount);
                run.ship((amount > 10_00).then_some((amount * 2, amount / 10)));
            }
            Self::PayBalance(n) => {
                let order = if n.is_multiple_of(2) { "o1" } else { "o2" };
                let minor = run.order(order).balance().minor();
                run.event(&balance_paid(order, minor, &[], now));
            }
            Self::Promote(n) => {
                let (campaign_id, version) = (Some(id(&format!("q{n}"))), Box::new(off(i64::from(n) + 1)));
                let digest = n.to_string();
                drop(run.send(Command::CreateCampaign { campaign_id, version, publish: true, digest }));
            }
            Self::Revise(n) => {
                let (campaign_id, version) = (id("p"), Box::new(off(i64::from(n) * 1_00 + 1)));
                drop(run.send(Command::ReviseCampaign { campaign_id, version }));
            }
            Self::Close(n) => {
                let campaign_id = id(if n.is_multiple_of(2) { "p" } else { "p1" });
                drop(run.send(Command::CloseCampaign { campaign_id, closing: engine::Closing::Asked }));
            }
            Self::Claim(n) => {
                let batch = format!("b{}", usize::from(n) % BATCHES.len());
                drop(run.send(claiming(&batch, "u1", 3)));
            }
            Self::Wait(n) => drop(run.advance(now.plus_hours(i64::from(n)))),
        }
    }
}

/// The request with the answer's moment, revision and facts, as they come back over the wire.
fn again(ask: &Ask, quoted: &Quoted) -> Ask {
    let wire = serde_json::to_string(&quoted.facts).unwrap();
    Ask {
        now: Some(quoted.now),
        rule_version: Some(quoted.quote.rule_version),
        facts: Some(serde_json::from_str(&wire).unwrap()),
        ..ask.clone()
    }
}

fn text(quoted: &Quoted) -> String {
    serde_json::to_string(&(&quoted.quote, &quoted.facts)).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: testkit::seeds(96), ..ProptestConfig::default() })]

    #[test]
    fn a_g_10_facts_give_a_quote_again_whatever_has_happened(
        before in steps(), wish in wishes(), after in steps(),
    ) {
        let (run, coupons) = world();
        for step in before {
            step.happen(&run, &coupons);
        }
        let ask = wish.ask(&coupons);
        let Ok(quoted) = run.quoted(&ask) else { return Ok(()) };
        prop_assert!(!quoted.quote.payable.is_negative());
        for step in after {
            step.happen(&run, &coupons);
        }
        let repeated = run.quoted(&again(&ask, &quoted));
        let repeated = repeated.unwrap_or_else(|error| panic!("{error}: {}", text(&quoted)));
        prop_assert_eq!(text(&repeated), text(&quoted));
        let mut turned = again(&ask, &quoted);
        turned.facts.as_mut().unwrap().coupons.reverse();
        prop_assert_eq!(&run.quoted(&turned).unwrap().quote, &quoted.quote, "facts in another order");
    }
}

/// A-G-10: a deposit is priced again by the presale of its revision, though it was changed and closed in
/// the very same instant.
#[test]
fn a_g_10_a_deposit_is_given_again_by_its_revision() {
    let run = Run::in_memory().0.with_presale(&Offer::default());
    let line = AskLine::Goods {
        line_id: id("l1"),
        sku: id("sku-1"),
        categories: Vec::new(),
        quantity: 2,
        unit_price: fen(1000_00),
        presale: None,
    };
    let ask = Ask { stage: Stage::Deposit, lines: vec![line], ..Ask::default() };
    let quoted = run.quoted(&ask).unwrap();
    assert_eq!((quoted.quote.payable, &quoted.facts), (fen(200_00), &Facts::default()));
    let mut version = Offer::default().version();
    version.name = "Another".into();
    let Terms::Presale(terms) = &mut version.terms else { unreachable!() };
    let mut items = terms.items.to_vec();
    items[0].deposit = fen(50_00);
    terms.items = items.into();
    run.ok(Command::ReviseCampaign { campaign_id: id("p1"), version: Box::new(version) });
    assert_eq!(run.quoted(&ask).unwrap().quote.payable, fen(100_00));
    run.ok(Command::CloseCampaign { campaign_id: id("p1"), closing: engine::Closing::Asked });
    assert_eq!(run.no_quote(&ask), "out_of_scope lines[0].sku");
    assert_eq!(text(&run.quoted(&again(&ask, &quoted)).unwrap()), text(&quoted));
    // Without the facts the revision suffices, as nothing else was read.
    let by_rules = Ask { facts: None, ..again(&ask, &quoted) };
    assert_eq!(run.quoted(&by_rules).unwrap().quote, quoted.quote);
}

/// What is another customer's stays there: of their coupon the facts hold its kind and that it is theirs.
#[test]
fn facts_hold_nothing_of_another_customer() {
    let (run, coupons) = world();
    let other = coupons.last().unwrap();
    let ghost: CouponId = id("ghost");
    let wish = Wish { goods: vec![(0, 1, 70_00)], balances: 0, coupons: None, beans: 0, member: false };
    let listed = AskCoupons::Listed(vec![other.coupon_id.clone(), ghost.clone()]);
    let quoted = run.quoted(&Ask { coupons: listed, ..wish.ask(&coupons) }).unwrap();
    assert_eq!(
        serde_json::to_value(&quoted.facts.coupons).unwrap(),
        serde_json::json!([
            { "coupon_id": other.coupon_id, "kind": "shop", "barred": "not_owner" },
            { "coupon_id": ghost, "barred": "not_found" },
        ])
    );
    assert!(!serde_json::to_string(&quoted.facts).unwrap().contains("u2"));
}

/// A list of 20,000 SKUs is handed out as far as it names goods of the cart.
#[test]
fn facts_are_no_larger_than_the_cart_needs() {
    let (run, coupons) = world();
    let wish = Wish { goods: vec![(0, 1, 70_00)], balances: 0, coupons: None, beans: 0, member: false };
    let quoted = run.quoted(&wish.ask(&coupons)).unwrap();
    let skus = quoted.facts.coupons.iter().filter_map(|coupon| Some(&coupon.terms.as_ref()?.scope.skus));
    assert_eq!(skus.map(|skus| skus.len()).max(), Some(1));
    let bare = Ask { coupons: AskCoupons::None, ..wish.ask(&coupons) };
    run.ship(None);
    assert_eq!(run.quoted(&bare).unwrap().facts, Facts::default());
}

/// A quote of two coupons and two balances, to be spoiled.
struct Spoiled {
    run: Run,
    base: Ask,
}

impl Spoiled {
    fn new() -> Self {
        let (run, coupons) = world();
        let (goods, coupon_places) = (vec![(0, 1, 70_00)], Some(vec![0, 2]));
        let wish = Wish { goods, balances: 3, coupons: coupon_places, beans: 0, member: false };
        let ask = wish.ask(&coupons);
        let base = again(&ask, &run.quoted(&ask).unwrap());
        Self { run, base }
    }
    /// What a request comes to that is changed like this.
    fn ask(&self, change: impl Fn(&mut Ask)) -> String {
        let mut ask = self.base.clone();
        change(&mut ask);
        self.run.no_quote(&ask)
    }
    fn facts(&self, change: impl Fn(&mut Facts)) -> String {
        self.ask(|ask| change(ask.facts.as_mut().unwrap()))
    }
    fn freight(&self, threshold: i64, fee: i64) -> String {
        let rule = FreeShipping { threshold: fen(threshold), fee: fen(fee) };
        self.facts(|of| of.free_shipping = Some(rule))
    }
    fn order(&self, change: impl Fn(&mut OrderFacts)) -> String {
        self.facts(|of| change(&mut of.orders[0]))
    }
    fn line(&self, change: impl Fn(&mut BalanceFacts)) -> String {
        self.order(|of| change(&mut of.lines[0]))
    }
    fn coupon(&self, change: impl Fn(&mut CouponFacts)) -> String {
        self.facts(|of| change(&mut of.coupons[0]))
    }
    fn terms(&self, change: impl Fn(&mut CouponTerms)) -> String {
        self.coupon(|of| change(of.terms.as_mut().unwrap()))
    }
}

/// Freight and orders that no quote of the request could have handed out: the code and the field.
#[test]
fn facts_of_orders_that_cannot_be_are_refused() {
    let of = Spoiled::new();
    let most = domain::limits::AMOUNT_MINOR;
    for (got, refused) in [
        (of.facts(|_| ()), "pays 858.99"),
        (of.freight(0, -1), "negative_amount facts.free_shipping.fee"),
        (of.freight(i64::MAX, 0), "out_of_range facts.free_shipping.threshold"),
        (of.facts(|of| of.orders.clear()), "required facts.orders"),
        (of.order(|of| of.lines.truncate(1)), "required facts.orders"),
        (of.order(|of| of.lines.clear()), "required facts.orders[0].lines"),
        (of.facts(|of| of.orders.push(of.orders[0].clone())), "duplicate facts.orders[1].order_id"),
        (of.order(|of| of.order_id = id("o9")), "invalid_value facts.orders[0].lines[0].line_id"),
        (of.order(|of| of.lines.push(of.lines[0].clone())), "invalid_value facts.orders[0].lines[2].line_id"),
        (of.order(|of| of.lines = vec![of.lines[0].clone(); 501]), "too_many facts.orders"),
        (of.order(|of| of.freight = fen(-1)), "negative_amount facts.orders[0].freight"),
        (of.order(|of| of.freight = fen(7_00)), "out_of_range facts.orders[0].freight"),
        (of.order(|of| of.freight_fee = fen(i64::MAX)), "out_of_range facts.orders[0].freight_fee"),
        (of.line(|of| of.gain = fen(-1)), "negative_amount facts.orders[0].lines[0].gain"),
        (of.line(|of| of.deposit = fen(most + 1)), "out_of_range facts.orders[0].lines[0].deposit"),
        (of.line(|of| of.unit_price = fen(i64::MIN)), "negative_amount facts.orders[0].lines[0].unit_price"),
        (of.line(|of| of.deposit = fen(1000_01)), "out_of_range lines[1].presale.deposit"),
        (of.line(|of| of.quantity = u64::MAX), "out_of_range lines[1].quantity"),
        (of.line(|of| of.quantity = 0), "out_of_range lines[1].quantity"),
        (of.line(|of| of.unit_price = fen(most)), "pays 9999999858.99"),
        (of.ask(|ask| ask.now = None), "required now"),
        (of.ask(|ask| ask.rule_version = None), "required rule_version"),
        (of.ask(|ask| ask.rule_version = Some(u64::MAX)), "out_of_range rule_version"),
        (of.ask(|ask| ask.customer_id = None), "required customer_id"),
    ] {
        assert_eq!(got, refused);
    }
}

/// Coupons that no quote of the request could have handed out: the code and the field.
#[test]
fn facts_of_coupons_that_cannot_be_are_refused() {
    let of = Spoiled::new();
    let skus = Arc::new((0..501).map(|n| id(&format!("s{n}"))).collect());
    let barred = |code| {
        of.coupon(|of| {
            of.terms = None;
            of.barred = Some(code);
        })
    };
    for (got, refused) in [
        (barred(Code::CouponUsed), "pays 863.99"),
        (barred(Code::QuietHours), "invalid_value facts.coupons[0].barred"),
        (of.facts(|of| of.coupons.truncate(1)), "required facts.coupons"),
        (of.facts(|of| of.coupons[1] = of.coupons[0].clone()), "duplicate facts.coupons[1].coupon_id"),
        (of.coupon(|of| of.coupon_id = id("k9")), "invalid_value facts.coupons[0].coupon_id"),
        (of.facts(|of| of.coupons = vec![of.coupons[0].clone(); 201]), "too_many facts.coupons"),
        (of.coupon(|of| of.kind = None), "required facts.coupons[0].kind"),
        (of.coupon(|of| of.terms = None), "invalid_value facts.coupons[0].terms"),
        (of.coupon(|of| of.barred = Some(Code::CouponUsed)), "invalid_value facts.coupons[0].terms"),
        (of.facts(|of| of.more_coupons = true), "invalid_value facts.more_coupons"),
        (of.ask(|ask| ask.coupons = AskCoupons::None), "invalid_value facts.coupons[0].coupon_id"),
        (of.terms(|of| of.spend = fen(-1)), "out_of_range facts.coupons[0].terms.spend"),
        (of.terms(|of| of.save = Some(fen(0))), "out_of_range facts.coupons[0].terms.save"),
        (of.terms(|of| of.save = Some(fen(i64::MAX))), "out_of_range facts.coupons[0].terms.save"),
        (of.terms(|of| of.save = None), "invalid_value facts.coupons[0].terms.save"),
        (of.terms(|of| of.cap = Some(fen(-5))), "out_of_range facts.coupons[0].terms.cap"),
        (of.terms(|of| of.scope.skus = Arc::clone(&skus)), "too_many facts.coupons[0].terms.scope.skus"),
    ] {
        assert_eq!(got, refused);
    }
}
