//! Messages: one line a push in the file that a sender reads, and nothing that goes wrong on the way
//! keeps anybody from paying.

use crate::support::receiver::Receiver;
use crate::support::{Client, Request, Server, run, shop};
use crate::{folder, place, register, serve};
use serde_json::{Value, json};
use std::fs;
use std::net::TcpListener;
use std::path::Path;

/// Questions after which something that takes a second has happened.
const LOOKS: usize = 1_000_000;

/// Waits until no message waits to be sent.
fn all_sent(client: &mut Client) {
    let metrics = Request::get("/metrics");
    let sent = (0..LOOKS).any(|_| client.call(&metrics).text().contains("promenade_messages_pending 0\n"));
    assert!(sent, "messages still wait");
}

fn lines(folder: &Path) -> Vec<Value> {
    let text = fs::read_to_string(folder.join("messages.jsonl")).expect("the file is there");
    let lines = text.lines().map(serde_json::from_str);
    lines.collect::<Result<_, _>>().expect("each line is JSON")
}

/// S0-R36, S0-R39, S0-R40: one line for each order whose coupon was not claimed, with a link to the
/// order, also after the process was killed.
#[test]
fn a_push_is_one_line_and_leads_to_its_order() {
    let folder = folder();
    let mut server = Server::sandbox(folder.path());
    let mut client = server.client();
    shop::open(&mut client, 240, 100);
    place(&mut client, &["o1", "o2", "o3"]);
    shop::take(&mut client, "o3", "u3");
    // Ten o'clock and four hours is the deadline; an hour before it is the push.
    client.call(&shop::clock(shop::TEN + 180)).expect(200);
    all_sent(&mut client);
    let mut sent = lines(folder.path());
    sent.sort_by_key(|line| line["order_id"].to_string());
    let orders: Vec<_> = sent.iter().map(|line| line["order_id"].as_str()).collect();
    assert_eq!(orders, [Some("o1"), Some("o2")]);
    for line in &sent {
        let order = line["order_id"].as_str().expect("an order");
        let stored = client.get(shop::path(&format!("messages?order_id={order}&status=sent")));
        assert_eq!(line["link"], stored["data"][0]["link"], "{line}");
        assert!(line["link"].as_str().is_some_and(|link| link.contains(order)), "{line}");
        assert_eq!((&line["kind"], &line["channel"]), (&"payment_reminder".into(), &"push".into()));
        assert_eq!(line["message_id"], stored["data"][0]["message_id"]);
        assert!(
            !line.to_string().contains("For the merchant alone"),
            "the campaign's name is the merchant's: {line}"
        );
    }
    server.kill();
    let server = Server::sandbox(folder.path());
    let mut client = server.client();
    client.call(&shop::clock(shop::TEN + 300)).expect(200);
    all_sent(&mut client);
    assert_eq!(lines(folder.path()).len(), 2, "one order, one push");
}

/// The place of the messages is there at the start, and gone then.
fn without_a_place_for_messages(folder: &Path) -> Server {
    let outbox = folder.join("outbox");
    fs::create_dir(&outbox).expect("a folder can be made");
    let server = serve(folder, &["--messages", "jsonl:outbox/messages.jsonl"]);
    fs::remove_dir_all(&outbox).expect("it can be removed");
    server
}

/// What becomes of an order when its payment is started and comes in.
fn pay(client: &mut Client, order: &str, coupon: Option<&str>) -> Value {
    let payment = format!("p-{order}");
    client.call(&shop::start(order, &payment, coupon)).expect(201);
    let paid = shop::paid(order, &payment, coupon, shop::TEN + 181);
    assert_eq!(shop::tell(client, &[paid]), ["applied"], "{order}");
    client.get(shop::path(&format!("orders/{order}")))["status"].clone()
}

/// S0-R31: the file of messages cannot be written, one receiver is not there and another one never
/// answers; the customer is blocked, all coupons are gone, the campaign is closed. They pay.
#[test]
fn nothing_that_fails_keeps_anybody_from_paying() {
    let folder = folder();
    let server = without_a_place_for_messages(folder.path());
    let mut client = server.client();
    shop::open(&mut client, 240, 10);
    let silent = Receiver::start();
    silent.answer(&[""; 50]);
    register(&mut client, &silent.url, &[]);
    let gone = TcpListener::bind("127.0.0.1:0").expect("a free port").local_addr();
    register(&mut client, &format!("http://{}/hook", gone.expect("an address")), &[]);
    let orders: Vec<String> = (1..=14).map(|number| format!("o{number}")).collect();
    place(&mut client, &orders.iter().map(String::as_str).collect::<Vec<_>>());
    for number in 1..=10 {
        let (order, customer) = (format!("o{number}"), format!("u{number}"));
        let coupon = shop::take(&mut client, &order, &customer);
        if number == 1 {
            assert_eq!(pay(&mut client, &order, Some(&coupon)), "paid", "with its coupon");
        }
    }
    let offer = shop::offer(&mut client, "o11");
    let late = client.call(&shop::claim("o11", &offer, "u11"));
    assert_eq!((late.status, late.code().as_str()), (409, "sold_out"));
    assert_eq!(pay(&mut client, "o11", None), "paid", "all coupons are gone");
    let block = json!({ "list": "block", "reason": "farming" });
    let block = Request::put(shop::path("risk/customers/u12"), &block);
    client.call(&block).expect(200);
    assert_eq!(pay(&mut client, "o12", None), "paid", "the customer is blocked");
    client.call(&shop::clock(shop::TEN + 181)).expect(200);
    assert_eq!(pay(&mut client, "o13", None), "paid", "its push could not be sent");
    let close = Request::new("POST", shop::path("campaigns/c1/close"));
    client.call(&close).expect(200);
    assert_eq!(pay(&mut client, "o14", None), "paid", "the campaign is closed");
    assert_eq!(pay(&mut client, "o2", None), "paid", "a coupon need not be used");
}

/// S0-R36: a sender that never takes a push is named in the log, and the push says that it failed.
#[test]
fn a_push_that_was_tried_in_vain_says_so() {
    let folder = folder();
    let server = without_a_place_for_messages(folder.path());
    let mut client = server.client();
    shop::open(&mut client, 240, 100);
    place(&mut client, &["o1"]);
    let metrics = Request::get("/metrics");
    // By the schedule, until the order ends.
    for (trial, minutes) in [(1, 180), (2, 181), (3, 187), (4, 221)] {
        client.call(&shop::clock(shop::TEN + minutes)).expect(200);
        let tried = format!("outcome=\"retry\"}} {trial}\n");
        assert!((0..LOOKS).any(|_| client.call(&metrics).text().contains(&tried)), "trial {trial}");
    }
    client.call(&shop::clock(shop::TEN + 241)).expect(200);
    all_sent(&mut client);
    let message = client.get(shop::path("messages?order_id=o1"))["data"][0].clone();
    assert_eq!((&message["status"], &message["code"]), (&"failed".into(), &"provider_failed".into()));
    server.logs(&["they are tried again", "a message was not sent"]);
}

#[test]
fn a_file_that_cannot_be_written_ends_the_start() {
    let folder = folder();
    let serve =
        ["serve", "--sandbox", "--listen", "127.0.0.1:0", "--messages", "jsonl:no/such/messages.jsonl"];
    let ended = run(folder.path(), &serve);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.err.contains("messages cannot be written to no/such/messages.jsonl"), "{ended:?}");
}
