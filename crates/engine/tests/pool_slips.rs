//! What operators and downloads stumble over: each of these once gave a gift wrongly, or kept one back without
//! a word.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod support;

use domain::pool::{Basis, BuyerLimit, GiftStrategy, PresaleStrategy, Standing, Timing};
use engine::{Command, FirstPayment, Reply, Undecided};
use support::{pool::*, presale::*, *};

fn put(strategy: &PresaleStrategy) -> Command {
    Command::PutPresaleStrategy(Box::new(strategy.clone()))
}

fn put_gift(strategy: &GiftStrategy) -> Command {
    Command::PutGiftStrategy(Box::new(strategy.clone()))
}

fn fulfil(order: &str) -> Command {
    support::pool::fulfilling(id(order), Undecided::Refuse)
}

fn recompute(order: &str) -> Command {
    Command::RecomputeOrder { order_id: id(order) }
}

fn warned(reply: &Reply) -> Vec<String> {
    match reply {
        Reply::PresaleStrategy { warnings, .. } | Reply::GiftStrategy { warnings, .. } => {
            warnings.iter().map(|warning| format!("{} {}", warning.field, warning.code)).collect()
        }
        other => panic!("{other:?}"),
    }
}

fn exceptions(run: &Run, order: &str) -> Vec<String> {
    run.pooled(order).exceptions.iter().map(|known| known.code.to_string()).collect()
}

fn pens(strategy: GiftStrategy) -> GiftStrategy {
    let mut strategy = strategy;
    strategy.tiers[0].gifts = toys("pen");
    strategy
}

/// Our own presale campaign of T29, with the first order of two that paid winning.
fn own_presale() -> Run {
    let run = Run::in_memory().0.with_presale(&Offer::default());
    let window = domain::campaign::presale::Window { starts_at: hours(0), ends_at: hours(24 * 30) };
    let gift =
        GiftStrategy { validity: window, activity: window, ..first(1, gift("g", Basis::FirstPayment)) };
    run.ok(put_gift(&gift));
    run.ok(put(&PresaleStrategy {
        validity: window,
        activation_at: hours(24 * 10),
        balance_opens_at: None,
        ..presale(Timing::Activation, &["g"])
    }));
    run.deposit("o1", "u1", START.plus_minutes(1));
    run.deposit("o2", "u2", START.plus_minutes(2));
    run.advance(START.plus_minutes(10));
    run
}

#[test]
fn a_s4_8_a_presale_order_of_ours_that_is_refunded_before_the_freeze_takes_nobodys_place() {
    let run = own_presale();
    run.refund("o1", "r1", &amount(100_00)).unwrap();
    assert_eq!(run.stage("o1"), "closed");
    run.advance(hours(24 * 10));
    watermark_at(&run, hours(24 * 10));
    assert_eq!((run.gifts("o1"), run.gifts("o2")), (vec![], vec!["toy".into()]));
    run.assert_clean();
}

#[test]
fn a_s4_9_what_goes_back_of_a_presale_order_of_ours_lowers_its_amount() {
    let run = own_presale();
    run.advance(hours(24 * 11));
    run.apply(&balance_paid("o1", 700_00, &[], hours(24 * 11)));
    let before = run.pooled("o1").goods_paid;
    run.refund("o1", "r1", &amount(50_00)).unwrap();
    assert_eq!(run.pooled("o1").goods_paid, before - fen(50_00));
    run.assert_clean();
}

/// After the freeze the slot stays taken; the gift goes back.
#[test]
fn a_s4_8_a_presale_order_of_ours_that_was_paid_and_wholly_refunded_is_closed() {
    let run = own_presale();
    run.advance(hours(24 * 10));
    watermark_at(&run, hours(24 * 10));
    assert_eq!(run.gifts("o1"), ["toy"]);
    run.advance(hours(24 * 11));
    run.apply(&balance_paid("o1", 700_00, &[], hours(24 * 11)));
    assert_eq!((run.stage("o1"), run.gifts("o1")), ("review", vec!["toy".into()]));
    run.refund("o1", "r1", &amount(800_00)).unwrap();
    assert_eq!((run.stage("o1"), run.gifts("o1"), run.gifts("o2")), ("closed", vec![], vec![]));
    run.assert_clean();
}

