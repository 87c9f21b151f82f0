//! A coupon on several orders: the parts of one checkout, of which the platform makes an order of the ordinary goods
//! beside the orders whose balances are paid (S1-R02, A-S1-6, A-S1-25, A-S1-28).
//!
//! Always holds: which orders share a coupon, and which of them is its holder, follows from the facts of all orders that
//! name it, by their times; the order of events does not matter (A-G-8). The holder holds or used it, the others are in
//! `also_on`, those that name it and do not have it in `named_by`.

use super::{Coupon, CouponStatus, Lock};
use crate::{CheckoutId, Code, Instant, OrderId, limits};
use money::Money;

/// An order that names a coupon, as far as the coupon goes by it. Amounts are minor units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The order.
    pub order_id: OrderId,
    /// The checkout that it took hold in, where the platform names it.
    pub checkout_id: Option<CheckoutId>,
    /// When it took hold of the coupon: its placing, or the payment of its balance.
    pub since: Instant,
    /// When it was paid; `None` while it is open.
    pub paid_at: Option<Instant>,
    /// When it let go: it was cancelled, or everything went back and the coupon with it.
    pub ended_at: Option<Instant>,
    /// Until when it holds the coupon while it is open.
    pub held_until: Instant,
    /// What it takes off with the coupon.
    pub part: Money,
    /// What counts toward the threshold; `None` where the coupon does not work on its goods at all.
    pub base: Option<Money>,
}

impl Claim {
    fn stands_at(&self, at: Instant) -> bool {
        self.ended_at.is_none_or(|ended| at < ended)
    }
    fn is_live(&self) -> bool {
        self.ended_at.is_none()
    }
}

/// What a coupon says of sharing, amounts in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sharing {
    /// The most that comes off in all; `None` for a percentage without a cap.
    pub most: Option<Money>,
    /// Whether that is what comes off exactly: once it is taken nobody else can join.
    pub is_fixed: bool,
    /// The threshold.
    pub spend: Money,
    /// Minutes after the first payment in which others of the checkout may still come.
    pub minutes: u32,
}

/// The orders that have a coupon now, and those that name it and cannot have it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Checkout {
    /// By the time at which they took hold; those that have let go since are among them.
    pub members: Vec<Claim>,
    /// The others that are left, each with its reason: `coupon_used` when the coupon had been paid with as it came, else
    /// `coupon_locked`.
    pub refused: Vec<(Claim, Code)>,
}

/// Puts the claims on a coupon in their order, and finds the checkout that has it. When all orders of a checkout have let
/// go, the coupon goes on to whoever came next. In the same instant those that are paid come first, then the smaller id.
pub fn checkout(mut claims: Vec<Claim>, sharing: Sharing) -> Checkout {
    let place = |c: &Claim| (c.since, c.paid_at.is_none(), c.paid_at, c.order_id.clone());
    claims.sort_by_key(place);
    loop {
        let mut found = Checkout::default();
        let mut later = Vec::new();
        for claim in claims {
            let over = |found: &Checkout| found.members.iter().all(|member| !member.stands_at(claim.since));
            if !later.is_empty() || !found.members.is_empty() && over(&found) {
                later.push(claim);
            } else if let Err(code) = found.admits(&claim, sharing) {
                found.refused.push((claim, code));
            } else {
                found.members.push(claim);
            }
        }
        let ended = found.members.iter().map(|member| member.ended_at).max().flatten();
        let all_ended = found.members.iter().all(|member| !member.is_live());
        let Some(ended) = ended.filter(|_| all_ended) else {
            found.refused.retain(|(claim, _)| claim.is_live());
            return found;
        };
        later.extend(found.refused.drain(..).map(|(claim, _)| claim));
        later.retain(|claim| claim.stands_at(ended));
        if later.is_empty() {
            return found;
        }
        later.sort_by_key(place);
        claims = later;
    }
}

impl Checkout {
    /// Those that have it now.
    pub fn live(&self) -> impl Iterator<Item = &Claim> {
        self.members.iter().filter(|member| member.is_live())
    }
    /// When the first of them was paid.
    fn first_paid(&self) -> Option<Instant> {
        self.members.iter().filter_map(|member| member.paid_at).min()
    }
    /// From when on nobody else joins by the time at which they come.
    pub fn closes_at(&self, sharing: Sharing) -> Option<Instant> {
        self.first_paid().map(|at| at.plus_minutes(sharing.minutes.into()))
    }

