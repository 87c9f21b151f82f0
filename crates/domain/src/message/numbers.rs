//! What one number of a shop's customers has heard, and whether it wants to hear more (A-S2-14, threat 29).

use super::settings::Caps;
use crate::{Code, CustomerId, Instant, limits};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::fmt;

/// What a number is counted and found by: a keyed digest of it, in hexadecimal. Nobody without the key can tell the
/// number from it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct NumberKey(SmolStr);

impl NumberKey {
    /// From 32 hexadecimal digits in lower case.
    pub fn try_new(text: &str) -> Option<Self> {
        let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        (text.len() == 32 && text.bytes().all(digit)).then(|| Self(text.into()))
    }
    /// Where no number is known: the customer, who counts as one.
    pub fn of_customer(customer: &CustomerId) -> Self {
        Self(SmolStr::from_iter(["~", customer.as_str()]))
    }
    /// Whether it is of a number.
    pub fn is_number(&self) -> bool {
        !self.0.starts_with('~')
    }
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for NumberKey {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = |text: &str| match text.strip_prefix('~') {
            Some(customer) => CustomerId::try_new(customer).ok().map(|customer| Self::of_customer(&customer)),
            None => Self::try_new(text),
        };
        crate::ids::read_text(deserializer, "32 hexadecimal digits", read)
    }
}

impl fmt::Display for NumberKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

const MINUTE: i64 = 60_000_000;

/// What is known of a number in one shop.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Number {
    /// When something was sent to it in the last 24 hours, the earliest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    sent: Vec<Instant>,
    /// How the shop has signed what was sent to it, the latest last: a reply may name one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    signatures: Vec<SmolStr>,
    /// Since when its owner wants no marketing, told by a reply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opted_out_at: Option<Instant>,
}

impl Number {
    /// Lets another one through, or says which span is full.
    pub fn has_room(&self, caps: Caps, now: Instant) -> Result<(), Code> {
        let since = |minutes: i64| {
            self.sent.iter().filter(|sent| now.micros() - sent.micros() < minutes * MINUTE).count()
        };
        for (minutes, cap, code) in [
            (1, caps.minute, Code::MinuteCap),
            (60, caps.hour, Code::HourCap),
            (24 * 60, caps.day, Code::DailyCap),
        ] {
            if since(minutes) >= cap as usize {
                return Err(code);
            }
        }
        Ok(())
    }

    /// One went out under that signature.
    pub fn count(&mut self, now: Instant, signature: &str) {
        self.sent.retain(|sent| now.micros() - sent.micros() < 24 * 60 * MINUTE);
        let at = self.sent.partition_point(|sent| *sent <= now);
        self.sent.insert(at, now);
        if self.signatures.last().is_some_and(|last| last == signature) {
            return;
        }
        self.signatures.retain(|known| known != signature);
        self.signatures.push(signature.into());
        let over = self.signatures.len().saturating_sub(limits::NUMBER_SIGNATURES);
        self.signatures.drain(..over);
    }

    /// Whether the shop has written to it under that signature.
    pub fn knows(&self, signature: &str) -> bool {
        self.signatures.iter().any(|known| known == signature)
    }

    /// Whether something went out to it at that moment or later, as far as is remembered.
    pub fn was_written_to_since(&self, since: Instant) -> bool {
        self.sent.last().is_some_and(|last| *last >= since)
    }

    /// One did not go out after all.
    pub fn uncount(&mut self, sent_at: Instant) {
        if let Some(at) = self.sent.iter().position(|sent| *sent == sent_at) {
            self.sent.remove(at);
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_number_hears_so_much_in_a_minute_an_hour_and_a_day() {
        let caps = Caps { minute: 1, hour: 2, day: 3 };
        let start = Instant::parse("2030-06-10T00:00:00Z").unwrap();
        let mut number = Number::default();
        let mut found = Vec::new();
        for minute in [0, 0, 1, 2, 61, 62, 24 * 60, 24 * 60 + 1] {
            let now = start.plus_minutes(minute);
            let verdict = number.has_room(caps, now);
            if verdict.is_ok() {
                number.count(now, "老街茶铺");
            }
            found.push(verdict.err());
        }
        let (minute, hour, day) = (Some(Code::MinuteCap), Some(Code::HourCap), Some(Code::DailyCap));
        assert_eq!(found, [None, minute, None, hour, None, day, None, None]);
        number.uncount(start.plus_minutes(24 * 60 + 1));
        assert_eq!(number.has_room(caps, start.plus_minutes(24 * 60 + 2)), Ok(()));
    }

    /// A-S2-14: a reply that names a signature is for who has written under it, also some signatures ago.
    #[test]
    fn a_s2_14_a_number_knows_who_has_written_under_which_signature() {
        let mut number = Number::default();
        for signature in ["a", "b", "a", "c", "d", "e", "e"] {
            number.count(Instant::from_micros(0), signature);
        }
        let known: Vec<&str> =
            ["a", "b", "c", "d", "e", "f"].into_iter().filter(|one| number.knows(one)).collect();
        assert_eq!(known, ["a", "c", "d", "e"]);
    }

    #[test]
    fn a_key_is_32_hexadecimal_digits() {
        assert!(NumberKey::try_new(&"0a".repeat(16)).is_some());
        for bad in ["", "0a", &"0A".repeat(16), &"0g".repeat(16), &"0a".repeat(17)] {
            assert!(NumberKey::try_new(bad).is_none(), "{bad}");
        }
    }
}
