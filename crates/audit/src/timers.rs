//! Timers: every row that wants one has it, and every timer leads to a row that wants it.
//!
//! Timers lie in the order of firing, orders in the order of their ids. The two sets are compared
//! by sums ([`Balance`]); only what lies in a bucket that disagrees is looked up row by row.

use crate::checks;
use crate::sieve::Balance;
use crate::sprints;
use crate::walk::Walk;
use domain::Instant;
use domain::campaign::order_wake;
use port::{Page, Read, Subject, Timer};

/// Walks the timers; `wanted` holds what orders and coupons want.
pub fn walk(walk: &mut Walk<'_>, wanted: &mut Balance) -> Read<()> {
    each_timer(walk, |walk, timer| {
        walk.looked(checks::TIMERS);
        let (kind, id) = timer.subject.parts();
        wanted.take(&(kind, id), &timer.due_at);
        Ok(())
    })?;
    if wanted.is_even() {
        return Ok(());
    }
    each_timer(walk, |walk, timer| {
        if wanted.agrees_on(&timer.subject.parts()) {
            return Ok(());
        }
        leads_somewhere(walk, &timer)
    })?;
    walk.pages(
        "orders again",
        |reader, shop, page| reader.orders(shop, page),
        |order| order.order_id.to_string(),
        |walk, order| wakes(walk, wanted, &Subject::Order(order.order_id)),
    )?;
    walk.pages(
        "coupons again",
        |reader, shop, page| reader.coupons(shop, page),
        |coupon| coupon.coupon_id.to_string(),
        |walk, coupon| wakes(walk, wanted, &Subject::Coupon(coupon.coupon_id)),
    )?;
    wakes(walk, wanted, &Subject::Wallet)?;
    for row in sprints::of_shop(&walk.campaigns).collect::<Vec<_>>() {
        wakes(walk, wanted, &Subject::Sprint(row.campaign.campaign_id.clone()))?;
    }
    let pool = walk.reader.pool(walk.id())?;
    let presales = pool.presales.into_keys().map(Subject::PresaleStrategy);
    for subject in presales.chain(pool.runs.into_keys().map(Subject::GiftRun)) {
        wakes(walk, wanted, &subject)?;
    }
    walk.pages(
        "pool orders again",
        |reader, shop, page| reader.pool_orders(shop, None, page),
        |order| order.order_id.to_string(),
        |walk, order| wakes(walk, wanted, &Subject::PoolOrder(order.order_id)),
    )
}

fn each_timer(walk: &mut Walk<'_>, each: impl FnMut(&mut Walk<'_>, Timer) -> Read<()>) -> Read<()> {
    let mut each = each;
    walk.pages(
        "timers",
        |reader, shop, page| reader.timers(shop, page),
        |timer| {
            let (kind, id) = timer.subject.parts();
            format!("{}|{kind}|{id}", timer.due_at.micros())
        },
        |walk, timer| each(walk, timer),
    )
}

/// When the row wants to be looked at; `None` too when there is no such row.
fn wish(walk: &Walk<'_>, subject: &Subject) -> Read<Option<Instant>> {
    Ok(match subject {
        Subject::Order(id) => walk.reader.order(walk.id(), id)?.as_ref().and_then(order_wake),
        Subject::Coupon(id) => walk.reader.coupon(walk.id(), id)?.and_then(|coupon| coupon.wake_at),
        Subject::PresaleStrategy(id) => {
            walk.reader.pool(walk.id())?.presales.get(id).and_then(|record| record.wake_at())
        }
        Subject::GiftRun(id) => walk.reader.pool(walk.id())?.runs.get(id).and_then(|run| run.wake_at),
        Subject::PoolOrder(id) => walk.reader.pool_order(walk.id(), id)?.and_then(|order| order.wake_at()),
        Subject::Wallet => walk.reader.wallet(walk.id())?.differences.tell_at,
        Subject::Sprint(id) => walk.reader.sprint(walk.id(), id)?.and_then(|book| book.wake_at),
        Subject::Invitation(id) => {
            walk.reader.sprint_invitation(walk.id(), id)?.and_then(|invited| invited.wake_at)
        }
    })
}

/// Whether that very timer is there: the first one after the largest text that is less than its id.
fn is_set(walk: &Walk<'_>, subject: &Subject, due_at: Instant) -> Read<bool> {
    let (kind, id) = subject.parts();
    let mut before = id.to_owned();
    let last = before.pop().map_or(0, u32::from);
    let lower = char::from_u32(last.saturating_sub(1)).unwrap_or_default();
    before.extend([lower, char::MAX]);
    let page = Page { after: Some(format!("{}|{kind}|{before}", due_at.micros())), limit: 1 };
    let next = walk.reader.timers(walk.id(), &page)?;
    Ok(next.first().is_some_and(|timer| timer.due_at == due_at && timer.subject == *subject))
}

fn name(subject: &Subject) -> String {
    let (kind, id) = subject.parts();
    format!("{kind} {id}")
}

/// A timer that is still there between two readings of a row that does not want it is at fault.
fn leads_somewhere(walk: &mut Walk<'_>, timer: &Timer) -> Read<()> {
    let wanted = |walk: &Walk<'_>| Ok(wish(walk, &timer.subject)? == Some(timer.due_at));
    if wanted(walk)? || !is_set(walk, &timer.subject, timer.due_at)? || wanted(walk)? {
        return Ok(());
    }
    if is_set(walk, &timer.subject, timer.due_at)? {
        let detail = format!("a timer is set for {}, which nothing asks for", timer.due_at);
        walk.find(checks::TIMERS, name(&timer.subject), detail);
    }
    Ok(())
}

/// A row that wants the same timer before and after it was found missing is at fault.
fn wakes(walk: &mut Walk<'_>, wanted: &Balance, subject: &Subject) -> Read<()> {
    if wanted.agrees_on(&subject.parts()) {
        return Ok(());
    }
    let Some(due_at) = wish(walk, subject)? else {
        return Ok(());
    };
    if !is_set(walk, subject, due_at)? && wish(walk, subject)? == Some(due_at) {
        let detail = format!("it is to be looked at {due_at}, but no timer is set");
        walk.find(checks::TIMERS, name(subject), detail);
    }
    Ok(())
}
