//! Coupon batches over HTTP: what merchants set up, what customers claim, codes and files.

mod support;

use serde_json::{Value, json};
use std::collections::HashSet;
use support::{Client, Request, Server, shop};

fn post(rest: &str, body: &Value) -> Request {
    Request::post(shop::path(rest), body)
}

/// A batch that can be claimed at once, five a customer.
fn batch(name: &str, quantity: u64) -> Value {
    json!({
        "batch_id": name, "name": "Summer 夏", "kind": "shop", "spend": 10_000, "save": 800, "quantity": quantity,
        "per_customer_limit": 5, "starts_at": shop::at(shop::TEN), "ends_at": "2022-07-10T10:00:00+08:00",
        "funded_by": "merchant", "return_on_full_refund": true,
    })
}

/// A shop with a batch `b1`; the store is audited when the test is over.
fn with_batch(quantity: u64, test: impl FnOnce(&mut Client)) {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let server = Server::sandbox(folder.path());
    let mut client = server.client();
    shop::open(&mut client, 1_440, 100);
    client.call(&post("coupon-batches", &batch("b1", quantity))).expect(201);
    test(&mut client);
    let audited = support::run(folder.path(), &["audit", "--store", "sqlite:shop.db"]);
    assert_eq!(audited.code, Some(0), "{audited:?}");
}

fn claim(client: &mut Client, customer: &str, count: u32) -> Vec<Value> {
    let body = json!({ "customer_id": customer, "count": count });
    let claimed = client.call(&post("coupon-batches/b1/claim", &body)).expect(201);
    claimed["coupons"].as_array().expect("coupons").clone()
}

fn counters(client: &mut Client) -> Value {
    client.get(shop::path("coupon-batches/b1"))["counters"].clone()
}

/// What is refused: with which status and code.
#[track_caller]
fn refused(client: &mut Client, request: &Request, status: u16, code: &str) {
    let answer = client.call(request);
    assert_eq!((answer.status, answer.code().as_str()), (status, code), "{}", answer.text());
}

#[test]
fn a_batch_is_created_read_and_claimed() {
    with_batch(10, |client| {
        let again = client.call(&post("coupon-batches", &batch("b1", 10))).expect(201);
        assert_eq!(
            (&again["status"], &again["save"], &again["percent_off"]),
            (&json!("running"), &json!(800), &json!(null))
        );
        refused(client, &post("coupon-batches", &batch("b1", 11)), 409, "idempotency_conflict");
        let mut percent = batch("b2", 10);
        percent.as_object_mut().expect("an object").remove("save");
        percent["percent_off"] = json!("12.5");
        percent["cap"] = json!(5_000);
        let made = client.call(&post("coupon-batches", &percent)).expect(201);
        assert_eq!((&made["percent_off"], &made["cap"]), (&json!("12.5"), &json!(5_000)));
        let list = client.get(shop::path("coupon-batches?limit=1"));
        assert_eq!((&list["data"][0]["batch_id"], &list["next_cursor"]), (&json!("b1"), &json!("b1")));

        let coupons = claim(client, "u1", 2);
        let id = coupons[0]["coupon_id"].as_str().expect("an id");
        let one = client.get(shop::path(&format!("coupons/{id}")));
        assert_eq!(one, coupons[0]);
        let expected = [
            ("batch_id", json!("b1")),
            ("kind", json!("shop")),
            ("spend", json!(10_000)),
            ("save", json!(800)),
            ("status", json!("available")),
            ("usable_from", json!(shop::at(shop::TEN))),
            ("usable_until", json!("2022-07-10T10:00:00+08:00")),
            ("order_id", json!(null)),
        ];
        for (field, value) in expected {
            assert_eq!(one[field], value, "{field}");
        }
        let of_customer = client.get(shop::path("customers/u1/coupons?status=available"));
        assert_eq!(of_customer["data"].as_array().map(Vec::len), Some(2));
        let more = |count| post("coupon-batches/b1/claim", &json!({ "customer_id": "u1", "count": count }));
        refused(client, &more(4), 409, "total_limit");
        refused(client, &more(9), 409, "sold_out");
        refused(client, &more(0), 422, "out_of_range");
        let nobody = post("coupon-batches/none/claim", &json!({ "customer_id": "u1" }));
        refused(client, &nobody, 404, "not_found");
        for (field, value) in [("quantity", json!(0)), ("kind", json!("paper")), ("ends_at", json!("soon"))] {
            let mut wrong = batch("b3", 1);
            wrong[field] = value;
            assert_eq!(client.call(&post("coupon-batches", &wrong)).status, 422, "{field}");
        }
        let figures = counters(client);
        assert_eq!(
            (&figures["issued"], &figures["available"], &figures["free"]),
            (&json!(2), &json!(2), &json!(8))
        );
    });
}

