//! The answer: what is to be paid, and every fen and every "no" on the way to it. Field names are the
//! API's.

use crate::{coupons::Bound, stacking::What};
use domain::{CampaignId, Code, CouponId, LineId, OrderId, Sku, coupon::CouponKind};
use money::Money;
use serde::{Serialize, Serializer};

/// A priced cart. Always: each line's `list` less its adjustments is its `payable`, and `payable` is the
/// lines' and `freight`. Amounts are minor units and never negative.
///
/// Serializes with the names of the API: each line's adjustments with their `source_id` and `kind`, and
/// `applied` with the rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// What is to be paid now.
    pub payable: Money,
    /// Freight within it, after freight coupons.
    pub freight: Money,
    /// Freight before coupons.
    pub freight_fee: Money,
    /// The lines, as they came.
    pub lines: Vec<QuoteLine>,
    /// What changed the price, in the order in which it did (A-S1-7).
    pub adjustments: Vec<Adjustment>,
    /// Every candidate that was left, and why.
    pub rejected: Vec<Rejected>,
    /// What little more would unlock; the nearest first, at most five.
    pub nearby: Vec<Nearby>,
    /// What comes along.
    pub gifts: Vec<QuoteGift>,
    /// Where the best coupons were asked for: how good the choice is, proven.
    pub choice: Option<Choice>,
    /// The shop's revision whose rules were used (A-G-10).
    pub rule_version: u64,
}

/// A line, from list price to payable.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the API's field names")]
pub struct QuoteLine {
    /// The order of a balance; `None` for other lines. In a box, so that none is a word: a name that is absent is a
    /// single byte of its room, and a processor waits where it copies the whole right behind that.
    pub order_id: Option<Box<OrderId>>,
    pub line_id: LineId,
    pub list: Money,
    pub payable: Money,
    pub adjustments: Vec<LineAdjustment>,
}

/// What something takes off a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineAdjustment {
    /// Its place among the quote's adjustments.
    pub adjustment: u32,
    /// How much.
    pub amount: Money,
}

/// Something that was applied to the cart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Adjustment {
    /// What it was.
    pub source_id: SourceId,
    /// Which kind of thing.
    pub kind: AdjustmentKind,
    /// What it took off in all, freight included.
    pub amount: Money,
    /// Who bears it.
    pub funded_by: Funder,
    /// Whether it lowers the price, pays it, or leaves it for later.
    pub effect: Effect,
    /// What its threshold was compared with.
    pub threshold_base: Money,
    /// What it promised beyond what there was to take: over the balance (A-S1-5) or under the price floor.
    #[serde(skip_serializing_if = "is_zero")]
    pub lost: Money,
    /// The version of the campaign, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
}

/// A candidate that was left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rejected {
    /// What it was.
    pub source_id: SourceId,
    /// Which kind of thing; `None` where nobody knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<AdjustmentKind>,
    /// Why.
    pub code: Code,
    /// The one line that it is about, where it is about one.
    #[serde(flatten)]
    pub line: Option<LineName>,
    /// How much is missing to its threshold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shortfall: Option<Money>,
    /// What its threshold was compared with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base: Option<Money>,
    /// How many pieces are missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing_quantity: Option<u64>,
    /// How many different goods are missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing_goods: Option<u64>,
}

/// What a line is called: by its own id, and of a balance by its order's too. As large as an id alone: there may be
/// thousands of [`Rejected`] that are about no line.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words say it")]
pub enum LineName {
    Alone(LineId),
    OfOrder(Box<(OrderId, LineId)>),
}

impl Serialize for LineName {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let (order_id, line_id) = match self {
            Self::Alone(line_id) => (None, line_id),
            Self::OfOrder(of_order) => (Some(&of_order.0), &of_order.1),
        };
        WireName { order_id, line_id }.serialize(s)
    }
}

