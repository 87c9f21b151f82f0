//! The draft as the desk that kinds decide at.

use super::draft::Draft;
use crate::coupon::batches;
use crate::message;
use domain::{
    BatchId, CampaignId, CouponId, CustomerId, Instant, MessageId, OrderId, Refusal, RewardId, ShopId,
    campaign::{Count, Desk, Roster, sprint::prizes_of},
    coupon::{BatchCounters, Coupon, CouponStatus},
    customer::Standing,
    message::{
        Channel, Message,
        addressee::Addressee,
        alerts::Alert,
        numbers::{Number, NumberKey},
        office::{Centre, Office, Said},
        wallet::Wallet,
    },
    order::{Order, TimelineEntry},
    reward::{Book, Chance, Charter, Reward, Rewards, Stock, Taker},
    shop::Shop,
    time::Zone,
};
use port::Dispatch;
use serde_json::Value;
use std::sync::Arc;

impl<'a> Desk<'a> for Draft<'a> {
    fn now(&self) -> Instant {
        self.now
    }
    fn shop_id(&self) -> &'a ShopId {
        self.shop_id
    }
    fn platform_zone(&self) -> &'a Zone {
        Draft::platform_zone(self)
    }
    fn shop(&self) -> Result<&'a Shop, Refusal> {
        Draft::shop(self)
    }
    fn campaigns(&self) -> &'a Roster {
        self.find_shop().map_or(Roster::none(), |row| &row.campaigns)
    }
    fn order(&self, id: &OrderId) -> Option<Order> {
        Draft::order(self, id)
    }
    fn coupon(&self, id: &CouponId) -> Option<Coupon> {
        Draft::coupon(self, id)
    }
    fn standing(&self, customer: &CustomerId) -> Standing {
        Draft::standing(self, customer)
    }
    fn everywhere(&self, customer: &CustomerId) -> Standing {
        self.standing_in(&ShopId::platform(), customer)
    }
    fn put_order(&mut self, order: Order) {
        Draft::put_order(self, order);
    }
    fn note(&mut self, order: &mut Order, entry: TimelineEntry) {
        Draft::note(self, order, entry);
    }
    fn count(&mut self, campaign: &CampaignId, count: Count) {
        Draft::count(self, campaign, count);
    }
    fn issue(&mut self, coupon: Coupon) {
        self.put_coupon(coupon);
    }
    fn move_coupon(&mut self, coupon: Coupon, from: CouponStatus) {
        Draft::move_coupon(self, coupon, from);
    }
    fn put_standing(&mut self, customer: &CustomerId, standing: Standing) {
        Draft::put_standing(self, customer, standing);
    }
    fn put_everywhere(&mut self, customer: &CustomerId, standing: Standing) {
        self.put_standing_in(&ShopId::platform(), customer, standing);
    }
    fn post(&mut self, message: Message) {
        self.changes().messages.push(message);
    }
    fn send_as(&mut self, message: Message, until: Instant, said: Option<Said>) {
        let dispatch = Dispatch {
            next_at: if message.sent_at.is_some() { self.now } else { message.due_at.max(self.now) },
            message,
            deliver_until: until,
            attempt: 0,
            said: said.map(Box::new),
            tried_at: None,
            handed_at: None,
        };
        self.changes().dispatches.push(dispatch);
    }
    fn publish(&mut self, event_type: &str, subject: &str, body: Value) {
        Draft::publish(self, event_type, subject, &body);
    }
    fn publish_coupon(&mut self, event_type: &str, coupon: &Coupon) {
        Draft::publish_coupon(self, event_type, coupon);
    }
    fn next_id(&mut self, kind: &str) -> String {
        Draft::next_id(self, kind)
    }
    fn next_message(&mut self) -> MessageId {
        let id: MessageId = Draft::next(self, MessageId::SERVERS);
        self.changes().messages_made.push(id.clone());
        id
    }
}

