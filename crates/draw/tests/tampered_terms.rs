//! A seed, a notice, a beacon or a list that was tampered with is found by its name (A-S2-16, A-S2-17).

mod given;
mod tampering;

use draw::{
    archive::{Archive, NoticeLink, Reason, Round, State, Undrawn, Winner},
    chain,
    verify::FindingCode as F,
};
use given::{story_by_odds, story_with_beacon};
use money::Money;
use tampering::{Case, finds, made_anew};

#[test]
fn a_seed_or_a_notice_that_is_another_is_found() {
    finds(story_by_odds, OTHER_TERMS);
}

const OTHER_TERMS: &[Case] = &[
    ("no seed", |a| a.seed = None, &[(F::SeedNotRevealed, None)]),
    ("another seed", |a| a.seed = Some(given::seed(1).reveal()), &[(F::SeedWrong, None)]),
    ("no seed at all", |a| a.seed = Some("secret".into()), &[(F::SeedWrong, None)]),
    (
        "another seed with its commit",
        |a| {
            a.seed = Some(given::seed(1).reveal());
            a.commit = given::seed(1).commit();
            a.plays.truncate(1);
            a.notices.truncate(1);
            a.winners.clear();
        },
        &[(F::ChainBroken, Some(0)), (F::NumberWrong, Some(1)), (F::HeadWrong, None), (F::HeadUnknown, None)],
    ),
    (
        "another campaign",
        |a| {
            a.campaign = "c-2".into();
            a.plays.truncate(1);
            a.notices.truncate(1);
            a.winners.clear();
        },
        &[(F::ChainBroken, Some(0)), (F::NumberWrong, Some(1)), (F::HeadWrong, None), (F::HeadUnknown, None)],
    ),
    (
        "another text",
        |a| a.notices[0].text = a.notices[0].text.replace("手机", "平板"),
        &[(F::NoticeChanged, Some(0)), (F::NoticeDiffers, Some(0))],
    ),
    (
        "another text with its hash",
        |a| {
            a.notices[0].text = a.notices[0].text.replace("手机", "平板");
            a.notices[0].hash = chain::notice_hash(&a.notices[0].text);
        },
        &[(F::NoticeDiffers, Some(0)), (F::ChainBroken, Some(0))],
    ),
    (
        "other odds than the text says",
        |a| {
            for link in &mut a.notices {
                link.notice.table.prizes[2].odds = Some(300_001);
                link.notice.table.prizes[3].odds = Some(299_999);
            }
        },
        &[(F::NoticeDiffers, Some(0)), (F::NoticeDiffers, Some(30))],
    ),
    (
        "fewer cups from play 31 on",
        |a| {
            a.notices[1].notice.table.prizes[1].stock = Some(4);
            a.plays.truncate(30);
            made_anew(a);
            let link = NoticeLink::next(30, &a.head, a.notices[0].notice.clone());
            a.notices.push(link);
            a.notices[1].notice.table.prizes[1].stock = Some(4);
            a.notices[1] = NoticeLink::next(30, &a.head, a.notices[1].notice.clone());
            a.head = a.notices[1].head;
        },
        &[(F::ChangedUnlawfully, Some(30)), (F::HeadUnknown, None)],
    ),
    ("the first notice gone", |a| drop(a.notices.remove(0)), &[(F::NoticeMissing, None)]),
    (
        "the second notice gone",
        |a| drop(a.notices.pop()),
        &[
            (F::ChainBroken, Some(31)),
            (F::StockExceeded, Some(32)),
            (F::StockExceeded, Some(33)),
            (F::StockExceeded, Some(35)),
            (F::StockExceeded, Some(38)),
            (F::StockExceeded, Some(45)),
            (F::StockExceeded, Some(48)),
            (F::StockExceeded, Some(51)),
            (F::StockExceeded, Some(56)),
            (F::StockExceeded, Some(57)),
        ],
    ),
    (
        "a notice behind the last play",
        |a| a.notices[1].after = 61,
        &[
            (F::NoticeMoved, Some(61)),
            (F::ChainBroken, Some(31)),
            (F::StockExceeded, Some(32)),
            (F::StockExceeded, Some(33)),
            (F::StockExceeded, Some(35)),
            (F::StockExceeded, Some(38)),
            (F::StockExceeded, Some(45)),
            (F::StockExceeded, Some(48)),
            (F::StockExceeded, Some(51)),
            (F::StockExceeded, Some(56)),
            (F::StockExceeded, Some(57)),
            (F::HeadWrong, None),
            (F::PlaysAdded, Some(60)),
        ],
    ),
];

#[test]
fn lists_that_are_not_what_the_plays_say_are_found() {
    finds(story_by_odds, LISTS);
}

