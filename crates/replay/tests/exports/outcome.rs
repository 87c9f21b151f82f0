//! The program on files that lie in a folder: what it read, ranked and gave, in the words of the model.

use crate::{
    generate::{SUB, Table},
    model::{Gift, Known, Terms},
};
use domain::Instant;
use replay::{
    Mapping, Reading, Report, SourceOrder,
    pool::{
        FileOrder, PoolInputs, PoolMapping, PoolReport, Ranks, StrategyReport, read_orders, run_pool,
        write_pool,
    },
    read,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// What stands in the mapping beside the roles, which are always the same.
#[derive(Debug, Clone)]
pub struct Asked {
    pub file: &'static str,
    /// More keys of the table.
    pub keys: String,
    pub terms: Terms,
    pub with_subs: bool,
    /// Whether the pool's mapping says which column is the number of a line.
    pub line_ids: bool,
}

/// What a pool came to.
#[derive(Debug)]
pub struct Outcome {
    pub orders: BTreeMap<String, Known>,
    pub inputs: PoolInputs,
    pub gifts: Vec<Gift>,
    pub strategies: Vec<StrategyReport>,
    pub summary: String,
    pub refused: BTreeMap<String, u64>,
    pub is_incomplete: bool,
    /// Whether the program ends with 0: every row used, everything final.
    pub is_final: bool,
    /// Files and rows of what was named.
    pub named: BTreeSet<(String, u64)>,
    /// Orders that count once and may be more.
    pub doubted: BTreeSet<String>,
}

impl Asked {
    pub fn new(table: &Table, file: &'static str, keys: &str, terms: Terms) -> Self {
        let (with_subs, line_ids) = (table.headings.contains(&SUB), table.line_ids);
        Self { file, keys: keys.to_owned(), terms, with_subs, line_ids }
    }

    fn tables(&self) -> String {
        format!("name = \"导出\"\n[tables.orders]\nfile = {:?}\n{}\n{TIMES}", self.file, self.keys)
    }

    fn pool(&self) -> PoolMapping {
        let (first_n, once) = (self.terms.first_n, self.terms.once_per_buyer);
        let id = if self.line_ids { "[line]\nid = \"{orders.子订单编号}\"\n" } else { "[line]\n" };
        let pool = POOL.replace("[line]\n", id);
        let text = format!("{}{pool}\nfirst_n = {first_n}\none_per_customer = {once}\n", self.tables());
        PoolMapping::parse(&text, "pool.toml", None).expect("a mapping")
    }

    fn replay(&self) -> Mapping {
        let lines = if self.with_subs {
            "id = \"{orders.子订单编号}\""
        } else {
            "id = \"{orders.商家编码}\"\nrepeated = \"add\""
        };
        Mapping::parse(&format!("{}{REPLAY}\n{lines}\n", self.tables()), "replay.toml").expect("a mapping")
    }

    /// Runs a pool over the files.
    pub fn run_pool(&self, inputs: &[PathBuf]) -> Result<Outcome, String> {
        let mapping = self.pool();
        let mut orders = BTreeMap::new();
        let read = read_orders(&mapping, inputs, &mut |_, _| {}, &mut |_, order| {
            let id = order.order.order_id.to_string();
            assert!(orders.insert(id.clone(), known(&order)).is_none(), "{id} was handed over twice");
            Ok(())
        });
        let inputs_read = read.map_err(|error| error.to_string())?;
        let strategies = mapping.strategies.clone().expect("the mapping has strategies");
        let store = Box::new(store_memory::MemoryStore::new());
        let run = run_pool(&mapping, &strategies, inputs, store, Ranks::WhenCertain, &mut |_, _, _| {});
        let run = run.map_err(|error| error.to_string())?;
        assert_eq!(run.inputs, inputs_read, "reading twice");
        let report = PoolReport::build(&mapping, &run, strategies.activation_at()).expect("a report");
        let folder = tempfile::tempdir().expect("a folder");
        write_pool(&mapping, &run, &report, folder.path()).expect("written");
        run.engine.stop();
        Ok(Outcome {
            orders,
            gifts: gifts(&folder.path().join("gift-list.csv")),
            named: named(&folder.path().join("bad-rows.csv")),
            is_incomplete: report.is_incomplete(),
            is_final: report.is_final(),
            summary: report.summary(),
            refused: report.refused,
            strategies: report.strategies,
            doubted: doubted(&inputs_read),
            inputs: inputs_read,
        })
    }

    /// Reads the files for a replay.
    pub fn read_replay(&self, inputs: &[PathBuf]) -> Result<Reading, String> {
        let mut reading = read(&self.replay(), inputs, &mut |_, _| {}).map_err(|error| error.to_string())?;
        for order in &mut reading.orders {
            order.placed.lines.sort_by(|a, b| a.line_id.cmp(&b.line_id));
        }
        Ok(reading)
    }

    /// What a replay of those orders came to.
    pub fn run_replay(&self, reading: &Reading) -> Report {
        let mapping = self.replay();
        let orders: &[SourceOrder] = &reading.orders;
        let run = replay::run(orders, &mapping.settings, &mut |_, _| {}).expect("a replay");
        Report::build(reading.inputs.clone(), mapping.settings, run.outcomes.into_iter())
    }
}

fn doubted(inputs: &PoolInputs) -> BTreeSet<String> {
    let doubts = inputs.details.iter().filter(|row| row.code.as_str() == "maybe_repeated");
    doubts.filter_map(|row| row.order.clone()).collect()
}

fn known(order: &FileOrder) -> Known {
    let wall = |at: Instant| at.micros() / 1_000_000 + 8 * 3_600;
    let (order, times) = (&order.order, &order.order.times);
    let line = |line: &domain::pool::PoolLine| {
        let sku = line.sku.as_str().to_owned();
        (sku, (line.quantity, line.amount.minor()))
    };
    Known {
        buyer: order.customer_id.to_string(),
        times: [
            Some(times.ordered_at),
            times.first_paid_at,
            times.balance_opens_at,
            times.balance_paid_at,
            times.closed_at,
        ]
        .map(|at| at.map(wall)),
        goods_paid: order.goods_paid.minor(),
        lines: order.lines.iter().map(line).collect(),
    }
}

/// The rows of a list of ours behind its heading: quotes stand where they are needed, and are doubled inside.
fn cells(path: &Path) -> Vec<Vec<String>> {
    let text = fs::read_to_string(path).expect("a list");
    let (mut rows, mut quoted) = (vec![vec![String::new()]], false);
    for c in text.trim_start_matches('\u{feff}').chars() {
        let row = rows.last_mut().expect("there is one");
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(String::new()),
            '\n' if !quoted => rows.push(vec![String::new()]),
            '\r' if !quoted => {}
            _ => row.last_mut().expect("there is one").push(c),
        }
    }
    rows.retain(|row| row.len() > 1);
    rows.split_off(1)
}

