//! The platform's settings of a sprint, by revision.

use crate::{
    CampaignId, Code, Instant, Violation,
    campaign::sprint::{AwardBy, TierRule},
    catalog::Category,
    limits,
    shop::ShopKind,
    sprint::{CountsFrom, Wave, check_waves},
    time::{Window, Zone},
};
use money::Money;
use serde::{Deserialize, Serialize};

/// What the platform asks of a prize (S3-R14, S3-R21).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Remark {
    /// Coupons that must be released at least.
    pub required_quantity: u64,
    /// What the customer pays at most, in percent of the quota: 50 is 5折 (A-S3-5).
    pub max_pay_percent: u32,
    /// What each coupon takes off at least. Minor units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub face_value: Option<Money>,
}

/// A threshold of the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanTier {
    /// What a member must have spent, inclusive; the quota of its coupons is the same (A-S3-6). Minor units.
    pub threshold: Money,
    /// What is asked of its prize, where that is not the plan's own remark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<Remark>,
}

/// What a shop must have sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sales {
    /// Paid, at least. Minor units.
    pub least: Money,
    /// In orders placed in so many days before it is asked.
    pub days: u32,
}

/// Which shops are invited (S3-R03). Each that is said must hold.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conditions {
    /// Of one of these kinds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shop_kinds: Vec<ShopKind>,
    /// Have sold goods of one of these categories, within the days of `sales`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<Category>,
    /// Have sold so much.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sales: Option<Sales>,
    /// For people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
}

impl Conditions {
    /// Days of orders that are looked at where `sales` does not say.
    pub const USUAL_DAYS: u32 = 90;

    /// Whether a shop's orders are asked for.
    pub fn asks_orders(&self) -> bool {
        self.sales.is_some() || !self.categories.is_empty()
    }
    /// Days of orders that are looked at.
    pub fn days(&self) -> u32 {
        self.sales.map_or(Self::USUAL_DAYS, |sales| sales.days)
    }
}

/// A sprint as the platform sets it up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Its id; the campaign of each shop that takes part has the same.
    pub sprint_id: CampaignId,
    /// Counted from 1.
    pub revision: u32,
    /// For people.
    pub name: String,
    /// Shown to members.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Its waves, each with its stages.
    pub waves: Vec<Wave>,
    /// ISO 4217 code of the currency of its amounts: shops of others are not invited (A-G-12).
    #[serde(default = "usual_currency", skip_serializing_if = "is_usual_currency")]
    pub currency: String,
    /// The thresholds, rising.
    pub tiers: Vec<PlanTier>,
    /// What is asked of each prize.
    pub remark: Remark,
    /// Which of the tiers that were reached bring their prize.
    #[serde(default)]
    pub tier_rule: TierRule,
    /// From when on orders count.
    #[serde(default)]
    pub counts_from: CountsFrom,
    /// How winners get their prizes.
    #[serde(default)]
    pub award_by: AwardBy,
    /// Whether a refund after the draw voids unused coupons (A-S3-12).
    #[serde(default)]
    pub void_after_refund: bool,
    /// When the thresholds are made known to merchants, and they can accept; left out, at once (S3-R04).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pre_submission: Option<Window>,
    /// Which shops are invited.
    #[serde(default)]
    pub conditions: Conditions,
    /// When this revision was made.
    pub made_at: Instant,
}

/// The currency of a plan that does not say.
const USUAL_CURRENCY: &str = "CNY";

fn usual_currency() -> String {
    USUAL_CURRENCY.to_owned()
}

fn is_usual_currency(currency: &str) -> bool {
    currency == USUAL_CURRENCY
}

impl Plan {
    /// The first enrollment's start: until then merchants accept, bind and close (A-S3-9).
    pub fn starts_at(&self) -> Instant {
        self.waves.iter().map(|wave| wave.enrollment.starts_at).min().unwrap_or(self.made_at)
    }
    /// The last redemption's end.
    pub fn ends_at(&self) -> Instant {
        self.waves.iter().map(|wave| wave.redemption.ends_at).max().unwrap_or(self.made_at)
    }
    /// When its coupons can be used: from the first redemption's start to the last one's end (S3-R28, S3-R29).
    pub fn usable(&self) -> Window {
        let starts_at = self.waves.iter().map(|wave| wave.redemption.starts_at).min();
        Window { starts_at: starts_at.unwrap_or(self.made_at), ends_at: self.ends_at() }
    }
    /// When its thresholds are made known (S3-R04).
    pub fn announced_at(&self) -> Option<Instant> {
        self.pre_submission.map(|window| window.starts_at)
    }
    /// Whether its thresholds are known.
    pub fn is_announced(&self, now: Instant) -> bool {
        self.announced_at().is_none_or(|at| at <= now)
    }
    /// What is asked of a tier's prize.
    pub fn remark_of(&self, tier: u8) -> Remark {
        self.tiers.get(usize::from(tier)).and_then(|tier| tier.remark).unwrap_or(self.remark)
    }
    /// The same with ends of 23:59:59 taken for the next 00:00:00 of the platform's zone (A-G-3).
    #[must_use]
    pub fn with_whole_days(&self, zone: &Zone) -> Self {
        let lift = |window: Window| Window { ends_at: zone.end(window.ends_at), ..window };
        let wave = |wave: &Wave| Wave {
            enrollment: lift(wave.enrollment),
            sprint: lift(wave.sprint),
            award: lift(wave.award),
            redemption: lift(wave.redemption),
            ..wave.clone()
        };
        let waves = self.waves.iter().map(wave).collect();
        Self { waves, pre_submission: self.pre_submission.map(lift), ..self.clone() }
    }
    /// Whether it says the same, whenever it was made.
    pub fn says_the_same(&self, other: &Self) -> bool {
        *self == Self { revision: self.revision, made_at: self.made_at, ..other.clone() }
    }

