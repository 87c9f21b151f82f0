//! What is wrong is answered by a problem that names it.

use crate::support::{Service, first, order, presale, t, window};
use serde_json::{Value, json};

/// `body` with a field set; `null` takes it away.
fn with(mut body: Value, field: &str, value: Value) -> Value {
    let fields = body.as_object_mut().unwrap();
    if value.is_null() {
        fields.remove(field);
    } else {
        fields.insert(field.to_owned(), value);
    }
    body
}

fn check(service: &Service, method: &str, rest: &str, body: &Value, want: (u16, &str, &str)) {
    let (status, said) = service.call(method, rest, body);
    let code = said["code"].as_str().unwrap_or("-");
    let field = said["violations"].get(0).map_or_else(String::new, |it| {
        format!("{} {}", it["field"].as_str().unwrap_or("-"), it["code"].as_str().unwrap_or("-"))
    });
    assert_eq!((status, code, field.as_str()), want, "{method} {rest} {body}: {said}");
}

#[test]
fn strategies_that_break_a_rule() {
    let service = Service::first_two();
    let gift = |field, value| with(first(2), field, value);
    let tiers = |tiers: Value| with(gift("gifts", Value::Null), "tiers", tiers);
    let toy = json!([{"sku": "toy", "quantity": 1}]);
    let many = json!([{"sku": "toy", "quantity": 0}]);
    let unsorted = json!([{"min": 2, "gifts": toy}, {"min": 1, "gifts": toy}]);
    for (body, want) in [
        (gift("gifts", Value::Null), (422, "invalid_terms", "gifts required")),
        (gift("tiers", json!([])), (422, "invalid_terms", "gifts invalid_value")),
        (gift("first_n", json!(0)), (422, "invalid_terms", "first_n out_of_range")),
        (gift("gifts", many), (422, "invalid_terms", "gifts[0].quantity out_of_range")),
        (tiers(json!([])), (422, "invalid_terms", "tiers too_many")),
        (tiers(unsorted), (422, "invalid_terms", "tiers[1].min invalid_value")),
        (gift("name", json!("")), (422, "invalid_terms", "name too_long_text")),
        (
            gift("activity", window("09-01", "10-20")),
            (422, "invalid_terms", "activity activity_outside_validity"),
        ),
        (gift("main_skus", json!(["other"])), (422, "invalid_terms", "main_skus main_item_not_presale")),
        (gift("basis", json!("birthday")), (422, "invalid_body", "basis invalid_value")),
        (gift("validity", Value::Null), (422, "invalid_body", "validity required")),
        (
            gift("validity", json!({"starts_at": "soon", "ends_at": "later"})),
            (422, "invalid_body", "validity.starts_at invalid_value"),
        ),
        (gift("colour", json!(1)), (422, "invalid_body", "colour invalid_value")),
    ] {
        check(&service, "PUT", "/gift-strategies/first", &body, want);
    }
    let put = |field, value| with(presale("activation", &["first"]), field, value);
    for (body, want) in [
        (put("activation_at", json!(t("10-14"))), (422, "invalid_terms", "activation_at activation_in_past")),
        (
            put("activation_at", json!(t("11-01"))),
            (422, "invalid_terms", "activation_at not_before_balance_opening"),
        ),
        (put("goods", json!([])), (422, "invalid_terms", "goods required")),
        (put("goods", json!(["sku-2"])), (422, "invalid_terms", "gift_strategies[0] main_item_not_presale")),
        (
            put("validity", window("10-20", "12-01")),
            (422, "invalid_terms", "gift_strategies[0] activity_outside_validity"),
        ),
        (put("validity", json!({})), (422, "invalid_terms", "validity required")),
        (
            put("validity", json!({"starts_at": t("10-01")})),
            (422, "invalid_terms", "validity.ends_at required"),
        ),
        (put("validity", json!({"same_as": "nobody"})), (422, "invalid_terms", "validity.same_as not_found")),
        (put("gift_strategies", json!(["nobody"])), (422, "invalid_terms", "gift_strategies[0] not_found")),
        (put("timing", json!("sometimes")), (422, "invalid_body", "timing invalid_value")),
        (put("activation_at", json!("soon")), (422, "invalid_body", "activation_at invalid_value")),
    ] {
        check(&service, "PUT", "/presale-strategies/p", &body, want);
    }
    check(
        &service,
        "PUT",
        "/presale-strategies/q",
        &presale("activation", &["first"]),
        (422, "invalid_terms", "gift_strategies[0] strategy_in_use"),
    );
    assert_eq!(service.get("/presale-strategies/p")["version"], 1, "nothing has changed");
}

