//! Workbooks into records, made part by part as several programs write them.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::{
    fmt::Write as _,
    io::{Cursor, Write as _},
};
use tabular::{Error, Fault, Flaw, Heading, How, read};
use zip::{ZipWriter, write::SimpleFileOptions};

/// A sheet: its name, its state as the file tells it, and what stands between `<worksheet>` and its end.
struct Made<'m>(&'m str, &'m str, String);

/// Rows of cells as text in the sheet itself; a cell that begins with `<` is a cell as the file has it.
fn inline(rows: &[(u32, &[&str])]) -> String {
    let mut xml = "<sheetData>".to_owned();
    for (row, cells) in rows {
        let _ = write!(xml, "<row r=\"{row}\">");
        for (column, cell) in cells.iter().enumerate() {
            let place = format!("{}{row}", char::from(b'A' + u8::try_from(column).unwrap()));
            match cell.strip_prefix('<') {
                Some(_) => xml.push_str(&cell.replace('@', &place)),
                None if cell.is_empty() => {}
                None => {
                    let _ = write!(xml, "<c r=\"{place}\" t=\"inlineStr\"><is><t>{cell}</t></is></c>");
                }
            }
        }
        xml.push_str("</row>");
    }
    xml + "</sheetData>"
}

fn book(sheets: &[Made<'_>]) -> Vec<u8> {
    let strings = "<si><t>plain</t></si><si><r><t>ri</t></r><r><rPr><b/></rPr><t>ch</t></r></si>";
    book_with(sheets, strings)
}

fn book_with(sheets: &[Made<'_>], strings: &str) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let mut part = |name: &str, text: String| {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    };
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let package = "http://schemas.openxmlformats.org/package/2006";
    let (mut list, mut relations) = (String::new(), String::new());
    for (at, Made(name, state, xml)) in sheets.iter().enumerate() {
        let number = at + 1;
        let _ = write!(list, "<sheet name=\"{name}\" sheetId=\"{number}\" {state} r:id=\"rId{number}\"/>");
        let _ = write!(
            relations,
            "<Relationship Id=\"rId{number}\" Type=\"{office}/worksheet\" Target=\"worksheets/sheet{number}.xml\"/>"
        );
        part(
            &format!("xl/worksheets/sheet{number}.xml"),
            format!("<worksheet xmlns=\"{main}\">{xml}</worksheet>"),
        );
    }
    let _ = write!(
        relations,
        "<Relationship Id=\"rIdS\" Type=\"{office}/styles\" Target=\"styles.xml\"/><Relationship Id=\"rIdT\" Type=\"{office}/sharedStrings\" Target=\"sharedStrings.xml\"/>"
    );
    part(
        "xl/workbook.xml",
        format!("<workbook xmlns=\"{main}\" xmlns:r=\"{office}\"><sheets>{list}</sheets></workbook>"),
    );
    part(
        "xl/_rels/workbook.xml.rels",
        format!("<Relationships xmlns=\"{package}/relationships\">{relations}</Relationships>"),
    );
    part(
        "xl/styles.xml",
        format!(
            "<styleSheet xmlns=\"{main}\"><cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"22\"/></cellXfs></styleSheet>"
        ),
    );
    part("xl/sharedStrings.xml", format!("<sst xmlns=\"{main}\">{strings}</sst>"));
    part(
        "_rels/.rels",
        format!(
            "<Relationships xmlns=\"{package}/relationships\"><Relationship Id=\"rId1\" Type=\"{office}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
        ),
    );
    part(
        "[Content_Types].xml",
        format!(
            "<Types xmlns=\"{package}/content-types\"><Default Extension=\"xml\" ContentType=\"application/xml\"/></Types>"
        ),
    );
    zip.finish().unwrap().into_inner()
}

fn shown(bytes: &[u8], how: &How<'_>) -> Result<Vec<String>, Error> {
    let mut table = read(bytes, how)?;
    let mut records = table.records(&how.heading)?;
    let mut lines = vec![format!("{} {}", records.heading_row().unwrap_or(0), records.heading().join("|"))];
    while let Some(record) = records.next()? {
        let flaws = (0..record.len()).filter_map(|at| record.flaw(at).map(|flaw| format!(" {at}:{flaw:?}")));
        let cells: Vec<&str> = record.cells().collect();
        lines.push(format!("{} {}{}", record.row(), cells.join("|"), flaws.collect::<String>()));
    }
    Ok(lines)
}

const AB: How<'static> = How {
    encoding: None,
    separator: None,
    sheet: None,
    decimal_point: '.',
    heading: Heading::Columns(&["a", "b"]),
};

#[test]
fn cells_of_every_kind_are_text() {
    let rows = inline(&[
        (1, &["a", "b"]),
        (2, &["<c r=\"@\" t=\"s\"><v>0</v></c>", "<c r=\"@\" t=\"s\"><v>1</v></c>"]),
        (
            3,
            &[
                "<c r=\"@\" t=\"d\"><v>2023-06-01T08:05:00.000Z</v></c>",
                "<c r=\"@\" s=\"1\"><v>45078.33680555555</v></c>",
            ],
        ),
        (4, &["<c r=\"@\" t=\"b\"><v>1</v></c>", "<c r=\"@\" t=\"str\"><f>A1&amp;\"x\"</f><v>ax</v></c>"]),
        (6, &["<c r=\"@\"><v>1299.10</v></c>", "<c r=\"@\" t=\"n\"><v>3372915542019845678</v></c>"]),
        (
            7,
            &[
                "<c r=\"@\" t=\"e\"><v>#N/A</v></c>",
                "<c r=\"@\" t=\"inlineStr\"><is><r><t>ri</t></r><r><t>ch</t></r></is></c>",
            ],
        ),
        (8, &["", " "]),
        (9, &["", "last"]),
        (10, &["<c r=\"@\" t=\"d\"><v>2023-06-01</v></c>", "<c r=\"@\" t=\"d\"><v>2023-06-01T08:05</v></c>"]),
    ]);
    let found = shown(&book(&[Made("S", "", rows)]), &AB).unwrap();
    let expected = [
        "1 a|b",
        "2 plain|rich",
        "3 2023-06-01T08:05:00|2023-06-01T08:05:00",
        "4 true|ax",
        "6 1299.1|3372915542019845600 1:DigitsLost",
        "7 #N/A|rich 0:Error",
        "9 |last",
        "10 2023-06-01T00:00:00|2023-06-01T08:05:00",
    ];
    assert_eq!(found[..4], expected[..4]);
    assert!(found[4].ends_with("1:DigitsLost"), "{}", found[4]);
    assert_eq!(found[5..], expected[5..]);
}

#[test]
fn merged_cells_hold_for_all_that_they_cover() {
    let rows = inline(&[
        (1, &["June"]),
        (2, &["a", "b", "c"]),
        (3, &["1", "x", "p"]),
        (4, &["", "", "q"]),
        (6, &["", "", "r"]),
        (7, &["2", "y", ""]),
        (8, &["", "", "s"]),
    ]);
    let merges = ["A1:C1", "A3:A6", "B3:B4", "B7:C7", "A7:A8", "C20:C21"];
    let merges = merges.map(|at| format!("<mergeCell ref=\"{at}\"/>")).concat();
    let xml = format!("{rows}<mergeCells count=\"6\">{merges}</mergeCells>");
    let found = shown(&book(&[Made("S", "", xml)]), &AB).unwrap();
    assert_eq!(found, ["2 a|b|c", "3 1|x|p", "4 1|x|q", "6 1||r", "7 2|y|y", "8 2||s"]);
}

#[test]
fn the_sheet_is_the_first_that_is_shown_and_not_empty() {
    let filled = |cell: &str| inline(&[(1, &["a", "b"]), (2, &[cell, "1"])]);
    let sheets = [
        Made("hidden", "state=\"hidden\"", filled("h")),
        Made("empty", "", "<sheetData/>".into()),
        Made("orders", "", filled("o")),
        Made("secret", "state=\"veryHidden\"", filled("s")),
        Made("notes", "", inline(&[(1, &["a", "c"]), (2, &["n", "1"])])),
    ];
    let bytes = book(&sheets);
    let table = read(&bytes, &AB).unwrap();
    let format = table.format().workbook().unwrap().clone();
    assert_eq!(format.sheet, "orders");
    let hidden: Vec<&str> = format.sheets.iter().filter(|s| s.is_hidden).map(|s| s.name.as_str()).collect();
    assert_eq!(hidden, ["hidden", "secret"]);
    assert_eq!(shown(&bytes, &AB).unwrap()[1], "2 o|1");
    let named = How { sheet: Some("secret"), ..AB };
    assert_eq!(shown(&bytes, &named).unwrap()[1], "2 s|1");
    let error = shown(&bytes, &How { sheet: Some("none"), ..AB }).unwrap_err().to_string();
    assert!(error.contains("no sheet `none`") && error.contains("orders, secret"), "{error}");
    let empty = book(&[Made("empty", "", "<sheetData/>".into())]);
    assert!(shown(&empty, &AB).unwrap_err().to_string().contains("the sheet `empty` is empty"));
}

/// A-S4-25: a second sheet of orders is never passed over without a word.
#[test]
fn a_s4_25_of_several_sheets_with_the_columns_none_is_read_unasked() {
    let bytes = book(&[
        Made("November", "", inline(&[(1, &["a", "b"]), (2, &["1", "1"])])),
        Made("notes", "", inline(&[(1, &["a"]), (2, &["x"])])),
        Made("hidden", "state=\"hidden\"", inline(&[(1, &["a", "b"]), (2, &["2", "1"])])),
        Made("December", "", inline(&[(1, &["title"]), (3, &["b", "c", "a"]), (4, &["3", "", "1"])])),
    ]);
    let error = shown(&bytes, &AB).unwrap_err().to_string();
    assert!(error.starts_with("several sheets have the wanted columns: November, December;"), "{error}");
    let named = How { sheet: Some("December"), ..AB };
    assert_eq!(shown(&bytes, &named).unwrap()[1], "4 3||1");
    // Of a heading in a row that was told, by the names in it.
    let row = How { heading: Heading::Row(1), ..AB };
    assert_eq!(shown(&bytes, &row).unwrap()[1], "2 1|1");
    // A look at it all takes the first.
    assert_eq!(shown(&bytes, &How::default()).unwrap()[1], "2 1|1");
}

#[test]
fn headings_are_found_in_sheets_too() {
    let rows =
        inline(&[(3, &["Export"]), (5, &["b", "a"]), (6, &["1", "2"]), (7, &["b", "a"]), (8, &["3", "4"])]);
    let bytes = book(&[Made("S", "", rows)]);
    assert_eq!(shown(&bytes, &AB).unwrap(), ["5 b|a", "6 1|2", "8 3|4"]);
    let row = How { heading: Heading::Row(6), ..AB };
    assert_eq!(shown(&bytes, &row).unwrap(), ["6 1|2", "7 b|a", "8 3|4"]);
    let missing = How { heading: Heading::Columns(&["a", "z"]), ..AB };
    assert_eq!(shown(&bytes, &missing).unwrap_err().to_string(), "row 5: no column `z`; there are b, a");
    assert_eq!(shown(&bytes, &How::default()).unwrap()[0], "5 b|a");
    let list = How { heading: Heading::Words(&["b"]), ..AB };
    assert_eq!(shown(&bytes, &list).unwrap()[0], "0 ", "the first row is no heading of the list");
}

#[test]
fn columns_far_out_cost_nothing() {
    let far = "<sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>a</t></is></c><c r=\"B1\" t=\"inlineStr\"><is><t>b</t></is></c></row><row r=\"2\"><c r=\"A2\"><v>1</v></c><c r=\"XFD2\"><v>2</v></c></row></sheetData>";
    let bytes = book(&[Made("S", "", far.into())]);
    assert_eq!(shown(&bytes, &AB).unwrap(), ["1 a|b", "2 1"]);
    let named = (0..1_100)
        .map(|at| format!("<c t=\"inlineStr\"><is><t>n{at}</t></is></c>"))
        .collect::<Vec<_>>()
        .concat();
    let bytes = book(&[Made("S", "", format!("<sheetData><row r=\"1\">{named}</row></sheetData>"))]);
    assert!(matches!(shown(&bytes, &AB), Err(Error::TooManyColumns { row: 1 })));
}

#[test]
fn a_cell_is_known_by_its_flaw() {
    let rows = inline(&[(1, &["a", "b"]), (2, &["<c r=\"@\" t=\"e\"><v>#REF!</v></c>", "1"])]);
    let bytes = book(&[Made("S", "", rows)]);
    let mut table = read(&bytes, &AB).unwrap();
    let mut records = table.records(&AB.heading).unwrap();
    let record = records.next().unwrap().unwrap();
    assert_eq!((record.flaw(0), record.flaw(1), record.cell(0)), (Some(Flaw::Error), None, "#REF!"));
}

/// A row is bounded as the record of a text is, also where a few bytes point to the same long text again and again.
#[test]
fn a_row_of_a_sheet_has_the_bounds_of_a_record() {
    let pointer = "<c r=\"@\" t=\"s\"><v>0</v></c>";
    let rows = inline(&[
        (1, &["a", "b", "c"]),
        (2, &["1", pointer, ""]),
        (3, &["2", pointer, pointer]),
        (4, &[pointer, "x", pointer]),
        (5, &["3", "y", "z"]),
    ]);
    let long = "t".repeat(600 << 10);
    let bytes = book_with(&[Made("S", "", rows)], &format!("<si><t>{long}</t></si>"));
    let mut table = read(&bytes, &AB).unwrap();
    let mut records = table.records(&AB.heading).unwrap();
    let mut found = Vec::new();
    while let Some(record) = records.next().unwrap() {
        let lengths: Vec<usize> = (0..3).map(|column| record.raw(column).len()).collect();
        found.push((record.row(), record.fault(), lengths));
    }
    let (whole, half) = (600 << 10, Some(Fault::TooLong));
    assert_eq!(
        found,
        [
            (2, None, vec![1, whole, 0]),
            (3, half, vec![1, whole, 0]),
            (4, half, vec![whole, 1, 0]),
            (5, None, vec![1, 1, 1]),
        ]
    );

    // One that fits no row at all is not passed over as if the row were blank.
    let rows = inline(&[(1, &["a", "b"]), (2, &[pointer, ""]), (3, &["1", "x"])]);
    let bytes = book_with(&[Made("S", "", rows)], &format!("<si><t>{long}{long}</t></si>"));
    let mut table = read(&bytes, &AB).unwrap();
    let mut records = table.records(&AB.heading).unwrap();
    let record = records.next().unwrap().unwrap();
    assert_eq!((record.row(), record.fault(), record.len()), (2, Some(Fault::TooLong), 0));
    assert_eq!(records.next().unwrap().unwrap().row(), 3);
}

#[test]
fn what_a_workbook_merges_and_shares_is_bounded() {
    let long = "t".repeat(1 << 19);
    let rows = |last: u32| {
        let rows: Vec<String> = (4..=last).map(|row| row.to_string()).collect();
        let rows: Vec<[&str; 1]> = rows.iter().map(|row| [row.as_str()]).collect();
        let third = ["1", long.as_str()];
        let mut all: Vec<(u32, &[&str])> = vec![(1, &["a", "b"]), (3, &third)];
        all.extend(rows.iter().zip(4..).map(|(cells, row)| (row, &cells[..])));
        inline(&all)
    };
    let merged = |last: u32, merges: &str| {
        let sheet = format!("{}<mergeCells>{merges}</mergeCells>", rows(last));
        let made = book(&[Made("S", "", sheet)]);
        let mut table = read(&made, &AB).unwrap();
        let mut records = table.records(&AB.heading)?;
        let mut count = 0;
        while let Some(record) = records.next()? {
            count += record.len();
        }
        Ok::<_, Error>(count)
    };
    let refused = |last, merges: &str| merged(last, merges).unwrap_err().to_string();
    assert_eq!(merged(5, "<mergeCell\n ref=\"B3:B5\"/>").unwrap(), 6, "whatever blank follows the name");
    assert!(
        refused(4, &"<mergeCell ref=\"B3:B4\"/>".repeat(12_000)).contains("overlap, from B3 and from B3")
    );
    assert!(refused(9, &"<mergeCell ref=\"B3:XFD1048576\"/>".repeat(20_000)).contains("overlap"));
    assert!(refused(9, "<mergeCell ref=\"B3:XFD1048576\"/>").contains("cover more than"));
    assert!(refused(4_000, "<mergeCell ref=\"B3:B4000\"/>").contains("too long a text for too many rows"));
    let many = "<mergeCell ref=\"A1\"/>".repeat(210_000);
    let said = read(&book(&[Made("S", "", many)]), &AB).err().unwrap().to_string();
    assert!(said.contains("ranges of merged cells"), "{said}");

    for string in ["<si/>", "<si><t></t></si>", "<x:si />"] {
        let made = book_with(&[Made("S", "", rows(4))], &string.repeat(2_000_001));
        let said = read(&made, &AB).err().unwrap().to_string();
        assert!(
            said.contains("different texts in its cells; save as CSV") || said.contains("unpacks"),
            "{said}"
        );
    }
}

/// No reader holds a cell that no spreadsheet could, wherever the archive keeps its sheet.
#[test]
fn a_cell_of_a_sheet_is_bounded_before_it_is_read() {
    for (text, runs, fits) in [(1 << 19, 1, true), (5 << 20, 1, false), (1 << 19, 12, false)] {
        // What packs badly, so that nothing else is wrong with it.
        let mut letter = 1_u32;
        let noise = std::iter::repeat_with(|| {
            letter = letter.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            char::from(b'a' + u8::try_from(letter >> 28).unwrap())
        });
        let run = format!("<r><t>{}</t></r>", noise.take(text).collect::<String>());
        let cell = format!("<c r=\"@\" t=\"inlineStr\"><is>{}</is></c>", run.repeat(runs));
        let rows = inline(&[(1, &["a", "b"]), (2, &["1", &cell])]);
        let made = book(&[Made("S", "", rows)]);
        match read(&made, &AB) {
            Ok(_) => assert!(fits, "{text} {runs}"),
            Err(error) => assert!(!fits && error.to_string().contains("too long for any"), "{error}"),
        }
    }
}
