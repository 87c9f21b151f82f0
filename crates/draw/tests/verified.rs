//! Honest archives are verified, and each kind of tampering is found, at its place and by its name (A-S2-16).

mod given;

use draw::{
    Given, Hash,
    archive::{Archive, NoticeLink, Round, State, Waiting, Winner},
    chain,
    law::MAINLAND_CHINA,
    verify::{FindingCode as F, Known, Report, verify},
};
use given::{story_by_odds, story_in_an_urn, story_with_beacon};
use money::Money;

fn check(archive: &Archive) -> Report {
    let known = Known { head: Some(archive.head), seen: Vec::new() };
    verify(archive, &MAINLAND_CHINA, &known)
}

/// Codes with their plays.
fn told(report: &Report) -> Vec<(F, Option<u64>)> {
    assert_eq!(report.more, 0);
    report.findings.iter().map(|finding| (finding.code, finding.n)).collect()
}

#[test]
fn honest_archives_are_verified() {
    let notes = |archive: &Archive| -> Vec<F> {
        let report = check(archive);
        assert_eq!(report.findings, [], "{report:?}");
        assert!(report.is_verified() && report.head == archive.head);
        assert_eq!(report.given.total(), report.plays);
        report.notes.iter().map(|note| note.code).collect()
    };
    assert_eq!(notes(&story_by_odds()), []);
    assert_eq!(notes(&story_in_an_urn()), [F::Lapsed]);
    assert_eq!(notes(&story_with_beacon()), [F::WithoutTransaction]);
    let again: Archive =
        Archive::read(&serde_json::to_vec(&story_by_odds()).expect("it is written")).expect("it is read");
    assert_eq!(again, story_by_odds());
}

/// What the cases below rest on: a phone that is not released yet at play 10, and cups that are gone at play 15.
#[test]
fn the_honest_draw_by_odds_has_something_of_everything() {
    let archive = story_by_odds();
    let mut given = Given::default();
    let mut fell = Vec::new();
    for play in &archive.plays {
        let table = &archive.notice_of(play.n).expect("a notice").table;
        let award = table.award(play.r, &given, play.at_ms).expect("a prize");
        if award.drawn != award.prize {
            fell.push((play.n, award.drawn.prize_id.as_str(), play.prize_id.as_str()));
        }
        given.add(&play.prize_id);
    }
    assert_eq!(fell[..2], [(10, "phone", "cup"), (15, "cup", "coupon")]);
    assert_eq!(fell.len(), 11, "{fell:?}");
}

/// Makes the chain anew, as whoever holds the store could.
fn made_anew(archive: &mut Archive) {
    let mut notices = std::mem::take(&mut archive.notices).into_iter();
    let first = notices.next().expect("a notice");
    archive.notices = vec![NoticeLink::first(&archive.campaign, &archive.commit, first.notice)];
    archive.head = archive.notices[0].head;
    let mut notices = notices.peekable();
    for (n, play) in (1..).zip(&mut archive.plays) {
        while let Some(link) = notices.next_if(|link| link.after < n) {
            archive.notices.push(NoticeLink::next(link.after, &archive.head, link.notice));
            archive.head = archive.notices.last().expect("pushed").head;
        }
        play.n = n;
        play.hash = chain::after_play(&archive.head, &play.link());
        archive.head = play.hash;
    }
    archive.winners = archive.listed(&MAINLAND_CHINA);
}

type Case = (&'static str, fn(&mut Archive), &'static [(F, Option<u64>)]);

/// Each tampering on an honest archive, whose head is known from elsewhere.
#[track_caller]
fn finds(honest: fn() -> Archive, cases: &[Case]) {
    for (name, tamper, expected) in cases {
        let mut archive = honest();
        let known = Known { head: Some(archive.head), seen: Vec::new() };
        tamper(&mut archive);
        let report = verify(&archive, &MAINLAND_CHINA, &known);
        assert_eq!(told(&report), *expected, "{name}: {:#?}", report.findings);
        assert!(!report.is_verified(), "{name}");
    }
}

#[test]
fn one_play_that_was_changed_is_found() {
    finds(
        story_by_odds,
        &[
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
                "no transaction",
                |a| a.plays[4].entropy = String::new(),
                &[(F::ChainBroken, Some(5)), (F::EntropyMissing, Some(5)), (F::NumberWrong, Some(5))],
            ),
            (
                "a moment before the start",
                |a| a.plays[0].at_ms = given::OPENS_MS - 1,
                &[(F::OutsideWindow, Some(1))],
            ),
            (
                "a moment after the end",
                |a| a.plays[59].at_ms += 7 * 24 * given::HOUR_MS,
                &[(F::OutsideWindow, Some(60))],
            ),
            (
                "a moment when less was released",
                |a| a.plays[49].at_ms = a.plays[30].at_ms,
                &[(F::ReleaseExceeded, Some(50))],
            ),
            ("a state of urns", |a| a.plays[4].state = State::Lapsed, &[(F::StateWrong, Some(5))]),
        ],
    );
}

#[test]
fn plays_that_were_dropped_added_or_moved_are_found() {
    finds(
        story_by_odds,
        &[
            ("dropped", |a| drop(a.plays.remove(4)), &[(F::PlayMissing, Some(5))]),
            ("the first dropped", |a| drop(a.plays.remove(0)), &[(F::PlayMissing, Some(1))]),
            ("several dropped", |a| drop(a.plays.drain(4..7)), &[(F::PlayMissing, Some(5))]),
            (
                "the one before the new notice dropped",
                |a| drop(a.plays.remove(29)),
                &[(F::PlayMissing, Some(30))],
            ),
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
        ],
    );
}

