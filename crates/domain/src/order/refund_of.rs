//! Which money each refund is of: the order's, or money that was refused (A-G-15).
//!
//! Always holds: the answer follows from what happened and when, and from what was answered, never from what was
//! heard first (A-G-8). What names lines is of the goods, what names refused money ends that, and an amount that
//! names nothing is of the money that can hold it. Where both can, and it is what is left of a refused payment, nobody
//! can tell: it is kept until somebody says, or until everything that came has gone back.
//!
//! One walk through time finds it: payments that were refused, and refunds that were granted, as they came and were told
//! of. So what is told of later takes nothing from what was told of before, but that what is kept may become clear.
//! A refund that was answered has its place in time as any other, as long as it comes out as it was answered. Where
//! something that was before it is heard of only afterwards and would take its money or its units away, the answer comes
//! first, and what was heard of later takes what it leaves.

use super::{
    Order, PaymentPart, Refund, RefundAsk, RefundOf, RefundStatus, again,
    money_back::again_of_customer,
    parts, parts_with,
    refund_pots::{Pots, Turn},
    refund_says::{Holds, Says, Wants, says},
};
use crate::{Code, Instant, RefundId, Refusal, limits, sentence};
use money::Money;
use std::collections::BTreeSet;

/// Something that moves the order's money.
enum Step {
    /// Refused money came.
    Came,
    /// A granted refund was told of.
    Told(usize),
}

/// What became of a refund.
type Found = Option<Result<Refund, Refusal>>;

struct Judge<'a> {
    order: &'a Order,
    /// Money of the order that is not taken yet.
    good: Money,
    /// Refused payments.
    pots: Pots,
    /// The order with what is found of it so far.
    scratch: Order,
    /// The same with all of that added up, for what asks no more than how much has gone.
    summed: Order,
    /// Whether money came or went since what waits was looked at.
    moved: bool,
    /// Refunds that nothing holds yet, or of which nobody can tell, as they were told of.
    waiting: Vec<(usize, Wants)>,
    found: Vec<Found>,
}

/// What each refund of the order is of, in their order, with its figures; an error for one that no money can hold.
/// Rejected ones come as they are. Ways back (`payments`) are told of refused money alone. What waits for a transfer has
/// been answered, and takes its money as all that was answered does.
pub(super) fn judged(order: &Order) -> Vec<Result<Refund, Refusal>> {
    let mut first = BTreeSet::new();
    let mut judge = loop {
        let mut judge = Judge::of(order);
        judge.walk(&first);
        let lost: Vec<usize> = (0..order.refunds.len()).filter(|i| !judge.keeps(*i)).collect();
        let known = first.len();
        first.extend(lost);
        if first.len() == known {
            break judge;
        }
    };
    judge.tell_parts();
    judge.requested();
    let as_it_is = |(index, found): (usize, Found)| found.unwrap_or_else(|| Ok(order.refunds[index].clone()));
    let found = judge.found.into_iter().enumerate().map(as_it_is).collect();
    with_parts(order, found)
}

/// What other parties get back follows from all refunds that stand (A-G-16).
fn with_parts(order: &Order, mut found: Vec<Result<Refund, Refusal>>) -> Vec<Result<Refund, Refusal>> {
    let mut stands = order.clone();
    let places: Vec<usize> =
        (0..found.len()).filter(|i| found[*i].as_ref().is_ok_and(Refund::is_booked)).collect();
    stands.refunds = places.iter().filter_map(|place| found[*place].as_ref().ok().cloned()).collect();
    for (place, parts) in places.into_iter().zip(parts(&stands)) {
        if let Ok(refund) = &mut found[place] {
            refund.parts = parts;
        }
    }
    for refund in found.iter_mut().flatten().filter(|refund| refund.is_promised()) {
        refund.parts = parts_with(&stands, refund);
    }
    found
}

impl<'a> Judge<'a> {
    fn of(order: &'a Order) -> Self {
        let mut scratch = order.clone();
        scratch.refunds.clear();
        Self {
            order,
            good: if order.has_money() { order.paid() } else { Money::ZERO },
            pots: Pots::of(order),
            summed: scratch.clone(),
            scratch,
            moved: true,
            waiting: Vec::new(),
            found: order.refunds.iter().map(|_| None).collect(),
        }
    }

