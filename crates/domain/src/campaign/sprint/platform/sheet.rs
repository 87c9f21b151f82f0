//! The prize of a tier as a merchant fills it in (S3-R08 to R30).
//!
//! Most fields are settled by the plan. They are filled in here, and may be sent as they are; another value refuses the
//! whole request and names the field (A-S3-8).

use super::{Made, Plan, rules};
use crate::{
    BatchId, Code, Instant, Sku, Violation,
    campaign::sprint::{
        Prize, PrizeKind,
        terms::{COUPONS_EACH, coupon_prize, goods_prize},
    },
    coupon::Batch,
};
use serde::{Deserialize, Serialize};

/// How an approved key gets to the sprint (S3-R31).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Binding {
    /// With the approval.
    #[default]
    Auto,
    /// Somebody binds it.
    Manual,
}

/// The prize of a tier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Sheet {
    /// Two coupons of a batch that is made for the sprint (S3-R08).
    Coupon {
        /// Which.
        made: Made,
        /// How it gets to the sprint.
        #[serde(default)]
        binding: Binding,
    },
    /// Two coupons of a batch that was made elsewhere, by the shop's buyer (S3-R33).
    Key {
        /// The batch.
        key: BatchId,
        /// Coupons that are released.
        release_quantity: u64,
    },
    /// Goods with stock (A-S3-15).
    Goods {
        /// For the merchant.
        name: String,
        /// What is sent.
        sku: Sku,
        /// So many members win.
        stock: u64,
    },
}

/// A field that the plan settles, with its value as the API writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fixed {
    /// A word or an id.
    Text(String),
    /// A number.
    Count(u64),
    /// Yes or no.
    Flag(bool),
    /// A moment; another way to write the same one is fine.
    At(Instant),
}

impl Sheet {
    /// Everything that breaks a rule of the plan for a tier. What a batch that was made elsewhere holds is looked at when its
    /// row is there: see [`Sheet::batch_violations`].
    pub fn violations(&self, plan: &Plan, tier: u8) -> Vec<Violation> {
        match self {
            Self::Coupon { made, .. } => rules::made(made, plan, tier),
            Self::Key { key, release_quantity } => {
                let mut found = rules::key(key);
                rules::released(*release_quantity, plan, tier, &mut found);
                found
            }
            Self::Goods { name, stock, .. } => rules::goods(name, *stock, plan, tier),
        }
    }
    /// What of a batch that was made elsewhere breaks a rule of the plan (S3-R33).
    pub fn batch_violations(&self, batch: &Batch, plan: &Plan, tier: u8) -> Vec<Violation> {
        match self {
            Self::Key { release_quantity, .. } => rules::of_batch(batch, *release_quantity, plan, tier),
            Self::Coupon { .. } | Self::Goods { .. } => Vec::new(),
        }
    }
    /// What of an approved batch's time does not fit a plan.
    pub fn window_violations(&self, batch: &Batch, plan: &Plan) -> Vec<Violation> {
        rules::window(batch, plan, "")
    }
    /// An odd number of coupons leaves one that nobody wins (A-S3-4).
    pub fn warnings(&self) -> Vec<Violation> {
        let released = match self {
            Self::Coupon { made, .. } => made.release_quantity,
            Self::Key { release_quantity, .. } => *release_quantity,
            Self::Goods { .. } => return Vec::new(),
        };
        if released.is_multiple_of(u64::from(COUPONS_EACH)) {
            return Vec::new();
        }
        let message = "whoever wins gets two coupons; one is left over";
        vec![Violation::with("release_quantity", Code::OddQuantity, message)]
    }
    /// Whether a key of a batch gets to the sprint with the approval.
    pub fn binds_itself(&self) -> bool {
        !matches!(self, Self::Coupon { binding: Binding::Manual, .. })
    }
    /// The prize of the sprint's terms.
    pub fn prize(&self, key: Option<&BatchId>) -> Option<Prize> {
        Some(match self {
            Self::Coupon { made, .. } => coupon_prize(key?.clone(), made.release_quantity),
            Self::Key { key, release_quantity } => coupon_prize(key.clone(), *release_quantity),
            Self::Goods { sku, stock, .. } => goods_prize(sku.clone(), *stock),
        })
    }
    /// Which kind of prize it is.
    pub fn kind(&self) -> PrizeKind {
        match self {
            Self::Coupon { .. } | Self::Key { .. } => PrizeKind::Coupon,
            Self::Goods { .. } => PrizeKind::Goods,
        }
    }

    /// The fields that the plan settles (S3-R08, R09, R11 to R13, R15, R17 to R20, R24 to R29).
    pub fn fixed(plan: &Plan) -> Vec<(&'static str, Fixed)> {
        let usable = plan.usable();
        let text = |text: &str| Fixed::Text(text.to_owned());
        vec![
            ("channel", text("brand_member_sprint")),
            ("activity_id", text(plan.sprint_id.as_str())),
            ("starts_at", Fixed::At(plan.starts_at())),
            ("ends_at", Fixed::At(plan.ends_at())),
            ("release_channel", text("sprint_plan")),
            ("per_user_limit", text("unlimited")),
            ("system", text("mall")),
            ("region", text("all")),
            ("category_type", text("categories")),
            ("coupon_type", text("product")),
            ("coupons_per_issue", Fixed::Count(u64::from(COUPONS_EACH))),
            ("giftable", Fixed::Flag(false)),
            ("validity_type", text("absolute")),
            ("set_to_hour", Fixed::Flag(true)),
            ("coupon_starts_at", Fixed::At(usable.starts_at)),
            ("coupon_ends_at", Fixed::At(usable.ends_at)),
        ]
    }
}
