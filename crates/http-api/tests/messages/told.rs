//! What providers tell in bodies of many: each element counts by itself (A-S2-14, A-S2-19).

use crate::support::{SECRET, Service};
use engine::{Answered, Command, MessageCommand};
use http_api::CallbackCaller;
use relay::SigningSecret;
use relay::message::codes::ChargesFailed;
use relay::signature::signature_header;
use serde_json::{Value, json};

fn tells(service: &Service, to: &str, body: &Value) {
    service.is(200, "POST", &format!("/callbacks/{SECRET}/{to}"), body);
}

/// A shop that lets SMS out to a number.
fn opened(caller: CallbackCaller) -> Service {
    let service = Service::called_by(caller);
    service.post("sms-packs", &json!({ "purchase_id": "p1", "segments": 100 }));
    let settings = json!({ "kinds": { "shipped": { "sms": true } }, "caps": { "minute": 100, "hour": 100, "day": 100 } });
    service.put("message-settings", &settings);
    service.put("customers/u1/contact", &json!({ "phone": "13800138000" }));
    service
}

fn ships(service: &Service, order: &str) -> String {
    service.ships(order)["message_id"].as_str().unwrap().to_owned()
}

fn log(service: &Service, order: &str) -> Value {
    let log = service.get(&format!("messages?order_id={order}"));
    log["data"].as_array().unwrap().iter().find(|one| one["kind"] == "shipped").unwrap().clone()
}

fn wallet(service: &Service) -> [u64; 3] {
    let wallet = service.get("sms-wallet");
    ["free", "reserved", "sent"].map(|part| wallet[part].as_u64().unwrap())
}

/// A-S2-19: in a body of more elements than are looked up at once stand reports of several messages, of parts of one of
/// which the first failed, doubled, poisoned and of strangers; each is handled by itself, however often the body comes.
#[test]
fn a_s2_19_an_array_of_many_reports() {
    let service = opened(CallbackCaller::Aliyun);
    let ids: Vec<String> = (0..4).map(|number| ships(&service, &format!("o{number}"))).collect();
    let report = |phone: &str, id: &str, success: bool, at: usize| {
        json!({ "phone_number": phone, "report_time": format!("2030-06-10 09:59:{:02}", at % 60), "success": success,
            "err_code": if success { "DELIVERED" } else { "MK:0001" }, "sms_size": "1", "out_id": format!("tea:{id}") })
    };
    let mut body: Vec<Value> = (0..2_400)
        .map(|at| match at % 4 {
            0 => json!({ "poison": at }),
            1 => report("13900139000", &ids[at % 3], true, at),
            2 => report("13800138000", "nobody", true, at),
            _ => json!(at),
        })
        .collect();
    let own = |id: &str, success: bool, at: usize| report("13800138000", id, success, at);
    // Before the end of the first thousand, at its seam, and far behind it.
    for (place, told) in [
        (0, own(&ids[0], true, 1)),
        (999, own(&ids[1], false, 1)),
        (1_000, own(&ids[1], true, 2)),
        (1_001, own(&ids[1], true, 3)),
        (2_399, own(&ids[2], true, 1)),
    ] {
        body[place] = told;
    }
    for _ in 0..2 {
        tells(&service, "receipts", &json!(body));
        let delivered: Vec<Value> =
            (0..4).map(|number| log(&service, &format!("o{number}"))["delivery"].clone()).collect();
        assert_eq!(delivered, [json!("delivered"), json!("failed"), json!("delivered"), Value::Null]);
        // Aliyun charges nothing for what failed in China; nothing was heard of the last.
        assert_eq!(wallet(&service), [97, 1, 2]);
    }
}

/// A-S2-19: a report of Tencent Cloud names its own id alone. Where it comes before the answer that tells the id, it is
/// taken in with the answer, in whatever order and however often both are told; one of a stranger is not.
#[test]
fn a_s2_19_a_report_before_the_answer() {
    let service = opened(CallbackCaller::Tencent);
    let report = |mobile: &str, serial: &str, status: &str| {
        json!({ "nationcode": "86", "mobile": mobile, "report_status": status, "errmsg": "MK:0001", "sid": serial,
            "user_receive_time": "2030-06-10 09:59:00" })
    };
    for (order, early, late) in [("o1", 2, 0), ("o2", 0, 1), ("o3", 1, 2)] {
        let id = ships(&service, order);
        let serial = format!("2019:{order}");
        for _ in 0..early {
            let stranger = report("13900139000", &serial, "FAIL");
            tells(&service, "receipts", &json!([stranger, report("13800138000", &serial, "SUCCESS")]));
        }
        assert_eq!(log(&service, order)["delivery"], Value::Null);
        let answer = Answered::Taken { provider_id: Some(serial.clone()), segments: Some(1) };
        service.tell(Command::Messages(MessageCommand::Answered { message_id: id.parse().unwrap(), answer }));
        for _ in 0..late {
            tells(&service, "receipts", &report("13800138000", &serial, "SUCCESS"));
        }
        let told = log(&service, order);
        assert_eq!(
            (&told["delivery"], &told["provider_id"]),
            (&json!("delivered"), &json!(serial)),
            "{order}"
        );
    }
    assert_eq!(wallet(&service), [97, 0, 3]);
}

