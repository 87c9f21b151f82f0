//! Forms that are refused: nothing of them stays.

use super::support::{BOUNDARY, Form, MAPPING, ORDERS, Service, UPLOAD_BYTES};
use axum::body::{Body, Bytes};
use axum::http::header;
use futures_util::{StreamExt, stream};
use serde_json::json;
use std::io;

#[test]
fn a_form_that_does_not_fit_is_refused_with_its_field() {
    let service = Service::start();
    let orders = ORDERS.as_bytes();
    let two = MAPPING.replace(
        "[times]",
        "[tables.more]\nfile = \"more.csv\"\nkey = \"order\"\n\n\
        [[joins]]\nfrom = \"orders.order\"\nto = \"more\"\n\n[times]",
    );
    let wrong = MAPPING.replace("formats = [", "formats = [1, ");
    let unknown = MAPPING.replace("sku = \"{orders.sku}\"", "sku = \"{orders.no\"");
    let tables = [
        (Form::tea(), "file"),
        (Form::default().file("a.csv", orders), "mapping"),
        (Form::tea().field("mapping_name", "olist").file("a.csv", orders), "mapping"),
        (Form::default().field("mapping_name", "no-such").file("a.csv", orders), "mapping_name"),
        (Form::default().field("mapping", &wrong).file("a.csv", orders), "mapping"),
        (Form::default().field("mapping", &unknown).file("a.csv", orders), "mapping.line.sku"),
        (Form::default().field("mapping", &"#".repeat(300_000)).file("a.csv", orders), "mapping"),
        (Form::tea().field("mapping", MAPPING).file("a.csv", orders), "mapping"),
        (Form::tea().field("as_of", "yesterday").file("a.csv", orders), "as_of"),
        (Form::tea().field("submit", "yes").file("a.csv", orders), "submit"),
        (Form::tea().field("sumbit", "true").file("a.csv", orders), "sumbit"),
        (Form::tea().file("a.csv", orders).file("orders.csv", orders), "file"),
        (Form::default().field("mapping", &two).file("orders.csv", orders), "file"),
    ];
    for (form, field) in tables {
        let answer = service.call(form.request());
        assert_eq!(answer.problem(), (422, "invalid_body".to_owned(), field.to_owned()), "{}", answer.text());
        assert!(!answer.text().contains(service.folder.path().to_str().unwrap()), "{}", answer.text());
    }
    assert_eq!(service.get("").json()["data"], json!([]));
    service.keeps(&[]);
}

/// What is sent is not said back whole, and no mapping keeps the server busy.
#[test]
fn a_mapping_with_a_fault_is_named_shortly() {
    let service = Service::start();
    let many: Vec<String> = (0..16_000).map(|column| format!("{{orders.c{column}}}")).collect();
    let many = many.concat();
    let long = "x".repeat(200_000);
    for (mapping, field, said) in [
        (format!("{MAPPING}\nname = \"{long}\" \""), "mapping", "line "),
        (MAPPING.replace("[times]", &format!("[tables.{long}]\nfile = \"b.csv\"\n\n[times]")), "", "no join"),
        (MAPPING.replace("{orders.sku}", &many), "mapping.line.sku", "more than 512 columns"),
        (MAPPING.replace("{orders.sku}", &format!("{{{long}.sku}}")), "mapping.line.sku", "xxx"),
        (MAPPING.replace("orders.csv", &format!("{long}.csv")), "file", ""),
    ] {
        let form = Form::default().field("mapping", &mapping);
        let orders = ORDERS.as_bytes();
        let form = form.file("a.csv", orders);
        // One file is that of the one table, whatever its name.
        let form = if field == "file" { form.file("b.csv", orders) } else { form };
        let answer = service.call(form.request());
        let (status, code, at) = answer.problem();
        assert_eq!((status, code.as_str()), (422, "invalid_body"), "{at}");
        assert!(answer.body.len() < 4_000 && answer.text().contains(said), "{at}: {}", answer.text().len());
        assert!(field.is_empty() || at == field, "{at}");
    }
    service.keeps(&[]);
}

