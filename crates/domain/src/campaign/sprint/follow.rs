//! An order of a member's moves: what they have come to follows.

use super::{Live, figures::put, give, holder, reached::reached};
use crate::{
    CustomerId, Instant,
    campaign::{Desk, Roster, Wants},
    order::{Order, State},
    sprint::{CountsFrom, Member, Spent, Wave},
};

/// The sprints and waves that an order placed then may count in.
fn concerned(rows: &Roster, placed_at: Instant) -> impl Iterator<Item = (Live<'_>, &Wave)> {
    rows.until(placed_at).filter_map(move |row| {
        let live = Live::current(&row.campaign)?;
        Some((live, live.terms.wave_of(placed_at)?))
    })
}

/// Whether anything of an order may be kept: of one that no money was heard of nothing is, and nobody is looked up for it.
const fn may_be_kept(order: &Order) -> bool {
    !matches!(order.state, State::Open) || !order.payments.is_empty()
}

/// What is read of its customer.
pub fn wants(rows: &Roster, placed_at: Instant, customer: &CustomerId, wants: &mut Wants) {
    for (live, wave) in concerned(rows, placed_at) {
        let id = live.campaign.campaign_id.clone();
        wants.standings.push(customer.clone());
        wants.members.push((id, wave.wave_id.clone(), customer.clone()));
    }
}

/// All that a decision did to the order has happened.
pub fn whole(desk: &mut dyn Desk<'_>, order: &Order) {
    if !may_be_kept(order) {
        return;
    }
    for (live, wave) in concerned(desk.campaigns(), order.placed_at) {
        let (id, account) = (&live.campaign.campaign_id, &order.customer_id);
        let customer = &holder::holder(desk, account, wave);
        let before = desk.member(id, &wave.wave_id, customer);
        if before.enrolled_at.is_none() && live.terms.counts_from == CountsFrom::Enrollment {
            continue;
        }
        let mut member = before.clone();
        let spent = Spent::of(order, &live.version.scope).filter(|_| before.takes(account, order.placed_at));
        if member.keep(&order.order_id, spent) {
            keep(desk, live, wave, customer, (&before, member));
        }
    }
}

/// Keeps a member whose orders or enrollment changed: what they have reached, what was heard too late, and the figures
/// follow.
pub fn keep(
    desk: &mut dyn Desk<'_>,
    live: Live<'_>,
    wave: &Wave,
    customer: &CustomerId,
    (before, mut member): (&Member, Member),
) {
    settle(desk, live, wave, &mut member);
    put(desk, live, wave, customer, (before, member));
}

/// What a member has reached follows from their orders; once the wave is drawn, what was heard too late.
pub fn settle(desk: &mut dyn Desk<'_>, live: Live<'_>, wave: &Wave, member: &mut Member) {
    let now = desk.now();
    let Some(reached) = reached(live.terms, wave, member) else { return };
    if wave.is_drawn(now) {
        member.hear_late(&reached, now);
        give::take_back(desk, live.terms, wave, member);
    } else {
        member.reached = reached;
    }
}
