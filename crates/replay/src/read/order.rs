//! An order as the export tells it.

use domain::{Instant, ShopId, event::Placed, order::Method};

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
