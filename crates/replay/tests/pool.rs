//! A pool from files: CSV and workbooks, bad rows, the ranking checked against another one.

#![allow(clippy::unwrap_used, reason = "tests")]

use calamine::Reader as _;
use domain::{Instant, ShopId};
use replay::{
    ReadError,
    pool::{
        FileOrder, PoolError, PoolInputs, PoolMapping, PoolReport, PoolRun, Ranks, Submit, bad_rows,
        read_orders, run_pool, take_in, take_in_while, write_pool,
    },
};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use std::{fs, io::Write, path::Path};

const MAPPING: &str = include_str!("data/pool.toml");
const ORDERS: &str = include_str!("data/pool-orders.csv");

fn mapping(text: &str) -> PoolMapping {
    PoolMapping::parse(text, "pool.toml", None).unwrap()
}

fn read_csv(mapping: &PoolMapping, text: &str) -> Result<(Vec<FileOrder>, PoolInputs), ReadError> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("orders.csv"), text).unwrap();
    read_folder(mapping, folder.path())
}

fn read_folder(mapping: &PoolMapping, folder: &Path) -> Result<(Vec<FileOrder>, PoolInputs), ReadError> {
    let mut orders = Vec::new();
    let read = read_orders(mapping, &[folder.to_owned()], &mut |_, _| {}, &mut |_, order| {
        orders.push(order);
        Ok(())
    })?;
    Ok((orders, read))
}

fn at(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

fn run(text: &str, orders: &str) -> (PoolMapping, PoolRun, PoolReport) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("orders.csv"), orders).unwrap();
    let mapping = mapping(text);
    let strategies = mapping.strategies.clone().unwrap();
    let store = Box::new(store_memory::MemoryStore::new());
    let inputs = [folder.path().to_owned()];
    let run = run_pool(&mapping, &strategies, &inputs, store, Ranks::WhenCertain, &mut |_, _, _| {}).unwrap();
    let report = PoolReport::build(&mapping, &run, strategies.activation_at()).unwrap();
    (mapping, run, report)
}

fn list(text: &str, orders: &str) -> (String, Vec<u8>, PoolReport) {
    let (mapping, run, report) = run(text, orders);
    let folder = tempfile::tempdir().unwrap();
    let names = write_pool(&mapping, &run, &report, folder.path()).unwrap();
    run.engine.stop();
    assert_eq!(names, ["gift-list"]);
    let csv = fs::read_to_string(folder.path().join("gift-list.csv")).unwrap();
    (csv, fs::read(folder.path().join("gift-list.xlsx")).unwrap(), report)
}

#[test]
fn rows_become_orders_with_their_stages() {
    let (orders, read) = read_csv(&mapping(MAPPING), ORDERS).unwrap();
    assert_eq!((read.orders, read.bad_rows), (7, 0), "{:?}", read.details);
    let first = &orders[0].order;
    assert_eq!(orders[0].shop_id.as_str(), "tea");
    assert_eq!(first.times.first_paid_at, Some(at("2020-10-20T20:00:03+08:00")));
    assert_eq!(first.times.balance_paid_at, Some(at("2020-11-01T00:10:00+08:00")));
    assert_eq!((first.lines.len(), first.goods_paid.minor()), (2, 33_000));
    let unpaid = &orders[6].order;
    assert_eq!((unpaid.times.first_paid_at, unpaid.goods_paid.minor()), (None, 0));
}

#[test]
fn a_bad_row_is_told_with_its_place_and_reason() {
    let mapping = mapping(MAPPING);
    for line in include_str!("data/pool-bad-rows.txt").lines().filter(|line| !line.starts_with('#')) {
        let [from, to, told]: [&str; 3] =
            line.split(" => ").collect::<Vec<_>>().try_into().expect("three parts");
        assert!(ORDERS.contains(from), "{from}");
        let (_, read) = read_csv(&mapping, &ORDERS.replacen(from, to, 1)).unwrap();
        assert_eq!(read.bad_rows, 1, "{line}: {:?}", read.details);
        let found = &read.details[0];
        assert_eq!(
            format!("{} {} {:?} {}", found.row, found.column, found.value, found.code),
            told,
            "{line}"
        );
        assert_eq!(read.orders_left_out, 1, "{line}");
    }
}

