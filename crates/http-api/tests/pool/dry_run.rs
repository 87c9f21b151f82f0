//! A dry run says what the run will do, and does nothing.

use crate::support::{Service, order, t, word};
use serde_json::{Value, json};

fn told(answer: &Value) -> Vec<String> {
    let one = |row: &Value| {
        format!("{} {} {} {}", word(&row["order_id"]), row["rank"], word(&row["outcome"]), word(&row["code"]))
    };
    answer["data"].as_array().unwrap().iter().map(one).collect()
}

fn three() -> Service {
    let service = Service::first_two();
    service.clock("10-21");
    service.bring(&[
        order("O3", "u3", "10-20 20:00:03"),
        order("O2", "u2", "10-20 20:00:02"),
        order("O1", "u1", "10-20 20:00:01"),
    ]);
    service
}

#[test]
fn a_s4_6_what_is_not_certain_is_not_given() {
    let service = three();
    let said = service.ok("POST", "/gift-strategies/first/dry-run", &Value::Null);
    assert_eq!((&said["would_give"], &said["would_not"]), (&json!(0), &json!({"pool_incomplete": 2})));
    let incomplete = json!({"code": "pool_incomplete", "needs_through": t("10-29"), "certain": 0});
    assert_eq!(said["incomplete"], incomplete);
    assert_eq!(
        told(&said),
        ["O1 1 not_yet pool_incomplete", "O2 2 not_yet pool_incomplete"],
        "only the first N"
    );
    let certain = json!({"watermark": t("10-20 20:00:02")});
    let said = service.ok("POST", "/gift-strategies/first/dry-run", &certain);
    assert_eq!((&said["would_give"], &said["incomplete"]), (&json!(2), &Value::Null), "N are certain");
}

#[test]
fn it_says_what_the_run_then_does() {
    let service = three();
    service.ok("PUT", "/gift-stock/toy", &json!({"quantity": 1}));
    let said = service.ok("POST", "/gift-strategies/first/dry-run", &json!({"assume_downloaded": true}));
    assert_eq!(told(&said), ["O1 1 give -", "O2 2 nothing gift_out_of_stock"]);
    assert_eq!(said["data"][0]["gifts"], json!([{"sku": "toy", "quantity": 1}]));
    assert_eq!(said["stock_short"], json!([{"sku": "toy", "needed": 2, "left": 1}]));
    let again = json!({"assume_downloaded": true, "limit": 1});
    let page = service.ok("POST", "/gift-strategies/first/dry-run", &again);
    assert_eq!((told(&page), &page["would_give"]), (vec!["O1 1 give -".to_owned()], &json!(1)));
    let next = json!({"assume_downloaded": true, "limit": 1, "cursor": page["next_cursor"]});
    let page = service.ok("POST", "/gift-strategies/first/dry-run", &next);
    assert_eq!(told(&page), ["O2 2 nothing gift_out_of_stock"]);
    assert_eq!(page["next_cursor"], Value::Null);
    let late = json!({"assume_downloaded": true, "now": t("12-01")});
    let said = service.ok("POST", "/gift-strategies/first/dry-run", &late);
    assert_eq!(said["would_not"], json!({"outside_validity": 2}), "the clock can be set");
    assert_eq!(service.get("/gift-stock/toy")["given"], 0, "nothing is stored");

    service.clock("10-29");
    service.ok("POST", "/gift-strategies/first/override", &Value::Null);
    service.clock("10-29 00:00:01");
    assert_eq!(service.get("/pool-orders/O1")["gifts"][0]["rank"], 1);
    assert_eq!(service.get("/pool-orders/O2")["places"][0]["code"], "gift_out_of_stock");
    let said = service.ok("POST", "/gift-strategies/first/dry-run", &Value::Null);
    assert_eq!(told(&said), ["O1 1 nothing already_executed", "O2 2 nothing gift_out_of_stock"]);
}