#[test]
fn coupons_follow_their_orders_and_can_be_held_and_taken_back() {
    with_batch(10, |client| {
        let coupons = claim(client, "u1", 3);
        let ids: Vec<&str> = coupons.iter().filter_map(|coupon| coupon["coupon_id"].as_str()).collect();
        let on = |id: &str, rest: &str, body: Value| post(&format!("coupons/{id}/{rest}"), &body);
        let held = client.call(&on(ids[0], "lock", json!({ "order_id": "o1", "minutes": 5 }))).expect(200);
        assert_eq!((&held["status"], &held["order_id"]), (&json!("locked"), &json!("o1")));
        refused(client, &on(ids[0], "lock", json!({ "order_id": "o2" })), 409, "coupon_locked");
        refused(client, &on(ids[0], "void", json!({})), 409, "coupon_locked");
        let free = client.call(&on(ids[0], "release", json!({ "order_id": "o1" }))).expect(200);
        assert_eq!(free["status"], "available");

        let mut placed = shop::placed("o1", "u1", shop::TEN);
        placed["data"]["discounts"] =
            json!([{ "kind": "shop_coupon", "id": ids[0], "amount": 800, "funded_by": "merchant" }]);
        placed["data"]["payable"] = json!(shop::PAYABLE - 800);
        assert_eq!(shop::tell(client, &[placed]), ["applied"]);
        assert_eq!(client.get(shop::path(&format!("coupons/{}", ids[0])))["status"], "locked");
        let mut paid = shop::paid("o1", "p1", None, shop::TEN);
        paid["data"]["amount"] = json!(shop::PAYABLE - 800);
        assert_eq!(shop::tell(client, &[paid]), ["applied"]);
        let used = client.get(shop::path(&format!("coupons/{}", ids[0])));
        assert_eq!((&used["status"], &used["used_on"]), (&json!("used"), &json!("o1")));
        client.call(&post("orders/o1/refunds", &json!({ "refund_id": "r1" }))).expect(201);
        assert_eq!(
            client.get(shop::path(&format!("coupons/{}", ids[0])))["status"],
            "available",
            "all went back"
        );

        let void = client.call(&on(ids[1], "void", json!({}))).expect(200);
        assert_eq!(void["status"], "void");
        let batch = client.call(&post("coupon-batches/b1/void", &json!({}))).expect(200);
        assert_eq!((&batch["status"], &batch["counters"]["void"]), (&json!("void"), &json!(3)));
        let again = client.call(&post("coupon-batches/b1/void", &json!({}))).expect(200);
        assert_eq!(again, batch);
        refused(
            client,
            &post("coupon-batches/b1/claim", &json!({ "customer_id": "u2" })),
            409,
            "campaign_closed",
        );
    });
}

