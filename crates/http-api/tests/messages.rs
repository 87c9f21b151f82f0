//! The message centre through the real router: settings, templates, packs, contacts, consents, and what providers tell.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "messages/bad_input.rs"]
mod bad_input;
#[path = "messages/charges.rs"]
mod charges;
#[path = "messages/posted.rs"]
mod posted;
#[path = "messages/support.rs"]
mod support;
#[path = "messages/told.rs"]
mod told;

use serde_json::{Value, json};
use support::{SECRET, Service};

/// S2-R12, S2-R15, S2-R16, A-S2-10: settings say who made them and from when they count; both channels of one notice
/// get a warning.
#[test]
fn s2_r15_s2_r16_settings() {
    let service = Service::open();
    assert_eq!(service.get("message-settings"), json!({ "now": null, "later": [] }));
    let both = json!({ "kinds": { "shipped": { "sms": true, "wechat": true } } });
    let said = service.put("message-settings", &both);
    assert_eq!(said["now"]["made_by"], "sandbox");
    assert_eq!(said["now"]["kinds"]["shipped"]["sms"], true);
    assert_eq!(said["now"]["kinds"]["received"]["sms"], false);
    assert_eq!(said["now"]["kinds"]["payment_succeeded"]["sms"], true, "free kinds are on");
    assert_eq!(said["now"]["warnings"][0]["code"], "both_channels");
    let later = json!({ "kinds": {}, "effective_from": "2030-07-01T00:00:00+08:00" });
    let said = service.put("message-settings", &later);
    assert_eq!(said["now"]["kinds"]["shipped"]["sms"], true);
    assert_eq!(said["later"][0]["effective_from"], "2030-07-01T00:00:00+08:00");
    for (body, field) in [
        (json!({ "caps": { "minute": 0, "hour": 1, "day": 1 } }), "caps.minute"),
        (json!({ "signature": "【茶】" }), "signature"),
        (json!({ "reminder_after_minutes": 1 }), "reminder_after_minutes"),
        (json!({ "kinds": { "dispute": { "sms": false } } }), "kinds.dispute.sms"),
        (json!({ "kinds": { "marketing": { "wechat": true } } }), "kinds.marketing.wechat"),
        (json!({ "kinds": { "balance_opening": { "wechat": true } } }), "kinds.balance_opening.wechat"),
        (json!({ "kinds": { "balance_reminder": { "sms": true } } }), "kinds.balance_reminder.sms"),
        (json!({ "quiet_hours": { "push": { "from": "22:00", "to": "08:00" } } }), "quiet_hours.push"),
        (json!({ "effective_from": "2030-06-09T00:00:00+08:00" }), "effective_from"),
        (json!({ "alerts": { "email": "ops@shop" } }), "alerts.email"),
        (json!({ "alerts": { "email": "ops@shop.cn\r\nBcc: all@shop.cn" } }), "alerts.email"),
        (json!({ "alerts": { "phone": "13800138000" } }), "alerts.phone"),
    ] {
        assert_eq!(service.refused(422, "PUT", "message-settings", &body).1, field);
    }
    assert_eq!(service.ask(&service.other, "GET", "/v1/shops/tea/message-settings", &Value::Null).0, 404);
}

/// S2-R13: a free notice that is switched on by one channel stays on by both, and a refusal is of messages, not of a
/// campaign.
#[test]
fn s2_r13_a_free_notice_may_be_switched_on_and_never_off() {
    let service = Service::open();
    for switch in
        [json!({ "sms": true }), json!({ "wechat": true }), json!({}), json!({ "sms": true, "wechat": true })]
    {
        let said = service.put("message-settings", &json!({ "kinds": { "payment_succeeded": switch } }));
        let shown = &said["now"]["kinds"]["payment_succeeded"];
        assert_eq!((&shown["sms"], &shown["wechat"]), (&json!(true), &json!(true)), "{switch}");
        assert_eq!(said["now"]["warnings"], json!([]), "{switch}");
    }
    let off = json!({ "kinds": { "payment_succeeded": { "wechat": false } } });
    let refused = service.is(422, "PUT", "/v1/shops/tea/message-settings", &off);
    assert_eq!(refused["code"], "invalid_message");
    assert!(!refused["title"].as_str().unwrap().contains("campaign"), "{refused}");
}

