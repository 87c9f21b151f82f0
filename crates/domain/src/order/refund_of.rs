//! Which money each refund is of: the order's, or money that was refused (A-G-15).
//!
//! Always holds: the answer follows from what happened and when, and from what was answered, never from what was
//! heard first (A-G-8). What names lines is of the goods, what names refused money ends that, and an amount that
//! names nothing is of the money that can hold it. Where both can, and it is what is left of a refused payment, nobody
//! can tell: it is kept until somebody says, or until everything that came has gone back.

use super::{
    Order, Parts, Payment, PaymentPart, PaymentStatus, Refund, RefundAsk, RefundOf, RefundStatus, again,
    parts,
};
use crate::{Code, Instant, PaymentId, RefundId, Refusal, limits, sentence};
use money::Money;

/// When a refund was first told of, and its id: the order in which refunds are judged.
type Turn = (Instant, RefundId);

/// A refused payment, and who has taken of it.
struct Pot {
    payment_id: PaymentId,
    at: Instant,
    amount: Money,
    taken: Vec<(Turn, Money)>,
}

impl Pot {
    fn left(&self) -> Money {
        self.amount - self.taken.iter().map(|(_, amount)| *amount).sum::<Money>()
    }
    /// What was left when that refund was told of.
    fn left_then(&self, turn: &Turn) -> Money {
        let before = self.taken.iter().filter(|(by, _)| by < turn);
        self.amount - before.map(|(_, amount)| *amount).sum::<Money>()
    }
    /// Whether a refund that was told of then can be of it: nothing goes back before it came.
    fn was_there(&self, told: Instant) -> bool {
        self.at <= told
    }
}

/// What an amount can be of that names no payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holds {
    Order,
    Refused,
    /// Either: nobody can tell.
    Either,
    Nothing,
}

/// How a refund says what it is of.
enum Says {
    /// A refused payment by name, and how much of it; all that is left without an amount.
    Refused(usize, Option<Money>),
    /// It was answered as the order's, so it stays with the order.
    Answered,
    /// Lines, or an amount of a payment that the order took.
    Order,
    /// The order's whole rest.
    Rest,
    /// All that was refused: there is no other money.
    AllRefused,
    /// An amount and no more.
    Amount(Money),
}

/// What a refund wants that does not say by itself what it is of.
#[derive(Debug, Clone, Copy)]
enum Wants {
    Amount(Money),
    /// The order's whole rest.
    Rest,
    AllRefused,
}

impl Wants {
    fn amount(self) -> Money {
        match self {
            Self::Amount(amount) => amount,
            Self::Rest | Self::AllRefused => Money::ZERO,
        }
    }
}

/// What a refund takes, once that is found.
enum Plan {
    /// So much of the order's money, so much of refused money.
    Takes { own: Money, refused: Money },
    /// It may be of either.
    Unclear,
    /// Nothing can hold it.
    Short(Refusal),
}

struct Judge<'a> {
    order: &'a Order,
    /// Money of the order that is not taken yet.
    good: Money,
    /// Refused payments, the oldest first.
    pots: Vec<Pot>,
    plans: Vec<Option<Plan>>,
}

/// What each refund of the order is of, in their order, with its figures; an error for one that no money can hold.
/// Rejected ones come as they are. Ways back (`payments`) are told of refused money alone.
pub fn whose(order: &Order) -> Vec<Result<Refund, Refusal>> {
    let mut judge = Judge::of(order);
    judge.plan();
    let mut found = judge.figures();
    judge.requested(&mut found);
    let as_it_is =
        |(index, found): (usize, Option<_>)| found.unwrap_or_else(|| Ok(order.refunds[index].clone()));
    let found = found.into_iter().enumerate().map(as_it_is).collect();
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
    found
}

impl<'a> Judge<'a> {
    fn of(order: &'a Order) -> Self {
        let mut late: Vec<&Payment> = order.late_payments().collect();
        late.sort_by(|a, b| (a.at, &a.payment_id).cmp(&(b.at, &b.payment_id)));
        let pot = |payment: &Payment| Pot {
            payment_id: payment.payment_id.clone(),
            at: payment.at,
            amount: payment.amount,
            taken: Vec::new(),
        };
        let good = if order.has_money() { order.paid() } else { Money::ZERO };
        let pots = late.into_iter().map(pot).collect();
        Self { order, good, pots, plans: order.refunds.iter().map(|_| None).collect() }
    }

    fn turn(&self, index: usize) -> Turn {
        let refund = &self.order.refunds[index];
        (refund.first_told(), refund.refund_id.clone())
    }

