//! Numbers: counted and heeded under every key that they are known by, and looked for before anything is held.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use domain::{
    Code, ShopId,
    message::{
        Channel, Kind, MessageStatus,
        addressee::Consent,
        numbers::NumberKey,
        sending::{Delivery, Report, Stage},
        settings::{Caps, Chosen, Switch},
        values::Values,
    },
};
use engine::{
    Answered, Command, Engine, EngineClock, Input, MessageCommand, Notice, Platform, Says,
    clock::SandboxClock,
};
use std::sync::Arc;
use support::messages::*;
use support::*;

fn capped(run: &Run, caps: Caps) {
    run.buys_sms("p", 100);
    settings(run, Chosen { caps, ..on(&[Kind::Shipped, Kind::Marketing]) }, None);
}

/// A-S2-14, threat 29: after the contact keys were changed a number hears no more than before, whoever told it before and
/// whoever after; what did not go out is counted under none of them.
#[test]
fn caps_look_at_a_number_under_every_key() {
    for first_is_older in [true, false] {
        let run = opened();
        capped(&run, Caps { minute: 100, hour: 2, day: 100 });
        // The same number: told before the key was changed, and after.
        number(&run, "older", "a");
        number(&run, "newer", "ba");
        let whose = if first_is_older { ["older", "newer"] } else { ["newer", "older"] };
        let one = ships(&run, "o1", whose[0]);
        assert_eq!((one.code, ships(&run, "o2", whose[1]).code), (None, None));
        assert_eq!(ships(&run, "o3", "older").code, Some(Code::HourCap), "{whose:?}");
        assert_eq!(ships(&run, "o4", "newer").code, Some(Code::HourCap), "{whose:?}");
        answer(
            &run,
            &one,
            Answered::Refused { code: Code::ProviderFailed, provider_code: None, says: Says::Nothing },
        );
        assert_eq!(ships(&run, "o5", "newer").code, None, "a place is free again, whoever had it");
        assert_eq!(ships(&run, "o6", "older").code, Some(Code::HourCap));
        run.assert_clean();
    }
}

/// A-S2-14: who has opted out under an older key is written no offers after a newer one came, until they agree anew.
#[test]
fn an_opt_out_stands_under_every_key() {
    let run = opened();
    capped(&run, Caps::default());
    let older = number(&run, "u1", "a");
    let agrees = || {
        let (at, source, told_by) = (run.engine.now(), "checkout".to_owned(), "key".to_owned());
        let consent = Box::new(Consent { given: true, at, source, told_at: at, told_by });
        told(&run, MessageCommand::PutConsent { customer_id: id("u1"), consent });
    };
    let offers = |message: &str| {
        let shop = run.reader().shop(&run.shop).unwrap().unwrap();
        let given = serde_json::json!({ "offer": "新茶八折" });
        let values = Values::read(Kind::Marketing, given.as_object().unwrap(), &shop).unwrap();
        let (message_id, customer_id) = (id(message), id("u1"));
        let notice = Notice { message_id, kind: Kind::Marketing, customer_id, order_id: None, values };
        told(&run, MessageCommand::Post(Box::new(notice)));
        run.reader().message(&run.shop, &id(message)).unwrap().unwrap().code
    };
    agrees();
    assert_eq!(offers("m1"), None);
    run.advance(run.engine.now().plus_minutes(1));
    told(&run, MessageCommand::OptOut { number: older, at: run.engine.now() });
    number(&run, "u1", "ba");
    assert_eq!(offers("m2"), Some(Code::NoConsent));
    run.advance(run.engine.now().plus_minutes(1));
    agrees();
    assert_eq!(offers("m3"), None);
}

/// A notice that follows in the same batch counts against the number that was just told, or against nobody's.
#[test]
fn a_number_told_in_the_same_batch_counts() {
    let run = opened();
    capped(&run, Caps { minute: 1, hour: 10, day: 10 });
    run.apply(&placed("o1", "u1", run.engine.now()));
    number(&run, "u2", "a");
    assert_eq!(ships(&run, "o2", "u2").code, None);
    let known = run.reader().addressee(&run.shop, &id("u2")).unwrap().unwrap().contact.unwrap();
    let tells = |contact: Option<domain::message::addressee::Contact>| {
        let (customer_id, contact) = (id("u1"), contact.map(Box::new));
        Command::Messages(MessageCommand::PutContact { customer_id, contact })
    };
    for outcome in run.many(vec![tells(Some(known)), ingest(&shipped("o1", run.engine.now()))]) {
        outcome.unwrap();
    }
    assert_eq!(sms(&run, "o1", Kind::Shipped).code, Some(Code::MinuteCap));
    run.apply(&placed("o3", "u1", run.engine.now()));
    for outcome in run.many(vec![tells(None), ingest(&shipped("o3", run.engine.now()))]) {
        outcome.unwrap();
    }
    assert_eq!(sms(&run, "o3", Kind::Shipped).code, None);
}