#[test]
fn what_is_no_form_or_breaks_off_leaves_nothing() {
    let service = Service::start();
    let form = Form::tea().file("a.csv", ORDERS.as_bytes());
    let mut request = form.request();
    request.headers_mut().insert(header::CONTENT_TYPE, "text/csv".parse().unwrap());
    let answer = service.call(request);
    assert_eq!((answer.status, answer.problem().1.as_str()), (415, "unsupported_media_type"));
    let whole = form.bytes();
    for cut in [0, 30, whole.len() / 2, whole.len() - BOUNDARY.len() - 8] {
        let answer = service.call(form.with(Body::from(whole[..cut].to_vec())));
        assert!(
            matches!(answer.problem().1.as_str(), "malformed_body" | "invalid_body"),
            "{cut}: {}",
            answer.text()
        );
    }
    let gone = || Err(io::Error::from(io::ErrorKind::ConnectionReset));
    let pieces = [Ok(Bytes::copy_from_slice(&whole[..whole.len() / 2])), gone()];
    let answer = service.call(form.with(Body::from_stream(stream::iter(pieces))));
    assert_eq!((answer.status, answer.problem().1.as_str()), (400, "malformed_body"));
    // The head of a part that never ends is not waited for.
    let start = Bytes::from(format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; x=\""));
    let endless = stream::repeat_with(|| Ok::<_, io::Error>(Bytes::from(vec![b'x'; 64 << 10])));
    let body = stream::once(async { Ok(start) }).chain(endless);
    let answer = service.call(form.with(Body::from_stream(body)));
    assert_eq!((answer.status, answer.problem().1.as_str()), (400, "malformed_body"));
    assert_eq!(service.orders(), 0);
    service.keeps(&[]);
}

#[test]
fn files_that_are_too_large_are_refused_as_soon_as_that_is_known() {
    let service = Service::start();
    let form = Form::tea();
    let mut request = form.with(Body::from_stream(stream::pending::<io::Result<Bytes>>()));
    request.headers_mut().insert(header::CONTENT_LENGTH, (UPLOAD_BYTES * 2).into());
    assert_eq!(service.call(request).problem().1, "body_too_large");
    // Two files, none of them too large alone; what comes after is not waited for.
    let half = vec![b'x'; usize::try_from(UPLOAD_BYTES / 2 + 1).unwrap()];
    let sent = Form::tea().file("a.csv", &half).file("b.csv", &half).bytes();
    let body = stream::iter([Ok::<_, io::Error>(Bytes::from(sent))]).chain(stream::pending());
    let answer = service.call(form.with(Body::from_stream(body)));
    assert_eq!((answer.status, answer.problem().1.as_str()), (413, "body_too_large"));
    assert!(answer.text().contains(&UPLOAD_BYTES.to_string()));
    service.keeps(&[]);
}

#[test]
fn imports_are_for_keys_of_the_shop_that_may_send_orders() {
    let service = Service::start();
    let form = Form::tea().file("a.csv", ORDERS.as_bytes());
    let id = service.import(&form);
    service.ended(&id);
    let refused = |form: Form| service.call(form.request()).problem();
    assert_eq!(refused(form.clone().by("of-mugs", "tea")).1, "not_found");
    assert_eq!(refused(form.clone().by("reads", "tea")).1, "scope_missing");
    assert_eq!(refused(form.clone().by("nobody", "tea")).1, "unauthorized");
    assert_eq!(service.call(form.clone().by("events", "tea").request()).status, 202);
    let as_mugs = |method: &str, rest: &str| {
        let request = axum::http::Request::builder()
            .method(method)
            .uri(format!("/v1/shops/mugs/imports{rest}"))
            .header(header::AUTHORIZATION, "Bearer of-mugs");
        service.call(request.body(Body::empty()).unwrap())
    };
    for (method, rest) in
        [("GET", format!("/{id}")), ("GET", format!("/{id}/bad-rows")), ("POST", format!("/{id}/cancel"))]
    {
        assert_eq!(as_mugs(method, &rest).problem().1, "not_found", "{rest}");
    }
    assert_eq!(as_mugs("GET", "").json()["data"], json!([]));
}

/// What comes beyond is told to come back, and the other shop is not held up.
#[test]
fn a_shop_has_sixteen_places() {
    let service = Service::start();
    let form = Form::tea().file("a.csv", ORDERS.as_bytes());
    let (answer, other) = service.runtime.block_on(async {
        for _ in 0..16 {
            let begun = Bytes::copy_from_slice(&form.bytes()[..200]);
            let body = stream::iter([Ok::<_, io::Error>(begun)]).chain(stream::pending());
            tokio::spawn(Service::send(service.router.clone(), form.with(Body::from_stream(body))));
        }
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        let answer = Service::send(service.router.clone(), form.request()).await;
        let other = Service::send(service.router.clone(), form.clone().by("all", "mugs").request()).await;
        (answer, other.status)
    });
    assert_eq!((answer.status, answer.problem().1.as_str(), other), (429, "busy", 202));
    assert_eq!(answer.headers["retry-after"], "1");
}
