//! Quotes over what is stored: balances of presale orders, coupons of a wallet, and earlier revisions.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod support;

use domain::{
    CouponId, Instant,
    campaign::{
        Terms, Version,
        promotion::{ItemTerms, OrderTerms, Tier},
    },
    catalog::Scope,
    coupon::{Coupon, CouponKind},
    event::{Body, Placed, PlacedLine},
    order::{Discount, Party, Stage as PaymentStage},
    shop::FreeShipping,
};
use engine::Command;
use preview::{Ask, AskCoupons, AskLine};
use pricing::{
    Quote,
    cart::Stage,
    quote::{AdjustmentKind, SourceId},
};
use support::{batch::*, presale::*, *};

const BALANCE: i64 = 24 * 10 + 20;
const END: i64 = 24 * 14;

impl Run {
    fn quote(&self, ask: &Ask) -> Quote {
        self.quoted(ask).map_or_else(|error| panic!("{ask:?}: {error}"), |quoted| quoted.quote)
    }
    fn promote(&self, campaign: &str, terms: Terms) {
        self.ok(Command::CreateCampaign {
            campaign_id: Some(id(campaign)),
            version: Box::new(promotion(terms)),
            publish: true,
            digest: campaign.into(),
        });
    }
}

fn promotion(terms: Terms) -> Version {
    Version {
        name: "Promotion".into(),
        starts_at: START,
        ends_at: START.plus_hours(24 * 60),
        scope: Scope::default(),
        terms,
        made_at: START,
    }
}
fn off(save: i64) -> Terms {
    let tier = Tier { spend: fen(50_00), save: Some(fen(save)), percent_off: None, cap: None };
    Terms::OrderPromotion(OrderTerms { tiers: vec![tier], ..OrderTerms::default() })
}
fn kettle(minor: i64) -> AskLine {
    AskLine::Goods {
        line_id: id("g1"),
        sku: id("kettle"),
        categories: Vec::new(),
        quantity: 1,
        unit_price: fen(minor),
        presale: None,
    }
}
fn cart(minor: i64, coupons: AskCoupons) -> Ask {
    Ask { customer_id: Some(id("u1")), lines: vec![kettle(minor)], coupons, ..Ask::default() }
}
fn balances(order: &str, lines: &[&str]) -> Ask {
    let lines = lines.iter().map(|line| AskLine::Balance { order_id: id(order), line_id: id(line) });
    let (customer_id, stage) = (Some(id("u1")), Stage::Balance);
    Ask { customer_id, stage, lines: lines.collect(), ..Ask::default() }
}
fn ids(coupons: &[Coupon]) -> Vec<CouponId> {
    coupons.iter().map(|coupon| coupon.coupon_id.clone()).collect()
}

/// Two lines on presale, an ordinary one, a shop coupon and freight: deposit 300.00.
fn mixed(order: &str) -> Placed {
    let mut placed = presale_placing(order, "u1");
    let line = |name: &str, sku: &str, quantity, minor| PlacedLine {
        line_id: id(name),
        sku: id(sku),
        quantity,
        unit_price: fen(minor),
        ..placed.lines[0].clone()
    };
    let kettles = PlacedLine { presale_campaign_id: None, ..line("l3", "kettle", 3, 33_33) };
    placed.lines = vec![line("l1", "sku-1", 1, 1000_00), line("l2", "sku-2", 2, 1000_00), kettles];
    placed.discounts = vec![Discount {
        kind: "shop_coupon".into(),
        id: None,
        amount: fen(77_77),
        funded_by: Party::Merchant,
        lines: Vec::new(),
    }];
    placed.freight = fen(6_00);
    placed.payable = fen(1000_00 + 2000_00 + 99_99 - 77_77 + 6_00);
    placed
}
fn place(run: &Run, placed: Placed, deposit: i64) {
    let order = placed.order_id.to_string();
    run.apply(&event(&format!("{order}.placed"), Body::Placed(Box::new(placed)), at(0)));
    let mut paid = paying(&order, &format!("{order}-d"), deposit);
    paid.stage = PaymentStage::Deposit;
    run.apply(&event(&format!("{order}.deposit"), Body::PaymentSucceeded(paid), at(5)));
}

