//! One line of the books: whose money, what for, what it comes from, when it happened and when it was booked (A-G-17).

use crate::{
    BatchId, CampaignId, CouponId, Instant, OrderId, PaymentId, RefundId, ShopId,
    order::{Method, Party, Payment},
};
use money::Money;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

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
    /// The way of the money.
    pub method: Option<Way>,
}

/// The way that money came in or went back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// By the channel of its payment.
    Payment(Method),
    /// By a transfer outside the system: no channel's bill has it (S2-R02).
    OfflineTransfer,
}

impl Way {
    /// The stable text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Payment(method) => method.as_str(),
            Self::OfflineTransfer => "offline_transfer",
        }
    }
    /// The way of that text.
    pub fn find(text: &str) -> Option<Self> {
        let payment = Method::ALL.into_iter().find(|method| method.as_str() == text).map(Self::Payment);
        payment.or_else(|| (text == Self::OfflineTransfer.as_str()).then_some(Self::OfflineTransfer))
    }
}

impl Serialize for Way {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.as_str())
    }
}
impl<'de> Deserialize<'de> for Way {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        crate::ids::read_text(d, "a payment method or offline_transfer", Self::find)
    }
}

impl Source {
    /// The same, of that payment and by its way.
    pub(super) fn paid(self, payment: Option<&Payment>) -> Self {
        // Where nothing was left to pay there was no payment (A-G-14).
        let payment = payment.filter(|payment| !payment.is_of_nothing());
        let (payment_id, method) = payment.map(|p| (p.payment_id.clone(), Way::Payment(p.method))).unzip();
        Self { payment_id, method, ..self }
    }
}
