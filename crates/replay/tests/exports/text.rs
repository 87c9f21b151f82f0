//! A file of text as programs write it: separators, quotes, line ends, numbers, title rows, encodings.

use crate::{
    damage::{Hurt, NO_TEXT},
    dice::Dice,
    generate::{Cell, Table},
    layout::{Entry, Part},
};
use jiff::{Timestamp, tz::TimeZone};
use std::fmt::Write as _;

/// How the bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    Utf8Marked,
    Gb18030,
    Utf16Le,
    Utf16Be,
}

/// What stands in quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quotes {
    Needed,
    All,
}

/// How a program writes.
#[derive(Debug, Clone)]
pub struct Text {
    pub separator: char,
    pub says_separator: bool,
    pub line_end: &'static str,
    pub quotes: Quotes,
    /// What stands around digits that are no number.
    pub digits: (&'static str, &'static str),
    /// What stands before an amount, and whether its groups are shown.
    pub currency: &'static str,
    pub groups: bool,
    pub decimals: &'static str,
    pub empty: &'static str,
    pub titles: usize,
    pub encoding: Encoding,
    pub ends_open: bool,
}

impl Encoding {
    /// The key of a mapping that says so.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Utf8 | Self::Utf8Marked => "encoding = \"utf-8\"",
            Self::Gb18030 => "encoding = \"gb18030\"",
            Self::Utf16Le => "encoding = \"utf-16le\"",
            Self::Utf16Be => "encoding = \"utf-16be\"",
        }
    }
}

impl Text {
    /// As anything reads it.
    pub const fn plain() -> Self {
        Self {
            separator: ',',
            says_separator: false,
            line_end: "\n",
            quotes: Quotes::Needed,
            digits: ("", ""),
            currency: "",
            groups: false,
            decimals: "",
            empty: "",
            titles: 0,
            encoding: Encoding::Utf8,
            ends_open: false,
        }
    }

    pub fn new(dice: &mut Dice) -> Self {
        let encodings =
            [Encoding::Utf8, Encoding::Utf8Marked, Encoding::Gb18030, Encoding::Utf16Le, Encoding::Utf16Be];
        Self {
            separator: dice.pick(&[',', ',', ';', '\t']),
            says_separator: dice.chance(20),
            line_end: dice.pick(&["\n", "\r\n", "\r\n", "\r"]),
            quotes: dice.pick(&[Quotes::Needed, Quotes::Needed, Quotes::All]),
            digits: dice.pick(&[("", ""), ("", ""), ("=\"", "\""), ("'", ""), ("", "\t")]),
            currency: dice.pick(&["", "", "¥", "￥"]),
            groups: dice.chance(30),
            decimals: dice.pick(&["", "", ".00"]),
            empty: dice.pick(&["", "", "-", "NULL", "0000-00-00 00:00:00", "0001-01-01 00:00:00"]),
            titles: dice.pick(&[0, 0, 0, 1, 3]),
            encoding: dice.pick(&encodings),
            ends_open: dice.chance(20),
        }
    }

    /// The file, and the row of each of its entries as a spreadsheet counts.
    pub fn write(&self, table: &Table, part: &Part, hurts: &[(usize, Hurt)]) -> (Vec<u8>, Vec<u64>) {
        let mut text = String::new();
        if self.says_separator {
            write!(text, "sep={}{}", self.separator, self.line_end).expect("a text takes all");
        }
        for title in 0..self.titles {
            text += ["2023年10月 订单报表", "", "导出时间: 2023-11-10 10:00:00"][title % 3];
            text += self.line_end;
        }
        let headings = part.columns.iter().map(|column| self.quoted(table.headings[*column]));
        let heading = headings.collect::<Vec<_>>().join(&self.separator.to_string());
        write!(text, "{heading}{}", self.line_end).expect("a text takes all");
        let mut row = u64::from(self.says_separator) + self.titles as u64 + 1;
        let mut rows = Vec::new();
        for (at, entry) in part.entries.iter().enumerate() {
            row += 1;
            rows.push(row);
            match entry {
                Entry::Row(of_table) => {
                    let cells = &table.rows[*of_table].1;
                    let told = part.columns.iter().map(|column| self.quoted(&self.told(&cells[*column])));
                    let mut cells: Vec<String> = told.collect();
                    for (_, hurt) in hurts.iter().filter(|(entry, _)| *entry == at) {
                        hurt.in_text(&mut cells, part);
                    }
                    text += &cells.join(&self.separator.to_string());
                }
                Entry::Heading => text += &heading,
                Entry::Blank => {}
            }
            text += self.line_end;
        }
        if self.ends_open && !part.entries.last().is_some_and(|last| *last == Entry::Blank) {
            text.truncate(text.len() - self.line_end.len());
        }
        (self.encoded(&text), rows)
    }

    fn told(&self, cell: &Cell) -> String {
        match cell {
            Cell::Text(text) => text.clone(),
            Cell::Digits(digits) => format!("{}{digits}{}", self.digits.0, self.digits.1),
            Cell::Count(count) => format!("{count}{}", self.decimals),
            Cell::Fen(fen) => {
                let mut whole = (fen / 100).to_string();
                let mut at = whole.len();
                while self.groups && at > 3 {
                    at -= 3;
                    whole.insert(at, ',');
                }
                format!("{}{whole}.{:02}", self.currency, fen % 100)
            }
            Cell::Time(None) => self.empty.to_owned(),
            Cell::Time(Some(seconds)) => civil(*seconds).strftime("%Y-%m-%d %H:%M:%S").to_string(),
        }
    }

    fn quoted(&self, text: &str) -> String {
        let must = |c: char| c == self.separator || matches!(c, '"' | '\r' | '\n');
        // Excel writes ="123" with its quotes doubled and around it, others just so.
        let all = self.quotes == Quotes::All;
        let as_formula = text.starts_with("=\"") && !all;
        if !as_formula && (all || text.contains(must)) {
            return format!("\"{}\"", text.replace('"', "\"\""));
        }
        text.to_owned()
    }

    fn encoded(&self, text: &str) -> Vec<u8> {
        let units = |text: &str, to: fn(u16) -> [u8; 2]| -> Vec<u8> {
            text.chars()
                .flat_map(|c| {
                    // A half of a pair is no text.
                    let unit =
                        if c == NO_TEXT { vec![0xd800] } else { c.to_string().encode_utf16().collect() };
                    unit.into_iter().flat_map(to).collect::<Vec<u8>>()
                })
                .collect()
        };
        let marked = format!("\u{feff}{text}");
        match self.encoding {
            Encoding::Utf8 => bytes(text, |text| text.as_bytes().to_vec()),
            Encoding::Utf8Marked => bytes(&marked, |text| text.as_bytes().to_vec()),
            Encoding::Gb18030 => bytes(text, |text| encoding_rs::GB18030.encode(text).0.into_owned()),
            Encoding::Utf16Le => units(&marked, u16::to_le_bytes),
            Encoding::Utf16Be => units(&marked, u16::to_be_bytes),
        }
    }
}

fn bytes(text: &str, encode: impl Fn(&str) -> Vec<u8>) -> Vec<u8> {
    text.split(NO_TEXT).map(encode).collect::<Vec<_>>().join(&0xff)
}

/// What a clock on the shop's wall shows.
pub fn civil(seconds: i64) -> jiff::civil::DateTime {
    let at = Timestamp::from_second(seconds).expect("a time of a test");
    at.to_zoned(TimeZone::UTC).datetime()
}
