//! The pool where it meets our own presale orders, money that is not whole, older downloads and changed strategies.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod support;

use domain::{
    event::{Body, RefundFacts},
    pool::{Basis, GiftStrategy, PresaleStrategy, Said, ShopOrder, Stages, Timing},
};
use engine::{Command, FirstPayment, Undecided, Unpaid};
use support::{pool::*, presale::*, *};

fn put_gift(strategy: &GiftStrategy) -> Command {
    Command::PutGiftStrategy(Box::new(strategy.clone()))
}

fn fulfil(order: &str, undecided: Undecided, reason: Option<&str>) -> Command {
    let unpaid = if reason.is_some() { Unpaid::Accept } else { Unpaid::Refuse };
    Command::FulfilOrder { order_id: id(order), undecided, unpaid, reason: reason.map(Into::into) }
}

fn exceptions(run: &Run, order: &str) -> Vec<String> {
    run.pooled(order).exceptions.iter().map(|known| known.code.to_string()).collect()
}

/// Our own presale of T29: 1000.00, deposit 100.00, reduction 200.00; gifts from 600.00, 650.00 and 700.00 paid on.
fn own_presale() -> Run {
    let run = Run::in_memory().0.with_presale(&Offer::default());
    let window = domain::campaign::presale::Window { starts_at: hours(0), ends_at: hours(24 * 30) };
    let tiers = by_amount(&[(600_00, "x"), (700_00, "y"), (800_00, "z")], gift("g", Basis::FirstPayment));
    run.ok(put_gift(&GiftStrategy { validity: window, activity: window, ..tiers }));
    run.ok(Command::PutPresaleStrategy(Box::new(PresaleStrategy {
        validity: window,
        activation_at: hours(24 * 10),
        balance_opens_at: None,
        ..presale(Timing::TransferOut, &["g"])
    })));
    run.deposit("o1", "u1", START.plus_minutes(1));
    run.advance(hours(24 * 11));
    run
}

fn refund_told(order: &str, amount: Option<i64>, how: fn(RefundFacts) -> Body) -> Body {
    how(RefundFacts {
        order_id: id(order),
        refund_id: id("r1"),
        payment_id: None,
        lines: Vec::new(),
        amount: amount.map(fen),
    })
}

#[test]
fn a_s4_21_discounts_that_come_with_the_balance_are_off_the_amount() {
    for (paid, off, tier) in
        [(700_00, 0, "z"), (699_99, 1, "y"), (600_00, 100_00, "y"), (599_99, 100_01, "x")]
    {
        let run = own_presale();
        let off: Vec<(&str, i64)> = if off > 0 { vec![("shop_coupon", off)] } else { Vec::new() };
        run.apply(&balance_paid("o1", paid, &off, hours(24 * 11)));
        let pooled = run.pooled("o1");
        assert_eq!((pooled.goods_paid, run.gifts("o1")), (fen(100_00 + paid), vec![tier.to_owned()]));
        assert_eq!(pooled.lines[0].amount, fen(100_00 + paid), "the line too");
        assert_eq!(run.order("o1").payable_in_all(), fen(100_00 + paid));
        run.assert_clean();
    }
}

#[test]
fn a_s4_21_what_comes_first_or_twice_does_not_matter() {
    // The earlier of two balances stands, whatever came off with the later one.
    for reversed in [false, true] {
        let run = own_presale();
        let mut early = balance_paid("o1", 600_00, &[("shop_coupon", 100_00)], hours(24 * 11));
        let mut late = balance_paid("o1", 700_00, &[], hours(24 * 11).plus_minutes(5));
        for (event, name) in [(&mut early, "b-early"), (&mut late, "b-late")] {
            event.event_id = name.into();
            if let Body::PaymentSucceeded(paid) = &mut event.body {
                paid.payment_id = id(name);
            }
        }
        run.advance(hours(24 * 11).plus_minutes(10));
        let events = if reversed { [&late, &early] } else { [&early, &late] };
        for event in events {
            run.event(event);
        }
        assert_eq!(run.pooled("o1").goods_paid, fen(700_00), "reversed: {reversed}");
        if reversed {
            assert_eq!(
                (run.gifts("o1"), exceptions(&run, "o1")),
                (vec!["z".into()], vec!["amount_changed".into()])
            );
        } else {
            assert_eq!(run.gifts("o1"), ["y"]);
        }
        run.assert_clean();
    }
}

