//! How it reacts: it notes each payment, and counts the orders that it thanked for.

use super::Terms;
use crate::{
    Refusal,
    campaign::{CampaignKind, CampaignRow, Desk, Figure, Nothing, Step, Tally, Unit},
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
        for row in desk.campaigns() {
            let version = row.campaign.held_at(order.placed_at);
            let Some(terms) = version.and_then(|version| version.terms.of::<Terms>()) else { continue };
            let entry = TimelineEntry::new(at, "payment.thanked").campaign(&row.campaign.campaign_id);
            desk.note(order, entry.detail(json!({ "words": terms.words })));
        }
        Ok(())
    }
    fn brings(order: &Order, campaigns: &[CampaignRow], tally: &mut Tally) {
        if !matches!(order.state, State::Paid { .. }) {
            return;
        }
        let held = campaigns.iter().filter(|row| {
            row.campaign.held_at(order.placed_at).is_some_and(|version| version.terms.of::<Terms>().is_some())
        });
        held.for_each(|row| tally.one(&row.campaign.campaign_id, "thanked"));
    }
    fn act(_: &mut dyn Desk<'_>, action: &Nothing) -> Result<Nothing, Refusal> {
        match *action {}
    }
}
