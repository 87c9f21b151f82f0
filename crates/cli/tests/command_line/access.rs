//! Who may ask what: every route without a key, with a key of another shop, and without its scope.

use crate::support::{Client, Request, Server, shop};
use crate::{folder, keys, routes};
use serde_json::json;

const SCOPES: [&str; 7] = ["read", "events", "checkout", "campaigns", "refunds", "risk", "admin"];

/// The path of a route in a shop. The other names are those of things that are not there.
fn address(path: &str, shop: &str) -> String {
    let parts = path.split('/').map(|part| match part {
        "{shop}" => shop,
        part if part.starts_with('{') => "x1",
        part => part,
    });
    parts.collect::<Vec<_>>().join("/")
}

/// A request that the route takes, so that only the key decides.
fn request(route: routes::Route, shop: &str) -> Request {
    let (method, path, _) = route;
    let asked = Request::new(method, address(path, shop));
    let last = path.rsplit('/').next().unwrap_or_default();
    match (method, last) {
        ("GET" | "DELETE", _)
        | (
            "POST",
            "close" | "publish" | "replay" | "void" | "override" | "cancel" | "apply" | "approve" | "pause"
            | "resume" | "accept" | "decline",
        ) => asked,
        ("POST", "imports") => asked.typed("multipart/form-data; boundary=b", "--b--\r\n"),
        ("POST", "import") => asked.typed("text/csv", "sku\nA-1\n"),
        ("POST", "events") => asked.typed("application/x-ndjson", ""),
        ("PUT", "clock") => asked.json(&json!({ "now": shop::at(0) })),
        ("POST", "download-gaps") => asked.json(&json!({ "source": "june.csv" })),
        ("PUT", "download-watermark") => asked.json(&json!({ "through": shop::at(0) })),
        ("PUT", "{sku}") => asked.json(&json!({ "quantity": 5 })),
        ("PUT", "{strategy}") if path.contains("gift-strategies") => asked.json(&gift_strategy()),
        ("PUT", "{strategy}") => asked.json(&json!({
            "name": "Double 11", "goods": ["A-1"], "activation_at": shop::at(1_440), "validity": window(),
        })),
        ("POST", "rerun") => asked.json(&json!({ "activation_at": shop::at(1_440) })),
        ("POST", "dry-run" | "rotate-secret") => asked.json(&json!({})),
        ("POST", "submit" | "transfer-out" | "reject" | "recompute" | "fulfil" | "dismiss") => {
            asked.json(&json!({ "order_ids": ["x1"] }))
        }
        ("POST", "gifts") => asked.json(&json!({ "sku": "mug", "quantity": 1, "reason": "test" })),
        ("POST", "shop-orders" | "receipts" | "replies") => asked.json(&json!([])),
        ("PUT", "{shop}") => asked.json(&json!({ "name": "Teas", "kind": "sop" })),
        ("POST", "coupon-batches") => asked.json(&batch()),
        ("POST", "validate") if path.contains("coupon-batches") => asked.json(&batch()),
        ("POST", "invitations") => asked.json(&json!({ "shop_id": "x1" })),
        ("POST", "bind") => asked.json(&json!({ "key": "BA_1" })),
        ("PUT", "prize") => asked.json(&json!({ "kind": "goods", "name": "pot", "sku": "POT", "stock": 1 })),
        ("POST", "sprints") | ("PUT", "{sprint}") => asked.json(&plan()),
        ("POST", "campaigns" | "validate") => asked.json(&shop::campaign(100)),
        ("PATCH", _) => asked.json(&json!({ "name": "July" })),
        ("POST", "claim" | "follow" | "play" | "enrollments") => asked.json(&json!({ "customer_id": "u1" })),
        ("POST", "codes") => asked.json(&json!({ "count": 1 })),
        ("POST", "redeem-code") => asked.json(&json!({ "code": "0", "customer_id": "u1" })),
        ("POST", "lock" | "release") => asked.json(&json!({ "order_id": "o1" })),
        ("POST", "payments") => asked.json(&json!({ "payment_id": "p1", "method": "jd_pay" })),
        ("POST", "quotes") => asked.json(&json!({ "lines": [] })),
        ("POST", "assign") => asked.json(&json!({ "payment_id": "p1" })),
        ("POST", "refunds") => asked.json(&json!({ "refund_id": "r1" })),
        ("POST", "{customer}") => asked.json(&json!({ "award": true, "reason": "test", "wave_id": "w1" })),
        ("PUT", "{customer}") => asked.json(&json!({ "list": "block", "reason": "test" })),
        ("PUT", "message-settings") => asked.json(&json!({ "kinds": {} })),
        ("PUT", "{channel}") | ("POST", "preview") => asked.json(&json!({ "text": "您的订单{order}已发货" })),
        ("POST", "sms-packs") => asked.json(&json!({ "purchase_id": "p1", "segments": 10 })),
        ("POST", "messages") => {
            asked.json(&json!({ "message_id": "m1", "kind": "dispute", "customer_id": "u1" }))
        }
        ("PUT", "contact") => asked.json(&json!({ "phone": "13800138000" })),
        ("PUT", "consents") => {
            asked.json(&json!({ "marketing_sms": true, "at": shop::at(0), "source": "app" }))
        }
        ("POST", "wechat-grants") => asked.json(&json!({ "template_id": "TPL" })),
        ("POST", "beacon") => asked.json(&json!({ "round": 1, "signature": "00" })),
        ("POST", "offline-transfer") => asked.json(&json!({
            "amount": 1, "account_tail": "4412", "proof": "slip", "at": shop::at(0),
        })),
        ("POST", "webhooks") => asked.json(&json!({ "url": "https://example.com/hook" })),
        unknown => panic!("{unknown:?} has no body here"),
    }
}

