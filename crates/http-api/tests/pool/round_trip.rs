//! Every route once, in the order in which an operator comes to them.

use crate::support::{Service, balanced, order, presale, t, word};
use serde_json::{Value, json};

#[test]
fn s4_r19_strategies_come_back_as_they_were_put() {
    let service = Service::first_two();
    let gift = service.get("/gift-strategies/first");
    assert_eq!(gift["gifts"], json!([{"sku": "toy", "quantity": 1}]));
    assert_eq!((&gift["first_n"], &gift["group"], &gift["version"]), (&json!(2), &json!(0), &json!(1)));
    assert_eq!(gift["validity"], json!({"starts_at": t("10-01"), "ends_at": t("12-01")}));
    assert_eq!(gift["run"]["candidates"], 0);
    let shown = service.get("/presale-strategies/p");
    assert_eq!(shown["validity"], gift["validity"], "same_as copies it");
    assert_eq!((word(&shown["status"]), word(&shown["timing"])), ("settling", "activation"));
    let again = service.ok("PUT", "/presale-strategies/p", &presale("activation", &["first"]));
    assert_eq!((&again["version"], &again["warnings"]), (&json!(1), &json!([])));
    assert_eq!(service.get("/presale-strategies")["data"], json!([shown]));
    assert_eq!(service.get("/gift-strategies")["data"], json!([gift]));
    let mut tiers = crate::support::first(2);
    tiers.as_object_mut().unwrap().remove("gifts");
    tiers.as_object_mut().unwrap().remove("first_n");
    tiers["tiers"] = json!([{"min": 10_000, "gifts": [{"sku": "cup", "quantity": 2}]}]);
    let put = service.ok("PUT", "/gift-strategies/tiers", &tiers);
    assert_eq!((&put["tiers"], &put["gifts"]), (&tiers["tiers"], &Value::Null));
    let early = service.ok("PUT", "/presale-strategies/q", &presale("transfer_in", &["tiers"]));
    assert_eq!(early["warnings"][0]["code"], "amount_not_final", "{early}");
}

#[test]
fn s4_r20_the_first_two_get_their_toy_whatever_the_order_of_arrival() {
    let service = Service::first_two();
    assert_eq!(service.ok("PUT", "/gift-stock/toy", &json!({"quantity": 10}))["left"], 10);
    service.clock("10-21");
    let orders = [order("O3", "u3", "10-20 20:00:03"), order("O1", "u1", "10-20 20:00:01")];
    assert_eq!(service.bring(&orders), ["created presale_pool"; 2]);
    assert_eq!(service.bring(&orders[..1]), ["duplicate presale_pool"]);
    let two = order("O2", "u2", "10-20 20:00:02").to_string();
    let lines = format!("{two}\n\n{{\"order_id\": \"bad\"}}\n");
    let (status, said) = service.bytes(
        "POST",
        "/v1/shops/s/shop-orders?submit=true",
        "application/x-ndjson",
        lines.as_bytes(),
    );
    let said: Value = serde_json::from_slice(&said).unwrap();
    assert_eq!((status, &said["results"][0]["stage"]), (200, &json!("presale_pool")));
    let bad = &said["results"][1];
    assert_eq!(
        [word(&bad["order_id"]), word(&bad["outcome"]), word(&bad["code"])],
        ["bad", "rejected", "required"]
    );

    let shown = service.get("/pool-orders/O3");
    assert_eq!((&shown["stage"], &shown["fully_paid"]), (&json!("presale_pool"), &json!(false)));
    assert_eq!(shown["places"][0]["provisional_rank"], 3);
    assert_eq!((&shown["places"][0]["provisional"], &shown["gifts"]), (&json!(true), &json!([])));
    let listed = service.get("/pool-orders?stage=presale_pool&limit=2");
    assert_eq!((listed["data"].as_array().unwrap().len(), word(&listed["next_cursor"])), (2, "O2"));

    service.clock("10-29");
    let waits = service.get("/gift-strategies/first")["run"]["waits"].clone();
    assert_eq!((&waits["code"], &waits["needs_through"]), (&json!("pool_incomplete"), &json!(t("10-29"))));
    assert_eq!(service.get("/download-watermark")["through"], Value::Null);
    let through = json!({"through": t("10-29")});
    assert_eq!(service.ok("PUT", "/download-watermark", &through), through);
    service.clock("10-29 00:00:01");
    assert_eq!(service.get("/download-watermark"), through);
    let run = service.get("/gift-strategies/first")["run"].clone();
    assert_eq!((&run["given"], &run["ranked"], &run["finished"]), (&json!(2), &json!(2), &json!(true)));
    let gifts = |id: &str| service.get(&format!("/pool-orders/{id}"))["gifts"].clone();
    assert_eq!(
        gifts("O1"),
        json!([{"strategy_id": "first", "sku": "toy", "quantity": 1, "rank": 1, "manual": false}])
    );
    assert_eq!((gifts("O2")[0]["rank"].clone(), gifts("O3")), (json!(2), json!([])));
    let third = service.get("/pool-orders/O3")["places"][0].clone();
    assert_eq!((&third["code"], &third["provisional"]), (&json!("beyond_first_n"), &json!(false)));
    assert_eq!(service.get("/gift-stock/toy"), json!({"sku": "toy", "quantity": 10, "given": 2, "left": 8}));
    assert_eq!(service.get("/gift-stock")["data"][0]["given"], 2);
    assert_eq!(service.get("/presale-strategies/p")["status"], "activated");
}

