//! A workbook is a zip archive: what it may unpack into, seen before anything reads it.
//!
//! What always holds: what an entry says of its size is not believed; every entry is unpacked once into
//! nothing and counted, and the first that goes over a limit stops it.

use crate::limits::PACKED_BYTES;
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
const MERGE: &[u8] = b"mergeCell ";

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
    let (mut all, mut shared, mut has_merges) = (0, 0, false);
    // What was read last is kept before what is read next: a word may lie across both.
    let mut buffer = vec![0; MERGE.len() + (1 << 16)];
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(broken)?;
        buffer[..MERGE.len()].fill(0);
        let is_sheet = entry.name().map_err(broken)?.starts_with("xl/worksheets/");
        loop {
            let read = entry.read(&mut buffer[MERGE.len()..]);
            let count = read.map_err(|error| format!("not a workbook: {error}"))?;
            if count == 0 {
                break;
            }
            has_merges = has_merges || memmem::find(&buffer[..MERGE.len() + count], MERGE).is_some();
            buffer.copy_within(count..count + MERGE.len(), 0);
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
    }
    Ok(has_merges)
}
