//! What providers tell in bodies of many: each element counts by itself (A-S2-14, A-S2-19).

use crate::support::{SECRET, Service};
use engine::{Answered, Command, MessageCommand};
use http_api::CallbackCaller;
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
