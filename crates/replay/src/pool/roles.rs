//! Rows as the pool understands them: an order as it was downloaded.

use super::{
    document::{Line, Order},
    order::{FileHead, FileOrder},
    share::{Off, take_off},
};
use crate::{
    mapping::{Blank, Wrong},
    plan::{Cell, Compiler, Plan, Value},
    read::{BadCode, Discount, Fault, Goods, Joined, Roles, RowLine, SameId, State, Told, bounded, units},
};
use domain::{
    CustomerId, Instant, OrderId, ShopId, Sku, limits,
    pool::{PoolLine, Times},
};
use money::Money;
use serde::{Deserialize, Serialize};

/// Bytes of the number of a line.
const LINE_ID_BYTES: usize = 128;

/// The word by which a state closes an order, or a line.
const CLOSED: &str = "closed";

/// A line of the export, and whether the platform has closed it alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FileLine {
    goods: PoolLine,
    is_closed: bool,
}

/// What the columns mean to a pool.
#[derive(Debug)]
pub(super) struct PoolRoles {
    group: Vec<Cell>,
    blank: Blank,
    order_id: Value,
    /// The one shop of all orders, or where the shop's name stands.
    shop: Result<ShopId, Value>,
    customer_id: Value,
    ordered_at: Value,
    first_paid_at: Value,
    balance_paid_at: Value,
    balance_opens_at: Value,
    balance_closes_at: Value,
    single_stage: Value,
    parent_id: Value,
    goods_paid: Value,
    refunded: Value,
    told: Value,
    closed_status: Value,
    closed_at: Value,
    line_id: Value,
    sku: Value,
    quantity: Value,
    amount: Value,
    unit_price: Value,
    line_closed: Value,
}

impl PoolRoles {
    pub fn compile(
        to: &mut Compiler<'_>,
        order: &Order,
        line: &Line,
        shop: Option<&ShopId>,
    ) -> Result<Self, Wrong> {
        if line.amount.0.is_empty() == line.unit_price.0.is_empty() {
            return Err(Wrong::new("line.amount", "either line.amount or line.unit_price"));
        }
        let shop = match shop {
            Some(shop) => Ok(shop.clone()),
            None if order.shop.0.is_empty() => {
                return Err(Wrong::new("order.shop", "name the shop here, or with --shop"));
            }
            None => match &order.shop.0[..] {
                [name] if !name.contains(['{', '}']) && ShopId::try_new(name).is_ok() => {
                    Ok(ShopId::try_new(name).map_err(|error| Wrong::new("order.shop", error.to_string()))?)
                }
                _ => Err(to.value("order.shop", &order.shop)?),
            },
        };
        Ok(Self {
            group: to.cells("order.group", &order.group)?,
            blank: order.blank,
            order_id: to.required("order.order_id", &order.order_id)?,
            shop,
            customer_id: to.required("order.customer_id", &order.customer_id)?,
            ordered_at: to.required("order.ordered_at", &order.ordered_at)?,
            first_paid_at: to.value("order.first_paid_at", &order.first_paid_at)?,
            balance_paid_at: to.value("order.balance_paid_at", &order.balance_paid_at)?,
            balance_opens_at: to.value("order.balance_opens_at", &order.balance_opens_at)?,
            balance_closes_at: to.value("order.balance_closes_at", &order.balance_closes_at)?,
            parent_id: to.value("order.parent_id", &order.parent_id)?,
            single_stage: to.value("order.single_stage", &order.single_stage)?,
            goods_paid: to.value("order.goods_paid", &order.goods_paid)?,
            refunded: to.value("order.refunded", &order.refunded)?,
            told: to.value("order.told", &order.told)?,
            closed_status: to.value("order.closed.status", &order.closed.status)?,
            closed_at: to.value("order.closed.at", &order.closed.at)?,
            line_id: to.value("line.id", &line.id)?,
            sku: to.required("line.sku", &line.sku)?,
            quantity: to.value("line.quantity", &line.quantity)?,
            amount: to.value("line.amount", &line.amount)?,
            unit_price: to.value("line.unit_price", &line.unit_price)?,
            line_closed: to.value("line.closed", &line.closed)?,
        })
    }

