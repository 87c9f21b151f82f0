//! What is paid of an order's freight: a freight coupon comes off it, and off nothing else.
//!
//! Always holds: no line bears a share of a freight coupon, and the freight is never below zero.

use super::{Discount, Order, Party, Payment};
use money::Money;

impl Discount {
    /// What of it comes off the freight; `on_lines` is what the lines bear of it. Orders taken in before
    /// freight coupons had their place have them on the lines.
    fn off_freight(&self, on_lines: Money) -> Money {
        if self.comes_off_freight() { self.amount - on_lines } else { Money::ZERO }
    }
}

impl Payment {
    fn off_freight(&self) -> impl Iterator<Item = (&Discount, Money)> {
        self.discounts.iter().map(|came_off| {
            let on_lines = came_off.shares.iter().copied().sum();
            (&came_off.discount, came_off.discount.off_freight(on_lines))
        })
    }
}

impl Order {
    /// The freight after the freight coupons that the order was placed with: payable = lines + this.
    pub fn freight_payable(&self) -> Money {
        self.freight - self.off_freight().map(|(_, off)| off).sum::<Money>()
    }
    /// What a payment has to bring of the freight before its payment coupon: freight coupons that came
    /// with the balance are off too.
    pub fn freight_of(&self, payment: &Payment) -> Money {
        self.freight_payable() - payment.off_freight().map(|(_, off)| off).sum::<Money>()
    }
    /// What a party bears of the freight, with that payment.
    pub(super) fn freight_borne_by(&self, party: Party, payment: &Payment) -> Money {
        let all = self.off_freight().chain(payment.off_freight());
        all.filter(|(discount, _)| discount.funded_by == party).map(|(_, off)| off).sum()
    }

    fn off_freight(&self) -> impl Iterator<Item = (&Discount, Money)> {
        self.discounts.iter().enumerate().map(|(index, discount)| {
            let on_lines = self.lines.iter().filter_map(|line| line.shares.get(index)).copied().sum();
            (discount, discount.off_freight(on_lines))
        })
    }
}
