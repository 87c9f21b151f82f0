//! What a shop's customers are told, what is left out and why, and what it costs.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod support;

use domain::{
    Code, Instant,
    event::Body,
    message::{
        Channel, Kind, MessageStatus,
        addressee::Consent,
        numbers::NumberKey,
        sending::{Delivery, Report},
        settings::{Caps, Chosen, Switch},
        template::Template,
        values::Values,
    },
    shop::QuietHours,
};
use engine::{Answered, Command, MessageCommand, Notice, Says};
use support::messages::*;
use support::presale::hours;
use support::*;

/// S2-R12, S2-R15, S2-R17, A-S2-9: a shop that asked for nothing tells nothing; what is not switched on is left out and
/// says so; each notice is told once, however often it is heard of.
#[test]
fn s2_r12_s2_r15_notices_follow_their_switches() {
    use {Channel::Sms, Channel::Wechat, MessageStatus::Sent, MessageStatus::Suppressed};
    let run = opened();
    places(&run, "quiet");
    assert!(log(&run, "quiet").is_empty());
    run.buys_sms("p", 100);
    settings(&run, on(&[Kind::Shipped]), None);
    places(&run, "o1");
    run.apply(&paid("o1", "pay1", PAYABLE, run.engine.now()));
    let shipped = shipped("o1", run.engine.now());
    run.apply(&shipped);
    run.event(&shipped);
    assert_eq!(
        log(&run, "o1"),
        [
            (Kind::PaymentReminder, Sms, Suppressed, Some(Code::SwitchedOff)),
            // The platform's own notice is always on (S2-R13), by both channels (A-S2-10).
            (Kind::PaymentSucceeded, Sms, Sent, None),
            (Kind::PaymentSucceeded, Wechat, Suppressed, Some(Code::TemplateMissing)),
            (Kind::Shipped, Sms, Sent, None),
        ]
    );
    // A-S2-11: what the platform sends is free, what the shop switched on is not.
    let shipped = sms(&run, "o1", Kind::Shipped).sending.unwrap().segments;
    assert_eq!(held(&run), (100 - u64::from(shipped), shipped.into(), 0));
    run.assert_clean();
}

/// S2-R11, S2-R16, T38: until the cut-over the platform sends for free, whatever was decided for later; from it on the
/// switches count.
#[test]
fn t38_s2_r11_s2_r16_the_cut_over() {
    let day = |text: &str| Instant::parse(text).unwrap();
    for (is_on, after) in [(false, Some(Code::SwitchedOff)), (true, None)] {
        let (store, clock) = (store_memory::MemoryStore::new(), day("2016-06-10T12:00:00+08:00"));
        let changes = port::Changes { sandbox_clock: Some(clock), ..port::Changes::default() };
        let mut opened: Box<dyn port::Store> = Box::new(store);
        opened.transact(&mut |tx| tx.write(&changes)).unwrap();
        let run = Run::on(opened);
        run.ok(Command::PutShop(Box::new(shop("s1"))));
        run.buys_sms("p", 100);
        let kinds = if is_on { vec![Kind::PaymentReminder] } else { vec![] };
        settings(&run, Chosen { reminder_after_minutes: 30, ..on(&kinds) }, None);
        // Due a second before the cut-over, and at it.
        for (order, due) in [("before", "2016-06-14T23:59:59+08:00"), ("after", "2016-06-15T00:00:00+08:00")]
        {
            run.advance(day(due).plus_minutes(-30).max(run.engine.now()));
            run.apply(&placed(order, "u1", day(due).plus_minutes(-30)));
        }
        run.advance(day("2016-06-15T01:00:00+08:00"));
        let free = sms(&run, "before", Kind::PaymentReminder);
        assert_eq!((free.status, free.code), (MessageStatus::Sent, None), "on: {is_on}");
        let then = sms(&run, "after", Kind::PaymentReminder);
        assert_eq!(then.code, after, "on: {is_on}");
        let cost = then.sending.map_or(0, |sending| sending.segments);
        assert_eq!(held(&run), (100 - u64::from(cost), cost.into(), 0), "on: {is_on}");
    }
}

