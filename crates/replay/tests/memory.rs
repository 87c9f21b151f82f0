//! What reading takes of memory: bytes of the heap, counted one by one, so that the machine and its other work do not matter.

#![allow(clippy::unwrap_used, reason = "tests")]

use calamine::{Data, Reader as _, Xlsx};
use peak_alloc::PeakAlloc;
use replay::{
    Mapping, Reading,
    pool::{PoolInputs, PoolMapping, read_orders},
    shipped,
};
use std::{
    collections::BTreeSet,
    fmt::Write as _,
    fs, io,
    path::{Path, PathBuf},
};

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

/// Rows of lines that are read.
const ROWS: u64 = 10_000;
/// Of buffers, whatever the files hold.
const BUFFERS: u64 = 1 << 20;
/// Of each row, where any row may be of any order: 100 as it is now, and room for a field more.
const A_ROW: u64 = 150;
/// The same of the shipped mappings, which read more columns, and what blank cells of further rows mean.
const A_SHIPPED_ROW: u64 = 300;
/// The same where each row leads to a row of another table.
const A_JOINED_ROW: u64 = 360;
/// Where the rows of an order stand together: which orders there have been.
const A_ROW_TOGETHER: u64 = 40;
/// Of the orders that a replay walks, which are kept as they are, beside that.
const A_REPLAYED_ROW: u64 = 360;

/// A mapping that `promenade map` writes, without what reading passes over.
const MAPPED: &str = r#"
name = "orders.csv"
[tables.orders]
file = "*.csv"
[times]
zone = "Asia/Shanghai"
formats = ["%Y-%m-%d %H:%M:%S"]
[order]
group = "orders.订单编号"
order_id = "{orders.订单编号}"
shop = "tea"
customer_id = "{orders.买家}"
ordered_at = "{orders.付款时间}"
first_paid_at = "{orders.付款时间}"
[line]
table = "orders"
sku = "{orders.商品编码}"
quantity = "{orders.数量}"
amount = "{orders.实付}"
"#;

/// What the reading came to, and how many bytes it took at once.
fn taken<T>(read: impl FnOnce() -> T) -> (T, u64) {
    HEAP.reset_peak_usage();
    let before = HEAP.current_usage();
    let read = read();
    (read, (HEAP.peak_usage() - before) as u64)
}

fn pool(mapping: &PoolMapping, folder: &Path) -> (PoolInputs, u64) {
    let files = [folder.to_owned()];
    let (read, bytes) = taken(|| read_orders(mapping, &files, &mut |_, _| {}, &mut |_, _| Ok(())));
    (read.unwrap(), bytes)
}

/// One test, so that nothing else takes memory meanwhile.
#[test]
fn reading_keeps_little_of_a_row() {
    a_plain_export();
    let of_platform = || shipped::ALL.iter().filter(|known| known.name != "olist");
    assert_eq!(of_platform().count(), 9);
    for known in of_platform() {
        let folder = tempfile::tempdir().unwrap();
        let orders = many(known.name, folder.path());
        let most = if matches!(known.name, "taobao" | "youzan") { A_JOINED_ROW } else { A_SHIPPED_ROW };
        let mapping = PoolMapping::parse(known.pool, "pool.toml", None).unwrap();
        let (read, bytes) = pool(&mapping, folder.path());
        assert_eq!((read.orders, read.bad_rows), (orders, 0), "{}: {:?}", known.name, read.details.first());
        check(&format!("{} pool", known.name), bytes, read.rows.read, most);
        let Some(text) = known.replay else { continue };
        let mapping = Mapping::parse(text, "replay.toml").unwrap();
        let files = [folder.path().to_owned()];
        let (read, bytes) = taken(|| replay::read(&mapping, &files, &mut |_, _| {}));
        let Reading { inputs, orders: kept } = read.unwrap();
        assert_eq!((kept.len() as u64, inputs.bad_rows), (orders, 0), "{}", known.name);
        check(&format!("{} replay", known.name), bytes, inputs.rows.read, most + A_REPLAYED_ROW);
    }
}

fn check(what: &str, bytes: u64, rows: u64, most: u64) {
    assert!(rows >= ROWS, "{what}: {rows} rows");
    assert!(bytes <= BUFFERS + rows * most, "{what}: {bytes} bytes for {rows} rows, at most {most} for each");
}

fn a_plain_export() {
    let mut text = "订单编号,买家,商品编码,数量,实付,付款时间\n".to_owned();
    for row in 0..ROWS {
        let second = row % 60;
        writeln!(text, "O{row:08},u{row},SKU-{},1,100.00,2023-06-01 10:00:{second:02}", row % 50).unwrap();
    }
    let mapping = |text: &str| PoolMapping::parse(text, "pool.toml", None).unwrap();
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.csv"), &text).unwrap();
    let (read, bytes) = pool(&mapping(MAPPED), folder.path());
    assert_eq!(read.orders, ROWS);
    check("any row of any order", bytes, read.rows.read, A_ROW);
    let together = MAPPED.replace("group = ", "rows = \"together\"\ngroup = ");
    let (read, bytes) = pool(&mapping(&together), folder.path());
    assert_eq!(read.orders, ROWS);
    check("the rows of an order together", bytes, read.rows.read, A_ROW_TOGETHER);
}

/// Writes the sample of a shipped mapping again and again, each time with other orders. Answers how many orders.
fn many(name: &str, to: &Path) -> u64 {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/exports").join(name);
    let (ids, rows) = sample(name, &samples);
    let times = ROWS.div_ceil(rows);
    for path in files(&samples) {
        let text = text(&path);
        let is_order = |line: &&str| ids.iter().any(|id| line.contains(id));
        let head: String = text.split_inclusive('\n').take_while(|line| !is_order(line)).collect();
        let mut written = format!("\u{feff}{head}");
        for time in 0..times {
            let body = ids
                .iter()
                .fold(text[head.len()..].to_owned(), |body, id| body.replace(id, &format!("{id}-{time}")));
            written.push_str(&body);
        }
        fs::write(to.join(path.with_extension("csv").file_name().unwrap()), written).unwrap();
    }
    ids.len() as u64 * times
}

/// The numbers of a sample's orders, and how many rows it has.
fn sample(name: &str, folder: &Path) -> (BTreeSet<String>, u64) {
    let mapping = PoolMapping::open(Path::new(name), None).unwrap();
    let mut ids = BTreeSet::new();
    let read = read_orders(&mapping, &files(folder), &mut |_, _| {}, &mut |_, order| {
        ids.insert(order.order.order_id.to_string());
        Ok(())
    });
    (ids, read.unwrap().rows.read)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let all = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    all.filter(|path| path.extension().is_none_or(|ext| ext != "toml")).collect()
}

/// A file as text; of a workbook its first sheet, as CSV.
fn text(path: &Path) -> String {
    let bytes = fs::read(path).unwrap();
    if path.extension().is_some_and(|ext| ext == "xlsx") {
        let mut book: Xlsx<_> = Xlsx::new(io::Cursor::new(bytes)).unwrap();
        let sheet = book.worksheet_range_at(0).unwrap().unwrap();
        let line = |row: &[Data]| row.iter().map(ToString::to_string).collect::<Vec<_>>().join(",") + "\n";
        return sheet.rows().map(line).collect();
    }
    let text = String::from_utf8(bytes);
    let text = text.unwrap_or_else(|wrong| encoding_rs::GB18030.decode(wrong.as_bytes()).0.into_owned());
    text.trim_start_matches('\u{feff}').to_owned()
}