fn batch() -> serde_json::Value {
    json!({
        "name": "Summer", "kind": "shop", "save": 100, "quantity": 10, "funded_by": "merchant",
        "starts_at": shop::at(0), "ends_at": shop::at(1_440),
    })
}

fn plan() -> serde_json::Value {
    let day = |days: i64| shop::at(days * 1_440);
    json!({
        "sprint_id": "x1", "name": "Sprint", "threshold": 20_000,
        "remark": { "required_quantity": 500, "max_pay_percent": 80 },
        "enrollment_starts_at": day(1), "sprint_starts_at": day(2), "award_starts_at": day(3),
        "redemption_starts_at": day(4), "ends_at": day(5),
    })
}

fn window() -> serde_json::Value {
    json!({ "starts_at": shop::at(0), "ends_at": shop::at(2_880) })
}

fn gift_strategy() -> serde_json::Value {
    json!({
        "name": "Gift", "basis": "order", "main_skus": ["A-1"], "validity": window(), "activity": window(),
        "gifts": [{ "sku": "mug", "quantity": 1 }],
    })
}

fn needs_key(route: &routes::Route) -> bool {
    !matches!(route.2, "-" | "@" | "?")
}

#[test]
fn without_a_valid_key_nothing_is_said() {
    let folder = folder();
    let server = keys::serve(folder.path());
    for key in ["", "sandbox", "pk_0000"] {
        let mut client = Client::new(&server.address, key);
        for route in routes::all() {
            let answer = client.call(&request(route, shop::SHOP));
            if needs_key(&route) {
                assert_eq!((answer.status, answer.code().as_str()), (401, "unauthorized"), "{route:?}");
                assert_eq!(answer.header("www-authenticate"), Some("Bearer"), "{route:?}");
            } else {
                // Who does not know the secret finds nothing.
                let expected: &[u16] = match route.2 {
                    "@" => &[404],
                    // A key that is none is no way to ask what is public.
                    "?" => &[404, 401],
                    _ => &[200],
                };
                assert!(expected.contains(&answer.status), "{route:?}: {}", answer.status);
            }
        }
    }
}

/// The name of the scheme has no case (RFC 9110); the key has.
#[test]
fn the_scheme_is_bearer_in_any_case() {
    let folder = folder();
    let key = keys::create(folder.path(), &["--name", "erp"]);
    let server = keys::serve(folder.path());
    let mut client = Client::new(&server.address, "");
    let upper = key.to_ascii_uppercase();
    for (said, status) in [
        (format!("bearer {key}"), 200),
        (format!("BEARER  {key}"), 200),
        (format!("Bearer {upper}"), 401),
        (format!("Basic {key}"), 401),
        (key.clone(), 401),
    ] {
        let asked = Request::get("/v1/sandbox/clock").header("authorization", said.as_str());
        assert_eq!(client.call(&asked).status, status, "{said}");
    }
}

/// The other shop is answered as one that does not exist (404, not 403), whatever it holds.
#[test]
fn a_key_of_one_shop_finds_no_other_shop() {
    let folder = folder();
    let own = keys::create(folder.path(), &["--name", "own", "--shop", "s1"]);
    let platform = keys::create(folder.path(), &["--name", "platform"]);
    let server = keys::serve(folder.path());
    let mut platform = Client::new(&server.address, &platform);
    shop::open(&mut platform, 1_440, 100);
    let other = request(("PUT", "/v1/shops/{shop}", "admin"), "s2");
    platform.call(&other).expect(200);
    let before = platform.get("/v1/shops/s2");
    let mut client = Client::new(&server.address, &own);
    assert_eq!(client.get("/v1/shops/s1")["shop_id"], "s1");
    // The page of a draw asks for no key.
    let of_shops = |route: &routes::Route| route.1.contains("{shop}") && route.1.starts_with("/v1");
    for route in routes::all().into_iter().filter(of_shops) {
        let [there, nowhere] = ["s2", "s3"].map(|shop| client.call(&request(route, shop)));
        assert_eq!((there.status, there.code().as_str()), (404, "not_found"), "{route:?}");
        let blind = |text: String| text.replace("s2", "s?").replace("s3", "s?");
        assert_eq!(blind(there.text()), blind(nowhere.text()), "{route:?}");
    }
    let clock = client.call(&shop::clock(shop::TEN + 60));
    assert_eq!((clock.status, clock.code().as_str()), (404, "not_found"));
    assert_eq!(platform.get("/v1/shops/s2"), before);
}

#[test]
fn each_route_needs_its_scope_and_no_other() {
    let folder = folder();
    let keys = SCOPES.map(|scope| {
        let args = ["--name", scope, "--shop", "s1", "--scopes", scope];
        keys::create(folder.path(), &args)
    });
    let platform = keys::create(folder.path(), &["--name", "platform"]);
    let server = keys::serve(folder.path());
    shop::open(&mut Client::new(&server.address, &platform), 1_440, 100);
    for (scope, key) in SCOPES.iter().zip(&keys) {
        let mut client = Client::new(&server.address, key);
        for route in routes::all() {
            let answer = client.call(&request(route, shop::SHOP));
            if ["-", "@", "?", "*", scope].contains(&route.2) {
                assert!(![401, 403].contains(&answer.status), "{scope}, {route:?}: {}", answer.text());
            } else {
                let refused = (answer.status, answer.code());
                assert_eq!(refused, (403, "scope_missing".to_owned()), "{scope}, {route:?}");
                assert!(answer.text().contains(route.2), "it says which: {}", answer.text());
            }
        }
    }
    drop::<Server>(server);
}
