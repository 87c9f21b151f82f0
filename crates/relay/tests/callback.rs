//! What providers tell afterwards (A-S2-19), and the signed callbacks of a generic provider.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use relay::SigningSecret;
use relay::message::callback::{self, CallbackRefusal, Signed, Taken};
use relay::message::codes::ChargesFailed;
use relay::message::report::{MOST_BYTES, MOST_ELEMENTS, Why};
use relay::message::{Bad, Recipient, Reply, Report, aliyun, tencent};
use relay::signature::signature_header;
use serde_json::{Value, json};
use support::SECRET;

const NOW: i64 = 1_735_689_600;
const ALWAYS: ChargesFailed = ChargesFailed::ALWAYS;

fn secret() -> SigningSecret {
    SigningSecret::parse(SECRET).unwrap()
}

fn other() -> SigningSecret {
    SigningSecret::try_from_bytes(vec![7; 32]).unwrap()
}

fn check(taken: &Taken, id: &str, stamp: i64, signed_body: &str, body: &str) -> Result<(), CallbackRefusal> {
    let signature = signature_header(&[secret()], id, stamp, signed_body);
    let timestamp = stamp.to_string();
    let signed = Signed { id, timestamp: &timestamp, signature: &signature };
    taken.check(&[other(), secret()], signed, body.as_bytes(), NOW)
}

#[test]
fn a_callback_is_taken_once_signed_and_of_these_minutes() {
    let taken = Taken::default();
    assert_eq!(check(&taken, "c1", NOW, "{}", "{}"), Ok(()));
    assert_eq!(check(&taken, "c1", NOW, "{}", "{}"), Ok(()), "it was not stored, and comes again");
    taken.keep("c1", NOW);
    assert_eq!(check(&taken, "c1", NOW, "{}", "{}"), Err(CallbackRefusal::Replayed));
    assert_eq!(check(&taken, "c2", NOW, "{}", "{} "), Err(CallbackRefusal::Forged));
    for (seconds, expected) in [
        (300, Ok(())),
        (-300, Ok(())),
        (301, Err(CallbackRefusal::Stale)),
        (-301, Err(CallbackRefusal::Stale)),
        (i64::MAX - NOW, Err(CallbackRefusal::Stale)),
    ] {
        assert_eq!(check(&taken, "c3", NOW + seconds, "{}", "{}"), expected, "{seconds}");
    }
}

#[test]
fn what_is_no_signature_is_forged() {
    let good = signature_header(&[secret()], "c1", NOW, "{}");
    let stamp = NOW.to_string();
    let judge = |id: &str, timestamp: &str, signature: &str| {
        let signed = Signed { id, timestamp, signature };
        Taken::default().check(&[secret()], signed, b"{}", NOW)
    };
    let many = format!("{}{good}", "v1,AAAA ".repeat(10));
    for (signature, expected) in [
        (good.clone(), Ok(())),
        (format!("v1,AAAA {good}"), Ok(())),
        (format!("v2,{good}"), Err(CallbackRefusal::Forged)),
        (many, Err(CallbackRefusal::Forged)),
        (good[3..].to_owned(), Err(CallbackRefusal::Forged)),
        ("v1,***".to_owned(), Err(CallbackRefusal::Forged)),
        (String::new(), Err(CallbackRefusal::Forged)),
    ] {
        assert_eq!(judge("c1", &stamp, &signature), expected, "{signature}");
    }
    assert_eq!(judge("c2", &stamp, &good), Err(CallbackRefusal::Forged), "the id is signed as well");
    assert_eq!(judge("c1", "soon", &good), Err(CallbackRefusal::Stale));
    for id in [String::new(), "c".repeat(257)] {
        let signed = signature_header(&[secret()], &id, NOW, "{}");
        assert_eq!(judge(&id, &stamp, &signed), Err(CallbackRefusal::Forged));
    }
    let unsigned = Signed { id: "c1", timestamp: &stamp, signature: &good };
    assert_eq!(Taken::default().check(&[], unsigned, b"{}", NOW), Err(CallbackRefusal::Forged));
}

/// What was taken is remembered while its time is good, and no longer.
#[test]
fn a_callback_is_remembered_as_long_as_it_could_come_again() {
    let taken = Taken::default();
    taken.keep("c1", NOW - 600);
    assert_eq!(check(&taken, "c1", NOW, "{}", "{}"), Err(CallbackRefusal::Replayed));
    let taken = Taken::default();
    taken.keep("c1", NOW - 601);
    assert_eq!(check(&taken, "c1", NOW, "{}", "{}"), Ok(()));
}

