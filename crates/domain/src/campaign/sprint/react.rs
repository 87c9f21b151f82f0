//! How sprints react.

use super::{
    Do, Done, Terms, accounts, draw, enroll,
    exceptions::{self, Word},
    figures, follow, give, publish,
};
use crate::{
    CampaignId, Refusal,
    campaign::{
        About, Asked, Campaign, CampaignKind, Desk, Figure, Roster, Tally, Told, Wants,
        promotion::brought::saved,
    },
    order::Order,
};

/// Member sprints.
#[derive(Debug)]
pub struct Kind;

impl CampaignKind for Kind {
    type Terms = Terms;
    type Action = Do;
    type Answer = Done;
    const FIGURES: &'static [Figure] = figures::FIGURES;

    fn wants(asked: &Asked<'_>, wants: &mut Wants) {
        match asked.about {
            About::Order(order) => follow::wants(asked.campaigns, order.placed_at, &order.customer_id, wants),
            About::Paying(customer, at) => follow::wants(asked.campaigns, at, customer, wants),
            About::Placed(_) => {}
        }
    }

    fn wants_for(action: &Do, wants: &mut Wants) {
        match action {
            Do::Enroll { campaign_id, customer_id, .. } => {
                wants.sprints.push(campaign_id.clone());
                wants.standings.push(customer_id.clone());
            }
            Do::Claim { campaign_id, .. } | Do::Decide { campaign_id, .. } => {
                wants.sprints.push(campaign_id.clone());
            }
        }
    }

    fn wants_published(terms: &Terms, wants: &mut Wants) {
        let batches = terms.tiers.iter().filter_map(|tier| tier.prize.batch_id.clone());
        wants.batches.extend(batches.map(|batch| (batch, None)));
    }

    fn published(desk: &mut dyn Desk<'_>, campaign: &Campaign) -> Result<(), Refusal> {
        publish::published(desk, campaign)
    }

    fn may_close(desk: &dyn Desk<'_>, campaign: &Campaign) -> Result<(), Refusal> {
        publish::may_close(desk, campaign)
    }

    fn whole(desk: &mut dyn Desk<'_>, order: &mut Order) {
        follow::whole(desk, order);
    }

    fn moment(desk: &mut dyn Desk<'_>, id: &CampaignId) -> Result<(), Refusal> {
        draw::step(desk, id);
        Ok(())
    }

    fn told(desk: &mut dyn Desk<'_>, told: Told<'_>) {
        accounts::told(desk, told);
    }

    fn brings(order: &Order, rows: &Roster, tally: &mut Tally) {
        saved::<Terms>(order, rows, tally);
    }

    fn act(desk: &mut dyn Desk<'_>, action: &Do) -> Result<Done, Refusal> {
        match action {
            Do::Enroll { campaign_id, wave_id, customer_id } => {
                enroll::enroll(desk, campaign_id, wave_id.as_ref(), customer_id)
            }
            Do::Claim { campaign_id, wave_id, customer_id } => {
                give::claim(desk, campaign_id, wave_id.as_ref(), customer_id)
            }
            Do::Decide { campaign_id, wave_id, tier, customer_id, award, reason, by } => {
                let word = Word { wave_id, customer_id, tier: *tier, award: *award, reason, by };
                exceptions::decide(desk, campaign_id, &word)
            }
        }
    }
}
