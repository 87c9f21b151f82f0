//! Refunds return money actually paid, by the shares stored with the order (A-S0-22, A-G-6, A-G-7).
//!
//! Always holds: refunds of a line never exceed what the customer paid for it; when everything has
//! gone back, the sum is what was paid, freight included. A used payment coupon is not restored.

use super::{
    Fault, Line, Order, Payment, PresaleStage, Refund, RefundAsk, RefundOf, RefundStatus, RefundedLine,
    State,
    parties::{borne, cash, parts_with, span},
};
use crate::{Code, Instant, LineId, RefundId, Refusal, Violation, event::RefundLine, sentence};
use money::{Money, unit_span};

/// Freight that the customer paid.
fn paid_freight(order: &Order) -> Money {
    let coupon = |payment: &Payment| payment.shares.last().copied().unwrap_or_default();
    order.paid_by().map_or(Money::ZERO, |payment| order.freight_of(payment) - coupon(payment))
}

/// Whether there is money to go back: of a paid order, and of a presale order's deposit unless it is
/// the customer who gives up (A-S1-20).
fn may_refund(order: &Order, fault: Option<Fault>) -> Result<(), Refusal> {
    if matches!(order.state, State::Paid { .. }) && order.paid_by().is_some() {
        return Ok(());
    }
    match (order.presale_stage(), order.deposit_paid_at) {
        (Some(PresaleStage::AwaitingBalance | PresaleStage::Forfeited | PresaleStage::Closed), Some(_)) => {
            if fault == Some(Fault::Customer) {
                return Err(Code::DepositForfeited.into());
            }
            Ok(())
        }
        _ => Err(Code::OrderUnpaid.into()),
    }
}

/// Computes a refund of a paid order, or of a presale order's deposit, and what goes back to other parties with it
/// (A-G-16). Refuses a customer who gives a deposit up (`deposit_forfeited`), units that are not there any more
/// (`exceeds_paid`), an amount above what is left, and one of nothing (`nothing_to_refund`), but for units whose share is
/// nothing.
pub fn refund(order: &Order, id: &RefundId, ask: RefundAsk, at: Instant) -> Result<Refund, Refusal> {
    let mut refund = customers_part(order, id, ask, at)?;
    refund.parts = parts_with(order, &refund);
    Ok(refund)
}

/// The same without what goes back to other parties.
fn customers_part(order: &Order, id: &RefundId, ask: RefundAsk, at: Instant) -> Result<Refund, Refusal> {
    may_refund(order, ask.fault)?;
    let left = order.left_to_refund();
    let mut comes_to_nothing = false;
    let mut refund = match (&ask.lines[..], ask.amount) {
        ([], Some(amount)) => of_amount(amount)?,
        ([], None) => of_rest(order)?,
        (lines, None) => {
            let units = of_lines(order, lines)?;
            comes_to_nothing = units.amount.is_zero();
            cut_to_left(order, units)
        }
        (_, Some(_)) => {
            return Err(Refusal::with(Code::InvalidValue, "send lines or amount, not both"));
        }
    };
    if refund.amount > left {
        return Err(Refusal::with(Code::ExceedsPaid, sentence![left, " is left to refund"]));
    }
    // Units that cost nothing, or whose share of a fen is rounded away, come back for nothing once the order is paid.
    let costs = |part: &RefundedLine| {
        let line = order.lines.iter().position(|line| line.line_id == part.line_id);
        line.is_some_and(|index| !cash(order, index).is_zero())
    };
    let is_free = comes_to_nothing || !refund.lines.is_empty() && !refund.lines.iter().any(costs);
    let free = order.paid_by().is_some() && is_free;
    (refund.refund_id, refund.at) = (id.clone(), at);
    if !refund.amount.is_positive() && !free && parts_with(order, &refund).is_zero() {
        return Err(Code::NothingToRefund.into());
    }
    // A deposit goes back whole when it is not the customer's doing (A-S1-20).
    let only_deposit = order.paid_by().is_none();
    if only_deposit && ask.fault.is_some() && refund.amount < left {
        let detail = sentence!["the deposit goes back whole: ", left];
        return Err(Refusal::with(Code::InvalidValue, detail));
    }
    refund.ask = ask;
    Ok(refund)
}

/// A refund that was computed before another payment of the order was heard of, computed anew. One whose
/// amount was answered keeps it, as far as that much was paid; units then no longer stand for it.
pub fn again(order: &Order, known: &Refund) -> Result<Refund, Refusal> {
    let mut refund = again_of_customer(order, known)?;
    refund.parts = parts_with(order, &refund);
    Ok(refund)
}

