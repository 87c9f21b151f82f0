//! A decision while it is being made: facts to read, changes to collect, ids to hand out.
//!
//! The draft reads its own changes before the facts. It becomes part of the working set only when
//! the decision succeeds; a refusal drops it, and so changes nothing.

use super::decision::{BatchCount, Decision};
use super::facts::Facts;
use super::pool::{PoolDecision, PoolFacts};
use super::published::PublishedCoupon;
use domain::{
    BatchId, CampaignId, Code, CouponId, CustomerId, ImportId, Instant, MessageId, OrderId, PurchaseId,
    Refusal, Sentence, ShopId,
    campaign::Count,
    coupon::{BatchCounters, Coupon, CouponStatus, Origin},
    customer::Standing,
    ledger::{Booked, Entry, Source},
    message::Message,
    order::{Method, Order, TimelineEntry},
    reward::Chance,
    shop::Shop,
    time::Zone,
};
use port::{
    BatchRow, CampaignRow, CodeRow, Digest, EarlyReports, Import, OutboxRow, PackRow, Parked, ShopRow,
    Webhook,
};
use std::cell::OnceCell;

/// A decision in the making.
pub struct Draft<'a> {
    facts: &'a Facts,
    /// Its row, which every rule asks for.
    row: OnceCell<Option<&'a ShopRow>>,
    /// The shop that the input is about.
    pub shop_id: &'a ShopId,
    /// The moment at which it is decided.
    pub now: Instant,
    /// Randomness that came with the input.
    pub chance: Option<Chance>,
    decision: Decision,
}

