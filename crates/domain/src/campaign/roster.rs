//! A shop's campaigns, found by their ids and by the moments of orders that may matter to them.
//!
//! Always holds: a campaign is among those that [`Roster::until`] names for a moment as long as a version of it ends then
//! or later. Everything that a kind asks of the moments of an order is whether a version's period has not ended by then, so
//! whoever asks of those alone decides as if they had asked of all. What is closed or drafted stays among them: why an order
//! gets nothing of it is for the kind to say.

use super::{Campaign, CampaignRow, Counters};
use crate::{CampaignId, Instant};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, ops::Deref, sync::Arc};

/// The campaigns, in the order in which they came.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Vec<CampaignRow>", into = "Vec<CampaignRow>")]
pub struct Roster {
    rows: Vec<CampaignRow>,
    /// The place of each.
    places: BTreeMap<CampaignId, usize>,
    /// When the last version of each ends, and its place; the earliest first.
    ends: Vec<(Instant, usize)>,
}

static NONE: Roster = Roster { rows: Vec::new(), places: BTreeMap::new(), ends: Vec::new() };

impl Roster {
    /// That of a shop without campaigns.
    pub fn none() -> &'static Self {
        &NONE
    }

    /// A campaign by its id.
    pub fn find(&self, id: &CampaignId) -> Option<&CampaignRow> {
        self.rows.get(*self.places.get(id)?)
    }

    /// The place of a campaign.
    pub fn place(&self, id: &CampaignId) -> Option<usize> {
        self.places.get(id).copied()
    }

    /// The figures of the campaign in that place.
    pub fn counters_mut(&mut self, place: usize) -> Option<&mut Counters> {
        self.rows.get_mut(place).map(|row| &mut row.counters)
    }

    /// Campaigns of which a version ends at that moment or later, in their order: to the others nothing matters that
    /// happened to an order from then on.
    pub fn until(&self, moment: Instant) -> impl Iterator<Item = &CampaignRow> {
        let from = self.ends.partition_point(|(end, _)| *end < moment);
        let mut places: Vec<usize> = self.ends[from..].iter().map(|(_, place)| *place).collect();
        places.sort_unstable();
        places.into_iter().map(|place| &self.rows[place])
    }

    /// Puts a campaign in the place of the one that it was, or behind the others with those figures; its place where it is
    /// new.
    pub fn put(&mut self, campaign: Arc<Campaign>, counters: impl FnOnce() -> Counters) -> Option<usize> {
        let (id, end) = (campaign.campaign_id.clone(), last_end(&campaign));
        let known = self.place(&id);
        let place = known.unwrap_or(self.rows.len());
        if let Some(row) = self.rows.get_mut(place) {
            let was = (last_end(&row.campaign), place);
            self.ends.retain(|known| *known != was);
            row.campaign = campaign;
        } else {
            self.rows.push(CampaignRow { campaign, counters: counters() });
            self.places.insert(id, place);
        }
        let at = self.ends.partition_point(|known| *known < (end, place));
        self.ends.insert(at, (end, place));
        known.is_none().then_some(place)
    }
}

/// When no version of a campaign runs any more, closed before or not.
fn last_end(campaign: &Campaign) -> Instant {
    let ends = campaign.versions.iter().map(|version| version.ends_at);
    ends.max().unwrap_or(Instant::from_micros(i64::MIN))
}

impl Deref for Roster {
    type Target = [CampaignRow];
    fn deref(&self) -> &[CampaignRow] {
        &self.rows
    }
}

impl From<Vec<CampaignRow>> for Roster {
    fn from(rows: Vec<CampaignRow>) -> Self {
        let places = rows.iter().enumerate().map(|(place, row)| (row.campaign.campaign_id.clone(), place));
        let places = places.collect();
        let ends = rows.iter().enumerate().map(|(place, row)| (last_end(&row.campaign), place));
        let mut ends: Vec<(Instant, usize)> = ends.collect();
        ends.sort_unstable();
        Self { rows, places, ends }
    }
}