/// A-S2-14: a reply is for the shops that have written to the number, and one that names a signature for those that have
/// written under it, also if they sign otherwise by now.
#[test]
fn a_s2_14_a_reply_is_for_the_shop_that_has_signed() {
    let reply = |signature: Value| {
        json!([
            { "phone_number": "13700137000", "send_time": "2030-06-10 10:00:03", "content": "TD" },
            { "phone_number": "13800138000", "send_time": "2030-06-10 10:00:03", "content": "T", "sign_name": signature },
            { "phone_number": "13800138000", "send_time": "2030-06-10 10:00:03", "content": "谢谢" },
        ])
    };
    for (signature, tea, mill) in [
        (json!("老街茶铺"), true, false),
        (json!("【磨坊】"), false, true),
        (json!("新名字"), true, true),
        (Value::Null, true, true),
    ] {
        let service = opened(CallbackCaller::Aliyun);
        ships(&service, "o1");
        service.put(
            "message-settings",
            &json!({ "kinds": { "shipped": { "sms": true } }, "signature": "改名茶铺" }),
        );
        let of_mill = |method: &str, rest: &str, body: &Value| {
            service.is(200, method, &format!("/v1/shops/mill{rest}"), body);
        };
        of_mill("PUT", "", &json!({ "name": "磨坊", "kind": "sop" }));
        of_mill("POST", "/sms-packs", &json!({ "purchase_id": "p1", "segments": 10 }));
        of_mill("PUT", "/message-settings", &json!({ "kinds": { "shipped": { "sms": true } } }));
        of_mill("PUT", "/customers/m1/contact", &json!({ "phone": "+86 138 0013 8000" }));
        let dispute = json!({ "message_id": "d1", "kind": "shipped", "customer_id": "m1", "variables": { "order": "o9", "goods": "面粉" } });
        of_mill("POST", "/messages", &dispute);
        tells(&service, "replies", &reply(signature.clone()));
        let opted_out = |shop: &str, customer: &str| {
            let path = format!("/v1/shops/{shop}/customers/{customer}/consents");
            !service.is(200, "GET", &path, &Value::Null)["opted_out_at"].is_null()
        };
        assert_eq!((opted_out("tea", "u1"), opted_out("mill", "m1")), (tea, mill), "{signature}");
    }
}

const WEBHOOK_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A shop whose SMS go by a program of its operator's, which signs.
fn signing() -> Service {
    let secrets = vec![SigningSecret::parse(WEBHOOK_SECRET).unwrap()];
    opened(CallbackCaller::Signed { secrets, charges_failed: ChargesFailed::ALWAYS })
}

/// A body, signed under that id.
fn calls(service: &Service, id: &str, body: &str) -> (u16, Value) {
    let (secret, seconds) = (SigningSecret::parse(WEBHOOK_SECRET).unwrap(), service.outside_seconds());
    let headers = [
        ("webhook-id", id.to_owned()),
        ("webhook-timestamp", seconds.to_string()),
        ("webhook-signature", signature_header(&[secret], id, seconds, body)),
    ];
    service.calls_back("receipts", &headers, body)
}

