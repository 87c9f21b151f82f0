//! What a shop has decided about its messages: switches by kind and channel, limits, quiet hours, the signature
//! (S2-R12, S2-R15, S2-R16, A-S2-9, A-S2-10).
//!
//! Always holds: settings are versions, each with the moment from which it counts, when it was made and by whom; the one
//! that counts at a moment is the last that had begun. What was decided before the platform stopped sending for free
//! counts from that day on (S2-R16, T38).

use super::{Channel, Kind, Payer};
use crate::{Code, CustomerId, Instant, Violation, limits, shop::QuietHours};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Since then merchants switch notices on and pay for them (S2-R11): 2016-06-15 00:00 in China.
pub const CUT_OVER: Instant = Instant::from_micros(1_465_920_000_000_000);

/// Everything that a shop has decided, by when it counts.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct MessageSettings {
    versions: Vec<Version>,
}

/// What was decided at once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Version {
    /// From when it counts.
    pub effective_from: Instant,
    /// When it was saved.
    pub made_at: Instant,
    /// By which key.
    pub made_by: String,
    /// What.
    pub chosen: Chosen,
}

/// What a shop can choose.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Chosen {
    /// Which notices are on; one that is not named is off where the merchant pays for it, and on where the platform does.
    pub switches: BTreeMap<Kind, Switch>,
    /// How the shop signs its SMS, without the brackets; its name where none is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
    /// How much one number hears.
    pub caps: Caps,
    /// When nothing goes out by a channel; a notice waits for their end.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub quiet_hours: BTreeMap<Channel, QuietHours>,
    /// After so many minutes an unpaid order is reminded of by the channels that are on.
    pub reminder_after_minutes: u32,
    /// Below so many free segments the shop is told.
    pub alert_below: u64,
    /// Who is told of that, and of what else the merchant should know, beside the shop's webhooks.
    #[serde(default, skip_serializing_if = "Alerts::is_empty")]
    pub alerts: Alerts,
    /// Who may be told of supplier orders and purchase orders, for which the platform pays; where nobody is named, whoever
    /// is told first, up to [`limits::UNNAMED_SUPPLIERS`].
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub suppliers: BTreeSet<CustomerId>,
}

/// Where alerts go beside the shop's webhooks.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alerts {
    /// A mailbox of the merchant's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

impl Alerts {
    /// Whether nobody is named.
    pub const fn is_empty(&self) -> bool {
        self.email.is_none()
    }
}

/// What is said of a notice's switches; a channel that is not named is as usual.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the channels")]
pub struct Wish {
    #[serde(default)]
    pub sms: Option<bool>,
    #[serde(default)]
    pub wechat: Option<bool>,
}

impl Wish {
    /// The switches of a kind as they are wished, or what cannot be: a free notice is not switched off, and no notice is
    /// switched on for a channel that it does not take.
    pub fn switch(self, kind: Kind) -> Result<Switch, Vec<Violation>> {
        let (mut switch, mut wrong) = (Switch::usual(kind), Vec::new());
        let switches =
            [(Channel::Sms, self.sms, &mut switch.sms), (Channel::Wechat, self.wechat, &mut switch.wechat)];
        for (channel, wish, place) in switches {
            let takes = kind.about().channels.contains(&channel);
            let message = match wish {
                Some(true) if !takes => "this notice does not take that channel",
                Some(false) if takes && kind.about().payer == Payer::Free => NOT_OFF,
                Some(wish) if takes => {
                    *place = wish;
                    continue;
                }
                Some(_) | None => continue,
            };
            let field = format!("kinds.{}.{}", kind.as_str(), channel.as_str());
            wrong.push(Violation::with(&field, Code::InvalidValue, message));
        }
        if wrong.is_empty() { Ok(switch) } else { Err(wrong) }
    }
}

const NOT_OFF: &str = "this notice is sent by the platform and cannot be switched off";

