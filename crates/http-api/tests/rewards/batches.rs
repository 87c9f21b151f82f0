//! What coupon batches can keep of what a campaign promises, and what a campaign that runs may become.

use super::*;

/// From an amount on a coupon of `b1`, which takes 10.00 off; runs from 09:00 to 20:00.
fn coupons(campaign: &str, min_paid: i64) -> Value {
    let mut form = draw(campaign, &Value::Null);
    form["terms"]["tiers"] =
        json!([{ "min_paid": min_paid, "action": { "kind": "coupon", "batch_id": "b1" } }]);
    form
}

fn codes(found: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    found.as_array().unwrap().iter().map(|one| (text(&one["field"]), text(&one["code"]))).collect()
}

fn judged(service: &Service, form: &Value) -> Value {
    service.is(200, "POST", "/campaigns/validate", form)
}

/// S2-R05: a batch that may run short, what all its coupons cost, and a coupon worth more than 30 % of what is paid: told by
/// `validate`, by the campaign's own answers and in lists, for as long as it may still give any.
#[test]
fn s2_r05_warnings_of_batches_stand_with_the_campaign() {
    const FIELD: &str = "terms.tiers[0].action.batch_id";
    let service = Service::open();
    let form = coupons("k", 3000);
    let all =
        ["batch_short", "worst_case_cost", "deep_discount"].map(|code| (FIELD.to_owned(), code.to_owned()));
    assert_eq!(codes(&judged(&service, &form)["warnings"]), all);
    let made = service.is(201, "POST", "/campaigns", &form);
    assert_eq!(codes(&made["warnings"]), all);
    assert!(made["warnings"].to_string().contains("costs 10000.00 CNY"), "{made}");
    assert!(
        made["warnings"].to_string().contains("a coupon of 10.00 CNY for an order of 30.00 CNY"),
        "{made}"
    );
    assert_eq!(codes(&service.is(200, "GET", "/campaigns/k", &Value::Null)["warnings"]), all);
    assert_eq!(codes(&service.is(200, "GET", "/campaigns", &Value::Null)["data"][0]["warnings"]), all);
    let mut limited = coupons("k", 5000);
    limited["terms"]["total_limit"] = json!(2);
    let changed = service.is(200, "PATCH", "/campaigns/k", &json!({ "terms": limited["terms"] }));
    assert_eq!(codes(&changed["warnings"]), all[1..2]);
    service.clock("10:00");
    service.pay("o1", Some("t-1"));
    let left = service.is(200, "GET", "/campaigns/k", &Value::Null);
    assert!(left["warnings"].to_string().contains("costs 10.00 CNY"), "one is given: {left}");
    let closed = service.is(200, "POST", "/campaigns/k/close", &Value::Null);
    assert_eq!(codes(&closed["warnings"]), [], "it gives nothing more");
}

/// S2-R05, A-S2-17: what stands against a batch is found by `validate` as by publishing, at the field that names it.
#[test]
fn s2_r05_a_s2_17_validate_looks_at_batches() {
    let service = Service::open();
    let batch = |id: &str, quantity: u64, ends_at: &str| {
        json!({
            "batch_id": id, "name": id, "kind": "shop", "spend": 2000, "save": 1000, "quantity": quantity,
            "per_customer_limit": 50, "scope": { "mode": "all" }, "funded_by": "merchant", "starts_at": at("08:00"), "ends_at": ends_at,
        })
    };
    let later = "2030-12-01T00:00:00+08:00";
    for (id, quantity, ends_at) in [("gone", 9, later), ("short", 2, later), ("early", 9, &*at("19:00"))] {
        service.is(201, "POST", "/coupon-batches", &batch(id, quantity, ends_at));
    }
    service.is(200, "POST", "/coupon-batches/gone/void", &Value::Null);
    let field = |name: &str| format!("terms.tiers[0].action.draw.prizes[1].{name}");
    for (id, value, name, code) in [
        ("nowhere", 1000, "batch_id", "not_found"),
        ("gone", 1000, "batch_id", "coupon_void"),
        ("early", 1000, "batch_id", "batch_window"),
        ("short", 1000, "stock", "batch_short"),
        ("b1", 999, "value", "value_differs"),
    ] {
        let mut terms = odds();
        (terms["prizes"][1]["batch_id"], terms["prizes"][1]["value"]) = (id.into(), value.into());
        let form = draw("c", &terms);
        let expected = [(field(name), code.to_owned())];
        assert_eq!(codes(&judged(&service, &form)["violations"]), expected, "{id}");
        let problem = service.is(422, "POST", "/campaigns", &form);
        assert_eq!(
            (&problem["code"], codes(&problem["violations"])),
            (&json!("invalid_terms"), expected.to_vec())
        );
    }
}

/// A-S2-17: a batch that a draw hangs on stays until nothing of the draw can be played.
#[test]
fn a_s2_17_a_batch_of_a_draw_cannot_be_taken_back() {
    let service = Service::open();
    service.is(201, "POST", "/campaigns", &draw("c", &odds()));
    let void = "/coupon-batches/b1/void";
    for time in ["08:00", "19:59"] {
        service.clock(time);
        let problem = service.is(409, "POST", void, &Value::Null);
        assert_eq!(problem["code"], "batch_in_use");
        assert!(problem["detail"].as_str().unwrap().contains("campaign c"), "{problem}");
    }
    assert_eq!(service.is(200, "GET", "/coupon-batches/b1", &Value::Null)["status"], "running");
    service.clock("20:00");
    service.is(200, "POST", void, &Value::Null);
}