    fn turn(&self, index: usize) -> Turn {
        let refund = &self.order.refunds[index];
        (refund.first_told(), refund.refund_id.clone())
    }

    /// The refunds of one kind, as they were told of.
    fn in_turn(&self, wanted: impl Fn(&Refund) -> bool) -> Vec<usize> {
        let mut found: Vec<usize> =
            (0..self.order.refunds.len()).filter(|index| wanted(&self.order.refunds[*index])).collect();
        found.sort_by_cached_key(|index| self.turn(*index));
        found
    }

    fn says(&self, refund: &Refund) -> Says {
        says(self.order, &self.pots, refund)
    }

    /// Goes through what happened, but for those answers that come before all of it.
    fn walk(&mut self, first: &BTreeSet<usize>) {
        let agreed = self.in_turn(|refund| refund.status.is_agreed());
        let (answered, told): (Vec<usize>, Vec<usize>) =
            agreed.into_iter().partition(|index| first.contains(index));
        let came = self.pots.came().map(|at| ((at, 0), None, Step::Came));
        let mut steps: Vec<((Instant, u8), Option<RefundId>, Step)> = came.collect();
        let kept = answered.into_iter().filter(|index| !self.keeps_answer(*index)).collect::<Vec<_>>();
        for index in kept.into_iter().chain(told) {
            let (at, name) = self.turn(index);
            steps.push(((at, 1), Some(name), Step::Told(index)));
        }
        steps.sort_by(|(a, one, _), (b, other, _)| (a, one).cmp(&(b, other)));
        for ((now, _), _, step) in steps {
            match step {
                Step::Came => {
                    self.moved = true;
                    self.meet_waiting(now);
                }
                Step::Told(index) if !first.contains(&index) && self.keeps_answer(index) => {}
                Step::Told(index) => self.place(index),
            }
            self.settle(now);
        }
        for (index, wants) in std::mem::take(&mut self.waiting) {
            self.found[index] = Some(self.still_waits(index, wants));
        }
    }

    /// What was answered as the order's, or as that of refused payments; `false` of all else.
    fn keeps_answer(&mut self, index: usize) -> bool {
        let (known, turn) = (&self.order.refunds[index], self.turn(index));
        if !known.answered {
            return false;
        }
        match self.says(known) {
            Says::Answered => self.of_order(index, known.answered_ask(), known.total()).is_ok(),
            // The order has no money: what was answered as the order's has gone back out of what was refused.
            Says::AnsweredRefused | Says::Amount(_) => self.of_answered_refused(index, &turn),
            Says::Refused(pot, Some(amount)) => self.of_named(index, pot, amount, &turn),
            Says::Refused(pot, None) => {
                let amount = known.total().min(self.pots.get(pot).left());
                amount.is_positive() && self.of_named(index, pot, amount, &turn)
            }
            Says::Order | Says::AllRefused => false,
        }
    }

    /// Whether a refund comes out as it was answered: its money, the payments that it is of, and its units. One that was not answered does anyhow.
    fn keeps(&self, index: usize) -> bool {
        let known = &self.order.refunds[index];
        if !known.answered || !known.status.is_agreed() {
            return true;
        }
        let Some(Ok(found)) = &self.found[index] else { return false };
        let same_money = found.total() == known.total() || !known.total().is_positive();
        let of_order = known.was_answered_of_order() && self.order.has_money();
        let same_side = found.takes_of_order() == of_order || known.of == RefundOf::Both;
        let same_units = known.lines.is_empty() || known.units() == found.units();
        same_money && same_side && same_units && (found.takes_of_order() || self.keeps_ways(index))
    }

