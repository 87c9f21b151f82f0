//! Measures the presale pool: taking orders in, walking over a ranking, ranks in the thick of it.
//!
//! `cargo run --release -p store-sqlite --example pool -- [candidates] [orders] [folder]`. Three in ten
//! candidates fall into ten minutes. Nothing is asserted.

#![allow(clippy::cast_precision_loss, reason = "a measurement, not a program")]

use domain::{
    OrderId, ShopId,
    pool::{Candidate, RankKey, Stage, Standing},
};
use port::{CandidateChange, CandidateKey, Change, Changes, Keys, PoolKeys, PoolRows, Rows, Store, WalkKey};
use std::time::Instant as Watch;
use store_sqlite::SqliteStore;
use testkit::build;

const BATCH: u64 = 1_024;
const STEP: usize = 4_096;
const DAYS: u64 = 10;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |place: usize, default: u64| {
        arguments.get(place).map_or(default, |text| text.parse().expect("the measurement goes on"))
    };
    let (candidates, orders) = (number(0, 5_000_000), number(1, 200_000));
    let temporary = tempfile::tempdir().expect("the measurement goes on");
    let folder = arguments.get(2).map_or(temporary.path().to_owned(), Into::into);
    let store = SqliteStore::open(&folder.join("pool.db")).expect("the measurement goes on");
    let mut bench = Bench { store, shop: build::id("shop-1") };
    bench.write(|shop, changes| changes.shops.push(build::shared_shop(shop.as_str())));
    bench.fill(candidates);
    bench.intake(orders);
    bench.ranks(candidates);
    bench.walk(candidates.min(1_000_000));
}

/// When order number `n` of `all` was paid, in seconds: three in ten within ten minutes, evenly.
fn second(n: u64, all: u64) -> i64 {
    let (rush, begins) = (all * 3 / 10, all * 4 / 10);
    let day = 86_400 * DAYS;
    let at = if n < begins {
        n * (day / 2) / begins
    } else if n < begins + rush {
        day / 2 + (n - begins) * 600 / rush
    } else {
        day / 2 + 600 + (n - begins - rush) * (day / 2) / (all - begins - rush)
    };
    i64::try_from(at).expect("the measurement goes on")
}

fn order_id(n: u64) -> OrderId {
    build::id(&format!("20201021{n:08}"))
}

struct Bench {
    store: SqliteStore,
    shop: ShopId,
}

impl Bench {
    fn write(&mut self, fill: impl FnOnce(&ShopId, &mut Changes)) -> f64 {
        let mut changes = Changes::default();
        fill(&self.shop, &mut changes);
        let watch = Watch::now();
        self.store.transact(&mut |open| open.write(&changes)).expect("the measurement goes on");
        watch.elapsed().as_secs_f64()
    }

    fn candidate(&self, n: u64, all: u64) -> CandidateChange {
        let order = order_id(n);
        let mut candidate = build::candidate(second(n, all), order.as_str());
        candidate.customer_id = build::id(&format!("u-{}", n.wrapping_mul(0x9E37_79B9) % all));
        candidate.standing = Standing::Open;
        let (shop_id, key) = (self.shop.clone(), candidate.key.clone());
        CandidateChange { shop_id, run: 1, key, before: None, after: Some(candidate) }
    }

    fn fill(&mut self, all: u64) {
        let (mut took, mut rush) = (0.0, (0.0, 0));
        for first in (0..all).step_by(16_384) {
            let rows: Vec<_> = (first..all.min(first + 16_384)).map(|n| self.candidate(n, all)).collect();
            let count = rows.len();
            let one = self.write(|_, changes| changes.pool.candidates = rows);
            took += one;
            if (all * 4 / 10..all * 7 / 10).contains(&first) {
                rush = (rush.0 + one, rush.1 + count);
            }
        }
        let rush = rush.0 * 1e6 / rush.1 as f64;
        println!("candidates: {:.2} us each, {rush:.2} in the rush", took * 1e6 / all as f64);
    }

    /// What an order costs when it is downloaded and settles: itself, its place, its timer.
    fn intake(&mut self, all: u64) {
        let mut took = 0.0;
        for first in (0..all).step_by(usize::try_from(BATCH).unwrap_or_default()) {
            let numbers = first..all.min(first + BATCH);
            let orders: Vec<_> = numbers
                .clone()
                .map(|n| {
                    let order = build::pool_order(order_id(n).as_str(), Stage::PresalePool);
                    Change::new((self.shop.clone(), order_id(n)), order.into())
                })
                .collect();
            let places: Vec<_> =
                numbers.map(|n| CandidateChange { run: 2, ..self.candidate(n, all) }).collect();
            took += self.write(|_, changes| {
                changes.pool.orders = orders;
                changes.pool.candidates = places;
            });
        }
        println!("intake: {:.0} orders/s, {:.2} us each", all as f64 / took, took * 1e6 / all as f64);
    }

    fn load(&mut self, pool: PoolKeys) -> (PoolRows, f64) {
        let keys = Keys { pool, ..Keys::default() };
        let mut rows = Rows::default();
        let watch = Watch::now();
        self.store.transact(&mut |open| open.load(&keys, &mut rows)).expect("the measurement goes on");
        (rows.pool, watch.elapsed().as_secs_f64())
    }

    fn ranks(&mut self, all: u64) {
        let reader = self.store.reader();
        let key = |n: u64| -> CandidateKey {
            (self.shop.clone(), 1, build::place(second(n, all), order_id(n).as_str()))
        };
        let mut millis: Vec<f64> = Vec::new();
        for step in 0..1_000 {
            let n = all * 4 / 10 + step * 7_919 % (all * 3 / 10);
            let key = key(n);
            let watch = Watch::now();
            let rank = reader.rank(&key).expect("the measurement goes on");
            millis.push(watch.elapsed().as_secs_f64() * 1e3);
            assert_eq!(rank, n + 1, "by number");
        }
        millis.sort_by(f64::total_cmp);
        println!(
            "rank: median {:.3} ms, 99 % {:.3} ms, most {:.3} ms",
            millis[500], millis[990], millis[999]
        );
        let ranks: Vec<_> = (0..BATCH).map(|step| key(all / 2 + step * 17)).collect();
        let (_, took) = self.load(PoolKeys { ranks, ..PoolKeys::default() });
        println!("ranks of a batch: {:.2} us each", took * 1e6 / BATCH as f64);
    }

    fn walk(&mut self, rows: u64) {
        let (mut after, mut read, mut write, mut done): (Option<RankKey>, _, _, _) = (None, 0.0, 0.0, 0);
        while done < rows {
            let walks = vec![WalkKey {
                shop_id: self.shop.clone(),
                run: 1,
                after: after.take(),
                through: i64::MAX,
                limit: STEP,
            }];
            let (mut found, took) = self.load(PoolKeys { walks, ..PoolKeys::default() });
            read += took;
            let Some((_, candidates)) = found.walks.pop() else { return };
            after = candidates.last().map(|candidate| candidate.key.clone());
            done += candidates.len() as u64;
            let given = |candidate: Candidate| CandidateChange {
                shop_id: self.shop.clone(),
                run: 1,
                key: candidate.key.clone(),
                before: Some(candidate.counts),
                after: Some(Candidate { standing: Standing::Given, tier: Some(0), ..candidate }),
            };
            let rows: Vec<_> = candidates.into_iter().map(given).collect();
            write += self.write(|_, changes| changes.pool.candidates = rows);
        }
        let micros = |took: f64| took * 1e6 / done as f64;
        println!("walk over {done}: read {:.2} us, write {:.2} us a row", micros(read), micros(write));
    }
}
