//! The small words of an order: where it came from, what it is, where it stands, how it is paid, what came off.

use crate::{Instant, LineId};
use money::Money;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Where the order was placed: `app`, `pc`, `mini_program` or the platform's own word.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Source {
    /// The shopping app; the only source whose orders get a push (S0-R34).
    #[default]
    App,
    /// A browser on a computer.
    Pc,
    /// A mini program.
    MiniProgram,
    /// Any other, by its name.
    Other(Box<str>),
}

impl Source {
    /// The word.
    pub fn as_str(&self) -> &str {
        match self {
            Self::App => "app",
            Self::Pc => "pc",
            Self::MiniProgram => "mini_program",
            Self::Other(name) => name,
        }
    }
    fn read(text: &str) -> Option<Self> {
        Some(match text {
            "app" => Self::App,
            "pc" => Self::Pc,
            "mini_program" => Self::MiniProgram,
            "" => return None,
            long if long.len() > 64 => return None,
            other => Self::Other(other.into()),
        })
    }
}
impl Serialize for Source {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.as_str())
    }
}
impl<'de> Deserialize<'de> for Source {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        crate::ids::read_text(d, "a source: 1 to 64 plain characters", Self::read)
    }
}

/// Ordinary or presale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the words say it")]
pub enum OrderKind {
    #[default]
    Normal,
    Presale,
}

/// Whether a parcel is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the words say it")]
pub enum Goods {
    #[default]
    Physical,
    Virtual,
}

/// How money comes in (S0-R22).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the words say it")]
pub enum Method {
    JdPay,
    Baitiao,
    Wechat,
    Alipay,
    Card,
}

impl Method {
    /// Every method, in the order the cashier lists them.
    pub const ALL: [Self; 5] = [Self::JdPay, Self::Baitiao, Self::Wechat, Self::Alipay, Self::Card];

    /// The stable text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::JdPay => "jd_pay",
            Self::Baitiao => "baitiao",
            Self::Wechat => "wechat",
            Self::Alipay => "alipay",
            Self::Card => "card",
        }
    }
    /// The cashier's name of it, in Chinese and English.
    pub const fn label(self) -> (&'static str, &'static str) {
        match self {
            Self::JdPay => ("京东支付", "JD Pay"),
            Self::Baitiao => ("白条", "Baitiao"),
            Self::Wechat => ("微信支付", "WeChat Pay"),
            Self::Alipay => ("支付宝", "Alipay"),
            Self::Card => ("银行卡", "Bank card"),
        }
    }
}

/// Which part of the price a payment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the words say it")]
pub enum Stage {
    #[default]
    Full,
    Deposit,
    Balance,
}

/// Why an order ended unpaid. Of two reasons in the same instant the first of this list stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the words say it")]
pub enum CancelReason {
    Timeout,
    #[default]
    Customer,
    Merchant,
}

/// When an order was cancelled beside what its state says, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CalledOff {
    /// When.
    pub at: Instant,
    /// Why.
    pub reason: CancelReason,
}

/// Where the order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum State {
    /// Waiting for money.
    Open,
    /// Paid in full.
    Paid {
        /// When the last of the money came.
        at: Instant,
    },
    /// Ended without payment.
    Cancelled {
        /// When.
        at: Instant,
        /// Why.
        reason: CancelReason,
    },
}

/// Who bears a discount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the words say it")]
pub enum Party {
    Merchant,
    Platform,
}

impl Party {
    /// Those whose part of a discount goes back with the money: all but the merchant, whose own it is (A-G-16).
    pub const OTHERS: [Self; 1] = [Self::Platform];

    /// The stable text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Merchant => "merchant",
            Self::Platform => "platform",
        }
    }
}

/// Who bears the payment coupon (S0-R27).
pub const COUPON_PARTY: Party = Party::Merchant;

/// The kind of a discount that comes off the freight, never off the goods.
pub const FREIGHT_COUPON: &str = "freight_coupon";

/// The kind of a promotion that comes off the freight too.
pub const FREIGHT_PROMOTION: &str = "freight_promotion";

/// A discount that the order came with, in minor units.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Discount {
    /// What kind: `item_promotion`, `order_promotion`, `shop_coupon`, `product_coupon`, `beans`, ...;
    /// [`FREIGHT_COUPON`] and [`FREIGHT_PROMOTION`] come off the freight.
    pub kind: Box<str>,
    /// The platform's id of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Box<str>>,
    /// What it takes off the order.
    pub amount: Money,
    /// Who bears it.
    pub funded_by: Party,
    /// Its exact shares as the platform's quote had them; empty, it is spread. Once taken in they stand
    /// with the lines and no more here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<LineShare>,
}

/// A line's share of a discount, in minor units; lines that bear nothing may be left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the words say it")]
pub struct LineShare {
    pub line_id: LineId,
    pub amount: Money,
}

impl Discount {
    /// Whether it comes off the freight.
    pub fn comes_off_freight(&self) -> bool {
        matches!(&*self.kind, FREIGHT_COUPON | FREIGHT_PROMOTION)
    }
    /// Without the shares that it was sent with: those are stored apart.
    pub(super) fn taken_in(&self) -> Self {
        Self { lines: Vec::new(), ..self.clone() }
    }
}
