//! The worker over an outbox in memory and real receivers.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;
use relay::worker::{MAX_FAILING, MAX_RECEIVERS, SHOP_SLOTS};
use relay::{DeliveryOutcome, DrainReport, JsonLinesSender, Senders, WebhookClient, Worker};
use support::outbox::Outbox;
use support::{Canary, hasty_client, loopback_client, serve};
use tokio::sync::{Semaphore, watch};

fn worker(outbox: &Arc<Outbox>, client: WebhookClient) -> Worker {
    let senders = Senders::new(Arc::new(JsonLinesSender::new("/nonexistent/messages")));
    Worker::new(outbox.clone(), client, senders, outbox.clock())
}

/// A receiver that answers `status`, at any path.
async fn receiver(status: StatusCode) -> String {
    let router = Router::new().route("/{*path}", post(move || async move { status }));
    format!("http://{}", serve(router).await)
}

#[tokio::test]
async fn a_tarpit_delays_nobody_else() {
    let tarpit = Canary::silent().await;
    let good = receiver(StatusCode::NO_CONTENT).await;
    let outbox = Outbox::new();
    // The tarpit's events are the oldest, and more than fit into one page.
    for id in 0..600 {
        outbox.add(id, &tarpit.url());
    }
    for id in 1_000..1_099 {
        outbox.add(id, &format!("{good}/{id}"));
    }
    let (shutdown, stop) = watch::channel(false);
    let worker = worker(&outbox, loopback_client());
    let running = tokio::spawn(async move { worker.run(stop).await });

    outbox.wait_for_settled(99).await;
    assert_eq!(outbox.outcomes(), [DeliveryOutcome::Delivered; 99]);
    assert_eq!(tarpit.connections(), 1, "one batch in flight a receiver");

    // Shutting down finishes the attempt that is under way, and begins no other.
    shutdown.send(true).unwrap();
    tarpit.close().await;
    running.await.unwrap();
    let outcomes = outbox.outcomes();
    assert_eq!(outcomes.len(), 100);
    assert!(matches!(outcomes[99], DeliveryOutcome::RetryAt(_)));
}

#[tokio::test]
async fn a_batch_begins_nothing_after_its_time() {
    let tarpit = Canary::silent().await;
    let outbox = Outbox::new();
    for id in 0..10 {
        outbox.add(id, &tarpit.url());
    }
    let report = worker(&outbox, hasty_client()).drain_once().await.unwrap();
    assert_eq!(report.retried, 1);
    assert_eq!(outbox.settled.lock().unwrap()[0].reason.as_deref(), Some("timeout"));
}

#[tokio::test]
async fn a_failing_endpoint_is_tried_ten_times_then_dead() {
    let url = format!("{}/hook", receiver(StatusCode::INTERNAL_SERVER_ERROR).await);
    let outbox = Outbox::new();
    outbox.add(1, &url);
    let worker = worker(&outbox, loopback_client());
    let mut now = support::START_MICROS;
    for attempt in 0..9 {
        let report = worker.drain_once().await.unwrap();
        assert_eq!(report.retried, 1);
        let wait = relay::next_attempt(attempt, "evt_1").unwrap();
        let due = now + i64::try_from(wait.as_micros()).unwrap();
        assert_eq!(outbox.outcomes().pop(), Some(DeliveryOutcome::RetryAt(due)));

        outbox.set_now(due - 1);
        assert_eq!(worker.drain_once().await.unwrap(), DrainReport::default());
        now = due;
        outbox.set_now(now);
    }
    let report = worker.drain_once().await.unwrap();
    assert_eq!((report.retried, report.dead), (0, 1));
    let last = outbox.settled.lock().unwrap().pop().unwrap();
    assert_eq!(last.outcome, DeliveryOutcome::Dead);
    assert_eq!(last.reason.as_deref(), Some("http_500"));
}

#[tokio::test]
async fn gone_is_dead_at_once() {
    let outbox = Outbox::new();
    outbox.add(1, &format!("{}/hook", receiver(StatusCode::GONE).await));
    let report = worker(&outbox, loopback_client()).drain_once().await;
    assert_eq!(report.unwrap().dead, 1);
}

