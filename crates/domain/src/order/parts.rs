//! An amount for each party that bears a part of a discount.
//!
//! Always holds: a party without an amount is not in it. In documents and on the wire a bare amount is the
//! platform's, for long the only other party; with more of them it is an object by their names.

use super::Party;
use money::Money;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;

/// What each party other than the merchant bears, or gets back, in minor units (A-G-16).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Parts(BTreeMap<Party, Money>);

impl Parts {
    /// An amount for each of the other parties.
    pub fn each(amount: impl Fn(Party) -> Money) -> Self {
        let all = Party::OTHERS.into_iter().map(|party| (party, amount(party)));
        Self(all.filter(|(_, amount)| !amount.is_zero()).collect())
    }
    /// A party's amount.
    pub fn of(&self, party: Party) -> Money {
        self.0.get(&party).copied().unwrap_or_default()
    }
    /// All parties' amounts together.
    pub fn sum(&self) -> Money {
        self.0.values().sum()
    }
    /// Whether nobody has anything.
    pub fn is_zero(&self) -> bool {
        self.0.is_empty()
    }
    /// Party by party, with this and the other amount.
    pub fn with(&self, other: &Self, both: impl Fn(Money, Money) -> Money) -> Self {
        Self::each(|party| both(self.of(party), other.of(party)))
    }
}

impl Serialize for Parts {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        if self.0.keys().all(|party| *party == Party::Platform) {
            self.of(Party::Platform).serialize(s)
        } else {
            self.0.serialize(s)
        }
    }
}

impl<'de> Deserialize<'de> for Parts {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Told {
            Platform(Money),
            Each(BTreeMap<Party, Money>),
        }
        let told = match Told::deserialize(d)? {
            Told::Platform(amount) => BTreeMap::from([(Party::Platform, amount)]),
            Told::Each(amounts) => amounts,
        };
        Ok(Self(told.into_iter().filter(|(_, amount)| !amount.is_zero()).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A-G-16: a bare amount is the platform's, and is written so.
    #[test]
    fn a_g_16_a_bare_amount_is_the_platforms() {
        for (text, minor, written) in [("0", 0, "0"), ("1000", 1000, "1000"), (r#"{"platform":5}"#, 5, "5")] {
            let parts: Parts = serde_json::from_str(text).unwrap();
            assert_eq!(parts.of(Party::Platform), Money::from_minor(minor), "{text}");
            assert_eq!(parts.is_zero(), minor == 0, "{text}");
            assert_eq!(serde_json::to_string(&parts).unwrap(), written);
        }
        assert!(serde_json::from_str::<Parts>("\"much\"").is_err());
    }
}
