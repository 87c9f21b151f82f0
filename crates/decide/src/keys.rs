//! LOAD, seen from the inputs: which rows a batch needs.
//!
//! The first round asks for what the inputs name; the second for what those rows name in turn: the
//! customers and coupons of the orders.

use crate::book::Facts;
use crate::command::Command;
use crate::message;
use domain::{
    BatchId, CouponId, CustomerId, MessageId, OrderId, RefundId, ShopId,
    campaign::{self, About, Asked, Wants},
    event::{Body, OrderEvent, PaymentSucceeded},
    message::numbers::NumberKey,
    order::{Order, coupons},
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

fn summed_by_event(shop: &ShopId, event: &OrderEvent) -> Option<InboxKey> {
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
        | Command::AssignRefund { order_id, .. } => keys.orders.push(key(order_id)),
        Command::StartPayment { order_id, coupon_id, .. } => {
            keys.orders.push(key(order_id));
            keys.coupons.extend(coupon_id.iter().map(coupon));
        }
        Command::PutRisk { customer_id, .. } => keys.standings.push(standing(customer_id)),
        Command::Messages(command) => message::first_keys(shop, command, keys),
        Command::CreateBatch { batch_id, .. } => keys.batches.extend(batch_id.iter().map(batch)),
        Command::VoidBatch { batch_id } | Command::AddCodes { batch_id, .. } => {
            keys.batches.push(batch(batch_id));
        }
        Command::ClaimBatch { batch_id, customer_id, .. } => {
            keys.batches.push(batch(batch_id));
            keys.standings.push(standing(customer_id));
            keys.batch_claims.push((shop.clone(), customer_id.clone(), batch_id.clone()));
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
        Command::StartImport { import_id }
        | Command::LeaveImport { import_id }
        | Command::CancelImport { import_id }
        | Command::EndImport { import_id, .. } => keys.imports.push((shop.clone(), import_id.clone())),
        Command::PutPresaleStrategy(_)
        | Command::PutGiftStrategy(_)
        | Command::PutWatermark { .. }
        | Command::NoteGap(_)
        | Command::AcceptGaps { .. }
        | Command::PutGiftStock { .. }
        | Command::Rerun { .. }
        | Command::OverrideRun { .. }
        | Command::PutShop(_)
        | Command::CreateImport(_)
        | Command::CreateCampaign { .. }
        | Command::ReviseCampaign { .. }
        | Command::PublishCampaign { .. }
        | Command::CloseCampaign { .. }
        | Command::ImportScope { .. }
        | Command::PutWebhook(_)
        | Command::RotateSecret(_)
        | Command::RemoveWebhook(_)
        | Command::ReviveDeliveries(_) => {}
    }
}

/// Adds the shop, once for neighbours.
fn add_shop(shop: &ShopId, keys: &mut Keys) {
    if keys.shops.last() != Some(shop) {
        keys.shops.push(shop.clone());
    }
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

/// Adds an order that goes to the warehouse; one of our own presale keeps in its timeline what was accepted.
fn last_door(shop: &ShopId, order: &OrderId, keys: &mut Keys) {
    keys.orders.push((shop.clone(), order.clone()));
    keys.pool.orders.push((shop.clone(), order.clone()));
}

/// Adds what a kind wants.
fn add(shop: &ShopId, wants: Wants, keys: &mut Keys) {
    keys.orders.extend(wants.orders.into_iter().map(|id| (shop.clone(), id)));
    keys.coupons.extend(wants.coupons.into_iter().map(|id| (shop.clone(), id)));
    keys.standings.extend(wants.standings.into_iter().map(|id| (shop.clone(), id)));
    keys.standings.extend(wants.everywhere.into_iter().map(|id| (ShopId::platform(), id)));
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
        if placed.may_cost_nothing() {
            keys.standings.push((shop.clone(), placed.customer_id.clone()));
        } else {
            keys.buyers.push(Buyer {
                order: key(&placed.order_id),
                customer_id: placed.customer_id.clone(),
                at: event.occurred_at,
                is_waiting_known: false,
            });
        }
        let mut wants = Wants::default();
        campaign::wants(&Asked { about: About::Placed(placed), campaigns: &[], sends: false }, &mut wants);
        add(shop, wants, keys);
        let named = coupons::coupons(&placed.discounts);
        keys.coupons.extend(named.into_iter().map(|id| (shop.clone(), id)));
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
    }
}

/// What the loaded rows name in turn. `None` when nothing is missing. Coupons can name orders, so
/// the engine asks until it gets `None`.
pub fn second_keys(facts: &Facts, first: &Keys) -> Option<Keys> {
    let keys = Keys { sends: first.sends, ..Keys::default() };
    let mut named = Named { facts, keys, wants: Wants::default() };
    first.coupons.iter().for_each(|key| named.by_coupon(key));
    first.orders.iter().for_each(|key| named.by_order(key));
    first.messages.iter().for_each(|key| named.by_message(key));
    first.parked.iter().for_each(|key| named.by_parked(key));
    first.standings.iter().for_each(|key| named.by_standing(key));
    first.addressees.iter().for_each(|key| named.by_addressee(key));
    first.buyers.iter().for_each(|buyer| named.by_buyer(buyer, first));
    first.redeemers.iter().for_each(|(code, customer)| named.by_code(code, customer));
    super::pool::second_keys(facts, first, &mut named.keys.pool);
    named.keys()
}

/// Rows that loaded rows name, as far as they are not loaded themselves.
struct Named<'a> {
    facts: &'a Facts,
    /// A key may be named more than once: each is asked for once, see [`Keys::sort`].
    keys: Keys,
    /// What kinds want of the order at hand; kept for its room.
    wants: Wants,
}