/// The same without what goes back to other parties; a sum keeps what it is known to have given back.
pub(super) fn again_of_customer(order: &Order, known: &Refund) -> Result<Refund, Refusal> {
    let Refund { refund_id: id, status, answered, figures, granted_at, payment_id, since, ended, .. } = known;
    let kept = |refund: Refund| {
        let mut kept = Refund {
            status: *status,
            answered: *answered,
            is_asked_now: known.is_asked_now,
            figures: *figures,
            granted_at: *granted_at,
            payment_id: payment_id.clone(),
            since: *since,
            ended: *ended,
            booked: known.booked.clone(),
            offline: known.offline.clone(),
            answered_of_order: known.was_answered_of_order(),
            ask: known.ask.clone(),
            sums: known.sums,
            ..refund
        };
        if known.is_sum() {
            kept.parts = known.parts.clone();
        }
        kept
    };
    let fresh = customers_part(order, id, known.ask.clone(), known.at);
    if *answered && fresh.as_ref().is_ok_and(|fresh| fresh.amount != known.amount) {
        if let Some(same) = fresh.as_ref().ok().and_then(|fresh| elsewhere(order, known, fresh)) {
            return Ok(kept(same));
        }
        let ask = RefundAsk { amount: Some(known.amount), lines: Vec::new(), fault: known.ask.fault };
        if let Ok(same) = customers_part(order, id, ask, known.at) {
            return Ok(kept(same));
        }
    }
    fresh.map(kept)
}

/// A refund that was answered with its units at another place of their lines, where rounding gives another fen, as it was
/// answered: a promise beside it came or went. `None` where more than that has changed.
fn elsewhere(order: &Order, known: &Refund, fresh: &Refund) -> Option<Refund> {
    let is_alike = |(known, fresh): (&RefundedLine, &RefundedLine)| {
        let index = order.lines.iter().position(|line| line.line_id == known.line_id)?;
        let (paid, quantity) = (cash(order, index).minor(), order.lines[index].quantity);
        let exact = i128::from(paid) * i128::from(known.quantity);
        let over = i128::from(known.amount.minor()) * i128::from(quantity) - exact;
        let same = (&known.line_id, known.quantity) == (&fresh.line_id, fresh.quantity);
        Some(same && over.unsigned_abs() < u128::from(quantity))
    };
    let mut both = known.lines.iter().zip(&fresh.lines);
    let had_promises = order.refunds.iter().chain([known]).any(|refund| refund.offline.is_some());
    let alike = known.lines.len() == fresh.lines.len() && both.all(|both| is_alike(both) == Some(true));
    let fits = known.freight == fresh.freight && known.amount <= order.left_to_refund();
    let answered = || Refund { amount: known.amount, lines: known.lines.clone(), ..fresh.clone() };
    (had_promises && alike && fits).then(answered)
}

fn blank(id: RefundId) -> Refund {
    let ask = RefundAsk { lines: Vec::new(), amount: None, fault: None };
    let blank = Refund::told(id, ask, None, Instant::from_micros(0));
    Refund { of: RefundOf::Order, status: RefundStatus::Approved, ..blank }
}

fn rest(order: &Order) -> Vec<RefundLine> {
    let left = |line: &Line| line.quantity - order.taken_units(&line.line_id);
    let lines = order.lines.iter().filter(|line| left(line) > 0);
    lines.map(|line| RefundLine { line_id: line.line_id.clone(), quantity: left(line) }).collect()
}

fn of_amount(amount: Money) -> Result<Refund, Refusal> {
    if !amount.is_positive() {
        return Err(Refusal::of(Violation::with("amount", Code::OutOfRange, "an amount above zero")));
    }
    let mut refund = blank(placeholder());
    refund.amount = amount;
    Ok(refund)
}

fn placeholder() -> RefundId {
    RefundId::try_new("r").unwrap_or_else(|_| unreachable!("r is an id"))
}

fn of_lines(order: &Order, asked: &[RefundLine]) -> Result<Refund, Refusal> {
    let mut refund = blank(placeholder());
    let all_free = (0..order.lines.len()).all(|index| cash(order, index).is_zero());
    let mut taken = std::collections::HashMap::new();
    for part in asked {
        let found = order.lines.iter().enumerate().find(|(_, line)| line.line_id == part.line_id);
        let Some((index, line)) = found else {
            return Err(Refusal::with(Code::NotFound, format!("no line {} in the order", part.line_id)));
        };
        let taken_of = || (order.taken_units(&line.line_id), order.taken_money(&line.line_id));
        let (before, money) = taken.entry(index).or_insert_with(taken_of);
        let (from, to) = (*before, before.saturating_add(part.quantity));
        if part.quantity == 0 {
            return Err(Refusal::of(Violation::with("lines", Code::OutOfRange, "at least one unit")));
        }
        if to > line.quantity {
            let detail = format!("{} of line {} are left", line.quantity - from, line.line_id);
            return Err(Refusal::with(Code::ExceedsPaid, detail));
        }
        *before = to;
        // Cumulative (A-G-6), less what the units before came to: where one of them was taken back out of its turn the next
        // ones make up for the fen.
        let up_to = unit_span(cash(order, index), line.quantity, 0, to).unwrap_or_default();
        let amount = (up_to - *money).max(Money::ZERO);
        *money += amount;
        let parts = span(&borne(order, index), line.quantity, from, to);
        refund.amount += amount;
        let (line_id, quantity) = (line.line_id.clone(), part.quantity);
        refund.lines.push(RefundedLine { line_id, quantity, amount, parts });
    }
    // The freight goes back with the last unit that cost something.
    let after = |(index, line): (usize, &Line)| {
        let back = taken.get(&index).map_or_else(|| order.taken_units(&line.line_id), |(units, _)| *units);
        back == line.quantity || cash(order, index).is_zero() && !all_free
    };
    let earlier_freight: Money = order.taking_refunds().map(|r| r.freight).sum();
    if order.lines.iter().enumerate().all(after) && earlier_freight.is_zero() {
        refund.freight = paid_freight(order);
        refund.amount += refund.freight;
    }
    Ok(refund)
}

