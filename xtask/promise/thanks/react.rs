//! How it reacts: it notes each payment, and counts the orders that it thanked for.

use super::Terms;
use crate::{
    Refusal,
    campaign::{CampaignKind, Desk, Figure, Nothing, Roster, Step, Tally, Unit},
    order::{Order, State, TimelineEntry},
};
use serde_json::json;

/// Thanks for a payment.
#[derive(Debug)]
pub struct Kind;

impl CampaignKind for Kind {
    type Terms = Terms;
    type Action = Nothing;
    type Answer = Nothing;
    const FIGURES: &'static [Figure] =
        &[Figure::brought("thanked", Unit::Count, "Orders thanked for", "已致谢订单")];

    fn follow(desk: &mut dyn Desk<'_>, order: &mut Order, step: Step) -> Result<(), Refusal> {
        let State::Paid { at } = order.state else { return Ok(()) };
        if step.before == Some(order.state) {
            return Ok(());
        }
        for row in desk.campaigns().iter() {
            let version = row.campaign.held_at(order.placed_at);
            let terms = version.and_then(|version| version.terms.of::<Terms>());
            let Some(terms) = terms.filter(|terms| order.payable >= terms.spend) else { continue };
            let entry = TimelineEntry::new(at, "payment.thanked").campaign(&row.campaign.campaign_id);
            desk.note(order, entry.detail(json!({ "spend": terms.spend })));
        }
        Ok(())
    }
    fn brings(order: &Order, campaigns: &Roster, tally: &mut Tally) {
        if !matches!(order.state, State::Paid { .. }) {
            return;
        }
        let thanked = |terms: &Terms| order.payable >= terms.spend;
        let held = campaigns.iter().filter(|row| {
            let version = row.campaign.held_at(order.placed_at);
            version.and_then(|version| version.terms.of::<Terms>()).is_some_and(thanked)
        });
        held.for_each(|row| tally.one(&row.campaign.campaign_id, "thanked"));
    }
    fn act(_: &mut dyn Desk<'_>, action: &Nothing) -> Result<Nothing, Refusal> {
        match *action {}
    }
}