/// A-S2-11: a template of the shop's own makes a free notice a paid one, which its answer says; taken out of use it is
/// free again.
#[test]
fn a_s2_11_a_template_of_a_free_notice_costs_until_it_is_removed() {
    let service = Service::open();
    service.put("message-settings", &json!({ "kinds": {} }));
    service.post("sms-packs", &json!({ "purchase_id": "p1", "segments": 10 }));
    let path = "message-templates/payment_succeeded/sms";
    let template = json!({ "text": "您的订单{order}已支付{amount}元。" });
    let saved = service.put(path, &template);
    let codes: Vec<&str> =
        saved["warnings"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["template_costs", "unit_twice"]);
    let paid = |order: &str| {
        service.pays(order, "u1");
        let log = service.get(&format!("messages?order_id={order}"));
        let told = log["data"].as_array().unwrap().iter().find(|one| one["kind"] == "payment_succeeded");
        told.unwrap()["paid"].clone()
    };
    assert_eq!(paid("o1"), true);
    let free = service.get("sms-wallet")["free"].clone();
    for _ in 0..2 {
        let left = service.is(200, "DELETE", &format!("/v1/shops/tea/{path}"), &Value::Null);
        assert_eq!((&left["in_use"], &left["removed_by"]), (&Value::Null, &json!("sandbox")));
        assert_eq!(left["versions"][0]["version"], 1, "versions are kept");
    }
    assert_eq!(paid("o2"), false);
    assert_eq!(service.get("sms-wallet")["free"], free);
    assert_eq!(
        service.put(path, &template)["version"],
        2,
        "saved again it is in use again, as a version of its own"
    );
    assert_eq!(service.get(path)["in_use"], 2);
    assert_eq!(paid("o3"), true);
    let unpaid = service.put("message-templates/shipped/sms", &json!({ "text": "您的订单{order}已发货。" }));
    assert_eq!(unpaid["warnings"], json!([]));
}

/// A-S2-20: grants count once under an `Idempotency-Key`, and other contents under it are a conflict.
#[test]
fn a_s2_20_grants_are_counted_once_under_a_key() {
    let service = Service::open();
    let grant = |key: &str, count: u32| {
        let body = json!({ "template_id": "TPL", "count": count });
        let path = "/v1/shops/tea/customers/u1/wechat-grants";
        let (status, answer) = service.ask_with(&[("idempotency-key", key)], path, &body);
        (status, answer["wechat_grants"][0]["left"].as_u64(), answer["code"].as_str().map(str::to_owned))
    };
    assert_eq!(grant("k1", 2), (200, Some(2), None));
    assert_eq!(grant("k1", 2), (200, Some(2), None));
    assert_eq!(grant("k2", 2), (200, Some(4), None));
    assert_eq!(grant("k1", 3), (409, None, Some("idempotency_conflict".into())));
    assert_eq!(service.get("customers/u1/consents")["wechat_grants"][0]["left"], 4);
}

/// S2-R14, A-S2-12, A-S2-13: packs count once, impossible ones are refused, and the bill sets both counts side by side.
#[test]
fn s2_r14_packs_the_wallet_and_the_bill() {
    let service = Service::open();
    let pack = |segments: u64| json!({ "purchase_id": "p1", "segments": segments });
    for bad in [0, 1_000_000_000_000] {
        assert_eq!(service.refused(422, "POST", "sms-packs", &pack(bad)).1, "segments");
    }
    let bought = service.post("sms-packs", &pack(10));
    assert_eq!(service.post("sms-packs", &pack(10)), bought);
    assert_eq!(service.refused(409, "POST", "sms-packs", &pack(11)).0, "idempotency_conflict");
    service.put("message-settings", &json!({ "kinds": { "shipped": { "sms": true } } }));
    let message = service.ships("o1");
    assert_eq!(
        (&message["status"], &message["segments"], &message["paid"]),
        (&json!("sent"), &json!(1), &json!(true))
    );
    let wallet = service.get("sms-wallet");
    let parts = ["bought", "free", "reserved", "sent", "expired"].map(|part| wallet[part].as_u64().unwrap());
    assert_eq!(parts, [10, 9, 1, 0, 0]);
    let bill = service.get("sms-bill?from=2030-06-10T00:00:00%2B08:00&to=2030-06-11T00:00:00%2B08:00");
    assert_eq!((&bill["segments"], &bill["difference"]), (&json!(1), &json!(0)));
    assert_eq!(bill["lines"][0]["not_counted"], 1);
    assert_eq!(service.get("sms-packs")["data"][0]["bought_by"], "sandbox");
}

