//! How much of a file is held at once, and why no more. What goes over is a fault of its record, or an error of the file.

/// Columns of a table. Orders have a few dozen; a spreadsheet's 16,384 would be memory for nothing.
pub const COLUMNS: usize = 1_024;
/// Characters of a quoted cell: as many as a spreadsheet's cell holds. A longer one is a quote that was never closed.
pub const CELL_CHARS: usize = 32_767;
/// Line breaks of a quoted cell: as many as a spreadsheet's cell holds.
pub const CELL_BREAKS: usize = 253;
/// Bytes of a record in one physical line, as UTF-8.
pub const RECORD_BYTES: usize = 1 << 20;
/// Rows among which the heading is looked for.
pub const HEADING_ROWS: usize = 50;
/// Bytes of a workbook's file: a million rows of an order system pack into half of it.
pub const PACKED_BYTES: u64 = 128 << 20;
/// Bytes that a block is read in.
pub(crate) const BLOCK_BYTES: usize = 1 << 16;
/// Bytes of text, as UTF-8, among which separator and heading are looked for.
pub(crate) const SAMPLE_BYTES: usize = 1 << 18;
/// Bytes of text that are kept while the heading is looked for.
pub(crate) const HEADING_BYTES: usize = 1 << 24;
/// Bytes after the first fault of an encoding by which it is judged.
pub(crate) const SURE_BYTES: u64 = 1 << 22;
