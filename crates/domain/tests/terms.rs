//! What a merchant may fill in, each limit on both of its sides.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod given;

use domain::campaign::recovery::Terms;
use domain::campaign::{KindTerms, Version};
use domain::shop::Shop;
use domain::time::Zone;
use domain::{Code, Instant};
use given::{at, by, fen, shop, terms, version};

const SECOND: i64 = 1_000_000;

/// The version's violations of one field.
fn found(version: &Version, shop: &Shop, now: Instant, field: &str) -> Vec<Code> {
    let all = version.violations(shop, now).into_iter();
    all.filter(|v| v.field == field).map(|v| v.code).collect()
}

fn starting(starts_at: Instant) -> Version {
    Version { starts_at, ends_at: starts_at.plus_hours(24), ..version(terms()) }
}

/// Codes of the terms alone, whatever their field.
fn refused(terms: &Terms) -> Vec<Code> {
    let mut found = Vec::new();
    terms.check_terms(&mut found);
    terms.check_cap(&shop(), &mut found);
    found.into_iter().map(|v| v.code).collect()
}

/// T01, S0-R09, A-S0-1: the earliest start is the first whole hour from now + 2 h on; every later
/// whole hour is fine, the hour before is too soon.
#[test]
fn t01_s0_r09_a_s0_1_earliest_start() {
    for (now, earliest) in [
        ("10T10:00:00", "10T12:00:00"),
        ("10T10:00:01", "10T13:00:00"),
        ("10T10:00:00.000001", "10T13:00:00"),
        ("10T09:59:59.999999", "10T12:00:00"),
        ("10T11:00:00", "10T13:00:00"),
        ("10T23:30:00", "11T02:00:00"),
        ("2022-12-31T22:00:00", "2023-01-01T00:00:00"),
        ("2024-02-28T21:30:00", "2024-02-29T00:00:00"),
    ] {
        let (now, earliest) = (at(now), at(earliest));
        let starts = |hours| found(&starting(earliest.plus_hours(hours)), &shop(), now, "starts_at");
        assert_eq!(starts(0), [], "{now}");
        assert_eq!(starts(1), [], "{now}");
        assert_eq!(starts(24 * 365), [], "{now}");
        assert_eq!(starts(-1), [Code::TooSoon], "{now}");
    }
}

/// T01, S0-R09, A-S0-1: a start off the hour is refused, however small the difference, and says when
/// it could start.
#[test]
fn t01_s0_r09_a_s0_1_whole_hours_only() {
    let now = at("10T10:00:00");
    let starts = |starts_at| found(&starting(starts_at), &shop(), now, "starts_at");
    assert_eq!(starts(at("10T12:30:00")), [Code::NotWholeHour]);
    assert_eq!(starts(by(at("10T13:00:00"), 1)), [Code::NotWholeHour]);
    assert_eq!(starts(by(at("10T13:00:00"), -1)), [Code::NotWholeHour]);
    assert_eq!(starts(at("10T11:30:00")), [Code::NotWholeHour, Code::TooSoon]);
    let late = starting(at("10T12:00:00")).violations(&shop(), at("10T10:00:01"));
    assert_eq!(late[0].code, Code::TooSoon);
    let message = late[0].message.in_minor_units();
    assert!(message.contains("2022-06-10T13:00:00+08:00"), "{message}");
}

/// A-G-1, S0-R09: whole hours are those on the shop's wall, also half an hour off UTC and over a
/// change of the clock.
#[test]
fn a_g_1_s0_r09_other_zones() {
    for (zone, now, earliest) in [
        ("Asia/Kolkata", "2022-06-10T04:30:00Z", "2022-06-10T06:30:00Z"),
        ("Asia/Kolkata", "2022-06-10T04:00:00Z", "2022-06-10T06:30:00Z"),
        ("Asia/Kathmandu", "2022-06-10T04:15:01Z", "2022-06-10T07:15:00Z"),
        // 02:00 to 03:00 is left out on this night: two hours after 00:30 it is 03:30.
        ("America/New_York", "2022-03-13T00:30:00-05:00", "2022-03-13T04:00:00-04:00"),
        // 01:00 to 02:00 comes twice: 23:30 and two hours is the first 01:30.
        ("America/New_York", "2022-11-05T23:30:00-04:00", "2022-11-06T01:00:00-05:00"),
    ] {
        let mut shop = shop();
        shop.time_zone = Zone::find(zone).unwrap();
        let (now, earliest) = (at(now), at(earliest));
        let starts = |hours| found(&starting(earliest.plus_hours(hours)), &shop, now, "starts_at");
        assert_eq!(starts(0), [], "{zone} {now}");
        assert_eq!(starts(-1), [Code::TooSoon], "{zone} {now}");
        let half = starting(by(earliest, 30 * 60 * SECOND));
        assert_eq!(found(&half, &shop, now, "starts_at"), [Code::NotWholeHour], "{zone} {now}");
    }
}