/// Two shop orders of one purchase: one place among the first, the tier of their sum, one gift in the list. An empty
/// cell is no parent.
#[test]
fn a_s4_24_orders_that_were_split_count_as_one() {
    let text = MAPPING
        .replace("[line]", "parent_id = \"{orders.parent}\"\n\n[line]")
        .replace("first_n = 4", "first_n = 2");
    let row = |order: &str, parent: &str, second: u32, amount: &str| {
        let day = "2020-10-20T20:00:0";
        let balance = "2020-11-01T00:10:00,2020-11-01T00:00:00";
        format!("{order},ana{second},{day}0,{day}{second},{balance},tea,1,{amount},{parent}\n")
    };
    let orders = [
        "order,buyer,ordered,deposit,balance,opens,sku,units,amount,parent\n".to_owned(),
        row("11", "7", 1, "165.00"),
        row("5", "", 2, "320.00"),
        row("12", "7", 1, "165.00"),
        row("6", "", 3, "320.00"),
    ];
    let (read, _) = read_csv(&mapping(&text), &orders.concat()).unwrap();
    let parents: Vec<_> =
        read.iter().map(|it| it.order.said.parent_id.as_ref().map(ToString::to_string)).collect();
    assert_eq!(parents, [Some("7".into()), None, Some("7".into()), None]);
    let (csv, _, report) = list(&text, &orders.concat());
    let rows: Vec<_> = csv.lines().skip(1).collect();
    assert_eq!(rows.len(), 2, "{csv} {report:?}");
    assert!(
        rows.iter().any(|row| row.contains("big")) && rows.iter().any(|row| row.contains("small")),
        "{csv}"
    );
    assert!(!rows.iter().any(|row| row.contains("ana3")), "{csv}");
}

/// Masked names, Chinese ones, numbers with signs: an export is read as the platform wrote it (A-G-11).
#[test]
fn a_g_11_names_of_the_platform_are_the_ids() {
    let of = |order: &str, buyer: &str, second: u32, sku: &str| {
        let day = "2020-10-20T20:00:0";
        format!(
            "{order},{buyer},{day}0,{day}{second},2020-11-01T00:10:00,2020-11-01T00:00:00,{sku},1,320.00\n"
        )
    };
    let text = [
        "order,buyer,ordered,deposit,balance,opens,sku,units,amount\n".to_owned(),
        of("#1001", "张三丰88", 1, "红色 T恤/XL"),
        of("订单 2/甲", "t***1", 2, "红色 T恤/XL"),
        of("\"a,b\"", "Cafe\u{301}@店", 3, "#1001"),
        of("=1+1", "a@b.cn", 4, "红色 T恤/XL"),
        // It was placed last: the ranks before it do not depend on it.
        of("a\tb", "tab", 5, "红色 T恤/XL").replacen("20:00:00", "20:00:05", 1),
    ]
    .concat();
    let mapped = MAPPING.replace("sku = \"small\"", "sku = \"杯子 大\"");
    let (csv, xlsx, report) = list(&mapped, &text);
    let gifts: Vec<&str> =
        csv.lines().skip(1).map(|line| line.split(",fulfilment").next().unwrap()).collect();
    let rows = [
        "#1001,张三丰88,review",
        "订单 2/甲,t***1,review",
        "\"a,b\",Caf\u{e9}@店,review",
        "'=1+1,a@b.cn,review",
    ];
    assert_eq!(gifts.len(), rows.len(), "{csv}");
    for (gift, row) in gifts.iter().zip(rows) {
        assert!(gift.starts_with(row), "{csv}");
        assert!(gift.contains(",杯子 大,"), "{csv}");
    }
    assert_eq!((report.inputs.orders, report.inputs.bad_rows), (4, 1), "a tab is no part of an id");
    // The workbook has the ids as they are: a cell of text is never run.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("list.xlsx");
    fs::write(&path, xlsx).unwrap();
    let mut book: calamine::Xlsx<_> = calamine::open_workbook(&path).unwrap();
    let sheet = book.worksheet_range_at(0).unwrap().unwrap();
    let cells: Vec<String> = sheet.rows().skip(1).map(|row| row[0].to_string()).collect();
    assert_eq!(cells, ["#1001", "订单 2/甲", "a,b", "=1+1"]);
}

