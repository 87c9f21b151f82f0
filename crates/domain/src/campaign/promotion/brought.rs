//! What a paid order brings to the promotions that it was placed with.

use crate::{
    CampaignId,
    campaign::{CampaignRow, OfTerms, Roster, Tally},
    order::{Order, State},
};
use money::Money;

/// What the goods of a line were sold for: after what came off with the placing and with the balance.
pub fn sold_for(order: &Order, index: usize) -> Money {
    let with_balance = order.paid_by().map_or(Money::ZERO, |payment| payment.discounted_of(index));
    order.lines[index].payable() - with_balance
}

pub fn lines_of(order: &Order, counts: impl Fn(usize) -> bool) -> Vec<usize> {
    (0..order.lines.len()).filter(|index| counts(*index)).collect()
}

/// Campaigns of a kind that held when a paid order was placed. Of an order that is not paid there are none: nothing is
/// looked through for it.
pub fn held<'a, T: OfTerms>(order: &Order, campaigns: &'a Roster) -> Vec<(&'a CampaignRow, &'a T)> {
    if !matches!(order.state, State::Paid { .. }) {
        return Vec::new();
    }
    let of_kind =
        campaigns.until(order.placed_at).filter(|row| row.campaign.current().terms.of::<T>().is_some());
    let held = of_kind.filter_map(|row| Some((row, row.campaign.held_at(order.placed_at)?.terms.of()?)));
    held.collect()
}

/// What a paid order brings that has such lines.
pub fn whole(order: &Order, row: &CampaignRow, lines: &[usize], tally: &mut Tally) {
    if lines.is_empty() {
        return;
    }
    let id = &row.campaign.campaign_id;
    let units = lines.iter().map(|index| order.lines[*index].quantity).sum::<u64>();
    tally.one(id, "orders");
    tally.add(id, "lines", i64::try_from(lines.len()).unwrap_or(i64::MAX));
    tally.add(id, "units", i64::try_from(units).unwrap_or(i64::MAX));
    tally.money(id, "paid", order.paid());
    tally.money(id, "refunded", order.refunded());
}

/// What the coupons took off that campaigns of a kind gave as rewards: of a paid order whose money has not all gone back.
pub fn saved<T: OfTerms>(order: &Order, campaigns: &Roster, tally: &mut Tally) {
    if !matches!(order.state, State::Paid { .. }) || order.is_refunded() {
        return;
    }
    for from in order.came_from.iter().filter(|from| *from.id != *from.campaign_id.as_str()) {
        let row = campaigns.find(&from.campaign_id);
        if row.is_some_and(|row| row.campaign.current().terms.of::<T>().is_some()) {
            tally.money(&from.campaign_id, "saved", order.came_off(&from.id));
        }
    }
}

/// Whether the books have it so. Of an order that was booked before that was kept: whether the promotion held when it was
/// placed.
fn is_from(order: &Order, row: &CampaignRow) -> bool {
    let is_old = order.came_from.is_empty() && row.campaign.held_at(order.placed_at).is_some();
    is_old || order.came_from(row.campaign.campaign_id.as_str()).is_some()
}

/// What a paid order brings to the promotions of a kind that its discounts name by their ids, those of the placing and
/// those that came with the balance: what the books say came off for them.
pub fn came_off<T: OfTerms>(order: &Order, campaigns: &Roster, tally: &mut Tally) {
    let Some(payment) = order.paid_by().filter(|_| matches!(order.state, State::Paid { .. })) else { return };
    let placed = order.discounts.iter().enumerate().map(|(at, discount)| {
        let shares = order.lines.iter().map(|line| line.shares.get(at).copied().unwrap_or_default());
        (discount, shares.collect::<Vec<Money>>())
    });
    let with_balance = payment.discounts.iter().map(|came_off| (&came_off.discount, came_off.shares.clone()));
    let mut seen: Vec<(&CampaignRow, Vec<usize>)> = Vec::new();
    for (discount, shares) in placed.chain(with_balance).filter(|(discount, _)| discount.id.is_some()) {
        let named = discount.id.as_deref().and_then(|id| CampaignId::try_new(id).ok());
        let row = named.and_then(|id| campaigns.find(&id));
        let row = row.filter(|row| row.campaign.current().terms.of::<T>().is_some() && is_from(order, row));
        let Some(row) = row.filter(|_| discount.amount.is_positive()) else { continue };
        tally.money(&row.campaign.campaign_id, "saved", discount.amount);
        let lines = (0..shares.len()).filter(|index| shares[*index].is_positive());
        match seen.iter_mut().find(|(known, _)| known.campaign.campaign_id == row.campaign.campaign_id) {
            Some((_, known)) => known.extend(lines),
            None => seen.push((row, lines.collect())),
        }
    }
    for (row, mut lines) in seen {
        lines.sort_unstable();
        lines.dedup();
        whole(order, row, &lines, tally);
    }
}
