//! What the platform asks of a prize (A-S3-4 to A-S3-7).

use super::{Made, Plan};
use crate::{BatchId, Code, Violation, campaign::sprint::terms::COUPONS_EACH, coupon::Batch, limits};
use money::Money;

/// Released at least, whatever the remark says: more than 400 (S3-R23).
pub const LEAST_RELEASED: u64 = 401;

/// Coupons that are made for a tier.
pub fn made(made: &Made, plan: &Plan, tier: u8) -> Vec<Violation> {
    let mut found = Vec::new();
    named(&made.name, &mut found);
    released(made.release_quantity, plan, tier, &mut found);
    let applied = made.applied_quantity;
    if applied <= made.release_quantity {
        let message = format!("above the release quantity: {} or more", made.release_quantity + 1);
        found.push(Violation::with("applied_quantity", Code::OutOfRange, message));
    }
    if applied > limits::BATCH_COUPONS {
        found.push(Violation::with("applied_quantity", Code::OutOfRange, "at most 10,000,000"));
    }
    if made.categories.is_empty() || made.categories.len() > limits::SEGMENTS {
        found.push(Violation::with("categories", Code::OutOfRange, "1 to 50"));
    }
    for (field, text) in [("erp", &made.erp), ("rebate", &made.rebate)] {
        if text.as_ref().is_some_and(|text| text.chars().count() > limits::NAME_CHARS) {
            found.push(Violation::with(field, Code::TooLongText, "at most 100 characters"));
        }
    }
    value((made.quota, Some(made.face_value)), plan, tier, &mut found);
    found
}

/// Keys look like this: they begin with BA (A-S3-7).
fn is_key(text: &str) -> bool {
    let rest = text.strip_prefix("BA").unwrap_or_default();
    let rest = rest.strip_prefix('_').unwrap_or(rest);
    !rest.is_empty() && rest.bytes().all(|sign| sign.is_ascii_alphanumeric() || sign == b'_')
}

/// A key that was typed (A-S3-7).
pub fn key(key: &BatchId) -> Vec<Violation> {
    if is_key(key.as_str()) {
        return Vec::new();
    }
    vec![Violation::with("key", Code::InvalidValue, "begins with BA, then letters, digits and underscores")]
}

/// Coupons that are released: as many as the remark asks for, and more than 400 (A-S3-4).
pub fn released(quantity: u64, plan: &Plan, tier: u8, found: &mut Vec<Violation>) {
    let least = plan.remark_of(tier).required_quantity.max(LEAST_RELEASED);
    if quantity < least {
        found.push(Violation::with("release_quantity", Code::OutOfRange, format!("{least} or more")));
    }
}

/// What the coupons take off, and from which sum on: the quota is the threshold (A-S3-6), and the customer pays no more of it
/// than the remark says (A-S3-5).
fn value((quota, face): (Money, Option<Money>), plan: &Plan, tier: u8, found: &mut Vec<Violation>) {
    let remark = plan.remark_of(tier);
    let threshold = plan.tiers.get(usize::from(tier)).map(|tier| tier.threshold);
    if let Some(threshold) = threshold.filter(|threshold| *threshold != quota) {
        let message = crate::sentence!["the sprint threshold, ", threshold];
        found.push(Violation::with("quota", Code::OutOfRange, message));
    }
    let Some(face) = face.filter(|face| face.is_positive() && *face < quota) else {
        found.push(Violation::with("face_value", Code::OutOfRange, "above 0 and below the quota"));
        return;
    };
    let (pays, of) = (i128::from((quota - face).minor()), i128::from(quota.minor()));
    if pays * 100 > of * i128::from(remark.max_pay_percent) {
        let message = format!("the customer pays at most {} % of the quota", remark.max_pay_percent);
        found.push(Violation::with("face_value", Code::RatioTooHigh, message));
    }
    if let Some(least) = remark.face_value.filter(|least| face < *least) {
        let message = crate::sentence![least, " or more"];
        found.push(Violation::with("face_value", Code::OutOfRange, message));
    }
}

/// Goods: as many members win as of the least coupons.
pub fn goods(name: &str, stock: u64, plan: &Plan, tier: u8) -> Vec<Violation> {
    let mut found = Vec::new();
    named(name, &mut found);
    let least = plan.remark_of(tier).required_quantity.div_ceil(u64::from(COUPONS_EACH)).max(1);
    if !(least..=limits::BATCH_COUPONS).contains(&stock) {
        let message = format!("{least} or more, as many as win of the coupons that are asked for");
        found.push(Violation::with("stock", Code::OutOfRange, message));
    }
    found
}

/// A batch that was made elsewhere, by its own values (S3-R33).
pub fn of_batch(batch: &Batch, release_quantity: u64, plan: &Plan, tier: u8) -> Vec<Violation> {
    let mut found = Vec::new();
    value((batch.benefit.spend, batch.benefit.save), plan, tier, &mut found);
    for fault in &mut found {
        fault.field = format!("key.{}", fault.field);
    }
    let mut fault = |bad: bool, field: &str, code: Code, message: &str| {
        if bad {
            found.push(Violation::with(field, code, message));
        }
    };
    fault(batch.kind != crate::coupon::CouponKind::Product, "key.coupon_type", Code::InvalidValue, "product");
    let limited = !batch.scope.categories.is_empty() && batch.scope.skus.is_empty();
    fault(
        !limited || batch.scope.mode != crate::catalog::ScopeMode::Whitelist,
        "key.categories",
        Code::InvalidValue,
        "a list of categories",
    );
    fault(
        batch.quantity <= release_quantity,
        "key.applied_quantity",
        Code::OutOfRange,
        "above the release quantity",
    );
    let each = plan.waves.len() as u64 * u64::from(COUPONS_EACH);
    let limit = u64::from(batch.per_customer_limit);
    fault(limit < each, "key.per_user_limit", Code::OutOfRange, "two for each wave, or more");
    found.extend(window(batch, plan, "key."));
    found
}

/// A batch works while its coupons are redeemed (S3-R28, S3-R29).
pub fn window(batch: &Batch, plan: &Plan, at: &str) -> Vec<Violation> {
    let usable = plan.usable();
    let faults = [
        (batch.starts_at > usable.starts_at, "coupon_starts_at", "with the first redemption or before"),
        (batch.ends_at < usable.ends_at, "coupon_ends_at", "with the last redemption or later"),
    ];
    let found = faults.into_iter().filter(|(bad, ..)| *bad);
    found
        .map(|(_, field, message)| Violation::with(format!("{at}{field}"), Code::BatchWindow, message))
        .collect()
}

fn named(name: &str, found: &mut Vec<Violation>) {
    let is_fine = !name.trim().is_empty()
        && name.chars().count() <= limits::NAME_CHARS
        && !name.chars().any(char::is_control);
    if !is_fine {
        found.push(Violation::with("name", Code::InvalidValue, "1 to 100 characters"));
    }
}
