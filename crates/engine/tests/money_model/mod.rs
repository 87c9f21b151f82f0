//! An independent model of an order's money: from what is told of it to how it ends.
//!
//! It is written from the rules alone (A-G-5..9, A-G-14..16, A-S0-22, A-S0-24, A-S1-1..6, A-S1-20..28, A-S4-21),
//! in whole fen and minutes, and knows nothing of the engine: no type and no formula of it.
#![allow(dead_code, reason = "each test file uses its own part")]

pub mod books;
pub mod coupons;
pub mod course;
pub mod money;
pub mod split;
pub mod story;

use std::collections::BTreeMap;
use story::Fen;

/// How an order's money ends, in fen.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct OrderEnd {
    pub state: &'static str,
    /// In the books: the customer's money, what went back taken off.
    pub paid: Fen,
    /// What the merchant is due.
    pub settled: Fen,
    /// What the platform bears.
    pub subsidy: Fen,
    /// Units that went back, by line.
    pub units: Vec<u64>,
    /// Refused money that has not gone back, by payment.
    pub to_return: BTreeMap<String, Fen>,
    /// Refunds of which nobody has said what they are of.
    pub ambiguous: BTreeMap<String, Fen>,
    /// What an order of a presale counts in the pool while it is there, paid (A-S4-21).
    pub pool: Option<Fen>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CouponEnd {
    Available,
    Locked,
    Used,
    Expired,
}
