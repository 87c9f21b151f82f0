//! Two reports that are joined, an order table and an item table: what is in one of them only is told (A-S4-25).

#![allow(clippy::unwrap_used, reason = "tests")]

use domain::{Instant, pool::Since};
use replay::{
    Mapping,
    pool::{FileOrder, PoolInputs, PoolMapping, read_orders},
    read,
};
use std::{fs, path::PathBuf};

const MAPPING: &str = r#"
name = "Two reports"

[tables.items]
file = "items*"

[tables.orders]
file = "orders*"
key = "order"
keep = "last"
complete = true

[[joins]]
from = "items.order"
to = "orders"

[times]
formats = ["%Y-%m-%d %H:%M:%S"]

[order]
group = "items.order"
order_id = "{orders.order}"
shop = "tea"
customer_id = "{orders.buyer}"
ordered_at = "{orders.ordered}"
first_paid_at = "{orders.paid}"

[line]
table = "items"
sku = "{items.sku}"
amount = "{items.amount}"
"#;

const ORDERS: &str = "order,buyer,ordered,paid,state\n";
const ITEMS: &str = "order,sku,amount,note\n";

fn order(id: &str, minute: u32) -> String {
    format!("{id},u{id},2023-06-01 08:{minute:02}:00,2023-06-01 08:{minute:02}:30,paid\n")
}

/// Reads the files in their order; the heading goes by the first letter of the name.
fn read_files(mapping: &str, files: &[(&str, String)]) -> (Vec<String>, PoolInputs) {
    let folder = tempfile::tempdir().unwrap();
    let write = |(name, rows): &(&str, String)| {
        let path: PathBuf = folder.path().join(name);
        let heading = if name.starts_with('o') { ORDERS } else { ITEMS };
        fs::write(&path, format!("{heading}{rows}")).unwrap();
        path
    };
    let paths: Vec<PathBuf> = files.iter().map(write).collect();
    let mapping = PoolMapping::parse(mapping, "joined.toml", None).unwrap();
    let mut orders = Vec::new();
    let read = read_orders(&mapping, &paths, &mut |_, _| {}, &mut |_, FileOrder { order, .. }| {
        let lines = order.lines.iter().map(|line| format!(" {}={}", line.sku, line.amount.minor()));
        orders.push(format!("{}{}", order.order_id, lines.collect::<String>()));
        Ok(())
    });
    orders.sort();
    (orders, read.unwrap())
}

/// File, row, code and order of what is told.
fn told(read: &PoolInputs) -> Vec<String> {
    let row = |bad: &replay::read::BadRow| {
        format!("{} {} {} {}", bad.file, bad.row, bad.code, bad.order.as_deref().unwrap_or("-"))
    };
    read.details.iter().map(row).collect()
}

/// The orders that are missing, each with the minute since when it counts, and whether something without a name is.
fn missing(read: &PoolInputs) -> (Vec<(String, Option<i64>)>, bool) {
    let eight = Instant::parse("2023-06-01T08:00:00+08:00").unwrap();
    let minute = |since: Since| since.at().map(|at| at.since(eight) / 60_000_000);
    let orders = read.gaps.iter().flat_map(|(_, gap)| &gap.orders);
    let orders = orders.map(|(id, order)| (id.to_string(), minute(order.since))).collect();
    (orders, read.gaps.iter().any(|(_, gap)| gap.unnamed.is_some()))
}

#[test]
fn a_s4_25_an_order_without_items_is_told_where_its_table_is_complete() {
    let files = [
        ("orders.csv", [order("1", 1), order("2", 2), order("3", 3)].concat()),
        ("items.csv", "1,tea,3.00,\n3,cup,2.00,\n".to_owned()),
    ];
    let (orders, found) = read_files(MAPPING, &files);
    assert_eq!(orders, ["1 tea=300", "3 cup=200"]);
    assert_eq!(told(&found), ["orders.csv 3 no_line 2"]);
    assert_eq!(missing(&found), (vec![("2".into(), Some(2))], false));
    assert_eq!((found.orders_left_out, found.bad_rows, found.is_whole()), (1, 1, false));
    assert!(found.rows_without_line.is_empty());
    // Without the word the rows are counted.
    let open = MAPPING.replace("complete = true\n", "");
    let (orders, found) = read_files(&open, &files);
    assert_eq!((orders.len(), found.rows_without_line["orders"]), (2, 1));
    assert!(found.is_whole() && found.gaps.is_empty());
}

