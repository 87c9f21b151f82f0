//! Which money a refund is of (A-G-15): the order's own, or what came and was refused.

use super::books::Books;
use super::story::{Fen, How, Minute, Of, Refund};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    pub payment: String,
    pub at: Minute,
    pub amount: Fen,
    pub left: Fen,
}

/// What becomes of a refund when it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    OfOrder,
    OfRefused,
    /// `refund_ambiguous`: kept, and not booked.
    Ambiguous,
    /// No money can hold it.
    Impossible,
}

/// All money that came to an order.
#[derive(Debug, Clone, Default)]
pub struct Money {
    /// The good money, once some came or nothing had to, and when the first came.
    pub books: Option<Books>,
    pub good_at: Option<Minute>,
    /// Oldest first.
    pub refused: Vec<Refused>,
    /// Ambiguous refunds, with when they were told of.
    pub kept: Vec<(Minute, String, Fen)>,
}

impl Money {
    pub fn refuse(&mut self, payment: &str, at: Minute, amount: Fen) {
        if amount > 0 {
            self.refused.push(Refused { payment: payment.to_owned(), at, amount, left: amount });
        }
    }
    fn order_holds(&self, amount: Fen) -> bool {
        self.books.as_ref().is_some_and(|books| books.left.cash >= amount)
    }
    /// Without a payment: the money that can hold it and had come by then; where both could be, the order's, unless it
    /// is exactly what is left of a refused payment.
    fn judge_amount(&self, amount: Fen, told: Minute) -> Fate {
        let there = || self.refused.iter().filter(|refused| refused.at <= told);
        let refused: Fen = there().map(|refused| refused.left).sum();
        let in_time = self.good_at.is_some_and(|at| at <= told);
        match (self.order_holds(amount), refused >= amount) {
            (false, false) => Fate::Impossible,
            (false, true) => Fate::OfRefused,
            (true, true) if !in_time => Fate::OfRefused,
            (true, _) if there().any(|refused| refused.left == amount) => Fate::Ambiguous,
            (true, _) => Fate::OfOrder,
        }
    }
    pub fn judge(&self, refund: &Refund, told: Minute) -> Fate {
        let Of::Amount(amount) = refund.of else { return Fate::OfOrder };
        let Some(named) = &refund.payment else { return self.judge_amount(amount, told) };
        match self.refused.iter().find(|refused| refused.payment == *named) {
            Some(refused) if refused.left >= amount => Fate::OfRefused,
            Some(_) => Fate::Impossible,
            None => Fate::OfOrder,
        }
    }
    /// Takes a refund in; says what became of it.
    pub fn give(&mut self, refund: &Refund, told: Minute) -> Fate {
        let fate = self.judge(refund, told);
        let done = match (fate, &refund.of) {
            (Fate::OfOrder, of) => self.books.as_mut().is_some_and(|books| match of {
                Of::Rest => books.give_rest(),
                Of::Amount(amount) => books.give_amount(*amount),
                Of::Units(units) => books.give_units(units),
            }),
            (Fate::OfRefused, Of::Amount(amount)) => {
                self.give_refused(*amount, refund.payment.as_deref());
                true
            }
            (Fate::Ambiguous, Of::Amount(amount)) => {
                self.kept.push((told, refund.id.clone(), *amount));
                true
            }
            _ => false,
        };
        if done { fate } else { Fate::Impossible }
    }
    /// Of the payment that is named, else of the oldest.
    fn give_refused(&mut self, amount: Fen, named: Option<&str>) {
        let mut still = amount;
        for refused in
            self.refused.iter_mut().filter(|refused| named.is_none_or(|named| refused.payment == named))
        {
            let part = still.min(refused.left);
            refused.left -= part;
            still -= part;
        }
    }
    /// What was ambiguous is judged by the money that is left now; and when all that came is kept or booked, all
    /// of it is booked. Says which turned out to be of the order.
    pub fn settle_kept(&mut self) -> Vec<String> {
        let mut found = Vec::new();
        let good = self.books.as_ref().map_or(0, |books| books.left.cash);
        let left = good + self.refused.iter().map(|refused| refused.left).sum::<Fen>();
        if !self.kept.is_empty() && self.kept.iter().map(|(.., amount)| amount).sum::<Fen>() == left {
            found.extend(self.kept.first().map(|(_, id, _)| id.clone()).filter(|_| good > 0));
            self.kept.clear();
            self.refused.iter_mut().for_each(|refused| refused.left = 0);
            self.books.as_mut().filter(|_| good > 0).map(|books| books.give_amount(good));
        }
        let clear =
            |(told, _, amount): &(Minute, String, Fen)| self.judge_amount(*amount, *told) != Fate::Ambiguous;
        if let Some(index) = self.kept.iter().position(clear) {
            let (told, id, amount) = self.kept.remove(index);
            let refund = Refund { id, of: Of::Amount(amount), payment: None, how: How::Went };
            if self.give(&refund, told) == Fate::OfOrder {
                found.push(refund.id);
            }
            found.extend(self.settle_kept());
        }
        found
    }
}
