//! The last second of a day (A-G-3) and other currencies (A-G-12), through the real router.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "pool/support.rs"]
#[allow(dead_code, reason = "the pool's tests use the rest")]
mod support;

use serde_json::{Value, json};
use support::Service;

const LAST: &str = "2020-11-30T23:59:59+08:00";
const NEXT: &str = "2020-12-01T00:00:00+08:00";

fn codes(answer: &Value) -> Vec<(&str, &str)> {
    let warnings = answer["warnings"].as_array().unwrap();
    warnings.iter().map(|w| (w["field"].as_str().unwrap(), w["code"].as_str().unwrap())).collect()
}

fn created(service: &Service, rest: &str, body: &Value) -> Value {
    let (status, answer) = service.call("POST", rest, body);
    assert_eq!(status, 201, "{answer}");
    answer
}

fn recovery(ends_at: &str) -> Value {
    json!({
        "campaign_id": "r", "kind": "recovery", "name": "r", "publish": true,
        "starts_at": "2020-11-01T00:00:00+08:00", "ends_at": ends_at,
        "terms": { "trigger_after_minutes": 15, "spend": 10_000, "save": 900, "quantity": 1_000 },
    })
}

#[test]
fn a_g_3_a_campaigns_end_is_the_end_of_the_day() {
    let service = Service::empty();
    let made = created(&service, "/campaigns", &recovery(LAST));
    assert_eq!(made["ends_at"], NEXT);
    assert!(codes(&made).contains(&("ends_at", "end_of_day")), "{made}");
    // The same again answers the same; what is read has nothing to say of it.
    assert_eq!(created(&service, "/campaigns", &recovery(LAST)), made);
    let read = service.get("/campaigns/r");
    assert_eq!((&read["ends_at"], codes(&read)), (&json!(NEXT), vec![("terms.quantity", "worst_case_cost")]));
    // 90 days less a second, and what stays as it is.
    let (_, told) = service.call("POST", "/campaigns/validate", &recovery("2021-01-29T23:59:59+08:00"));
    assert_eq!(told["violations"], json!([]), "exactly 90 days");
    let (_, told) = service.call("POST", "/campaigns/validate", &recovery("2021-01-30T23:59:59+08:00"));
    assert_eq!(told["violations"][0]["code"], "too_long");
    assert!(codes(&told).contains(&("ends_at", "end_of_day")));
    // A change that names an end, with the offset of another zone; one that names none.
    let changed = service.ok("PATCH", "/campaigns/r", &json!({ "ends_at": "2020-12-05T15:59:59Z" }));
    assert_eq!(changed["ends_at"], "2020-12-06T00:00:00+08:00");
    assert!(codes(&changed).contains(&("ends_at", "end_of_day")));
    let named = service.ok("PATCH", "/campaigns/r", &json!({ "name": "another" }));
    assert_eq!(codes(&named), [("terms.quantity", "worst_case_cost")]);
    // A start is what it is.
    let (_, told) = service.call(
        "POST",
        "/campaigns/validate",
        &json!({ "kind": "recovery", "name": "x", "starts_at": LAST, "ends_at": "2020-12-09T00:00:00+08:00",
            "terms": recovery(LAST)["terms"] }),
    );
    assert_eq!(told["violations"][0]["code"], "not_whole_hour");
}

