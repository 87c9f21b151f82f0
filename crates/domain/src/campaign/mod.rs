//! Campaigns: a name, a period, a scope, the terms of a kind, and their versions.
//!
//! Always holds: a version never changes; an order keeps the version that it was evaluated with
//! (A-G-10); closing and stock belong to the campaign, not to a version.
//! Adding a kind: a folder beside `recovery` and one arm in [`Terms`].

pub mod field;
pub mod forms;
pub mod presale;
pub mod promotion;
pub mod recovery;

use crate::{
    CampaignId, Code, Instant, Refusal, Violation,
    catalog::{Scope, ScopeMode},
    limits,
    shop::Shop,
};
use field::{Form, KindForm};
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

/// The terms of each kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "terms", rename_all = "snake_case")]
pub enum Terms {
    /// Unpaid-order recovery.
    Recovery(recovery::Terms),
    /// A price of its own for a line.
    ItemPromotion(promotion::ItemTerms),
    /// Spend and save over the order.
    OrderPromotion(promotion::OrderTerms),
    /// Goods that come along.
    GiftPromotion(promotion::GiftTerms),
    /// A deposit now, the balance later.
    Presale(presale::Terms),
    /// The lowest prices allowed.
    PriceFloor(promotion::FloorTerms),
}

impl Terms {
    /// The stable names of all kinds.
    pub const KINDS: &[&str] =
        &["recovery", "item_promotion", "order_promotion", "gift_promotion", "presale", "price_floor"];

    /// The terms alone, as the API shows them.
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Recovery(terms) => serde_json::to_value(terms),
            Self::ItemPromotion(terms) => serde_json::to_value(terms),
            Self::OrderPromotion(terms) => serde_json::to_value(terms),
            Self::GiftPromotion(terms) => serde_json::to_value(terms),
            Self::Presale(terms) => Ok(terms.to_json()),
            Self::PriceFloor(terms) => serde_json::to_value(terms),
        }
        .unwrap_or_default()
    }
    /// The kind's stable name.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Recovery(_) => "recovery",
            Self::ItemPromotion(_) => "item_promotion",
            Self::OrderPromotion(_) => "order_promotion",
            Self::GiftPromotion(_) => "gift_promotion",
            Self::Presale(_) => "presale",
            Self::PriceFloor(_) => "price_floor",
        }
    }
    /// The recovery terms, where it is a recovery campaign.
    pub const fn recovery(&self) -> Option<&recovery::Terms> {
        match self {
            Self::Recovery(terms) => Some(terms),
            Self::ItemPromotion(_)
            | Self::OrderPromotion(_)
            | Self::GiftPromotion(_)
            | Self::Presale(_)
            | Self::PriceFloor(_) => None,
        }
    }
    /// The presale terms, where it is a presale.
    pub const fn presale(&self) -> Option<&presale::Terms> {
        match self {
            Self::Presale(terms) => Some(terms),
            Self::Recovery(_)
            | Self::ItemPromotion(_)
            | Self::OrderPromotion(_)
            | Self::GiftPromotion(_)
            | Self::PriceFloor(_) => None,
        }
    }
    /// What is filled in for the kind.
    pub const fn form(&self) -> &'static Form {
        match self {
            Self::Recovery(_) => &recovery::Terms::FORM,
            Self::ItemPromotion(_) => &promotion::ItemTerms::FORM,
            Self::OrderPromotion(_) => &promotion::OrderTerms::FORM,
            Self::GiftPromotion(_) => &promotion::GiftTerms::FORM,
            Self::Presale(_) => &presale::Terms::FORM,
            Self::PriceFloor(_) => &promotion::FloorTerms::FORM,
        }
    }
    /// Appends the terms that stay as they are once they are published, and that are others in the next version.
    fn check_fixed(&self, next: &Self, found: &mut Vec<Violation>) {
        if self.form().fields.iter().any(|field| field.fixed.is_some()) {
            self.form().check_fixed(&self.to_json(), &next.to_json(), found);
        }
    }
    /// Coupons that the campaign may issue; `None` where it issues none.
    pub fn quantity(&self) -> Option<u64> {
        self.recovery().map(|terms| terms.quantity)
    }
}

/// A campaign of one kind with one of its versions, read out of the envelope: `T` are the kind's terms.
/// [`recovery::Live`] and [`presale::Live`] are it.
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

/// Terms of a kind of campaign.
pub trait KindTerms: Sized {
    /// These of all terms; `None` where they are another kind's.
    fn of(terms: &Terms) -> Option<&Self>;
}

impl<'a, T: KindTerms> Live<'a, T> {
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
        Some(Self { campaign, version, number, terms: T::of(&version.terms)? })
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

/// Figures of a campaign. `issued` is the limit that claims spend; it is checked and written in the
/// transaction of the claim (A-S0-20).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Counters {
    /// Orders that the campaign covered when they were placed.
    pub covered: u64,
    /// Offers shown.
    pub displayed: u64,
    /// Coupons issued; never given back.
    pub issued: u64,
    /// Coupons by state now.
    pub available: u64,
    /// Held by a payment.
    pub locked: u64,
    /// Used.
    pub used: u64,
    /// Ran out.
    pub expired: u64,
    /// Void.
    pub void: u64,
    /// What used coupons saved customers, in minor units.
    pub saved: i64,
    /// Money paid on orders that used a coupon, in minor units.
    pub recovered: i64,
    /// Orders paid with a coupon, by method (S0-R06 reports the share of Baitiao).
    pub by_method: std::collections::BTreeMap<crate::order::Method, u64>,
    /// Orders on which nothing was shown, by reason.
    pub withheld: std::collections::BTreeMap<Code, u64>,
    /// Pushes sent.
    pub pushed: u64,
    /// Pushes not sent, by reason.
    pub suppressed: std::collections::BTreeMap<Code, u64>,
    /// Of a presale with gifts by rank: the earliest deposits (A-S1-12).
    #[serde(skip_serializing_if = "presale::Ranks::is_empty")]
    pub ranks: presale::Ranks,
}

impl Campaign {
    /// The version in force for orders placed now.
    pub fn current(&self) -> &Version {
        &self.versions[self.versions.len() - 1]
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
            current.terms.check_fixed(&next.terms, &mut found);
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
    /// What is allowed but deserves a second look.
    pub fn warnings(&self, shop: &Shop) -> Vec<Violation> {
        match &self.terms {
            Terms::Recovery(terms) => recovery::warnings(self, terms, shop),
            Terms::Presale(terms) => presale::warnings(terms),
            Terms::OrderPromotion(terms) => terms.warnings(),
            Terms::ItemPromotion(_) | Terms::GiftPromotion(_) | Terms::PriceFloor(_) => Vec::new(),
        }
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
        match &self.terms {
            Terms::Recovery(terms) => {
                recovery::check_period(self, shop, now, &mut found);
                terms.check(&mut found);
            }
            Terms::ItemPromotion(terms) => terms.check(&mut found),
            Terms::OrderPromotion(terms) => terms.check(&mut found),
            Terms::GiftPromotion(terms) => terms.check(&mut found),
            Terms::Presale(terms) => terms.check(self, &mut found),
            Terms::PriceFloor(terms) => terms.check(&mut found),
        }
        if !matches!(self.terms, Terms::Recovery(_)) {
            promotion::check_period(self, &mut found);
        }
        found
    }
}
