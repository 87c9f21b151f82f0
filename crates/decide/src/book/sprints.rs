//! Sprints in the working set.

use super::{Draft, facts::Facts};
use crate::coupon::batches;
use domain::{
    BatchId, CampaignId, CustomerId, Instant, Refusal, ShopId, WaveId,
    coupon::Coupon,
    sprint::{Happened, Member, PlacesKey, Quarter, SprintBook, Sprints},
    time::Window,
};

/// What a decision made of sprints: where they stand, of whom what is kept, and what happened.
type Decided = (
    Vec<(CampaignId, SprintBook)>,
    Vec<((CampaignId, WaveId, CustomerId), Member)>,
    Vec<((CampaignId, WaveId, Quarter), Happened)>,
);

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
    pub(super) fn apply_sprints(&mut self, shop_id: &ShopId, (sprints, members, happened): Decided) {
        for (campaign, book) in sprints {
            self.tables.sprints.put((shop_id.clone(), campaign), book);
        }
        for ((campaign, wave, customer), member) in members {
            self.tables.members.put((shop_id.clone(), campaign, wave, customer), member);
        }
        for ((campaign, wave, quarter), sums) in happened {
            // Each quarter is written once a batch.
            self.happened.entry((shop_id.clone(), campaign, wave, quarter)).or_default().add(&sums, 1);
        }
    }
}

impl Sprints for Draft<'_> {
    fn add_happened(&mut self, campaign: &CampaignId, wave: &WaveId, quarter: Quarter, sums: &Happened) {
        let happened = &mut self.changes().happened;
        let is_it = |(known, _): &&mut ((CampaignId, WaveId, Quarter), Happened)| {
            (known.2, &known.0, &known.1) == (quarter, campaign, wave)
        };
        match happened.iter_mut().rfind(is_it) {
            Some((_, known)) => known.add(sums, 1),
            None => happened.push(((campaign.clone(), wave.clone(), quarter), *sums)),
        }
    }
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