fn gifts(path: &Path) -> Vec<Gift> {
    let gift = |row: Vec<String>| {
        let rank = row[5].parse().expect("a place");
        (row[0].clone(), row[1].clone(), row[3].clone(), rank)
    };
    // No order, no shop, no list.
    let rows = if path.exists() { cells(path) } else { Vec::new() };
    let mut gifts: Vec<Gift> = rows.into_iter().map(gift).collect();
    gifts.sort_by_key(|gift| gift.3);
    gifts
}

fn named(path: &Path) -> BTreeSet<(String, u64)> {
    let rows = cells(path).into_iter();
    rows.map(|row| (row[0].clone(), row[1].parse().expect("a row's number"))).collect()
}

const TIMES: &str = r#"
[times]
zone = "Asia/Shanghai"
formats = ["%Y-%m-%d %H:%M:%S"]

[amounts]
grouping = ","
"#;

const POOL: &str = r#"
[order]
group = "orders.订单编号"
order_id = "{orders.订单编号}"
shop = "tea"
customer_id = "{orders.买家昵称}"
ordered_at = "{orders.订单创建时间}"
first_paid_at = "{orders.付款时间}"
balance_opens_at = "{orders.尾款开放时间}"
balance_paid_at = "{orders.付尾款时间}"

[order.closed]
at = "{orders.订单关闭时间}"

[line]
table = "orders"
sku = "{orders.商家编码}"
quantity = "{orders.购买数量}"
amount = "{orders.商品金额}"

[presale_strategy]
strategy_id = "double-11"
name = "双11"
validity = { starts_at = "2023-10-01T00:00:00+08:00", ends_at = "2023-12-01T00:00:00+08:00" }
activation_at = "2023-11-01T00:00:00+08:00"
timing = "activation"

[[gift_strategy]]
strategy_id = "first"
name = "先到先得"
activity = { starts_at = "2023-10-20T20:00:00+08:00", ends_at = "2023-11-01T00:00:00+08:00" }
basis = "first_payment"
tiers = [
    { min = 0, gifts = [{ sku = "小礼", quantity = 1 }] },
    { min = 30000, gifts = [{ sku = "大礼", quantity = 1 }] },
]
"#;

const REPLAY: &str = r#"
[order]
group = "orders.订单编号"
id = "{orders.订单编号}"
shop = "tea"
customer = "{orders.买家昵称}"
source = "app"
placed_at = "{orders.订单创建时间}"
freight = "{orders.运费}"

[order.paid]
at = "{orders.付款时间}"
method = "jd_pay"

[order.cancelled]
at = "{orders.订单关闭时间}"

[shop]
kind = "sop"
time_zone = "Asia/Shanghai"
currency = "CNY"

[campaign]
name = "满100减5"
trigger_after_minutes = 15
spend = 10000
save = 500
quantity = 1000

[claims]
rate_percent = 50
pays_after_minutes = 10

[line.category]
third = "{orders.买家昵称}"

[line]
table = "orders"
sku = "{orders.商家编码}"
quantity = "{orders.购买数量}"
unit_price = "{orders.单价}"
"#;