#[derive(Serialize)]
struct WireName<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    order_id: Option<&'a OrderId>,
    line_id: &'a LineId,
}

/// A saving that a little more would unlock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Nearby {
    /// What would give it.
    pub source_id: SourceId,
    /// Which kind of thing.
    pub kind: AdjustmentKind,
    /// How much is missing.
    pub shortfall: Money,
    /// How many pieces are missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing_quantity: Option<u64>,
    /// How many different goods are missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing_goods: Option<u64>,
    /// What would be saved beyond what is saved now.
    pub saving: Money,
}

/// Goods that come along.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QuoteGift {
    /// The gift promotion.
    pub source_id: SourceId,
    /// What is given.
    pub sku: Sku,
    /// How many.
    pub quantity: u64,
    /// The customer takes one of the gifts of this source, not all.
    pub choose_one: bool,
}

impl Quote {
    /// What took something off a line: the adjustment that a line's share is of.
    pub fn of_share(&self, share: LineAdjustment) -> &Adjustment {
        &self.adjustments[share.adjustment as usize]
    }

    /// The names of everything that was applied, gifts included; each name once. What is only paid
    /// earlier or later is not among it.
    pub fn applied(&self) -> Vec<&SourceId> {
        let mut names: Vec<&SourceId> = Vec::with_capacity(self.adjustments.len());
        for adjustment in &self.adjustments {
            let earlier_or_later =
                matches!(adjustment.kind, AdjustmentKind::DepositPaid | AdjustmentKind::BalanceLater);
            // Only the lines of one presale name the same campaign twice.
            let again =
                adjustment.kind == AdjustmentKind::PresaleGain && names.contains(&&adjustment.source_id);
            if !earlier_or_later && !again {
                names.push(&adjustment.source_id);
            }
        }
        let gifts = self.gifts.chunk_by(|a, b| a.source_id == b.source_id);
        names.extend(gifts.filter_map(|of_source| Some(&of_source.first()?.source_id)));
        names
    }
}

impl Serialize for Quote {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let share = |share: &LineAdjustment| {
            let Adjustment { source_id, kind, .. } = self.of_share(*share);
            WireShare { source_id, kind: *kind, amount: share.amount }
        };
        let lines = self.lines.iter().map(|line| WireLine {
            order_id: line.order_id.as_deref(),
            line_id: &line.line_id,
            list: line.list,
            payable: line.payable,
            adjustments: line.adjustments.iter().map(share).collect(),
        });
        let wire = Wire {
            payable: self.payable,
            freight: self.freight,
            freight_fee: self.freight_fee,
            lines: lines.collect(),
            adjustments: &self.adjustments,
            applied: self.applied(),
            rejected: &self.rejected,
            nearby: &self.nearby,
            gifts: &self.gifts,
            choice: self.choice,
            rule_version: self.rule_version,
        };
        wire.serialize(s)
    }
}

/// A quote as the API shows it.
#[derive(Serialize)]
struct Wire<'a> {
    payable: Money,
    freight: Money,
    freight_fee: Money,
    lines: Vec<WireLine<'a>>,
    adjustments: &'a [Adjustment],
    applied: Vec<&'a SourceId>,
    rejected: &'a [Rejected],
    nearby: &'a [Nearby],
    gifts: &'a [QuoteGift],
    #[serde(skip_serializing_if = "Option::is_none")]
    choice: Option<Choice>,
    rule_version: u64,
}

#[derive(Serialize)]
struct WireLine<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    order_id: Option<&'a OrderId>,
    line_id: &'a LineId,
    list: Money,
    payable: Money,
    adjustments: Vec<WireShare<'a>>,
}

#[derive(Serialize)]
struct WireShare<'a> {
    source_id: &'a SourceId,
    kind: AdjustmentKind,
    amount: Money,
}

/// How good the choice of coupons is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// Whether no admissible combination costs less.
    pub proven: bool,
    /// No combination costs less than this before assets, freight included.
    pub at_least: Money,
}

