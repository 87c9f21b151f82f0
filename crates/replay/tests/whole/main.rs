//! An order is used whole or left out: rows that cannot be read, rows without an order, several files (A-S4-25).

#![allow(clippy::unwrap_used, reason = "tests")]

mod newer;

use domain::pool::{Missing, Since};
use replay::pool::{FileOrder, PoolInputs, PoolMapping, read_orders};
use std::{fs, path::PathBuf};

const MAPPING: &str = include_str!("../data/whole.toml");
const HEAD: &str = "order,sub,buyer,ordered,paid,sku,units,amount,remark\n";

/// Reads files in their order; each is a name and its rows.
fn read_as(mapping: &str, files: &[(&str, &str)]) -> (Vec<FileOrder>, PoolInputs) {
    let folder = tempfile::tempdir().unwrap();
    let write = |(name, rows): &(&str, &str)| {
        let path: PathBuf = folder.path().join(name);
        fs::write(&path, format!("{HEAD}{rows}")).unwrap();
        path
    };
    let paths: Vec<PathBuf> = files.iter().map(write).collect();
    let mapping = PoolMapping::parse(mapping, "whole.toml", None).unwrap();
    let mut orders = Vec::new();
    let read = read_orders(&mapping, &paths, &mut |_, _| {}, &mut |_, order| {
        orders.push(order);
        Ok(())
    });
    let read = read.unwrap();
    orders.sort_by(|a, b| a.order.order_id.cmp(&b.order.order_id));
    let told = read.rows.used
        + read.rows.repeated
        + read.rows.without_units
        + read.rows.bad
        + read.rows.of_orders_left_out;
    assert_eq!(read.rows.read, told, "{:?}", read.rows);
    (orders, read)
}

fn one(mapping: &str, rows: &str) -> (String, PoolInputs) {
    let (orders, read) = read_as(mapping, &[("a.csv", rows)]);
    (told(&orders), read)
}

/// Each order with its goods: `1 tea:1=300 cup:2=500`.
fn told(orders: &[FileOrder]) -> String {
    let line =
        |line: &domain::pool::PoolLine| format!(" {}:{}={}", line.sku, line.quantity, line.amount.minor());
    let order = |it: &FileOrder| {
        let lines: String = it.order.lines.iter().map(line).collect();
        format!("{}{lines}", it.order.order_id)
    };
    orders.iter().map(order).collect::<Vec<_>>().join("; ")
}

fn row(order: &str, sub: &str, buyer: &str, minute: u32, sku: &str, amount: &str) -> String {
    let at = format!("2023-06-01 08:{minute:02}");
    format!("{order},{sub},{buyer},{at}:00,{at}:30,{sku},1,{amount},\n")
}

/// Two orders of two rows each, and one of one.
fn rows() -> Vec<String> {
    vec![
        row("101", "11", "u1", 1, "tea", "3.00"),
        row("101", "12", "u1", 1, "cup", "2.50"),
        row("102", "21", "u2", 2, "tea", "3.00"),
        row("102", "22", "u2", 2, "cup", "2.50"),
        row("103", "31", "u3", 3, "tea", "3.00"),
    ]
}

const ONE: &str = "101 tea:1=300 cup:1=250";
const TWO: &str = "102 tea:1=300 cup:1=250";
const THREE: &str = "103 tea:1=300";

fn streamed() -> String {
    MAPPING.replace("group = ", "rows = \"together\"\ngroup = ")
}

#[test]
fn an_order_with_a_row_that_cannot_be_read_is_left_out_whole() {
    // Row by row: what is changed, into what, and what is left. The bad row is the fourth of the sheet.
    for (from, to, left) in [
        ("102,21,u2,2023-06-01 08:02:00", "102,21,u2,soon", [ONE, THREE].join("; ")),
        ("102,21,u2", "102,x,21,u2", [ONE, THREE].join("; ")),
        ("102,21,u2", "u2", [ONE, THREE].join("; ")),
        ("102,21,u2", ",21,u2", [ONE, THREE].join("; ")),
        ("102,21,u2,", "102,21,,", [ONE, THREE].join("; ")),
        (
            "102,21,u2,2023-06-01 08:02:00,2023-06-01 08:02:30,tea,1,3.00",
            ",,,,,tea,1,3.00",
            [TWO_LEFT, THREE].join("; "),
        ),
    ] {
        let text = rows().concat();
        assert!(text.contains(from), "{from}");
        let text = text.replacen(from, to, 1);
        for mapping in [MAPPING.to_owned(), streamed()] {
            let (found, read) = one(&mapping, &text);
            assert_eq!(found, left, "{to}");
            assert_eq!((read.bad_rows, read.details[0].row), (1, 4), "{to}");
            let told: u64 = read.gaps.iter().map(|(_, gap)| gap.rows_in_all).sum();
            assert_eq!(told, 1, "{to}");
        }
    }
}

