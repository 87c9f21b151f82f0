//! Who hears of a balance, when, and why not.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod support;

use domain::Code;
use domain::message::{Kind, MessageStatus};
use engine::{Command, MessageCommand};
use store_memory::MemoryStore;
use store_sqlite::SqliteStore;
use support::presale::*;
use support::*;

const BALANCE: i64 = 24 * 10 + 20;
const END: i64 = 24 * 14;

/// Kind, hour after midnight of 10 June (of sending, else of planning) and why not.
type Line = (Kind, i64, Option<Code>);

fn messages(run: &Run, order: &str, status: MessageStatus) -> Vec<Line> {
    let mut found: Vec<_> = run.messages(order).into_iter().filter(|m| m.status == status).collect();
    found.sort_by_key(|m| (m.due_at, m.kind));
    let hour = |at: domain::Instant| at.since(hours(0)) / 3_600_000_000;
    found.into_iter().map(|m| (m.kind, hour(m.sent_at.unwrap_or(m.due_at)), m.code)).collect()
}
fn sent(run: &Run, order: &str) -> Vec<Kind> {
    messages(run, order, MessageStatus::Sent).into_iter().map(|(kind, ..)| kind).collect()
}
use Kind::{BalanceClosing, BalanceOpening, BalanceReminder};

/// T27 (S1-R21, S1-R22, S1-R24, A-S1-13): planned with the deposit, sent in their hour.
#[test]
fn s1_r22_s1_r24_t27_the_reminders_of_a_balance() {
    let folder = tempfile::tempdir().unwrap();
    let stores: [Box<dyn port::Store>; 2] =
        [Box::new(MemoryStore::new()), Box::new(SqliteStore::open(&folder.path().join("r.db")).unwrap())];
    for store in stores {
        let run = Run::on(store).with_presale(&Offer::default());
        run.deposit("o1", "u1", at(0));
        let all = [
            (BalanceOpening, BALANCE, None),
            (BalanceClosing, END - 5, None),
            (BalanceReminder, END - 4, None),
        ];
        assert_eq!(messages(&run, "o1", MessageStatus::Planned), all);
        run.advance(hours(BALANCE).plus_seconds(-1));
        assert_eq!(sent(&run, "o1"), []);
        run.advance(hours(BALANCE));
        assert_eq!(sent(&run, "o1"), [BalanceOpening]);
        run.advance(hours(END - 5));
        assert_eq!(sent(&run, "o1"), [BalanceOpening, BalanceClosing]);
        run.advance(hours(END));
        assert_eq!(messages(&run, "o1", MessageStatus::Sent), all);
        run.assert_clean();
    }
}

/// T27 (A-S1-15): who has paid the balance hears no more of it; the rest is left out with its reason.
#[test]
fn a_s1_15_t27_nothing_after_the_balance() {
    let run = Run::in_memory().0.with_presale(&Offer::default());
    run.deposit("o1", "u1", at(0));
    run.advance(hours(BALANCE + 12));
    run.apply(&balance_paid("o1", 700_00, &[], hours(BALANCE + 12)));
    run.advance(hours(END + 24));
    assert_eq!(sent(&run, "o1"), [BalanceOpening]);
    let why = Some(Code::OrderClosed);
    let left_out = [(BalanceClosing, END - 5, why), (BalanceReminder, END - 4, why)];
    assert_eq!(messages(&run, "o1", MessageStatus::Suppressed), left_out);
    run.assert_clean();
}

/// T27 (A-S1-14): four hours of balance: the first SMS and the push, both at the start.
#[test]
fn a_s1_14_t27_a_short_window() {
    let balances = (hours(24 * 10 + 20), hours(24 * 11));
    let run = Run::in_memory().0.with_presale(&Offer { balances, ..Offer::default() });
    run.deposit("o1", "u1", at(0));
    run.advance(balances.1);
    let start = 24 * 10 + 20;
    assert_eq!(
        messages(&run, "o1", MessageStatus::Sent),
        [(BalanceOpening, start, None), (BalanceReminder, start, None)]
    );
    run.assert_clean();
}

/// A-S1-18: without the merchant's SMS only the push goes.
#[test]
fn a_s1_18_sms_switched_off() {
    let run = Run::in_memory().0.with_presale(&Offer { sms: false, ..Offer::default() });
    run.deposit("o1", "u1", at(0));
    run.advance(hours(END));
    assert_eq!(sent(&run, "o1"), [BalanceReminder]);
    let why = Some(Code::SwitchedOff);
    let left_out = [(BalanceOpening, BALANCE, why), (BalanceClosing, END - 5, why)];
    assert_eq!(messages(&run, "o1", MessageStatus::Suppressed), left_out);
    run.assert_clean();
}

/// S1-R23, A-S1-16: three SMS a customer and civil day, over all shops; the smallest orders first, and
/// who was left out of the first gets no second.
#[test]
fn s1_r23_a_s1_16_three_sms_a_day_over_all_shops() {
    let (first, store) = Run::in_memory();
    drop(store);
    let run = first.with_presale(&Offer::default());
    // Another shop, on the same engine: its balances end earlier, so it goes first.
    let early = Offer { balances: (hours(BALANCE), hours(END - 24)), ..Offer::default() };
    let other = Run::of(run.engine.clone(), "s2");
    other.ok(Command::PutShop(Box::new(shop("s2"))));
    other.buys_sms("pack", 1_000);
    other.ok(early.create("p1"));
    for order in ["o1", "o2", "o3"] {
        run.deposit(order, "u1", at(0));
    }
    other.deposit("x1", "u1", at(0));
    run.deposit("of-another", "u2", at(0));
    run.advance(hours(BALANCE));
    assert_eq!(sent(&other, "x1"), [BalanceOpening]);
    assert_eq!((sent(&run, "o1"), sent(&run, "o2")), (vec![BalanceOpening], vec![BalanceOpening]));
    assert_eq!((sent(&run, "o3"), sent(&run, "of-another")), (vec![], vec![BalanceOpening]));
    run.advance(hours(END));
    // Pushes are not counted; the second SMS of o3 went with its first.
    assert_eq!(sent(&run, "o3"), [BalanceReminder]);
    let why = Some(Code::DailyCap);
    let left_out = [(BalanceOpening, BALANCE, why), (BalanceClosing, END - 5, why)];
    assert_eq!(messages(&run, "o3", MessageStatus::Suppressed), left_out);
    assert_eq!(sent(&run, "o2"), [BalanceOpening, BalanceClosing, BalanceReminder]);
    run.assert_clean();
    std::mem::forget(other);
}