/// A refund that is told without its amount means all of it, until somebody says how much: then the order lives on,
/// with what people had added.
#[test]
fn a_s4_10_a_bare_refund_event_drops_no_gift_that_people_added() {
    let run = own_presale();
    run.apply(&balance_paid("o1", 700_00, &[], hours(24 * 11)));
    let gift = toys("card").remove(0);
    run.ok(Command::PutGiftStock { sku: id("card"), quantity: 1 });
    run.ok(Command::AddGift { order_id: id("o1"), gift, reason: "a regular".into() });
    assert_eq!(run.gifts("o1"), ["z", "card!"]);
    let at = hours(24 * 11).plus_minutes(10);
    run.advance(at);
    run.apply(&event("bare", refund_told("o1", None, Body::RefundSucceeded), at));
    assert_eq!((run.stage("o1"), run.gifts("o1")), ("closed", vec![]));
    run.assert_clean();
    run.apply(&event("told", refund_told("o1", Some(50_00), Body::RefundApproved), at));
    assert_eq!((run.stage("o1"), run.pooled("o1").goods_paid), ("review", fen(750_00)));
    assert_eq!(run.gifts("o1"), ["y", "card!"]);
    run.assert_clean();
}

#[test]
fn a_s4_19_an_open_refund_holds_the_order_back() {
    let run = own_presale();
    run.apply(&balance_paid("o1", 700_00, &[], hours(24 * 11)));
    let at = hours(24 * 11).plus_minutes(10);
    run.advance(at);
    run.apply(&event("asked", refund_told("o1", None, Body::RefundRequested), at));
    assert_eq!(run.refused(fulfil("o1", Undecided::Accept, None)), "unpaid");
    run.apply(&event("no", refund_told("o1", None, Body::RefundRejected), at.plus_minutes(1)));
    run.ok(fulfil("o1", Undecided::Refuse, None));
    assert!(run.pooled("o1").moves.last().unwrap().accepted.is_empty());
}

#[test]
fn a_s4_19_what_is_accepted_is_kept_with_its_reason() {
    let run = own_presale();
    run.ok(Command::TransferOut { order_id: id("o1") });
    assert_eq!(run.refused(fulfil("o1", Undecided::Accept, None)), "unpaid");
    assert_eq!(run.refused(fulfil("o1", Undecided::Accept, Some("  "))), "invalid_value");
    assert_eq!(run.refused(fulfil("o1", Undecided::Refuse, Some("vip"))), "gifts_undecided");
    run.ok(fulfil("o1", Undecided::Accept, Some("vip")));
    let step = run.pooled("o1").moves.last().unwrap().clone();
    let accepted: Vec<_> = step.accepted.iter().map(|code| code.as_str()).collect();
    assert_eq!((accepted, step.reason.as_deref()), (vec!["unpaid", "gifts_undecided"], Some("vip")));
    assert_eq!(step.strategies, [id("g")]);
    let told = run.reader().timeline(&run.shop, &id("o1")).unwrap();
    assert!(told.iter().any(|entry| entry.what == "pool_order.fulfilled"), "in the order's timeline too");
    run.assert_clean();
}

fn said(order: &ShopOrder, single_stage: Option<bool>) -> ShopOrder {
    let mut order = order.clone();
    order.times.balance_opens_at = None;
    order.said = Said { single_stage, ..Said::default() };
    order
}

