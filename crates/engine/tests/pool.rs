//! The presale pool by its rules: stages, timings, first N, tiers, re-runs.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod support;

use domain::pool::{Basis, GiftStrategy, PresaleStrategy, ShopOrder, Standing, Timing};
use engine::{Command, EngineError, FirstPayment, Reply, Undecided};
use support::{pool::*, *};

fn violations(run: &Run, command: Command) -> Vec<(String, String)> {
    match run.send(command) {
        Err(EngineError::Refused(refusal)) => {
            refusal.violations.iter().map(|v| (v.field.clone(), v.code.to_string())).collect()
        }
        other => panic!("{other:?}"),
    }
}

fn put(strategy: &PresaleStrategy) -> Command {
    Command::PutPresaleStrategy(Box::new(strategy.clone()))
}

fn put_gift(strategy: &GiftStrategy) -> Command {
    Command::PutGiftStrategy(Box::new(strategy.clone()))
}

#[test]
fn t46_s4_r03_s4_r04_s4_r14_a_s4_2_a_s4_4_activation() {
    let run = pool(&[], None);
    let strategy = presale(Timing::ToReview, &[]);
    let late = PresaleStrategy { activation_at: t("11-01"), ..strategy.clone() };
    let past = PresaleStrategy { activation_at: t("10-14"), ..strategy.clone() };
    assert_eq!(violations(&run, put(&late)), [("activation_at".into(), "not_before_balance_opening".into())]);
    assert_eq!(violations(&run, put(&past)), [("activation_at".into(), "activation_in_past".into())]);
    run.ok(put(&strategy));
    let (o1, o2) = (order("O1", "u1", "10-20 20:00:01"), order("O2", "u2", "10-20 20:00:02"));
    let single = ShopOrder { order_id: id("O3"), ..support::pool::single(&o1) };
    run.advance(t("10-21"));
    run.bring(&[o1.clone(), o2, single]);
    assert_eq!([run.stage("O1"), run.stage("O3")], ["presale_pool", "presale_pool"]);
    run.advance(t("10-29"));
    assert_eq!([run.stage("O1"), run.stage("O3")], ["presale_pool", "review"], "one stage: at activation");
    run.advance(t("11-01 01:00"));
    assert_eq!(run.take(&balanced(&o1, "11-01 00:05:00", 320_00)), "updated");
    assert_eq!(run.stage("O1"), "review");
    assert_eq!(run.pooled("O1").moves.last().unwrap().at, t("11-01 00:05:00"), "the later of both");
    assert_eq!(run.stage("O2"), "presale_pool", "never paid: it stays");
}

#[test]
fn a_s4_4_openings_are_heard_of_in_downloads() {
    let run = pool(&[], None);
    run.advance(t("10-21"));
    run.take(&order("O1", "u1", "10-20 20:00:01"));
    let silent = PresaleStrategy { balance_opens_at: None, ..presale(Timing::ToReview, &[]) };
    let late = PresaleStrategy { activation_at: t("11-01"), ..silent.clone() };
    assert_eq!(violations(&run, put(&late)), [("activation_at".into(), "not_before_balance_opening".into())]);
    run.ok(put(&silent));
}

#[test]
fn a_s4_16_an_unpaid_balance_closes_the_order_and_frees_its_gifts() {
    let run = pool(&[gift("g", Basis::FirstPayment)], Some(presale(Timing::TransferIn, &["g"])));
    run.ok(Command::PutGiftStock { sku: id("toy"), quantity: 5 });
    run.advance(t("10-21"));
    let mut unpaid = order("O1", "u1", "10-20 20:00:01");
    unpaid.times.balance_closes_at = Some(t("11-03"));
    run.bring(&[unpaid]);
    assert_eq!(run.gifts("O1"), ["toy"]);
    assert_eq!(run.reader().pool(&run.shop).unwrap().stock[&id::<domain::Sku>("toy")].given, 1);
    run.advance(t("11-02 23:59:59"));
    assert_eq!(run.stage("O1"), "presale_pool");
    run.advance(t("11-03"));
    assert_eq!((run.stage("O1"), run.gifts("O1")), ("closed", vec![]));
    assert_eq!(run.reader().pool(&run.shop).unwrap().stock[&id::<domain::Sku>("toy")].given, 0);
}