#[test]
fn a_g_3_windows_batches_and_strategies_too() {
    let service = Service::empty();
    let window = |from: &str| json!({ "starts_at": from, "ends_at": LAST });
    let presale = created(
        &service,
        "/campaigns",
        &json!({
            "kind": "presale", "name": "p", "starts_at": "2020-11-01T00:00:00+08:00", "ends_at": LAST,
            "terms": {
                "presale_type": "normal", "items": [{ "sku": "P", "presale_price": 100_000, "deposit": 10_000 }],
                "deposit_window": { "starts_at": "2020-11-01T00:00:00+08:00", "ends_at": "2020-11-10T23:59:59+08:00" },
                "balance_window": window("2020-11-11T00:00:00+08:00"), "ship_at": "2020-12-05T23:59:59+08:00",
            },
        }),
    );
    let ends = |field: &str| presale["terms"][field]["ends_at"].as_str().unwrap().to_owned();
    assert_eq!(ends("deposit_window"), "2020-11-11T00:00:00+08:00");
    assert_eq!(ends("balance_window"), NEXT);
    assert_eq!(presale["terms"]["ship_at"], "2020-12-05T23:59:59+08:00", "no end of anything");
    let moved = ["ends_at", "terms.balance_window.ends_at", "terms.deposit_window.ends_at"];
    assert_eq!(codes(&presale), moved.map(|field| (field, "end_of_day")));

    let batch = json!({
        "batch_id": "b", "name": "b", "kind": "shop", "spend": 0, "save": 100, "quantity": 10,
        "starts_at": "2020-10-15T00:00:00+08:00", "ends_at": LAST, "funded_by": "merchant",
    });
    let made = created(&service, "/coupon-batches", &batch);
    assert_eq!((&made["ends_at"], codes(&made)), (&json!(NEXT), vec![("ends_at", "end_of_day")]));
    assert_eq!(created(&service, "/coupon-batches", &batch), made);
    assert_eq!(service.get("/coupon-batches/b")["warnings"], json!([]));
    let coupons = created(&service, "/coupon-batches/b/claim", &json!({ "customer_id": "u1" }));
    let coupon = &coupons["coupons"][0]["coupon_id"];
    for (now, payable) in [("2020-11-30T23:59:59.5+08:00", 900), (NEXT, 1_000)] {
        let quote = service.ok(
            "POST",
            "/quotes",
            &json!({ "customer_id": "u1", "coupons": [coupon], "now": now,
                "lines": [{ "line_id": "1", "sku": "a", "quantity": 1, "unit_price": 1_000 }] }),
        );
        assert_eq!(quote["payable"], payable, "{now}");
    }

    let gift = json!({
        "name": "g", "basis": "order", "main_skus": ["P"], "gifts": [{ "sku": "toy", "quantity": 1 }],
        "validity": window("2020-10-01T00:00:00+08:00"), "activity": window("2020-10-20T00:00:00+08:00"),
    });
    let put = service.ok("PUT", "/gift-strategies/g", &gift);
    assert_eq!((&put["validity"]["ends_at"], &put["activity"]["ends_at"]), (&json!(NEXT), &json!(NEXT)));
    let both = [("validity.ends_at", "end_of_day"), ("activity.ends_at", "end_of_day")];
    assert!(both.iter().all(|moved| codes(&put).contains(moved)), "{put}");
    let again = service.ok("PUT", "/gift-strategies/g", &gift);
    assert_eq!(again["version"], put["version"], "the same again is no change");
    let pre = json!({
        "name": "p", "goods": ["P"], "validity": window("2020-10-01T00:00:00+08:00"),
        "activation_at": "2020-11-02T00:00:00+08:00", "gift_strategies": ["g"],
    });
    let put = service.ok("PUT", "/presale-strategies/p", &pre);
    assert_eq!(put["validity"]["ends_at"], NEXT);
    assert!(codes(&put).contains(&("validity.ends_at", "end_of_day")));
}

/// Whether a field or a query parameter of that name is an end that somebody writes.
fn is_end(name: &str) -> bool {
    let ends = ["ends_at", "expires_at", "to", "until", "before", "end", "closes_at"];
    ends.contains(&name)
        || ["_until", "_to", "_ends_at", "_before", "_closes_at"].iter().any(|end| name.ends_with(end))
}

/// The ends in a schema and in those that it is made of; what is no text, as an hour of the day, is no moment.
fn ends_in(document: &Value, schema: &Value, at: &str, found: &mut Vec<String>) {
    if let Some(reference) = schema["$ref"].as_str() {
        return ends_in(document, document.pointer(&reference[1..]).unwrap(), at, found);
    }
    for part in ["oneOf", "anyOf", "allOf"].iter().filter_map(|part| schema[part].as_array()).flatten() {
        ends_in(document, part, at, found);
    }
    if schema["items"].is_object() {
        ends_in(document, &schema["items"], at, found);
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let at = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
        let is_text = property["type"] == "string"
            || property["type"].as_array().is_some_and(|all| all.contains(&json!("string")));
        if is_end(name) && is_text {
            found.push(at.clone());
        }
        ends_in(document, property, &at, found);
    }
}

