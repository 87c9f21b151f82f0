//! The shop's rules, one folder a noun.
//!
//! Everything here is pure and synchronous: facts and an instant go in, new facts or a [`Refusal`]
//! come out. No clock, no random source, no environment, no IO; the zone tables are compiled in.
#![deny(clippy::float_arithmetic)]

pub mod campaign;
pub mod catalog;
pub mod coupon;
pub mod customer;
pub mod ends;
pub mod event;
pub mod holdout;
pub mod ids;
pub mod language;
pub mod ledger;
pub mod limits;
pub mod message;
pub mod order;
pub mod pool;
pub mod refusal;
pub mod reward;
pub mod risk;
pub mod sentence;
pub mod shop;
pub mod sprint;
pub mod time;
pub mod way_back;

pub use ids::*;
pub use language::Lang;
pub use refusal::{Code, Refusal, Violation};
pub use sentence::{Piece, Sentence};
pub use time::Instant;