    /// What the row says of its order, without lines.
    fn order(&self, joined: &Joined<'_>) -> Result<FileHead, Fault> {
        let shop_id = match &self.shop {
            Ok(shop) => shop.clone(),
            Err(value) => joined.id(value)?,
        };
        let order_id: OrderId = joined.id(&self.order_id)?;
        joined.begins(&self.told)?;
        let customer_id: CustomerId = joined.id(&self.customer_id)?;
        let ordered_at = joined.time(&self.ordered_at)?;
        let ordered_at = ordered_at.ok_or_else(|| joined.wrong(&self.ordered_at, BadCode::Required))?;
        let mut times = Times {
            ordered_at,
            first_paid_at: joined.time(&self.first_paid_at)?,
            balance_paid_at: joined.time(&self.balance_paid_at)?,
            balance_opens_at: joined.time(&self.balance_opens_at)?,
            balance_closes_at: joined.end(&self.balance_closes_at)?,
            closed_at: None,
        };
        times.closed_at = self.closed(joined, &times)?;
        let goods_paid = joined.amount(&self.goods_paid)?.unwrap_or_default();
        // Some write what went back with a minus.
        let refunded = joined.signed_amount(&self.refunded)?.unwrap_or_default();
        let refunded = if refunded.is_negative() { bounded(refunded.checked_neg()) } else { Some(refunded) };
        let refunded = refunded.ok_or_else(|| joined.wrong(&self.refunded, BadCode::OutOfRange))?;
        let (single_stage, parent_id) = (self.single_stage(joined)?, self.parent(joined)?);
        Ok(FileHead { shop_id, order_id, customer_id, times, goods_paid, refunded, single_stage, parent_id })
    }

    /// The order that it was split from, where the export says so.
    fn parent(&self, joined: &Joined<'_>) -> Result<Option<OrderId>, Fault> {
        let is_said = !joined.optional(&self.parent_id)?.is_empty();
        is_said.then(|| joined.id(&self.parent_id)).transpose()
    }

    /// Whether it is paid at once, where the export says so.
    fn single_stage(&self, joined: &Joined<'_>) -> Result<Option<bool>, Fault> {
        match &*joined.optional(&self.single_stage)? {
            "" => Ok(None),
            "true" => Ok(Some(true)),
            "false" => Ok(Some(false)),
            _ => Err(joined.wrong(&self.single_stage, BadCode::NotTrueOrFalse)),
        }
    }

    /// When it was closed; without a time, right after the last that is known of it.
    fn closed(&self, joined: &Joined<'_>, times: &Times) -> Result<Option<Instant>, Fault> {
        let said = joined.says(&self.closed_status, CLOSED)?;
        if !said && !self.closed_status.templates.is_empty() {
            return Ok(None);
        }
        let last = last_of(times);
        let at = joined.time(&self.closed_at)?;
        Ok(at.or(said.then_some(last)))
    }

    /// Whether the platform has closed the row's line alone.
    fn is_closed(&self, joined: &Joined<'_>) -> Result<bool, Fault> {
        joined.says(&self.line_closed, CLOSED)
    }

    /// The one shop of all orders, where the mapping or the caller names it.
    pub fn only_shop(&self) -> Option<&ShopId> {
        self.shop.as_ref().ok()
    }

    /// Adds goods to lines, to the one of the same goods where there is one.
    fn add(
        &self,
        plan: &Plan,
        lines: &mut Vec<PoolLine>,
        line: &PoolLine,
        wrong: &dyn Fn(&Value, String, BadCode) -> Fault,
    ) -> Result<(), Fault> {
        if let Some(same) = lines.iter_mut().find(|known| known.sku == line.sku) {
            let units_wrong = || wrong(&self.quantity, line.quantity.to_string(), BadCode::NotAQuantity);
            let sum = Some(same.quantity + line.quantity).filter(units);
            same.quantity = sum.ok_or_else(units_wrong)?;
            let too_high = || wrong(self.amount(), plan.amounts.show(line.amount), BadCode::OutOfRange);
            same.amount = bounded(same.amount.checked_add(line.amount)).ok_or_else(too_high)?;
            return Ok(());
        }
        if lines.len() == limits::ORDER_LINES {
            return Err(wrong(&self.sku, line.sku.to_string(), BadCode::TooManyLines));
        }
        lines.push(line.clone());
        Ok(())
    }

    /// Where the line's amount stands.
    fn amount(&self) -> &Value {
        if self.amount.templates.is_empty() { &self.unit_price } else { &self.amount }
    }

    /// Whether what was paid is the sum of the lines.
    fn sums(&self) -> bool {
        self.goods_paid.templates.is_empty()
    }
}

impl Roles for PoolRoles {
    type Head = FileHead;
    type Line = FileLine;
    type Order = FileOrder;

