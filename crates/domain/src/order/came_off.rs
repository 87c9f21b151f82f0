//! What came off an order, by the id that it came off by, and which campaigns it is from.
//!
//! Always holds: that is found in the decision that books the payment, so a campaign that is made later took nothing off, and
//! what the books say came from a campaign its figures say too (A-G-17).

use super::{Discount, Order, PRESALE_GAIN, Payment};
use crate::CampaignId;
use money::Money;

impl Order {
    /// The ids by which something came off: of discounts of the placing and of the balance, and of the payment's coupon.
    pub fn came_off_by(&self) -> Vec<&str> {
        let own = |discount: &&Discount| discount.amount.is_positive() && &*discount.kind != PRESALE_GAIN;
        let discounts = self.all_discounts().filter(own).filter_map(|discount| discount.id.as_deref());
        let coupon = self.paid_by().filter(|payment| payment.saving.is_positive());
        let coupon = coupon.and_then(|payment| Some(payment.coupon_id.as_ref()?.as_str()));
        let mut ids: Vec<&str> = discounts.chain(coupon).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }
    /// What came off by an id.
    pub fn came_off(&self, id: &str) -> Money {
        let named = self.all_discounts().filter(|discount| discount.id.as_deref() == Some(id));
        let is_it =
            |payment: &&Payment| payment.coupon_id.as_ref().is_some_and(|coupon| coupon.as_str() == id);
        let saving = self.paid_by().filter(is_it).map_or(Money::ZERO, |payment| payment.saving);
        named.map(|discount| discount.amount).sum::<Money>() + saving
    }
    /// The campaign of ours that what came off by that id is from.
    pub fn came_from(&self, id: &str) -> Option<&CampaignId> {
        self.came_from.iter().find(|known| &*known.id == id).map(|known| &known.campaign_id)
    }
    /// Discounts of the placing and of the balance.
    pub fn all_discounts(&self) -> impl Iterator<Item = &Discount> {
        let with_balance = self.paid_by().into_iter().flat_map(|payment| &payment.discounts);
        self.discounts.iter().chain(with_balance.map(|came_off| &came_off.discount))
    }
}
