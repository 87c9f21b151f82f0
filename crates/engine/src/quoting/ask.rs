//! What a caller asks to be priced, before the shop's facts are added to it.

use domain::{CampaignId, CouponId, CustomerId, Instant, LineId, OrderId, Sku, catalog::Category};
use money::Money;
use pricing::cart::{Assets, Stage};

/// A cart as a caller describes it; amounts are minor units.
#[derive(Debug, Clone, Default)]
pub struct Ask {
    /// Whose coupons may be used; `None` for a visitor.
    pub customer_id: Option<CustomerId>,
    /// Which payment.
    pub stage: Stage,
    /// The lines.
    pub lines: Vec<AskLine>,
    /// Coupons to use.
    pub coupons: AskCoupons,
    /// Virtual assets to use.
    pub assets: Assets,
    /// Whether the customer is a member.
    pub member: bool,
    /// The customer's segments, by the platform's own names.
    pub segments: Vec<String>,
    /// The moment to price; the engine's clock otherwise.
    pub now: Option<Instant>,
    /// The revision of the shop's rules to price by; the newest otherwise.
    pub rule_version: Option<u64>,
}

/// A line.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the fields are those of the API")]
pub enum AskLine {
    /// Goods of the cart; in the deposit stage of the presale that is named, or that runs for the SKU.
    Goods {
        line_id: LineId,
        sku: Sku,
        categories: Vec<Category>,
        quantity: u64,
        unit_price: Money,
        presale: Option<CampaignId>,
    },
    /// A presale line whose deposit is paid.
    Balance { order_id: OrderId, line_id: LineId },
}

/// Coupons of a quote.
#[derive(Debug, Clone, Default)]
pub enum AskCoupons {
    /// None.
    #[default]
    None,
    /// These.
    Listed(Vec<CouponId>),
    /// The best of all that the customer holds; of more than can be priced together, of those that could
    /// save most, and then not proven.
    Best,
}