/// T50: the tier of then and the amount of now differ: people are told (S4-R26).
#[test]
fn s4_r26_a_gift_of_another_tier_than_the_amount_of_now_is_listed() {
    let tiers = by_amount(&[(200_00, "x"), (300_00, "y")], gift("g", Basis::FirstPayment));
    let run = pool(&[tiers], Some(presale(Timing::TransferOut, &["g"])));
    run.advance(t("11-01 01:00"));
    let paid = balanced(&order("O1", "u1", "10-20 20:00:01"), "11-01 00:05:00", 320_00);
    run.bring(std::slice::from_ref(&paid));
    assert_eq!((run.gifts("O1"), exceptions(&run, "O1")), (vec!["y".into()], vec![]));
    let less = balanced(&paid, "11-01 00:05:00", 280_00);
    run.take(&less);
    assert_eq!(exceptions(&run, "O1"), ["amount_changed"]);
    run.ok(recompute("O1"));
    assert_eq!((run.gifts("O1"), exceptions(&run, "O1")), (vec!["x".into()], vec![]));
    // Looked at and left as it is, it is not listed again while it reaches the same tier.
    run.take(&balanced(&paid, "11-01 00:05:00", 310_00));
    run.ok(Command::DismissExceptions { order_id: id("O1") });
    run.take(&balanced(&paid, "11-01 00:05:00", 311_00));
    assert!(exceptions(&run, "O1").is_empty());
    run.assert_clean();
}

/// The lower strategy of a group comes to its turn when the ranking one has decided, whatever the timing.
#[test]
fn a_s4_14_whoever_misses_the_first_n_gets_the_groups_other_gift_under_every_timing() {
    for timing in [Timing::ToReview, Timing::TransferOut, Timing::TransferIn, Timing::Activation] {
        for lower_ranks in [false, true] {
            let gold = GiftStrategy { group: 1, priority: 5, ..first(1, gift("a", Basis::FirstPayment)) };
            let silver = GiftStrategy { group: 1, ..pens(gift("b", Basis::FirstPayment)) };
            let silver = if lower_ranks { first(2, silver) } else { silver };
            let run = pool(&[gold, silver], Some(presale(timing, &["a", "b"])));
            run.advance(t("10-21"));
            let single = |name: &str, at: &str| support::pool::single(&order(name, name, at));
            run.bring(&[single("O1", "10-20 20:00:01"), single("O2", "10-20 20:00:02")]);
            run.advance(t("10-29"));
            watermark(&run, "10-29");
            let what = format!("{timing:?}, the lower ranks: {lower_ranks}");
            assert_eq!(
                (run.gifts("O1"), run.gifts("O2")),
                (vec!["toy".into()], vec!["pen".into()]),
                "{what}"
            );
            run.assert_clean();
        }
    }
}

#[test]
fn a_s4_13_a_changed_gift_strategy_reaches_orders_that_have_not_entered() {
    let run = pool(&[first(3, gift("g", Basis::FirstPayment))], Some(presale(Timing::Activation, &["g"])));
    run.advance(t("10-21"));
    for number in 1..=4 {
        run.take(&order(&format!("O{number}"), "u", &format!("10-20 20:00:0{number}")));
    }
    let fewer = first(1, gift("g", Basis::FirstPayment));
    assert!(warned(&run.ok(put_gift(&fewer))).is_empty());
    run.advance(t("10-21 00:01"));
    for number in 1..=4 {
        run.submit(&format!("O{number}"));
    }
    // Orders have entered: from now on a change waits for a re-run, and says so.
    let more = first(2, gift("g", Basis::FirstPayment));
    assert_eq!(warned(&run.ok(put_gift(&more))), ["version runs_as_before"]);
    run.advance(t("10-29"));
    watermark(&run, "10-29");
    assert_eq!(run.winners("g"), ["O1"]);
    run.assert_clean();
}

