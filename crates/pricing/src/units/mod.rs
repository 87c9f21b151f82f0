//! Units in groups: which units of a cart are bought and which get a benefit.
//!
//! A group has parts: so many units of these goods each. Units that cost the same on one line are one [`Run`], so a line
//! of ten thousand units is as quick as one of two. How many groups there are, and which units serve, follows from
//! counting alone: a set of parts can be filled when every subset of it finds enough units among its goods (Hall), and
//! picking in the order of prices whatever leaves the rest possible finds the cheapest, or dearest, units there are,
//! because such sets are a matroid. `tests/units_oracle.rs` holds it against trying everything.

mod demand;
mod pick;
mod room;
mod rule;
mod runs;

pub(crate) use demand::{Counts, Demand};
pub(crate) use pick::{Room, Taken, take};
pub(crate) use room::{Cut, UnitRoom};
pub(crate) use rule::{Off, Units};
pub(crate) use runs::{Run, Runs};
