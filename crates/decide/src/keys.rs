//! LOAD, seen from the inputs: which rows a batch needs.
//!
//! The first round asks for what the inputs name; the second for what those rows name in turn: the
//! customers and coupons of the orders.

use crate::command::Command;
use crate::message;
use crate::settings::command::{ImportCommand, SprintCommand};
use domain::{
    BatchId, CampaignId, CouponId, CustomerId, OrderId, RefundId, ShopId,
    campaign::{self, About, Asked, Roster, Version, Wants},
    event::{Body, OrderEvent},
    order::coupons,
};
use port::{Buyer, CodeKey, InboxKey, Keys, Subject};

/// The inbox key of an event.
pub fn inbox_key(shop: &ShopId, event: &OrderEvent) -> InboxKey {
    (shop.clone(), event.source.as_str().into(), event.event_id.as_str().into())
}

/// Where it is remembered that a refund was summed up with others of its order: no event has an empty source.
pub fn summed_key(shop: &ShopId, order: &OrderId, refund: &RefundId) -> InboxKey {
    let both = serde_json::json!([order, refund]).to_string();
    (shop.clone(), "".into(), both.into())
}

pub fn summed_by_event(shop: &ShopId, event: &OrderEvent) -> Option<InboxKey> {
    let facts = event.body.refund()?;
    Some(summed_key(shop, &facts.order_id, &facts.refund_id))
}

/// Adds what a command names.
pub fn first_keys(shop: &ShopId, command: &Command, keys: &mut Keys) {
    let key = |id: &OrderId| (shop.clone(), id.clone());
    let coupon = |id: &CouponId| (shop.clone(), id.clone());
    let batch = |id: &BatchId| (shop.clone(), id.clone());
    let standing = |id: &CustomerId| (shop.clone(), id.clone());
    add_shop(shop, keys);
    match command {
        Command::Ingest { event, .. } => event_keys(shop, event, keys),
        Command::Act(action) => act_keys(shop, action, keys),
        Command::CreateRefund { order_id, .. }
        | Command::RefundPayment { order_id, .. }
        | Command::RehearseRefund { order_id, .. }
        | Command::RecordTransfer { order_id, .. }
        | Command::AssignRefund { order_id, .. } => keys.orders.push(key(order_id)),
        Command::StartPayment { order_id, coupon_id, .. } => {
            keys.orders.push(key(order_id));
            keys.coupons.extend(coupon_id.iter().map(coupon));
        }
        Command::PutRisk { customer_id, .. } => keys.standings.push(standing(customer_id)),
        Command::Messages(command) => message::first_keys(shop, command, keys),
        Command::CreateBatch { batch_id, .. } => keys.batches.extend(batch_id.iter().map(batch)),
        Command::VoidBatch { batch_id: id } | Command::AddCodes { batch_id: id, .. } => {
            keys.batches.push(batch(id));
        }
        Command::ClaimBatch { batch_id, customer_id, .. } => claimer(shop, customer_id, batch_id, keys),
        Command::CreateCampaign { campaign_id: id, version, .. } => {
            terms_keys(shop, id.as_ref(), version, keys);
        }
        Command::ReviseCampaign { campaign_id: id, version } => terms_keys(shop, Some(id), version, keys),
        Command::PublishCampaign { campaign_id } | Command::ImportScope { campaign_id, .. } => {
            keys.publishing.push((shop.clone(), campaign_id.clone()));
        }
        Command::VoidCoupons { coupon_ids } => keys.coupons.extend(coupon_ids.iter().map(coupon)),
        Command::LockCoupon { coupon_id, order_id, .. } | Command::ReleaseCoupon { coupon_id, order_id } => {
            keys.orders.push(key(order_id));
            keys.coupons.push(coupon(coupon_id));
        }
        Command::RedeemCode { code, customer_id } => redeemer((shop.clone(), *code), customer_id, keys),
        Command::TakeShopOrder(order) => {
            keys.pool.orders.push(key(&order.order_id));
            keys.pool.told.push((shop.clone(), order.clone()));
        }
        Command::SubmitOrder { order_id }
        | Command::TransferOut { order_id }
        | Command::RejectOrder { order_id, .. }
        | Command::RecomputeOrder { order_id }
        | Command::AddGift { order_id, .. }
        | Command::RemoveGift { order_id, .. }
        | Command::DismissExceptions { order_id } => keys.pool.orders.push(key(order_id)),
        Command::FulfilOrder { order_id, .. } => last_door(shop, order_id, keys),
        Command::Import(command) => import_keys(shop, command, keys),
        Command::CloseCampaign { campaign_id: id, .. } => keys.books.push((shop.clone(), id.clone())),
        Command::Sprint(command) => sprint_keys(shop, command, keys),
        Command::PutPresaleStrategy(_)
        | Command::PutGiftStrategy(_)
        | Command::PutWatermark { .. }
        | Command::NoteGap(_)
        | Command::AcceptGaps { .. }
        | Command::PutGiftStock { .. }
        | Command::Rerun { .. }
        | Command::OverrideRun { .. }
        | Command::PutShop(_)
        | Command::Try(_)
        | Command::PutWebhook(_)
        | Command::RotateSecret(_)
        | Command::RemoveWebhook(_)
        | Command::ReviveDeliveries(_) => {}
    }
}

