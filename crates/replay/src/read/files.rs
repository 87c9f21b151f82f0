//! The files of an export: which belongs to which table, and why an export cannot be read at all.

use super::limits::ROWS;
use crate::plan::Plan;
use std::{
    cmp::Ordering,
    io,
    path::{Path, PathBuf},
};

/// Why an export cannot be read at all. Paths are as they were named.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// A file or folder cannot be read.
    #[error("{path}: {source}")]
    Open {
        /// The file or folder.
        path: String,
        /// What the system says.
        source: io::Error,
    },
    /// No file for a table of the mapping.
    #[error("no file named {} for the table `{table}` among the inputs", patterns.join(" or "))]
    NoFile {
        /// The table of the mapping.
        table: String,
        /// The file names that the mapping gives it.
        patterns: Vec<String>,
    },
    /// A file that was named is read by no table of the mapping.
    #[error("{path}: no table of the mapping reads it; they read {patterns}")]
    Unread {
        /// The file.
        path: String,
        /// The file names of the mapping's tables.
        patterns: String,
    },
    /// The header lacks a column that the mapping names.
    #[error("{file} row {row}: no column `{column}`; there are {present}")]
    NoColumn {
        /// The file.
        file: String,
        /// The row of the header.
        row: u64,
        /// The column that the mapping names.
        column: String,
        /// The columns that are there.
        present: String,
    },
    /// The header names a column twice.
    #[error("{file} row {row}: the column `{column}` stands twice")]
    ColumnTwice {
        /// The file.
        file: String,
        /// The row of the header.
        row: u64,
        /// The column.
        column: String,
    },
    /// More rows than are read in one go.
    #[error("{file}: more than {ROWS} rows; take a shorter time")]
    TooManyRows {
        /// The file that went over the limit.
        file: String,
    },
    /// A workbook that cannot be read, or that would unpack into too much.
    #[error("{file}: {message}")]
    Workbook {
        /// The file.
        file: String,
        /// What is wrong, and what would do.
        message: String,
    },
    /// A file that is no table, or one whose heading cannot be found.
    #[error("{file}: {message}")]
    NoTable {
        /// The file.
        file: String,
        /// What it is, and what would do.
        message: String,
    },
    /// The rows of an order do not stand together although the mapping says so.
    #[error(
        "{file} row {row}: rows of this order stood earlier too; write order.rows = \"anywhere\" and take the files again"
    )]
    Scattered {
        /// The file.
        file: String,
        /// The row.
        row: u64,
    },
    /// Whoever takes the orders has stopped.
    #[error("the orders are no longer taken")]
    Stopped,
}

impl ReadError {
    /// The same in Chinese.
    pub fn zh(&self) -> String {
        match self {
            Self::Open { path, source } => format!("{path}：{source}"),
            Self::NoFile { table, patterns } => {
                let names = patterns.join(" 或 ");
                format!(
                    "给的文件里没有表 `{table}` 要的 {names}：请改文件名，或改映射里的 tables.{table}.file"
                )
            }
            Self::Unread { path, patterns } => {
                format!("{path}：映射里没有一张表读它；它们读的是 {patterns}")
            }
            Self::NoColumn { file, row, column, present } => {
                format!("{file} 第 {row} 行：没有列 `{column}`；有的列是 {present}")
            }
            Self::ColumnTwice { file, row, column } => format!("{file} 第 {row} 行：列 `{column}` 出现两次"),
            Self::TooManyRows { file } => format!("{file}：超过 {ROWS} 行；请缩短导出的时间段"),
            Self::Workbook { file, message } | Self::NoTable { file, message } => {
                format!("{file}：{message}")
            }
            Self::Scattered { file, row } => {
                format!("{file} 第 {row} 行：这个订单的行前面也有；请写 order.rows = \"anywhere\"，再读一次")
            }
            Self::Stopped => "订单已无人接收".to_owned(),
        }
    }