/// Rows of a download that could not be read: said, shown with what waits for them, and answered for.
#[test]
fn a_s4_25_what_a_download_could_not_say_is_shown_and_answered_for() {
    let service = Service::first_two();
    service.clock("10-21");
    service.bring(&[order("O1", "u1", "10-20 20:00:01"), order("O3", "u3", "10-20 20:00:03")]);
    let row = json!({"row": 3, "code": "not_an_amount", "order_id": "O2", "since": t("10-20 20:00:02")});
    let gap = service.ok("POST", "/download-gaps", &json!({"source": "june.csv", "rows": [row]}));
    assert_eq!((&gap["since"], &gap["order_ids"]), (&json!(t("10-20 20:00:02")), &json!(["O2"])));
    service.clock("10-29");
    service.ok("PUT", "/download-watermark", &json!({"through": t("10-29")}));
    service.clock("10-29 00:00:01");
    let waits = service.get("/gift-strategies/first")["run"]["waits"].clone();
    let told = json!([{"file": "june.csv", "row": 3, "code": "not_an_amount", "order_id": "O2"}]);
    assert_eq!((&waits["code"], &waits["certain"]), (&json!("pool_incomplete"), &json!(1)));
    assert_eq!((&waits["rows"], &waits["rows_in_all"]), (&told, &json!(1)));
    let tried = service.ok("POST", "/gift-strategies/first/dry-run", &json!({}));
    assert_eq!(tried["incomplete"]["rows"], told);
    assert_eq!(service.get("/download-watermark")["gaps"][0], gap);
    let accept = json!({"through": t("10-29"), "accept_gaps": true, "reason": "O2 was a test"});
    let answered = service.ok("PUT", "/download-watermark", &accept);
    assert_eq!(answered["gaps"][0]["accepted_because"], "O2 was a test");
    service.clock("10-29 00:00:02");
    assert_eq!(service.get("/gift-strategies/first")["run"]["given"], 2);
}

/// The first of three turns up when the ranks are frozen.
fn with_a_late_order() -> Service {
    let service = Service::first_two();
    service.clock("10-21");
    service.bring(&[order("O2", "u2", "10-20 20:00:02"), order("O3", "u3", "10-20 20:00:03")]);
    service.clock("10-29");
    service.ok("POST", "/gift-strategies/first/override", &Value::Null);
    service.clock("10-29 00:00:01");
    service.bring(&[order("O1", "u1", "10-20 20:00:01")]);
    service
}

