//! What the engine's tests share: a small shop, its events, and an engine that is asked in blocking
//! calls under a sandbox clock.
#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(unused_imports, reason = "each test file uses its own part")]
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

pub mod action;
pub mod batch;
mod choose;
mod deal;
mod events;
pub mod families;
pub mod faulty;
pub mod messages;
pub mod planter;
pub mod play;
pub mod pool;
pub mod presale;
mod quoted;
pub mod random;
pub mod refunds;
pub mod rewards;
mod run;

pub use deal::Deal;
pub use events::*;
pub use run::*;

use domain::{
    Instant,
    shop::{Shop, ShopKind},
};
use money::Money;
use port::Page;
use std::str::FromStr;

/// The moment at which campaigns begin: 2022-06-10T10:00:00+08:00, a Friday.
pub const START: Instant = Instant::from_micros(1_654_826_400_000_000);
/// What an order of [`placed`] asks for, in fen.
pub const PAYABLE: i64 = 295_00;
/// What the coupon of [`Deal::default`] takes off, in fen.
pub const SAVE: i64 = 20_00;

/// So many minutes after [`START`].
pub fn at(minutes: i64) -> Instant {
    START.plus_minutes(minutes)
}
pub fn id<T: FromStr>(text: &str) -> T {
    text.parse().unwrap_or_else(|_| panic!("{text} is no id"))
}
/// Every order in which so many things can come.
pub fn permutations(count: usize) -> Vec<Vec<usize>> {
    if count == 0 {
        return vec![Vec::new()];
    }
    let with = |rest: Vec<usize>, place: usize| {
        let mut order = rest;
        order.insert(place, count - 1);
        order
    };
    let shorter = permutations(count - 1);
    shorter.iter().flat_map(|rest| (0..count).map(move |place| with(rest.clone(), place))).collect()
}
pub fn fen(minor: i64) -> Money {
    Money::from_minor(minor)
}
pub fn all() -> Page {
    Page { after: None, limit: 1_000_000 }
}

/// A shop in which the tests' customers may buy the same goods again and again (A-S0-25 off).
pub fn shop(shop_id: &str) -> Shop {
    let shop = Shop::with_defaults(id(shop_id), format!("Shop {shop_id}"), ShopKind::Sop);
    Shop { hide_bought_elsewhere: false, ..shop }
}
