//! A desk laid for a test: what a kind reads, and what it made of it. No engine, no store.

use domain::campaign::{self, CampaignRow, Count, Counters, Desk, Roster, Step};
use domain::coupon::{Coupon, CouponKind, CouponStatus, FromBatch, Origin};
use domain::customer::Standing;
use domain::message::{
    Channel, Message,
    addressee::Addressee,
    alerts::Alert,
    numbers::{Number, NumberKey},
    office::{Centre, Office, Said},
    wallet::Wallet,
};
use domain::order::{Order, TimelineEntry};
use domain::reward::{Book, Chance, Charter, Reward, Rewards, Stock, Taker};
use domain::shop::Shop;
use domain::sprint::{Along, Happened, Member, PlacesKey, Quarter, SprintBook, Sprints};
use domain::time::{Window, Zone};
use domain::{
    BatchId, CampaignId, Code, CouponId, CustomerId, Instant, MessageId, OrderId, Refusal, RewardId, ShopId,
    WaveId,
};
use money::Money;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What stands around a decision.
pub struct World {
    pub shop: Shop,
    pub campaigns: Roster,
    pub platform_zone: Zone,
}

impl World {
    pub fn of(campaigns: Vec<campaign::Campaign>) -> Self {
        let row = |campaign| CampaignRow { campaign: Arc::new(campaign), counters: Counters::default() };
        let campaigns = campaigns.into_iter().map(row).collect::<Vec<_>>().into();
        Self { shop: super::shop(), campaigns, platform_zone: Zone::shanghai() }
    }
}

/// The desk at a moment.
pub struct Table<'a> {
    world: &'a World,
    pub now: Instant,
    pub orders: BTreeMap<OrderId, Order>,
    pub coupons: BTreeMap<CouponId, Coupon>,
    pub here: BTreeMap<CustomerId, Standing>,
    pub everywhere: BTreeMap<CustomerId, Standing>,
    pub notes: Vec<TimelineEntry>,
    pub counts: Vec<(CampaignId, Count)>,
    pub messages: Vec<Message>,
    pub sent: Vec<(Message, Instant)>,
    pub published: Vec<String>,
    pub centre: Option<Centre>,
    pub wallet: Wallet,
    pub addressees: BTreeMap<CustomerId, Addressee>,
    pub numbers: BTreeMap<NumberKey, Number>,
    pub rewards: BTreeMap<RewardId, Reward>,
    pub books: BTreeMap<CampaignId, Book>,
    pub charters: BTreeMap<CampaignId, Charter>,
    pub takers: BTreeMap<(CampaignId, CustomerId), Taker>,
    pub sprints: BTreeMap<CampaignId, SprintBook>,
    /// What happened in the waves of sprints.
    pub happened: BTreeMap<(CampaignId, WaveId, Quarter), Happened>,
    pub members: BTreeMap<(CampaignId, WaveId, CustomerId), Member>,
    /// Coupons left of each batch.
    pub batches: BTreeMap<BatchId, u64>,
    /// Until when coupons of batches work.
    pub batches_until: Instant,
    /// Coupons of a batch that a customer may have.
    pub batches_each: u32,
    /// Batches that were taken back.
    pub void: Vec<BatchId>,
    ids: u32,
}

