//! Coupon batches of the shop: what each coupon of a batch takes off, for whom, and when.

use crate::{
    BatchId, CampaignId, Code, Instant, Violation, campaign::promotion::Tier, catalog::Scope, limits,
    order::Party,
};
use serde::{Deserialize, Serialize};

/// What a coupon is: decides where it works and what it may stand beside (A-S1-7, A-S1-10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CouponKind {
    /// The shop's own coupon (店铺券).
    Shop,
    /// For some products of the shop (商品券).
    Product,
    /// With a threshold; one for each overlapping scope, never beside a Jing coupon (东券).
    Dong,
    /// Without a threshold; several when their scopes are the same or disjoint (京券).
    Jing,
    /// A subsidy after all coupons (京贴, 头号京贴).
    Jingtie,
    /// Takes freight off (运费券).
    Freight,
    /// At the cashier, last of all (支付券).
    Payment,
}

impl CouponKind {
    /// Every kind, in the order in which they take effect.
    pub const ALL: &[Self] =
        &[Self::Shop, Self::Product, Self::Dong, Self::Jing, Self::Jingtie, Self::Freight, Self::Payment];
    /// Reads the stable text.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == text)
    }
    /// The stable text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Shop => "shop",
            Self::Product => "product",
            Self::Dong => "dong",
            Self::Jing => "jing",
            Self::Jingtie => "jingtie",
            Self::Freight => "freight",
            Self::Payment => "payment",
        }
    }
}

/// A batch as the merchant filled it in. Never changes once coupons of it may be out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Batch {
    /// Its id within the shop.
    pub batch_id: BatchId,
    /// For people.
    pub name: String,
    /// What its coupons are.
    pub kind: CouponKind,
    /// From `spend` on, `save` or `percent_off` (at most `cap`) comes off.
    #[serde(flatten)]
    pub benefit: Tier,
    /// Coupons to give.
    pub quantity: u64,
    /// Coupons that one customer may have of it, in all.
    pub per_customer_limit: u32,
    /// The goods it works on.
    #[serde(default)]
    pub scope: Scope,
    /// Usable from here,
    pub starts_at: Instant,
    /// to here, half-open. Claims end then too.
    pub ends_at: Instant,
    /// Who bears it.
    pub funded_by: Party,
    /// Whether a full refund gives an unexpired coupon back.
    #[serde(default)]
    pub return_on_full_refund: bool,
    /// The member sprint that alone gives its coupons, and with which alone it is closed (S3-R13, S3-R32).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sprint: Option<CampaignId>,
}

impl Batch {
    /// Everything that breaks a rule.
    pub fn violations(&self) -> Vec<Violation> {
        let mut found = Vec::new();
        let mut fault = |bad: bool, field: &str, code: Code, message: &str| {
            if bad {
                found.push(Violation::with(field, code, message));
            }
        };
        let fine = !self.name.trim().is_empty()
            && self.name.chars().count() <= limits::NAME_CHARS
            && !self.name.chars().any(char::is_control);
        fault(!fine, "name", Code::InvalidValue, "1 to 100 characters");
        let quantity = (1..=limits::BATCH_COUPONS).contains(&self.quantity);
        fault(!quantity, "quantity", Code::OutOfRange, "1 to 10,000,000");
        let limit = (1..=limits::BATCH_PER_CUSTOMER).contains(&self.per_customer_limit);
        fault(!limit, "per_customer_limit", Code::OutOfRange, "1 to 100");
        if self.kind == CouponKind::Payment {
            // It comes off at the cashier, where the merchant bears it (S0-R27).
            let fits = self.benefit.save.is_some_and(|save| save <= self.benefit.spend);
            fault(!fits, "save", Code::OutOfRange, "a payment coupon saves an amount, at most its spend");
            fault(self.funded_by != Party::Merchant, "funded_by", Code::InvalidValue, "the merchant");
        }
        // Without a threshold there is nothing to compare with; freight is not what the threshold counts.
        let compared = !matches!(self.kind, CouponKind::Payment | CouponKind::Freight);
        let over = self.benefit.fixed().is_some_and(|save| save > self.benefit.spend);
        let over = compared && over && self.benefit.spend.is_positive();
        fault(over, "save", Code::RatioTooHigh, "at most the threshold");
        fault(self.ends_at <= self.starts_at, "ends_at", Code::OutOfRange, "after the start");
        self.benefit.check("", &mut found);
        found.extend(self.scope.violations());
        found
    }
}
