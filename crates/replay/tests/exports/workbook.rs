//! A workbook as three programs write it: what their files look like, not only what they hold.

use crate::{
    damage::Hurt,
    dice::Dice,
    generate::{Cell, Table},
    layout::{Entry, Part},
    text::civil,
};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, Worksheet};
use std::fmt::Write as _;
use std::io::{Cursor, Write};

/// Whose way it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Maker {
    /// Texts are shared, dates are numbers with a format: Excel, `rust_xlsxwriter`.
    Shared,
    /// Texts stand in their cells, dates are numbers with a format, blank rows are there: openpyxl.
    Inline,
    /// Texts as those of formulas, dates as ISO texts, blank rows are left out: `SheetJS`.
    Iso,
}

#[derive(Debug, Clone)]
pub struct Book {
    pub maker: Maker,
    pub titles: u32,
    pub empty: &'static str,
}

/// What stands in a cell once it is written.
#[derive(Debug, Clone)]
pub enum Put {
    Nothing,
    Text(String),
    Number(String),
    Time(i64),
    /// An error of the spreadsheet.
    Error,
}

/// A sheet's rows by number from 0, and what is merged: first row, last row, column.
#[derive(Debug, Default)]
struct Sheet {
    rows: Vec<(u32, Vec<Put>)>,
    merges: Vec<(u32, u32, u16)>,
}

impl Book {
    pub fn new(dice: &mut Dice) -> Self {
        Self {
            maker: dice.pick(&[Maker::Shared, Maker::Inline, Maker::Iso]),
            titles: dice.pick(&[0, 0, 0, 1, 2]),
            empty: dice.pick(&["", "", "-", "0000-00-00 00:00:00"]),
        }
    }

    /// The file, and the row of each of its entries as a spreadsheet counts.
    pub fn write(&self, table: &Table, part: &Part, hurts: &[(usize, Hurt)]) -> (Vec<u8>, Vec<u64>) {
        let mut sheet = Sheet::default();
        for title in 0..self.titles {
            sheet.rows.push((title, vec![Put::Text("订单报表".to_owned())]));
        }
        let headings = part.columns.iter().map(|column| Put::Text(table.headings[*column].to_owned()));
        let headings: Vec<Put> = headings.collect();
        sheet.rows.push((self.titles, headings.clone()));
        let first = self.titles + 1;
        for ((at, entry), row) in part.entries.iter().enumerate().zip(first..) {
            match entry {
                Entry::Row(of_table) => {
                    let cells = &table.rows[*of_table].1;
                    let mut cells: Vec<Put> =
                        part.columns.iter().map(|column| self.put(&cells[*column])).collect();
                    for (_, hurt) in hurts.iter().filter(|(entry, _)| *entry == at) {
                        hurt.in_workbook(&mut cells, part);
                    }
                    sheet.rows.push((row, cells));
                }
                Entry::Heading => sheet.rows.push((row, headings.clone())),
                Entry::Blank => {}
            }
        }
        if part.merged {
            sheet.merge(table, part, first);
        }
        let bytes = match self.maker {
            Maker::Shared => sheet.shared(),
            Maker::Inline => sheet.packed(&inline, true),
            Maker::Iso => sheet.packed(&iso, false),
        };
        let rows = (u64::from(first) + 1..).take(part.entries.len()).collect();
        (bytes, rows)
    }

    fn put(&self, cell: &Cell) -> Put {
        match cell {
            Cell::Text(text) | Cell::Digits(text) if text.is_empty() => Put::Nothing,
            Cell::Text(text) | Cell::Digits(text) => Put::Text(text.clone()),
            Cell::Count(count) => Put::Number(count.to_string()),
            Cell::Fen(fen) => Put::Number(format!("{}.{:02}", fen / 100, fen % 100)),
            Cell::Time(Some(seconds)) => Put::Time(*seconds),
            Cell::Time(None) if self.empty.is_empty() => Put::Nothing,
            Cell::Time(None) => Put::Text(self.empty.to_owned()),
        }
    }
}

impl Sheet {
    /// The order's own columns of rows of one order that follow each other become one cell; the first row has it.
    fn merge(&mut self, table: &Table, part: &Part, first: u32) {
        let sale = |at: usize| match part.entries.get(at) {
            Some(Entry::Row(row)) => Some(table.rows[*row].0),
            Some(Entry::Blank | Entry::Heading) | None => None,
        };
        let mut at = 0;
        while at < part.entries.len() {
            let mut end = at;
            while sale(at).is_some() && sale(end + 1) == sale(at) {
                end += 1;
            }
            let rows = [at, end].map(|at| first + u32::try_from(at).expect("a short sheet"));
            let of_order = (0..).zip(&part.columns).filter(|(_, column)| table.is_of_order(**column));
            for (column, _) in of_order.filter(|_| end > at) {
                self.merges.push((rows[0], rows[1], column));
                for (row, cells) in &mut self.rows {
                    if *row > rows[0] && *row <= rows[1] {
                        cells[usize::from(column)] = Put::Nothing;
                    }
                }
            }
            at = end + 1;
        }
    }

    fn shared(&self) -> Vec<u8> {
        let mut book = Workbook::new();
        let date = Format::new().set_num_format("yyyy-mm-dd hh:mm:ss");
        let sheet = book.add_worksheet();
        for (first, last, column) in &self.merges {
            sheet.merge_range(*first, *column, *last, *column, "", &date).expect("a range");
        }
        for (row, cells) in &self.rows {
            for (column, cell) in (0..).zip(cells) {
                put_shared(sheet, *row, column, cell, &date);
            }
        }
        book.save_to_buffer().expect("a workbook in memory")
    }