/// S2-R14, A-S2-12, A-S2-13: all segments or none, held when it is let out, spent when it is taken, back when it is not;
/// a recharge sends nothing that was missed, and counts once.
#[test]
fn s2_r14_a_s2_12_a_s2_13_the_wallet() {
    let run = opened();
    settings(&run, on(&[Kind::Shipped]), None);
    let ships = |order: &str| {
        places(&run, order);
        run.apply(&paid(order, &format!("pay {order}"), PAYABLE, run.engine.now()));
        run.apply(&shipped(order, run.engine.now()));
        sms(&run, order, Kind::Shipped)
    };
    assert_eq!(ships("o1").code, Some(Code::NoBalance));
    run.buys_sms("p", 2);
    run.buys_sms("p", 2);
    assert_eq!(sms(&run, "o1", Kind::Shipped).code, Some(Code::NoBalance), "it is not sent later");
    let other =
        MessageCommand::BuyPack { purchase_id: id("p"), segments: 3, expires_at: None, by: "key".into() };
    assert_eq!(run.refused(Command::Messages(other)), "idempotency_conflict");
    let (two, three) = (ships("o2"), ships("o3"));
    assert_eq!(held(&run), (0, 2, 0));
    answer(&run, &two, TAKEN);
    answer(&run, &two, TAKEN);
    assert_eq!(held(&run), (0, 1, 1));
    let refused = Answered::Refused {
        code: Code::ProviderFailed,
        provider_code: Some("isv.X".into()),
        says: Says::Nothing,
    };
    answer(&run, &three, refused.clone());
    answer(&run, &three, refused);
    assert_eq!(held(&run), (1, 0, 1));
    let failed = sms(&run, "o3", Kind::Shipped);
    assert_eq!((failed.status, failed.code), (MessageStatus::Failed, Some(Code::ProviderFailed)));
    run.assert_clean();
}

/// S2-R14: that little is left is published once, also of a pack that is too small from the start.
#[test]
fn s2_r14_little_that_is_left_is_told() {
    let run = opened();
    let alerts = || {
        let outbox = run.reader().outbox(&run.shop, &all()).unwrap();
        outbox.iter().filter(|row| row.event_type == "sms.low_balance").count()
    };
    settings(&run, Chosen { alert_below: 5, ..on(&[Kind::Shipped]) }, None);
    run.buys_sms("small", 3);
    assert_eq!(alerts(), 1);
    run.buys_sms("large", 3);
    for order in ["o1", "o2"] {
        places(&run, order);
        run.apply(&shipped(order, run.engine.now()));
    }
    assert_eq!((alerts(), held(&run).0), (2, 4));
    run.buys_sms("larger", 10);
    assert_eq!(alerts(), 2);
}

/// T27, A-S1-18: the SMS of a presale follow the presale's own word, and the pack.
#[test]
fn a_s1_18_t27_a_pack_of_ten() {
    use support::presale::Offer;
    let run = Run::in_memory().0.with_presale(&Offer::default());
    let before = held(&run).0;
    run.deposit("o1", "u1", at(0));
    run.advance(hours(24 * 14));
    for kind in [Kind::BalanceOpening, Kind::BalanceClosing] {
        let message = sms(&run, "o1", kind);
        assert_eq!(message.sending.as_ref().unwrap().segments, 1);
        answer(&run, &message, TAKEN);
    }
    assert_eq!(held(&run), (before - 2, 0, 2));
    run.assert_clean();
}

/// A-S2-19: reports are matched on the number, told twice count once, and a failed segment fails the message; one that
/// comes before the answer says that it was taken.
#[test]
fn a_s2_19_delivery_reports() {
    let run = opened();
    run.buys_sms("p", 10);
    settings(&run, on(&[Kind::Shipped]), None);
    let (own, other) = (number(&run, "u1", "a"), NumberKey::try_new(&"b".repeat(32)).unwrap());
    places(&run, "o1");
    run.apply(&paid("o1", "pay1", PAYABLE, run.engine.now()));
    run.apply(&shipped("o1", run.engine.now()));
    let message_id = sms(&run, "o1", Kind::Shipped).message_id;
    let report = |part: u32, is_delivered: bool, number: &NumberKey| {
        let (code, at) = ("DELIVRD".to_owned(), run.engine.now());
        let report = Report { part: Some(part), is_delivered, code, segments: None, at, is_charged: true };
        let (message_id, numbers) = (message_id.clone(), Some(vec![number.clone()]));
        Command::Messages(MessageCommand::Reported { message_id, numbers, report: Box::new(report) })
    };
    assert_eq!(run.refused(report(1, true, &other)), "not_found", "a stranger's");
    assert_eq!(held(&run).1, 1);
    run.ok(report(1, false, &own));
    run.ok(report(2, true, &own));
    run.ok(report(1, false, &own));
    let message = sms(&run, "o1", Kind::Shipped);
    assert_eq!((message.status, message.code), (MessageStatus::Failed, Some(Code::ProviderFailed)));
    let sending = message.sending.clone().unwrap();
    assert_eq!((sending.delivery(), sending.provider_segments), (Some(Delivery::Failed), Some(2)));
    answer(&run, &message, TAKEN);
    assert_eq!(held(&run), (9, 0, 1), "it was taken, and is charged");
    run.assert_clean();
}

