//! Where a campaign of rewards stands: paused, closed, and what its figures tell of each reward.

use super::archive::python;
use super::*;
use draw::{
    archive::Archive,
    law::MAINLAND_CHINA,
    verify::{FindingCode, Known, verify},
};

fn page(service: &Service, lang: &str) -> String {
    let (status, said) = service.ask(None, "GET", &format!("/draws/tea/c?lang={lang}"), &Value::Null, &[]);
    assert_eq!(status, 200, "{said}");
    said
}

fn withheld(service: &Service, order: &str) -> Value {
    service.is(200, "GET", &format!("/orders/{order}/rewards"), &Value::Null)["withheld"].clone()
}

/// The ids of the campaigns that are listed so.
fn listed(service: &Service, query: &str) -> Vec<String> {
    let found = service.is(200, "GET", &format!("/campaigns?{query}"), &Value::Null);
    let ids = found["data"].as_array().unwrap().iter();
    ids.map(|campaign| campaign["campaign_id"].as_str().unwrap().to_owned()).collect()
}

/// S2-R04, A-S2-17: that a campaign rests, and when it did, is told wherever it is shown: the campaign, lists, figures, the draw,
/// its page and its archive.
#[test]
fn s2_r04_a_s2_17_a_rest_is_told_everywhere() {
    let service = Service::open();
    service.is(201, "POST", "/campaigns", &draw("c", &odds()));
    service.is(201, "POST", "/campaigns", &draw("other", &odds()));
    service.clock("11:00");
    let campaign = || service.is(200, "GET", "/campaigns/c", &Value::Null);
    let shown = || service.is(200, "GET", "/campaigns/c/draw", &Value::Null);
    let stats = || service.is(200, "GET", "/campaigns/c/stats", &Value::Null);
    assert_eq!((&campaign()["paused_at"], &campaign()["pauses"]), (&Value::Null, &Value::Null));
    service.is(200, "POST", "/campaigns/c/pause", &Value::Null);
    let lasting = json!([{ "from": at("11:00"), "until": null }]);
    for told in [campaign(), shown()] {
        assert_eq!((&told["paused_at"], &told["pauses"]), (&json!(at("11:00")), &lasting), "{told}");
    }
    assert_eq!(
        (campaign()["status"].clone(), stats()["paused_at"].clone()),
        (json!("running"), json!(at("11:00")))
    );
    assert_eq!(
        (listed(&service, "paused=true"), listed(&service, "paused=false")),
        (vec!["c".into()], vec!["other".into()])
    );
    assert_eq!(listed(&service, "limit=5"), ["c", "other"]);
    assert!(page(&service, "en").contains("Paused since") && page(&service, "zh").contains("暂停中"));
    service.clock("11:30");
    service.pay_at("11:30", "o1", Some("t-1"));
    assert!(withheld(&service, "o1").to_string().contains(r#"{"campaign_id":"c","code":"campaign_paused"}"#));
    service.clock("12:00");
    service.is(200, "POST", "/campaigns/c/resume", &Value::Null);
    let over = json!([{ "from": at("11:00"), "until": at("12:00") }]);
    for told in [campaign(), shown()] {
        assert_eq!((&told["paused_at"], &told["pauses"]), (&Value::Null, &over), "{told}");
    }
    assert_eq!((listed(&service, "paused=true").len(), stats()["paused_at"].clone()), (0, Value::Null));
    assert!(page(&service, "en").contains("It was paused from") && page(&service, "zh").contains("曾暂停"));
}

/// S2-R04, A-S2-17: a draw that runs is closed on confirmation, for its notice promises chances; what is open is named, and
/// nothing changes before. Orders paid from then on are withheld, and the closing is told wherever the draw is shown.
#[test]
fn s2_r04_a_s2_17_a_draw_that_runs_is_closed_on_confirmation() {
    let service = Service::open();
    service.is(201, "POST", "/campaigns", &draw("c", &odds()));
    service.clock("11:00");
    service.pay("o1", Some("t-1"));
    service.is(200, "POST", "/campaigns/c/pause", &Value::Null);
    let close = "/campaigns/c/close";
    for body in [Value::Null, json!({}), json!({ "confirm": false })] {
        let problem = service.is(409, "POST", close, &body);
        assert_eq!(problem["code"], "confirmation_required", "{problem}");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains(&at("20:00")) && detail.contains("1 x tv, 3 x c;"), "{detail}");
    }
    service.refuses("invalid_body", &["confirmed"], "POST", close, &json!({ "confirmed": true }));
    assert_eq!(service.is(200, "GET", "/campaigns/c", &Value::Null)["status"], "running");
    service.clock("12:00");
    let closed = service.is(200, "POST", close, &json!({ "confirm": true }));
    assert_eq!((&closed["status"], &closed["closed_at"]), (&json!("closed"), &json!(at("12:00"))));
    assert_eq!(service.is(200, "POST", close, &Value::Null), closed, "again it is closed");
    service.clock("13:00");
    service.pay_at("13:00", "o2", Some("t-2"));
    assert_eq!(withheld(&service, "o2"), json!([{ "campaign_id": "c", "code": "campaign_closed" }]));
    let stats = service.is(200, "GET", "/campaigns/c/stats", &Value::Null);
    assert_eq!(
        (&stats["closed_at"], &stats["orders"], &stats["withheld"]),
        (&json!(at("12:00")), &json!(2), &json!(1))
    );
    assert_eq!(service.is(200, "GET", "/campaigns/c/draw", &Value::Null)["closed_at"], at("12:00"));
    assert!(page(&service, "en").contains("Closed early") && page(&service, "zh").contains("提前关闭"));
    service.play("o1");
    service.clock("20:00");
    let text = service.archive("c");
    let archive = Archive::read(text.as_bytes()).unwrap();
    let millis = |time: &str| domain::Instant::parse(&at(time)).unwrap().micros() / 1000;
    let rests: Vec<_> = archive.rests.iter().map(|rest| (rest.from_ms, rest.until_ms)).collect();
    assert_eq!((rests, archive.closed_ms), (vec![(millis("11:00"), None)], Some(millis("12:00"))));
    let report = verify(&archive, &MAINLAND_CHINA, &Known::default());
    assert!(report.is_verified(), "{:?}", report.findings);
    for code in [FindingCode::Rested, FindingCode::ClosedEarly] {
        assert!(report.notes.iter().any(|note| note.code == code), "{:?}", report.notes);
    }
    let (said, verified) = python(&text, &archive.head.to_string());
    assert!(verified, "{said}");
}

/// S0-R33: nothing was promised by what is no draw, nor by a draw that has not begun: it is closed at once.
#[test]
fn s0_r33_what_has_promised_nothing_is_closed_at_once() {
    let service = Service::open();
    service.is(201, "POST", "/campaigns", &draw("c", &odds()));
    let mut coupon = draw("k", &Value::Null);
    coupon["terms"]["tiers"][0]["action"] = json!({ "kind": "coupon", "batch_id": "b1" });
    service.is(201, "POST", "/campaigns", &coupon);
    service.is(200, "POST", "/campaigns/c/close", &Value::Null);
    service.clock("11:00");
    service.is(200, "POST", "/campaigns/k/close", &Value::Null);
}

fn refund(service: &Service, order: &str) {
    let all = json!({ "refund_id": "r1", "amount": 6000, "fault": "merchant" });
    service.is(201, "POST", &format!("/orders/{order}/refunds"), &all);
}

/// S2-R10, A-S2-21, S2-R06: figures are of one population, the rewards of orders that stand, and add up; what was taken back
/// stands beside them.
#[test]
fn s2_r10_a_s2_21_figures_add_up() {
    let service = Service::open();
    let mut form = draw("c", &odds());
    form["terms"]["extra_chances"] = json!(1);
    service.is(201, "POST", "/campaigns", &form);
    let mut coupon = draw("k", &Value::Null);
    coupon["terms"]["tiers"][0]["action"] = json!({ "kind": "coupon", "batch_id": "b1" });
    service.is(201, "POST", "/campaigns", &coupon);
    service.clock("10:00");
    for order in ["o1", "o2", "o3", "o4", "o5"] {
        service.pay(order, Some(&format!("t-{order}")));
    }
    let of_draw = |order: &str| {
        let rewards = service.is(200, "GET", &format!("/orders/{order}/rewards"), &Value::Null);
        rewards["data"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|of| of["campaign_id"] == "c")
            .cloned()
            .collect::<Vec<_>>()
    };
    let play = |order: &str, at: usize| {
        let reward = of_draw(order)[at]["reward_id"].as_str().unwrap().to_owned();
        let by = json!({ "customer_id": customer(order) });
        service.is(200, "POST", &format!("/rewards/{reward}/play"), &by)
    };
    let link = of_draw("o5")[0]["link"].as_str().unwrap().strip_prefix(SHOP).unwrap().to_owned();
    service.is(204, "POST", &format!("{link}/follow"), &json!({ "customer_id": "friend" }));
    for (order, at) in [("o1", 0), ("o2", 0), ("o5", 1)] {
        play(order, at);
    }
    refund(&service, "o2");
    refund(&service, "o4");
    let figures =
        |campaign: &str| service.is(200, "GET", &format!("/campaigns/{campaign}/stats"), &Value::Null);
    let adds_up = |told: &Value| {
        let of = |name: &str| told[name].as_u64().unwrap_or_else(|| panic!("{name}: {told}"));
        assert_eq!(of("orders"), of("offered") + of("withheld"), "{told}");
        let apart = ["given", "played", "open", "lapsed"].map(of);
        assert_eq!(of("offered") + of("extra_chances"), apart.iter().sum::<u64>(), "{told}");
        (apart, of("extra_chances"), of("undone"))
    };
    let drawn = figures("c");
    assert_eq!(adds_up(&drawn), ([0, 2, 2, 0], 1, 2));
    let won: u64 = drawn["won"].as_object().unwrap().values().filter_map(Value::as_u64).sum();
    assert_eq!(won, 2, "what o2 won is undone: {drawn}");
    let given = figures("k");
    assert_eq!(adds_up(&given), ([3, 0, 0, 0], 0, 2));
    assert_eq!((&given["coupons"], &given["coupons_void"]), (&json!(3), &json!(2)));
    service.clock("20:00");
    assert_eq!(adds_up(&figures("c")), ([0, 2, 0, 2], 1, 2), "what was not played has lapsed");
}
