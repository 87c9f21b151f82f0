//! Measures the store alone with the shapes of the engine's batches: claims, events, timers.
//!
//! `cargo run --release -p store-sqlite --example throughput -- [orders] [seconds] [folder] [key=value ...]`
//! where the keys are `page_size`, `checkpoint_pages`, `cache_mib` and `only` (a part's name). Prints
//! items, rows and microseconds by part. Nothing is asserted: it is for tuning on a machine that is quiet.

#![allow(clippy::cast_precision_loss, reason = "a measurement, not a program")]

mod batches;
mod figures;

use domain::ShopId;
use figures::{resident_mb, scheduled, written_kb};
use port::{Changes, Keys, Rows, Store};
use std::time::Instant as Watch;
use store_sqlite::{Options, SqliteStore};
use testkit::build;

const BATCH: usize = 512;

/// A part's name, rows of an item, and how a batch is run.
type Part = (&'static str, u64, fn(&mut Bench, u64) -> usize);

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (settings, plain): (Vec<&String>, Vec<&String>) = arguments.iter().partition(|a| a.contains('='));
    let number = |place: usize, default: u64| {
        plain.get(place).map_or(default, |text| text.parse().expect("the measurement goes on"))
    };
    let (orders, seconds) = (number(0, 100_000), number(1, 5));
    let temporary = tempfile::tempdir().expect("the measurement goes on");
    let folder = plain.get(2).map_or(temporary.path().to_owned(), |folder| (*folder).into());
    let mut options = Options::default();
    let mut only = String::new();
    for setting in settings {
        let (key, value) = setting.split_once('=').expect("the measurement goes on");
        match key {
            "page_size" => options.page_size = value.parse().expect("the measurement goes on"),
            "checkpoint_pages" => {
                options.checkpoint_pages = value.parse().expect("the measurement goes on");
            }
            "cache_mib" => options.cache_mib = value.parse().expect("the measurement goes on"),
            "only" => value.clone_into(&mut only),
            _ => panic!("no setting {key}"),
        }
    }
    println!("{orders} orders, {seconds} s a part, {options:?}");
    let file = folder.join("throughput.db");
    let mut bench = Bench {
        store: SqliteStore::open_with(&file, &options).expect("the measurement goes on"),
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
        ("claims, all at random", 5, |bench, n| bench.claims(1 << 40 | n, true)),
        ("events: payments", 7, Bench::payments),
        ("timers", 6, |bench, _| bench.timers()),
    ];
    for (name, rows, batch) in parts.into_iter().filter(|part| part.0.contains(&only)) {
        bench.part(name, rows, limit, batch);
    }
    let Bench { store, .. } = bench;
    drop(store);
    let watch = Watch::now();
    let store = SqliteStore::open_with(&file, &options).expect("the measurement goes on");
    let opened = watch.elapsed();
    let totals = store.reader().totals().expect("the measurement goes on");
    println!("opened again in {opened:.1?}; {totals:?} after {:.1?}", watch.elapsed());
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
        changes.campaigns.push((self.shop.clone(), build::campaign("c1").into()));
        self.store.transact(&mut |open| open.write(&changes)).expect("the measurement goes on");
    }

    fn fill(&mut self) {
        let orders = self.orders;
        let mut next = 0;
        self.part("events: placed", 3, f64::INFINITY, |bench, _| {
            let count = BATCH.min(usize::try_from(orders - next).expect("the measurement goes on"));
            bench.placed(next, count);
            next += count as u64;
            count
        });
    }

    fn part(&mut self, name: &str, rows: u64, limit: f64, mut batch: impl FnMut(&mut Self, u64) -> usize) {
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
            .expect("the measurement goes on");
        self.load += load;
        self.write += write;
        self.commit += all.elapsed().as_secs_f64() - load - write - decided;
    }
}
