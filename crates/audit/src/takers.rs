//! What is counted of a campaign's customers: how many rewards they had, on which days, whose link they followed, and the
//! orders by which they are compared (S2-R04, S2-R07, A-S2-21).

use crate::checks::REWARDS;
use crate::walk::{Faults, PAGE, Walk, first_page};
use domain::{
    CampaignId, CustomerId, limits,
    reward::{Reward, Taker},
    time::CivilDay,
};
use port::Read;
use std::collections::BTreeMap;

/// Walks the customers of a campaign.
pub fn walk(walk: &mut Walk<'_>, campaign: &CampaignId) -> Read<()> {
    walk.pages(
        "customers of rewards",
        |reader, shop, page| reader.takers(shop, campaign, page),
        |(customer, _)| customer.to_string(),
        |walk, (customer, taker)| {
            walk.looked(REWARDS);
            walk.confirm(
                taker,
                |reader, shop| reader.taker(shop, campaign, &customer),
                |walk, taker| faults(walk, campaign, &customer, taker),
                || format!("customer {customer} of campaign {campaign}"),
            )
        },
    )
}

/// What a customer's rewards of a campaign come to.
#[derive(Default)]
struct Recount {
    own: u32,
    extra: u32,
    days: BTreeMap<CivilDay, u32>,
}

impl Recount {
    fn of(walk: &Walk<'_>, campaign: &CampaignId, customer: &CustomerId) -> Read<Self> {
        let (mut found, mut page) = (Self::default(), first_page());
        loop {
            let rows = walk.reader.customer_rewards(walk.id(), customer, &page)?;
            for reward in rows.iter().filter(|reward| reward.campaign_id == *campaign) {
                found.add(walk, reward);
            }
            match rows.last().filter(|_| rows.len() == PAGE) {
                Some(last) => page.after = Some(last.reward_id.to_string()),
                None => return Ok(found),
            }
        }
    }
    fn add(&mut self, walk: &Walk<'_>, reward: &Reward) {
        if reward.extra > 0 {
            self.extra += 1;
            return;
        }
        self.own += 1;
        *self.days.entry(walk.shop.time_zone.day(reward.earned_at)).or_default() += 1;
    }
}

fn faults(walk: &Walk<'_>, campaign: &CampaignId, customer: &CustomerId, taker: &Taker) -> Read<Faults> {
    let mut found = Faults::new();
    let recount = Recount::of(walk, campaign, customer)?;
    for (what, said, counted) in
        [("rewards", taker.total, recount.own), ("extra chances", taker.extra, recount.extra)]
    {
        if said != counted {
            found.push((REWARDS, format!("it says {said} {what}, there are {counted}")));
        }
    }
    // A shop may move to another zone once its campaigns are over; of a customer with very many the first days are forgotten.
    let row = walk.campaigns.get(campaign);
    let runs = row
        .map(|row| &row.campaign)
        .is_some_and(|campaign| !campaign.is_closed(walk.now) && campaign.current().ends_at > walk.now);
    if runs && recount.own as usize <= limits::REWARD_DAYS {
        let said: BTreeMap<CivilDay, u32> = taker.days.iter().copied().collect();
        if said != recount.days {
            found.push((REWARDS, "the days of its rewards are not those of their payments".to_owned()));
        }
    }
    if let Some(id) = &taker.helped {
        let reward = walk.reader.reward(walk.id(), id)?;
        let is_anothers = |reward: &Reward| {
            reward.campaign_id == *campaign && reward.extra == 0 && reward.customer_id != *customer
        };
        if !reward.as_ref().is_some_and(is_anothers) {
            found.push((REWARDS, format!("reward {id}, which it helped, is not another's of this campaign")));
        }
    }
    for bought in &taker.bought {
        let order = walk.reader.order(walk.id(), &bought.order_id)?;
        if order.is_none_or(|order| order.customer_id != *customer) {
            let detail = format!("order {}, by which it is compared, is not its own", bought.order_id);
            found.push((REWARDS, detail));
        }
    }
    Ok(found)
}