/// S0-R10, A-S0-2: 24 hours to 90 times 24 hours, both included, to the microsecond; the end need not
/// be a whole hour.
#[test]
fn s0_r10_a_s0_2_duration() {
    let day = 24 * 3600 * SECOND;
    for (micros, expected) in [
        (day - 1, &[Code::TooShort][..]),
        (day, &[]),
        (day + 1, &[]),
        (90 * day - 1, &[]),
        (90 * day, &[]),
        (90 * day + 1, &[Code::TooLong]),
        (0, &[Code::TooShort]),
        (-day, &[Code::TooShort]),
    ] {
        let starts_at = at("10T12:00:00");
        let version = Version { ends_at: by(starts_at, micros), ..starting(starts_at) };
        assert_eq!(found(&version, &shop(), at("10T10:00:00"), "ends_at"), expected, "{micros}");
    }
}

/// T04, S0-R16, S0-R17, A-S0-5: at most half of the spend and at most 200 yuan, exactly in fen.
#[test]
fn t04_s0_r16_s0_r17_a_s0_5_strength() {
    use Code::{AmountTooHigh, OutOfRange, RatioTooHigh};
    for (spend, save, expected) in [
        (100_00, 50_00, &[][..]),
        (100_00, 50_01, &[RatioTooHigh]),
        (99_99, 50_00, &[RatioTooHigh]),
        (99_99, 49_99, &[]),
        (400_00, 200_00, &[]),
        (399_99, 200_00, &[RatioTooHigh]),
        (1000_00, 200_00, &[]),
        (1000_00, 200_01, &[AmountTooHigh]),
        (2, 1, &[]),
        (1, 1, &[RatioTooHigh]),
        (100_00, 0, &[OutOfRange]),
        (100_00, -1, &[OutOfRange]),
        (0, 1, &[OutOfRange, RatioTooHigh]),
        (-100, -200, &[OutOfRange, OutOfRange]),
        (i64::MAX, i64::MAX, &[OutOfRange, AmountTooHigh]),
        (i64::MIN, i64::MIN, &[OutOfRange, OutOfRange]),
    ] {
        let terms = Terms { spend: fen(spend), save: fen(save), ..terms() };
        assert_eq!(refused(&terms), expected, "{spend} minus {save}");
    }
}

/// A-G-12: the 200 yuan are of CNY; in another currency there is no cap, and a warning says so.
#[test]
fn a_g_12_the_cap_is_policy_of_one_currency() {
    let terms = Terms { spend: fen(1000_00), save: fen(200_01), ..terms() };
    for (currency, capped) in [("CNY", true), ("JPY", false), ("USD", false), ("KWD", false)] {
        let shop = domain::shop::Shop { currency: currency.into(), ..shop() };
        let version = Version {
            terms: domain::campaign::Terms::Recovery(terms.clone()),
            ..starting(at("10T12:00:00"))
        };
        let codes = |found: Vec<domain::Violation>| found.into_iter().map(|v| v.code).collect::<Vec<_>>();
        let refused = codes(version.violations(&shop, at("10T10:00:00"))).contains(&Code::AmountTooHigh);
        assert_eq!(
            (refused, codes(version.warnings(&shop)).contains(&Code::NoCap)),
            (capped, !capped),
            "{currency}"
        );
    }
}

