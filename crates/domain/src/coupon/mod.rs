//! A coupon in a customer's hands and its life: available, locked, used, expired, void.
//!
//! Always holds: a coupon is held by at most one payment or order, is used at most once (S0-R24), though
//! its saving may be shared by the orders of one merged checkout (`shared`), and every lock ends. Nothing
//! leaves `used`, `expired` or `void`, with one exception that the order of events demands: a payment that
//! happened in time, heard of late, turns `void` or `expired` into `used`, and a payment found to have come
//! after the cancellation, or after another payment of its order, gives its coupon back (A-G-8). And a batch
//! may say that a full refund does.

mod batch;
mod issue;
mod origin;
mod shared;

pub use batch::{Batch, CouponKind};
pub use issue::{BatchCounters, BatchRecord, BatchStatus, Grant, grant};
pub use origin::{Bind, FromBatch, FromOffer, Origin};
pub use shared::{Checkout, Claim, Sharing, checkout};

use crate::{
    BatchId, CampaignId, Code, CouponId, CustomerId, Instant, OrderId, PaymentId, Refusal,
    order::{Method, OrderKind},
    sentence,
};
use money::Money;
use serde::{Deserialize, Serialize};

/// Where a coupon stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CouponStatus {
    /// Ready to be used.
    Available,
    /// Held by a payment in progress, or by an order that was placed with it.
    Locked,
    /// Used by a payment that succeeded.
    Used,
    /// Its time ran out.
    Expired,
    /// Its order was cancelled or paid without it, or the merchant took it back.
    Void,
}

impl CouponStatus {
    /// The stable text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::Locked => "locked",
            Self::Used => "used",
            Self::Expired => "expired",
            Self::Void => "void",
        }
    }
    /// Reads the stable text.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Available, Self::Locked, Self::Used, Self::Expired, Self::Void]
            .into_iter()
            .find(|status| status.as_str() == text)
    }
}

/// Who holds a locked coupon, and until when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the words say it; the others are described")]
pub struct Lock {
    pub order_id: OrderId,
    /// The payment that holds it; none where the order does, from its placing on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment_id: Option<PaymentId>,
    pub until: Instant,
}

/// A coupon: spend this much, save that much. Amounts are minor units.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the words say it; the others are described")]
pub struct Coupon {
    pub coupon_id: CouponId,
    /// What it was claimed from.
    #[serde(flatten)]
    pub origin: Origin,
    pub customer_id: CustomerId,
    pub spend: Money,
    /// What comes off; zero where a percentage does.
    pub save: Money,
    pub claimed_at: Instant,
    pub usable_until: Instant,
    pub status: CouponStatus,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lock: Option<Lock>,
    /// The order that used it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used_on: Option<OrderId>,
    /// Other orders of the same checkout that bear a part of its saving (A-S1-6), by their ids.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also_on: Vec<OrderId>,
    /// Orders that name it and do not have it: they came too late, took too much, or have let go (A-S1-28).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub named_by: Vec<OrderId>,
    /// Since when the order whose reward it is stands no more (A-S2-7): whoever holds it keeps it, then it is void.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forfeited_at: Option<Instant>,
    /// When it reached its last state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Instant>,
    /// When it must be looked at next: its lock's or its own end; of a used one the moment at which its threshold is judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wake_at: Option<Instant>,
}

impl Coupon {
    /// The campaign that it is from.
    pub fn campaign_id(&self) -> Option<&CampaignId> {
        self.origin.offer().map(|offer| &offer.campaign_id)
    }
    /// The campaign whose figures count it: the one that it is from, or whose reward it is.
    pub fn counted_for(&self) -> Option<&CampaignId> {
        let rewarded_by = || self.origin.batch().and_then(|batch| batch.rewarded_by.as_ref());
        self.campaign_id().or_else(rewarded_by)
    }
    /// The batch that it is from.
    pub fn batch_id(&self) -> Option<&BatchId> {
        self.origin.batch().map(|batch| &batch.batch_id)
    }
    /// From when on it can be used.
    pub fn usable_from(&self) -> Instant {
        let later = self.origin.batch().and_then(|batch| batch.usable_from);
        later.map_or(self.claimed_at, |later| later.max(self.claimed_at))
    }
    /// Refuses one that was given ahead of its time.
    fn check_begun(&self, at: Instant) -> Result<(), Refusal> {
        let later = self.origin.batch().and_then(|batch| batch.usable_from);
        match later.filter(|later| at < *later) {
            Some(later) => Err(Refusal::with(Code::NotStarted, format!("the coupon works from {later} on"))),
            None => Ok(()),
        }
    }
    /// What it is; those that recovery shows work at the cashier.
    pub fn kind(&self) -> CouponKind {
        self.origin.batch().map_or(CouponKind::Payment, |batch| batch.kind)
    }
    /// The only order that it may be used on.
    pub fn bound_to(&self) -> Option<&OrderId> {
        let bound = self.origin.offer().filter(|offer| offer.bind == Bind::OriginOrder);
        bound.map(|offer| &offer.origin_order_id)
    }