#[tokio::test]
async fn an_endpoint_may_ask_for_more_time_than_the_schedule_gives() {
    let router = Router::new()
        .route("/hook", post(|| async { (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "600")]) }));
    let outbox = Outbox::new();
    outbox.add(1, &format!("http://{}/hook", serve(router).await));
    let worker = worker(&outbox, loopback_client());
    worker.drain_once().await.unwrap();
    let expected = DeliveryOutcome::RetryAt(support::START_MICROS + 600_000_000);
    assert_eq!(outbox.outcomes(), [expected]);
}

#[tokio::test]
async fn a_pass_takes_every_page() {
    let good = receiver(StatusCode::OK).await;
    let outbox = Outbox::new();
    for id in 0..700 {
        outbox.add(id, &format!("{good}/{}", id % 40));
    }
    let report = worker(&outbox, loopback_client()).drain_once().await;
    assert_eq!(report.unwrap().delivered, 700);
    assert_eq!(outbox.outcomes().len(), 700);
}

#[tokio::test]
async fn so_many_receivers_at_once_and_one_attempt_each() {
    let gate = Arc::new(Semaphore::new(0));
    let (inside, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (arrived, mut arrivals) = tokio::sync::mpsc::unbounded_channel();
    let handler = {
        let (gate, inside, most) = (gate.clone(), inside.clone(), most.clone());
        move || async move {
            most.fetch_max(inside.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            arrived.send(()).unwrap();
            gate.acquire().await.unwrap().forget();
            inside.fetch_sub(1, Ordering::SeqCst);
        }
    };
    let router = Router::new().route("/{*path}", post(handler));
    let good = format!("http://{}", serve(router).await);
    let outbox = Outbox::new();
    for id in 0..480 {
        outbox.add(id, &format!("{good}/{}", id % 160));
    }
    let worker = worker(&outbox, loopback_client());
    let draining = tokio::spawn(async move { worker.drain_once().await });
    for _ in 0..MAX_RECEIVERS {
        arrivals.recv().await.unwrap();
    }
    gate.add_permits(480);
    assert_eq!(draining.await.unwrap().unwrap().delivered, 480);
    assert_eq!(most.load(Ordering::SeqCst), MAX_RECEIVERS);
}

#[tokio::test]
async fn waking_is_enough() {
    let good = receiver(StatusCode::OK).await;
    let outbox = Outbox::new();
    let worker = worker(&outbox, loopback_client());
    let waker = worker.waker();
    let (shutdown, stop) = watch::channel(false);
    let running = tokio::spawn(async move { worker.run(stop).await });
    for id in 1..=5 {
        outbox.add(id, &format!("{good}/{id}"));
        waker.notify_one();
        outbox.wait_for_settled(usize::try_from(id).unwrap()).await;
    }
    drop(shutdown);
    running.await.unwrap();
}

#[tokio::test]
async fn a_pass_beside_a_running_worker_repeats_nothing_and_waits() {
    let good = receiver(StatusCode::OK).await;
    let outbox = Outbox::new();
    for id in 0..200 {
        outbox.add(id, &format!("{good}/{}", id % 7));
    }
    let worker = worker(&outbox, loopback_client());
    let (shutdown, stop) = watch::channel(false);
    let other = worker.clone();
    let running = tokio::spawn(async move { other.run(stop).await });
    let first = worker.drain_once().await.unwrap();
    let mut ids: Vec<_> = outbox.settled.lock().unwrap().iter().map(|row| row.delivery_id).collect();
    assert_eq!(ids.len(), 200, "{first:?}");
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 200);
    shutdown.send(true).unwrap();
    running.await.unwrap();
}

/// However many receivers of a shop never answer, they hold the shop's own slots.
#[tokio::test]
async fn a_shop_has_its_slots_and_no_more() {
    let tarpit = Canary::silent().await;
    let good = receiver(StatusCode::NO_CONTENT).await;
    let outbox = Outbox::new();
    for id in 0..180 {
        outbox.add_of("slow", id, &format!("{}/{}", tarpit.url(), id % 18));
    }
    for id in 1_000..1_050 {
        outbox.add_of("other", id, &format!("{good}/{}", id % 10));
    }
    let (shutdown, stop) = watch::channel(false);
    let worker = worker(&outbox, loopback_client());
    let waker = worker.waker();
    let running = tokio::spawn(async move { worker.run(stop).await });
    outbox.wait_for_settled(50).await;
    assert_eq!(outbox.outcomes(), [DeliveryOutcome::Delivered; 50]);
    tarpit.wait_for_connections(SHOP_SLOTS).await;
    // Another look changes nothing while they are held.
    outbox.add_of("other", 2_000, &format!("{good}/1"));
    waker.notify_one();
    outbox.wait_for_settled(51).await;
    assert_eq!(tarpit.connections(), SHOP_SLOTS);
    shutdown.send(true).unwrap();
    tarpit.close().await;
    running.await.unwrap();
}

/// A failure ends the batch, and the receiver rests; its first success ends that.
#[tokio::test]
async fn a_receiver_that_fails_rests_longer_each_time() {
    let broken = Arc::new(AtomicUsize::new(3));
    let handler = {
        let broken = broken.clone();
        move || async move {
            let fails = broken.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
            if fails.is_ok() { StatusCode::INTERNAL_SERVER_ERROR } else { StatusCode::OK }
        }
    };
    let router = Router::new().route("/hook", post(handler));
    let url = format!("http://{}/hook", serve(router).await);
    let outbox = Outbox::new();
    for id in 1..=6 {
        outbox.add(id, &url);
    }
    let worker = worker(&outbox, loopback_client());
    let mut now = support::START_MICROS;
    for rest in [1, 2, 4] {
        assert_eq!(worker.drain_once().await.unwrap().retried, 1, "one attempt, not six");
        outbox.set_now(now + rest * 1_000_000 - 1);
        assert_eq!(worker.drain_once().await.unwrap(), DrainReport::default(), "it rests {rest} s");
        now += rest * 1_000_000;
        outbox.set_now(now);
    }
    // By now the first one's own time has come again as well.
    assert_eq!(worker.drain_once().await.unwrap().delivered, 5);
    assert_eq!(broken.load(Ordering::SeqCst), 0);
}

/// Whoever has been failing shares a part of the slots, in whatever shops that is.
#[tokio::test]
async fn receivers_that_fail_have_a_share_of_the_slots() {
    let tarpit = Canary::silent().await;
    let good = receiver(StatusCode::NO_CONTENT).await;
    let outbox = Outbox::new();
    let silent = 2 * MAX_FAILING;
    for id in 0..2 * silent {
        outbox.add(i64::try_from(id).unwrap(), &format!("{}/{}", tarpit.url(), id % silent));
    }
    // Their first attempts fail; two seconds later their rests are over.
    let report = worker(&outbox, hasty_client()).drain_once().await.unwrap();
    assert_eq!(usize::try_from(report.retried).unwrap(), silent);
    let before = tarpit.connections();
    outbox.set_now(support::START_MICROS + 2_000_000);
    for id in 1_000..1_200 {
        outbox.add(id, &format!("{good}/{id}"));
    }
    let (shutdown, stop) = watch::channel(false);
    let worker = worker(&outbox, loopback_client());
    let waker = worker.waker();
    let running = tokio::spawn(async move { worker.run(stop).await });
    outbox.wait_for_settled(silent + 200).await;
    tarpit.wait_for_connections(before + MAX_FAILING).await;
    outbox.add(2_000, &format!("{good}/2000"));
    waker.notify_one();
    outbox.wait_for_settled(silent + 201).await;
    assert_eq!(tarpit.connections(), before + MAX_FAILING);
    shutdown.send(true).unwrap();
    tarpit.close().await;
    running.await.unwrap();
}
