//! What is checked alike in the terms of several kinds.

use crate::{Code, Violation, limits, time::Window};
use money::Money;

/// Appends what is wrong with a period: it ends after it starts.
pub fn period(period: Window, found: &mut Vec<Violation>) {
    if period.ends_at <= period.starts_at {
        found.push(Violation::with("ends_at", Code::OutOfRange, "after the start"));
    }
}

/// Appends what is wrong with an amount that is at least `low`.
pub fn amount(field: &str, amount: Money, low: i64, found: &mut Vec<Violation>) {
    if !(low..=limits::AMOUNT_MINOR).contains(&amount.minor()) {
        let message = format!("{low} to {}", limits::AMOUNT_MINOR);
        found.push(Violation::with(field, Code::OutOfRange, message));
    }
}

/// Appends what is wrong with so many units of a gift.
pub fn units(field: &str, quantity: u64, found: &mut Vec<Violation>) {
    if !(1..=limits::LINE_QUANTITY).contains(&quantity) {
        let message = format!("1 to {}", limits::LINE_QUANTITY);
        found.push(Violation::with(field, Code::OutOfRange, message));
    }
}

/// Appends what is wrong with the segments that a promotion is for.
pub fn segments(segments: &[String], found: &mut Vec<Violation>) {
    let fine = |s: &String| !s.is_empty() && s.len() <= 64 && !s.chars().any(char::is_control);
    if segments.len() > limits::SEGMENTS || !segments.iter().all(fine) {
        let message = format!("at most {} names of 1 to 64 characters", limits::SEGMENTS);
        found.push(Violation::with("terms.segments", Code::InvalidValue, message));
    }
}
