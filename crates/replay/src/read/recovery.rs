//! Rows as a replay understands them: an order as the platform would have told it.

use super::{
    SourceOrder,
    bad::{BadCode, Fault},
    cells::Joined,
    gather::Roles,
    line_row::{head, line, units},
};
use crate::{
    mapping::Repeated,
    plan::{Cell, ReplayRoles, Value},
};
use domain::{
    OrderId, ShopId,
    event::{Placed, PlacedLine},
    limits,
};
use money::Money;

/// An order in the making.
pub(crate) struct Building {
    pub order: SourceOrder,
    pub times_left_out: u64,
}

impl Roles for ReplayRoles {
    type Order = Building;

    fn group(&self) -> &[Cell] {
        &self.order.group
    }
    fn id(&self) -> &Value {
        &self.order.id
    }
    fn names<'o>(&self, building: &'o Building) -> (&'o ShopId, &'o OrderId) {
        (&building.order.shop_id, &building.order.placed.order_id)
    }

    fn add(&self, building: &mut Option<Building>, joined: &Joined<'_>) -> Result<(), Fault> {
        let (head, times_left_out) = head(self, joined)?;
        let line = line(self, joined)?;
        let freight = joined.amount(&self.line.freight)?.unwrap_or_default();
        if let Some(known) = building {
            same_head(&known.order, &head, self, joined)?;
        }
        let building = building.get_or_insert(Building { order: head, times_left_out });
        add_line(&mut building.order, line, self, joined)?;
        let placed = &mut building.order.placed;
        let too_high = || joined.wrong(&self.line.unit_price, BadCode::OutOfRange);
        placed.freight = bounded(placed.freight.checked_add(freight)).ok_or_else(too_high)?;
        placed.payable = payable(placed).ok_or_else(too_high)?;
        Ok(())
    }
}

/// The first row of an order says what the order is; the others must say the same.
fn same_head(
    order: &SourceOrder,
    head: &SourceOrder,
    roles: &ReplayRoles,
    joined: &Joined<'_>,
) -> Result<(), Fault> {
    let (a, b, of) = (&order.placed, &head.placed, &roles.order);
    for (same, value) in [
        (a.order_id == b.order_id, &of.id),
        (order.shop_id == head.shop_id, &of.shop),
        (a.customer_id == b.customer_id, &of.customer),
        (a.source == b.source, &of.source),
        (order.placed_at == head.placed_at, &of.placed_at),
        (order.paid_at == head.paid_at, &of.paid_at),
        (order.cancelled_at == head.cancelled_at, &of.cancelled_at),
        (order.shipped_at == head.shipped_at, &of.shipped_at),
        (order.received_at == head.received_at, &of.received_at),
    ] {
        if !same {
            let at = joined.line_at();
            let fault = joined.wrong(value, BadCode::DiffersInOrder);
            return Err(Fault { at, ..fault });
        }
    }
    Ok(())
}

fn add_line(
    order: &mut SourceOrder,
    line: PlacedLine,
    roles: &ReplayRoles,
    joined: &Joined<'_>,
) -> Result<(), Fault> {
    let lines = &mut order.placed.lines;
    let same_goods = |a: &&mut PlacedLine| a.sku == line.sku && a.unit_price == line.unit_price;
    if roles.line.repeated == Repeated::Add
        && let Some(same) = lines.iter_mut().find(same_goods)
    {
        let sum = Some(same.quantity + line.quantity).filter(units);
        same.quantity = sum.ok_or_else(|| joined.wrong(&roles.line.quantity, BadCode::NotAQuantity))?;
        return Ok(());
    }
    if lines.iter().any(|other| other.line_id == line.line_id) {
        return Err(joined.wrong(&roles.line.id, BadCode::DuplicateLine));
    }
    if lines.len() == limits::ORDER_LINES {
        return Err(joined.wrong(&roles.line.id, BadCode::TooManyLines));
    }
    lines.push(line);
    Ok(())
}

fn payable(placed: &Placed) -> Option<Money> {
    let mut sum = placed.freight;
    for line in &placed.lines {
        let quantity = i64::try_from(line.quantity).ok()?;
        let list = bounded(line.unit_price.checked_mul(quantity))?;
        sum = bounded(sum.checked_add(list))?;
    }
    Some(sum)
}

fn bounded(amount: Option<Money>) -> Option<Money> {
    amount.filter(|amount| amount.minor() <= limits::AMOUNT_MINOR)
}