/// A-S2-9: where the carrier of a channel knows no customers, who has told no contact for it is left out and named as such,
/// and nothing is held for it; the other channel goes its way.
#[test]
fn who_cannot_be_reached_is_left_out_before_anything_is_held() {
    let clock = SandboxClock::unset(START.plus_hours(-2));
    let platform = Platform { needs_contact: vec![Channel::Sms], ..Platform::default() };
    let clock = EngineClock::Sandbox(Arc::new(clock));
    let engine = Engine::start_on(Box::new(store_memory::MemoryStore::new()), clock, platform).unwrap();
    let run = Run::of(engine, "s1");
    run.ok(Command::PutShop(Box::new(shop("s1"))));
    run.advance(START);
    capped(&run, Caps::default());
    let unknown = ships(&run, "o1", "u1");
    assert_eq!((unknown.status, unknown.code), (MessageStatus::Suppressed, Some(Code::NoContact)));
    assert_eq!((held(&run), unknown.sending), ((100, 0, 0), None));
    number(&run, "u1", "a");
    let known = ships(&run, "o2", "u1");
    assert_eq!((known.status, known.code), (MessageStatus::Sent, None));
    // An openid is no phone, and the other way round; WeChat's carrier knows the customers here.
    let wechat = Switch { sms: false, wechat: true };
    settings(&run, Chosen { switches: [(Kind::Received, wechat)].into(), ..Chosen::default() }, None);
    run.apply(&received("o1", run.engine.now()));
    let told = run.messages("o1").into_iter().find(|one| one.kind == Kind::Received).unwrap();
    assert_eq!((told.channel, told.code), (Channel::Wechat, Some(Code::TemplateMissing)));
    run.assert_clean();
}

/// A-S2-19: a report that names only the provider's id, and comes before the answer that tells it, is taken in with it;
/// one that names another number is not, nor one that came long before.
#[test]
fn a_s2_19_a_report_before_the_answer_waits_for_it() {
    let report = |code: &str, is_delivered: bool| {
        let (part, segments, at) = (None, Some(2), START);
        Box::new(Report { part, is_delivered, code: code.into(), segments, at, is_charged: true })
    };
    let tells = |run: &Run, number: &NumberKey, report: Box<Report>| {
        let (provider_id, numbers) = ("biz".to_owned(), vec![number.clone()]);
        let command = MessageCommand::ReportedEarly { provider_id, numbers, report };
        let input = Input::new(ShopId::platform(), Command::Messages(command));
        run.engine.submit_many_blocking(vec![input]).unwrap().remove(0).unwrap();
    };
    let biz = || Answered::Taken { provider_id: Some("biz".into()), segments: None };
    for (minutes, is_its, expected) in [(1, true, Some(Delivery::Failed)), (1, false, None), (61, true, None)]
    {
        let run = opened();
        capped(&run, Caps::default());
        let own = number(&run, "u1", "a");
        let message = ships(&run, "o1", "u1");
        let named = if is_its { own } else { NumberKey::try_new(&"c".repeat(32)).unwrap() };
        tells(&run, &named, report("UNDELIV", false));
        tells(&run, &named, report("UNDELIV", false));
        tells(&run, &named, report("DELIVRD", true));
        run.advance(run.engine.now().plus_minutes(minutes));
        // Another one makes those of an hour ago be forgotten.
        let (provider_id, numbers) = ("other".to_owned(), Vec::new());
        let other = MessageCommand::ReportedEarly { provider_id, numbers, report: report("x", true) };
        let input = Input::new(ShopId::platform(), Command::Messages(other));
        run.engine.submit_many_blocking(vec![input]).unwrap().remove(0).unwrap();
        for _ in 0..2 {
            answer(&run, &message, biz());
        }
        let found = sms(&run, "o1", Kind::Shipped);
        let sending = found.sending.unwrap();
        assert_eq!((sending.delivery(), sending.stage), (expected, Stage::Taken), "{minutes} {is_its}");
        assert_eq!(sending.reports().len(), if expected.is_some() { 2 } else { 0 });
        assert_eq!(held(&run), (99, 0, 1));
        assert_eq!(found.code, expected.map(|_| Code::ProviderFailed));
        run.assert_clean();
    }
}
