//! `serve --demo`: a shop whose buyers are told by SMS, from a pack that goes down.

use crate::folder;
use crate::support::{Client, Request, Server};
use serde_json::{Value, json};
use std::fs;

/// Questions after which something that takes some seconds has happened.
const LOOKS: usize = 1_000_000;

fn until<T>(client: &mut Client, what: &str, mut look: impl FnMut(&mut Client) -> Option<T>) -> T {
    (0..LOOKS).find_map(|_| look(client)).unwrap_or_else(|| panic!("{what} does not come"))
}

fn clock(client: &mut Client) -> String {
    client.get("/v1/sandbox/clock")["now"].as_str().expect("a moment").to_owned()
}

/// So many minutes of the shop pass.
fn minutes(client: &mut Client, minutes: usize) {
    for _ in 0..minutes {
        let seen = clock(client);
        until(client, "another minute", |client| (clock(client) != seen).then_some(()));
    }
}

fn wallet(client: &mut Client) -> [u64; 5] {
    let wallet = client.get("/v1/shops/demo/sms-wallet");
    ["bought", "free", "reserved", "sent", "expired"].map(|part| wallet[part].as_u64().unwrap_or_default())
}

/// Issue of the message centre: the demo buys a pack, its notices go through the service's own sender to a file that is
/// named on the terminal, and the wallet goes down there and by the API alike.
#[test]
fn s2_r14_the_demo_sends_to_a_file_and_shows_the_wallet_going_down() {
    let folder = folder();
    let server = Server::start(folder.path(), &["--demo", "--store", "memory"]);
    let mut client = server.client();
    let file = folder.path().canonicalize().expect("a folder").join("messages.jsonl");
    assert!(
        server.greeting.contains(&format!("Messages / 消息                {} ", file.display())),
        "{}",
        server.greeting
    );
    let before = until(&mut client, "the pack", |client| {
        let answer = client.call(&Request::get("/v1/shops/demo/sms-wallet"));
        (answer.status == 200).then(|| wallet(client)).filter(|wallet| wallet[0] == 500)
    });
    assert_eq!(before[0], before[1] + before[2] + before[3] + before[4]);
    // Each brings an order at least.
    minutes(&mut client, 2);
    // Who has not paid by then is reminded.
    let now = domain::Instant::parse(&clock(&mut client)).expect("a moment");
    let later = json!({ "now": now.plus_minutes(40).to_string() });
    client.call(&Request::put("/v1/sandbox/clock", &later)).expect(200);
    let after = until(&mut client, "an SMS", |client| Some(wallet(client)).filter(|wallet| wallet[3] > 0));
    assert_eq!(after[0], after[1] + after[2] + after[3] + after[4]);
    minutes(&mut client, 2);
    server.terminate();
    let (status, said) = server.ended();
    assert!(status.success(), "{status:?}");
    let lines: Vec<&str> = said.lines().filter(|line| line.starts_with("SMS pack")).collect();
    assert_eq!(lines[0], "SMS pack / 短信包: free 500, reserved 0, sent 0 / 可用 500，预占 0，已发 0");
    assert!(lines.len() > 1 && !lines[1].contains("sent 0"), "{said}");
    let text = fs::read_to_string(folder.path().join("messages.jsonl")).expect("the file is there");
    let sms = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("each line is JSON"));
    let sms: Vec<Value> = sms.filter(|line| line["channel"] == "sms").collect();
    let reminder = sms.iter().find(|line| line["kind"] == "payment_reminder").expect("somebody is reminded");
    let text = reminder["text"].as_str().expect("a text");
    assert!(text.starts_with("【Demo 演示店】您的订单d"), "{text}");
}
