//! How far a shop is with a platform's sprint: invited, accepted or declined (A-S3-13), its prizes, and that it takes part.
//!
//! Always holds: it is settled at the first enrollment. Whoever has a prize bound for every tier by then takes part, for
//! whoever has not the sprint is closed (`prize_missing`), whenever that is looked at.

use super::{Plan, Sheet};
use crate::{
    BatchId, Code, Instant, Refusal,
    campaign::sprint::{Terms, Tier},
};
use serde::{Deserialize, Serialize};

/// What a shop answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the words say it")]
pub enum Standing {
    Invited,
    Accepted,
    Declined,
}

impl Standing {
    /// The stable text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invited => "invited",
            Self::Accepted => "accepted",
            Self::Declined => "declined",
        }
    }
}

/// A prize that is being set up: filled in, then approved by somebody else, then bound.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tried {
    /// What was filled in.
    pub sheet: Sheet,
    /// By whom: the key's id.
    pub author: String,
    /// The batch, once it is approved; goods have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<BatchId>,
    /// Who approved it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved_by: Option<String>,
    /// When it was bound to the sprint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound: Option<Bound>,
}

/// A prize is bound.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bound {
    /// When.
    pub at: Instant,
    /// By whom: the key's id.
    pub by: String,
}

/// The sprint is closed for the shop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    /// When.
    pub at: Instant,
    /// Why, where nobody closed it: `prize_missing`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Code>,
}

/// What a sprint is doing, as people call it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words say it")]
pub enum Stage {
    Invited,
    Declined,
    PrizePending,
    PrizeBound,
    Enrolling,
    Sprinting,
    Awarding,
    Redeeming,
    Ended,
    Closed,
}

impl Stage {
    /// The stable text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invited => "invited",
            Self::Declined => "declined",
            Self::PrizePending => "prize_pending",
            Self::PrizeBound => "prize_bound",
            Self::Enrolling => "enrolling",
            Self::Sprinting => "sprinting",
            Self::Awarding => "awarding",
            Self::Redeeming => "redeeming",
            Self::Ended => "ended",
            Self::Closed => "closed",
        }
    }
}

/// Hours before the first enrollment at which a merchant is reminded of what is missing.
const REMIND: [i64; 2] = [72, 24];

/// An invitation of a shop, with all that follows. One row a shop and sprint, with a timer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    /// What was answered.
    pub standing: Standing,
    /// When the shop was invited.
    pub invited_at: Instant,
    /// When it answered last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_at: Option<Instant>,
    /// The plan as it was accepted; until then as it was when it was last looked at.
    pub plan: Plan,
    /// The prizes, tier by tier.
    pub prizes: Vec<Option<Tried>>,
    /// Whether the merchant was told that the thresholds are known.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_announced: bool,
    /// The newest revision that the merchant was told of.
    #[serde(default, skip_serializing_if = "is_none")]
    pub told_revision: u32,
    /// It was not answered by the first enrollment.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_over: bool,
    /// How many reminders have gone.
    #[serde(default, skip_serializing_if = "is_none")]
    pub reminders: u8,
    /// That and why it is closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<Closed>,
    /// When something is to be done next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wake_at: Option<Instant>,
}

fn is_none<T: Default + PartialEq>(number: &T) -> bool {
    *number == T::default()
}

impl Invitation {
    /// A shop is invited.
    pub fn of(plan: &Plan, now: Instant) -> Self {
        let mut invited = Self {
            standing: Standing::Invited,
            invited_at: now,
            answered_at: None,
            prizes: vec![None; plan.tiers.len()],
            is_announced: plan.is_announced(now),
            plan: plan.clone(),
            told_revision: 0,
            is_over: false,
            reminders: 0,
            closed: None,
            wake_at: None,
        };
        invited.reminders = invited.reminders_due(now);
        invited.look_ahead();
        invited
    }