/// A-S1-1, A-S1-6, A-S1-21, A-G-5: all lines of an order cost just its balance, with what came off at the
/// placing and with the freight of the ordinary line; what the shop promotes now for single items, and
/// its freight of now, are past it. Paying that amount is taken.
#[test]
fn a_s1_1_a_s1_21_all_lines_of_an_order_cost_its_balance() {
    let run = Run::in_memory().0.with_presale(&Offer::default());
    let mut settings = shop("s1");
    settings.free_shipping = Some(FreeShipping { threshold: fen(100_000_00), fee: fen(8_00) });
    run.ok(Command::PutShop(Box::new(settings)));
    run.promote("half", Terms::ItemPromotion(ItemTerms { price: Some(fen(10_00)), ..ItemTerms::default() }));
    place(&run, mixed("o1"), 300_00);
    run.advance(hours(BALANCE));
    let order = run.order("o1");
    let whole = run.quote(&balances("o1", &["l1", "l2", "l3"]));
    assert_eq!(order.balance(), fen(1000_00 + 2000_00 + 99_99 - 77_77 + 6_00 - 200_00 - 300_00));
    assert_eq!((whole.payable, whole.freight, whole.freight_fee), (order.balance(), fen(6_00), fen(6_00)));
    for (quoted, line) in whole.lines.iter().zip(&order.lines) {
        let deposit = if line.presale_campaign_id.is_some() { fen(100_00) } else { fen(0) };
        let units = i64::try_from(line.quantity).unwrap();
        assert_eq!(quoted.payable, line.payable() - fen(deposit.minor() * units), "{}", line.line_id);
    }
    // Presale lines carry no freight, so each alone adds up to the same.
    let alone = ["l1", "l2", "l3"].map(|line| run.quote(&balances("o1", &[line])));
    assert_eq!(alone.each_ref().map(|quote| quote.freight.minor()), [0, 0, 6_00]);
    assert_eq!(alone.iter().map(|quote| quote.payable).sum::<money::Money>(), order.balance());
    // Beside other goods the order's freight stays as agreed, theirs is the shop's.
    let mut merged = balances("o1", &["l1", "l2", "l3"]);
    merged.lines.push(kettle(30_00));
    merged.coupons = AskCoupons::Best;
    let merged = run.quote(&merged);
    assert_eq!((merged.freight, merged.payable), (fen(14_00), order.balance() + fen(10_00 + 8_00)));
    assert_eq!(merged.choice.map(|choice| (choice.proven, choice.at_least)), Some((true, merged.payable)));
    run.apply(&balance_paid("o1", order.balance().minor(), &[], hours(BALANCE)));
    run.assert_clean();
}

/// S1-R02, S1-R03, A-S1-5, A-S1-6: a coupon at the balance takes off what the order takes when it is paid
/// with it, line by line, agreed discounts and ordinary lines among them.
#[test]
fn a_s1_6_a_coupon_at_the_balance_is_shared_as_the_order_shares_it() {
    let run = Run::in_memory().0.with_presale(&Offer::default());
    run.ok(BatchDeal::default().create("b1"));
    let coupons = ids(&run.claim_batch("b1", "u1", 1));
    place(&run, mixed("o1"), 300_00);
    run.advance(hours(BALANCE));
    let ask = Ask { coupons: AskCoupons::Listed(coupons), ..balances("o1", &["l1", "l2", "l3"]) };
    let quote = run.quote(&ask);
    let order = run.order("o1");
    assert_eq!(quote.payable, order.balance() - fen(5_00));
    run.apply(&balance_paid("o1", quote.payable.minor(), &[("shop_coupon", 5_00)], hours(BALANCE)));
    let order = run.order("o1");
    let shares = &order.paid_by().unwrap().discounts[0].shares;
    for (line, share) in quote.lines.iter().zip(shares) {
        let taken =
            line.adjustments.iter().find(|of| quote.of_share(**of).kind == AdjustmentKind::ShopCoupon);
        assert_eq!(taken.map(|of| of.amount), Some(*share), "{}", line.line_id);
    }
    run.assert_clean();
}

