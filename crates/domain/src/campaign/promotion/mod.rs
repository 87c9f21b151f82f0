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

use crate::{Code, Violation, campaign::Version, limits};
use money::Money;

/// Appends what is wrong with a promotion's period: it ends after it starts.
pub fn check_period(version: &Version, found: &mut Vec<Violation>) {
    if version.ends_at <= version.starts_at {
        found.push(Violation::with("ends_at", Code::OutOfRange, "after the start"));
    }
}

fn check_amount(field: &str, amount: Money, low: i64, found: &mut Vec<Violation>) {
    if !(low..=limits::AMOUNT_MINOR).contains(&amount.minor()) {
        let message = format!("{low} to {}", limits::AMOUNT_MINOR);
        found.push(Violation::with(field, Code::OutOfRange, message));
    }
}

/// Appends what is wrong with so many units of a gift.
pub(super) fn check_units(field: &str, quantity: u64, found: &mut Vec<Violation>) {
    if !(1..=limits::LINE_QUANTITY).contains(&quantity) {
        let message = format!("1 to {}", limits::LINE_QUANTITY);
        found.push(Violation::with(field, Code::OutOfRange, message));
    }
}

fn check_segments(segments: &[String], found: &mut Vec<Violation>) {
    let fine = |s: &String| !s.is_empty() && s.len() <= 64 && !s.chars().any(char::is_control);
    if segments.len() > limits::SEGMENTS || !segments.iter().all(fine) {
        let message = format!("at most {} names of 1 to 64 characters", limits::SEGMENTS);
        found.push(Violation::with("terms.segments", Code::InvalidValue, message));
    }
}
