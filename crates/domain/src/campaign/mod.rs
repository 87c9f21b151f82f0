//! Campaigns: a name, a period, a scope, the terms of a kind, and their versions.
//!
//! Always holds: a version never changes; an order keeps the version that it was evaluated with
//! (A-G-10); closing and stock belong to the campaign, not to a version.
//! Adding a kind: a folder beside `recovery` and one line in `kinds.rs`. A kind is its terms (`terms.rs`), which
//! know neither this file nor another kind, and its reactions (`kind.rs`), decided at a [`Desk`].

#[macro_use]
mod kinds;

mod calls;
mod comparison;
mod counters;
mod desk;
pub mod field;
mod figure;
pub mod forms;
pub mod hours;
mod kind;
mod later;
mod live;
pub mod promotion;
mod roster;
mod tally;
mod terms;
mod wants;

kinds!(modules_of_kinds);

pub use calls::{
    Action, Answer, COMPARISONS, FIGURES, act, brings, compared, counts, due, figures, follow, is_kept,
    may_close, moment, order_wake, place, promised, published, told, undelivered, wants, wants_for,
    wants_published, whole,
};
pub use comparison::{Comparison, GroupFigures, Had, HoldoutPlan};
pub use counters::{Count, Counters};
pub use desk::Desk;
pub use figure::{Figure, Unit};
pub use kind::{About, Asked, CampaignKind, Nothing, Step, Told};
pub use kinds::{OfTerms, Terms};
pub use live::{CampaignRow, Live, Status};
pub use roster::Roster;
pub use tally::{Brought, Tally};
pub use terms::{Frame, KindTerms};
pub use wants::Wants;

use crate::{
    CampaignId, Code, Instant, Refusal, Violation,
    catalog::{Scope, ScopeMode},
    limits,
    shop::Shop,
    time::Window,
};
use serde::{Deserialize, Serialize};

/// A campaign with all of its versions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Campaign {
    /// Its id within the shop.
    pub campaign_id: CampaignId,
    /// When it was created; what it may do can depend on it (A-S0-3).
    pub created_at: Instant,
    /// When it was published; a draft has not been.
    pub published_at: Option<Instant>,
    /// When the merchant closed it (S0-R33).
    pub closed_at: Option<Instant>,
    /// The versions, oldest first; never empty. Number = position + 1.
    pub versions: Vec<Version>,
    /// When version 2, 3, ... came into force: an order is judged by the one in force when it was
    /// placed, however late we hear of it (A-G-10).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub revised_at: Vec<Instant>,
    /// Which version was in force from which of the shop's revisions on, oldest first: any quote can
    /// be evaluated again by the rules of its revision (A-G-10).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub in_force: Vec<InForce>,
    /// A digest of the creating request, to tell a repetition from a conflict.
    #[serde(default)]
    pub request_digest: String,
}

/// From a revision of the shop's rules on, a version of a campaign, or none of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct InForce {
    /// The shop's running number of changes to what it has published.
    pub revision: u64,
    /// The version's number; `None` once the campaign is closed.
    pub version: Option<u32>,
}

/// One state of what the merchant filled in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Version {
    /// For the merchant's own eyes (S0-R08); never shown to customers.
    pub name: String,
    /// The campaign runs from here,
    pub starts_at: Instant,
    /// to here, half-open.
    pub ends_at: Instant,
    /// The goods.
    #[serde(default)]
    pub scope: Scope,
    /// What the kind needs.
    #[serde(flatten)]
    pub terms: Terms,
    /// When this version was made.
    #[serde(default = "epoch")]
    pub made_at: Instant,
}

fn epoch() -> Instant {
    Instant::from_micros(0)
}

impl Campaign {
    /// One that is made now, and not published yet.
    pub fn of_draft(campaign_id: CampaignId, version: Version, now: Instant) -> Self {
        Self {
            campaign_id,
            created_at: now,
            published_at: None,
            closed_at: None,
            versions: vec![Version { made_at: now, ..version }],
            revised_at: Vec::new(),
            in_force: Vec::new(),
            request_digest: String::new(),
        }
    }
    /// Whether it was created with these contents, however they were written: an end of 23:59:59 and the next 00:00:00
    /// are one (A-G-3).
    pub fn was_created_with(&self, version: &Version, publish: bool) -> bool {
        let created = &self.versions[0];
        let asked = Version { made_at: created.made_at, ..version.clone() };
        *created == asked && (self.published_at == Some(self.created_at)) == publish
    }
    /// The version in force for orders placed now.
    pub fn current(&self) -> &Version {
        &self.versions[self.versions.len() - 1]
    }
    /// The versions that customers met, oldest first; of a draft the one that they would meet. Never empty.
    pub fn in_public(&self) -> &[Version] {
        let first = self.published_at.map_or(self.version_number(), |at| self.version_at(at));
        &self.versions[(first as usize).saturating_sub(1)..]
    }
    /// Number of the version in force.
    pub fn version_number(&self) -> u32 {
        u32::try_from(self.versions.len()).unwrap_or(u32::MAX)
    }
    /// A version by number.
    pub fn version(&self, number: u32) -> Option<&Version> {
        self.versions.get((number as usize).checked_sub(1)?)
    }
    /// Number of the version in force at a moment; the first one for the time before it.
    pub fn version_at(&self, at: Instant) -> u32 {
        let revisions = self.revised_at.iter().filter(|since| **since <= at).count();
        u32::try_from(revisions + 1).unwrap_or(u32::MAX).min(self.version_number())
    }
    /// The version that was in force at a revision of the shop's rules.
    pub fn version_at_revision(&self, revision: u64) -> Option<u32> {
        self.in_force.iter().rev().find(|known| known.revision <= revision)?.version
    }
    /// The last of the shop's revisions that changed this campaign; 0 for a draft.
    pub fn last_revision(&self) -> u64 {
        self.in_force.last().map_or(0, |known| known.revision)
    }
    /// Notes the version in force, where a change has altered it.
    pub fn note_revision(&mut self, revision: u64, now: Instant) {
        let published = self.published_at.is_some();
        let version = (published && !self.is_closed(now)).then(|| self.version_number());
        let known = self.in_force.last().map(|known| known.version);
        if known != Some(version) && (known.is_some() || version.is_some()) {
            self.in_force.push(InForce { revision, version });
        }
    }
    /// Whether the merchant has closed it by that moment.
    pub fn is_closed(&self, now: Instant) -> bool {
        self.closed_at.is_some_and(|at| at <= now)
    }

