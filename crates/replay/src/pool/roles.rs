//! Rows as the pool understands them: an order as it was downloaded.

use super::document::{Line, Order};
use crate::{
    mapping::Wrong,
    plan::{Cell, Compiler, Value},
    read::{BadCode, Fault, Joined, Roles, units},
};
use domain::{
    CustomerId, Instant, OrderId, ShopId, Sku, limits,
    pool::{PoolLine, Said, ShopOrder, Times},
};
use money::Money;

/// An order of the export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileOrder {
    /// The shop that sold it.
    pub shop_id: ShopId,
    /// The order.
    pub order: ShopOrder,
}

/// What the columns mean to a pool.
#[derive(Debug)]
pub(super) struct PoolRoles {
    group: Vec<Cell>,
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
    closed_status: Value,
    closed_at: Value,
    sku: Value,
    quantity: Value,
    amount: Value,
    unit_price: Value,
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
            None => Err(to.value("order.shop", &order.shop)?),
        };
        Ok(Self {
            group: to.cells("order.group", &order.group)?,
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
            closed_status: to.value("order.closed.status", &order.closed.status)?,
            closed_at: to.value("order.closed.at", &order.closed.at)?,
            sku: to.required("line.sku", &line.sku)?,
            quantity: to.value("line.quantity", &line.quantity)?,
            amount: to.value("line.amount", &line.amount)?,
            unit_price: to.value("line.unit_price", &line.unit_price)?,
        })
    }

    /// What the row says of its order, without lines.
    fn head(&self, joined: &Joined<'_>) -> Result<(ShopId, ShopOrder), Fault> {
        let shop_id = match &self.shop {
            Ok(shop) => shop.clone(),
            Err(value) => joined.id(value)?,
        };
        let order_id: OrderId = joined.id(&self.order_id)?;
        let customer_id: CustomerId = joined.id(&self.customer_id)?;
        let ordered_at = joined.time(&self.ordered_at)?;
        let ordered_at = ordered_at.ok_or_else(|| joined.wrong(&self.ordered_at, BadCode::Required))?;
        let mut times = Times {
            ordered_at,
            first_paid_at: joined.time(&self.first_paid_at)?,
            balance_paid_at: joined.time(&self.balance_paid_at)?,
            balance_opens_at: joined.time(&self.balance_opens_at)?,
            balance_closes_at: joined.time(&self.balance_closes_at)?,
            closed_at: None,
        };
        times.closed_at = self.closed(joined, &times)?;
        let goods_paid = joined.amount(&self.goods_paid)?.unwrap_or_default();
        let (single_stage, parent_id) = (self.single_stage(joined)?, self.parent(joined)?);
        let said = Said { single_stage, parent_id, ..Said::default() };
        Ok((shop_id, ShopOrder { order_id, customer_id, times, goods_paid, lines: Vec::new(), said }))
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
        let said = joined.text(&self.closed_status)? == "closed";
        if !said && !self.closed_status.templates.is_empty() {
            return Ok(None);
        }
        let last = times.balance_paid_at.or(times.first_paid_at).unwrap_or(times.ordered_at);
        let at = joined.time(&self.closed_at)?;
        Ok(at.or(said.then_some(last)))
    }

    fn line(&self, joined: &Joined<'_>) -> Result<PoolLine, Fault> {
        let quantity = Some(joined.quantity(&self.quantity)?).filter(units);
        let quantity: u64 = quantity.ok_or_else(|| joined.wrong(&self.quantity, BadCode::NotAQuantity))?;
        let sku: Sku = joined.id(&self.sku)?;
        let (value, times) = if self.amount.templates.is_empty() {
            (&self.unit_price, i64::try_from(quantity).unwrap_or(i64::MAX))
        } else {
            (&self.amount, 1)
        };
        let amount = joined.amount(value)?.ok_or_else(|| joined.wrong(value, BadCode::Required))?;
        let amount = bounded(amount.checked_mul(times));
        let amount = amount.ok_or_else(|| joined.wrong(value, BadCode::OutOfRange))?;
        Ok(PoolLine { sku, quantity, amount })
    }

    /// The first row of an order says what the order is; the others must say the same.
    fn same(&self, known: &FileOrder, told: &(ShopId, ShopOrder), joined: &Joined<'_>) -> Result<(), Fault> {
        let (a, b) = (&known.order, &told.1);
        let shop = self.shop.as_ref().err().unwrap_or(&self.order_id);
        for (same, value) in [
            (known.shop_id == told.0, shop),
            (a.order_id == b.order_id, &self.order_id),
            (a.customer_id == b.customer_id, &self.customer_id),
            (a.times.ordered_at == b.times.ordered_at, &self.ordered_at),
            (a.times.first_paid_at == b.times.first_paid_at, &self.first_paid_at),
            (a.times.balance_paid_at == b.times.balance_paid_at, &self.balance_paid_at),
            (a.times.balance_opens_at == b.times.balance_opens_at, &self.balance_opens_at),
            (a.times.balance_closes_at == b.times.balance_closes_at, &self.balance_closes_at),
            (a.times.closed_at == b.times.closed_at, &self.closed_status),
            (a.said.single_stage == b.said.single_stage, &self.single_stage),
            (a.said.parent_id == b.said.parent_id, &self.parent_id),
            (self.sums() || a.goods_paid == b.goods_paid, &self.goods_paid),
        ] {
            if !same {
                return Err(Fault { at: joined.line_at(), ..joined.wrong(value, BadCode::DiffersInOrder) });
            }
        }
        Ok(())
    }

    /// Whether what was paid is the sum of the lines.
    fn sums(&self) -> bool {
        self.goods_paid.templates.is_empty()
    }
}

impl Roles for PoolRoles {
    type Order = FileOrder;

    fn group(&self) -> &[Cell] {
        &self.group
    }
    fn id(&self) -> &Value {
        &self.order_id
    }
    fn names<'o>(&self, order: &'o FileOrder) -> (&'o ShopId, &'o OrderId) {
        (&order.shop_id, &order.order.order_id)
    }

    /// Lines of the same goods are one.
    fn add(&self, order: &mut Option<FileOrder>, joined: &Joined<'_>) -> Result<(), Fault> {
        let head = self.head(joined)?;
        let line = self.line(joined)?;
        if let Some(known) = order {
            self.same(known, &head, joined)?;
        }
        let (shop_id, head) = head;
        let order = &mut order.get_or_insert(FileOrder { shop_id, order: head }).order;
        let value = if self.amount.templates.is_empty() { &self.unit_price } else { &self.amount };
        let too_high = || joined.wrong(value, BadCode::OutOfRange);
        if self.sums() && order.times.first_paid_at.is_some() {
            let sum = bounded(order.goods_paid.checked_add(line.amount));
            order.goods_paid = sum.ok_or_else(too_high)?;
        }
        if let Some(same) = order.lines.iter_mut().find(|known| known.sku == line.sku) {
            let sum = Some(same.quantity + line.quantity).filter(units);
            same.quantity = sum.ok_or_else(|| joined.wrong(&self.quantity, BadCode::NotAQuantity))?;
            same.amount = bounded(same.amount.checked_add(line.amount)).ok_or_else(too_high)?;
            return Ok(());
        }
        if order.lines.len() == limits::ORDER_LINES {
            return Err(joined.wrong(&self.sku, BadCode::TooManyLines));
        }
        order.lines.push(line);
        Ok(())
    }
}

fn bounded(amount: Option<Money>) -> Option<Money> {
    amount.filter(|amount| amount.minor() <= limits::AMOUNT_MINOR)
}