/// Contacts are kept sealed, shown masked and erased; what is no contact is refused.
#[test]
fn contacts_are_masked_and_erased() {
    let service = Service::open();
    let path = "customers/u1/contact";
    let told =
        json!({ "phone": "138 0013 8000", "email": "ada@example.com", "address": "文三路 1 号 老街茶铺" });
    let seen = service.put(path, &told);
    assert_eq!(seen["phone"], "138****8000");
    assert!(!seen.to_string().contains("ada@example") && !seen.to_string().contains("老街茶铺"));
    assert_eq!(service.get(path), seen);
    for (body, field) in [
        (json!({ "phone": "12345" }), "phone"),
        (json!({ "email": "ada" }), "email"),
        (json!({ "address": "a\u{0}b" }), "address"),
    ] {
        assert_eq!(service.refused(422, "PUT", path, &body).1, field);
    }
    assert_eq!(service.get(path), seen);
    service.is(204, "DELETE", "/v1/shops/tea/customers/u1/contact", &Value::Null);
    assert_eq!(service.get(path)["phone"], Value::Null);
}

/// A-S2-14, A-S2-20: what was said last counts, in whatever order it is told; grants add up.
#[test]
fn a_s2_14_consents_and_grants() {
    let service = Service::open();
    let path = "customers/u1/consents";
    let said = |yes: bool, at: &str| {
        service.put(
            path,
            &json!({ "marketing_sms": yes, "at": format!("2030-06-{at}T10:00:00+08:00"), "source": "app" }),
        )
    };
    assert_eq!(said(false, "09")["marketing_sms"], false);
    assert_eq!(said(true, "08")["marketing_sms"], false);
    assert_eq!(said(true, "10")["marketing_sms"], true);
    let tomorrow = json!({ "marketing_sms": true, "at": "2030-06-11T10:00:00+08:00", "source": "app" });
    assert_eq!(service.refused(422, "PUT", path, &tomorrow).1, "at");
    service.post("customers/u1/wechat-grants", &json!({ "template_id": "TPL", "count": 2 }));
    let seen = service.post("customers/u1/wechat-grants", &json!({ "template_id": "TPL" }));
    assert_eq!(seen["wechat_grants"], json!([{ "template_id": "TPL", "left": 3 }]));
    let none = json!({ "template_id": "TPL", "count": 0 });
    assert_eq!(service.refused(422, "POST", "customers/u1/wechat-grants", &none).1, "count");
}

/// A template is shown as it would be sent, saved when it renders, and refused with the field that is at fault.
#[test]
fn templates_are_shown_and_saved() {
    let service = Service::open();
    let path = "message-templates/shipped/sms";
    let good = json!({ "text": "您的订单{order}（{goods}）已发货。" });
    let seen = service.post(&format!("{path}/preview"), &good);
    assert_eq!(seen["segments"], 1);
    assert!(seen["text"].as_str().unwrap().starts_with('【'));
    assert_eq!(service.put(path, &good)["version"], 1);
    assert_eq!(service.put(path, &good)["version"], 1, "the same again is no new version");
    let bad = json!({ "text": "您的订单{order}：{colour} 已发货。" });
    assert_eq!(service.refused(422, "PUT", path, &bad).0, "invalid_message");
    assert_eq!(service.get(path)["in_use"], 1);
    service.is(404, "GET", "/v1/shops/tea/message-templates/marketing/wechat", &Value::Null);
}

