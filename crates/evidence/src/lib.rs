//! What a comparison group says (A-S2-21): counts in, a difference with an interval and a verdict out.
//!
//! Always holds: the interval may be looked at every day, the chance that it ever leaves out a difference that is there
//! stays at 5 in 100; no verdict is given before the interval or its width allows one, before each group has customers
//! enough of either outcome, or where the groups are not divided as they were to be. Floats are used here, because
//! nothing of it is money; what is answered is whole basis points. No IO, no clock, no chance.

mod counts;
mod enough;
mod interval;
mod needed;
mod points;
mod split;
mod told;
mod verdict;

pub use counts::{Counts, Group, Plan};
pub use enough::EITHER_WAY;
pub use interval::{ALPHA, half_width};
pub use split::SPLIT_ALPHA;
pub use verdict::{Evidence, Reason, Verdict, weigh};
