//! A coupon on several orders: the parts of one merged checkout, of which the platform makes an order
//! of the ordinary goods beside the order whose balance is paid (S1-R02, A-S1-6).
//!
//! Always holds: one of the orders is the holder, which holds or used the coupon, the others are in
//! `also_on`; who that is follows from the orders alone, so the order of events does not matter (A-G-8).

use super::{Coupon, CouponStatus, Lock};
use crate::{Instant, OrderId};

/// An order that a coupon stands on, as far as the coupon goes by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnOrder {
    /// The order.
    pub order_id: OrderId,
    /// When it was paid; `None` while it is open.
    pub paid_at: Option<Instant>,
    /// Until when it holds the coupon while it is open.
    pub held_until: Instant,
}

impl Coupon {
    /// The order that holds it, or used it.
    pub fn holder(&self) -> Option<&OrderId> {
        self.used_on.as_ref().or(self.lock.as_ref().map(|lock| &lock.order_id))
    }
    /// Every order that it stands on, the holder first.
    pub fn orders(&self) -> impl Iterator<Item = &OrderId> {
        self.holder().into_iter().chain(&self.also_on)
    }
    /// Whether it stands on that order.
    pub fn is_on(&self, order: &OrderId) -> bool {
        self.orders().any(|known| known == order)
    }

    /// Puts it on these orders: used as soon as one of them is paid, by the one that was paid first, else
    /// locked; ties go to the smaller order id. Without orders it is let go, or given back.
    pub fn stand_on(&mut self, mut orders: Vec<OnOrder>, now: Instant) {
        orders.sort_by_key(|o| (o.paid_at.is_none(), o.paid_at, o.order_id.clone()));
        let mut orders = orders.into_iter();
        let Some(holder) = orders.next() else {
            self.let_go();
            self.give_back(now, now);
            self.expire(now);
            return;
        };
        let mut others: Vec<OrderId> = orders.map(|order| order.order_id).collect();
        others.sort_unstable();
        if let Some(at) = holder.paid_at {
            self.end(CouponStatus::Used, at);
            self.used_on = Some(holder.order_id);
        } else {
            (self.status, self.used_on, self.ended_at) = (CouponStatus::Locked, None, None);
            self.wake_at = Some(holder.held_until);
            self.lock = Some(Lock { order_id: holder.order_id, payment_id: None, until: holder.held_until });
        }
        self.also_on = others;
    }
}
