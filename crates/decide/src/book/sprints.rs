//! Sprints in the working set.

use super::{Draft, facts::Facts};
use crate::coupon::batches;
use domain::{
    BatchId, CampaignId, CustomerId, Instant, Refusal, ShopId, WaveId,
    coupon::Coupon,
    sprint::{Member, PlacesKey, SprintBook, Sprints},
    time::Window,
};

impl Facts {
    /// Who stands in a stretch of those who have reached a tier, as it is stored.
    pub fn places(&self, key: &PlacesKey) -> &[(Instant, CustomerId)] {
        let found = self.places.get(key);
        if found.is_none() {
            self.missed.borrow_mut().places.push(key.clone());
        }
        found.map_or(&[], |places| &places[..])
    }

    /// Stops the timer of one that cannot be decided.
    pub(super) fn put_sprint_to_sleep(&mut self, shop_id: &ShopId, campaign: &CampaignId) {
        let key = (shop_id.clone(), campaign.clone());
        self.tables.sprints.amend(&key, |book| book.wake_at = None);
    }
    /// Keeps what a decision made of sprints.
    pub(super) fn apply_sprints(
        &mut self,
        shop_id: &ShopId,
        sprints: Vec<(CampaignId, SprintBook)>,
        members: Vec<((CampaignId, WaveId, CustomerId), Member)>,
    ) {
        for (campaign, book) in sprints {
            self.tables.sprints.put((shop_id.clone(), campaign), book);
        }
        for ((campaign, wave, customer), member) in members {
            self.tables.members.put((shop_id.clone(), campaign, wave, customer), member);
        }
    }
}

impl Sprints for Draft<'_> {
    fn member(&self, campaign: &CampaignId, wave: &WaveId, customer: &CustomerId) -> Member {
        let is_it = |known: &&((CampaignId, WaveId, CustomerId), Member)| {
            let (of, part, who) = &known.0;
            (who, of, part) == (customer, campaign, wave)
        };
        if let Some((_, member)) = self.decided().members.iter().find(is_it) {
            return member.clone();
        }
        let key = (self.shop_id.clone(), campaign.clone(), wave.clone(), customer.clone());
        self.facts().tables.members.get(&key).cloned().unwrap_or_default()
    }
    fn put_member(&mut self, campaign: &CampaignId, wave: &WaveId, customer: &CustomerId, member: Member) {
        let key = (campaign.clone(), wave.clone(), customer.clone());
        let members = &mut self.changes().members;
        match members.iter_mut().find(|(known, _)| *known == key) {
            Some((_, known)) => *known = member,
            None => members.push((key, member)),
        }
    }
    fn sprint(&self, campaign: &CampaignId) -> SprintBook {
        if let Some((_, book)) = self.decided().sprints.iter().find(|(known, _)| known == campaign) {
            return book.clone();
        }
        let key = (self.shop_id.clone(), campaign.clone());
        self.facts().tables.sprints.get(&key).cloned().unwrap_or_default()
    }
    fn put_sprint(&mut self, campaign: &CampaignId, book: SprintBook) {
        let sprints = &mut self.changes().sprints;
        match sprints.iter_mut().find(|(known, _)| known == campaign) {
            Some((_, known)) => *known = book,
            None => sprints.push((campaign.clone(), book)),
        }
    }
    fn give_prize(
        &mut self,
        batch: &BatchId,
        (customer, campaign): (&CustomerId, &CampaignId),
        count: u32,
        usable: Window,
    ) -> Result<Vec<Coupon>, Refusal> {
        batches::prize(self, batch, (customer, campaign), (count, usable))
    }
    fn places(&self, key: &PlacesKey) -> Vec<(Instant, CustomerId)> {
        self.facts().places(key).to_vec()
    }
}
