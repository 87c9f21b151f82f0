//! Exact money for the whole engine: amounts, rates, and the two ways a discount or a payment is split.
//!
//! What always holds (A-G-4): an amount is a signed 64-bit integer of minor units (fen), a rate is an exact
//! fraction, products are taken in 128 bits, and every split sums to what was split (A-G-5, A-G-6).
//!
//! What it never does: floating point, currency conversion, or silent wrapping. A `checked_` function answers
//! `None` when the result does not fit; an operator panics, because amounts are bounded at the edge.
//!
//! ```
//! use money::{Currency, Money, apportion};
//!
//! // T31: a coupon of 10.00 over three lines of 30.00.
//! let lines = [Money::from_minor(30_00); 3];
//! let split = apportion("10.00".parse()?, &lines, &lines)?;
//! let told: Vec<String> = split.shares.iter().map(|share| Currency::CNY.digits(*share)).collect();
//! assert_eq!(told, ["3.34", "3.33", "3.33"]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![deny(clippy::float_arithmetic)]

mod amount;
mod apportion;
mod currency;
mod rate;
mod unit;

pub use amount::{Money, ParseMoneyError};
pub use apportion::{ApportionError, Apportionment, apportion};
pub use currency::Currency;
pub use rate::{ParseRateError, Rate, Rounding};
pub use unit::unit_span;