    /// The refunds of one kind, as they were told of.
    fn in_turn(&self, wanted: impl Fn(&Refund) -> bool) -> Vec<usize> {
        let mut found: Vec<usize> =
            (0..self.order.refunds.len()).filter(|index| wanted(&self.order.refunds[*index])).collect();
        found.sort_by_key(|index| self.turn(*index));
        found
    }

    fn says(&self, refund: &Refund) -> Says {
        let (named, lines) = (refund.payment_id.as_ref(), !refund.ask.lines.is_empty());
        let pot = named.and_then(|id| self.pots.iter().position(|pot| pot.payment_id == *id));
        let has_money = self.order.has_money();
        // What was answered as the order's stays the order's, though its payment turned out to be late.
        let stays = refund.answered && matches!(refund.of, RefundOf::Order | RefundOf::Both) && has_money;
        if let Some(pot) = pot.filter(|_| !lines && !stays) {
            return Says::Refused(pot, refund.ask.amount);
        }
        let took = |p: &Payment| p.status == PaymentStatus::Succeeded && Some(&p.payment_id) == named;
        match refund.ask.amount {
            _ if refund.answered && has_money => Says::Answered,
            // The order has no money. What was answered has gone back none the less, out of what was refused.
            _ if refund.answered => Says::Amount(refund.total()),
            _ if lines => Says::Order,
            Some(_) if has_money && self.order.payments.iter().any(took) => Says::Order,
            // No refused money was there to be of.
            Some(amount) if has_money && amount <= self.order.paid() && !self.pots_then(refund) => {
                Says::Order
            }
            Some(amount) => Says::Amount(amount),
            None if !has_money && !self.pots.is_empty() => Says::AllRefused,
            None => Says::Rest,
        }
    }

    /// Whether any refused money had come when that refund was told of.
    fn pots_then(&self, refund: &Refund) -> bool {
        self.pots.iter().any(|pot| pot.was_there(refund.first_told()))
    }

    /// Finds what each granted refund takes.
    fn plan(&mut self) {
        let order = self.order;
        let (mut waiting, mut own) = (Vec::new(), Vec::new());
        for index in self.in_turn(|refund| refund.status.is_granted()) {
            match self.says(&order.refunds[index]) {
                Says::Refused(pot, Some(amount)) if amount <= self.pots[pot].left() => {
                    self.take_of(index, pot, amount);
                }
                Says::Refused(pot, Some(_)) => self.plans[index] = Some(Plan::Short(self.exceeds(pot))),
                Says::Refused(pot, None) => match self.pots[pot].left() {
                    left if left.is_positive() => self.take_of(index, pot, left),
                    _ => self.plans[index] = Some(Plan::Short(Code::NothingToRefund.into())),
                },
                Says::AllRefused => waiting.push((index, Wants::AllRefused)),
                Says::Rest => waiting.push((index, Wants::Rest)),
                Says::Amount(amount) => waiting.push((index, Wants::Amount(amount))),
                Says::Answered | Says::Order => own.push(index),
            }
        }
        own.sort_by_key(|index| self.turn(*index));
        let mut scratch = order.clone();
        scratch.refunds.clear();
        for index in own {
            let known = &order.refunds[index];
            match again(&scratch, &Refund { amount: known.total(), ..known.clone() }) {
                Ok(refund) => {
                    self.good -= refund.amount;
                    self.plans[index] = Some(Plan::Takes { own: refund.amount, refused: Money::ZERO });
                    scratch.refunds.push(refund);
                }
                Err(_) if known.answered => waiting.push((index, Wants::Amount(known.total()))),
                Err(refusal) => self.plans[index] = Some(Plan::Short(refusal)),
            }
        }
        waiting.sort_by_key(|(index, _)| self.turn(*index));
        self.decide(waiting);
    }

    /// Amounts that name nothing, and rests: as they were told of, and again while one decides another.
    fn decide(&mut self, mut waiting: Vec<(usize, Wants)>) {
        loop {
            let before = waiting.len();
            waiting.retain(|(index, wants)| !self.settles(*index, *wants));
            if waiting.len() == before {
                break;
            }
        }
        // Together all that came: then it does not matter any more which is which.
        let all = self.good + self.refused();
        let fits = |(_, wants): &(usize, Wants)| matches!(wants, Wants::Amount(amount) if *amount <= all);
        let (waiting, beyond): (Vec<_>, Vec<_>) = waiting.into_iter().partition(fits);
        let sum: Money = waiting.iter().map(|(_, wants)| wants.amount()).sum();
        if sum == all {
            for (index, wants) in waiting {
                let amount = wants.amount();
                let whole = amount <= self.good || amount > self.refused();
                let own = if whole { amount.min(self.good) } else { Money::ZERO };
                self.take(index, own, amount - own);
            }
        } else {
            self.keep(waiting);
        }
        self.keep(beyond);
    }

