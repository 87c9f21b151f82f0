//! Shop orders from a CSV export into our store, as `promenade intake` takes them in.

use std::{
    fs,
    io::{BufWriter, Write as _},
    path::{Path, PathBuf},
    time::Instant,
};

use anyhow::{Result, ensure};
use replay::pool::{PoolMapping, Submit, read_orders, take_in};
use serde::{Deserialize, Serialize};

use crate::{
    ours,
    ours_pool::{Gives, OursPool, Rows},
};

/// One row an order, times on the wall of Shanghai.
const MAPPING: &str = r#"
name = "bench"

[tables.orders]
file = "orders.csv"

[times]
zone = "Asia/Shanghai"
formats = ["%Y-%m-%d %H:%M:%S"]

[order]
group = "orders.order_id"
rows = "together"
order_id = "{orders.order_id}"
customer_id = "{orders.customer_id}"
ordered_at = "{orders.ordered_at}"
first_paid_at = "{orders.paid_at}"

[line]
table = "orders"
sku = "{orders.sku}"
amount = "{orders.amount}"
"#;

/// Orders per second.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct IntakeRun {
    /// Read, and nothing done with them.
    pub read_per_second: f64,
    /// Read and taken in, durable.
    pub taken_per_second: f64,
}

/// Takes `count` orders in from an export that it writes to the folder.
pub fn run(folder: &Path, count: u64) -> Result<IntakeRun> {
    let export = write_export(folder, count)?;
    let mapping = PoolMapping::parse(MAPPING, "bench.toml", Some(&ours::shop_id()))?;
    let files = [export];
    let per_second = |started: Instant| count as f64 / started.elapsed().as_secs_f64();
    let (started, mut read) = (Instant::now(), 0);
    read_orders(&mapping, &files, &mut |_, _| {}, &mut |_, _| {
        read += 1;
        Ok(())
    })?;
    let read_per_second = per_second(started);
    ensure!(read == count, "{read} of {count} orders were read");
    // With a strategy that covers every order, so that each takes its place in the ranking.
    let ours = OursPool::create(folder, Gives::First(10_000))?;
    let started = Instant::now();
    let taken = take_in(&ours.engine, &mapping, &files, Submit::No, &mut |_, _| {})?;
    let taken_per_second = per_second(started);
    ensure!(taken.counts.created == count, "{:?} of {count}", taken.counts);
    Ok(IntakeRun { read_per_second, taken_per_second })
}

fn write_export(folder: &Path, count: u64) -> Result<PathBuf> {
    let path = folder.join("orders.csv");
    let mut file = BufWriter::new(fs::File::create(&path)?);
    writeln!(file, "order_id,customer_id,ordered_at,paid_at,sku,amount")?;
    let zone = domain::time::Zone::shanghai();
    for number in 0..count {
        let (second, id) = Rows::row(number);
        let text = zone.format(domain::Instant::from_micros(second * 1_000_000));
        // `2020-10-20T20:00:00+08:00` as a spreadsheet shows it.
        let (day, time) = (&text[..10], &text[11..19]);
        let at = format!("{day} {time}");
        writeln!(file, "{id},u{number},{at},{at},presale-1,{}.00", 100 + number % 900)?;
    }
    file.flush()?;
    Ok(path)
}
