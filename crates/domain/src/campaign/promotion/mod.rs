//! Promotions without a coupon: on a line, on the order, and gifts. Priced by the `pricing` crate.

mod benefit;
pub mod fields;
mod floor;
mod gift;
mod item;
mod order;

pub use benefit::PercentOff;
pub use floor::{Floor, FloorTerms};
pub use gift::{Gift, GiftTerms};
pub use item::{ItemBenefit, ItemTerms};
pub use order::{OrderTerms, Tier};

use crate::{Code, Violation, campaign::Version};

/// Appends what is wrong with a promotion's period: it ends after it starts.
pub fn check_period(version: &Version, found: &mut Vec<Violation>) {
    if version.ends_at <= version.starts_at {
        found.push(Violation::with("ends_at", Code::OutOfRange, "after the start"));
    }
}
