//! Coupon conflicts: the list of them holds what stands in the documents of orders that show theirs, and nothing else
//! (S0-R31).

use crate::checks;
use crate::walk::{Faults, Walk, page_of};
use domain::{ConflictId, order::Order};
use port::{ConflictRow, Read, Reader};

/// Each conflict that the order shows is listed as it is.
pub fn are_listed(walk: &Walk<'_>, order: &Order, found: &mut Faults) -> Read<()> {
    for conflict in order.conflicts.iter().filter(|_| order.shows_conflicts()) {
        let row = find(walk.reader, walk.id(), &conflict.conflict_id)?;
        let is_same = |row: &ConflictRow| row.order_id == order.order_id && row.conflict == *conflict;
        if !row.as_ref().is_some_and(is_same) {
            let how = if row.is_some() { "is listed otherwise" } else { "is not listed" };
            let detail = format!("its conflict {} ({}) {how}", conflict.conflict_id, conflict.code.as_str());
            found.push((checks::COUPON_CONFLICTS, detail));
        }
    }
    Ok(())
}

/// Walks the list: each row is of an order that shows that conflict.
pub fn walk(walk: &mut Walk<'_>) -> Read<()> {
    walk.pages(
        "coupon conflicts",
        |reader, shop, page| reader.coupon_conflicts(shop, page),
        |row| row.conflict.conflict_id.to_string(),
        |walk, row| {
            walk.looked(checks::COUPON_CONFLICTS);
            let id = row.conflict.conflict_id.clone();
            walk.confirm(
                row,
                |reader, shop| find(reader, shop, &id),
                is_of_nothing,
                || format!("conflict {id}"),
            )
        },
    )
}

fn is_of_nothing(walk: &Walk<'_>, row: &ConflictRow) -> Read<Faults> {
    let order = walk.reader.order(walk.id(), &row.order_id)?;
    let has_it = |order: &Order| order.conflicts.contains(&row.conflict);
    let wrong = match &order {
        None => Some("which is not there"),
        Some(order) if !has_it(order) => Some("which does not have it"),
        Some(order) if !order.shows_conflicts() => Some("which has ended"),
        Some(_) => None,
    };
    let detail = |why| format!("it is listed for order {}, {why}", row.order_id);
    Ok(wrong.map(|why| (checks::COUPON_CONFLICTS, detail(why))).into_iter().collect())
}

fn find(reader: &dyn Reader, shop: &domain::ShopId, id: &ConflictId) -> Read<Option<ConflictRow>> {
    let mut next = reader.coupon_conflicts(shop, &page_of(id.as_str()))?;
    Ok(next.pop().filter(|row| row.conflict.conflict_id == *id))
}
