//! The service with a provider of SMS: what it is asked for by itself.

use crate::folder;
use crate::support::{Client, Provider, Request, Server, run, shop};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Questions after which something that takes a second has happened.
const LOOKS: usize = 1_000_000;

const SERVE: [&str; 7] = [
    "--sandbox",
    "--store",
    "sqlite:shop.db",
    "--messages-config",
    "messages.toml",
    "--contact-keys",
    "contacts.key",
];

fn configure(folder: &Path, endpoint: &str) {
    let text = format!(
        "[channel.sms]\nprovider = \"tencent\"\nsecret_id = \"AKID1\"\nsecret_key = \"k\"\nsdk_app_id = \"1400006666\"\n\
        signature = \"茶铺\"\nendpoint = \"{endpoint}\"\n"
    );
    fs::write(folder.join("messages.toml"), text).expect("written");
    assert_eq!(run(folder, &["messages", "new-contact-key", "contacts.key"]).code, Some(0));
}

/// A shop that tells by SMS that something was shipped, and an order that is.
fn ships(client: &mut Client) {
    client.call(&shop::clock(shop::TEN)).expect(200);
    client.call(&shop::shop(240)).expect(200);
    let template = json!({ "text": "您的订单{order}（{goods}）已发货。",
        "providers": { "tencent": { "code": "1110", "parameters": ["{order}", "{goods}"] } } });
    for (path, body) in [
        ("message-settings", json!({ "kinds": { "shipped": { "sms": true } } })),
        ("message-templates/shipped/sms", template),
        ("customers/u1/contact", json!({ "phone": "13800138000" })),
    ] {
        client.call(&Request::put(shop::path(path), &body)).expect(200);
    }
    let pack = json!({ "purchase_id": "p1", "segments": 10 });
    client.call(&Request::post(shop::path("sms-packs"), &pack)).expect(200);
    let shipped = shop::event("order.shipped", "s1", shop::TEN, &json!({ "order_id": "o1" }));
    shop::tell(client, &[shop::placed("o1", "u1", shop::TEN), shipped]);
}

/// The message that tells of the shipping, once `is_so`.
fn message(client: &mut Client, is_so: impl Fn(&Value) -> bool) -> Value {
    let look = |client: &mut Client| {
        let log = client.get(shop::path("messages?order_id=o1"));
        let found = log["data"].as_array().and_then(|all| all.iter().find(|one| one["kind"] == "shipped"));
        found.cloned().unwrap_or_default()
    };
    let found = (0..LOOKS).map(|_| look(client)).find(is_so);
    found.unwrap_or_else(|| panic!("it stays so: {}", look(client)))
}

/// A-S2-19: delivery reports that Tencent Cloud keeps are fetched by the service itself, and come to the message's log; a
/// failed one stays paid, as Tencent Cloud charges for it (A-S2-12).
#[test]
fn a_s2_19_reports_of_tencent_are_fetched() {
    let has_reports = Arc::new(AtomicBool::new(false));
    let has = has_reports.clone();
    let provider = Provider::start(move |asked| {
        let said = match asked.header("x-tc-action") {
            "SendSms" => {
                json!({ "SendStatusSet": [{ "SerialNo": "2019:1", "PhoneNumber": "+8613800138000", "Fee": 1,
                "Code": "Ok", "Message": "send success" }] })
            }
            "PullSmsSendStatus" if has.swap(false, Ordering::SeqCst) => {
                json!({ "PullSmsSendStatusSet": [{ "UserReceiveTime": 1_654_826_400, "PhoneNumber": "+8613800138000",
                    "SerialNo": "2019:1", "ReportStatus": "FAIL", "Description": "MK:0001", "SessionContext": "" }] })
            }
            _ => json!({ "PullSmsSendStatusSet": [] }),
        };
        json!({ "Response": said }).to_string()
    });
    let folder = folder();
    configure(folder.path(), &provider.url);
    let mut server = Server::start(folder.path(), &SERVE);
    let mut client = server.client();
    ships(&mut client);
    let sent = message(&mut client, |one| one["provider_id"] == "2019:1");
    assert_eq!((&sent["status"], &sent["delivery"]), (&json!("sent"), &Value::Null));
    // It is asked at every start, and each twenty seconds after.
    server.kill();
    has_reports.store(true, Ordering::SeqCst);
    let server = Server::start(folder.path(), &SERVE);
    let mut client = server.client();
    let failed = message(&mut client, |one| one["delivery"] == "failed");
    assert_eq!((&failed["status"], &failed["provider_code"]), (&json!("failed"), &json!("MK:0001")));
    let wallet = client.get(shop::path("sms-wallet"));
    assert_eq!((&wallet["free"], &wallet["sent"]), (&json!(9), &json!(1)));
    let asked = provider.asked();
    let pulled: Vec<_> =
        asked.iter().filter(|one| one.header("x-tc-action") == "PullSmsSendStatus").collect();
    assert!(pulled.len() >= 2 && pulled[0].json()["SmsSdkAppId"] == "1400006666", "{asked:?}");
}
