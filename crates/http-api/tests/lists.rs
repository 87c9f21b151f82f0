//! What an address does not take, and what never was a cursor, is refused at every address of the document.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "pool/support.rs"]
#[allow(dead_code, reason = "the pool's tests use the rest")]
mod support;

use serde_json::Value;
use support::Service;

/// Method, path with its parts filled in, and the names of its query parameters.
fn addresses() -> Vec<(String, String, Vec<String>)> {
    let document = serde_json::to_value(http_api::openapi()).unwrap();
    let mut found = Vec::new();
    for (path, item) in
        document["paths"].as_object().unwrap().iter().filter(|(path, _)| path.starts_with("/v1"))
    {
        for (method, operation) in item.as_object().unwrap() {
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            let queries = parameters.iter().filter(|parameter| parameter["in"] == "query");
            let names = queries.map(|query| query["name"].as_str().unwrap().to_owned()).collect();
            let filled = path.replace("{shop}", "s");
            let filled = filled.split('{').map(|part| part.split_once('}').map_or(part, |(_, rest)| rest));
            found.push((method.to_uppercase(), filled.collect::<Vec<_>>().join("x"), names));
        }
    }
    found
}

fn asked(service: &Service, method: &str, path: &str) -> (u16, String, String) {
    let (status, bytes) = service.bytes(method, path, "application/json", b"{}");
    let said: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    (status, word(&said["code"]), word(&said["violations"][0]["field"]))
}

#[test]
fn a_parameter_that_an_address_does_not_take_is_refused_by_name() {
    let service = Service::empty();
    let addresses = addresses();
    assert!(addresses.len() > 60, "{addresses:?}");
    for (method, path, names) in addresses {
        for (query, name) in [("nonsense=1", "nonsense"), ("curser=", "curser"), ("%E5%BC%A0=1&a=2", "张")] {
            let said = asked(&service, &method, &format!("{path}?{query}"));
            assert_eq!(said, (422, "invalid_body".into(), name.into()), "{method} {path}?{query} {names:?}");
        }
        // One beside those that it takes, and names written in another way.
        for name in &names {
            let said = asked(&service, &method, &format!("{path}?{name}=1&{name}x=1"));
            assert_eq!(said.2, format!("{name}x"), "{method} {path}");
            let encoded: Vec<String> = name.bytes().map(|byte| format!("%{byte:02X}")).collect();
            let encoded = encoded.concat();
            let plain = asked(&service, &method, &format!("{path}?{name}="));
            assert_eq!(asked(&service, &method, &format!("{path}?{encoded}=")), plain, "{method} {path}");
        }
        let said = asked(&service, &method, &format!("{path}?a=%ff"));
        assert_eq!(said.1, "malformed_query", "{method} {path}");
        assert_ne!(asked(&service, &method, &format!("{path}?")).1, "invalid_query", "{method} {path}");
    }
}

#[test]
fn what_never_was_a_cursor_is_refused_by_every_list() {
    let service = Service::empty();
    let lists: Vec<String> = addresses()
        .into_iter()
        .filter(|(method, _, names)| method == "GET" && names.iter().any(|name| name == "cursor"))
        .map(|(_, path, _)| path)
        .collect();
    assert!(lists.len() >= 10, "{lists:?}");
    for path in &lists {
        // No text at all.
        for cursor in ["%ff", "%E5%BC", "a%C0%AFb", "%ED%A0%80", "%", "%4", "%zz"] {
            let said = asked(&service, "GET", &format!("{path}?cursor={cursor}"));
            assert_eq!((said.0, &*said.1), (400, "malformed_query"), "{path}?cursor={cursor}");
        }
        // Text that no list hands out.
        for cursor in ["%20", "a%0Ab", "%20a", "..", "%E2%80%A8", &"a".repeat(2_000)] {
            let said = asked(&service, "GET", &format!("{path}?cursor={cursor}"));
            assert_eq!(said, (422, "invalid_body".into(), "cursor".into()), "{path}?cursor={cursor}");
        }
        // There is no import of that name and no sprint, and so no list of it.
        let found = if ["/imports/", "/sprints/"].iter().any(|of| path.contains(of)) { 404 } else { 200 };
        assert_eq!(asked(&service, "GET", &format!("{path}?cursor=")).0, found, "{path}");
    }
    for (list, cursor) in [
        ("webhooks/x/dead-letters", "18446744073709551615"),
        ("webhooks/x/dead-letters", "9223372036854775808"),
        ("webhooks/x/dead-letters", "-1"),
        ("webhooks/x/dead-letters", "%2B5"),
        ("webhooks/x/dead-letters", "007"),
        ("events/parked", "o1%7Cs"),
        ("events/parked", "%7C%7C"),
        ("events/parked", "%20%7Cs%7Ce"),
        ("events/parked", "o1%7Cs%7C"),
        ("campaigns", "%E5%BC%A0"),
        ("coupon-batches", "a%2Fb"),
        ("messages", "a%2Fb"),
        ("money-to-return", "x"),
        ("money-to-return", "%5B%22o1%22%5D"),
        ("money-to-return", "%5B%22%20%22%2C%22p%22%5D"),
    ] {
        let said = asked(&service, "GET", &format!("/v1/shops/s/{list}?cursor={cursor}"));
        assert_eq!(said, (422, "invalid_body".into(), "cursor".into()), "{list}?cursor={cursor}");
    }
    // Ids of the platform's own are any text (A-G-11).
    for list in ["risk/customers", "pool-orders"] {
        for cursor in ["%E5%BC%A0%E4%B8%8988", "t***1", "a@b.cn", "%231001", "%2525", "a+b"] {
            let said = asked(&service, "GET", &format!("/v1/shops/s/{list}?cursor={cursor}"));
            assert_eq!(said.0, 200, "{list}?cursor={cursor}");
        }
    }
}