/// Every door that takes an end, as the contract has it: each is read by A-G-3, and a new one has to be put here.
#[test]
fn a_g_3_every_door_that_takes_an_end_is_known() {
    let document = serde_json::to_value(http_api::openapi()).unwrap();
    let mut doors = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let mut found = Vec::new();
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let name = parameter["name"].as_str().unwrap();
                if parameter["in"] == "query" && is_end(name) {
                    found.push(name.to_owned());
                }
            }
            for body in operation["requestBody"]["content"].as_object().into_iter().flatten() {
                ends_in(&document, &body.1["schema"], "", &mut found);
            }
            found.sort();
            found.dedup();
            doors.extend(found.into_iter().map(|field| format!("{method} {path} {field}")));
        }
    }
    // `to` of hours is an hour of the day.
    doors.retain(|door| !door.ends_with("hours.to"));
    let mut expected = Vec::new();
    for (method, path) in
        [("post", "campaigns"), ("post", "campaigns/validate"), ("patch", "campaigns/{campaign}")]
    {
        let terms = [
            "balance_window.ends_at",
            "deposit_window.ends_at",
            "tiers.action.draw.release.until",
            "waves.award.ends_at",
            "waves.enrollment.ends_at",
            "waves.redemption.ends_at",
            "waves.sprint.ends_at",
        ];
        let fields =
            std::iter::once("ends_at".to_owned()).chain(terms.iter().map(|term| format!("terms.{term}")));
        expected.extend(fields.map(|field| format!("{method} /v1/shops/{{shop}}/{path} {field}")));
    }
    expected.extend(
        [
            "post coupon-batches ends_at",
            "post coupon-batches/validate ends_at",
            "put gift-strategies/{strategy} activity.ends_at",
            "put gift-strategies/{strategy} validity.ends_at",
            "put presale-strategies/{strategy} validity.ends_at",
            "post shop-orders balance_closes_at",
            "get sms-bill to",
            "post sms-packs expires_at",
        ]
        .map(|door| door.replacen(' ', " /v1/shops/{shop}/", 1)),
    );
    for (method, path) in [("post", "/v1/sprints"), ("put", "/v1/sprints/{sprint}")] {
        let stages = ["award", "ends_at", "enrollment", "pre_submission", "redemption", "sprint"];
        let waves =
            ["award", "enrollment", "redemption", "sprint"].map(|stage| format!("waves.{stage}.ends_at"));
        let own =
            stages.map(|stage| if stage == "ends_at" { stage.into() } else { format!("{stage}.ends_at") });
        expected.extend(own.into_iter().chain(waves).map(|field| format!("{method} {path} {field}")));
    }
    assert_eq!(doors, expected);
}

/// A-G-3: the stages of a platform's sprint end with their day.
#[test]
fn a_g_3_stages_of_a_platforms_sprint_end_with_their_day() {
    let service = Service::empty();
    let day = |day: &str| format!("2030-{day}T00:00:00+08:00");
    let last = |day: &str| format!("2030-{day}T23:59:59+08:00");
    let plan = json!({
        "sprint_id": "p", "name": "p", "threshold": 100, "remark": { "required_quantity": 500, "max_pay_percent": 80 },
        "enrollment_starts_at": day("10-01"), "sprint_starts_at": day("10-10"), "award_starts_at": day("10-20"),
        "redemption_starts_at": day("10-25"), "ends_at": last("10-31"),
    });
    let (status, made) = service.json("POST", "/v1/sprints", &plan);
    assert_eq!((status, &made["waves"][0]["redemption"]["ends_at"]), (201, &json!(day("11-01"))), "{made}");
    let open = json!({ "starts_at": day("09-01"), "ends_at": last("09-30") });
    let mut next = plan.clone();
    next["pre_submission"] = open;
    let (status, made) = service.json("PUT", "/v1/sprints/p", &next);
    assert_eq!((status, &made["pre_submission"]["ends_at"]), (200, &json!(day("10-01"))), "{made}");
}

