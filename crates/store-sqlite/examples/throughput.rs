//! Measures the store alone with the shapes of the engine's batches: claims, events, timers.
//!
//! `cargo run --release -p store-sqlite --example throughput -- [orders] [seconds] [folder] [key=value ...]`
//! where the keys are `page_size`, `checkpoint_pages`, `cache_mib` and `only` (a part's name). Prints items, rows and microseconds
//! by part. Nothing is asserted: it is for tuning on a machine that is quiet.

#![allow(
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    reason = "a measurement, not a program"
)]

use domain::{CouponId, Instant, MessageId, OrderId, ShopId};
use engine::port::Store;
use engine::rows::{Changes, CouponChange, Keys, OrderChange, Rows, Subject};
use std::time::Instant as Watch;
use store_sqlite::{Options, SqliteStore};
use testkit::build;

const BATCH: usize = 512;

/// A part's name, rows of an item, and how a batch is run.
type Part = (&'static str, u64, fn(&mut Bench, u64) -> usize);

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (settings, plain): (Vec<&String>, Vec<&String>) =
        arguments.iter().partition(|a| a.contains('='));
    let number = |place: usize, default: u64| {
        plain
            .get(place)
            .map_or(default, |text| text.parse().unwrap())
    };
    let (orders, seconds) = (number(0, 100_000), number(1, 5));
    let temporary = tempfile::tempdir().unwrap();
    let folder = plain
        .get(2)
        .map_or(temporary.path().to_owned(), |folder| (*folder).into());
    let mut options = Options::default();
    let mut only = String::new();
    for setting in settings {
        let (key, value) = setting.split_once('=').unwrap();
        match key {
            "page_size" => options.page_size = value.parse().unwrap(),
            "checkpoint_pages" => options.checkpoint_pages = value.parse().unwrap(),
            "cache_mib" => options.cache_mib = value.parse().unwrap(),
            "only" => value.clone_into(&mut only),
            _ => panic!("no setting {key}"),
        }
    }
    println!("{orders} orders, {seconds} s a part, {options:?}");
    let mut bench = Bench {
        store: SqliteStore::open_with(&folder.join("throughput.db"), &options).unwrap(),
        shop: build::id("shop-1"),
        orders,
        random: 1,
        load: 0.0,
        write: 0.0,
        commit: 0.0,
    };
    bench.set_up();
    let limit = seconds as f64;
    bench.fill();
    let parts: [Part; 4] = [
        ("claims, all in order", 5, |bench, n| bench.claims(n, false)),
        ("claims, all at random", 5, |bench, n| {
            bench.claims(1 << 40 | n, true)
        }),
        ("events: payments", 7, Bench::payments),
        ("timers", 6, |bench, _| bench.timers()),
    ];
    for (name, rows, batch) in parts.into_iter().filter(|part| part.0.contains(&only)) {
        bench.part(name, rows, limit, batch);
    }
}

/// A place for every number, far from its neighbours'.
fn scatter(number: u64, all: u64) -> u64 {
    (number & 0xff_ffff_ffff).wrapping_mul(0x9E37_79B9_7F4A_7C15) % all
}

struct Bench {
    store: SqliteStore,
    shop: ShopId,
    orders: u64,
    random: u64,
    load: f64,
    write: f64,
    commit: f64,
}

impl Bench {
    fn set_up(&mut self) {
        let mut changes = Changes::default();
        changes.shops.push(build::shared_shop(self.shop.as_str()));
        changes
            .campaigns
            .push((self.shop.clone(), build::campaign("c1").into()));
        self.store
            .transact(&mut |open| open.write(&changes))
            .unwrap();
    }

    /// Orders as `order.placed` makes them: order, inbox row and timer.
    fn fill(&mut self) {
        let orders = self.orders;
        let mut next = 0;
        self.part("events: placed", 3, f64::INFINITY, |bench, _| {
            let count = BATCH.min(usize::try_from(orders - next).unwrap());
            bench.placed(next, count);
            next += count as u64;
            count
        });
    }

    fn part(
        &mut self,
        name: &str,
        rows: u64,
        limit: f64,
        mut batch: impl FnMut(&mut Self, u64) -> usize,
    ) {
        (self.load, self.write, self.commit) = (0.0, 0.0, 0.0);
        let (watch, written, (cpu, queued)) = (Watch::now(), written_kb(), scheduled());
        let (mut items, mut slowest) = (0, 0.0_f64);
        while watch.elapsed().as_secs_f64() < limit {
            let one = Watch::now();
            let done = batch(self, items) as u64;
            slowest = slowest.max(one.elapsed().as_secs_f64());
            items += done;
            if done == 0 {
                break;
            }
        }
        let took = self.load + self.write + self.commit;
        let micros = |part: f64| part * 1e6 / items as f64;
        let (cpu, queued) = (scheduled().0 - cpu, scheduled().1 - queued);
        println!(
            "{name:<24} {:>7.0} items/s {:>7.0} rows/s | us/item: load {:>5.2} write {:>5.2} commit {:>6.2} \
            (cpu {:>5.1}, waited for a core {:>5.1}) | slowest batch {:>5.1} ms | {:>5.2} KB/item | {items} items, RSS {} MB",
            items as f64 / took,
            (items * rows) as f64 / took,
            micros(self.load),
            micros(self.write),
            micros(self.commit),
            micros(cpu),
            micros(queued),
            slowest * 1e3,
            (written_kb() - written) as f64 / items as f64,
            resident_mb(),
        );
    }