    /// By hand: the parts that a reader looks for, and the sheet with its cells as `cell` writes them.
    fn packed(&self, cell: &dyn Fn(&Put, &str) -> String, with_blank_rows: bool) -> Vec<u8> {
        let mut xml = String::from(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><worksheet \
             xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>",
        );
        let last = self.rows.last().map_or(0, |(row, _)| *row);
        for row in 0..=last {
            let cells = self.rows.iter().find(|(of, _)| *of == row).map(|(_, cells)| cells);
            if cells.is_none() && !with_blank_rows {
                continue;
            }
            write!(xml, "<row r=\"{}\">", row + 1).expect("a text takes all");
            for (column, put) in (0..).zip(cells.into_iter().flatten()) {
                xml += &cell(put, &reference(row, column));
            }
            xml += "</row>";
        }
        xml += "</sheetData>";
        if !self.merges.is_empty() {
            write!(xml, "<mergeCells count=\"{}\">", self.merges.len()).expect("a text takes all");
            for (first, last, column) in &self.merges {
                let (from, to) = (reference(*first, *column), reference(*last, *column));
                write!(xml, "<mergeCell ref=\"{from}:{to}\"/>").expect("a text takes all");
            }
            xml += "</mergeCells>";
        }
        xml += "</worksheet>";
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let sheet = ("xl/worksheets/sheet1.xml", xml.as_str());
        for (name, text) in PARTS.into_iter().chain([sheet]) {
            zip.start_file(name, zip::write::SimpleFileOptions::default()).expect("a part");
            zip.write_all(text.as_bytes()).expect("in memory");
        }
        zip.finish().expect("in memory").into_inner()
    }
}

fn put_shared(sheet: &mut Worksheet, row: u32, column: u16, cell: &Put, date: &Format) {
    let put = match cell {
        Put::Nothing => return,
        Put::Text(text) => sheet.write_string(row, column, text),
        Put::Number(number) => sheet.write_number(row, column, number.parse::<f64>().expect("a number")),
        Put::Time(seconds) => {
            let text = civil(*seconds).to_string();
            let at = ExcelDateTime::parse_from_str(&text).expect("a time");
            sheet.write_datetime_with_format(row, column, &at, date)
        }
        Put::Error => {
            sheet.write_formula(row, column, rust_xlsxwriter::Formula::new("=NA()").set_result("#N/A"))
        }
    };
    put.expect("a cell");
}

fn inline(put: &Put, at: &str) -> String {
    match put {
        Put::Nothing => String::new(),
        Put::Text(text) => {
            format!(
                "<c r=\"{at}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">{}</t></is></c>",
                escaped(text)
            )
        }
        Put::Number(number) => format!("<c r=\"{at}\" t=\"n\"><v>{number}</v></c>"),
        Put::Time(seconds) => {
            // Days since 1899-12-30; a serial has its seconds as a fraction.
            #[allow(clippy::cast_precision_loss, reason = "seconds of this century are exact")]
            let serial = *seconds as f64 / 86_400.0 + 25_569.0;
            format!("<c r=\"{at}\" s=\"1\" t=\"n\"><v>{serial}</v></c>")
        }
        Put::Error => format!("<c r=\"{at}\" t=\"e\"><v>#N/A</v></c>"),
    }
}

fn iso(put: &Put, at: &str) -> String {
    match put {
        Put::Nothing => String::new(),
        Put::Text(text) => format!("<c r=\"{at}\" t=\"str\"><v>{}</v></c>", escaped(text)),
        Put::Number(number) => format!("<c r=\"{at}\"><v>{number}</v></c>"),
        Put::Time(seconds) => {
            let fraction = ["", ".000", ".000Z"][usize::try_from(seconds % 3).expect("after 1970")];
            format!("<c r=\"{at}\" t=\"d\"><v>{}{fraction}</v></c>", civil(*seconds))
        }
        Put::Error => format!("<c r=\"{at}\" t=\"e\"><v>#REF!</v></c>"),
    }
}

fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace('\r', "&#13;").replace('\n', "&#10;").replace('\t', "&#9;")
}

/// `A1`; there are fewer than 26 columns.
fn reference(row: u32, column: u16) -> String {
    let letter = char::from(b'A' + u8::try_from(column).expect("a few columns"));
    format!("{letter}{}", row + 1)
}

const PARTS: [(&str, &str); 5] = [
    (
        "[Content_Types].xml",
        r#"<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>"#,
    ),
    (
        "_rels/.rels",
        r#"<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
    ),
    (
        "xl/workbook.xml",
        r#"<?xml version="1.0" encoding="UTF-8"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="订单" sheetId="1" r:id="rId1"/></sheets></workbook>"#,
    ),
    (
        "xl/_rels/workbook.xml.rels",
        r#"<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#,
    ),
    (
        "xl/styles.xml",
        r#"<?xml version="1.0" encoding="UTF-8"?><styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy-mm-dd h:mm:ss"/></numFmts><fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf numFmtId="0"/></cellStyleXfs><cellXfs count="2"><xf numFmtId="0" xfId="0"/><xf numFmtId="164" xfId="0" applyNumberFormat="1"/></cellXfs></styleSheet>"#,
    ),
];
