//! Promotions without a coupon: on a line, on the order, and gifts. Priced by the `pricing` crate.

mod benefit;
mod figures;
pub mod floor;
pub mod gift;
pub mod item;
pub mod order;
mod react;
mod tier;

pub use benefit::PercentOff;
pub use floor::{Floor, Terms as FloorTerms};
pub use gift::{Gift, Terms as GiftTerms};
pub use item::{ItemBenefit, Terms as ItemTerms};
pub use order::Terms as OrderTerms;
pub use tier::Tier;