impl From<Roster> for Vec<CampaignRow> {
    fn from(roster: Roster) -> Self {
        roster.rows
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::campaign::{Live, Terms, Version, price_floor};
    use proptest::{prelude::*, test_runner::RngSeed};

    fn at(hour: i64) -> Instant {
        Instant::parse("2030-06-10T00:00:00Z").unwrap().plus_hours(hour)
    }

    /// A campaign whose versions run from the first hour to the second, each made at the third.
    fn campaign(
        id: u8,
        versions: &[(i64, i64, i64)],
        published: Option<i64>,
        closed: Option<i64>,
    ) -> Campaign {
        let terms = serde_json::json!({ "floors": [{ "sku": "a", "floor": 1 }] });
        let terms: price_floor::Terms = serde_json::from_value(terms).unwrap();
        let version = |(starts, ends, made): &(i64, i64, i64)| Version {
            name: "c".into(),
            starts_at: at(*starts),
            ends_at: at(*ends),
            scope: crate::catalog::Scope::default(),
            terms: Terms::PriceFloor(terms.clone()),
            made_at: at(*made),
        };
        Campaign {
            campaign_id: format!("c{id}").parse().unwrap(),
            created_at: at(0),
            published_at: published.map(at),
            closed_at: closed.map(at),
            versions: versions.iter().map(version).collect(),
            revised_at: versions[1..].iter().map(|(_, _, made)| at(*made)).collect(),
            in_force: Vec::new(),
            request_digest: String::new(),
        }
    }

    prop_compose! {
        fn any_campaign()(
            id in 0_u8..6,
            versions in prop::collection::vec((0_i64..40, 1_i64..20, 0_i64..40), 1..4),
            published in prop::option::of(0_i64..40),
            closed in prop::option::of(0_i64..60),
        ) -> Campaign {
            let mut versions: Vec<_> = versions.into_iter().map(|(from, long, made)| (from, from + long, made)).collect();
            versions.sort_by_key(|(_, _, made)| *made);
            campaign(id, &versions, published, closed)
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            rng_seed: RngSeed::Fixed(20_301_201), failure_persistence: None, ..ProptestConfig::with_cases(500)
        })]

        /// Whatever was put, replaced and read again: an id finds what was put last, and to a campaign that is passed over
        /// for a moment nothing of an order of that moment, or of a later one, can matter, by any question that kinds ask.
        #[test]
        fn a_campaign_that_is_passed_over_has_no_part_in_an_order(
            put in prop::collection::vec(any_campaign(), 0..20), moment in 0_i64..80, later in 0_i64..30,
        ) {
            let mut roster = Roster::default();
            let mut model: Vec<Campaign> = Vec::new();
            for campaign in put {
                let known = model.iter().position(|known| known.campaign_id == campaign.campaign_id);
                let place = roster.put(Arc::new(campaign.clone()), Counters::default);
                prop_assert_eq!(place, known.is_none().then_some(model.len()));
                match known {
                    Some(known) => model[known] = campaign,
                    None => model.push(campaign),
                }
            }
            let read = Roster::from(Vec::from(roster.clone()));
            prop_assert_eq!(&read, &roster);
            let of = |rows: Vec<&CampaignRow>| rows.iter().map(|row| row.campaign.campaign_id.clone()).collect::<Vec<_>>();
            let asked = of(roster.until(at(moment)).collect());
            let in_order = model.iter().map(|c| c.campaign_id.clone()).filter(|id| asked.contains(id));
            prop_assert_eq!(asked.clone(), in_order.collect::<Vec<_>>());
            let then = at(moment + later);
            for campaign in &model {
                let id = &campaign.campaign_id;
                prop_assert_eq!(&*roster.find(id).unwrap().campaign, campaign);
                if asked.contains(id) {
                    continue;
                }
                prop_assert!(campaign.held_at(then).is_none());
                prop_assert!(campaign.versions.iter().all(|version| version.ends_at < at(moment)));
                let live = Live::<price_floor::Terms>::at(campaign, then);
                prop_assert!(live.is_none_or(|live| !live.version.period().contains(then)));
            }
        }
    }

    /// A campaign that ended long ago is not looked at for an order of today, and is for one that is placed in it late; one
    /// that was closed is, as long as its period lasts, so that it can be said.
    #[test]
    fn an_ended_campaign_is_asked_about_its_own_days_alone() {
        let campaigns = [
            campaign(1, &[(0, 10, 0)], Some(0), None),
            campaign(2, &[(0, 10, 0), (0, 30, 5)], Some(0), None),
            campaign(3, &[(0, 20, 0)], Some(0), Some(2)),
            campaign(4, &[(40, 50, 0)], None, None),
        ];
        let row = |campaign| CampaignRow { campaign: Arc::new(campaign), counters: Counters::default() };
        let roster = Roster::from(campaigns.map(row).to_vec());
        let until = |hour| {
            let rows = roster.until(at(hour));
            rows.map(|row| row.campaign.campaign_id.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(until(9), ["c1", "c2", "c3", "c4"]);
        assert_eq!(until(11), ["c2", "c3", "c4"]);
        assert_eq!(until(21), ["c2", "c4"]);
        assert_eq!(until(31), ["c4"]);
        assert_eq!(until(51), [""; 0]);
    }
}
