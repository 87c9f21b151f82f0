//! Coupons as they are written, and the batches and codes that they come from.

use crate::{Digest, Row};
use domain::{
    BatchId, ConflictId, CouponId, CustomerId, Instant, OrderId, ShopId,
    coupon::{BatchCounters, BatchRecord, Coupon},
    order::CouponConflict,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A coupon batch and its figures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BatchRow {
    /// What the merchant set up, and whether it was taken back.
    pub record: Arc<BatchRecord>,
    /// What came of it.
    pub counters: BatchCounters,
}

/// A code of a batch. The code itself is not kept, only its digest, under which this lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeRow {
    /// The batch.
    pub batch_id: BatchId,
    /// The coupon that it became.
    pub coupon_id: Option<CouponId>,
}

/// Shop, customer and batch: how many coupons the customer has had of it.
pub type BatchClaimKey = (ShopId, CustomerId, BatchId);

/// Shop and digest of the code.
pub type CodeKey = (ShopId, Digest);

/// How many coupons of a batch a customer has had.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BatchClaims(pub u32);

/// Something that cannot be as the platform says of an order's coupons or assets, for the list of them. What decides is
/// kept with the order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConflictRow {
    /// The order.
    pub order_id: OrderId,
    /// What is wrong.
    pub conflict: CouponConflict,
    /// It holds no longer: the row is taken away.
    pub is_over: bool,
}

impl Row for ConflictRow {
    type Key = (ShopId, ConflictId);
    const NAME: &'static str = "conflict";
}

impl Row for Coupon {
    type Key = (ShopId, CouponId);
    const NAME: &'static str = "coupon";

    fn wake_at(&self) -> Option<Instant> {
        self.wake_at
    }
}

impl Row for BatchClaims {
    type Key = BatchClaimKey;
    const NAME: &'static str = "count of claims";
}

impl Row for CodeRow {
    type Key = CodeKey;
    const NAME: &'static str = "code";
}
