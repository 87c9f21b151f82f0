//! Orders that were split from one count as their parent in ranks, tiers and buyers' limits (A-S4-24).
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod support;

use domain::pool::{Basis, BuyerLimit, GiftStrategy, ShopOrder, Timing};
use engine::{Command, FirstPayment, Undecided};
use support::{families::*, pool::*, *};

fn closed(order: &ShopOrder, at: &str) -> ShopOrder {
    let mut order = order.clone();
    order.times.closed_at = Some(t(at));
    order
}

fn alone(name: &str, customer: &str, paid_at: &str) -> ShopOrder {
    single(&order(name, customer, paid_at))
}

fn exceptions(run: &Run, order: &str) -> Vec<String> {
    run.pooled(order).exceptions.iter().map(|known| known.code.to_string()).collect()
}

/// What the children of a parent have together.
fn family(run: &Run, children: &[&str]) -> Vec<String> {
    children.iter().flat_map(|child| run.gifts(child)).collect()
}

const C1_C2: [&str; 2] = ["C1", "C2"];

fn two(first: i64, second: i64) -> [ShopOrder; 2] {
    [child("C1", "P", "10-20 20:00:01", first), child("C2", "P", "10-20 20:00:01", second)]
}

#[test]
fn a_s4_24_children_take_one_rank_together() {
    let run = pool(&[first(2, gift("g", Basis::FirstPayment))], Some(presale(Timing::Activation, &["g"])));
    run.advance(t("10-21"));
    run.bring(&two(100_00, 100_00));
    run.bring(&[alone("O2", "u2", "10-20 20:00:02"), alone("O3", "u3", "10-20 20:00:03")]);
    activate(&run);
    assert_eq!(family(&run, &C1_C2), ["toy"]);
    assert_eq!((run.gifts("O2"), run.rank("O2", "g")), (vec!["toy".into()], Some(2)));
    assert!(run.gifts("O3").is_empty());
    run.assert_clean();
}

/// Within the second the parent's number decides, not those of the children.
#[test]
fn a_s4_24_children_rank_by_the_number_of_their_parent() {
    let run = pool(&[first(1, gift("g", Basis::FirstPayment))], Some(presale(Timing::Activation, &["g"])));
    run.advance(t("10-21"));
    run.bring(&[alone("5", "u2", "10-20 20:00:01"), child("1", "9", "10-20 20:00:01", 100_00)]);
    activate(&run);
    assert_eq!((run.gifts("5"), run.gifts("1")), (vec!["toy".into()], vec![]));
    run.assert_clean();
}

#[test]
fn a_s4_24_tiers_go_by_the_sum() {
    for timing in [Timing::Activation, Timing::ToReview, Timing::TransferOut] {
        let run = pool(&[tiers()], Some(presale(timing, &["g"])));
        run.advance(t("10-21"));
        run.bring(&two(150_00, 150_00));
        activate(&run);
        assert_eq!(family(&run, &C1_C2), ["y"], "{timing:?}");
        run.assert_clean();
    }
}

/// Without a presale strategy too: what came before the other child was known stands, and is listed.
#[test]
fn a_s4_24_what_was_judged_before_another_child_came_is_listed() {
    let run = pool(&[tiers()], None);
    run.advance(t("10-21"));
    let [one, two] = two(150_00, 150_00);
    run.bring(&[one]);
    assert_eq!(run.gifts("C1"), Vec::<String>::new());
    run.bring(&[two]);
    assert!(family(&run, &C1_C2).is_empty());
    assert_eq!(exceptions(&run, "C1"), ["amount_changed"]);
    run.ok(Command::RecomputeOrder { order_id: id("C2") });
    assert_eq!((family(&run, &C1_C2), run.gifts("C2")), (vec!["y".into()], vec!["y".into()]));
    assert!(exceptions(&run, "C1").is_empty() && exceptions(&run, "C2").is_empty());
    run.assert_clean();
}

#[test]
fn a_s4_24_one_per_customer_counts_the_parent_once() {
    let strategy = GiftStrategy { buyers: BuyerLimit::OncePerBuyer, ..gift("g", Basis::FirstPayment) };
    let run = pool(&[first(5, strategy)], Some(presale(Timing::Activation, &["g"])));
    run.advance(t("10-21"));
    run.bring(&[alone("O9", "u1", "10-20 20:00:09")]);
    run.bring(&two(100_00, 100_00));
    activate(&run);
    assert_eq!((family(&run, &C1_C2), run.gifts("O9")), (vec!["toy".into()], vec![]));
    run.assert_clean();
}

