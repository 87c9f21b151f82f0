//! What a customer has paid for of late in a shop, and which of their open orders that is held against (A-S0-25).
//!
//! Kept in the customer's row of the shop, so that an order finds what was bought beside it, and a payment the orders
//! that it speaks for, without a walk over all orders. Goods are kept as digests of their SKUs. Always bounded: the
//! oldest are forgotten first, and what is forgotten hides nothing.

use crate::{
    Instant, OrderId, Sku, limits,
    order::{Goods, Order, State},
};
use serde::{Deserialize, Serialize};

/// A customer's purchases of late.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Purchases {
    /// Orders that are wholly paid and not wholly refunded, by the time of their payment.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    paid: Vec<Purchase>,
    /// Open orders that show a coupon, or would if their goods had not been bought; oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    watched: Vec<OrderId>,
}

/// A paid order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Purchase {
    order_id: OrderId,
    at: Instant,
    /// Digests of its SKUs, rising.
    goods: Vec<u64>,
}

fn digest(sku: &Sku) -> u64 {
    let hash = blake3::hash(sku.as_str().as_bytes());
    u64::from_le_bytes(hash.as_bytes()[..8].try_into().unwrap_or_default())
}

fn goods(order: &Order) -> Vec<u64> {
    let mut goods: Vec<u64> = order.lines.iter().map(|line| digest(&line.sku)).collect();
    goods.sort_unstable();
    goods.dedup();
    goods
}

impl Purchases {
    /// Whether there is nothing to remember.
    pub fn is_empty(&self) -> bool {
        self.paid.is_empty() && self.watched.is_empty()
    }

    /// Brings what is known of an order up to date; says whether that changed anything. It counts while it is wholly
    /// paid and not wholly refunded.
    pub fn follow(&mut self, order: &Order) -> bool {
        let before = self.paid.clone();
        self.paid.retain(|known| known.order_id != order.order_id);
        let returned = order.called_off.is_some() || order.is_refunded();
        if let State::Paid { at } = order.state
            && !returned
        {
            let goods = goods(order);
            if goods.len() <= limits::PURCHASE_SKUS {
                self.paid.push(Purchase { order_id: order.order_id.clone(), at, goods });
            }
        }
        self.paid.sort_by(|a, b| (a.at, &a.order_id).cmp(&(b.at, &b.order_id)));
        let latest = self.paid.last().map(|last| last.at);
        let oldest = latest.map(|at| at.plus_hours(-24 * limits::PURCHASE_DAYS));
        self.paid.retain(|known| oldest.is_none_or(|oldest| known.at > oldest));
        let over = self.paid.len().saturating_sub(limits::PURCHASES);
        self.paid.drain(..over);
        self.paid != before
    }

    /// The first of the customer's other orders that holds every SKU of this one and was paid after this one was
    /// placed, by that moment where one is named. Quantities are not compared; virtual goods are bought again and
    /// again, so nothing is held against them.
    pub fn in_place_of(&self, order: &Order, by: Option<Instant>) -> Option<&OrderId> {
        if self.paid.is_empty() || order.goods == Goods::Virtual {
            return None;
        }
        let wanted = goods(order);
        let holds = |known: &&Purchase| {
            known.order_id != order.order_id
                && known.at > order.placed_at
                && by.is_none_or(|by| known.at <= by)
                && wanted.iter().all(|sku| known.goods.binary_search(sku).is_ok())
        };
        self.paid.iter().find(holds).map(|known| &known.order_id)
    }

    /// An open order shows a coupon, or would. Past the limit the oldest is let go.
    pub fn watch(&mut self, order: &OrderId) -> bool {
        if self.watched.contains(order) {
            return false;
        }
        if self.watched.len() >= limits::WATCHED_ORDERS {
            self.watched.remove(0);
        }
        self.watched.push(order.clone());
        true
    }
    /// It has ended.
    pub fn let_go(&mut self, order: &OrderId) -> bool {
        let before = self.watched.len();
        self.watched.retain(|known| known != order);
        self.watched.len() != before
    }
    /// Orders that a purchase may be held against.
    pub fn watched(&self) -> &[OrderId] {
        &self.watched
    }
}
