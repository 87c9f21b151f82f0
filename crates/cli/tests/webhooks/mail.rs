//! Alerts to merchants, through the program: by webhook, by e-mail, and to the file of messages where nobody carries mail.

use crate::support::receiver::Receiver;
use crate::support::{Client, MailServer, Request, Server, shop};
use crate::{folder, register, serve};
use serde_json::{Value, json};
use std::fs;

/// Questions after which something that takes a second has happened.
const LOOKS: usize = 1_000_000;

/// A shop with a mailbox that is told below ten segments, and a pack of nine.
fn runs_low(client: &mut Client) {
    client.call(&shop::clock(shop::TEN)).expect(200);
    client.call(&shop::shop(240)).expect(200);
    let settings = json!({ "kinds": {}, "alert_below": 10, "alerts": { "email": " Ops@Shop.TEST " } });
    let said = client.call(&Request::put(shop::path("message-settings"), &settings)).expect(200);
    assert_eq!(said["now"]["alerts"], json!({ "email": "Ops@shop.test" }));
    let pack = json!({ "purchase_id": "p1", "segments": 9 });
    client.call(&Request::post(shop::path("sms-packs"), &pack)).expect(200);
}

/// S2-R14: little that is left is told by webhook and by e-mail, in both languages, with the shop's name; the mailbox is no
/// webhook of the list.
#[test]
fn s2_r14_a_low_balance_is_mailed() {
    let (folder, mail, hook) = (folder(), MailServer::start(), Receiver::start());
    let text = format!(
        "[channel.email]\nprovider = \"smtp\"\nhost = \"127.0.0.1\"\nport = {}\nencryption = \"none\"\n\
        from = \"Promenade <alerts@promenade.test>\"\n",
        mail.port
    );
    fs::write(folder.path().join("messages.toml"), text).expect("written");
    let server = serve(folder.path(), &["--messages-config", "messages.toml"]);
    let mut client = server.client();
    client.call(&shop::clock(shop::TEN - 60)).expect(200);
    client.call(&shop::shop(240)).expect(200);
    register(&mut client, &hook.url, &["sms.low_balance"]);
    runs_low(&mut client);
    assert_eq!(hook.next().json()["data"], json!({ "free": 9, "alert_below": 10 }));
    let mail = mail.next();
    assert_eq!(mail.head("To"), "Ops@shop.test");
    assert_eq!(mail.head("Subject"), "【Promenade】Teas 茶：短信余量不足 / few SMS are left");
    let (zh, en) = (
        "您的店铺“Teas 茶”的短信仅剩9条，少于您设置的10条。用完后短信通知将中断，请您及时充值。",
        "Your shop Teas 茶: 9 SMS are left, fewer than the 10 that you have set. When they are used up your notices \
        stop; please buy a pack.",
    );
    assert_eq!(mail.text().replace("\r\n", "\n").trim_end(), format!("{zh}\n\n{en}"));
    let listed = client.get(shop::path("webhooks"));
    assert_eq!(listed["data"].as_array().map(Vec::len), Some(1), "{listed}");
    let dead = client.get(shop::path("webhooks/alerts/dead-letters"));
    assert_eq!(dead["data"], json!([]));
}

/// Where the operator names nobody who carries mail, alerts stand in the file of messages, for whom they are.
#[test]
fn alerts_stand_in_the_file_of_messages() {
    let folder = folder();
    let server = Server::sandbox(folder.path());
    let mut client = server.client();
    runs_low(&mut client);
    let file = folder.path().join("messages.jsonl");
    let read = || fs::read_to_string(&file).unwrap_or_default();
    let text = (0..LOOKS).map(|_| read()).find(|text| text.ends_with('\n')).expect("a line is written");
    let line: Value = serde_json::from_str(text.trim()).expect("it is JSON");
    assert_eq!((&line["kind"], &line["channel"]), (&json!("sms.low_balance"), &json!("email")));
    assert_eq!((&line["to"], &line["shop_id"]), (&json!("Ops@shop.test"), &json!("s1")));
}