/// A-S2-14: an offer wants consent, and a reply against it stands until the customer agrees anew.
#[test]
fn a_s2_14_consent_and_opt_out() {
    let run = opened();
    run.buys_sms("p", 100);
    settings(&run, on(&[Kind::Marketing]), None);
    let number = number(&run, "u1", "a");
    let posts = |message: &str| {
        let shop = run.reader().shop(&run.shop).unwrap().unwrap();
        let notice = Notice {
            message_id: id(message),
            kind: Kind::Marketing,
            customer_id: id("u1"),
            order_id: None,
            values: Values::read(Kind::Marketing, &serde_json::Map::new(), &shop).unwrap(),
        };
        run.ok(Command::Messages(MessageCommand::Post(Box::new(notice))));
        run.reader().message(&run.shop, &id(message)).unwrap().unwrap().code
    };
    let says = |given: bool| {
        let (at, source, told_by) = (run.engine.now(), "checkout".to_owned(), "key".to_owned());
        let consent = Box::new(Consent { given, at, source, told_at: at, told_by });
        told(&run, MessageCommand::PutConsent { customer_id: id("u1"), consent });
    };
    assert_eq!(posts("m1"), Some(Code::NoConsent));
    says(true);
    let sent = posts("m2");
    assert!(sent != Some(Code::NoConsent), "{sent:?}");
    run.advance(run.engine.now().plus_minutes(5));
    told(&run, MessageCommand::OptOut { number, at: run.engine.now() });
    assert_eq!(posts("m3"), Some(Code::NoConsent));
    run.advance(run.engine.now().plus_minutes(5));
    says(true);
    assert!(posts("m4") != Some(Code::NoConsent));
    says(false);
    assert_eq!(posts("m5"), Some(Code::NoConsent));
}

/// A-S2-20: a subscription message takes a grant, and the provider's word that there is none empties the wallet.
#[test]
fn a_s2_20_grants_of_subscription_messages() {
    let run = opened();
    let wechat = Switch { sms: false, wechat: true };
    settings(&run, Chosen { switches: [(Kind::Shipped, wechat)].into(), ..Chosen::default() }, None);
    let template: Template = serde_json::from_value(serde_json::json!({
        "wechat": { "template_id": "TPL", "data": { "thing1": "{goods}", "character_string2": "{order}" } }
    }))
    .unwrap();
    told(
        &run,
        MessageCommand::PutTemplate {
            kind: Kind::Shipped,
            channel: Channel::Wechat,
            template: Box::new(template),
            by: "key".into(),
        },
    );
    told(&run, MessageCommand::Grant { customer_id: id("u1"), template: "TPL".into(), count: 3 });
    let ships = |order: &str| {
        places(&run, order);
        run.apply(&paid(order, &format!("pay-{order}"), PAYABLE, run.engine.now()));
        run.apply(&shipped(order, run.engine.now()));
        run.messages(order).into_iter().find(|m| m.kind == Kind::Shipped).unwrap()
    };
    let left = || run.reader().addressee(&run.shop, &id("u1")).unwrap().unwrap().grants("TPL");
    let sent = ships("o1");
    assert_eq!((sent.status, sent.code, left()), (MessageStatus::Sent, None, 2));
    let refused = |says| Answered::Refused { code: Code::NoGrant, provider_code: Some("43101".into()), says };
    answer(&run, &sent, refused(Says::Nothing));
    assert_eq!(left(), 3, "it was not sent: the grant is there again");
    answer(&run, &ships("o2"), refused(Says::NoGrant));
    assert_eq!(left(), 0);
    assert_eq!(ships("o3").code, Some(Code::NoGrant));
    run.assert_clean();
}

/// Caps by number, whoever the customers are; quiet hours put off, deadlines leave out.
#[test]
fn a_number_hears_so_much_and_nothing_in_quiet_hours() {
    let run = opened();
    run.buys_sms("p", 100);
    let caps = Caps { minute: 1, hour: 2, day: 3 };
    let quiet = QuietHours::try_new("22:00", "07:00").unwrap();
    settings(
        &run,
        Chosen { caps, quiet_hours: [(Channel::Sms, quiet)].into(), ..on(&[Kind::Shipped]) },
        None,
    );
    number(&run, "u1", "a");
    number(&run, "u2", "a");
    let ships = |order: &str, customer: &str| {
        run.apply(&placed(order, customer, run.engine.now()));
        run.apply(&shipped(order, run.engine.now()));
        sms(&run, order, Kind::Shipped)
    };
    assert_eq!(ships("o1", "u1").code, None);
    assert_eq!(ships("o2", "u2").code, Some(Code::MinuteCap));
    // 22:30 in the shop: it waits for the morning.
    run.advance(hours(22).plus_minutes(30));
    let waits = ships("o3", "u1");
    assert_eq!((waits.status, waits.due_at), (MessageStatus::Planned, hours(24 + 7)));
    run.advance(hours(24 + 7));
    assert_eq!(sms(&run, "o3", Kind::Shipped).status, MessageStatus::Sent);
    run.assert_clean();
}

