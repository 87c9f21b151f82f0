//! Which campaign or coupon a discount comes from, as the order alone tells it. What the shop knows beside it, the
//! coupon's batch and campaign, is added where entries are booked.

use super::entry::Source;
use crate::{
    CampaignId,
    order::{Discount, Order, PRESALE_GAIN, Party, Payment, PaymentStatus, coupons},
};

/// The source of a discount: the coupon of ours that it names, else the campaign; a presale's gain is its campaign's.
pub(super) fn of_discount(order: &Order, discount: &Discount) -> Source {
    let coupon_id = coupons::coupon(discount);
    let gain = order.presale.as_ref().filter(|_| &*discount.kind == PRESALE_GAIN);
    let named = || discount.id.as_deref().and_then(|id| CampaignId::try_new(id).ok());
    let campaign_id = match (&coupon_id, gain) {
        (Some(_), _) => None,
        (None, Some(presale)) => Some(presale.campaign_id.clone()),
        (None, None) => named(),
    };
    Source { campaign_id, coupon_id, ..Source::default() }
}

/// The source of all that a party bore with that payment, where it is one: then what goes back comes from it too.
pub(super) fn of_party(order: &Order, payment: Option<&Payment>, party: Party) -> Source {
    let with_balance = payment.into_iter().flat_map(|payment| &payment.discounts);
    let all = order.discounts.iter().chain(with_balance.map(|came_off| &came_off.discount));
    let borne = all.filter(|discount| discount.funded_by == party && discount.amount.is_positive());
    let mut sources = borne.map(|discount| of_discount(order, discount));
    let first = sources.next().unwrap_or_default();
    if sources.all(|other| other == first) { first } else { Source::default() }
}

/// The payment that a refund's money came with: the one that paid the order, or its deposit.
pub(super) fn of_refund(order: &Order) -> Option<&Payment> {
    let succeeded = |p: &&Payment| p.status == PaymentStatus::Succeeded;
    order.paid_by().or_else(|| order.payments.iter().find(succeeded))
}
