//! Times on the wire: RFC 3339 with the shop's offset.

use crate::wire::problem::Problem;
use domain::{Instant, shop::Shop};

/// Writes a moment in the shop's zone.
pub fn show(shop: &Shop, at: Instant) -> String {
    shop.time_zone.format(at)
}

/// Writes an optional moment.
pub fn show_some(shop: &Shop, at: Option<Instant>) -> Option<String> {
    at.map(|at| show(shop, at))
}

/// Reads a moment; the problem names the field.
pub fn read(field: &str, text: &str) -> Result<Instant, Problem> {
    let wrong =
        || Problem::invalid_body(field, "a time is written in RFC 3339, e.g. 2022-06-10T12:00:00+08:00");
    Instant::parse(text).ok_or_else(wrong)
}
