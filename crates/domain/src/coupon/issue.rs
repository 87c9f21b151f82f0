//! Giving coupons of a batch out: the batch as it stands, its figures, and what a claim is checked
//! against.
//!
//! Always holds: issued = available + locked + used + expired + void; issued and the codes that are
//! out and not redeemed stay within the quantity; a customer never has more than the limit.

use super::{Batch, Coupon, CouponStatus, FromBatch};
use crate::{CampaignId, Code, CouponId, CustomerId, Instant, Refusal, time::Window};
use money::Money;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A batch as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BatchRecord {
    /// What the merchant filled in.
    pub batch: Arc<Batch>,
    /// When it was created.
    pub created_at: Instant,
    /// When the merchant took it back: no more claims, and what is unused is void.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voided_at: Option<Instant>,
    /// Of the request that created it, to tell a repetition from a conflict.
    pub request_digest: String,
}

/// What came of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the words say it; the others are described")]
pub struct BatchCounters {
    /// Coupons given, whatever became of them.
    pub issued: u64,
    pub available: u64,
    pub locked: u64,
    pub used: u64,
    pub expired: u64,
    pub void: u64,
    /// Codes made; each keeps one coupon of the quantity.
    pub codes: u64,
    /// Codes that became a coupon.
    pub redeemed: u64,
}

/// Where a batch stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BatchStatus {
    /// Its time has not come.
    Scheduled,
    /// Coupons can be claimed and used.
    Running,
    /// All are given or kept for codes; those that are out work.
    Exhausted,
    /// Its time is over.
    Ended,
    /// The merchant took it back.
    Void,
}

impl BatchCounters {
    /// Coupons that are neither given nor kept for a code.
    pub fn free(&self, quantity: u64) -> u64 {
        quantity.saturating_sub(self.issued).saturating_sub(self.kept())
    }
    /// Codes that are out and were not redeemed.
    pub fn kept(&self) -> u64 {
        self.codes.saturating_sub(self.redeemed)
    }
    /// Coupons in a state.
    pub fn by_status(&mut self, status: CouponStatus) -> &mut u64 {
        match status {
            CouponStatus::Available => &mut self.available,
            CouponStatus::Locked => &mut self.locked,
            CouponStatus::Used => &mut self.used,
            CouponStatus::Expired => &mut self.expired,
            CouponStatus::Void => &mut self.void,
        }
    }
    /// Adds a coupon that is found in a recount.
    pub fn tally(&mut self, status: CouponStatus) {
        self.issued += 1;
        *self.by_status(status) += 1;
    }
}

impl BatchRecord {
    /// Where it stands at that moment.
    pub fn status(&self, counters: &BatchCounters, now: Instant) -> BatchStatus {
        if self.voided_at.is_some() {
            BatchStatus::Void
        } else if now >= self.batch.ends_at {
            BatchStatus::Ended
        } else if now < self.batch.starts_at {
            BatchStatus::Scheduled
        } else if counters.free(self.batch.quantity) == 0 {
            BatchStatus::Exhausted
        } else {
            BatchStatus::Running
        }
    }

    /// Coupons left to be claimed at that moment: none once it is void or over.
    pub fn claimable(&self, counters: &BatchCounters, now: Instant) -> u64 {
        match self.status(counters, now) {
            BatchStatus::Void | BatchStatus::Ended => 0,
            BatchStatus::Scheduled | BatchStatus::Running | BatchStatus::Exhausted => {
                counters.free(self.batch.quantity)
            }
        }
    }

    /// Refuses codes for more coupons than are left, or of a batch that is void or over.
    pub fn check_codes(&self, counters: &BatchCounters, wanted: u64, now: Instant) -> Result<(), Refusal> {
        self.check_live(now)?;
        let free = counters.free(self.batch.quantity);
        if wanted > free {
            let detail = format!("{wanted} codes are asked for, {free} coupons are left");
            return Err(Refusal::with(Code::SoldOut, detail));
        }
        Ok(())
    }

    /// Refuses what would come of a batch that is void or over.
    pub fn check_live(&self, now: Instant) -> Result<(), Refusal> {
        if self.voided_at.is_some() {
            return Err(Refusal::with(Code::CampaignClosed, "the batch is void"));
        }
        if now >= self.batch.ends_at {
            return Err(Refusal::with(Code::Expired, format!("the batch ended at {}", self.batch.ends_at)));
        }
        Ok(())
    }
}

/// Everything that a claim of a batch is decided on.
#[derive(Debug, Clone, Copy)]
pub struct Grant<'a> {
    /// The batch.
    pub record: &'a BatchRecord,
    /// Its figures.
    pub counters: &'a BatchCounters,
    /// Who claims.
    pub customer_id: &'a CustomerId,
    /// Coupons of the batch that the customer has had so far.
    pub had: u32,
    /// Whether risk control blocks the customer.
    pub blocked: bool,
    /// How many are claimed.
    pub count: u32,
    /// Of these, how many were kept for a code that is redeemed now.
    pub kept: u32,
    /// The campaign whose reward they are.
    pub rewarded_by: Option<&'a CampaignId>,
    /// When they can be used, where they are given ahead of that, or not for as long as the batch goes (A-S3-14).
    pub usable: Option<Window>,
}

/// Makes the coupons, or says what stands against them: the batch is void, over or not begun, all are
/// given, the customer is blocked or has had the most allowed. All of the count, or none.
pub fn grant(
    grant: &Grant<'_>,
    mut next: impl FnMut() -> CouponId,
    now: Instant,
) -> Result<Vec<Coupon>, Refusal> {
    let Grant { record, counters, customer_id, had, blocked, count, kept, rewarded_by, usable } = *grant;
    let batch = &record.batch;
    record.check_live(now)?;
    if now < batch.starts_at && usable.is_none() {
        return Err(Refusal::with(Code::NotStarted, format!("the batch begins at {}", batch.starts_at)));
    }
    if count == 0 {
        return Err(Refusal::with(Code::OutOfRange, "at least one coupon"));
    }
    let free = counters.free(batch.quantity) + u64::from(kept).min(counters.kept());
    if u64::from(count) > free {
        return Err(Refusal::with(Code::SoldOut, format!("{free} of {} coupons are left", batch.quantity)));
    }
    if blocked {
        return Err(Code::CustomerBlocked.into());
    }
    let most = batch.per_customer_limit;
    if had.checked_add(count).is_none_or(|after| after > most) {
        let detail = format!("{had} of {most} coupons are claimed, {count} more are asked for");
        return Err(Refusal::with(Code::TotalLimit, detail));
    }
    let origin = FromBatch {
        batch_id: batch.batch_id.clone(),
        kind: batch.kind,
        percent_off: batch.benefit.percent_off,
        rewarded_by: rewarded_by.cloned(),
        usable_from: usable.map(|usable| usable.starts_at.max(batch.starts_at)).filter(|from| *from > now),
    };
    let until = usable.map_or(batch.ends_at, |usable| usable.ends_at.min(batch.ends_at));
    let coupon = |coupon_id| Coupon {
        coupon_id,
        origin: origin.clone().into(),
        customer_id: customer_id.clone(),
        spend: batch.benefit.spend,
        save: batch.benefit.save.unwrap_or(Money::ZERO),
        claimed_at: now,
        usable_until: until,
        status: CouponStatus::Available,
        lock: None,
        used_on: None,
        also_on: Vec::new(),
        named_by: Vec::new(),
        forfeited_at: None,
        ended_at: None,
        wake_at: Some(until),
    };
    Ok((0..count).map(|_| coupon(next())).collect())
}
