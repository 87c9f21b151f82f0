//! How it reacts: it is priced, and counts what the orders brought that it was for.

use super::Terms;
use crate::{
    Refusal,
    campaign::{
        CampaignKind, Desk, Figure, Nothing, Roster, Tally,
        promotion::{brought::came_off, figures, uses::uses},
    },
    order::Order,
};

/// A price of its own for a line.
#[derive(Debug)]
pub struct Kind;

impl CampaignKind for Kind {
    type Terms = Terms;
    type Action = Nothing;
    type Answer = Nothing;
    const FIGURES: &'static [Figure] = figures::PRICED;

    fn brings(order: &Order, campaigns: &Roster, tally: &mut Tally) {
        came_off::<Terms>(order, campaigns, tally);
        uses::<Terms>(order, campaigns, tally);
    }
    fn act(_: &mut dyn Desk<'_>, action: &Nothing) -> Result<Nothing, Refusal> {
        match *action {}
    }
}
