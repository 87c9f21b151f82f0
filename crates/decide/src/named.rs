//! LOAD, the second round and those after it: rows that loaded rows name.

use crate::book::Facts;
use crate::keys::{add_wanted, summed_by_event};
use domain::{
    BatchId, CampaignId, CouponId, CustomerId, MessageId, OrderId, RewardId, ShopId,
    campaign::{self, About, Asked, Roster, Wants},
    event::{Body, PaymentSucceeded},
    message::numbers::NumberKey,
    order::{Order, coupons},
    sprint::PlacesKey,
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
    first.places.iter().for_each(|key| named.by_places(key));
    crate::pool::second_keys(facts, first, &mut named.keys.pool);
    named.keys()
}

/// Rows that loaded rows name.
struct Named<'a> {
    facts: &'a Facts,
    /// A key may be named more than once, or be of what is loaded: each is asked for once, see [`Named::keys`].
    keys: Keys,
    /// What kinds want of the order at hand; kept for its room.
    wants: Wants,
}

impl Named<'_> {
    fn coupon(&mut self, shop: &ShopId, id: &CouponId) {
        self.keys.coupons.push((shop.clone(), id.clone()));
    }

    fn order(&mut self, shop: &ShopId, id: &OrderId) {
        self.keys.orders.push((shop.clone(), id.clone()));
    }

    fn batch(&mut self, shop: &ShopId, id: &BatchId) {
        self.keys.batches.push((shop.clone(), id.clone()));
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
            self.keys.parked.push(key.clone());
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
        self.wanted(&key.0, About::Order(order));
    }

    /// What the kinds of the shop's campaigns want.
    fn wanted(&mut self, shop: &ShopId, about: About<'_>) {
        let campaigns = self.facts.shop(shop).map_or(Roster::none(), |row| &row.campaigns);
        let asked = Asked { about, campaigns, sends: self.keys.sends };
        campaign::wants(&asked, &mut self.wants);
        add_wanted(shop, &mut self.wants, &mut self.keys);
    }

    /// What a customer buys is held against their open orders (A-S0-25).
    fn by_standing(&mut self, key: &(ShopId, CustomerId)) {
        let facts = self.facts;
        self.told(&key.0, &key.1);
        if let Some(standing) = facts.find_standing(key) {
            standing.beside().for_each(|id| self.order(&key.0, id));
            if let Some((into, _)) = &standing.merged {
                self.standing(&key.0, into);
            }
        }
    }

    /// An order that is placed may have been paid before we heard of it, or be paid in this very batch: then its
    /// customer's other orders are looked at (A-S0-25). One that is there already is looked at by itself.
    fn by_buyer(&mut self, buyer: &Buyer, first: &Keys) {
        let (facts, (shop, _)) = (self.facts, &buyer.order);
        self.told(shop, &buyer.customer_id);
        let is_known_to_pay =
            buyer.may_be_free || !buyer.is_waiting_known && first.parked.binary_search(&buyer.order).is_ok();
        if is_known_to_pay || facts.is_waited_for(&buyer.order) {
            self.wanted(shop, About::Paying(&buyer.customer_id, buyer.at));
        } else if !buyer.is_waiting_known && facts.order(&buyer.order).is_none() {
            self.keys.buyers.push(Buyer { is_waiting_known: true, ..buyer.clone() });
        }
    }

    /// A reward names what its campaign keeps, its customer, its coupon, its extra chances, and the batches of what it may
    /// bring. What its customer had of the campaign is read where the order is looked at, or somebody follows a link.
    fn by_reward(&mut self, key: &(ShopId, RewardId)) {
        let (facts, shop) = (self.facts, &key.0);
        let Some(reward) = facts.reward(key) else { return };
        let (campaign, customer) = (&reward.campaign_id, &reward.customer_id);
        self.standing(shop, customer);
        reward.coupon_id.iter().for_each(|id| self.coupon(shop, id));
        reward.extras.iter().for_each(|id| self.reward(shop, id));
        let row = facts.shop(shop).and_then(|row| row.campaigns.find(campaign));
        let mut wants = Wants::default();
        wants.books.push(campaign.clone());
        if let Some(campaign) = row.map(|row| &row.campaign) {
            // A survey goes by the version that it came with, a draw by the one in force.
            let versions = [campaign.version(reward.version), Some(campaign.current())];
            let terms = versions.into_iter().flatten().map(|version| &version.terms);
            terms.for_each(|terms| campaign::wants_published(terms, &mut wants));
        }
        wants.batches.iter_mut().for_each(|(_, who)| *who = Some(customer.clone()));
        add_wanted(shop, &mut wants, &mut self.keys);
    }

    /// Who stands in a stretch may win: what is kept of them, and what they had of the batches that may be given.
    fn by_places(&mut self, key: &PlacesKey) {
        let (facts, shop) = (self.facts, &key.shop_id);
        let row = facts.shop(shop).and_then(|row| row.campaigns.find(&key.campaign_id));
        let mut batches = Wants::default();
        if let Some(row) = row {
            campaign::wants_published(&row.campaign.current().terms, &mut batches);
        }
        for (_, customer) in facts.places(key) {
            let member = (key.campaign_id.clone(), key.wave_id.clone(), customer.clone());
            self.wants.members.push(member);
            self.wants.standings.push(customer.clone());
            self.told(shop, customer);
            let of_them = batches.batches.iter().map(|(batch, _)| (batch.clone(), Some(customer.clone())));
            self.wants.batches.extend(of_them);
        }
        add_wanted(shop, &mut self.wants, &mut self.keys);
    }

    /// A campaign that is published names what that reads.
    fn by_campaign(&mut self, (shop, id): &(ShopId, CampaignId)) {
        let Some(row) = self.facts.shop(shop).and_then(|row| row.campaigns.find(id)) else { return };
        let mut wants = Wants::default();
        wants.books.push(id.clone());
        campaign::wants_published(&row.campaign.current().terms, &mut wants);
        add_wanted(shop, &mut wants, &mut self.keys);
    }

    fn reward(&mut self, shop: &ShopId, id: &RewardId) {
        self.keys.rewards.push((shop.clone(), id.clone()));
    }

    fn batch_claims(&mut self, shop: &ShopId, customer: &CustomerId, batch: &BatchId) {
        self.keys.batch_claims.push((shop.clone(), customer.clone(), batch.clone()));
    }

    fn standing(&mut self, shop: &ShopId, customer: &CustomerId) {
        self.keys.standings.push((shop.clone(), customer.clone()));
    }

    /// Whom a notice may go to, in a shop that sends any.
    fn told(&mut self, shop: &ShopId, customer: &CustomerId) {
        if self.facts.find_shop(shop).is_some_and(|row| row.centre.is_some()) {
            self.addressee(shop, customer);
        }
    }

    fn addressee(&mut self, shop: &ShopId, customer: &CustomerId) {
        self.keys.addressees.push((shop.clone(), customer.clone()));
    }

    fn number(&mut self, shop: &ShopId, number: &NumberKey) {
        self.keys.numbers.push((shop.clone(), number.clone()));
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
            self.keys.inbox.extend(summed_by_event(&key.0, &waiting.event));
            if let Body::PaymentSucceeded(PaymentSucceeded { coupon_id, discounts, .. }) = &waiting.event.body
            {
                for coupon in coupons::coupons(discounts).iter().chain(coupon_id) {
                    self.coupon(&key.0, coupon);
                }
            }
        }
    }

    /// What is not loaded yet of all that, if anything.
    fn keys(mut self) -> Option<Keys> {
        self.facts.forget_known(&mut self.keys);
        self.keys.names_rows().then_some(self.keys)
    }
}