/// A notice that no event brings; the same again sends nothing, another under its id is a conflict.
#[test]
fn notices_on_request() {
    let service = Service::open();
    let shipped = json!({ "message_id": "d1", "kind": "shipped", "customer_id": "u1" });
    let (status, answer) = service.ask("sandbox", "POST", "/v1/shops/tea/messages", &shipped);
    assert_eq!(status, 200, "{answer}");
    let again = service.post("messages", &shipped);
    assert_eq!(again, answer);
    let other = json!({ "message_id": "d1", "kind": "shipped", "customer_id": "u2" });
    assert_eq!(service.refused(409, "POST", "messages", &other).0, "idempotency_conflict");
    let unknown =
        json!({ "message_id": "d2", "kind": "shipped", "customer_id": "u1", "variables": { "colour": 1 } });
    assert_eq!(service.refused(422, "POST", "messages", &unknown).1, "variables.colour");
    let long = json!({ "message_id": "d".repeat(63), "kind": "shipped", "customer_id": "u1" });
    assert_eq!(service.refused(422, "POST", "messages", &long).1, "message_id");
    service.put("message-settings", &json!({}));
    service.ships("o1");
    let theirs = json!({ "message_id": "d4", "kind": "dispute", "customer_id": "u2", "order_id": "o1" });
    assert_eq!(service.refused(422, "POST", "messages", &theirs).1, "customer_id");
    let reminder = json!({ "message_id": "d3", "kind": "payment_reminder", "customer_id": "u1" });
    assert_eq!(service.refused(422, "POST", "messages", &reminder).1, "kind");
}

/// A-S2-19: to a secret path; one poison element and a stranger spoil nothing; told twice they count once; a reply that
/// wants no more is heeded.
#[test]
fn a_s2_19_what_providers_tell() {
    let service = Service::open();
    service.post("sms-packs", &json!({ "purchase_id": "p1", "segments": 10 }));
    service.put("message-settings", &json!({ "kinds": { "shipped": { "sms": true } } }));
    service.put("customers/u1/contact", &json!({ "phone": "13800138000" }));
    service.put(
        "customers/u1/consents",
        &json!({ "marketing_sms": true, "at": "2030-06-10T09:00:00+08:00", "source": "app" }),
    );
    let message = service.ships("o1");
    let report = |phone: &str, id: &str| {
        json!({ "phone_number": phone, "send_time": "2030-06-10 10:00:01", "report_time": "2030-06-10 10:00:02",
            "success": true, "err_code": "DELIVERED", "err_msg": "ok", "sms_size": "1", "biz_id": "B1",
            "out_id": format!("tea:{id}") })
    };
    let id = message["message_id"].as_str().unwrap();
    let body = json!([{ "poison": 1 }, report("13900139000", id), report("13800138000", id), report("13800138000", "x")]);
    service.is(404, "POST", "/callbacks/wrong-wrong-wrong-wrong-wrong-wr/receipts", &body);
    let path = format!("/callbacks/{SECRET}/receipts");
    assert_eq!(service.is(200, "POST", &path, &body)["code"], 0);
    service.is(200, "POST", &path, &body);
    let seen = service.get("messages?order_id=o1");
    let seen = seen["data"].as_array().unwrap().iter().find(|one| one["message_id"] == id).unwrap().clone();
    assert_eq!((&seen["delivery"], &seen["provider_segments"]), (&json!("delivered"), &json!(1)));
    let wallet = service.get("sms-wallet");
    assert_eq!((&wallet["sent"], &wallet["reserved"]), (&json!(1), &json!(0)));
    service.is(400, "POST", &path, &json!("no array"));
    let reply =
        json!([{ "phone_number": "13800138000", "send_time": "2030-06-10 10:00:03", "content": "ＴＤ" }]);
    service.is(200, "POST", &format!("/callbacks/{SECRET}/replies"), &reply);
    let consents = service.get("customers/u1/consents");
    assert_eq!(consents["marketing_sms"], false, "{consents}");
}
