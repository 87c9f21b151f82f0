//! How a cart stands between two steps, as far as conditions ask.

use crate::{line::Line, slots::Slot};
use domain::campaign::hours::Day;

/// The lines, what they cost now, and whose and when it is.
#[derive(Clone, Copy)]
pub(crate) struct Stand<'a> {
    pub lines: &'a [Line],
    pub slots: &'a [Slot],
    /// Numbers of the customer's segments.
    pub segments: &'a [u32],
    /// The shop's day and minute of the day, where they are known.
    pub clock: Option<(Day, u32)>,
}