/// A row without anything of its order may be of the one above; the one below keeps its own rows.
const TWO_LEFT: &str = "102 cup:1=250";

#[test]
fn a_s4_25_a_gap_begins_when_its_order_was_placed_or_before_everything() {
    let since = |minute: u32| {
        let at = domain::Instant::parse(&format!("2023-06-01T08:{minute:02}:00+08:00")).unwrap();
        Some(Since::At(at))
    };
    for (from, to, begins, order) in [
        ("tea,1,3.00,\n102,22", "tea,1,dear,\n102,22", since(2), Some("102")),
        ("102,21,u2", "102,x,21,u2", since(2), Some("102")),
        ("103,31,u3", ",31,u3", since(3), None),
        ("103,31,u3,2023-06-01 08:03:00", "103,31,u3,soon", Some(Since::Always), Some("103")),
        ("103,31,u3", "103,x,31,u3", Some(Since::Always), None),
    ] {
        let text = rows().concat();
        assert!(text.contains(from), "{from}");
        let (_, read) = one(MAPPING, &text.replacen(from, to, 1));
        let (shop, gap) = &read.gaps[0];
        assert_eq!((shop.is_some() || order.is_none(), gap.source.as_str()), (true, "a.csv"));
        assert_eq!(gap.since(), begins, "{to}");
        let named: Vec<&str> = gap.orders.keys().map(domain::OrderId::as_str).collect();
        assert_eq!(named, order.into_iter().collect::<Vec<_>>(), "{to}");
        assert_eq!((gap.rows.len(), gap.rows_in_all), (1, 1), "{to}");
    }
}

/// Shopify tells an order once and leaves its further lines blank; Taobao's merged cells are blank but for the first row.
#[test]
fn blank_cells_mean_the_row_above_where_the_mapping_says_so() {
    let above = MAPPING.replace("group = ", "blank = \"above\"\ngroup = ");
    let shopify = [
        rows()[0].clone(),
        "101,12,,,,cup,1,2.50,\n".to_owned(),
        rows()[2].clone(),
        "102,22,,,,cup,1,2.50,\n".to_owned(),
    ]
    .concat();
    let taobao = shopify.replace("101,12,", ",12,").replace("102,22,", ",22,");
    for text in [&shopify, &taobao] {
        for mapping in [above.clone(), above.replace("group = ", "rows = \"together\"\ngroup = ")] {
            let (found, read) = one(&mapping, text);
            assert_eq!(found, [ONE, TWO].join("; "));
            assert_eq!((read.bad_rows, read.gaps.len()), (0, 0), "{:?}", read.details);
        }
        let (found, read) = one(MAPPING, text);
        assert_eq!((found.as_str(), read.orders_left_out), ("", 2), "not without the mapping's word");
    }
    // Cut between an order's rows: the name says which it is, and its first row stands in the file before.
    let (first, second) = shopify.split_at(shopify.find("102,22").unwrap());
    let (orders, read) = read_as(&above, &[("a.csv", first), ("b.csv", second)]);
    assert_eq!((told(&orders), read.bad_rows), ([ONE, TWO].join("; "), 0), "{:?}", read.details);
    // What stands above a blank row cannot be read: nobody knows whose it is.
    let torn = taobao.replacen("101,11,u1", "101,x,11,u1", 1);
    let (found, read) = one(&above, &torn);
    assert_eq!((found.as_str(), read.bad_rows), (TWO, 2), "{:?}", read.details);
}

