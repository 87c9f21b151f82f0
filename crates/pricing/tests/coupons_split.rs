//! The split of the search beside the split of `money`: the same shares for every input (A-G-5).
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "yuan and fen: 12_34 is 12.34")]

use money::{Money, apportion};
use pricing::slots::{Scratch, Slot, split, split_in};
use proptest::prelude::*;

fn check(total: i64, pairs: &[(i64, i64)]) {
    let fen =
        |pick: fn(&(i64, i64)) -> i64| pairs.iter().map(|p| Money::from_minor(pick(p))).collect::<Vec<_>>();
    let expected = apportion(Money::from_minor(total), &fen(|p| p.0), &fen(|p| p.1)).unwrap();
    let slots: Vec<Slot> = pairs.iter().map(|(base, room)| Slot { base: *base, room: *room }).collect();
    let lines: Vec<u32> = (0..u32::try_from(slots.len()).unwrap()).collect();
    let mut shares = Vec::new();
    let taken = split_in(&mut Scratch::default(), total, &lines, &slots, false, &mut shares);
    assert_eq!(shares.iter().map(|s| Money::from_minor(*s)).collect::<Vec<_>>(), expected.shares);
    assert_eq!(taken, total - expected.lost.minor());
    // Without a second round no share is larger, and what a capped line turns away is lost.
    let mut strict = Vec::new();
    let kept = split(total, &lines, &slots, true, &mut strict);
    assert_eq!(kept, strict.iter().sum::<i64>());
    assert!(strict.iter().zip(&shares).all(|(a, b)| a <= b) && kept <= taken);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(4_000) })]

    #[test]
    fn a_g_5_the_split_equals_apportion(
        total in 0i64..100_000,
        pairs in prop::collection::vec((0i64..50_000, 0i64..50_000), 0..12),
    ) {
        check(total, &pairs);
    }

    #[test]
    fn a_g_5_the_split_equals_apportion_with_ties(
        total in 0i64..50,
        pairs in prop::collection::vec((0i64..4, 0i64..10), 0..12),
    ) {
        check(total, &pairs);
    }

    #[test]
    fn a_g_5_the_split_equals_apportion_on_large_amounts(
        total in 0i64..1_000_000_000_000,
        pairs in prop::collection::vec((0i64..1_000_000_000_000, 0i64..1_000_000_000_000), 0..8),
    ) {
        check(total, &pairs);
    }
}

#[test]
fn t31_three_equal_lines_and_three_others() {
    let slots = |bases: [i64; 3]| bases.map(|base| Slot { base, room: base });
    let mut shares = Vec::new();
    assert_eq!(split(10_00, &[0, 1, 2], &slots([30_00; 3]), false, &mut shares), 10_00);
    assert_eq!(shares, [3_34, 3_33, 3_33]);
    assert_eq!(split(5_00, &[0, 1, 2], &slots([19_99, 29_99, 49_99]), false, &mut shares), 5_00);
    assert_eq!(shares, [1_00, 1_50, 2_50]);
}