#[test]
fn a_g_10_a_s4_17_without_a_presale_strategy_later_orders_get_the_new_gift_and_earlier_ones_keep_theirs() {
    let run = pool(&[gift("g", Basis::FirstPayment)], None);
    run.advance(t("10-21"));
    run.bring(&[order("O1", "u1", "10-20 20:00:01")]);
    run.ok(put_gift(&pens(gift("g", Basis::FirstPayment))));
    run.bring(&[order("O2", "u2", "10-20 20:00:02")]);
    assert_eq!((run.gifts("O1"), run.gifts("O2")), (vec!["toy".into()], vec!["pen".into()]));
    run.take(&balanced(&order("O1", "u1", "10-20 20:00:01"), "10-20 21:00", 320_00));
    assert_eq!(run.gifts("O1"), ["toy"], "what was given stays");
    run.ok(recompute("O1"));
    assert_eq!(run.gifts("O1"), ["pen"], "decided anew");
    let once = GiftStrategy { buyers: BuyerLimit::OncePerBuyer, ..gift("g", Basis::FirstPayment) };
    assert_eq!(run.refused(put_gift(&once)), "invalid_terms");
    run.assert_clean();
}

#[test]
fn s4_r03_s4_r06_a_s4_4_the_balance_opening_bounds_the_activation_however_it_is_told() {
    let run = pool(&[], Some(presale(Timing::ToReview, &[])));
    let sooner = PresaleStrategy { balance_opens_at: Some(t("10-28")), ..presale(Timing::ToReview, &[]) };
    assert_eq!(run.refused(put(&sooner)), "invalid_terms");
    let silent = PresaleStrategy { balance_opens_at: None, ..presale(Timing::ToReview, &[]) };
    run.ok(put(&silent));
    // A download tells of an earlier opening: too late to refuse, but not to say.
    run.advance(t("10-21"));
    let mut early = order("O1", "u1", "10-20 20:00:01");
    early.times.balance_opens_at = Some(t("10-28"));
    run.bring(&[early]);
    assert_eq!(warned(&run.ok(put(&silent))), ["activation_at not_before_balance_opening"]);
    run.advance(t("10-30"));
    let again = Command::Rerun { strategy_id: id("p"), activation_at: t("11-05") };
    assert_eq!(run.refused(again), "invalid_terms", "the balance has opened");
}

#[test]
fn s4_r13_s4_r24_s4_r26_slips_are_warned_of() {
    let run = pool(&[], None);
    let alone = run.ok(put_gift(&first(5, gift("g", Basis::FirstPayment))));
    assert_eq!(warned(&alone), ["first_n needs_presale_strategy"]);
    let mut nobody = gift("h", Basis::BalancePayment);
    nobody.activity.ends_at = t("10-31");
    run.ok(put_gift(&nobody));
    run.ok(put_gift(&by_amount(&[(1_00, "x")], gift("k", Basis::FirstPayment))));
    let ends = PresaleStrategy {
        validity: window("10-01", "12-02"),
        ..presale(Timing::TransferInAndOut, &["h", "k"])
    };
    assert_eq!(warned(&run.ok(put(&ends))), ["gift_strategies[1] amount_not_final"]);
    assert_eq!(warned(&run.ok(put_gift(&nobody))), ["activity outside_activity"]);
    let other = PresaleStrategy { strategy_id: id("q"), ..presale(Timing::ToReview, &[]) };
    assert_eq!(warned(&run.ok(put(&other))), ["goods overlapping"]);
}

#[test]
fn a_s4_6_a_download_has_not_come_further_than_now() {
    let run = pool(&[], None);
    assert_eq!(run.refused(Command::PutWatermark { through: t("10-15 00:00:01") }), "invalid_value");
    run.ok(Command::PutWatermark { through: t("10-15") });
}

#[test]
fn a_s4_7_goodwill_does_not_hide_an_order_that_turns_up_late() {
    let run = pool(&[first(1, gift("g", Basis::FirstPayment))], Some(presale(Timing::Activation, &["g"])));
    run.advance(t("10-21"));
    run.bring(&[order("O1", "u1", "10-20 20:00:01")]);
    let mut unpaid = order("O0", "u0", "10-20 20:00:00");
    unpaid.times.first_paid_at = None;
    run.bring(&[unpaid.clone()]);
    let gift = toys("sticker").remove(0);
    run.ok(Command::AddGift { order_id: id("O0"), gift: gift.clone(), reason: "sorry".into() });
    run.advance(t("10-29"));
    watermark(&run, "10-29");
    unpaid.times.first_paid_at = Some(t("10-20 20:00:00"));
    run.take(&unpaid);
    assert_eq!(exceptions(&run, "O0"), ["late_earlier_order"]);
    run.ok(Command::AddGift { order_id: id("O0"), gift, reason: "came late".into() });
    assert!(exceptions(&run, "O0").is_empty());
    run.ok(Command::RemoveGift { order_id: id("O0"), sku: id("sticker") });
    assert!(run.gifts("O0").is_empty());
    assert_eq!(run.refused(Command::RemoveGift { order_id: id("O0"), sku: id("sticker") }), "not_found");
    run.assert_clean();
}

