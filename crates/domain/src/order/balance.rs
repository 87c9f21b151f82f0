//! How a presale order is paid: the deposit, then the balance with what comes off it.
//!
//! Always holds: what comes off with the balance never touches the deposit (A-S1-5).

use super::{
    BalanceDiscount, CalledOff, CancelReason, Discount, Order, Payment, PaymentStatus, Presale, PresaleStage,
    Scopes, Stage, State,
    shares::{Left, Overflow, Took},
};
use crate::{Code, Instant, Refusal, Violation, limits, sentence, time::Window};
use money::Money;

impl Order {
    /// Where a presale order stands; `None` for orders that have neither a presale campaign nor a deposit.
    pub fn presale_stage(&self) -> Option<PresaleStage> {
        let deposit = self.deposit()?;
        Some(match (self.state, self.deposit_paid_at) {
            (State::Paid { .. }, _) => PresaleStage::Paid,
            (State::Open, None) => PresaleStage::AwaitingDeposit,
            (State::Open, Some(_)) => PresaleStage::AwaitingBalance,
            (State::Cancelled { .. }, None) => PresaleStage::Closed,
            (State::Cancelled { reason, .. }, Some(_)) => match reason {
                CancelReason::Timeout | CancelReason::Customer if self.refunded() < deposit => {
                    PresaleStage::Forfeited
                }
                CancelReason::Timeout | CancelReason::Customer | CancelReason::Merchant => {
                    PresaleStage::Closed
                }
            },
        })
    }
    /// What is left to pay after the deposit, before anything that comes off with the balance.
    pub fn balance(&self) -> Money {
        self.payable - self.deposit().unwrap_or_default()
    }
    /// What the order costs in all: once its balance is paid, less what came off with it (A-S4-21).
    pub fn payable_in_all(&self) -> Money {
        self.payable - self.paid_by().map_or(Money::ZERO, super::Payment::discounted)
    }
    /// What a line costs: once the balance is paid, less its share of what came off with it.
    pub fn payable_of(&self, index: usize) -> Money {
        let came_off = self.paid_by().map_or(Money::ZERO, |payment| payment.discounted_of(index));
        self.lines[index].payable() - came_off
    }
    /// What is to be paid next of a presale order; `None` for orders without a presale campaign, and
    /// when nothing is.
    pub fn due_now(&self) -> Option<Money> {
        let presale = self.presale.as_ref()?;
        match self.presale_stage()? {
            PresaleStage::AwaitingDeposit if presale.in_full => Some(self.payable),
            PresaleStage::AwaitingDeposit => Some(presale.deposit),
            PresaleStage::AwaitingBalance => Some(self.balance()),
            PresaleStage::Paid | PresaleStage::Forfeited | PresaleStage::Closed => None,
        }
    }
    /// What the order counts toward thresholds: deposit + balance, freight left out (A-S1-1, A-S1-6).
    pub fn threshold_base(&self) -> Money {
        self.payable - self.freight_payable()
    }

    /// Refuses a stage that a presale order does not have, and a balance outside its window: accepted
    /// iff its start <= t < its end (A-S1-22).
    pub fn check_stage(&self, stage: Stage, at: Instant) -> Result<(), Refusal> {
        let Some(presale) = &self.presale else {
            return Ok(());
        };
        let refused = |detail: &str| Err(Refusal::with(Code::StageNotAllowed, detail));
        match stage {
            Stage::Full if !presale.in_full => refused("the deposit comes first, then the balance"),
            Stage::Deposit | Stage::Balance if presale.in_full => refused("everything is paid at once"),
            Stage::Balance if !presale.balance_window.contains(at) => {
                let Window { starts_at, ends_at } = presale.balance_window;
                let detail = format!("the balance is paid from {starts_at} to {ends_at}");
                Err(Refusal::with(Code::OutsidePeriod, detail))
            }
            Stage::Full | Stage::Deposit | Stage::Balance => Ok(()),
        }
    }

    /// The deposit must be exactly what the presale asks for; `None` for orders without a campaign.
    pub(super) fn deposit_due(&self) -> Option<Money> {
        self.presale.as_ref().map(|presale| presale.deposit)
    }

