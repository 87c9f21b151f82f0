//! Exports as shops have them: what is written in whatever way is read, and what cannot be read is named.

#![allow(clippy::unwrap_used, reason = "tests")]

use domain::{pool::Since, time::Zone};
use replay::{
    ReadError,
    pool::{FileOrder, PoolInputs, PoolMapping, read_orders},
};
use std::fs;

const MAPPING: &str = include_str!("data/files.toml");
const HEADING: &str = "订单编号,买家,下单时间,付款时间,原订单,商家编码,数量,金额";

fn read_as(mapping: &str, name: &str, bytes: &[u8]) -> Result<(Vec<FileOrder>, PoolInputs), ReadError> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(name), bytes).unwrap();
    let mapping = PoolMapping::parse(mapping, "files.toml", None).unwrap();
    let mut orders = Vec::new();
    let read = read_orders(&mapping, &[folder.path().to_owned()], &mut |_, _| {}, &mut |_, order| {
        orders.push(order);
        Ok(())
    })?;
    Ok((orders, read))
}

fn read(text: &str) -> (Vec<FileOrder>, PoolInputs) {
    read_as(MAPPING, "orders.csv", text.as_bytes()).unwrap()
}

/// Each order in a line, then each bad row.
fn shown((orders, read): &(Vec<FileOrder>, PoolInputs)) -> Vec<String> {
    let zone = Zone::shanghai();
    let order = |FileOrder { order, .. }: &FileOrder| {
        let paid = order.times.first_paid_at.map_or("-".to_owned(), |at| zone.format(at)[11..19].to_owned());
        let (minor, units) =
            (order.goods_paid.minor(), order.lines.iter().map(|line| line.quantity).sum::<u64>());
        format!("{} {} {paid} {}.{:02} {units}", order.order_id, order.customer_id, minor / 100, minor % 100)
    };
    let bad = read.details.iter().map(|bad| format!("row {}, {}: {}", bad.row, bad.column, bad.code));
    orders.iter().map(order).chain(bad).collect()
}

