//! What another download says of an order that is known (A-S4-11, A-S4-23).
//!
//! Always holds: a payment time that was known stays known; an older download fills gaps and changes nothing
//! else.

use super::{Correction, PoolOrder, ShopOrder, Stage, Times};
use crate::{Code, Instant, Refusal, Violation, limits};

/// What a download brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Learned {
    /// Nothing new.
    Nothing,
    /// Something.
    Something,
}

impl PoolOrder {
    /// Takes in what another download says; it came in `now`. One that does not say when it was made counts as
    /// newer, as far as it knows the later stage; a time that it tells otherwise is then a conflict. One that
    /// says so corrects times where it is newer, and only fills those that are not known where it is older. A parent that is known stays; any download
    /// may name one that is not (A-S4-24).
    pub fn learn(&mut self, told: &ShopOrder, now: Instant) -> Result<Learned, Refusal> {
        if self.customer_id != told.customer_id {
            return Err(self.conflict("customer_id"));
        }
        let parent = &told.said.parent_id;
        if self.parent_id.is_some() && parent.is_some() && self.parent_id != *parent {
            return Err(self.conflict("parent_id"));
        }
        let finds_parent = self.parent_id.is_none() && parent.is_some();
        let before = (self.times, self.goods_paid, self.lines.clone(), self.single_stage);
        match told.said.as_of {
            Some(made) if self.newest().is_some_and(|known| made < known) => self.fill(told),
            Some(made) => {
                self.correct(told, now);
                self.as_of = Some(made);
            }
            None => self.add(told)?,
        }
        if finds_parent {
            self.parent_id.clone_from(parent);
        }
        self.note_whole();
        let is_same =
            !finds_parent && before == (self.times, self.goods_paid, self.lines.clone(), self.single_stage);
        if !is_same && told.said.as_of.is_none() {
            self.as_of = Some(now);
        }
        Ok(if is_same { Learned::Nothing } else { Learned::Something })
    }

    /// When the newest download of it was made; of one that an earlier program took in, when it came in.
    fn newest(&self) -> Option<Instant> {
        self.as_of.or_else(|| self.moves.first().map(|step| step.at))
    }

    fn conflict(&self, field: &str) -> Refusal {
        let message = format!("order {} is known with another {field}", self.order_id);
        let mut refusal = Refusal::with(Code::IdempotencyConflict, message);
        refusal.violations.push(Violation::new(field, Code::IdempotencyConflict));
        refusal
    }

    /// A download that does not say when it was made.
    fn add(&mut self, told: &ShopOrder) -> Result<(), Refusal> {
        let (known, new) = (self.times, told.times);
        let differs = |known: Option<Instant>, told: Option<Instant>| {
            known.zip(told).is_some_and(|(known, told)| known != told)
        };
        let conflict = [
            ("ordered_at", known.ordered_at != new.ordered_at),
            ("first_paid_at", differs(known.first_paid_at, new.first_paid_at)),
            ("balance_paid_at", differs(known.balance_paid_at, new.balance_paid_at)),
        ];
        if let Some((field, _)) = conflict.iter().find(|(_, differs)| *differs) {
            return Err(self.conflict(field));
        }
        self.times = Times {
            ordered_at: known.ordered_at,
            first_paid_at: known.first_paid_at.or(new.first_paid_at),
            balance_paid_at: known.balance_paid_at.or(new.balance_paid_at),
            balance_opens_at: new.balance_opens_at.or(known.balance_opens_at),
            balance_closes_at: new.balance_closes_at.or(known.balance_closes_at),
            closed_at: known.closed_at.or(new.closed_at),
        };
        self.single_stage = told.said.single_stage.or(self.single_stage);
        let stages = |times: &Times| (times.balance_paid_at.is_some(), times.first_paid_at.is_some());
        if stages(&new) >= stages(&known) || new.balance_paid_at.is_some() {
            self.take_amounts(told);
        }
        Ok(())
    }

    /// An older download: times that are not known, and nothing else.
    fn fill(&mut self, told: &ShopOrder) {
        let (known, new) = (self.times, told.times);
        self.times = Times {
            ordered_at: known.ordered_at,
            first_paid_at: known.first_paid_at.or(new.first_paid_at),
            balance_paid_at: known.balance_paid_at.or(new.balance_paid_at),
            balance_opens_at: known.balance_opens_at.or(new.balance_opens_at),
            balance_closes_at: known.balance_closes_at.or(new.balance_closes_at),
            closed_at: known.closed_at,
        };
        self.single_stage = self.single_stage.or(told.said.single_stage);
    }

    /// A newer download: what it tells stands, and what it corrects is noted.
    fn correct(&mut self, told: &ShopOrder, now: Instant) {
        type Field = (&'static str, fn(&mut Times) -> &mut Option<Instant>, Option<Instant>);
        let new = told.times;
        self.set("ordered_at", |times| &mut times.ordered_at, new.ordered_at, now);
        let fields: [Field; 5] = [
            ("first_paid_at", |times| &mut times.first_paid_at, new.first_paid_at),
            ("balance_paid_at", |times| &mut times.balance_paid_at, new.balance_paid_at),
            ("balance_opens_at", |times| &mut times.balance_opens_at, new.balance_opens_at),
            ("balance_closes_at", |times| &mut times.balance_closes_at, new.balance_closes_at),
            ("closed_at", |times| &mut times.closed_at, new.closed_at),
        ];
        for (name, place, told) in fields {
            let Some(told) = told else { continue };
            let known = place(&mut self.times);
            if let Some(from) = known.replace(told).filter(|from| *from != told) {
                self.note_correction(name, from, told, now);
            }
        }
        self.single_stage = told.said.single_stage.or(self.single_stage);
        self.take_amounts(told);
    }

    fn set(&mut self, name: &str, place: fn(&mut Times) -> &mut Instant, told: Instant, now: Instant) {
        let from = std::mem::replace(place(&mut self.times), told);
        if from != told {
            self.note_correction(name, from, told, now);
        }
    }

    fn note_correction(&mut self, field: &str, from: Instant, to: Instant, at: Instant) {
        self.corrections.push(Correction { field: field.to_owned(), from, to, at });
        if self.corrections.len() > limits::POOL_MOVES {
            self.corrections.remove(0);
        }
    }

    /// What the warehouse has, it has by the amounts of then.
    fn take_amounts(&mut self, told: &ShopOrder) {
        if self.stage < Stage::Fulfilment {
            self.goods_paid = told.goods_paid;
            self.lines.clone_from(&told.lines);
        }
    }

    /// Takes over what our own order says: it is the truth, also where a payment is undone.
    pub fn mirror(&mut self, order: &ShopOrder) -> Learned {
        let before = (self.times, self.goods_paid, self.lines.clone(), self.single_stage, self.refund_open);
        self.times = order.times;
        self.goods_paid = order.goods_paid;
        self.lines.clone_from(&order.lines);
        (self.single_stage, self.refund_open) = (order.said.single_stage, order.said.refund_open);
        self.note_whole();
        let after = (self.times, self.goods_paid, self.lines.clone(), self.single_stage, self.refund_open);
        if before == after { Learned::Nothing } else { Learned::Something }
    }
}