/// A-G-3, A-S4-6, A-S4-16: an order that closes with the day; a download is through as far as it says.
#[test]
fn a_g_3_downloaded_orders_close_with_the_day() {
    let service = Service::empty();
    service.clock("11-02");
    let order = |id: &str, closes: &str| {
        json!({ "order_id": id, "customer_id": "u1", "ordered_at": "2020-10-20T10:00:00+08:00",
            "first_paid_at": "2020-10-20T10:01:00+08:00", "balance_opens_at": "2020-11-01T23:59:59+08:00",
            "balance_closes_at": closes, "goods_paid": 100, "lines": [{ "sku": "P", "quantity": 1, "amount": 500 }] })
    };
    let taken =
        service.ok("POST", "/shop-orders", &json!([order("o1", LAST), order("o2", NEXT), order("o3", LAST)]));
    assert_eq!(codes(&taken), [("balance_closes_at", "end_of_day")], "once for all of them");
    assert!(taken["warnings"][0]["message"].as_str().unwrap().starts_with("of 2 orders"), "{taken}");
    for id in ["o1", "o2", "o3"] {
        let order = service.get(&format!("/pool-orders/{id}"));
        assert_eq!(order["times"]["balance_closes_at"], NEXT, "{order}");
        assert_eq!(order["times"]["balance_opens_at"], "2020-11-01T23:59:59+08:00", "a start stays");
    }
    let again = service.ok("POST", "/shop-orders", &json!([order("o1", NEXT)]));
    assert_eq!((&again["results"][0]["outcome"], &again["warnings"]), (&json!("duplicate"), &Value::Null));
    // A download that came through the last second has not come through the next one.
    let last = "2020-10-31T23:59:59+08:00";
    assert_eq!(service.ok("PUT", "/download-watermark", &json!({ "through": last }))["through"], last);
}

/// A-G-3, A-S2-13: packs and the bill.
#[test]
fn a_g_3_packs_end_and_bills_close_with_the_day() {
    let service = Service::empty();
    let pack = |id: &str, end: &str| json!({ "purchase_id": id, "segments": 5, "expires_at": end });
    let bought = service.ok("POST", "/sms-packs", &pack("p", LAST));
    assert_eq!(codes(&bought), [("expires_at", "end_of_day")]);
    let listed = service.get("/sms-packs");
    assert_eq!(listed["data"][0]["expires_at"], NEXT);
    // However its end is written it is the same purchase.
    for same in [LAST, NEXT, "2020-11-30T15:59:59Z"] {
        assert_eq!(service.ok("POST", "/sms-packs", &pack("p", same))["bought"], 5, "{same}");
    }
    assert_eq!(service.call("POST", "/sms-packs", &pack("p", "2020-12-01T00:00:01+08:00")).0, 409);
    let bill = |to: &str| {
        service.get(&format!("/sms-bill?from=2020-11-30T00:00:00%2B08:00&to={}", to.replace('+', "%2B")))
    };
    let to_the_end = bill(LAST);
    assert_eq!((&to_the_end["to"], codes(&to_the_end)), (&json!(NEXT), vec![("to", "end_of_day")]));
    assert_eq!((&bill(NEXT)["to"], &bill(NEXT)["warnings"]), (&json!(NEXT), &Value::Null));
}

fn shop(service: &Service, currency: &str) -> (u16, Value) {
    service.call("PUT", "", &json!({ "name": "Shop", "kind": "sop", "currency": currency }))
}

#[test]
fn a_g_12_amounts_are_told_in_the_shops_currency() {
    let service = Service::empty();
    for unknown in ["RMB", "ABC", "XAU", "XXX", "yen", "DEM"] {
        let (status, said) = shop(&service, unknown);
        assert_eq!((status, &said["violations"][0]["field"]), (422, &json!("currency")), "{unknown}: {said}");
    }
    assert_eq!(shop(&service, "JPY").0, 200);
    let (_, told) = service.call("POST", "/campaigns/validate", &recovery(NEXT));
    let message = |code: &str| {
        let found = told["warnings"].as_array().unwrap().iter().find(|w| w["code"] == code);
        found.map(|w| w["message"].as_str().unwrap().to_owned())
    };
    assert_eq!(message("worst_case_cost").unwrap(), "if every coupon is used this costs 900000 JPY");
    assert_eq!(message("no_cap").unwrap(), "no cap on the saving is set for JPY");
    // 200 yuan are no 200 yen: above 20,000 yen nothing is refused.
    let mut large = recovery(NEXT);
    large["terms"]["spend"] = json!(100_000);
    large["terms"]["save"] = json!(20_001);
    assert_eq!(service.call("POST", "/campaigns/validate", &large).1["violations"], json!([]));
    assert_eq!(shop(&service, "CNY").0, 200);
    let (_, told) = service.call("POST", "/campaigns/validate", &large);
    let violation = &told["violations"][0];
    assert_eq!(
        (&violation["code"], &violation["message"]),
        (&json!("amount_too_high"), &json!("at most 200.00 CNY"))
    );
}