/// The list is what another ranking of the same rows says: by time to the second, then by number.
#[test]
fn s4_r20_a_s4_5_the_list_agrees_with_another_ranking() {
    let (csv, _, report) = list(MAPPING, ORDERS);
    let mut rows: Vec<(&str, u64)> = Vec::new();
    for line in ORDERS.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let number: u64 = cells[0].parse().unwrap();
        if !cells[3].is_empty() && !rows.iter().any(|(_, known)| *known == number) {
            rows.push((cells[3], number));
        }
    }
    rows.sort_unstable();
    let expected: Vec<String> = rows.iter().take(4).map(|(_, number)| number.to_string()).collect();
    let ranked: Vec<&str> = csv.lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
    // The fourth never pays the balance: it keeps its place and gets nothing.
    assert_eq!(expected, ["9", "10", "1001", "1003"]);
    assert_eq!(ranked, ["9", "10", "1001"], "{csv}");
    let places: Vec<&str> = csv.lines().skip(1).map(|line| line.split(',').nth(5).unwrap()).collect();
    assert_eq!(places, ["1", "2", "3"], "{csv}");
    assert!(csv.contains(",big,"), "1001 paid 330.00: {csv}");
    let strategy = &report.strategies[0];
    assert_eq!((strategy.candidates, strategy.ranked, strategy.given), (6, 4, 3));
    assert_eq!((report.orders.pooled, report.orders.created, report.orders.rejected), (7, 7, 0));
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let (csv, xlsx, report) = list(MAPPING, ORDERS);
    let (again, xlsx_again, report_again) = list(MAPPING, ORDERS);
    assert!(csv == again && xlsx == xlsx_again && report == report_again);
    // The order of the rows does not matter either.
    let anywhere = MAPPING.replace("rows = \"together\"\n", "");
    let mut rows: Vec<&str> = ORDERS.lines().collect();
    rows[1..].reverse();
    assert_eq!(list(&anywhere, &(rows.join("\n") + "\n")).0, csv);
}

#[test]
fn a_s4_6_an_export_that_ends_too_early_gives_nothing_wrong() {
    let short = format!("{MAPPING}\n[download]\nthrough = \"2020-10-20T20:00:02+08:00\"\n");
    let (csv, _, report) = list(&short, ORDERS);
    assert_eq!(csv.lines().count(), 1, "{csv}");
    assert!(report.is_incomplete());
    assert!(report.summary().contains("pool_incomplete"), "{}", report.summary());
}

#[test]
fn rows_that_do_not_stand_together_are_seen() {
    let mut rows: Vec<&str> = ORDERS.lines().collect();
    let second = rows.remove(2);
    rows.push(second);
    let scattered = rows.join("\n") + "\n";
    let said = read_csv(&mapping(MAPPING), &scattered).unwrap_err().to_string();
    assert!(said.starts_with("orders.csv row 9: ") && said.contains("anywhere"), "{said}");
    let anywhere = mapping(&MAPPING.replace("rows = \"together\"\n", ""));
    assert_eq!(read_csv(&anywhere, &scattered).unwrap().1.orders, 7);
}

/// A shop of its own in memory, to take orders into.
fn shop_in_memory(mapping: &PoolMapping, shop: &ShopId) -> engine::Engine {
    let store = Box::new(store_memory::MemoryStore::new());
    let clock = engine::clock::SandboxClock::unset(at("2020-10-31T00:00:00+08:00"));
    let clock = engine::EngineClock::Sandbox(std::sync::Arc::new(clock));
    let engine = engine::Engine::start(store, clock).unwrap();
    let put = engine::Command::PutShop(Box::new(mapping.shop(shop.clone())));
    engine.submit_many_blocking(vec![engine::Input::new(shop.clone(), put)]).unwrap().remove(0).unwrap();
    engine
}