/// T03, T04, S0-R15, S0-R19, S0-R18: the trigger is 5 to 120 minutes, the quantity 10 to 2,000,000,
/// the validity at least an hour.
#[test]
fn t03_t04_s0_r15_s0_r19_ranges() {
    for (minutes, fine) in [(i64::MIN, false), (0, false), (4, false), (5, true), (120, true), (121, false)] {
        let terms = Terms { trigger_after_minutes: minutes, ..terms() };
        assert_eq!(refused(&terms).is_empty(), fine, "{minutes} minutes");
    }
    for (quantity, fine) in
        [(0, false), (9, false), (10, true), (2_000_000, true), (2_000_001, false), (u64::MAX, false)]
    {
        let terms = Terms { quantity, ..terms() };
        assert_eq!(refused(&terms).is_empty(), fine, "{quantity} coupons");
    }
    for (hours, fine) in [(0, false), (1, true), (2160, true), (2161, false)] {
        let terms = Terms { coupon_valid_hours: hours, ..terms() };
        assert_eq!(refused(&terms).is_empty(), fine, "{hours} hours");
    }
    for (percent, fine) in [(0, true), (90, true), (91, false), (255, false)] {
        let terms = Terms { holdout_percent: percent, ..terms() };
        assert_eq!(refused(&terms).is_empty(), fine, "{percent} percent");
    }
}

/// T04, A-G-4, S0-R18, A-S0-9: terms are whole numbers; what is left out is two days, bound to the
/// order, counted by campaign.
#[test]
fn t04_a_g_4_s0_r18_terms_as_text() {
    let text = |quantity: &str, save: &str| {
        format!(r#"{{"trigger_after_minutes":15,"spend":10000,"save":{save},"quantity":{quantity}}}"#)
    };
    let read = |text: &str| serde_json::from_str::<Terms>(text);
    assert_eq!(read(&text("10", "500")).unwrap(), terms());
    for (quantity, save) in [
        ("10.5", "500"),
        ("-10", "500"),
        ("\"10\"", "500"),
        ("10", "5.5"),
        ("10", "1e308"),
        ("10", "9223372036854775808"),
        ("18446744073709551616", "500"),
    ] {
        assert!(read(&text(quantity, save)).is_err(), "{quantity} {save}");
    }
}

/// Tiers that are allowed but may be a slip.
#[test]
fn order_tiers_that_look_like_a_slip_are_warned_of() {
    use domain::campaign::promotion::{OrderTerms, PercentOff, Tier};
    let fixed = |spend, save, cap: Option<i64>| Tier {
        spend: fen(spend),
        save: Some(fen(save)),
        percent_off: None,
        cap: cap.map(fen),
    };
    let percent = |spend, percent: u32, cap: Option<i64>| Tier {
        spend: fen(spend),
        save: None,
        percent_off: PercentOff::from_basis_points(percent * 100),
        cap: cap.map(fen),
    };
    for (tiers, expected) in [
        (vec![fixed(100_00, 30_00, None), fixed(200_00, 60_00, None)], vec![]),
        (vec![fixed(100_00, 30_00, Some(30_00))], vec![]),
        (vec![fixed(100_00, 30_00, Some(1_00))], vec![("terms.tiers[0].cap", Code::CapBelowSave)]),
        (
            vec![fixed(100_00, 30_00, None), fixed(200_00, 3_00, None)],
            vec![("terms.tiers[1].spend", Code::FallingTiers)],
        ),
        (
            vec![fixed(100_00, 30_00, None), fixed(200_00, 30_00, None)],
            vec![("terms.tiers[1].spend", Code::FallingTiers)],
        ),
        (vec![percent(100_00, 10, None), percent(200_00, 20, None)], vec![]),
        (
            vec![percent(100_00, 20, None), percent(200_00, 20, Some(40_00))],
            vec![("terms.tiers[1].spend", Code::FallingTiers)],
        ),
        (vec![percent(100_00, 20, Some(10_00)), percent(200_00, 20, None)], vec![]),
    ] {
        let found = OrderTerms { tiers, ..OrderTerms::default() }.slips(money::Currency::CNY);
        let found: Vec<_> = found.iter().map(|warning| (&*warning.field, warning.code)).collect();
        assert_eq!(found, expected);
    }
}
