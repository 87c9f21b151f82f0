//! What a customer has had: claims, reminders, orders left unpaid. One row, read and written in the
//! transaction that spends a limit.

mod purchases;
mod reminders;

pub use purchases::Purchases;
pub use reminders::{ReminderSms, WaitingSms};

use crate::{
    CampaignId, CustomerId, Instant, OrderId, catalog::Category, holdout::Parted, limits, time::CivilDay,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A customer's standing in one shop, or, for platform-wide limits, over all shops.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Standing {
    /// Claims by what they are counted for: a campaign, or everything (S0-R29, S0-R30).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub claims: BTreeMap<Counted, Claims>,
    /// The day of the last reminder for each third-level category (S0-R37); in the platform-wide row.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reminded: Vec<(Category, CivilDay)>,
    /// Orders that showed a coupon and were cancelled unpaid, the last 30 days of them (A-S0-21).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unpaid: Vec<(OrderId, Instant)>,
    /// Since when the customer is a member of the shop, as far as it was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member_since: Option<Instant>,
    /// The account that this one went up in, and when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged: Option<(CustomerId, Instant)>,
    /// Blocked by the farming rule until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocked_until: Option<Instant>,
    /// The operator's own word, which stands above the rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listed: Option<Listed>,
    /// Balance reminders by SMS; in the platform-wide row.
    #[serde(default, skip_serializing_if = "ReminderSms::is_empty")]
    pub reminder_sms: ReminderSms,
    /// Campaigns that count this customer by an order of before `parted` was kept, rising.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub compared: Vec<CampaignId>,
    /// Their orders at which the groups of a campaign parted, in the order in which they did (A-S2-21).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parted: Vec<Parted>,
    /// Orders that stand and used a promotion with limits, with those of accounts that went up in this one.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub uses: BTreeMap<CampaignId, u64>,
    /// What was paid for of late in the shop, and what that is held against (A-S0-25).
    #[serde(default, skip_serializing_if = "Purchases::is_empty")]
    pub purchases: Purchases,
}

/// What claims are counted for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Counted {
    /// One campaign.
    Campaign(CampaignId),
    /// All recovery campaigns of the shop, or of the platform.
    All,
}

impl From<Counted> for String {
    fn from(counted: Counted) -> Self {
        match counted {
            Counted::Campaign(id) => id.to_string(),
            Counted::All => "*".into(),
        }
    }
}
impl TryFrom<String> for Counted {
    type Error = crate::ids::InvalidId;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text == "*" { Ok(Self::All) } else { CampaignId::try_new(&text).map(Self::Campaign) }
    }
}

/// A count of claims: all of them, and those of the last day that had any.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// All claims, voided and expired coupons among them (A-S0-9).
    pub total: u32,
    /// The civil day of the last claim.
    pub day: CivilDay,
    /// Claims on that day.
    pub on_day: u32,
}

/// An entry of the block and allow list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Listed {
    /// Block or allow.
    pub list: List,
    /// Why, for the next operator.
    pub reason: String,
    /// Who put it there.
    pub by: String,
    /// When.
    pub at: Instant,
}

/// The two lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the words say it")]
pub enum List {
    Block,
    Allow,
}

impl Standing {
    /// Orders that a purchase of the customer's may change: those that show a coupon, and those that were left unpaid
    /// (A-S0-25).
    pub fn beside(&self) -> impl Iterator<Item = &OrderId> {
        self.purchases.watched().iter().chain(self.unpaid.iter().map(|(order, _)| order))
    }

    /// Claims counted for something on that day, and in all. A count of a later day is of this one: nothing that
    /// brings an earlier day, such as a shop of another zone, begins anew (A-G-13).
    pub fn claims(&self, counted: &Counted, day: CivilDay) -> (u32, u32) {
        let Some(claims) = self.claims.get(counted) else {
            return (0, 0);
        };
        (if claims.day >= day { claims.on_day } else { 0 }, claims.total)
    }

    /// Counts one claim.
    pub fn count_claim(&mut self, counted: Counted, day: CivilDay) {
        let claims = self.claims.entry(counted).or_insert(Claims { total: 0, day, on_day: 0 });
        claims.total += 1;
        claims.on_day = if claims.day >= day { claims.on_day + 1 } else { 1 };
        claims.day = claims.day.max(day);
    }

    /// The customer's orders at which the groups of a campaign parted, the first of them first.
    pub fn parted_in(&self, campaign: &CampaignId) -> impl Iterator<Item = &Parted> {
        self.parted.iter().filter(move |parted| parted.campaign_id == *campaign)
    }

    /// Keeps how an order stands.
    pub fn put_parted(&mut self, now: Parted) {
        let is_it =
            |known: &&mut Parted| (&known.campaign_id, &known.order_id) == (&now.campaign_id, &now.order_id);
        if let Some(known) = self.parted.iter_mut().find(is_it) {
            *known = now;
            return;
        }
        let key = |parted: &Parted| (parted.at, parted.order_id.clone());
        let place = self.parted.partition_point(|known| key(known) < key(&now));
        self.parted.insert(place, now);
    }

    /// Whether any of the categories had its reminder on that day, or on a later one (A-S0-14, A-G-13).
    pub fn was_reminded(&self, categories: &[&Category], day: CivilDay) -> bool {
        self.reminded.iter().any(|(category, on)| *on >= day && categories.contains(&category))
    }

    /// Marks all categories of a sent reminder; days gone by are forgotten.
    pub fn remind(&mut self, categories: &[&Category], day: CivilDay) {
        self.reminded.retain(|(category, on)| *on >= day && !categories.contains(&category));
        self.reminded.extend(categories.iter().map(|&category| (category.clone(), day)));
    }

    /// Takes the marks of a reminder back that was not sent after all.
    pub fn forget_reminder(&mut self, categories: &[&Category], day: CivilDay) {
        self.reminded.retain(|(category, on)| *on != day || !categories.contains(&category));
    }

    /// Notes an order that showed a coupon and ended unpaid; blocks when that makes a farmer.
    pub fn note_unpaid(&mut self, order: &OrderId, at: Instant) {
        let month_ago = at.plus_hours(-24 * limits::FARMING_DAYS);
        self.unpaid.retain(|(known, when)| known != order && *when > month_ago);
        self.unpaid.push((order.clone(), at));
        if self.unpaid.len() >= limits::FARMING_ORDERS {
            let until = at.plus_hours(24 * limits::FARMING_DAYS);
            self.blocked_until = self.blocked_until.max(Some(until));
        }
    }

    /// Takes a note back, for an order that turned out to be paid.
    pub fn forget_unpaid(&mut self, order: &OrderId) {
        self.unpaid.retain(|(known, _)| known != order);
        if self.unpaid.len() < limits::FARMING_ORDERS {
            self.blocked_until = None;
        }
    }
}
