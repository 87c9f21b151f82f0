//! Secrets of receivers: shown once, kept in one place, and replaced without a delivery that cannot be verified.

use crate::deliveries::{is_signed, secret};
use crate::support::receiver::Receiver;
use crate::support::{Client, Request, shop};
use crate::{folder, place, register, serve};
use serde_json::{Value, json};
use std::path::Path;

fn rotation(hook: &Value, body: &Value) -> Request {
    let id = hook["webhook_id"].as_str().expect("it has an id");
    Request::post(shop::path(&format!("webhooks/{id}/rotate-secret")), body)
}

/// Which of these secrets sign the delivery of an order's end.
fn signed_by<const N: usize>(
    client: &mut Client,
    receiver: &Receiver,
    order: &str,
    secrets: [&str; N],
) -> [bool; N] {
    let ended = [shop::placed(order, "u1", shop::TEN), shop::cancelled(order, shop::TEN)];
    assert_eq!(shop::tell(client, &ended), ["applied"; 2]);
    let delivered = receiver.next();
    secrets.map(|secret| is_signed(&delivered, secret))
}

/// Both sign for as long as it was said, then the new one alone; with no overlap the old one ends at once.
#[test]
fn a_secret_is_replaced_with_an_overlap() {
    let folder = folder();
    let server = serve(folder.path(), &[]);
    let mut client = server.client();
    shop::open(&mut client, 1_440, 100);
    let receiver = Receiver::start();
    let hook = register(&mut client, &receiver.url, &["order.cancelled"]);
    let first = secret(&hook);
    assert_eq!(signed_by(&mut client, &receiver, "o1", [&first]), [true]);

    let rotated = client.call(&rotation(&hook, &json!({ "overlap_minutes": 60 }))).expect(200);
    let second = secret(&rotated);
    assert_eq!(rotated["webhook_id"], hook["webhook_id"]);
    assert_eq!(rotated["old_secret_until"], json!(shop::at(shop::TEN + 60)));
    assert_eq!(signed_by(&mut client, &receiver, "o2", [&first, &second]), [true, true]);
    client.call(&shop::clock(shop::TEN + 59)).expect(200);
    assert_eq!(signed_by(&mut client, &receiver, "o3", [&first, &second]), [true, true]);
    client.call(&shop::clock(shop::TEN + 60)).expect(200);
    assert_eq!(signed_by(&mut client, &receiver, "o4", [&first, &second]), [false, true]);
    let listed = client.get(shop::path("webhooks"))["data"][0].clone();
    assert_eq!((&listed["secret"], &listed["old_secret_until"]), (&Value::Null, &Value::Null));

    let third = secret(&client.call(&rotation(&hook, &json!({}))).expect(200));
    let day = json!(shop::at(shop::TEN + 60 + 1_440));
    assert_eq!(client.get(shop::path("webhooks"))["data"][0]["old_secret_until"], day);
    let fourth = secret(&client.call(&rotation(&hook, &json!({ "overlap_minutes": 0 }))).expect(200));
    assert_eq!(signed_by(&mut client, &receiver, "o5", [&second, &third, &fourth]), [false, false, true]);

    for (minutes, status) in [(-1, 422), (10_080, 200), (10_081, 422)] {
        let answer = client.call(&rotation(&hook, &json!({ "overlap_minutes": minutes })));
        assert_eq!(answer.status, status, "{minutes}: {}", answer.text());
    }
    let unknown = client.call(&rotation(&json!({ "webhook_id": "wh_none" }), &json!({})));
    assert_eq!((unknown.status, unknown.code().as_str()), (404, "not_found"));
}

/// What the store keeps of answers.
fn kept_answers(folder: &Path) -> String {
    let store = rusqlite::Connection::open(folder.join("shop.db")).expect("it opens");
    let sql = "SELECT coalesce(group_concat(reply, char(10)), '') FROM requests";
    store.query_row(sql, [], |row| row.get(0)).expect("it is read")
}

/// The same request again makes nothing, and is answered without the secret: that stands with its receiver alone.
#[test]
fn a_secret_is_answered_once_and_kept_in_no_answer() {
    let folder = folder();
    let server = serve(folder.path(), &[]);
    let mut client = server.client();
    shop::open(&mut client, 1_440, 100);
    let receiver = Receiver::start();
    let body = json!({ "url": receiver.url, "types": ["offer.displayed"] });
    let asked = Request::post(shop::path("webhooks"), &body).header("idempotency-key", "hook-1");
    let made = client.call(&asked).expect(201);
    let turn = rotation(&made, &json!({})).header("idempotency-key", "turn-1");
    let turned = client.call(&turn).expect(200);
    for (again, first, status) in [(&asked, &made, 201), (&turn, &turned, 200)] {
        let again = client.call(again).expect(status);
        assert_eq!((&again["webhook_id"], &again["secret"]), (&first["webhook_id"], &Value::Null));
    }
    let answers = kept_answers(folder.path());
    assert!(answers.contains("webhook") && !answers.contains("whsec_"), "{answers}");
    place(&mut client, &["o1"]);
    let delivered = receiver.next();
    assert!(
        [&made, &turned].iter().all(|hook| is_signed(&delivered, &secret(hook))),
        "nothing was turned twice"
    );
    assert_eq!(client.get(shop::path("webhooks"))["data"].as_array().map(Vec::len), Some(1));
}