/// Whoever holds the store can make the chain anew; not the number, and not the heads that others noted.
#[test]
fn a_chain_that_was_made_anew_is_found() {
    finds(
        story_by_odds,
        &[
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
        ],
    );
}

#[test]
fn a_seed_or_a_notice_that_is_another_is_found() {
    finds(
        story_by_odds,
        &[
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
                &[
                    (F::ChainBroken, Some(0)),
                    (F::NumberWrong, Some(1)),
                    (F::HeadWrong, None),
                    (F::HeadUnknown, None),
                ],
            ),
            (
                "another campaign",
                |a| {
                    a.campaign = "c-2".into();
                    a.plays.truncate(1);
                    a.notices.truncate(1);
                    a.winners.clear();
                },
                &[
                    (F::ChainBroken, Some(0)),
                    (F::NumberWrong, Some(1)),
                    (F::HeadWrong, None),
                    (F::HeadUnknown, None),
                ],
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
        ],
    );
}

#[test]
fn lists_that_are_not_what_the_plays_say_are_found() {
    finds(
        story_by_odds,
        &[
            ("a winner left out", |a| a.winners.clear(), &[(F::WinnersWrong, Some(50))]),
            (
                "a winner who did not win",
                |a| {
                    let value = Money::from_minor(599_900);
                    a.winners.push(Winner { n: 51, chance: "o-51".into(), prize_id: "phone".into(), value });
                },
                &[(F::WinnersWrong, Some(51))],
            ),
            ("a winner twice", |a| a.winners.push(a.winners[0].clone()), &[(F::WinnersWrong, None)]),
            ("a prize that was undone", |a| a.plays[49].state = State::Void, &[(F::WinnersWrong, Some(50))]),
            (
                "a chance that waits and was drawn",
                |a| a.awaiting_transaction_id.push(Waiting { chance: "o-9".into(), since_ms: 0 }),
                &[(F::WaitingPlayed, None)],
            ),
        ],
    );
}

/// A-S2-15: a ticket that is drawn stays drawn.
#[test]
fn an_urn_that_was_tampered_with_is_found() {
    finds(
        story_in_an_urn,
        &[
            (
                "another ticket",
                |a| a.plays[2].prize_id = "B".into(),
                &[(F::ChainBroken, Some(3)), (F::PrizeWrong, Some(3)), (F::StockExceeded, Some(6))],
            ),
            (
                "more of the best than there was",
                |a| a.plays[1].prize_id = "A".into(),
                &[(F::ChainBroken, Some(2)), (F::StockExceeded, Some(2))],
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
        ],
    );
}

#[test]
fn a_beacon_that_is_not_genuine_is_found() {
    fn round(archive: &mut Archive) -> &mut Round {
        archive.beacon.as_mut().expect("a round")
    }
    finds(
        story_with_beacon,
        &[
            ("none", |a| a.beacon = None, &[(F::BeaconMissing, None)]),
            ("another signature", |a| round(a).signature.replace_range(..2, "a7"), &[(F::BeaconWrong, None)]),
            ("no signature", |a| round(a).signature.clear(), &[(F::BeaconWrong, None)]),
            ("another round", |a| round(a).round += 1, &[(F::BeaconWrong, None)]),
            ("other randomness", |a| round(a).randomness = a.commit, &[(F::BeaconWrong, None)]),
            (
                "a key of one's own",
                |a| round(a).public_key.replace_range(..2, "84"),
                &[(F::BeaconWrong, None)],
            ),
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
            ("a play before it", |a| a.plays[0].at_ms -= 1, &[(F::BeforeBeacon, Some(1))]),
        ],
    );
    finds(
        story_by_odds,
        &[(
            "a round that no notice names",
            |a| a.beacon = story_with_beacon().beacon,
            &[(F::BeaconWrong, None)],
        )],
    );
}

#[test]
fn heads_that_others_noted_stand_in_the_chain_or_not() {
    let archive = story_by_odds();
    let verified = |head: Option<Hash>, seen: &[Hash]| {
        verify(&archive, &MAINLAND_CHINA, &Known { head, seen: seen.to_vec() })
    };
    let (early, notice) = (archive.plays[9].hash, archive.notices[1].head);
    let stranger = archive.commit;
    assert_eq!(told(&verified(None, &[early, notice, archive.head])), []);
    assert_eq!(verified(None, &[]).notes[0].code, F::NoHead);
    assert_eq!(told(&verified(Some(early), &[])), [(F::PlaysAdded, Some(10))]);
    assert_eq!(told(&verified(Some(stranger), &[])), [(F::HeadUnknown, None)]);
    assert_eq!(told(&verified(Some(archive.head), &[stranger])), [(F::HeadUnknown, None)]);
}

/// A chain that is wrong everywhere is told in bounds, and counted.
#[test]
fn findings_are_told_in_bounds() {
    let mut story = given::Story::open(given::seed(0), given::by_odds());
    for n in 0..1_500_i64 {
        let entropy = draw::Entropy::of_transaction("t").expect("a line");
        story.draw(&format!("o-{n}"), &entropy, given::OPENS_MS + n);
    }
    let mut archive = story.end();
    for play in &mut archive.plays {
        play.r += 1_000_000;
    }
    let report = check(&archive);
    assert_eq!((report.findings.len(), report.more), (1_000, 1_500 * 3 - 1_000));
}