/// T50: 320.00 at the deposit, 280.00 after the balance with a coupon of 40.00.
#[test]
fn t50_s4_r26_a_s4_9_tiers_go_by_the_final_amount() {
    let tiers = by_amount(&[(200_00, "x"), (300_00, "y")], gift("g", Basis::FirstPayment));
    let timings = [
        (Timing::TransferOut, "x"),
        (Timing::ToReview, "x"),
        (Timing::Activation, "x"),
        (Timing::TransferInAndOut, "x"),
    ];
    for (timing, expected) in timings {
        let run = pool(std::slice::from_ref(&tiers), Some(presale(timing, &["g"])));
        run.advance(t("10-21"));
        let order = order("O1", "u1", "10-20 20:00:01");
        run.bring(std::slice::from_ref(&order));
        run.advance(t("11-01 01:00"));
        assert!(run.gifts("O1").is_empty(), "{timing:?}: the amount is not final");
        run.take(&balanced(&order, "11-01 00:05:00", 280_00));
        assert_eq!(run.gifts("O1"), [expected], "{timing:?}");
    }
    for (amount, expected) in [(300_00, &["y"][..]), (299_99, &["x"]), (200_00, &["x"]), (199_99, &[])] {
        let run = pool(std::slice::from_ref(&tiers), Some(presale(Timing::TransferOut, &["g"])));
        run.advance(t("11-01 01:00"));
        run.bring(&[balanced(&order("O1", "u1", "10-20 20:00:01"), "11-01 00:05:00", amount)]);
        assert_eq!(run.stage("O1"), "review");
        assert_eq!(run.gifts("O1"), expected, "{amount}");
    }
    // Where it runs on the way in, on an order that looks paid, the tier is the one of then.
    let run = pool(&[tiers], Some(presale(Timing::TransferInAndOut, &["g"])));
    run.advance(t("10-21"));
    let single = support::pool::single(&order("O1", "u1", "10-20 20:00:01"));
    run.bring(std::slice::from_ref(&single));
    assert_eq!(run.gifts("O1"), ["y"]);
    run.take(&balanced(&single, "10-21", 280_00));
    run.advance(t("10-29"));
    assert_eq!(
        (run.stage("O1"), run.gifts("O1")),
        ("review", vec!["y".into()]),
        "it hit: it does not run again"
    );
}

#[test]
fn s4_r26_tiers_on_the_way_in_are_warned_of() {
    let tiers = by_amount(&[(200_00, "x")], gift("g", Basis::FirstPayment));
    let run = pool(&[tiers, gift("b", Basis::BalancePayment)], None);
    let Reply::PresaleStrategy { warnings, .. } = run.ok(put(&presale(Timing::TransferIn, &["g", "b"])))
    else {
        panic!()
    };
    let codes: Vec<_> = warnings.iter().map(|w| (w.field.as_str(), w.code.as_str())).collect();
    assert_eq!(codes, [("gift_strategies[0]", "amount_not_final"), ("gift_strategies[1]", "basis_unknown")]);
}

#[test]
fn t51_s4_r02_s4_r09_s4_r10_manual_transfer_out() {
    let run = pool(&[gift("g", Basis::FirstPayment)], Some(presale(Timing::Activation, &["g"])));
    run.advance(t("10-21"));
    run.bring(&[order("O1", "u1", "10-20 20:00:01")]);
    run.ok(Command::TransferOut { order_id: id("O1") });
    assert_eq!((run.stage("O1"), run.gifts("O1")), ("review", vec![]));
    run.advance(t("10-30"));
    assert!(run.gifts("O1").is_empty(), "it left before the activation");
    run.ok(Command::RecomputeOrder { order_id: id("O1") });
    assert_eq!(run.gifts("O1"), ["toy"]);

    let run = pool(&[gift("g", Basis::FirstPayment)], Some(presale(Timing::TransferOut, &["g"])));
    run.advance(t("10-21"));
    run.bring(&[order("O1", "u1", "10-20 20:00:01")]);
    assert!(run.gifts("O1").is_empty());
    run.ok(Command::TransferOut { order_id: id("O1") });
    assert_eq!(run.gifts("O1"), ["toy"]);
}