#[test]
fn more_than_can_be_remembered_are_refused() {
    let taken = Taken::default();
    for id in 0..100_000 {
        taken.keep(&format!("c{id}"), NOW);
    }
    assert_eq!(check(&taken, "new", NOW, "{}", "{}"), Err(CallbackRefusal::TooMany));
    assert_eq!(check(&taken, "c7", NOW, "{}", "{}"), Err(CallbackRefusal::Replayed));
}

fn report(our_id: Option<&str>, provider_id: Option<&str>) -> Report {
    Report {
        our_id: our_id.map(str::to_owned),
        message: None,
        provider_id: provider_id.map(str::to_owned),
        phone: Some(Recipient::new("+8613800138000")),
        part: None,
        is_delivered: true,
        code: "DELIVERED".to_owned(),
        segments: None,
        is_charged: true,
        at_micros: None,
    }
}

fn bad(element: usize, field: &'static str) -> Bad {
    Bad { element: Some(element), why: Why::Field(field) }
}

#[test]
fn a_generic_body_holds_reports_and_replies() {
    let at = "2025-01-01T08:00:00+08:00";
    let body = json!({
        "reports": [
            {"our_id": "s1:m1", "phone": "+8613800138000", "part": 2, "is_delivered": true, "code": "DELIVERED",
                "segments": 3, "at": at},
            {"phone": "+8613800138000", "is_delivered": true},
            {"provider_id": "p1", "phone": "13800138000", "is_delivered": true, "code": "DELIVERED"},
            {"our_id": "s1:m1", "phone": "+8613800138000", "is_delivered": "yes"},
        ],
        "replies": [{"phone": "+8613800138000", "text": "TD", "signature": "小店", "at": at}, {"phone": "1", "text": "T"}],
    });
    let told = callback::read(body.to_string().as_bytes(), ALWAYS).unwrap();
    let whole = Report {
        part: Some(2),
        segments: Some(3),
        at_micros: Some(NOW * 1_000_000),
        ..report(Some("s1:m1"), None)
    };
    let expected =
        [Ok(whole), Err(bad(1, "message_id")), Ok(report(None, Some("p1"))), Err(bad(3, "is_delivered"))];
    assert_eq!(told.reports, expected);
    let reply = Reply {
        phone: Recipient::new("+8613800138000"),
        text: "TD".to_owned(),
        signature: Some("小店".to_owned()),
        at_micros: Some(NOW * 1_000_000),
    };
    assert_eq!(told.replies, [Ok(reply), Err(bad(1, "phone"))]);
    for (body, why) in
        [("", Why::NotJson), ("[]", Why::NotJson), (&"x".repeat(MOST_BYTES + 1), Why::TooLarge)]
    {
        assert_eq!(callback::read(body.as_bytes(), ALWAYS), Err(Bad { element: None, why }));
    }
    for body in ["{}", r#"{"report": []}"#, r#"{"reports": null}"#] {
        let nothing = Bad { element: None, why: Why::Field("reports") };
        assert_eq!(callback::read(body.as_bytes(), ALWAYS), Err(nothing), "{body}");
    }
    let half = format!("[{}1]", "1,".repeat(MOST_ELEMENTS / 2));
    let both = format!(r#"{{"reports":{half},"replies":{half}}}"#);
    assert_eq!(callback::read(both.as_bytes(), ALWAYS), Err(Bad { element: None, why: Why::TooMany }));
}

/// A-S2-19: who signs names its message as it came, by shop and id, and may leave the phone out; what is there and cannot be
/// read is named.
#[test]
fn a_s2_19_a_signed_report_is_read_strictly() {
    let named =
        Report { message: Some(("s1".to_owned(), "m1".to_owned())), phone: None, ..report(None, None) };
    let whole = json!({"shop_id": "s1", "message_id": "m1", "is_delivered": true, "code": "DELIVERED"});
    let read = |body: &Value| {
        callback::read(json!({ "reports": [body] }).to_string().as_bytes(), ALWAYS).unwrap().reports.remove(0)
    };
    assert_eq!(read(&whole), Ok(named.clone()));
    for (field, value, expected) in [
        ("our_id", json!("s1:m1"), Ok(Report { our_id: Some("s1:m1".to_owned()), ..named.clone() })),
        ("our_id", json!("s1:m2"), Err("our_id")),
        ("message_id", Value::Null, Err("message_id")),
        ("shop_id", json!(""), Err("shop_id")),
        ("shop_id", json!([]), Err("shop_id")),
        (
            "phone",
            json!("13800138000"),
            Ok(Report { phone: Some(Recipient::new("+8613800138000")), ..named.clone() }),
        ),
        ("phone", json!("138"), Err("phone")),
        (
            "at",
            json!("2025-01-01T00:00:00Z"),
            Ok(Report { at_micros: Some(NOW * 1_000_000), ..named.clone() }),
        ),
        ("at", json!("2025-01-01 08:00:00"), Err("at")),
        ("at", json!("yesterday"), Err("at")),
        ("at", json!(NOW), Err("at")),
        ("at", Value::Null, Ok(named.clone())),
        ("segments", json!(2), Ok(Report { segments: Some(2), ..named.clone() })),
        ("segments", json!(0), Err("segments")),
        ("segments", json!(-1), Err("segments")),
        ("segments", json!("many"), Err("segments")),
        ("part", json!(1.5), Err("part")),
        ("code", json!({}), Err("code")),
        ("code", json!(7), Ok(Report { code: "7".to_owned(), ..named.clone() })),
    ] {
        let mut body = whole.clone();
        body[field] = value.clone();
        let expected = expected.map_err(|field| bad(0, field));
        assert_eq!(read(&body), expected, "{field}: {value}");
    }
    // Before its answer a message is known by the number alone.
    let stranger = json!({"provider_id": "p1", "is_delivered": true});
    assert_eq!(read(&stranger), Err(bad(0, "phone")));
    let reply = |at: Value| {
        let body = json!({ "replies": [{"phone": "13800138000", "text": "TD", "at": at}] });
        callback::read(body.to_string().as_bytes(), ALWAYS).unwrap().replies.remove(0)
    };
    assert_eq!(reply(json!("soon")), Err(bad(0, "at")));
    assert_eq!(reply(json!("2025-01-01T08:00:00+08:00")).unwrap().at_micros, Some(NOW * 1_000_000));
}

/// Field notes A.3: `sms_size` is a text, times are local, single and bulk come mixed.
#[test]
fn aliyun_reports_are_read_one_by_one() {
    let body = json!([
        {"phone_number": "13800138000", "send_time": "2025-01-01 08:00:00", "report_time": "2025-01-01 08:00:00",
            "success": true, "err_code": "DELIVERED", "err_msg": "用户接收成功", "sms_size": "2", "biz_id": "b1",
            "out_id": "s1:m1"},
        {"phone_number": "13800138000", "success": true, "err_code": "DELIVERED", "sms_size": 1, "biz_id": "b2"},
        {"phone_number": "13800138000", "success": "false", "err_code": "MK:0001", "sms_size": "", "biz_id": "b3"},
        {"phone_number": "1380013****", "success": true},
        {"phone_number": "13800138000"},
        {"phone_number": "13800138000", "success": true, "err_code": "DELIVERED", "sms_size": "many",
            "report_time": "soon"},
    ]);
    let expected = [
        Ok(Report {
            segments: Some(2),
            at_micros: Some(NOW * 1_000_000),
            ..report(Some("s1:m1"), Some("b1"))
        }),
        Ok(Report { segments: Some(1), ..report(None, Some("b2")) }),
        Ok(Report {
            is_delivered: false,
            code: "MK:0001".to_owned(),
            is_charged: false,
            ..report(None, Some("b3"))
        }),
        Err(bad(3, "phone_number")),
        Err(bad(4, "success")),
        Ok(report(None, None)),
    ];
    assert_eq!(aliyun::reports(body.to_string().as_bytes()), expected);
    let single =
        json!({"phone_number": "13800138000", "success": true, "err_code": "DELIVERED", "biz_id": "b2"});
    assert_eq!(aliyun::reports(single.to_string().as_bytes()), [Ok(report(None, Some("b2")))]);
}

#[test]
fn tencent_reports_are_read_one_by_one() {
    let body = json!([
        {"user_receive_time": "2025-01-01 08:00:00", "nationcode": "86", "mobile": "13800138000",
            "report_status": "SUCCESS", "errmsg": "DELIVERED", "description": "ok", "sid": "1"},
        {"nationcode": "86", "mobile": "13800138000", "report_status": "MAYBE", "sid": "2"},
        {"nationcode": "86", "mobile": "13800138000", "report_status": "SUCCESS"},
    ]);
    let first = Report { at_micros: Some(NOW * 1_000_000), ..report(None, Some("1")) };
    let expected = [Ok(first), Err(bad(1, "report_status")), Err(bad(2, "sid"))];
    assert_eq!(tencent::reports(body.to_string().as_bytes()), expected);
}

#[test]
fn replies_are_read_one_by_one() {
    let reply = |text: &str, signature: Option<&str>| Reply {
        phone: Recipient::new("+8613800138000"),
        text: text.to_owned(),
        signature: signature.map(str::to_owned),
        at_micros: Some(NOW * 1_000_000),
    };
    let body = json!([
        {"phone_number": "13800138000", "send_time": "2025-01-01 08:00:00", "content": "TD", "sign_name": "小店",
            "dest_code": "1234", "sequence_id": 1_234_567_890},
        {"phone_number": "13800138000", "send_time": "20250101080000", "content": 7, "sequence_id": "1"},
        {"phone_number": "13800138000", "content": ""},
    ]);
    let expected = [Ok(reply("TD", Some("小店"))), Ok(reply("7", None)), Err(bad(2, "content"))];
    assert_eq!(aliyun::replies(body.to_string().as_bytes()), expected);
    let body = json!({"extend": "", "mobile": "13800138000", "nationcode": "86", "sign": "小店", "text": "退订",
        "time": NOW});
    assert_eq!(tencent::replies(body.to_string().as_bytes()), [Ok(reply("退订", Some("小店")))]);
}

/// A-S2-12: a failed delivery costs where the provider's table says so: not with Aliyun in China, with Aliyun abroad and
/// with Tencent Cloud everywhere; of a program of the operator's as its settings say, or as the report itself says.
#[test]
fn a_s2_12_what_a_failed_delivery_costs_stands_in_the_providers_table() {
    let free = ChargesFailed { in_china: false, abroad: false };
    let own = |charges_failed, is_charged: Value, is_delivered: bool| {
        let report = json!({"our_id": "s1:m1", "phone": "+8613800138000", "is_delivered": is_delivered,
            "is_charged": is_charged});
        let body = json!({ "reports": [report] }).to_string();
        callback::read(body.as_bytes(), charges_failed).unwrap().reports.remove(0)
    };
    let aliyun = |number: &str, success: bool| {
        aliyun::reports(
            json!({"phone_number": number, "success": success, "biz_id": "b"}).to_string().as_bytes(),
        )
        .remove(0)
    };
    let tencent = |nation: &str, mobile: &str| {
        let one = json!({"nationcode": nation, "mobile": mobile, "report_status": "FAIL", "sid": "1"});
        tencent::reports(one.to_string().as_bytes()).remove(0)
    };
    for (name, report, is_charged) in [
        ("aliyun in China", aliyun("13800138000", false), false),
        ("aliyun abroad", aliyun("85251234567", false), true),
        ("aliyun delivered", aliyun("13800138000", true), true),
        ("tencent in China", tencent("86", "13800138000"), true),
        ("tencent abroad", tencent("852", "51234567"), true),
        ("own, charged", own(ALWAYS, Value::Null, false), true),
        ("own, not charged", own(free, Value::Null, false), false),
        ("own, delivered", own(free, Value::Null, true), true),
        ("own, as it says", own(ALWAYS, json!(false), false), false),
    ] {
        assert_eq!(report.unwrap().is_charged, is_charged, "{name}");
    }
    assert_eq!(own(ALWAYS, json!("no"), false), Err(bad(0, "is_charged")));
}

/// A-S2-14: a number is read as it was sent, so that nobody's reply counts as another's: what reads as a number of mainland
/// China is one, as Aliyun is given no other of that form; Tencent Cloud names the country.
#[test]
fn a_s2_14_a_reply_is_its_senders_own() {
    let aliyun = |number: &str| {
        let body = json!([{ "phone_number": number, "content": "TD" }]).to_string();
        aliyun::replies(body.as_bytes()).remove(0).unwrap().phone
    };
    let tencent = |nation: &str, mobile: &str| {
        let body = json!({ "nationcode": nation, "mobile": mobile, "text": "TD" }).to_string();
        tencent::replies(body.as_bytes()).remove(0).unwrap().phone
    };
    for (told, number) in [
        (aliyun("13525550123"), "+8613525550123"),
        (aliyun("12125550123"), "+12125550123"),
        (aliyun("85251234567"), "+85251234567"),
        (tencent("86", "13525550123"), "+8613525550123"),
        (tencent("1", "3525550123"), "+13525550123"),
        (tencent("852", "51234567"), "+85251234567"),
    ] {
        assert_eq!(told.expose(), number);
    }
}

/// What the providers look at in the answer.
#[test]
fn answers_are_what_providers_want_to_hear() {
    let read = |answer| serde_json::from_str::<serde_json::Value>(answer).unwrap();
    assert!(read(aliyun::ANSWER)["code"].is_number());
    assert_eq!(read(tencent::ANSWER), json!({"result": 0, "errmsg": "OK"}));
}
