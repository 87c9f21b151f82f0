//! A-S1-25, A-S1-28: which orders share a coupon follows from their times alone.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod given;

use domain::{
    Code, Instant,
    coupon::{Checkout, Claim, Sharing, checkout},
};
use given::{fen, id};
use proptest::prelude::*;

/// 100.00-20.00, open for fifteen minutes after the first payment.
const FIXED: Sharing = Sharing {
    most: Some(money::Money::from_minor(20_00)),
    is_fixed: true,
    spend: money::Money::from_minor(100_00),
    minutes: 15,
};

fn minute(minutes: i64) -> Instant {
    Instant::from_micros(0).plus_minutes(minutes)
}

/// An order that takes 5.00 off goods of 50.00.
fn claim(order: &str, since: i64, paid: Option<i64>, ended: Option<i64>) -> Claim {
    Claim {
        order_id: id(order),
        checkout_id: None,
        since: minute(since),
        paid_at: paid.map(minute),
        ended_at: ended.map(minute),
        held_until: minute(since + 60 * 24),
        part: fen(5_00),
        base: Some(fen(50_00)),
    }
}

fn in_checkout(checkout: &str, claim: Claim) -> Claim {
    Claim { checkout_id: Some(id(checkout)), ..claim }
}

/// `a b | c coupon_used`: who has it, who cannot and why.
fn show(found: &Checkout) -> String {
    let live: Vec<&str> = found.live().map(|claim| claim.order_id.as_str()).collect();
    let refused = found.refused.iter().map(|(claim, code)| format!("{} {code}", claim.order_id));
    format!("{} | {}", live.join(" "), refused.collect::<Vec<_>>().join(" "))
}

#[test]
fn a_s1_28_who_shares_a_coupon() {
    let (used, locked) = (Code::CouponUsed, Code::CouponLocked);
    for (name, claims, expected) in [
        ("nobody", vec![], " | ".to_owned()),
        ("two unpaid", vec![claim("a", 0, None, None), claim("b", 500, None, None)], "a b | ".to_owned()),
        (
            "within the window",
            vec![claim("a", 0, Some(5), None), claim("b", 19, None, None)],
            "a b | ".to_owned(),
        ),
        (
            "when it is over",
            vec![claim("a", 0, Some(5), None), claim("b", 20, None, None)],
            format!("a | b {used}"),
        ),
        (
            "the first payment counts",
            vec![claim("a", 0, Some(500), None), claim("b", 1, Some(5), None), claim("c", 20, None, None)],
            format!("a b | c {used}"),
        ),
        (
            "a checkout that has a name goes by it",
            vec![
                in_checkout("k", claim("a", 0, Some(5), None)),
                in_checkout("k", claim("b", 900, None, None)),
            ],
            "a b | ".to_owned(),
        ),
        (
            "another one cannot have it",
            vec![in_checkout("k", claim("a", 0, None, None)), in_checkout("l", claim("b", 1, None, None))],
            format!("a | b {locked}"),
        ),
        (
            "who names none goes by the times",
            vec![
                in_checkout("k", claim("a", 0, Some(5), None)),
                claim("b", 19, None, None),
                claim("c", 20, None, None),
            ],
            format!("a b | c {used}"),
        ),
        (
            "all is taken",
            "abcde".chars().map(|name| claim(&name.to_string(), 0, None, None)).collect(),
            format!("a b c d | e {locked}"),
        ),
        (
            "goes on to the next",
            vec![claim("a", 0, Some(5), Some(300)), claim("b", 200, None, None), claim("c", 250, None, None)],
            "b c | ".to_owned(),
        ),
        (
            "anew",
            vec![claim("a", 0, Some(5), Some(300)), claim("b", 900, Some(901), None)],
            "b | ".to_owned(),
        ),
        (
            "a part that was given back is free for the others",
            vec![claim("a", 0, None, Some(3)), claim("b", 1, None, None), claim("c", 4, None, None)],
            "b c | ".to_owned(),
        ),
        ("all ended", vec![claim("a", 0, Some(5), Some(9)), claim("b", 6, None, Some(8))], " | ".to_owned()),
    ] {
        assert_eq!(show(&checkout(claims, FIXED)), expected, "{name}");
    }
}