#[test]
fn t52_s4_r08_balance_basis_runs_when_the_balance_is_paid() {
    let run = pool(&[first(1, gift("g", Basis::BalancePayment))], Some(presale(Timing::Activation, &["g"])));
    run.advance(t("10-21"));
    let (o7, o8) = (order("O7", "u7", "10-20 20:00:01"), order("O8", "u8", "10-20 20:00:02"));
    run.bring(&[o7.clone(), o8.clone()]);
    run.advance(t("10-29"));
    watermark(&run, "10-29");
    assert!(run.pooled("O7").entered.is_empty(), "unpaid orders are neither executed nor frozen");
    run.advance(t("11-01 00:10"));
    run.take(&balanced(&o7, "11-01 00:05:10", 320_00));
    run.advance(run.engine.now());
    assert!(run.winners("g").is_empty(), "an earlier one may still be missing");
    run.take(&balanced(&o8, "11-01 00:05:05", 320_00));
    watermark(&run, "11-01 00:06:00");
    assert_eq!(run.winners("g"), ["O8"]);
    assert!(run.gifts("O7").is_empty());
}

#[test]
fn s4_r05_a_s4_3_activation_freezes_what_it_judged() {
    let tiers = by_amount(&[(300_00, "x")], gift("g", Basis::FirstPayment));
    let run = pool(&[tiers], Some(presale(Timing::Activation, &["g"])));
    run.advance(t("11-01 00:10"));
    // Activated long ago; two-stage, paid: below the tier.
    let mut low = balanced(&order("O1", "u1", "10-20 20:00:01"), "11-01 00:05:00", 299_00);
    run.bring(std::slice::from_ref(&low));
    assert_eq!(run.standing("O1", "g"), Standing::Nothing);
    low.goods_paid = fen(301_00);
    assert_eq!(run.take(&low), "updated");
    assert!(run.gifts("O1").is_empty(), "judged once");
    run.ok(Command::RecomputeOrder { order_id: id("O1") });
    assert_eq!(run.gifts("O1"), ["x"], "people may ask again");
}

#[test]
fn t54_s4_r23_a_s4_11_going_back_keeps_both_times() {
    let run = pool(&[gift("g", Basis::FirstPayment)], Some(presale(Timing::ToReview, &["g"])));
    run.advance(t("11-01 00:10"));
    let full = balanced(&order("O1", "u1", "10-20 20:00:03"), "11-01 00:05:00", 320_00);
    run.bring(std::slice::from_ref(&full));
    assert_eq!(run.gifts("O1"), ["toy"]);
    let back = |first_payment| Command::RejectOrder { order_id: id("O1"), first_payment };
    run.ok(back(FirstPayment::Kept));
    assert_eq!((run.stage("O1"), run.gifts("O1")), ("shop_order", vec![]));
    run.submit("O1");
    let times = run.pooled("O1").times;
    assert_eq!(
        (times.first_paid_at, times.balance_paid_at),
        (full.times.first_paid_at, full.times.balance_paid_at)
    );
    assert_eq!(run.gifts("O1"), ["toy"]);
    // As older systems do it: the gift is lost, and somebody said yes to that.
    assert_eq!(run.refused(back(FirstPayment::LostUnconfirmed)), "confirmation_required");
    assert_eq!(run.stage("O1"), "review");
    run.ok(back(FirstPayment::Lost));
    run.submit("O1");
    assert_eq!((run.pooled("O1").times.first_paid_at, run.gifts("O1")), (None, vec![]));
}

#[test]
fn t56_s4_r07_s4_r17_s4_r18_validity_contains_activity() {
    let run = pool(&[], None);
    let base = GiftStrategy { activity: window("10-20", "11-03"), ..gift("g", Basis::Order) };
    let short = GiftStrategy { validity: window("10-20", "11-02"), ..base.clone() };
    assert_eq!(violations(&run, put_gift(&short)), [("activity".into(), "activity_outside_validity".into())]);
    let good = GiftStrategy { validity: window("10-20", "11-03"), ..base };
    run.ok(put_gift(&good));
    let strategy = presale(Timing::ToReview, &["g"]);
    let late = PresaleStrategy { validity: window("10-21", "12-01"), ..strategy.clone() };
    assert_eq!(
        violations(&run, put(&late)),
        [("gift_strategies[0]".into(), "activity_outside_validity".into())]
    );
    let strange = PresaleStrategy { goods: vec![id("sku-2")].into(), ..strategy.clone() };
    assert_eq!(
        violations(&run, put(&strange)),
        [("gift_strategies[0]".into(), "main_item_not_presale".into())]
    );
    let missing = PresaleStrategy { gift_strategies: vec![id("g"), id("h")], ..strategy.clone() };
    assert_eq!(violations(&run, put(&missing)), [("gift_strategies[1]".into(), "not_found".into())]);
    run.ok(put(&strategy));
    // The other way round: the gift strategy may not grow out of the presale either.
    let wide =
        GiftStrategy { activity: window("09-20", "11-03"), validity: window("09-20", "11-03"), ..good };
    assert_eq!(violations(&run, put_gift(&wide)), [("activity".into(), "activity_outside_validity".into())]);
    let other = PresaleStrategy { strategy_id: id("q"), ..strategy };
    assert_eq!(violations(&run, put(&other)), [("gift_strategies[0]".into(), "strategy_in_use".into())]);
}