    /// Gives each line its share of what came off with the balance: in the order given, by deposit +
    /// balance as the earlier ones left it, never more than the balance of the line; what finds no room
    /// is lost (A-S1-5, A-S1-6, A-G-5). A freight coupon comes off the freight in the same way. Only the
    /// balance of a presale has such discounts (S1-R07).
    pub fn spread_at_balance(
        &self,
        discounts: &[Discount],
        stage: Stage,
        scopes: &Scopes<'_>,
    ) -> Result<Vec<BalanceDiscount>, Refusal> {
        if discounts.is_empty() {
            return Ok(Vec::new());
        }
        let Some(presale) = self.presale.as_ref().filter(|_| stage == Stage::Balance) else {
            let detail = "only the balance of a presale has discounts of its own";
            return Err(Refusal::with(Code::StageNotAllowed, detail));
        };
        check_discounts(discounts)?;
        let overflow = if presale.no_resplit { Overflow::Lost } else { Overflow::Resplit };
        let deposit = |index| presale.line(index).deposit;
        let mut left = Left::of(&self.lines, deposit, self.freight_payable(), overflow);
        let mut found = Vec::with_capacity(discounts.len());
        for (index, discount) in discounts.iter().enumerate() {
            let room = left.room.clone();
            let Took { amount, shares } = left.take(index, discount, scopes)?;
            if !discount.comes_off_freight() {
                presale.check_greater(discount, &shares, &room)?;
            }
            found.push(BalanceDiscount { discount: Discount { amount, ..discount.taken_in() }, shares });
        }
        Ok(found)
    }

    /// The deposit came: the order now waits for the balance, until its end.
    pub(super) fn take_deposit(&mut self, at: Instant) {
        self.deposit_paid_at = Some(at);
        let deadline = self.cancel_at.take();
        self.cancel_at = self.presale.as_ref().map(|presale| presale.balance_window.ends_at);
        self.deposit_deadline = deadline;
        // A deposit in time lifts its own deadline; any other cancellation came after it and stands.
        if let State::Cancelled { at, .. } = self.state
            && deadline == Some(at)
        {
            self.state = State::Open;
            if let Some(CalledOff { at, reason }) = self.told_end {
                self.state = State::Cancelled { at, reason };
            }
        }
    }

    /// The order was cancelled before its deposit came, though the deposit was heard of first: it came
    /// too late (A-G-8).
    pub(super) fn undo_later_deposit(&mut self, cancelled_at: Instant) {
        if self.deposit_paid_at.is_none_or(|paid_at| paid_at <= cancelled_at) {
            return;
        }
        self.deposit_paid_at = None;
        self.cancel_at = self.deposit_deadline.take();
        let deposits = self.payments.iter_mut().filter(|p| p.stage == Stage::Deposit);
        deposits.filter(|p| p.status == PaymentStatus::Succeeded).for_each(Payment::make_late);
    }

    /// How much of the deposit must stand in the books by itself: all of one that is forfeited or given back in part. Of
    /// one that has to go back whole as much as has gone: the rest is nobody's but the customer's (A-S1-20).
    pub fn deposit_to_book(&self) -> Money {
        let ended = matches!(self.state, State::Cancelled { .. }) && self.deposit_paid_at.is_some();
        let Some(deposit) = self.deposit().filter(|_| ended) else { return Money::ZERO };
        let given_back = self.live_refunds().next().is_some();
        match self.deposit_owed() {
            Some((_, left)) => deposit - left,
            None if given_back || self.presale_stage() == Some(PresaleStage::Forfeited) => deposit,
            None => Money::ZERO,
        }
    }
}

impl Presale {
    /// With `require_greater` each presale line's share must be smaller than what the line has left to
    /// pay, as in a quote (A-S1-5). Ordinary lines may be taken whole.
    fn check_greater(&self, discount: &Discount, shares: &[Money], room: &[Money]) -> Result<(), Refusal> {
        if !self.require_greater {
            return Ok(());
        }
        let lost = shares.iter().copied().sum::<Money>() < discount.amount;
        // A line that the discount is not for has no share; one with nothing left may lose it.
        let small = (0..shares.len())
            .filter(|index| self.line(*index).deposit.is_positive())
            .find(|index| shares[*index] >= room[*index] && (shares[*index].is_positive() || lost));
        let Some(index) = small else { return Ok(()) };
        let (share, left) = (shares[index], room[index]);
        let detail = sentence![&*discount.kind, " takes ", share, " off a line with ", left, " left to pay"];
        Err(Refusal::with(Code::BalanceTooSmall, detail))
    }
}

fn check_discounts(discounts: &[Discount]) -> Result<(), Refusal> {
    if discounts.len() > limits::ORDER_DISCOUNTS {
        let violation = Violation::new("discounts", Code::TooMany);
        return Refusal::from_violations(Code::InvalidValue, vec![violation]);
    }
    let mut found = Vec::new();
    for (index, discount) in discounts.iter().enumerate() {
        if !(0..=limits::AMOUNT_MINOR).contains(&discount.amount.minor()) {
            found.push(Violation::new(format!("discounts[{index}].amount"), Code::OutOfRange));
        }
        let words = discount.kind.chars().chain(discount.id.iter().flat_map(|id| id.chars()));
        if words.into_iter().any(char::is_control) {
            let field = format!("discounts[{index}]");
            found.push(Violation::with(field, Code::InvalidValue, "no control characters"));
        }
    }
    Refusal::from_violations(Code::InvalidValue, found)
}
