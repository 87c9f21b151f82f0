//! One line of the books: whose money, what for, what it comes from, when it happened and when it was booked (A-G-17).

use crate::{
    BatchId, CampaignId, CouponId, Instant, OrderId, PaymentId, RefundId, ShopId,
    order::{Method, Party, Payment},
};
use money::Money;
use serde::{Deserialize, Serialize};

/// Whose money an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Account {
    /// The merchant's proceeds: goods and freight.
    MerchantSales,
    /// Discounts that the merchant bears.
    MerchantDiscount,
    /// Sales taken back by refunds.
    MerchantRefund,
    /// Discounts that the platform bears.
    PlatformSubsidy,
    /// The customer's money.
    CustomerCash,
}

impl Account {
    /// Whether the account is the merchant's: their sum is what is settled.
    pub fn is_merchant(self) -> bool {
        matches!(self, Self::MerchantSales | Self::MerchantDiscount | Self::MerchantRefund)
    }
    /// The stable text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MerchantSales => "merchant_sales",
            Self::MerchantDiscount => "merchant_discount",
            Self::MerchantRefund => "merchant_refund",
            Self::PlatformSubsidy => "platform_subsidy",
            Self::CustomerCash => "customer_cash",
        }
    }
    /// What a party bears of discounts.
    pub(super) const fn of(party: Party) -> Self {
        match party {
            Party::Merchant => Self::MerchantDiscount,
            Party::Platform => Self::PlatformSubsidy,
        }
    }
}

/// One line of the books, in minor units.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the words say it")]
pub struct Entry {
    pub shop_id: ShopId,
    pub order_id: OrderId,
    /// Running number within the order.
    pub number: u32,
    pub account: Account,
    pub amount: Money,
    /// What for: `goods`, `freight`, `payment`, `payment_coupon`, a discount's kind, `refund`, ...
    pub reason: String,
    pub funded_by: Option<Party>,
    /// When it happened.
    pub at: Instant,
    /// When it was booked; entries of before this was kept have none.
    pub booked: Option<Booked>,
    pub source: Source,
}

/// When an entry was booked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Booked {
    /// Running number within the shop: 1, 2, 3, ... in the order of booking, with none left out.
    pub number: u64,
    /// The moment of the decision that booked it.
    pub at: Instant,
}

/// What an entry comes from, as far as it comes from one. An entry that takes another back has the same.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the words say it")]
pub struct Source {
    /// The campaign of the discount.
    pub campaign_id: Option<CampaignId>,
    /// The coupon of ours that the discount came with.
    pub coupon_id: Option<CouponId>,
    /// The batch of that coupon.
    pub batch_id: Option<BatchId>,
    pub payment_id: Option<PaymentId>,
    pub refund_id: Option<RefundId>,
    /// How the payment came in.
    pub method: Option<Method>,
}

impl Source {
    /// The same, of that payment.
    pub(super) fn paid(self, payment: Option<&Payment>) -> Self {
        // Where nothing was left to pay there was no payment (A-G-14).
        let payment = payment.filter(|payment| !payment.is_of_nothing());
        let (payment_id, method) = payment.map(|p| (p.payment_id.clone(), p.method)).unzip();
        Self { payment_id, method, ..self }
    }
}
