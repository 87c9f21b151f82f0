//! Reading an invented export: joins, several sellers in one order, zones, and rows that do not do.

#![allow(clippy::unwrap_used, reason = "tests")]

use domain::Instant;
use replay::{Mapping, ReadError, Reading, SourceOrder, read};
use std::{
    fs,
    path::{Path, PathBuf},
};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data")
}

fn mapping_text() -> String {
    fs::read_to_string(folder().join("shop.toml")).unwrap()
}

fn mapping() -> Mapping {
    Mapping::parse(&mapping_text(), "shop.toml").unwrap()
}

/// Reads the export after `change` has been made to a copy of it.
fn read_changed(mapping: &Mapping, change: impl Fn(&Path)) -> Result<Reading, ReadError> {
    let copy = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(folder().join("shop")).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
    }
    change(copy.path());
    read(mapping, &[copy.path().to_owned()], &mut |_, _| {})
}

fn replace(folder: &Path, file: &str, from: &str, to: &str) {
    let path = folder.join(file);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{file} has {from}");
    fs::write(path, text.replacen(from, to, 1)).unwrap();
}

fn order<'r>(reading: &'r Reading, id: &str) -> &'r SourceOrder {
    let mut orders = reading.orders.iter();
    let found = orders.find(|order| order.placed.order_id.as_str() == id);
    found.unwrap_or_else(|| panic!("no order {id}"))
}

