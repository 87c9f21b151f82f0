//! Promotions without a coupon: on a line, on the order, and gifts. Priced by the `pricing` crate.

mod benefit;
mod floor;
mod gift;
mod item;
mod order;

pub use benefit::PercentOff;
pub use floor::{Floor, FloorTerms};
pub use gift::{Gift, GiftTerms};
pub use item::{ItemBenefit, ItemTerms};
pub use order::{OrderTerms, Tier};
