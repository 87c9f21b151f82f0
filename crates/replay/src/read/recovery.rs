//! Rows as a replay understands them: an order as the platform would have told it.

use super::{
    SourceOrder,
    bad::{BadCode, Fault},
    cells::Joined,
    line_row::{bounded, head, line, units},
    lost::Goods,
    order::{OrderHead, OrderLine},
    parts::Told,
    roles::{Discount, Roles, RowLine, SameId},
    states::State,
};
use crate::{
    mapping::{Blank, Repeated},
    plan::{Cell, Plan, ReplayRoles, Value},
};
use domain::{
    CustomerId, Instant, OrderId, ShopId, Sku,
    event::{Placed, PlacedLine},
    limits,
    order::Party,
};
use money::Money;

/// An order in the making.
pub(crate) struct Building {
    pub order: SourceOrder,
    pub times_left_out: u64,
}

impl Roles for ReplayRoles {
    type Head = OrderHead;
    type Line = OrderLine;
    type Order = Building;

    fn group(&self) -> &[Cell] {
        &self.order.group
    }
    fn id(&self) -> &Value {
        &self.order.id
    }
    fn order_values(&self) -> Vec<&Value> {
        let of = &self.order;
        let words = [
            &of.id,
            &of.shop,
            &of.customer,
            &of.source,
            &of.freight,
            &of.method,
            &of.cancelled_status,
            &of.told,
        ];
        self.time_values().into_iter().chain(words).collect()
    }
    fn line_values(&self) -> Vec<&Value> {
        let of = &self.line;
        let all = [&of.id, &of.sku, &of.quantity, &of.unit_price, &of.freight];
        all.into_iter().chain(&of.categories).collect()
    }
    fn blank(&self) -> Blank {
        self.order.blank
    }
    fn same_id(&self) -> SameId {
        SameId::Mistake
    }
    fn has_line_ids(&self) -> bool {
        self.line.repeated == Repeated::Separate
    }
    fn line_id_value(&self) -> Option<&Value> {
        Some(&self.line.id)
    }
    fn names<'h>(&self, head: &'h OrderHead) -> (&'h ShopId, &'h OrderId, Instant) {
        (&head.shop_id, &head.order_id, head.placed_at)
    }
    fn try_names(&self, joined: &Joined<'_>) -> (Option<ShopId>, Option<OrderId>, Option<Instant>) {
        let of = &self.order;
        let placed_at = joined.time(&of.placed_at).ok().flatten();
        (joined.id(&of.shop).ok(), joined.id(&of.id).ok(), placed_at)
    }

    fn customer<'h>(&self, head: &'h OrderHead) -> &'h CustomerId {
        &head.customer_id
    }
    fn try_customer(&self, joined: &Joined<'_>) -> Option<CustomerId> {
        joined.id(&self.order.customer).ok()
    }

    fn head(&self, joined: &Joined<'_>) -> Result<OrderHead, Fault> {
        joined.begins(&self.order.told)?;
        head(self, joined)
    }

    fn differs<'s>(&'s self, a: &OrderHead, b: &OrderHead) -> Option<&'s Value> {
        let of = &self.order;
        let compared = [
            (a.order_id == b.order_id, &of.id),
            (a.shop_id == b.shop_id, &of.shop),
            (a.customer_id == b.customer_id, &of.customer),
            (a.source == b.source, &of.source),
            (a.placed_at == b.placed_at, &of.placed_at),
            (a.paid_at == b.paid_at, &of.paid_at),
            (a.cancelled_at == b.cancelled_at, &of.cancelled_at),
            (a.shipped_at == b.shipped_at, &of.shipped_at),
            (a.received_at == b.received_at, &of.received_at),
        ];
        compared.into_iter().find_map(|(same, value)| (!same).then_some(value))
    }

    fn line(&self, joined: &Joined<'_>) -> Result<RowLine<Self::Line>, Fault> {
        line(self, joined)
    }

    fn goods(line: &OrderLine) -> Goods {
        let (units, amount) = (Some(line.quantity), Some(line.unit_price));
        Goods { sku: line.sku.to_string(), units, amount }
    }
    fn try_goods(&self, joined: &Joined<'_>) -> Option<Goods> {
        let units = joined.quantity(&self.line.quantity).ok();
        let amount = joined.signed_amount(&self.line.unit_price).ok().flatten();
        Some(Goods { sku: joined.id::<Sku>(&self.line.sku).ok()?.to_string(), units, amount })
    }
    fn sku(line: &OrderLine) -> &str {
        line.sku.as_str()
    }
    fn number_values(&self) -> Vec<&Value> {
        vec![&self.order.freight, &self.line.quantity, &self.line.unit_price, &self.line.freight]
    }

    fn time_values(&self) -> Vec<&Value> {
        let of = &self.order;
        vec![&of.placed_at, &of.paid_at, &of.cancelled_at, &of.shipped_at, &of.received_at]
    }

    fn states(&self) -> (Option<State<'_>>, Option<State<'_>>) {
        (Some(State { value: &self.order.cancelled_status, closes: "cancelled" }), None)
    }

    /// Where rows of the same goods add up, two of one id are two.
    fn line_id(&self, joined: &Joined<'_>) -> Result<Option<String>, Fault> {
        match self.line.repeated {
            Repeated::Separate => joined.text(&self.line.id).map(|id| Some(id).filter(|id| !id.is_empty())),
            Repeated::Add => Ok(None),
        }
    }

    fn build(
        &self,
        plan: &Plan,
        head: OrderHead,
        rows: &[Told<RowLine<Self::Line>>],
    ) -> Result<Building, Fault> {
        let times_left_out = head.times_left_out;
        let mut order = head.with_room_for(rows.len().min(limits::ORDER_LINES));
        let fault = |at, value: &Value, said: String, code| Fault {
            at,
            column: Joined::column(plan, value),
            value: said,
            code,
        };
        let (mut off, mut off_at) = (Money::ZERO, None);
        for Told { at, line, .. } in rows {
            let too_high = |amount: Money| {
                fault(*at, &self.line.unit_price, plan.amounts.show(amount), BadCode::OutOfRange)
            };
            match line {
                RowLine::Line(line) => {
                    add_line(&mut order, line.placed(), self, |value, said, code| {
                        fault(*at, value, said, code)
                    })?;
                    let placed = &mut order.placed;
                    let sum = bounded(placed.freight.checked_add(line.freight));
                    placed.freight = sum.ok_or_else(|| too_high(line.freight))?;
                    placed.payable = payable(placed).ok_or_else(|| too_high(line.unit_price))?;
                }
                RowLine::Discount(Discount { off: amount, .. }) => {
                    off = bounded(off.checked_add(*amount)).ok_or_else(|| too_high(*amount))?;
                    off_at = Some(*at);
                }
                RowLine::Nothing(..) => {}
            }
        }
        if let Some(at) = off_at {
            take_off(&mut order.placed, off).ok_or_else(|| {
                fault(
                    at,
                    &self.line.unit_price,
                    format!("-{}", plan.amounts.show(off)),
                    BadCode::DiscountTooLarge,
                )
            })?;
        }
        Ok(Building { order, times_left_out })
    }
}

