//! Lines become orders: rows of the same group are one order.
//!
//! What always holds: an order with a row that cannot be read is left out as a whole. Only a row of
//! which not even the order can be told leaves its order as if it were not there.

use super::{
    SourceOrder,
    bad::{Bad, BadCode, Fault, RowAt},
    cells::Joined,
    facts::{head, line, units},
    table::{Row, Table},
};
use crate::{mapping::Repeated, plan::Plan};
use domain::{
    OrderId, ShopId,
    event::{Placed, PlacedLine},
    limits,
};
use money::Money;
use std::collections::{HashMap, HashSet};

/// The orders so far.
pub(super) struct Gather<'p> {
    plan: &'p Plan,
    tables: &'p [Table],
    by_group: HashMap<String, usize>,
    groups: Vec<Group>,
    times_left_out: u64,
}

/// The rows of one order.
struct Group {
    at: RowAt,
    order: Option<SourceOrder>,
    whole: bool,
}

/// What came of it.
pub(super) struct Gathered {
    pub orders: Vec<SourceOrder>,
    pub left_out: u64,
    pub times_left_out: u64,
}

impl<'p> Gather<'p> {
    pub fn new(plan: &'p Plan, tables: &'p [Table]) -> Self {
        Self { plan, tables, by_group: HashMap::new(), groups: Vec::new(), times_left_out: 0 }
    }

    /// Takes a row of the line table.
    pub fn take(&mut self, row: &Row, bad: &mut Bad<'_>) {
        let (plan, tables) = (self.plan, self.tables);
        let joined = Joined::follow(plan, tables, row);
        let grouped = joined.and_then(|joined| Ok((joined.group(&plan.order.group)?, joined)));
        let (group, joined) = match grouped {
            Ok(grouped) => grouped,
            Err(fault) => return bad.add(fault),
        };
        let at = *self.by_group.entry(group).or_insert_with(|| {
            self.groups.push(Group { at: row.at, order: None, whole: true });
            self.groups.len() - 1
        });
        if let Err(fault) = self.add(at, &joined) {
            self.groups[at].whole = false;
            bad.add(fault);
        }
    }

    fn add(&mut self, at: usize, joined: &Joined<'_>) -> Result<(), Fault> {
        let (head, times_left_out) = head(self.plan, joined)?;
        let line = line(self.plan, joined)?;
        let freight = joined.amount(&self.plan.line.freight)?.unwrap_or_default();
        let group = &mut self.groups[at];
        if let Some(order) = &group.order {
            same_head(order, &head, self.plan, joined)?;
        } else {
            self.times_left_out += times_left_out;
        }
        let order = group.order.get_or_insert(head);
        add_line(order, line, self.plan, joined)?;
        let placed = &mut order.placed;
        let too_high = || joined.wrong(&self.plan.line.unit_price, BadCode::OutOfRange);
        placed.freight = bounded(placed.freight.checked_add(freight)).ok_or_else(too_high)?;
        placed.payable = payable(placed).ok_or_else(too_high)?;
        Ok(())
    }

    /// The whole orders. An id that stands twice in a shop is kept for the first of them.
    pub fn finish(self, bad: &mut Bad<'_>) -> Gathered {
        let mut gathered = Gathered { orders: Vec::new(), left_out: 0, times_left_out: self.times_left_out };
        let mut seen: HashSet<(ShopId, OrderId)> = HashSet::new();
        for group in self.groups {
            let Some(order) = group.order.filter(|_| group.whole) else {
                gathered.left_out += 1;
                continue;
            };
            if seen.insert((order.shop_id.clone(), order.placed.order_id.clone())) {
                gathered.orders.push(order);
            } else {
                gathered.left_out += 1;
                bad.add(Fault {
                    at: group.at,
                    column: self.plan.order.id.field.to_owned(),
                    value: order.placed.order_id.to_string(),
                    code: BadCode::DuplicateOrder,
                });
            }
        }
        gathered
    }
}

/// The first row of an order says what the order is; the others must say the same.
fn same_head(order: &SourceOrder, head: &SourceOrder, plan: &Plan, joined: &Joined<'_>) -> Result<(), Fault> {
    let (a, b, plan) = (&order.placed, &head.placed, &plan.order);
    for (same, value) in [
        (a.order_id == b.order_id, &plan.id),
        (order.shop_id == head.shop_id, &plan.shop),
        (a.customer_id == b.customer_id, &plan.customer),
        (a.source == b.source, &plan.source),
        (order.placed_at == head.placed_at, &plan.placed_at),
        (order.paid_at == head.paid_at, &plan.paid_at),
        (order.cancelled_at == head.cancelled_at, &plan.cancelled_at),
        (order.shipped_at == head.shipped_at, &plan.shipped_at),
        (order.received_at == head.received_at, &plan.received_at),
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
    plan: &Plan,
    joined: &Joined<'_>,
) -> Result<(), Fault> {
    let lines = &mut order.placed.lines;
    let same_goods = |a: &&mut PlacedLine| a.sku == line.sku && a.unit_price == line.unit_price;
    if plan.line.repeated == Repeated::Add
        && let Some(same) = lines.iter_mut().find(same_goods)
    {
        let sum = Some(same.quantity + line.quantity).filter(units);
        same.quantity = sum.ok_or_else(|| joined.wrong(&plan.line.quantity, BadCode::NotAQuantity))?;
        return Ok(());
    }
    if lines.iter().any(|other| other.line_id == line.line_id) {
        return Err(joined.wrong(&plan.line.id, BadCode::DuplicateLine));
    }
    if lines.len() == limits::ORDER_LINES {
        return Err(joined.wrong(&plan.line.id, BadCode::TooManyLines));
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
