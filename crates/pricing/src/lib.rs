//! Prices a cart: promotions, presale, coupons, virtual assets, each fen explained.
//!
//! A shop's promotions are compiled once into a [`RuleSet`]; a [`Cart`](cart::Cart) goes in, a
//! [`Price`] or a whole [`Quote`](quote::Quote) comes out. Always: each line's list price less what was
//! taken off it is its payable, the payable is the lines' and the freight, nothing is negative, and the
//! order in which lines came changes nothing.
//!
//! Pure: no clock, no store, no chance, no float. The example `price_a_cart` needs no server.
#![deny(clippy::float_arithmetic)]

pub mod cart;
mod check;
mod compile;
mod conditions;
pub mod coupons;
mod evaluate;
mod explain;
mod freight;
mod goods;
mod head;
mod index;
mod line;
mod needs;
mod price;
pub mod quote;
mod reasons;
pub mod rules;
mod scratch;
pub mod slots;
pub mod stacking;
mod stand;
mod units;
mod work;

pub use compile::RuleSet;
pub use explain::explain;
pub use price::{Price, PriceShare, price};
pub use quote::Quote;
pub use rules::{Floors, Rule, RuleTerms};
pub use scratch::{LinePrice, Scratch};