#[test]
fn rows_of_no_units_go_singly_and_negative_amounts_come_off_the_order() {
    let of = |sku: &str, units: &str, amount: &str| {
        rows()[0]
            .replace("tea,1,3.00", &format!("{sku},{units},{amount}"))
            .replace(",11,", &format!(",{sku},"))
    };
    for (told, rows, left_out, code, is_final) in [
        (
            ONE,
            vec![of("tea", "1", "3.00"), of("bag", "0", "1.00"), of("cup", "1.0", "2.50")],
            0,
            "zero_quantity",
            true,
        ),
        (
            "101 tea:1=245 cup:1=205",
            vec![of("tea", "1", "3.00"), of("off", "1", "-1.00"), of("cup", "1", "2.50")],
            0,
            "",
            true,
        ),
        ("101 tea:1=0", vec![of("tea", "1", "3.00"), of("off", "0", "-3.00")], 0, "", true),
        ("", vec![of("tea", "1", "3.00"), of("off", "1", "-3.01")], 1, "discount_too_large", false),
        ("", vec![of("tea", "1", "3.00"), of("back", "-1", "3.00")], 1, "negative_quantity", false),
        ("", vec![of("bag", "0", "1.00")], 1, "nothing_left", false),
        ("", vec![of("off", "1", "-1.00")], 1, "nothing_left", false),
    ] {
        let (found, read) = one(MAPPING, &rows.concat());
        let codes: Vec<&str> = read.details.iter().map(|row| row.code.as_str()).collect();
        assert_eq!((found.as_str(), read.orders_left_out), (told, left_out), "{rows:?}");
        assert_eq!(codes, if code.is_empty() { vec![] } else { vec![code] }, "{rows:?}");
        assert_eq!((read.is_whole(), read.gaps.is_empty()), (is_final, is_final), "{rows:?}");
    }
}

/// A-G-16: a closed discount row takes nothing off, and a closed line takes its part of an open one along: the other
/// lines bear what they had been given. The remark says what is closed.
#[test]
fn a_g_16_closed_rows_take_their_part_of_a_discount_along() {
    let mapping = MAPPING.replace("[line]", "[line]\nclosed = \"{orders.remark|map:state}\"")
        + "\n[maps.state]\nback = \"closed\"\n\"*\" = \"\"\n";
    let row = |sub: &str, sku: &str, amount: &str, state: &str| {
        format!("101,{sub},u1,2023-06-01 08:00:00,2023-06-01 08:00:30,{sku},1,{amount},{state}\n")
    };
    for (rows, expected, discounts) in [
        (
            [row("1", "tea", "1.00", ""), row("2", "cup", "3.00", "back"), row("3", "off", "-0.40", "")],
            "101 tea:1=90",
            1,
        ),
        (
            [row("1", "tea", "1.00", ""), row("2", "cup", "3.00", ""), row("3", "off", "-0.40", "back")],
            "101 tea:1=100 cup:1=300",
            0,
        ),
        (
            [row("1", "tea", "1.00", ""), row("2", "cup", "3.00", "back"), row("3", "off", "-3.00", "back")],
            "101 tea:1=100",
            0,
        ),
        (
            [
                row("1", "tea", "1.00", "back"),
                row("2", "cup", "3.00", "back"),
                row("3", "off", "-0.40", "back"),
            ],
            "101 tea:1=90 cup:1=270",
            0,
        ),
    ] {
        let (found, read) = one(&mapping, &rows.concat());
        assert_eq!((found.as_str(), read.rows.discounts), (expected, discounts), "{rows:?}");
        assert_eq!((read.bad_rows, read.rows.used), (0, 3), "{rows:?}: {:?}", read.details);
    }
}

#[test]
fn files_that_are_the_same_count_once_and_are_told() {
    let text = rows().concat();
    let (orders, read) = read_as(MAPPING, &[("a.csv", &text), ("b.csv", &text), ("c.csv", &text)]);
    assert_eq!(told(&orders), [ONE, TWO, THREE].join("; "));
    assert_eq!(read.repeated_files, ["a.csv", "b.csv"]);
    assert_eq!((read.rows.read, read.files.len()), (5, 1));
    assert!(read.is_whole() && read.gaps.is_empty());
}

