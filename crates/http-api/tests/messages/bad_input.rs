//! What nobody should send to the message centre: each is refused with its field and changes nothing, or does no harm.

use crate::support::{SECRET, Service};
use http_api::CallbackCaller;
use relay::SigningSecret;
use relay::message::codes::ChargesFailed;
use relay::signature::signature_header;
use serde_json::{Value, json};

const WEBHOOK_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const SHIPPED: &str = "message-templates/shipped/sms";

/// A shop with a pack of ten that tells by SMS that something was shipped, and one such message on its way.
fn opened(caller: CallbackCaller) -> (Service, String) {
    let service = Service::called_by(caller);
    service.post("sms-packs", &json!({ "purchase_id": "p1", "segments": 10 }));
    let caps = json!({ "minute": 50, "hour": 50, "day": 50 });
    service.put("message-settings", &json!({ "kinds": { "shipped": { "sms": true } }, "caps": caps }));
    service.put("customers/u1/contact", &json!({ "phone": "13800138000" }));
    let id = service.ships("o1")["message_id"].as_str().unwrap().to_owned();
    (service, id)
}

fn secret(text: &str) -> SigningSecret {
    SigningSecret::parse(text).unwrap()
}

/// The headers of a callback that is signed so.
fn signed(secret: &SigningSecret, id: &str, seconds: i64, body: &str) -> Vec<(&'static str, String)> {
    let signature = signature_header(std::slice::from_ref(secret), id, seconds, body);
    vec![
        ("webhook-id", id.to_owned()),
        ("webhook-timestamp", seconds.to_string()),
        ("webhook-signature", signature),
    ]
}

/// A-S2-19: a callback that nobody signed, that another signed, or signed for another body, another id or another time is
/// refused and changes nothing. One that is good counts; told again, it is thanked for and counts no second time.
#[test]
fn a_s2_19_forged_and_replayed_callbacks_change_nothing() {
    let own = secret(WEBHOOK_SECRET);
    let charges_failed = ChargesFailed { in_china: false, abroad: false };
    let (service, id) = opened(CallbackCaller::Signed { secrets: vec![own.clone()], charges_failed });
    let report = |is_delivered: bool| {
        let report = json!({ "our_id": format!("tea:{id}"), "phone": "+8613800138000", "is_delivered": is_delivered,
            "code": "UNDELIV" });
        json!({ "reports": [report] }).to_string()
    };
    let (failed, delivered, now) = (report(false), report(true), service.outside_seconds());
    let before = (service.get("sms-wallet"), service.get("messages"));
    let stranger = secret("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX");
    let of_another_id = signed(&own, "c1", now, &failed).into_iter().map(|(name, value)| match name {
        "webhook-id" => (name, "c2".to_owned()),
        _ => (name, value),
    });
    for (what, headers) in [
        ("unsigned", Vec::new()),
        ("of a stranger", signed(&stranger, "c1", now, &failed)),
        ("of another body", signed(&own, "c1", now, &delivered)),
        ("of another id", of_another_id.collect()),
        ("of an hour ago", signed(&own, "c1", now - 3_600, &failed)),
        ("of the next hour", signed(&own, "c1", now + 3_600, &failed)),
    ] {
        for to in ["receipts", "replies"] {
            let (status, answer) = service.calls_back(to, &headers, &failed);
            assert_eq!((status, &answer["code"]), (403, &json!("callback_refused")), "{what}: {answer}");
        }
    }
    let elsewhere = format!("/callbacks/{}/receipts", SECRET.replace('0', "1"));
    service.is(404, "POST", &elsewhere, &json!({}));
    assert_eq!((service.get("sms-wallet"), service.get("messages")), before);
    let good = signed(&own, "c1", now, &failed);
    assert_eq!(service.calls_back("receipts", &good, &failed).0, 200);
    let after = (service.get("sms-wallet"), service.get("messages"));
    assert_eq!(
        (&after.0["free"], &after.1["data"][1]["delivery"]),
        (&json!(10), &json!("failed")),
        "{after:?}"
    );
    for to in ["receipts", "replies", "receipts"] {
        assert_eq!(service.calls_back(to, &good, &failed).0, 200, "it is thanked for again");
    }
    // The same report under another id says nothing new.
    assert_eq!(service.calls_back("receipts", &signed(&own, "c3", now, &failed), &failed).0, 200);
    assert_eq!((service.get("sms-wallet"), service.get("messages")), after);
}

