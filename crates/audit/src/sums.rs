//! Sums that an order's books and its amounts must both come to.

use domain::order::{Discount, Order, Party};
use money::Money;

/// Whether the lines' shares are the whole discount; a freight coupon has none, unless it was taken in
/// before freight coupons came off the freight.
pub fn fits(discount: &Discount, shares: Money) -> bool {
    shares == discount.amount || (discount.comes_off_freight() && shares.is_zero())
}

/// What the merchant bears of the discounts that the order and its balance came with.
pub fn borne_by_merchant(order: &Order) -> Money {
    let with_balance = order.paid_by().into_iter().flat_map(|payment| &payment.discounts);
    let discounts = order.discounts.iter().chain(with_balance.map(|came_off| &came_off.discount));
    let own = discounts.filter(|discount| discount.funded_by == Party::Merchant);
    own.map(|discount| discount.amount).sum()
}

/// Gross, paid and settled of an order that is not paid: nothing, or its deposit booked by itself, less
/// what of it went back (A-S1-20).
pub fn deposit_due(order: &Order) -> (Money, Money, Money) {
    let booked = order.booked_deposit();
    if booked.is_zero() {
        return (Money::ZERO, Money::ZERO, Money::ZERO);
    }
    let left = booked - order.refunded();
    (booked, left, left)
}