#[test]
fn a_g_12_a_label_names_the_currency_and_the_currency_stays() {
    let service = Service::empty();
    assert_eq!(shop(&service, "JPY").0, 200);
    // An amount that is there keeps the shop's currency.
    created(
        &service,
        "/coupon-batches",
        &json!({
            "batch_id": "b", "name": "b", "kind": "payment", "spend": 1_000, "save": 500, "quantity": 10,
            "starts_at": "2020-10-15T00:00:00+08:00", "ends_at": NEXT, "funded_by": "merchant",
        }),
    );
    created(&service, "/coupon-batches/b/claim", &json!({ "customer_id": "u1" }));
    let event = json!({
        "specversion": "1.0", "id": "e1", "source": "t", "type": "order.placed", "time": "2020-10-15T00:00:00+08:00",
        "data": { "order_id": "o", "customer_id": "u1", "payable": 20_000,
            "lines": [{ "line_id": "1", "sku": "a", "quantity": 1, "unit_price": 20_000 }] },
    });
    let bytes = serde_json::to_vec(&event).unwrap();
    let (status, _) = service.bytes("POST", "/v1/shops/s/events", "application/cloudevents+json", &bytes);
    assert_eq!(status, 200);
    let method = &service.get("/orders/o/cashier")["methods"][0];
    assert_eq!(
        (&method["label"], &method["label_en"], &method["saving"]),
        (&json!("支付立减500 JPY"), &json!("Pay instant reduction 500 JPY"), &json!(500))
    );
    let (status, said) = shop(&service, "CNY");
    assert_eq!((status, &said["code"]), (409, &json!("immutable_field")), "{said}");
    assert_eq!(shop(&service, "JPY").0, 200);
}

/// A request to the shop with an `Idempotency-Key`, where there is one.
fn keyed(service: &Service, rest: &str, key: Option<&str>, body: &Value) -> (u16, Value) {
    let (path, body) = (format!("/v1/shops/s{rest}"), serde_json::to_vec(body).unwrap());
    let (status, answer) = service.bytes_keyed("POST", &path, "application/json", key, &body);
    (status, serde_json::from_slice(&answer).unwrap_or(Value::Null))
}

fn batch(ends_at: &str) -> Value {
    json!({
        "batch_id": "b", "name": "b", "kind": "shop", "spend": 0, "save": 100, "quantity": 10,
        "starts_at": "2020-10-15T00:00:00+08:00", "ends_at": ends_at, "funded_by": "merchant",
    })
}

/// The same with other bytes: the end as it is meant, and with the offset of another zone.
fn told_again(body: fn(&str) -> Value) -> Vec<Value> {
    [LAST, NEXT, "2020-11-30T15:59:59Z", "2020-11-30T16:00:00Z"].into_iter().map(body).collect()
}

#[test]
fn a_g_3_what_is_told_again_with_the_same_end_is_the_same() {
    type Door = (&'static str, fn(&str) -> Value, &'static str);
    let doors: [Door; 2] = [("/campaigns", recovery, "campaign_id"), ("/coupon-batches", batch, "batch_id")];
    for (path, body, id) in doors {
        let all = told_again(body);
        for first in &all {
            // By its own id, by a key, and by both.
            for (has_id, key) in [(true, None), (false, Some("k1")), (true, Some("k1"))] {
                let service = Service::empty();
                let send = |mut body: Value| {
                    if !has_id {
                        body.as_object_mut().unwrap().remove(id);
                    }
                    keyed(&service, path, key, &body)
                };
                let (status, made) = send(first.clone());
                assert_eq!((status, &made["ends_at"]), (201, &json!(NEXT)), "{made}");
                for again in &all {
                    let (status, said) = send(again.clone());
                    assert_eq!((status, &said[id]), (201, &made[id]), "{path} {first} then {again}: {said}");
                }
                let other = body("2020-12-01T00:00:01+08:00");
                assert_eq!(send(other).1["code"], "idempotency_conflict", "{path} {has_id} {key:?}");
                let mut named = body(NEXT);
                named["name"] = json!("another");
                assert_eq!(send(named).1["code"], "idempotency_conflict", "{path} {has_id} {key:?}");
            }
        }
    }
}

#[test]
fn a_draft_is_not_the_same_as_what_is_published() {
    let service = Service::empty();
    created(&service, "/campaigns", &recovery(LAST));
    let mut draft = recovery(NEXT);
    draft["publish"] = json!(false);
    assert_eq!(service.call("POST", "/campaigns", &draft).1["code"], "idempotency_conflict");
}

