//! Random draws against a model that knows nothing of this crate: its own HMAC, tickets laid out one by one, prizes counted
//! by looking back over all plays. And whatever one change is made to an archive, it is found.

mod given;

use draw::{
    Hash, Mode, Table,
    archive::Archive,
    law::MAINLAND_CHINA,
    verify::{Known, verify},
};
use given::{HOUR_MS, OPENS_MS, Story, notice, seed};
use proptest::prelude::*;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// HMAC-SHA256 as RFC 2104 writes it, for a key of 32 bytes.
fn hmac(key: &[u8; 32], message: &str) -> [u8; 32] {
    let padded =
        |with: u8| -> Vec<u8> { (0..64).map(|at| key.get(at).copied().unwrap_or_default() ^ with).collect() };
    let inner = Sha256::digest([padded(0x36), message.as_bytes().to_vec()].concat());
    Sha256::digest([padded(0x5c), inner.to_vec()].concat()).into()
}

/// A number under the total, in 128 bits.
fn number(key: &[u8; 32], chance: &str, entropy: &str, total: u128) -> u128 {
    let end = 1_u128 << 64;
    for counter in 0.. {
        let message = format!("promenade-draw-v1\nc-1\n{chance}\n{entropy}\n{counter}");
        for word in hmac(key, &message).chunks(8) {
            let word = word.iter().fold(0_u128, |word, byte| word * 256 + u128::from(*byte));
            if word < end - end % total {
                return word % total;
            }
        }
    }
    unreachable!("some word is not skipped")
}

/// The prize that is due for a number, from the prizes that were given before.
fn due(table: &Table, before: &[String], r: u128, at_ms: i64) -> String {
    let given = |prize_id: &str| before.iter().filter(|given| *given == prize_id).count() as u128;
    let tickets = |at: usize| match table.mode {
        Mode::Odds => u128::from(table.prizes[at].odds.expect("odds")),
        Mode::Urn => u128::from(table.prizes[at].stock.expect("a stock")) - given(&table.prizes[at].prize_id),
    };
    let mut at = 0;
    let mut first = 0;
    while r >= first + tickets(at) {
        first += tickets(at);
        at += 1;
    }
    let mut prize = &table.prizes[at];
    if table.mode == Mode::Odds {
        while let Some(stock) = prize.stock {
            let released = prize.release.map_or(u128::from(stock), |release| {
                let whole = release.until.at_ms() - release.from.at_ms();
                let gone = (at_ms - release.from.at_ms()).clamp(0, whole);
                u128::from(stock) * u128::try_from(gone).expect("not before")
                    / u128::try_from(whole).expect("some")
            });
            if given(&prize.prize_id) < released {
                break;
            }
            let next = prize.fallback.as_deref().expect("a fallback");
            prize = table.prizes.iter().find(|other| other.prize_id == next).expect("it is there");
        }
    }
    prize.prize_id.clone()
}

prop_compose! {
    /// Up to six prizes by odds; those with a stock fall to one behind them, the last has no end.
    fn by_odds()(
        cuts in prop::collection::btree_set(1_u32..1_000_000, 1..6),
        stocks in prop::collection::vec(prop::option::of((1_u64..8, any::<prop::sample::Index>(), any::<bool>())), 6),
    ) -> Value {
        let ends: Vec<u32> = cuts.into_iter().chain([1_000_000]).collect();
        let last = ends.len() - 1;
        let prizes = ends.iter().enumerate().map(|(at, end)| {
            let odds = end - if at == 0 { 0 } else { ends[at - 1] };
            let mut prize = json!({ "prize_id": format!("p{at}"), "name": "券", "kind": "coupon", "value": 100 * (at + 1), "odds": odds });
            if let (Some((stock, next, is_slow)), true) = (&stocks[at], at < last) {
                prize["stock"] = (*stock).into();
                prize["fallback"] = format!("p{}", at + 1 + next.index(last - at)).into();
                if *is_slow {
                    prize["release"] = json!({ "from": "2026-12-01T00:00:00+08:00", "until": "2026-12-02T00:00:00+08:00" });
                }
            }
            prize
        });
        notice("odds", prizes.collect())
    }
}

