//! Who stands where in a campaign: in which order the prizes of a sprint go, who takes part, who is invited, and who had what.

use crate::tables::{OfShop, Tables};
use domain::{
    CampaignId, CustomerId, Instant, ShopId, WaveId,
    campaign::sprint::Invitation,
    reward::Taker,
    sprint::{Along, Member, PlacesKey},
};
use port::{InvitedAs, Members, Page, Places, Sums};
use std::collections::BTreeMap;

/// Who stands in a stretch of those who have reached a tier.
pub fn places(of: &OfShop, key: &PlacesKey) -> Places {
    let of_tier = of.places.iter().filter(|(campaign, wave, tier, ..)| {
        (campaign, wave, tier) == (&key.campaign_id, &key.wave_id, &key.tier)
    });
    let places = of_tier.map(|(.., at, customer)| (*at, customer.clone()));
    let is_enrolled = |((campaign, wave, _), member): &(&(CampaignId, WaveId, CustomerId), &Member)| {
        (campaign, wave) == (&key.campaign_id, &key.wave_id) && member.enrolled_at.is_some()
    };
    let mut found: Places = match key.along {
        Along::Rank | Along::Ids => places.collect(),
        Along::Enrolled => {
            let enrolled = of.members.iter().filter(is_enrolled);
            enrolled.map(|((.., customer), _)| (Instant::from_micros(0), customer.clone())).collect()
        }
    };
    let behind = |place: &(Instant, CustomerId)| match (&key.after, key.along) {
        (None, _) => true,
        (Some(after), Along::Rank) => place > after,
        (Some(after), Along::Ids | Along::Enrolled) => place.1 > after.1,
    };
    found.retain(behind);
    if key.along != Along::Rank {
        found.sort_by(|one, other| one.1.cmp(&other.1));
    }
    found.into_iter().skip(usize::try_from(key.skip).unwrap_or(usize::MAX)).take(key.limit).collect()
}

/// Rows of sprints behind a page's start, by their ids.
pub fn behind<R: Clone>(rows: &BTreeMap<CampaignId, R>, page: &Page) -> Vec<R> {
    let after = page.after.as_deref().unwrap_or_default();
    let behind = rows.iter().filter(|(sprint, _)| sprint.as_str() > after);
    behind.map(|(_, row)| row.clone()).take(page.limit).collect()
}

/// Who is invited to a sprint and stands like this, by their ids.
pub fn invited(
    tables: &Tables,
    (sprint, like): (&CampaignId, InvitedAs),
    page: &Page,
) -> Vec<(ShopId, Invitation)> {
    let after = page.after.as_deref().unwrap_or_default();
    let known = tables.shops.iter().filter_map(|(shop, of)| Some((shop, of.invitations.get(sprint)?)));
    let behind = known.filter(|(shop, found)| shop.as_str() > after && InvitedAs::of(found) == like);
    behind.map(|(shop, found)| (shop.clone(), found.clone())).take(page.limit).collect()
}

/// What is kept of customers in a wave, by their ids.
pub fn members(
    of: &OfShop,
    (campaign, wave): (&CampaignId, &WaveId),
    which: Members,
    page: &Page,
) -> Vec<(CustomerId, Member)> {
    let after = page.after.as_deref().unwrap_or_default();
    let of_wave = of.members.iter().filter(|((of, part, _), _)| of == campaign && part == wave);
    let behind = of_wave.filter(|((.., customer), _)| customer.as_str() > after);
    let wanted = behind.filter(|(_, member)| which == Members::All || member.is_late());
    let rows = wanted.map(|((.., customer), member)| (customer.clone(), member.clone()));
    rows.take(page.limit).collect()
}

/// What customers had of a campaign of rewards, by their ids.
pub fn takers(of: &OfShop, campaign: &CampaignId, page: &Page) -> Vec<(CustomerId, Taker)> {
    let own = of.takers.iter().filter(|((of, _), _)| of == campaign);
    let rows = own.map(|((_, customer), taker)| (customer.clone(), taker.clone()));
    let late = |customer: &str| page.after.as_deref().is_none_or(|after| customer > after);
    rows.filter(|(customer, _)| late(customer.as_str())).take(page.limit).collect()
}

/// What happened in the waves of a sprint.
pub fn happened(of: &OfShop, campaign: &CampaignId) -> Sums {
    let own = of.happened.iter().filter(|((of, ..), _)| of == campaign);
    own.map(|((_, wave, quarter), sums)| (wave.clone(), *quarter, *sums)).collect()
}
