//! Coupons as they are written, and the batches and codes that they come from.

use crate::Digest;
use domain::{
    BatchId, CouponId, CustomerId, Instant, ShopId,
    coupon::{BatchCounters, BatchRecord, Coupon},
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

/// A coupon to write.
#[derive(Debug)]
pub struct CouponChange {
    /// The shop.
    pub shop_id: ShopId,
    /// Its state after the batch.
    pub coupon: Coupon,
    /// Whether it is new to the store.
    pub is_new: bool,
    /// Its timer before.
    pub old_wake: Option<Instant>,
}
