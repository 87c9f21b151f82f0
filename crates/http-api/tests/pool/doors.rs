//! The last door, stages and older downloads over HTTP.

use super::support::{Service, t};
use serde_json::{Value, json};

fn paid(id: &str, goods_paid: i64) -> Value {
    let lines = json!([{"sku": "K", "quantity": 1, "amount": 60_000}]);
    json!({"order_id": id, "customer_id": "u", "ordered_at": t("10-14 10:00:00"),
        "first_paid_at": t("10-14 10:01:00"), "goods_paid": goods_paid, "lines": lines})
}

/// The first download once more, late: it says when it was made, and changes nothing.
#[test]
fn a_s4_23_an_older_download_changes_no_amount() {
    let service = Service::empty();
    for amount in [60_000, 30_000] {
        service.ok("POST", "/shop-orders", &json!([paid("o1", amount)]));
    }
    let again = format!("/shop-orders?as_of={}", t("10-14 12:00:00"));
    let answer = service.ok("POST", &again, &json!([paid("o1", 60_000)]));
    assert_eq!(answer["results"][0]["outcome"], "duplicate");
    assert_eq!(service.get("/pool-orders/o1")["goods_paid"], 30_000);
    let (status, _) = service.call("POST", "/shop-orders?as_of=yesterday", &json!([]));
    assert_eq!(status, 422);
}

/// Two children of a purchase: one amount, one gift, and both say where they come from.
#[test]
fn a_s4_24_a_download_names_the_parent() {
    let service = Service::empty();
    let child = |name: &str, parent: &str| {
        let mut child = paid(name, 10_000);
        child["parent_id"] = parent.into();
        child
    };
    let answer =
        service.ok("POST", "/shop-orders", &json!([child("o1", "p"), child("o2", "p"), paid("o3", 10_000)]));
    assert!((0..3).all(|index| answer["results"][index]["outcome"] == "created"), "{answer}");
    assert_eq!(service.get("/pool-orders/o2")["parent_id"], "p");
    assert!(service.get("/pool-orders/o3").get("parent_id").is_none());
    let answer =
        service.ok("POST", "/shop-orders", &json!([child("o1", "q"), child("o4", ""), child("o5", "o5")]));
    let outcomes: Vec<_> = (0..3).map(|index| answer["results"][index]["outcome"].clone()).collect();
    assert_eq!(outcomes, ["rejected", "rejected", "created"], "{answer}");
    assert_eq!(answer["results"][0]["code"], "idempotency_conflict", "{answer}");
    assert_eq!(service.get("/pool-orders/o1")["parent_id"], "p");
}

#[test]
fn a_s4_19_a_s4_20_the_last_door() {
    let service = Service::empty();
    service.ok("POST", "/shop-orders?submit=true", &json!([paid("o1", 10_000)]));
    let shown = service.get("/pool-orders/o1");
    assert_eq!((&shown["stage"], &shown["payment_stages"]), (&json!("review"), &json!("one")));
    assert_eq!(shown["exceptions"][0]["code"], "looks_partly_paid");
    let fulfil = |more: Value| {
        let mut body = json!({"order_ids": ["o1"]});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    assert_eq!(service.moved("fulfil", &fulfil(json!({}))), ["o1 rejected looks_partly_paid"]);
    let (status, problem) =
        service.call("POST", "/pool-orders/fulfil", &fulfil(json!({"accept_unpaid": true})));
    assert_eq!((status, &problem["violations"][0]["field"]), (422, &json!("reason")));
    let reason = json!({"accept_unpaid": true, "reason": "paid by transfer"});
    assert_eq!(service.moved("fulfil", &fulfil(reason)), ["o1 done fulfilment"]);
    let last = service.get("/pool-orders/o1")["moves"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(
        (&last["reason"], &last["accepted"][0]),
        (&json!("paid by transfer"), &json!("looks_partly_paid"))
    );
}
