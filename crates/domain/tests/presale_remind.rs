//! When the buyer of a presale order hears of the balance.
#![allow(clippy::unwrap_used, reason = "tests")]

mod given;

use domain::campaign::presale::remind;
use domain::customer::{ReminderSms, WaitingSms};
use domain::message::Kind;
use domain::order::Order;
use domain::time::{CivilDay, Window};
use given::{at, id};

fn moments(from: &str, to: &str) -> Vec<(Kind, String)> {
    let zone = domain::time::Zone::shanghai();
    let window = Window { starts_at: at(from), ends_at: at(to) };
    remind::schedule(window)
        .into_iter()
        .map(|due| (due.kind, zone.format(due.due_at)[5..16].to_owned()))
        .collect()
}

/// T27 (S1-R22, S1-R24, A-S1-13, A-S1-14).
#[test]
fn s1_r22_s1_r24_t27_moments_of_the_reminders() {
    use Kind::{BalanceClosing, BalanceOpening, BalanceReminder};
    let of = |kind, text: &str| (kind, text.to_owned());
    assert_eq!(
        moments("2022-05-31T20:00:00", "2022-06-04T00:00:00"),
        [
            of(BalanceOpening, "05-31T20:00"),
            of(BalanceClosing, "06-03T19:00"),
            of(BalanceReminder, "06-03T20:00")
        ]
    );
    // Four hours: only the first SMS, and the push at the start.
    let short = [of(BalanceOpening, "06-01T20:00"), of(BalanceReminder, "06-01T20:00")];
    assert_eq!(moments("2022-06-01T20:00:00", "2022-06-02T00:00:00"), short);
    // Exactly five hours: the second SMS would go with the first.
    let five = [of(BalanceOpening, "06-01T19:00"), of(BalanceReminder, "06-01T20:00")];
    assert_eq!(moments("2022-06-01T19:00:00", "2022-06-02T00:00:00"), five);
    let longer = moments("2022-06-01T18:59:59", "2022-06-02T00:00:00");
    assert_eq!(longer.len(), 3);
    let shorter = moments("2022-06-01T21:00:00", "2022-06-02T00:00:00");
    assert_eq!(shorter, [of(BalanceOpening, "06-01T21:00"), of(BalanceReminder, "06-01T21:00")]);
}

/// A-S1-16: three a civil day; of those due in one instant the earlier balance end goes first, then the
/// smaller order id.
#[test]
fn s1_r23_a_s1_16_three_a_day_and_who_goes_first() {
    let sms = |order: &str, ends: &str| WaitingSms {
        due_at: at("20T20:00:00"),
        balance_ends_at: at(ends),
        order_id: id(order),
        shop_id: id("s1"),
        kind: Kind::BalanceOpening,
    };
    let (day, next) = (CivilDay(1), CivilDay(2));
    let all =
        [sms("a", "23T00:00:00"), sms("b", "22T00:00:00"), sms("c", "23T00:00:00"), sms("d", "22T00:00:00")];
    let mut customer = ReminderSms::default();
    for one in &all {
        customer.wait(one.clone());
    }
    let room: Vec<bool> = all.iter().map(|one| customer.has_room(one, day)).collect();
    assert_eq!(room, [true, true, false, true], "c is the last");
    for one in [&all[1], &all[3], &all[0]] {
        assert!(customer.has_room(one, day));
        customer.forget(&one.shop_id, &one.order_id, one.kind);
        customer.count(day);
    }
    assert!(!customer.has_room(&all[2], day));
    assert!(customer.has_room(&all[2], next), "the civil day decides");
    customer.uncount(day);
    assert!(customer.has_room(&all[2], day), "one did not arrive");
}

/// A-G-13: a count that an older program kept for a later day, by the zone of its shop, is not begun anew.
#[test]
fn a_g_13_a_count_of_a_later_day_still_counts() {
    let (today, tomorrow) = (CivilDay(8), CivilDay(9));
    let mut customer = ReminderSms::default();
    customer.count(tomorrow);
    customer.count(today);
    assert_eq!((customer.sent_on(today), customer.sent_on(tomorrow)), (2, 2));
    customer.uncount(today);
    assert_eq!(customer.sent_on(today), 1);
    assert_eq!(customer.sent_on(CivilDay(10)), 0);
}

/// A-S1-27: a reminder names the moment of its deadline, the order's as it is when it is written, and no distance in
/// time.
#[test]
fn a_s1_27_reminders_name_the_deadline() {
    let text = |kind: Kind, order: Option<&Order>| {
        domain::message::text::text(kind, kind.usual_channel(), Some(&given::shop()), &id("o1"), order)
    };
    let mut order = given::order(10_000);
    order.cancel_at = Some(at("2022-11-04T08:00:00"));
    let (zh, en) = text(Kind::PaymentReminder, Some(&order));
    assert!(zh.contains("11月4日08:00前") && en.contains("by 08:00 on 4 November"), "{zh} {en}");
    order.cancel_at = Some(at("2022-11-05T09:30:00"));
    assert!(text(Kind::PaymentReminder, Some(&order)).0.contains("11月5日09:30前"), "a deadline that moved");
    let kinds = [Kind::PaymentReminder, Kind::BalanceOpening, Kind::BalanceClosing, Kind::BalanceReminder];
    for kind in kinds {
        for order in [None, Some(&order)] {
            let (zh, en) = text(kind, order);
            assert!(!zh.contains("小时") && !en.to_lowercase().contains("hour"), "{zh} {en}");
        }
    }
}