#[test]
fn a_s4_20_two_stages_or_one() {
    let run = pool(&[], Some(presale(Timing::ToReview, &[])));
    run.advance(t("10-21"));
    let of = |name: &str, single_stage, paid: i64| {
        let mut order = said(&order(name, "u1", "10-20 20:00:01"), single_stage);
        order.goods_paid = fen(paid);
        order
    };
    run.bring(&[
        of("said-one", Some(true), 10_00),
        of("said-two", Some(false), 320_00),
        of("half", None, 160_00),
        of("less", None, 159_99),
        order("told", "u1", "10-20 20:00:01"),
    ]);
    let stages = |name: &str| run.pooled(name).stages();
    assert_eq!(stages("said-one"), Stages::One);
    assert_eq!([stages("said-two"), stages("told")], [Stages::Two; 2]);
    assert_eq!([stages("half"), stages("less")], [Stages::TwoByStrategy; 2]);
    run.advance(t("10-29"));
    assert_eq!(exceptions(&run, "half"), ["stages_unknown"]);
    assert!(exceptions(&run, "less").is_empty(), "it waits for its balance");
    assert_eq!([run.stage("said-one"), run.stage("half")], ["review", "presale_pool"]);
    // One that enters after the activation is listed at once.
    run.bring(&[of("late", None, 320_00)]);
    assert_eq!(exceptions(&run, "late"), ["stages_unknown"]);
    assert_eq!(run.take(&of("half", Some(true), 160_00)), "updated");
    assert_eq!((run.stage("half"), exceptions(&run, "half")), ("review", vec![]));
    run.assert_clean();
}

#[test]
fn a_s4_20_who_looks_half_paid_is_held_until_somebody_says() {
    let silent = PresaleStrategy { balance_opens_at: None, ..presale(Timing::TransferOut, &["g"]) };
    let run = pool(&[by_amount(&[(1, "x")], gift("g", Basis::FirstPayment))], Some(silent));
    run.advance(t("10-21"));
    let of = |name: &str, paid: i64| {
        let mut order = said(&order(name, name, "10-20 20:00:01"), None);
        order.goods_paid = fen(paid);
        order
    };
    run.bring(&[of("O1", 50_00), of("O2", 320_00)]);
    assert_eq!(exceptions(&run, "O1"), ["looks_partly_paid"]);
    run.take(&of("O2", 50_00));
    assert!(exceptions(&run, "O2").is_empty(), "it was whole: the rest went back");
    run.advance(t("10-29"));
    assert_eq!([run.stage("O1"), run.stage("O2")], ["presale_pool", "review"]);
    run.ok(Command::TransferOut { order_id: id("O1") });
    assert_eq!(run.refused(fulfil("O1", Undecided::Accept, None)), "looks_partly_paid");
    let mut whole = of("O1", 50_00);
    whole.said.single_stage = Some(true);
    run.take(&whole);
    assert_eq!((run.gifts("O1"), exceptions(&run, "O1")), (vec!["x".into()], vec![]));
    run.ok(fulfil("O1", Undecided::Refuse, None));
    run.assert_clean();
}

/// Three downloads of one order in every order of arrival: the newest one's amounts and times.
#[test]
fn a_s4_23_the_order_of_arrival_does_not_matter_to_downloads_that_say_when_they_were_made() {
    let made = |at: &str, paid: i64, first: &str| {
        let mut order = single(&order("O1", "u1", first));
        order.times.ordered_at = t("10-20 19:00");
        order.goods_paid = fen(paid);
        order.said.as_of = Some(t(at));
        order
    };
    let told = [
        made("10-20", 600_00, "10-20 20:00:01"),
        made("10-21", 300_00, "10-20 20:00:02"),
        made("10-22", 200_00, "10-20 20:00:03"),
    ];
    for arrival in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let run = pool(&[], None);
        run.advance(t("10-23"));
        for index in arrival {
            run.take(&told[index]);
        }
        let found = run.pooled("O1");
        let expected = (fen(200_00), Some(t("10-20 20:00:03")), Some(t("10-22")));
        assert_eq!((found.goods_paid, found.times.first_paid_at, found.as_of), expected, "{arrival:?}");
        assert_eq!(found.corrections.is_empty(), arrival[0] == 2, "a correction is noted: {arrival:?}");
    }
}