/// Two lines alike in what is read, apart in the remark: units, or one line of which the remark changed.
#[test]
fn an_order_that_may_be_repeated_counts_once_and_is_not_final() {
    let filler = |number: u32| row(&format!("9{number}"), "9", "u9", 9, "tea", "1.00");
    let first = [filler(1), rows()[4].clone(), filler(2)].concat();
    let second = [filler(3), rows()[4].replace("3.00,\n", "3.00,call me\n"), filler(4)].concat();
    let (orders, read) = read_as(MAPPING, &[("a.csv", &first), ("b.csv", &second)]);
    assert!(told(&orders).starts_with(THREE), "{}", told(&orders));
    assert_eq!((read.orders_maybe_repeated, read.rows.repeated, read.bad_rows), (1, 1, 0));
    let (_, gap) = &read.gaps[0];
    assert_eq!(
        (gap.source.as_str(), gap.rows[0].code.as_str(), gap.rows[0].row),
        ("b.csv", "maybe_repeated", 3)
    );
    assert_eq!(gap.orders.values().next().unwrap().missing, Missing::Perhaps);
    assert!(!read.is_whole());
    // The number of the line says which it is.
    let ids = MAPPING.replace("sku = ", "id = \"{orders.sub}\"\nsku = ");
    let (orders, read) = read_as(&ids, &[("a.csv", &first), ("b.csv", &second)]);
    assert!(told(&orders).starts_with(THREE));
    assert!(read.is_whole() && read.rows.repeated == 1);
    let other = second.replace("103,31,", "103,32,");
    let (orders, read) = read_as(&ids, &[("a.csv", &first), ("b.csv", &other)]);
    assert!(told(&orders).starts_with("103 tea:2=600"), "{}", told(&orders));
    assert!(read.is_whole());
}

/// The file that is later counts: by when it was made, or as it was named.
#[test]
fn the_later_file_says_what_the_order_is() {
    let unpaid = rows()[4].replace("2023-06-01 08:03:30", "");
    let paid = rows()[4].clone();
    for (mapping, files, is_paid) in [
        (MAPPING.to_owned(), [("a.csv", &unpaid), ("b.csv", &paid)], true),
        (MAPPING.to_owned(), [("b.csv", &unpaid), ("a.csv", &paid)], true),
        (MAPPING.to_owned(), [("a.csv", &paid), ("b.csv", &unpaid)], false),
        (
            MAPPING.replace("[line]", "[download]\nas_of = { \"a*\" = \"2023-06-02T00:00:00Z\", \"b*\" = \"2023-06-01T00:00:00Z\" }\n\n[line]"),
            [("a.csv", &paid), ("b.csv", &unpaid)],
            true,
        ),
    ] {
        let files = files.map(|(name, rows)| (name, rows.as_str()));
        let (orders, read) = read_as(&mapping, &files);
        assert_eq!(orders[0].order.times.first_paid_at.is_some(), is_paid, "{files:?}");
        let made = mapping.contains("[download]").then(|| domain::Instant::parse("2023-06-02T00:00:00Z").unwrap());
        assert_eq!(orders[0].order.said.as_of, made, "of the file whose version counts (A-S4-23)");
        assert_eq!((orders.len(), read.rows.repeated, read.is_whole()), (1, 1, true));
    }
}

/// Between rows of other orders, so that the order stands whole in the file.
fn inside(number: u32, rows: &str) -> String {
    let filler = |number: u32| row(&format!("9{number}"), "9", "u9", 9, "tea", "1.00");
    [filler(number), rows.to_owned(), filler(number + 1)].concat()
}

fn first_of(orders: &[FileOrder]) -> String {
    told(&orders[..1])
}

/// A-S4-25: the price of an order changed between two exports: it counts once, as the later one says it.
#[test]
fn a_s4_25_another_price_is_another_version_of_the_order() {
    let june = inside(1, &row("101", "11", "u1", 1, "tea", "59.00"));
    for (sku, amount, expected, doubt) in
        [("tea", "49.00", "101 tea:1=4900", 0), ("cup", "49.00", "101 cup:1=4900", 1)]
    {
        let july = inside(3, &row("101", "11", "u1", 1, sku, amount));
        let (orders, read) = read_as(MAPPING, &[("june.csv", &june), ("july.csv", &july)]);
        assert_eq!((first_of(&orders).as_str(), read.orders_maybe_repeated), (expected, doubt));
        assert_eq!((read.rows.repeated, read.is_whole()), (1, doubt == 0));
    }
}

/// A-S4-25: of a line that the later file sets to no units nothing counts, whatever the earlier one had of it.
#[test]
fn a_s4_25_no_units_of_a_line_are_what_there_is_of_it() {
    let ids = MAPPING.replace("sku = ", "id = \"{orders.sub}\"\nsku = ");
    let (tea, cup) = (row("101", "11", "u1", 1, "tea", "3.00"), row("101", "12", "u1", 1, "cup", "2.50"));
    let none = tea.replace("tea,1,", "tea,0,");
    for (june, july, expected, notes) in
        [(&tea, &none, "101 cup:1=250", 1), (&none, &tea, "101 cup:1=250 tea:1=300", 0)]
    {
        let june = inside(1, &format!("{cup}{june}"));
        let july = inside(3, july);
        let (orders, read) = read_as(&ids, &[("june.csv", &june), ("july.csv", &july)]);
        let found = first_of(&orders);
        let expected =
            if notes == 0 && found.starts_with("101 tea") { "101 tea:1=300 cup:1=250" } else { expected };
        assert_eq!((found.as_str(), read.details.len()), (expected, notes), "{june}{july}");
        assert_eq!(read.rows.without_units, notes as u64);
        assert!(read.is_whole());
    }
}

