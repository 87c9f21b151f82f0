//! Quotes over HTTP: an answer's facts, sent back, give the same bytes whatever has happened since.

mod support;

use serde_json::{Value, json};
use support::{Client, Request, Server, shop};

fn post(rest: &str, body: &Value) -> Request {
    Request::post(shop::path(rest), body)
}

fn put_shop(client: &mut Client, zone: &str, fee: i64) {
    let body = json!({
        "name": "Teas 茶", "kind": "sop", "time_zone": zone, "free_shipping": { "threshold": 50_000, "fee": fee },
    });
    client.call(&Request::put(format!("/v1/shops/{}", shop::SHOP), &body)).expect(200);
}

fn promotion(name: &str, save: i64) -> Value {
    json!({
        "campaign_id": name, "kind": "order_promotion", "name": name, "publish": true,
        "starts_at": shop::at(shop::TEN - 60), "ends_at": shop::at(shop::TEN + 600),
        "terms": { "tiers": [{ "spend": 10_000, "save": save }] },
    })
}

/// A shop with a promotion and a coupon of u1, whose id is answered.
fn open(client: &mut Client) -> String {
    client.call(&shop::clock(shop::TEN)).expect(200);
    put_shop(client, "Asia/Shanghai", 800);
    client.call(&post("campaigns", &promotion("p1", 1_000))).expect(201);
    let batch = json!({
        "batch_id": "b1", "name": "Summer", "kind": "shop", "spend": 10_000, "save": 700, "quantity": 10,
        "per_customer_limit": 5, "starts_at": shop::at(shop::TEN), "ends_at": shop::at(shop::TEN + 1_440),
        "funded_by": "merchant", "scope": { "mode": "whitelist", "skus": ["A", "B", "C"] },
    });
    client.call(&post("coupon-batches", &batch)).expect(201);
    let claimed = client.call(&post("coupon-batches/b1/claim", &json!({ "customer_id": "u1" }))).expect(201);
    claimed["coupons"][0]["coupon_id"].as_str().expect("an id").to_owned()
}

/// The request with what the answer was priced by.
fn again(ask: &Value, answer: &Value) -> Value {
    let mut ask = ask.clone();
    for field in ["now", "rule_version", "facts"] {
        ask[field] = answer[field].clone();
    }
    ask
}

#[test]
fn a_g_10_an_answers_facts_give_the_same_bytes_again() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let server = Server::sandbox(folder.path());
    let mut client = server.client();
    let coupon = open(&mut client);
    let line = json!({ "line_id": "l1", "sku": "A", "quantity": 2, "unit_price": 10_000 });
    let listed = json!({ "customer_id": "u1", "lines": [line], "coupons": [coupon, "ghost"] });
    let best = json!({ "customer_id": "u1", "lines": [line], "coupons": "best" });
    let none = json!({ "lines": [line] });
    let asked = [listed, best, none];
    let first = asked.each_ref().map(|ask| client.call(&post("quotes", ask)));
    let answer = first[0].expect(200);
    assert_eq!(
        answer["facts"],
        json!({
            "free_shipping": { "threshold": 50_000, "fee": 800 },
            "coupons": [
                { "coupon_id": coupon, "kind": "shop", "terms": {
                    "spend": 10_000, "save": 700, "scope": { "mode": "whitelist", "skus": ["A"] },
                    "starts_at": "2022-06-10T02:00:00Z", "ends_at": "2022-06-11T02:00:00Z", "funded_by": "merchant",
                } },
                { "coupon_id": "ghost", "barred": "not_found" },
            ],
        })
    );
    assert_eq!(
        (&answer["payable"], &answer["facts_given"]),
        (&json!(20_000 - 1_000 - 700 + 800), &json!(null))
    );
    // The coupon is held, its batch taken back, the promotion another, and the shop has moved.
    let lock = json!({ "order_id": "elsewhere", "minutes": 1_440 });
    client.call(&post(&format!("coupons/{coupon}/lock"), &lock)).expect(200);
    client.call(&post("coupon-batches/b1/void", &json!({}))).expect(200);
    client.call(&post("campaigns/p1/close", &json!({}))).expect(200);
    put_shop(&mut client, "Europe/Berlin", 1_200);
    client.call(&post("campaigns", &promotion("p2", 3_000))).expect(201);
    client.call(&shop::clock(shop::TEN + 300)).expect(200);
    for (ask, first) in asked.iter().zip(&first) {
        let ask = again(ask, &first.expect(200));
        let repeated = client.call(&post("quotes", &ask));
        let whole = first.text();
        let same = format!("{},\"facts_given\":true}}", whole.strip_suffix('}').expect("an object"));
        assert_eq!(repeated.text(), same);
        let repeated_again = client.call(&post("quotes", &again(&ask, &repeated.expect(200))));
        assert_eq!(repeated_again.text(), same);
    }
    let today = client.call(&post("quotes", &asked[0])).expect(200);
    assert_eq!((&today["payable"], &today["rejected"][0]["code"]), (&json!(18_200), &json!("coupon_locked")));
}