impl Office for Draft<'_> {
    fn centre(&self) -> Option<&Centre> {
        let drafted = self.decided().centre.as_ref();
        drafted.or_else(|| self.find_shop()?.centre.as_ref()).map(Arc::as_ref)
    }
    fn put_centre(&mut self, centre: Centre) {
        self.changes().centre = Some(Arc::new(centre));
    }
    fn needs_contact(&self, channel: Channel) -> bool {
        self.facts().platform().needs_contact.contains(&channel)
    }
    fn wallet(&self) -> Wallet {
        let drafted = self.decided().wallet.clone();
        drafted.or_else(|| Some(self.find_shop()?.wallet.clone())).unwrap_or(Wallet::new(false))
    }
    fn put_wallet(&mut self, wallet: Wallet) {
        self.changes().wallet = Some(wallet);
    }
    fn addressee(&self, customer: &CustomerId) -> Addressee {
        let drafted = self.decided().addressees.iter().find(|(known, _)| known == customer);
        if let Some((_, addressee)) = drafted {
            return addressee.clone();
        }
        let key = (self.shop_id.clone(), customer.clone());
        self.facts().addressee(&key).cloned().unwrap_or_default()
    }
    fn put_addressee(&mut self, customer: &CustomerId, addressee: Addressee) {
        let addressees = &mut self.changes().addressees;
        match addressees.iter_mut().find(|(known, _)| known == customer) {
            Some((_, known)) => *known = addressee,
            None => addressees.push((customer.clone(), addressee)),
        }
    }
    fn number(&self, key: &NumberKey) -> Number {
        let drafted = self.decided().numbers_heard.iter().find(|(known, _)| known == key);
        match drafted {
            Some((_, number)) => number.clone(),
            None => self.facts().number(&(self.shop_id.clone(), key.clone())).cloned().unwrap_or_default(),
        }
    }
    fn alert(&mut self, alert: &Alert) {
        message::mailbox::align(self);
        let subject = match alert {
            Alert::LowBalance { .. } | Alert::Difference { .. } => self.shop_id.as_str(),
            Alert::TemplateBlocked { kind, .. } => kind.as_str(),
            Alert::SprintInvited { sprint_id, .. }
            | Alert::SprintAnnounced { sprint_id, .. }
            | Alert::SprintRevised { sprint_id, .. }
            | Alert::SprintPrizeDue { sprint_id, .. }
            | Alert::SprintClosed { sprint_id, .. } => sprint_id.as_str(),
        };
        Draft::publish(self, alert.event_type(), subject, &alert.body());
    }
    fn put_number(&mut self, key: &NumberKey, number: Number) {
        let numbers = &mut self.changes().numbers_heard;
        match numbers.iter_mut().find(|(known, _)| known == key) {
            Some((_, known)) => *known = number,
            None => numbers.push((key.clone(), number)),
        }
    }
}

impl Rewards for Draft<'_> {
    fn reward(&self, id: &RewardId) -> Option<Reward> {
        let drafted = self.decided().rewards.iter().find(|reward| reward.reward_id == *id);
        drafted.or_else(|| self.facts().reward(&(self.shop_id.clone(), id.clone()))).cloned()
    }
    fn put_reward(&mut self, reward: Reward) {
        let rewards = &mut self.changes().rewards;
        match rewards.iter_mut().find(|known| known.reward_id == reward.reward_id) {
            Some(known) => *known = reward,
            None => rewards.push(reward),
        }
    }
    fn book(&self, campaign: &CampaignId) -> Option<&Book> {
        let drafted = self.decided().books.iter().find(|(known, _)| known == campaign);
        match drafted {
            Some((_, book)) => Some(book),
            None => self.facts().book(&(self.shop_id.clone(), campaign.clone())),
        }
    }
    fn put_book(&mut self, campaign: &CampaignId, book: Book) {
        let books = &mut self.changes().books;
        match books.iter_mut().find(|(known, _)| known == campaign) {
            Some((_, known)) => *known = book,
            None => books.push((campaign.clone(), book)),
        }
    }
    fn charter(&self, campaign: &CampaignId) -> Option<&Charter> {
        let drafted = self.decided().charters.iter().find(|(known, _)| known == campaign);
        match drafted {
            Some((_, charter)) => Some(charter),
            None => self.facts().charter(&(self.shop_id.clone(), campaign.clone())),
        }
    }
    fn put_charter(&mut self, campaign: &CampaignId, charter: Charter) {
        let charters = &mut self.changes().charters;
        match charters.iter_mut().find(|(known, _)| known == campaign) {
            Some((_, known)) => *known = charter,
            None => charters.push((campaign.clone(), charter)),
        }
    }
    fn taker(&self, campaign: &CampaignId, customer: &CustomerId) -> Taker {
        let mut drafted = self.decided().takers.iter();
        if let Some((_, _, taker)) = drafted.find(|(known, who, _)| known == campaign && who == customer) {
            return taker.clone();
        }
        let key = (self.shop_id.clone(), campaign.clone(), customer.clone());
        self.facts().taker(&key).cloned().unwrap_or_default()
    }
    fn put_taker(&mut self, campaign: &CampaignId, customer: &CustomerId, taker: Taker) {
        let takers = &mut self.changes().takers;
        match takers.iter_mut().find(|(known, who, _)| known == campaign && who == customer) {
            Some((_, _, known)) => *known = taker,
            None => takers.push((campaign.clone(), customer.clone(), taker)),
        }
    }
    fn stock(&self, batch: &BatchId) -> Option<Stock> {
        // One that this decision makes has given nothing yet.
        let made = self.decided().batches.iter().rfind(|record| record.batch.batch_id == *batch);
        let known = self.batch(batch);
        let counters = known.map_or_else(BatchCounters::default, |row| self.batch_counters(row));
        let record = made.or(known.map(|row| &row.record))?;
        let stock = Stock::of(record, &counters);
        let given_by = || prizes_of(self.campaigns().until(self.now), batch, self.now).cloned();
        Some(Stock { sprint: stock.sprint.or_else(given_by), ..stock })
    }
    fn give_coupon(
        &mut self,
        batch: &BatchId,
        customer: &CustomerId,
        campaign: &CampaignId,
    ) -> Result<Coupon, Refusal> {
        batches::reward(self, batch, customer, campaign)
    }
    fn chance(&self) -> Option<Chance> {
        self.chance.clone()
    }
}
