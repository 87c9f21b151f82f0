//! A workbook is a zip archive: what it may unpack into, seen before anything reads it.
//!
//! What always holds: what an entry says of its size is not believed; every entry is unpacked once into
//! nothing and counted, and the first that goes over a limit stops it.

use crate::{cells::Cells, limits::PACKED_BYTES, merges};
use memchr::memmem;
use std::io::{Cursor, Read};
use zip::ZipArchive;

/// Bytes of all that it unpacks into.
const UNPACKED_BYTES: u64 = 1 << 30;
/// Bytes of what is kept in memory while a sheet is read: texts that cells share, and styles.
const SHARED_BYTES: u64 = 256 << 20;
/// Bytes that one packed byte may become. Sheets come to 10 or 20; bombs to a thousand.
const RATIO: u64 = 200;
/// Below this nothing is a bomb.
const SMALL_BYTES: u64 = 4 << 20;
/// Entries. A workbook has a few dozen.
const ENTRIES: usize = 2_000;

/// The message for a file over the limit.
pub(crate) fn too_large(bytes: u64) -> String {
    let (megabytes, limit) = (bytes >> 20, PACKED_BYTES >> 20);
    format!("{megabytes} MiB, at most {limit}; export as CSV, or in parts")
}

/// What a sheet has where cells are merged.
const MERGE: &[u8] = b"mergeCell";
/// What each text has that cells share, also where the names have a prefix.
const STRING: [&[u8]; 2] = [b"<si", b":si"];
/// Texts that cells share. They are all kept in memory, each at some 60 bytes beside its own.
const STRINGS: usize = 2_000_000;
/// Bytes that are kept of what was read last: a word may lie across both.
const KEPT: usize = MERGE.len() - 1;

/// Refuses what is no archive or unpacks into too much. Answers whether cells of a sheet are merged.
pub(crate) fn check(bytes: &[u8]) -> Result<bool, String> {
    let packed = bytes.len() as u64;
    if packed > PACKED_BYTES {
        return Err(too_large(packed));
    }
    let broken = |error: zip::result::ZipError| format!("not a workbook: {error}");
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(broken)?;
    if archive.len() > ENTRIES {
        return Err(format!("{} parts, at most {ENTRIES}: this is no workbook of orders", archive.len()));
    }
    let most = UNPACKED_BYTES.min(packed.saturating_mul(RATIO).max(SMALL_BYTES));
    let (mut all, mut shared, mut has_merges, mut strings) = (0, 0, false, 0);
    let mut buffer = vec![0; KEPT + (1 << 16)];
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(broken)?;
        buffer[..KEPT].fill(0);
        let name = entry.name().map_err(broken)?.into_owned();
        let is_sheet = name.starts_with("xl/worksheets/");
        let (mut merged, mut cells) = (0, Cells::default());
        loop {
            let read = entry.read(&mut buffer[KEPT..]);
            let count = read.map_err(|error| format!("not a workbook: {error}"))?;
            if count == 0 {
                break;
            }
            if !cells.add(&buffer[KEPT..KEPT + count]) {
                return Err(format!(
                    "a cell of {name} is too long for any spreadsheet; save as CSV / 单元格内容过长，请另存为 CSV"
                ));
            }
            merged += times(MERGE, &buffer[..KEPT + count]);
            strings += STRING.iter().map(|word| times(word, &buffer[..KEPT + count])).sum::<usize>();
            // The element around them has the same word, and each may have an end of its own.
            if merged > 2 * (merges::MERGES + 1) {
                return Err(merges::too_many(&name));
            }
            if strings > STRINGS {
                return Err(format!(
                    "more than {STRINGS} different texts in its cells; save as CSV, or in parts / \
                    不同文本过多，请另存为 CSV 或分批导出"
                ));
            }
            buffer.copy_within(count..count + KEPT, 0);
            let count = count as u64;
            all += count;
            shared += if is_sheet { 0 } else { count };
            if all > most || shared > SHARED_BYTES {
                let limit = most >> 20;
                return Err(format!(
                    "it unpacks into more than {limit} MiB ({RATIO} times its size at most); export as CSV"
                ));
            }
        }
        has_merges = has_merges || merged > 0;
    }
    Ok(has_merges)
}

/// How often a word stands in what was read, not counting what was counted before.
fn times(word: &[u8], read: &[u8]) -> usize {
    memmem::find_iter(&read[KEPT + 1 - word.len()..], word).count()
}