/// A row of a file and a client's own key are never one, however the key is written.
#[test]
fn a_row_of_a_file_is_no_key_that_a_client_can_send() {
    let service = Service::empty();
    let create = |id: &str| {
        let mut body = batch(NEXT);
        (body["batch_id"], body["per_customer_limit"], body["quantity"]) = (json!(id), json!(9), json!(90));
        created(&service, "/coupon-batches", &body);
    };
    create("b");
    create("c");
    let claim =
        |key: &str| keyed(&service, "/coupon-batches/c/claim", Some(key), &json!({ "customer_id": "u1" })).0;
    for key in ["k#1", "k#2", "k#1#1", "k1"] {
        assert_eq!(claim(key), 201, "{key}");
    }
    let file = |key: &str, rows: &str| {
        let path = "/v1/shops/s/coupon-batches/b/import";
        let (status, bytes) = service.bytes_keyed("POST", path, "text/csv", Some(key), rows.as_bytes());
        let said: Value = serde_json::from_slice(&bytes).unwrap();
        (status, said["accepted"].as_u64(), said["rejected"].as_array().map(Vec::len))
    };
    for key in ["k", "k#1", "k#1#1"] {
        for _ in 0..2 {
            assert_eq!(file(key, "u1,1\nu2,1\n"), (200, Some(2), Some(0)), "{key}");
        }
    }
    let issued = service.get("/coupon-batches/b")["counters"]["issued"].clone();
    assert_eq!(issued, 6, "three files, each once");
    assert_eq!(claim("k#3"), 201);
    assert_eq!(file("k", "u1,1\nu2,1\nu3,1\n").2, Some(2), "another file under that key");
}

/// What is refused before the shop is asked tells its amounts in the shop's currency too.
#[test]
fn a_g_12_limits_of_forms_and_quotes_are_told_in_the_shops_currency() {
    for (currency, least, most) in [
        ("CNY", "at least 0.01 CNY", "10000000000.00 CNY"),
        ("JPY", "at least 1 JPY", "1000000000000 JPY"),
        ("KWD", "at least 0.001 KWD", "1000000000.000 KWD"),
    ] {
        let service = Service::empty();
        assert_eq!(shop(&service, currency).0, 200);
        let message = |said: &Value| said["violations"][0]["message"].as_str().unwrap_or_default().to_owned();
        let mut terms = recovery(NEXT);
        terms["terms"]["save"] = json!(0);
        for path in ["/campaigns", "/campaigns/validate"] {
            let said = service.call("POST", path, &terms).1;
            assert_eq!(message(&said), least, "{path} {said}");
        }
        terms["terms"]["spend"] = json!(2_000_000_000_000_i64);
        let said = service.call("POST", "/campaigns/validate", &terms).1;
        assert!(message(&said).ends_with(most), "{said}");
        // So large that the form cannot be read.
        terms["terms"]["save"] = json!(-1);
        terms["terms"]["quantity"] = json!(u64::MAX);
        let said = service.call("POST", "/campaigns", &terms).1;
        assert!(!said.to_string().contains("minor units"), "{said}");
        let every = json!({
            "kind": "order_promotion", "name": "n", "starts_at": "2020-11-01T00:00:00+08:00", "ends_at": NEXT,
            "terms": { "every": true, "tiers": [{ "spend": 0, "save": 0 }] },
        });
        let said = service.call("POST", "/campaigns/validate", &every).1.to_string();
        assert!(said.contains(least), "{said}");
        let line = json!({ "line_id": "1", "sku": "a", "quantity": 2, "unit_price": 600_000_000_000_i64 });
        let said = service.call("POST", "/quotes", &json!({ "customer_id": "u1", "lines": [line] })).1;
        assert!(message(&said).ends_with(most), "{said}");
        let gift = json!({
            "name": "g", "basis": "order", "main_skus": ["P"],
            "tiers": [{ "min": 2_000_000_000_000_i64, "gifts": [{ "sku": "toy", "quantity": 1 }] }],
            "validity": { "starts_at": "2020-10-01T00:00:00+08:00", "ends_at": NEXT },
            "activity": { "starts_at": "2020-10-01T00:00:00+08:00", "ends_at": NEXT },
        });
        let said = service.call("PUT", "/gift-strategies/g", &gift).1.to_string();
        assert!(said.contains(&format!(" to {most}")), "{said}");
    }
}
