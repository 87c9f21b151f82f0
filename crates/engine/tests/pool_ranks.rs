//! The first N: ranks by the customer's time, the download's watermark, exceptions, re-runs.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod support;

use domain::pool::{Basis, BuyerLimit, GiftStrategy, Timing};
use engine::{Command, Undecided};
use support::{pool::*, *};

/// T47: N = 3, downloaded last to first.
#[test]
fn t47_s4_r01_s4_r20_a_s4_5_a_s4_6_first_n_by_the_customers_time() {
    let run = pool(&[first(3, gift("g", Basis::FirstPayment))], Some(presale(Timing::Activation, &["g"])));
    run.advance(t("10-21"));
    for number in [5, 4, 3, 2, 1] {
        run.bring(&[order(&format!("O{number}"), "u", &format!("10-20 20:00:0{number}"))]);
    }
    run.advance(t("10-29"));
    let waits = run.run_state("g").waits.expect("the download has not come through");
    assert_eq!((waits.code.as_str(), waits.needs_through), ("pool_incomplete", t("10-29")));
    assert!(run.winners("g").is_empty(), "nothing is given before it is certain");
    watermark(&run, "10-20 20:00:02");
    assert!(run.winners("g").is_empty(), "the third is not certain");
    watermark(&run, "10-20 20:00:03");
    assert_eq!(run.winners("g"), ["O1", "O2", "O3"]);
    assert_eq!([run.rank("O1", "g"), run.rank("O3", "g")], [Some(1), Some(3)]);
    assert!(run.gifts("O4").is_empty() && run.run_state("g").finished);
}

#[test]
fn t47_a_pool_that_misses_part_of_the_first_100_gives_nothing_wrong() {
    let run = pool(&[first(100, gift("g", Basis::FirstPayment))], Some(presale(Timing::Activation, &["g"])));
    run.advance(t("10-21"));
    let named = |number: i64| {
        let mut order = order(&format!("O{number}"), &format!("u{number}"), "10-20 20:00:00");
        order.times.first_paid_at = Some(t("10-20 20:00:00").plus_seconds(number));
        order
    };
    // 80 of the first 100 and 20 later ones are here.
    for number in (1..=80).chain(101..=120) {
        run.bring(&[named(number)]);
    }
    run.advance(t("10-29"));
    watermark(&run, "10-20 20:01:20");
    assert_eq!(run.run_state("g").waits.unwrap().code.as_str(), "pool_incomplete");
    assert_eq!(run.run_state("g").waits.unwrap().certain, 80);
    assert!(run.winners("g").is_empty());
    for number in 81..=100 {
        run.bring(&[named(number)]);
    }
    watermark(&run, "10-20 20:02:00");
    let expected: Vec<_> = (1..=100).map(|number| format!("O{number}")).collect();
    assert_eq!(run.winners("g"), expected);
}

#[test]
fn a_s4_5_the_same_second_goes_by_number_and_one_a_buyer_counts_once() {
    let one = GiftStrategy { buyers: BuyerLimit::OncePerBuyer, ..first(3, gift("g", Basis::FirstPayment)) };
    let run = pool(&[one], Some(presale(Timing::Activation, &["g"])));
    run.advance(t("10-21"));
    run.bring(&[
        order("10", "u2", "10-20 20:00:01"),
        order("9", "u1", "10-20 20:00:01"),
        order("12", "u1", "10-20 20:00:00"),
        order("11", "u3", "10-20 20:00:02"),
        order("13", "u4", "10-20 20:00:03"),
    ]);
    run.advance(t("10-29"));
    watermark(&run, "10-29");
    assert_eq!(run.winners("g"), ["12", "10", "11"], "9 is u1's second order and takes no place");
    assert_eq!(run.rank("11", "g"), Some(3));
}

