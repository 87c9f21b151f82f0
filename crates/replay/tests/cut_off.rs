//! Files that break off in the middle of a row: a download that was interrupted (A-S4-25).

#![allow(clippy::unwrap_used, reason = "tests")]

use domain::pool::Since;
use replay::pool::{PoolInputs, PoolMapping, read_orders};
use std::fs;

const ROWS: &str = "order,sub,buyer,ordered,paid,sku,units,amount,remark\n\
    101,11,u1,2023-06-01 08:01:00,2023-06-01 08:01:30,tea,1,3.00,\n\
    102,21,u2,2023-06-01 08:02:00,2023-06-01 08:02:30,tea,1,3.00,";

fn read(bytes: &[u8]) -> PoolInputs {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.csv"), bytes).unwrap();
    let mapping = PoolMapping::parse(include_str!("data/whole.toml"), "whole.toml", None).unwrap();
    read_orders(&mapping, &[folder.path().to_owned()], &mut |_, _| {}, &mut |_, _| Ok(())).unwrap()
}

fn utf_16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// Nobody knows what followed, and platforms list the newest orders first: no rank is certain, whatever the row says.
#[test]
fn a_s4_25_a_text_that_breaks_off_in_a_row_leaves_no_rank_certain() {
    for text in
        ["102,21,u2,2023-06-01 08:02:00", "102", "102,21,u2,2023-06-01 08:02:00,,\"tea", "103,31,u3,2023"]
    {
        let broken = format!("{}{text}", ROWS.split_inclusive('\n').take(2).collect::<String>());
        for bytes in [broken.clone().into_bytes(), utf_16(&format!("\u{feff}{broken}"))] {
            let read = read(&bytes);
            let told: Vec<_> = read.details.iter().map(|row| (row.row, row.code.as_str())).collect();
            assert_eq!(told, [(3, "cut_off")], "{text}");
            assert_eq!((read.orders, read.bad_rows, read.is_whole()), (1, 1, false), "{text}");
            let since: Vec<_> = read.gaps.iter().filter_map(|(_, gap)| gap.since()).collect();
            assert!(since.contains(&Since::Always), "{text}: {since:?}");
        }
    }
}

/// A row that says too little amid a file, or at the end of a line, is a row that cannot be read and no more; and a
/// whole last row needs no line break.
#[test]
fn a_line_that_ends_or_is_whole_does_not_break_off() {
    for ending in ["", "\n", "\r\n"] {
        for bytes in [format!("{ROWS}{ending}").into_bytes(), utf_16(&format!("\u{feff}{ROWS}{ending}"))] {
            let read = read(&bytes);
            assert!(read.is_whole() && read.orders == 2, "{ending:?}: {:?}", read.details);
        }
    }
    let short = "103,31,u3,2023-06-01 08:03:00\r\n";
    for bytes in [format!("{ROWS}\n{short}").into_bytes(), utf_16(&format!("\u{feff}{ROWS}\n{short}"))] {
        let read = read(&bytes);
        let told: Vec<_> = read.details.iter().map(|row| (row.row, row.code.as_str())).collect();
        assert_eq!(told, [(4, "field_count")]);
    }
}
