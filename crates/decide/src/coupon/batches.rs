//! Coupon batches: create, claim, take back, codes; and locks of single coupons.

use super::checkout;
use crate::book::{BatchCount, Draft};
use crate::command::Reply;
use domain::{
    BatchId, CampaignId, Code, CouponId, CustomerId, OrderId, Refusal,
    campaign::{
        Count,
        post_payment::draws_of,
        sprint::{self, prizes_of},
    },
    coupon::{Batch, BatchCounters, BatchRecord, Coupon, CouponStatus, Grant, Lock, grant},
    limits,
    order::{State, coupons},
    risk,
    time::Window,
};
use port::{BatchRow, CodeRow, Digest};
use serde_json::json;
use std::sync::Arc;

/// Creates a batch. The same request again answers the same, also where the same is written in another way (A-G-3); the
/// same id for something else is refused.
pub fn create(
    draft: &mut Draft<'_>,
    id: Option<&BatchId>,
    batch: &Batch,
    digest: &str,
) -> Result<Reply, Refusal> {
    draft.shop()?;
    if let Some(known) = id.and_then(|id| draft.batch(id)) {
        let same = known.record.request_digest == digest || *known.record.batch == *batch;
        return if same { Ok(reply(draft, known)) } else { Err(Code::IdempotencyConflict.into()) };
    }
    let mut found = batch.violations();
    if draft.now >= batch.ends_at {
        found.push(domain::Violation::with("ends_at", Code::OutOfRange, "after now"));
    }
    Refusal::from_violations(Code::InvalidTerms, found)?;
    let batch_id = id.cloned().unwrap_or_else(|| draft.next("ba"));
    let record = BatchRecord {
        batch: Arc::new(Batch { batch_id, ..batch.clone() }),
        created_at: draft.now,
        voided_at: None,
        request_digest: digest.to_owned(),
    };
    Ok(put(draft, record, BatchCounters::default()))
}

fn put(draft: &mut Draft<'_>, record: BatchRecord, counters: BatchCounters) -> Reply {
    let row = BatchRow { record: Arc::new(record), counters };
    draft.changes().batches.push(row.record.clone());
    let id = row.record.batch.batch_id.as_str();
    let body = json!({ "batch_id": id, "status": row.record.status(&counters, draft.now) });
    draft.publish("coupon_batch.changed", id, &body);
    reply(draft, &row)
}

fn reply(draft: &Draft<'_>, row: &BatchRow) -> Reply {
    Reply::Batch { batch: row.clone(), now: draft.now }
}

fn find<'a>(draft: &Draft<'a>, id: &BatchId) -> Result<&'a BatchRow, Refusal> {
    draft.shop_row()?;
    draft.batch(id).ok_or_else(|| Refusal::with(Code::NotFound, format!("no coupon batch {id}")))
}

/// Takes a batch back. From now on nothing of it is claimed or put on an order; coupons that an order
/// holds stay with it. Their rows become void in steps, by [`void_coupons`]. Refused while a draw hangs on it.
pub fn void(draft: &mut Draft<'_>, id: &BatchId) -> Result<Reply, Refusal> {
    let row = find(draft, id)?;
    if row.record.voided_at.is_some() {
        return Ok(reply(draft, row));
    }
    let (rows, zone) = (&draft.shop_row()?.campaigns, &draft.shop()?.time_zone);
    if let Some(campaign) = draws_of(rows, id, (draft.now, zone)) {
        let detail = format!("prizes of campaign {campaign} are coupons of it");
        return Err(Refusal::with(Code::BatchInUse, detail));
    }
    if let Some(sprint) =
        row.record.batch.sprint.as_ref().or_else(|| prizes_of(rows.until(draft.now), id, draft.now))
    {
        let detail =
            format!("the prizes of sprint {sprint} are coupons of it; it is closed with the sprint alone");
        return Err(Refusal::with(Code::NotClosable, detail));
    }
    let record = BatchRecord { voided_at: Some(draft.now), ..(*row.record).clone() };
    Ok(put(draft, record, row.counters))
}