/// All that is left: the units, or what is left of the money where a promise that was given up had taken it from units.
fn of_rest(order: &Order) -> Result<Refund, Refusal> {
    let (lines, left) = (rest(order), order.left_to_refund());
    if lines.is_empty() && left.is_positive() {
        return of_amount(left);
    }
    Ok(cut_to_left(order, of_lines(order, &lines)?))
}

/// Amounts refunded without lines count against what the lines would still return.
fn cut_to_left(order: &Order, mut refund: Refund) -> Refund {
    if order.taking_refunds().any(|r| r.lines.is_empty()) {
        clip(&mut refund, order.left_to_refund());
    }
    refund
}

/// Lowers a refund to what is left; its lines, from the last one, go down with it.
fn clip(refund: &mut Refund, left: Money) {
    let mut over = (refund.amount - left).max(Money::ZERO);
    refund.amount -= over;
    let parts = refund.lines.iter_mut().rev().map(|line| &mut line.amount);
    for part in parts.chain(std::iter::once(&mut refund.freight)) {
        let cut = over.min(*part);
        *part -= cut;
        over -= cut;
    }
}

impl Order {
    /// What has been paid for a line so far: its part of the deposit, then all that the customer pays for it
    /// (A-S4-21).
    pub fn paid_for(&self, index: usize) -> Money {
        let has_paid = self.paid_by().is_some() || self.deposit_paid_at.is_some();
        if has_paid { cash(self, index) } else { Money::ZERO }
    }
    /// Whether money came in that a refund can return: of a paid order, or a deposit.
    pub fn has_money(&self) -> bool {
        matches!(self.state, State::Paid { .. }) || self.deposit_paid_at.is_some()
    }
    /// Refunds of the order that are approved or gone back: those that are in the books.
    pub fn live_refunds(&self) -> impl Iterator<Item = &Refund> {
        self.refunds.iter().filter(|refund| refund.is_booked())
    }
    /// Refunds that take of what the order can give back: those in the books, and those that wait for a transfer.
    pub(super) fn taking_refunds(&self) -> impl Iterator<Item = &Refund> {
        self.refunds.iter().filter(|refund| refund.takes_of_order())
    }
    /// What of the order's money is neither back nor promised.
    pub fn left_to_refund(&self) -> Money {
        self.paid() - self.taking_refunds().map(|refund| refund.amount).sum::<Money>()
    }
    /// Units of a line that are back or promised.
    fn taken_units(&self, line: &LineId) -> u64 {
        self.taken_of(line).map(|part| part.quantity).sum()
    }
    fn taken_money(&self, line: &LineId) -> Money {
        self.taken_of(line).map(|part| part.amount).sum()
    }
    fn taken_of<'o>(&'o self, line: &'o LineId) -> impl Iterator<Item = &'o RefundedLine> {
        self.taking_refunds().flat_map(|refund| &refund.lines).filter(move |part| part.line_id == *line)
    }
    /// Money approved to go back or gone back.
    pub fn refunded(&self) -> Money {
        self.live_refunds().map(|r| r.amount).sum()
    }
    /// Whether everything that was paid went back; of an order that cost nothing, every unit.
    pub fn is_refunded(&self) -> bool {
        let paid = self.paid();
        let all = || self.lines.iter().all(|line| self.refunded_units(&line.line_id) == line.quantity);
        let back = if paid.is_positive() { self.refunded() == paid } else { all() };
        matches!(self.state, State::Paid { .. }) && back
    }
    /// Units of a line approved to go back or gone back.
    pub fn refunded_units(&self, line: &LineId) -> u64 {
        let parts = self.live_refunds().flat_map(|r| &r.lines).filter(|part| part.line_id == *line);
        parts.map(|part| part.quantity).sum()
    }
}
