//! One receiver's long queue, or its silence, keeps no other shop waiting: on the real store and real sockets.

use crate::support::receiver::Receiver;
use crate::support::{Client, Request, Server};
use crate::{folder, serve};
use serde_json::{Value, json};

/// Deliveries that wait at the slow receiver.
const WAITING: usize = 6_000;
/// Receivers that never answer.
const SILENT: usize = 18;

/// A shop whose receivers are told of everything.
fn shop_with(client: &mut Client, name: &str, receivers: &[String]) {
    let body = json!({ "name": name, "kind": "sop" });
    client.call(&Request::put(format!("/v1/shops/{name}"), &body)).expect(200);
    for url in receivers {
        client.call(&Request::post(format!("/v1/shops/{name}/webhooks"), &json!({ "url": url }))).expect(201);
    }
}

/// Makes a batch of coupons, which is one event.
fn make_batch(client: &mut Client, shop: &str, quantity: usize) {
    let batch = json!({
        "batch_id": "b1", "name": "Teas", "kind": "shop", "spend": 9_000, "save": 800, "quantity": quantity,
        "per_customer_limit": 1, "funded_by": "merchant", "starts_at": "2030-06-10T00:00:00+08:00",
        "ends_at": "2030-06-20T00:00:00+08:00",
    });
    client.call(&Request::post(format!("/v1/shops/{shop}/coupon-batches"), &batch)).expect(201);
}

/// Gives a coupon of the batch to so many customers, one event each.
fn give(client: &mut Client, shop: &str, customers: usize) {
    let rows: Vec<String> = (0..customers).map(|number| format!("c{number},1")).collect();
    let file = format!("customer_id,count\n{}\n", rows.join("\n"));
    let import = Request::new("POST", format!("/v1/shops/{shop}/coupon-batches/b1/import"));
    let answer: Value = client.call(&import.typed("text/csv", file)).expect(200);
    assert_eq!(answer["accepted"], customers, "{answer}");
}

fn waiting(server: &Server) -> usize {
    let metrics = server.client().call(&Request::get("/metrics")).text();
    let line = metrics.lines().find_map(|line| line.strip_prefix("promenade_deliveries_pending "));
    line.and_then(|count| count.parse().ok()).expect("it is counted")
}

fn at_nine(client: &mut Client) {
    let nine = json!({ "now": "2030-06-10T09:00:00+08:00" });
    client.call(&Request::put("/v1/sandbox/clock", &nine)).expect(200);
}

/// The other shop's webhook is there before the slow receiver gets its third: it is still at its second.
#[test]
fn a_long_queue_at_one_receiver_keeps_no_other_shop_waiting() {
    let folder = folder();
    let server = serve(folder.path(), &[]);
    let mut client = server.client();
    at_nine(&mut client);
    let (slow, other) = (Receiver::start(), Receiver::start());
    // It takes the first, and then says nothing before the other shop has heard.
    slow.answer(&["204 No Content", ""]);
    shop_with(&mut client, "a", std::slice::from_ref(&slow.url));
    shop_with(&mut client, "b", std::slice::from_ref(&other.url));
    make_batch(&mut client, "a", WAITING);
    give(&mut client, "a", WAITING);
    let (first, second) = (slow.next().json(), slow.next().json());
    assert_eq!((&first["type"], &second["type"]), (&"coupon_batch.changed".into(), &"coupon.claimed".into()));
    assert!(waiting(&server) >= WAITING, "all but the first wait, or are not settled yet");
    make_batch(&mut client, "b", 10);
    assert_eq!(other.next().json()["shop_id"], "b");
    assert!(slow.is_idle(), "its third has not come");
}

/// Eighteen receivers that never answer, in one shop and spread over nine.
#[test]
fn receivers_that_never_answer_keep_no_other_shop_waiting() {
    for (shops, slots) in [(1, 4), (1, 2), (9, 2)] {
        let folder = folder();
        let server = serve(folder.path(), &["--webhook-shop-slots", &slots.to_string()]);
        let mut client = server.client();
        at_nine(&mut client);
        let (silent, other) = (Receiver::start(), Receiver::start());
        silent.answer(&[""; 10 * SILENT]);
        for shop in 0..shops {
            let each = SILENT / shops;
            let urls: Vec<String> =
                (0..each).map(|number| format!("{}/{shop}/{number}", silent.url)).collect();
            let name = format!("a{shop}");
            shop_with(&mut client, &name, &urls);
            make_batch(&mut client, &name, 20);
            give(&mut client, &name, 20);
        }
        shop_with(&mut client, "b", std::slice::from_ref(&other.url));
        for _ in 0..shops * slots {
            silent.next();
        }
        make_batch(&mut client, "b", 10);
        assert_eq!(other.next().json()["shop_id"], "b", "{shops} shops");
        assert!(silent.is_idle(), "{shops} shops: {slots} each, and no more");
    }
}