#[test]
fn a_s4_7_a_late_order_is_an_exception_until_a_person_gives() {
    let service = with_a_late_order();
    let found = service.get("/pool-orders?exception=true");
    assert_eq!(found["data"][0]["order_id"], "O1", "{found}");
    assert_eq!(found["data"][0]["exceptions"][0]["code"], "late_earlier_order");
    assert_eq!(left_out(&found["data"][0]), ["first late_earlier_order"]);
    let gift = json!({"sku": "toy", "quantity": 1, "reason": "it was first"});
    let (status, said) = service.call("POST", "/pool-orders/O1/gifts", &gift);
    assert_eq!(status, 201, "{said}");
    assert_eq!(
        said["gifts"],
        json!([{"sku": "toy", "quantity": 1, "manual": true, "reason": "it was first"}])
    );
    assert_eq!(service.get("/pool-orders?exception=true")["data"], json!([]));
    service.clock("11-01 01:00");
    service.bring(&[balanced(order("O1", "u1", "10-20 20:00:01"), "11-01 00:05:00")]);
    assert_eq!(service.get("/pool-orders?exception=true")["data"], json!([]), "settled stays settled");
    assert_eq!(left_out(&service.get("/pool-orders/O1")), ["first late_earlier_order"]);
    // What people added they can take back, until the warehouse has it.
    let (status, said) = service.call("DELETE", "/pool-orders/O1/gifts/toy", &Value::Null);
    assert_eq!((status, &said["gifts"]), (200, &json!([])), "{said}");
    let (status, said) = service.call("DELETE", "/pool-orders/O1/gifts/toy", &Value::Null);
    assert_eq!((status, word(&said["code"])), (404, "not_found"));
}

#[test]
fn a_s4_7_a_late_order_that_was_looked_at_leaves_the_list() {
    let service = with_a_late_order();
    assert_eq!(service.get("/pool-orders?exception=true")["data"][0]["order_id"], "O1");
    let said = service.ok("POST", "/pool-orders/dismiss", &json!({"order_ids": ["O1", "O9"]}));
    assert_eq!(
        [word(&said["results"][0]["outcome"]), word(&said["results"][1]["code"])],
        ["done", "not_found"]
    );
    assert_eq!(service.get("/pool-orders?exception=true")["data"], json!([]));
    service.clock("11-01 01:00");
    service.bring(&[balanced(order("O1", "u1", "10-20 20:00:01"), "11-01 00:05:00")]);
    assert_eq!(service.get("/pool-orders?exception=true")["data"], json!([]));
}

fn left_out(order: &Value) -> Vec<String> {
    let each = order["left_out"].as_array().unwrap().iter();
    each.map(|one| format!("{} {}", word(&one["strategy_id"]), word(&one["code"]))).collect()
}

#[test]
fn s4_r24_an_order_without_a_place_says_why() {
    let service = Service::first_two();
    let mut other = crate::support::first(2);
    other["main_skus"] = json!(["sku-2"]);
    service.ok("PUT", "/gift-strategies/second", &other);
    let mut presale = presale("activation", &["first", "second"]);
    presale["goods"] = json!(["sku-1", "sku-2"]);
    service.ok("PUT", "/presale-strategies/p", &presale);
    service.clock("10-21");
    let mut unpaid = order("O1", "u1", "10-20 20:00:01");
    unpaid.as_object_mut().unwrap().remove("first_paid_at");
    unpaid["goods_paid"] = json!(0);
    let early = order("O2", "u2", "10-09 20:00:00");
    service.bring(&[unpaid, early, order("O3", "u3", "10-20 20:00:03")]);
    let of = |id: &str| left_out(&service.get(&format!("/pool-orders/{id}")));
    assert_eq!(of("O1"), ["first basis_unknown", "second no_main_item"]);
    assert_eq!(of("O2"), ["first outside_activity", "second no_main_item"]);
    assert_eq!(of("O3"), ["second no_main_item"]);
    let mut free = crate::support::first(2);
    free["main_skus"] = json!(["sku-9"]);
    service.ok("PUT", "/gift-strategies/free", &free);
    let mut other = order("O4", "u4", "10-20 20:00:04");
    other["lines"][0]["sku"] = json!("sku-9");
    assert_eq!(service.bring(&[other]), ["created review"]);
    assert_eq!(of("O4"), ["free needs_presale_strategy"]);
}