#[test]
fn a_s4_5_a_buyers_next_order_counts_when_the_first_is_gone() {
    let one = GiftStrategy { buyers: BuyerLimit::OncePerBuyer, ..first(2, gift("g", Basis::FirstPayment)) };
    let run = pool(&[one], Some(presale(Timing::Activation, &["g"])));
    run.advance(t("10-21"));
    let mut gone = order("1", "u1", "10-20 20:00:00");
    run.bring(&[order("3", "u2", "10-20 20:00:02"), order("2", "u1", "10-20 20:00:01"), gone.clone()]);
    gone.times.closed_at = Some(t("10-21"));
    assert_eq!(run.take(&gone), "updated");
    run.advance(t("10-29"));
    watermark(&run, "10-29");
    assert_eq!(run.winners("g"), ["2", "3"]);
}

#[test]
fn a_s4_6_an_operator_may_override() {
    let run = pool(&[first(2, gift("g", Basis::FirstPayment))], Some(presale(Timing::Activation, &["g"])));
    run.advance(t("10-21"));
    run.bring(&[order("O1", "u1", "10-20 20:00:01")]);
    assert_eq!(run.refused(Command::OverrideRun { strategy_id: id("g") }), "wrong_stage");
    run.advance(t("10-29"));
    assert!(run.winners("g").is_empty());
    run.ok(Command::OverrideRun { strategy_id: id("g") });
    run.advance(t("10-29"));
    assert_eq!(run.winners("g"), ["O1"]);
}

#[test]
fn a_s4_6_the_watermark_never_goes_back() {
    let run = pool(&[], None);
    run.ok(Command::PutWatermark { through: t("10-15") });
    run.ok(Command::PutWatermark { through: t("10-15") });
    assert_eq!(run.refused(Command::PutWatermark { through: t("10-14") }), "watermark_backwards");
    assert_eq!(run.refused(Command::PutWatermark { through: t("10-20") }), "invalid_value");
    assert_eq!(run.reader().pool(&run.shop).unwrap().watermark, Some(t("10-15")));
}

#[test]
fn a_s4_7_a_late_earlier_order_is_an_exception_with_a_gift_by_hand() {
    let run = pool(&[first(2, gift("g", Basis::FirstPayment))], Some(presale(Timing::Activation, &["g"])));
    run.advance(t("10-21"));
    run.bring(&[order("O2", "u2", "10-20 20:00:02"), order("O3", "u3", "10-20 20:00:03")]);
    run.advance(t("10-29"));
    watermark(&run, "10-29");
    assert_eq!(run.winners("g"), ["O2", "O3"]);
    run.bring(&[order("O1", "u1", "10-20 20:00:01"), order("O9", "u9", "10-20 20:00:09")]);
    assert_eq!(run.winners("g"), ["O2", "O3"], "the ranks are frozen");
    let late = run.reader().pool_exceptions(&run.shop, &all()).unwrap();
    assert_eq!(late.iter().map(|order| order.order_id.as_str()).collect::<Vec<_>>(), ["O1"]);
    assert_eq!(late[0].exceptions[0].code.as_str(), "late_earlier_order");
    let gift = toys("toy").remove(0);
    run.ok(Command::AddGift { order_id: id("O1"), gift, reason: "came late".into() });
    assert_eq!(run.gifts("O1"), ["toy!"]);
    assert!(run.reader().pool_exceptions(&run.shop, &all()).unwrap().is_empty());
}

#[test]
fn a_s4_8_before_the_freeze_a_closed_order_is_left_out_after_it_keeps_its_slot() {
    let run = pool(&[first(2, gift("g", Basis::FirstPayment))], Some(presale(Timing::Activation, &["g"])));
    run.ok(Command::PutGiftStock { sku: id("toy"), quantity: 5 });
    run.advance(t("10-21"));
    let mut orders: Vec<_> =
        (1..=4).map(|n| order(&format!("O{n}"), &format!("u{n}"), &format!("10-20 20:00:0{n}"))).collect();
    run.bring(&orders);
    orders[0].times.closed_at = Some(t("10-21"));
    run.take(&orders[0]);
    run.advance(t("10-29"));
    watermark(&run, "10-29");
    assert_eq!(run.winners("g"), ["O2", "O3"]);
    orders[1].times.closed_at = Some(t("10-29"));
    run.take(&orders[1]);
    assert_eq!(run.winners("g"), ["O3"], "no back-fill");
    let (state, stock) = (run.run_state("g"), run.reader().pool(&run.shop).unwrap().stock);
    assert_eq!((state.given, stock[&id::<domain::Sku>("toy")].given), (1, 1));
}

