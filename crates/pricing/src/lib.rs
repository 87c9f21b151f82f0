//! Prices a cart: promotions, presale, coupons, virtual assets, each fen explained.
//!
//! Pure: a rule set and a cart go in, a [`quote`](crate) comes out; no clock, no store, no chance.

pub mod cart;
pub mod slots;
