//! What the names of a campaign's rewards and their links are made with.
//!
//! Always holds: it is drawn by chance when the campaign is published, is no part of its draw, and is never told, not even
//! after the end, when the seed is. Who knows everything that is public can make up neither a name nor a link.

use draw::Seed;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// 32 bytes from the system's generator. Its debug form does not show them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secret(Seed);

/// What a name is told by.
const NAMES: &str = "promenade 2026 names of rewards";

impl Secret {
    /// These bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Seed::from_bytes(bytes))
    }
    /// A name that nobody can guess who knows others: the running one, and 64 bits of a keyed hash of it.
    pub fn name(&self, running: &str) -> String {
        let hash = blake3::keyed_hash(&self.key(NAMES), running.as_bytes());
        let digits = hash.to_hex();
        format!("{running}_{}", &digits[..16])
    }
    /// A key for something else, which tells nothing of this one.
    pub fn key(&self, what: &str) -> [u8; 32] {
        blake3::derive_key(what, self.0.secret_bytes())
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        hide(&self.0, s)
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        find(d).map(Self)
    }
}

/// A secret as a store keeps it.
pub fn hide<S: Serializer>(seed: &Seed, s: S) -> Result<S::Ok, S::Error> {
    s.serialize_str(&seed.reveal())
}

/// Reads it again.
pub fn find<'de, D: Deserializer<'de>>(d: D) -> Result<Seed, D::Error> {
    let text = String::deserialize(d)?;
    Seed::from_revealed(&text).ok_or_else(|| D::Error::custom("a secret is 64 hexadecimal digits"))
}

/// Fresh randomness for a campaign that is published: an input, like time.
#[derive(Debug, Clone)]
pub struct Chance {
    /// Of its draw; told at the end.
    pub seed: Seed,
    /// Of its names and links; never told.
    pub secret: Secret,
}

impl Chance {
    /// From 32 bytes for each.
    pub fn from_bytes(seed: [u8; 32], secret: [u8; 32]) -> Self {
        Self { seed: Seed::from_bytes(seed), secret: Secret::from_bytes(secret) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A-S2-16: names go by the secret and by what runs; neither shows in a log, and a key says nothing of another.
    #[test]
    fn a_s2_16_a_name_goes_by_its_secret() {
        let (one, other) = (Secret::from_bytes([1; 32]), Secret::from_bytes([2; 32]));
        let name = one.name("rw_1");
        assert_eq!((name.len(), &name[..5]), (21, "rw_1_"));
        assert_eq!(name, one.name("rw_1"), "the same facts make the same name");
        let suffix = |name: String| name.rsplit_once('_').unwrap().1.to_owned();
        let all = [suffix(name), suffix(one.name("rw_2")), suffix(other.name("rw_1"))];
        assert!(all[0] != all[1] && all[0] != all[2], "{all:?}");
        assert_ne!(one.key("a"), one.key("b"));
        assert_eq!(format!("{one:?}"), "Secret(Seed(secret))");
        let kept = serde_json::to_string(&one).unwrap();
        assert_eq!(serde_json::from_str::<Secret>(&kept).unwrap(), one);
        assert!(serde_json::from_str::<Secret>("\"01\"").is_err());
    }
}
