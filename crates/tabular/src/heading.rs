//! The row that names the columns, and how names are compared.

use crate::{
    cell,
    error::Error,
    limits::{COLUMNS, HEADING_ROWS},
};

/// How the heading is found.
#[derive(Debug, Clone, Copy)]
pub enum Heading<'h> {
    /// It stands in that row.
    Row(u64),
    /// It has these columns: the first row that is not blank, else the first of the first
    /// [`HEADING_ROWS`](crate::limits::HEADING_ROWS) that has all of them.
    Columns(&'h [&'h str]),
    /// There may be none: the first row that is not blank is one where its first cell is one of these words, in whatever
    /// case. Rows may have any number of cells.
    Words(&'h [&'h str]),
    /// Nothing is known: the first row that has names for nearly all columns.
    Guess,
}

/// A name of a column as it is compared: without the blanks around it, those inside (line breaks too) as one.
pub fn name(text: &str) -> String {
    let text = cell::plain(text);
    if text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return text.to_owned();
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ")
}

/// The same without any blanks, full-width signs as plain ones: a line break in a Chinese name is none, and （元） is (元).
fn squeezed(name: &str) -> String {
    name.chars().filter(|letter| !letter.is_whitespace()).map(half_width).collect()
}

fn half_width(letter: char) -> char {
    match letter {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(letter) - 0xfee0).unwrap_or(letter),
        other => other,
    }
}

/// Where a column stands in a row of names; all places where that is how it is written, else where only blanks and the width of
/// signs differ.
fn places(names: &[String], column: &str) -> (Option<usize>, Option<usize>) {
    let wanted = name(column);
    let mut found = (0..names.len()).filter(|&at| names[at] == wanted);
    if let Some(first) = found.next() {
        return (Some(first), found.next());
    }
    let wanted = squeezed(&wanted);
    let mut found = (0..names.len()).filter(|&at| squeezed(&names[at]) == wanted);
    (found.next(), found.next())
}

/// Where a column stands; an error where it does not, or twice.
pub(crate) fn find(names: &[String], column: &str, row: u64) -> Result<usize, Error> {
    match places(names, column) {
        (Some(_), Some(_)) => Err(Error::ColumnTwice { row, column: column.to_owned() }),
        (Some(at), None) => Ok(at),
        (None, _) => {
            let present =
                names.iter().filter(|name| !name.is_empty()).cloned().collect::<Vec<_>>().join(", ");
            Err(Error::NoColumn { row, column: column.to_owned(), present })
        }
    }
}

/// How many of the columns stand in a row.
pub(crate) fn named(row: &[String], wanted: &[&str]) -> usize {
    wanted.iter().filter(|column| places(row, column).0.is_some()).count()
}

/// A row that may be the heading: its number and its cells as names.
pub(crate) type Candidate = (u64, Vec<String>);

impl Heading<'_> {
    /// Among how many rows it is looked for.
    pub(crate) fn rows(&self) -> usize {
        match self {
            Self::Row(asked) => usize::try_from(*asked).unwrap_or(usize::MAX).min(1 << 16),
            Self::Words(_) => 1,
            Self::Columns(_) | Self::Guess => HEADING_ROWS,
        }
    }

    /// Whether no row after this one can be it.
    pub(crate) fn is_found(&self, (row, names): &Candidate) -> bool {
        match self {
            Self::Columns(wanted) => named(names, wanted) == wanted.len(),
            Self::Row(asked) => row >= asked,
            Self::Words(_) | Self::Guess => false,
        }
    }

    /// Whether a row begins with one of the words.
    pub(crate) fn begins(&self, row: &[String]) -> bool {
        let Heading::Words(words) = self else { return false };
        let first = row.first().map(|cell| squeezed(cell).to_lowercase()).unwrap_or_default();
        words.iter().any(|word| squeezed(word).to_lowercase() == first)
    }

    /// Which of the first rows that are not blank is the heading; none when there is no heading and need be none.
    pub(crate) fn choose(&self, rows: &[Candidate]) -> Result<Option<usize>, Error> {
        let in_bounds = |at: usize| match rows[at].1.len() {
            0..=COLUMNS => Ok(Some(at)),
            _ => Err(Error::TooManyColumns { row: rows[at].0 }),
        };
        match self {
            Self::Row(wanted) => match rows.iter().position(|(row, _)| row == wanted) {
                Some(at) => in_bounds(at),
                None => Err(Error::NoHeading { row: *wanted }),
            },
            Self::Columns(wanted) => {
                let named = |at: &usize| named(&rows[*at].1, wanted);
                let best = (0..rows.len()).rev().max_by_key(named);
                match best {
                    Some(at) => in_bounds(at),
                    None => Err(Error::NoHeading { row: 1 }),
                }
            }
            Self::Words(_) => Ok(rows.first().filter(|(_, row)| self.begins(row)).map(|_| 0)),
            Self::Guess => Ok(guess(rows)),
        }
    }
}

/// The first row that names nearly as many columns as any row has cells, each once, and few of them numbers.
fn guess(rows: &[Candidate]) -> Option<usize> {
    let filled = |row: &[String]| row.iter().filter(|cell| !cell.is_empty()).count();
    let most = rows.iter().map(|(_, row)| filled(row)).max()?;
    let is_number = |cell: &&String| cell.starts_with(|c: char| c.is_numeric());
    let names = |row: &[String]| {
        let count = filled(row);
        let numbers = row.iter().filter(is_number).count();
        let once = (0..row.len()).all(|at| row[at].is_empty() || !row[..at].contains(&row[at]));
        count * 5 >= most * 4 && numbers * 2 < count.max(1) && once
    };
    rows.iter().position(|(_, row)| names(row)).or(Some(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_as_it_is_written_goes_before_one_that_differs_in_blanks_or_width() {
        let names = ["金额（元）", "商品数量（件）", "数 量", "金额(元)"].map(str::to_owned);
        for (column, at) in [("金额(元)", 3), ("金额（元）", 0), ("商品数量(件)", 1), ("数量", 2)]
        {
            assert_eq!(find(&names, column, 1).ok(), Some(at), "{column}");
        }
        assert!(
            matches!(find(&names, "金额（元)", 1), Err(Error::ColumnTwice { .. })),
            "either may be meant"
        );
        assert!(matches!(find(&names, "金额", 1), Err(Error::NoColumn { .. })));
    }
}
