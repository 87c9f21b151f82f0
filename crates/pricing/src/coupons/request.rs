//! What the coupon layer is asked.

use crate::cart::{CartLine, Coupons, Stage};
use domain::{CustomerId, Instant};

/// A question to the coupon layer.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The coupons, and whether all are meant or the best of them.
    pub coupons: &'a Coupons,
    /// The lines, sorted by their ids; at most 500.
    pub lines: &'a [CartLine],
    /// Whose cart it is; without one, coupons of any owner pass.
    pub customer_id: Option<&'a CustomerId>,
    /// The payment that is priced.
    pub stage: Stage,
    /// The moment that is priced; without one, no coupon is too early or too late.
    pub now: Option<Instant>,
    /// The freight to pay before coupons, in minor units.
    pub freight: i64,
}