/// Takes a batch back with the sprint that its coupons were prizes of (A-S3-9).
pub fn void_with_its_sprint(draft: &mut Draft<'_>, id: &BatchId) {
    let Some(row) = draft.batch(id).filter(|row| row.record.voided_at.is_none()) else { return };
    let record = BatchRecord { voided_at: Some(draft.now), ..(*row.record).clone() };
    let counters = row.counters;
    put(draft, record, counters);
}

/// Refuses coupons of a batch to others than the sprint that gives them (S3-R13).
fn check_free(draft: &Draft<'_>, batch: &Batch) -> Result<(), Refusal> {
    let rows = &draft.shop_row()?.campaigns;
    let sprint =
        batch.sprint.as_ref().or_else(|| prizes_of(rows.until(draft.now), &batch.batch_id, draft.now));
    let given =
        |sprint| Refusal::with(Code::SprintOnly, format!("its coupons are prizes of sprint {sprint}"));
    sprint.map_or(Ok(()), |sprint| Err(given(sprint)))
}

/// Gives a customer so many coupons, or none.
pub fn claim(draft: &mut Draft<'_>, id: &BatchId, by: &CustomerId, count: u32) -> Result<Reply, Refusal> {
    let row = find(draft, id)?;
    check_free(draft, &row.record.batch)?;
    let coupons = give(draft, row, by, count, 0)?;
    Ok(Reply::Coupons { coupons })
}

/// Gives one as a campaign's reward.
pub fn reward(
    draft: &mut Draft<'_>,
    id: &BatchId,
    by: &CustomerId,
    campaign: &CampaignId,
) -> Result<Coupon, Refusal> {
    let row = find(draft, id)?;
    check_free(draft, &row.record.batch)?;
    let mut coupons = give_for(draft, row, by, (1, 0), Some((campaign, None)))?;
    draft.count(campaign, Count::Issued);
    Ok(coupons.pop().unwrap_or_else(|| unreachable!("one was given")))
}

/// Gives so many as the prize of a sprint, usable in a window: all of them or none (A-S3-11).
pub fn prize(
    draft: &mut Draft<'_>,
    id: &BatchId,
    (by, campaign): (&CustomerId, &CampaignId),
    (count, usable): (u32, Window),
) -> Result<Vec<Coupon>, Refusal> {
    let row = find(draft, id)?;
    let coupons = give_for(draft, row, by, (count, 0), Some((campaign, Some(usable))))?;
    for _ in &coupons {
        draft.count(campaign, Count::Issued);
    }
    Ok(coupons)
}

fn give(
    draft: &mut Draft<'_>,
    row: &BatchRow,
    by: &CustomerId,
    count: u32,
    kept: u32,
) -> Result<Vec<Coupon>, Refusal> {
    give_for(draft, row, by, (count, kept), None)
}

fn give_for(
    draft: &mut Draft<'_>,
    row: &BatchRow,
    by: &CustomerId,
    (count, kept): (u32, u32),
    rewarded: Option<(&CampaignId, Option<Window>)>,
) -> Result<Vec<Coupon>, Refusal> {
    let batch = &row.record.batch;
    let (rewarded_by, usable) =
        (rewarded.map(|(campaign, _)| campaign), rewarded.and_then(|(_, usable)| usable));
    let had = draft.batch_claims(by, &batch.batch_id);
    let blocked = risk::is_blocked(&draft.standing(by), draft.now);
    // One order may bring coupons of a batch by more than one campaign.
    let (record, counters) = (&*row.record, &draft.batch_counters(row));
    let facts = Grant { record, counters, customer_id: by, had, blocked, count, kept, rewarded_by, usable };
    let now = draft.now;
    let coupons = grant(&facts, || draft.next("cp"), now)?;
    let changes = draft.changes();
    changes.batch_counts.push((batch.batch_id.clone(), BatchCount::Issued(u64::from(count))));
    changes.batch_claims.push((by.clone(), batch.batch_id.clone(), had + count));
    for coupon in &coupons {
        draft.publish_coupon("coupon.claimed", coupon);
        draft.put_coupon(coupon.clone());
    }
    Ok(coupons)
}