    fn group(&self) -> &[Cell] {
        &self.group
    }
    fn id(&self) -> &Value {
        &self.order_id
    }
    fn order_values(&self) -> Vec<&Value> {
        let words = [
            &self.closed_status,
            &self.order_id,
            &self.customer_id,
            &self.single_stage,
            &self.parent_id,
            &self.goods_paid,
            &self.refunded,
            &self.told,
        ];
        let shop = self.shop.as_ref().err();
        self.time_values().into_iter().chain(words).chain(shop).collect()
    }
    fn line_values(&self) -> Vec<&Value> {
        vec![&self.line_id, &self.sku, &self.quantity, &self.amount, &self.unit_price, &self.line_closed]
    }
    fn blank(&self) -> Blank {
        self.blank
    }
    fn same_id(&self) -> SameId {
        SameId::OneLine
    }
    fn has_line_ids(&self) -> bool {
        !self.line_id.templates.is_empty()
    }
    fn line_id_value(&self) -> Option<&Value> {
        Some(&self.line_id)
    }
    fn names<'h>(&self, head: &'h FileHead) -> (&'h ShopId, &'h OrderId, Instant) {
        (&head.shop_id, &head.order_id, head.times.ordered_at)
    }
    fn try_names(&self, joined: &Joined<'_>) -> (Option<ShopId>, Option<OrderId>, Option<Instant>) {
        let shop_id = match &self.shop {
            Ok(shop) => Some(shop.clone()),
            Err(value) => joined.id(value).ok(),
        };
        (shop_id, joined.id(&self.order_id).ok(), joined.time(&self.ordered_at).ok().flatten())
    }

    fn customer<'h>(&self, head: &'h FileHead) -> &'h CustomerId {
        &head.customer_id
    }
    fn try_customer(&self, joined: &Joined<'_>) -> Option<CustomerId> {
        joined.id(&self.customer_id).ok()
    }

    fn head(&self, joined: &Joined<'_>) -> Result<FileHead, Fault> {
        self.order(joined)
    }

    /// The first row of an order says what the order is; the others must say the same.
    fn differs<'s>(&'s self, a: &FileHead, b: &FileHead) -> Option<&'s Value> {
        let shop = self.shop.as_ref().err().unwrap_or(&self.order_id);
        let compared = [
            (a.shop_id == b.shop_id, shop),
            (a.order_id == b.order_id, &self.order_id),
            (a.customer_id == b.customer_id, &self.customer_id),
            (a.times.ordered_at == b.times.ordered_at, &self.ordered_at),
            (a.times.first_paid_at == b.times.first_paid_at, &self.first_paid_at),
            (a.times.balance_paid_at == b.times.balance_paid_at, &self.balance_paid_at),
            (a.times.balance_opens_at == b.times.balance_opens_at, &self.balance_opens_at),
            (a.times.balance_closes_at == b.times.balance_closes_at, &self.balance_closes_at),
            (a.times.closed_at == b.times.closed_at, &self.closed_status),
            (a.single_stage == b.single_stage, &self.single_stage),
            (a.parent_id == b.parent_id, &self.parent_id),
            (self.sums() || a.goods_paid == b.goods_paid, &self.goods_paid),
            (a.refunded == b.refunded, &self.refunded),
        ];
        compared.into_iter().find_map(|(same, value)| (!same).then_some(value))
    }

    fn line(&self, joined: &Joined<'_>) -> Result<RowLine<FileLine>, Fault> {
        let units = joined.quantity(&self.quantity)?;
        let value = self.amount();
        let of_a_unit = self.amount.templates.is_empty();
        let amount = joined.signed_amount(value)?.ok_or_else(|| joined.wrong(value, BadCode::Required))?;
        let times = if of_a_unit { i64::try_from(units.max(1)).unwrap_or(i64::MAX) } else { 1 };
        let too_high = || joined.wrong(value, BadCode::OutOfRange);
        let amount = amount.checked_mul(times).ok_or_else(too_high)?;
        if amount.is_negative() {
            let off = bounded(amount.checked_neg()).ok_or_else(too_high)?;
            return Ok(RowLine::Discount(Discount { off, is_closed: self.is_closed(joined)? }));
        }
        if units == 0 {
            let (column, said) = joined.nothing(&self.quantity);
            return Ok(RowLine::Nothing(column, said));
        }
        let amount = bounded(Some(amount)).ok_or_else(too_high)?;
        let goods = PoolLine { sku: joined.id(&self.sku)?, quantity: units, amount };
        Ok(RowLine::Line(FileLine { goods, is_closed: self.is_closed(joined)? }))
    }

    fn goods(FileLine { goods, .. }: &FileLine) -> Goods {
        Goods { sku: goods.sku.to_string(), units: Some(goods.quantity), amount: Some(goods.amount) }
    }
    fn try_goods(&self, joined: &Joined<'_>) -> Option<Goods> {
        let units = joined.quantity(&self.quantity).ok();
        let said = joined.signed_amount(self.amount()).ok().flatten();
        let times = units.and_then(|units| i64::try_from(units).ok());
        let amount = if self.amount.templates.is_empty() {
            said.zip(times).and_then(|(one, times)| one.checked_mul(times))
        } else {
            said
        };
        Some(Goods { sku: joined.id::<Sku>(&self.sku).ok()?.to_string(), units, amount })
    }
    fn sku(line: &FileLine) -> &str {
        line.goods.sku.as_str()
    }
    fn number_values(&self) -> Vec<&Value> {
        vec![&self.goods_paid, &self.refunded, &self.quantity, &self.amount, &self.unit_price]
    }

    fn time_values(&self) -> Vec<&Value> {
        let paid = [&self.ordered_at, &self.first_paid_at, &self.balance_paid_at];
        paid.into_iter().chain([&self.balance_opens_at, &self.balance_closes_at, &self.closed_at]).collect()
    }

    fn states(&self) -> (Option<State<'_>>, Option<State<'_>>) {
        let state = |value| Some(State { value, closes: CLOSED });
        (state(&self.closed_status), state(&self.line_closed))
    }

    fn line_id(&self, joined: &Joined<'_>) -> Result<Option<String>, Fault> {
        let id = joined.text(&self.line_id)?;
        // One is kept of every row, so it is no longer than other numbers are.
        if id.len() > LINE_ID_BYTES {
            return Err(joined.wrong(&self.line_id, BadCode::TooLong));
        }
        Ok(Some(id).filter(|id| !id.is_empty()))
    }

    /// Lines of the same goods are one, and closed ones are left off; an order whose lines are all closed is closed.
    /// Discount rows come off the lines in proportion, and a closed line takes its part along.
    fn build(
        &self,
        plan: &Plan,
        mut head: FileHead,
        rows: &[Told<RowLine<FileLine>>],
    ) -> Result<FileOrder, Fault> {
        let fault = |at, value: &Value, said: String, code| {
            let column = Joined::column(plan, value);
            Fault { at, column, value: said, code }
        };
        let (mut open, mut closed) = (Vec::with_capacity(rows.len().min(limits::ORDER_LINES)), Vec::new());
        let (mut off, mut off_at) = (Off::default(), None);
        for Told { at, line, .. } in rows {
            let at = *at;
            let too_high =
                |amount: Money| fault(at, self.amount(), plan.amounts.show(amount), BadCode::OutOfRange);
            match line {
                RowLine::Line(FileLine { goods, is_closed }) => {
                    let to = if *is_closed { &mut closed } else { &mut open };
                    self.add(plan, to, goods, &|value, said, code| fault(at, value, said, code))?;
                }
                RowLine::Discount(Discount { off: amount, is_closed }) => {
                    let sum = if *is_closed { &mut off.closed } else { &mut off.all };
                    *sum = bounded(sum.checked_add(*amount)).ok_or_else(|| too_high(*amount))?;
                    off_at = Some(at);
                }
                RowLine::Nothing(..) => {}
            }
        }
        if let Some(at) = off_at {
            take_off(&mut open, &mut closed, off).ok_or_else(|| {
                let said = format!("-{}", plan.amounts.show(off.all));
                fault(at, self.amount(), said, BadCode::DiscountTooLarge)
            })?;
        }
        if open.is_empty() {
            head.times.closed_at = head.times.closed_at.or(Some(last_of(&head.times)));
            std::mem::swap(&mut open, &mut closed);
        }
        if self.sums() && head.times.first_paid_at.is_some() {
            let sum = Money::try_sum(open.iter().map(|line| line.amount));
            let last = rows.last().map_or_else(|| unreachable!("an order has a row"), |row| row.at);
            let too_high = || fault(last, self.amount(), String::new(), BadCode::OutOfRange);
            head.goods_paid = bounded(sum).ok_or_else(too_high)?;
        }
        // A refund may hold freight and taxes too: it takes all of it at most.
        let back = head.refunded.min(head.goods_paid);
        head.goods_paid = head.goods_paid.checked_sub(back).unwrap_or_default();
        Ok(head.with(open))
    }
}

/// The last that is known of an order.
fn last_of(times: &Times) -> Instant {
    times.balance_paid_at.or(times.first_paid_at).unwrap_or(times.ordered_at)
}