#[test]
fn codes_are_made_in_bulk_and_work_once() {
    with_batch(10_000, |client| {
        let make = |count: u64| post("coupon-batches/b1/codes", &json!({ "count": count }));
        let answer = client.call(&make(4_500));
        assert_eq!((answer.status, answer.header("content-type")), (200, Some("text/csv; charset=utf-8")));
        let text = answer.text();
        let mut rows = text.lines();
        assert_eq!(rows.next(), Some("code"));
        let codes: HashSet<&str> = rows.collect();
        assert_eq!(codes.len(), 4_500);
        assert!(codes.iter().all(|code| code.len() == 19), "16 digits in groups of four");
        refused(client, &make(5_501), 409, "sold_out");
        refused(client, &make(0), 422, "invalid_body");
        // With a key the same again makes none, whatever is left; it is another request with other contents.
        let keyed = |count: u64| make(count).key("more-codes");
        refused(client, &keyed(5_501), 409, "sold_out");
        assert_eq!(client.call(&keyed(2_100)).text().lines().count(), 2_101);
        refused(client, &keyed(2_100), 409, "codes_already_made");
        refused(client, &keyed(2_101), 409, "idempotency_conflict");
        refused(client, &make(3_401), 409, "sold_out");
        assert_eq!(client.call(&make(1_400)).status, 200);
        refused(client, &keyed(2_100), 409, "codes_already_made");
        let typed = codes.iter().next().expect("a code").to_lowercase().replace('-', " ");
        let redeem = |code: &str, customer: &str| {
            post("coupon-batches/redeem-code", &json!({ "code": code, "customer_id": customer }))
        };
        let coupon = client.call(&redeem(&typed, "u1")).expect(201);
        assert_eq!((&coupon["batch_id"], &coupon["status"]), (&json!("b1"), &json!("available")));
        refused(client, &redeem(&typed, "u2"), 409, "already_claimed");
        refused(client, &redeem("0000-0000-0000-0000", "u2"), 404, "not_found");
        refused(client, &redeem("=1+1", "u2"), 404, "not_found");
        let figures = counters(client);
        assert_eq!(
            (&figures["codes"], &figures["redeemed"], &figures["free"]),
            (&json!(8_000), &json!(1), &json!(2_000))
        );
    });
}

#[test]
fn coupons_come_in_and_go_out_as_csv() {
    with_batch(10, |client| {
        let file = "customer_id,count\nu1,2\n-u2,1\nu\u{7}3,1\nu4,9\nu5,x\nu6\n";
        let send = |file: &str| {
            let request = Request::new("POST", shop::path("coupon-batches/b1/import"));
            request.typed("text/csv", file).key("july")
        };
        let done = client.call(&send(file)).expect(200);
        assert_eq!(done["accepted"], 3);
        let bad = |row: u64, value: &str, code: &str| json!({ "row": row, "value": value, "code": code });
        let expected =
            [bad(4, "u\u{7}3", "invalid_value"), bad(5, "u4", "sold_out"), bad(6, "x", "invalid_value")];
        assert_eq!(done["rejected"], json!(expected));
        let again = client.call(&send(file)).expect(200);
        assert_eq!(
            (&again["accepted"], counters(client)["issued"].clone()),
            (&json!(3), json!(4)),
            "nothing twice"
        );

        let out = client.call(&Request::get(shop::path("coupon-batches/b1/export")));
        assert_eq!((out.status, out.header("content-type")), (200, Some("text/csv; charset=utf-8")));
        let text = out.text();
        let rows: Vec<Vec<&str>> = text.lines().map(|line| line.split(',').collect()).collect();
        assert_eq!((rows.len(), rows[0][0]), (5, "\u{feff}coupon_id"));
        let customers: Vec<&str> = rows[1..].iter().map(|row| row[3]).collect();
        assert_eq!(customers, ["u1", "u1", "'-u2", "u6"], "no spreadsheet runs them");
        assert!(
            rows[1..]
                .iter()
                .all(|row| (row[1], row[2], row[4], row[6]) == ("b1", "shop", "available", "800"))
        );
        refused(client, &Request::get(shop::path("coupon-batches/none/export")), 404, "not_found");
    });
}
