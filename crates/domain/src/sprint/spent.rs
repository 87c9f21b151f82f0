//! An order of a member's as a sprint counts it: what was paid for goods of the scope, and what of it went back when.

use crate::{
    Instant, OrderId,
    catalog::Scope,
    order::{Order, PaymentStatus, Refund, RefundStatus, Stage, State},
};
use money::{Money, apportion};
use serde::{Deserialize, Serialize};

/// A paid order with goods of the scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spent {
    /// The order.
    pub order_id: OrderId,
    /// When it was placed.
    pub placed_at: Instant,
    /// When its receipt was confirmed (S3-R06).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received_at: Option<Instant>,
    /// What was paid for goods of the scope, in all stages, without freight (A-S3-2). Minor units.
    pub paid: Money,
    /// What of that went back, and when, rising.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refunds: Vec<(Instant, Money)>,
}

impl Spent {
    /// The order as it stands; `None` where nothing of it counts: it is not paid, or has no goods of the scope.
    pub fn of(order: &Order, scope: &Scope) -> Option<Self> {
        if !matches!(order.state, State::Paid { .. }) {
            return None;
        }
        let counts: Vec<bool> =
            order.lines.iter().map(|line| scope.covers(&line.sku, &line.categories)).collect();
        if !counts.contains(&true) {
            return None;
        }
        let lines: Vec<Money> = (0..order.lines.len()).map(|index| paid_for(order, index)).collect();
        let of_scope = |amounts: &[Money]| {
            amounts
                .iter()
                .zip(&counts)
                .filter(|(_, counts)| **counts)
                .map(|(amount, _)| *amount)
                .sum::<Money>()
        };
        let gone = order
            .refunds
            .iter()
            .filter(|refund| refund.status == RefundStatus::Succeeded && refund.is_booked());
        let gone = gone.map(|refund| (refund.at, of_scope(&went_back(order, refund, &lines))));
        let mut refunds: Vec<(Instant, Money)> = gone.filter(|(_, amount)| amount.is_positive()).collect();
        refunds.sort_unstable();
        Some(Self {
            order_id: order.order_id.clone(),
            placed_at: order.placed_at,
            received_at: order.received_at,
            paid: of_scope(&lines),
            refunds,
        })
    }
    /// What has gone back before a moment.
    pub fn refunded(&self, by: Instant) -> Money {
        let gone = self.refunds.iter().filter(|(at, _)| *at < by);
        gone.map(|(_, amount)| *amount).sum::<Money>().min(self.paid)
    }
    /// What stays of it, with all that has gone back before a moment.
    pub fn net(&self, by: Instant) -> Money {
        self.paid - self.refunded(by)
    }
    /// Whether its receipt was confirmed before a moment.
    pub fn is_received(&self, by: Instant) -> bool {
        self.received_at.is_some_and(|at| at < by)
    }
}

/// What was paid for the goods of a line: after what came off with the placing, with the balance and at the cashier.
fn paid_for(order: &Order, index: usize) -> Money {
    let taken = order.payments.iter().filter(|payment| payment.status == PaymentStatus::Succeeded);
    let last = taken.filter(|payment| payment.stage != Stage::Deposit);
    let off = last
        .map(|payment| payment.discounted_of(index) + payment.shares.get(index).copied().unwrap_or_default());
    order.lines[index].payable() - off.sum::<Money>()
}

/// What of each line went back with a refund. One that names no lines is of all of them, in proportion to what was paid.
fn went_back(order: &Order, refund: &Refund, lines: &[Money]) -> Vec<Money> {
    if refund.lines.is_empty() {
        let goods = refund.amount - refund.freight;
        let shares = apportion(goods.max(Money::ZERO), lines, lines);
        return shares.map_or_else(|_| vec![Money::ZERO; lines.len()], |split| split.shares);
    }
    let of_line = |line: &crate::order::Line| {
        let parts = refund.lines.iter().filter(|part| part.line_id == line.line_id);
        parts.map(|part| part.amount).sum()
    };
    order.lines.iter().map(of_line).collect()
}
