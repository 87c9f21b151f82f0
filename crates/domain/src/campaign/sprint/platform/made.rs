//! Coupons that are made for a platform's sprint: what a merchant fills in, and the batch that comes of it.

use super::Plan;
use crate::{
    BatchId,
    campaign::promotion::Tier,
    catalog::{Category, Scope, ScopeMode},
    coupon::{Batch, CouponKind},
    limits,
    order::Party,
};
use money::Money;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, sync::Arc};

/// Coupons that are made for the sprint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    /// Not shown to customers (S3-R10).
    pub name: String,
    /// Coupons that are released; half as many members win (S3-R14).
    pub release_quantity: u64,
    /// Coupons that the batch has: more than are released (S3-R23).
    pub applied_quantity: u64,
    /// The goods that the coupon works on: those of these categories (S3-R19).
    pub categories: BTreeSet<Category>,
    /// What each takes off (S3-R21). Minor units.
    pub face_value: Money,
    /// From which sum on; the threshold (S3-R22). Minor units.
    pub quota: Money,
    /// Who of the platform's people looks after it (S3-R16).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erp: Option<String>,
    /// A rebate, by the rules of other coupons (S3-R30): kept for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rebate: Option<String>,
}

impl Made {
    /// The batch of its coupons: as many as were applied for, of which one customer may have what the plan gives (S3-R15).
    pub fn batch(&self, key: BatchId, plan: &Plan) -> Batch {
        let usable = plan.usable();
        Batch {
            batch_id: key,
            name: self.name.clone(),
            kind: CouponKind::Product,
            benefit: Tier { spend: self.quota, save: Some(self.face_value), percent_off: None, cap: None },
            quantity: self.applied_quantity,
            per_customer_limit: limits::BATCH_PER_CUSTOMER,
            scope: Scope {
                mode: ScopeMode::Whitelist,
                skus: Arc::default(),
                categories: Arc::new(self.categories.clone()),
            },
            starts_at: usable.starts_at,
            ends_at: usable.ends_at,
            funded_by: Party::Merchant,
            return_on_full_refund: false,
            sprint: Some(plan.sprint_id.clone()),
        }
    }
}
