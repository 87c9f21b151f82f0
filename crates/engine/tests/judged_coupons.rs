//! S1-R12, R13, A-S1-10, A-S1-11: orders and balances are judged by the batch whose coupon they name, with
//! the codes of a quote; they are taken all the same (S0-R31).
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod support;

use domain::{
    campaign::{Terms, promotion::PercentOff},
    catalog::{Scope, ScopeMode},
    coupon::{Coupon, CouponKind, CouponStatus},
    event::{Body, OrderEvent},
    order::{Discount, LineShare, Party, Stage},
};
use engine::Command;
use support::{batch::*, presale::hours, *};

/// A batch: kind, threshold, saving, and what is special about it.
type Batch<'a> = (CouponKind, i64, i64, fn(&mut domain::coupon::Batch));

fn plain(_: &mut domain::coupon::Batch) {}
fn of_sku_1(batch: &mut domain::coupon::Batch) {
    let skus = std::sync::Arc::new([id("sku-1")].into_iter().collect());
    batch.scope = Scope { mode: ScopeMode::Whitelist, skus, ..Scope::default() };
}
fn ten_percent(batch: &mut domain::coupon::Batch) {
    (batch.benefit.save, batch.benefit.percent_off) = (None, PercentOff::from_basis_points(1_000));
}
fn by_platform(batch: &mut domain::coupon::Batch) {
    batch.funded_by = Party::Platform;
}

fn take(run: &Run, name: &str, (kind, spend, save, special): Batch<'_>) -> Coupon {
    let mut create = BatchDeal { kind, spend, ..BatchDeal::default() }.create(name);
    let Command::CreateBatch { batch, .. } = &mut create else { panic!() };
    batch.benefit.save = Some(fen(save));
    special(batch);
    run.ok(create);
    run.claim_batch(name, "u1", 1).remove(0)
}

fn off(coupon: &Coupon, minor: i64) -> Discount {
    let kind = match coupon.kind() {
        CouponKind::Freight => "freight_coupon".to_owned(),
        kind => format!("{}_coupon", kind.as_str()),
    };
    let id = Some(coupon.coupon_id.as_str().into());
    let (amount, funded_by) = (fen(minor), Party::Merchant);
    Discount { kind: kind.as_str().into(), id, amount, funded_by, lines: Vec::new() }
}

/// 100.00 of `sku-1` and 50.00 of `sku-2`, with freight as said.
fn order(order: &str, freight: i64, discounts: Vec<Discount>) -> OrderEvent {
    let mut placed = placing(order, "u1");
    placed.lines[0].quantity = 1;
    placed.lines[1].unit_price = fen(50_00);
    let off: i64 = discounts.iter().map(|discount| discount.amount.minor()).sum();
    (placed.freight, placed.discounts) = (fen(freight), discounts);
    placed.payable = fen(150_00 + freight - off);
    event(&format!("{order}.placed"), Body::Placed(Box::new(placed)), at(0))
}

fn shop() -> Run {
    Run::in_memory().0.with_campaign(&Deal::default())
}