    /// Whether it is clear what a refund is of; then it takes that.
    fn settles(&mut self, index: usize, wants: Wants) -> bool {
        let left = match wants {
            Wants::Amount(amount) => {
                match self.holds(amount, &self.turn(index)) {
                    Holds::Order => self.take(index, amount, Money::ZERO),
                    Holds::Refused => self.take(index, Money::ZERO, amount),
                    Holds::Either | Holds::Nothing => return false,
                }
                return true;
            }
            Wants::Rest => self.good,
            Wants::AllRefused => self.refused(),
        };
        if !left.is_positive() {
            return false;
        }
        match wants {
            Wants::Amount(_) => return false,
            Wants::Rest => self.take(index, left, Money::ZERO),
            Wants::AllRefused => self.take(index, Money::ZERO, left),
        }
        true
    }

    /// What is of no money yet: it may be of either, or of none.
    fn keep(&mut self, waiting: Vec<(usize, Wants)>) {
        for (index, wants) in waiting {
            self.plans[index] = Some(match wants {
                Wants::Amount(amount) if self.holds(amount, &self.turn(index)) == Holds::Either => {
                    Plan::Unclear
                }
                Wants::Amount(_) => {
                    let left = self.good.max(self.refused());
                    Plan::Short(Refusal::with(Code::ExceedsPaid, sentence![left, " is left to refund"]))
                }
                // Units that cost nothing may be left, so the order itself says no.
                Wants::Rest => Plan::Takes { own: Money::ZERO, refused: Money::ZERO },
                Wants::AllRefused => Plan::Short(Code::NothingToRefund.into()),
            });
        }
    }

    fn exceeds(&self, pot: usize) -> Refusal {
        let pot = &self.pots[pot];
        Refusal::with(
            Code::ExceedsPaid,
            sentence![pot.left(), format!(" is left of payment {}", pot.payment_id)],
        )
    }

    fn holds(&self, amount: Money, turn: &Turn) -> Holds {
        let mut could = self.pots.iter().filter(|pot| pot.left() >= amount && pot.was_there(turn.0));
        // Money that came after it was told of is not meant, where other money was there to be of.
        let there = self.pots.iter().filter(|pot| pot.was_there(turn.0)).map(Pot::left).sum::<Money>();
        if amount <= there && !self.order.had_money(turn.0) {
            return Holds::Refused;
        }
        match amount <= self.good {
            false if amount <= self.refused() => Holds::Refused,
            false => Holds::Nothing,
            true if could.any(|pot| pot.left_then(turn) == amount) => Holds::Either,
            true => Holds::Order,
        }
    }

    /// Refused money that has not gone back.
    fn refused(&self) -> Money {
        self.pots.iter().map(Pot::left).sum()
    }

    /// So much is of the order, so much of what was refused, the oldest first.
    fn take(&mut self, index: usize, own: Money, refused: Money) {
        let turn = self.turn(index);
        let mut still = refused;
        for pot in &mut self.pots {
            let part = still.min(pot.left());
            if part.is_positive() {
                pot.taken.push((turn.clone(), part));
                still -= part;
            }
        }
        self.good -= own;
        self.plans[index] = Some(Plan::Takes { own, refused });
    }

    fn take_of(&mut self, index: usize, pot: usize, amount: Money) {
        let turn = self.turn(index);
        self.pots[pot].taken.push((turn, amount));
        self.plans[index] = Some(Plan::Takes { own: Money::ZERO, refused: amount });
    }

    /// What the plans come to: figures of the order's own refunds in the order in which they are kept, each beside
    /// those before it, whole rests last.
    fn figures(&self) -> Vec<Option<Result<Refund, Refusal>>> {
        let order = self.order;
        let mut scratch = order.clone();
        scratch.refunds.clear();
        let is_rest = |index: usize| {
            !order.refunds[index].answered && matches!(self.says(&order.refunds[index]), Says::Rest)
        };
        let (rests, mut turns): (Vec<usize>, Vec<usize>) =
            (0..order.refunds.len()).partition(|i| is_rest(*i));
        turns.sort_by_key(|index| self.turn(*index));
        turns.extend(rests);
        let mut found: Vec<Option<_>> = order.refunds.iter().map(|_| None).collect();
        for index in turns {
            let known = &order.refunds[index];
            found[index] = match &self.plans[index] {
                None => None,
                Some(Plan::Unclear) => Some(Ok(self.with(index, RefundOf::Unclear))),
                Some(Plan::Short(refusal)) => Some(Err(refusal.clone())),
                Some(Plan::Takes { own, refused }) if !own.is_positive() && refused.is_positive() => {
                    Some(Ok(Refund {
                        refused: *refused,
                        payments: self.parts(index),
                        ..self.with(index, RefundOf::Refused)
                    }))
                }
                Some(Plan::Takes { own, refused }) => Some(
                    self.own(&mut scratch, known, *own, *refused)
                        .map(|refund| Refund { payments: self.parts(index), ..refund }),
                ),
            };
        }
        found
    }