#[test]
fn a_s4_24_nothing_is_given_before_every_known_child_is_paid() {
    for timing in [Timing::Activation, Timing::ToReview, Timing::TransferIn, Timing::TransferInAndOut] {
        for strategy in [gift("g", Basis::FirstPayment), first(3, gift("g", Basis::FirstPayment))] {
            let run = pool(&[strategy], Some(presale(timing, &["g"])));
            run.advance(t("10-21"));
            let [one, two] = two(150_00, 150_00);
            assert_eq!(run.take(&unpaid(&two)), "created");
            run.bring(&[one]);
            run.submit("C2");
            activate(&run);
            assert!(family(&run, &C1_C2).is_empty(), "{timing:?}");
            assert_eq!(run.take(&two), "updated");
            assert_eq!(family(&run, &C1_C2), ["toy"], "{timing:?}");
            run.assert_clean();
        }
    }
}

#[test]
fn a_s4_24_the_gift_goes_with_the_child_that_leaves_first() {
    for leaves in C1_C2 {
        let run = pool(&[tiers()], Some(presale(Timing::Activation, &["g"])));
        run.advance(t("10-21"));
        run.bring(&two(150_00, 150_00));
        activate(&run);
        fulfil(&run, leaves);
        assert_eq!((run.gifts(leaves), family(&run, &C1_C2)), (vec!["y".into()], vec!["y".into()]));
        let other = C1_C2.into_iter().find(|other| *other != leaves).unwrap();
        fulfil(&run, other);
        assert!(run.gifts(other).is_empty());
        run.assert_clean();
    }
}

/// While another child is unpaid the gift is not settled; who lets it go all the same leaves it to that child.
#[test]
fn a_s4_24_what_is_not_decided_stays_with_the_children_that_are_here() {
    let run = pool(&[tiers()], Some(presale(Timing::Activation, &["g"])));
    run.advance(t("10-21"));
    let [one, two] = two(150_00, 150_00);
    run.bring(&[one, unpaid(&two)]);
    activate(&run);
    let refused = run.send(fulfilling(id("C1"), Undecided::Refuse));
    assert_eq!(code(&refused), "gifts_undecided");
    run.ok(fulfilling(id("C1"), Undecided::Accept));
    run.take(&two);
    assert_eq!((run.gifts("C1"), run.gifts("C2")), (vec![], vec!["y".into()]));
    run.assert_clean();
}

#[test]
fn a_s4_24_a_child_that_comes_later_changes_nothing_given() {
    let run = pool(&[tiers()], Some(presale(Timing::Activation, &["g"])));
    run.advance(t("10-21"));
    run.bring(&[child("C1", "P", "10-20 20:00:01", 250_00)]);
    activate(&run);
    assert_eq!(run.gifts("C1"), ["x"]);
    // Earlier than the first, too: the place stays where it was given.
    run.bring(&[child("C2", "P", "10-20 20:00:00", 100_00)]);
    assert_eq!((run.gifts("C1"), run.gifts("C2")), (vec!["x".into()], vec![]));
    assert_eq!(exceptions(&run, "C1"), ["amount_changed"]);
    run.assert_clean();
}

/// The gift is with the warehouse already: the child that is still here is listed.
#[test]
fn a_s4_24_a_child_that_comes_after_the_gift_has_left_is_listed() {
    let run = pool(&[tiers()], Some(presale(Timing::Activation, &["g"])));
    run.advance(t("10-21"));
    run.bring(&[child("C1", "P", "10-20 20:00:01", 250_00)]);
    activate(&run);
    fulfil(&run, "C1");
    run.bring(&[child("C2", "P", "10-20 20:00:01", 100_00)]);
    assert_eq!((run.gifts("C1"), run.gifts("C2")), (vec!["x".into()], vec![]));
    assert_eq!(exceptions(&run, "C2"), ["amount_changed"]);
    run.ok(Command::DismissExceptions { order_id: id("C2") });
    fulfil(&run, "C2");
    run.assert_clean();
}

