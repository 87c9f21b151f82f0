//! The small parts: seeds that are not shown, moments with one text, hashes, lines, and where a draw stands.

mod given;

use draw::{Entropy, Hash, Moment, NotDrawn, Seed, Standing, beacon::QUICKNET};
use given::{CAMPAIGN, in_an_urn, read, seed};

/// A-S2-16: no log and no answer shows a seed by mistake.
#[test]
fn a_s2_16_a_seed_is_not_shown() {
    let seed = seed(0);
    let shown = format!("{seed:?} {:?}", Some(&seed));
    assert_eq!(shown, "Seed(secret) Some(Seed(secret))");
    assert_eq!(Seed::from_revealed(&seed.reveal()), Some(seed.clone()));
    assert_eq!(Seed::from_revealed(&seed.reveal().to_uppercase()), Some(seed));
    for wrong in ["", "00", &"0".repeat(63), &"g".repeat(64), &"＋".repeat(64)] {
        assert_eq!(Seed::from_revealed(wrong), None, "{wrong}");
    }
}

#[test]
fn a_moment_has_one_text() {
    for text in ["2026-12-01T00:00:00+08:00", "2026-11-30T16:00:00+00:00", "2024-02-29T23:59:59-03:30"] {
        let moment: Moment = text.parse().expect(text);
        assert_eq!(moment.to_string(), text);
    }
    let noon: Moment = "2026-12-01T12:00:00+08:00".parse().expect("a moment");
    assert_eq!(noon.at_ms(), 1_796_097_600_000);
    assert_eq!(noon, Moment::try_new(1_796_097_600, 480).expect("a moment"));
    assert_eq!(noon.told(), "2026-12-01 12:00:00（UTC+08:00）");
    for wrong in [
        "",
        "2026-12-01",
        "2026-12-01T12:00:00",
        "2026-12-01T12:00:00Z",
        "2026-12-01T12:00:00.5+08:00",
        "2026-12-01t12:00:00+08:00",
        "2026-12-01T12:00+08:00",
        "2026-02-29T12:00:00+08:00",
        "2026-12-01T12:00:00+08:00[Asia/Shanghai]",
        "1969-12-01T12:00:00+08:00",
        "-000026-12-01T12:00:00+08:00",
    ] {
        assert!(wrong.parse::<Moment>().is_err(), "{wrong}");
    }
    assert!(Moment::try_new(i64::MAX, 0).is_err() && Moment::try_new(1_796_097_600, 2_000).is_err());
}

#[test]
fn texts_that_are_hashed_stand_on_a_line() {
    for wrong in ["", "a\nb", "a\rb", "a\tb", "\u{85}", &"x".repeat(501)] {
        assert!(Entropy::of_transaction(wrong).is_err(), "{wrong:?}");
    }
    let hash = Hash::of(&[b"a", b"bc"]);
    assert_eq!(hash, Hash::of(&[b"abc"]));
    let known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(hash.to_string(), known);
    assert_eq!(known.to_uppercase().parse(), Ok(hash));
    let paid = Entropy::of_transaction("t-1").expect("a line").with_beacon(&hash);
    assert_eq!(paid.as_str(), format!("t-1 {known}"));
    assert_eq!(Entropy::absent().with_beacon(&hash).as_str(), format!(" {known}"));
}

/// A chance that cannot be drawn moves nothing.
#[test]
fn what_is_not_drawn_changes_nothing() {
    let seed = seed(0);
    let notice = read(in_an_urn());
    let table = notice.table.clone();
    let (mut standing, link) = Standing::open(CAMPAIGN, &seed.commit(), notice);
    assert_eq!((standing.plays, standing.head), (0, link.head));
    let entropy = Entropy::of_transaction("t").expect("a line");
    let draw = |standing: &mut Standing, chance: &str| {
        standing.draw(&seed, &table, CAMPAIGN, chance, &entropy, 0).map(|play| play.n)
    };
    let before = standing.clone();
    assert!(matches!(draw(&mut standing, "o\n1"), Err(NotDrawn::Chance(_))));
    assert_eq!(standing, before);
    for n in 1..=10 {
        assert_eq!(draw(&mut standing, &format!("o-{n}")), Ok(n));
    }
    let empty = standing.clone();
    assert_eq!(draw(&mut standing, "o-11"), Err(NotDrawn::Empty));
    assert_eq!(standing, empty);
    let stored = serde_json::to_string(&standing).expect("it is written");
    assert_eq!(serde_json::from_str::<Standing>(&stored).expect("it is read"), standing);
}

/// A-S2-16: the round to name for a moment is the first that is not before it.
#[test]
fn a_s2_16_rounds_and_their_moments() {
    let round = |seconds: i64| QUICKNET.round_from(Moment::try_new(seconds, 0).expect("a moment"));
    let genesis = 1_692_803_367;
    assert_eq!([genesis - 9, genesis, genesis + 1, genesis + 3, genesis + 4].map(round), [1, 1, 2, 2, 3]);
    assert_eq!(QUICKNET.at_ms(1), Some(genesis * 1000));
    assert_eq!((QUICKNET.at_ms(0), QUICKNET.at_ms(u64::MAX)), (None, None));
    for wrong in ["", "zz", &given::SIGNATURE[2..], &"0".repeat(96), &given::SIGNATURE.replace('b', "a")] {
        assert!(QUICKNET.randomness(given::ROUND, wrong).is_err(), "{wrong}");
    }
    assert!(QUICKNET.randomness(given::ROUND + 1, given::SIGNATURE).is_err());
    assert!(QUICKNET.randomness(given::ROUND, given::SIGNATURE).is_ok());
}