impl<'a> Table<'a> {
    pub fn at(world: &'a World, now: Instant) -> Self {
        Self {
            world,
            now,
            orders: BTreeMap::new(),
            coupons: BTreeMap::new(),
            here: BTreeMap::new(),
            everywhere: BTreeMap::new(),
            notes: Vec::new(),
            counts: Vec::new(),
            messages: Vec::new(),
            sent: Vec::new(),
            published: Vec::new(),
            centre: None,
            wallet: Wallet::new(false),
            addressees: BTreeMap::new(),
            numbers: BTreeMap::new(),
            rewards: BTreeMap::new(),
            books: BTreeMap::new(),
            charters: BTreeMap::new(),
            takers: BTreeMap::new(),
            sprints: BTreeMap::new(),
            happened: BTreeMap::new(),
            members: BTreeMap::new(),
            batches: BTreeMap::new(),
            batches_until: super::at("2022-08-01T00:00:00"),
            batches_each: 100,
            void: Vec::new(),
            ids: 0,
        }
    }
    /// The same desk in another world, later.
    pub fn in_world(self, world: &'a World, now: Instant) -> Self {
        Self { world, now, ..self }
    }
    /// What is noted of the order, in the words of the timeline.
    pub fn said(&self) -> Vec<&str> {
        self.notes.iter().map(|entry| entry.what.as_str()).collect()
    }
    /// Every kind follows the order.
    pub fn follow(&mut self, order: &mut Order, before: Option<domain::order::State>, at: Instant) {
        campaign::follow(self, order, Step { before, at }).unwrap();
    }
    /// Time comes to that moment, and everything that is due by then is done.
    pub fn wait_until(&mut self, order: &mut Order, now: Instant) {
        self.now = now;
        while campaign::due(self, order).unwrap() {}
    }
}

impl<'a> Desk<'a> for Table<'a> {
    fn now(&self) -> Instant {
        self.now
    }
    fn shop_id(&self) -> &'a ShopId {
        &self.world.shop.shop_id
    }
    fn platform_zone(&self) -> &'a Zone {
        &self.world.platform_zone
    }
    fn shop(&self) -> Result<&'a Shop, Refusal> {
        Ok(&self.world.shop)
    }
    fn campaigns(&self) -> &'a Roster {
        &self.world.campaigns
    }
    fn order(&self, id: &OrderId) -> Option<Order> {
        self.orders.get(id).cloned()
    }
    fn coupon(&self, id: &CouponId) -> Option<Coupon> {
        self.coupons.get(id).cloned()
    }
    fn standing(&self, customer: &CustomerId) -> Standing {
        self.here.get(customer).cloned().unwrap_or_default()
    }
    fn everywhere(&self, customer: &CustomerId) -> Standing {
        self.everywhere.get(customer).cloned().unwrap_or_default()
    }
    fn put_order(&mut self, order: Order) {
        self.orders.insert(order.order_id.clone(), order);
    }
    fn note(&mut self, _: &mut Order, entry: TimelineEntry) {
        self.notes.push(entry);
    }
    fn count(&mut self, campaign: &CampaignId, count: Count) {
        self.counts.push((campaign.clone(), count));
    }
    fn issue(&mut self, coupon: Coupon) {
        self.coupons.insert(coupon.coupon_id.clone(), coupon);
    }
    fn move_coupon(&mut self, coupon: Coupon, _: CouponStatus) {
        self.coupons.insert(coupon.coupon_id.clone(), coupon);
    }
    fn put_standing(&mut self, customer: &CustomerId, standing: Standing) {
        self.here.insert(customer.clone(), standing);
    }
    fn put_everywhere(&mut self, customer: &CustomerId, standing: Standing) {
        self.everywhere.insert(customer.clone(), standing);
    }
    fn post(&mut self, message: Message) {
        self.messages.push(message);
    }
    fn send_as(&mut self, message: Message, until: Instant, _: Option<Said>) {
        self.sent.push((message, until));
    }
    fn publish(&mut self, event_type: &str, _: &str, _: serde_json::Value) {
        self.published.push(event_type.to_owned());
    }
    fn publish_coupon(&mut self, event_type: &str, _: &Coupon) {
        self.published.push(event_type.to_owned());
    }
    fn next_message(&mut self) -> MessageId {
        self.next_id(MessageId::SERVERS).parse().unwrap()
    }
    fn next_id(&mut self, kind: &str) -> String {
        self.ids += 1;
        format!("{kind}_{}", self.ids)
    }
}

