//! A prize of a draw, and how its stock is released.

use crate::moment::Moment;
use money::Money;
use serde::{Deserialize, Serialize};

/// What can be drawn, as the notice tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prize {
    /// Its id, which stands in the chain.
    pub prize_id: String,
    /// What it is, for people.
    pub name: String,
    /// Of which kind.
    pub kind: Kind,
    /// What it is worth, in fen: goods at their market price, coupons and points at the most that they take off.
    #[serde(default)]
    pub value: Money,
    /// How many there are; without one as many as are drawn. In an urn: tickets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stock: Option<u64>,
    /// By odds: parts of 1,000,000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub odds: Option<u32>,
    /// By odds: the prize that is given instead once this one is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback: Option<String>,
    /// By odds: the time over which the stock is released; at once without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<Release>,
}

/// Kinds of prizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// For a later order.
    Coupon,
    /// Sent to an address.
    Goods,
    /// Booked to an account elsewhere.
    Points,
    /// The named no-prize.
    #[serde(rename = "none")]
    Nothing,
}

impl Kind {
    /// As a notice calls it.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Coupon => "优惠券",
            Self::Goods => "实物",
            Self::Points => "积分",
            Self::Nothing => "未中奖",
        }
    }
}

/// A time over which a stock is released evenly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// Nothing is released at this moment,
    pub from: Moment,
    /// and everything from this one on.
    pub until: Moment,
}

impl Release {
    /// How much of the stock is released: `floor(stock x elapsed / duration)`, in milliseconds (A-S2-15).
    pub fn released(&self, stock: u64, at_ms: i64) -> u64 {
        let (from, until) = (i128::from(self.from.at_ms()), i128::from(self.until.at_ms()));
        let at = i128::from(at_ms);
        if at >= until {
            return stock;
        }
        // Both are positive here: `at` lies between `from` and `until`.
        let (elapsed, duration) = ((at - from).max(0).unsigned_abs(), (until - from).unsigned_abs());
        let released = u128::from(stock) * elapsed / duration.max(1);
        u64::try_from(released).unwrap_or(stock).min(stock)
    }
}

impl Prize {
    /// How many may have been given by that moment; `None` for as many as are drawn.
    pub fn available(&self, at_ms: i64) -> Option<u64> {
        let stock = self.stock?;
        Some(self.release.map_or(stock, |release| release.released(stock, at_ms)))
    }
}
