//! Orders of which there is much to tell: every notice is sent, waits, or is named with its reason.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod support;

use domain::{
    Code, Instant,
    event::{Body, OrderEvent},
    message::{Channel, Kind, Message, MessageStatus, settings::Chosen},
    shop::QuietHours,
};
use std::collections::BTreeMap;
use support::messages::*;
use support::presale::hours;
use support::*;

/// More refunds than an order keeps one by one.
const REFUNDS: usize = 260;

/// An order of which 0.01 went back so many times, and once more under other ids of events.
fn refunds(run: &Run, count: usize) {
    let now = run.engine.now();
    run.apply(&placed("o1", "u1", now));
    run.apply(&paid("o1", "pay1", PAYABLE, now));
    let event = |number: usize, time: usize| -> OrderEvent {
        let facts = refunding("o1", &format!("r{number:03}"), &amount(1));
        event(&format!("refund {number} {time}"), Body::RefundSucceeded(facts), now)
    };
    for time in 0..2 {
        (0..count).for_each(|number| drop(run.event(&event(number, time))));
    }
}

fn of_refunds(run: &Run) -> Vec<Message> {
    let messages = run.messages("o1").into_iter();
    messages.filter(|one| one.kind == Kind::RefundApproved && one.channel == Channel::Sms).collect()
}

/// How many came to what.
fn counted(messages: &[Message]) -> BTreeMap<(&'static str, Option<&'static str>), usize> {
    let mut found = BTreeMap::new();
    for message in messages {
        *found.entry((message.status.as_str(), message.code.map(Code::as_str))).or_default() += 1;
    }
    found
}

/// S2-R15: of more refunds than an order remembers each is told once, or named with its reason, and what is remembered
/// of them stays as small as the order.
#[test]
fn s2_r15_every_notice_of_many_refunds_is_named() {
    let run = opened();
    run.buys_sms("p", 1_000);
    settings(&run, on(&[Kind::RefundApproved]), None);
    refunds(&run, REFUNDS);
    let expected = [
        ((MessageStatus::Sent.as_str(), None), 99),
        ((MessageStatus::Suppressed.as_str(), Some("minute_cap")), 161),
    ];
    assert_eq!(counted(&of_refunds(&run)), expected.into());
    let order = run.order("o1");
    assert!(order.has_sums() && order.refunds.len() < REFUNDS, "some were summed up");
    assert!(order.notices.told.len() <= order.refunds.len() + 100, "{}", order.notices.told.len());
    run.assert_clean();
}

/// At night so many wait, with what their refunds came to; the others are named.
#[test]
fn of_a_night_so_many_notices_wait() {
    let run = opened();
    run.buys_sms("p", 1_000);
    let quiet = QuietHours::try_new("22:00", "07:00").unwrap();
    let kinds = on(&[Kind::RefundApproved]);
    settings(&run, Chosen { quiet_hours: [(Channel::Sms, quiet)].into(), ..kinds }, None);
    run.advance(hours(23));
    refunds(&run, REFUNDS);
    // The order's own first notice waits, too.
    let expected = [(("planned", None), 99), (("suppressed", Some("limit_reached")), 161)];
    assert_eq!(counted(&of_refunds(&run)), expected.into());
    let morning: Instant = hours(24 + 7);
    run.advance(morning);
    let told = of_refunds(&run);
    assert_eq!(counted(&told)[&("sent", None)], 99);
    let sent = told.iter().find(|one| one.status == MessageStatus::Sent).unwrap();
    let dispatch = run.reader().dispatch(&run.shop, &sent.message_id).unwrap().unwrap();
    assert!(dispatch.said.unwrap().text.contains("金额0.01元"), "the first refund is summed up by now");
    run.assert_clean();
}
