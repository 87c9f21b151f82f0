//! What is promised beside what has happened (S2-R02, A-G-8).
//!
//! Always holds: a refund that is said to have gone back takes its money though it was promised to another one. Of several
//! promises the newest gives way first, and none that need not.

use super::{Order, Refund, RefundAsk, RefundStatus, refund_of::judged};
use crate::{Code, Instant, RefundId, Refusal};
use money::Money;

/// What each refund of the order is of, in their order, with its figures (A-G-15); an error for one that no money can hold,
/// and for a promise that has to give way to one that went back. Rejected ones come as they are.
pub fn whose(order: &Order) -> Vec<Result<Refund, Refusal>> {
    let found = judged(order);
    let promised: Vec<RefundId> = order.promises().map(|refund| refund.refund_id.clone()).collect();
    if promised.is_empty() {
        return found;
    }
    let without = judged(&order.without_promises(&promised));
    let is_well = |found: &[Result<Refund, Refusal>]| {
        let granted = (0..found.len()).filter(|index| order.refunds[*index].status.is_granted());
        granted.into_iter().all(|index| is_whole(&found[index], &without[index]))
    };
    if is_well(&found) {
        return found;
    }
    let gone = order.give_way(|kept| is_well(&judged(kept)));
    let mut found = judged(&order.without_promises(&gone));
    for (found, known) in found.iter_mut().zip(&order.refunds) {
        if gone.contains(&known.refund_id) {
            *found = Err(Refusal::with(Code::ExceedsPaid, "other refunds that went back took its money"));
        }
    }
    found
}

/// The same where one of them is only asked for here: what is promised stays.
pub fn whose_beside_promises(order: &Order) -> Vec<Result<Refund, Refusal>> {
    judged(order)
}

/// Whether a refund gets beside what is promised what it gets without. Units may come out a fen apart a line, as they stand
/// at another place of it (A-G-6).
fn is_whole(beside: &Result<Refund, Refusal>, without: &Result<Refund, Refusal>) -> bool {
    let Ok(without) = without else { return true };
    let fen = i64::try_from(without.lines.len()).unwrap_or_default();
    beside.as_ref().is_ok_and(|beside| beside.total() + Money::from_minor(fen) >= without.total())
}

impl Order {
    /// Refunds that wait for a transfer.
    pub fn promises(&self) -> impl Iterator<Item = &Refund> {
        self.refunds.iter().filter(|refund| refund.is_promised())
    }

    /// The promises that have to give way so that a refund which went back gets all that it would get without them: all
    /// where it is of all that is left.
    pub fn promises_in_the_way(&self, id: &RefundId, ask: &RefundAsk, at: Instant) -> Vec<RefundId> {
        let beside = self.without_refund(id);
        let promised: Vec<RefundId> = beside.promises().map(|refund| refund.refund_id.clone()).collect();
        if promised.is_empty() {
            return promised;
        }
        let gets = |order: &Self| super::refund(order, id, ask.clone(), at);
        let without = gets(&beside.without_promises(&promised));
        beside.give_way(|kept| is_whole(&gets(kept), &without))
    }

    /// The fewest promises, the newest first, without which all is well.
    fn give_way(&self, is_well: impl Fn(&Self) -> bool) -> Vec<RefundId> {
        let turn = |refund: &Refund| (refund.first_told(), refund.refund_id.clone());
        let mut promised: Vec<(Instant, RefundId)> = self.promises().map(turn).collect();
        promised.sort();
        let mut gone = Vec::new();
        while !is_well(&self.without_promises(&gone)) {
            let Some((_, newest)) = promised.pop() else { break };
            gone.push(newest);
        }
        for oldest in gone.clone().iter().rev() {
            let fewer: Vec<RefundId> = gone.iter().filter(|id| *id != oldest).cloned().collect();
            if is_well(&self.without_promises(&fewer)) {
                gone = fewer;
            }
        }
        gone
    }

    /// The order as it would be without those promises.
    fn without_promises(&self, gone: &[RefundId]) -> Self {
        let mut without = self.clone();
        for refund in without.refunds.iter_mut().filter(|refund| gone.contains(&refund.refund_id)) {
            refund.status = RefundStatus::Rejected;
        }
        without
    }
}