#[test]
fn what_is_not_here() {
    let service = Service::first_two();
    let nothing = Value::Null;
    for (method, rest, body) in [
        ("GET", "/presale-strategies/x", &nothing),
        ("GET", "/gift-strategies/x", &nothing),
        ("POST", "/gift-strategies/x/dry-run", &json!({})),
        ("POST", "/gift-strategies/x/override", &nothing),
        ("POST", "/presale-strategies/x/rerun", &json!({"activation_at": t("10-30")})),
        ("GET", "/pool-orders/x", &nothing),
        ("POST", "/pool-orders/x/gifts", &json!({"sku": "toy", "quantity": 1, "reason": "why"})),
        ("GET", "/gift-stock/x", &nothing),
        ("GET", "/gift-list?strategy=x", &nothing),
    ] {
        check(&service, method, rest, body, (404, "not_found", ""));
    }
}

#[test]
fn a_s4_25_what_a_gap_cannot_be() {
    let service = Service::first_two();
    for (method, rest, body, want) in [
        (
            "PUT",
            "/download-watermark",
            json!({"through": t("10-14"), "accept_gaps": true}),
            (422, "invalid_value", "reason invalid_value"),
        ),
        ("POST", "/download-gaps", json!({"source": ""}), (422, "invalid_value", "source invalid_value")),
        (
            "POST",
            "/download-gaps",
            json!({"source": "a", "rows": [{"row": 1, "code": ""}]}),
            (422, "invalid_value", "rows[0].code invalid_value"),
        ),
    ] {
        check(&service, method, rest, &body, want);
    }
}

#[test]
fn what_the_state_forbids_and_what_cannot_be_read() {
    let service = Service::first_two();
    service.ok("PUT", "/download-watermark", &json!({"through": t("10-14")}));
    let moves = json!({"order_ids": []});
    let gift = json!({"sku": "toy", "quantity": 0, "reason": "why"});
    service.bring(&[order("O1", "u1", "10-14 20:00:01")]);
    for (method, rest, body, want) in [
        ("PUT", "/download-watermark", json!({"through": t("10-13")}), (409, "watermark_backwards", "")),
        (
            "PUT",
            "/download-watermark",
            json!({"through": t("10-30")}),
            (422, "invalid_value", "through time_in_future"),
        ),
        (
            "PUT",
            "/download-watermark",
            json!({"through": "now"}),
            (422, "invalid_body", "through invalid_value"),
        ),
        ("POST", "/gift-strategies/first/override", Value::Null, (409, "wrong_stage", "")),
        (
            "POST",
            "/presale-strategies/p/rerun",
            json!({"activation_at": t("10-01")}),
            (422, "invalid_terms", "activation_at activation_in_past"),
        ),
        ("POST", "/pool-orders/submit", moves.clone(), (422, "too_many", "order_ids too_many")),
        (
            "POST",
            "/pool-orders/fulfil",
            json!({"order_ids": [""]}),
            (422, "invalid_body", "order_ids[0] invalid_value"),
        ),
        ("POST", "/pool-orders/reject", json!({}), (422, "invalid_body", "order_ids required")),
        ("POST", "/pool-orders/O1/gifts", gift, (422, "invalid_value", "quantity out_of_range")),
        ("PUT", "/gift-stock/toy", json!({"quantity": -1}), (422, "invalid_body", "quantity invalid_value")),
        (
            "POST",
            "/gift-strategies/first/dry-run",
            json!({"cursor": "x"}),
            (422, "invalid_body", "cursor invalid_value"),
        ),
        (
            "POST",
            "/gift-strategies/first/dry-run",
            json!({"now": "x"}),
            (422, "invalid_body", "now invalid_value"),
        ),
        ("GET", "/pool-orders?stage=nowhere", Value::Null, (422, "invalid_body", "stage invalid_value")),
        (
            "GET",
            "/pool-orders?stage=review&exception=true",
            Value::Null,
            (422, "invalid_body", "exception invalid_value"),
        ),
        ("GET", "/gift-list?format=pdf", Value::Null, (422, "invalid_body", "format invalid_value")),
        ("POST", "/shop-orders", json!({"order": []}), (400, "malformed_body", "")),
        ("POST", "/shop-orders", json!("x"), (400, "malformed_body", "")),
    ] {
        check(&service, method, rest, &body, want);
    }
    let (status, _) = service.bytes("POST", "/v1/shops/s/shop-orders", "text/csv", b"O1");
    assert_eq!(status, 415);
    let many = serde_json::to_vec(&vec![0; 10_001]).unwrap();
    let (status, _) = service.bytes("POST", "/v1/shops/s/shop-orders", "application/json", &many);
    assert_eq!(status, 413);
}