/// Adds an import that is there.
fn import_keys(shop: &ShopId, command: &ImportCommand, keys: &mut Keys) {
    keys.imports.extend(command.import_id().map(|id| (shop.clone(), id.clone())));
}

/// Adds a platform's sprint and the shop's invitation to it. What the invitation names is loaded once it is read.
fn sprint_keys(shop: &ShopId, command: &SprintCommand, keys: &mut Keys) {
    keys.plans.push((ShopId::platform(), command.sprint().clone()));
    if *shop != ShopId::platform() {
        keys.invitations.push((shop.clone(), command.sprint().clone()));
    }
}

/// Adds the shop, once for neighbours.
fn add_shop(shop: &ShopId, keys: &mut Keys) {
    if keys.shops.last() != Some(shop) {
        keys.shops.push(shop.clone());
    }
}

/// Adds a batch and who claims of it.
fn claimer(shop: &ShopId, customer: &CustomerId, batch: &BatchId, keys: &mut Keys) {
    keys.batches.push((shop.clone(), batch.clone()));
    keys.standings.push((shop.clone(), customer.clone()));
    keys.batch_claims.push((shop.clone(), customer.clone(), batch.clone()));
}

/// Adds a code and who redeems it.
fn redeemer(code: CodeKey, customer: &CustomerId, keys: &mut Keys) {
    keys.standings.push((code.0.clone(), customer.clone()));
    keys.codes.push(code.clone());
    keys.redeemers.push((code, customer.clone()));
}

/// Adds what the kind of a campaign wants for its action.
fn act_keys(shop: &ShopId, action: &domain::campaign::Action, keys: &mut Keys) {
    let mut wants = Wants::default();
    campaign::wants_for(action, &mut wants);
    add(shop, wants, keys);
}

/// Adds what publishing terms reads, whether they are published now or not.
fn terms_keys(shop: &ShopId, campaign: Option<&CampaignId>, version: &Version, keys: &mut Keys) {
    let mut wants = Wants::default();
    wants.books.extend(campaign.cloned());
    campaign::wants_published(&version.terms, &mut wants);
    add(shop, wants, keys);
}

/// Adds an order that goes to the warehouse; one of our own presale keeps in its timeline what was accepted.
fn last_door(shop: &ShopId, order: &OrderId, keys: &mut Keys) {
    keys.orders.push((shop.clone(), order.clone()));
    keys.pool.orders.push((shop.clone(), order.clone()));
}

/// Adds what a kind wants.
fn add(shop: &ShopId, mut wants: Wants, keys: &mut Keys) {
    add_wanted(shop, &mut wants, keys);
}

