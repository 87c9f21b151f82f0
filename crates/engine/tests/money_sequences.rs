//! Whatever is paid, paid twice, returned and cancelled, in whatever order it is heard, the books
//! end as an independent model says.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod money_model;
mod money_play;
mod support;

use money_model::{
    coupons::standings,
    course::course,
    story::{Story, What},
};
use money_play::{
    generate::{self, Doors},
    perform,
    shrink::{self, Play},
};
use std::collections::BTreeMap;

/// As many failures are told at once.
const TOLD: usize = 4;

/// Tries stories, and tells the smallest that fail.
fn try_stories(usual: u32, doors: Doors, try_it: Play, plan: impl Fn(&Story, u64) -> perform::Plan) {
    let mut failures = Vec::new();
    for seed in 0..u64::from(testkit::seeds(usual)) {
        let story = generate::story(seed, doors);
        if let Some(why) = shrink::failure(&story, &plan(&story, seed), try_it) {
            failures.push(format!("seed {seed}:\n{why}"));
        }
        if failures.len() == TOLD {
            break;
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// A-G-5..7, A-G-9, A-G-14..16, A-S0-22, A-S0-24, A-S1-1..6, A-S1-20, A-S1-22, A-S1-24, A-S1-25, A-S1-28, A-S4-21.
#[test]
fn a_g_15_a_g_16_money_ends_as_the_model_says() {
    try_stories(500, Doors::All, perform::play, |story, _| perform::in_time(story));
}

/// A-G-8: the same, with events that come late, twice and out of order.
#[test]
fn a_g_8_money_ends_alike_however_it_is_heard() {
    try_stories(500, Doors::Events, perform::play, perform::out_of_order);
}

/// A-G-15: whatever is heard after an answer, cancellations and payments among it, the answer stays as it was given.
#[test]
fn a_g_15_answers_stay_whatever_is_heard_later() {
    try_stories(500, Doors::All, perform::play_asked, perform::out_of_order);
}

/// The stories hold what they are told for: each of these comes up.
#[test]
fn stories_hold_every_kind_of_thing() {
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    let mut see = |what: String| *seen.entry(what).or_default() += 1;
    for seed in 0..500 {
        let story = generate::story(seed, Doors::All);
        for event in &story.events {
            match &event.what {
                What::Started { .. } => see("started".into()),
                What::Refunded(refund) => see(format!("{:?}", refund.how)),
                What::Paid(paid) => {
                    let ends = paid.voucher.and_then(|voucher| story.coupons[voucher].ends);
                    if ends.is_some_and(|ends| event.at >= ends) {
                        let by = course(&story, event.order).paid_by.and_then(|(_, by)| by);
                        see(format!("after the end, taken: {}", by.is_some_and(|by| by.id == paid.id)));
                    }
                }
                What::Cancelled(_) => {}
            }
        }
        for standing in standings(&story).into_iter().zip(&story.coupons) {
            let (standing, coupon) = standing;
            let judged = standing.below.into_iter().filter(|_| coupon.spend > 0);
            judged.for_each(|(_, below)| see(format!("below: {below}")));
        }
    }
    for what in [
        "started",
        "Went",
        "Steps",
        "Backwards",
        "Twofold",
        "Asked",
        "Assigned",
        "after the end, taken: true",
        "after the end, taken: false",
        "below: true",
        "below: false",
    ] {
        assert!(seen.contains_key(what), "{what}: {seen:?}");
    }
}
