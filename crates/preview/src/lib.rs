//! What would be: carts priced by what is committed, and gift strategies tried before they run.
//!
//! It reads and writes nothing.

pub mod dry_run;
mod error;
mod floors;
mod quote;

pub use error::PreviewError;
pub use quote::{
    Ask, AskCoupons, AskLine, BalanceFacts, CouponFacts, CouponTerms, Facts, OrderFacts, Quoted, Quoting,
    ShopRules,
};