/// Makes unused coupons void. One alone is refused when it cannot be; of several those that can.
pub fn void_coupons(draft: &mut Draft<'_>, ids: &[CouponId]) -> Result<Reply, Refusal> {
    draft.shop()?;
    let mut coupons = Vec::with_capacity(ids.len());
    for id in ids {
        match void_one(draft, id) {
            Ok(coupon) => coupons.push(coupon),
            Err(refusal) if ids.len() == 1 => return Err(refusal),
            Err(_) => {}
        }
    }
    Ok(Reply::Coupons { coupons })
}

fn void_one(draft: &mut Draft<'_>, id: &CouponId) -> Result<Coupon, Refusal> {
    let mut coupon = find_coupon(draft, id)?;
    match coupon.status {
        CouponStatus::Available => {}
        CouponStatus::Void => return Ok(coupon),
        CouponStatus::Locked => return Err(Code::CouponLocked.into()),
        CouponStatus::Used => return Err(Code::CouponUsed.into()),
        CouponStatus::Expired => return Err(Code::CouponExpired.into()),
    }
    let won_of = coupon.counted_for().and_then(|id| draft.campaign(id)).map(|row| &row.campaign);
    if let Some(sprint) = won_of.filter(|campaign| campaign.current().terms.of::<sprint::Terms>().is_some()) {
        let detail = format!("sprint {} gave it; it is decided there who has a prize", sprint.campaign_id);
        return Err(Refusal::with(Code::NotClosable, detail));
    }
    coupon.void(draft.now);
    draft.publish_coupon("coupon.void", &coupon);
    draft.move_coupon(coupon.clone(), CouponStatus::Available);
    Ok(coupon)
}

fn find_coupon(draft: &Draft<'_>, id: &CouponId) -> Result<Coupon, Refusal> {
    draft.shop()?;
    draft.coupon(id).ok_or_else(|| Refusal::with(Code::NotFound, format!("no coupon {id}")))
}

/// An order that is checked out elsewhere takes hold of a coupon. The same order may do so again: the
/// lock then ends later. It always ends.
pub fn lock(
    draft: &mut Draft<'_>,
    id: &CouponId,
    order: &OrderId,
    minutes: Option<u32>,
) -> Result<Reply, Refusal> {
    let mut coupon = find_coupon(draft, id)?;
    let minutes = minutes.unwrap_or(draft.shop()?.payment_lock_minutes);
    if !(1..=limits::COUPON_LOCK_MINUTES).contains(&minutes) {
        let detail = format!("minutes: 1 to {}", limits::COUPON_LOCK_MINUTES);
        return Err(Refusal::with(Code::OutOfRange, detail));
    }
    let Some(batch) = coupon.batch_id() else {
        return Err(Refusal::with(Code::OutOfScope, "a coupon of recovery is locked by its payment"));
    };
    if draft.batch(batch).is_some_and(|row| row.record.voided_at.is_some()) {
        return Err(Code::CouponVoid.into());
    }
    if draft.now >= coupon.usable_until {
        return Err(Code::CouponExpired.into());
    }
    match draft.order(order).map(|order| order.state) {
        Some(State::Paid { .. }) => return Err(Code::OrderPaid.into()),
        Some(State::Cancelled { .. }) => return Err(Code::OrderCancelled.into()),
        Some(State::Open) | None => {}
    }
    let (now, held) = (draft.now, coupon.lock.clone());
    if held.as_ref().is_some_and(|lock| lock.until <= now) {
        checkout::settle(draft, None, coupon.clone());
        coupon = draft.coupon(id).unwrap_or(coupon);
    }
    let from = coupon.status;
    // One that shares it with the holder was placed with it: that holds longer than any checkout.
    if from == CouponStatus::Locked && coupon.also_on.contains(order) {
        return Ok(Reply::Coupon { coupon });
    }
    // An order that was placed with it holds it longer than any checkout.
    let until = now.plus_minutes(i64::from(minutes)).min(coupon.usable_until);
    let until = held.filter(|lock| lock.order_id == *order).map_or(until, |lock| lock.until.max(until));
    coupon.lock(Lock { order_id: order.clone(), payment_id: None, until })?;
    draft.move_coupon(coupon.clone(), from);
    Ok(Reply::Coupon { coupon })
}