#[test]
fn a_s4_24_a_child_that_closes_lowers_the_amount_and_leaves_its_place() {
    let strategy = first(1, tiers());
    let run = pool(&[strategy], Some(presale(Timing::Activation, &["g"])));
    run.advance(t("10-21"));
    let [one, two] = two(150_00, 250_00);
    run.bring(&[one.clone(), two]);
    run.bring(&[alone("O2", "u2", "10-20 20:00:02")]);
    activate(&run);
    assert_eq!(family(&run, &C1_C2), ["y"]);
    run.take(&closed(&one, "10-29 00:00"));
    assert_eq!((run.stage("C1"), run.gifts("C2"), run.gifts("O2")), ("closed", vec!["y".into()], vec![]));
    assert_eq!(exceptions(&run, "C2"), ["amount_changed"]);
    run.assert_clean();
}

#[test]
fn a_s4_24_when_all_children_close_before_the_freeze_the_next_order_moves_up() {
    let run = pool(&[first(1, gift("g", Basis::FirstPayment))], Some(presale(Timing::Activation, &["g"])));
    run.advance(t("10-21"));
    let children = two(150_00, 250_00);
    run.bring(&children);
    run.bring(&[alone("O2", "u2", "10-20 20:00:02")]);
    for child in &children {
        run.take(&closed(child, "10-20 23:00"));
    }
    activate(&run);
    assert_eq!((family(&run, &C1_C2), run.gifts("O2")), (vec![], vec!["toy".into()]));
    run.assert_clean();
}

#[test]
fn a_s4_24_children_in_two_stages_wait_for_the_last_balance() {
    let strategy = by_amount(&[(200_00, "x"), (300_00, "y")], gift("g", Basis::BalancePayment));
    let run = pool(&[strategy], Some(presale(Timing::TransferOut, &["g"])));
    run.advance(t("10-21"));
    let child = |name: &str| {
        let mut child = order(name, "u1", "10-20 20:00:01");
        child.said.parent_id = Some(id("P"));
        child.goods_paid = fen(20_00);
        child
    };
    run.bring(&[child("C1"), child("C2")]);
    run.advance(t("11-01 01:00"));
    run.take(&balanced(&child("C1"), "11-01 00:05", 150_00));
    assert_eq!((run.stage("C1"), family(&run, &C1_C2)), ("review", vec![]));
    run.take(&balanced(&child("C2"), "11-01 00:30", 150_00));
    assert_eq!((run.stage("C2"), family(&run, &C1_C2)), ("review", vec!["y".into()]));
    run.assert_clean();
}

/// The balance of one never comes: with its closing the other is all there is.
#[test]
fn a_s4_24_a_child_whose_balance_never_comes_holds_the_other_no_longer() {
    for basis in [Basis::FirstPayment, Basis::BalancePayment] {
        let strategy = by_amount(&[(100_00, "x"), (300_00, "y")], gift("g", basis));
        let run = pool(&[strategy], Some(presale(Timing::TransferOut, &["g"])));
        run.advance(t("10-21"));
        let child = |name: &str| {
            let mut child = order(name, "u1", "10-20 20:00:01");
            child.said.parent_id = Some(id("P"));
            (child.goods_paid, child.times.balance_closes_at) = (fen(20_00), Some(t("11-03")));
            child
        };
        run.bring(&[child("C1"), child("C2")]);
        run.advance(t("11-01 01:00"));
        run.take(&balanced(&child("C2"), "11-01 00:05", 150_00));
        assert_eq!((run.stage("C2"), family(&run, &C1_C2)), ("review", vec![]));
        run.advance(t("11-03"));
        assert_eq!((run.stage("C1"), run.gifts("C2")), ("closed", vec!["x".into()]));
        run.assert_clean();
    }
}

