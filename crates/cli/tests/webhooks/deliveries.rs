//! Webhooks: signed, tried again under the same id, put aside when the receiver is gone, and sent
//! once more on demand.

use crate::support::receiver::{Delivered, Receiver};
use crate::support::{Client, Request, shop};
use crate::{folder, place, register, serve};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};

/// Questions after which something that takes milliseconds has happened.
const LOOKS: usize = 100_000;

/// Whether the delivery is signed with the secret, as any receiver would check it.
pub fn is_signed(delivered: &Delivered, secret: &str) -> bool {
    let header = |(name, value): &(String, String)| {
        let name = name.parse::<HeaderName>().ok()?;
        Some((name, HeaderValue::from_str(value).ok()?))
    };
    let headers: HeaderMap = delivered.headers.iter().filter_map(header).collect();
    let hook = standardwebhooks::Webhook::new(secret).expect("the secret can be read");
    hook.verify(&delivered.body, &headers).is_ok()
}

pub fn secret(hook: &Value) -> String {
    hook["secret"].as_str().expect("it has a secret").to_owned()
}

fn dead(client: &mut Client, hook: &Value) -> Vec<Value> {
    let id = hook["webhook_id"].as_str().expect("it has an id");
    let letters = client.get(shop::path(&format!("webhooks/{id}/dead-letters")));
    letters["data"].as_array().expect("a list").clone()
}

#[test]
fn what_happens_is_delivered_signed_in_order_and_once() {
    let folder = folder();
    let server = serve(folder.path(), &[]);
    let mut client = server.client();
    shop::open(&mut client, 1_440, 100);
    let (receiver, picky) = (Receiver::start(), Receiver::start());
    let hook = register(&mut client, &receiver.url, &[]);
    register(&mut client, &picky.url, &["coupon.used"]);
    place(&mut client, &["o1"]);
    let coupon = shop::take(&mut client, "o1", "u1");
    let paid = shop::paid("o1", "p1", Some(&coupon), shop::TEN + shop::TRIGGER);
    assert_eq!(shop::tell(&mut client, &[paid.clone(), paid]), ["applied", "duplicate"]);
    let mut ids = Vec::new();
    for kind in ["offer.displayed", "coupon.claimed", "coupon.used", "order.settled"] {
        let delivered = receiver.next();
        let body = delivered.json();
        assert_eq!(body["type"], kind, "{body}");
        assert_eq!((body["shop_id"].as_str(), body["data"].is_object()), (Some("s1"), true));
        let moment = shop::at(shop::TEN + shop::TRIGGER);
        let in_utc = domain::Instant::parse(&moment).expect("a moment").to_string();
        assert!(in_utc.ends_with('Z') && body["timestamp"] == in_utc, "{body} at {moment}");
        assert_eq!(delivered.header("content-type"), "application/json");
        assert!(is_signed(&delivered, &secret(&hook)), "{delivered:?}");
        assert!(!is_signed(&delivered, "whsec_AAAAAAAAAAAAAAAAAAAAAAAA"), "a wrong secret");
        ids.push(delivered.header("webhook-id").to_owned());
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 4, "each has an id of its own: {ids:?}");
    assert_eq!(picky.next().json()["type"], "coupon.used");
    assert!(receiver.is_idle() && picky.is_idle(), "nothing comes twice");
    let listed = client.get(shop::path("webhooks"));
    assert!(!listed.to_string().contains("whsec_"), "the secret is shown once: {listed}");
}

/// Two shops do the same at the same time and have one receiver: it tells their events apart.
#[test]
fn ids_of_two_shops_differ_outside() {
    let folder = folder();
    let server = serve(folder.path(), &[]);
    let mut client = server.client();
    let receiver = Receiver::start();
    for name in ["a", "b"] {
        let body = json!({ "name": name, "kind": "sop" });
        client.call(&Request::put(format!("/v1/shops/{name}"), &body)).expect(200);
        let hook = json!({ "url": receiver.url, "types": ["order.settled"] });
        client.call(&Request::post(format!("/v1/shops/{name}/webhooks"), &hook)).expect(201);
    }
    let events = [shop::placed("o1", "u1", shop::TEN), shop::paid("o1", "p1", None, shop::TEN + 1)];
    for name in ["a", "b"] {
        let told = shop::ndjson(&events);
        let told =
            Request::new("POST", format!("/v1/shops/{name}/events")).typed("application/x-ndjson", told.body);
        client.call(&told).expect(200);
    }
    // They are two receivers, so either may be served first.
    let mut ids: Vec<_> = (0..2).map(|_| receiver.next().header("webhook-id").to_owned()).collect();
    ids.sort();
    let parts: Vec<_> = ids.iter().filter_map(|id| id.split_once(':')).collect();
    assert_eq!(parts.iter().map(|(shop, _)| *shop).collect::<Vec<_>>(), ["a", "b"], "{ids:?}");
    assert_eq!(parts[0].1, parts[1].1, "within the shop they are the same: {ids:?}");
}