/// A-S1-17: no quiet hours by default; with the switch a reminder waits for their end.
#[test]
fn a_s1_17_quiet_hours_only_when_asked_for() {
    // Balances from midnight to 04:00 three days later.
    let balances = (hours(24 * 11), hours(24 * 13 + 9));
    let night = Offer { balances, ..Offer::default() };
    for (quiet, opening, closing) in [(false, 24 * 11, 24 * 13 + 4), (true, 24 * 11 + 7, 24 * 13 + 7)] {
        let run = Run::in_memory().0.with_presale(&Offer { quiet, ..night.clone() });
        run.deposit("o1", "u1", at(0));
        run.advance(balances.1);
        let push = if quiet { 24 * 13 + 7 } else { 24 * 13 + 5 };
        let expected =
            [(BalanceOpening, opening, None), (BalanceClosing, closing, None), (BalanceReminder, push, None)];
        assert_eq!(messages(&run, "o1", MessageStatus::Sent), expected, "quiet {quiet}");
        run.assert_clean();
    }
}

/// A-S1-13, S2-R16: a first SMS that did not arrive has no second, and its place in the day is free.
#[test]
fn a_s1_13_no_second_sms_when_the_first_did_not_arrive() {
    let run = Run::in_memory().0.with_presale(&Offer::default());
    run.deposit("o1", "u1", at(0));
    run.advance(hours(BALANCE));
    let first = run.messages("o1").into_iter().find(|m| m.status == MessageStatus::Sent).unwrap();
    let failed = Command::Messages(MessageCommand::refused(first.message_id, Code::ProviderFailed));
    run.ok(failed.clone());
    run.ok(failed);
    run.advance(hours(END));
    assert_eq!(sent(&run, "o1"), [BalanceReminder]);
    assert_eq!(messages(&run, "o1", MessageStatus::Failed).len(), 1);
    let left_out = [(BalanceClosing, END - 5, Some(Code::ProviderFailed))];
    assert_eq!(messages(&run, "o1", MessageStatus::Suppressed), left_out);
    run.assert_clean();
}

/// A-S1-15: a deposit heard of when the balance is open already is reminded at once, and only once.
#[test]
fn a_s1_15_a_deposit_heard_of_late() {
    let run = Run::in_memory().0.with_presale(&Offer::default());
    run.apply(&presale_placed("o1", "u1", at(0)));
    run.advance(hours(END - 3));
    run.apply(&deposit_paid("o1", at(5)));
    run.advance(hours(END - 2));
    assert_eq!(sent(&run, "o1"), [BalanceOpening, BalanceReminder]);
    let left_out = [(BalanceClosing, END - 5, Some(Code::AlreadyPushed))];
    assert_eq!(messages(&run, "o1", MessageStatus::Suppressed), left_out);
    run.assert_clean();
}

/// A-G-13 (A-S1-16): the day of three SMS is the platform's. Shops on both sides of the date line take turns, and
/// nothing begins anew.
#[test]
fn a_g_13_shops_of_several_zones_share_the_platforms_day() {
    let run = Run::in_memory().0.with_presale(&Offer::default());
    let zones = ["Pacific/Auckland", "America/Los_Angeles", "Asia/Shanghai"];
    let shops: Vec<Run> = (0..zones.len())
        .map(|n| {
            let of = Run::of(run.engine.clone(), &format!("z{n}"));
            let zone = domain::time::Zone::find(zones[n]).unwrap();
            let shop = domain::shop::Shop { time_zone: zone, ..shop(of.shop.as_str()) };
            of.ok(Command::PutShop(Box::new(shop)));
            of.buys_sms("pack", 1_000);
            of
        })
        .collect();
    // Balances open every ten minutes, in one shop after the other, all on one day in Shanghai.
    let opens = |n: i64| hours(BALANCE).plus_minutes(10 * n);
    for n in 0..9_i64 {
        let of = &shops[usize::try_from(n).unwrap() % shops.len()];
        let offer = Offer { balances: (opens(n), hours(END)), ..Offer::default() };
        of.ok(offer.create(&format!("p{n}")));
        let mut placed = presale_placed(&format!("o{n}"), "u1", at(0));
        if let domain::event::Body::Placed(placed) = &mut placed.body {
            placed.lines[0].presale_campaign_id = Some(id(&format!("p{n}")));
        }
        of.apply(&placed);
        of.apply(&deposit_paid(&format!("o{n}"), at(5)));
    }
    run.advance(opens(9));
    let opened = |n: i64| {
        let of = &shops[usize::try_from(n).unwrap() % shops.len()];
        sent(of, &format!("o{n}")) == [BalanceOpening]
    };
    assert_eq!((0..9).map(opened).collect::<Vec<_>>(), [vec![true; 3], vec![false; 6]].concat());
    run.assert_clean();
    shops.into_iter().for_each(std::mem::forget);
}
