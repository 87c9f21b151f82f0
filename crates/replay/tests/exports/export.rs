//! An export on the disk: a table, laid out in files by one program or several, with what happened to rows.

use crate::{
    damage::Placed,
    dice::Dice,
    generate::Table,
    layout::{Entry, Layout},
    model::Terms,
    outcome::Asked,
    text::Text,
    workbook::Book,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
};
use tempfile::TempDir;

/// Who writes the files: one sort of program for all of them, as rows that overlap are to be alike.
#[derive(Debug, Clone)]
pub enum Maker {
    Text(Text),
    Book(Book),
    /// A text, then a workbook, and so on; amounts and empty cells are written alike.
    Both(Text, Book),
}

/// The files of an export.
#[derive(Debug)]
pub struct Export {
    folder: TempDir,
    /// The files in the order in which they are named.
    pub inputs: Vec<PathBuf>,
    /// Which row of the table stands in a row of a file.
    pub rows: BTreeMap<(String, u64), usize>,
    /// The files and rows of what was damaged.
    pub hurt: Vec<((String, u64), Placed)>,
    pub asked: Asked,
}

impl Maker {
    pub fn new(dice: &mut Dice) -> Self {
        let (text, book) = (Text::new(dice), Book::new(dice));
        match dice.below(10) {
            0 => {
                let plain = Text::plain();
                let (currency, decimals, empty) = (plain.currency, plain.decimals, plain.empty);
                let text = Text { currency, groups: false, decimals, empty, ..text };
                Self::Both(text, Book { empty, ..book })
            }
            1..=3 => Self::Book(book),
            _ => Self::Text(text),
        }
    }

    /// Whether all files are workbooks.
    pub fn is_workbook(&self) -> bool {
        matches!(self, Self::Book(_))
    }

    /// Who writes a file, by its number.
    fn of(&self, part: usize) -> Result<&Text, &Book> {
        match self {
            Self::Text(text) => Ok(text),
            Self::Both(text, _) if part.is_multiple_of(2) => Ok(text),
            Self::Book(book) | Self::Both(_, book) => Err(book),
        }
    }

    /// Whether that file is a workbook.
    pub fn makes_workbook(&self, part: usize) -> bool {
        self.of(part).is_err()
    }

    /// Keys of the mapping's table that say what nobody can see.
    fn keys(&self, hurts: &[Placed]) -> &'static str {
        match self {
            // One byte that is no text would leave open what the others are.
            Self::Text(text) | Self::Both(text, _)
                if hurts.iter().any(|it| it.hurt.kind == crate::damage::Kind::NoText) =>
            {
                text.encoding.key()
            }
            Self::Text(_) | Self::Book(_) | Self::Both(..) => "",
        }
    }
}

impl Export {
    pub fn write(
        table: &Table,
        layout: &Layout,
        maker: &Maker,
        hurts: &[Placed],
        terms: Terms,
        dice: &mut Dice,
    ) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let (mut inputs, mut rows, mut hurt) = (Vec::new(), BTreeMap::new(), Vec::new());
        for (at, part) in layout.parts.iter().enumerate() {
            let here: Vec<_> = hurts.iter().filter(|it| it.part == at).collect();
            let given: Vec<_> = here.iter().map(|it| (it.entry, it.hurt)).collect();
            let (bytes, numbers) = match maker.of(at) {
                // Another encoding in each file, as several people would save them.
                Ok(text) if hurts.is_empty() && at > 0 && dice.chance(50) => {
                    let text = Text { encoding: Text::new(dice).encoding, ..text.clone() };
                    text.write(table, part, &given)
                }
                Ok(text) => text.write(table, part, &given),
                Err(book) => book.write(table, part, &given),
            };
            let extension = if maker.makes_workbook(at) { "xlsx" } else { "csv" };
            let name = format!("订单-{at}.{extension}");
            let path = folder.path().join(&name);
            fs::write(&path, bytes).expect("written");
            inputs.push(path);
            hurt.extend(here.iter().map(|it| ((name.clone(), numbers[it.entry]), **it)));
            for (entry, number) in part.entries.iter().zip(numbers) {
                if let Entry::Row(row) = entry {
                    rows.insert((name.clone(), number), *row);
                }
            }
        }
        dice.shuffle(&mut inputs);
        let asked = Asked::new(table, "订单-*", maker.keys(hurts), terms);
        Self { folder, inputs, rows, hurt, asked }
    }

    /// The whole in one plain file.
    pub fn plain(table: &Table, terms: Terms) -> Self {
        let (layout, maker) = (Layout::whole(table), Maker::Text(Text::plain()));
        Self::write(table, &layout, &maker, &[], terms, &mut Dice::new(0))
    }

    /// Keeps the files, so that somebody can look at them.
    pub fn keep(self) -> PathBuf {
        self.folder.keep()
    }
}

/// The sale of each row that was named. A row that nobody wrote is an error, unless a quote has broken lines apart.
pub fn sales_named(
    export: &Export,
    table: &Table,
    named: &BTreeSet<(String, u64)>,
) -> Result<BTreeSet<usize>, String> {
    let broken = export.hurt.iter().any(|(_, it)| it.hurt.breaks_lines());
    let written = named.iter().filter(|place| !broken || export.rows.contains_key(*place));
    let sale = |place: &(String, u64)| {
        let row = export.rows.get(place).ok_or_else(|| format!("{place:?} was named and is no row"))?;
        Ok(table.rows[*row].0)
    };
    written.map(sale).collect()
}