    /// Whether it took of each refused payment as much as was answered.
    fn keeps_ways(&self, index: usize) -> bool {
        let took = self.pots.taken_by(&self.turn(index));
        let is_refused = |part: &&PaymentPart| self.pots.find(&part.payment_id).is_some();
        let kept = |part: &PaymentPart| {
            took.iter().any(|it| it.payment_id == part.payment_id && it.amount >= part.amount)
        };
        self.order.refunds[index].payments.iter().filter(is_refused).all(kept)
    }

    /// Takes it of the refused payments that were answered, and of the oldest where one of these was taken after all.
    fn of_answered_refused(&mut self, index: usize, turn: &Turn) -> bool {
        let known = &self.order.refunds[index];
        let total = known.total();
        let mut still = total;
        if !still.is_positive() || still > self.pots.left_by(turn.0) {
            return false;
        }
        for part in &known.payments {
            let pot = self.pots.find(&part.payment_id);
            let amount = part.amount.min(still);
            if pot.is_some_and(|pot| self.pots.take_named(pot, turn, amount)) {
                still -= amount;
            }
        }
        self.moved = true;
        self.pots.take_oldest(turn, still, turn.0);
        self.found[index] = Some(Ok(self.refused(index, total)));
        true
    }

    /// A refund is told of.
    fn place(&mut self, index: usize) {
        let (known, turn) = (&self.order.refunds[index], self.turn(index));
        match self.says(known) {
            Says::Refused(pot, amount) => {
                let left = self.pots.get(pot).left();
                let amount = amount.unwrap_or(left);
                if !amount.is_positive() {
                    self.found[index] = Some(Err(Code::NothingToRefund.into()));
                } else if !self.of_named(index, pot, amount, &turn) {
                    let detail =
                        sentence![left, format!(" is left of payment {}", self.pots.get(pot).payment_id)];
                    self.found[index] = Some(Err(Refusal::with(Code::ExceedsPaid, detail)));
                }
            }
            Says::Order => {
                if let Err(refusal) = self.of_order(index, known.ask.clone(), known.total()) {
                    match known.ask.amount.filter(|_| self.crossed()) {
                        Some(amount) => self.waiting.push((index, Wants::Amount(amount))),
                        None => self.found[index] = Some(Err(refusal)),
                    }
                }
            }
            Says::Answered | Says::AnsweredRefused => {
                self.waiting.push((index, Wants::Amount(known.total())));
            }
            Says::AllRefused => self.waiting.push((index, Wants::AllRefused)),
            Says::Amount(amount) => self.waiting.push((index, Wants::Amount(amount))),
        }
    }

    /// Whether goods came back whose money went the way of a refused payment: then the money of the order's own payments
    /// goes back for that.
    fn crossed(&self) -> bool {
        let names_refused =
            |refund: &Refund| refund.payment_id.as_ref().is_some_and(|id| self.pots.find(id).is_some());
        self.scratch.refunds.iter().any(|refund| !refund.answered && names_refused(refund))
    }

    /// Takes it of the order's money, with its figures beside those that are found.
    fn of_order(&mut self, index: usize, ask: RefundAsk, amount: Money) -> Result<(), Refusal> {
        let known = &self.order.refunds[index];
        let wanted = Refund { ask, amount, ..known.clone() };
        let refund = match again_of_customer(&self.summed, &wanted) {
            Ok(refund) if refund.amount.is_positive() => Ok(refund),
            Err(refusal) if refusal.code != Code::NothingToRefund => Err(refusal),
            // What cost nothing hangs on what other parties bore, one refund after the other.
            Ok(_) | Err(_) => again_of_customer(&self.scratch, &wanted),
        }?;
        let refund = Refund { ask: known.ask.clone(), of: RefundOf::Order, refused: Money::ZERO, ..refund };
        self.good -= refund.amount;
        self.moved = true;
        self.summed.add_up(&refund);
        self.scratch.refunds.push(refund.clone());
        self.found[index] = Some(Ok(refund));
        Ok(())
    }

    fn of_named(&mut self, index: usize, pot: usize, amount: Money, turn: &Turn) -> bool {
        let has = self.pots.take_named(pot, turn, amount);
        if has {
            self.moved = true;
            self.found[index] = Some(Ok(self.refused(index, amount)));
        }
        has
    }

