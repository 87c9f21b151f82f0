//! Plays that were tampered with are found, at their place and by their name (A-S2-15, A-S2-16).

mod given;
mod tampering;

use draw::{archive::State, verify::FindingCode as F};
use given::{story_by_odds, story_in_an_urn};
use tampering::{Case, finds, made_anew};

#[test]
fn one_play_that_was_changed_is_found() {
    finds(story_by_odds, CHANGED);
}

const CHANGED: &[Case] = &[
    (
        "its chance",
        |a| a.plays[4].chance = "o-99".into(),
        &[(F::ChainBroken, Some(5)), (F::NumberWrong, Some(5))],
    ),
    (
        "its transaction",
        |a| a.plays[4].entropy = "t-99".into(),
        &[(F::ChainBroken, Some(5)), (F::NumberWrong, Some(5))],
    ),
    ("its number", |a| a.plays[4].r += 1, &[(F::ChainBroken, Some(5)), (F::NumberWrong, Some(5))]),
    (
        "its prize",
        |a| a.plays[0].prize_id = "coupon".into(),
        &[(F::ChainBroken, Some(1)), (F::PrizeWrong, Some(1))],
    ),
    (
        "its hash",
        |a| a.plays[4].hash = a.plays[3].hash,
        &[(F::ChainBroken, Some(5)), (F::ChainBroken, Some(6))],
    ),
    (
        "a prize that is none",
        |a| a.plays[0].prize_id = "car".into(),
        &[(F::ChainBroken, Some(1)), (F::PrizeUnknown, Some(1))],
    ),
    (
        "a line end",
        |a| a.plays[4].chance = "o\n5".into(),
        &[(F::ChainBroken, Some(5)), (F::NotALine, Some(5)), (F::NumberWrong, Some(5))],
    ),
    (
        "a chance that nobody has",
        |a| a.plays[4].chance = "o-5#0".into(),
        &[(F::ChainBroken, Some(5)), (F::ChanceWrong, Some(5)), (F::NumberWrong, Some(5))],
    ),
    (
        "no transaction",
        |a| a.plays[4].entropy = String::new(),
        &[(F::ChainBroken, Some(5)), (F::EntropyMissing, Some(5)), (F::NumberWrong, Some(5))],
    ),
    (
        "a moment before the start",
        |a| a.plays[0].at_ms = given::OPENS_MS - 1,
        &[(F::OutsideWindow, Some(1)), (F::PaidLater, Some(1))],
    ),
    (
        "a moment after the end",
        |a| a.plays[59].at_ms += 7 * 24 * given::HOUR_MS,
        &[(F::OutsideWindow, Some(60))],
    ),
    ("a payment behind the draw", |a| a.plays[4].paid_ms = a.plays[4].at_ms + 1, &[(F::PaidLater, Some(5))]),
    (
        "a moment when less was released",
        |a| a.plays[49].at_ms = a.plays[30].at_ms,
        &[(F::PaidLater, Some(50)), (F::ReleaseExceeded, Some(50))],
    ),
    ("a state of urns", |a| a.plays[4].state = State::Lapsed, &[(F::StateWrong, Some(5))]),
];

#[test]
fn plays_that_were_dropped_added_or_moved_are_found() {
    finds(story_by_odds, MOVED);
}

const MOVED: &[Case] = &[
    ("dropped", |a| drop(a.plays.remove(4)), &[(F::PlayMissing, Some(5))]),
    ("the first dropped", |a| drop(a.plays.remove(0)), &[(F::PlayMissing, Some(1))]),
    ("several dropped", |a| drop(a.plays.drain(4..7)), &[(F::PlayMissing, Some(5))]),
    ("the one before the new notice dropped", |a| drop(a.plays.remove(29)), &[(F::PlayMissing, Some(30))]),
    ("the last dropped", |a| drop(a.plays.pop()), &[(F::HeadWrong, None), (F::HeadUnknown, None)]),
    ("added twice", |a| a.plays.insert(5, a.plays[4].clone()), &[(F::PlayRepeated, Some(5))]),
    (
        "one more at the end",
        |a| {
            let mut more = a.plays[59].clone();
            (more.n, more.chance) = (61, "o-61".into());
            a.plays.push(more);
        },
        &[(F::ChainBroken, Some(61)), (F::NumberWrong, Some(61))],
    ),
    ("moved", |a| a.plays.swap(4, 5), &[(F::PlayMoved, Some(5))]),
    (
        "moved with their numbers",
        |a| {
            a.plays.swap(4, 5);
            (a.plays[4].n, a.plays[5].n) = (5, 6);
        },
        &[(F::ChainBroken, Some(5)), (F::ChainBroken, Some(6)), (F::ChainBroken, Some(7))],
    ),
    ("a number of none", |a| a.plays[0].n = 0, &[(F::PlayMoved, Some(0)), (F::PlayMissing, Some(1))]),
];

