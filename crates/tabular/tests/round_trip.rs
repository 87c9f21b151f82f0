//! Random tables, written strictly in every way there is, come back as they were; random damage never makes a line
//! disappear without a word.

#![allow(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;
use tabular::{Encoding, Fault, Heading, How, cell::plain, read};

const NAMES: [&str; 4] = ["订单编号", "买家", "amount", "备注"];

/// Cells as people fill them in: digits, names, separators, quotes, line breaks, blanks.
fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[0-9]{1,19}",
        2 => "[a-zA-Z0-9_.-]{1,12}",
        2 => "[张三丰李四王五杯子红色]{1,6}",
        2 => "[a-z,;|\t\" ]{0,10}",
        1 => "[a-z\n\r\",;]{0,10}",
        1 => Just(String::new()),
    ]
}

fn rows() -> impl Strategy<Value = Vec<Vec<String>>> {
    prop::collection::vec(prop::collection::vec(cell(), NAMES.len()), 0..30)
}

/// A cell as a strict writer writes it: quoted where it has to be.
fn written(cell: &str, separator: char) -> String {
    if cell.contains([separator, '"', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

fn text(rows: &[Vec<String>], separator: char, end: &str) -> String {
    let line = |row: &mut dyn Iterator<Item = &str>| {
        let cells: Vec<String> = row.map(|cell| written(cell, separator)).collect();
        cells.join(&separator.to_string()) + end
    };
    let heading = line(&mut NAMES.into_iter());
    let rows = rows.iter().map(|row| line(&mut row.iter().map(String::as_str)));
    std::iter::once(heading).chain(rows).collect()
}

/// Whether a physical line of a record behind its first could be a row of its own: such a record is named, not believed.
fn is_doubtful(row: &[String], separator: char) -> bool {
    let text =
        row.iter().map(|cell| written(cell, separator)).collect::<Vec<_>>().join(&separator.to_string());
    let mut lines = text.split(['\n', '\r']).filter(|line| !line.is_empty()).skip(1);
    row.iter().any(|cell| cell.contains(['\n', '\r']))
        && lines.any(|line| {
            let plain = line.matches(separator).count() + 1;
            plain == NAMES.len() || line.contains('"')
        })
}

fn encoded(text: &str, encoding: &str) -> Vec<u8> {
    match encoding {
        "utf-16le" => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        "utf-16be" => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        "marked utf-16le" => encoded(&format!("\u{feff}{text}"), "utf-16le"),
        "marked utf-8" => format!("\u{feff}{text}").into_bytes(),
        "gb18030" => encoding_rs::GB18030.encode(text).0.into_owned(),
        _ => text.as_bytes().to_vec(),
    }
}

fn seeds() -> u32 {
    let times = std::env::var("SEEDS_TIMES").ok().and_then(|times| times.parse().ok()).unwrap_or(1);
    200 * times
}

proptest! {
    #![proptest_config(ProptestConfig { cases: seeds(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_comes_back(
        rows in rows(),
        separator in prop::sample::select(vec![',', ';', '\t', '|']),
        end in prop::sample::select(vec!["\n", "\r\n", "\r"]),
        encoding in prop::sample::select(vec!["utf-8", "marked utf-8", "gb18030", "utf-16le", "utf-16be", "marked utf-16le"]),
    ) {
        let rows: Vec<Vec<String>> = rows.into_iter().filter(|row| !is_doubtful(row, separator)).collect();
        let bytes = encoded(&text(&rows, separator, end), encoding);
        let how = How { heading: Heading::Columns(&NAMES), ..How::default() };
        let mut table = read(&bytes, &how).unwrap();
        let format = table.format().text().unwrap().clone();
        prop_assert_eq!(format.separator, separator);
        prop_assert_eq!(format.encoding, Encoding::find(encoding.trim_start_matches("marked ")).unwrap());
        let mut records = table.records(&how.heading).unwrap();
        for (at, row) in rows.iter().enumerate() {
            if row.iter().all(|cell| plain(cell).is_empty()) {
                continue;
            }
            let record = records.next().unwrap().expect("a record for each row that is not blank");
            prop_assert_eq!(record.row(), at as u64 + 2);
            prop_assert_eq!(record.fault(), None);
            let cells: Vec<&str> = record.cells().collect();
            let expected: Vec<&str> = row.iter().map(|cell| plain(cell)).collect();
            prop_assert_eq!(cells, expected);
        }
        prop_assert!(records.next().unwrap().is_none());
    }

    /// A sign put anywhere, a quote most of all: every physical line is in a record, blank ones apart, and each cell that
    /// had one line of its own is either read or in a record that is named.
    #[test]
    fn no_line_disappears_unnamed(
        lines in prop::collection::vec(prop::collection::vec("[a-z0-9]{1,5}", 4), 1..20),
        at in any::<prop::sample::Index>(),
        again in prop::option::of(any::<prop::sample::Index>()),
        sign in prop::sample::select(vec!['"', ',', '\n', '\r']),
        quoted in any::<bool>(),
    ) {
        let quote = |cell: &String| if quoted { format!("\"{cell}\"") } else { cell.clone() };
        let body: Vec<String> =
            lines.iter().map(|line| line.iter().map(quote).collect::<Vec<_>>().join(",")).collect();
        let mut body = body.join("\n");
        body.insert(at.index(body.len()), sign);
        if let Some(again) = again {
            body.insert(again.index(body.len()), '"');
        }
        let text = format!("{}\n{body}\n", NAMES.join(","));
        let how = How { heading: Heading::Columns(&NAMES), ..How::default() };
        let mut table = read(text.as_bytes(), &how).unwrap();
        let mut records = table.records(&how.heading).unwrap();
        let (mut told, mut read_lines) = (String::new(), 0);
        while let Some(record) = records.next().unwrap() {
            read_lines += record.lines();
            told.push_str(&(0..record.len()).map(|at| record.shown(at)).collect::<String>());
            if record.fault() == Some(Fault::MalformedQuotes) {
                prop_assert_eq!(record.lines(), 1);
            }
        }
        let physical = body.split(['\n', '\r']).filter(|line| !line.trim_matches([',', '"']).is_empty()).count();
        prop_assert!(read_lines as usize >= physical, "{read_lines} of {physical} lines: {body:?}");
        let letters = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>();
        prop_assert_eq!(letters(&told), letters(&body));
    }
}
