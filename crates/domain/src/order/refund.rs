//! A refund: what was asked for, what goes back, and where it stands.

use super::{Parts, usual::is_usual};
use crate::{Instant, LineId, RefundId, event::RefundLine};
use money::Money;
use serde::{Deserialize, Serialize};

/// Where a refund stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the words say it")]
pub enum RefundStatus {
    Requested,
    Approved,
    Rejected,
    Succeeded,
}

/// A refund and its parts, in minor units.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Refund {
    /// The platform's id.
    pub refund_id: RefundId,
    /// What was asked for, to tell a repetition from a conflict.
    pub ask: RefundAsk,
    /// Who told what was asked for.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub figures: Figures,
    /// What goes back to the customer.
    pub amount: Money,
    /// What goes back to other parties, of discounts that they bore (A-G-16).
    #[serde(rename = "platform_share")]
    pub parts: Parts,
    /// The lines' parts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<RefundedLine>,
    /// Freight in the amount.
    pub freight: Money,
    /// Where it stands.
    pub status: RefundStatus,
    /// Whether its amount was answered to whoever asked for it: then it is kept, whatever is heard later.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub answered: bool,
    /// When it was last changed.
    pub at: Instant,
    /// When it was granted, where that is not when it was last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub granted_at: Option<Instant>,
}

impl Refund {
    /// Whether it is in the books: approved, or gone back.
    pub fn is_live(&self) -> bool {
        matches!(self.status, RefundStatus::Approved | RefundStatus::Succeeded)
    }
    /// Since when it is granted, as far as was heard: refunds count in this order (A-G-8, A-G-16).
    pub fn granted_since(&self) -> Instant {
        self.granted_at.unwrap_or(self.at)
    }
    /// It is granted since that moment.
    pub fn grant_since(&mut self, at: Instant) {
        self.granted_at = Some(at).filter(|at| *at != self.at);
    }
}

/// What is asked to go back: units of lines, an amount, or with neither all that is left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the words say it; amount in minor units")]
pub struct RefundAsk {
    #[serde(default)]
    pub lines: Vec<RefundLine>,
    #[serde(default)]
    pub amount: Option<Money>,
    /// Whose fault it is; left out, the merchant agrees. Decides what a deposit does (A-S1-20).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<Fault>,
}

/// Who told a refund's figures. Later ones stand before earlier ones.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Figures {
    /// Nobody yet: all that is left is meant until somebody does.
    Assumed,
    /// Who asked for it.
    Asked,
    /// Who granted it.
    #[default]
    Granted,
}

/// Whose fault a refund is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// The customer changed their mind: a deposit stays with the merchant.
    Customer,
    /// The merchant cannot deliver.
    Merchant,
    /// The platform erred.
    Platform,
}

/// One line's part of a refund, in minor units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the words say it")]
pub struct RefundedLine {
    pub line_id: LineId,
    pub quantity: u64,
    pub amount: Money,
    /// What other parties bore in these units.
    #[serde(rename = "platform_share")]
    pub parts: Parts,
}