impl From<Bound> for Choice {
    fn from(bound: Bound) -> Self {
        Self { proven: bound.proven, at_least: Money::from_minor(bound.at_least) }
    }
}

/// The name of what changes a price: a campaign's, a coupon's, or the word for an asset.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the words say it")]
pub enum SourceId {
    Campaign(CampaignId),
    Coupon(CouponId),
    Asset(&'static str),
}

impl SourceId {
    /// As text.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Campaign(id) => id.as_str(),
            Self::Coupon(id) => id.as_str(),
            Self::Asset(word) => word,
        }
    }
}

impl Serialize for SourceId {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.as_str())
    }
}

/// Who bears an adjustment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the words say it")]
pub enum Funder {
    Merchant,
    Platform,
    /// The customer's own money, in another form.
    Customer,
}

/// What an adjustment does to the price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Lowers it.
    Discount,
    /// Pays a part of it: a deposit paid before, an e-card.
    Payment,
    /// Leaves a part of it for a later payment.
    Deferred,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $effect:ident;)+) => {
        /// Kinds of what changes a price.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
        #[allow(missing_docs, reason = "the words say it")]
        pub enum AdjustmentKind { $($(#[$doc])* #[serde(rename = $text)] $name,)+ }

        impl AdjustmentKind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$name,)+];
            /// The stable text.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }
            /// What it does to the price.
            pub const fn effect(self) -> Effect {
                match self { $(Self::$name => Effect::$effect,)+ }
            }
        }
    };
}

kinds! {
    PresaleGain = "presale_gain", Discount;
    /// Paid with the deposit; at the balance not to be paid again.
    DepositPaid = "deposit_paid", Payment;
    /// To be paid with the balance; not with the deposit.
    BalanceLater = "balance_later", Deferred;
    ItemPromotion = "item_promotion", Discount;
    MemberPrice = "member_price", Discount;
    UnitPromotion = "unit_promotion", Discount;
    OrderPromotion = "order_promotion", Discount;
    FreightPromotion = "freight_promotion", Discount;
    MainGift = "main_gift", Discount;
    PoolGift = "pool_gift", Discount;
    ShopCoupon = "shop_coupon", Discount;
    ProductCoupon = "product_coupon", Discount;
    DongCoupon = "dong_coupon", Discount;
    JingCoupon = "jing_coupon", Discount;
    Jingtie = "jingtie", Discount;
    FreightCoupon = "freight_coupon", Discount;
    PaymentCoupon = "payment_coupon", Discount;
    RedPacket = "red_packet", Discount;
    Beans = "beans", Discount;
    ECard = "e_card", Payment;
}

impl From<What> for AdjustmentKind {
    fn from(what: What) -> Self {
        match what {
            What::ItemPromotion => Self::ItemPromotion,
            What::MemberPrice => Self::MemberPrice,
            What::UnitPromotion => Self::UnitPromotion,
            What::OrderPromotion => Self::OrderPromotion,
            What::FreightPromotion => Self::FreightPromotion,
            What::MainGift => Self::MainGift,
            What::PoolGift => Self::PoolGift,
            What::RedPacket => Self::RedPacket,
            What::Beans => Self::Beans,
            What::ECard => Self::ECard,
            What::Coupon(CouponKind::Shop) => Self::ShopCoupon,
            What::Coupon(CouponKind::Product) => Self::ProductCoupon,
            What::Coupon(CouponKind::Dong) => Self::DongCoupon,
            What::Coupon(CouponKind::Jing) => Self::JingCoupon,
            What::Coupon(CouponKind::Jingtie) => Self::Jingtie,
            What::Coupon(CouponKind::Freight) => Self::FreightCoupon,
            What::Coupon(CouponKind::Payment) => Self::PaymentCoupon,
        }
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands the field over like this")]
fn is_zero(amount: &Money) -> bool {
    amount.is_zero()
}