    /// Everything that breaks a rule. Coupons are set to whole hours of the platform's zone (A-S3-10).
    pub fn violations(&self, zone: &Zone, now: Instant) -> Vec<Violation> {
        let mut found = Vec::new();
        self.check_texts(&mut found);
        self.check_times(zone, now, &mut found);
        self.check_tiers(&mut found);
        let mut fault = |bad: bool, field: &str, code: Code, message: &str| {
            if bad {
                found.push(Violation::with(field, code, message));
            }
        };
        let conditions = &self.conditions;
        let too_many = conditions.categories.len() > limits::SEGMENTS;
        fault(too_many, "conditions.categories", Code::TooMany, "at most 50");
        if let Some(Sales { least, days }) = conditions.sales {
            fault(!least.is_positive(), "conditions.sales.least", Code::OutOfRange, "above 0");
            fault(!(1..=366).contains(&days), "conditions.sales.days", Code::OutOfRange, "1 to 366");
        }
        found
    }

    fn check_texts(&self, found: &mut Vec<Violation>) {
        let is_name = |text: &str| {
            !text.trim().is_empty()
                && text.chars().count() <= limits::NAME_CHARS
                && !text.chars().any(char::is_control)
        };
        if !is_name(&self.name) {
            found.push(Violation::with("name", Code::InvalidValue, "1 to 100 characters"));
        }
        let most = limits::SPRINT_TEXT_CHARS;
        for (field, text) in [("description", &self.description), ("conditions.text", &self.conditions.text)]
        {
            if text.chars().count() > most {
                found.push(Violation::with(field, Code::TooLongText, format!("at most {most} characters")));
            }
        }
    }

    fn check_times(&self, zone: &Zone, now: Instant, found: &mut Vec<Violation>) {
        if self.waves.is_empty() || self.waves.len() > limits::SPRINT_WAVES {
            let message = format!("1 to {}", limits::SPRINT_WAVES);
            found.push(Violation::with("waves", Code::OutOfRange, message));
            return;
        }
        check_waves(&self.waves, "waves", found);
        for (index, wave) in self.waves.iter().enumerate() {
            for (name, at) in [("starts_at", wave.redemption.starts_at), ("ends_at", wave.redemption.ends_at)]
            {
                if !zone.is_whole_hour(at) {
                    let field = format!("waves[{index}].redemption.{name}");
                    found.push(Violation::with(field, Code::NotWholeHour, "coupons are set to the hour"));
                }
            }
        }
        if self.starts_at() <= now {
            let message = "the first enrollment begins after now";
            found.push(Violation::with("waves", Code::StartedAlready, message));
        }
        let Some(window) = self.pre_submission else { return };
        if window.ends_at <= window.starts_at {
            found.push(Violation::with("pre_submission.ends_at", Code::OutOfRange, "after its start"));
        }
        if window.ends_at > self.starts_at() {
            let message = "at the start of the first enrollment or before";
            found.push(Violation::with("pre_submission.ends_at", Code::OutOfRange, message));
        }
    }

    fn check_tiers(&self, found: &mut Vec<Violation>) {
        if money::Currency::find(&self.currency).is_none() {
            found.push(Violation::with("currency", Code::InvalidValue, "a code of ISO 4217"));
        }
        if self.tiers.is_empty() || self.tiers.len() > limits::SPRINT_TIERS {
            let message = format!("1 to {}", limits::SPRINT_TIERS);
            found.push(Violation::with("tiers", Code::OutOfRange, message));
        }
        remark(&self.remark, "remark", found);
        for (index, tier) in self.tiers.iter().enumerate() {
            let before = index.checked_sub(1).map_or(Money::ZERO, |before| self.tiers[before].threshold);
            if tier.threshold <= before {
                let field = format!("tiers[{index}].threshold");
                found.push(Violation::with(field, Code::OutOfRange, "above 0 and above the tier before"));
            }
            if let Some(own) = &tier.remark {
                remark(own, &format!("tiers[{index}].remark"), found);
            }
        }
    }
}

fn remark(remark: &Remark, at: &str, found: &mut Vec<Violation>) {
    let Remark { required_quantity, max_pay_percent, face_value } = *remark;
    let faults = [
        // What is applied for is more than what is released.
        (required_quantity >= limits::BATCH_COUPONS, "required_quantity", "below 10,000,000"),
        (
            !(1..=99).contains(&max_pay_percent),
            "max_pay_percent",
            "1 to 99: 80 is 8折, of what the customer pays",
        ),
        (face_value.is_some_and(|value| !value.is_positive()), "face_value", "above 0"),
    ];
    for (_, field, message) in faults.into_iter().filter(|(bad, _, _)| *bad) {
        found.push(Violation::with(format!("{at}.{field}"), Code::OutOfRange, message));
    }
}