    /// What reading a file as a table met.
    pub(crate) fn of(path: &Path, file: &str, error: tabular::Error) -> Self {
        use tabular::Error;
        let file = file.to_owned();
        match error {
            Error::Io(source) => open(path)(source),
            Error::NoColumn { row, column, present } => Self::NoColumn { file, row, column, present },
            Error::ColumnTwice { row, column } => Self::ColumnTwice { file, row, column },
            Error::Workbook(message) => Self::Workbook { file, message },
            Error::NoSheet { .. } | Error::SeveralSheets { .. } => {
                Self::Workbook { file, message: error.to_string() }
            }
            Error::OldWorkbook
            | Error::Markup
            | Error::Encoding { .. }
            | Error::NoHeading { .. }
            | Error::TooManyColumns { .. } => Self::NoTable { file, message: error.to_string() },
        }
    }
}

/// One file and its place among all of them.
#[derive(Debug)]
pub(super) struct Source {
    pub table: usize,
    pub path: PathBuf,
    pub name: String,
    pub bytes: u64,
    /// Its place among the inputs as they were named; those of a folder by their names, numbers in them as numbers.
    pub given: usize,
    /// Whether the lines stand in several files: then it is asked which rows are the same.
    pub in_parts: bool,
}

/// The files of the export, by table and name.
#[derive(Debug)]
pub(super) struct Found(pub Vec<Source>);

impl Found {
    pub fn find(plan: &Plan, inputs: &[PathBuf]) -> Result<Self, ReadError> {
        let (mut paths, mut named) = (Vec::new(), Vec::new());
        for input in inputs {
            if std::fs::metadata(input).map_err(open(input))?.is_dir() {
                let entries = std::fs::read_dir(input).map_err(open(input))?;
                let mut inside = entries
                    .map(|entry| Ok(entry?.path()))
                    .collect::<io::Result<Vec<_>>>()
                    .map_err(open(input))?;
                inside.sort_by(|a, b| natural(a, b));
                paths.append(&mut inside);
            } else {
                paths.push(input.clone());
                named.push(input);
            }
        }
        let mut found = Vec::new();
        for (slot, table) in plan.tables.iter().enumerate() {
            let before = found.len();
            for (given, path) in paths.iter().enumerate() {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                let metadata = std::fs::metadata(path).map_err(open(path))?;
                if metadata.is_file() && table.files.iter().any(|file| matches(file, &name)) {
                    found.push(Source {
                        table: slot,
                        path: path.clone(),
                        name: name.into_owned(),
                        bytes: metadata.len(),
                        given,
                        in_parts: false,
                    });
                }
            }
            if found.len() == before {
                let patterns = table.files.iter().map(ToString::to_string).collect();
                return Err(ReadError::NoFile { table: table.name.clone(), patterns });
            }
        }
        found.sort_by(|a, b| (a.table, &a.name, &a.path, a.given).cmp(&(b.table, &b.name, &b.path, b.given)));
        // What lies about in a folder is passed over, what was named is not.
        if let Some(unread) = named.into_iter().find(|path| found.iter().all(|source| source.path != **path))
        {
            let patterns: Vec<&str> =
                plan.tables.iter().flat_map(|table| &table.files).map(|file| &**file).collect();
            let path = unread.display().to_string();
            return Err(ReadError::Unread { path, patterns: patterns.join(", ") });
        }
        // A file named on its own and by its folder is one file.
        found.dedup_by(|a, b| a.table == b.table && a.path == b.path);
        let in_parts = found.iter().filter(|source| source.table == 0).count() > 1;
        for source in &mut found {
            source.in_parts = in_parts && source.table == 0;
        }
        Ok(Self(found))
    }

    pub fn name(&self, file: usize) -> &str {
        &self.0[file].name
    }
}

/// The order of two files of a folder: numbers in their names compare as numbers, so that 11月9日 comes before 11月10日.
fn natural(a: &Path, b: &Path) -> Ordering {
    let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let (one, other) = (name(a), name(b));
    pieces(&one).cmp(pieces(&other)).then_with(|| a.cmp(b))
}