#[test]
fn a_s4_24_reject_rerun_and_recompute_keep_one_gift() {
    let run = pool(&[first(2, gift("g", Basis::FirstPayment))], Some(presale(Timing::Activation, &["g"])));
    run.advance(t("10-21"));
    run.bring(&two(150_00, 150_00));
    activate(&run);
    for child in C1_C2 {
        run.ok(Command::RejectOrder { order_id: id(child), first_payment: FirstPayment::Kept });
        assert_eq!(family(&run, &C1_C2), ["toy"]);
        run.submit(child);
        run.ok(Command::RecomputeOrder { order_id: id(child) });
        assert_eq!(family(&run, &C1_C2), ["toy"]);
    }
    fulfil(&run, "C2");
    let rerun = Command::Rerun { strategy_id: id("p"), activation_at: t("10-30") };
    run.ok(rerun);
    run.advance(t("10-30"));
    watermark(&run, "10-30");
    assert_eq!((run.gifts("C2"), family(&run, &C1_C2)), (vec!["toy".into()], vec!["toy".into()]));
    run.assert_clean();
}

/// Without ranks a rejected child gives its gift back; it comes again with its submission.
#[test]
fn a_s4_24_a_rejected_child_gets_its_gift_again() {
    let run = pool(&[tiers()], Some(presale(Timing::ToReview, &["g"])));
    run.advance(t("10-21"));
    run.bring(&two(150_00, 150_00));
    activate(&run);
    for child in C1_C2 {
        run.ok(Command::RejectOrder { order_id: id(child), first_payment: FirstPayment::Kept });
        run.submit(child);
        assert_eq!(family(&run, &C1_C2), ["y"]);
    }
    run.assert_clean();
}

#[test]
fn a_s4_24_a_parent_is_said_once_and_is_one_buyers() {
    let run = pool(&[tiers()], Some(presale(Timing::Activation, &["g"])));
    run.advance(t("10-21"));
    let one = child("C1", "P", "10-20 20:00:01", 150_00);
    run.bring(std::slice::from_ref(&one));
    assert_eq!(run.take(&one), "duplicate");
    assert_eq!(run.take(&child("C1", "Q", "10-20 20:00:01", 150_00)), "idempotency_conflict");
    let mut other = child("C2", "P", "10-20 20:00:01", 150_00);
    other.customer_id = id("u2");
    assert_eq!(run.take(&other), "invalid_value");
    // A download that does not name it does not take it away.
    let mut silent = one;
    silent.said.parent_id = None;
    assert_eq!(run.take(&silent), "duplicate");
    assert_eq!(run.pooled("C1").parent_id, Some(id("P")));
    run.assert_clean();
}

/// An older download fills what is not known: the parent too. The order's own place goes.
#[test]
fn a_s4_24_a_parent_that_is_learned_later_gathers_its_children() {
    let run = pool(&[tiers()], Some(presale(Timing::Activation, &["g"])));
    run.advance(t("10-21"));
    for mut child in two(150_00, 150_00) {
        let parent = child.said.parent_id.take();
        child.said.as_of = Some(t("10-20 23:00"));
        run.bring(std::slice::from_ref(&child));
        (child.said.parent_id, child.said.as_of) = (parent, Some(t("10-20 22:00")));
        assert_eq!(run.take(&child), "updated");
    }
    activate(&run);
    assert_eq!((family(&run, &C1_C2), run.run_state("g").candidates), (vec!["y".into()], 1));
    run.assert_clean();
}

/// One of the children kept the number of the parent: it names itself.
#[test]
fn a_s4_24_a_child_may_keep_the_number_of_its_parent() {
    let run = pool(&[first(5, tiers())], Some(presale(Timing::Activation, &["g"])));
    run.advance(t("10-21"));
    run.bring(&[child("P", "P", "10-20 20:00:01", 150_00), child("P-1", "P", "10-20 20:00:01", 150_00)]);
    run.bring(&[child("Q", "Q", "10-20 20:00:02", 250_00)]);
    activate(&run);
    assert_eq!((family(&run, &["P", "P-1"]), run.gifts("Q")), (vec!["y".into()], vec!["x".into()]));
    assert_eq!(run.rank("Q", "g"), Some(2));
    run.assert_clean();
}

/// An order that has the parent's number, and names no parent, is another one.
#[test]
fn a_s4_24_an_order_with_the_number_of_a_parent_stands_beside_it() {
    let run = pool(&[first(5, gift("g", Basis::FirstPayment))], Some(presale(Timing::Activation, &["g"])));
    run.advance(t("10-21"));
    run.bring(&two(150_00, 150_00));
    run.bring(&[alone("P", "u1", "10-20 20:00:01")]);
    activate(&run);
    assert_eq!((run.rank("P", "g"), family(&run, &C1_C2)), (Some(1), vec!["toy".into()]));
    run.assert_clean();
}