    /// Whether every tier's prize is bound.
    pub fn is_bound(&self) -> bool {
        self.prizes.iter().all(|prize| prize.as_ref().is_some_and(|prize| prize.bound.is_some()))
    }
    /// Whether the first enrollment has begun: then nothing is set up any more.
    pub fn has_begun(&self, now: Instant) -> bool {
        self.plan.starts_at() <= now
    }
    /// That it is closed, also where its timer has not been looked at yet: what is not bound by the first enrollment never is.
    pub fn closed(&self, now: Instant) -> Option<Closed> {
        let is_missed = self.standing == Standing::Accepted && self.has_begun(now) && !self.is_bound();
        let missed = || Closed { at: self.plan.starts_at(), code: Some(Code::PrizeMissing) };
        self.closed.clone().or_else(|| is_missed.then(missed))
    }
    /// What it is doing.
    pub fn stage(&self, now: Instant) -> Stage {
        if self.closed(now).is_some() {
            return Stage::Closed;
        }
        match self.standing {
            Standing::Invited => return Stage::Invited,
            Standing::Declined => return Stage::Declined,
            Standing::Accepted => {}
        }
        let any = |is: &dyn Fn(&crate::sprint::Wave) -> bool| self.plan.waves.iter().any(is);
        if now >= self.plan.ends_at() {
            Stage::Ended
        } else if !self.has_begun(now) {
            if self.is_bound() { Stage::PrizeBound } else { Stage::PrizePending }
        } else if any(&|wave| wave.sprint.contains(now)) {
            Stage::Sprinting
        } else if any(&|wave| wave.enrollment.contains(now)) {
            Stage::Enrolling
        } else if any(&|wave| {
            wave.award.contains(now) || (wave.sprint.ends_at <= now && now < wave.award.starts_at)
        }) {
            Stage::Awarding
        } else {
            Stage::Redeeming
        }
    }

    /// Refuses what is done with one that was not accepted, is closed, or has begun (A-S3-9, A-S3-13).
    pub fn check_open(&self, now: Instant) -> Result<(), Refusal> {
        if self.standing != Standing::Accepted {
            return Err(Refusal::with(Code::NotInvited, "the invitation was not accepted"));
        }
        if let Some(closed) = self.closed(now) {
            return Err(closed.code.unwrap_or(Code::CampaignClosed).into());
        }
        if self.has_begun(now) {
            return Err(Refusal::with(Code::StartedAlready, "the first enrollment has begun"));
        }
        Ok(())
    }

    /// The terms of the shop's own sprint, once every prize is bound.
    pub fn terms(&self) -> Option<Terms> {
        let plan = &self.plan;
        let tier = |(tier, prize): (&super::PlanTier, &Option<Tried>)| {
            let prize = prize.as_ref().filter(|prize| prize.bound.is_some())?;
            Some(Tier { threshold: tier.threshold, prize: prize.sheet.prize(prize.key.as_ref())? })
        };
        Some(Terms {
            waves: plan.waves.clone(),
            tiers: plan.tiers.iter().zip(&self.prizes).map(tier).collect::<Option<Vec<_>>>()?,
            tier_rule: plan.tier_rule,
            counts_from: plan.counts_from,
            award_by: plan.award_by,
            void_after_refund: plan.void_after_refund,
            description: plan.description.clone(),
        })
    }

    /// Goes by a revision of the plan that was not answered yet.
    pub fn follow(&mut self, plan: &Plan) {
        self.plan = plan.clone();
        self.prizes.resize(plan.tiers.len(), None);
    }
    /// Takes a revision of the plan in. Prizes stay, tier by tier.
    pub fn take(&mut self, plan: &Plan, now: Instant) {
        self.follow(plan);
        self.is_announced = plan.is_announced(now);
        self.reminders = self.reminders_due(now);
        self.look_ahead();
    }

    /// Whether the merchant still has something to do.
    pub fn is_pending(&self) -> bool {
        let answers = match self.standing {
            Standing::Invited => true,
            Standing::Accepted => !self.is_bound(),
            Standing::Declined => false,
        };
        answers && self.closed.is_none() && !self.is_over
    }
    /// How many reminders have come due by then.
    pub fn reminders_due(&self, now: Instant) -> u8 {
        let due = REMIND.iter().filter(|hours| self.plan.starts_at().plus_hours(-**hours) <= now);
        u8::try_from(due.count()).unwrap_or(u8::MAX)
    }
    /// Sets when something is to be done next: the thresholds become known, a reminder, the first enrollment.
    pub fn look_ahead(&mut self) {
        let starts_at = self.plan.starts_at();
        let announced = self.plan.announced_at().filter(|_| !self.is_announced);
        let reminded =
            REMIND.iter().skip(usize::from(self.reminders)).map(|hours| starts_at.plus_hours(-hours));
        let next = announced.into_iter().chain(reminded).chain([starts_at]).min();
        self.wake_at = next.filter(|_| self.is_pending());
    }
}
