//! How it reacts: it is priced, and counts what the orders brought that it was for.

use super::Terms;
use crate::{
    Refusal,
    campaign::{
        CampaignKind, Desk, Figure, Nothing, Roster, Tally,
        promotion::{
            brought::{held, lines_of, whole},
            figures,
        },
    },
    order::Order,
};

/// Goods that come along.
#[derive(Debug)]
pub struct Kind;

impl CampaignKind for Kind {
    type Terms = Terms;
    type Action = Nothing;
    type Answer = Nothing;
    const FIGURES: &'static [Figure] = figures::GIFTS;

    fn brings(order: &Order, campaigns: &Roster, tally: &mut Tally) {
        for (row, terms) in held::<Terms>(order, campaigns) {
            let lines: Vec<usize> =
                lines_of(order, |index| terms.main_skus.contains(&order.lines[index].sku));
            whole(order, row, &lines, tally);
        }
    }
    fn act(_: &mut dyn Desk<'_>, action: &Nothing) -> Result<Nothing, Refusal> {
        match *action {}
    }
}