/// Also in a sandbox: its clock stands still, and retries wait in real time.
#[test]
fn what_fails_is_tried_again_under_the_same_id() {
    let folder = folder();
    let server = serve(folder.path(), &[]);
    let mut client = server.client();
    shop::open(&mut client, 1_440, 100);
    let (broken, moved, canary) = (Receiver::start(), Receiver::start(), Receiver::start());
    broken.answer(&["500 Internal Server Error"]);
    moved.answer(&[&format!("302 Found\r\nlocation: {}", canary.url)]);
    let hooks = [&broken, &moved].map(|to| register(&mut client, &to.url, &["offer.displayed"]));
    place(&mut client, &["o1"]);
    let first = [&broken, &moved].map(Receiver::next);
    let next = [&broken, &moved].map(Receiver::next);
    for ((first, next), hook) in first.iter().zip(&next).zip(&hooks) {
        assert_eq!(next.header("webhook-id"), first.header("webhook-id"));
        assert_eq!(next.body, first.body);
        assert!(is_signed(next, &secret(hook)));
        let stamp = |of: &Delivered| of.header("webhook-timestamp").parse::<i64>().expect("seconds");
        assert!(stamp(next) > stamp(first), "the moment of the attempt, by the machine's clock");
    }
    assert!(canary.is_idle(), "no redirect is followed");
    client.call(&shop::clock(shop::TEN + 120)).expect(200);
    assert!(broken.soon().is_none() && moved.is_idle(), "what was taken is not sent again");
    for hook in &hooks {
        assert_eq!(dead(&mut client, hook), [Value::Null; 0]);
    }
}

#[test]
fn a_receiver_that_is_gone_leaves_dead_letters_that_can_be_sent_again() {
    let folder = folder();
    let server = serve(folder.path(), &[]);
    let mut client = server.client();
    shop::open(&mut client, 1_440, 100);
    let receiver = Receiver::start();
    receiver.answer(&["410 Gone"]);
    let hook = register(&mut client, &receiver.url, &["offer.displayed"]);
    place(&mut client, &["o1"]);
    let first = receiver.next();
    let letters = (0..LOOKS).map(|_| dead(&mut client, &hook)).find(|list| !list.is_empty());
    let letters = letters.expect("it becomes a dead letter");
    assert_eq!(letters.len(), 1, "{letters:?}");
    assert_eq!(letters[0]["event_id"], first.header("webhook-id"));
    assert_eq!((&letters[0]["type"], &letters[0]["attempts"]), (&"offer.displayed".into(), &1.into()));
    assert!(letters[0]["reason"].as_str().is_some_and(|why| why.starts_with("http_410")), "{letters:?}");
    let id = hook["webhook_id"].as_str().expect("it has an id");
    let replay = Request::new("POST", shop::path(&format!("webhooks/{id}/replay")));
    assert_eq!(client.call(&replay).status, 202);
    let again = receiver.next();
    assert_eq!(again.header("webhook-id"), first.header("webhook-id"));
    assert_eq!(again.body, first.body);
    assert_eq!(dead(&mut client, &hook), [Value::Null; 0]);
}

/// What was under way when the process was killed is sent again by the next one.
#[test]
fn a_kill_loses_no_delivery() {
    let folder = folder();
    let mut server = serve(folder.path(), &[]);
    let mut client = server.client();
    shop::open(&mut client, 1_440, 100);
    let receiver = Receiver::start();
    receiver.answer(&[""]);
    let hook = register(&mut client, &receiver.url, &["offer.displayed"]);
    place(&mut client, &["o1"]);
    let first = receiver.next();
    server.kill();
    let _server = serve(folder.path(), &[]);
    let again = receiver.next();
    assert_eq!(again.header("webhook-id"), first.header("webhook-id"));
    assert!(is_signed(&again, &secret(&hook)));
    assert!(receiver.soon().is_none(), "it was taken this time");
}

#[test]
fn a_removed_receiver_gets_nothing_more() {
    let folder = folder();
    let server = serve(folder.path(), &[]);
    let mut client = server.client();
    shop::open(&mut client, 1_440, 100);
    let (removed, other) = (Receiver::start(), Receiver::start());
    let hook = register(&mut client, &removed.url, &[]);
    register(&mut client, &other.url, &[]);
    let id = hook["webhook_id"].as_str().expect("it has an id");
    let remove = Request::new("DELETE", shop::path(&format!("webhooks/{id}")));
    assert_eq!(client.call(&remove).status, 204);
    assert_eq!(client.call(&remove).code(), "not_found");
    place(&mut client, &["o1"]);
    assert_eq!(other.next().json()["type"], "offer.displayed");
    assert!(removed.is_idle());
}

/// A-S0-7, A-S0-8: 72 hours to pay, a coupon of 48: an offer says what a claim now would give.
#[test]
fn a_s0_7_an_offer_says_until_when_a_claim_now_could_be_used() {
    let folder = folder();
    let server = serve(folder.path(), &[]);
    let mut client = server.client();
    shop::open(&mut client, 72 * 60, 100);
    let receiver = Receiver::start();
    register(&mut client, &receiver.url, &["offer.displayed"]);
    place(&mut client, &["o1"]);
    let shown =
        |client: &mut Client| client.get(shop::path("orders/o1/offers"))["offers"][0]["usable_until"].clone();
    let two_days = |minutes: i64| json!(shop::at(minutes + 48 * 60));
    let trigger = shop::TEN + shop::TRIGGER;
    assert_eq!(receiver.next().json()["data"]["usable_until"], two_days(trigger));
    assert_eq!(shown(&mut client), two_days(trigger));
    client.call(&shop::clock(trigger + 60)).expect(200);
    assert_eq!(shown(&mut client), two_days(trigger + 60));
    // Later the order ends first.
    client.call(&shop::clock(trigger + 30 * 60)).expect(200);
    assert_eq!(shown(&mut client), json!(shop::at(shop::TEN + 72 * 60)));
    shop::take(&mut client, "o1", "u1");
    assert_eq!(shown(&mut client), json!(shop::at(shop::TEN + 72 * 60)));
}