    /// Publishes a draft; its start is checked against the moment of publishing.
    pub fn publish(&mut self, shop: &Shop, now: Instant) -> Result<(), Refusal> {
        if self.is_closed(now) {
            return Err(Code::CampaignClosed.into());
        }
        if self.published_at.is_some() {
            return Ok(());
        }
        Refusal::from_violations(Code::InvalidTerms, self.current().violations(shop, now))?;
        self.published_at = Some(now);
        Ok(())
    }

    /// Closes it for good (S0-R33, A-S0-19). The first closing stands.
    pub fn close(&mut self, now: Instant) {
        self.closed_at.get_or_insert(now);
    }

    /// Adds a version. The start stays once the campaign has begun, and the quantity never falls
    /// under what has been issued.
    pub fn revise(&mut self, next: Version, shop: &Shop, issued: u64, now: Instant) -> Result<(), Refusal> {
        let current = self.current();
        if self.is_closed(now) {
            return Err(Code::CampaignClosed.into());
        }
        if self.versions.len() >= limits::CAMPAIGN_VERSIONS {
            return Err(Refusal::with(Code::LimitReached, format!("{} versions", limits::CAMPAIGN_VERSIONS)));
        }
        let same_start = next.starts_at == current.starts_at;
        let mut found = next.violations(shop, if same_start { current.made_at } else { now });
        let published = self.published_at.is_some();
        if published && now >= current.ends_at {
            return Err(Refusal::with(Code::CampaignClosed, "the campaign is over"));
        }
        if published && now >= current.starts_at && !same_start {
            found.push(Violation::with("starts_at", Code::ImmutableField, "the campaign has started"));
        }
        if published && next.ends_at <= now {
            found.push(Violation::with(
                "ends_at",
                Code::OutOfRange,
                "the end must lie ahead; close the campaign instead",
            ));
        }
        if published {
            let was = self.in_public().iter().map(|version| &version.terms);
            found.extend(Terms::fixed(was, &next.terms));
        }
        if next.terms.kind() != current.terms.kind() {
            found.push(Violation::with("kind", Code::ImmutableField, "a campaign keeps its kind"));
        }
        if next.terms.quantity().is_some_and(|quantity| quantity < issued) {
            found.push(Violation::with(
                "terms.quantity",
                Code::OutOfRange,
                format!("{issued} are issued already"),
            ));
        }
        Refusal::from_violations(Code::InvalidTerms, found)?;
        // The rule of the start is about when it was chosen (S0-R09).
        let made_at = if same_start { current.made_at } else { now };
        self.versions.push(Version { made_at, ..next });
        self.revised_at.push(now);
        Ok(())
    }
}

impl Version {
    /// When the campaign runs.
    pub fn period(&self) -> Window {
        Window { starts_at: self.starts_at, ends_at: self.ends_at }
    }
    fn frame<'a>(&'a self, shop: &'a Shop, now: Instant) -> Frame<'a> {
        Frame { name: &self.name, period: self.period(), scope: &self.scope, shop, now }
    }
    /// What is allowed but deserves a second look.
    pub fn warnings(&self, shop: &Shop) -> Vec<Violation> {
        self.terms.warnings(&self.frame(shop, self.made_at))
    }
    /// What breaks a rule in a draft: all but the list that an import may bring later (S0-R13).
    pub fn draft_violations(&self, shop: &Shop, now: Instant) -> Vec<Violation> {
        let mut found = self.violations(shop, now);
        if self.scope.mode == ScopeMode::Whitelist && self.scope.skus.is_empty() {
            found.retain(|v| v.field != "scope.skus" || v.code != Code::InvalidValue);
        }
        found
    }
    /// Everything that breaks a rule, field by field.
    pub fn violations(&self, shop: &Shop, now: Instant) -> Vec<Violation> {
        let mut found = Vec::new();
        if self.name.trim().is_empty() {
            found.push(Violation::new("name", Code::Required));
        } else if self.name.chars().any(char::is_control) {
            found.push(Violation::with("name", Code::InvalidValue, "no control characters"));
        }
        if self.name.chars().count() > limits::NAME_CHARS {
            found.push(Violation::with(
                "name",
                Code::TooLongText,
                format!("at most {} characters", limits::NAME_CHARS),
            ));
        }
        found.extend(self.scope.violations());
        self.terms.check(&self.frame(shop, now), &mut found);
        found
    }
}
