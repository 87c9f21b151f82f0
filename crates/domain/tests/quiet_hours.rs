//! Quiet hours of every shape in zones that change their clocks, and no reminder in any of them.
#![allow(clippy::unwrap_used, reason = "tests")]

mod given;

use domain::campaign::recovery::{plan_push, replan_push};
use domain::order::Order;
use domain::shop::{QuietHours, Shop};
use domain::time::Zone;
use domain::{Code, Instant};
use given::{at, by, cases, order, shop};
use proptest::prelude::*;

fn until(deadline: Instant) -> Order {
    Order { cancel_at: Some(deadline), ..order(10_000) }
}

fn hours() -> impl Strategy<Value = QuietHours> {
    let time = || (0..24, prop::sample::select(vec![0, 30, 59])).prop_map(|(h, m)| format!("{h:02}:{m:02}"));
    (time(), time()).prop_map(|(from, to)| QuietHours::try_new(&from, &to).unwrap())
}

/// Whether a change of the clock cannot swallow all of the day that is not quiet.
fn leaves_two_hours(quiet_hours: QuietHours) -> bool {
    let half_hours = (0..48).map(|half| at("10T00:00:00").plus_minutes(30 * half));
    let quiet = |moment: &Instant| quiet_hours.contains(&Zone::shanghai(), *moment);
    half_hours.filter(quiet).count() <= 44
}

/// Nights on which these zones change their clocks, and an ordinary one; a zone changes at midnight,
/// one by half an hour, one by a whole day.
fn night() -> impl Strategy<Value = (&'static str, &'static str)> {
    prop::sample::select(vec![
        ("Asia/Shanghai", "2022-06-10T00:00:00Z"),
        ("America/New_York", "2022-03-13T00:00:00Z"),
        ("America/New_York", "2022-11-06T00:00:00Z"),
        ("America/Sao_Paulo", "2018-11-04T00:00:00Z"),
        ("America/Sao_Paulo", "2018-02-18T00:00:00Z"),
        ("Australia/Lord_Howe", "2022-04-02T12:00:00Z"),
        ("Australia/Lord_Howe", "2022-10-01T12:00:00Z"),
        ("Pacific/Apia", "2011-12-30T00:00:00Z"),
    ])
}

proptest! {
    #![proptest_config(cases(2_000))]

    /// S0-R36, S0-R38, A-S0-12, A-S0-13: a planned push is never in quiet hours, never before the
    /// trigger, never at or after the deadline; and without quiet hours in the way there is one.
    #[test]
    fn s0_r36_s0_r38_a_s0_12_a_s0_13_planned(
        quiet_hours in hours(),
        (zone, night) in night(),
        placed in 0..2_880_i64,
        delay in 0..180_i64,
        timeout in 0..2_880_i64,
        lead in 0..300_u32,
    ) {
        let time_zone = Zone::find(zone).unwrap();
        let shop = Shop { time_zone, quiet_hours, push_lead_minutes: lead, ..shop() };
        let placed_at = at(night).plus_minutes(placed - 1_440);
        let (trigger, deadline) = (placed_at.plus_minutes(delay), placed_at.plus_minutes(timeout));
        for planned in [plan_push(&shop, &until(deadline), trigger), replan_push(&shop, &until(deadline), trigger)] {
            match planned {
                Ok(due) => {
                    prop_assert!(!shop.is_quiet(due), "{} is quiet", due);
                    prop_assert!(trigger <= due && due < deadline, "{} {} {}", trigger, due, deadline);
                }
                Err(Code::OrderClosed) => prop_assert!(trigger >= deadline),
                Err(code) => prop_assert_eq!(code, Code::QuietHours),
            }
        }
        let joined = zone == "Pacific/Apia" || !leaves_two_hours(quiet_hours);
        if trigger < deadline && !shop.is_quiet(trigger) && !joined {
            prop_assert!(plan_push(&shop, &until(deadline), trigger).is_ok());
        }
    }

    /// S0-R38, A-G-3: the interval around a quiet moment holds it and borders on moments that are not
    /// quiet; a whole day left out, or all but an hour quiet, would join two intervals.
    #[test]
    fn s0_r38_a_g_3_around(quiet_hours in hours(), (zone, night) in night(), minute in 0..2_880_i64) {
        prop_assume!(zone != "Pacific/Apia" && leaves_two_hours(quiet_hours));
        let zone = Zone::find(zone).unwrap();
        let moment = at(night).plus_minutes(minute - 1_440);
        match quiet_hours.around(&zone, moment) {
            Some((start, end)) => {
                prop_assert!(start <= moment && moment < end, "{} {} {}", start, moment, end);
                prop_assert!(quiet_hours.contains(&zone, start) && !quiet_hours.contains(&zone, end));
                prop_assert!(!quiet_hours.contains(&zone, by(start, -1)));
            }
            None => prop_assert!(!quiet_hours.contains(&zone, moment)),
        }
    }
    /// S0-R38, A-G-3: the next start of quiet hours is quiet, and no minute before it is.
    #[test]
    fn s0_r38_a_g_3_next_start(quiet_hours in hours(), (zone, night) in night(), minute in 0..2_880_i64) {
        prop_assume!(zone != "Pacific/Apia");
        let zone = Zone::find(zone).unwrap();
        let moment = at(night).plus_minutes(minute - 1_440);
        if let Some(start) = quiet_hours.next_start(&zone, moment) {
            prop_assert!(start >= moment && quiet_hours.contains(&zone, start), "{} {}", start, moment);
            let minutes = (0..).map(|n| moment.plus_minutes(n)).take_while(|minute| *minute < start);
            let quiet = minutes.into_iter().find(|minute| quiet_hours.contains(&zone, *minute));
            prop_assert_eq!(quiet, None);
        }
    }
}