impl Office for Table<'_> {
    fn centre(&self) -> Option<&Centre> {
        self.centre.as_ref()
    }
    fn put_centre(&mut self, centre: Centre) {
        self.centre = Some(centre);
    }
    fn needs_contact(&self, _: Channel) -> bool {
        false
    }
    fn wallet(&self) -> Wallet {
        self.wallet.clone()
    }
    fn put_wallet(&mut self, wallet: Wallet) {
        self.wallet = wallet;
    }
    fn addressee(&self, customer: &CustomerId) -> Addressee {
        self.addressees.get(customer).cloned().unwrap_or_default()
    }
    fn put_addressee(&mut self, customer: &CustomerId, addressee: Addressee) {
        self.addressees.insert(customer.clone(), addressee);
    }
    fn number(&self, key: &NumberKey) -> Number {
        self.numbers.get(key).cloned().unwrap_or_default()
    }
    fn put_number(&mut self, key: &NumberKey, number: Number) {
        self.numbers.insert(key.clone(), number);
    }
    fn alert(&mut self, alert: &Alert) {
        self.published.push(alert.event_type().to_owned());
    }
}

impl Sprints for Table<'_> {
    fn add_happened(&mut self, campaign: &CampaignId, wave: &WaveId, quarter: Quarter, sums: &Happened) {
        self.happened.entry((campaign.clone(), wave.clone(), quarter)).or_default().add(sums, 1);
    }
    fn member(&self, campaign: &CampaignId, wave: &WaveId, customer: &CustomerId) -> Member {
        let key = (campaign.clone(), wave.clone(), customer.clone());
        self.members.get(&key).cloned().unwrap_or_default()
    }
    fn put_member(&mut self, campaign: &CampaignId, wave: &WaveId, customer: &CustomerId, member: Member) {
        self.members.insert((campaign.clone(), wave.clone(), customer.clone()), member);
    }
    fn sprint(&self, campaign: &CampaignId) -> SprintBook {
        self.sprints.get(campaign).cloned().unwrap_or_default()
    }
    fn put_sprint(&mut self, campaign: &CampaignId, book: SprintBook) {
        self.sprints.insert(campaign.clone(), book);
    }
    fn give_prize(
        &mut self,
        batch: &BatchId,
        (customer, campaign): (&CustomerId, &CampaignId),
        count: u32,
        usable: Window,
    ) -> Result<Vec<Coupon>, Refusal> {
        let left = self.batches.get(batch).copied().ok_or_else(|| Refusal::new(Code::NotFound))?;
        if left < u64::from(count) {
            return Err(Refusal::new(Code::SoldOut));
        }
        (0..count)
            .map(|_| {
                let mut coupon = self.give_coupon(batch, customer, campaign)?;
                coupon.usable_until = usable.ends_at;
                if let Origin::Batch(from) = &mut coupon.origin {
                    from.usable_from = Some(usable.starts_at).filter(|from| *from > self.now);
                }
                self.coupons.insert(coupon.coupon_id.clone(), coupon.clone());
                Ok(coupon)
            })
            .collect()
    }
    fn places(&self, key: &PlacesKey) -> Vec<(Instant, CustomerId)> {
        let of_wave = |(known, member): (&(CampaignId, WaveId, CustomerId), &Member)| {
            let (campaign, wave, customer) = known;
            let is_it = (campaign, wave) == (&key.campaign_id, &key.wave_id);
            Some((member.reached(key.tier).filter(|_| is_it)?, customer.clone()))
        };
        let enrolled = |(known, member): (&(CampaignId, WaveId, CustomerId), &Member)| {
            let is_it = (&known.0, &known.1) == (&key.campaign_id, &key.wave_id);
            Some((member.enrolled_at.filter(|_| is_it)?, known.2.clone()))
        };
        let mut places: Vec<_> = match key.along {
            Along::Rank | Along::Ids => self.members.iter().filter_map(of_wave).collect(),
            Along::Enrolled => self.members.iter().filter_map(enrolled).collect(),
        };
        if key.along == Along::Rank {
            places.sort();
            places.retain(|place| key.after.as_ref().is_none_or(|after| place > after));
        } else {
            places.sort_by(|one, other| one.1.cmp(&other.1));
            places.retain(|place| key.after.as_ref().is_none_or(|after| place.1 > after.1));
        }
        places.into_iter().skip(usize::try_from(key.skip).unwrap()).take(key.limit).collect()
    }
}