    /// The order's own part of a refund, computed beside those that are there already.
    fn own(
        &self,
        scratch: &mut Order,
        known: &Refund,
        own: Money,
        refused: Money,
    ) -> Result<Refund, Refusal> {
        let by_ask = matches!(self.says(known), Says::Answered | Says::Order | Says::Rest);
        let ask = if by_ask {
            known.ask.clone()
        } else {
            RefundAsk { lines: Vec::new(), amount: Some(own), fault: known.ask.fault }
        };
        let amount = if known.answered { known.total() - refused } else { own };
        let refund = again(scratch, &Refund { ask, amount, ..known.clone() })?;
        let of = if refused.is_positive() { RefundOf::Both } else { RefundOf::Order };
        let refund = Refund { ask: known.ask.clone(), of, refused, ..refund };
        scratch.refunds.push(refund.clone());
        Ok(refund)
    }

    /// The refund with nothing decided about its money.
    fn with(&self, index: usize, of: RefundOf) -> Refund {
        Refund {
            of,
            amount: Money::ZERO,
            parts: Parts::default(),
            lines: Vec::new(),
            freight: Money::ZERO,
            refused: Money::ZERO,
            payments: Vec::new(),
            ..self.order.refunds[index].clone()
        }
    }

    fn parts(&self, index: usize) -> Vec<PaymentPart> {
        let turn = self.turn(index);
        let part = |pot: &Pot| {
            let mine = pot.taken.iter().filter(|(by, _)| *by == turn);
            let amount: Money = mine.map(|(_, amount)| *amount).sum();
            amount.is_positive().then(|| PaymentPart { payment_id: pot.payment_id.clone(), amount })
        };
        self.pots.iter().filter_map(part).collect()
    }

    /// What is asked for and not granted takes nothing: each is told what it would be of.
    fn requested(&self, found: &mut [Option<Result<Refund, Refusal>>]) {
        let mut scratch = self.order.clone();
        scratch.refunds =
            found.iter().flatten().flatten().filter(|refund| refund.is_booked()).cloned().collect();
        for index in self.in_turn(|refund| refund.status == RefundStatus::Requested) {
            let known = &self.order.refunds[index];
            found[index] = Some(match self.says(known) {
                Says::Order | Says::Answered | Says::Rest => again(&scratch, known),
                Says::Refused(pot, amount) => self.would_end(index, amount, self.pots[pot].left()),
                Says::AllRefused => self.would_end(index, None, self.refused()),
                Says::Amount(amount) => match self.holds(amount, &self.turn(index)) {
                    Holds::Order => again(&scratch, known),
                    Holds::Refused => self.would_end(index, Some(amount), self.refused()),
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
        Ok(Refund { refused: amount, ..self.with(index, RefundOf::Refused) })
    }
}

impl Order {
    /// Money that came and was not taken.
    pub fn late_payments(&self) -> impl Iterator<Item = &Payment> {
        self.payments.iter().filter(|payment| payment.status == PaymentStatus::Late)
    }
    /// Whether a refund may be of something else than the order.
    pub fn has_refused_money(&self) -> bool {
        self.late_payments().next().is_some()
            || self.refunds.iter().any(|refund| refund.of != RefundOf::Order)
    }
    /// Refused where one more refund is asked for than an order may have: those that were granted count.
    pub fn check_refunds_left(&self) -> Result<(), Refusal> {
        let granted = self.refunds.iter().filter(|refund| refund.status.is_granted()).count();
        if granted >= limits::ORDER_REFUNDS {
            let detail = format!("an order has {} refunds at most", limits::ORDER_REFUNDS);
            return Err(Refusal::with(Code::LimitReached, detail));
        }
        Ok(())
    }
    /// Forgets the oldest rejected request where as many are remembered as may be; refused where all are open.
    pub fn make_room_for_request(&mut self) -> Result<(), Refusal> {
        let asked = || self.refunds.iter().filter(|refund| !refund.status.is_granted());
        if asked().count() < limits::ORDER_REQUESTS {
            return Ok(());
        }
        let rejected = asked().filter(|refund| refund.status == RefundStatus::Rejected);
        let Some(oldest) = rejected.min_by_key(|refund| refund.at).map(|refund| refund.refund_id.clone())
        else {
            let detail = format!("{} refunds are asked for and open", limits::ORDER_REQUESTS);
            return Err(Refusal::with(Code::LimitReached, detail));
        };
        self.refunds.retain(|refund| refund.refund_id != oldest);
        Ok(())
    }
}