    /// Whether it may stand on that order at that moment, for that amount and method. The checks
    /// that do not depend on who holds it.
    pub fn check(&self, order: &crate::order::Order, method: Method, at: Instant) -> Result<(), Refusal> {
        self.check_until(order, method, at, self.usable_until)
    }

    /// The same for a payment that may use it until that moment, which the cashier has promised (A-S0-24).
    pub fn check_until(
        &self,
        order: &crate::order::Order,
        method: Method,
        at: Instant,
        until: Instant,
    ) -> Result<(), Refusal> {
        if self.customer_id != order.customer_id {
            return Err(Code::NotOwner.into());
        }
        if let Some(other) = self.bound_to().filter(|bound| **bound != order.order_id) {
            return Err(Refusal::with(Code::OutOfScope, format!("the coupon is for order {other}")));
        }
        if self.kind() != CouponKind::Payment {
            let detail = "the order's discounts name it when it is placed; at the cashier it does not work";
            return Err(Refusal::with(Code::StageNotAllowed, detail));
        }
        if order.kind == OrderKind::Presale {
            return Err(Code::PresaleOrder.into());
        }
        if self.status == CouponStatus::Used {
            return Err(Code::CouponUsed.into());
        }
        if at >= until {
            return Err(Code::CouponExpired.into());
        }
        self.check_begun(at)?;
        if !self.works_with(method) {
            return Err(Code::MethodNotSupported.into());
        }
        if order.payable < self.spend {
            let detail = sentence![self.spend - order.payable, " more reaches ", self.spend];
            return Err(Refusal::with(Code::BelowThreshold, detail));
        }
        Ok(())
    }

    /// Whether a shop-wide coupon may stand on the goods of that order: any line in the scope of the
    /// campaign version that it was claimed from (A-S0-8). A bound coupon was covered when its order
    /// was placed.
    pub fn check_scope(
        &self,
        order: &crate::order::Order,
        scope: &crate::catalog::Scope,
    ) -> Result<(), Refusal> {
        let covered = || order.lines.iter().any(|line| scope.covers(&line.sku, &line.categories));
        if self.bound_to().is_some() || covered() {
            return Ok(());
        }
        Err(Refusal::with(Code::OutOfScope, "no goods of the order are in the coupon's scope"))
    }

    /// The two methods of S0-R22, Baitiao only where the campaign has it.
    pub fn works_with(&self, method: Method) -> bool {
        let allows_baitiao = self.origin.offer().is_none_or(|offer| offer.allow_baitiao);
        method == Method::JdPay || (method == Method::Baitiao && allows_baitiao)
    }

    /// A payment takes hold of it. The same order may take it again with another payment (A-S0-11).
    pub fn lock(&mut self, lock: Lock) -> Result<(), Refusal> {
        match self.status {
            CouponStatus::Available => {}
            CouponStatus::Locked => {
                let held = self.lock.as_ref().is_some_and(|held| held.order_id != lock.order_id);
                if held {
                    return Err(Code::CouponLocked.into());
                }
            }
            CouponStatus::Used => return Err(Code::CouponUsed.into()),
            CouponStatus::Expired => return Err(Code::CouponExpired.into()),
            CouponStatus::Void => return Err(Code::CouponVoid.into()),
        }
        self.status = CouponStatus::Locked;
        self.wake_at = Some(lock.until);
        self.lock = Some(lock);
        Ok(())
    }

    /// The payment that held it failed or ran out of time. `false` when that payment did not hold it.
    pub fn unlock(&mut self, payment: &PaymentId) -> bool {
        let holds = self.lock.as_ref().is_some_and(|lock| lock.payment_id.as_ref() == Some(payment));
        if holds {
            self.let_go();
        }
        holds
    }

    /// Whoever holds it does so no longer.
    pub fn let_go(&mut self) {
        if self.status == CouponStatus::Locked {
            self.status = CouponStatus::Available;
            self.lock = None;
            self.also_on.clear();
            self.wake_at = Some(self.usable_until);
        }
    }