#[test]
fn s4_r11_s4_r12_s4_r13_a_hit_on_the_way_in_keeps_the_way_out_from_running() {
    let early = gift("a", Basis::FirstPayment);
    let balance = gift("b", Basis::BalancePayment);
    let run = pool(&[early, balance], Some(presale(Timing::TransferInAndOut, &["a", "b"])));
    run.advance(t("10-21"));
    let order = order("O1", "u1", "10-20 20:00:01");
    run.bring(std::slice::from_ref(&order));
    assert_eq!(run.gifts("O1"), ["toy"]);
    run.advance(t("11-01 00:10"));
    run.take(&balanced(&order, "11-01 00:05:00", 320_00));
    assert_eq!((run.stage("O1"), run.gifts("O1").len()), ("review", 1), "the balance gift does not run");
    // The remedy: back and in again; on its way in nothing of the balance is missing now.
    run.ok(Command::RejectOrder { order_id: id("O1"), first_payment: FirstPayment::Kept });
    run.submit("O1");
    assert_eq!(run.gifts("O1").len(), 2);
}

#[test]
fn s4_r15_s4_r16_s4_r24_s4_r27_a_s4_12_a_s4_17_a_s4_18_without_a_presale_strategy_gifts_run_at_review() {
    let run = pool(
        &[
            gift("a", Basis::FirstPayment),
            gift("b", Basis::BalancePayment),
            first(5, gift("c", Basis::FirstPayment)),
        ],
        None,
    );
    run.advance(t("10-21"));
    let o1 = order("O1", "u1", "10-20 20:00:01");
    run.bring(std::slice::from_ref(&o1));
    assert_eq!(run.stage("O1"), "review");
    assert_eq!(run.gifts("O1"), ["toy"], "the balance is not paid; first N needs a presale strategy");
    // S4-R22: the balance is paid, a recompute mends it.
    run.advance(t("11-01 00:10"));
    run.take(&balanced(&o1, "11-01 00:05:00", 320_00));
    run.ok(Command::RecomputeOrder { order_id: id("O1") });
    assert_eq!(run.gifts("O1").len(), 2);
    // Outside the strategy's validity nothing runs; outside the presale's it is no pool.
    run.ok(put(&PresaleStrategy {
        activation_at: t("11-25"),
        balance_opens_at: None,
        ..presale(Timing::ToReview, &[])
    }));
    run.advance(t("12-01"));
    run.bring(&[order("O2", "u2", "10-20 20:00:02")]);
    assert_eq!((run.stage("O2"), run.gifts("O2")), ("review", vec![]));
}

#[test]
fn s4_r21_s4_r13_a_s4_13_a_strategy_set_later_needs_going_back() {
    let run = pool(&[gift("b", Basis::BalancePayment)], None);
    run.advance(t("10-21"));
    let o1 = order("O1", "u1", "10-20 20:00:01");
    run.bring(std::slice::from_ref(&o1));
    run.ok(put(&presale(Timing::TransferOut, &["b"])));
    assert_eq!((run.stage("O1"), run.pooled("O1").presale_strategy), ("review", None), "never retroactively");
    run.ok(Command::RejectOrder { order_id: id("O1"), first_payment: FirstPayment::Kept });
    run.submit("O1");
    assert_eq!(run.stage("O1"), "presale_pool");
    run.advance(t("11-01 00:10"));
    run.take(&balanced(&o1, "11-01 00:05:00", 320_00));
    assert_eq!((run.stage("O1"), run.gifts("O1")), ("review", vec!["toy".into()]));
}

