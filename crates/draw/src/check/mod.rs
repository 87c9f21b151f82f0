//! What a draw must keep before it starts, and what may change while it runs (A-S2-15, A-S2-17).
//!
//! Always holds: each problem names its field and has a stable code; a table without problems gives a prize for every
//! number, at every moment.

mod change;
mod notice;
mod table;

pub use change::changed;
pub use notice::{beacon_ahead, before_start};

/// Prizes of one draw: a public page lists them all.
pub const PRIZES: usize = 50;
/// Of one prize, or tickets of an urn: sums of them stay far inside 64 bits.
pub const STOCK: u64 = 1_000_000_000;
/// Characters of a name.
pub const NAME_CHARS: usize = 100;
/// Characters of any other text of a notice.
pub const TEXT_CHARS: usize = 1_000;
/// Days that a winner may have to claim.
pub const CLAIM_DAYS: u32 = 3_650;