/// A reminder by SMS: planned with the order, left out once it is paid.
#[test]
fn a_reminder_is_left_out_once_the_order_is_paid() {
    let run = opened();
    run.buys_sms("p", 100);
    settings(&run, on(&[Kind::PaymentReminder]), None);
    places(&run, "o1");
    places(&run, "o2");
    assert_eq!(sms(&run, "o1", Kind::PaymentReminder).status, MessageStatus::Planned);
    run.apply(&paid("o1", "pay1", PAYABLE, run.engine.now()));
    assert_eq!(sms(&run, "o1", Kind::PaymentReminder).code, Some(Code::OrderClosed));
    run.advance(run.engine.now().plus_minutes(30));
    assert_eq!(sms(&run, "o2", Kind::PaymentReminder).status, MessageStatus::Sent);
    let Body::Placed(_) = placed("o1", "u1", START).body else { panic!("it is placed") };
    run.assert_clean();
}

/// A template that its provider refuses is used no more until another is saved.
#[test]
fn a_blocked_template_is_used_no_more() {
    let run = opened();
    run.buys_sms("p", 100);
    settings(&run, on(&[Kind::Shipped]), None);
    let saves = |text: &str| {
        let template = Template::of_text(domain::Lang::Zh, text);
        let (kind, channel, by) = (Kind::Shipped, Channel::Sms, "key".to_owned());
        told(&run, MessageCommand::PutTemplate { kind, channel, template: Box::new(template), by });
    };
    let ships = |order: &str| {
        places(&run, order);
        run.apply(&shipped(order, run.engine.now()));
        sms(&run, order, Kind::Shipped)
    };
    saves("您的订单{order}已发货，商品：{goods}。");
    let sent = ships("o1");
    assert_eq!(sent.sending.as_ref().unwrap().template, Some(1));
    let says = Says::TemplateBlocked;
    answer(
        &run,
        &sent,
        Answered::Refused { code: Code::TemplateBlocked, provider_code: Some("isv.T".into()), says },
    );
    assert_eq!(ships("o2").code, Some(Code::TemplateBlocked));
    saves("您的订单{order}（{goods}）已经发货。");
    assert_eq!(ships("o3").sending.unwrap().template, Some(2));
}

/// Messages call the goods by the title of the order's first line, cleaned and cut; by its SKU where there is no title, or
/// nothing of it can be shown. What goods are called makes no other order of it.
#[test]
fn goods_are_called_by_their_title() {
    let run = opened();
    run.buys_sms("p", 100);
    settings(&run, on(&[Kind::Shipped]), None);
    let places = |order: &str, event_id: &str, title: Option<&str>| {
        let mut placing = placing(order, "u1");
        placing.lines[0].title = title.map(str::to_owned);
        run.event(&event(event_id, Body::Placed(Box::new(placing)), START))
    };
    for (order, title, called) in [
        ("o1", Some("明前龙井 茶叶礼盒"), "明前龙井 茶叶礼盒 等3件"),
        ("o2", Some("\u{202e}【特价】龙井\n看http://evil.com/a"), "特价 龙井 看 等3件"),
        (
            "o3",
            Some("一二三四五六七八九十一二三四五六七八九十一二三四五"),
            "一二三四五六七八九十一二三四五六七八九… 等3件",
        ),
        ("o4", Some("\u{3164}\u{200b}"), "sku-1 等3件"),
        ("o5", Some("  "), "sku-1 等3件"),
        ("o6", None, "sku-1 等3件"),
    ] {
        assert_eq!(places(order, order, title).outcome, engine::EventOutcome::Applied, "{order}");
        run.apply(&shipped(order, run.engine.now()));
        let message_id = sms(&run, order, Kind::Shipped).message_id;
        let said = run.reader().dispatch(&run.shop, &message_id).unwrap().unwrap().said.unwrap();
        assert!(said.text.contains(&format!("（{called}）")), "{order}: {}", said.text);
    }
    assert_eq!(places("o1", "again", None).outcome, engine::EventOutcome::Duplicate);
    assert_eq!(run.order("o1").lines[0].title.as_deref(), Some("明前龙井 茶叶礼盒"));
    let long = "长".repeat(201);
    let refused = places("o7", "o7", Some(&long));
    let (field, code) = (&refused.violations[0].field, refused.violations[0].code);
    assert_eq!((field.as_str(), code), ("lines[0].title", Code::TooLongText));
    assert_eq!(places("o7", "o7 again", Some(&long[..600])).outcome, engine::EventOutcome::Applied);
    run.assert_clean();
}
