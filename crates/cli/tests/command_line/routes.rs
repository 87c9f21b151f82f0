//! The `OpenAPI` document: what the command prints is what the service serves, and the list of routes
//! changes only on purpose.

use crate::folder;
use crate::support::{Request, Server, run};
use serde_json::Value;

/// Every route, a line each: method, path, and the scope that it needs; `-` for those that need no
/// key, `?` for those that show everybody what is public, `@` for those with a secret in their path, `*` for those that any key may ask.
const ROUTES: &str = "\
POST /callbacks/{secret}/receipts @
POST /callbacks/{secret}/replies @
GET /draws/{shop}/{campaign} ?
GET /healthz -
GET /metrics -
GET /readyz -
GET /v1/sandbox/clock *
PUT /v1/sandbox/clock admin
GET /v1/shops/{shop} read
PUT /v1/shops/{shop} admin
GET /v1/shops/{shop}/beta/post_payment read
POST /v1/shops/{shop}/beta/post_payment/apply campaigns
POST /v1/shops/{shop}/beta/post_payment/approve admin
GET /v1/shops/{shop}/campaigns read
POST /v1/shops/{shop}/campaigns campaigns
POST /v1/shops/{shop}/campaigns/validate campaigns
GET /v1/shops/{shop}/campaigns/{campaign} read
PATCH /v1/shops/{shop}/campaigns/{campaign} campaigns
POST /v1/shops/{shop}/campaigns/{campaign}/close campaigns
GET /v1/shops/{shop}/campaigns/{campaign}/draw ?
GET /v1/shops/{shop}/campaigns/{campaign}/draw/archive read
POST /v1/shops/{shop}/campaigns/{campaign}/draw/beacon campaigns
POST /v1/shops/{shop}/campaigns/{campaign}/links/{link}/follow checkout
POST /v1/shops/{shop}/campaigns/{campaign}/pause campaigns
POST /v1/shops/{shop}/campaigns/{campaign}/publish campaigns
POST /v1/shops/{shop}/campaigns/{campaign}/resume campaigns
GET /v1/shops/{shop}/campaigns/{campaign}/rewards read
POST /v1/shops/{shop}/campaigns/{campaign}/scope/import campaigns
GET /v1/shops/{shop}/campaigns/{campaign}/stats read
GET /v1/shops/{shop}/campaigns/{campaign}/survey read
GET /v1/shops/{shop}/campaigns/{campaign}/survey/export read
GET /v1/shops/{shop}/coupon-batches read
POST /v1/shops/{shop}/coupon-batches campaigns
POST /v1/shops/{shop}/coupon-batches/redeem-code checkout
POST /v1/shops/{shop}/coupon-batches/validate campaigns
GET /v1/shops/{shop}/coupon-batches/{batch} read
POST /v1/shops/{shop}/coupon-batches/{batch}/claim checkout
POST /v1/shops/{shop}/coupon-batches/{batch}/codes campaigns
GET /v1/shops/{shop}/coupon-batches/{batch}/export read
POST /v1/shops/{shop}/coupon-batches/{batch}/import campaigns
POST /v1/shops/{shop}/coupon-batches/{batch}/void campaigns
GET /v1/shops/{shop}/coupon-conflicts read
GET /v1/shops/{shop}/coupons/{coupon} read
POST /v1/shops/{shop}/coupons/{coupon}/lock checkout
POST /v1/shops/{shop}/coupons/{coupon}/release checkout
POST /v1/shops/{shop}/coupons/{coupon}/void campaigns
GET /v1/shops/{shop}/customers/{customer}/consents read
PUT /v1/shops/{shop}/customers/{customer}/consents events
DELETE /v1/shops/{shop}/customers/{customer}/contact events
GET /v1/shops/{shop}/customers/{customer}/contact read
PUT /v1/shops/{shop}/customers/{customer}/contact events
GET /v1/shops/{shop}/customers/{customer}/coupons read
GET /v1/shops/{shop}/customers/{customer}/rewards read
POST /v1/shops/{shop}/customers/{customer}/wechat-grants events
POST /v1/shops/{shop}/download-gaps events
GET /v1/shops/{shop}/download-watermark read
PUT /v1/shops/{shop}/download-watermark events
POST /v1/shops/{shop}/events events
GET /v1/shops/{shop}/events/parked read
GET /v1/shops/{shop}/gift-list read
GET /v1/shops/{shop}/gift-stock read
GET /v1/shops/{shop}/gift-stock/{sku} read
PUT /v1/shops/{shop}/gift-stock/{sku} campaigns
GET /v1/shops/{shop}/gift-strategies read
GET /v1/shops/{shop}/gift-strategies/{strategy} read
PUT /v1/shops/{shop}/gift-strategies/{strategy} campaigns
POST /v1/shops/{shop}/gift-strategies/{strategy}/dry-run read
POST /v1/shops/{shop}/gift-strategies/{strategy}/override campaigns
GET /v1/shops/{shop}/imports read
POST /v1/shops/{shop}/imports events
GET /v1/shops/{shop}/imports/{import} read
GET /v1/shops/{shop}/imports/{import}/bad-rows read
POST /v1/shops/{shop}/imports/{import}/cancel events
GET /v1/shops/{shop}/message-settings read
PUT /v1/shops/{shop}/message-settings admin
DELETE /v1/shops/{shop}/message-templates/{kind}/{channel} campaigns
GET /v1/shops/{shop}/message-templates/{kind}/{channel} read
PUT /v1/shops/{shop}/message-templates/{kind}/{channel} campaigns
POST /v1/shops/{shop}/message-templates/{kind}/{channel}/preview read
GET /v1/shops/{shop}/messages read
POST /v1/shops/{shop}/messages events
GET /v1/shops/{shop}/money-to-return read
GET /v1/shops/{shop}/orders/{order} read
GET /v1/shops/{shop}/orders/{order}/cashier read
GET /v1/shops/{shop}/orders/{order}/offers read
POST /v1/shops/{shop}/orders/{order}/offers/{offer}/claim checkout
POST /v1/shops/{shop}/orders/{order}/payments checkout
POST /v1/shops/{shop}/orders/{order}/refunds refunds
POST /v1/shops/{shop}/orders/{order}/refunds/{refund}/assign refunds
POST /v1/shops/{shop}/orders/{order}/refunds/{refund}/offline-transfer refunds
GET /v1/shops/{shop}/orders/{order}/rewards read
GET /v1/shops/{shop}/orders/{order}/settlement read
GET /v1/shops/{shop}/orders/{order}/timeline read
GET /v1/shops/{shop}/pool-orders read
POST /v1/shops/{shop}/pool-orders/dismiss campaigns
POST /v1/shops/{shop}/pool-orders/fulfil campaigns
POST /v1/shops/{shop}/pool-orders/recompute campaigns
POST /v1/shops/{shop}/pool-orders/reject campaigns
POST /v1/shops/{shop}/pool-orders/submit campaigns
POST /v1/shops/{shop}/pool-orders/transfer-out campaigns
GET /v1/shops/{shop}/pool-orders/{order} read
POST /v1/shops/{shop}/pool-orders/{order}/gifts campaigns
DELETE /v1/shops/{shop}/pool-orders/{order}/gifts/{sku} campaigns
GET /v1/shops/{shop}/presale-strategies read
GET /v1/shops/{shop}/presale-strategies/{strategy} read
PUT /v1/shops/{shop}/presale-strategies/{strategy} campaigns
POST /v1/shops/{shop}/presale-strategies/{strategy}/rerun campaigns
POST /v1/shops/{shop}/quotes read
GET /v1/shops/{shop}/refund-channels read
GET /v1/shops/{shop}/rewards/{reward} read
POST /v1/shops/{shop}/rewards/{reward}/play checkout
GET /v1/shops/{shop}/risk/customers read
GET /v1/shops/{shop}/risk/customers/{customer} read
PUT /v1/shops/{shop}/risk/customers/{customer} risk
POST /v1/shops/{shop}/shop-orders events
GET /v1/shops/{shop}/sms-bill read
GET /v1/shops/{shop}/sms-packs read
POST /v1/shops/{shop}/sms-packs admin
GET /v1/shops/{shop}/sms-wallet read
GET /v1/shops/{shop}/sprints read
GET /v1/shops/{shop}/sprints/{sprint} read
POST /v1/shops/{shop}/sprints/{sprint}/accept campaigns
POST /v1/shops/{shop}/sprints/{sprint}/close campaigns
POST /v1/shops/{shop}/sprints/{sprint}/decline campaigns
POST /v1/shops/{shop}/sprints/{sprint}/enrollments checkout
POST /v1/shops/{shop}/sprints/{sprint}/enrollments/import checkout
GET /v1/shops/{shop}/sprints/{sprint}/exceptions read
POST /v1/shops/{shop}/sprints/{sprint}/exceptions/{customer} campaigns
GET /v1/shops/{shop}/sprints/{sprint}/figures read
GET /v1/shops/{shop}/sprints/{sprint}/members/{customer} read
POST /v1/shops/{shop}/sprints/{sprint}/members/{customer}/claim checkout
PUT /v1/shops/{shop}/sprints/{sprint}/prize campaigns
POST /v1/shops/{shop}/sprints/{sprint}/prize/approve campaigns
POST /v1/shops/{shop}/sprints/{sprint}/prize/bind campaigns
GET /v1/shops/{shop}/sprints/{sprint}/report read
GET /v1/shops/{shop}/webhooks admin
POST /v1/shops/{shop}/webhooks admin
DELETE /v1/shops/{shop}/webhooks/{webhook} admin
GET /v1/shops/{shop}/webhooks/{webhook}/dead-letters admin
POST /v1/shops/{shop}/webhooks/{webhook}/replay admin
POST /v1/shops/{shop}/webhooks/{webhook}/rotate-secret admin
GET /v1/sprints read
POST /v1/sprints admin
GET /v1/sprints/{sprint} read
PUT /v1/sprints/{sprint} admin
GET /v1/sprints/{sprint}/invitations read
POST /v1/sprints/{sprint}/invitations admin";