/// S2-R04: nothing is made or published for a time that is past.
#[test]
fn s2_r04_a_time_that_is_past_is_refused() {
    let service = Service::open();
    let form = coupons("k", 5000);
    let mut draft = form.clone();
    (draft["publish"], draft["campaign_id"]) = (json!(false), json!("d"));
    service.is(201, "POST", "/campaigns", &draft);
    service.clock("20:00");
    let ended = ("ends_at".to_owned(), "ended_already".to_owned());
    assert!(codes(&judged(&service, &form)["violations"]).contains(&ended));
    for (rest, body) in [("/campaigns", &form), ("/campaigns/d/publish", &Value::Null)] {
        let problem = service.is(422, "POST", rest, body);
        assert!(codes(&problem["violations"]).contains(&ended), "{problem}");
    }
}

/// S2-R10, A-S2-8: where the platform takes the tool back, what is published goes on and may be changed; nothing new is
/// published.
#[test]
fn s2_r10_a_s2_8_what_is_published_can_be_changed_without_the_beta() {
    let service = Service::open();
    service.is(201, "POST", "/campaigns", &draw("c", &odds()));
    service.is(200, "POST", "/beta/post_payment/approve", &json!({ "status": "off" }));
    service.clock("10:00");
    let mut more = odds();
    more["prizes"][0]["stock"] = json!(2);
    let changed = service.is(200, "PATCH", "/campaigns/c", &json!({ "terms": draw("c", &more)["terms"] }));
    assert_eq!(changed["version"], 2);
    service.pay("o1", Some("t-1"));
    service.play("o1");
    service.refuses("beta_required", &[], "POST", "/campaigns", &coupons("k", 5000));
}

/// S0-R13: a list of goods is imported into a campaign of rewards that is published; it is judged as any change of it.
#[test]
fn s0_r13_a_list_is_imported_into_a_published_campaign() {
    let service = Service::open();
    let mut form = draw("c", &odds());
    form["scope"] = json!({ "mode": "whitelist", "skus": ["A"] });
    service.is(201, "POST", "/campaigns", &form);
    service.clock("10:00");
    let before = service.is(200, "GET", "/campaigns/c/draw", &Value::Null);
    let path = format!("{SHOP}/campaigns/c/scope/import");
    let (status, said) =
        service.send(Some("sandbox"), ("POST", &path), ("text/csv", b"sku\nB\nC\n".to_vec()), &[]);
    assert_eq!(status, 200, "{said}");
    let campaign = service.is(200, "GET", "/campaigns/c", &Value::Null);
    assert_eq!((&campaign["version"], &campaign["scope"]["skus"]), (&json!(2), &json!(["A", "B", "C"])));
    assert_eq!(service.is(200, "GET", "/campaigns/c/draw", &Value::Null), before, "its notice is as it was");
    service.pay("o1", Some("t-1"));
    service.play("o1");
}

/// A-S2-17: `validate` with the id of a draw that runs judges what it may become, as a change is judged.
#[test]
fn a_s2_17_validate_judges_a_change_of_a_running_draw() {
    let service = Service::open();
    service.is(201, "POST", "/campaigns", &draw("c", &odds()));
    service.clock("10:00");
    let with = |path: &str, value: Value| {
        let mut terms = odds();
        *terms.pointer_mut(path).unwrap() = value;
        draw("c", &terms)
    };
    let field = |name: &str| format!("terms.tiers[0].action.draw.{name}");
    assert_eq!(judged(&service, &draw("c", &odds()))["violations"], json!([]));
    assert_eq!(judged(&service, &with("/prizes/0/stock", json!(2)))["violations"], json!([]));
    for (path, value, at_fault, code) in [
        ("/prizes/0/stock", json!(0), "prizes[0].stock", "out_of_range"),
        ("/prizes/0/value", json!(499_999), "prizes[0].value", "odds_changed_against_buyer"),
        ("/notice/organiser", json!("别人"), "notice.organiser", "immutable_field"),
    ] {
        let form = with(path, value);
        let found = codes(&judged(&service, &form)["violations"]);
        assert_eq!(found, [(field(at_fault), code.to_owned())], "{path}");
        let problem = service.is(422, "PATCH", "/campaigns/c", &json!({ "terms": form["terms"] }));
        assert_eq!(codes(&problem["violations"]), found, "{path}");
    }
    let mut moved = draw("c", &odds());
    moved["starts_at"] = json!(at("09:30"));
    let found = codes(&judged(&service, &moved)["violations"]);
    assert!(found.contains(&("starts_at".to_owned(), "immutable_field".to_owned())), "{found:?}");
    let fresh = codes(&judged(&service, &draw("new", &odds()))["violations"]);
    assert_eq!(fresh, [("starts_at".to_owned(), "started_already".to_owned())], "a new one comes too late");
    service.clock("20:00");
    let over = codes(&judged(&service, &draw("c", &odds()))["violations"]);
    assert_eq!(over, [("campaign_id".to_owned(), "campaign_closed".to_owned())]);
}
