//! Honest archives are verified; heads that were noted are looked for in the chain (A-S2-16).

mod given;
mod tampering;

use draw::{
    Given, Hash,
    archive::Archive,
    law::MAINLAND_CHINA,
    verify::{FindingCode as F, Known, Report, verify},
};
use given::{story_by_odds, story_in_an_urn, story_with_beacon};
use tampering::told;

fn check(archive: &Archive) -> Report {
    let known = Known { head: Some(archive.head), seen: Vec::new() };
    verify(archive, &MAINLAND_CHINA, &known)
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

/// What tampering in other tests rests on: a phone that is not released yet at play 10, and cups that are gone at play 15.
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

/// Who holds an id back chooses the moment of a draw: what was drawn long after its payment is counted, and named.
#[test]
fn plays_long_after_their_payment_are_noted() {
    let mut archive = story_by_odds();
    let late = |archive: &mut Archive, n: usize, hours: i64| {
        archive.plays[n].paid_ms = archive.plays[n].at_ms - hours * given::HOUR_MS - 1;
    };
    late(&mut archive, 9, 1);
    late(&mut archive, 10, 24);
    let report = check(&archive);
    assert!(report.is_verified(), "{report:?}");
    let notes: Vec<_> = report.notes.iter().map(|note| (note.code, note.n, note.en.as_str())).collect();
    assert_eq!(
        notes,
        [
            (F::DrawnLate, None, "Plays that were drawn more than an hour after their payment: 2"),
            (F::DrawnDaysLate, Some(11), "It was drawn more than a day after its payment: o-11, 24 hours"),
        ]
    );
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