/// The order's number may stand in the items, and its time may not be readable: the gap begins with everything.
#[test]
fn a_s4_25_an_order_without_items_is_missing_since_it_was_placed() {
    let by_item = MAPPING.replace("{orders.order}", "{items.order}");
    let items = ("items.csv", "1,tea,3.00,\n".to_owned());
    for (mapping, text, minute, code) in [
        (MAPPING, order("2", 2), Some(2), "no_line"),
        (&*by_item, order("2", 2), Some(2), "no_line"),
        (MAPPING, order("2", 2).replace("2023-06-01 08:02:00", "soon"), None, "no_line"),
        (MAPPING, order("2", 2).replace("u2", &"u".repeat(5_000)), Some(2), "too_long"),
    ] {
        let files = [("orders.csv", order("1", 1) + &text), items.clone()];
        let (orders, found) = read_files(mapping, &files);
        assert_eq!(orders, ["1 tea=300"]);
        assert_eq!(missing(&found), (vec![("2".into(), minute)], false), "{text}");
        assert!(told(&found)[0].starts_with(&format!("orders.csv 3 {code}")), "{:?}", told(&found));
        assert_eq!((found.bad_rows, found.orders_left_out), (1, 1));
    }
}

/// The other way round: each row of items is told with the order that it names.
#[test]
fn a_s4_25_items_without_their_order_are_told() {
    let files = [
        ("orders.csv", order("1", 1)),
        ("items.csv", "1,tea,3.00,\n2,cup,2.00,\n2,tea,1.00,\n3,cup,2.00,\n".to_owned()),
    ];
    let (orders, found) = read_files(MAPPING, &files);
    assert_eq!(orders, ["1 tea=300"]);
    assert_eq!(told(&found), ["items.csv 3 no_match 2", "items.csv 4 no_match 2", "items.csv 5 no_match 3"]);
    assert_eq!(missing(&found), (vec![("2".into(), None), ("3".into(), None)], false));
    assert_eq!((found.bad_rows, found.orders_left_out), (3, 2));
}

#[test]
fn only_a_table_that_lines_lead_to_can_be_complete() {
    for (from, to) in [
        ("file = \"items*\"\n", "file = \"items*\"\ncomplete = true\n"),
        (
            "[times]",
            "[tables.buyers]\nfile = \"b*\"\nkey = \"buyer\"\ncomplete = true\n\
             [[joins]]\nfrom = \"orders.buyer\"\nto = \"buyers\"\n[times]",
        ),
    ] {
        let error = PoolMapping::parse(&MAPPING.replacen(from, to, 1), "joined.toml", None).unwrap_err();
        assert!(error.to_string().contains(".complete"), "{error}");
    }
}