#[test]
fn s4_r06_a_s4_10_a_rerun_takes_all_back_and_in_again() {
    let run = pool(&[first(1, gift("g", Basis::FirstPayment))], Some(presale(Timing::Activation, &["g"])));
    run.ok(Command::PutGiftStock { sku: id("toy"), quantity: 5 });
    run.advance(t("10-21"));
    run.bring(&[order("O2", "u2", "10-20 20:00:02"), order("O3", "u3", "10-20 20:00:03")]);
    run.advance(t("10-29"));
    watermark(&run, "10-29");
    assert_eq!(run.winners("g"), ["O2"]);
    run.bring(&[order("O1", "u1", "10-20 20:00:01")]);
    let rerun = |at: &str| Command::Rerun { strategy_id: id("p"), activation_at: t(at) };
    assert_eq!(violations(&run, rerun("10-28")), [("activation_at".into(), "activation_in_past".into())]);
    assert_eq!(
        violations(&run, rerun("11-01")),
        [("activation_at".into(), "not_before_balance_opening".into())]
    );
    run.ok(rerun("10-30"));
    run.advance(t("10-29 12:00"));
    assert_eq!(run.reader().pool(&run.shop).unwrap().stock[&id::<domain::Sku>("toy")].given, 0);
    run.advance(t("10-30"));
    watermark(&run, "10-30");
    assert_eq!(run.winners("g"), ["O1"]);
    assert_eq!(run.reader().pool(&run.shop).unwrap().stock[&id::<domain::Sku>("toy")].given, 1);
}

#[test]
fn a_s4_14_groups_add_up_and_the_first_hit_of_a_group_wins() {
    let named = |name: &str, group, priority, sku: &str| {
        let mut strategy = GiftStrategy { group, priority, ..gift(name, Basis::FirstPayment) };
        strategy.tiers[0].gifts = toys(sku);
        strategy
    };
    let rich = by_amount(&[(1000_00, "gold")], named("gold", 1, 9, "gold"));
    let strategies =
        [rich, named("silver", 1, 5, "silver"), named("bronze", 1, 1, "bronze"), named("pen", 2, 1, "pen")];
    let ids = ["gold", "silver", "bronze", "pen"];
    for timing in [Timing::TransferOut, Timing::Activation] {
        let run = pool(&strategies, Some(presale(timing, &ids)));
        run.advance(t("10-21"));
        let (low, high) = (order("O1", "u1", "10-20 20:00:01"), order("O2", "u2", "10-20 20:00:02"));
        run.bring(&[low.clone(), high.clone()]);
        run.advance(t("11-01 00:10"));
        run.take(&balanced(&low, "11-01 00:05:00", 320_00));
        run.take(&balanced(&high, "11-01 00:05:00", 1000_00));
        let sorted = |order: &str| {
            let mut gifts = run.gifts(order);
            gifts.sort();
            gifts
        };
        assert_eq!(sorted("O1"), ["pen", "silver"], "{timing:?}");
        assert_eq!(sorted("O2"), ["gold", "pen"], "{timing:?}");
    }
}

#[test]
fn a_s4_15_short_stock_skips_the_rule_and_lists_the_order() {
    let run = pool(&[gift("g", Basis::FirstPayment)], Some(presale(Timing::TransferIn, &["g"])));
    run.ok(Command::PutGiftStock { sku: id("toy"), quantity: 1 });
    run.advance(t("10-21"));
    run.bring(&[order("O1", "u1", "10-20 20:00:01"), order("O2", "u2", "10-20 20:00:02")]);
    assert_eq!((run.gifts("O1"), run.gifts("O2")), (vec!["toy".into()], vec![]));
    let listed = run.reader().pool_exceptions(&run.shop, &all()).unwrap();
    assert_eq!(listed[0].exceptions[0].code.as_str(), "gift_out_of_stock");
    run.ok(Command::PutGiftStock { sku: id("toy"), quantity: 2 });
    run.ok(Command::TransferOut { order_id: id("O2") });
    run.ok(Command::RecomputeOrder { order_id: id("O2") });
    assert_eq!(run.gifts("O2"), ["toy"], "the rule was not disabled");
    assert_eq!(run.refused(Command::PutGiftStock { sku: id("toy"), quantity: 1 }), "invalid_value");
}

#[test]
fn a_s4_10_a_recompute_keeps_gifts_by_hand_and_frozen_ranks() {
    let run = pool(
        &[
            first(1, gift("g", Basis::FirstPayment)),
            by_amount(&[(0, "x"), (300_00, "y")], gift("h", Basis::FirstPayment)),
        ],
        None,
    );
    run.ok(put(&presale(Timing::Activation, &["g", "h"])));
    run.advance(t("10-21"));
    let o1 = order("O1", "u1", "10-20 20:00:01");
    run.bring(std::slice::from_ref(&o1));
    run.ok(Command::AddGift { order_id: id("O1"), gift: toys("card").remove(0), reason: "sorry".into() });
    run.advance(t("11-01 00:10"));
    run.take(&balanced(&o1, "11-01 00:05:00", 320_00));
    watermark(&run, "11-01");
    assert_eq!(run.gifts("O1"), ["toy", "y", "card!"]);
    let mut less = balanced(&o1, "11-01 00:05:00", 280_00);
    less.goods_paid = fen(280_00);
    run.take(&less);
    run.ok(Command::RecomputeOrder { order_id: id("O1") });
    assert_eq!(run.gifts("O1"), ["toy", "x", "card!"]);
}