#[test]
fn a_bad_order_fails_alone() {
    let service = Service::first_two();
    let good = order("O1", "u1", "10-14 20:00:01");
    let bad = |field, value| with(order("O2", "u2", "10-14 20:00:02"), field, value);
    let orders = [
        (good.clone(), "created", ""),
        (bad("ordered_at", json!("soon")), "rejected", "ordered_at invalid_value"),
        (bad("ordered_at", Value::Null), "rejected", "ordered_at required"),
        (bad("goods_paid", json!(1.5)), "rejected", "goods_paid invalid_value"),
        (bad("goods_paid", json!(-1)), "rejected", "goods_paid out_of_range"),
        (bad("lines", json!([])), "rejected", "lines too_many"),
        (
            bad("lines", json!([{"sku": "a", "quantity": 0, "amount": 1}])),
            "rejected",
            "lines[0].quantity out_of_range",
        ),
        (bad("frist_paid_at", json!(t("10-14"))), "rejected", "frist_paid_at invalid_value"),
        (bad("first_paid_at", json!(t("11-14"))), "rejected", "first_paid_at time_in_future"),
        (json!(7), "rejected", "body invalid_value"),
        (with(good.clone(), "customer_id", json!("u9")), "rejected", "customer_id idempotency_conflict"),
        (good, "duplicate", ""),
    ];
    let body: Vec<&Value> = orders.iter().map(|(order, ..)| order).collect();
    let said = service.ok("POST", "/shop-orders", &json!(body));
    for (index, (order, outcome, field)) in orders.iter().enumerate() {
        let result = &said["results"][index];
        let first = result["violations"].get(0);
        let found =
            first.map(|it| format!("{} {}", it["field"].as_str().unwrap(), it["code"].as_str().unwrap()));
        assert_eq!(result["outcome"], *outcome, "{order}: {result}");
        assert_eq!(found.unwrap_or_default(), *field, "{order}: {result}");
    }
    assert_eq!(said["results"][1]["order_id"], "O2", "a rejected order is named");
}

#[test]
fn what_a_list_does_not_know_is_refused() {
    let service = Service::first_two();
    for (path, field) in [
        ("/pool-orders?stge=review", "stge"),
        ("/pool-orders?limit=0", "limit"),
        ("/pool-orders?limit=201", "limit"),
        ("/pool-orders?cursor=%20", "cursor"),
        ("/gift-list?strategie=first", "strategie"),
    ] {
        let (status, said) = service.call("GET", path, &Value::Null);
        assert_eq!((status, &said["violations"][0]["field"]), (422, &json!(field)), "{path}: {said}");
    }
    let (status, said) = service.call("POST", "/gift-strategies/first/dry-run", &json!({"limit": 201}));
    assert_eq!((status, &said["violations"][0]["field"]), (422, &json!("limit")), "{said}");
    let (status, _) = service.call("POST", "/shop-orders?sumbit=true", &json!([]));
    assert_eq!(status, 422);
}

#[test]
fn an_order_is_an_object_and_not_a_list_of_its_fields() {
    let service = Service::first_two();
    service.clock("10-21");
    let mut order = crate::support::order("O1", "u1", "10-20 20:00:01");
    order["lines"] = json!([["sku-1", 1, 32_000]]);
    let (status, said) = service.call("POST", "/shop-orders", &json!([order]));
    assert_eq!((status, &said["results"][0]["outcome"]), (200, &json!("rejected")), "{said}");
}