/// A notice's switches. Where both are on, both go out (A-S2-10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the channels")]
pub struct Switch {
    #[serde(default)]
    pub sms: bool,
    #[serde(default)]
    pub wechat: bool,
}

impl Switch {
    /// Where nobody chose: on where the platform pays, off where the merchant does.
    pub fn usual(kind: Kind) -> Self {
        let is_free = kind.about().payer == Payer::Free;
        Self { sms: is_free, wechat: is_free }
    }

    /// Whether the channel is on; a push follows no switch.
    pub const fn has(self, channel: Channel) -> bool {
        match channel {
            Channel::Push => true,
            Channel::Sms => self.sms,
            Channel::Wechat => self.wechat,
        }
    }
}

/// How many SMS one number gets in any 60 seconds, 60 minutes and 24 hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the spans")]
pub struct Caps {
    pub minute: u32,
    pub hour: u32,
    pub day: u32,
}

impl Default for Caps {
    /// Within what providers let through for one number (outside-sources 3.5): 20 a day.
    fn default() -> Self {
        Self { minute: 3, hour: 10, day: 20 }
    }
}

impl Default for Chosen {
    /// Every notice that the merchant pays for is off (A-S2-9).
    fn default() -> Self {
        Self {
            switches: BTreeMap::new(),
            signature: None,
            caps: Caps::default(),
            quiet_hours: BTreeMap::new(),
            reminder_after_minutes: 30,
            alert_below: 100,
            alerts: Alerts::default(),
            suppliers: BTreeSet::new(),
        }
    }
}

impl Chosen {
    /// Whether a notice goes out by a channel.
    pub fn is_on(&self, kind: Kind, channel: Channel) -> bool {
        self.switches.get(&kind).copied().unwrap_or_else(|| Switch::usual(kind)).has(channel)
    }

    /// What is wrong with it, field by field.
    pub fn violations(&self) -> Vec<Violation> {
        let mut found = Vec::new();
        let Caps { minute, hour, day } = self.caps;
        for (field, value) in [("caps.minute", minute), ("caps.hour", hour), ("caps.day", day)] {
            if !(1..=limits::SMS_OF_A_NUMBER).contains(&value) {
                let range = format!("1 to {}", limits::SMS_OF_A_NUMBER);
                found.push(Violation::with(field, Code::OutOfRange, range));
            }
        }
        if !(5..=1_440).contains(&self.reminder_after_minutes) {
            found.push(Violation::with("reminder_after_minutes", Code::OutOfRange, "5 to 1440"));
        }
        if self.alert_below > limits::PACK_SEGMENTS {
            let range = format!("0 to {}", limits::PACK_SEGMENTS);
            found.push(Violation::with("alert_below", Code::OutOfRange, range));
        }
        if let Some(signature) = &self.signature {
            let fits = (2..=limits::SIGNATURE_CHARS).contains(&signature.chars().count());
            let plain = signature.chars().all(char::is_alphanumeric);
            if !(fits && plain) {
                let message = "2 to 20 letters and digits, without brackets";
                found.push(Violation::with("signature", Code::InvalidValue, message));
            }
        }
        if self.suppliers.len() > limits::SUPPLIERS {
            let message = format!("at most {}", limits::SUPPLIERS);
            found.push(Violation::with("suppliers", Code::TooMany, message));
        }
        // A free notice that no event brings has no switch to be off by.
        for (kind, switch) in &self.switches {
            if kind.about().payer == Payer::Free && !(switch.sms && switch.wechat) {
                let field = format!("kinds.{}", kind.as_str());
                found.push(Violation::with(&field, Code::InvalidValue, NOT_OFF));
            }
        }
        if self.quiet_hours.contains_key(&Channel::Push) {
            let message = "pushes keep the shop's own quiet hours";
            found.push(Violation::with("quiet_hours.push", Code::InvalidValue, message));
        }
        found
    }
}

