//! Alerts to merchants: what is told, to whom, and how often (S2-R14, A-S2-12).
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use domain::{
    Instant, Lang,
    message::{
        Channel, Kind, Message,
        alerts::Alert,
        sending::Report,
        settings::{Alerts, Chosen, Switch},
        template::Template,
    },
    shop::Shop,
};
use engine::{Answered, Command, MessageCommand, Says};
use port::{DeliveryStatus, Page, Webhook};
use serde_json::{Value, json};
use store_memory::MemoryStore;
use support::faulty::{Faulty, How, Plan, Point};
use support::*;

fn told(run: &Run, command: MessageCommand) {
    run.ok(Command::Messages(command));
}

/// SMS of shipping are on, and alerts go to that mailbox.
fn chosen(email: Option<&str>) -> Chosen {
    let sms = Switch { sms: true, wechat: false };
    let alerts = Alerts { email: email.map(str::to_owned) };
    Chosen { switches: [(Kind::Shipped, sms)].into(), alert_below: 0, alerts, ..Chosen::default() }
}

fn settings(run: &Run, chosen: Chosen, from: Option<Instant>) {
    told(run, MessageCommand::PutSettings { chosen: Box::new(chosen), from, by: "key".into() });
}

fn opened(run: Run) -> Run {
    run.ok(Command::PutShop(Box::new(shop("s1"))));
    run.advance(START);
    run.buys_sms("p", 100);
    settings(&run, chosen(Some("ops@shop.test")), None);
    run
}

/// Something was shipped, and its SMS let out.
fn ships(run: &Run, order: &str, customer: &str) -> Message {
    run.apply(&placed(order, customer, run.engine.now()));
    run.apply(&shipped(order, run.engine.now()));
    run.messages(order).into_iter().find(|message| message.kind == Kind::Shipped).unwrap()
}

/// The provider takes it and counts so many segments.
fn counts(run: &Run, message: &Message, segments: u32) {
    let answer = Answered::Taken { provider_id: None, segments: Some(segments) };
    told(run, MessageCommand::Answered { message_id: message.message_id.clone(), answer });
}

/// The events of a type, as webhooks get their data.
fn events(run: &Run, event_type: &str) -> Vec<Value> {
    let outbox = run.reader().outbox(&run.shop, &all()).unwrap();
    let of_type = outbox.into_iter().filter(|row| row.event_type == event_type);
    of_type.map(|row| serde_json::from_str(&row.body).unwrap()).collect()
}

/// Types of what waits for the mailbox.
fn mails(run: &Run) -> Vec<String> {
    let page = Page { after: None, limit: 100 };
    let waiting = run.reader().deliveries(&run.shop, &Webhook::mailbox_id(), DeliveryStatus::Pending, &page);
    waiting.unwrap().into_iter().map(|delivery| delivery.event_type).collect()
}

fn morning(day: i64) -> Instant {
    // START is a Friday at ten.
    START.plus_hours(24 * day - 1)
}

/// A-S2-12: where the provider counts a day's messages otherwise, that is told on the next morning, once, with both counts;
/// what agrees is not told.
#[test]
fn a_s2_12_a_daily_difference_is_an_alert() {
    let run = opened(Run::in_memory().0);
    for (order, theirs) in [("o1", 1), ("o2", 3), ("o3", 2)] {
        let message = ships(&run, order, order);
        assert_eq!(message.sending.as_ref().unwrap().segments, 1);
        counts(&run, &message, theirs);
        counts(&run, &message, theirs);
    }
    run.assert_clean();
    run.advance(morning(1).plus_seconds(-1));
    assert_eq!(events(&run, "sms.difference"), [] as [Value; 0], "the day is to be over, and the night");
    run.advance(morning(1));
    let day = json!({ "day": "2022-06-10", "messages": 2, "segments": 2, "provider_segments": 5 });
    assert_eq!(events(&run, "sms.difference"), [json!({ "days": [day], "difference": 3 })]);
    assert_eq!(mails(&run), ["sms.difference"]);
    run.assert_clean();
    // A report of that day's evening comes late: the day is told again as it is now, on the next morning.
    let late = ships(&run, "o4", "o4");
    counts(&run, &late, 1);
    let report = |part: u32| Report {
        part: None,
        is_delivered: true,
        code: "DELIVRD".into(),
        segments: Some(part),
        at: run.engine.now(),
        is_charged: true,
    };
    let first = run.messages("o1").into_iter().find(|message| message.kind == Kind::Shipped).unwrap();
    let (message_id, report) = (first.message_id, Box::new(report(2)));
    told(&run, MessageCommand::Reported { message_id, numbers: None, report });
    run.advance(morning(3));
    let day = json!({ "day": "2022-06-10", "messages": 3, "segments": 3, "provider_segments": 7 });
    assert_eq!(events(&run, "sms.difference")[1..], [json!({ "days": [day], "difference": 4 })]);
    assert_eq!(run.reader().totals().unwrap().pending_timers, 0);
    run.assert_clean();
}