/// Discount rows together are one discount of the order, which its lines bear in proportion.
fn take_off(placed: &mut Placed, off: Money) -> Option<()> {
    let lines = placed.payable.checked_sub(placed.freight)?;
    if off > lines {
        return None;
    }
    placed.payable = placed.payable.checked_sub(off)?;
    placed.discounts.push(domain::order::Discount {
        kind: "order_promotion".into(),
        id: None,
        amount: off,
        funded_by: Party::Merchant,
        lines: Vec::new(),
    });
    Some(())
}

fn add_line(
    order: &mut SourceOrder,
    line: PlacedLine,
    roles: &ReplayRoles,
    fault: impl Fn(&Value, String, BadCode) -> Fault,
) -> Result<(), Fault> {
    let lines = &mut order.placed.lines;
    let same_goods = |a: &&mut PlacedLine| a.sku == line.sku && a.unit_price == line.unit_price;
    if roles.line.repeated == Repeated::Add
        && let Some(same) = lines.iter_mut().find(same_goods)
    {
        let sum = same.quantity + line.quantity;
        let wrong = || fault(&roles.line.quantity, sum.to_string(), BadCode::NotAQuantity);
        same.quantity = Some(sum).filter(units).ok_or_else(wrong)?;
        return Ok(());
    }
    let id = || line.line_id.to_string();
    if lines.iter().any(|other| other.line_id == line.line_id) {
        return Err(fault(&roles.line.id, id(), BadCode::DuplicateLine));
    }
    if lines.len() == limits::ORDER_LINES {
        return Err(fault(&roles.line.id, id(), BadCode::TooManyLines));
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