impl MessageSettings {
    /// What counts at that moment; none before the first version does.
    pub fn at(&self, now: Instant) -> Option<&Version> {
        self.versions.iter().rev().find(|version| version.effective_from <= now)
    }

    /// What will count later, the earliest first.
    pub fn ahead(&self, now: Instant) -> &[Version] {
        let from = self.versions.partition_point(|version| version.effective_from <= now);
        self.versions.get(from..).unwrap_or_default()
    }

    /// All that are kept, by when they count.
    pub fn versions(&self) -> &[Version] {
        &self.versions
    }

    /// Decides anew. It counts from `from` on, or at once, and never before [`CUT_OVER`]; what was to count later than
    /// that is put aside.
    pub fn decide(&mut self, chosen: Chosen, from: Option<Instant>, by: String, now: Instant) -> &Version {
        let effective_from = from.unwrap_or(now).max(now).max(CUT_OVER);
        self.versions.retain(|version| version.effective_from < effective_from);
        self.versions.push(Version { effective_from, made_at: now, made_by: by, chosen });
        let counts = self.versions.iter().rposition(|version| version.effective_from <= now).unwrap_or(0);
        let over = self.versions.len().saturating_sub(limits::MESSAGE_SETTINGS);
        self.versions.drain(..over.min(counts));
        let last = self.versions.len() - 1;
        &self.versions[last]
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        Instant::parse(text).unwrap()
    }
    fn on(kind: Kind) -> Chosen {
        let switches = [(kind, Switch { sms: true, wechat: false })].into();
        Chosen { switches, ..Chosen::default() }
    }

    #[test]
    fn t38_s2_r16_what_is_saved_before_the_cut_over_counts_from_that_day() {
        assert_eq!(CUT_OVER, at("2016-06-15T00:00:00+08:00"));
        let mut settings = MessageSettings::default();
        let saved = at("2016-06-10T12:00:00+08:00");
        settings.decide(on(Kind::PaymentReminder), None, "k1".into(), saved);
        assert!(settings.at(at("2016-06-14T23:59:59+08:00")).is_none());
        let counts = settings.at(CUT_OVER).unwrap();
        assert!(counts.chosen.is_on(Kind::PaymentReminder, Channel::Sms));
        assert_eq!((counts.made_by.as_str(), counts.made_at), ("k1", saved));
    }

    #[test]
    fn a_s2_9_a_later_word_puts_aside_what_was_to_come_after_it() {
        let (now, later) = (at("2030-06-10T12:00:00+08:00"), at("2030-07-01T00:00:00+08:00"));
        let mut settings = MessageSettings::default();
        settings.decide(Chosen::default(), None, "k1".into(), now);
        settings.decide(on(Kind::PaymentReminder), Some(later), "k1".into(), now);
        assert_eq!(settings.ahead(now).len(), 1);
        assert!(!settings.at(now).unwrap().chosen.is_on(Kind::PaymentReminder, Channel::Sms));
        assert!(settings.at(later).unwrap().chosen.is_on(Kind::PaymentReminder, Channel::Sms));
        settings.decide(Chosen::default(), None, "k2".into(), now.plus_minutes(1));
        assert!(settings.ahead(now.plus_minutes(1)).is_empty());
        assert!(!settings.at(later).unwrap().chosen.is_on(Kind::PaymentReminder, Channel::Sms));
    }

    #[test]
    fn what_counts_now_is_never_forgotten() {
        let now = at("2030-06-10T12:00:00+08:00");
        let mut settings = MessageSettings::default();
        settings.decide(on(Kind::PaymentReminder), None, "k1".into(), now);
        for day in 1..=i64::try_from(limits::MESSAGE_SETTINGS).unwrap() * 2 {
            settings.decide(Chosen::default(), Some(now.plus_hours(24 * day)), "k1".into(), now);
        }
        assert!(settings.at(now).unwrap().chosen.is_on(Kind::PaymentReminder, Channel::Sms));
    }
}