/// A-S4-25: of an export that was broken off nobody knows what is missing, so nothing is final until it is taken in whole.
#[test]
fn a_s4_25_an_export_that_was_broken_off_leaves_a_gap_until_it_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let shop = ShopId::try_new("s1").unwrap();
    let heading = ORDERS.lines().next().unwrap();
    let row = |order| format!("many-{order},ana,2020-10-20T20:00:00,2020-10-20T20:00:03,,,tea,1,320.00\n");
    let many = format!("{heading}\n{}", (0..2_500).map(row).collect::<String>());
    fs::write(folder.path().join("orders.csv"), many).unwrap();
    let mapping = PoolMapping::parse(MAPPING, "pool.toml", Some(&shop)).unwrap();
    let engine = shop_in_memory(&mapping, &shop);
    let inputs = [folder.path().to_owned()];
    let gaps = || engine.reader().pool(&shop).unwrap().gaps;
    let broken = take_in_while(&engine, &mapping, &inputs, Submit::No, &mut |_, _| {}, &mut |counts| {
        counts.created == 0
    });
    assert!(matches!(broken, Err(PoolError::Ended)), "{broken:?}");
    let open: Vec<_> = gaps().into_values().map(|gap| (gap.source.clone(), gap.unfinished)).collect();
    assert_eq!(open, [("orders.csv".to_owned(), true)]);
    let whole = take_in(&engine, &mapping, &inputs, Submit::No, &mut |_, _| {}).unwrap();
    assert_eq!((whole.counts.created, whole.counts.duplicate), (500, 2_000));
    assert!(gaps().is_empty());
    engine.stop();
}

/// Two folders that both hold an orders.csv: what is missing of either is missing.
#[test]
fn a_s4_25_files_of_one_name_leave_their_gaps_together() {
    let folder = tempfile::tempdir().unwrap();
    let shop = ShopId::try_new("s1").unwrap();
    let mapping = PoolMapping::parse(MAPPING, "pool.toml", Some(&shop)).unwrap();
    let lines: Vec<&str> = ORDERS.lines().collect();
    let row = |order: &str, amount: &str| {
        format!("{order},ana,2020-10-20T20:00:00,2020-10-20T20:00:03,,,tea,1,{amount}\n")
    };
    let mut inputs = Vec::new();
    for (name, order) in [("north", "n-1"), ("south", "s-1")] {
        let path = folder.path().join(name);
        fs::create_dir(&path).unwrap();
        let fine = row(&format!("{order}-fine"), "320.00");
        fs::write(path.join("orders.csv"), format!("{}\n{}{fine}", lines[0], row(order, "dear"))).unwrap();
        inputs.push(path);
    }
    let engine = shop_in_memory(&mapping, &shop);
    let taken = take_in(&engine, &mapping, &inputs, Submit::No, &mut |_, _| {}).unwrap();
    assert_eq!((taken.counts.created, taken.inputs.bad_rows), (2, 2));
    let gaps = engine.reader().pool(&shop).unwrap().gaps;
    let gap = &gaps["orders.csv"];
    assert_eq!(gap.orders.keys().map(ToString::to_string).collect::<Vec<_>>(), ["n-1", "s-1"]);
    assert_eq!((gaps.len(), gap.rows_in_all, gap.unfinished), (1, 2, false));
    engine.stop();
    // And where the pool is run from files.
    let strategies = mapping.strategies.clone().unwrap();
    let store = Box::new(store_memory::MemoryStore::new());
    let run = run_pool(&mapping, &strategies, &inputs, store, Ranks::WhenCertain, &mut |_, _, _| {}).unwrap();
    let gap = &run.engine.reader().pool(&shop).unwrap().gaps["orders.csv"];
    assert_eq!((gap.orders.len(), gap.rows_in_all), (2, 2));
    run.engine.stop();
}

/// However many files: of a clean export no gap is left.
#[test]
fn a_s4_25_an_export_of_many_files_leaves_no_gap() {
    let folder = tempfile::tempdir().unwrap();
    let shop = ShopId::try_new("s1").unwrap();
    let text = MAPPING.replace("orders.csv", "*.csv").replace("rows = \"together\"\n", "");
    let mapping = PoolMapping::parse(&text, "pool.toml", Some(&shop)).unwrap();
    let heading = ORDERS.lines().next().unwrap();
    for file in 0..150 {
        let row = format!("many-{file},ana,2020-10-20T20:00:00,2020-10-20T20:00:03,,,tea,1,320.00\n");
        fs::write(folder.path().join(format!("f{file}.csv")), format!("{heading}\n{row}")).unwrap();
    }
    let engine = shop_in_memory(&mapping, &shop);
    let inputs = [folder.path().to_owned()];
    let taken = take_in(&engine, &mapping, &inputs, Submit::No, &mut |_, _| {}).unwrap();
    assert_eq!((taken.counts.created, taken.inputs.bad_rows), (150, 0));
    assert!(engine.reader().pool(&shop).unwrap().gaps.is_empty());
    engine.stop();
}