impl Named<'_> {
    fn coupon(&mut self, shop: &ShopId, id: &CouponId) {
        let key = (shop.clone(), id.clone());
        if !self.facts.knows_coupon(&key) {
            self.keys.coupons.push(key);
        }
    }

    fn order(&mut self, shop: &ShopId, id: &OrderId) {
        let key = (shop.clone(), id.clone());
        if !self.facts.knows_order(&key) {
            self.keys.orders.push(key);
        }
    }

    fn batch(&mut self, shop: &ShopId, id: &BatchId) {
        let key = (shop.clone(), id.clone());
        if !self.facts.knows_batch(&key) {
            self.keys.batches.push(key);
        }
    }

    /// A presale order may be in the presale pool, or come into it.
    fn pooled(&mut self, shop: &ShopId, order: &Order) {
        let is_used = self.facts.shop(shop).is_some_and(|row| !row.pool.is_unused());
        let key = (shop.clone(), order.order_id.clone());
        if is_used && !self.facts.pool().knows_order(&key) {
            self.keys.pool.orders.push(key);
            let told = super::pool::as_shop_order(order);
            super::pool::buyers(self.facts, shop, &told, &mut self.keys.pool);
        }
    }

    /// A code names its batch, and whoever redeems it what they had of it.
    fn by_code(&mut self, key: &CodeKey, customer: &CustomerId) {
        let facts = self.facts;
        let Some(code) = facts.code(key) else {
            return;
        };
        self.batch(&key.0, &code.batch_id);
        let claims = (key.0.clone(), customer.clone(), code.batch_id.clone());
        if !facts.knows_batch_claim(&claims) {
            self.keys.batch_claims.push(claims);
        }
    }

    /// A coupon names the order it was shown on or the batch it is of, and the orders that hold
    /// or used it.
    fn by_coupon(&mut self, key: &(ShopId, CouponId)) {
        let facts = self.facts;
        let Some(coupon) = facts.coupon(key) else {
            return;
        };
        if let Some(offer) = coupon.origin.offer() {
            self.order(&key.0, &offer.origin_order_id);
        }
        if let Some(batch) = coupon.batch_id() {
            self.batch(&key.0, batch);
        }
        for order in coupon.claimants() {
            self.order(&key.0, order);
        }
    }

    /// An order names the coupons of its attempts and those that it was placed with, and, where recovery is at work, its customer.
    fn by_order(&mut self, key: &(ShopId, OrderId)) {
        let facts = self.facts;
        let Some(order) = facts.order(key) else {
            // It may be placed now, or its event must wait beside others.
            if !facts.knows_parked(key) {
                self.keys.parked.push(key.clone());
            }
            return;
        };
        // Of ended attempts too: their money may have come in time and be heard of now.
        let named = order.payments.iter().flat_map(|p| p.coupon_id.iter().chain(&p.started_with));
        for coupon in named.chain(order.claimed_coupon()) {
            self.coupon(&key.0, coupon);
        }
        for coupon in coupons::all_of_order(order) {
            self.coupon(&key.0, &coupon);
        }
        if order.presale.is_some() {
            self.pooled(&key.0, order);
        }
        if self.keys.sends && (order.presale.is_some() || !order.notices.is_empty()) {
            self.addressee(&key.0, &order.customer_id);
        }
        self.told(&key.0, &order.customer_id);
        let campaigns = facts.shop(&key.0).map(|row| &row.campaigns[..]).unwrap_or_default();
        let mut wants = std::mem::take(&mut self.wants);
        let asked = Asked { about: About::Order(order), campaigns, sends: self.keys.sends };
        campaign::wants(&asked, &mut wants);
        wants.standings.drain(..).for_each(|customer| self.standing(&key.0, &customer));
        wants.everywhere.drain(..).for_each(|customer| self.standing(&ShopId::platform(), &customer));
        wants.orders.drain(..).for_each(|id| self.order(&key.0, &id));
        wants.coupons.drain(..).for_each(|id| self.coupon(&key.0, &id));
        self.wants = wants;
    }

    /// What a customer buys is held against their open orders (A-S0-25).
    fn by_standing(&mut self, key: &(ShopId, CustomerId)) {
        let facts = self.facts;
        self.told(&key.0, &key.1);
        if let Some(standing) = facts.find_standing(key) {
            standing.beside().for_each(|id| self.order(&key.0, id));
        }
    }

    /// An order that is placed may have been paid before we heard of it, or be paid in this very batch: then its
    /// customer's other orders are looked at (A-S0-25). One that is there already is looked at by itself.
    fn by_buyer(&mut self, buyer: &Buyer, first: &Keys) {
        let (facts, (shop, _)) = (self.facts, &buyer.order);
        self.told(shop, &buyer.customer_id);
        let is_paid_now = !buyer.is_waiting_known && first.parked.binary_search(&buyer.order).is_ok();
        if is_paid_now || facts.is_waited_for(&buyer.order) {
            let campaigns = facts.shop(shop).map(|row| &row.campaigns[..]).unwrap_or_default();
            if campaign::recovery::remembers(campaigns, buyer.at) {
                self.standing(shop, &buyer.customer_id);
            }
        } else if !buyer.is_waiting_known && facts.order(&buyer.order).is_none() {
            self.keys.buyers.push(Buyer { is_waiting_known: true, ..buyer.clone() });
        }
    }

    fn standing(&mut self, shop: &ShopId, customer: &CustomerId) {
        let key = (shop.clone(), customer.clone());
        if !self.facts.knows_standing(&key) {
            self.keys.standings.push(key);
        }
    }

    /// Whom a notice may go to, in a shop that sends any.
    fn told(&mut self, shop: &ShopId, customer: &CustomerId) {
        if self.facts.find_shop(shop).is_some_and(|row| row.centre.is_some()) {
            self.addressee(shop, customer);
        }
    }

    fn addressee(&mut self, shop: &ShopId, customer: &CustomerId) {
        let key = (shop.clone(), customer.clone());
        if !self.facts.knows_addressee(&key) {
            self.keys.addressees.push(key);
        }
    }

    fn number(&mut self, shop: &ShopId, number: &NumberKey) {
        let key = (shop.clone(), number.clone());
        if !self.facts.knows_number(&key) {
            self.keys.numbers.push(key);
        }
    }

    /// A customer names a number, and counts as one where none is known.
    fn by_addressee(&mut self, key: &(ShopId, CustomerId)) {
        let known = self.facts.find_addressee(key).and_then(|addressee| addressee.contact.as_ref());
        if let Some(number) = known.and_then(|contact| contact.number.as_ref()) {
            self.number(&key.0, &number.clone());
        }
        self.number(&key.0, &NumberKey::of_customer(&key.1));
    }

    fn by_message(&mut self, key: &(ShopId, MessageId)) {
        let facts = self.facts;
        let Some(message) = facts.message(key) else { return };
        if let Some(order) = &message.order_id {
            self.order(&key.0, order);
        }
        if let Some(sending) = &message.sending {
            self.addressee(&key.0, &message.customer_id);
            sending.number.iter().for_each(|number| self.number(&key.0, number));
        }
    }

    /// A payment that waits names its coupons.
    fn by_parked(&mut self, key: &(ShopId, OrderId)) {
        let facts = self.facts;
        for waiting in facts.parked(key) {
            let summed = summed_by_event(&key.0, &waiting.event);
            self.keys.inbox.extend(summed.filter(|key| !facts.knows_inbox(key)));
            if let Body::PaymentSucceeded(PaymentSucceeded { coupon_id, discounts, .. }) = &waiting.event.body
            {
                for coupon in coupons::coupons(discounts).iter().chain(coupon_id) {
                    self.coupon(&key.0, coupon);
                }
            }
        }
    }

    fn keys(self) -> Option<Keys> {
        let keys = self.keys;
        let named = [
            keys.coupons.len(),
            keys.orders.len(),
            keys.standings.len(),
            keys.parked.len(),
            keys.inbox.len(),
            keys.batches.len(),
            keys.batch_claims.len(),
            keys.addressees.len(),
            keys.numbers.len(),
        ];
        (named != [0; 9] || !keys.pool.is_empty()).then_some(keys)
    }
}
