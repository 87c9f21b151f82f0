//! The deposit of an order in two stages: what its campaign asks for or, without a campaign, what came as that.
//!
//! Always holds: whatever is taken back of the books that a deposit has by itself is of the payment that it was booked
//! with (A-G-17), whichever deposit counts by then.

use super::{Order, OrderKind, Payment, PaymentStatus, Stage, deposit_books::DepositBooks};
use money::{Money, apportion};

impl Order {
    /// Whether a deposit comes first and the balance later.
    pub fn is_in_stages(&self) -> bool {
        self.presale.as_ref().map_or(self.kind == OrderKind::Presale, |presale| !presale.in_full)
    }
    /// Whether money of that stage came for an order whose deposit was not taken.
    pub fn lacks_deposit(&self, stage: Stage) -> bool {
        stage == Stage::Balance && self.is_in_stages() && self.deposit_paid_at.is_none()
    }
    /// The deposit: what the campaign asks for; without a campaign what came and was taken.
    pub fn deposit(&self) -> Option<Money> {
        let taken = || self.deposit_taken().map(|payment| payment.amount);
        self.presale.as_ref().map(|presale| presale.deposit).or_else(taken)
    }
    /// The deposit that was taken.
    pub fn deposit_taken(&self) -> Option<&Payment> {
        let mut taken = self.payments.iter().filter(|payment| payment.stage == Stage::Deposit);
        taken.find(|payment| payment.status == PaymentStatus::Succeeded)
    }
    /// A line's part of the deposit: the campaign's; without one by what the lines cost.
    pub fn deposit_of(&self, line: usize) -> Money {
        let Some(presale) = &self.presale else {
            let deposit = self.deposit().unwrap_or_default();
            let weights: Vec<Money> = self.lines.iter().map(super::Line::payable).collect();
            let shares = apportion(deposit, &weights, &vec![deposit; weights.len()]);
            // Lines that cost nothing are not told apart.
            let first = || if line == 0 { deposit } else { Money::ZERO };
            return shares.map_or_else(|_| first(), |split| split.shares[line]);
        };
        presale.line(line).deposit
    }

    /// How much of the deposit stands in the books by itself.
    pub fn booked_deposit(&self) -> Money {
        let older = || self.presale.as_ref().map_or(Money::ZERO, super::Presale::booked_deposit);
        self.deposit_books.as_ref().map_or_else(older, |books| books.amount)
    }
    /// The payment that those books are of, or would be. An older document does not say it.
    pub fn booked_with(&self) -> Option<&Payment> {
        let booked = self.deposit_books.as_ref().and_then(|books| self.payment(&books.payment_id));
        let undone = || {
            let mut all = self.payments.iter().filter(|payment| payment.stage == Stage::Deposit);
            all.rfind(|payment| Some(payment.amount) == self.deposit())
        };
        booked.or_else(|| self.deposit_taken()).or_else(undone)
    }
    /// So much of the deposit stands there now.
    pub fn set_booked_deposit(&mut self, amount: Money) {
        let payment = self.booked_with().map(|payment| payment.payment_id.clone());
        let books = payment.map(|payment_id| DepositBooks { payment_id, amount });
        self.deposit_books = books.filter(|books| books.amount.is_positive());
        if let Some(presale) = &mut self.presale {
            presale.forget_books();
        }
    }
    /// What the merchant keeps of the deposit of an order that ended without its balance: all of a forfeited one, or what
    /// an agreed refund left, less what went back since (A-S1-20). It is what the books say.
    pub fn kept_deposit(&self) -> Money {
        (self.deposit_to_book() - self.refunded()).max(Money::ZERO)
    }
}
