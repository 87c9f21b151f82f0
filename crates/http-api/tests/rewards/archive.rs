//! The archive of a draw.

use super::*;
use draw::{
    archive::{Archive, Reason, State as PlayState},
    law::MAINLAND_CHINA,
    verify,
};
use std::io::Write;
use std::process::{Command, Stdio};

/// What the program in Python says of an archive.
pub fn python(archive: &str, head: &str) -> (String, bool) {
    let program = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/verify_draw.py");
    let mut command = Command::new("python3");
    command
        .args([program, "-", "--head", head])
        .env("PYTHONIOENCODING", "utf-8")
        .env("PYTHONDONTWRITEBYTECODE", "1");
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(archive.as_bytes()).unwrap();
    let ended = child.wait_with_output().unwrap();
    (String::from_utf8([ended.stdout, ended.stderr].concat()).unwrap(), ended.status.success())
}

/// How many of all prizes are left, as the draw is shown.
fn left(shown: &Value) -> u64 {
    shown["prizes"].as_array().unwrap().iter().filter_map(|prize| prize["left"].as_u64()).sum()
}

/// The same prizes from an urn, with so many tickets of nothing.
fn urn(nothing: u64) -> Value {
    let mut terms = odds();
    terms["mode"] = "urn".into();
    for (prize, stock) in terms["prizes"].as_array_mut().unwrap().iter_mut().zip([1, 3, nothing]) {
        let prize = prize.as_object_mut().unwrap();
        prize.remove("odds");
        prize.remove("fallback");
        prize.insert("stock".into(), stock.into());
    }
    terms
}

/// A campaign of that mode as it stands before its end: a change, an extra chance, a lapsed and a void play, a chance
/// without an id.
fn lived(mode: &str) -> Service {
    let service = Service::open();
    let terms = if mode == "urn" { urn(6) } else { odds() };
    let mut form = draw("c", &terms);
    form["terms"]["extra_chances"] = json!(2);
    service.is(201, "POST", "/campaigns", &form);
    service.clock("10:00");
    for number in 1..=6 {
        let order = format!("o{number}");
        service.pay(&order, Some(&format!("t-{number}")));
        if number != 3 {
            service.play(&order);
        }
    }
    for order in ["o3", "o4"] {
        service.is(
            201,
            "POST",
            &format!("/orders/{order}/refunds"),
            &json!({ "refund_id": "r1", "amount": 6000, "fault": "merchant" }),
        );
    }
    let rewards = service.is(200, "GET", "/orders/o1/rewards", &Value::Null);
    let link = rewards["data"][0]["link"].as_str().unwrap().strip_prefix(SHOP).unwrap().to_owned();
    service.is(204, "POST", &format!("{link}/follow"), &json!({ "customer_id": "friend" }));
    let rewards = service.is(200, "GET", "/orders/o1/rewards", &Value::Null);
    let extra = rewards["data"][1]["reward_id"].as_str().unwrap().to_owned();
    service.is(200, "POST", &format!("/rewards/{extra}/play"), &json!({ "customer_id": "customer-of-o1" }));
    form["terms"]["tiers"][0]["action"]["draw"]["notice"]["claim_days"] = json!(60);
    service.is(200, "PATCH", "/campaigns/c", &json!({ "terms": form["terms"] }));
    service.pay("o7", Some("t-7"));
    service.play("o7");
    service.pay("o8", None);
    if mode == "urn" {
        service.refuses("draw_running", &[], "GET", "/campaigns/c/draw/archive", &Value::Null);
    } else {
        assert!(service.archive("c").contains("\"seed\":null"), "not before the end");
    }
    if mode == "urn" {
        let shown = service.is(200, "GET", "/campaigns/c/draw", &Value::Null);
        assert_eq!((left(&shown), &shown["plays"]), (3, &json!(8)), "one ticket was not looked at");
    }
    service
}

