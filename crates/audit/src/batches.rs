//! Coupon batches: their figures are what a recount of their coupons gives, and no limit is passed.

use crate::checks;
use crate::tally::{BatchFigures, unlike};
use crate::walk::{Faults, LOOKS, PAGE, Walk};
use domain::{
    BatchId,
    coupon::{BatchCounters, Coupon, FromBatch},
};
use port::{BatchRow, Page, Read};
use std::collections::BTreeMap;

/// Batches of one page: each may name 20,000 SKUs.
const FEW: usize = 100;

/// Walks the batches; `recount` is what the walk over the coupons found.
pub fn walk(walk: &mut Walk<'_>, recount: &BatchFigures) -> Read<()> {
    walk.pages(
        "coupon batches",
        |reader, shop, page| reader.batches(shop, page),
        |row| row.record.batch.batch_id.to_string(),
        |walk, row| {
            walk.looked(checks::BATCH_COUNTERS);
            let id = row.record.batch.batch_id.clone();
            let wrong = differences(&row, &recount.get(&id).copied().unwrap_or_default());
            if wrong.is_empty() {
                return Ok(());
            }
            look_again(walk, &id)
        },
    )
}

/// How many coupons of each batch one customer may have. They never change.
pub fn limits(walk: &Walk<'_>) -> Read<BTreeMap<BatchId, u32>> {
    let mut found = BTreeMap::new();
    let mut page = Page { after: None, limit: FEW };
    loop {
        let rows = walk.reader.batches(walk.id(), &page)?;
        page.after = rows.last().map(|row| row.record.batch.batch_id.to_string());
        let count = rows.len();
        let batches = rows.into_iter().map(|row| row.record.batch.clone());
        found.extend(batches.map(|batch| (batch.batch_id.clone(), batch.per_customer_limit)));
        if count < page.limit {
            return Ok(found);
        }
    }
}

/// The engine may have been writing: a difference counts when the figures stood still over a recount.
fn look_again(walk: &mut Walk<'_>, id: &BatchId) -> Read<()> {
    for _ in 0..LOOKS {
        let Some(before) = walk.reader.batch(walk.id(), id)? else {
            return Ok(());
        };
        let wrong = differences(&before, &recounted(walk, id)?);
        if wrong.is_empty() {
            return Ok(());
        }
        if walk.reader.batch(walk.id(), id)?.is_some_and(|after| after.counters == before.counters) {
            walk.find(checks::BATCH_COUNTERS, format!("coupon batch {id}"), wrong.join("; "));
            return Ok(());
        }
    }
    walk.moved(checks::BATCH_COUNTERS, format!("coupon batch {id}"));
    Ok(())
}

fn recounted(walk: &Walk<'_>, id: &BatchId) -> Read<BatchCounters> {
    let mut counted = BatchCounters::default();
    let mut page = Page { after: None, limit: PAGE };
    loop {
        let coupons = walk.reader.batch_coupons(walk.id(), id, &page)?;
        for coupon in &coupons {
            counted.tally(coupon.status);
        }
        match coupons.last().filter(|_| coupons.len() == page.limit) {
            Some(last) => page.after = Some(last.coupon_id.to_string()),
            None => return Ok(counted),
        }
    }
}

fn differences(row: &BatchRow, counted: &BatchCounters) -> Vec<String> {
    let figures = &row.counters;
    let states = |of: &BatchCounters| [of.issued, of.available, of.locked, of.used, of.expired, of.void];
    let mut wrong = unlike(states(figures), states(counted));
    let (given, quantity) = (figures.issued.saturating_add(figures.kept()), row.record.batch.quantity);
    if given > quantity {
        wrong.push(format!("{given} are given or kept for codes, of {quantity}"));
    }
    wrong
}

/// A coupon's batch is there, and the coupon is counted for its customer.
pub fn of_coupon(walk: &Walk<'_>, coupon: &Coupon, from: &FromBatch, found: &mut Faults) -> Read<()> {
    // A batch may have been created since the limits were read.
    let most = match walk.batch_limits.get(&from.batch_id) {
        Some(most) => Some(*most),
        None => walk.reader.batch(walk.id(), &from.batch_id)?.map(|row| row.record.batch.per_customer_limit),
    };
    let Some(most) = most else {
        found.push((checks::COUPON_STATE, format!("it is of batch {}, which does not exist", from.batch_id)));
        return Ok(());
    };
    let had = walk.reader.batch_claims(walk.id(), &coupon.customer_id, &from.batch_id)?;
    if !(1..=most).contains(&had) {
        let (customer, batch) = (&coupon.customer_id, &from.batch_id);
        let detail = format!("customer {customer} had {had} of batch {batch}, {most} are allowed");
        found.push((checks::BATCH_LIMITS, detail));
    }
    Ok(())
}
