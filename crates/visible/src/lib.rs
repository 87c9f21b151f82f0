//! What people see of a text that came from outside: names of shops, buyers and goods, and what merchants write.
//!
//! Always holds: one table says which signs nobody sees or which turn the writing round ([`is_unseen`]), and which join a
//! picture (`signs`); who shows a name takes them out ([`clean`]), who keeps a text as it is refuses them ([`is_hidden`]).
//! Nothing here knows what the text is for.

pub mod links;
mod name;
mod signs;

pub use name::{clean, cut, units};
pub use signs::{is_hidden, is_unseen};