/// Adds what a kind wants, and takes it from there: the one place that says which rows a want leads to.
pub fn add_wanted(shop: &ShopId, wants: &mut Wants, keys: &mut Keys) {
    let Wants { orders, coupons, standings, everywhere, rewards, takers, books, sprints, members, batches } =
        wants;
    keys.orders.extend(orders.drain(..).map(|id| (shop.clone(), id)));
    keys.coupons.extend(coupons.drain(..).map(|id| (shop.clone(), id)));
    keys.standings.extend(standings.drain(..).map(|id| (shop.clone(), id)));
    keys.standings.extend(everywhere.drain(..).map(|id| (ShopId::platform(), id)));
    keys.rewards.extend(rewards.drain(..).map(|id| (shop.clone(), id)));
    keys.sprints.extend(sprints.drain(..).map(|id| (shop.clone(), id)));
    let of_waves =
        members.drain(..).map(|(campaign, wave, customer)| (shop.clone(), campaign, wave, customer));
    keys.members.extend(of_waves);
    let kept = books.drain(..).chain(takers.iter().map(|(campaign, _)| campaign.clone()));
    for campaign in kept {
        keys.books.push((shop.clone(), campaign.clone()));
        keys.charters.push((shop.clone(), campaign));
    }
    for (campaign, customer) in takers.drain(..) {
        keys.takers.push((shop.clone(), campaign, customer));
    }
    for (batch, customer) in batches.drain(..) {
        keys.batches.push((shop.clone(), batch.clone()));
        keys.batch_claims.extend(customer.map(|customer| (shop.clone(), customer, batch)));
    }
}

/// Adds what an event names.
fn event_keys(shop: &ShopId, event: &OrderEvent, keys: &mut Keys) {
    let key = |id: &OrderId| (shop.clone(), id.clone());
    if let Some(order) = event.body.order_id() {
        keys.orders.push(key(order));
        // These may set free what waits, or wait themselves, although the order is there.
        if matches!(
            event.body,
            Body::PaymentSucceeded(_)
                | Body::Cancelled(_)
                | Body::RefundRequested(_)
                | Body::RefundApproved(_)
                | Body::RefundRejected(_)
                | Body::RefundSucceeded(_)
        ) {
            keys.parked.push(key(order));
        }
    }
    keys.inbox.extend(summed_by_event(shop, event));
    if let Body::Placed(placed) = &event.body {
        keys.buyers.push(Buyer {
            order: key(&placed.order_id),
            customer_id: placed.customer_id.clone(),
            at: event.occurred_at,
            may_be_free: placed.may_cost_nothing(),
            is_waiting_known: false,
        });
        let mut wants = Wants::default();
        campaign::wants(
            &Asked { about: About::Placed(placed), campaigns: Roster::none(), sends: false },
            &mut wants,
        );
        add(shop, wants, keys);
        let named = coupons::coupons(&placed.discounts);
        keys.coupons.extend(named.into_iter().map(|id| (shop.clone(), id)));
    }
    if let Body::MemberJoined(member) = &event.body {
        keys.standings.push((shop.clone(), member.customer_id.clone()));
    }
    if let Body::MemberMerged(accounts) = &event.body {
        keys.standings
            .extend([&accounts.from, &accounts.into].map(|account| (shop.clone(), account.clone())));
    }
    if let Body::Placed(placed) = &event.body
        && placed.lines.iter().any(|line| line.presale_campaign_id.is_some())
    {
        keys.pool.orders.push(key(&placed.order_id));
        let told = super::pool::as_placed(placed, event.occurred_at);
        keys.pool.told.push((shop.clone(), std::sync::Arc::new(told)));
    }
    if let Body::PaymentSucceeded(payment) = &event.body {
        let named = coupons::coupons(&payment.discounts);
        let named = named.iter().chain(&payment.coupon_id);
        keys.coupons.extend(named.map(|id| (shop.clone(), id.clone())));
    }
}

/// Adds what a timer names.
pub fn timer_keys(shop: &ShopId, subject: &Subject, keys: &mut Keys) {
    add_shop(shop, keys);
    match subject {
        Subject::Order(id) => {
            keys.orders.push((shop.clone(), id.clone()));
            keys.sends = true;
        }
        Subject::Coupon(id) => keys.coupons.push((shop.clone(), id.clone())),
        Subject::PoolOrder(id) => keys.pool.orders.push((shop.clone(), id.clone())),
        // Their stretch of orders follows from the strategy: see `pool::second_keys`.
        Subject::PresaleStrategy(id) => keys.pool.passes.push((shop.clone(), id.clone())),
        Subject::GiftRun(id) => keys.pool.runs.push((shop.clone(), id.clone())),
        // It lies with the shop.
        Subject::Wallet => {}
        // Who wins next follows from where it stands: see `named`.
        Subject::Sprint(id) => keys.sprints.push((shop.clone(), id.clone())),
        Subject::Invitation(id) => {
            keys.plans.push((ShopId::platform(), id.clone()));
            keys.invitations.push((shop.clone(), id.clone()));
        }
    }
}