/// Goods 1.1 are not goods 1.10; amounts of 3.0 and 3.00 are the same.
#[test]
fn a_s4_25_only_amounts_and_quantities_are_the_same_row_without_their_zeros() {
    let june = inside(1, &row("101", "11", "u1", 1, "1.10", "60.00"));
    let july = inside(3, &row("101", "11", "u1", 1, "1.1", "60.00"));
    let (orders, read) = read_as(MAPPING, &[("june.csv", &june), ("july.csv", &july)]);
    assert_eq!((first_of(&orders).as_str(), read.orders_maybe_repeated), ("101 1.1:1=6000", 1));
    let july = inside(3, &row("101", "11", "u1", 1, "1.10", "60.0").replace("1.10,1,", "1.10,1.0,"));
    let (orders, read) = read_as(MAPPING, &[("june.csv", &june), ("july.csv", &july)]);
    assert_eq!((first_of(&orders).as_str(), read.is_whole()), ("101 1.10:1=6000", true));
}

/// A-S4-25: an order of far more rows than an order has lines is left out before anything is compared.
#[test]
fn a_s4_25_an_order_of_too_many_rows_is_left_out_at_once() {
    let of = |amount: &str| (0..20_000).map(|_| row("101", "11", "u1", 1, "tea", amount)).collect::<String>();
    for files in [vec![("a.csv", of("1.00"))], vec![("a.csv", of("1.00")), ("b.csv", of("2.00"))]] {
        let files: Vec<_> = files.iter().map(|(name, rows)| (*name, inside(1, rows))).collect();
        let files: Vec<_> = files.iter().map(|(name, rows)| (*name, rows.as_str())).collect();
        let (orders, read) = read_as(MAPPING, &files);
        assert!(orders.iter().all(|it| it.order.order_id.as_str() != "101"));
        assert_eq!(
            (read.orders_left_out, read.bad_rows, read.details[0].code.as_str()),
            (1, 1, "too_many_lines")
        );
    }
}

/// A-S4-25: the same row right behind itself is another unit; the same row further down, in one file, may be the export
/// told again.
#[test]
fn a_s4_25_the_same_row_further_down_may_be_told_again() {
    let [tea, cup, other] = [rows()[0].clone(), rows()[1].clone(), rows()[2].clone()];
    let sent = tea.replace("3.00,", "3.00,sent");
    for (text, expected, repeated, doubts) in [
        (vec![&tea, &tea, &other], "101 tea:2=600", 0, 0),
        (vec![&tea, &other, &tea], "101 tea:1=300", 1, 1),
        (vec![&tea, &cup, &tea, &cup, &other], ONE, 2, 1),
        (vec![&tea, &tea, &cup, &other, &tea, &tea, &cup], "101 tea:2=600 cup:1=250", 3, 1),
        (vec![&tea, &cup, &other, &cup, &tea, &tea], "101 tea:2=600 cup:1=250", 2, 1),
        (vec![&tea, &other, &cup], ONE, 0, 0),
        (vec![&tea, &cup, &other, &sent, &cup], ONE, 2, 1),
        (vec![&tea, &sent, &other], "101 tea:2=600", 0, 0),
        (vec![&tea, &other, &tea, &other, &tea, &other], "101 tea:1=300", 4, 2),
    ] {
        let text: String = text.into_iter().cloned().collect();
        let (orders, read) = read_as(MAPPING, &[("a.csv", &text)]);
        assert_eq!(first_of(&orders), expected, "{text}");
        assert_eq!((read.rows.repeated, read.orders_maybe_repeated), (repeated, doubts), "{text}");
        assert_eq!((read.is_whole(), read.doubled_files.is_empty()), (doubts == 0, true), "{text}");
        // The number of the line says what it is.
        let ids = MAPPING.replace("sku = ", "id = \"{orders.sub}\"\nsku = ");
        let (orders, read) = read_as(&ids, &[("a.csv", &text)]);
        assert!(read.is_whole() && first_of(&orders).starts_with("101 tea:1"), "{text}");
    }
}