/// S1-R02, A-S1-19, A-S1-20, A-S1-22: which balances are not to be paid, and why.
#[test]
fn s1_r02_a_s1_22_refusals_of_balances() {
    let run = Run::in_memory().0.with_presale(&Offer::default());
    let normal = |ask: Ask| Ask { stage: Stage::Normal, ..ask };
    run.deposit("o1", "u1", at(0));
    run.deposit("paid", "u1", at(10));
    run.apply(&placed("plain", "u1", at(10)));
    let one = || balances("o1", &["l1"]);
    let when = |now: Instant| Ask { now: Some(now), ..one() };
    assert_eq!(run.no_quote(&one()), "outside_period");
    run.apply(&presale_placed("fresh", "u1", at(15)));
    assert_eq!(run.no_quote(&balances("fresh", &["l1"])), "stage_not_allowed");
    run.advance(hours(BALANCE));
    run.apply(&balance_paid("paid", 700_00, &[], hours(BALANCE)));
    for (ask, refused) in [
        (normal(one()), "stage_not_allowed lines[0].order_id"),
        (Ask { stage: Stage::Deposit, ..one() }, "stage_not_allowed lines[0].order_id"),
        (Ask { customer_id: Some(id("u2")), ..one() }, "not_owner lines[0].order_id"),
        (balances("o9", &["l1"]), "not_found lines[0].order_id"),
        (balances("o1", &["l1", "l9"]), "not_found lines[1].line_id"),
        (balances("plain", &["l1"]), "not_found lines[0].line_id"),
        (balances("o1", &["l1", "l1"]), "duplicate lines[1].line_id"),
        (balances("paid", &["l1"]), "order_paid"),
        (balances("fresh", &["l1"]), "order_cancelled"),
        (when(hours(BALANCE).plus_seconds(-1)), "outside_period"),
        (when(hours(END)), "outside_period"),
        (when(hours(BALANCE)), "pays 700.00"),
        (when(hours(END).plus_seconds(-1)), "pays 700.00"),
        (Ask { customer_id: None, ..one() }, "required customer_id"),
    ] {
        assert_eq!(run.no_quote(&ask), refused, "{ask:?}");
    }
    run.advance(hours(END));
    assert_eq!(run.no_quote(&one()), "order_cancelled");
}

/// S1-R09: another customer's coupon is theirs, wherever it stands.
#[test]
fn s1_r09_where_anothers_coupon_stands_is_not_told() {
    let run = Run::in_memory().0.with_campaign(&Deal::default());
    run.ok(BatchDeal { per_customer: 4, ..BatchDeal::default() }.create("b1"));
    let coupons = run.claim_batch("b1", "u2", 4);
    run.ok(locking(&coupons[1], "o9", None));
    run.ok(Command::VoidCoupons { coupon_ids: vec![coupons[2].coupon_id.clone()] });
    run.apply(&placed_with("o1", "u2", &coupons[3], at(0)));
    run.apply(&paid("o1", "p1", PAYABLE, at(0)));
    let quote = run.quote(&cart(300_00, AskCoupons::Listed(ids(&coupons))));
    let codes: Vec<_> = quote.rejected.iter().map(|left| left.code.as_str()).collect();
    assert_eq!(codes, ["not_owner"; 4]);
}

/// A-S1-7: an unknown coupon is not found and of no kind; recovery's wait for the cashier. What is too
/// much or there twice is refused before anything is read.
#[test]
fn a_s1_7_coupons_that_a_quote_does_not_take() {
    let run = Run::in_memory().0.with_campaign(&Deal::default());
    run.ok(BatchDeal::default().create("b1"));
    run.apply(&placed("o1", "u1", at(0)));
    run.advance(at(15));
    let recovery = run.claim("o1").coupon_id;
    let other = ids(&run.claim_batch("b1", "u2", 1)).remove(0);
    let ghost: CouponId = id("ghost");
    let listed = AskCoupons::Listed(vec![ghost.clone(), recovery.clone(), other.clone()]);
    let quote = run.quote(&cart(300_00, listed));
    assert_eq!(quote.payable, fen(300_00));
    let left = quote.rejected.iter().map(|left| (left.source_id.clone(), left.kind, left.code.as_str()));
    let left: std::collections::BTreeSet<_> =
        left.map(|(source, kind, code)| (source, code, kind.map(AdjustmentKind::as_str))).collect();
    let expected = [
        (SourceId::Coupon(ghost.clone()), "not_found", None),
        (SourceId::Coupon(recovery), "stage_not_allowed", Some("payment_coupon")),
        (SourceId::Coupon(other), "not_owner", Some("shop_coupon")),
    ];
    assert_eq!(left, expected.into());
    let many = (0..201).map(|n| id(&format!("k{n}"))).collect();
    assert_eq!(run.no_quote(&cart(1, AskCoupons::Listed(many))), "too_many coupons");
    let twice = AskCoupons::Listed(vec![ghost.clone(), ghost]);
    assert_eq!(run.no_quote(&cart(1, twice)), "duplicate coupons[1]");
    let long = Ask { lines: vec![kettle(1); 501], ..Ask::default() };
    assert_eq!(run.no_quote(&long), "too_many lines");
    let visitor = Ask { customer_id: None, ..cart(1, AskCoupons::Best) };
    assert_eq!(run.no_quote(&visitor), "required customer_id");
}