    fn admits(&self, claim: &Claim, sharing: Sharing) -> Result<(), Code> {
        if self.members.is_empty() {
            return Ok(());
        }
        let named = self.members.iter().find_map(|member| member.checkout_id.as_ref());
        let is_one = match (named, &claim.checkout_id) {
            (Some(one), Some(other)) => one == other,
            (None, _) | (_, None) => self.closes_at(sharing).is_none_or(|closes| claim.since < closes),
        };
        let standing: Vec<&Claim> = self.members.iter().filter(|m| m.stands_at(claim.since)).collect();
        let whole = standing.iter().map(|member| member.part).sum::<Money>() + claim.part;
        let fits = sharing.most.is_none_or(|most| whole <= most) && standing.len() < limits::COUPON_ORDERS;
        if is_one && fits {
            return Ok(());
        }
        let used = self.first_paid().is_some_and(|paid| paid <= claim.since);
        Err(if used { Code::CouponUsed } else { Code::CouponLocked })
    }

    /// What its orders are short of the threshold together, at the moment from which on nobody else joins. What was bought
    /// counts, returned later or not; an order that ended unpaid before that moment does not.
    pub fn shortfall(&self, sharing: Sharing) -> Option<Money> {
        let closes = self.closes_at(sharing);
        let counts = |member: &&Claim| {
            let bought = member.is_live() || member.paid_at.is_some();
            bought || closes.is_some_and(|at| member.stands_at(at))
        };
        let whole: Money = self.members.iter().filter(counts).filter_map(|member| member.base).sum();
        Some(sharing.spend - whole).filter(|short| short.is_positive())
    }
    /// Whether nobody else can join, so that the threshold can be judged: everything is taken, or the moment is over.
    pub fn is_closed(&self, sharing: Sharing, now: Instant) -> bool {
        let taken: Money = self.live().map(|member| member.part).sum();
        let is_taken = sharing.is_fixed && sharing.most.is_some_and(|most| taken >= most);
        is_taken || self.closes_at(sharing).is_some_and(|closes| closes <= now)
    }
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
    /// Every order that is known to name it, and the one that holds it.
    pub fn claimants(&self) -> impl Iterator<Item = &OrderId> {
        self.orders().chain(&self.named_by)
    }
    /// Whether it stands on that order.
    pub fn is_on(&self, order: &OrderId) -> bool {
        self.orders().any(|known| known == order)
    }

    /// Puts it on the orders of a checkout that have it: used as soon as one of them is paid, by the one that was paid
    /// first, else locked; ties go to the smaller order id. Without orders it is let go, or given back.
    pub fn stand_on(&mut self, checkout: &Checkout, now: Instant) {
        let mut live: Vec<&Claim> = checkout.live().collect();
        live.sort_by_key(|o| (o.paid_at.is_none(), o.paid_at, o.order_id.clone()));
        let Some((holder, others)) = live.split_first() else {
            self.let_go();
            self.give_back(now, now);
            self.expire(now);
            return;
        };
        if let Some(at) = holder.paid_at {
            self.end(CouponStatus::Used, at);
            self.used_on = Some(holder.order_id.clone());
        } else {
            (self.status, self.used_on, self.ended_at) = (CouponStatus::Locked, None, None);
            self.wake_at = Some(holder.held_until);
            let (order_id, until) = (holder.order_id.clone(), holder.held_until);
            self.lock = Some(Lock { order_id, payment_id: None, until });
        }
        self.also_on = others.iter().map(|order| order.order_id.clone()).collect();
        self.also_on.sort_unstable();
    }
    /// Remembers the orders that name it and do not have it: those that wait, then the last to let go. An order of the same
    /// time may still be heard of.
    pub fn remember(&mut self, claims: &[Claim]) {
        let mut others: Vec<&Claim> = claims.iter().filter(|claim| !self.is_on(&claim.order_id)).collect();
        others.sort_by_key(|claim| (!claim.is_live(), std::cmp::Reverse(claim.ended_at)));
        let ids = others.into_iter().map(|claim| claim.order_id.clone());
        self.named_by = ids.take(limits::COUPON_ORDERS).collect();
        self.named_by.sort_unstable();
    }
}
