//! Times at the ends of the calendar: nothing overflows, nothing panics.

use crate::folder;
use crate::support::{Request, Server, run, shop};
use serde_json::json;

const NOT_TIMES: [&str; 12] = [
    "",
    "now",
    "2022-06-10",
    "2022-06-10T10:00:00",
    "2022-06-31T10:00:00+08:00",
    "2022-13-01T10:00:00+08:00",
    "2022-06-10T25:00:00+08:00",
    "2022-06-10T10:00:00+99:00",
    "1654819200",
    "99999-01-01T00:00:00Z",
    "0000-00-00T00:00:00Z",
    "２０２２-06-10T10:00:00+08:00",
];

#[test]
fn what_is_no_time_is_refused_by_name() {
    let folder = folder();
    let server = Server::start(folder.path(), &["--sandbox"]);
    let mut client = server.client();
    client.call(&shop::clock(shop::TEN)).expect(200);
    for text in NOT_TIMES {
        let answer = client.call(&Request::put("/v1/sandbox/clock", &json!({ "now": text })));
        assert_eq!((answer.status, answer.code().as_str()), (422, "invalid_body"), "{text}");
        assert_eq!(answer.json()["violations"][0]["field"], "now", "{text}");
    }
    let back = client.call(&shop::clock(shop::TEN - 1));
    assert_eq!((back.status, back.code().as_str()), (409, "clock_backwards"));
    assert_eq!(client.get("/v1/sandbox/clock")["now"], shop::at(shop::TEN));
}

/// A clock at the end of the calendar is a strange wish, not a reason to break.
#[test]
fn the_end_of_the_calendar_breaks_nothing() {
    let folder = folder();
    let server = Server::sandbox(folder.path());
    let mut client = server.client();
    shop::open(&mut client, 1_440, 100);
    shop::tell(&mut client, &[shop::placed("o1", "u1", shop::TEN)]);
    client.call(&shop::clock(shop::TEN + 20)).expect(200);
    shop::take(&mut client, "o1", "u1");
    let mut old = shop::placed("old", "u2", shop::TEN);
    old["time"] = json!("0001-01-01T00:00:00Z");
    let mut endless = shop::placed("endless", "u3", shop::TEN);
    endless["data"]["cancel_at"] = json!("9999-12-30T22:00:00Z");
    let mut backwards = shop::placed("backwards", "u4", shop::TEN);
    backwards["data"]["cancel_at"] = json!("0001-01-01T00:00:00Z");
    shop::tell(&mut client, &[old, endless, backwards]);
    let last = json!({ "now": "9999-12-30T21:00:00Z" });
    client.call(&Request::put("/v1/sandbox/clock", &last)).expect(200);
    let mut new = shop::placed("new", "u5", shop::TEN);
    new["time"] = last["now"].clone();
    shop::tell(&mut client, &[new]);
    let campaign = Request::post(shop::path("campaigns/validate"), &shop::campaign(100));
    client.call(&campaign).expect(200);
    for order in ["o1", "old", "endless", "backwards", "new"] {
        let answer = client.call(&Request::get(shop::path(&format!("orders/{order}/timeline"))));
        assert!([200, 404].contains(&answer.status), "{order}: {}", answer.text());
    }
    let log = server.whole_log();
    assert!(!log.contains("panicked"), "{log}");
    let audited = run(folder.path(), &["audit", "--store", "sqlite:shop.db"]);
    assert_eq!(audited.code, Some(0), "{audited:?}");
}
