//! A sprint is published, or gets other terms.

use super::{Live, Terms, draw, terms::PrizeKind};
use crate::{
    BatchId, CampaignId, Code, Instant, Refusal, Violation,
    campaign::{Campaign, CampaignRow, Desk, Version},
    reward::Stock,
    sprint::SprintBook,
};
use std::collections::BTreeMap;

/// Refuses prizes that there are not enough of, and other terms once a member has enrolled (A-S3-16); else sets when it is
/// drawn.
pub fn published(desk: &mut dyn Desk<'_>, campaign: &Campaign) -> Result<(), Refusal> {
    let Some(live) = Live::current(campaign) else { return Ok(()) };
    let mut book = desk.sprint(&campaign.campaign_id);
    let known = desk.campaign(&campaign.campaign_id).and_then(|row| Live::current(&row.campaign));
    let found = match known.filter(|was| has_begun(desk, was.terms, &book)) {
        // Its prizes stay too, and may be on their way to their winners.
        Some(was) => changed(was.version, live.version),
        None => prizes(desk, live.terms),
    };
    Refusal::from_violations(Code::InvalidTerms, found)?;
    book.wake_at = draw::wake(desk, live.terms, &book);
    desk.put_sprint(&campaign.campaign_id, book);
    Ok(())
}

/// Whether members go by it: one has enrolled, or orders that may count have been placed.
fn has_begun(desk: &dyn Desk<'_>, terms: &Terms, book: &SprintBook) -> bool {
    let first = terms.waves.iter().map(|wave| wave.sprint.starts_at).min();
    book.first_enrolled_at.is_some() || first.is_some_and(|first| first <= desk.now())
}

/// Before the first enrollment begins a sprint can be closed, then no more (S3-R35).
pub fn may_close(desk: &dyn Desk<'_>, campaign: &Campaign) -> Result<(), Refusal> {
    let Some(live) = Live::current(campaign) else { return Ok(()) };
    let first = live.terms.waves.iter().map(|wave| wave.enrollment.starts_at).min();
    match first.filter(|first| *first <= desk.now()) {
        Some(first) => {
            let detail = format!("the enrollment has begun at {}", desk.show(first));
            Err(Refusal::with(Code::NotClosable, detail))
        }
        None => Ok(()),
    }
}

/// The sprint that gives, or has given, coupons of a batch; it can only be closed as a whole (S3-R32).
pub fn prizes_of<'a>(
    rows: impl Iterator<Item = &'a CampaignRow>,
    batch: &BatchId,
    now: Instant,
) -> Option<&'a CampaignId> {
    let gives = |terms: &Terms| terms.tiers.iter().any(|tier| tier.prize.batch_id.as_ref() == Some(batch));
    let live = rows.filter(|row| !row.campaign.is_closed(now));
    let mut live = live.filter_map(|row| Live::current(&row.campaign)).filter(|live| gives(live.terms));
    live.next().map(|live| &live.campaign.campaign_id)
}

/// What differs and may not.
fn changed(was: &Version, next: &Version) -> Vec<Violation> {
    let (Some(old), Some(new)) = (was.terms.of::<Terms>(), next.terms.of::<Terms>()) else {
        return Vec::new();
    };
    let new = Terms { description: old.description.clone(), ..new.clone() };
    let fixed = |field: &str| {
        Violation::with(field, Code::ImmutableField, "a member has enrolled, or the sprint has begun")
    };
    let fields = [
        ("terms", *old != new),
        ("scope", was.scope != next.scope),
        ("starts_at", was.starts_at != next.starts_at),
        ("ends_at", was.ends_at != next.ends_at),
    ];
    fields.into_iter().filter(|(_, differs)| *differs).map(|(field, _)| fixed(field)).collect()
}

/// Coupons come of batches of the shop that have enough of them, for every winner, and work while they are to be redeemed.
fn prizes(desk: &dyn Desk<'_>, terms: &Terms) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut released: BTreeMap<&BatchId, u64> = BTreeMap::new();
    for (index, tier) in terms.tiers.iter().enumerate() {
        let (PrizeKind::Coupon, Some(id)) = (tier.prize.kind, &tier.prize.batch_id) else { continue };
        let at = format!("terms.tiers[{index}].prize");
        let Some(stock) = desk.stock(id) else {
            let message = format!("no coupon batch {id}");
            found.push(Violation::with(format!("{at}.batch_id"), Code::NotFound, message));
            continue;
        };
        // Tiers may share a batch.
        let all = released.entry(id).or_default();
        *all += tier.prize.release_quantity.unwrap_or_default();
        if stock.left < *all {
            let message = format!("{all} are to be released, batch {id} has {}", stock.left);
            found.push(Violation::with(format!("{at}.release_quantity"), Code::BatchShort, message));
        }
        batch(desk, terms, (id, &stock), &format!("{at}.batch_id"), &mut found);
    }
    found
}

/// What stands against giving prizes of a batch.
fn batch(
    desk: &dyn Desk<'_>,
    terms: &Terms,
    (id, stock): (&BatchId, &Stock),
    field: &str,
    found: &mut Vec<Violation>,
) {
    if stock.is_void {
        found.push(Violation::with(field, Code::CouponVoid, format!("batch {id} is void")));
    }
    let (starts_at, ends_at) = (stock.batch.starts_at, stock.batch.ends_at);
    let mut redemptions = terms.waves.iter().map(|wave| wave.redemption);
    if redemptions.any(|window| window.starts_at < starts_at || window.ends_at > ends_at) {
        let message = format!("batch {id} works from {} to {}", desk.show(starts_at), desk.show(ends_at));
        found.push(Violation::with(field, Code::BatchWindow, message));
    }
    let (had, most) = (terms.coupons_of_one(id), u64::from(stock.batch.per_customer_limit));
    if had > most {
        let message = format!("a member may win {had} coupons of batch {id}, which gives a customer {most}");
        found.push(Violation::with(field, Code::BatchShort, message));
    }
}