/// A-S4-25: a spreadsheet has rounded two numbers to one: neither order is read, and both rows are told.
#[test]
fn a_s4_25_different_rows_of_one_key_in_one_file_are_all_told() {
    let [one, other] = [order("1000", 1), order("1000", 2).replace("u1000", "u7")];
    let [same, third] = [one.clone(), order("1000", 3)];
    let items = ("items.csv", "1000,tea,3.00,\n1000,cup,2.00,\n9,tea,1.00,\n".to_owned());
    for keep in ["\"last\"", "\"first\"", "\"only\""] {
        let mapping = MAPPING.replace("keep = \"last\"", &format!("keep = {keep}"));
        let rows = [one.clone(), order("9", 9), other.clone(), third.clone()].concat();
        let (orders, found) = read_files(&mapping, &[("orders.csv", rows), items.clone()]);
        assert_eq!(orders, ["9 tea=100"], "{keep}");
        let rows: Vec<String> = told(&found).iter().map(|row| row[..13].to_owned()).collect();
        assert_eq!(rows, ["orders.csv 2 ", "orders.csv 4 ", "orders.csv 5 "], "{keep}");
        assert_eq!(
            found.bad_rows_by_code.keys().map(|code| code.as_str()).collect::<Vec<_>>(),
            ["duplicate_key"]
        );
        assert_eq!(missing(&found).0.len(), 1);
        // Rows that say the same in all that is read are one.
        let rows = [one.clone(), same.replace("paid\n", "sent\n"), order("9", 9)].concat();
        let (orders, found) = read_files(&mapping, &[("orders.csv", rows), items.clone()]);
        assert_eq!((orders.len(), found.is_whole()), (2, true), "{keep}");
    }
    // Of two files the later counts, or the earlier; of an order with a row that cannot be read both are told.
    for (keep, buyer_counts) in [("\"last\"", true), ("\"first\"", true), ("\"only\"", false)] {
        let mapping = MAPPING.replace("keep = \"last\"", &format!("keep = {keep}"));
        let files =
            [("orders-1.csv", one.clone()), ("orders-2.csv", other.clone() + &order("9", 9)), items.clone()];
        let (orders, found) = read_files(&mapping, &files);
        assert_eq!((orders.len() == 2, found.is_whole()), (buyer_counts, buyer_counts), "{keep}");
    }
    let torn = other.replace("u7", &"u".repeat(5_000));
    for rows in [[one.clone(), torn.clone()], [torn, one.clone()]] {
        let rows = rows.concat() + &order("9", 9);
        let (orders, found) = read_files(MAPPING, &[("orders.csv", rows), items.clone()]);
        assert_eq!(orders, ["9 tea=100"]);
        let mut codes: Vec<&str> = found.details.iter().map(|row| row.code.as_str()).collect();
        codes.sort_unstable();
        assert_eq!(codes, ["duplicate_key", "too_long"]);
    }
}

/// A-S4-25: what a row of the earlier report could not say the later one says.
#[test]
fn a_s4_25_a_later_report_makes_up_for_a_row_of_an_earlier_one() {
    let torn = order("1", 1).replace("u1", &"u".repeat(5_000));
    let items = ("items.csv", "1,tea,3.00,\n2,cup,1.00,\n".to_owned());
    let (first, second) = (torn + &order("2", 2), order("1", 1));
    let files = [("orders-1.csv", first.clone()), ("orders-2.csv", second.clone()), items.clone()];
    let (orders, found) = read_files(MAPPING, &files);
    assert_eq!(orders, ["1 tea=300", "2 cup=100"]);
    assert_eq!((told(&found).len(), found.bad_rows, found.orders_left_out), (1, 1, 0));
    assert_eq!(
        (missing(&found), found.is_whole()),
        ((vec![], false), false),
        "the row is told, nothing is missing"
    );
    let files = [("orders-2.csv", second), ("orders-1.csv", first), items];
    let (orders, found) = read_files(MAPPING, &files);
    assert_eq!((orders.len(), missing(&found).0.len()), (1, 1), "the later one cannot be read");
}

/// The replay tells the same, and counts what it does not name.
#[test]
fn a_replay_tells_of_orders_without_items() {
    let folder = tempfile::tempdir().unwrap();
    let shipped = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/exports/youzan"));
    let mapping = fs::read_to_string(shipped.join("replay.toml")).unwrap();
    let orders = fs::read_to_string(shipped.join("orders.csv")).unwrap();
    let items = fs::read_to_string(shipped.join("items.csv")).unwrap();
    let lost = orders.lines().nth(1).unwrap().split(',').next().unwrap().trim_start_matches('\u{feff}');
    let rest: Vec<&str> = items.lines().filter(|line| !line.contains(lost)).collect();
    fs::write(folder.path().join("orders.csv"), &orders).unwrap();
    fs::write(folder.path().join("items.csv"), rest.join("\n")).unwrap();
    for (from, to) in [("", ""), ("complete = true", "complete = false")] {
        let mapping = Mapping::parse(&mapping.replace(from, to), "replay.toml").unwrap();
        let found = read(&mapping, &[folder.path().to_owned()], &mut |_, _| {}).unwrap().inputs;
        if from.is_empty() {
            assert_eq!((found.is_whole(), found.bad_rows, found.orders_left_out), (false, 1, 1));
            assert!(found.left_out().contains("no_line"), "{}", found.left_out());
        } else {
            assert!(found.left_out().contains("1 of orders: no line leads"), "{}", found.left_out());
        }
    }
}
