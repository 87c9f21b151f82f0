//! How recovery reacts: it covers an order that is placed, ends with one that is paid or cancelled, and wakes for its
//! coupon and its push.

use super::{
    Claim, Terms, claim_offer, compare, counts_platform_wide, cover, elsewhere, end, push, remembers, trigger,
};
use crate::{
    CampaignId, Code, Instant, OrderId, Refusal,
    campaign::{
        About, Asked, Campaign, CampaignKind, Comparison, Desk, Figure, Had, HoldoutPlan, Roster, Step,
        Tally, Wants,
    },
    coupon::Coupon,
    holdout::Compared,
    message::Message,
    order::{Order, State},
};

/// Unpaid-order recovery.
#[derive(Debug)]
pub struct Kind;

impl CampaignKind for Kind {
    type Terms = Terms;
    type Action = Claim;
    type Answer = Coupon;
    const FIGURES: &'static [Figure] = super::figures::FIGURES;
    const COMPARISON: Option<&'static Comparison> = Some(&compare::COMPARISON);

    fn wants(asked: &Asked<'_>, wants: &mut Wants) {
        let order = match asked.about {
            About::Order(order) => order,
            About::Paying(customer, at) => {
                return wants.standings.extend(remembers(asked.campaigns, at).then(|| customer.clone()));
            }
            About::Placed(_) => return,
        };
        let customer = &order.customer_id;
        let push = &order.recovery.push;
        let covered = !order.recovery.candidates.is_empty();
        let shown = order.recovery.offer.is_some();
        let compared = !order.recovery.compared.is_empty();
        if shown || covered || compared || remembers(asked.campaigns, order.placed_at) {
            wants.standings.push(customer.clone());
        }
        // Categories are reminded of once a day over all shops (A-S0-14), and claims may be counted there.
        let reminds = asked.sends && (push.planned.is_some() || push.sent_at.is_some() || covered);
        let offered =
            order.recovery.offer.as_ref().and_then(|offer| asked.campaigns.find(&offer.campaign_id));
        if reminds || offered.is_some_and(counts_platform_wide) {
            wants.everywhere.push(customer.clone());
        }
    }

    fn wants_for(claim: &Claim, wants: &mut Wants) {
        wants.orders.push(claim.order_id.clone());
    }

    fn follow(desk: &mut dyn Desk<'_>, order: &mut Order, step: Step) -> Result<(), Refusal> {
        let Some(before) = step.before else {
            cover::place(desk, order);
            return Ok(());
        };
        match order.state {
            _ if before == order.state => {}
            State::Open => {}
            State::Paid { .. } => end::paid(desk, order, before, step.at),
            State::Cancelled { .. } => end::cancelled(desk, order, step.at),
        }
        elsewhere::follow(desk, order)
    }

    fn whole(desk: &mut dyn Desk<'_>, order: &mut Order) {
        compare::follow(desk, order);
    }

    fn brings(order: &Order, _: &Roster, tally: &mut Tally) {
        compare::brings(order, tally);
    }

    fn counts<'a>(campaign: &CampaignId, had: Had<'a>) -> Option<(&'a OrderId, Tally)> {
        let by = compare::counted(had.standing.parted_in(campaign))?;
        Some((&by.order_id, compare::tally(campaign, had.standing.parted_in(campaign))))
    }

    fn is_kept(campaign: &Campaign, order: &Order, had: Had<'_>) -> bool {
        let id = &campaign.campaign_id;
        let own = |known: &&Compared| known.campaign_id == *id && known.kept;
        let wanted = order.recovery.compared.iter().find(own).map(|own| compare::parted(order, own));
        let known = had.standing.parted_in(id).find(|known| known.order_id == order.order_id);
        known == wanted.as_ref()
    }

    fn holdout(terms: &Terms) -> Option<HoldoutPlan> {
        Some(compare::plan(terms))
    }

    fn wake(order: &Order) -> Option<Instant> {
        push::due_at(order).into_iter().chain(trigger::due_at(order)).min()
    }

    fn due(desk: &mut dyn Desk<'_>, order: &mut Order) -> Result<(), Refusal> {
        if push::due_at(order).is_some_and(|due| due <= desk.now()) {
            push::send(desk, order)
        } else {
            trigger::fire(desk, order)
        }
    }

    fn undelivered(desk: &mut dyn Desk<'_>, message: &Message, code: Code) -> Result<(), Refusal> {
        push::undelivered(desk, message, code)
    }

    fn act(desk: &mut dyn Desk<'_>, claim: &Claim) -> Result<Coupon, Refusal> {
        claim_offer(desk, claim)
    }
}