#[test]
fn s4_r06_what_the_warehouse_has_counts_in_a_rerun() {
    for once in [BuyerLimit::EveryOrder, BuyerLimit::OncePerBuyer] {
        let n = if once == BuyerLimit::EveryOrder { 1 } else { 5 };
        let strategy = GiftStrategy { buyers: once, ..first(n, gift("g", Basis::FirstPayment)) };
        let run = pool(&[strategy], Some(presale(Timing::Activation, &["g"])));
        run.advance(t("10-21"));
        run.bring(&[order("O3", "u1", "10-20 20:00:03")]);
        run.advance(t("10-29"));
        watermark(&run, "10-29");
        assert_eq!(run.gifts("O3"), ["toy"]);
        run.ok(Command::TransferOut { order_id: id("O3") });
        run.ok(support::pool::fulfilling(id("O3"), Undecided::Refuse));
        run.bring(&[order("O1", "u1", "10-20 20:00:01")]);
        run.ok(Command::Rerun { strategy_id: id("p"), activation_at: t("10-30") });
        run.advance(t("10-30"));
        watermark(&run, "10-30");
        assert_eq!(run.winners("g"), ["O3"], "{once:?}: its gift is on the way");
        assert_eq!(run.run_state("g").given, 1);
        run.assert_clean();
    }
}

#[test]
fn a_buyers_earlier_order_that_comes_later_gets_no_second_gift() {
    let once = GiftStrategy { buyers: BuyerLimit::OncePerBuyer, ..gift("g", Basis::FirstPayment) };
    let run = pool(&[once], Some(presale(Timing::TransferIn, &["g"])));
    run.advance(t("10-21"));
    run.bring(&[order("O2", "u1", "10-20 20:00:02"), order("O1", "u1", "10-20 20:00:01")]);
    assert_eq!((run.gifts("O2"), run.gifts("O1")), (vec!["toy".into()], vec![]));
}

#[test]
fn a_s4_15_a_walk_lists_the_orders_whose_gift_ran_out() {
    let run = pool(&[first(3, gift("g", Basis::FirstPayment))], Some(presale(Timing::Activation, &["g"])));
    run.ok(Command::PutGiftStock { sku: id("toy"), quantity: 1 });
    run.advance(t("10-21"));
    run.bring(&[order("O1", "u1", "10-20 20:00:01"), order("O2", "u2", "10-20 20:00:02")]);
    run.advance(t("10-29"));
    watermark(&run, "10-29");
    assert_eq!(run.gifts("O1"), ["toy"]);
    let listed = run.reader().pool_exceptions(&run.shop, &all()).unwrap();
    assert_eq!(listed.iter().map(|order| order.order_id.as_str()).collect::<Vec<_>>(), ["O2"]);
    run.assert_clean();
}

#[test]
fn a_s4_14_beyond_the_first_n_the_next_of_the_group_gives_and_orders_can_go() {
    let one = GiftStrategy { group: 1, priority: 9, ..first(1, gift("a", Basis::FirstPayment)) };
    let mut rest = GiftStrategy { group: 1, ..gift("b", Basis::FirstPayment) };
    rest.tiers[0].gifts = toys("pen");
    let run = pool(&[one, rest], Some(presale(Timing::Activation, &["a", "b"])));
    run.advance(t("10-21"));
    let orders = ["O1", "O2", "O3"].map(|name| order(name, name, &format!("10-20 20:00:0{}", &name[1..])));
    run.bring(&orders);
    run.advance(t("10-29"));
    watermark(&run, "10-29");
    assert_eq!([run.gifts("O1"), run.gifts("O2"), run.gifts("O3")], [["toy"], ["pen"], ["pen"]]);
    run.ok(Command::TransferOut { order_id: id("O2") });
    run.ok(support::pool::fulfilling(id("O2"), Undecided::Refuse));
}

