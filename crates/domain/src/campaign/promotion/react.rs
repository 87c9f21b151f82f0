//! How promotions and price floors react: they are priced, and count what the orders brought that they were for.

use super::{figures, floor, gift, item, order};
use crate::{
    Refusal,
    campaign::{CampaignKind, CampaignRow, Desk, Figure, Nothing, OfTerms, Tally},
    order::{Order, State},
};
use money::Money;

/// A price of its own for a line.
#[derive(Debug)]
pub struct ItemPromotion;
/// Spend and save over the order.
#[derive(Debug)]
pub struct OrderPromotion;
/// Goods that come along.
#[derive(Debug)]
pub struct GiftPromotion;
/// The lowest prices allowed.
#[derive(Debug)]
pub struct PriceFloor;

impl CampaignKind for ItemPromotion {
    type Terms = item::Terms;
    type Action = Nothing;
    type Answer = Nothing;
    const FIGURES: &'static [Figure] = figures::PRICED;

    fn brings(order: &Order, campaigns: &[CampaignRow], tally: &mut Tally) {
        came_off::<item::Terms>(order, campaigns, tally);
    }
    fn act(_: &mut dyn Desk<'_>, action: &Nothing) -> Result<Nothing, Refusal> {
        match *action {}
    }
}

impl CampaignKind for OrderPromotion {
    type Terms = order::Terms;
    type Action = Nothing;
    type Answer = Nothing;
    const FIGURES: &'static [Figure] = figures::PRICED;

    fn brings(order: &Order, campaigns: &[CampaignRow], tally: &mut Tally) {
        came_off::<order::Terms>(order, campaigns, tally);
    }
    fn act(_: &mut dyn Desk<'_>, action: &Nothing) -> Result<Nothing, Refusal> {
        match *action {}
    }
}

impl CampaignKind for GiftPromotion {
    type Terms = gift::Terms;
    type Action = Nothing;
    type Answer = Nothing;
    const FIGURES: &'static [Figure] = figures::GIFTS;

    fn brings(order: &Order, campaigns: &[CampaignRow], tally: &mut Tally) {
        for (row, terms) in held::<gift::Terms>(order, campaigns) {
            let lines: Vec<usize> =
                lines_of(order, |index| terms.main_skus.contains(&order.lines[index].sku));
            whole(order, row, &lines, tally);
        }
    }
    fn act(_: &mut dyn Desk<'_>, action: &Nothing) -> Result<Nothing, Refusal> {
        match *action {}
    }
}

impl CampaignKind for PriceFloor {
    type Terms = floor::Terms;
    type Action = Nothing;
    type Answer = Nothing;
    const FIGURES: &'static [Figure] = figures::FLOORS;

    fn brings(order: &Order, campaigns: &[CampaignRow], tally: &mut Tally) {
        for (row, terms) in held::<floor::Terms>(order, campaigns) {
            let floors = order.lines.iter().map(|line| terms.floor_of(&line.sku));
            let floors: Vec<Option<Money>> = floors.collect();
            let lines = lines_of(order, |index| floors[index].is_some());
            for index in &lines {
                let line = &order.lines[*index];
                let least =
                    floors[*index].and_then(|floor| floor.checked_mul(i64::try_from(line.quantity).ok()?));
                let shortfall = least.unwrap_or_default() - sold_for(order, *index);
                if shortfall.is_positive() {
                    tally.one(&row.campaign.campaign_id, "lines_below");
                    tally.money(&row.campaign.campaign_id, "shortfall", shortfall);
                }
            }
            whole(order, row, &lines, tally);
        }
    }
    fn act(_: &mut dyn Desk<'_>, action: &Nothing) -> Result<Nothing, Refusal> {
        match *action {}
    }
}

/// What the goods of a line were sold for: after what came off with the placing and with the balance.
fn sold_for(order: &Order, index: usize) -> Money {
    let with_balance = order.paid_by().map_or(Money::ZERO, |payment| payment.discounted_of(index));
    order.lines[index].payable() - with_balance
}

fn lines_of(order: &Order, counts: impl Fn(usize) -> bool) -> Vec<usize> {
    (0..order.lines.len()).filter(|index| counts(*index)).collect()
}

/// Campaigns of a kind that held when a paid order was placed. Of an order that is not paid there are none: nothing is
/// looked through for it.
fn held<'a, T: OfTerms>(order: &Order, campaigns: &'a [CampaignRow]) -> Vec<(&'a CampaignRow, &'a T)> {
    if !matches!(order.state, State::Paid { .. }) {
        return Vec::new();
    }
    let of_kind = campaigns.iter().filter(|row| row.campaign.current().terms.of::<T>().is_some());
    let held = of_kind.filter_map(|row| Some((row, row.campaign.held_at(order.placed_at)?.terms.of()?)));
    held.collect()
}

/// What a paid order brings that has such lines.
fn whole(order: &Order, row: &CampaignRow, lines: &[usize], tally: &mut Tally) {
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

/// What a paid order brings to the promotions of a kind that its discounts name by their ids, those of the placing and
/// those that came with the balance.
fn came_off<T: OfTerms>(order: &Order, campaigns: &[CampaignRow], tally: &mut Tally) {
    let Some(payment) = order.paid_by().filter(|_| matches!(order.state, State::Paid { .. })) else { return };
    let placed = order.discounts.iter().enumerate().map(|(at, discount)| {
        let shares = order.lines.iter().map(|line| line.shares.get(at).copied().unwrap_or_default());
        (discount, shares.collect::<Vec<Money>>())
    });
    let with_balance = payment.discounts.iter().map(|came_off| (&came_off.discount, came_off.shares.clone()));
    let mut seen: Vec<(&CampaignRow, Vec<usize>)> = Vec::new();
    for (discount, shares) in placed.chain(with_balance).filter(|(discount, _)| discount.id.is_some()) {
        let named = |row: &&CampaignRow| discount.id.as_deref() == Some(row.campaign.campaign_id.as_str());
        let row = campaigns.iter().find(named);
        let row = row
            .filter(|row| row.campaign.held_at(order.placed_at).is_some_and(|v| v.terms.of::<T>().is_some()));
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
