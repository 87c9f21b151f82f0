//! A text that breaks off in the middle of a row: a download that was interrupted.
//!
//! What always holds: the last row of a text, when it cannot be read and no line break ends it, is named; it says nothing of
//! how many rows should have followed.

use super::bad::{BadCode, Fault, RowAt};
use tabular::Record;

/// The last record of a text.
#[derive(Default)]
pub(super) struct CutOff {
    /// The last record, if it cannot be read, and what stands first in it.
    broken: Option<(u64, String)>,
}

impl CutOff {
    pub fn look(&mut self, record: &Record<'_>) {
        self.broken = record.fault().map(|_| (record.row(), record.shown(0)));
    }

    /// What is to be told of the file, whose last bytes these were.
    pub fn fault(self, file: usize, last: [u8; 2]) -> Option<Fault> {
        let (row, value) = self.broken.filter(|_| !is_ended(last))?;
        Some(Fault { at: RowAt { file, row }, column: "all columns".into(), value, code: BadCode::CutOff })
    }
}

/// Keeps the last two bytes that were read.
pub(super) fn keep_last(last: &mut [u8; 2], read: &[u8]) {
    for &byte in &read[read.len().saturating_sub(2)..] {
        *last = [last[1], byte];
    }
}

/// Whether a line break ends the text, in one byte or, as UTF-16 has it, in two.
fn is_ended(last: [u8; 2]) -> bool {
    let is_break = |byte| matches!(byte, b'\n' | b'\r');
    is_break(last[1]) || (last[1] == 0 && is_break(last[0]))
}
