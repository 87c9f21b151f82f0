//! Whom messages reach: contacts, consents and grants of one customer.
//!
//! Always holds: a contact is kept sealed; what is readable of it is masked. It can be erased; what the customer agreed
//! to and refused is kept. What happened later counts, in whatever order it is told.

use super::{Channel, numbers::NumberKey};
use crate::{Instant, limits};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What is known of one customer.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Addressee {
    /// How to reach them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<Contact>,
    /// What they said about marketing by SMS, by when it happened (A-S2-14).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    consents: Vec<Consent>,
    /// Messages that the customer let through by `WeChat` template (A-S2-20).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    grants: BTreeMap<String, u32>,
}

/// How to reach a customer. Sealed texts are opened where they are sent from, nowhere else.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Contact {
    /// A number for SMS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Sealed>,
    /// What the number is counted and found by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<NumberKey>,
    /// The same under the keys of before: what was counted and said then is found by these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub numbers_before: Vec<NumberKey>,
    /// An openid of `WeChat`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wechat_openid: Option<Sealed>,
    /// An address for e-mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<Sealed>,
    /// Where parcels go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Sealed>,
    /// When it was told.
    pub told_at: Instant,
    /// By which key.
    pub told_by: String,
}

impl Contact {
    /// What somebody is reached by on a channel; a push goes to whoever uses the app.
    pub const fn by(&self, channel: Channel) -> Option<&Sealed> {
        match channel {
            Channel::Push => None,
            Channel::Sms => self.phone.as_ref(),
            Channel::Wechat => self.wechat_openid.as_ref(),
        }
    }
    /// Everything that the number is counted and found by, the newest key's first.
    pub fn numbers(&self) -> impl Iterator<Item = &NumberKey> {
        self.number.iter().chain(&self.numbers_before)
    }
}

/// A text that only the holder of the key can read, and what of it may be seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    /// In base64.
    pub sealed: String,
    /// Such as `138****0000`.
    pub masked: String,
}

/// One word of a customer about marketing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// Yes or no.
    pub given: bool,
    /// When it was said.
    pub at: Instant,
    /// Where, in the shop's own words.
    pub source: String,
    /// When it was told.
    pub told_at: Instant,
    /// By which key, or by the customer's own reply.
    pub told_by: String,
}

impl Addressee {
    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.contact.is_none() && self.consents.is_empty() && self.grants.is_empty()
    }

    /// What the customer said, the earliest first.
    pub fn consents(&self) -> &[Consent] {
        &self.consents
    }

    /// The word that counts: the last by when it was said; of two of one moment a no.
    pub fn consent(&self) -> Option<&Consent> {
        self.consents.iter().max_by_key(|consent| (consent.at, !consent.given))
    }

    /// Adds a word. The same again changes nothing.
    pub fn agree(&mut self, consent: Consent) {
        let is_same = |known: &Consent| {
            (known.given, known.at, &known.source) == (consent.given, consent.at, &consent.source)
        };
        if self.consents.iter().any(is_same) {
            return;
        }
        let at = self.consents.partition_point(|known| known.at <= consent.at);
        self.consents.insert(at, consent);
        // The oldest are forgotten, never the one that counts.
        if self.consents.len() > limits::CONSENTS {
            self.consents.remove(0);
        }
    }

    /// Messages that may be sent by that template.
    pub fn grants(&self, template: &str) -> u32 {
        self.grants.get(template).copied().unwrap_or(0)
    }

    /// All grants by template.
    pub fn all_grants(&self) -> impl Iterator<Item = (&str, u32)> {
        self.grants.iter().map(|(template, left)| (template.as_str(), *left))
    }

    /// The customer lets messages through; `false` where too many templates or grants are known.
    pub fn grant(&mut self, template: &str, more: u32) -> bool {
        let is_known = self.grants.contains_key(template);
        if !is_known && self.grants.len() >= limits::GRANTED_TEMPLATES {
            return false;
        }
        let left = self.grants(template).saturating_add(more);
        if left > limits::GRANTS {
            return false;
        }
        self.grants.insert(template.to_owned(), left);
        true
    }

    /// A message takes one; `false` where there is none.
    pub fn spend_grant(&mut self, template: &str) -> bool {
        match self.grants.get_mut(template) {
            Some(left @ 1..) => {
                *left -= 1;
                true
            }
            Some(_) | None => false,
        }
    }

    /// The provider says that there are none (43101): the customer has taken them back.
    pub fn lose_grants(&mut self, template: &str) {
        if let Some(left) = self.grants.get_mut(template) {
            *left = 0;
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn said(given: bool, minute: i64) -> Consent {
        let at = Instant::parse("2030-06-10T00:00:00Z").unwrap().plus_minutes(minute);
        Consent { given, at, source: "checkout".into(), told_at: at, told_by: "k1".into() }
    }

    #[test]
    fn a_s2_14_the_last_word_counts_in_whatever_order_it_is_told() {
        let words = [said(true, 1), said(false, 2), said(true, 3), said(false, 3)];
        for first in 0..words.len() {
            let mut customer = Addressee::default();
            let mut told = words.to_vec();
            told.rotate_left(first);
            for word in told.iter().chain(&told) {
                customer.agree(word.clone());
            }
            assert!(!customer.consent().unwrap().given, "a no of the same moment stands");
            assert_eq!(customer.consents().len(), words.len());
        }
    }

    #[test]
    fn a_s2_20_a_grant_is_spent_by_one_message() {
        let mut customer = Addressee::default();
        assert!(!customer.spend_grant("t1"));
        assert!(customer.grant("t1", 2) && customer.spend_grant("t1") && !customer.spend_grant("t2"));
        customer.lose_grants("t1");
        assert!(!customer.spend_grant("t1"));
        assert!(!customer.grant("t1", u32::MAX));
    }
}