/// The order lets go of the coupon. One that it does not hold stays as it is; one that it was placed
/// with goes with the order.
pub fn release(draft: &mut Draft<'_>, id: &CouponId, order: &OrderId) -> Result<Reply, Refusal> {
    let mut coupon = find_coupon(draft, id)?;
    let from = coupon.status;
    let by_payment = coupon.lock.as_ref().is_some_and(|lock| lock.payment_id.is_some());
    if from == CouponStatus::Locked && (!coupon.is_held_by(order) || by_payment) {
        return Err(Code::CouponLocked.into());
    }
    let placed =
        draft.order(order).is_some_and(|order| order.is_open(draft.now) && coupons::names(&order, id));
    if placed {
        return Err(Refusal::with(Code::CouponLocked, format!("order {order} was placed with it")));
    }
    if coupon.is_held_by(order) {
        coupon.let_go();
        if coupon.expire(draft.now) {
            draft.publish_coupon("coupon.expired", &coupon);
        }
        draft.move_coupon(coupon.clone(), from);
        coupon = draft.coupon(id).unwrap_or(coupon);
        // Orders that it stood in the way of may have it now.
        checkout::settle(draft, None, coupon.clone());
        coupon = draft.coupon(id).unwrap_or(coupon);
    }
    Ok(Reply::Coupon { coupon })
}

/// New codes: each keeps a coupon of the quantity until it is redeemed. All that the request wants must
/// fit, those of later steps too.
pub fn add_codes(
    draft: &mut Draft<'_>,
    id: &BatchId,
    codes: &[Digest],
    wanted: u64,
) -> Result<Reply, Refusal> {
    let row = find(draft, id)?;
    check_free(draft, &row.record.batch)?;
    let made = codes.len() as u64;
    row.record.check_codes(&row.counters, wanted.max(made), draft.now)?;
    let changes = draft.changes();
    changes.batch_counts.push((id.clone(), BatchCount::Codes(made)));
    let row = || CodeRow { batch_id: id.clone(), coupon_id: None };
    changes.codes.extend(codes.iter().map(|digest| (*digest, row())));
    Ok(Reply::Codes { first: codes.first().copied() })
}

/// A customer turns a code into a coupon; once.
pub fn redeem(draft: &mut Draft<'_>, code: Digest, by: &CustomerId) -> Result<Reply, Refusal> {
    draft.shop()?;
    let known = draft.code(code).ok_or_else(|| Refusal::with(Code::NotFound, "no such code"))?;
    if known.coupon_id.is_some() {
        return Err(Refusal::with(Code::AlreadyClaimed, "the code has been redeemed"));
    }
    let batch_id = known.batch_id.clone();
    let row = find(draft, &batch_id)?;
    let coupon = give(draft, row, by, 1, 1)?.pop();
    let coupon = coupon.unwrap_or_else(|| unreachable!("one was given"));
    let redeemed = CodeRow { batch_id: batch_id.clone(), coupon_id: Some(coupon.coupon_id.clone()) };
    let changes = draft.changes();
    changes.batch_counts.push((batch_id, BatchCount::Redeemed));
    changes.codes.push((code, redeemed));
    Ok(Reply::Coupon { coupon })
}