/// A-S4-25: of a file that says every row twice nobody knows whether it is two units or an export told twice.
#[test]
fn a_s4_25_a_file_of_twins_is_told_and_nothing_of_it_is_final() {
    let double = |rows: &[String]| rows.iter().flat_map(|row| [row.clone(), row.clone()]).collect::<String>();
    let all = double(&rows());
    for mapping in [MAPPING.to_owned(), streamed()] {
        let (found, read) = one(&mapping, &all);
        assert_eq!(found, "101 tea:2=600 cup:2=500; 102 tea:2=600 cup:2=500; 103 tea:2=600", "as they stand");
        assert_eq!((read.doubled_files.as_slice(), read.bad_rows), (&["a.csv".to_owned()][..], 0));
        assert_eq!((read.details[0].row, read.details[0].code.as_str()), (2, "maybe_doubled"));
        assert_eq!(read.gaps.iter().map(|(_, gap)| gap.since()).collect::<Vec<_>>(), [Some(Since::Always)]);
        assert!(!read.is_whole());
        // A file of one order is of units, of two or of three: nobody pastes a single order.
        for rows in [&rows()[..1], &rows()[..2]] {
            for times in [2, 3] {
                let text: String = rows.iter().map(|row| row.repeat(times)).collect();
                let (_, read) = one(&mapping, &text);
                assert!(read.is_whole() && read.doubled_files.is_empty(), "{text}");
            }
        }
        // One row without a twin, and they are units; so are those of two and three.
        for more in [rows()[4].replace("103", "104"), rows()[3].clone()] {
            let (_, read) = one(&mapping, &format!("{}{more}", double(&rows()[..4])));
            assert!(read.is_whole() && read.doubled_files.is_empty(), "{more}");
        }
    }
    let ids = MAPPING.replace("sku = ", "id = \"{orders.sub}\"\nsku = ");
    let (found, read) = one(&ids, &all);
    assert_eq!(
        (found, read.is_whole()),
        ([ONE, TWO, THREE].join("; "), true),
        "the number of the line says it"
    );
}

/// A-S4-25: the further rows of an order whose first row is missing do not say it whole: they are no unpaid order.
#[test]
fn a_s4_25_a_file_that_begins_inside_an_order_is_told() {
    let mapping = MAPPING.replace("group = ", "blank = \"above\"\ntold = \"{orders.paid}\"\ngroup = ");
    let further = rows()[1].replace(",2023-06-01 08:01:30", ",");
    assert_ne!(further, rows()[1]);
    let (found, read) = one(&mapping, &format!("{further}{}", rows()[2..].concat()));
    assert_eq!(found, [TWO, THREE].join("; "));
    assert_eq!((read.orders_left_out, read.details[0].code.as_str()), (1, "required"));
    // The other half of the export has its first row.
    let (orders, read) =
        read_as(&mapping, &[("a.csv", &rows()[0]), ("b.csv", &format!("{further}{}", rows()[2..].concat()))]);
    assert_eq!((told(&orders), read.is_whole()), ([ONE, TWO, THREE].join("; "), true));
}

/// What went back is off what was paid, as the export says it or as the lines sum up; freight and taxes in it take no
/// more than all.
#[test]
fn a_refund_is_off_what_was_paid_for_goods() {
    for paid in ["", "goods_paid = \"9.00\"\n"] {
        let mapping = MAPPING.replace("[line]", &format!("refunded = \"{{orders.remark}}\"\n{paid}[line]"));
        let whole = if paid.is_empty() { 550 } else { 900 };
        for (said, expected) in
            [("", whole), ("-", whole), ("1.50", whole - 150), ("-1.50", whole - 150), ("99.00", 0)]
        {
            let text: String =
                rows()[..2].iter().map(|row| row.replace(",\n", &format!(",{said}\n"))).collect();
            let (orders, read) = read_as(&mapping, &[("a.csv", &text)]);
            assert_eq!(
                (orders[0].order.goods_paid.minor(), read.is_whole()),
                (expected, true),
                "{paid}{said}"
            );
        }
        let text = format!("{}{}", rows()[0].replace(",\n", ",1.00\n"), rows()[1]);
        let (_, read) = read_as(&mapping, &[("a.csv", &text)]);
        assert_eq!(read.details[0].code.as_str(), "differs_in_order", "{paid}");
    }
}
