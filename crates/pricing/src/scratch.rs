//! The room that quotes work in, and the answer that is left in it. Kept between quotes so that a quote
//! allocates next to nothing.

use crate::{coupons::Bound, index::Hits, reasons::Reasons, work::Work};
use money::Money;

/// What `price` and `explain` work in. Any number of quotes, of any rule sets, one after the other.
#[derive(Debug, Default)]
pub struct Scratch {
    pub(crate) work: Work,
    pub(crate) hits: Hits,
    pub(crate) reasons: Reasons,
    pub(crate) answer: Answer,
}

impl Scratch {
    /// Empty room.
    pub fn new() -> Self {
        Self::default()
    }
}

/// What is left of the work when it is done.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    /// As the cart's lines came.
    pub lines: Vec<LinePrice>,
    pub payable: i64,
    pub bound: Option<Bound>,
}

/// A line's price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LinePrice {
    /// Unit price times quantity.
    pub list: Money,
    /// What is to be paid for it now.
    pub payable: Money,
}
