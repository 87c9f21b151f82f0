//! LOAD, the second round and those after it: rows that loaded rows name.

use crate::book::Facts;
use crate::keys::summed_by_event;
use domain::{
    BatchId, CampaignId, CouponId, CustomerId, MessageId, OrderId, RewardId, ShopId,
    campaign::{self, About, Asked, Wants},
    event::{Body, PaymentSucceeded},
    message::numbers::NumberKey,
    order::{Order, coupons},
};
use port::{Buyer, CodeKey, Keys};

/// What the loaded rows name in turn. `None` when nothing is missing. Coupons can name orders, so
/// the engine asks until it gets `None`.
pub fn second_keys(facts: &Facts, first: &Keys) -> Option<Keys> {
    let keys = Keys { sends: first.sends, ..Keys::default() };
    let mut named = Named { facts, keys, wants: Wants::default() };
    first.coupons.iter().for_each(|key| named.by_coupon(key));
    first.orders.iter().for_each(|key| named.by_order(key));
    first.undelivered.iter().for_each(|key| named.by_undelivered(key));
    first.parked.iter().for_each(|key| named.by_parked(key));
    first.standings.iter().for_each(|key| named.by_standing(key));
    first.addressees.iter().for_each(|key| named.by_addressee(key));
    first.buyers.iter().for_each(|buyer| named.by_buyer(buyer, first));
    first.redeemers.iter().for_each(|(code, customer)| named.by_code(code, customer));
    first.rewards.iter().for_each(|key| named.by_reward(key));
    first.publishing.iter().for_each(|key| named.by_campaign(key));
    crate::pool::second_keys(facts, first, &mut named.keys.pool);
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
            let told = crate::pool::as_shop_order(order);
            crate::pool::buyers(self.facts, shop, &told, &mut self.keys.pool);
        }
    }

    /// A code names its batch, and whoever redeems it what they had of it.
    fn by_code(&mut self, key: &CodeKey, customer: &CustomerId) {
        let facts = self.facts;
        let Some(code) = facts.code(key) else {
            return;
        };
        self.batch(&key.0, &code.batch_id);
        self.batch_claims(&key.0, customer, &code.batch_id);
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
            // A reward that is given anew is counted for its customer.
            if coupon.counted_for().is_some() {
                self.batch_claims(&key.0, &coupon.customer_id, batch);
            }
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
        self.rewarded(&key.0, &mut wants);
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
        let campaigns = facts.shop(shop).map(|row| &row.campaigns[..]).unwrap_or_default();
        let mut wants = std::mem::take(&mut self.wants);
        campaign::post_payment::wants_of_paying(campaigns, buyer.at, &buyer.customer_id, &mut wants);
        wants.standings.drain(..).for_each(|customer| self.standing(shop, &customer));
        self.rewarded(shop, &mut wants);
        self.wants = wants;
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

    /// What campaigns of rewards want.
    fn rewarded(&mut self, shop: &ShopId, wants: &mut Wants) {
        for id in wants.rewards.drain(..) {
            self.reward(shop, &id);
        }
        for id in wants.books.drain(..) {
            self.book(shop, &id);
        }
        for (campaign, customer) in wants.takers.drain(..) {
            self.book(shop, &campaign);
            self.taker(shop, &campaign, &customer);
        }
        for (batch, customer) in wants.batches.drain(..) {
            self.batch(shop, &batch);
            if let Some(customer) = customer {
                self.batch_claims(shop, &customer, &batch);
            }
        }
    }

    /// A reward names its campaign's book, its customer, its coupon, its extra chances, and the batches of what it may bring.
    fn by_reward(&mut self, key: &(ShopId, RewardId)) {
        let (facts, shop) = (self.facts, &key.0);
        let Some(reward) = facts.reward(key) else { return };
        let (campaign, customer) = (&reward.campaign_id, &reward.customer_id);
        self.book(shop, campaign);
        self.taker(shop, campaign, customer);
        self.standing(shop, customer);
        reward.coupon_id.iter().for_each(|id| self.coupon(shop, id));
        reward.extras.iter().for_each(|id| self.reward(shop, id));
        let rows = facts.shop(shop).map(|row| &row.campaigns[..]).unwrap_or_default();
        let row = rows.iter().find(|row| row.campaign.campaign_id == *campaign);
        let mut wants = Wants::default();
        if let Some(campaign) = row.map(|row| &row.campaign) {
            // A survey goes by the version that it came with, a draw by the one in force.
            let versions = [campaign.version(reward.version), Some(campaign.current())];
            let terms = versions.into_iter().flatten().map(|version| &version.terms);
            terms.for_each(|terms| campaign::wants_published(terms, &mut wants));
        }
        for (batch, _) in wants.batches {
            self.batch(shop, &batch);
            self.batch_claims(shop, customer, &batch);
        }
    }

    /// A campaign that is published names what that reads.
    fn by_campaign(&mut self, (shop, id): &(ShopId, CampaignId)) {
        let rows = self.facts.shop(shop).map(|row| &row.campaigns[..]).unwrap_or_default();
        let Some(row) = rows.iter().find(|row| row.campaign.campaign_id == *id) else { return };
        let mut wants = Wants::default();
        wants.books.push(id.clone());
        campaign::wants_published(&row.campaign.current().terms, &mut wants);
        self.rewarded(shop, &mut wants);
    }

    fn reward(&mut self, shop: &ShopId, id: &RewardId) {
        let key = (shop.clone(), id.clone());
        if !self.facts.knows_reward(&key) {
            self.keys.rewards.push(key);
        }
    }

    fn book(&mut self, shop: &ShopId, id: &CampaignId) {
        let key = (shop.clone(), id.clone());
        if !self.facts.knows_book(&key) {
            self.keys.books.push(key);
        }
    }

    fn taker(&mut self, shop: &ShopId, campaign: &CampaignId, customer: &CustomerId) {
        let key = (shop.clone(), campaign.clone(), customer.clone());
        if !self.facts.knows_taker(&key) {
            self.keys.takers.push(key);
        }
    }

    fn batch_claims(&mut self, shop: &ShopId, customer: &CustomerId, batch: &BatchId) {
        let key = (shop.clone(), customer.clone(), batch.clone());
        if !self.facts.knows_batch_claim(&key) {
            self.keys.batch_claims.push(key);
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
        match known.filter(|contact| contact.number.is_some()) {
            Some(contact) => contact.numbers().for_each(|number| self.number(&key.0, number)),
            None => self.number(&key.0, &NumberKey::of_customer(&key.1)),
        }
    }

    /// What was not sent gives back what it held, and its order hears of it.
    fn by_undelivered(&mut self, key: &(ShopId, MessageId)) {
        let facts = self.facts;
        let Some(message) = facts.message(key) else { return };
        if let Some(order) = &message.order_id {
            self.order(&key.0, order);
        }
        if let Some(sending) = &message.sending {
            self.addressee(&key.0, &message.customer_id);
            sending.numbers().for_each(|number| self.number(&key.0, number));
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
            keys.rewards.len(),
            keys.books.len(),
            keys.takers.len(),
        ];
        (named != [0; 12] || !keys.pool.is_empty()).then_some(keys)
    }
}