/// A-S2-12: the alert comes once, however often the service dies on the way.
#[test]
fn a_s2_12_a_daily_difference_is_told_once_across_crashes() {
    for point in Point::ALL {
        let (store, plan) = (MemoryStore::new(), Plan::default());
        let run = opened(Run::on(Box::new(Faulty { inner: store.clone(), plan: plan.clone() })));
        let message = ships(&run, "o1", "u1");
        counts(&run, &message, 2);
        plan.once(point, How::Crash);
        let _ = run.engine.advance_blocking(morning(1));
        drop(run);
        plan.heal();
        for _ in 0..2 {
            let run = Run::on(Box::new(Faulty { inner: store.clone(), plan: plan.clone() }));
            run.advance(morning(1));
            assert_eq!(events(&run, "sms.difference").len(), 1, "{point:?}");
            assert_eq!(mails(&run), ["sms.difference"], "{point:?}");
            run.assert_clean();
        }
    }
}

/// S2-R14: alerts, and nothing else, go to the mailbox that is named when they are told; the shop's webhooks get them
/// either way.
#[test]
fn s2_r14_the_mailbox_that_is_named_is_told() {
    let run = opened(Run::in_memory().0);
    let hook = Webhook {
        webhook_id: id("w1"),
        url: "https://shop.test/hook".into(),
        types: vec!["sms.low_balance".into()],
        secrets: vec!["whsec_x".into()],
        created_at: run.engine.now(),
        old_until: None,
    };
    run.ok(Command::PutWebhook(Box::new(hook)));
    let low = || settings(&run, Chosen { alert_below: 100, ..chosen(Some("ops@shop.test")) }, None);
    low();
    ships(&run, "o1", "u1");
    let mailbox = || {
        let webhooks = run.reader().webhooks(&run.shop).unwrap();
        webhooks.iter().find_map(Webhook::mailbox).map(str::to_owned)
    };
    assert_eq!(events(&run, "sms.low_balance"), [json!({ "free": 99, "alert_below": 100 })]);
    assert_eq!(
        (mails(&run), mailbox().as_deref()),
        (vec!["sms.low_balance".to_owned()], Some("ops@shop.test"))
    );
    // Another one from tomorrow on: from then on it is told.
    let tomorrow = START.plus_hours(24);
    settings(&run, Chosen { alert_below: 98, ..chosen(Some("boss@shop.test")) }, Some(tomorrow));
    assert_eq!(mailbox().as_deref(), Some("ops@shop.test"));
    run.advance(tomorrow);
    run.buys_sms("p2", 1);
    for order in ["o2", "o3", "o4"] {
        ships(&run, order, order);
    }
    assert_eq!((mails(&run).len(), mailbox().as_deref()), (2, Some("boss@shop.test")));
    // Nobody any more: what waited goes with it, the webhook goes on.
    settings(&run, Chosen { alert_below: 1_000, ..chosen(None) }, None);
    assert_eq!((mails(&run).len(), mailbox()), (0, None));
    ships(&run, "o5", "o5");
    let page = Page { after: None, limit: 100 };
    let to_hook = run.reader().deliveries(&run.shop, &id("w1"), DeliveryStatus::Pending, &page).unwrap();
    assert!(
        to_hook.len() >= 2 && to_hook.iter().all(|one| one.event_type == "sms.low_balance"),
        "{to_hook:?}"
    );
    run.assert_clean();
}