/// Templates that do not render are refused with the field at fault, and the one in use stays.
#[test]
fn templates_that_cannot_be_filled_are_refused() {
    let (service, _) = opened(CallbackCaller::Aliyun);
    service.put(SHIPPED, &json!({ "text": "您的订单{order}已发货。" }));
    let before = service.get(SHIPPED);
    let aliyun = |parameters: Value| json!({ "code": "SMS_1", "parameters": parameters });
    for (body, field, code) in [
        (json!({ "text": "您的订单{order}：{colour}" }), "text", "unknown_variable"),
        (json!({ "text": "您的包裹已发货。" }), "text", "variable_missing"),
        (json!({ "text": "您的订单{order" }), "text", "unbalanced_braces"),
        (json!({ "text": format!("{{order}}{}", "茶".repeat(600)) }), "text", "too_long_text"),
        (json!({ "text": "{order} 看 http://evil.com" }), "text", "foreign_link"),
        (json!({ "text": "{order}\u{202e}" }), "text", "forbidden_sign"),
        (json!({ "text": "{order}", "signature": "茶".repeat(30) }), "signature", "out_of_range"),
        (
            json!({ "text": "{order}", "providers": { "aliyun": aliyun(json!({ "order": "{nobody}" })) } }),
            "providers.aliyun.parameters.order",
            "unknown_variable",
        ),
        (
            json!({ "text": "{order}{goods}", "providers": { "aliyun": aliyun(json!({ "order": "{order}" })) } }),
            "providers.aliyun.parameters",
            "variable_missing",
        ),
        (json!({ "text": "{order}", "colour": "red" }), "colour", ""),
        (json!({ "text": 7 }), "text", ""),
    ] {
        for (method, rest) in [("PUT", SHIPPED.to_owned()), ("POST", format!("{SHIPPED}/preview"))] {
            let answer = service.is(422, method, &format!("/v1/shops/tea/{rest}"), &body);
            let found = &answer["violations"][0];
            assert_eq!(found["field"], field, "{body}: {answer}");
            assert!(code.is_empty() || found["code"] == code, "{body}: {answer}");
        }
    }
    let wechat = json!({ "wechat": { "template_id": "T", "data": { "thing1": "{amount}" } } });
    let answer = service.is(422, "PUT", "/v1/shops/tea/message-templates/shipped/wechat", &wechat);
    assert_eq!(answer["violations"][0]["field"], "wechat.data.thing1", "{answer}");
    assert_eq!(service.get(SHIPPED), before);
}

/// What a platform sends as variables: names that are none, and values of another type, are refused; a value that is too
/// long is cut, and never makes a text longer than its place.
#[test]
fn variables_of_a_notice_are_read_with_care() {
    let (service, _) = opened(CallbackCaller::Aliyun);
    let asks = |id: &str, variables: Value| json!({ "message_id": id, "kind": "dispute", "customer_id": "u1", "variables": variables });
    for (variables, field, code) in [
        (json!({ "colour": "red" }), "variables.colour", "unknown_variable"),
        (json!({ "deadline": "tomorrow" }), "variables.deadline", "value_invalid"),
        (json!({ "matter": 7 }), "variables.matter", "value_invalid"),
    ] {
        let answer = service.is(422, "POST", "/v1/shops/tea/messages", &asks("d1", variables));
        let found = &answer["violations"][0];
        assert_eq!((&found["field"], &found["code"]), (&json!(field), &json!(code)), "{answer}");
    }
    assert_eq!(service.get("messages?customer_id=u1&status=failed")["data"], json!([]));
    let template = json!({ "text": "您的订单{order}（{matter}）有新进展。" });
    service.put("message-templates/dispute/sms", &template);
    for (id, matter, said) in [
        ("d1", "退".repeat(5_000), "退退退退退退退退退退退退退退退退退退退…"),
        ("d2", "👨\u{200d}👩\u{200d}👧 换货".to_owned(), "👨\u{200d}👩\u{200d}👧 换货"),
        ("d3", "\u{202e}货换\u{2066} http://evil.com/a".to_owned(), "货换"),
        ("d4", "【官方】\r\n退款".to_owned(), "官方 退款"),
    ] {
        let mut asked = asks(id, json!({ "matter": matter, "order": "D-1" }));
        asked["order_id"] = json!("o1");
        let answer = service.post("messages", &asked);
        let sent = answer["data"].as_array().unwrap().iter().find(|one| one["channel"] == "sms").unwrap();
        assert_eq!(sent["status"], "sent", "{answer}");
        assert_eq!(service.text(id), format!("【老街茶铺】您的订单D-1（{said}）有新进展。"));
    }
    // A value of which nothing is left holds the message back, with nothing spent.
    let free = service.get("sms-wallet")["free"].clone();
    let mut asked = asks("d5", json!({ "matter": "\u{202e}\u{200b}" }));
    asked["order_id"] = json!("o1");
    let answer = service.post("messages", &asked);
    let held = answer["data"].as_array().unwrap().iter().find(|one| one["channel"] == "sms").unwrap();
    assert_eq!((&held["status"], &held["code"]), (&json!("suppressed"), &json!("value_invalid")), "{answer}");
    assert_eq!(service.get("sms-wallet")["free"], free);
}

