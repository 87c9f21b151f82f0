//! How many stages an order is paid in, and whether its money is whole (A-S4-20).
//!
//! Always holds: what was said stands before what can be guessed; whoever looks half paid is held, not passed.

use super::{PoolOrder, Stage};
use crate::{Code, Instant};

/// In how many stages an order is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stages {
    /// At once.
    One,
    /// A deposit and a balance: a download says so, or it is an order of our own presale.
    Two,
    /// A deposit and a balance, because it was placed before the balance of its presale strategy opens and
    /// no download says otherwise.
    TwoByStrategy,
}

impl PoolOrder {
    /// In how many stages it is paid, as far as is known (A-S4-20).
    pub fn stages(&self) -> Stages {
        let times = &self.times;
        let tells = [times.balance_opens_at, times.balance_closes_at].iter().any(Option::is_some);
        let waits = self.opens_by_strategy.is_some_and(|opens| times.ordered_at < opens);
        if times.balance_paid_at.is_some() || self.single_stage == Some(false) {
            return Stages::Two;
        }
        if self.single_stage == Some(true) {
            return Stages::One;
        }
        match (tells, waits) {
            (true, _) => Stages::Two,
            (false, true) => Stages::TwoByStrategy,
            (false, false) => Stages::One,
        }
    }

    /// Whether an order that has one stage, as it seems, has paid so little that the rest may be a balance: it
    /// is held until a download or a person says `single_stage`.
    pub fn looks_partly_paid(&self) -> bool {
        let is_guessed = self.stages() == Stages::One && self.single_stage.is_none();
        let has_paid = self.times.first_paid_at.is_some();
        is_guessed && has_paid && !self.was_whole && !self.has_paid_half()
    }

    /// Whether it waits for a balance that only its presale strategy speaks of, although half of it or more is
    /// paid: somebody has to look, once the activation time is reached.
    pub fn waits_for_a_guess(&self) -> bool {
        let has_paid = self.times.first_paid_at.is_some() && self.has_paid_half();
        self.stages() == Stages::TwoByStrategy && has_paid
    }

    /// Whether everything is paid, so that amounts are final (A-S4-9): the balance, or the only payment
    /// of an order that has one stage.
    pub fn is_fully_paid(&self) -> bool {
        if let Some(paid) = self.paid_in_all {
            return paid;
        }
        match self.stages() {
            Stages::One => self.times.first_paid_at.is_some() && !self.looks_partly_paid(),
            Stages::Two | Stages::TwoByStrategy => self.times.balance_paid_at.is_some(),
        }
    }

    /// Why its money is not whole, if it is not: something is unpaid, a refund is open, or it looks half paid
    /// (A-S4-19).
    pub fn lacks_money(&self) -> Option<Code> {
        if self.looks_partly_paid() {
            return Some(Code::LooksPartlyPaid);
        }
        (self.refund_open || !self.is_fully_paid()).then_some(Code::Unpaid)
    }

    /// Whether a strategy's activation has something to do with it: it moves on, or has to be looked at.
    pub fn is_due(&self) -> bool {
        self.stage == Stage::PresalePool && (self.is_fully_paid() || self.waits_for_a_guess())
    }

    /// When it moves on by itself under a presale strategy (A-S4-2); `None` while the balance is unpaid.
    pub fn activates_at(&self, activation_at: Instant) -> Option<Instant> {
        if !self.is_fully_paid() {
            return None;
        }
        Some(self.times.balance_paid_at.map_or(activation_at, |paid| paid.max(activation_at)))
    }

    /// Lists what people must say of its stages, and what they need not say any more. At the activation time of
    /// its presale strategy, and after it, nobody waits for a balance that may never come.
    pub fn list_stages(&mut self, is_activated: bool, now: Instant) {
        let is_over = matches!(self.stage, Stage::Fulfilment | Stage::Closed);
        let waits = self.waits_for_a_guess();
        for (code, holds, is_time) in [
            (Code::LooksPartlyPaid, self.looks_partly_paid(), true),
            (Code::StagesUnknown, waits, is_activated),
        ] {
            if !holds || is_over {
                self.forget(code, None);
            } else if is_time {
                self.note(code, None, now);
            }
        }
    }
}
