//! What promotions without a coupon share: parts of their terms, and what they say of themselves. The `pricing` crate
//! prices them.

mod benefit;
pub mod brought;
pub mod fields;
pub mod figures;
mod limits;
mod tier;
pub mod uses;
mod when;

pub use super::freight_promotion::{Terms as FreightTerms, Tier as FreightTier};
pub use super::gift_promotion::{Gift, Terms as GiftTerms};
pub use super::item_promotion::{ItemBenefit, Terms as ItemTerms};
pub use super::order_promotion::Terms as OrderTerms;
pub use super::price_floor::{Floor, Terms as FloorTerms};
pub use super::unit_promotion::{Benefit as UnitBenefit, Goods, Pick, Terms as UnitTerms};
pub use benefit::PercentOff;
pub use limits::{Limits, Spent};
pub use tier::Tier;
pub use when::{Others, When};