/// A-G-10: the moment and the revision of a quote give it again, whatever was published since; more
/// revisions than are kept compiled.
#[test]
fn a_g_10_an_earlier_quote_is_given_again() {
    let run = Run::in_memory().0.with_presale(&Offer::default());
    run.ok(BatchDeal::default().create("b1"));
    let coupons = AskCoupons::Listed(ids(&run.claim_batch("b1", "u1", 1)));
    run.promote("p", off(1_00));
    let mut quotes = Vec::new();
    for turn in 1..=7 {
        let now = run.engine.now();
        let quote = run.quote(&cart(100_00, coupons.clone()));
        assert_eq!(quote.payable, fen(100_00 - 5_00 - turn * 1_00));
        quotes.push((now, quote));
        run.advance(at(turn));
        let (campaign_id, version) = (id("p"), Box::new(promotion(off((turn + 1) * 1_00))));
        run.ok(Command::ReviseCampaign { campaign_id, version });
    }
    run.ok(Command::CloseCampaign { campaign_id: id("p"), closing: engine::Closing::Asked });
    run.promote("q", off(50_00));
    assert_eq!(run.quote(&cart(100_00, coupons.clone())).payable, fen(45_00));
    let revisions: std::collections::BTreeSet<u64> = quotes.iter().map(|(_, of)| of.rule_version).collect();
    assert_eq!(revisions.len(), 7);
    for (now, quote) in quotes.iter().chain(&quotes) {
        let again =
            Ask { now: Some(*now), rule_version: Some(quote.rule_version), ..cart(100_00, coupons.clone()) };
        assert_eq!(run.quote(&again), *quote);
    }
    let future = Ask { rule_version: Some(u64::MAX), ..cart(100_00, AskCoupons::None) };
    assert_eq!(run.no_quote(&future), "out_of_range rule_version");
}

/// A-S1-10: of a wallet of more than 200 what cannot apply goes first, and the choice is still proven;
/// where more goes, each kind keeps its best and the answer does not claim to be the best of all.
#[test]
fn a_s1_10_the_best_of_more_than_200_coupons() {
    let run = Run::in_memory().0.with_presale(&Offer::default());
    let hold = |name: &str, kind, count| {
        let deal = BatchDeal { kind, quantity: 100, per_customer: 100, ..BatchDeal::default() };
        run.ok(deal.create(name));
        run.claim_batch(name, "u1", count);
    };
    hold("pay", CouponKind::Payment, 100);
    hold("shop", CouponKind::Shop, 60);
    hold("jingtie", CouponKind::Jingtie, 60);
    let choice = |quote: &Quote| quote.choice.map(|choice| (choice.proven, choice.at_least.minor()));
    let best = run.quote(&cart(100_00, AskCoupons::Best));
    assert_eq!((best.payable, choice(&best)), (fen(90_00), Some((true, 90_00))));
    hold("dong", CouponKind::Dong, 100);
    let best = run.quote(&cart(100_00, AskCoupons::Best));
    assert_eq!((best.payable, choice(&best)), (fen(85_00), Some((false, 0))));
    // Under every threshold nothing can be saved, and nothing fails.
    assert_eq!(run.quote(&cart(19_99, AskCoupons::Best)).payable, fen(19_99));
}