prop_compose! {
    fn in_an_urn()(stocks in prop::collection::vec(1_u64..12, 1..6)) -> Value {
        let prizes = stocks.iter().enumerate().map(|(at, stock)| {
            json!({ "prize_id": format!("p{at}"), "name": "券", "kind": "coupon", "value": 100 * (at + 1), "stock": stock })
        });
        notice("urn", prizes.collect())
    }
}

/// A whole draw of up to so many plays.
fn story(notice: Value, of: u8, plays: u64) -> Archive {
    let mut story = Story::open(seed(of), notice);
    let table = &story.archive.notices[0].notice.table;
    let plays = if table.mode == Mode::Urn { plays.min(table.tickets()) } else { plays };
    story.play(plays);
    story.end()
}

fn head_of(archive: &Archive) -> Known {
    Known { head: Some(archive.head), seen: Vec::new() }
}

proptest! {
    #[test]
    fn every_play_is_the_models(notice in prop_oneof![by_odds(), in_an_urn()], of: u8, plays in 1_u64..60) {
        let archive = story(notice, of, plays);
        let table = &archive.notices[0].notice.table;
        let mut before = Vec::new();
        for play in &archive.plays {
            let total = match table.mode {
                Mode::Odds => 1_000_000,
                Mode::Urn => u128::from(table.tickets()) - before.len() as u128,
            };
            let r = number(seed(of).secret_bytes(), &play.chance, &play.entropy, total);
            prop_assert_eq!(u128::from(play.r), r);
            prop_assert_eq!(&play.prize_id, &due(table, &before, r, play.at_ms));
            before.push(play.prize_id.clone());
        }
        let report = verify(&archive, &MAINLAND_CHINA, &head_of(&archive));
        prop_assert_eq!(report.findings, []);
    }

    /// Whatever is done to one play, short of what stands outside the chain, is found.
    #[test]
    fn one_change_is_found(
        notice in prop_oneof![by_odds(), in_an_urn()],
        of: u8,
        plays in 2_u64..30,
        at: prop::sample::Index,
        way in 0..9,
    ) {
        let honest = story(notice, of, plays);
        prop_assume!(honest.plays.len() > 1);
        let mut archive = honest.clone();
        let at = at.index(archive.plays.len());
        let other = (at + 1) % archive.plays.len();
        match way {
            0 => archive.plays[at].n += 1,
            1 => archive.plays[at].chance.push('x'),
            2 => archive.plays[at].entropy.push('x'),
            3 => archive.plays[at].r ^= 1,
            4 => archive.plays[at].prize_id.push('x'),
            5 => archive.plays[at].hash = Hash::of(&[b"another"]),
            6 => drop(archive.plays.remove(at)),
            7 => archive.plays.insert(at, honest.plays[other].clone()),
            _ => archive.plays.swap(at, other),
        }
        let report = verify(&archive, &MAINLAND_CHINA, &head_of(&honest));
        prop_assert!(!report.is_verified());
        prop_assert!(report.more == 0 && report.findings.iter().all(|found| !found.en.is_empty()));
    }

    /// At no moment is more released than there is, nor less than before; in the end all of it is.
    #[test]
    fn stock_is_released_evenly(stock in 0_u64..1_000_000_001, moments in prop::collection::vec(-10_i64..200, 2)) {
        let release: draw::Release = serde_json::from_value(
            json!({ "from": "2026-12-01T00:00:00+08:00", "until": "2026-12-08T00:00:00+08:00" }),
        ).expect("a release");
        let at = |hours: i64| release.released(stock, OPENS_MS + hours * HOUR_MS);
        let (early, late) = (moments[0].min(moments[1]), moments[0].max(moments[1]));
        prop_assert!(at(early) <= at(late) && at(late) <= stock);
        let share = u128::from(stock) * u128::try_from(late.clamp(0, 168)).expect("not before") / 168;
        prop_assert_eq!(u128::from(at(late)), share);
        prop_assert_eq!((at(0), at(168)), (0, stock));
    }
}