/// Whoever holds the store can make the chain anew; not the number, and not the heads that others noted.
#[test]
fn a_chain_that_was_made_anew_is_found() {
    finds(story_by_odds, MADE_ANEW);
}

const MADE_ANEW: &[Case] = &[
    (
        "another prize",
        |a| {
            a.plays[0].prize_id = "coupon".into();
            made_anew(a);
        },
        &[(F::PrizeWrong, Some(1)), (F::HeadUnknown, None)],
    ),
    (
        "another number for another prize",
        |a| {
            (a.plays[0].prize_id, a.plays[0].r) = ("coupon".into(), 500_000);
            made_anew(a);
        },
        &[(F::NumberWrong, Some(1)), (F::HeadUnknown, None)],
    ),
    (
        "a prize before it was released",
        |a| {
            a.plays[9].prize_id = "phone".into();
            made_anew(a);
        },
        &[(F::ReleaseExceeded, Some(10)), (F::HeadUnknown, None)],
    ),
    (
        "more than there were",
        |a| {
            a.plays[14].prize_id = "cup".into();
            made_anew(a);
        },
        &[(F::StockExceeded, Some(15)), (F::HeadUnknown, None)],
    ),
    (
        "nothing instead of what was named",
        |a| {
            a.plays[18].prize_id = "none".into();
            made_anew(a);
        },
        &[(F::PrizeWrong, Some(19)), (F::HeadUnknown, None)],
    ),
    (
        "the last of the fallbacks too early",
        |a| {
            a.plays[9].prize_id = "coupon".into();
            made_anew(a);
        },
        &[(F::FallbackWrong, Some(10)), (F::HeadUnknown, None)],
    ),
    (
        "a play dropped and the rest renumbered",
        |a| {
            a.plays.remove(58);
            made_anew(a);
        },
        &[(F::HeadUnknown, None)],
    ),
    (
        "a chance drawn again until it fits",
        |a| {
            a.plays[59].chance = "o-1".into();
            a.plays[59].entropy = "t-1".into();
            a.plays[59].r = a.plays[0].r;
            a.plays[59].prize_id = a.plays[0].prize_id.clone();
            made_anew(a);
        },
        &[(F::ChanceRepeated, Some(60)), (F::HeadUnknown, None)],
    ),
];

/// A-S2-15: a ticket that is drawn stays drawn.
#[test]
fn an_urn_that_was_tampered_with_is_found() {
    finds(story_in_an_urn, URN);
}

const URN: &[Case] = &[
    (
        "another ticket",
        |a| a.plays[2].prize_id = "B".into(),
        &[(F::ChainBroken, Some(3)), (F::PrizeWrong, Some(3)), (F::StockExceeded, Some(6))],
    ),
    (
        "more of the best than there was",
        |a| a.plays[1].prize_id = "A".into(),
        &[(F::ChainBroken, Some(2)), (F::StockExceeded, Some(2)), (F::WinnersWrong, Some(2))],
    ),
    ("a ticket dropped", |a| drop(a.plays.remove(2)), &[(F::PlayMissing, Some(3))]),
    (
        "an eleventh",
        |a| {
            let mut more = a.plays[9].clone();
            (more.n, more.chance) = (11, "o-11".into());
            a.plays.push(more);
            made_anew(a);
        },
        &[(F::StockExceeded, Some(11)), (F::PlaysAdded, Some(10))],
    ),
    (
        "a lapsed ticket put back",
        |a| {
            a.plays.remove(1);
            made_anew(a);
        },
        &[
            (F::NumberWrong, Some(2)),
            (F::NumberWrong, Some(3)),
            (F::NumberWrong, Some(4)),
            (F::NumberWrong, Some(5)),
            (F::NumberWrong, Some(6)),
            (F::NumberWrong, Some(7)),
            (F::NumberWrong, Some(9)),
            (F::PrizeWrong, Some(9)),
            (F::HeadUnknown, None),
        ],
    ),
];
