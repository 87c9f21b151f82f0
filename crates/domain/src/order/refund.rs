//! A refund: what was asked for, what goes back, and where it stands.

use super::{Parts, kinds::State, refund_transfer::Offline, usual::is_usual};
use crate::{Instant, LineId, PaymentId, RefundId, event::RefundLine};
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
    OfflineTransferRequired,
}

impl RefundStatus {
    /// Whether the money goes back or has gone back: then it is booked, or ends refused money.
    pub fn is_granted(self) -> bool {
        matches!(self, Self::Approved | Self::Succeeded)
    }
    /// Whether it is not known yet whether, or how, its money goes back.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Requested | Self::OfflineTransferRequired)
    }
    /// Whether the merchant has agreed to it: it is granted, or waits for a transfer. Then nobody else gets its money.
    pub fn is_agreed(self) -> bool {
        self.is_granted() || self == Self::OfflineTransferRequired
    }
}

/// A refund and its parts, in minor units.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Refund {
    /// The platform's id.
    pub refund_id: RefundId,
    /// What was asked for, to tell a repetition from a conflict.
    pub ask: RefundAsk,
    /// The payment that was named: which way the money went, or which refused money it is of (A-G-15).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment_id: Option<PaymentId>,
    /// What it is of (A-G-15).
    #[serde(default, skip_serializing_if = "is_usual")]
    pub of: RefundOf,
    /// Who told what was asked for.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub figures: Figures,
    /// What goes back to the customer of the order's money; see [`Refund::total`].
    pub amount: Money,
    /// Refused or late money that goes back, beside it.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub refused: Money,
    /// How much of both goes back to which payment, newest first, once it is granted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub payments: Vec<PaymentPart>,
    /// Whose money it is in the books, where that is not all of the payment that paid the order last (A-G-17).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub booked: Vec<PaymentPart>,
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
    /// Whether it was answered as the order's: then it is the order's again whenever that has money.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub answered_of_order: bool,
    /// Whether it is being answered: its money is told after that of all that went back or is promised, until its ways are
    /// told. Never stored.
    #[serde(skip)]
    pub is_asked_now: bool,
    /// When it was last changed.
    pub at: Instant,
    /// When it was granted, where that is not when it was last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub granted_at: Option<Instant>,
    /// When it was first told of, where that was before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Instant>,
    /// Where the order stood that it ended, as a refund of its deposit: there it goes back if the refund turns out
    /// to be of something else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<State>,
    /// How many small refunds it stands for, where it is a sum of several.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub sums: u32,
    /// Why it does not go back by its payments, and how it went back instead (S2-R02).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offline: Option<Box<Offline>>,
}

impl Refund {
    /// One that somebody told of, with nothing decided about its money.
    pub fn told(refund_id: RefundId, ask: RefundAsk, payment_id: Option<PaymentId>, at: Instant) -> Self {
        Self {
            refund_id,
            ask,
            payment_id,
            of: RefundOf::Refused,
            figures: Figures::Granted,
            amount: Money::ZERO,
            refused: Money::ZERO,
            payments: Vec::new(),
            booked: Vec::new(),
            parts: Parts::default(),
            lines: Vec::new(),
            freight: Money::ZERO,
            status: RefundStatus::Requested,
            answered: false,
            answered_of_order: false,
            is_asked_now: false,
            at,
            granted_at: None,
            since: None,
            ended: None,
            sums: 0,
            offline: None,
        }
    }
    /// The same with nothing decided about its money.
    #[must_use]
    pub fn undecided(self) -> Self {
        let blank = Self::told(self.refund_id.clone(), self.ask.clone(), None, self.at);
        Self {
            answered_of_order: self.was_answered_of_order(),
            sums: self.sums,
            offline: self.offline,
            payment_id: self.payment_id,
            figures: self.figures,
            status: self.status,
            answered: self.answered,
            is_asked_now: self.is_asked_now,
            granted_at: self.granted_at,
            since: self.since,
            ended: self.ended,
            ..blank
        }
    }
    /// Whether it was answered as the order's. Where an earlier program did so, as far as it still is.
    pub fn was_answered_of_order(&self) -> bool {
        let is_of_order = matches!(self.of, RefundOf::Order | RefundOf::Both);
        self.answered && (self.answered_of_order || is_of_order)
    }
    /// Whether it is granted and no money that is known can hold it: it waits for that.
    pub fn is_without_money(&self) -> bool {
        self.status.is_granted() && self.of == RefundOf::Refused && self.refused.is_zero()
    }
    /// Since when it is granted, as far as was heard: refunds count in this order (A-G-8, A-G-16).
    pub fn granted_since(&self) -> Instant {
        self.granted_at.unwrap_or(self.at)
    }
    /// It is granted since that moment.
    pub fn grant_since(&mut self, at: Instant) {
        self.granted_at = Some(at).filter(|at| *at != self.at);
    }
    /// Remembers when it was first told of.
    pub fn tell_since(&mut self, at: Instant) {
        let since = self.first_told().min(at);
        self.since = (since < self.at).then_some(since);
    }
    /// All that goes back to the customer. Of one that may be of either money: what was told.
    pub fn total(&self) -> Money {
        match self.of {
            RefundOf::Unclear => self.ask.amount.unwrap_or_default(),
            RefundOf::Order | RefundOf::Refused | RefundOf::Both => self.amount + self.refused,
        }
    }
    /// Whether it stands in the order's books.
    pub fn is_booked(&self) -> bool {
        self.status.is_granted() && matches!(self.of, RefundOf::Order | RefundOf::Both)
    }
    /// Whether it takes of what the order can give back: it stands in its books, or waits for a transfer.
    pub fn takes_of_order(&self) -> bool {
        self.status.is_agreed() && matches!(self.of, RefundOf::Order | RefundOf::Both)
    }
    /// Whether it is granted and nobody can say yet what it is of: `refund_ambiguous`.
    pub fn is_unclear(&self) -> bool {
        self.status.is_granted() && self.of == RefundOf::Unclear
    }
    /// What an answered refund asked for, as it was understood: the rest of an order was the units that were left then.
    pub(super) fn answered_ask(&self) -> RefundAsk {
        RefundAsk {
            lines: if self.ask.is_rest() { self.units() } else { self.ask.lines.clone() },
            ..self.ask.clone()
        }
    }
    /// The units that go back with it.
    pub(super) fn units(&self) -> Vec<RefundLine> {
        let unit = |part: &RefundedLine| (part.line_id.clone(), part.quantity);
        self.lines.iter().map(unit).map(|(line_id, quantity)| RefundLine { line_id, quantity }).collect()
    }
    /// When it was first told of.
    pub fn first_told(&self) -> Instant {
        self.since.unwrap_or(self.at).min(self.at)
    }
}

/// What a refund is of (A-G-15).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundOf {
    /// The order: its goods, or the money that paid it.
    #[default]
    Order,
    /// Refused or late money; the order is not touched.
    Refused,
    /// Of both, because together they came to all that came.
    Both,
    /// It could be of either: kept, and not booked until somebody says.
    #[serde(rename = "refund_ambiguous")]
    Unclear,
}

/// A part of a refund that goes back to one payment, in minor units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the words say it")]
pub struct PaymentPart {
    pub payment_id: PaymentId,
    pub amount: Money,
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

impl RefundAsk {
    /// Whether all that is left is asked for.
    pub fn is_rest(&self) -> bool {
        self.lines.is_empty() && self.amount.is_none()
    }
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
