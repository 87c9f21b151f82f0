//! Words in cells that mean: nothing stands here.
//!
//! What always holds: a time that databases write for none (`0000-00-00`, `0001-01-01`, `1900-01-00`) is none. The usual
//! words are none where a time, an amount, a quantity or an id that may be left out is read. An id that must be there
//! and a SKU may be any of them; the words of the mapping's own list are none in every cell.

use serde::Deserialize;

/// What is empty where a mapping says nothing, in whatever case.
const USUAL: [&str; 11] = ["-", "--", "—", "——", "null", "none", "nil", "n/a", "#n/a", "\\n", "(null)"];
/// How times begin that stand for none.
const NO_TIME: [&str; 3] = ["0000-00-00", "0001-01-01", "1900-01-00"];

/// `[cells]`: what is empty.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Empty {
    /// Words in the place of the usual ones; case does not count.
    empty: Option<Vec<String>>,
}

impl Empty {
    /// Whether a cell is empty by the mapping's own list, whatever it is read as.
    pub fn everywhere(&self, cell: &str) -> bool {
        let Some(own) = &self.empty else { return false };
        own.iter().any(|word| same(word.trim(), cell))
    }

    /// Whether a cell is empty where a time, an amount or what may be left out is read.
    pub fn as_value(&self, cell: &str) -> bool {
        match cell.as_bytes().first() {
            None => true,
            Some(b'0' | b'1') if NO_TIME.iter().any(|start| cell.starts_with(start)) => true,
            Some(_) if self.empty.is_some() => self.everywhere(cell),
            Some(byte) => !byte.is_ascii_digit() && USUAL.iter().any(|word| same(word, cell)),
        }
    }
}

fn same(word: &str, cell: &str) -> bool {
    word.eq_ignore_ascii_case(cell) || (!cell.is_ascii() && word.to_lowercase() == cell.to_lowercase())
}
