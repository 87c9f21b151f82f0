//! A campaign at a moment: where it stands, and the version and terms that hold then.

use super::{Campaign, Counters, Version, kinds::OfTerms};
use crate::Instant;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A campaign and its figures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CampaignRow {
    /// What the merchant set up.
    pub campaign: Arc<Campaign>,
    /// What came of it.
    pub counters: Counters,
}

/// A campaign of one kind with one of its versions, read out of the envelope: `T` are the kind's terms.
/// [`super::recovery::Live`] and [`super::presale::Live`] are it.
#[derive(Debug)]
pub struct Live<'a, T> {
    /// The campaign.
    pub campaign: &'a Campaign,
    /// The version in question.
    pub version: &'a Version,
    /// Its number.
    pub number: u32,
    /// Its terms.
    pub terms: &'a T,
}

impl<T> Clone for Live<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Live<'_, T> {}

impl<'a, T: OfTerms> Live<'a, T> {
    /// The current version of a published campaign.
    pub fn current(campaign: &'a Campaign) -> Option<Self> {
        Self::of_version(campaign, campaign.version_number()).filter(|_| campaign.published_at.is_some())
    }
    /// The version of a published campaign that was in force at a moment (A-G-10).
    pub fn at(campaign: &'a Campaign, at: Instant) -> Option<Self> {
        Self::of_version(campaign, campaign.version_at(at)).filter(|_| campaign.published_at.is_some())
    }
    /// A certain version, as an order remembers it.
    pub fn of_version(campaign: &'a Campaign, number: u32) -> Option<Self> {
        let version = campaign.version(number)?;
        Some(Self { campaign, version, number, terms: version.terms.of()? })
    }
}

/// Where a campaign stands, computed from its facts and the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the words say it")]
pub enum Status {
    Draft,
    Scheduled,
    Running,
    Exhausted,
    Ended,
    Closed,
}

impl Campaign {
    /// The version that held for orders placed then: published by then, not closed, in its period.
    pub fn held_at(&self, placed_at: Instant) -> Option<&Version> {
        self.planned_at(placed_at).filter(|_| !self.is_closed(placed_at))
    }
    /// The version in whose period a moment lies, of a campaign that was published by then, though it be closed.
    pub fn planned_at(&self, at: Instant) -> Option<&Version> {
        let published = self.published_at.is_some_and(|published| published <= at);
        let version = self.version(self.version_at(at)).filter(|_| published)?;
        (version.starts_at <= at && at < version.ends_at).then_some(version)
    }
    /// Where it stands.
    pub fn status(&self, counters: &Counters, now: Instant) -> Status {
        let version = self.current();
        if self.is_closed(now) {
            Status::Closed
        } else if self.published_at.is_none() {
            Status::Draft
        } else if now < version.starts_at {
            Status::Scheduled
        } else if now >= version.ends_at {
            Status::Ended
        } else if version.terms.quantity().is_some_and(|quantity| counters.issued >= quantity) {
            Status::Exhausted
        } else {
            Status::Running
        }
    }
}