#[test]
fn a_s4_14_an_order_that_comes_after_the_activation_waits_for_the_strategy_that_goes_first() {
    let one = GiftStrategy { group: 1, priority: 9, ..first(1, gift("a", Basis::BalancePayment)) };
    let mut rest = GiftStrategy { group: 1, ..gift("b", Basis::FirstPayment) };
    rest.tiers[0].gifts = toys("pen");
    let run = pool(&[one, rest], Some(presale(Timing::Activation, &["a", "b"])));
    run.advance(t("10-30"));
    let unpaid = order("O1", "u1", "10-20 20:00:01");
    run.bring(std::slice::from_ref(&unpaid));
    watermark(&run, "10-30");
    assert!(run.gifts("O1").is_empty(), "the first of those that pay the balance may still be this one");
    run.advance(t("11-01 01:00"));
    run.take(&balanced(&unpaid, "11-01 00:05", 320_00));
    assert!(run.gifts("O1").is_empty(), "an earlier payment may still be downloaded");
    watermark(&run, "11-01 01:00");
    assert_eq!(run.gifts("O1"), ["toy"], "and not the pen");
    run.assert_clean();
}

#[test]
fn a_s4_16_a_balance_that_was_paid_in_time_and_heard_of_late_reopens_the_order() {
    let run = pool(&[first(1, gift("g", Basis::FirstPayment))], Some(presale(Timing::Activation, &["g"])));
    run.advance(t("10-21"));
    let mut unpaid = order("O1", "u1", "10-20 20:00:01");
    unpaid.times.balance_closes_at = Some(t("11-03"));
    run.bring(std::slice::from_ref(&unpaid));
    run.advance(t("10-29"));
    watermark(&run, "10-29");
    run.advance(t("11-03 00:10"));
    assert_eq!((run.stage("O1"), run.gifts("O1")), ("closed", vec![]));
    let mut late = unpaid;
    late.times.balance_paid_at = Some(t("11-02 23:59"));
    assert_eq!(run.take(&late), "updated");
    assert_eq!((run.stage("O1"), run.gifts("O1")), ("review", vec!["toy".into()]), "its slot was kept");
    run.assert_clean();
}

#[test]
fn s4_r20_shop_orders_that_wait_hold_their_places_when_a_strategy_is_new_or_runs_again() {
    let run = pool(&[first(1, gift("g", Basis::FirstPayment))], None);
    run.advance(t("10-21"));
    run.take(&order("O1", "u1", "10-20 20:00:01"));
    run.ok(Command::PutPresaleStrategy(Box::new(presale(Timing::Activation, &["g"]))));
    run.bring(&[order("O2", "u2", "10-20 20:00:02")]);
    run.ok(Command::Rerun { strategy_id: id("p"), activation_at: t("10-28") });
    run.advance(t("10-28"));
    watermark(&run, "10-28");
    assert!(run.winners("g").is_empty(), "the place is O1's");
    run.submit("O1");
    assert_eq!(run.winners("g"), ["O1"]);
}

#[test]
fn a_s4_15_stock_that_is_counted_late_knows_what_went_out() {
    let run = pool(&[gift("g", Basis::FirstPayment)], Some(presale(Timing::TransferIn, &["g"])));
    run.advance(t("10-21"));
    let mut early = order("O1", "u1", "10-20 20:00:01");
    run.bring(std::slice::from_ref(&early));
    assert_eq!(run.refused(Command::PutGiftStock { sku: id("toy"), quantity: 0 }), "invalid_value");
    run.ok(Command::PutGiftStock { sku: id("toy"), quantity: 2 });
    run.bring(&[order("O2", "u2", "10-20 20:00:02")]);
    early.times.closed_at = Some(t("10-21"));
    run.take(&early);
    run.bring(&[order("O3", "u3", "10-20 20:00:03"), order("O4", "u4", "10-20 20:00:04")]);
    assert_eq!([run.gifts("O2").len(), run.gifts("O3").len(), run.gifts("O4").len()], [1, 1, 0]);
    run.assert_clean();
}