/// Names that a shop, its buyers and its goods bring: emoji stay and count two, what turns the writing round, hides or
/// leads away is taken out, and a neutral word stands where nothing is left.
#[test]
fn names_bring_no_links_and_no_signs_of_direction() {
    let (service, _) = opened(CallbackCaller::Aliyun);
    for (number, (shop, sku, said)) in [
        (
            "茶\u{202e}铺 http://evil.com",
            "龙井\u{202e}100g",
            "【茶铺】您的订单n0（龙井100g）已发货，请您留意收货。",
        ),
        (
            "😀茶铺",
            "👨\u{200d}👩\u{200d}👧杯",
            "【😀茶铺】您的订单n1（👨\u{200d}👩\u{200d}👧杯）已发货，请您留意收货。",
        ),
        ("【官方】茶铺", "看 evil.com/领奖", "【官方 茶铺】您的订单n2（看 领奖）已发货，请您留意收货。"),
    ]
    .into_iter()
    .enumerate()
    {
        service.is(200, "PUT", "/v1/shops/tea", &json!({ "name": shop, "kind": "sop" }));
        let (order, customer) = (format!("n{number}"), format!("buyer{number}"));
        service.ships_of(&order, &customer, sku);
        let log = service.get(&format!("messages?order_id={order}"));
        let sent = log["data"].as_array().unwrap().iter().find(|one| one["kind"] == "shipped").unwrap();
        let text = service.text(sent["message_id"].as_str().unwrap());
        assert_eq!(text, said, "{shop}");
        let units: usize = text.encode_utf16().count();
        assert_eq!(sent["segments"], if units <= 70 { 1 } else { units.div_ceil(67) });
    }
}

/// A-S2-13: what is no pack is refused with its field, and the wallet stays; one id buys once.
#[test]
fn a_s2_13_what_is_no_pack_buys_nothing() {
    let (service, _) = opened(CallbackCaller::Aliyun);
    let before = (service.get("sms-wallet"), service.get("sms-packs"));
    let pack = |segments: Value| json!({ "purchase_id": "p2", "segments": segments });
    for segments in [
        json!(0),
        json!(1_000_000_000_000_u64),
        json!(-1),
        json!(1.5),
        json!("10"),
        json!(u64::MAX),
        Value::Null,
    ] {
        assert_eq!(
            service.refused(422, "POST", "sms-packs", &pack(segments.clone())).1,
            "segments",
            "{segments}"
        );
    }
    for (body, field) in [
        (json!({ "segments": 10 }), "purchase_id"),
        (json!({ "purchase_id": "", "segments": 10 }), "purchase_id"),
        (json!({ "purchase_id": "p 2", "segments": 10 }), "purchase_id"),
        (
            json!({ "purchase_id": "p2", "segments": 10, "expires_at": "2030-06-10T09:59:59+08:00" }),
            "expires_at",
        ),
        (json!({ "purchase_id": "p2", "segments": 10, "expires_at": "next year" }), "expires_at"),
        (json!({ "purchase_id": "p2", "segments": 10, "price": 1 }), "price"),
    ] {
        assert_eq!(service.refused(422, "POST", "sms-packs", &body).1, field, "{body}");
    }
    for other in [11, 9] {
        let body = json!({ "purchase_id": "p1", "segments": other });
        assert_eq!(service.refused(409, "POST", "sms-packs", &body).0, "idempotency_conflict");
    }
    let again = service.post("sms-packs", &json!({ "purchase_id": "p1", "segments": 10 }));
    assert_eq!(again, before.0, "one id buys once");
    assert_eq!((service.get("sms-wallet"), service.get("sms-packs")), before);
}