/// What is said with the upload goes before the mapping's patterns.
#[test]
fn a_s4_23_when_an_export_was_made_is_what_was_said_last() {
    let text =
        MAPPING.replace("[line]", "[download]\nas_of = { \"o*\" = \"2020-11-20T00:00:00Z\" }\n\n[line]");
    let mut mapping = mapping(&text);
    assert_eq!(mapping.as_of("orders.csv"), Some(at("2020-11-20T00:00:00Z")));
    assert_eq!(mapping.as_of("x.csv"), None);
    mapping.as_of = Some(at("2020-11-25T00:00:00Z"));
    assert_eq!(mapping.as_of("orders.csv"), mapping.as_of);
}

#[test]
fn the_same_export_again_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let shop = ShopId::try_new("s1").unwrap();
    fs::write(folder.path().join("orders.csv"), ORDERS.replacen("320.00", "dear", 1)).unwrap();
    let mapping = PoolMapping::parse(MAPPING, "pool.toml", Some(&shop)).unwrap();
    let engine = shop_in_memory(&mapping, &shop);
    let inputs = [folder.path().to_owned()];
    let take = |submit| take_in(&engine, &mapping, &inputs, submit, &mut |_, _| {}).unwrap();
    let first = take(Submit::Yes);
    // Balances paid after tomorrow are in the future for an order system of today.
    assert_eq!((first.counts.created, first.counts.rejected, first.inputs.bad_rows), (5, 1, 1));
    assert_eq!(first.counts.to_review, 5, "no strategy covers them");
    let again = take(Submit::No);
    assert_eq!((again.counts.created, again.counts.duplicate, again.counts.rejected), (0, 5, 1));
    let path = folder.path().join("rejects.csv");
    bad_rows(&again.inputs, &again.refused, &path).unwrap();
    let told = fs::read_to_string(path).unwrap();
    assert!(told.contains("orders.csv,2,amount,dear,not_an_amount,"), "{told}");
    assert!(told.contains("orders.csv,4,balance_paid_at,10,time_in_future,"), "{told}");
    engine.stop();
}

/// The rows of the CSV as a workbook, with real dates and numbers.
fn workbook(path: &Path) {
    let mut workbook = Workbook::new();
    workbook.add_worksheet().write(0, 0, "nothing here").unwrap();
    let sheet = workbook.add_worksheet().set_name("Orders").unwrap();
    let date = Format::new().set_num_format("yyyy-mm-dd hh:mm:ss");
    for (row, line) in (2..).zip(ORDERS.lines()) {
        for (column, cell) in (0..).zip(line.split(',')) {
            if let Ok(number) = cell.parse::<f64>() {
                sheet.write_number(row, column, number).unwrap();
            } else if let Ok(at) = ExcelDateTime::parse_from_str(cell) {
                sheet.write_datetime_with_format(row, column, &at, &date).unwrap();
            } else if !cell.is_empty() {
                sheet.write_string(row, column, cell).unwrap();
            }
        }
    }
    workbook.save(path).unwrap();
}

fn workbook_mapping() -> PoolMapping {
    mapping(&MAPPING.replace("file = \"orders.csv\"", "file = \"*.xlsx\"\nsheet = \"Orders\""))
}

#[test]
fn a_workbook_says_the_same_as_the_csv() {
    let folder = tempfile::tempdir().unwrap();
    workbook(&folder.path().join("orders.xlsx"));
    let (orders, read) = read_folder(&workbook_mapping(), folder.path()).unwrap();
    assert_eq!(read.bad_rows, 0, "{:?}", read.details);
    assert_eq!(orders, read_csv(&mapping(MAPPING), ORDERS).unwrap().0);
    let no_sheet = MAPPING.replace("file = \"orders.csv\"", "file = \"*.xlsx\"\nsheet = \"Nope\"");
    let said = read_folder(&mapping(&no_sheet), folder.path()).unwrap_err().to_string();
    assert!(said.contains("no sheet `Nope`") && said.contains("Orders"), "{said}");
}