/// A-S2-16: the archive of a whole campaign, with a change, extra chances, a lapsed and a void play, is verified by the
/// draw's own program and by another one; a play that was changed is found.
#[test]
fn a_s2_16_the_archive_is_verified_by_two_programs() {
    for mode in ["odds", "urn"] {
        let service = lived(mode);
        service.clock("20:00");
        service.pay("o8", Some("t-8"));
        if mode == "urn" {
            assert_eq!(left(&service.is(200, "GET", "/campaigns/c/draw", &Value::Null)), 2);
        }
        let shown = service.is(200, "GET", "/campaigns/c/draw", &Value::Null);
        let head = shown["chain_head"].as_str().unwrap();
        let text = service.archive("c");
        let archive = Archive::read(text.as_bytes()).unwrap();
        let known = verify::Known { head: Some(head.parse().unwrap()), ..verify::Known::default() };
        let report = verify::verify(&archive, &MAINLAND_CHINA, &known);
        assert!(report.is_verified(), "{mode}: {report:?}");
        let undrawn: Vec<_> =
            archive.undrawn.iter().map(|undrawn| (undrawn.chance.as_str(), undrawn.reason)).collect();
        let waits = ("o8", Reason::AwaitingTransactionId);
        let lapsed = ("o3", Reason::Lapsed);
        assert_eq!(undrawn, if mode == "urn" { vec![waits] } else { vec![waits, lapsed] }, "{mode}");
        let undone = archive.plays.iter().filter(|play| play.chance == "o4").map(|play| play.state);
        assert_eq!(undone.collect::<Vec<_>>(), [PlayState::Void], "{mode}");
        let (said, verified) = python(&text, head);
        assert!(verified, "{mode}: {said}");
        let tampered = text.replacen("\"chance\":\"o2\"", "\"chance\":\"o9\"", 1);
        assert!(
            !verify::verify(&Archive::read(tampered.as_bytes()).unwrap(), &MAINLAND_CHINA, &known)
                .is_verified()
        );
        assert!(!python(&tampered, head).1);
    }
}

/// A-S2-15, A-S2-17: a ticket that nobody looked at before its days to claim were over has lapsed, in the archive as in every
/// list; a page of a list costs the same whatever stands between what it shows, and says where the next one begins.
#[test]
fn a_s2_15_a_ticket_that_nobody_looked_at_in_time_has_lapsed() {
    let service = Service::open();
    service.is(201, "POST", "/campaigns", &draw("c", &urn(26)));
    service.clock("10:00");
    for number in 1..=21 {
        service.pay(&format!("o{number:02}"), Some(&format!("t-{number}")));
    }
    service.play("o01");
    let states = || {
        let archive = Archive::read(service.archive("c").as_bytes()).unwrap();
        let report = verify::verify(&archive, &MAINLAND_CHINA, &verify::Known::default());
        assert!(report.is_verified(), "{report:?}");
        archive.plays.iter().map(|play| play.state).collect::<Vec<_>>()
    };
    // Every page of one of each status, and how many there were.
    let listed = |status: &str| {
        let (mut rewards, mut pages, mut cursor) = (0, 0, String::new());
        loop {
            let path = format!("/campaigns/c/rewards?status={status}&limit=1{cursor}");
            let page = service.is(200, "GET", &path, &Value::Null);
            (rewards, pages) = (rewards + page["data"].as_array().unwrap().len(), pages + 1);
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={}", next.replace(' ', "%20")),
                None => return (rewards, pages),
            }
        }
    };
    service.clock("20:00");
    assert_eq!(states(), [vec![PlayState::Played], vec![PlayState::Drawn; 20]].concat());
    assert_eq!((listed("offered").0, listed("done").0), (20, 1));
    assert_eq!(listed("lapsed"), (0, 3), "ten rows were passed over for each of the first two");
    let late = json!({ "now": "2030-07-11T00:00:00+08:00" });
    assert_eq!(service.ask(Some("sandbox"), "PUT", "/v1/sandbox/clock", &late, &[]).0, 200);
    assert_eq!(states(), [vec![PlayState::Played], vec![PlayState::Lapsed; 20]].concat());
    assert_eq!((listed("offered").0, listed("lapsed").0), (0, 20));
}
