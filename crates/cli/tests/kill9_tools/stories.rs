//! What each client does in a round with the tool that is its own, in a shop that is its own.

use crate::life::Caller;
use crate::support::Request;
use crate::support::shop::{self, at};
use serde_json::{Value, json};

/// A shop's life.
pub struct Story {
    /// Before the first round.
    pub set_up: fn() -> Vec<Request>,
    /// A round at that minute; `None` once the service is dead.
    pub tell: fn(&mut Caller<'_>, u64, i64) -> Option<()>,
    /// What the shop shows in the end.
    pub views: fn() -> Vec<String>,
}

pub const STORIES: [Story; 5] = [
    Story {
        set_up: coupons_begin,
        tell: coupons,
        views: || views("coupons", &["coupon-batches", "coupon-batches/b1"]),
    },
    Story { set_up: || vec![open("refunds")], tell: refunds, views: || of_orders("refunds", 0..40) },
    Story { set_up: presale_begin, tell: presale, views: || of_orders("presale", 0..29) },
    Story {
        set_up: pool_begin,
        tell: pool,
        views: || views("pool", &["gift-stock", "gift-strategies", "pool-orders", "gift-list"]),
    },
    Story {
        set_up: || vec![open("s1")],
        tell: imports,
        views: || views("s1", &["pool-orders", "pool-orders/n3-7"]),
    },
];

fn path(shop: &str, rest: &str) -> String {
    format!("/v1/shops/{shop}/{rest}")
}

fn open(shop: &str) -> Request {
    Request::put(format!("/v1/shops/{shop}"), &json!({ "name": shop, "kind": "sop" }))
}

fn views(shop: &str, paths: &[&str]) -> Vec<String> {
    paths.iter().chain(&["messages", "money-to-return"]).map(|rest| path(shop, rest)).collect()
}

fn of_orders(shop: &str, rounds: std::ops::Range<u64>) -> Vec<String> {
    let of = |round: u64| {
        ["", "/timeline", "/settlement"].map(|rest| path(shop, &format!("orders/{shop}-{round}{rest}")))
    };
    rounds.flat_map(of).chain(views(shop, &[])).collect()
}

fn events(shop: &str, events: &[Value]) -> Request {
    let lines: Vec<String> = events.iter().map(Value::to_string).collect();
    Request::new("POST", path(shop, "events")).typed("application/x-ndjson", lines.join("\n"))
}

fn coupons_begin() -> Vec<Request> {
    let batch = json!({
        "batch_id": "b1", "name": "b", "kind": "shop", "spend": 9_000, "save": 800, "quantity": 100_000,
        "per_customer_limit": 50, "funded_by": "merchant", "starts_at": at(0), "ends_at": at(1_440 * 20),
    });
    vec![open("coupons"), Request::post(path("coupons", "coupon-batches"), &batch)]
}

/// Three coupons: one locked and let go, one whose lock runs out, one taken back.
fn coupons(caller: &mut Caller<'_>, round: u64, _: i64) -> Option<()> {
    let mut coupons = Vec::new();
    for number in 0..3 {
        let body = json!({ "customer_id": format!("u{}", (round * 3 + number) % 90) });
        let claim = Request::post(path("coupons", "coupon-batches/b1/claim"), &body);
        let claimed = caller.ask(&claim.key(format!("claim-{round}-{number}")))?.json();
        coupons.push(claimed["coupons"][0]["coupon_id"].as_str().expect("an id").to_owned());
    }
    let order = json!({ "order_id": format!("o{round}") });
    let held = json!({ "order_id": format!("o{round}"), "minutes": 10 });
    for (number, what, body) in
        [(0, "lock", &held), (0, "release", &order), (1, "lock", &held), (2, "void", &Value::Null)]
    {
        let mut request =
            Request::new("POST", path("coupons", &format!("coupons/{}/{what}", coupons[number])));
        if !body.is_null() {
            request = request.json(body);
        }
        caller.ask(&request.key(format!("{what}-{round}-{number}")))?;
    }
    Some(())
}

/// An order that is paid, and goes back in part and then whole.
fn refunds(caller: &mut Caller<'_>, round: u64, now: i64) -> Option<()> {
    let order = format!("refunds-{round}");
    caller.ask(&events("refunds", &[shop::placed(&order, &format!("u{round}"), now)]))?;
    caller.ask(&events("refunds", &[shop::paid(&order, &format!("p{round}"), None, now)]))?;
    let back = [1_000, 500, shop::PAYABLE - 1_500];
    for (number, amount) in back.into_iter().enumerate().take(1 + usize::try_from(round % 3).expect("small"))
    {
        let body = json!({ "refund_id": format!("r{round}-{number}"), "amount": amount });
        let refund = Request::post(path("refunds", &format!("orders/{order}/refunds")), &body);
        caller.ask(&refund.key(format!("refund-{round}-{number}")))?;
    }
    Some(())
}

const PRICE: i64 = 100_000;
const DEPOSIT: i64 = 10_000;
/// Rounds in which deposits are taken; the balances come that much later.
const DEPOSITS: u64 = 29;

fn presale_begin() -> Vec<Request> {
    let window = |from: &str, to: &str| json!({ "starts_at": from, "ends_at": to });
    let (from, opens, to) =
        ("2022-06-10T09:00:00+08:00", "2022-06-10T20:00:00+08:00", "2022-06-13T00:00:00+08:00");
    let campaign = json!({
        "campaign_id": "p", "kind": "presale", "name": "p", "publish": true, "starts_at": from, "ends_at": to,
        "terms": {
            "presale_type": "normal",
            "items": [{ "sku": "P", "presale_price": PRICE, "deposit": DEPOSIT }],
            "deposit_window": window(from, opens), "balance_window": window(opens, to),
            "ship_at": "2022-06-20T23:59:59+08:00",
        },
    });
    vec![open("presale"), Request::post(path("presale", "campaigns"), &campaign)]
}

/// A deposit; later, for most of them, the balance.
fn presale(caller: &mut Caller<'_>, round: u64, now: i64) -> Option<()> {
    let paid = |order: &str, stage: &str, amount: i64| {
        let id = format!("{order}-{stage}");
        let data = json!({ "order_id": order, "payment_id": id, "stage": stage, "method": "jd_pay", "amount": amount });
        shop::event("payment.succeeded", &id, now, &data)
    };
    if round < DEPOSITS {
        let order = format!("presale-{round}");
        let line = json!({
            "line_id": "1", "sku": "P", "categories": ["a", "b", "c"], "quantity": 1, "unit_price": PRICE,
            "presale_campaign_id": "p",
        });
        let data = json!({
            "order_id": order, "customer_id": format!("u{round}"), "kind": "presale", "lines": [line], "payable": PRICE,
        });
        let placed = shop::event("order.placed", &format!("placed-{order}"), now, &data);
        caller.ask(&events("presale", &[placed]))?;
        caller.ask(&events("presale", &[paid(&order, "deposit", DEPOSIT)]))?;
    } else if (DEPOSITS + 2..2 * DEPOSITS).contains(&round) && !round.is_multiple_of(4) {
        let order = format!("presale-{}", round - DEPOSITS);
        caller.ask(&events("presale", &[paid(&order, "balance", PRICE - DEPOSIT)]))?;
    }
    Some(())
}

fn pool_begin() -> Vec<Request> {
    let stock = Request::put(path("pool", "gift-stock/mug"), &json!({ "quantity": 30 }));
    vec![open("pool"), stock]
}

/// Orders come into the pool; every ten rounds a strategy of its own walks over its goods, five rounds later.
fn pool(caller: &mut Caller<'_>, round: u64, now: i64) -> Option<()> {
    let (era, sku) = (round / 10, format!("TEA{}", round / 10));
    if round.is_multiple_of(10) {
        let validity = json!({ "starts_at": at(0), "ends_at": at(1_440 * 20) });
        let gift = json!({
            "name": "G", "basis": "order", "main_skus": [sku], "validity": validity, "activity": validity,
            "gifts": [{ "sku": "mug", "quantity": 1 }], "first_n": 7,
        });
        caller.ask(&Request::put(path("pool", &format!("gift-strategies/g{era}")), &gift))?;
        let presale = json!({
            "name": "P", "goods": [sku], "validity": { "same_as": format!("g{era}") },
            "activation_at": at(now + 100), "timing": "activation", "gift_strategies": [format!("g{era}")],
        });
        caller.ask(&Request::put(path("pool", &format!("presale-strategies/p{era}")), &presale))?;
    }
    let ids: Vec<String> = (0..3).map(|number| format!("o{round}-{number}")).collect();
    let order = |id: &String| {
        json!({
            "order_id": id, "customer_id": format!("u-{id}"), "ordered_at": at(now), "first_paid_at": at(now),
            "goods_paid": 10_000, "lines": [{ "sku": sku, "quantity": 1, "amount": 10_000 }],
        })
    };
    let orders: Vec<Value> = ids.iter().map(order).collect();
    let download = Request::post(path("pool", "shop-orders"), &Value::Array(orders));
    caller.ask(&download)?;
    caller.ask(&Request::post(path("pool", "pool-orders/submit"), &json!({ "order_ids": ids })))?;
    caller.ask(&Request::put(path("pool", "download-watermark"), &json!({ "through": at(now) })))?;
    Some(())
}

const MAPPING: &str = include_str!("../../../replay/tests/data/pool.toml");
const ORDERS: &str = include_str!("../../../replay/tests/data/pool-orders.csv");

/// Every third round a file of downloaded orders, until it has been taken in.
fn imports(caller: &mut Caller<'_>, round: u64, _: i64) -> Option<()> {
    if !round.is_multiple_of(3) {
        return Some(());
    }
    let (heading, _) = ORDERS.split_once('\n').expect("it has a heading");
    let row = |number: u64| {
        let second = number % 60;
        format!(
            "n{round}-{number},u{number},2020-10-20T20:00:{second:02},,,2020-11-01T00:00:00,tea,1,320.00\n"
        )
    };
    let file: String = (0..200).map(row).collect();
    let part =
        |head: &str, value: &str| format!("--b\r\nContent-Disposition: form-data; {head}\r\n\r\n{value}\r\n");
    let mapping = part("name=\"mapping\"", MAPPING);
    let file = part("name=\"file\"; filename=\"orders.csv\"", &format!("{heading}\n{file}"));
    let form = format!("{mapping}{file}--b--\r\n");
    let upload = Request::new("POST", path("s1", "imports")).typed("multipart/form-data; boundary=b", form);
    let import = caller.ask(&upload.key(format!("import-{round}")))?.json();
    let own = path("s1", &format!("imports/{}", import["import_id"].as_str().expect("an id")));
    loop {
        let stands = caller.look(&own)?.json();
        if stands["finished_at"].is_string() {
            assert_eq!(stands["state"], "finished", "{stands}");
            return Some(());
        }
        std::thread::yield_now();
    }
}
