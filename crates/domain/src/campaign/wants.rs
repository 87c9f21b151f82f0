//! Which rows a kind wants beyond its order's own. They are loaded before anything is decided.

use crate::{CouponId, CustomerId, OrderId};

/// Names of rows of one shop, each wished for as often as one likes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wants {
    /// Orders.
    pub orders: Vec<OrderId>,
    /// Coupons, and with each the orders that hold it.
    pub coupons: Vec<CouponId>,
    /// Customers whose standing in the shop is read.
    pub standings: Vec<CustomerId>,
    /// Customers whose standing over all shops is read.
    pub everywhere: Vec<CustomerId>,
}