#[test]
fn a_s4_1_orders_move_along_the_listed_ways_only() {
    let run = pool(&[], Some(presale(Timing::ToReview, &[])));
    run.advance(t("10-21"));
    assert_eq!(run.refused(Command::SubmitOrder { order_id: id("O1") }), "not_found");
    run.take(&order("O1", "u1", "10-20 20:00:01"));
    let out = || Command::TransferOut { order_id: id("O1") };
    let fulfil = || support::pool::fulfilling(id("O1"), Undecided::Refuse);
    let back = || Command::RejectOrder { order_id: id("O1"), first_payment: FirstPayment::Kept };
    let again = || Command::RecomputeOrder { order_id: id("O1") };
    for command in [out(), fulfil(), back(), again()] {
        assert_eq!(run.refused(command), "wrong_stage");
    }
    run.submit("O1");
    for command in [Command::SubmitOrder { order_id: id("O1") }, fulfil(), again()] {
        assert_eq!(run.refused(command), "wrong_stage");
    }
    run.ok(out());
    run.ok(back());
    run.submit("O1");
    run.ok(out());
    run.ok(fulfil());
    for command in [out(), fulfil(), back(), again()] {
        assert_eq!(run.refused(command), "wrong_stage");
    }
}

#[test]
fn a_s4_13_what_orders_have_entered_under_stays_until_a_rerun() {
    let run = pool(&[gift("g", Basis::FirstPayment)], Some(presale(Timing::Activation, &["g"])));
    run.advance(t("10-21"));
    run.bring(&[order("O1", "u1", "10-20 20:00:01")]);
    run.ok(put_gift(&gift("h", Basis::FirstPayment)));
    assert_eq!(run.refused(put(&presale(Timing::Activation, &["g", "h"]))), "orders_in_pool");
    assert_eq!(run.refused(put(&presale(Timing::TransferOut, &["g"]))), "orders_in_pool");
    assert_eq!(run.refused(put(&presale(Timing::Activation, &[]))), "orders_in_pool");
    let mut changed = gift("g", Basis::FirstPayment);
    changed.tiers[0].gifts = toys("ball");
    run.ok(put_gift(&changed));
    run.advance(t("10-29"));
    assert_eq!(run.gifts("O1"), ["toy"], "the version it entered under (A-G-10)");
    let moved = PresaleStrategy { activation_at: t("10-30"), ..presale(Timing::Activation, &["g"]) };
    assert_eq!(run.refused(put(&moved)), "already_executed");
    let renamed = PresaleStrategy { name: "Double 12".into(), ..presale(Timing::Activation, &["g"]) };
    run.ok(put(&renamed));
    run.ok(Command::Rerun { strategy_id: id("p"), activation_at: t("10-30") });
    run.advance(t("10-30"));
    assert_eq!(run.gifts("O1"), ["ball"]);
}

#[test]
fn downloads_again_and_in_any_order_forget_nothing() {
    let run = pool(&[], None);
    run.advance(t("11-01 01:00"));
    let early = order("O1", "u1", "10-20 20:00:01");
    let late = balanced(&early, "11-01 00:05:00", 280_00);
    let mut only_balance = late.clone();
    only_balance.times.first_paid_at = None;
    assert_eq!(run.take(&only_balance), "created");
    assert_eq!(run.take(&early), "updated", "the first payment is learned");
    assert_eq!(run.take(&early), "duplicate");
    assert_eq!(run.take(&late), "duplicate");
    let known = run.pooled("O1");
    assert_eq!(
        (known.times, known.goods_paid),
        (late.times, fen(280_00)),
        "an older download changes no amount"
    );
    let mut other = late.clone();
    other.times.balance_paid_at = Some(t("11-01 00:06:00"));
    assert_eq!(run.take(&other), "idempotency_conflict");
    let mut reversed = early.clone();
    reversed.order_id = id("O2");
    reversed.times.balance_opens_at = None;
    reversed.times.balance_paid_at = Some(t("10-20 19:00:00"));
    assert_eq!(run.take(&reversed), "invalid_value", "a balance before its deposit");
}
