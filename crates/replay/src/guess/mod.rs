//! Looks at an export that no mapping knows yet: how it is written, what its columns may mean, and a mapping to begin with.
//!
//! What always holds: the file is only read. What is guessed without certainty is marked, and what cannot be guessed is
//! named; a draft in which nothing that is required is missing is a mapping that the program accepts.
//!
//! What it never does: take an order. Whether the guess is right a person decides.

mod column;
mod fits;
mod glance;
mod grouping;
mod heading;
mod look;
mod roles;
mod shape;
mod tell;
mod times;
mod words;
mod write;

pub use column::Column;
pub use glance::{Glance, SheetSeen};
pub use grouping::Grouping;
pub use look::{Look, look};
pub use roles::{Guess, Roles};
pub use shape::Shape;
pub use tell::{Examples, tell};
pub use times::TimesSeen;
pub use words::{Needs, Role};
pub use write::{Draft, Kind, draft};
