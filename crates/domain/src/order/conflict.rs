//! What cannot be as the platform says of an order's coupons and assets (S0-R31): it is taken as sold, and kept here for
//! people to look at.
//!
//! Always holds: each coupon, or kind of asset, has a code once; one that a later event takes back is gone. Those of a
//! cancelled order stay with it and are on no list.

use super::usual::is_usual;
use crate::{Code, ConflictId, CouponId, Instant};
use serde::{Deserialize, Serialize};

/// A conflict, with the code of a quote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CouponConflict {
    /// Our id of it; later ones are larger.
    pub conflict_id: ConflictId,
    /// The coupon that the order names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coupon_id: Option<CouponId>,
    /// The kind of the asset or promotion, where it is no coupon.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub kind: Box<str>,
    /// What is wrong.
    pub code: Code,
    /// When it was found.
    pub at: Instant,
}
