//! A million draws by odds and ten thousand urns: as often as the odds say, and everywhere as often (A-S2-15).
//!
//! Seeds are fixed, so each statistic is one number: it lies under what chance exceeds once in a thousand, today and for
//! ever.

mod given;

use draw::{Entropy, Given, Seed, Table, words};
use given::{in_an_urn, read, seed};
use serde_json::json;

/// Of 10 parts 1 in 1,000 exceeds this by chance (9 degrees of freedom); of 4 parts 16.27 (3).
const OF_TEN: u64 = 28;
const OF_FOUR: u64 = 16;

/// Pearson's statistic in thousandths, in whole numbers.
fn chi_square(counts: &[u64], expected: &[u64]) -> u64 {
    counts
        .iter()
        .zip(expected)
        .map(|(count, expected)| count.abs_diff(*expected).pow(2) * 1_000 / expected)
        .sum()
}

#[test]
fn a_s2_15_a_million_draws_by_odds() {
    let odds = [1_000, 20_000, 300_000, 679_000_u64];
    let prizes: Vec<_> = (0..)
        .zip(odds)
        .map(|(at, odds)| json!({ "prize_id": at.to_string(), "name": "券", "kind": "coupon", "value": 1, "odds": odds }))
        .collect();
    let table: Table = serde_json::from_value(json!({ "mode": "odds", "prizes": prizes })).expect("a table");
    let (seed, given) = (seed(0), Given::default());
    let mut counts = [0_u64; 4];
    let mut tenths = [0_u64; 10];
    for n in 0..1_000_000 {
        let entropy = Entropy::of_transaction(&n.to_string()).expect("a line");
        let (r, award) = table.draw(&mut words(&seed, "c-1", "o", &entropy), &given, 0).expect("a prize");
        counts[award.prize.prize_id.parse::<usize>().expect("a number")] += 1;
        tenths[usize::try_from(r / 100_000).expect("small")] += 1;
    }
    let prizes = chi_square(&counts, &odds);
    assert!(prizes < OF_FOUR * 1_000, "{counts:?}: {prizes}");
    let numbers = chi_square(&tenths, &[100_000; 10]);
    assert!(numbers < OF_TEN * 1_000, "{tenths:?}: {numbers}");
}

#[test]
fn a_s2_15_ten_thousand_urns_are_drawn_empty() {
    let urn = read(in_an_urn()).table;
    let mut best = [0_u64; 10];
    let mut coupons = [0_u64; 10];
    for of in 0..10_000_u64 {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&of.to_be_bytes());
        let seed = Seed::from_bytes(bytes);
        let mut given = Given::default();
        for place in 0..10 {
            let entropy = Entropy::of_transaction(&place.to_string()).expect("a line");
            let (_, award) =
                urn.draw(&mut words(&seed, "c-1", "o", &entropy), &given, 0).expect("a ticket is left");
            match award.prize.prize_id.as_str() {
                "A" => best[place] += 1,
                "B" => coupons[place] += 1,
                _ => {}
            }
            given.add(&award.prize.prize_id);
        }
        let counts = ["A", "B", "none"].map(|prize_id| given.of(prize_id));
        assert_eq!((counts, urn.total(&given)), ([1, 3, 6], None), "exactly the stock, with seed {of}");
    }
    for (counts, expected) in [(best, 1_000), (coupons, 3_000)] {
        let statistic = chi_square(&counts, &[expected; 10]);
        assert!(statistic < OF_TEN * 1_000, "{counts:?}: {statistic}");
    }
}