impl<'a> Draft<'a> {
    pub fn new(facts: &'a Facts, shop_id: &'a ShopId, now: Instant) -> Self {
        Self { facts, row: OnceCell::new(), shop_id, now, chance: None, decision: Decision::default() }
    }
    pub fn finish(self) -> Decision {
        self.decision
    }
    pub fn changes(&mut self) -> &mut Decision {
        &mut self.decision
    }
    pub fn pool_facts(&self) -> &'a PoolFacts {
        self.facts.pool()
    }
    pub fn pool_changes(&self) -> &PoolDecision {
        &self.decision.pool
    }
    pub fn pool_changes_mut(&mut self) -> &mut PoolDecision {
        &mut self.decision.pool
    }

    /// The shop with its campaigns; refused as `not_found` where there is none.
    pub fn shop_row(&self) -> Result<&'a ShopRow, Refusal> {
        let missing = || Refusal::with(Code::NotFound, format!("no shop {}", self.shop_id));
        self.find_shop().ok_or_else(missing)
    }
    /// The shop's settings.
    pub fn shop(&self) -> Result<&'a Shop, Refusal> {
        self.shop_row().map(|row| &*row.shop)
    }
    /// The zone whose days count what spans shops (A-G-13).
    pub fn platform_zone(&self) -> &'a Zone {
        &self.facts.platform().zone
    }
    pub fn find_shop(&self) -> Option<&'a ShopRow> {
        *self.row.get_or_init(|| self.facts.shop(self.shop_id))
    }
    pub fn campaign(&self, id: &CampaignId) -> Option<&'a CampaignRow> {
        self.find_shop()?.campaigns.find(id)
    }

    /// Refuses a coupon that may not stand on that order, with that method, at that moment; `until` is its end, or what the
    /// cashier has promised beyond it (A-S0-24).
    pub fn check_coupon(
        &self,
        coupon: &Coupon,
        order: &Order,
        method: Method,
        at: Instant,
        until: Instant,
    ) -> Result<(), Refusal> {
        coupon.check_until(order, method, at, until)?;
        match &coupon.origin {
            Origin::Offer(offer) => {
                let row = self.campaign(&offer.campaign_id);
                let version = row.and_then(|row| row.campaign.version(offer.version));
                version.map_or(Ok(()), |version| coupon.check_scope(order, &version.scope))
            }
            Origin::Batch(from) => {
                let Some(row) = self.batch(&from.batch_id) else { return Ok(()) };
                if row.record.voided_at.is_some_and(|voided| at >= voided) {
                    return Err(Code::CouponVoid.into());
                }
                coupon.check_scope(order, &row.record.batch.scope)
            }
        }
    }

    pub fn batch(&self, id: &BatchId) -> Option<&'a BatchRow> {
        self.facts.batch(&(self.shop_id.clone(), id.clone()))
    }
    /// The figures of a batch, with what this decision gives of it.
    pub fn batch_counters(&self, row: &BatchRow) -> BatchCounters {
        let mut counters = row.counters;
        let of = |(id, _): &&(BatchId, BatchCount)| *id == row.record.batch.batch_id;
        self.decision.batch_counts.iter().filter(of).for_each(|(_, count)| count.add_to(&mut counters));
        counters
    }
    /// Coupons that a customer has had of a batch, those of this decision too.
    pub fn batch_claims(&self, customer: &CustomerId, batch: &BatchId) -> u32 {
        let mut drafted = self.decision.batch_claims.iter().rev();
        if let Some((_, _, had)) = drafted.find(|(who, of, _)| who == customer && of == batch) {
            return *had;
        }
        self.facts.batch_claims(&(self.shop_id.clone(), customer.clone(), batch.clone()))
    }
    pub fn import(&self, id: &ImportId) -> Option<&'a Import> {
        self.facts.import(&(self.shop_id.clone(), id.clone()))
    }
    pub fn code(&self, digest: Digest) -> Option<&'a CodeRow> {
        self.facts.code(&(self.shop_id.clone(), digest))
    }

    pub fn order(&self, id: &OrderId) -> Option<Order> {
        let drafted = self.decision.orders.iter().find(|order| order.order_id == *id);
        drafted.or_else(|| self.facts.order(&(self.shop_id.clone(), id.clone()))).cloned()
    }
    pub fn coupon(&self, id: &CouponId) -> Option<Coupon> {
        let drafted = self.decision.coupons.iter().find(|coupon| coupon.coupon_id == *id);
        drafted.or_else(|| self.facts.coupon(&(self.shop_id.clone(), id.clone()))).cloned()
    }
    /// A customer's standing in this shop; a customer never heard of has the empty one.
    pub fn standing(&self, customer: &CustomerId) -> Standing {
        self.standing_in(self.shop_id, customer)
    }
    pub fn standing_in(&self, shop: &ShopId, customer: &CustomerId) -> Standing {
        let drafted = self.decision.standings.iter().find(|(s, c, _)| s == shop && c == customer);
        match drafted {
            Some((_, _, standing)) => standing.clone(),
            None => self.facts.standing(&(shop.clone(), customer.clone())).cloned().unwrap_or_default(),
        }
    }
    pub fn find_inbox(&self, key: &port::InboxKey) -> Option<&'a port::InboxRow> {
        self.facts.inbox(key)
    }
    pub fn parked(&self, order: &OrderId) -> &'a [Parked] {
        self.facts.parked(&(self.shop_id.clone(), order.clone()))
    }
    pub fn message(&self, id: &MessageId) -> Option<&'a Message> {
        self.facts.message(&(self.shop_id.clone(), id.clone()))
    }

    /// Reports of a message that nobody knew by that provider's id when they came.
    pub fn early_reports(&self, provider_id: &str) -> Option<&'a EarlyReports> {
        self.facts.early_reports(&(ShopId::platform(), provider_id.to_owned()))
    }

    pub fn pack(&self, id: &PurchaseId) -> Option<&'a PackRow> {
        self.facts.pack(&(self.shop_id.clone(), id.clone()))
    }
    pub fn facts(&self) -> &'a Facts {
        self.facts
    }
    pub fn decided(&self) -> &Decision {
        &self.decision
    }

    pub fn put_order(&mut self, order: Order) {
        match self.decision.orders.iter_mut().find(|known| known.order_id == order.order_id) {
            Some(known) => *known = order,
            None => self.decision.orders.push(order),
        }
    }
    /// What this decision has made of coupons that rewards brought.
    pub fn rewarded_coupons(&self) -> Vec<Coupon> {
        let is_reward = |coupon: &&Coupon| coupon.origin.batch().is_some_and(|of| of.rewarded_by.is_some());
        self.decision.coupons.iter().filter(is_reward).cloned().collect()
    }
    pub fn put_coupon(&mut self, coupon: Coupon) {
        match self.decision.coupons.iter_mut().find(|known| known.coupon_id == coupon.coupon_id) {
            Some(known) => *known = coupon,
            None => self.decision.coupons.push(coupon),
        }
    }
    pub fn put_standing(&mut self, customer: &CustomerId, standing: Standing) {
        self.put_standing_in(&self.shop_id.clone(), customer, standing);
    }
    pub fn put_standing_in(&mut self, shop: &ShopId, customer: &CustomerId, standing: Standing) {
        let drafted = self.decision.standings.iter_mut().find(|(s, c, _)| s == shop && c == customer);
        match drafted {
            Some((_, _, known)) => *known = standing,
            None => self.decision.standings.push((shop.clone(), customer.clone(), standing)),
        }
    }
    pub fn count(&mut self, campaign: &CampaignId, count: Count) {
        self.decision.counts.push((campaign.clone(), count));
    }
    /// Counts for the campaign that a coupon is from; those of a batch have none.
    pub fn count_for(&mut self, coupon: &Coupon, count: Count) {
        if let Some(campaign) = coupon.campaign_id() {
            self.count(campaign, count);
        }
    }
    /// A coupon moves from one state to another: the coupon and the figures of what it is from together.
    /// What a batch that was taken back gets back is void, and so is a reward whose order stands no more.
    pub fn move_coupon(&mut self, mut coupon: Coupon, from: CouponStatus) {
        let record = coupon.batch_id().and_then(|id| self.batch(id)).map(|row| &row.record);
        let voided = record.is_some_and(|record| record.voided_at.is_some());
        let is_gone = voided || coupon.forfeited_at.is_some();
        if is_gone && coupon.status == CouponStatus::Available && coupon.void(self.now) {
            self.publish_coupon("coupon.void", &coupon);
        }
        if coupon.status != from {
            let to = coupon.status;
            match &coupon.origin {
                Origin::Offer(offer) => self.count(&offer.campaign_id, Count::Moved { from, to }),
                Origin::Batch(batch) => {
                    if let Some(campaign) = &batch.rewarded_by {
                        self.count(campaign, Count::Moved { from, to });
                        if to == CouponStatus::Void && coupon.forfeited_at.is_some() {
                            self.count(campaign, Count::Forfeited);
                        }
                    }
                    let count = (batch.batch_id.clone(), BatchCount::Moved { from, to });
                    self.decision.batch_counts.push(count);
                }
            }
        }
        self.put_coupon(coupon);
    }

    /// Books entries: each gets the shop's next running number, the moment, and what is known of its coupon (A-G-17).
    pub fn book(&mut self, entries: Vec<Entry>) {
        let before = self.find_shop().map_or(0, |row| row.booked);
        for mut entry in entries {
            let number = before + self.decision.entries.len() as u64 + 1;
            entry.booked = Some(Booked { number, at: self.now });
            self.know(&mut entry.source);
            self.decision.entries.push(entry);
        }
    }
    /// A coupon says its batch or campaign; what the shop does not know is no source.
    fn know(&self, source: &mut Source) {
        if let Some(id) = source.coupon_id.take()
            && let Some(coupon) = self.coupon(&id)
        {
            source.campaign_id = coupon.campaign_id().cloned();
            source.batch_id = coupon.batch_id().cloned();
            source.coupon_id = Some(id);
        }
        source.campaign_id.take_if(|id| self.campaign(id).is_none());
    }

    /// A new id of a kind (`cp`, `of`, `ms`, `ev`, `ca`).
    pub fn next_id(&mut self, kind: &str) -> String {
        let base = self.find_shop().map_or(0, |row| row.sequence);
        let number = base + self.decision.numbers;
        self.decision.numbers += 1;
        domain::ids::sequential(kind, self.now, number)
    }
    /// A new typed id.
    pub fn next<T: std::str::FromStr>(&mut self, kind: &str) -> T {
        let text = self.next_id(kind);
        text.parse().unwrap_or_else(|_| unreachable!("{text} is an id"))
    }

    /// Adds to the order's timeline; past the limit nothing is added.
    pub fn note(&mut self, order: &mut Order, entry: TimelineEntry) {
        if order.timeline_entries >= domain::limits::TIMELINE_ENTRIES {
            return;
        }
        order.timeline_entries += 1;
        let line = json(&entry);
        self.decision.timeline.push((order.order_id.clone(), line));
    }

    /// Publishes what happened to a coupon.
    pub fn publish_coupon(&mut self, event_type: &str, coupon: &Coupon) {
        let Some(row) = self.find_shop() else { return };
        self.publish(event_type, coupon.coupon_id.as_str(), &PublishedCoupon::new(&row.shop, coupon));
    }
    /// A moment for people: RFC 3339 in the shop's zone.
    pub fn show(&self, at: Instant) -> String {
        self.find_shop().map_or_else(|| at.to_string(), |row| row.shop.time_zone.format(at))
    }

    /// A sentence for people: its amounts in the shop's currency, with its decimals (A-G-12).
    pub fn say(&self, sentence: &Sentence) -> String {
        let currency = self.find_shop().map(|row| row.shop.money());
        currency.map_or_else(|| sentence.in_minor_units(), |currency| sentence.text(currency))
    }
    /// A refusal for whoever does not know the shop.
    pub fn told(&self, refusal: Refusal) -> Refusal {
        match self.find_shop() {
            Some(row) => refusal.told_in(row.shop.money()),
            None => refusal,
        }
    }

    /// Receivers of what is published, with what this decision has made of them.
    pub fn webhooks(&self) -> impl Iterator<Item = &Webhook> {
        let (drafted, removed) = (&self.decision.webhooks, &self.decision.webhooks_removed);
        let known = self.find_shop().map(|row| &row.webhooks[..]).unwrap_or_default();
        let stays = |webhook: &&Webhook| {
            let is_it = |other: &Webhook| other.webhook_id == webhook.webhook_id;
            !drafted.iter().any(is_it) && !removed.contains(&webhook.webhook_id)
        };
        known.iter().filter(stays).chain(drafted)
    }

    /// Publishes an event to the outbox.
    pub fn publish(&mut self, event_type: &str, subject: &str, body: &impl serde::Serialize) {
        let event_id = self.next_id("ev");
        let wants = |w: &&Webhook| w.wants(event_type);
        let receivers = self.webhooks().filter(wants).map(|w| w.webhook_id.clone()).collect();
        self.decision.outbox.push(OutboxRow {
            event_id,
            shop_id: self.shop_id.clone(),
            event_type: event_type.into(),
            subject: subject.into(),
            at: self.now,
            body: json(body),
            receivers,
        });
    }
}

/// What is stored as JSON. What cannot be written is a mistake of ours and stops the decision: an empty text
/// would be kept for ever.
fn json(what: &impl serde::Serialize) -> String {
    serde_json::to_string(what).unwrap_or_else(|error| unreachable!("a decision cannot be written: {error}"))
}

#[cfg(test)]
mod tests {
    use serde::{Serializer, ser::Error};

    struct Unwritable;

    impl serde::Serialize for Unwritable {
        fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(S::Error::custom("no JSON has this"))
        }
    }

    #[test]
    #[should_panic(expected = "a decision cannot be written: no JSON has this")]
    fn what_cannot_be_written_stops_the_decision() {
        let shop: super::ShopId = "s1".parse().unwrap();
        let mut facts = super::Facts::new(super::super::platform::Platform::default());
        facts.absorb(port::Rows { shops: vec![(shop.clone(), None)], ..port::Rows::default() });
        let mut draft = super::Draft::new(&facts, &shop, super::Instant::from_micros(0));
        draft.publish("test", "o1", &Unwritable);
    }
}