#[test]
fn a_s4_15_a_winner_whose_gift_had_run_out_gets_it_when_there_is_more() {
    let run = pool(&[first(2, gift("g", Basis::FirstPayment))], Some(presale(Timing::Activation, &["g"])));
    run.ok(Command::PutGiftStock { sku: id("toy"), quantity: 1 });
    run.advance(t("10-21"));
    let two = order("O2", "u2", "10-20 20:00:02");
    run.bring(&[order("O1", "u1", "10-20 20:00:01"), two.clone()]);
    run.advance(t("10-29"));
    watermark(&run, "10-29");
    run.advance(t("11-01 00:10"));
    run.take(&balanced(&two, "11-01 00:05", 320_00));
    assert_eq!((run.stage("O2"), exceptions(&run, "O2")), ("review", vec!["gift_out_of_stock".into()]));
    run.ok(recompute("O2"));
    assert_eq!(exceptions(&run, "O2"), ["gift_out_of_stock"], "still none");
    run.ok(Command::PutGiftStock { sku: id("toy"), quantity: 2 });
    run.ok(recompute("O2"));
    assert_eq!((run.gifts("O2"), run.rank("O2", "g")), (vec!["toy".into()], Some(2)));
    assert!(exceptions(&run, "O2").is_empty());
    run.assert_clean();
}

#[test]
fn s4_r22_s4_r27_an_order_with_an_open_gift_does_not_go_to_the_warehouse_unseen() {
    // Transferred out unpaid: the tier is decided when the balance comes.
    let tiers = by_amount(&[(200_00, "x")], gift("g", Basis::FirstPayment));
    let run = pool(&[tiers], Some(presale(Timing::TransferOut, &["g"])));
    run.advance(t("10-21"));
    let unpaid = order("O1", "u1", "10-20 20:00:01");
    run.bring(std::slice::from_ref(&unpaid));
    run.ok(Command::TransferOut { order_id: id("O1") });
    assert_eq!(run.refused(fulfil("O1")), "gifts_undecided");
    run.advance(t("11-01 00:10"));
    run.take(&balanced(&unpaid, "11-01 00:05", 320_00));
    assert_eq!(run.gifts("O1"), ["x"]);
    run.ok(fulfil("O1"));
    // A balance that comes in review, without a presale strategy: recompute (S4-R22).
    let run = pool(&[gift("g", Basis::BalancePayment)], None);
    run.advance(t("11-01 00:10"));
    run.bring(std::slice::from_ref(&unpaid));
    run.take(&balanced(&unpaid, "11-01 00:05", 320_00));
    assert_eq!(run.refused(fulfil("O1")), "gifts_undecided");
    run.ok(recompute("O1"));
    assert_eq!(run.gifts("O1"), ["toy"]);
    run.ok(fulfil("O1"));
    run.assert_clean();
}

#[test]
fn a_s4_16_a_buyers_other_order_gets_the_gift_when_the_earlier_one_goes() {
    let once = GiftStrategy {
        buyers: BuyerLimit::OncePerBuyer,
        ..by_amount(&[(200_00, "x")], gift("g", Basis::Order))
    };
    let run = pool(&[once], Some(presale(Timing::ToReview, &["g"])));
    run.advance(t("11-01 00:10"));
    let mut earlier = order("O1", "u1", "10-20 20:00:01");
    earlier.times.balance_closes_at = Some(t("11-03"));
    run.bring(&[earlier]);
    run.bring(&[balanced(&order("O2", "u1", "10-20 20:00:02"), "11-01 00:05", 320_00)]);
    assert_eq!((run.gifts("O2"), run.standing("O2", "g")), (vec![], Standing::Nothing));
    run.advance(t("11-03"));
    assert_eq!((run.stage("O1"), run.gifts("O2")), ("closed", vec!["x".into()]));
    run.assert_clean();
}