/// A strategy that goes first in its group gave to one child: the other gets nothing of the group.
#[test]
fn a_s4_24_a_group_gives_once_to_a_parent() {
    let group = |name: &str, priority| GiftStrategy { group: 1, priority, ..gift(name, Basis::FirstPayment) };
    for timing in [Timing::TransferIn, Timing::TransferInAndOut, Timing::ToReview, Timing::Activation] {
        let run = pool(&[group("g", 2), group("h", 1)], Some(presale(timing, &["g", "h"])));
        run.advance(t("10-21"));
        run.bring(&two(150_00, 150_00));
        activate(&run);
        assert_eq!(family(&run, &C1_C2), ["toy"], "{timing:?}");
        run.assert_clean();
    }
}

/// The other left without a gift, for what was known then reached no tier.
#[test]
fn a_s4_24_a_sum_that_reaches_a_tier_when_the_first_has_left_is_listed() {
    let run = pool(&[tiers()], Some(presale(Timing::Activation, &["g"])));
    run.advance(t("10-21"));
    let [one, two] = two(150_00, 150_00);
    run.bring(&[one]);
    activate(&run);
    fulfil(&run, "C1");
    run.bring(&[two]);
    assert_eq!((family(&run, &C1_C2), exceptions(&run, "C2")), (vec![], vec!["amount_changed".into()]));
    run.assert_clean();
}

/// A child that nobody has submitted holds no gift back: the one whose moment comes stands for the parent.
#[test]
fn a_s4_24_a_child_that_is_not_submitted_holds_nothing_back() {
    for timing in [Timing::Activation, Timing::ToReview, Timing::TransferIn, Timing::TransferOut] {
        let run = pool(&[first(1, tiers())], Some(presale(timing, &["g"])));
        run.advance(t("10-21"));
        let [one, two] = two(150_00, 150_00);
        run.take(&one);
        run.bring(&[two]);
        activate(&run);
        assert_eq!(run.gifts("C2"), ["y"], "{timing:?}");
        run.submit("C1");
        assert_eq!(family(&run, &C1_C2), ["y"], "{timing:?}");
        fulfil(&run, "C1");
        assert_eq!(run.gifts("C1"), ["y"], "{timing:?}");
        run.assert_clean();
    }
}

/// Goods that no presale strategy covers count in the sum, and their order need not wait.
#[test]
fn a_s4_24_children_under_different_strategies_count_together() {
    let run = pool(&[tiers()], Some(presale(Timing::Activation, &["g"])));
    run.advance(t("10-21"));
    let [one, mut two] = two(150_00, 150_00);
    two.lines[0].sku = id("sku-9");
    run.bring(&[one, two]);
    assert_eq!((run.stage("C1"), run.stage("C2")), ("presale_pool", "review"));
    fulfil(&run, "C2");
    activate(&run);
    assert_eq!((run.gifts("C1"), run.gifts("C2")), (vec!["y".into()], vec![]));
    run.assert_clean();
}

/// One shop's parents are not another's.
#[test]
fn a_s4_24_each_shop_has_its_own_parents() {
    let strategies = || {
        let presale = Command::PutPresaleStrategy(Box::new(presale(Timing::Activation, &["g"])));
        [Command::PutGiftStrategy(Box::new(tiers())), presale]
    };
    let mut run = pool_on(Box::new(store_memory::MemoryStore::new()));
    let [one, two] = two(150_00, 250_00);
    for (shop, child) in [("s2", one), ("s1", two)] {
        run.shop = id(shop);
        let settings = domain::shop::Shop::with_defaults(id(shop), "Shop", domain::shop::ShopKind::Sop);
        run.ok(Command::PutShop(Box::new(settings)));
        for command in strategies() {
            run.ok(command);
        }
        run.advance(t("10-21"));
        run.bring(&[child]);
    }
    activate(&run);
    assert_eq!(run.gifts("C2"), ["x"]);
    run.shop = id("s2");
    assert!(run.gifts("C1").is_empty());
    run.assert_clean();
}