/// On and off and on again within one batch leaves it on.
#[test]
fn a_mailbox_that_is_named_again_in_the_same_batch_stays() {
    let run = opened(Run::in_memory().0);
    let put = |email: Option<&str>| {
        let chosen = Box::new(Chosen { alert_below: 1_000, ..chosen(email) });
        Command::Messages(MessageCommand::PutSettings { chosen, from: None, by: "key".into() })
    };
    for answer in run.many(vec![put(None), put(Some("ops@shop.test"))]) {
        answer.unwrap();
    }
    ships(&run, "o1", "u1");
    assert_eq!(mails(&run), ["sms.low_balance"]);
    run.assert_clean();
}

/// The mailbox is no webhook of the shop's: it can be neither removed nor given a secret as one, and takes no place of one.
#[test]
fn the_mailbox_is_no_webhook() {
    let run = opened(Run::in_memory().0);
    settings(&run, Chosen { alert_below: 1_000, ..chosen(Some("ops@shop.test")) }, None);
    ships(&run, "o1", "u1");
    assert_eq!(run.refused(Command::RemoveWebhook(Webhook::mailbox_id())), "not_found");
    let rotation =
        engine::Rotation { webhook_id: Webhook::mailbox_id(), secret: "x".into(), overlap_minutes: 0 };
    assert_eq!(run.refused(Command::RotateSecret(rotation)), "not_found");
    run.ok(Command::ReviveDeliveries(Webhook::mailbox_id()));
    assert_eq!(mails(&run), ["sms.low_balance"]);
}

/// A template that a provider refuses stops its notices, which is told.
#[test]
fn a_blocked_template_is_an_alert() {
    let run = opened(Run::in_memory().0);
    let template = Template::of_text(Lang::Zh, "您的订单{order}已发货。");
    let (kind, channel) = (Kind::Shipped, Channel::Sms);
    told(&run, MessageCommand::PutTemplate { kind, channel, template: Box::new(template), by: "key".into() });
    let message = ships(&run, "o1", "u1");
    let answer = Answered::Refused {
        code: domain::Code::TemplateBlocked,
        provider_code: Some("isv.SMS_TEMPLATE_ILLEGAL".into()),
        says: Says::TemplateBlocked,
    };
    told(&run, MessageCommand::Answered { message_id: message.message_id, answer });
    let body = json!({ "kind": "shipped", "channel": "sms", "version": 1, "provider_code": "isv.SMS_TEMPLATE_ILLEGAL" });
    assert_eq!(events(&run, "template.blocked"), [body]);
    assert_eq!(mails(&run), ["template.blocked"]);
}

/// What is stored as an event is read again for its mail, whatever the alert.
#[test]
fn an_alert_is_read_again_from_its_event() {
    let run = opened(Run::in_memory().0);
    let message = ships(&run, "o1", "u1");
    counts(&run, &message, 2);
    run.advance(morning(1));
    let body = events(&run, "sms.difference").remove(0);
    let alert = Alert::read("sms.difference", &body).unwrap();
    assert_eq!(alert.body(), body);
    let named = |name: &str| Shop { name: name.into(), ..shop("s1") };
    let mail = alert.mail(&named("茶\u{202e}铺 http://evil.com\r\nBcc: all@x.test"));
    assert!(
        !mail.subject.contains(['\r', '\n', '\u{202e}']) && !mail.subject.contains("evil.com"),
        "{mail:?}"
    );
    assert!(mail.zh.contains("2022-06-10：1条消息，我方计1条，服务商计2条"), "{mail:?}");
    assert!(mail.en.contains("2022-06-10: 1 of them, 1 segments by our count, 2 by theirs"), "{mail:?}");
    assert_eq!(Alert::read("order.settled", &body), None);
}
