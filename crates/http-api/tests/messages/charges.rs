//! What a delivery that failed costs, from a provider's report to the shop's wallet (A-S2-12).

use crate::support::{SECRET, Service};
use http_api::CallbackCaller;
use relay::SigningSecret;
use relay::message::codes::ChargesFailed;
use relay::signature::signature_header;
use serde_json::{Value, json};

const WEBHOOK_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A shop that has let one message of a segment out to a number, of ten that it bought; the message's id.
fn opened(caller: CallbackCaller, phone: &str) -> (Service, String) {
    let service = Service::called_by(caller);
    service.post("sms-packs", &json!({ "purchase_id": "p1", "segments": 10 }));
    service.put("message-settings", &json!({ "kinds": { "shipped": { "sms": true } } }));
    service.put("customers/u1/contact", &json!({ "phone": phone }));
    let id = service.ships("o1")["message_id"].as_str().unwrap().to_owned();
    (service, id)
}

/// Free, reserved and sent.
fn wallet(service: &Service) -> [u64; 3] {
    let wallet = service.get("sms-wallet");
    ["free", "reserved", "sent"].map(|part| wallet[part].as_u64().unwrap())
}

fn tells(service: &Service, body: &Value) {
    service.is(200, "POST", &format!("/callbacks/{SECRET}/receipts"), body);
}

/// A-S2-12: Aliyun charges by the carrier's report in China, and for what it took abroad: told that a message failed,
/// its segment goes back once, or stays spent; the message has failed either way.
#[test]
fn a_s2_12_aliyun_gives_back_in_china_alone() {
    for (phone, theirs, after) in
        [("13800138000", "13800138000", [10, 0, 0]), ("+85251234567", "85251234567", [9, 0, 1])]
    {
        let (service, id) = opened(CallbackCaller::Aliyun, phone);
        assert_eq!(wallet(&service), [9, 1, 0]);
        let report = json!([{ "phone_number": theirs, "report_time": "2030-06-10 10:00:02", "success": false,
            "err_code": "MK:0001", "sms_size": "1", "biz_id": "B1", "out_id": format!("tea:{id}") }]);
        tells(&service, &report);
        tells(&service, &report);
        assert_eq!(wallet(&service), after, "{phone}");
        let log = service.get("messages?order_id=o1&status=failed");
        let message = &log["data"][0];
        assert_eq!((&message["delivery"], &message["provider_code"]), (&json!("failed"), &json!("MK:0001")));
    }
}

/// A-S2-12: Tencent Cloud charges for what it handed to a carrier.
#[test]
fn a_s2_12_tencent_gives_nothing_back() {
    let (service, id) = opened(CallbackCaller::Tencent, "13800138000");
    let answer = engine::Answered::Taken { provider_id: Some("2019:1".into()), segments: Some(1) };
    let command = engine::MessageCommand::Answered { message_id: id.parse().unwrap(), answer };
    service.tell(engine::Command::Messages(command));
    tells(
        &service,
        &json!({ "nationcode": "86", "mobile": "13800138000", "report_status": "FAIL", "errmsg": "MK:0001",
            "sid": "2019:1" }),
    );
    assert_eq!(wallet(&service), [9, 0, 1]);
    assert_eq!(service.get("messages?order_id=o1&status=failed")["data"][0]["provider_code"], "MK:0001");
}

/// A-S2-12: a program of the operator's charges as its settings say, or as it says of one report.
#[test]
fn a_s2_12_an_own_provider_gives_back_as_it_is_set() {
    for (charges, said, after) in [
        (true, Value::Null, [9, 0, 1]),
        (false, Value::Null, [10, 0, 0]),
        (true, json!(false), [10, 0, 0]),
        (false, json!(true), [9, 0, 1]),
    ] {
        let secret = SigningSecret::parse(WEBHOOK_SECRET).unwrap();
        let charges_failed = ChargesFailed { in_china: charges, abroad: charges };
        let caller = CallbackCaller::Signed { secrets: vec![secret.clone()], charges_failed };
        let (service, id) = opened(caller, "13800138000");
        let report = json!({ "our_id": format!("tea:{id}"), "phone": "+8613800138000", "is_delivered": false,
            "code": "UNDELIV", "is_charged": said });
        let body = json!({ "reports": [report] }).to_string();
        let seconds = service.outside_seconds();
        let signature = signature_header(&[secret], "c1", seconds, &body);
        let headers = [
            ("webhook-id", "c1".to_owned()),
            ("webhook-timestamp", seconds.to_string()),
            ("webhook-signature", signature),
        ];
        let (status, answer) = service.calls_back("receipts", &headers, &body);
        assert_eq!(status, 200, "{answer}");
        assert_eq!(wallet(&service), after, "charges: {charges}, says: {said}");
    }
}
