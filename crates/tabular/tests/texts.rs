//! Texts into records: encodings, separators, line ends, quotes, headings. What happens to rows that are damaged.

#![allow(clippy::unwrap_used, reason = "tests")]

use tabular::{By, Encoding, Error, Fault, Flaw, Heading, How, read};

/// What a record shows: its row, its cells set off by bars, and what is wrong with it.
fn shown(bytes: &[u8], how: &How<'_>) -> Result<Vec<String>, Error> {
    let mut table = read(bytes, how)?;
    let mut records = table.records(&how.heading)?;
    let mut lines = vec![format!("{:?} {}", records.heading_row().unwrap_or(0), records.heading().join("|"))];
    while let Some(record) = records.next()? {
        let cells: Vec<String> = (0..record.len()).map(|at| record.shown(at)).collect();
        let flaws = (0..record.len()).filter_map(|at| record.flaw(at).map(|flaw| format!(" {at}:{flaw:?}")));
        let fault = match record.fault() {
            None => String::new(),
            Some(Fault::FieldCount { cells, columns }) => format!(" {cells} of {columns}"),
            Some(Fault::MalformedQuotes) => " quotes".to_owned(),
            Some(Fault::TooLong) => " long".to_owned(),
        };
        let text = cells.join("|").replace('\n', "\\n").replace('\r', "\\r").replace('\u{feff}', "\\u");
        lines.push(format!("{} {text}{fault}{}", record.row(), flaws.collect::<String>()));
    }
    Ok(lines)
}

fn columns<'h>(columns: &'h [&'h str]) -> How<'h> {
    How { heading: Heading::Columns(columns), ..How::default() }
}

const ABC: How<'static> = How {
    encoding: None,
    separator: None,
    sheet: None,
    decimal_point: '.',
    heading: Heading::Columns(&["a", "b", "c"]),
};

