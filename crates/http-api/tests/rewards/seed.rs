//! The seed of a draw.

use super::*;

/// A-S2-16: before the end the seed stands in no answer, webhook, export, stored reply, log or example; then it is told.
#[test]
fn a_s2_16_the_seed_is_nowhere_before_the_end() {
    let service = Service::open();
    let keyed = [("idempotency-key", "publish-1")];
    let path = format!("{SHOP}/campaigns");
    for _ in 0..2 {
        let (status, said) = service.ask(Some("sandbox"), "POST", &path, &draw("c", &odds()), &keyed);
        assert!(status == 201 && !is_told(&said), "{said}");
    }
    service.clock("10:00");
    for order in ["o1", "o2"] {
        service.pay(order, Some(&format!("t-{order}")));
    }
    service.play("o1");
    let reward = service.reward("o2");
    let play = format!("{SHOP}/rewards/{reward}/play");
    for _ in 0..2 {
        let body = json!({ "customer_id": "customer-of-o2" });
        let (status, said) =
            service.ask(Some("sandbox"), "POST", &play, &body, &[("idempotency-key", "play-1")]);
        assert!(status == 200 && !is_told(&said), "{said}");
    }
    let document = serde_json::to_value(http_api::openapi()).unwrap();
    assert!(!is_told(&document.to_string()));
    // Every address that answers to a read.
    let mut read = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        if item.get("get").is_none() {
            continue;
        }
        let filled = path.replace("{shop}", "tea").replace("{campaign}", "c").replace("{order}", "o1");
        let filled = filled.replace("{reward}", &reward).replace("{customer}", "customer-of-o1");
        let (status, said) = service.ask(Some("sandbox"), "GET", &filled, &Value::Null, &[]);
        assert!(!is_told(&said), "GET {filled} tells the seed: {status} {said}");
        read += usize::from(status == 200);
    }
    assert!(read > 25, "{read} addresses were read");
    let (reader, shop) = (service.engine.reader(), "tea".parse().unwrap());
    let everything = Page { after: None, limit: 10_000 };
    let told = reader.outbox(&shop, &everything).unwrap();
    assert!(told.len() > 4 && !is_told(&format!("{told:?}")), "{told:?}");
    let book = reader.book(&shop, &"c".parse().unwrap()).unwrap().unwrap();
    assert!(!is_told(&format!("{book:?} {:?}", book.seed)), "what a log may show of it");
    assert!(is_told(&serde_json::to_string(&book).unwrap()), "the store has it");
    service.clock("20:00");
    assert!(
        is_told(&service.is(200, "GET", "/campaigns/c/draw", &Value::Null).to_string()),
        "then it is told"
    );
    assert!(is_told(&service.archive("c")));
}