impl Rewards for Table<'_> {
    fn reward(&self, id: &RewardId) -> Option<Reward> {
        self.rewards.get(id).cloned()
    }
    fn put_reward(&mut self, reward: Reward) {
        self.rewards.insert(reward.reward_id.clone(), reward);
    }
    fn book(&self, campaign: &CampaignId) -> Option<&Book> {
        self.books.get(campaign)
    }
    fn put_book(&mut self, campaign: &CampaignId, book: Book) {
        self.books.insert(campaign.clone(), book);
    }
    fn charter(&self, campaign: &CampaignId) -> Option<&Charter> {
        self.charters.get(campaign)
    }
    fn put_charter(&mut self, campaign: &CampaignId, charter: Charter) {
        self.charters.insert(campaign.clone(), charter);
    }
    fn taker(&self, campaign: &CampaignId, customer: &CustomerId) -> Taker {
        self.takers.get(&(campaign.clone(), customer.clone())).cloned().unwrap_or_default()
    }
    fn put_taker(&mut self, campaign: &CampaignId, customer: &CustomerId, taker: Taker) {
        self.takers.insert((campaign.clone(), customer.clone()), taker);
    }
    fn stock(&self, id: &BatchId) -> Option<Stock> {
        let left = *self.batches.get(id)?;
        let batch = serde_json::json!({
            "batch_id": id, "name": "券", "kind": "shop", "spend": 2_000, "save": 1_000, "quantity": left,
            "per_customer_limit": self.batches_each, "funded_by": "merchant",
        });
        let (starts_at, ends_at) = (super::at("01T00:00:00"), self.batches_until);
        let times = [("starts_at", starts_at), ("ends_at", ends_at)];
        let mut batch = batch;
        for (name, at) in times {
            batch[name] = serde_json::to_value(at).unwrap();
        }
        let batch: Arc<domain::coupon::Batch> = Arc::new(serde_json::from_value(batch).unwrap());
        Some(Stock { sprint: batch.sprint.clone(), batch, left, is_void: self.void.contains(id) })
    }
    fn give_coupon(
        &mut self,
        batch: &BatchId,
        customer: &CustomerId,
        campaign: &CampaignId,
    ) -> Result<Coupon, Refusal> {
        let coupon_id = self.next_id("cp").parse().unwrap();
        let left = self.batches.get_mut(batch).ok_or_else(|| Refusal::new(Code::NotFound))?;
        *left = left.checked_sub(1).ok_or_else(|| Refusal::new(Code::SoldOut))?;
        let from = FromBatch {
            batch_id: batch.clone(),
            kind: CouponKind::Shop,
            percent_off: None,
            rewarded_by: Some(campaign.clone()),
            usable_from: None,
        };
        let coupon = Coupon {
            coupon_id,
            origin: from.into(),
            customer_id: customer.clone(),
            spend: Money::from_minor(2_000),
            save: Money::from_minor(1_000),
            claimed_at: self.now,
            usable_until: self.now.plus_hours(240),
            status: CouponStatus::Available,
            lock: None,
            used_on: None,
            also_on: Vec::new(),
            named_by: Vec::new(),
            forfeited_at: None,
            ended_at: None,
            wake_at: None,
        };
        self.coupons.insert(coupon.coupon_id.clone(), coupon.clone());
        Ok(coupon)
    }
    fn chance(&self) -> Option<Chance> {
        Some(Chance::from_bytes(std::array::from_fn(|at| u8::try_from(at).unwrap()), [8; 32]))
    }
}
