//! An attempt to pay: its money, what came off with it, and how it ended.

use super::{Discount, Method, Stage, usual::is_usual};
use crate::{CheckoutId, CouponId, Instant, PaymentId, TransactionId};
use money::Money;
use serde::{Deserialize, Serialize};

/// A discount that came with the balance, with its share of each line (A-S1-6).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BalanceDiscount {
    /// The discount; its amount is what it took off, which is less than its face where the balance is.
    #[serde(flatten)]
    pub discount: Discount,
    /// A share for each line.
    pub shares: Vec<Money>,
}

/// What comes off with a payment if it is taken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "as of the payment")]
pub struct Offered {
    #[serde(default, skip_serializing_if = "is_usual")]
    pub saving: Money,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub discounts: Vec<BalanceDiscount>,
}

/// Where an attempt to pay stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentStatus {
    /// The cashier is at it; its coupon is locked.
    Started,
    /// The money came.
    Succeeded,
    /// It failed, ran out of time, or a later attempt took its place.
    Failed,
    /// The money came and was not taken: the order had been cancelled or paid before, or it was not
    /// what was to be paid. To be sent back by the platform.
    Late,
}

/// One attempt to pay.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the words say it; amounts in minor units")]
pub struct Payment {
    pub payment_id: PaymentId,
    #[serde(default, skip_serializing_if = "is_usual")]
    pub stage: Stage,
    pub method: Method,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coupon_id: Option<CouponId>,
    /// The coupon that the attempt was started with, once an event has told of its money.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_with: Option<CouponId>,
    /// Until when the attempt keeps its coupon, where the coupon itself ends before (A-S0-24).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locked_until: Option<Instant>,
    /// The checkout that the payment is of, where the platform names it (A-S1-28).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkout_id: Option<CheckoutId>,
    /// Money that comes in, the coupon already off.
    pub amount: Money,
    /// What the payment coupon takes off.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub saving: Money,
    /// The saving over the lines and, last, the freight (A-G-5); empty without a coupon.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shares: Vec<Money>,
    /// What came off with the balance of a presale, with its shares.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub discounts: Vec<BalanceDiscount>,
    /// What would come off with it, while its money is refused: it is judged again with that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offered: Option<Box<Offered>>,
    /// The payment channel's id of it, which neither side chooses (A-S2-16).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transaction_id: Option<TransactionId>,
    pub status: PaymentStatus,
    pub at: Instant,
}

impl PaymentStatus {
    /// Whether money came, taken or not.
    pub const fn has_money(self) -> bool {
        match self {
            Self::Succeeded | Self::Late => true,
            Self::Started | Self::Failed => false,
        }
    }
}

impl Payment {
    /// Its money was not taken, so it saved nothing. What would have come off is kept beside that.
    pub(super) fn make_late(&mut self) {
        self.status = PaymentStatus::Late;
        self.shares.clear();
        let offered = Offered {
            saving: std::mem::take(&mut self.saving),
            discounts: std::mem::take(&mut self.discounts),
        };
        // Only of a balance a refund can turn out not to have come before it (A-S1-20).
        let is_balance = self.stage == Stage::Balance;
        if is_balance && (offered.saving.is_positive() || !offered.discounts.is_empty()) {
            self.offered = Some(Box::new(offered));
        }
    }
    /// The same as one whose money is taken after all.
    #[must_use]
    pub fn taken(&self) -> Self {
        let mut taken = Self { status: PaymentStatus::Succeeded, ..self.clone() };
        if let Some(offered) = taken.offered.take() {
            (taken.saving, taken.discounts) = (offered.saving, offered.discounts);
        }
        taken
    }
    /// The coupon that is meant when an event tells of this payment and names none. What a refused
    /// event named is not.
    pub fn held_coupon(&self) -> Option<&CouponId> {
        let own = match self.status {
            PaymentStatus::Started | PaymentStatus::Failed | PaymentStatus::Succeeded => &self.coupon_id,
            PaymentStatus::Late => &None,
        };
        self.started_with.as_ref().or(own.as_ref())
    }
    /// Until when the cashier has promised that coupon to this payment, where that is past the coupon's own
    /// end (A-S0-24).
    pub fn promised_until(&self, coupon: &CouponId) -> Option<Instant> {
        self.locked_until.filter(|_| self.held_coupon() == Some(coupon))
    }
    /// What came off with the balance.
    pub fn discounted(&self) -> Money {
        self.discounts.iter().map(|came_off| came_off.discount.amount).sum()
    }
    /// A line's part of what came off with the balance.
    pub fn discounted_of(&self, line: usize) -> Money {
        self.discounts.iter().filter_map(|came_off| came_off.shares.get(line)).copied().sum()
    }
}
