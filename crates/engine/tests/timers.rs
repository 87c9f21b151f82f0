//! Timers: never early, each effect once, in order (trust.md, Invariant 42; A-G-3, A-G-9).
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod support;

use domain::{
    CampaignId, Code, Instant, ShopId,
    campaign::{Campaign, Counters},
    coupon::{Bind, CouponStatus},
    message::MessageStatus,
    order::{CancelReason, OfferStatus, Order, PaymentStatus, State},
};
use engine::{Command, Engine, EngineClock, Input, MessageCommand};
use port::{Changes, Reader, Store, Webhook};
use std::sync::Arc;
use std::time::Duration;
use store_memory::MemoryStore;
use support::*;

const MICRO: i64 = 1;

fn before(moment: Instant) -> Instant {
    Instant::from_micros(moment.micros() - MICRO)
}

fn times(run: &Run, order: &str, what: &str) -> usize {
    run.timeline(order).iter().filter(|entry| *entry == what).count()
}

/// Goes to the microsecond before and finds nothing done, then to the moment and finds it done,
/// once, at its own time, however often the clock is set.
fn fires(run: &Run, moment: Instant, order: &str, what: &str) {
    run.advance(before(moment));
    assert_eq!(times(run, order, what), 0, "{what} is not early");
    assert!(run.advance(moment) > 0);
    assert_eq!(times(run, order, what), 1, "{what} is not late");
    assert_eq!(run.advance(moment), 0);
    let entries = run.reader().timeline(&run.shop, &id(order)).unwrap();
    let entry = entries.into_iter().find(|entry| entry.what == what).unwrap();
    assert_eq!(entry.at, moment, "{what}");
}

#[test]
fn s0_r14_a_s0_12_trigger_push_and_deadline_to_the_microsecond() {
    let run = Run::in_memory().0.with_campaign(&Deal::default());
    run.apply(&placed("o1", "u1", at(0)));
    fires(&run, at(15), "o1", "offer.displayed");
    fires(&run, at(60 * 23), "o1", "push.sent");
    fires(&run, at(60 * 24), "o1", "order.cancelled");
    run.advance(at(60 * 24 * 9));
    for what in ["offer.displayed", "push.sent", "order.cancelled"] {
        assert_eq!(times(&run, "o1", what), 1, "{what}");
    }
    let reason = CancelReason::Timeout;
    assert_eq!(run.order("o1").state, State::Cancelled { at: at(60 * 24), reason });
    assert_eq!(run.reader().totals().unwrap().pending_timers, 0);
    run.assert_clean();
}

#[test]
fn a_s0_11_a_s0_7_the_end_of_a_lock_and_of_a_coupon() {
    let deal = Deal { bind: Bind::ShopScope, ..Deal::default() };
    let run = Run::in_memory().0.with_campaign(&deal);
    run.apply(&placed("o1", "u1", at(0)));
    run.advance(at(15));
    let coupon = run.claim("o1");
    run.start_payment("o1", "p1", Some(&coupon));
    fires(&run, at(30), "o1", "payment.timed_out");
    assert_eq!(run.coupon(&coupon).status, CouponStatus::Available);
    assert_eq!(run.order("o1").payments[0].status, PaymentStatus::Failed);
    fires(&run, at(15).plus_hours(48), "o1", "coupon.expired");
    assert_eq!(run.coupon(&coupon).status, CouponStatus::Expired);
    run.assert_clean();
}

#[test]
fn a_s0_8_a_bound_coupon_ends_with_its_order() {
    let run = Run::in_memory().0.with_campaign(&Deal::default());
    run.apply(&placed("o1", "u1", at(0)));
    run.advance(at(15));
    let coupon = run.claim("o1");
    assert_eq!((coupon.usable_until, coupon.wake_at), (at(60 * 24), None));
    run.advance(before(at(60 * 24 - 14)));
    run.start_payment("o1", "p1", Some(&coupon));
    run.advance(before(at(60 * 24)));
    assert_eq!(run.coupon(&coupon).status, CouponStatus::Locked);
    run.advance(at(60 * 24));
    assert_eq!(run.coupon(&coupon).status, CouponStatus::Void);
    run.assert_clean();
}

#[test]
fn a_g_9_a_payment_at_the_trigger_shows_nothing() {
    let run = Run::in_memory().0.with_campaign(&Deal::default());
    for (name, minutes) in [("before", 14), ("at", 15)] {
        run.apply(&placed(name, &format!("u.{name}"), at(0)));
        run.advance(before(at(15)));
        run.apply(&paid(name, &format!("p.{name}"), PAYABLE, at(minutes)));
    }
    run.apply(&placed("late", "u.late", at(0)));
    run.advance(at(20));
    for name in ["before", "at"] {
        assert_eq!(run.order(name).recovery.offer, None, "{name}");
    }
    // Heard of after the trigger: what was shown is withdrawn.
    run.apply(&paid("late", "p.late", PAYABLE, at(15)));
    let offer = run.order("late").recovery.offer.unwrap();
    assert_eq!(offer.status, OfferStatus::Withdrawn);
    run.assert_clean();
}

