//! What a refund keeps that cannot go back by its payments, and the transfer that it goes back with instead (A-S2-4).

use crate::{Code, Instant, PaymentId, Violation, limits};
use money::Money;
use serde::{Deserialize, Serialize};

/// Why a refund goes another way than its payments, and the transfer that it went back with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offline {
    /// Which of its payments are closed to it, and why; at least one.
    pub closed: Vec<ClosedWay>,
    /// The transfer, once it is recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transfer: Option<Transfer>,
    /// Whether it was given up because other refunds took its money.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub gave_way: bool,
}

/// A payment by which no money can go back any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the words say it")]
pub struct ClosedWay {
    pub payment_id: PaymentId,
    pub code: Code,
}

/// What was paid back outside the system, as the merchant records it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    /// What was transferred, in minor units.
    pub amount: Money,
    /// The end of the account's number: never all of it.
    pub account_tail: Box<str>,
    /// The evidence: a text or where it is kept. It is never fetched.
    pub proof: Box<str>,
    /// When the money left.
    pub at: Instant,
    /// When that was recorded.
    pub recorded_at: Instant,
    /// By whom: the name of the key.
    pub by: Box<str>,
}

impl Offline {
    /// Why: the first of its closed payments says it.
    pub fn code(&self) -> Code {
        self.closed.first().map_or(Code::OfflineTransferRequired, |way| way.code)
    }
    /// Why that payment is closed, if it is.
    pub fn code_of(&self, payment: &PaymentId) -> Option<Code> {
        self.closed.iter().find(|way| way.payment_id == *payment).map(|way| way.code)
    }
}

impl Transfer {
    /// Whether both say the same of one transfer; who recorded it, and when, does not matter.
    pub fn is_same(&self, other: &Self) -> bool {
        (self.amount, &self.account_tail, &self.proof, self.at)
            == (other.amount, &other.account_tail, &other.proof, other.at)
    }

    /// What is wrong with it by itself.
    pub fn violations(&self) -> Vec<Violation> {
        let mut found = Vec::new();
        let tail = &*self.account_tail;
        let is_tail =
            limits::ACCOUNT_TAIL.contains(&tail.len()) && tail.bytes().all(|b| b.is_ascii_alphanumeric());
        if !is_tail {
            let says = "the last 2 to 4 letters or digits of the account, never more of it";
            found.push(Violation::with("account_tail", Code::InvalidValue, says));
        }
        if self.proof.trim().is_empty() {
            found.push(Violation::with("proof", Code::Required, "a text, or where the evidence is kept"));
        } else if self.proof.chars().any(char::is_control) {
            found.push(Violation::with("proof", Code::InvalidValue, "no control characters"));
        }
        if self.proof.chars().count() > limits::PROOF_CHARS {
            let says = format!("at most {} characters", limits::PROOF_CHARS);
            found.push(Violation::with("proof", Code::TooLongText, says));
        }
        // The bank's clock may be ahead of ours.
        if self.at > self.recorded_at.plus_minutes(limits::PAYMENT_BEFORE_ORDER_MINUTES) {
            found.push(Violation::with(
                "at",
                Code::TimeInFuture,
                "when the money left, which is not to come",
            ));
        }
        found
    }
}
