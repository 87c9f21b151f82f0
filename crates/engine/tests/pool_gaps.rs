//! Rows of downloads that could not be read: ranks that may depend on them wait (A-S4-25).
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod support;

use domain::{
    limits,
    pool::{Basis, Gap, Missing, ShopOrder, Since, Timing},
};
use engine::Command;
use support::{pool::*, *};

/// The first three, of orders each a second after the other.
fn first_three() -> Run {
    let run = pool(&[first(3, gift("g", Basis::FirstPayment))], Some(presale(Timing::Activation, &["g"])));
    run.advance(t("10-21"));
    run
}

fn second(number: u32) -> ShopOrder {
    order(&format!("O{number}"), &format!("u{number}"), &format!("10-20 20:00:0{number}"))
}

fn gap_of(source: &str, orders: &[u32], missing: Missing) -> Gap {
    let mut gap = Gap::new(source, None);
    for number in orders {
        let order = second(*number);
        gap.add_row(u64::from(*number), "not_an_amount", Some(order.order_id.clone()));
        gap.add_order(&order.order_id, Since::At(order.times.ordered_at), missing);
    }
    gap
}

fn note(run: &Run, gap: Gap) {
    run.ok(Command::NoteGap(Box::new(gap)));
    run.advance(run.engine.now());
}

fn waits(run: &Run) -> Option<(String, u64)> {
    run.run_state("g").waits.map(|waits| (waits.code.to_string(), waits.certain))
}

/// The file is mended order by order, through whatever door; the ranks before a gap are given at once where they are
/// enough.
#[test]
fn a_s4_25_ranks_wait_for_what_was_left_out_and_go_on_when_it_comes() {
    let run = first_three();
    run.bring(&[1, 4, 5].map(second));
    note(&run, gap_of("june.csv", &[2, 3], Missing::Whole));
    run.advance(t("10-29"));
    watermark(&run, "10-29");
    assert_eq!(waits(&run), Some(("pool_incomplete".into(), 1)));
    run.bring(&[second(3)]);
    run.advance(run.engine.now());
    assert!(run.winners("g").is_empty(), "O2 is still missing");
    run.bring(&[second(2)]);
    run.advance(run.engine.now());
    assert_eq!(run.winners("g"), ["O1", "O2", "O3"]);
    assert!(run.reader().pool(&run.shop).unwrap().gaps.is_empty());
}

#[test]
fn a_s4_25_a_gap_behind_the_first_n_holds_nothing_up() {
    let run = first_three();
    run.bring(&[1, 2, 3, 5].map(second));
    note(&run, gap_of("june.csv", &[4], Missing::Whole));
    run.advance(t("10-29"));
    watermark(&run, "10-29");
    assert_eq!(run.winners("g"), ["O1", "O2", "O3"]);
    assert!(run.run_state("g").finished);
}

/// An order that counts once, and may be more, was taken in with its gap: only a newer download settles it.
#[test]
fn a_s4_25_a_s4_23_an_order_in_doubt_waits_for_a_newer_download() {
    let run = first_three();
    run.bring(&[1, 2, 3].map(second));
    let gap = Gap { as_of: Some(t("10-20 21:00")), ..gap_of("june.csv", &[2], Missing::Perhaps) };
    note(&run, gap.clone());
    run.advance(t("10-29"));
    watermark(&run, "10-29");
    assert!(run.winners("g").is_empty());
    for (as_of, settles) in [(None, false), (Some("10-20 21:00"), false), (Some("10-20 22:00"), true)] {
        let mut again = second(2);
        again.said.as_of = as_of.map(t);
        run.take(&again);
        run.advance(run.engine.now());
        assert_eq!(run.winners("g").len(), if settles { 3 } else { 0 }, "{as_of:?}");
    }
}

/// The file again without what had no name, an operator's word for the whole shop, and the override of one strategy.
#[test]
fn a_s4_25_what_has_no_name_is_told_again_or_answered_for() {
    for answer in ["told again", "accepted", "overridden"] {
        let run = first_three();
        run.bring(&[1, 2, 3].map(second));
        let mut gap = Gap::new("june.csv", None);
        gap.add_row(9, "field_count", None);
        gap.add_unnamed(Since::Always);
        note(&run, gap);
        run.advance(t("10-29"));
        watermark(&run, "10-29");
        assert_eq!(waits(&run), Some(("pool_incomplete".into(), 0)), "{answer}");
        let through = t("10-29");
        match answer {
            "told again" => note(&run, Gap::new("june.csv", None)),
            "accepted" => {
                for reason in [String::new(), "x".repeat(limits::GAP_TEXT_CHARS + 1)] {
                    assert_eq!(run.refused(Command::AcceptGaps { through, reason }), "invalid_value");
                }
                run.ok(Command::AcceptGaps { through, reason: "a line of totals".into() });
            }
            _ => drop(run.ok(Command::OverrideRun { strategy_id: id("g") })),
        }
        run.advance(run.engine.now());
        assert_eq!(run.winners("g"), ["O1", "O2", "O3"], "{answer}");
    }
}

/// A file of the same name without bad rows does not bring an order that was left out.
#[test]
fn a_s4_25_another_file_of_the_name_does_not_close_an_orders_gap() {
    let run = first_three();
    run.bring(&[1, 3, 4].map(second));
    note(&run, gap_of("orders.csv", &[2], Missing::Whole));
    note(&run, Gap::new("orders.csv", None));
    run.advance(t("10-29"));
    watermark(&run, "10-29");
    assert!(run.winners("g").is_empty());
    run.bring(&[second(2)]);
    run.advance(run.engine.now());
    assert_eq!(run.winners("g"), ["O1", "O2", "O3"]);
}

/// Nor does one that does not hold it settle an order in doubt; one that holds it does, if it is in doubt no more.
#[test]
fn a_s4_25_another_file_of_the_name_does_not_settle_an_order_in_doubt() {
    let run = first_three();
    run.bring(&[1, 2, 3].map(second));
    note(&run, gap_of("orders.csv", &[2], Missing::Perhaps));
    run.advance(t("10-29"));
    watermark(&run, "10-29");
    for (held, settles) in [(&[1, 3][..], false), (&[2], true)] {
        note(&run, Gap::begun("orders.csv", None));
        for number in held {
            run.take(&second(*number));
        }
        run.advance(run.engine.now());
        assert!(run.winners("g").is_empty(), "until its end is told nothing is final");
        note(&run, Gap::new("orders.csv", None));
        assert_eq!(run.winners("g").len(), if settles { 3 } else { 0 }, "{held:?}");
    }
}

#[test]
fn a_s4_25_more_sources_than_there_is_room_for_still_count() {
    let run = first_three();
    run.bring(&[1, 2, 3].map(second));
    for number in 0..limits::GAPS {
        note(&run, gap_of(&format!("{number}.csv"), &[9], Missing::Whole));
    }
    note(&run, gap_of("one-more.csv", &[2], Missing::Whole));
    let gaps = run.reader().pool(&run.shop).unwrap().gaps;
    assert!(gaps.len() <= limits::GAPS + 1 && !gaps.contains_key("one-more.csv"));
    run.advance(t("10-29"));
    watermark(&run, "10-29");
    assert_eq!(waits(&run), Some(("pool_incomplete".into(), 1)));
    // Which sources these are nobody knows any more: none of them can be told again (only answered for).
    for source in ["...".into(), String::new(), "a\nb".into(), "x".repeat(limits::GAP_TEXT_CHARS + 1)] {
        assert_eq!(run.refused(Command::NoteGap(Box::new(Gap::new(source, None)))), "invalid_value");
    }
}