/// T51 with a ranking strategy: asked by hand before the activation, an order's rank is enough.
#[test]
fn s4_r09_a_recompute_before_the_activation_goes_by_a_rank_that_is_certain() {
    let run = pool(&[first(1, gift("g", Basis::FirstPayment))], Some(presale(Timing::Activation, &["g"])));
    run.advance(t("10-21"));
    run.bring(&[order("O1", "u1", "10-20 20:00:01"), order("O2", "u2", "10-20 20:00:02")]);
    for name in ["O1", "O2"] {
        run.ok(Command::TransferOut { order_id: id(name) });
    }
    run.ok(recompute("O1"));
    assert!(run.gifts("O1").is_empty(), "an earlier order may still be downloaded");
    watermark(&run, "10-21");
    run.ok(recompute("O1"));
    run.ok(recompute("O2"));
    assert_eq!((run.gifts("O1"), run.gifts("O2")), (vec!["toy".into()], vec![]));
    run.advance(t("10-29"));
    watermark(&run, "10-29");
    assert_eq!(run.winners("g"), ["O1"]);
    run.assert_clean();
}

#[test]
fn s4_r05_a_s4_3_reject_and_submit_do_not_run_again_what_ran_at_the_activation() {
    let tiers = by_amount(&[(300_00, "x")], gift("g", Basis::FirstPayment));
    let run = pool(&[tiers], Some(presale(Timing::Activation, &["g"])));
    run.advance(t("10-21"));
    let mut single = support::pool::single(&order("O1", "u1", "10-20 20:00:01"));
    (single.goods_paid, single.lines[0].amount) = (fen(250_00), fen(250_00));
    run.bring(std::slice::from_ref(&single));
    run.advance(t("10-29"));
    assert_eq!((run.stage("O1"), run.standing("O1", "g")), ("review", Standing::Nothing));
    run.ok(Command::RejectOrder { order_id: id("O1"), first_payment: FirstPayment::Kept });
    run.take(&balanced(&single, "10-28", 320_00));
    run.submit("O1");
    assert_eq!((run.gifts("O1"), run.standing("O1", "g")), (vec![], Standing::Nothing), "executed");
    run.assert_clean();
}

#[test]
fn s4_r16_a_recompute_past_the_validity_takes_nothing_away() {
    let mut short = gift("g", Basis::FirstPayment);
    (short.validity, short.activity) = (window("10-01", "10-30"), window("10-01", "10-30"));
    let run = pool(&[short], Some(presale(Timing::TransferOut, &["g"])));
    run.advance(t("10-21"));
    run.bring(&[order("O1", "u1", "10-20 20:00:01")]);
    run.ok(Command::TransferOut { order_id: id("O1") });
    run.advance(t("11-02"));
    run.ok(recompute("O1"));
    assert_eq!(run.gifts("O1"), ["toy"]);
}

#[test]
fn what_the_warehouse_has_gets_no_more_gifts() {
    let run = pool(&[first(1, gift("g", Basis::FirstPayment))], Some(presale(Timing::ToReview, &["g"])));
    run.advance(t("10-21"));
    run.bring(&[order("O1", "u1", "10-20 20:00:01")]);
    run.ok(Command::TransferOut { order_id: id("O1") });
    assert_eq!(run.refused(fulfil("O1")), "gifts_undecided");
    run.ok(support::pool::fulfilling(id("O1"), Undecided::Accept));
    watermark(&run, "10-21");
    assert_eq!((run.gifts("O1"), run.standing("O1", "g")), (vec![], Standing::Nothing));
    run.assert_clean();
}