/// Orders whose triggers, pushes, locks and deadlines interleave.
fn crowd(run: &Run, orders: i64) {
    let placings = (0..orders).map(|n| {
        ingest(&placed(&format!("o{n:04}"), &format!("u{}", n % 7), START.plus_seconds(n * 97 % 3_600)))
    });
    run.many(placings.collect());
}

#[test]
fn one_leap_does_what_many_steps_do_in_the_same_order() {
    let leap = Run::in_memory().0.with_campaign(&Deal::default());
    let steps = Run::in_memory().0.with_campaign(&Deal::default());
    for run in [&leap, &steps] {
        crowd(run, 60);
    }
    leap.advance(at(60 * 50));
    for minutes in 1..=60 * 50 {
        steps.advance(at(minutes));
    }
    assert_eq!(leap.snapshot(), steps.snapshot());
    let outbox = leap.reader().outbox(&leap.shop, &all()).unwrap();
    let mut numbered: Vec<_> = outbox.iter().map(|row| (row.at, &row.event_id)).collect();
    assert!(numbered.is_sorted_by_key(|(at, _)| *at), "ids follow the time");
    numbered.sort_unstable();
    assert!(numbered.is_sorted_by_key(|(_, id)| (*id).clone()));
    leap.assert_clean();
}

/// An order with a deadline of its own: its push is due an hour before it.
fn due(order: &str, customer: &str, when: i64, deadline: i64) -> domain::event::OrderEvent {
    let mut body = placing(order, customer);
    body.cancel_at = Some(at(deadline));
    let body = domain::event::Body::Placed(Box::new(body));
    event(&format!("{order}.placed"), body, at(when))
}

#[test]
fn s0_r37_a_timer_set_on_the_way_fires_before_later_ones() {
    let run = Run::in_memory().0.with_campaign(&Deal::default());
    run.apply(&due("later", "u1", 0, 100));
    run.advance(at(16));
    run.apply(&due("soon", "u1", 5, 85));
    // In one leap: the trigger of `soon` at 20 sets its push for 25, before the push of `later` that
    // was set for 40. A category is reminded of once a day, so the order of firing shows.
    run.advance(at(60));
    let sent = |order: &str| run.messages(order).iter().find_map(|message| message.sent_at);
    assert_eq!((sent("soon"), sent("later")), (Some(at(25)), None));
    run.assert_clean();
}

#[test]
fn s0_r38_a_s0_13_a_push_that_has_come_into_quiet_hours_waits_for_their_end() {
    let run = Run::in_memory().0.with_campaign(&Deal::default());
    run.apply(&due("o1", "u1", 0, 240));
    run.advance(at(16));
    // Due at 13:00; the shop takes a rest from 12:00 to 13:30.
    let mut resting = shop("s1");
    resting.quiet_hours = domain::shop::QuietHours::try_new("12:00", "13:30").unwrap();
    run.ok(engine::Command::PutShop(Box::new(resting)));
    run.advance(at(200));
    let sent_at = Some(at(210));
    run.advance(before(at(210)));
    assert_eq!(times(&run, "o1", "push.sent"), 0);
    assert_eq!(times(&run, "o1", "push.suppressed"), 1);
    run.advance(at(210));
    assert_eq!(run.messages("o1").iter().find_map(|message| message.sent_at), sent_at);
    run.assert_clean();
}

#[test]
fn more_timers_than_a_batch_holds_fire_once_each() {
    let run = Run::in_memory().0.with_campaign(&Deal::default());
    let orders = 2_500;
    let placings = (0..orders).map(|n| ingest(&placed(&format!("o{n}"), &format!("u{n}"), at(0))));
    run.many(placings.collect());
    assert_eq!(run.advance(at(15)), orders);
    assert_eq!(run.counters("c1").displayed, orders);
    assert_eq!(run.advance(at(60 * 23)), orders);
    assert_eq!(run.counters("c1").pushed, orders);
    assert_eq!(run.advance(at(60 * 24)), orders);
    run.assert_clean();
}

#[test]
fn the_sandbox_clock_does_not_go_back() {
    let run = Run::in_memory().0.with_campaign(&Deal::default());
    run.advance(at(10));
    let back = run.engine.advance_blocking(before(at(10)));
    assert_eq!(code(&back.map(|_| engine::Reply::Done)), "clock_backwards");
    assert_eq!(run.engine.now(), at(10));
}

