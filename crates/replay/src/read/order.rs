//! An order as the export tells it.

use domain::{
    CustomerId, Instant, LineId, OrderId, ShopId, Sku,
    catalog::Category,
    event::{Placed, PlacedLine},
    order::{Goods, Method, OrderKind, Source},
};
use money::Money;
use serde::{Deserialize, Serialize};

/// An order of the export, with the times of what happened to it.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceOrder {
    /// The shop that sold it.
    pub shop_id: ShopId,
    /// The order as the platform would have told it; payable is lines + freight.
    pub placed: Placed,
    /// When it was placed.
    pub placed_at: Instant,
    /// When and how it was paid.
    pub paid_at: Option<(Instant, Method)>,
    /// When it was cancelled unpaid. An order that was paid first has none: its end is a refund.
    pub cancelled_at: Option<Instant>,
    /// When the parcel left.
    pub shipped_at: Option<Instant>,
    /// When it arrived.
    pub received_at: Option<Instant>,
}

/// What a row says of its order, as it is kept until the last row was read.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct OrderHead {
    pub shop_id: ShopId,
    pub order_id: OrderId,
    pub customer_id: CustomerId,
    pub source: Source,
    pub freight: Money,
    pub placed_at: Instant,
    pub paid_at: Option<(Instant, Method)>,
    pub cancelled_at: Option<Instant>,
    pub shipped_at: Option<Instant>,
    pub received_at: Option<Instant>,
    /// Times that were left out.
    pub times_left_out: u64,
}

impl OrderHead {
    /// The order, without its lines, and with room for so many.
    pub fn with_room_for(self, lines: usize) -> SourceOrder {
        let placed = Placed {
            order_id: self.order_id,
            customer_id: self.customer_id,
            source: self.source,
            kind: OrderKind::Normal,
            goods: Goods::Physical,
            lines: Vec::with_capacity(lines),
            discounts: Vec::new(),
            freight: self.freight,
            payable: Money::ZERO,
            cancel_at: None,
            checkout_id: None,
        };
        SourceOrder {
            shop_id: self.shop_id,
            placed,
            placed_at: self.placed_at,
            paid_at: self.paid_at,
            cancelled_at: self.cancelled_at,
            shipped_at: self.shipped_at,
            received_at: self.received_at,
        }
    }
}

/// What a row says of its line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OrderLine {
    pub line_id: LineId,
    pub sku: Sku,
    pub categories: Vec<Category>,
    pub quantity: u64,
    pub unit_price: Money,
    pub freight: Money,
}

impl OrderLine {
    /// The line as the platform would have told it.
    pub fn placed(&self) -> PlacedLine {
        PlacedLine {
            title: None,
            line_id: self.line_id.clone(),
            sku: self.sku.clone(),
            categories: self.categories.clone(),
            quantity: self.quantity,
            unit_price: self.unit_price,
            presale_campaign_id: None,
        }
    }
}

impl SourceOrder {
    /// The lowest category of the line with the largest amount, the first of equals; empty for none.
    pub fn category(&self) -> &str {
        let amount = |line: &domain::event::PlacedLine| {
            i128::from(line.unit_price.minor()) * i128::from(line.quantity)
        };
        let lines = self.placed.lines.iter().rev();
        let largest = lines.max_by_key(|line| amount(line));
        let category = largest.and_then(|line| line.categories.last());
        category.map_or("", domain::catalog::Category::as_str)
    }

    /// Whole minutes from placing to payment, rounded down.
    pub fn minutes_to_payment(&self) -> Option<i64> {
        let (paid_at, _) = self.paid_at?;
        Some(paid_at.since(self.placed_at) / 60_000_000)
    }
}
