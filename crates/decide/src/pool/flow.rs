//! Orders of presale campaigns flow into the pool by themselves when a presale strategy covers them, and
//! their payments, cancellations and shippings follow them there.

use super::{cover, fulfil, lives_on, moment, moves, take};
use crate::book::Draft;
use domain::{
    Code, Instant, OrderId,
    event::Placed,
    order::{Order, State},
    pool::{Learned, PoolLine, PoolOrder, Said, ShopOrder, Stage, Times},
};
use money::Money;

/// Brings the pool up to date with the presale orders that a decision has changed.
pub fn follow_orders(draft: &mut Draft<'_>) {
    let is_used = draft.pool_row().is_ok_and(|row| !row.is_unused());
    if !is_used {
        return;
    }
    let changed: Vec<OrderId> = draft.changes().orders.iter().map(|order| order.order_id.clone()).collect();
    for id in changed {
        let Some(order) = draft.order(&id).filter(|order| order.presale.is_some()) else { continue };
        if draft.pool_facts().knows_order(&(draft.shop_id.clone(), id)) {
            follow(draft, &order);
        }
    }
}

fn follow(draft: &mut Draft<'_>, order: &Order) {
    let told = as_shop_order(order);
    let known = draft.find_pool_order(&order.order_id);
    let is_news = known.is_none();
    let mut pooled = known.unwrap_or_else(|| PoolOrder::new(&told, draft.now));
    if is_news {
        // Without a strategy that covers it, it is no business of the pool.
        if told.times.closed_at.is_some() || cover::cover(draft, &pooled).is_none() {
            return;
        }
        moves::enter_pool(draft, &mut pooled);
    } else {
        let revived = pooled.stage == Stage::Closed && told.times.closed_at.is_none();
        if pooled.mirror(&told) == Learned::Nothing && !revived && order.shipped_at.is_none() {
            return;
        }
        if revived {
            lives_on::give_again(draft, &mut pooled);
            pooled.go(Stage::ShopOrder, draft.now);
            moves::enter_pool(draft, &mut pooled);
        }
    }
    take::move_on(draft, &mut pooled);
    if let Some(shipped) = order.shipped_at.filter(|_| pooled.stage == Stage::Review) {
        // The parcel has left: what was not decided or has changed is for people to look at.
        for strategy in moment::unsettled(draft, &pooled) {
            pooled.note(Code::GiftsUndecided, Some(&strategy), draft.now);
        }
        fulfil::close_undecided(draft, &pooled);
        pooled.go(Stage::Fulfilment, shipped);
        pooled.list_stages(true, draft.now);
    }
    draft.put_pool_order(pooled);
}

/// A presale order as the pool sees it. What goes back lowers its amount and takes its goods along; when all
/// has gone back it is closed (A-S4-8).
pub fn as_shop_order(order: &Order) -> ShopOrder {
    let paid_at = match order.state {
        State::Paid { at } => Some(at),
        State::Open | State::Cancelled { .. } => None,
    };
    let closed_at = match order.state {
        State::Cancelled { at, .. } => Some(at),
        State::Paid { .. } if order.is_refunded() => order.live_refunds().map(|refund| refund.at).max(),
        State::Open | State::Paid { .. } => None,
    };
    let two_stage = order.presale.as_ref().filter(|presale| !presale.in_full);
    let paid: Money = (0..order.lines.len()).map(|index| order.paid_for(index)).sum();
    let back: Money = order.live_refunds().map(|refund| refund.amount - refund.freight).sum();
    let single_stage = Some(two_stage.is_none());
    let refund_open = order.refunds.iter().any(|refund| refund.status.is_open());
    ShopOrder {
        order_id: order.order_id.clone(),
        customer_id: order.customer_id.clone(),
        times: Times {
            ordered_at: order.placed_at,
            first_paid_at: if two_stage.is_some() { order.deposit_paid_at } else { paid_at },
            balance_paid_at: paid_at.filter(|_| two_stage.is_some()),
            balance_opens_at: two_stage.map(|presale| presale.balance_window.starts_at),
            // The order's own timer closes it.
            balance_closes_at: None,
            closed_at,
        },
        goods_paid: (paid - back).max(Money::ZERO),
        lines: (0..order.lines.len()).filter_map(|index| kept(order, index)).collect(),
        said: Said { single_stage, refund_open, ..Said::default() },
    }
}

/// What the customer keeps of a line.
fn kept(order: &Order, index: usize) -> Option<PoolLine> {
    let line = &order.lines[index];
    let quantity = line.quantity.saturating_sub(order.refunded_units(&line.line_id));
    let parts = order.live_refunds().flat_map(|refund| &refund.lines);
    let back: Money = parts.filter(|part| part.line_id == line.line_id).map(|part| part.amount).sum();
    let amount = (order.payable_of(index) - back).max(Money::ZERO);
    (quantity > 0).then(|| pool_line(line.sku.clone(), quantity, amount))
}

/// A presale order that is being placed, as far as the rows it needs go.
pub fn as_placed(placed: &Placed, at: Instant) -> ShopOrder {
    let line = |line: &domain::event::PlacedLine| pool_line(line.sku.clone(), line.quantity, Money::ZERO);
    ShopOrder {
        order_id: placed.order_id.clone(),
        customer_id: placed.customer_id.clone(),
        times: Times {
            ordered_at: at,
            first_paid_at: None,
            balance_paid_at: None,
            balance_opens_at: None,
            balance_closes_at: None,
            closed_at: None,
        },
        goods_paid: Money::ZERO,
        lines: placed.lines.iter().map(line).collect(),
        said: Said::default(),
    }
}

fn pool_line(sku: domain::Sku, quantity: u64, amount: Money) -> PoolLine {
    PoolLine { sku, quantity, amount }
}