const LISTS: &[Case] = &[
    ("a winner left out", |a| a.winners.clear(), &[(F::WinnersWrong, Some(50))]),
    (
        "a winner who did not win",
        |a| {
            let value = Money::from_minor(599_900);
            let state = State::Played;
            a.winners.push(Winner { n: 51, chance: "o-51".into(), prize_id: "phone".into(), value, state });
        },
        &[(F::WinnersWrong, Some(51))],
    ),
    ("a winner twice", |a| a.winners.push(a.winners[0].clone()), &[(F::WinnersWrong, None)]),
    ("a prize that was undone", |a| a.plays[49].state = State::Void, &[(F::WinnersWrong, Some(50))]),
    (
        "a prize that was undone and left out",
        |a| {
            a.plays[49].state = State::Void;
            a.winners.clear();
        },
        &[(F::WinnersWrong, Some(50))],
    ),
    ("a chance that waits and was drawn", |a| wait(a, "o-9", Reason::Lapsed), &[(F::UndrawnPlayed, None)]),
    (
        "a chance that waits twice",
        |a| {
            wait(a, "o-99", Reason::NotPlayed);
            wait(a, "o-99", Reason::Lapsed);
        },
        &[(F::UndrawnPlayed, None)],
    ),
    (
        "a beacon that nobody named is waited for",
        |a| wait(a, "o-99", Reason::AwaitingBeacon),
        &[(F::UndrawnWrong, None)],
    ),
    ("no urn is sold out", |a| wait(a, "o-99", Reason::SoldOut), &[(F::UndrawnWrong, None)]),
    ("a chance of nobody", |a| wait(a, "o-99#0", Reason::Lapsed), &[(F::ChanceWrong, None)]),
];

fn wait(archive: &mut Archive, chance: &str, reason: Reason) {
    archive.undrawn.push(Undrawn { chance: chance.into(), paid_ms: given::OPENS_MS, reason });
}

#[test]
fn reasons_that_the_rest_of_the_archive_denies_are_found() {
    finds(story_with_beacon, WITH_BEACON);
    let mut archive = given::story_in_an_urn();
    wait(&mut archive, "o-99", Reason::SoldOut);
    assert_eq!(tampering::told(&unknown(&archive)), [], "ten of ten tickets are drawn");
    archive.plays.pop();
    archive.head = archive.plays[8].hash;
    assert_eq!(tampering::told(&unknown(&archive)), [(F::UndrawnWrong, None)], "a ticket is left");
}

fn unknown(archive: &Archive) -> draw::verify::Report {
    draw::verify::verify(archive, draw::law::LAW, &draw::verify::Known::default())
}

const WITH_BEACON: &[Case] = &[
    (
        "an id that the notice does not want",
        |a| wait(a, "o-99", Reason::AwaitingTransactionId),
        &[(F::UndrawnWrong, None)],
    ),
    ("a round that was posted", |a| wait(a, "o-99", Reason::AwaitingBeacon), &[(F::UndrawnWrong, None)]),
    (
        "a round from before the start",
        |a| {
            for link in &mut a.notices {
                link.notice.opens_at = "2023-09-16T00:00:00+08:00".parse().expect("a moment");
            }
            a.plays.clear();
            made_anew(a);
        },
        &[(F::NoticeUnlawful, Some(0)), (F::HeadUnknown, None)],
    ),
];

fn round(archive: &mut Archive) -> &mut Round {
    archive.beacon.as_mut().expect("a round")
}

#[test]
fn a_beacon_that_is_not_genuine_is_found() {
    finds(story_with_beacon, BEACON);
    let unnamed: Case = (
        "a round that no notice names",
        |a| a.beacon = story_with_beacon().beacon,
        &[(F::BeaconWrong, None)],
    );
    finds(story_by_odds, &[unnamed]);
}

const BEACON: &[Case] = &[
    ("none", |a| a.beacon = None, &[(F::BeaconMissing, None)]),
    ("another signature", |a| round(a).signature.replace_range(..2, "a7"), &[(F::BeaconWrong, None)]),
    ("no signature", |a| round(a).signature.clear(), &[(F::BeaconWrong, None)]),
    ("another round", |a| round(a).round += 1, &[(F::BeaconWrong, None)]),
    ("other randomness", |a| round(a).randomness = a.commit, &[(F::BeaconWrong, None)]),
    ("a key of one's own", |a| round(a).public_key.replace_range(..2, "84"), &[(F::BeaconWrong, None)]),
    ("another beacon", |a| round(a).name = "mine".into(), &[(F::BeaconWrong, None)]),
    (
        "a play without it",
        |a| {
            a.plays.truncate(1);
            a.plays[0].entropy = "t-0".into();
            made_anew(a);
        },
        &[(F::BeaconMissing, Some(1)), (F::NumberWrong, Some(1)), (F::HeadUnknown, None)],
    ),
    ("a play before it", |a| a.plays[0].at_ms -= 1, &[(F::BeforeBeacon, Some(1)), (F::PaidLater, Some(1))]),
];