fn at(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

#[test]
fn an_order_of_two_sellers_is_two_orders() {
    let reading = read_changed(&mapping(), |_| {}).unwrap();
    let ids: Vec<&str> = reading.orders.iter().map(|o| o.placed.order_id.as_str()).collect();
    assert_eq!(ids, ["1001:alpha", "1001:beta-", "1002:beta-", "1003:alpha", "1004:alpha", "1005:beta-"]);
    let mugs = order(&reading, "1001:alpha");
    assert_eq!(mugs.shop_id.as_str(), "alpha-house");
    assert_eq!(mugs.placed.customer_id.as_str(), "ana");
    assert_eq!(mugs.placed.source.as_str(), "pc");
    assert_eq!(mugs.placed.lines.len(), 2);
    assert_eq!(mugs.placed.freight.minor(), 600);
    assert_eq!(mugs.placed.payable.minor(), 3_100);
    let lamp = order(&reading, "1001:beta-");
    assert_eq!(lamp.placed.payable.minor(), 104_000);
    // The larger of two payments says the method.
    assert_eq!(lamp.paid_at.map(|(_, method)| method.as_str()), Some("card"));
    assert_eq!(reading.inputs.bad_rows, 0, "{:?}", reading.inputs.bad_row_details);
}

#[test]
fn categories_come_over_two_joins_or_fall_back() {
    let reading = read_changed(&mapping(), |_| {}).unwrap();
    for (id, category) in [
        ("1002:beta-", "light"),
        ("1003:alpha", "unknown"),
        ("1005:beta-", "kiste"),
        // Soap is 4.20 and the mug 12.50: the larger line says the order's category.
        ("1004:alpha", "kitchen"),
    ] {
        assert_eq!(order(&reading, id).category(), category, "{id}");
    }
    let levels = &order(&reading, "1002:beta-").placed.lines[0].categories;
    let levels: Vec<&str> = levels.iter().map(domain::catalog::Category::as_str).collect();
    assert_eq!(levels, ["home", "light"]);
}

#[test]
fn times_are_those_of_the_exports_zone() {
    let reading = read_changed(&mapping(), |_| {}).unwrap();
    let first = order(&reading, "1001:alpha");
    assert_eq!(first.placed_at, at("2021-03-01T09:05:00+01:00"));
    assert_eq!(first.minutes_to_payment(), Some(15));
    // 02:30 does not exist on that day: the clock goes from 02:00 to 03:00.
    let gap = order(&reading, "1005:beta-");
    assert_eq!(gap.placed_at, at("2021-03-28T03:00:00+02:00"));
    // The report speaks in the shop's zone.
    let said = reading.inputs.first_placed_at.as_deref();
    assert_eq!(said, Some("2021-03-01T16:05:00+08:00"));
    // 1002 was sent before it was placed: the order stays, that time does not.
    assert_eq!(order(&reading, "1002:beta-").shipped_at, None);
    assert_eq!(reading.inputs.times_left_out, 1);
}

#[test]
fn only_unpaid_orders_are_cancelled() {
    let reading = read_changed(&mapping(), |_| {}).unwrap();
    let unpaid = order(&reading, "1003:alpha");
    assert_eq!(unpaid.paid_at, None);
    assert_eq!(unpaid.cancelled_at, Some(unpaid.placed_at.plus_minutes(60)));
    let refunded = order(&reading, "1004:alpha");
    assert!(refunded.paid_at.is_some());
    assert_eq!(refunded.cancelled_at, None);
    assert_eq!(reading.inputs.cancelled_orders, 1);
}

#[test]
fn rows_that_no_line_leads_to_are_counted() {
    let reading = read_changed(&mapping(), |_| {}).unwrap();
    assert_eq!(reading.inputs.rows_without_line["goods"], 1);
    assert_eq!(reading.inputs.rows_without_line["orders"], 0);
    // Two files of one table are read by name.
    let files: Vec<_> = reading.inputs.files.iter().map(|f| (f.file.as_str(), f.rows)).collect();
    assert_eq!(files[..2], [("items-1.csv", 4), ("items-2.csv", 4)]);
}

/// One line a case: file, what is changed, into what, the place named, the code, and orders lost.
const BAD: &str = include_str!("data/bad_rows.txt");

#[test]
fn a_bad_row_is_named_and_its_order_left_out() {
    for case in BAD.lines().filter(|line| !line.starts_with('#')) {
        let parts: Vec<String> = case.split(" => ").map(|p| p.replace("\\n", "\n")).collect();
        let [file, from, to, place, code, lost] = &parts[..] else { panic!("{case} is no case") };
        let reading = read_changed(&mapping(), |folder| replace(folder, file, from, to)).unwrap();
        let inputs = &reading.inputs;
        let rows = inputs.bad_row_details.iter();
        let said: Vec<String> = rows.map(ToString::to_string).collect();
        let (start, end) = (format!("{file} {place}"), format!("({code})"));
        let named = |row: &String| row.starts_with(&start) && row.ends_with(&end);
        assert!(said.iter().any(named), "{case}\n{said:#?}");
        assert_eq!((6 - reading.orders.len()).to_string(), *lost, "{case}");
        let counted: u64 = inputs.bad_rows_by_code.values().sum();
        assert_eq!(counted, inputs.bad_rows, "{case}");
    }
}

#[test]
fn a_bad_row_counts_once_for_all_its_lines() {
    let change = |folder: &Path| replace(folder, "orders.csv", "3/1/2021 9:05", "soon");
    let reading = read_changed(&mapping(), change).unwrap();
    assert_eq!(reading.inputs.bad_rows, 1);
    assert_eq!(reading.inputs.orders_left_out, 2);
    assert_eq!(reading.orders.len(), 4);
}

#[test]
fn bytes_that_are_no_text_are_a_bad_row() {
    let change = |folder: &Path| {
        let mut bytes = fs::read(folder.join("buyers.csv")).unwrap();
        bytes.extend_from_slice(b"b9,\xff\n");
        fs::write(folder.join("buyers.csv"), bytes).unwrap();
    };
    let reading = read_changed(&mapping(), change).unwrap();
    let found = &reading.inputs.bad_row_details[0];
    assert_eq!((found.row, found.column.as_str()), (6, "person"));
    assert_eq!(found.code.as_str(), "not_utf8");
    assert_eq!(reading.orders.len(), 6);
}

#[test]
fn equal_goods_add_up_when_the_mapping_says_so() {
    let text = mapping_text().replace("table = \"items\"", "table = \"items\"\nrepeated = \"add\"");
    let reading = read_changed(&Mapping::parse(&text, "m").unwrap(), |_| {}).unwrap();
    let mugs = order(&reading, "1001:alpha");
    assert_eq!(mugs.placed.lines.len(), 1);
    assert_eq!(mugs.placed.lines[0].quantity, 2);
    assert_eq!(mugs.placed.payable.minor(), 3_100);
}

#[test]
fn two_orders_never_share_an_id() {
    let text = mapping_text().replace("{orders.order}:{items.seller|5}", "{orders.order|3}:{items.seller|5}");
    let reading = read_changed(&Mapping::parse(&text, "m").unwrap(), |_| {}).unwrap();
    // 100:alpha of order 1001 and 100:beta- of order 1001; the other four are left out.
    assert_eq!(reading.orders.len(), 2);
    assert_eq!(reading.inputs.orders_left_out, 4);
    let first = &reading.inputs.bad_row_details[0];
    assert_eq!((first.code.as_str(), first.column.as_str()), ("duplicate_order", "order.id"));
}

#[test]
fn a_missing_file_or_column_stops_with_its_name() {
    let gone = |folder: &Path| fs::remove_file(folder.join("kinds.csv")).unwrap();
    let error = read_changed(&mapping(), gone).unwrap_err().to_string();
    assert_eq!(error, "no file named kinds.csv for the table `kinds` among the inputs");
    let renamed = |folder: &Path| replace(folder, "kinds.csv", "english", "deutsch");
    let error = read_changed(&mapping(), renamed).unwrap_err().to_string();
    assert_eq!(error, "kinds.csv row 1: no column `english`; there are kind, deutsch");
    let twice = |folder: &Path| replace(folder, "kinds.csv", "kind,english", "english,english");
    let error = read_changed(&mapping(), twice).unwrap_err().to_string();
    assert_eq!(error, "kinds.csv row 1: the column `english` stands twice");
}

#[test]
fn the_order_of_the_inputs_and_their_folder_do_not_show() {
    let shop = folder().join("shop");
    let mut files: Vec<PathBuf> = fs::read_dir(&shop).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    let forwards = read(&mapping(), &files, &mut |_, _| {}).unwrap();
    files.reverse();
    let backwards = read(&mapping(), &files, &mut |_, _| {}).unwrap();
    let copied = read_changed(&mapping(), |_| {}).unwrap();
    for other in [&backwards, &copied] {
        assert_eq!(forwards.orders, other.orders);
        assert_eq!(forwards.inputs, other.inputs);
    }
    // A file that is named twice is read once.
    files.push(shop);
    let twice = read(&mapping(), &files, &mut |_, _| {}).unwrap();
    assert_eq!(forwards.inputs, twice.inputs);
}

#[test]
fn a_mark_before_the_header_and_crlf_are_no_part_of_it() {
    let change = |folder: &Path| {
        let text = fs::read_to_string(folder.join("orders.csv")).unwrap();
        let text = format!("\u{feff}{}", text.replace('\n', "\r\n"));
        fs::write(folder.join("orders.csv"), text).unwrap();
    };
    let reading = read_changed(&mapping(), change).unwrap();
    assert_eq!(reading.orders.len(), 6);
}

#[test]
fn progress_ends_at_the_last_byte() {
    let mut told = Vec::new();
    read(&mapping(), &[folder().join("shop")], &mut |done, all| {
        told.push((done, all));
    })
    .unwrap();
    assert!(told.is_sorted());
    let (done, all) = told.last().copied().unwrap();
    assert_eq!(done, all);
    assert_eq!(told[0], (0, all));
}
