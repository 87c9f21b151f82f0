//! SIGTERM under load: the service ends within ten seconds, and what it acknowledged is kept.

use crate::folder;
use crate::support::receiver::Receiver;
use crate::support::{Client, Request, Server, run, shop};
use serde_json::json;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

const LIMIT: Duration = Duration::from_secs(10);

/// Places orders until the service is gone; the last one that was acknowledged.
fn place(client: &mut Client, name: &str, heard: &AtomicUsize) -> usize {
    for number in 1..1_000_000 {
        let order = format!("{name}-{number}");
        let events = [shop::placed(&order, "u1", shop::TEN)];
        match client.send(&shop::ndjson(&events)) {
            Ok(answer) if answer.status == 200 => heard.fetch_add(1, Ordering::SeqCst),
            // Told to come back later, or not heard at all: nothing was promised.
            Ok(answer) if answer.status == 503 => return number - 1,
            Ok(answer) => panic!("{}: {}", answer.status, answer.text()),
            Err(_) => return number - 1,
        };
    }
    panic!("the service does not end");
}

#[test]
fn a_service_that_is_told_to_stop_under_load_ends_in_time_and_keeps_its_word() {
    let folder = folder();
    let server = Server::sandbox(folder.path());
    shop::open(&mut server.client(), 1_440, 100);
    // Nothing is asked on this connection; it must not hold the service up.
    let mut idle = server.client();
    idle.get("/healthz");
    let heard = AtomicUsize::new(0);
    let names = ["a", "b", "c", "d"];
    let (kept, took) = std::thread::scope(|scope| {
        let clients = names.map(|name| {
            let (mut client, heard) = (server.client(), &heard);
            scope.spawn(move || place(&mut client, name, heard))
        });
        while heard.load(Ordering::SeqCst) < 200 {
            std::thread::yield_now();
        }
        let told = Instant::now();
        server.terminate();
        let kept = clients.map(|client| client.join().expect("the client went well"));
        (kept, told)
    });
    let (status, _) = server.ended();
    assert!(status.success(), "{status}");
    assert!(took.elapsed() < LIMIT, "{:?}", took.elapsed());
    let server = Server::sandbox(folder.path());
    let mut client = server.client();
    for (name, last) in names.into_iter().zip(kept) {
        for number in 1..=last {
            client.get(shop::path(&format!("orders/{name}-{number}")));
        }
    }
    let audited = run(folder.path(), &["audit", "--store", "sqlite:shop.db"]);
    assert_eq!(audited.code, Some(0), "{audited:?}");
}

/// A receiver that takes a delivery and says nothing does not hold the end up.
#[test]
fn a_receiver_that_never_answers_does_not_hold_the_end_up() {
    let folder = folder();
    let receiver = Receiver::start();
    receiver.answer(&["", "", "", ""]);
    let args = ["--sandbox", "--store", "sqlite:shop.db", "--webhook-allow", "127.0.0.1"];
    let server = Server::start(folder.path(), &[&args[..], &["--webhook-allow-http"]].concat());
    let mut client = server.client();
    client.call(&shop::shop(1_440)).expect(200);
    let hook = Request::post(shop::path("webhooks"), &json!({ "url": receiver.url }));
    client.call(&hook).expect(201);
    shop::open(&mut client, 1_440, 100);
    assert_eq!(receiver.next().json()["type"], "campaign.changed");
    let told = Instant::now();
    server.terminate();
    let (status, _) = server.ended();
    assert!(status.success(), "{status}");
    assert!(told.elapsed() < LIMIT, "{:?}", told.elapsed());
}

/// Somebody tries the clock of the demo: its orders flow on.
#[test]
fn the_demo_goes_on_when_its_clock_is_moved() {
    let folder = folder();
    let server = Server::start(folder.path(), &["--demo", "--store", "memory"]);
    let mut client = server.client();
    let now = |client: &mut Client| client.get("/v1/sandbox/clock")["now"].as_str().map(str::to_owned);
    let moved = |client: &mut Client, from: &Option<String>| (0..1_000_000).any(|_| now(client) > *from);
    let start = now(&mut client);
    assert!(moved(&mut client, &start), "it flows");
    for hours in [12, 24 * 40] {
        let before = now(&mut client).expect("a clock");
        let before = domain::Instant::parse(&before).expect("a moment");
        let to = json!({ "now": before.plus_hours(hours).to_string() });
        client.call(&Request::put("/v1/sandbox/clock", &to)).expect(200);
        for _ in 0..3 {
            let since = now(&mut client);
            assert!(moved(&mut client, &since), "it flows on: {}", server.log());
        }
    }
}

/// S2-R05: the demo's paid orders bring cards, most are scratched, and it says where they are to be seen.
#[test]
fn s2_r05_the_demo_brings_scratch_cards() {
    let folder = folder();
    let server = Server::start(folder.path(), &["--demo", "--store", "memory"]);
    let mut client = server.client();
    let mut campaigns = (0..1_000_000).map(|_| client.get("/v1/shops/demo/campaigns?kind=post_payment"));
    let campaign = campaigns.find_map(|found| found["data"][0]["campaign_id"].as_str().map(str::to_owned));
    let campaign = campaign.expect("one is published");
    let mut client = server.client();
    let path = format!("/v1/shops/demo/campaigns/{campaign}/rewards?status=done");
    let scratched = (0..1_000_000).find_map(|_| {
        let rewards = client.get(path.clone())["data"].clone();
        rewards.as_array()?.iter().find(|reward| reward["proof"].is_object()).cloned()
    });
    let reward =
        scratched.expect("a card is scratched")["reward_id"].as_str().map(str::to_owned).expect("its id");
    let page = format!("/draws/demo/{campaign}?lang=en&reward={reward}");
    let shown = Client::new(&server.address, "").call(&Request::get(page)).text();
    assert!(shown.contains("六月刮刮乐") && shown.contains("of this draw"), "{shown}");
    server.terminate();
    let (_, said) = server.ended();
    for place in [format!("/draws/demo/{campaign}\n"), "/v1/shops/demo/orders/".to_owned()] {
        assert!(said.contains(&place), "{place}: {said}");
    }
}
