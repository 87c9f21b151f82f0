//! When a reminder is planned: before the deadline, after the trigger, outside quiet hours.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod given;

use domain::campaign::recovery::{plan_push, replan_push};
use domain::order::Order;
use domain::shop::{QuietHours, Shop};
use domain::time::Zone;
use domain::{Code, Instant};
use given::{at, order, shop};

fn until(deadline: Instant) -> Order {
    Order { cancel_at: Some(deadline), ..order(100_00) }
}

fn plan(shop: &Shop, trigger: &str, deadline: &str) -> Result<Instant, Code> {
    plan_push(shop, &until(at(deadline)), at(trigger))
}

fn quiet(zone: &str, from: &str, to: &str) -> Shop {
    Shop {
        time_zone: Zone::find(zone).unwrap(),
        quiet_hours: QuietHours::try_new(from, to).unwrap(),
        ..shop()
    }
}

/// T09, S0-R36, S0-R38, A-S0-12, A-S0-13, A-G-3: an hour before the deadline, not before the trigger;
/// out of quiet hours to the last second before them, else to their end, else not at all.
#[test]
fn t09_s0_r36_s0_r38_a_s0_12_a_s0_13_a_g_3_plan() {
    let never = Err(Code::QuietHours);
    for (trigger, deadline, expected) in [
        ("09T23:15:00", "10T23:00:00", Ok("10T21:59:59")),
        ("09T23:15:00", "10T22:59:59", Ok("10T21:59:59")),
        ("09T23:15:00", "10T22:59:58", Ok("10T21:59:58")),
        ("10T10:15:00", "11T10:00:00", Ok("11T09:00:00")),
        // The end of quiet hours is not quiet.
        ("10T10:15:00", "11T08:00:00", Ok("11T07:00:00")),
        ("10T10:15:00", "11T07:59:59", Ok("10T21:59:59")),
        // The trigger is later than an hour before the deadline.
        ("10T10:15:00", "10T10:30:00", Ok("10T10:15:00")),
        ("10T10:15:00", "10T11:15:00", Ok("10T10:15:00")),
        // The trigger is the last second, or after it.
        ("10T21:59:59", "10T23:30:00", Ok("10T21:59:59")),
        ("10T21:59:59.000001", "10T23:30:00", never),
        ("10T22:15:00", "11T07:00:00", never),
        ("10T22:15:00", "11T07:00:00.000001", Ok("11T07:00:00")),
        ("10T22:15:00", "11T22:00:00", Ok("11T21:00:00")),
        ("10T22:15:00", "11T07:30:00", Ok("11T07:00:00")),
        // There is no time between trigger and deadline.
        ("10T10:15:00", "10T10:15:00", Err(Code::OrderClosed)),
        ("10T10:15:00.000001", "10T10:15:00", Err(Code::OrderClosed)),
        ("10T10:15:00", "10T10:15:00.000001", Ok("10T10:15:00")),
    ] {
        assert_eq!(plan(&shop(), trigger, deadline), expected.map(at), "{trigger} {deadline}");
    }
}

/// S0-R36, A-S0-12: the lead is the shop's; without one the last second before the deadline is taken.
#[test]
fn s0_r36_a_s0_12_lead() {
    for (lead, expected) in [
        (0, "11T09:59:59"),
        (1, "11T09:59:00"),
        (60, "11T09:00:00"),
        (180, "11T07:00:00"),
        (181, "10T21:59:59"),
        (1425, "10T10:15:00"),
        (1426, "10T10:15:00"),
        (u32::MAX, "10T10:15:00"),
    ] {
        let shop = Shop { push_lead_minutes: lead, ..shop() };
        assert_eq!(plan(&shop, "10T10:15:00", "11T10:00:00"), Ok(at(expected)), "{lead}");
    }
}

/// A-S0-15, A-S0-13: after a suppression the next moment that is not quiet, before the deadline.
#[test]
fn a_s0_15_a_s0_13_replan() {
    for (earliest, deadline, expected) in [
        ("10T12:00:00", "10T13:00:00", Ok("10T12:00:00")),
        ("10T22:00:00", "11T10:00:00", Ok("11T07:00:00")),
        ("11T06:59:59", "11T10:00:00", Ok("11T07:00:00")),
        ("11T00:00:00", "11T07:00:00", Err(Code::QuietHours)),
        ("11T07:00:00", "11T07:00:00", Err(Code::OrderClosed)),
        ("11T07:00:01", "11T07:00:00", Err(Code::OrderClosed)),
    ] {
        let found = replan_push(&shop(), &until(at(deadline)), at(earliest));
        assert_eq!(found, expected.map(at), "{earliest} {deadline}");
    }
}

/// Zone, quiet hours, trigger, deadline an hour after the wish, and the moment that is planned.
const OTHERS: &str = "
Asia/Shanghai    | 12:00 | 14:00 | 10T10:00:00               | 10T14:30:00               | 10T11:59:59
Asia/Shanghai    | 12:00 | 14:00 | 10T12:00:00               | 10T14:30:00               | 10T14:00:00
Asia/Shanghai    | 00:00 | 00:00 | 10T10:00:00               | 11T04:00:00               | 11T03:00:00
Asia/Shanghai    | 00:01 | 00:00 | 10T10:00:00               | 11T04:00:00               | 11T00:00:59
Asia/Shanghai    | 22:00 | 07:00 | 2022-06-10T23:15:00Z      | 2022-06-11T15:30:00Z      | 2022-06-11T13:59:59Z
# The clock goes from 02:00 to 03:00: quiet hours from 02:30 begin at 03:00.
America/New_York | 02:30 | 07:00 | 2022-03-13T01:00:00-05:00 | 2022-03-13T04:10:00-04:00 | 2022-03-13T01:59:59-05:00
# and quiet hours to 02:30 end at 03:00.
America/New_York | 22:00 | 02:30 | 2022-03-13T00:00:00-05:00 | 2022-03-13T04:00:00-04:00 | 2022-03-13T03:00:00-04:00
# 01:00 to 02:00 comes twice: quiet hours to 01:30 end twice.
America/New_York | 22:00 | 01:30 | 2022-11-06T01:10:00-04:00 | 2022-11-06T02:00:00-05:00 | 2022-11-06T01:59:59-04:00
America/New_York | 22:00 | 01:30 | 2022-11-06T01:10:00-05:00 | 2022-11-06T02:00:00-05:00 | 2022-11-06T01:30:00-05:00
America/New_York | 01:30 | 07:00 | 2022-11-06T01:10:00-05:00 | 2022-11-06T03:00:00-05:00 | 2022-11-06T01:29:59-05:00
";

/// S0-R38, A-S0-13, A-G-1: quiet hours within a day, none, and over changes of the clock.
#[test]
fn s0_r38_a_s0_13_a_g_1_other_quiet_hours() {
    let rows = OTHERS.lines().filter(|row| row.contains('|'));
    for row in rows.map(|row| row.split('|').map(str::trim).collect::<Vec<_>>()) {
        let [zone, from, to, trigger, deadline, expected] = row[..] else { panic!("{row:?}") };
        let found = plan(&quiet(zone, from, to), trigger, deadline);
        assert_eq!(found, Ok(at(expected)), "{zone} {from}-{to} {trigger} {deadline}");
    }
    let signs = [("+7:00", "08:00"), ("07:00", "-0:00"), ("07:+1", "08:00")];
    assert!(signs.iter().all(|(from, to)| QuietHours::try_new(from, to).is_none()));
}