/// Phones of other countries are kept as they are dialled from anywhere; what has no country, or is none of its country's,
/// is refused and the contact stays.
#[test]
fn phones_of_other_countries() {
    let (service, _) = opened(CallbackCaller::Aliyun);
    let path = "customers/u2/contact";
    for (phone, shown) in [
        ("+852 5123 4567", "+852****567"),
        ("0085251234567", "+852****567"),
        ("+1 (212) 555-0123", "+121****123"),
        ("+44 (0)7911 123456", "+447****456"),
        ("+886 912 345 678", "+886****678"),
        // As it is pasted from a page: what nobody sees does no harm.
        ("\u{202a}+86 138-0013-8000\u{202c}", "138****8000"),
    ] {
        assert_eq!(service.put(path, &json!({ "phone": phone }))["phone"], shown, "{phone}");
    }
    let before = service.get(path);
    for phone in [
        "5123 4567",
        "212 555 0123",
        "+86 10 1234 5678",
        "+852 1123 4567",
        "+1 112 555 0123",
        "+0 13800138000",
        "+86138００138０00x",
        "13800138000,13900139000",
        "",
        &"1".repeat(200),
    ] {
        assert_eq!(service.refused(422, "PUT", path, &json!({ "phone": phone })).1, "phone", "{phone}");
    }
    assert_eq!(service.get(path), before);
}

/// A key of another shop finds nothing here: not even that there is something.
#[test]
fn a_key_of_another_shop_finds_nothing() {
    let (service, _) = opened(CallbackCaller::Aliyun);
    service.put(SHIPPED, &json!({ "text": "您的订单{order}已发货。" }));
    let routes = [
        ("GET", "message-settings", Value::Null),
        ("PUT", "message-settings", json!({ "kinds": {} })),
        ("GET", SHIPPED, Value::Null),
        ("PUT", SHIPPED, json!({ "text": "{order}" })),
        ("POST", "message-templates/shipped/sms/preview", json!({ "text": "{order}" })),
        ("GET", "sms-packs", Value::Null),
        ("POST", "sms-packs", json!({ "purchase_id": "p9", "segments": 10 })),
        ("GET", "sms-wallet", Value::Null),
        ("GET", "sms-bill?from=2030-06-10T00:00:00Z&to=2030-06-11T00:00:00Z", Value::Null),
        ("GET", "messages", Value::Null),
        ("POST", "messages", json!({ "message_id": "d9", "kind": "dispute", "customer_id": "u1" })),
        ("GET", "customers/u1/contact", Value::Null),
        ("PUT", "customers/u1/contact", json!({ "phone": "13900139000" })),
        ("DELETE", "customers/u1/contact", Value::Null),
        ("GET", "customers/u1/consents", Value::Null),
        (
            "PUT",
            "customers/u1/consents",
            json!({ "marketing_sms": true, "at": "2030-06-10T09:00:00+08:00", "source": "app" }),
        ),
        ("POST", "customers/u1/wechat-grants", json!({ "template_id": "T" })),
    ];
    let seen = |service: &Service| {
        routes
            .iter()
            .filter(|(method, ..)| *method == "GET")
            .map(|(_, rest, _)| service.get(rest))
            .collect::<Vec<_>>()
    };
    let before = seen(&service);
    for (method, rest, body) in &routes {
        let path = format!("/v1/shops/tea/{rest}");
        let (status, answer) = service.ask(&service.other, method, &path, body);
        assert_eq!(status, 404, "{method} {rest}: {answer}");
        let nobody = service.ask(&service.other, method, &path.replace("tea", "nobody"), body);
        assert_eq!((status, &answer["code"]), (nobody.0, &nobody.1["code"]), "{method} {rest}");
        assert_eq!(service.ask("no-such-key", method, &path, body).0, 401, "{method} {rest}");
    }
    assert_eq!(seen(&service), before);
}
