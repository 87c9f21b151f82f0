//! Figures of campaigns that orders bring: they are the sum over the orders as they are. Of comparisons they are the sum
//! over the customers, each read with the order by which they count.

use crate::checks;
use crate::walk::{Faults, LOOKS, Walk};
use domain::{
    CampaignId, Instant,
    campaign::{self, Campaign, Counters, Had, Roster},
    customer::Standing,
    ledger::Entry,
    order::{Order, State},
    reward::Taker,
    sentence,
};
use money::Money;
use port::{CampaignRow, Read};
use std::collections::BTreeMap;

/// Sums by campaign and figure.
type Sums = BTreeMap<(CampaignId, String), i64>;

/// Compares the figures with a recount. Both were read while the engine may have been writing, so a difference counts
/// only when a second recount finds the same beside the same figures. A shop whose kinds count nothing of orders is
/// passed over.
pub fn check(walk: &mut Walk<'_>) -> Read<()> {
    let mut suspects = Sums::new();
    for _ in 0..LOOKS {
        let before = rows(walk)?;
        if before.iter().all(|row| has_none(&row.counters) && !counts_orders(row)) {
            return Ok(());
        }
        let found = wrong(&before, &recounted(walk, &before)?);
        walk.looked(checks::CAMPAIGN_FIGURES);
        let same: Sums = found.iter().filter(|(key, by)| suspects.get(*key) == Some(by)).map(own).collect();
        if rows(walk)? == before {
            for ((campaign, figure), by) in &same {
                let detail = format!("{figure} is {by} more than its orders bring");
                walk.find(checks::CAMPAIGN_FIGURES, format!("campaign {campaign}"), detail);
            }
            if found.is_empty() || same.len() == found.len() {
                return Ok(());
            }
        }
        suspects = found;
    }
    walk.moved(checks::CAMPAIGN_FIGURES, "figures".to_owned());
    Ok(())
}

fn own((key, by): (&(CampaignId, String), &i64)) -> ((CampaignId, String), i64) {
    (key.clone(), *by)
}

fn rows(walk: &Walk<'_>) -> Read<Roster> {
    walk.reader.campaigns(walk.id()).map(Roster::from)
}

fn counts_orders(row: &CampaignRow) -> bool {
    let figures = campaign::figures(&row.campaign.current().terms);
    figures.iter().any(campaign::Figure::is_brought) || campaign::compared(&row.campaign).is_some()
}

fn has_none(counters: &Counters) -> bool {
    counters.brought.is_empty() && counters.later.is_empty()
}

fn recounted(walk: &mut Walk<'_>, rows: &Roster) -> Read<Sums> {
    let mut sums = Sums::new();
    walk.pages(
        "orders again",
        |reader, shop, page| reader.orders(shop, page),
        |order: &Order| order.order_id.to_string(),
        |walk, order| {
            let mut tallies = vec![campaign::brings(&order, rows)];
            for row in compared(rows.iter()) {
                let (standing, taker) = kept(walk, &row.campaign, &order)?;
                let had = Had { standing: &standing, taker: &taker };
                let counts = campaign::counts(&row.campaign, had);
                tallies.extend(counts.filter(|(by, _)| **by == order.order_id).map(|(_, tally)| tally));
            }
            for brought in tallies.into_iter().flat_map(|tally| tally.0) {
                let row = rows.find(&brought.campaign_id);
                if row.is_some_and(|row| row.counters.counts(order.placed_at)) {
                    *sums.entry((brought.campaign_id, brought.figure.to_owned())).or_default() +=
                        brought.amount;
                }
            }
            Ok(())
        },
    )?;
    Ok(sums)
}

fn compared<'a>(rows: impl Iterator<Item = &'a CampaignRow>) -> impl Iterator<Item = &'a CampaignRow> {
    rows.filter(|row| campaign::compared(&row.campaign).is_some())
}

/// What is kept of the order's customer.
fn kept(walk: &Walk<'_>, campaign: &Campaign, order: &Order) -> Read<(Standing, Taker)> {
    let standing = walk.reader.standing(walk.id(), &order.customer_id)?;
    let taker = walk.reader.taker(walk.id(), &campaign.campaign_id, &order.customer_id)?;
    Ok((standing.unwrap_or_default(), taker.unwrap_or_default()))
}

/// What a campaign's figures say that it took off an order is what the books say (A-G-17).
pub fn is_booked(walk: &Walk<'_>, order: &Order, entries: &[Entry], found: &mut Faults) {
    if !matches!(order.state, State::Paid { .. }) || order.is_refunded() {
        return;
    }
    let saved = |of: &CampaignId| {
        let row: Vec<CampaignRow> = walk.campaigns.get(of).cloned().into_iter().collect();
        let row = Roster::from(row);
        let tally = campaign::brings(order, &row).0.into_iter();
        tally.filter(|b| b.campaign_id == *of && b.figure == "saved").map(|b| b.amount).sum::<i64>()
    };
    let mut booked = BTreeMap::<&CampaignId, Money>::new();
    for entry in entries.iter().filter(|entry| entry.funded_by.is_some() && entry.source.refund_id.is_none())
    {
        let from = match &entry.source.coupon_id {
            Some(coupon) => order.came_from(coupon.as_str()),
            None => entry.source.campaign_id.as_ref(),
        };
        if let Some(from) = from {
            *booked.entry(from).or_default() -= entry.amount;
        }
    }
    for (of, amount) in booked {
        let says = |row: &CampaignRow| {
            let figures = campaign::figures(&row.campaign.current().terms);
            figures.iter().any(|figure| figure.name == "saved" && figure.is_brought())
        };
        let says = walk.campaigns.get(of).is_some_and(says);
        let counted = Money::from_minor(if says { saved(of) } else { amount.minor() });
        if counted != amount {
            let detail =
                sentence![amount, format!(" is booked as off by campaign {of}, its figures say "), counted];
            found.push((checks::CAMPAIGN_FIGURES, detail));
        }
    }
}

/// An order is kept with its customer as it stands, where a comparison is read off that.
pub fn is_kept(walk: &Walk<'_>, order: &Order, found: &mut Faults) -> Read<()> {
    for row in compared(walk.campaigns.values()) {
        let (standing, taker) = kept(walk, &row.campaign, order)?;
        if !campaign::is_kept(&row.campaign, order, Had { standing: &standing, taker: &taker }) {
            let of = &row.campaign.campaign_id;
            let detail = format!("the comparison of campaign {of} has it otherwise than it stands");
            found.push((checks::CAMPAIGN_FIGURES, detail));
        }
    }
    Ok(())
}

/// By how much each figure is more than the recount.
fn wrong(rows: &[CampaignRow], sums: &Sums) -> Sums {
    let mut found = Sums::new();
    for row in rows {
        let own = campaign::figures(&row.campaign.current().terms);
        let is_kept = |name: &str| own.iter().any(|figure| figure.name == name && figure.is_kept());
        // What counts later has been brought too; what a kind counts beside orders is recounted where that is.
        for (figure, count) in &row.counters.as_of(Instant::from_micros(i64::MAX)).brought {
            if !is_kept(figure) {
                found.insert((row.campaign.campaign_id.clone(), figure.to_string()), *count);
            }
        }
    }
    for (key, sum) in sums {
        *found.entry(key.clone()).or_default() -= sum;
    }
    found.retain(|_, by| *by != 0);
    found
}
