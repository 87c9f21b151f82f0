//! Addresses, methods, media types, headers and sizes.

use crate::support::{Request, shop};
use crate::{Case, case, fault, folder, refuse_all, serve};
use serde_json::json;

const BODY_BYTES: usize = 16 * 1024 * 1024;

#[test]
fn addresses_and_methods_that_are_not_there() {
    let get = |path: &str| Request::get(path);
    let long = format!("/v1/shops/{}", "x".repeat(65));
    let mut cases = vec![
        case(get("/"), 404, "unknown_route"),
        case(get("/v1"), 404, "unknown_route"),
        case(get("/v2/shops/s1"), 404, "unknown_route"),
        case(get("/v1/shops/s1/nothing"), 404, "unknown_route"),
        case(get("/v1/shops/s1/campaigns/c1/stats/more"), 404, "unknown_route"),
        case(get("/etc/passwd"), 404, "unknown_route"),
        case(get("/v1/shops/nobody"), 404, "not_found"),
        case(get("/v1/shops/:platform"), 404, "not_found"),
        case(get("/v1/shops/a%20b"), 404, "not_found"),
        case(get("/v1/shops/%00"), 404, "not_found"),
        case(get("/v1/shops/%E8%8C%B6"), 404, "not_found"),
        case(get(&long), 404, "not_found"),
        case(get("/v1/shops/s1/orders/o9"), 404, "not_found"),
        case(get("/v1/shops/s1/orders/a%2Fb"), 404, "not_found"),
        case(get("/v1/shops/s1/orders/%27%3B%20DROP%20TABLE%20orders"), 404, "not_found"),
        case(get("/v1/shops/s1/coupons/o1"), 404, "not_found"),
        case(get("/v1/shops/s1/campaigns/c9"), 404, "not_found"),
        case(shop::claim("o9", "x1", "u1"), 404, "not_found"),
        case(shop::claim("o1", "x1", "u1"), 409, "not_displayed"),
        case(shop::start("o9", "p1", None), 404, "not_found"),
        case(shop::start("o1", "p1", Some("cp_9")), 404, "not_found"),
    ];
    let methods = [("DELETE", "/v1/shops/s1"), ("POST", "/v1/shops/s1"), ("POST", "/healthz")];
    let more =
        [("PATCH", "/v1/shops/s1/events"), ("PUT", "/v1/shops/s1/campaigns"), ("BREW", "/v1/shops/s1")];
    for (method, path) in methods.into_iter().chain(more) {
        cases.push(case(Request::new(method, path), 405, "wrong_method"));
    }
    refuse_all(&cases);
}

/// A refused method is told which ones are taken (RFC 9110, 15.5.6).
#[test]
fn a_refused_method_is_told_the_others() {
    let folder = folder();
    let server = serve(folder.path());
    let answer = server.client().call(&Request::new("DELETE", "/v1/shops/s1"));
    let allowed = answer.header("allow").unwrap_or_default();
    assert!(allowed.contains("GET") && allowed.contains("PUT"), "{answer:?}");
}

#[test]
fn headers_and_questions_that_cannot_be_read() {
    let claim = || shop::claim("o1", "x1", "u1");
    let list = |question: &str| Request::get(shop::path(question));
    let events = |kind: &str| Request::new("POST", shop::path("events")).typed(kind, "{}");
    let cases = [
        case(claim().key("k".repeat(201)), 422, "invalid_value"),
        case(claim().key(""), 422, "invalid_value"),
        case(claim().key("clé"), 422, "invalid_value"),
        fault(list("messages?limit=-1"), "invalid_body", "limit"),
        fault(list("messages?limit=many"), "invalid_body", "limit"),
        fault(list("messages?limit=99999999999999999999"), "invalid_body", "limit"),
        fault(list("messages?status=lost"), "invalid_body", "status"),
        fault(list("messages?order_id=a%0Ab"), "invalid_body", "order_id"),
        fault(list("customers/u1/coupons?status=lost"), "invalid_body", "status"),
        fault(list("campaigns?status=lost"), "invalid_body", "status"),
        case(events("text/plain"), 415, "unsupported_media_type"),
        case(events("application/xml; charset=utf-8"), 415, "unsupported_media_type"),
        case(events("multipart/form-data; boundary=x"), 415, "unsupported_media_type"),
    ];
    refuse_all(&cases);
}

#[test]
fn what_is_too_large_is_refused_whole() {
    let large = |request: Request, kind: &str| {
        let body = vec![b' '; BODY_BYTES + 1];
        case(request.typed(kind, body), 413, "body_too_large")
    };
    let placed = |number: usize| shop::placed(&format!("many-{number}"), "u1", shop::TEN);
    let many: Vec<_> = (0..10_001).map(placed).collect();
    let lines = "{}\n".repeat(10_001);
    let batch = json!(many).to_string();
    let post = |rest: &str| Request::new("POST", shop::path(rest));
    let cases: [Case; 6] = [
        large(post("events"), "application/x-ndjson"),
        large(post("campaigns"), "application/json"),
        large(post("campaigns/c1/scope/import"), "text/csv"),
        case(shop::ndjson(&many), 413, "batch_too_large"),
        case(post("events").typed("application/x-ndjson", lines), 413, "batch_too_large"),
        case(post("events").typed("application/cloudevents-batch+json", batch), 413, "batch_too_large"),
    ];
    refuse_all(&cases);
}

#[test]
fn lists_of_goods_that_cannot_be_imported() {
    let import =
        |body: &str| Request::new("POST", shop::path("campaigns/c1/scope/import")).typed("text/csv", body);
    let rows = "SKU-1\n".repeat(40_001);
    let cases =
        [fault(import("SKU-1\n"), "invalid_terms", "scope.mode"), case(import(&rows), 400, "malformed_body")];
    refuse_all(&cases);
}
