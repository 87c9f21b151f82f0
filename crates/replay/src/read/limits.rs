//! How much of an export is read, and why no more.

/// Rows of one export: more than a marketplace ships in a year, and still counted in 32 bits.
pub const ROWS: u64 = 1 << 31;
/// Characters of one cell; a longer one is an unclosed quote or not a field of an order.
pub const CELL_CHARS: usize = 4_096;
/// Bad rows that are reported one by one; the others are counted.
pub const BAD_ROWS: usize = 100;
