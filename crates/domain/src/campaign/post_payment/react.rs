//! How rewards after payment react: an order whose last money came is rewarded, one that is undone loses it.

use super::{
    Do, Done, Terms, compare, early, figures, offer,
    play::{pause, play, post},
    publish, repaid, share, ticket, undo,
};
use crate::{
    CampaignId, CustomerId, Instant, OrderId, Refusal,
    campaign::{
        About, Asked, Campaign, CampaignKind, Comparison, Desk, Figure, Had, HoldoutPlan, Roster, Tally,
        Wants,
    },
    limits,
    order::Order,
};

/// Rewards after payment.
#[derive(Debug)]
pub struct Kind;

impl CampaignKind for Kind {
    type Terms = Terms;
    type Action = Do;
    type Answer = Done;
    const FIGURES: &'static [Figure] = figures::FIGURES;
    const COMPARISON: Option<&'static Comparison> = Some(&compare::COMPARISON);

    fn wants(asked: &Asked<'_>, wants: &mut Wants) {
        match asked.about {
            About::Order(order) => {
                wants.rewards.extend(order.rewards.iter().filter_map(|known| known.reward_id.clone()));
                wants_of_paying(asked.campaigns, order.placed_at, &order.customer_id, wants);
            }
            About::Paying(customer, at) => wants_of_paying(asked.campaigns, at, customer, wants),
            About::Placed(_) => {}
        }
    }

    fn wants_for(action: &Do, wants: &mut Wants) {
        match action {
            Do::Play { reward_id, .. } => wants.rewards.push(reward_id.clone()),
            Do::Follow { campaign_id, reward_id, customer_id, .. } => {
                wants.rewards.push(reward_id.clone());
                wants.takers.push((campaign_id.clone(), customer_id.clone()));
            }
            Do::Post { campaign_id, .. } | Do::Pause { campaign_id, .. } => {
                wants.books.push(campaign_id.clone());
            }
        }
    }

    fn wants_published(terms: &Terms, wants: &mut Wants) {
        wants.batches.extend(terms.batches().map(|batch| (batch.clone(), None)));
    }

    fn published(desk: &mut dyn Desk<'_>, campaign: &Campaign) -> Result<(), Refusal> {
        publish::published(desk, campaign)
    }

    fn promised(desk: &dyn Desk<'_>, campaign: &Campaign) -> Option<String> {
        publish::promised(desk, campaign)
    }

    fn whole(desk: &mut dyn Desk<'_>, order: &mut Order) {
        compare::follow(desk, order);
        if let Some(paid_at) = ticket::stands(order) {
            offer::offer(desk, order, paid_at);
        }
        if !order.rewards.is_empty() {
            undo::follow(desk, order);
            if let Some(paid_at) = ticket::stands(order) {
                repaid::follow(desk, order, paid_at);
            }
            early::open(desk, order);
        }
    }

    fn wake_settled(order: &Order) -> Option<Instant> {
        early::wake(order)
    }

    fn due(desk: &mut dyn Desk<'_>, order: &mut Order) -> Result<(), Refusal> {
        early::open(desk, order);
        Ok(())
    }

    fn brings(order: &Order, rows: &Roster, tally: &mut Tally) {
        figures::brings(order, rows, tally);
    }

    fn counts<'a>(campaign: &CampaignId, had: Had<'a>) -> Option<(&'a OrderId, Tally)> {
        let by = compare::opening(&had.taker.bought)?;
        Some((by, compare::tally(campaign, &had.taker.bought)))
    }

    fn is_kept(campaign: &Campaign, order: &Order, had: Had<'_>) -> bool {
        compare::is_kept(campaign, order, &had.taker.bought)
    }

    fn holdout(terms: &Terms) -> Option<HoldoutPlan> {
        Some(compare::plan(terms))
    }

    fn act(desk: &mut dyn Desk<'_>, action: &Do) -> Result<Done, Refusal> {
        match action {
            Do::Play { reward_id, customer_id, answers } => {
                play(desk, reward_id, customer_id, answers).map(|played| Done::Played(Box::new(played)))
            }
            Do::Follow { campaign_id, reward_id, customer_id } => {
                share::follow(desk, campaign_id, reward_id, customer_id).map(|()| Done::Followed)
            }
            Do::Post { campaign_id, round } => post(desk, campaign_id, round).map(|()| Done::Posted),
            Do::Pause { campaign_id, paused } => {
                pause(desk, campaign_id, *paused).map(|()| Done::Paused { paused: *paused })
            }
        }
    }
}

/// What is read once an order placed then is paid: of each campaign that can have been in force by then, or may count the
/// order as a repurchase.
fn wants_of_paying(campaigns: &Roster, placed_at: Instant, customer: &CustomerId, wants: &mut Wants) {
    let earliest = placed_at.plus_minutes(-limits::PAYMENT_BEFORE_ORDER_MINUTES);
    for row in compare::until(campaigns, earliest) {
        let campaign = &row.campaign;
        if campaign.current().terms.of::<Terms>().is_none() {
            continue;
        }
        if compare::may_compare(campaign, earliest) {
            wants.takers.push((campaign.campaign_id.clone(), customer.clone()));
        }
        let over = campaign.versions.iter().all(|version| version.ends_at <= earliest);
        if campaign.published_at.is_none() || over || campaign.is_closed(earliest) {
            continue;
        }
        wants.standings.push(customer.clone());
        wants.takers.push((campaign.campaign_id.clone(), customer.clone()));
        // Which version it is paid under is not known yet.
        let tiers = campaign.versions.iter().filter_map(|version| version.terms.of::<Terms>());
        let tiers = tiers.flat_map(|terms| &terms.tiers);
        let given = tiers.filter_map(|tier| tier.action.batch_id.as_ref());
        wants.batches.extend(given.map(|batch| (batch.clone(), Some(customer.clone()))));
    }
}