    /// One transaction: load, decide by `decide`, write.
    fn run(&mut self, keys: &Keys, decide: impl Fn(Rows) -> Changes) {
        let (mut load, mut write, mut decided) = (0.0, 0.0, 0.0);
        let all = Watch::now();
        self.store
            .transact(&mut |open| {
                let watch = Watch::now();
                let mut rows = Rows::default();
                open.load(keys, &mut rows)?;
                load = watch.elapsed().as_secs_f64();
                let watch = Watch::now();
                let changes = decide(rows);
                decided = watch.elapsed().as_secs_f64();
                let watch = Watch::now();
                open.write(&changes)?;
                write = watch.elapsed().as_secs_f64();
                Ok(())
            })
            .unwrap();
        self.load += load;
        self.write += write;
        self.commit += all.elapsed().as_secs_f64() - load - write - decided;
    }

    fn order_id(number: u64) -> OrderId {
        build::id(&format!("o-{number:010}"))
    }

    fn placed(&mut self, from: u64, count: usize) {
        let shop = self.shop.clone();
        let numbers = from..from + count as u64;
        let mut keys = Keys {
            shops: vec![shop.clone()],
            ..Keys::default()
        };
        for number in numbers.clone() {
            keys.orders.push((shop.clone(), Self::order_id(number)));
            keys.inbox
                .push(build::inbox(&shop, &format!("ev-placed-{number:010}")).0);
        }
        self.run(&keys, |_| {
            let mut changes = Changes::default();
            for number in numbers.clone() {
                let second = i64::try_from(number / 100).unwrap();
                let customer = format!("u-{:08}", scatter(number, 500_000));
                let order = build::order(
                    Self::order_id(number).as_str(),
                    &customer,
                    build::at(second),
                );
                changes
                    .inbox
                    .push(build::inbox(&shop, &format!("ev-placed-{number:010}")));
                changes.orders.push(OrderChange {
                    shop_id: shop.clone(),
                    order,
                    is_new: true,
                    old_wake: None,
                    wake_at: Some(build::at(second + 1_800)),
                    timeline: build::timeline("order.placed", second),
                });
            }
            changes.sequences.push((shop.clone(), from));
            changes
        });
    }

    /// Orders, customers and keys in order, or each somewhere else.
    fn claims(&mut self, from: u64, at_random: bool) -> usize {
        let shop = self.shop.clone();
        let place = |number, all| {
            if at_random {
                scatter(number, all)
            } else {
                number % all
            }
        };
        let request_key = |number: u64| {
            if at_random {
                format!(
                    "{:016x}-{number:016x}",
                    number.wrapping_mul(0x9E37_79B9_7F4A_7C15)
                )
            } else {
                format!("key-{number:016x}")
            }
        };
        let numbers: Vec<u64> = (0..BATCH as u64).map(|n| from + n).collect();
        let mut keys = Keys {
            shops: vec![shop.clone()],
            ..Keys::default()
        };
        for number in &numbers {
            let order = place(*number, self.orders);
            keys.orders.push((shop.clone(), Self::order_id(order)));
            keys.standings.push((
                shop.clone(),
                build::id(&format!("u-{:08}", place(*number, 500_000))),
            ));
            keys.requests.push((shop.clone(), request_key(*number)));
        }
        self.run(&keys, |rows| {
            let mut changes = Changes::default();
            let found = rows.orders.into_iter().zip(rows.standings).zip(&numbers);
            for (((_, order), ((_, customer), standing)), number) in found {
                let order = order.unwrap();
                let id: CouponId = build::id(&format!(
                    "cp_{:011x}{number:08x}",
                    0x0181_4a5b_6c00_u64 + number / 100
                ));
                let mut standing = standing.unwrap_or_default();
                standing.count_claim(
                    domain::customer::Counted::Campaign(build::id("c1")),
                    domain::time::CivilDay(19_000),
                );
                changes
                    .standings
                    .push((shop.clone(), customer.clone(), standing));
                let coupon = build::coupon(
                    id.as_str(),
                    customer.as_str(),
                    order.order.order_id.as_str(),
                    build::at(9),
                );
                let reply = serde_json::to_string(&coupon).unwrap();
                changes.requests.push((
                    shop.clone(),
                    request_key(*number),
                    engine::rows::RequestRow {
                        reply,
                        ..build::request("x")
                    },
                ));
                changes.coupons.push(CouponChange {
                    shop_id: shop.clone(),
                    coupon,
                    is_new: true,
                    old_wake: None,
                });
                changes.outbox.push(build::outbox(
                    &shop,
                    &format!(
                        "ev_{:011x}{number:08x}",
                        0x0181_4a5b_6c00_u64 + number / 100
                    ),
                    &[],
                ));
                let wake = order.wake_at;
                changes.orders.push(OrderChange {
                    shop_id: shop.clone(),
                    order: order.order,
                    is_new: false,
                    old_wake: wake,
                    wake_at: wake,
                    timeline: build::timeline("coupon.claimed", 9),
                });
            }
            changes.counters.push((
                shop.clone(),
                build::id("c1"),
                build::counters(from & 0xff_ffff),
            ));
            changes.sequences.push((shop.clone(), from));
            changes
        });
        BATCH
    }

