//! LOAD, seen from the inputs: which rows a batch needs.
//!
//! The first round asks for what the inputs name; the second for what those rows name in turn: the
//! customers and coupons of the orders.

use crate::command::Command;
use crate::facts::Facts;
use crate::rows::{InboxKey, Keys, Subject};
use domain::{
    OrderId, ShopId,
    event::{Body, OrderEvent},
    order::PaymentStatus,
};
use std::collections::HashSet;

/// The inbox key of an event.
pub fn inbox_key(shop: &ShopId, event: &OrderEvent) -> InboxKey {
    (
        shop.clone(),
        event.source.as_str().into(),
        event.event_id.as_str().into(),
    )
}

/// Adds what a command names.
pub fn first_keys(shop: &ShopId, command: &Command, keys: &mut Keys) {
    let key = |id: &OrderId| (shop.clone(), id.clone());
    keys.shops.push(shop.clone());
    match command {
        Command::Ingest { event, .. } => {
            keys.inbox.push(inbox_key(shop, event));
            if let Some(order) = event.body.order_id() {
                keys.orders.push(key(order));
                if matches!(event.body, Body::Placed(_) | Body::PaymentSucceeded(_)) {
                    keys.parked.push(key(order));
                }
            }
            if let Body::PaymentSucceeded(payment) = &event.body {
                keys.coupons.extend(
                    payment
                        .coupon_id
                        .iter()
                        .map(|id| (shop.clone(), id.clone())),
                );
            }
        }
        Command::Claim { order_id, .. } | Command::CreateRefund { order_id, .. } => {
            keys.orders.push(key(order_id))
        }
        Command::StartPayment {
            order_id,
            coupon_id,
            ..
        } => {
            keys.orders.push(key(order_id));
            keys.coupons
                .extend(coupon_id.iter().map(|id| (shop.clone(), id.clone())));
        }
        Command::PutRisk { customer_id, .. } => {
            keys.standings.push((shop.clone(), customer_id.clone()))
        }
        Command::MessageFailed { message_id, .. } => {
            keys.messages.push((shop.clone(), message_id.clone()))
        }
        Command::PutShop(_)
        | Command::CreateCampaign { .. }
        | Command::ReviseCampaign { .. }
        | Command::PublishCampaign { .. }
        | Command::CloseCampaign { .. }
        | Command::ImportScope { .. }
        | Command::PutWebhook(_)
        | Command::RemoveWebhook(_)
        | Command::ReviveDeliveries(_) => {}
    }
}

/// Adds what a timer names.
pub fn timer_keys(shop: &ShopId, subject: &Subject, keys: &mut Keys) {
    keys.shops.push(shop.clone());
    match subject {
        Subject::Order(id) => keys.orders.push((shop.clone(), id.clone())),
        Subject::Coupon(id) => keys.coupons.push((shop.clone(), id.clone())),
    }
}

/// What the loaded rows name in turn. `None` when nothing is missing. Coupons can name orders, so
/// the engine asks until it gets `None`.
pub fn second_keys(facts: &Facts, first: &Keys) -> Option<Keys> {
    let mut keys = Keys::default();
    let mut coupons = HashSet::new();
    let mut orders = HashSet::new();
    let mut standings = HashSet::new();
    for coupon in first
        .coupons
        .iter()
        .filter_map(|key| facts.coupon(key).map(|c| (&key.0, c)))
    {
        let (shop, coupon) = coupon;
        let held_by = coupon.lock.as_ref().map(|lock| lock.order_id.clone());
        for order in held_by.into_iter().chain([coupon.origin_order_id.clone()]) {
            if !facts.knows_order(&(shop.clone(), order.clone())) {
                orders.insert((shop.clone(), order));
            }
        }
    }
    for (shop, id) in &first.orders {
        let Some(order) = facts.order(&(shop.clone(), id.clone())) else {
            continue;
        };
        let held = order
            .payments
            .iter()
            .filter(|p| p.status == PaymentStatus::Started);
        let named = held
            .filter_map(|p| p.coupon_id.clone())
            .chain(order.claimed_coupon().cloned());
        let used = order.paid_by().and_then(|p| p.coupon_id.clone());
        for coupon in named.chain(used) {
            if !facts.knows_coupon(&(shop.clone(), coupon.clone())) {
                coupons.insert((shop.clone(), coupon));
            }
        }
        if order.recovery.offer.is_some() || !order.recovery.candidates.is_empty() {
            standings.insert((shop.clone(), order.customer_id.clone()));
        }
    }
    for (shop, id) in &first.messages {
        let Some(message) = facts.message(&(shop.clone(), id.clone())) else {
            continue;
        };
        orders.insert((shop.clone(), message.order_id.clone()));
    }
    for (shop, order) in &first.parked {
        for waiting in facts.parked(&(shop.clone(), order.clone())) {
            let Body::PaymentSucceeded(payment) = &waiting.event.body else {
                continue;
            };
            let Some(coupon) = &payment.coupon_id else {
                continue;
            };
            if !facts.knows_coupon(&(shop.clone(), coupon.clone())) {
                coupons.insert((shop.clone(), coupon.clone()));
            }
        }
    }
    keys.coupons = coupons.into_iter().collect();
    keys.orders = orders.into_iter().collect();
    // The platform-wide row is only for those whose campaigns count there.
    let wide = |shop: &ShopId| {
        facts
            .shop(shop)
            .is_some_and(crate::facts::counts_platform_wide)
    };
    let platform: Vec<_> = standings
        .iter()
        .filter(|(shop, _)| wide(shop))
        .cloned()
        .collect();
    keys.standings = standings.into_iter().collect();
    keys.standings.extend(
        platform
            .into_iter()
            .map(|(_, customer)| (ShopId::platform(), customer)),
    );
    let nothing = keys.coupons.is_empty() && keys.orders.is_empty() && keys.standings.is_empty();
    (!nothing).then_some(keys)
}