#[test]
fn a_s1_25_a_percentage_has_room_for_all_of_the_checkout() {
    let claims: Vec<Claim> = "abcdefgh".chars().map(|name| claim(&name.to_string(), 0, None, None)).collect();
    let percent = Sharing { most: None, is_fixed: false, ..FIXED };
    assert_eq!(show(&checkout(claims.clone(), percent)), "a b c d e f g h | ");
    // Up to what it takes off at most.
    let capped = Sharing { most: Some(fen(35_00)), ..percent };
    assert_eq!(show(&checkout(claims, capped)), format!("a b c d e f g | h {}", Code::CouponLocked));
}

#[test]
fn a_s1_28_the_threshold_is_judged_over_all_when_nobody_else_can_come() {
    let of = |claims: Vec<Claim>| {
        let found = checkout(claims, FIXED);
        (found.shortfall(FIXED).map(money::Money::minor), found)
    };
    let (short, found) = of(vec![claim("a", 0, Some(5), None)]);
    assert_eq!(short, Some(50_00));
    assert_eq!([19, 20].map(|now| found.is_closed(FIXED, minute(now))), [false, true]);
    // Unpaid, others may still come; when all is taken nobody can.
    let (_, found) = of(vec![claim("a", 0, None, None)]);
    assert!(!found.is_closed(FIXED, minute(10_000)));
    let whole = Claim { part: fen(20_00), ..claim("a", 0, None, None) };
    assert!(of(vec![whole]).1.is_closed(FIXED, minute(0)));
    // What was bought counts, returned or not, and so does what ended unpaid after that moment.
    for (other, expected) in [
        (claim("b", 1, None, None), None),
        (claim("b", 1, Some(2), Some(3)), None),
        (claim("b", 1, None, Some(21)), None),
        (claim("b", 1, None, Some(20)), Some(50_00)),
        (Claim { base: None, ..claim("b", 1, None, None) }, Some(50_00)),
    ] {
        assert_eq!(of(vec![claim("a", 0, Some(5), None), other.clone()]).0, expected, "{other:?}");
    }
}

fn any_claim() -> impl Strategy<Value = Claim> {
    let time = || 0..60_i64;
    (0..6_u8, time(), proptest::option::of(time()), proptest::option::of(time()), 1..15_00_i64, 0..3_u8)
        .prop_map(|(name, since, paid, ended, part, checkout)| {
            let (paid, ended) = (paid.map(|more| since + more), ended.map(|more| since + more));
            let one = Claim { part: fen(part), ..claim(&format!("o{name}"), since, paid, ended) };
            if checkout == 0 { one } else { in_checkout(&format!("k{checkout}"), one) }
        })
}

proptest! {
    /// A-G-8: the order in which they are looked at does not matter; nobody has a part of more than there is; each that is
    /// left has it or is told why not.
    #[test]
    fn a_s1_28_a_g_8_no_order_of_claims_matters(
        claims in proptest::collection::vec(any_claim(), 0..6), seed in any::<usize>(),
    ) {
        let mut claims = claims;
        claims.sort_by_key(|claim| claim.order_id.clone());
        claims.dedup_by_key(|claim| claim.order_id.clone());
        let found = checkout(claims.clone(), FIXED);
        let mut turned = claims.clone();
        let by = if turned.is_empty() { 0 } else { seed % turned.len() };
        turned.rotate_left(by);
        prop_assert_eq!(&checkout(turned, FIXED), &found);
        prop_assert!(found.live().map(|claim| claim.part).sum::<money::Money>() <= fen(20_00));
        let told = found.live().count() + found.refused.len();
        prop_assert_eq!(told, claims.iter().filter(|claim| claim.ended_at.is_none()).count());
        let names: Vec<_> = found.live().filter_map(|claim| claim.checkout_id.as_ref()).collect();
        prop_assert!(names.windows(2).all(|pair| pair[0] == pair[1]));
    }
}