#[test]
fn a_zip_bomb_and_what_is_no_workbook_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("orders.xlsx");
    let mut zip = zip::ZipWriter::new(fs::File::create(&path).unwrap());
    zip.start_file("xl/worksheets/sheet1.xml", zip::write::SimpleFileOptions::default()).unwrap();
    let zeros = vec![b'0'; 1 << 20];
    for _ in 0..32 {
        zip.write_all(&zeros).unwrap();
    }
    zip.finish().unwrap();
    assert!(fs::metadata(&path).unwrap().len() < 1 << 17);
    let said = read_folder(&workbook_mapping(), folder.path()).unwrap_err().to_string();
    assert!(said.starts_with("orders.xlsx: it unpacks into more than"), "{said}");
    // What a file is, its content says and not its name.
    for (content, told) in [
        (&b"PK\x03\x04 is how an archive begins"[..], "orders.xlsx: not a workbook"),
        (b"order,customer\n", "orders.xlsx row 1: no column `buyer`; there are order, customer"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "orders.xlsx: a workbook of the old format (.xls)"),
        (b"<html><body><table>", "orders.xlsx: a page of HTML or XML"),
    ] {
        fs::write(&path, content).unwrap();
        let said = read_folder(&workbook_mapping(), folder.path()).unwrap_err().to_string();
        assert!(said.starts_with(told), "{said}");
    }
}

#[test]
fn the_olist_example_is_a_mapping() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/pool/olist.toml");
    assert!(PoolMapping::open(&path, None).unwrap().strategies.is_some());
}

#[test]
fn an_error_of_the_mapping_names_its_key() {
    for (from, to, said) in [
        ("gifts = [", "gift = [", "unknown field `gift`"),
        ("activation_at = \"2020-10-29T00:00:00+08:00\"", "activation_at = \"soon\"", "a moment is written"),
        ("activation_at = \"2020-10-29", "activation_at = \"2020-12-29", "presale_strategy.validity"),
        ("first_n = 4", "first_n = 0", "gift_strategy[0].first_n"),
        ("shop = \"tea\"\n", "", "order.shop: name the shop here, or with --shop"),
        ("unit_price = ", "# ", "line.amount: either"),
        ("ends_at = \"2020-11-20", "ends_at = \"2021-11-20", "presale_strategy.gift_strategies[0]"),
    ] {
        assert!(MAPPING.contains(from), "{from}");
        let error = PoolMapping::parse(&MAPPING.replacen(from, to, 1), "pool.toml", None).unwrap_err();
        assert!(error.to_string().contains(said), "{to}: {error}");
    }
}

/// S4-R26: exports overlap; an order that stands in two of them is not paid twice.
#[test]
fn s4_r26_overlapping_exports_count_an_order_once() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.csv"), ORDERS).unwrap();
    let head = ORDERS.lines().next().unwrap();
    let last: Vec<&str> = ORDERS.lines().rev().take(1).collect();
    fs::write(folder.path().join("b.csv"), format!("{head}\n{}\n", last[0])).unwrap();
    let wide = MAPPING.replace("file = \"orders.csv\"", "file = \"*.csv\"");
    // Orders may go on from file to file, so several are read as if their rows stood anywhere.
    let (both, read) = read_folder(&mapping(&wide), folder.path()).unwrap();
    let (one, _) = read_csv(&mapping(MAPPING), ORDERS).unwrap();
    assert_eq!(both, one);
    assert_eq!(read.repeated_rows, 1);
}

#[test]
fn a_file_that_was_named_and_is_read_by_no_table_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let [orders, other] = ["orders.csv", "july.csv"].map(|name| folder.path().join(name));
    for file in [&orders, &other] {
        fs::write(file, ORDERS).unwrap();
    }
    let refused = read_orders(&mapping(MAPPING), &[orders, other], &mut |_, _| {}, &mut |_, _| Ok(()));
    let message = refused.unwrap_err().to_string();
    assert!(
        message.ends_with("july.csv: no table of the mapping reads it; they read orders.csv"),
        "{message}"
    );
}

/// S4-R03: the balance of these orders opens before the strategies' activation.
#[test]
fn s4_r03_a_pool_says_what_its_strategies_are_warned_of() {
    let (_, run_before, report) = run(MAPPING, ORDERS);
    run_before.engine.stop();
    assert!(report.warnings.is_empty(), "{:?}", report.warnings);
    let early = ORDERS.replace("2020-11-01T00:00:00", "2020-10-25T00:00:00");
    let (_, run_after, report) = run(MAPPING, &early);
    run_after.engine.stop();
    let warned = report.summary();
    assert!(warned.contains("activation_at: not_before_balance_opening"), "{warned}");
}