/// Cases in a file: what is read and what comes of it, `\n`, `\r` and `\t` written out.
#[test]
fn texts_become_records() {
    let mut failed = Vec::new();
    for case in include_str!("texts.txt").split("\n\n").filter(|case| case.contains(" =>\n")) {
        let lines: Vec<&str> = case.lines().filter(|line| !line.starts_with('#')).collect();
        let written = lines[0].strip_suffix(" =>").unwrap();
        let text =
            written.replace("\\n", "\n").replace("\\r", "\r").replace("\\t", "\t").replace("\\u", "\u{feff}");
        let found = shown(text.as_bytes(), &ABC).unwrap_or_else(|error| vec![error.to_string()]);
        if found != lines[1..] {
            failed.push(format!("{written}\nexpected {:#?}\nfound {found:#?}", &lines[1..]));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
}

#[test]
fn encodings_are_found() {
    let text = "订单,买家,金额\n8001,张三丰,59.00\n";
    let how = columns(&["订单", "买家", "金额"]);
    let wide = |from: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(from).collect::<Vec<u8>>();
    let marked = |mark: &[u8], bytes: Vec<u8>| [mark, &bytes].concat();
    let gb = encoding_rs::GB18030.encode(text).0.into_owned();
    for (bytes, name, by) in [
        (text.as_bytes().to_vec(), "utf-8", By::Found),
        (marked(b"\xef\xbb\xbf", text.as_bytes().to_vec()), "utf-8", By::File),
        (gb.clone(), "gb18030", By::Found),
        (wide(u16::to_le_bytes), "utf-16le", By::Found),
        (wide(u16::to_be_bytes), "utf-16be", By::Found),
        (marked(b"\xff\xfe", wide(u16::to_le_bytes)), "utf-16le", By::File),
        (marked(b"\xfe\xff", wide(u16::to_be_bytes)), "utf-16be", By::File),
    ] {
        let table = read(&bytes, &how).unwrap();
        let format = table.format().text().unwrap();
        assert_eq!((format.encoding.name().as_str(), format.encoding_by), (name, by));
        let rows = shown(&bytes, &how).unwrap();
        assert_eq!(rows, ["1 订单|买家|金额", "2 8001|张三丰|59.00"], "{name}");
    }
    for (label, encoding) in [
        ("gbk", encoding_rs::GBK),
        ("GB2312", encoding_rs::GBK),
        ("big5", encoding_rs::BIG5),
        ("shift_jis", encoding_rs::SHIFT_JIS),
        ("utf-16le", encoding_rs::UTF_8),
    ] {
        let text = "a,b,c\n1,東京,3\n";
        let bytes = encoding.encode(text).0.into_owned();
        let bytes = if label == "utf-16le" {
            text.encode_utf16().flat_map(u16::to_le_bytes).collect()
        } else {
            bytes
        };
        let told = How { encoding: Encoding::find(label), ..ABC };
        assert_eq!(shown(&bytes, &told).unwrap(), ["1 a|b|c", "2 1|東京|3"], "{label}");
    }
    let latin = How { encoding: Encoding::find("windows-1252"), ..ABC };
    assert_eq!(shown(b"a,b,c\n1,caf\xe9,3\n", &latin).unwrap(), ["1 a|b|c", "2 1|caf\u{e9}|3"]);
    assert_eq!(Encoding::find("klingon"), None);
}

/// What a Chinese shop exports is read however little Chinese is in it; what is plainly of another country is not read as
/// Chinese; what may be either is read and said to be a guess.
#[test]
fn what_is_no_utf8_is_gb18030_only_where_it_looks_like_it() {
    let latin = encoding_rs::WINDOWS_1252;
    let rows = |row: &str| format!("id,name\n{}", row.repeat(40));
    for (encoding, text, expected) in [
        (encoding_rs::GB18030, "订单,金额\n8001,5\n".to_owned(), "guessed"),
        (encoding_rs::GB18030, "name,a\n男,1\n女,2\n".to_owned(), "guessed"),
        (encoding_rs::GB18030, "order,buyer\n1,张三\n2,李四\n".to_owned(), "found"),
        (encoding_rs::GB18030, "訂單編號,買家,金額\n1,張三豐,3\n".to_owned(), "found"),
        (encoding_rs::GB18030, rows("1,明前龙井 250克\n"), "guessed"),
        (encoding_rs::GB18030, rows("订单编号,1,明前龙井 250克,买家已付款,张三丰\n"), "found"),
        (latin, rows("1,João da Conceição\n"), "windows-1252"),
        (latin, "Commande,Client\n1,Hélène Lefèvre\n2,François Zoë\n".to_owned(), "windows-1252"),
        (latin, "Bestellung,Größe\n1,Müller\n2,Jäger\n3,Schröder\n".to_owned(), "windows-1252"),
        // Letters of Cyrillic and Hangul fall on characters that China writes.
        (encoding_rs::WINDOWS_1251, rows("1,Иван Петрович\n"), "guessed"),
        (encoding_rs::SHIFT_JIS, rows("1,山田さとう\n"), "shift_jis"),
        (encoding_rs::EUC_KR, rows("1,김철수 서울특별시\n"), "guessed"),
        (encoding_rs::EUC_KR, "주문,구매자\n1,김철수\n".to_owned(), "guessed"),
        (encoding_rs::BIG5, rows("1,訂單編號張三豐\n"), "big5"),
    ] {
        let bytes = encoding.encode(&text).0.into_owned();
        let found = match read(&bytes, &How::default()) {
            Ok(table) => {
                let format = table.format().text().unwrap();
                assert_eq!(format.encoding, Encoding::GB18030, "{text}");
                assert_eq!(format.perhaps.is_some(), format.encoding_by == By::Guessed);
                format.encoding_by.as_str().to_owned()
            }
            Err(Error::Encoding { likely }) => likely,
            Err(other) => other.to_string(),
        };
        assert_eq!(found, expected, "{text}");
    }
    // Damage makes no other encoding of a file that is plainly GB18030.
    let mut bytes = encoding_rs::GB18030.encode(&rows("1,明前龙井 250克\n")).0.into_owned();
    bytes[400] = 0xff;
    let table = read(&bytes, &How::default()).unwrap();
    assert_eq!(table.format().text().unwrap().encoding_by, By::Found);
}

#[test]
fn damage_stays_in_its_cell() {
    // A few damaged bytes make no GB18030 of a file that is plainly UTF-8.
    let utf8 = "a,b,c\n1,张三丰,3\n2,李四,X\n4,王五,6\n".replace('X', "\u{1}");
    let mut bytes = utf8.into_bytes();
    let at = bytes.iter().position(|&byte| byte == 1).unwrap();
    bytes[at] = 0xff;
    let rows = shown(&bytes, &ABC).unwrap();
    assert_eq!(rows, ["1 a|b|c", "2 1|张三丰|3", "3 2|李四|\u{fffd} 2:NotText", "4 4|王五|6"]);
    // Half a character before a separator or a line end takes neither along.
    let mut bytes =
        encoding_rs::GB18030.encode("a,b,c\n1,张三,3\n2,李四,X\n3,王五,6\n4,Y,6\n").0.into_owned();
    for (sign, broken) in [(b'X', 0xd5), (b'Y', 0xd5)] {
        let at = bytes.iter().position(|&byte| byte == sign).unwrap();
        bytes[at] = broken;
    }
    let rows = shown(&bytes, &ABC).unwrap();
    let damaged = ["3 2|李四|\u{fffd} 2:NotText", "5 4|\u{fffd}|6 1:NotText"];
    assert_eq!(rows, ["1 a|b|c", "2 1|张三|3", damaged[0], "4 3|王五|6", damaged[1]]);
    // A character of the file itself is no damage.
    let rows = shown("a,b,c\n1,\u{fffd},3\n".as_bytes(), &ABC).unwrap();
    assert_eq!(rows[1], "2 1|\u{fffd}|3");
    let mut table = read(b"a,b,c\n1,2,\xff\n", &ABC).unwrap();
    let mut records = table.records(&ABC.heading).unwrap();
    let record = records.next().unwrap().unwrap();
    assert_eq!((record.flaw(1), record.flaw(2)), (None, Some(Flaw::NotText)));
}

#[test]
fn what_is_no_table_is_named() {
    for (bytes, said) in [
        (&b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and more"[..], "old format (.xls)"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "HTML or XML"),
        (b"\xef\xbb\xbf \n<?xml version=\"1.0\"?><Workbook/>", "HTML or XML"),
        (b"<!DOCTYPE html>", "HTML or XML"),
        (b"PK\x03\x04 is how an archive begins", "not a workbook"),
        (b"", "no heading stands there"),
        (b"\n\n , ,\n", "no heading stands there"),
        (b"x,y\n1,2\n", "no column `a`; there are x, y"),
        (b"title\n\na,b\n1,2\n", "row 3: no column `c`; there are a, b"),
        (b"a,b,c,a\n", "row 1: the column `a` stands twice"),
    ] {
        let error = shown(bytes, &ABC).unwrap_err().to_string();
        assert!(error.contains(said), "{}: {error}", String::from_utf8_lossy(bytes));
    }
    let wide = vec!["a"; 1_100].join(",");
    assert!(matches!(shown(wide.as_bytes(), &columns(&["b"])), Err(Error::TooManyColumns { row: 1 })));
    let third = How { heading: Heading::Row(3), ..How::default() };
    assert!(matches!(shown(b"a,b\n1,2\n\n", &third), Err(Error::NoHeading { row: 3 })));
    assert_eq!(shown(b"x,y\n\na,b\n1,2\n", &third).unwrap(), ["3 a|b", "4 1|2"]);
}

#[test]
fn separators_are_found_by_the_heading() {
    for (text, separator, by) in [
        ("a,b,c\n1,2,3\n", ',', By::Found),
        ("a;b;c\n1;2,50;3\n", ';', By::Found),
        ("a\tb\tc\n1\t2\t3\n", '\t', By::Found),
        ("a|b|c\n1|2|3\n", '|', By::Found),
        ("sep=;\na;b;c\n", ';', By::File),
        ("\u{feff}SEP=|\r\na|b|c\r\n", '|', By::File),
        ("\"sep=;\"\na;b;c\n", ';', By::File),
        ("Orders; of June\n\na,b,c\n1,2;2,3\n", ',', By::Found),
    ] {
        let table = read(text.as_bytes(), &ABC).unwrap();
        let format = table.format().text().unwrap();
        assert_eq!((format.separator, format.separator_by), (separator, by), "{text}");
        assert_eq!(shown(text.as_bytes(), &ABC).unwrap()[0].split_once(' ').unwrap().1, "a|b|c", "{text}");
    }
    let told = How { separator: Some(b';'), ..columns(&["a,b", "c"]) };
    assert_eq!(
        shown(b"sep=,\na,b;c\n1;2\n", &told).unwrap(),
        ["2 a,b|c", "3 1|2"],
        "the reader's word counts more"
    );
    // Nothing is known of the columns: rows alike tell.
    let guess = How::default();
    let text = "Export of June\n\nid;total;buyer\n1;2,50;u1\n2;3,50;u2\n";
    assert_eq!(shown(text.as_bytes(), &guess).unwrap(), ["3 id|total|buyer", "4 1|2,50|u1", "5 2|3,50|u2"]);
}

#[test]
fn a_list_may_have_no_heading() {
    let words = How { heading: Heading::Words(&["sku", "商家编码"]), ..How::default() };
    for (text, rows) in [
        ("sku\rA-1\rA-2\r", &["1 sku", "2 A-1", "3 A-2"][..]),
        ("\n\nSKU\nA-1\n", &["3 sku", "4 A-1"][..]),
        ("\u{feff}商家 编码;名称\nA-1;红\n", &["1 商家 编码|名称", "2 A-1|红"]),
        ("A-1\n\nA;2\n", &["0 ", "1 A-1", "3 A;2"]),
        ("sep=;\nsku\nA-1\n", &["2 sku", "3 A-1"]),
    ] {
        let found: Vec<String> = shown(text.as_bytes(), &words).unwrap();
        let found: Vec<String> = found.iter().map(|line| line.replace("SKU", "sku")).collect();
        assert_eq!(found, rows, "{text:?}");
    }
}

#[test]
fn memory_is_bounded() {
    // A line of 3 MiB is one bad row; what stands around it is read.
    let long = "x".repeat(3 << 20);
    let text = format!("a,b,c\n1,2,3\n7,{long},{long}\n4,5,6\n");
    let rows = shown(text.as_bytes(), &ABC).unwrap();
    assert_eq!((rows.len(), &*rows[1], &*rows[3]), (4, "2 1|2|3", "4 4|5|6"));
    assert!(
        rows[2].starts_with("3 7|xxx") && rows[2].ends_with(" long") && rows[2].len() < 1_100,
        "{}",
        rows[2]
    );
    // A cell of more lines, or of more characters, than a spreadsheet has is an open quote.
    for inside in ["y\n".repeat(300), "y".repeat(40_000) + "\n"] {
        let text = format!("a,b,c\n1,2,\"{inside}3\"\n4,5,6\n");
        let rows = shown(text.as_bytes(), &ABC).unwrap();
        assert!(rows[1].ends_with(" quotes"), "{}", rows[1]);
        assert_eq!(rows.last().unwrap().split_once(' ').unwrap().1, "4|5|6");
        assert_eq!(rows.len(), 2 + inside.matches('\n').count() + 1);
    }
    let many = format!("a,b,c\n{}\n4,5,6\n", ",1".repeat(5_000));
    let rows = shown(many.as_bytes(), &ABC).unwrap();
    assert!(rows[1].ends_with("5001 of 3"), "{}", rows[1]);
    let even = "y\n".repeat(200);
    let rows = shown(format!("a,b,c\n1,2,\"{even}3\"\n4,5,6\n").as_bytes(), &ABC).unwrap();
    assert_eq!((rows.len(), &*rows[2]), (3, "3 4|5|6"), "200 lines are one cell");
}

#[test]
fn stray_quotes_cost_no_more_than_their_lines() {
    // Each line opens a quote that the next one closes and opens another: looked through to the end from each, a MiB of
    // them would take an hour.
    for line in ["b\",\"c\n", "\",\"\n", "\",,\"\n", "x,\"\"\"\n"] {
        let body = line.repeat((1 << 20) / line.len());
        let text = format!("a,b,c\n1,2,3\n{body}");
        let began = std::time::Instant::now();
        let rows = shown(text.as_bytes(), &ABC).unwrap();
        assert!(began.elapsed().as_secs() < 30, "{line:?}: {:?}", began.elapsed());
        assert_eq!(rows[1], "2 1|2|3", "{line:?}");
        assert!(rows.len() > 1_000, "{line:?}: {}", rows.len());
    }
    // A list has no heading that bounds its rows.
    let text = "b\",\"c\n".repeat(1 << 13);
    let list = How { heading: Heading::Words(&["sku"]), ..How::default() };
    let began = std::time::Instant::now();
    assert!(shown(text.as_bytes(), &list).unwrap().len() > 10);
    assert!(began.elapsed().as_secs() < 60, "{:?}", began.elapsed());
}

/// Hands out a heading and then one line without an end, and counts what was asked of it.
struct Endless {
    head: &'static [u8],
    given: usize,
    most: usize,
}

impl std::io::Read for Endless {
    fn read(&mut self, block: &mut [u8]) -> std::io::Result<usize> {
        let count = block.len().min(self.most - self.given);
        for (at, byte) in block[..count].iter_mut().enumerate() {
            *byte = self.head.get(self.given + at).copied().unwrap_or(b'x');
        }
        self.given += count;
        Ok(count)
    }
}

impl std::io::Seek for Endless {
    fn seek(&mut self, to: std::io::SeekFrom) -> std::io::Result<u64> {
        if let std::io::SeekFrom::Start(0) = to {
            self.given = 0;
        }
        Ok(self.given as u64)
    }
}

/// A line without an end is not kept while the heading is looked for: it would take as much memory as the file is large.
#[test]
fn a_line_without_an_end_is_not_read_whole_to_find_the_heading() {
    let mut input = Endless { head: b"a,b,c\n1,2,3\n\"", given: 0, most: 64 << 20 };
    let looked = tabular::look(&mut input, &ABC).unwrap();
    std::io::Seek::seek(&mut input, std::io::SeekFrom::Start(0)).unwrap();
    let mut table = tabular::open(&mut input, &looked, &ABC).unwrap();
    drop(table.records(&ABC.heading).unwrap());
    drop(table);
    assert!(input.given < 8 << 20, "{} bytes were read", input.given);
}