    fn of_refused(&mut self, index: usize, amount: Money, by: Instant) {
        self.moved = true;
        self.pots.take_oldest(&self.turn(index), amount, by);
        self.found[index] = Some(Ok(self.refused(index, amount)));
    }

    fn refused(&self, index: usize, amount: Money) -> Refund {
        Refund { refused: amount, ..self.with(index, RefundOf::Refused) }
    }

    /// Amounts that name nothing: as they were told of, and again while one decides another. Where no money has moved the
    /// last one alone may be new.
    fn settle(&mut self, now: Instant) {
        let last = self.waiting.len().saturating_sub(1);
        let mut from = if self.moved { 0 } else { last };
        loop {
            let before = self.waiting.len();
            let tried = self.waiting.split_off(from);
            for (index, wants) in tried {
                if !self.settles(index, wants) {
                    self.waiting.push((index, wants));
                }
            }
            if self.waiting.len() == before {
                break;
            }
            from = 0;
        }
        self.moved = false;
        // Together all that came: then it does not matter any more which is which.
        let all = self.good + self.pots.left_by(now);
        let fits = |(_, wants): &(usize, Wants)| matches!(wants, Wants::Amount(amount) if *amount <= all);
        let sum: Money = self.waiting.iter().filter(|it| fits(it)).map(|(_, wants)| wants.amount()).sum();
        if sum.is_positive() && sum == all {
            let waiting = std::mem::take(&mut self.waiting);
            let (all, beyond) = waiting.into_iter().partition(fits);
            self.waiting = beyond;
            self.take_all(all, now);
        }
    }

    fn take_all(&mut self, waiting: Vec<(usize, Wants)>, now: Instant) {
        self.moved = true;
        for (index, wants) in waiting {
            let (amount, refused) = (wants.amount(), self.pots.left_by(now));
            let own =
                if amount <= self.good || amount > refused { amount.min(self.good) } else { Money::ZERO };
            if own.is_positive() && !self.of_order_by_amount(index, own, amount - own) {
                continue;
            }
            if own < amount {
                self.pots.take_oldest(&self.turn(index), amount - own, now);
            }
            match &mut self.found[index] {
                Some(Ok(refund)) if own.is_positive() && own < amount => {
                    (refund.of, refund.refused) = (RefundOf::Both, amount - own);
                }
                Some(_) => {}
                None => self.found[index] = Some(Ok(self.refused(index, amount))),
            }
        }
    }

    /// So much of the order, beside so much of refused money. What the order refuses is told so.
    fn of_order_by_amount(&mut self, index: usize, own: Money, refused: Money) -> bool {
        let known = &self.order.refunds[index];
        let ask = RefundAsk { lines: Vec::new(), amount: Some(own), fault: known.ask.fault };
        let amount = if known.answered { known.total() - refused } else { own };
        let taken = self.of_order(index, ask, amount);
        taken.map_err(|refusal| self.found[index] = Some(Err(refusal))).is_ok()
    }

    /// Whether it is clear what a refund is of; then it takes that.
    fn settles(&mut self, index: usize, wants: Wants) -> bool {
        let turn = self.turn(index);
        match wants {
            Wants::Amount(amount) => match self.holds(amount, &turn) {
                Holds::Order => {
                    self.of_order_by_amount(index, amount, Money::ZERO);
                    true
                }
                Holds::Refused => {
                    self.of_refused(index, amount, turn.0);
                    true
                }
                Holds::Either | Holds::Nothing => false,
            },
            Wants::AllRefused => {
                let left = self.pots.left_by(turn.0);
                if left.is_positive() {
                    self.of_refused(index, left, turn.0);
                }
                left.is_positive()
            }
        }
    }