#[test]
fn moves_by_hand_have_an_outcome_an_order() {
    let service = Service::first_two();
    service.clock("10-21");
    let one = order("O1", "u1", "10-20 20:00:01");
    let said =
        service.ok("POST", "/shop-orders", &json!({"orders": [one, order("O2", "u2", "10-20 20:00:02")]}));
    assert_eq!(said["results"][0], json!({"order_id": "O1", "outcome": "created"}));
    let ids = |ids: &[&str]| json!({"order_ids": ids});
    assert_eq!(
        service.moved("submit", &ids(&["O1", "O9"])),
        ["O1 done presale_pool", "O9 rejected not_found"]
    );
    assert_eq!(service.moved("submit", &ids(&["O1"])), ["O1 rejected wrong_stage"]);
    assert_eq!(
        service.moved("transfer-out", &ids(&["O1", "O2"])),
        ["O1 done review", "O2 rejected wrong_stage"]
    );
    assert_eq!(service.moved("recompute", &ids(&["O1"])), ["O1 done review"]);
    service.clock("11-01 01:00:00");
    let paid = balanced(order("O1", "u1", "10-20 20:00:01"), "11-01 00:30:00");
    assert_eq!(service.bring(&[paid]), ["updated review"]);
    let forget =
        |confirm: bool| json!({"order_ids": ["O1"], "forget_first_payment": true, "confirm": confirm});
    assert_eq!(service.moved("reject", &forget(false)), ["O1 rejected confirmation_required"]);
    assert_eq!(service.moved("reject", &ids(&["O1"])), ["O1 done shop_order"]);
    assert_eq!(service.get("/pool-orders/O1")["times"]["first_paid_at"], t("10-20 20:00:01"), "it is kept");
    service.moved("submit", &ids(&["O1"]));
    assert_eq!(service.moved("reject", &forget(true)), ["O1 done shop_order"]);
    assert_eq!(service.get("/pool-orders/O1")["times"]["first_paid_at"], Value::Null);
    service.moved("submit", &ids(&["O1"]));
    let accept = json!({"order_ids": ["O1"], "accept_undecided": true});
    assert_eq!(service.moved("fulfil", &accept), ["O1 done fulfilment"]);
}

#[test]
fn s4_r06_a_rerun_waits_for_its_new_activation() {
    let service = Service::first_two();
    service.clock("10-21");
    service.bring(&[order("O1", "u1", "10-20 20:00:01")]);
    service.clock("10-29");
    service.ok("POST", "/gift-strategies/first/override", &Value::Null);
    service.clock("10-29 00:00:01");
    assert_eq!(service.get("/pool-orders/O1")["gifts"][0]["rank"], 1);
    let said = service.ok("POST", "/presale-strategies/p/rerun", &json!({"activation_at": t("10-30")}));
    assert_eq!((word(&said["status"]), word(&said["activation_at"])), ("rerunning", &*t("10-30")));
    service.clock("10-29 00:00:02");
    assert_eq!(service.get("/presale-strategies/p")["status"], "settling");
    let shown = service.get("/pool-orders/O1");
    assert_eq!((&shown["gifts"], &shown["stage"]), (&json!([]), &json!("presale_pool")));
}

#[test]
fn a_closed_order_shows_no_gifts() {
    let service = Service::first_two();
    service.clock("10-21");
    let one = order("O1", "u1", "10-20 20:00:01");
    service.bring(std::slice::from_ref(&one));
    service.call("POST", "/pool-orders/O1/gifts", &json!({"sku": "cup", "quantity": 1, "reason": "sorry"}));
    let mut closed = one;
    closed["closed_at"] = t("10-20 21:00:00").into();
    assert_eq!(service.bring(&[closed]), ["updated closed"]);
    let shown = service.get("/pool-orders/O1");
    assert_eq!((&shown["gifts"], &shown["times"]["closed_at"]), (&json!([]), &json!(t("10-20 21:00:00"))));
}
