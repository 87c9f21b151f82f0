//! The coupons of ours that an order's discounts name, what it takes off with each, and what is wrong with them.

use super::{CouponConflict, Discount, Order, PaymentStatus, State};
use crate::{CheckoutId, Code, CouponId, Instant};
use money::Money;

/// Ids of coupons are ours, and begin like this; other ids in discounts are the platform's affair.
const OURS: &str = "cp_";
/// The coupons that discounts name, each once.
pub fn coupons<'d>(discounts: impl IntoIterator<Item = &'d Discount>) -> Vec<CouponId> {
    let mut found: Vec<CouponId> = Vec::new();
    for id in discounts.into_iter().filter_map(coupon) {
        if !found.contains(&id) {
            found.push(id);
        }
    }
    found
}

/// The coupon of ours that a discount names.
pub fn coupon(discount: &Discount) -> Option<CouponId> {
    let id = discount.id.as_deref().filter(|id| id.starts_with(OURS))?;
    CouponId::try_new(id).ok()
}

/// The coupons that an order names, each with the moment at which it was put there: the placing, or
/// the payment of the balance.
pub fn of_order(order: &Order) -> Vec<(CouponId, Instant)> {
    // What takes nothing off uses nothing.
    let taken = |discount: &&Discount| discount.amount.is_positive();
    let placed = coupons(order.discounts.iter().filter(taken));
    let mut found: Vec<_> = placed.into_iter().map(|id| (id, order.placed_at)).collect();
    let paid = order.payments.iter().filter(|payment| payment.status == PaymentStatus::Succeeded);
    for payment in paid {
        let discounts = payment.discounts.iter().map(|came_off| &came_off.discount);
        let fresh = coupons(discounts.filter(taken))
            .into_iter()
            .filter(|id| found.iter().all(|(known, _)| known != id));
        let fresh: Vec<_> = fresh.map(|id| (id, payment.at)).collect();
        found.extend(fresh);
    }
    found
}

/// Every coupon that the order's discounts name, those that took nothing off too, and those that would come off with money
/// that was refused.
pub fn all_of_order(order: &Order) -> Vec<CouponId> {
    let offered = order.payments.iter().filter_map(|payment| payment.offered.as_ref());
    let offered = offered.flat_map(|offered| &offered.discounts);
    let paid = order.payments.iter().flat_map(|payment| &payment.discounts).chain(offered);
    coupons(order.discounts.iter().chain(paid.map(|came_off| &came_off.discount)))
}

/// Whether the order names the coupon.
pub fn names(order: &Order, coupon: &CouponId) -> bool {
    of_order(order).iter().any(|(id, _)| id == coupon)
}

/// The checkout that the order took hold of the coupon in, where the platform names it: that of its placing, or of the
/// payment of its balance.
pub fn checkout<'o>(order: &'o Order, coupon: &CouponId) -> Option<&'o CheckoutId> {
    let own = |discount: &Discount| {
        discount.id.as_deref() == Some(coupon.as_str()) && discount.amount.is_positive()
    };
    if order.discounts.iter().any(own) {
        return order.checkout_id.as_ref();
    }
    let paid = order.payments.iter().filter(|payment| payment.status == PaymentStatus::Succeeded);
    let mut paid = paid.filter(|payment| payment.discounts.iter().any(|came_off| own(&came_off.discount)));
    paid.next()?.checkout_id.as_ref()
}

/// What an order takes off with the coupon: at its placing, and with a balance that counts.
pub fn part(order: &Order, coupon: &CouponId) -> Money {
    let paid = order.payments.iter().filter(|payment| payment.status == PaymentStatus::Succeeded);
    let with_balance = paid.flat_map(|payment| &payment.discounts).map(|came_off| &came_off.discount);
    let all = order.discounts.iter().chain(with_balance);
    let own = all.filter(|discount| discount.id.as_deref() == Some(coupon.as_str()));
    own.map(|discount| discount.amount).sum()
}

impl Order {
    /// Whether such a conflict is known.
    pub fn has_conflict(&self, coupon: Option<&CouponId>, kind: &str, code: Code) -> bool {
        let same = |known: &CouponConflict| {
            (known.coupon_id.as_ref(), &*known.kind, known.code) == (coupon, kind, code)
        };
        self.conflicts.iter().any(same)
    }
    /// Takes away what holds no longer of a coupon: those codes, but for the one that still does.
    pub fn drop_conflicts(
        &mut self,
        coupon: &CouponId,
        codes: &[Code],
        but: Option<Code>,
    ) -> Vec<CouponConflict> {
        let gone = |known: &CouponConflict| {
            known.coupon_id.as_ref() == Some(coupon) && codes.contains(&known.code) && Some(known.code) != but
        };
        let (dropped, kept) = std::mem::take(&mut self.conflicts).into_iter().partition(gone);
        self.conflicts = kept;
        dropped
    }
    /// Whether its conflicts are of any interest: those of an order that is not are on no list.
    pub fn shows_conflicts(&self) -> bool {
        !matches!(self.state, State::Cancelled { .. }) && self.called_off.is_none()
    }
}
