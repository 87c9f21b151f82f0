//! Whatever is paid, paid twice, returned and cancelled, in whatever order it is heard, the books
//! end as an independent model says.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod money_model;
mod money_play;
mod support;

use money_model::story::Story;
use money_play::{generate, perform, shrink};

/// As many failures are told at once.
const TOLD: usize = 4;

/// Tries stories, and tells the smallest that fail.
fn try_stories(usual: u32, plan: impl Fn(&Story, u64) -> perform::Plan) {
    let mut failures = Vec::new();
    for seed in 0..u64::from(testkit::seeds(usual)) {
        let story = generate::story(seed);
        if let Some(why) = shrink::failure(&story, &plan(&story, seed)) {
            failures.push(format!("seed {seed}:\n{why}"));
        }
        if failures.len() == TOLD {
            break;
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// A-G-5..7, A-G-9, A-G-14..16, A-S0-22, A-S1-1..6, A-S1-20, A-S1-22, A-S1-24, A-S1-25, A-S1-28, A-S4-21.
#[test]
fn a_g_15_a_g_16_money_ends_as_the_model_says() {
    try_stories(500, |story, _| perform::in_time(story));
}

/// A-G-8: the same, with events that come late, twice and out of order.
#[test]
fn a_g_8_money_ends_alike_however_it_is_heard() {
    try_stories(500, perform::out_of_order);
}