    fn payments(&mut self, from: u64) -> usize {
        let shop = self.shop.clone();
        let count = BATCH.min(usize::try_from(self.orders.saturating_sub(from)).unwrap());
        let numbers: Vec<u64> = (0..count as u64).map(|n| from + n).collect();
        let mut keys = Keys {
            shops: vec![shop.clone()],
            ..Keys::default()
        };
        for number in &numbers {
            keys.orders.push((shop.clone(), Self::order_id(*number)));
            keys.inbox
                .push(build::inbox(&shop, &format!("ev-paid-{number:010}")).0);
        }
        self.run(&keys, |rows| {
            let mut changes = Changes::default();
            for ((_, row), number) in rows.orders.into_iter().zip(&numbers) {
                let row = row.unwrap();
                changes
                    .inbox
                    .push(build::inbox(&shop, &format!("ev-paid-{number:010}")));
                changes.entries.extend(build::entries(&shop, &row.order));
                changes.orders.push(OrderChange {
                    shop_id: shop.clone(),
                    order: row.order,
                    is_new: false,
                    old_wake: row.wake_at,
                    wake_at: row.wake_at.map(|at| at.plus_seconds(3_600)),
                    timeline: build::timeline("payment.succeeded", 9),
                });
            }
            changes
        });
        count
    }

    fn timers(&mut self) -> usize {
        let far = Instant::from_micros(i64::MAX / 2);
        let watch = Watch::now();
        let timers = self.store.due_timers(far, BATCH).unwrap();
        let shop = self.shop.clone();
        let mut keys = Keys {
            shops: vec![shop.clone()],
            ..Keys::default()
        };
        for timer in &timers {
            match &timer.subject {
                Subject::Order(order) => keys.orders.push((shop.clone(), order.clone())),
                Subject::Coupon(coupon) => keys.coupons.push((shop.clone(), coupon.clone())),
            }
        }
        self.load += watch.elapsed().as_secs_f64();
        self.random += 1;
        let round = self.random;
        self.run(&keys, |rows| {
            let mut changes = Changes::default();
            for (at, (_, row)) in rows.orders.into_iter().enumerate() {
                let row = row.unwrap();
                let (order, customer) =
                    (row.order.order_id.as_str(), row.order.customer_id.as_str());
                let id: MessageId = build::id(&format!("m_{round:011x}{at:08x}"));
                changes
                    .messages
                    .push(build::message(&shop, id.as_str(), order, customer));
                changes.outbox.push(build::outbox(
                    &shop,
                    &format!("ex_{round:011x}{at:08x}"),
                    &[],
                ));
                changes.orders.push(OrderChange {
                    shop_id: shop.clone(),
                    order: row.order,
                    is_new: false,
                    old_wake: row.wake_at,
                    wake_at: row.wake_at.map(|at| at.plus_seconds(86_400)),
                    timeline: build::timeline("message.sent", 9),
                });
            }
            for (_, row) in rows.coupons {
                let mut coupon = row.unwrap();
                let old_wake = coupon.wake_at;
                coupon.expire(coupon.usable_until);
                changes.coupons.push(CouponChange {
                    shop_id: shop.clone(),
                    coupon,
                    is_new: false,
                    old_wake,
                });
            }
            changes
        });
        timers.len()
    }
}

fn resident_mb() -> u64 {
    figure("/proc/self/status", "VmRSS:") / 1024
}

/// What this process has handed to the kernel to write.
fn written_kb() -> u64 {
    figure("/proc/self/io", "wchar:") / 1024
}

/// Seconds that this thread ran, and that it waited for a core because others ran.
fn scheduled() -> (f64, f64) {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let mut nanos = text
        .split_whitespace()
        .map(|word| word.parse::<f64>().unwrap_or_default() / 1e9);
    (
        nanos.next().unwrap_or_default(),
        nanos.next().unwrap_or_default(),
    )
}

fn figure(file: &str, name: &str) -> u64 {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok())
        .unwrap_or_default()
}
