//! What happens to a row on its way: a quote too many, a cell too few, a byte that is no text, digits lost.

use crate::{
    dice::Dice,
    generate::{AMOUNT, COUNT, Cell, ORDER, ORDERED, PAID, Table},
    layout::{Entry, Layout, Part},
    workbook::Put,
};

/// Stands for what no encoding has; the writer puts bytes there that are no text.
pub const NO_TEXT: char = '\u{e000}';

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    CellMore,
    CellLess,
    /// Text behind the end of a quoted cell.
    BehindQuote,
    /// A quote that nobody closes.
    Unclosed,
    NoText,
    CellError,
    DigitsLost,
    OrderEmptied,
    NoAmount,
    NoTime,
    NoCount,
}

const OF_WORKBOOKS: [Kind; 6] =
    [Kind::CellError, Kind::DigitsLost, Kind::OrderEmptied, Kind::NoAmount, Kind::NoTime, Kind::NoCount];
const OF_TEXTS: [Kind; 10] = [
    Kind::CellMore,
    Kind::CellLess,
    Kind::BehindQuote,
    Kind::Unclosed,
    Kind::NoText,
    Kind::DigitsLost,
    Kind::OrderEmptied,
    Kind::NoAmount,
    Kind::NoTime,
    Kind::NoCount,
];

/// One damaged row.
#[derive(Debug, Clone, Copy)]
pub struct Hurt {
    pub kind: Kind,
    /// The table's column where it happens.
    pub column: usize,
    pub order: usize,
    pub choice: usize,
    /// Whether a cell of the row holds line breaks.
    pub several_lines: bool,
}

/// A damaged row in its place.
#[derive(Debug, Clone, Copy)]
pub struct Placed {
    pub part: usize,
    pub entry: usize,
    /// Whose row it is.
    pub sale: usize,
    pub hurt: Hurt,
}

/// One to three rows of a layout, damaged in a way that its files know.
pub fn some(
    table: &Table,
    layout: &Layout,
    is_workbook: &dyn Fn(usize) -> bool,
    dice: &mut Dice,
) -> Vec<Placed> {
    let mut found: Vec<Placed> = Vec::new();
    for _ in 0..dice.pick(&[1, 1, 2, 3]) {
        if found.iter().any(|it| it.hurt.breaks_lines()) {
            break;
        }
        let part = dice.below(layout.parts.len());
        let entries = &layout.parts[part].entries;
        let entry = dice.below(entries.len());
        let Entry::Row(row) = entries[entry] else { continue };
        if found.iter().any(|other| (other.part, other.entry) == (part, entry)) {
            continue;
        }
        let kind = dice.pick(if is_workbook(part) { &OF_WORKBOOKS[..] } else { &OF_TEXTS });
        let order = table.column(ORDER);
        let column = match kind {
            Kind::DigitsLost | Kind::OrderEmptied => order,
            Kind::NoAmount => table.column(AMOUNT),
            Kind::NoTime => table.column(dice.pick(&[ORDERED, PAID])),
            Kind::NoCount => table.column(COUNT),
            Kind::CellError => table.column(dice.pick(&[ORDER, COUNT, ORDERED, AMOUNT])),
            Kind::NoText => table.column(dice.pick(&[COUNT, ORDERED, PAID, AMOUNT, "买家昵称", "商家编码"])),
            Kind::CellMore | Kind::CellLess | Kind::BehindQuote | Kind::Unclosed => {
                dice.below(table.headings.len())
            }
        };
        // A cell of a merged range other than its first one is not there to be damaged.
        if layout.parts[part].merged && table.is_of_order(column) {
            continue;
        }
        let has_breaks = |cell: &Cell| matches!(cell, Cell::Text(text) if text.contains(['\r', '\n']));
        let several_lines = table.rows[row].1.iter().any(has_breaks);
        let hurt = Hurt { kind, column, order, choice: dice.below(1_000), several_lines };
        if hurt.breaks_lines() {
            // Lines behind a quote that is wrong may be told as rows of their own.
            found.clear();
        }
        found.push(Placed { part, entry, sale: table.rows[row].0, hurt });
    }
    found
}

impl Hurt {
    /// Whether the row alone does not tell whose it is, or where it ends: others may be left out with it.
    pub fn hides_order(&self) -> bool {
        let lost = matches!(self.kind, Kind::DigitsLost | Kind::OrderEmptied);
        let replaces = self.kind == Kind::CellError && self.column == self.order;
        lost || replaces || self.destroys_order() || self.breaks_lines()
    }

    /// Whether wrong quotes or a cell too few have taken the order's number away, so that nothing of the row can be
    /// relied on.
    pub fn destroys_order(&self) -> bool {
        let kind = matches!(self.kind, Kind::CellLess | Kind::BehindQuote | Kind::Unclosed);
        kind && self.column == self.order
    }

    /// Whether its lines may be told as rows of their own: its quotes are wrong, or look so.
    pub fn breaks_lines(&self) -> bool {
        let counts = matches!(self.kind, Kind::CellMore | Kind::CellLess);
        matches!(self.kind, Kind::BehindQuote | Kind::Unclosed) || (counts && self.several_lines)
    }

    /// Where the column stands in the file.
    fn place(&self, part: &Part) -> usize {
        part.columns.iter().position(|column| *column == self.column).expect("a file has all columns")
    }

    fn wrong(&self) -> &'static str {
        let words: &[&str] = match self.kind {
            Kind::DigitsLost => &["3.37292E+18", "3.37E+17", "1.23E+17"],
            Kind::NoAmount => &["abc", "1.2.3", "5,5", "#VALUE!", "1.005", "12O.00"],
            Kind::NoTime => &["soon", "2023-13-01 00:00:00", "2023-02-30 10:00:00", "10:00"],
            Kind::NoCount => &["x", "1.5", "-2", "0x1"],
            Kind::OrderEmptied
            | Kind::CellMore
            | Kind::CellLess
            | Kind::BehindQuote
            | Kind::Unclosed
            | Kind::NoText
            | Kind::CellError => &[""],
        };
        words[self.choice % words.len()]
    }

    /// Cells as they are written, quotes and all.
    pub fn in_text(&self, cells: &mut Vec<String>, part: &Part) {
        let place = self.place(part);
        match self.kind {
            Kind::CellMore => cells.insert(place, ["多", ""][self.choice % 2].to_owned()),
            Kind::CellLess => {
                cells.remove(place);
            }
            Kind::BehindQuote => cells[place] = String::from("\"红色\"的"),
            Kind::Unclosed => cells[place] = String::from("\"红色"),
            Kind::NoText => cells[place] = format!("{NO_TEXT}{}", cells[place].trim_matches('"')),
            Kind::DigitsLost | Kind::OrderEmptied | Kind::NoTime | Kind::NoCount | Kind::CellError => {
                cells[place] = String::from(self.wrong());
            }
            Kind::NoAmount => cells[place] = format!("\"{}\"", self.wrong()),
        }
    }

    pub fn in_workbook(&self, cells: &mut [Put], part: &Part) {
        let place = self.place(part);
        cells[place] = match self.kind {
            Kind::CellError => Put::Error,
            Kind::OrderEmptied => Put::Nothing,
            // As a spreadsheet keeps a long number.
            Kind::DigitsLost => Put::Number("3372915542019845600".to_owned()),
            Kind::NoAmount
            | Kind::NoTime
            | Kind::NoCount
            | Kind::CellMore
            | Kind::CellLess
            | Kind::BehindQuote
            | Kind::Unclosed
            | Kind::NoText => Put::Text(self.wrong().to_owned()),
        };
    }
}