#[test]
fn a_s4_5_once_per_buyer_holds_although_a_newer_version_has_other_main_items() {
    let mut wide = GiftStrategy { buyers: BuyerLimit::OncePerBuyer, ..gift("g", Basis::FirstPayment) };
    wide.main_skus = vec![id("sku-1"), id("sku-2")].into();
    let run = pool(std::slice::from_ref(&wide), None);
    run.advance(t("10-21"));
    let of = |name: &str, sku: &str, at: &str| {
        let mut order = order(name, "u1", at);
        order.lines[0].sku = id(sku);
        order
    };
    run.bring(&[of("B1", "sku-2", "10-20 20:00:01"), of("A1", "sku-1", "10-20 20:00:02")]);
    assert_eq!((run.gifts("B1"), run.gifts("A1")), (vec!["toy".into()], vec![]));
    wide.main_skus = vec![id("sku-2")].into();
    run.ok(put_gift(&wide));
    let mut gone = of("A1", "sku-1", "10-20 20:00:02");
    gone.times.closed_at = Some(t("10-21"));
    run.take(&gone);
    run.bring(&[of("C1", "sku-2", "10-20 20:00:03")]);
    assert!(run.gifts("C1").is_empty(), "B1 has it");
    run.assert_clean();
}

#[test]
fn a_s4_14_a_strategy_past_its_validity_blocks_nobody_of_its_group() {
    let mut over = GiftStrategy { group: 1, priority: 5, ..first(1, gift("a", Basis::FirstPayment)) };
    (over.validity, over.activity) = (window("10-01", "10-28"), window("10-01", "10-28"));
    let lower = GiftStrategy { group: 1, ..pens(gift("b", Basis::FirstPayment)) };
    let run = pool(&[over, lower], Some(presale(Timing::Activation, &["a", "b"])));
    run.advance(t("10-21"));
    run.bring(&[order("O1", "u1", "10-20 20:00:01")]);
    run.advance(t("10-29"));
    watermark(&run, "10-29");
    assert_eq!(run.gifts("O1"), ["pen"]);
    run.assert_clean();
}

#[test]
fn s4_r16_a_recompute_goes_by_the_validity_of_the_version_that_judges() {
    let run = pool(&[gift("g", Basis::FirstPayment)], None);
    run.advance(t("10-21"));
    run.bring(&[order("O1", "u1", "10-20 20:00:01")]);
    let mut over = gift("g", Basis::FirstPayment);
    (over.validity, over.activity) = (window("10-01", "10-21"), window("10-01", "10-21"));
    run.ok(put_gift(&over));
    run.ok(recompute("O1"));
    assert_eq!(run.gifts("O1"), ["toy"]);
}

/// S4-R11: a rank that becomes certain while the order is pooled hits as one on the way in does.
#[test]
fn s4_r11_it_does_not_matter_whether_the_download_came_before_the_order_or_after() {
    for first_the_watermark in [true, false] {
        let ranks = first(1, gift("a", Basis::FirstPayment));
        let other = pens(gift("b", Basis::BalancePayment));
        let run = pool(&[ranks, other], Some(presale(Timing::TransferInAndOut, &["a", "b"])));
        run.advance(t("10-21"));
        if first_the_watermark {
            watermark(&run, "10-21");
        }
        let unpaid = order("O1", "u1", "10-20 20:00:01");
        run.bring(std::slice::from_ref(&unpaid));
        watermark(&run, "10-21");
        run.advance(t("11-01 00:10"));
        run.take(&balanced(&unpaid, "11-01 00:05", 320_00));
        assert_eq!(
            (run.stage("O1"), run.gifts("O1")),
            ("review", vec!["toy".into()]),
            "{first_the_watermark}"
        );
        run.assert_clean();
    }
}

#[test]
fn a_s4_16_what_the_warehouse_has_does_not_take_the_buyers_gift_from_another_order() {
    let once = GiftStrategy { buyers: BuyerLimit::OncePerBuyer, ..gift("g", Basis::Order) };
    let run = pool(&[once], Some(presale(Timing::TransferOut, &["g"])));
    run.advance(t("10-21"));
    let mut earlier = order("A1", "u1", "10-20 20:00:01");
    earlier.times.balance_closes_at = Some(t("11-03"));
    run.bring(&[earlier, order("B1", "u1", "10-20 20:00:02"), order("C1", "u1", "10-20 20:00:03")]);
    run.ok(Command::TransferOut { order_id: id("B1") });
    run.ok(fulfil("B1"));
    run.ok(Command::TransferOut { order_id: id("C1") });
    assert!(run.gifts("C1").is_empty());
    run.advance(t("11-03"));
    assert_eq!((run.stage("A1"), run.gifts("C1")), ("closed", vec!["toy".into()]));
    run.assert_clean();
}
