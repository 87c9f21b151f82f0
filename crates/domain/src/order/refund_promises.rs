//! What is promised beside what has happened (S2-R02, A-G-8).
//!
//! Always holds: a refund that is said to have gone back takes its money though it was promised to another one. Of several
//! promises the newest gives way first, and none that need not.

use super::{Figures, Order, Refund, RefundAsk, RefundStatus, money_back::has_room, refund_of::judged};
use crate::{Code, Instant, RefundId, Refusal};

/// What each refund of the order is of, in their order, with its figures (A-G-15); an error for one that no money can hold,
/// and for a promise that has to give way to one that went back. Rejected ones come as they are.
pub fn whose(order: &Order) -> Vec<Result<Refund, Refusal>> {
    let found = judged(order);
    // What is said to be all that is left was not promised to anybody else.
    let is_rest = |refund: &Refund| {
        refund.status.is_granted() && refund.figures == Figures::Assumed && refund.ask.is_rest()
    };
    let all_is_back = order.has_money() && order.refunds.iter().any(is_rest);
    if order.promises().next().is_none() || without_money(order, &found) == 0 && !all_is_back {
        return found;
    }
    let all: Vec<RefundId> = order.promises().map(|refund| refund.refund_id.clone()).collect();
    let least_of = order.without_promises(&all);
    let least = without_money(order, &judged(&least_of));
    let gone =
        if all_is_back { all } else { order.give_way(|kept| without_money(order, &judged(kept)) <= least) };
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

/// How many refunds that were granted find no money.
fn without_money(order: &Order, found: &[Result<Refund, Refusal>]) -> usize {
    let granted = found.iter().zip(&order.refunds).filter(|(_, known)| known.status.is_granted());
    granted.filter(|(found, _)| found.is_err()).count()
}

impl Order {
    /// Refunds that wait for a transfer.
    pub fn promises(&self) -> impl Iterator<Item = &Refund> {
        self.refunds.iter().filter(|refund| refund.is_promised())
    }

    /// The promises that have to give way so that a refund which went back has room beside the rest: all where it is of all
    /// that is left. None where it finds no room without them either.
    pub fn promises_in_the_way(&self, id: &RefundId, ask: &RefundAsk, at: Instant) -> Vec<RefundId> {
        let beside = self.without_refund(id);
        beside.give_way(|kept| has_room(kept, ask) && super::refund(kept, id, ask.clone(), at).is_ok())
    }

    /// The fewest promises, the newest first, without which all is well; none where it is not well without any.
    fn give_way(&self, is_well: impl Fn(&Self) -> bool) -> Vec<RefundId> {
        let turn = |refund: &Refund| (refund.first_told(), refund.refund_id.clone());
        let mut promised: Vec<(Instant, RefundId)> = self.promises().map(turn).collect();
        promised.sort();
        let mut gone = Vec::new();
        while !is_well(&self.without_promises(&gone)) {
            let Some((_, newest)) = promised.pop() else { return Vec::new() };
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