    /// Whether that order holds it, by its placing or by one of its payments.
    pub fn is_held_by(&self, order: &OrderId) -> bool {
        self.lock.as_ref().is_some_and(|lock| lock.order_id == *order)
    }

    /// An order that was placed with it in its time was paid: from its placing on the coupon is spent,
    /// however long the payment took. Refused while another order holds it, and when it had ended
    /// before.
    pub fn redeem_placed(&mut self, order: &OrderId, placed_at: Instant, at: Instant) -> Result<(), Refusal> {
        match self.status {
            CouponStatus::Used => return Err(Code::CouponUsed.into()),
            CouponStatus::Locked if !self.is_held_by(order) => return Err(Code::CouponLocked.into()),
            CouponStatus::Void if self.ended_at.is_some_and(|ended| placed_at >= ended) => {
                return Err(Code::CouponVoid.into());
            }
            CouponStatus::Locked => {}
            CouponStatus::Available | CouponStatus::Expired | CouponStatus::Void => {
                if placed_at >= self.usable_until {
                    return Err(Code::CouponExpired.into());
                }
            }
        }
        self.check_begun(placed_at)?;
        self.end(CouponStatus::Used, at);
        self.used_on = Some(order.clone());
        Ok(())
    }

    /// A payment with it succeeded at that moment, which must lie in its time. Refused while another
    /// order's payment holds it.
    pub fn redeem(&mut self, order: &OrderId, at: Instant) -> Result<(), Refusal> {
        self.redeem_until(order, at, self.usable_until)
    }

    /// The same for a payment that may use it until that moment, which the cashier has promised (A-S0-24).
    pub fn redeem_until(&mut self, order: &OrderId, at: Instant, until: Instant) -> Result<(), Refusal> {
        match self.status {
            CouponStatus::Used => return Err(Code::CouponUsed.into()),
            CouponStatus::Locked if self.lock.as_ref().is_some_and(|l| l.order_id != *order) => {
                return Err(Code::CouponLocked.into());
            }
            CouponStatus::Void if self.ended_at.is_some_and(|ended| at > ended) => {
                return Err(Code::CouponVoid.into());
            }
            CouponStatus::Available | CouponStatus::Locked | CouponStatus::Expired | CouponStatus::Void => {}
        }
        if at >= until {
            return Err(Code::CouponExpired.into());
        }
        self.check_begun(at)?;
        self.end(CouponStatus::Used, at);
        self.used_on = Some(order.clone());
        Ok(())
    }

    /// Its order ended without it, or the payment that used it is undone. `false` when it had ended.
    pub fn void(&mut self, at: Instant) -> bool {
        let live = matches!(self.status, CouponStatus::Available | CouponStatus::Locked);
        if live || self.status == CouponStatus::Used {
            self.end(CouponStatus::Void, at);
            self.used_on = None;
            return true;
        }
        false
    }

    /// The order whose reward it is stands no more: it is void as soon as nobody has it (A-S2-7). `false` when it had
    /// ended.
    pub fn forfeit(&mut self, at: Instant) -> bool {
        let is_over = matches!(self.status, CouponStatus::Expired | CouponStatus::Void);
        if is_over || self.forfeited_at.is_some() {
            return false;
        }
        self.forfeited_at = Some(at);
        true
    }

    /// The payment that used it does not count: a coupon of the whole shop is free again as far as its
    /// time goes, one that is bound to its order ends with it. `false` when it was not used.
    pub fn give_back(&mut self, at: Instant, now: Instant) -> bool {
        if self.status != CouponStatus::Used {
            return false;
        }
        if self.bound_to().is_some() {
            return self.void(at);
        }
        (self.status, self.used_on, self.ended_at) = (CouponStatus::Available, None, None);
        self.also_on.clear();
        self.wake_at = Some(self.usable_until);
        self.expire(now);
        true
    }

    /// Its time ran out. `false` when it had ended before, or the moment has not come.
    pub fn expire(&mut self, now: Instant) -> bool {
        let live = matches!(self.status, CouponStatus::Available | CouponStatus::Locked);
        // An order that was placed with it in time keeps it for as long as it may be paid, a payment that was
        // started in time until its lock ends (A-S0-24).
        let kept = self.lock.as_ref().is_some_and(|lock| now < lock.until);
        if !live || kept || now < self.usable_until {
            return false;
        }
        self.end(CouponStatus::Expired, self.usable_until);
        true
    }

    fn end(&mut self, status: CouponStatus, at: Instant) {
        self.status = status;
        self.lock = None;
        self.also_on.clear();
        self.ended_at = Some(at);
        self.wake_at = None;
    }
}
