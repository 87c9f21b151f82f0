//! Accounts of one customer: what is told of them.
//!
//! Always holds: a wave that was drawn before two accounts became one keeps them apart; of any other, all that is known
//! counts for the one that is left, as if there had never been another. What that changes once the wave is drawn is
//! listed, like all that is heard too late.

use super::{Live, figures::put, follow, holder::holder};
use crate::{
    CustomerId, Instant,
    campaign::{Desk, Told},
    sprint::{CountsFrom, Member, Spent, Wave},
};

/// Something was told of a customer: it concerns every wave of every sprint.
pub fn told(desk: &mut dyn Desk<'_>, told: Told<'_>) {
    let now = desk.now();
    for row in desk.campaigns().until(now) {
        let Some(live) = Live::current(&row.campaign) else { continue };
        for wave in &live.terms.waves {
            match told {
                Told::Joined(customer) => put_newness(desk, live, wave, customer),
                Told::Merged(from) => merge(desk, live, wave, from),
            }
        }
    }
}

/// Whether a customer is a new member in a wave: one of the shop since its enrollment began, as far as was told (S3-R02).
pub fn is_new(desk: &dyn Desk<'_>, wave: &Wave, customer: &CustomerId) -> bool {
    desk.standing(customer).member_since.is_none_or(|since| since >= wave.enrollment.starts_at)
}

fn put_newness(desk: &mut dyn Desk<'_>, live: Live<'_>, wave: &Wave, customer: &CustomerId) {
    let before = desk.member(&live.campaign.campaign_id, &wave.wave_id, customer);
    let is_new = is_new(desk, wave, customer);
    if before.enrolled_at.is_some() && before.is_new != is_new {
        let member = Member { is_new, ..before.clone() };
        put(desk, live, wave, customer, (&before, member));
    }
}

fn merge(desk: &mut dyn Desk<'_>, live: Live<'_>, wave: &Wave, from: &CustomerId) {
    let (id, into) = (&live.campaign.campaign_id, holder(desk, from, wave));
    if into == *from {
        return;
    }
    let gone = desk.member(id, &wave.wave_id, from);
    let kept = desk.member(id, &wave.wave_id, &into);
    if gone.enrolled_at.is_none() && kept.enrolled_at.is_none() && gone.orders.is_empty() {
        return;
    }
    let enrolled_at = [gone.enrolled_at, kept.enrolled_at].into_iter().flatten().min();
    let mut merged = Member {
        enrolled_at,
        is_new: enrolled_at.is_some() && is_new(desk, wave, &into),
        orders: joined(&kept.orders, &gone.orders),
        ..kept.clone()
    };
    if live.terms.counts_from == CountsFrom::Enrollment && enrolled_at.is_some() {
        merged.since = since([(&into, &kept), (from, &gone)], desk.now());
    }
    let left = if wave.is_drawn(desk.now()) {
        Member { orders: Vec::new(), since: Vec::new(), ..gone.clone() }
    } else {
        Member::default()
    };
    follow::keep(desk, live, wave, from, (&gone, left));
    follow::keep(desk, live, wave, &into, (&kept, merged));
}

/// The orders of both, by their ids.
fn joined(kept: &[Spent], gone: &[Spent]) -> Vec<Spent> {
    let mut orders = [kept, gone].concat();
    orders.sort_by(|one, other| one.order_id.cmp(&other.order_id));
    orders.dedup_by(|one, other| one.order_id == other.order_id);
    orders
}

/// From when on orders of each account count: from its own enrollment on, or, where it had not enrolled, from now on, for
/// its orders were not kept before.
fn since(parts: [(&CustomerId, &Member); 2], now: Instant) -> Vec<(CustomerId, Instant)> {
    let mut all: Vec<(CustomerId, Instant)> = Vec::new();
    for (account, member) in parts {
        if member.since.iter().all(|(known, _)| known != account) {
            all.push((account.clone(), member.enrolled_at.unwrap_or(now)));
        }
        all.extend(member.since.iter().cloned());
    }
    all.sort_unstable();
    all.dedup_by(|one, other| one.0 == other.0);
    all
}