/// What a name is made of. Digits of any width are numbers; zeros before a number do not count.
fn pieces(name: &str) -> impl Iterator<Item = Piece> {
    let mut rest = name.chars().peekable();
    std::iter::from_fn(move || {
        let first = rest.next()?;
        let Some(first) = digit(first) else { return Some(Piece::Other(first)) };
        let mut digits = String::from(first);
        while let Some(next) = rest.peek().copied().and_then(digit) {
            digits.push(next);
            rest.next();
        }
        let number = digits.trim_start_matches('0').to_owned();
        Some(Piece::Number(number.len(), number))
    })
}

/// The digit, where it is one: `9` and `９`.
fn digit(char: char) -> Option<char> {
    match char {
        '0'..='9' => Some(char),
        '０'..='９' => char::from_digit(u32::from(char) - u32::from('０'), 10),
        _ => None,
    }
}

/// A number by its length and digits, which is its size, or another character.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Piece {
    Number(usize, String),
    Other(char),
}

/// Whether a name fits a pattern in which `*` stands for any characters. Only the last star is tried again, as an earlier
/// one could not do better: the time is the product of the lengths at most, whatever is asked.
pub(crate) fn matches(pattern: &str, name: &str) -> bool {
    let (mut rest, mut left) = (pattern, name);
    // What follows the last star, and what of the name it has not been tried on.
    let mut star: Option<(&str, &str)> = None;
    loop {
        let wanted = rest.chars().next();
        if wanted == Some('*') {
            rest = &rest[1..];
            star = Some((rest, left));
            continue;
        }
        let next = left.chars().next();
        if wanted.is_none() && next.is_none() {
            return true;
        }
        if let (Some(wanted), Some(next)) = (wanted, next)
            && wanted == next
        {
            (rest, left) = (&rest[wanted.len_utf8()..], &left[next.len_utf8()..]);
            continue;
        }
        let Some((after, tried)) = star else { return false };
        let Some(skipped) = tried.chars().next() else { return false };
        (rest, left) = (after, &tried[skipped.len_utf8()..]);
        star = Some((after, left));
    }
}

pub(super) fn open(path: &Path) -> impl Fn(io::Error) -> ReadError {
    let path = path.display().to_string();
    move |source| ReadError::Open { path: path.clone(), source }
}

#[cfg(test)]
mod tests {
    use super::{matches, natural};
    use std::path::PathBuf;

    #[test]
    fn numbers_in_names_compare_as_numbers() {
        for names in [
            &["11月9日.csv", "11月10日.csv", "12月1日.csv"][..],
            &["订单９.csv", "订单10.csv", "订单１１.csv"],
            &["orders (2).csv", "orders (10).csv", "orders.csv"],
            &[
                "part-1.csv",
                "part-02.csv",
                "part-3-2.csv",
                "part-3-10.csv",
                "part-99999999999999999999999.csv",
            ],
            &["20251109.csv", "20251110.csv", "a.csv", "b.csv"],
        ] {
            let mut sorted: Vec<PathBuf> = names.iter().rev().map(PathBuf::from).collect();
            sorted.sort_by(|a, b| natural(a, b));
            assert_eq!(sorted, names.iter().map(PathBuf::from).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_star_stands_for_any_characters() {
        for (pattern, name, fits) in [
            ("orders.csv", "orders.csv", true),
            ("orders.csv", "orders.csv.gz", false),
            ("orders-*.csv", "orders-2018.csv", true),
            ("orders-*.csv", "orders-.csv", true),
            ("*订单*.csv", "六月订单1.csv", true),
            ("*a*b", "xaxb", true),
            ("*a*b", "xbxa", false),
            ("*ab*ab", "abxab", true),
            ("*ab*ab", "xab", false),
            ("a*", "ba", false),
            ("", "", true),
            ("", "a", false),
            ("**", "订单", true),
            ("*", "", true),
        ] {
            assert_eq!(matches(pattern, name), fits, "{pattern} {name}");
        }
        // What took longer than the sun will shine.
        assert!(!matches(&format!("{}b", "*a".repeat(200)), &"a".repeat(4_000)));
    }
}