/// A-S2-19: who signs names a message as it came, may leave the number out, and hears what came of each element, and why
/// of those that were not taken.
#[test]
fn a_s2_19_an_own_program_hears_what_came_of_its_reports() {
    let service = signing();
    let ids: Vec<String> = (0..3).map(|number| ships(&service, &format!("o{number}"))).collect();
    let body = json!({
        "reports": [
            { "shop_id": "tea", "message_id": ids[0], "is_delivered": true },
            { "our_id": format!("tea:{}", ids[1]), "is_delivered": false, "code": "UNDELIV" },
            { "shop_id": "tea", "message_id": ids[2], "phone": "13900139000", "is_delivered": true },
            { "shop_id": "tea", "message_id": "nobody", "is_delivered": true },
            { "shop_id": "mill", "message_id": ids[2], "is_delivered": true },
            { "shop_id": "tea", "message_id": ids[2], "is_delivered": true, "at": "yesterday" },
            { "provider_id": "unheard-of", "phone": "13900139000", "is_delivered": true },
            7,
        ],
        "replies": [
            { "phone": "13800138000", "text": "谢谢" },
            { "phone": "13700137000", "text": "TD" },
            { "phone": "13800138000", "text": "TD" },
        ],
    });
    let (status, answer) = calls(&service, "c1", &body.to_string());
    assert_eq!((status, &answer["taken"]), (200, &json!(3)), "{answer}");
    let not_taken =
        json!({ "unreadable": 2, "unknown_message": 4, "unknown_number": 1, "not_an_opt_out": 1 });
    assert_eq!(answer["not_taken"], not_taken);
    let named = answer["elements"].as_array().unwrap().iter();
    let mut named: Vec<String> = named
        .map(|one| {
            format!("{} {} {} {}", one["list"], one["element"], one["code"], one["field"]).replace('"', "")
        })
        .collect();
    named.sort();
    let expected = [
        "replies 0 not_an_opt_out null",
        "replies 1 unknown_number null",
        "reports 2 unknown_message null",
        "reports 3 unknown_message null",
        "reports 4 unknown_message null",
        "reports 5 unreadable at",
        "reports 6 unknown_message null",
        "reports 7 unreadable null",
    ];
    assert_eq!(named, expected);
    let delivered: Vec<Value> =
        (0..3).map(|number| log(&service, &format!("o{number}"))["delivery"].clone()).collect();
    assert_eq!(delivered, [json!("delivered"), json!("failed"), Value::Null]);
    assert!(!service.get("customers/u1/consents")["opted_out_at"].is_null());
    let again = calls(&service, "c1", &body.to_string());
    assert_eq!((again.0, &again.1["was_taken_before"], &again.1["taken"]), (200, &json!(true), &json!(0)));
    // Under another id it is read again: the same is taken, and changes nothing.
    let (_, third) = calls(&service, "c2", &body.to_string());
    assert_eq!((&third["taken"], &third["was_taken_before"]), (&json!(3), &json!(false)));
    assert_eq!(wallet(&service), [97, 1, 2]);
}

/// A-S2-19: a count beyond measure is told as a difference, and breaks neither the wallet nor the bill.
#[test]
fn a_s2_19_a_count_beyond_measure_breaks_no_bill() {
    let service = signing();
    let id = ships(&service, "o1");
    let report =
        json!({ "shop_id": "tea", "message_id": id, "is_delivered": true, "segments": 1_000_000_000 });
    let (status, answer) = calls(&service, "c1", &json!({ "reports": [report] }).to_string());
    assert_eq!((status, &answer["taken"]), (200, &json!(1)), "{answer}");
    assert_eq!(wallet(&service), [99, 0, 1]);
    let bill = service.get("sms-bill?from=2030-06-10T00:00:00%2B08:00&to=2030-06-11T00:00:00%2B08:00");
    assert_eq!((&bill["segments"], &bill["difference"]), (&json!(1), &json!(99)), "{bill}");
}

/// Each way in which a callback cannot be read, or is not believed, has its code, and says what is missing.
#[test]
fn a_s2_19_what_is_wrong_with_a_callback_is_said() {
    let service = signing();
    let too_large = format!("{{\"reports\": []{}}}", " ".repeat(1_048_576));
    for (body, status, code, says) in [
        ("<html>", 400, "malformed_body", "no JSON"),
        ("[]", 400, "malformed_body", "no JSON"),
        ("{\"report\": []}", 422, "invalid_body", "neither reports nor replies"),
        (too_large.as_str(), 413, "body_too_large", "1048576"),
    ] {
        let (found, answer) = calls(&service, "c1", body);
        assert_eq!((found, &answer["code"]), (status, &json!(code)), "{answer}");
        assert!(answer["detail"].as_str().unwrap().contains(says), "{answer}");
    }
    for (headers, names) in [
        (vec![], ["webhook-id", "webhook-timestamp", "webhook-signature"].as_slice()),
        (vec![("webhook-id", "c1".to_owned())], &["webhook-timestamp", "webhook-signature"]),
        (
            vec![("webhook-id", "c1".to_owned()), ("webhook-timestamp", "1".to_owned())],
            &["webhook-signature"],
        ),
    ] {
        let (status, answer) = service.calls_back("receipts", &headers, "{}");
        assert_eq!((status, &answer["code"]), (403, &json!("callback_refused")), "{answer}");
        let detail = answer["detail"].as_str().unwrap();
        assert!(detail.starts_with(&format!("{} missing", names.join(", "))), "{detail}");
    }
}