#[test]
fn a_s4_23_an_older_download_neither_closes_nor_conflicts_and_a_corrected_time_takes_no_gift() {
    let run = pool(&[first(1, gift("g", Basis::FirstPayment))], Some(presale(Timing::Activation, &["g"])));
    run.advance(t("10-21"));
    run.bring(&[order("O1", "u1", "10-20 20:00:01"), order("O2", "u2", "10-20 20:00:02")]);
    run.advance(t("10-29"));
    watermark(&run, "10-29");
    assert_eq!(run.winners("g"), ["O1"]);
    let mut older = order("O1", "u1", "10-20 21:00");
    (older.said.as_of, older.times.closed_at) = (Some(t("10-20 22:00")), Some(t("10-20 21:30")));
    older.times.ordered_at = t("10-20 20:00:01");
    assert_eq!(run.take(&older), "duplicate");
    let mut newer = order("O1", "u1", "10-20 20:00:09");
    newer.times.ordered_at = t("10-20 20:00:01");
    newer.said.as_of = Some(t("10-29 00:00"));
    assert_eq!(run.take(&newer), "updated");
    assert_eq!(
        (run.gifts("O1"), run.rank("O1", "g")),
        (vec!["toy".into()], Some(1)),
        "what is decided stays"
    );
    assert_eq!(run.pooled("O1").corrections.len(), 1);
    newer.said.as_of = Some(t("11-30"));
    assert_eq!(run.take(&newer), "invalid_value", "no download is made so far ahead");
    run.assert_clean();
}

#[test]
fn a_s4_22_each_order_goes_by_the_version_that_it_entered_under() {
    for timing in [Timing::TransferOut, Timing::Activation] {
        let run = pool(&[first(1, gift("g", Basis::FirstPayment))], Some(presale(timing, &["g"])));
        run.advance(t("10-21"));
        run.bring(&[order("O1", "u1", "10-20 20:00:01"), order("O2", "u2", "10-20 20:00:02")]);
        let mut more = first(3, gift("g", Basis::FirstPayment));
        more.tiers[0].gifts = toys("pen");
        run.ok(put_gift(&more));
        run.bring(&[order("O3", "u3", "10-20 20:00:03"), order("O4", "u4", "10-20 20:00:04")]);
        run.advance(t("10-29"));
        watermark(&run, "10-29");
        for name in ["O1", "O2", "O3", "O4"] {
            run.ok(Command::TransferOut { order_id: id(name) });
        }
        let gifts = ["O1", "O2", "O3", "O4"].map(|name| run.gifts(name).join(","));
        assert_eq!(gifts, ["toy", "", "pen", ""], "{timing:?}");
        run.assert_clean();
        // Back and in again: by the newest version, and never by an old one again.
        run.ok(Command::RejectOrder { order_id: id("O4"), first_payment: FirstPayment::Kept });
        run.submit("O4");
        assert!(run.gifts("O4").is_empty(), "rank 4 of 3");
        run.assert_clean();
    }
}

#[test]
fn a_s4_22_more_places_after_the_run_has_ended_are_for_those_who_enter_later() {
    let run = pool(&[first(1, gift("g", Basis::FirstPayment))], Some(presale(Timing::Activation, &["g"])));
    run.advance(t("10-21"));
    run.bring(&[order("O1", "u1", "10-20 20:00:01"), order("O2", "u2", "10-20 20:00:02")]);
    run.advance(t("10-29"));
    watermark(&run, "10-29");
    assert_eq!(run.winners("g"), ["O1"]);
    run.ok(put_gift(&first(3, gift("g", Basis::FirstPayment))));
    run.bring(&[order("O3", "u3", "10-28 20:00:03")]);
    run.advance(t("10-29 00:01"));
    assert_eq!(run.winners("g"), ["O1", "O3"], "O2 entered when there was one");
    run.assert_clean();
}
