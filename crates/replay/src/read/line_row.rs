//! What one row of the line table says: of its order, and of its line.

use super::{
    bad::{BadCode, Fault},
    cells::Joined,
    order::{OrderHead, OrderLine},
    roles::{Discount, RowLine},
};
use crate::plan::{ReplayRoles, Value};
use domain::{
    Instant,
    catalog::Category,
    limits,
    order::{Method, Source},
};
use money::Money;
use serde::Deserialize;

/// What the row says of its order.
pub(super) fn head(roles: &ReplayRoles, joined: &Joined<'_>) -> Result<OrderHead, Fault> {
    let order = &roles.order;
    let placed_at = joined.time(&order.placed_at)?;
    let placed_at = placed_at.ok_or_else(|| joined.wrong(&order.placed_at, BadCode::Required))?;
    let paid_at = paid(roles, joined, placed_at)?;
    let mut left_out = 0;
    let mut later = |value: &Value| {
        let at = joined.time(value)?;
        let fine = at.filter(|&at| at >= placed_at);
        left_out += u64::from(at != fine);
        Ok(fine)
    };
    Ok(OrderHead {
        shop_id: joined.id(&order.shop)?,
        order_id: joined.id(&order.id)?,
        customer_id: joined.id(&order.customer)?,
        source: source(&order.source, joined)?,
        freight: joined.amount(&order.freight)?.unwrap_or_default(),
        placed_at,
        cancelled_at: cancelled(roles, joined, placed_at, paid_at)?,
        paid_at,
        shipped_at: later(&order.shipped_at)?,
        received_at: later(&order.received_at)?,
        times_left_out: left_out,
    })
}

fn paid(
    roles: &ReplayRoles,
    joined: &Joined<'_>,
    placed_at: Instant,
) -> Result<Option<(Instant, Method)>, Fault> {
    let Some(at) = joined.time(&roles.order.paid_at)? else {
        return Ok(None);
    };
    if at < placed_at {
        return Err(joined.wrong(&roles.order.paid_at, BadCode::PaidBeforePlaced));
    }
    let name = joined.required(&roles.order.method)?;
    let method = Method::ALL.into_iter().find(|m| m.as_str() == name);
    let method = method.ok_or_else(|| joined.wrong(&roles.order.method, BadCode::NotAMethod))?;
    Ok(Some((at, method)))
}

/// A paid order that was cancelled later is a refund and has no time here, and neither has one that
/// was paid after all. Without a time the mapping's minutes count.
fn cancelled(
    roles: &ReplayRoles,
    joined: &Joined<'_>,
    placed_at: Instant,
    paid_at: Option<(Instant, Method)>,
) -> Result<Option<Instant>, Fault> {
    let order = &roles.order;
    let said = joined.says(&order.cancelled_status, "cancelled")?;
    let only_a_time = order.cancelled_status.templates.is_empty();
    if paid_at.is_some() || !(said || only_a_time) {
        return Ok(None);
    }
    let at = joined.time(&order.cancelled_at)?;
    let after = order.cancelled_after_minutes.filter(|_| said);
    let at = at.or(after.map(|minutes| placed_at.plus_minutes(i64::from(minutes))));
    Ok(at.map(|at| at.max(placed_at)))
}

fn source(value: &Value, joined: &Joined<'_>) -> Result<Source, Fault> {
    let name = joined.text(value)?;
    if name.is_empty() {
        return Ok(Source::default());
    }
    let read = serde::de::value::StrDeserializer::<serde::de::value::Error>::new(&name);
    Source::deserialize(read).map_err(|_| joined.wrong(value, BadCode::NotASource))
}

/// What it says of its line, with its freight. A line of no units is none; one of a negative price takes that off the
/// order.
pub(super) fn line(roles: &ReplayRoles, joined: &Joined<'_>) -> Result<RowLine<OrderLine>, Fault> {
    let line = &roles.line;
    let units = joined.quantity(&line.quantity)?;
    let price = joined.signed_amount(&line.unit_price)?;
    let price = price.ok_or_else(|| joined.wrong(&line.unit_price, BadCode::Required))?;
    let too_high = || joined.wrong(&line.unit_price, BadCode::OutOfRange);
    if price.is_negative() {
        let times = i64::try_from(units.max(1)).ok();
        let off = times.and_then(|times| price.checked_mul(times)).and_then(Money::checked_neg);
        let off = bounded(off).ok_or_else(too_high)?;
        return Ok(RowLine::Discount(Discount { off, is_closed: false }));
    }
    if units == 0 {
        let (column, said) = joined.nothing(&line.quantity);
        return Ok(RowLine::Nothing(column, said));
    }
    let mut categories = Vec::new();
    for value in &line.categories {
        let name = joined.text(value)?;
        if !name.is_empty() {
            let category = Category::try_new(&name);
            categories.push(category.ok_or_else(|| joined.wrong(value, BadCode::NotACategory))?);
        }
    }
    Ok(RowLine::Line(OrderLine {
        line_id: joined.id(&line.id)?,
        sku: joined.id(&line.sku)?,
        categories,
        quantity: units,
        unit_price: price,
        freight: joined.amount(&line.freight)?.unwrap_or_default(),
    }))
}

/// A quantity that a line may have.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "the shape of Option::filter")]
pub(crate) fn units(quantity: &u64) -> bool {
    (1..=limits::LINE_QUANTITY).contains(quantity)
}

/// An amount that an order may have.
pub(crate) fn bounded(amount: Option<Money>) -> Option<Money> {
    amount.filter(|amount| amount.minor() <= limits::AMOUNT_MINOR)
}

/// What is left of amounts when a discount is spread over them in proportion (A-G-5); none where it is more than
/// they come to.
pub(crate) fn discounted(amounts: &[Money], off: Money) -> Option<Vec<Money>> {
    let split = money::apportion(off, amounts, amounts).ok().filter(|split| split.lost.is_zero())?;
    amounts.iter().zip(&split.shares).map(|(amount, share)| amount.checked_sub(*share)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_discount_is_spread_by_amount() {
        let fen = |minors: &[i64]| minors.iter().map(|&minor| Money::from_minor(minor)).collect::<Vec<_>>();
        for (amounts, off, left) in [
            (&[300, 100][..], 40, Some(&[270, 90][..])),
            (&[100, 100, 100], 100, Some(&[66, 67, 67])),
            (&[100], 100, Some(&[0])),
            (&[100, 50], 151, None),
        ] {
            let found = discounted(&fen(amounts), Money::from_minor(off));
            assert_eq!(found, left.map(fen), "{amounts:?} {off}");
        }
    }
}