#[test]
fn rows_are_read_or_named() {
    let mut failed = Vec::new();
    for case in include_str!("data/files.txt").split("\n\n").filter(|case| case.contains(" =>\n")) {
        let lines: Vec<&str> = case.lines().filter(|line| !line.starts_with("# ")).collect();
        let rows = lines[0].strip_suffix(" =>").unwrap();
        let rows = rows.split("\\n").collect::<Vec<_>>().join("\n");
        let found = shown(&read(&format!("{HEADING}\n{rows}\n")));
        if found != lines[1..] {
            failed.push(format!("{rows}\nexpected {:#?}\nfound {found:#?}", &lines[1..]));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
}

const ROWS: &str = "9001,张三丰,2023-06-01 08:05:00,2023-06-01 08:06:00,,TEA-1,1,300.00\n9002,u2,2023-06-01 08:05:00,2023-06-01 08:07:00,,杯子,2,59.00\n";

#[test]
fn every_encoding_and_separator_says_the_same() {
    let text = format!("{HEADING}\n{ROWS}");
    let expected = read(&text);
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    // 订单编号 and so on as GB18030.
    let gb = tabular_gb(&text);
    for (bytes, encoding, by) in [
        (wide.clone(), "utf-16le", "found"),
        ([b"\xff\xfe".to_vec(), wide].concat(), "utf-16le", "file"),
        (gb, "gb18030", "found"),
        (format!("\u{feff}{text}").into_bytes(), "utf-8", "file"),
        (text.replace(',', ";").into_bytes(), "utf-8", "found"),
        (format!("sep=;\n{}", text.replace(',', ";")).into_bytes(), "utf-8", "found"),
        (text.replace(',', "\t").replace('\n', "\r").into_bytes(), "utf-8", "found"),
        (format!("六月订单\n店铺：茶\n\n{text}").into_bytes(), "utf-8", "found"),
    ] {
        let found = read_as(MAPPING, "orders.csv", &bytes).unwrap();
        assert_eq!(found.0, expected.0, "{encoding}");
        let written = &found.1.files[0].written;
        assert_eq!((written.encoding.as_deref(), written.encoding_by), (Some(encoding), Some(by)));
    }
    let told = MAPPING.replace(
        "file = \"orders.*\"",
        "file = \"orders.*\"\nencoding = \"gbk\"\ndelimiter = \"|\"\nheader_row = 3",
    );
    let bytes = tabular_gb(&format!("六月订单\n\n{}", text.replace(',', "|")));
    let found = read_as(&told, "orders.csv", &bytes).unwrap();
    assert_eq!(found.0, expected.0);
    let written = &found.1.files[0].written;
    assert_eq!(
        (written.encoding_by, written.separator, written.heading_row),
        (Some("told"), Some('|'), Some(3))
    );
    assert_eq!(found.1.files[0].note().unwrap().1, "encoding gbk; heading in row 3");
}

fn tabular_gb(text: &str) -> Vec<u8> {
    let sign = |c: char| match c {
        '订' => vec![0xb6, 0xa9],
        '单' => vec![0xb5, 0xa5],
        '编' => vec![0xb1, 0xe0],
        '号' => vec![0xba, 0xc5],
        '买' => vec![0xc2, 0xf2],
        '家' => vec![0xbc, 0xd2],
        '下' => vec![0xcf, 0xc2],
        '时' => vec![0xca, 0xb1],
        '间' => vec![0xbc, 0xe4],
        '付' => vec![0xb8, 0xb6],
        '款' => vec![0xbf, 0xee],
        '原' => vec![0xd4, 0xad],
        '商' => vec![0xc9, 0xcc],
        '码' => vec![0xc2, 0xeb],
        '数' => vec![0xca, 0xfd],
        '量' => vec![0xc1, 0xbf],
        '金' => vec![0xbd, 0xf0],
        '额' => vec![0xb6, 0xee],
        '张' => vec![0xd5, 0xc5],
        '三' => vec![0xc8, 0xfd],
        '丰' => vec![0xb7, 0xe1],
        '杯' => vec![0xb1, 0xad],
        '子' => vec![0xd7, 0xd3],
        '六' => vec![0xc1, 0xf9],
        '月' => vec![0xd4, 0xc2],
        c => c.to_string().into_bytes(),
    };
    text.chars().flat_map(sign).collect()
}

#[test]
fn the_mapping_says_which_words_are_empty() {
    let own = format!("{MAPPING}\n[cells]\nempty = [\"无\", \"n/a\"]\n");
    let rows = "1,u1,2023-06-01 08:05:00,无,无,TEA-1,1,59\n2,u2,2023-06-01 08:05:00,0000-00-00 00:00:00,N/A,TEA-1,1,59\n3,无,2023-06-01 08:05:00,,,TEA-1,1,59\n4,u4,2023-06-01 08:05:00,NULL,,TEA-1,1,59\n";
    let found = read_as(&own, "orders.csv", format!("{HEADING}\n{rows}").as_bytes()).unwrap();
    assert_eq!(
        shown(&found),
        ["1 u1 - 0.00 1", "2 u2 - 0.00 1", "row 4, 买家: required", "row 5, 付款时间: not_a_time"],
        "NULL is none of the words of this list"
    );
}

#[test]
fn a_mapping_that_names_no_encoding_or_separator_is_told() {
    for (key, said) in [
        ("encoding = \"klingon\"", "tables.orders.encoding: a label such as"),
        ("delimiter = \"、\"", "tables.orders.delimiter: one ASCII"),
        ("delimiter = \"\\\"\"", "tables.orders.delimiter: one ASCII"),
        ("header_row = 0", "tables.orders.header_row: 1 for the first"),
        ("may_lack = [\"客服\"]", "tables.orders.may_lack: nothing reads `客服`"),
    ] {
        let text = MAPPING.replace("file = \"orders.*\"", &format!("file = \"orders.*\"\n{key}"));
        let error = PoolMapping::parse(&text, "m.toml", None).unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
    }
}

#[test]
fn headings_again_and_files_that_are_no_tables_are_told() {
    let (orders, read) = read(&format!("\n{HEADING}\n{ROWS}{HEADING}\n"));
    assert_eq!((orders.len(), read.bad_rows), (2, 0));
    assert_eq!(read.files[0].note().unwrap().1, "heading in row 2; heading again in 1 rows, passed over");
    for (name, bytes, said) in [
        (
            "orders.xls",
            &b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"[..],
            "orders.xls: a workbook of the old format (.xls)",
        ),
        (
            "orders.csv",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            "orders.csv: a workbook of the old format (.xls)",
        ),
        ("orders.xls", b"<html>", "orders.xls: a page of HTML or XML"),
        ("orders.csv", b"", "orders.csv: row 1: no heading stands there"),
        // Big5 is no GB18030.
        (
            "orders.csv",
            b"\xadq\xb3\xe6,\xb6R\xaea\n1,2\n",
            "orders.csv: neither UTF-8 nor, as it seems, GB18030, but perhaps big5",
        ),
        // 单号,金额
        (
            "orders.csv",
            b"\xb5\xa5\xba\xc5,\xbd\xf0\xb6\xee\n1,2\n",
            "orders.csv row 1: no column `订单编号`; there are ",
        ),
    ] {
        let error = read_as(MAPPING, name, bytes).unwrap_err().to_string();
        assert!(error.starts_with(said), "{error}");
        assert_eq!(
            error.contains("tables.orders.encoding may say another"),
            error.contains("gb18030"),
            "{error}"
        );
    }
}

/// Older reports are without columns that newer ones have.
#[test]
fn a_column_that_a_file_may_be_without_is_empty_there() {
    let without = |text: &str| text.replace(",原订单", "").replace(":00,,", ":00,");
    let (heading, rows) = (without(HEADING), without(ROWS));
    let told = MAPPING.replace("file = \"orders.*\"", "file = \"orders.*\"\nmay_lack = \"原订单\"");
    let found = read_as(&told, "orders.csv", format!("{heading}\n{rows}").as_bytes()).unwrap();
    assert_eq!(shown(&found), shown(&read(&format!("{HEADING}\n{ROWS}"))));
    let refused = read_as(MAPPING, "orders.csv", format!("{heading}\n{rows}").as_bytes()).unwrap_err();
    assert!(refused.to_string().contains("no column `原订单`"), "{refused}");
}

/// Two reports that a spreadsheet has saved: their numbers look alike, and are not the same.
#[test]
fn a_s4_25_numbers_that_lost_their_digits_are_never_joined() {
    let two = MAPPING
        .replace(
            "file = \"orders.*\"",
            "file = \"orders.*\"\n[tables.buyers]\nfile = \"buyers.csv\"\nkey = \"号\"\nkeep = \"last\"",
        )
        .replace("[order]", "[[joins]]\nfrom = \"orders.原订单\"\nto = \"buyers\"\noptional = true\n[order]")
        .replace("{orders.买家}", "{buyers.名}")
        .replace("parent_id = \"{orders.原订单}\"\n", "");
    let mapping = PoolMapping::parse(&two, "files.toml", None).unwrap();
    let line =
        |id: &str, key: &str| format!("{id},,2023-06-01 08:05:00,2023-06-01 08:06:00,{key},TEA-1,1,59\n");
    let lines = format!("{HEADING}\n{}{}{}", line("1", "7001"), line("2", "4.1E+18"), line("3", "4,1E+18"));
    let folder = tempfile::tempdir().unwrap();
    let read = |lines: &str, buyers: &str| {
        fs::write(folder.path().join("orders.csv"), lines).unwrap();
        fs::write(folder.path().join("buyers.csv"), format!("号,名\n{buyers}")).unwrap();
        let mut orders = Vec::new();
        let read = read_orders(&mapping, &[folder.path().to_owned()], &mut |_, _| {}, &mut |_, order| {
            orders.push(order);
            Ok(())
        });
        (orders, read.unwrap())
    };
    let found = read(&lines.replace("4,1E", "3.3E"), "7001,ana\n4.1E+18,bob\n3.3E+18,cid\n");
    let told: Vec<String> =
        found.1.details.iter().map(|bad| format!("{} {} {}", bad.file, bad.row, bad.code)).collect();
    assert_eq!(found.0.len(), 1);
    assert_eq!(
        told,
        [
            "buyers.csv 3 digits_lost",
            "buyers.csv 4 digits_lost",
            "orders.csv 3 digits_lost",
            "orders.csv 4 digits_lost"
        ]
    );
    let unnamed = |read: &PoolInputs| read.gaps.iter().filter_map(|(_, gap)| gap.unnamed).collect::<Vec<_>>();
    assert_eq!(unnamed(&found.1), [Since::Always], "of what lost its key anything may be missing");
    // The lines alone have lost theirs: an optional join does not make a buyer of nobody.
    let found = read(&lines.replace("4,1E", "3.3E"), "7001,ana\n");
    assert_eq!((found.0.len(), found.1.orders_left_out, found.1.bad_rows), (1, 2, 2));
    let since: Vec<Since> =
        found.1.gaps.iter().flat_map(|(_, gap)| gap.orders.values().map(|order| order.since)).collect();
    assert_eq!(since.len(), 2, "{since:?}");
}
