//! What holds for every amount, rate and split, tried on drawn cases: A-G-4, A-G-5, A-G-6.
//!
//! The cases with names and expected figures stand beside the code; here are only the laws.
#![allow(clippy::unwrap_used, reason = "tests")]

use money::{Currency, Money, Rate, Rounding, apportion, unit_span};
use proptest::collection::vec;
use proptest::prelude::*;

/// Amounts of three sizes: where ties happen, where shops live, and where 64 bits end.
fn amount() -> impl Strategy<Value = i64> {
    prop_oneof![0..=9_i64, 0..=200_000_i64, 0..=i64::MAX, Just(i64::MAX)]
}

fn fen(minor: &[i64]) -> Vec<Money> {
    minor.iter().copied().map(Money::from_minor).collect()
}

fn wide(amounts: &[i64]) -> i128 {
    amounts.iter().copied().map(i128::from).sum()
}

/// Minor units of the shares, and what was lost.
fn split(total: i64, weights: &[i64], caps: &[i64]) -> (Vec<i64>, i64) {
    let split = apportion(Money::from_minor(total), &fen(weights), &fen(caps)).unwrap();
    (split.shares.iter().map(|share| share.minor()).collect(), split.lost.minor())
}

proptest! {
    /// A-G-5: shares and the lost part sum to the total; caps and zero weights are respected; something is lost
    /// only when the weighted lines are full.
    #[test]
    fn a_g_5_sums_and_caps(total in amount(), lines in vec((amount(), amount()), 0..12)) {
        let (weights, caps): (Vec<i64>, Vec<i64>) = lines.into_iter().unzip();
        let (shares, lost) = split(total, &weights, &caps);
        prop_assert_eq!(wide(&shares) + i128::from(lost), i128::from(total));
        let mut room = 0;
        for ((share, weight), cap) in shares.iter().zip(&weights).zip(&caps) {
            prop_assert!(*share >= 0 && share <= cap);
            prop_assert!(*weight > 0 || *share == 0);
            room += if *weight > 0 { i128::from(*cap) } else { 0 };
        }
        prop_assert_eq!(i128::from(lost), (i128::from(total) - room).max(0));
        prop_assert_eq!(split(total, &weights, &caps), (shares, lost));
    }

    /// A-G-5: when no cap binds, every share is less than one fen from its exact proportion.
    #[test]
    fn a_g_5_within_one_fen(total in amount(), weights in vec(amount(), 1..12)) {
        let whole = wide(&weights);
        prop_assume!(whole > 0);
        let (shares, lost) = split(total, &weights, &vec![i64::MAX; weights.len()]);
        prop_assert_eq!(lost, 0);
        for (share, weight) in shares.iter().zip(&weights) {
            // |share - total * weight / whole| < 1; the exact part is taken off first so that 128 bits hold it.
            let product = i128::from(total) * i128::from(*weight);
            let above_floor = i128::from(*share) - product / whole;
            prop_assert!(above_floor == 0 || (above_floor == 1 && product % whole > 0));
        }
    }

    /// A-G-5: the order of the lines decides only ties: a share may move by one fen, and only between lines whose
    /// remainders are equal.
    #[test]
    fn a_g_5_order_decides_only_ties(
        total in amount(),
        (lines, turned) in vec(amount(), 1..10).prop_flat_map(|weights| {
            let lines: Vec<(usize, i64)> = weights.into_iter().enumerate().collect();
            (Just(lines.clone()), Just(lines).prop_shuffle())
        }),
    ) {
        let weights: Vec<i64> = lines.iter().map(|line| line.1).collect();
        let turned_weights: Vec<i64> = turned.iter().map(|line| line.1).collect();
        let whole = wide(&weights);
        prop_assume!(whole > 0);
        let caps = vec![i64::MAX; weights.len()];
        let (shares, _) = split(total, &weights, &caps);
        let (turned_shares, _) = split(total, &turned_weights, &caps);
        let remainder = |weight: i64| i128::from(total) * i128::from(weight) % whole;
        for ((line, weight), turned_share) in turned.iter().zip(&turned_shares) {
            let moved = turned_share - shares[*line];
            let ties = weights.iter().filter(|other| remainder(**other) == remainder(*weight)).count();
            prop_assert!(moved == 0 || (moved.abs() == 1 && ties > 1));
        }
        // Among equal lines the earlier never has less.
        for later in 1..weights.len() {
            for earlier in 0..later {
                prop_assert!(weights[earlier] != weights[later] || shares[earlier] >= shares[later]);
            }
        }
    }

    /// A-G-5: under caps too, the order of the lines never changes how much is placed.
    #[test]
    fn a_g_5_order_never_changes_the_lost_part(
        total in amount(),
        (lines, turned) in vec((amount(), amount()), 0..10)
            .prop_flat_map(|lines| (Just(lines.clone()), Just(lines).prop_shuffle())),
    ) {
        let (weights, caps): (Vec<i64>, Vec<i64>) = lines.into_iter().unzip();
        let (turned_weights, turned_caps): (Vec<i64>, Vec<i64>) = turned.into_iter().unzip();
        prop_assert_eq!(split(total, &weights, &caps).1, split(total, &turned_weights, &turned_caps).1);
    }

    /// A-G-6: the spans of any partition of the units sum to what was paid, and none is negative.
    #[test]
    fn a_g_6_any_partition_sums_to_paid(
        paid in amount(),
        quantity in prop_oneof![1..=20_u64, 1..=u64::MAX],
        cuts in vec(any::<u64>(), 0..8),
    ) {
        let mut stops: Vec<u64> = cuts.into_iter().map(|cut| cut % quantity).chain([0, quantity]).collect();
        stops.sort_unstable();
        let spans: Vec<Money> = stops
            .windows(2)
            .map(|stop| unit_span(Money::from_minor(paid), quantity, stop[0], stop[1]).unwrap())
            .collect();
        prop_assert!(spans.iter().all(|span| !span.is_negative()));
        prop_assert_eq!(Money::try_sum(spans), Some(Money::from_minor(paid)));
    }

    /// A-G-6: any arguments get an answer or `None`, never a panic.
    #[test]
    fn a_g_6_never_panics(paid in any::<i64>(), quantity in any::<u64>(), from in any::<u64>(), to in any::<u64>()) {
        let is_span = paid >= 0 && quantity > 0 && from <= to && to <= quantity;
        prop_assert_eq!(unit_span(Money::from_minor(paid), quantity, from, to).is_some(), is_span);
    }

    /// A-G-4: the text form and the wire form read back as the same amount.
    #[test]
    fn a_g_4_text_round_trip(minor in prop_oneof![any::<i64>(), -100_000..=100_000_i64]) {
        let amount = Money::from_minor(minor);
        prop_assert_eq!(Currency::CNY.digits(amount).parse(), Ok(amount));
        prop_assert_eq!(serde_json::from_str::<Money>(&serde_json::to_string(&amount).unwrap()).unwrap(), amount);
    }

    /// A-G-4: any text is read or refused, never a panic.
    #[test]
    fn a_g_4_any_text(text in prop_oneof![".*", "-?[0-9]{0,40}(\\.[0-9]{0,40})?"]) {
        if let Ok(amount) = text.parse::<Money>() {
            prop_assert_eq!(Currency::CNY.digits(amount).parse(), Ok(amount));
        }
        let _ = text.parse::<Rate>();
    }

    /// A-G-4: checked functions agree with 128-bit arithmetic.
    #[test]
    fn a_g_4_checked_agrees_with_wide(
        left in prop_oneof![any::<i64>(), Just(i64::MIN), Just(i64::MAX)],
        right in prop_oneof![any::<i64>(), -9..=9_i64, Just(i64::MIN), Just(i64::MAX)],
    ) {
        let (a, b) = (Money::from_minor(left), Money::from_minor(right));
        let (wide_a, wide_b) = (i128::from(left), i128::from(right));
        let fits = |minor: i128| i64::try_from(minor).ok().map(Money::from_minor);
        prop_assert_eq!(a.checked_add(b), fits(wide_a + wide_b));
        prop_assert_eq!(a.checked_sub(b), fits(wide_a - wide_b));
        prop_assert_eq!(a.checked_mul(right), fits(wide_a * wide_b));
        prop_assert_eq!(a.checked_neg(), fits(-wide_a));
    }

    /// A-G-4: the roundings stand in order around the exact product, at most one fen apart.
    #[test]
    fn a_g_4_roundings_stand_in_order(minor in any::<i64>(), num in any::<u64>(), den in 1..=u64::MAX) {
        let rate = Rate::try_new(num, den).unwrap();
        let of = |rounding| rate.times(Money::from_minor(minor), rounding);
        if let (Some(floor), Some(ceil)) = (of(Rounding::Floor), of(Rounding::Ceil)) {
            prop_assert!(ceil.minor() - floor.minor() == 0 || ceil.minor() - floor.minor() == 1);
            let product = i128::from(minor) * i128::from(num);
            prop_assert_eq!(i128::from(floor.minor()), product.div_euclid(i128::from(den)));
            for near in [of(Rounding::HalfUp), of(Rounding::HalfEven)] {
                prop_assert!(near == Some(floor) || near == Some(ceil));
            }
        }
    }
}
