//! How it reacts: it is priced, and counts what the orders brought that it was for.

use super::Terms;
use crate::{
    Refusal,
    campaign::{
        CampaignKind, Desk, Figure, Nothing, Roster, Tally,
        promotion::{
            brought::{held, lines_of, sold_for, whole},
            figures,
        },
    },
    order::Order,
};
use money::Money;

/// The lowest prices allowed.
#[derive(Debug)]
pub struct Kind;

impl CampaignKind for Kind {
    type Terms = Terms;
    type Action = Nothing;
    type Answer = Nothing;
    const FIGURES: &'static [Figure] = figures::FLOORS;

    fn brings(order: &Order, campaigns: &Roster, tally: &mut Tally) {
        for (row, terms) in held::<Terms>(order, campaigns) {
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
