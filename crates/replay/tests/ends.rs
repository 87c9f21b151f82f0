//! Ends that an export and its mapping give as the last second of a day (A-G-3).
#![allow(clippy::unwrap_used, reason = "tests")]

use domain::Instant;
use replay::pool::{PoolMapping, PoolReport, Ranks, read_orders, run_pool};
use std::fs;

const MAPPING: &str = include_str!("data/pool.toml");
const ORDERS: &str = include_str!("data/pool-orders.csv");

/// A folder with an export.
fn export(orders: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("orders.csv"), orders).unwrap();
    folder
}

/// A-G-3, A-S4-6: an export through the last second of a day covers the day, and not a second of the next one.
#[test]
fn a_g_3_an_export_through_a_day_covers_it() {
    // More places than orders, and an activity that ends with their day: all of it has to be there.
    let whole_day = MAPPING.replace("first_n = 4\n", "first_n = 100\n").replace("2020-11-20T", "2020-10-21T");
    let through = |to: &str| -> PoolReport {
        let mapping = format!("{whole_day}\n[download]\nthrough = \"{to}\"\n");
        let mapping = PoolMapping::parse(&mapping, "pool.toml", None).unwrap();
        let (folder, strategies) = (export(ORDERS), mapping.strategies.clone().unwrap());
        let (store, inputs) = (Box::new(store_memory::MemoryStore::new()), [folder.path().to_owned()]);
        let run =
            run_pool(&mapping, &strategies, &inputs, store, Ranks::WhenCertain, &mut |_, _, _| {}).unwrap();
        let report = PoolReport::build(&mapping, &run, strategies.activation_at()).unwrap();
        run.engine.stop();
        report
    };
    for (to, is_incomplete) in [
        ("2020-10-20T23:59:59+08:00", false),
        ("2020-10-21T00:00:00+08:00", false),
        ("2020-10-20T23:59:58+08:00", true),
    ] {
        assert_eq!(through(to).is_incomplete(), is_incomplete, "{to}");
    }
}

/// A-G-3, A-S4-16: an order whose balance closes with the last second of a day closes with the day; its opening stays.
#[test]
fn a_g_3_an_order_closes_with_the_day() {
    let opens = "balance_opens_at = \"{orders.opens}\"";
    let mapping = MAPPING.replace(opens, &format!("{opens}\nbalance_closes_at = \"{{orders.opens}}\""));
    let mapping = PoolMapping::parse(&mapping, "pool.toml", None).unwrap();
    let folder = export(&ORDERS.replace("2020-11-01T00:00:00,tea", "2020-11-01T23:59:59,tea"));
    let mut times = Vec::new();
    read_orders(&mapping, &[folder.path().to_owned()], &mut |_, _| {}, &mut |_, order| {
        times.push(order.order.times);
        Ok(())
    })
    .unwrap();
    let at = |text| Instant::parse(text);
    assert_eq!(times[0].balance_closes_at, at("2020-11-02T00:00:00+08:00"));
    assert_eq!(times[0].balance_opens_at, at("2020-11-01T23:59:59+08:00"));
}