    /// Refused money came after refunds that nothing held: clocks differ, and what the order never had can be of nothing
    /// else.
    fn meet_waiting(&mut self, now: Instant) {
        for (index, wants) in std::mem::take(&mut self.waiting) {
            let told = self.turn(index).0;
            let clocks = told.plus_minutes(limits::REFUND_BEFORE_BALANCE_MINUTES);
            let left = self.pots.left_by(now);
            let never = !self.order.has_money() || wants.amount() > self.order.paid();
            let holds = match wants {
                Wants::Amount(amount) => {
                    self.holds(amount, &self.turn(index)) == Holds::Nothing && amount <= left
                }
                Wants::AllRefused => left.is_positive(),
            };
            if holds && (never || now <= clocks) {
                let amount = if matches!(wants, Wants::AllRefused) { left } else { wants.amount() };
                self.of_refused(index, amount, now);
            } else {
                self.waiting.push((index, wants));
            }
        }
    }

    /// What is of no money yet: it may be of either, or of none.
    fn still_waits(&self, index: usize, wants: Wants) -> Result<Refund, Refusal> {
        match wants {
            Wants::Amount(amount) if self.holds(amount, &self.turn(index)) == Holds::Either => {
                Ok(self.with(index, RefundOf::Unclear))
            }
            Wants::Amount(_) => {
                let left = self.good.max(self.pots.left_by(self.turn(index).0));
                Err(Refusal::with(Code::ExceedsPaid, sentence![left, " is left to refund"]))
            }
            Wants::AllRefused => Err(Code::NothingToRefund.into()),
        }
    }

    fn holds(&self, amount: Money, turn: &Turn) -> Holds {
        // Money that came after it was told of is not meant.
        let there = self.pots.left_by(turn.0);
        if amount <= there && !self.order.had_money(turn.0) {
            return Holds::Refused;
        }
        match amount <= self.good {
            false if amount <= there => Holds::Refused,
            false => Holds::Nothing,
            true if self.pots.is_left_of_one(amount, turn.0) => Holds::Either,
            true => Holds::Order,
        }
    }

    /// The refund with nothing decided about its money.
    fn with(&self, index: usize, of: RefundOf) -> Refund {
        let known = self.order.refunds[index].clone();
        Refund { of, answered_of_order: known.was_answered_of_order(), ..known.undecided() }
    }

    /// How much of which refused payment went back with each.
    fn tell_parts(&mut self) {
        let mut parts = self.pots.parts();
        for (index, found) in self.found.iter_mut().enumerate() {
            let known = &self.order.refunds[index];
            let parts = parts.remove(&(known.first_told(), known.refund_id.clone()));
            if let Some(Ok(refund)) = found {
                // The ways of the order's own money are told elsewhere; those that were answered stay until then.
                let is_own =
                    |part: &&PaymentPart| known.answered && self.pots.find(&part.payment_id).is_none();
                refund.payments = parts.unwrap_or_default();
                refund.payments.extend(known.payments.iter().filter(is_own).cloned());
            }
        }
    }

    /// What is asked for and not granted takes nothing: each is told what it would be of.
    fn requested(&mut self) {
        for index in self.in_turn(|refund| refund.status == RefundStatus::Requested) {
            let (known, turn) = (&self.order.refunds[index], self.turn(index));
            let there = self.pots.left_by(turn.0);
            self.found[index] = Some(match self.says(known) {
                Says::Order | Says::Answered | Says::AnsweredRefused => again(&self.scratch, known),
                Says::Refused(pot, amount) => self.would_end(index, amount, self.pots.get(pot).left()),
                Says::AllRefused => self.would_end(index, None, there),
                Says::Amount(amount) => match self.holds(amount, &turn) {
                    Holds::Order => again(&self.scratch, known),
                    Holds::Refused => self.would_end(index, Some(amount), there),
                    Holds::Either => Ok(self.with(index, RefundOf::Unclear)),
                    Holds::Nothing => self.would_end(index, Some(amount), self.good),
                },
            });
        }
    }

    fn would_end(&self, index: usize, amount: Option<Money>, left: Money) -> Result<Refund, Refusal> {
        let amount = amount.unwrap_or(left);
        if amount > left {
            return Err(Refusal::with(Code::ExceedsPaid, sentence![left, " is left to refund"]));
        }
        if !amount.is_positive() {
            return Err(Code::NothingToRefund.into());
        }
        Ok(self.refused(index, amount))
    }
}