/// A store with a campaign that runs by the machine's clock, and a webhook for what is shown.
fn running_now(now: Instant) -> MemoryStore {
    let mut store = MemoryStore::new();
    let mut version = Deal::default().version();
    (version.starts_at, version.ends_at) = (now.plus_hours(-48), now.plus_hours(48));
    let campaign = Campaign {
        campaign_id: id::<CampaignId>("c1"),
        created_at: now.plus_hours(-72),
        published_at: Some(now.plus_hours(-72)),
        closed_at: None,
        versions: vec![version],
        revised_at: Vec::new(),
        in_force: Vec::new(),
        request_digest: String::new(),
    };
    let webhook = Webhook {
        webhook_id: id("w1"),
        url: "https://example.test/".into(),
        types: Vec::new(),
        secrets: vec!["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".into()],
        created_at: now,
        old_until: None,
    };
    let shop_id: domain::ShopId = id("s1");
    let changes = Changes {
        shops: vec![Arc::new(shop("s1"))],
        campaigns: vec![(shop_id.clone(), Arc::new(campaign))],
        counters: vec![(shop_id.clone(), id("c1"), Counters::default())],
        webhooks: vec![(shop_id, webhook)],
        ..Changes::default()
    };
    store.transact(&mut |tx| tx.write(&changes)).unwrap();
    store
}

fn read(engine: &Engine, order: &str) -> Order {
    let reader: &Arc<dyn Reader> = engine.reader();
    reader.order(&id("s1"), &id(order)).unwrap().unwrap()
}

#[test]
fn on_the_machines_clock_what_is_due_fires_by_itself() {
    let clock = EngineClock::system();
    let now = clock.now();
    let engine = Engine::start(Box::new(running_now(now)), clock).unwrap();
    let submit = |event| {
        let input = Input::new(id("s1"), ingest(&event));
        engine.submit_many_blocking(vec![input]).unwrap().remove(0)
    };
    // Its trigger was due five minutes ago.
    submit(placed("o1", "u1", now.plus_minutes(-20))).unwrap();
    // The writer fires what is due after each batch, so the second answer comes after the firing.
    submit(placed("o2", "u2", now)).unwrap();
    let shown = read(&engine, "o1").recovery.offer.expect("it was due");
    assert!(shown.shown_at >= now, "it is shown when it is shown, not when it was due");
    assert_eq!(read(&engine, "o2").recovery.offer, None);
    // One that is long past its deadline is cancelled as of it, and shows nothing (A-G-3).
    submit(placed("o3", "u3", now.plus_hours(-30))).unwrap();
    submit(shipped("o2", now)).unwrap();
    let late = read(&engine, "o3");
    let (at, reason) = (now.plus_hours(-6), CancelReason::Timeout);
    assert_eq!((late.state, late.recovery.offer), (State::Cancelled { at, reason }, None));
    let reader = engine.reader().clone();
    engine.stop();
    let report = audit::audit(&*reader, now, &mut |_, _| {}).unwrap();
    assert_eq!(report.findings, []);
}

#[test]
fn on_the_machines_clock_nobody_has_to_ask() {
    let clock = EngineClock::system();
    let now = clock.now();
    let engine = Engine::start(Box::new(running_now(now)), clock).unwrap();
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_time().worker_threads(1).build().unwrap();
    let due = now.plus_seconds(1);
    runtime.block_on(async {
        let event = placed("o1", "u1", due.plus_minutes(-15));
        engine.submit(Input::new(id("s1"), ingest(&event))).await.unwrap();
        assert_eq!(read(&engine, "o1").recovery.offer, None, "not yet");
        let published = engine.published();
        let told = tokio::time::timeout(Duration::from_secs(20), async {
            while read(&engine, "o1").recovery.offer.is_none() {
                published.notified().await;
            }
        });
        told.await.expect("the trigger fires by itself");
    });
    let offer = read(&engine, "o1").recovery.offer.unwrap();
    assert!(offer.shown_at >= due, "never early");
    engine.stop();
}

/// S0-R37, A-S0-14: the customer is reminded of a category once a day, whichever shop it is.
#[test]
fn s0_r37_a_s0_14_a_category_is_reminded_of_once_a_day_over_all_shops() {
    let first = Run::in_memory().0;
    let second = Run::of(first.engine.clone(), "s2");
    for run in [&first, &second] {
        run.ok(Command::PutShop(Box::new(shop(run.shop.as_str()))));
        run.ok(create("c1", &Deal::default()));
    }
    first.advance(START);
    first.apply(&placed("o1", "u1", at(0)));
    second.apply(&placed("o2", "u1", at(10)));
    second.apply(&placed("o3", "u2", at(10)));
    // The day after, an hour before the deadlines.
    first.advance(at(10).plus_hours(23));
    let status = |run: &Run, order: &str| run.messages(order).last().map(|sent| (sent.status, sent.code));
    assert_eq!(status(&first, "o1"), Some((MessageStatus::Sent, None)));
    assert_eq!(status(&second, "o2"), Some((MessageStatus::Suppressed, Some(Code::CategoryDay))));
    assert_eq!(status(&second, "o3"), Some((MessageStatus::Sent, None)), "another customer");
    // The first one did not go out after all.
    let failed = first.messages("o1").last().unwrap().message_id.clone();
    first.ok(Command::Messages(MessageCommand::refused(failed, Code::ProviderFailed)));
    let everywhere = first.reader().standing(&ShopId::platform(), &id("u1")).unwrap().unwrap();
    assert_eq!(everywhere.reminded, []);
    first.assert_clean();
}
