//! Input that is wrong: every answer is a problem document that names what is wrong, and nothing has
//! changed afterwards. A disk that is full is answered in the same way.

mod support;

#[path = "bad_input/bodies.rs"]
mod bodies;
#[path = "bad_input/checkout.rs"]
mod checkout;
#[path = "bad_input/disk.rs"]
mod disk;
#[path = "bad_input/events.rs"]
mod events;
#[path = "bad_input/limits.rs"]
mod limits;
#[path = "bad_input/lists.rs"]
mod lists;
#[path = "bad_input/quotes.rs"]
mod quotes;
#[path = "bad_input/times.rs"]
mod times;

use serde_json::{Value, json};
use std::path::Path;
use support::{Answer, Client, Request, Server, shop};

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder can be made")
}

/// A shop with an order whose coupon is shown (o1), one that is claimed (o2) and one paid (o3).
fn serve(folder: &Path) -> Server {
    let server = Server::sandbox(folder);
    let mut client = server.client();
    shop::open(&mut client, 1_440, 100);
    let placed = ["o1", "o2", "o3"].map(|order| shop::placed(order, &order.replace('o', "u"), shop::TEN));
    shop::tell(&mut client, &placed);
    client.call(&shop::clock(shop::TEN + 20)).expect(200);
    shop::take(&mut client, "o2", "u2");
    shop::tell(&mut client, &[shop::paid("o3", "p3", None, shop::TEN + 20)]);
    server
}

const LOOKED_AT: [&str; 14] = [
    "",
    "/campaigns",
    "/campaigns/c1/stats",
    "/orders/o1",
    "/orders/o1/offers",
    "/orders/o1/timeline",
    "/orders/o2/offers",
    "/orders/o3",
    "/orders/o3/settlement",
    "/customers/u2/coupons",
    "/messages",
    "/events/parked",
    "/risk/customers",
    "/webhooks",
];

/// Everything that could have changed.
fn state(client: &mut Client) -> Vec<Value> {
    let paths = LOOKED_AT.map(|rest| format!("/v1/shops/{}{rest}", shop::SHOP));
    let paths = paths.into_iter().chain(["/v1/sandbox/clock".to_owned()]);
    paths.map(|path| client.get(path)).collect()
}

/// A request that must be refused: with which status and code, and naming which field.
struct Case {
    request: Request,
    status: u16,
    code: &'static str,
    field: &'static str,
    /// The code of the field, where it is another than the whole's.
    violation: &'static str,
}

fn case(request: Request, status: u16, code: &'static str) -> Case {
    Case { request, status, code, field: "", violation: "" }
}

/// A body whose field is at fault.
fn fault(request: Request, code: &'static str, field: &'static str) -> Case {
    Case { field, ..case(request, 422, code) }
}

/// The answer is a problem document with the status and the code, and names the field.
fn check(case: &Case, answer: &Answer) {
    let Request { method, path, body, .. } = &case.request;
    let body: String = String::from_utf8_lossy(body).chars().take(300).collect();
    let asked = format!("{method} {path} {body}\n{}", answer.text());
    assert_eq!((answer.status, answer.code().as_str()), (case.status, case.code), "{asked}");
    assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{asked}");
    let problem = answer.json();
    assert_eq!(problem["status"], json!(case.status), "{asked}");
    for field in ["type", "title", "title_zh", "detail", "code"] {
        let said = problem[field].as_str().is_some_and(|text| !text.is_empty());
        assert!(said, "{field} is missing: {asked}");
    }
    let violations = problem["violations"].as_array().map(Vec::as_slice).unwrap_or_default();
    let named = violations.iter().any(|violation| {
        let coded = case.violation.is_empty() || violation["code"] == case.violation;
        violation["field"] == case.field && coded
    });
    assert!(case.field.is_empty() || named, "{} is not named: {asked}", case.field);
}

/// Sends what must be refused; afterwards everything is as it was, and the store is sound.
fn refuse_all(cases: &[Case]) {
    let folder = folder();
    let server = serve(folder.path());
    let mut client = server.client();
    let before = state(&mut client);
    for case in cases {
        let answer = client.call(&case.request);
        check(case, &answer);
    }
    assert_eq!(state(&mut client), before);
    let audited = support::run(folder.path(), &["audit", "--store", "sqlite:shop.db"]);
    assert_eq!(audited.code, Some(0), "{audited:?}");
}