#[test]
fn a_s1_10_an_order_is_judged_by_the_batch_of_its_coupon() {
    let (shop_kind, product, dong, jing) =
        (CouponKind::Shop, CouponKind::Product, CouponKind::Dong, CouponKind::Jing);
    // What is noted at once, as far as it is certain, and when nobody else of a checkout can come (A-S1-28).
    let cases: &[(Batch<'_>, i64, &[&str])] = &[
        ((shop_kind, 100_00, 8_00, plain), 8_00, &[]),
        ((shop_kind, 150_00, 8_00, plain), 8_00, &[]),
        ((shop_kind, 150_01, 8_00, plain), 8_00, &["below_threshold"]),
        ((shop_kind, 100_00, 8_00, plain), 8_01, &["discount_too_high"]),
        ((shop_kind, 100_00, 8_00, plain), 90_00, &["discount_too_high"]),
        ((product, 100_00, 8_00, of_sku_1), 8_00, &[]),
        ((product, 100_01, 8_00, of_sku_1), 8_00, &["below_threshold"]),
        ((dong, 100_00, 0, ten_percent), 15_00, &[]),
        ((dong, 100_00, 0, ten_percent), 15_01, &["discount_too_high"]),
        ((jing, 0, 8_00, plain), 8_00, &[]),
        ((CouponKind::Payment, 100_00, 8_00, plain), 8_00, &["stage_not_allowed"]),
        ((shop_kind, 100_00, 8_00, plain), 0, &["no_saving"]),
        ((CouponKind::Freight, 0, 6_00, plain), 0, &["no_freight_to_reduce"]),
    ];
    // Perhaps parts of a merged checkout.
    let waiting: &[(Batch<'_>, i64, &[&str])] = &[
        ((shop_kind, 150_01, 8_00, plain), 7_99, &["below_threshold"]),
        ((shop_kind, 150_00, 8_00, plain), 7_99, &[]),
        ((dong, 150_01, 0, ten_percent), 15_00, &["below_threshold"]),
    ];
    for (batch, minor, later) in waiting {
        let run = shop();
        let coupon = take(&run, "b1", *batch);
        run.apply(&order("o1", 0, vec![off(&coupon, *minor)]));
        run.apply(&paid("o1", "p1", 150_00 - minor, at(1)));
        run.advance(at(16).plus_seconds(-1));
        assert_eq!(run.conflicts("o1"), [""; 0], "{:?} {} {minor}", batch.0, batch.1);
        run.assert_clean();
        run.advance(at(16));
        assert_eq!(run.conflicts("o1"), *later, "{:?} {} {minor}", batch.0, batch.1);
        run.assert_clean();
    }
    for (batch, minor, expected) in cases {
        let run = shop();
        let coupon = take(&run, "b1", *batch);
        run.apply(&order("o1", 0, vec![off(&coupon, *minor)]));
        assert_eq!(run.conflicts("o1"), *expected, "{:?} {} {minor}", batch.0, batch.1);
        let wanted = if *minor > 0 { CouponStatus::Locked } else { CouponStatus::Available };
        assert_eq!(run.coupon(&coupon).status, wanted);
        run.apply(&paid("o1", "p1", 150_00 - minor, at(1)));
        assert_eq!(run.conflicts("o1"), *expected);
        run.assert_clean();
    }
}

#[test]
fn a_s1_10_coupons_that_exclude_one_another_are_noted() {
    let (dong, jing, any, one): (_, _, fn(&mut _), fn(&mut _)) =
        (CouponKind::Dong, CouponKind::Jing, plain, of_sku_1);
    for (kinds, expected) in [
        ([(CouponKind::Shop, any), (CouponKind::Shop, one)], &["not_stackable"][..]),
        ([(CouponKind::Shop, any), (CouponKind::Product, one)], &[]),
        ([(dong, any), (jing, one)], &["not_stackable"]),
        ([(dong, any), (dong, one)], &["not_stackable"]),
        ([(jing, one), (jing, one)], &[]),
        ([(jing, any), (jing, one)], &["not_stackable"]),
        ([(CouponKind::Jingtie, any), (CouponKind::Jingtie, any)], &["not_stackable"]),
    ] {
        let run = shop();
        let [first, second] = [0, 1].map(|at| {
            let (kind, special) = kinds[at];
            take(&run, &format!("b{at}"), (kind, 0, 5_00, special))
        });
        run.apply(&order("o1", 0, vec![off(&first, 5_00), off(&second, 5_00)]));
        assert_eq!(run.conflicts("o1"), expected, "{:?}", kinds.map(|(kind, _)| kind));
        run.assert_clean();
    }
}

/// A-S1-7: a threshold is compared with what earlier steps left.
#[test]
fn a_s1_7_a_threshold_counts_what_earlier_steps_left() {
    for (kind, amount, expected) in [
        ("order_promotion", 10_01, &["below_threshold"][..]),
        ("order_promotion", 10_00, &[]),
        ("shop_coupon", 10_01, &["below_threshold"]),
        ("beans", 10_01, &[]),
        ("jingtie", 10_01, &[]),
    ] {
        let run = shop();
        let coupon = take(&run, "b1", (CouponKind::Product, 140_00, 5_00, plain));
        let other = Discount { kind: kind.into(), id: None, ..off(&coupon, amount) };
        // In whatever order they are named.
        run.apply(&order("o1", 0, vec![off(&coupon, 5_00), other]));
        assert_eq!(run.conflicts("o1"), expected, "{kind} {amount}");
        run.assert_clean();
    }
}

#[test]
fn a_s1_6_shares_on_goods_out_of_scope_are_noted() {
    for (line, expected) in [("l1", &[][..]), ("l2", &["out_of_scope"])] {
        let run = shop();
        let coupon = take(&run, "b1", (CouponKind::Product, 0, 5_00, of_sku_1));
        let lines = vec![LineShare { line_id: id(line), amount: fen(5_00) }];
        run.apply(&order("o1", 0, vec![Discount { lines, ..off(&coupon, 5_00) }]));
        assert_eq!(run.conflicts("o1"), expected);
    }
    // A freight coupon takes freight, others take goods.
    for (kind, word, expected) in [
        (CouponKind::Freight, "freight_coupon", &[][..]),
        (CouponKind::Freight, "shop_coupon", &["out_of_scope"]),
        (CouponKind::Shop, "freight_coupon", &["out_of_scope"]),
    ] {
        let run = shop();
        let coupon = take(&run, "b1", (kind, 0, 5_00, plain));
        run.apply(&order("o1", 6_00, vec![Discount { kind: word.into(), ..off(&coupon, 5_00) }]));
        assert_eq!(run.conflicts("o1"), expected, "{word}");
    }
}

/// Whoever the platform says bears it, the books go by the batch.
#[test]
fn a_s1_10_a_coupon_is_borne_by_whom_its_batch_says() {
    for (special, said, settled) in [
        (plain as fn(&mut _), Party::Platform, 142_00),
        (plain, Party::Merchant, 142_00),
        (by_platform, Party::Merchant, 150_00),
        (by_platform, Party::Platform, 150_00),
    ] {
        let run = shop();
        let coupon = take(&run, "b1", (CouponKind::Shop, 100_00, 8_00, special));
        let told = order("o1", 0, vec![Discount { funded_by: said, ..off(&coupon, 8_00) }]);
        run.apply(&told);
        let right = (settled == 150_00) == (said == Party::Platform);
        assert_eq!(run.conflicts("o1"), if right { vec![] } else { vec!["invalid_value"] });
        run.apply(&paid("o1", "p1", 142_00, at(1)));
        assert_eq!(run.books("o1"), (150_00, 142_00, settled));
        assert_eq!(run.event(&told).outcome, engine::EventOutcome::Duplicate);
        run.assert_clean();
    }
}

/// The balance of 700.00 (in or outside the main process) opens.
fn presale(main_process: bool) -> Run {
    let run = Run::in_memory().0;
    run.ok(Command::PutShop(Box::new(support::shop(run.shop.as_str()))));
    let mut create = presale::Offer::default().create("p1");
    let Command::CreateCampaign { version, .. } = &mut create else { panic!() };
    let Terms::Presale(terms) = &mut version.terms else { panic!() };
    terms.main_process = Some(main_process);
    run.ok(create);
    run.advance(support::START);
    run.deposit("x", "u1", at(0));
    run.advance(hours(24 * 10 + 20));
    run
}

fn balance(run: &Run, minor: i64, discounts: Vec<Discount>) {
    let mut paid = paying("x", "x.b", minor);
    (paid.stage, paid.discounts) = (Stage::Balance, discounts);
    run.apply(&event("x.balance", Body::PaymentSucceeded(paid), run.engine.now()));
}

#[test]
fn s1_r13_a_s1_11_a_s1_26_a_balance_is_judged_by_the_stacking_table() {
    let (main, outside) = (true, false);
    for (main_process, kind, spend, expected) in [
        (main, CouponKind::Jing, 800_00, &[][..]),
        (main, CouponKind::Jing, 800_01, &["below_threshold"]),
        (outside, CouponKind::Jing, 0, &["not_in_main_process"]),
        (outside, CouponKind::Product, 0, &["not_in_main_process"]),
        // A-S1-26: with a threshold it counts as a Dong coupon.
        (outside, CouponKind::Product, 800_00, &[]),
        (outside, CouponKind::Product, 800_01, &["below_threshold"]),
        (main, CouponKind::Product, 0, &[]),
        (outside, CouponKind::Jing, 800_00, &["not_in_main_process"]),
        (outside, CouponKind::Dong, 800_00, &[]),
        (outside, CouponKind::Shop, 0, &[]),
        (outside, CouponKind::Freight, 0, &["no_freight_to_reduce"]),
        (main, CouponKind::Freight, 0, &["no_freight_to_reduce"]),
    ] {
        let run = presale(main_process);
        let coupon = take(&run, "b1", (kind, spend, 5_00, plain));
        let nothing = kind == CouponKind::Freight;
        balance(&run, if nothing { 700_00 } else { 695_00 }, vec![off(&coupon, 5_00)]);
        assert_eq!(run.conflicts("x"), expected, "{main_process} {kind:?} {spend}");
        let used = if nothing { CouponStatus::Available } else { CouponStatus::Used };
        assert_eq!(run.coupon(&coupon).status, used);
        run.assert_clean();
    }
    // A-S1-9, S1-R08, S1-R10: assets and promotions of a balance.
    for (main_process, kind, expected) in [
        (main, "red_packet", &[][..]),
        (main, "order_promotion", &[]),
        (main, "item_promotion", &["stage_not_allowed"]),
        (outside, "red_packet", &["not_in_main_process"]),
        (outside, "beans", &["not_in_main_process"]),
        (outside, "order_promotion", &["not_in_main_process"]),
        (outside, "goodwill", &[]),
    ] {
        let run = presale(main_process);
        let (amount, funded_by) = (fen(5_00), Party::Platform);
        let asset = Discount { kind: kind.into(), id: None, amount, funded_by, lines: Vec::new() };
        balance(&run, 695_00, vec![asset]);
        assert_eq!(run.conflicts("x"), expected, "{main_process} {kind}");
    }
}

/// S1-R07, S1-R08, S1-R26: neither assets nor item promotions with the placing of a presale line.
#[test]
fn s1_r08_s1_r26_assets_with_the_placing_of_a_presale_are_noted() {
    for (kind, expected) in [
        ("red_packet", &["stage_not_allowed"][..]),
        ("item_promotion", &["stage_not_allowed"]),
        ("e_card", &["stage_not_allowed"]),
        ("shop_coupon", &[]),
    ] {
        let run = Run::in_memory().0.with_presale(&presale::Offer::default());
        let mut placed = presale::presale_placing("x", "u1");
        let (amount, funded_by) = (fen(5_00), Party::Platform);
        placed.discounts =
            vec![Discount { kind: kind.into(), id: None, amount, funded_by, lines: Vec::new() }];
        placed.payable = fen(795_00);
        run.apply(&event("x.placed", Body::Placed(Box::new(placed)), at(0)));
        assert_eq!(run.conflicts("x"), expected, "{kind}");
        run.assert_clean();
    }
}

/// A discount of nothing names a coupon too: nothing that follows may stumble over it.
#[test]
fn s0_r31_a_discount_of_nothing_stops_no_later_event() {
    let run = shop();
    let part = take(&run, "b1", (CouponKind::Shop, 100_00, 30_00, plain));
    let nothing = take(&run, "b2", (CouponKind::Shop, 100_00, 8_00, plain));
    run.apply(&order("o1", 0, vec![off(&part, 10_00), off(&nothing, 0)]));
    run.apply(&order("o2", 0, vec![off(&part, 20_00)]));
    run.apply(&paid("o1", "p1", 140_00, at(1)));
    run.apply(&paid("o2", "p2", 130_00, at(1)));
    assert_eq!(run.coupon(&nothing).status, CouponStatus::Available);
    run.assert_clean();
}