/// A route: its method, its path, and the scope that it needs.
pub type Route = (&'static str, &'static str, &'static str);

/// Every route.
pub fn all() -> Vec<Route> {
    let read = |line: &'static str| {
        let words: Vec<&str> = line.split(' ').collect();
        (words[0], words[1], words[2])
    };
    ROUTES.lines().map(read).collect()
}

/// Method and path of every route in a document, by their paths.
fn routes(document: &Value) -> Vec<String> {
    let paths = document["paths"].as_object().expect("it has paths");
    let mut found = Vec::new();
    for (path, methods) in paths {
        let methods = methods.as_object().expect("a path has methods");
        found.extend(methods.keys().map(|method| (path, method.to_ascii_uppercase())));
    }
    found.sort();
    let found = found.into_iter();
    found.map(|(path, method)| format!("{method} {path}")).collect()
}

#[test]
fn the_document_is_the_one_that_is_served_and_its_routes_are_these() {
    let folder = folder();
    let printed = run(folder.path(), &["openapi"]);
    assert_eq!(printed.code, Some(0), "{}", printed.err);
    let printed: Value = serde_json::from_str(&printed.out).expect("it is JSON");
    let server = Server::start(folder.path(), &["--sandbox"]);
    let mut client = server.client();
    client.key = String::new();
    assert_eq!(client.get("/openapi.json"), printed);
    let known = all().into_iter().map(|(method, path, _)| format!("{method} {path}"));
    assert_eq!(routes(&printed), known.collect::<Vec<_>>());
    let problems = client.call(&Request::get("/docs/problems"));
    assert_eq!(problems.status, 200);
    for code in ["already_claimed", "too_many_columns"] {
        assert!(problems.text().contains(code), "{code}");
    }
}
