//! Ids are the platform's own text (A-G-11), through every door of the program: events, offers, payments, refunds,
//! quotes, coupons and their files, messages, webhooks, the pool and its lists; over HTTP with percent-encoded paths, on
//! both stores, and after a restart.

mod support;

use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use support::receiver::Receiver;
use support::{Client, Request, Server, run, shop};

const ORDER: &str = "订单 #1001/甲";
const OTHER: &str = "#1001";
/// As the platform sends it, and as it is kept.
const SENT: &str = "Cafe\u{301} t***1";
const CUSTOMER: &str = "Caf\u{e9} t***1";
const SKU: &str = "红色 T恤/XL";
const LINE: &str = "行|1:a";
const PAYMENT: &str = "a@b.cn";
const REFUND: &str = "退款 %2F";
const CATEGORY: &str = "服饰 / 男装";

/// A text as a part of a path or of a query.
fn part(text: &str) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric();
    text.bytes().map(|b| if plain(&b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

fn post(rest: &str, body: &Value) -> Request {
    Request::post(shop::path(rest), body)
}

fn serve(folder: &Path, store: &str) -> Server {
    let allowed = ["--sandbox", "--webhook-allow", "127.0.0.1", "--webhook-allow-http"];
    let messages = ["--messages", "jsonl:messages.jsonl"];
    Server::start(folder, &[&["--store", store], &allowed[..], &messages].concat())
}

fn placed(order: &str, customer: &str, id: &str) -> Value {
    let line = json!({
        "line_id": LINE, "sku": SKU, "categories": ["服饰", CATEGORY], "quantity": 2, "unit_price": 6_000,
    });
    let data = json!({
        "order_id": order, "customer_id": customer, "source": "app", "kind": "normal", "goods": "physical",
        "lines": [line], "payable": 12_000,
    });
    shop::event("order.placed", id, shop::TEN, &data)
}

/// The shop with a campaign that is for one SKU.
fn open(client: &mut Client) {
    client.call(&shop::clock(shop::TEN - 120)).expect(200);
    client.call(&shop::shop(240)).expect(200);
    let mut campaign = shop::campaign(100);
    campaign["scope"] = json!({ "mode": "whitelist", "skus": [SKU, "#1"], "categories": [CATEGORY] });
    client.call(&post("campaigns", &campaign)).expect(201);
    let imported = Request::new("POST", shop::path(&format!("campaigns/{}/scope/import", shop::CAMPAIGN)));
    let added = client.call(&imported.typed("text/csv", "sku\n蓝色 T恤/M\n\"a,b\"\n")).expect(200);
    assert_eq!((&added["accepted"], &added["rejected"]), (&json!(2), &json!([])));
    client.call(&shop::clock(shop::TEN)).expect(200);
}

/// Placed, offered, claimed, paid, and half of it returned.
fn buy(client: &mut Client) {
    let again = placed(ORDER, CUSTOMER, "事件 1");
    let told = shop::tell(client, &[placed(ORDER, SENT, "事件 1"), again, placed(OTHER, "李,四", "e|2")]);
    assert_eq!(told, ["applied", "duplicate", "applied"], "decomposed and composed are one");
    client.call(&shop::clock(shop::TEN + shop::TRIGGER)).expect(200);
    let order = part(ORDER);
    let coupon = shop::take(client, &order, SENT);
    for customer in [SENT, CUSTOMER] {
        let held = client.get(shop::path(&format!("customers/{}/coupons", part(customer))));
        assert_eq!(held["data"][0]["coupon_id"], coupon.as_str(), "{customer}");
        assert_eq!(held["data"][0]["order_id"], ORDER);
    }
    let cashier = client.get(shop::path(&format!("orders/{order}/cashier")));
    assert_eq!(cashier["payable"], 12_000);
    client.call(&shop::start(&order, PAYMENT, Some(&coupon))).expect(201);
    let paid = shop::paid(ORDER, PAYMENT, Some(&coupon), shop::TEN + shop::TRIGGER);
    assert_eq!(shop::tell(client, &[paid]), ["applied"]);
    let asked =
        json!({ "refund_id": REFUND, "lines": [{ "line_id": LINE, "quantity": 1 }], "fault": "customer" });
    let refund = client.call(&post(&format!("orders/{order}/refunds"), &asked)).expect(201);
    assert_eq!((&refund["refund_id"], &refund["lines"][0]["line_id"]), (&json!(REFUND), &json!(LINE)));
    let again = client.call(&post(&format!("orders/{order}/refunds"), &asked)).expect(201);
    assert_eq!(refund["amount"], again["amount"]);
}

/// What the order looks like, whatever became of the server meanwhile.
fn check(client: &mut Client) {
    let order = client.get(shop::path(&format!("orders/{}", part(ORDER))));
    assert_eq!((&order["order_id"], &order["customer_id"]), (&json!(ORDER), &json!(CUSTOMER)));
    let line = &order["lines"][0];
    assert_eq!((&line["line_id"], &line["sku"]), (&json!(LINE), &json!(SKU)));
    assert_eq!(order["status"], "paid", "{order}");
    assert!(order.to_string().contains(PAYMENT), "{order}");
    let timeline = client.get(shop::path(&format!("orders/{}/timeline", part(ORDER))));
    assert!(timeline.to_string().contains("refund"), "{timeline}");
    let settlement = client.get(shop::path(&format!("orders/{}/settlement", part(ORDER))));
    assert_eq!(settlement["paid"], (12_000 - shop::SAVE) / 2, "{settlement}");
    // What lies beside it in the path is another order, or none.
    for other in ["%E8%AE%A2%E5%8D%95%20%231001", "%23%31%30%30%31%2F", "1001"] {
        let missing = client.call(&Request::get(shop::path(&format!("orders/{other}"))));
        assert_eq!((missing.status, missing.code().as_str()), (404, "not_found"), "{other}");
    }
    // Encoded in another way it is the same: every byte may be.
    assert_eq!(client.get(shop::path("orders/%23%31%30%30%31"))["order_id"], OTHER);
    // No ids at all.
    for wrong in ["%2E%2E", "%2E", "a%0Ab", "%20a", "a%E2%80%A8", "%FF", &part(&"x".repeat(129))] {
        let refused = client.call(&Request::get(shop::path(&format!("orders/{wrong}"))));
        assert_eq!(
            (refused.status, refused.code().as_str()),
            (404, "not_found"),
            "{wrong}: {}",
            refused.text()
        );
    }
}

/// A reminder leads to its order; the lists are filtered by both ids.
fn remind(client: &mut Client) {
    client.call(&shop::clock(shop::TEN + 180)).expect(200);
    let query = format!("messages?order_id={}&customer_id={}", part(OTHER), part("李,四"));
    let messages = client.get(shop::path(&query));
    let message = &messages["data"][0];
    assert_eq!(
        (&message["order_id"], &message["customer_id"]),
        (&json!(OTHER), &json!("李,四")),
        "{messages}"
    );
    let link = format!("/shops/{}/orders/%231001?action=claim_and_pay", shop::SHOP);
    assert_eq!(message["link"], link);
    let path = shop::path(&format!("risk/customers/{}", part("李,四")));
    let block = json!({ "list": "block", "reason": "by hand" });
    client.call(&Request::put(path.clone(), &block)).expect(200);
    assert_eq!(client.get(path)["customer_id"], "李,四");
    let listed = client.get(shop::path("risk/customers?limit=1"));
    let cursor = part(listed["next_cursor"].as_str().expect("there may be more"));
    let rest = client.get(shop::path(&format!("risk/customers?limit=200&cursor={cursor}")));
    assert_eq!(rest["data"].as_array().map(|rows| rows.contains(&listed["data"][0])), Some(false), "{rest}");
}

/// A batch for one SKU: claimed, given by a list, priced in a quote, and read out as CSV.
fn coupons(client: &mut Client) {
    let batch = json!({
        "batch_id": "b1", "name": "夏", "kind": "shop", "spend": 10_000, "save": 700, "quantity": 10,
        "per_customer_limit": 5, "starts_at": shop::at(shop::TEN), "ends_at": "2022-07-10T10:00:00+08:00",
        "funded_by": "merchant", "scope": { "mode": "whitelist", "skus": [SKU] },
    });
    client.call(&post("coupon-batches", &batch)).expect(201);
    client.call(&post("coupon-batches/b1/claim", &json!({ "customer_id": SENT }))).expect(201);
    let list = Request::new("POST", shop::path("coupon-batches/b1/import"));
    let given =
        client.call(&list.typed("text/csv", "customer_id,count\n=cmd(),1\n\"王,五\"\n a ,1\n")).expect(200);
    assert_eq!(
        (&given["accepted"], &given["rejected"]),
        (&json!(3), &json!([])),
        "blanks around a cell are none of it"
    );
    let line =
        json!({ "line_id": LINE, "sku": SKU, "categories": [CATEGORY], "quantity": 2, "unit_price": 6_000 });
    let other = json!({ "line_id": "2", "sku": "红色 T恤", "quantity": 1, "unit_price": 6_000 });
    let ask = json!({ "customer_id": CUSTOMER, "lines": [line, other], "coupons": "best" });
    let quote = client.call(&post("quotes", &ask)).expect(200);
    assert_eq!(quote["payable"], 18_000 - 700, "{quote}");
    assert_eq!(quote["lines"][0]["line_id"], LINE);
    assert!(quote["lines"][0].get("order_id").is_none(), "{quote}");
    let csv = client.call(&Request::get(shop::path("coupon-batches/b1/export"))).text();
    for cell in [format!(",{CUSTOMER},"), ",'=cmd(),".to_owned(), ",\"王,五\",".to_owned()] {
        assert!(csv.contains(&cell), "{csv}");
    }
    let codes = client.call(&post("coupon-batches/b1/codes", &json!({ "count": 2 }))).text();
    let code = codes.lines().nth(1).expect("a code");
    let wide: String = code.chars().map(|c| if c == '-' { '–' } else { wide(c) }).collect();
    let pasted = json!({ "code": format!("\t\u{feff}{wide}\u{a0}\r\n"), "customer_id": CUSTOMER });
    client.call(&post("coupon-batches/redeem-code", &pasted)).expect(201);
}

/// A full-width letter.
fn wide(letter: char) -> char {
    char::from_u32(u32::from(letter) - 0x21 + 0xff01).expect("a letter of ASCII")
}

/// Orders of the pool are moved, listed and given gifts by their own names.
fn pool(client: &mut Client) {
    let path = shop::path(&format!("gift-stock/{}", part("杯子 #1")));
    client.call(&Request::put(path.clone(), &json!({ "quantity": 5 }))).expect(200);
    assert_eq!(client.get(path)["sku"], "杯子 #1");
    let order = |order: &str, customer: &str| {
        json!({
            "order_id": order, "customer_id": customer, "ordered_at": shop::at(shop::TEN),
            "first_paid_at": shop::at(shop::TEN), "goods_paid": 12_000,
            "lines": [{ "sku": SKU, "quantity": 1, "amount": 12_000 }],
        })
    };
    let orders = json!([order(ORDER, SENT), order("=1+1", "王,五"), order("a\u{7}b", "x")]);
    let taken = client.call(&post("shop-orders?submit=true", &orders)).expect(200);
    let outcomes: Vec<_> =
        taken["results"].as_array().expect("a list").iter().map(|it| &it["outcome"]).collect();
    assert_eq!(outcomes, ["created", "created", "rejected"], "{taken}");
    let gift = json!({ "sku": "杯子 #1", "quantity": 1, "reason": "手工" });
    for order in [ORDER, "=1+1"] {
        client.call(&post(&format!("pool-orders/{}/gifts", part(order)), &gift)).expect(201);
    }
    let moved =
        client.call(&post("pool-orders/fulfil", &json!({ "order_ids": [ORDER, "ghost 鬼"] }))).expect(200);
    assert_eq!(
        (&moved["results"][0]["order_id"], &moved["results"][0]["outcome"]),
        (&json!(ORDER), &json!("done"))
    );
    let listed = client.get(shop::path("pool-orders?limit=1"));
    let cursor = part(listed["next_cursor"].as_str().expect("there may be more"));
    let next = client.get(shop::path(&format!("pool-orders?limit=1&cursor={cursor}")));
    assert_eq!(
        (&listed["data"][0]["order_id"], &next["data"][0]["order_id"]),
        (&json!("=1+1"), &json!(ORDER))
    );
    let list = client.call(&Request::get(shop::path("gift-list"))).text();
    assert!(list.contains(&format!("{ORDER},{CUSTOMER},fulfilment,杯子 #1,1")), "{list}");
    assert!(list.contains("'=1+1,\"王,五\",review,杯子 #1,1"), "{list}");
    let gift = format!("pool-orders/{}/gifts/{}", part("=1+1"), part("杯子 #1"));
    client.call(&Request::new("DELETE", shop::path(&gift))).expect(200);
}

#[test]
fn a_g_11_every_door_takes_the_platforms_own_ids() {
    for store in ["sqlite:shop.db", "memory"] {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let mut server = serve(folder.path(), store);
        let mut client = server.client();
        open(&mut client);
        let receiver = Receiver::start();
        let hook = json!({ "url": receiver.url, "types": ["coupon.claimed", "order.settled"] });
        client.call(&post("webhooks", &hook)).expect(201);
        buy(&mut client);
        let claimed = receiver.next();
        let data = claimed.json()["data"].clone();
        assert!(data.to_string().contains(ORDER) && data.to_string().contains(CUSTOMER), "{data}");
        assert!(claimed.header("webhook-id").is_ascii(), "what stands in a header is ours");
        check(&mut client);
        remind(&mut client);
        coupons(&mut client);
        pool(&mut client);
        check(&mut client);
        if store == "memory" {
            continue;
        }
        server.kill();
        let server = serve(folder.path(), store);
        let mut client = server.client();
        check(&mut client);
        let again = [placed(ORDER, SENT, "事件 1"), placed(OTHER, "李,四", "e|2")];
        assert_eq!(shop::tell(&mut client, &again), ["duplicate", "duplicate"]);
        let pooled = client.get(shop::path(&format!("pool-orders/{}", part(ORDER))));
        assert_eq!((&pooled["stage"], &pooled["customer_id"]), (&json!("fulfilment"), &json!(CUSTOMER)));
        server.terminate();
        server.ended();
        let audited = run(folder.path(), &["audit", "--store", store]);
        assert_eq!(audited.code, Some(0), "{audited:?}");
    }
}

/// The list of waiting events goes on after each, whatever stands in their names.
#[test]
fn a_g_11_waiting_events_are_listed_one_by_one() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let server = Server::sandbox(folder.path());
    let mut client = server.client();
    shop::open(&mut client, 240, 10);
    let names = ["a|b", "a|b|c", "o%7C1", "张三 |"];
    let waiting = names.map(|name| shop::cancelled(name, shop::TEN));
    assert_eq!(shop::tell(&mut client, &waiting), ["parked"; 4]);
    let (mut found, mut cursor) = (Vec::new(), String::new());
    for _ in names {
        let page = client.get(shop::path(&format!("events/parked?limit=1&cursor={}", part(&cursor))));
        found.push(page["data"][0]["order_id"].as_str().expect("an order").to_owned());
        cursor = page["next_cursor"].as_str().expect("there may be more").to_owned();
    }
    assert_eq!(found, names);
}

/// No shop has the name under which counts over all of them lie, at no door.
#[test]
fn a_g_11_no_shop_stands_for_all_of_them() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let server = Server::sandbox(folder.path());
    let mut client = server.client();
    shop::open(&mut client, 240, 10);
    for path in ["/v1/shops/:platform", "/v1/shops/%3Aplatform", "/v1/shops/%2E%2E", "/v1/shops/%E5%BA%97"] {
        let put = Request::put(path, &json!({ "name": "All", "kind": "sop" }));
        let refused = client.call(&put);
        assert_eq!((refused.status, refused.code().as_str()), (404, "not_found"), "{path}");
    }
    let keys = ["keys", "create", "--file", "keys.json", "--name", "x", "--shop", ":platform"];
    let refused = run(folder.path(), &keys);
    assert_ne!(refused.code, Some(0), "{refused:?}");
    fs::write(folder.path().join("pool.toml"), include_str!("../../replay/tests/data/pool.toml"))
        .expect("written");
    let intake =
        ["intake", "--mapping", "pool.toml", "--store", "sqlite:shop.db", "--shop", ":platform", "."];
    let refused = run(folder.path(), &intake);
    assert!(refused.code != Some(0) && refused.err.contains(":platform"), "{refused:?}");
}
