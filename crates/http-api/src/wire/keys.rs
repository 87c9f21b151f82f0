//! API keys: 256 random bits, kept as BLAKE3 hashes, each for one shop or the platform, with scopes.

use domain::{Instant, ShopId};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, RwLock};

/// What a key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Read everything of the shop.
    Read,
    /// Send order events.
    Events,
    /// Claim coupons and start payments for customers.
    Checkout,
    /// Set campaigns up and close them.
    Campaigns,
    /// Refund.
    Refunds,
    /// Edit the block and allow list.
    Risk,
    /// Shop settings, webhooks and the sandbox clock.
    Admin,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 7] =
        [Self::Read, Self::Events, Self::Checkout, Self::Campaigns, Self::Refunds, Self::Risk, Self::Admin];
    /// The stable text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Events => "events",
            Self::Checkout => "checkout",
            Self::Campaigns => "campaigns",
            Self::Refunds => "refunds",
            Self::Risk => "risk",
            Self::Admin => "admin",
        }
    }
}

/// A key as it is kept; the key itself is shown once, when it is made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKey {
    /// For people and logs.
    pub name: String,
    /// BLAKE3 of the key, hexadecimal.
    pub hash: String,
    /// The shop; none for keys of the platform.
    pub shop: Option<ShopId>,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// When it was made.
    pub created_at: Instant,
    /// Not accepted from then on.
    pub expires_at: Option<Instant>,
    /// When it was withdrawn. Its hash stays, so that no copy of the key, nor of an earlier file, brings it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Instant>,
}

impl ApiKey {
    /// Makes a key from 32 random bytes: the text to hand out, and what to keep.
    pub fn make(
        random: &[u8; 32],
        name: &str,
        shop: Option<ShopId>,
        scopes: Vec<Scope>,
        now: Instant,
    ) -> (String, Self) {
        use std::fmt::Write;
        let mut text = String::from("pk_");
        for byte in random {
            let _ = write!(text, "{byte:02x}");
        }
        let kept = Self {
            name: name.into(),
            hash: hash(&text),
            shop,
            scopes,
            created_at: now,
            expires_at: None,
            revoked_at: None,
        };
        (text, kept)
    }
    /// Whether it was withdrawn.
    pub fn is_revoked(&self) -> bool {
        self.revoked_at.is_some()
    }
    /// Withdraws it for good. It also loses its rights and its time, for programs that do not know of withdrawn keys.
    pub fn revoke(&mut self, now: Instant) {
        self.revoked_at = Some(now);
        self.scopes.clear();
        self.expires_at = Some(Instant::from_micros(0));
    }
    /// The key that a sandbox accepts when it has no key file.
    pub fn sandbox() -> Self {
        Self::published("sandbox")
    }
    /// Another one beside it, for what takes two people: a prize that one fills in and another approves.
    pub fn second_of_sandbox() -> Self {
        Self::published("sandbox-2")
    }
    fn published(key: &str) -> Self {
        Self {
            name: key.into(),
            hash: hash(key),
            shop: None,
            scopes: Scope::ALL.to_vec(),
            created_at: Instant::from_micros(0),
            expires_at: None,
            revoked_at: None,
        }
    }
}

/// BLAKE3 in hexadecimal.
pub fn hash(key: &str) -> String {
    blake3::hash(key.as_bytes()).to_hex().to_string()
}

/// The keys in force. A hash is looked up, so the time it takes says nothing about the keys.
///
/// What was withdrawn once stays so for as long as the ring lives, whatever files say later.
#[derive(Debug, Default)]
pub struct KeyRing(RwLock<Ring>);

#[derive(Debug, Default)]
struct Ring {
    keys: HashMap<Hash, Arc<ApiKey>>,
    revoked: HashSet<Hash>,
}

/// A key as it is looked up.
type Hash = [u8; 32];

impl KeyRing {
    /// A ring of keys.
    pub fn new(keys: Vec<ApiKey>) -> Self {
        let ring = Self::default();
        ring.replace(keys);
        ring
    }
    /// Puts other keys in force.
    pub fn replace(&self, keys: Vec<ApiKey>) {
        let read = |key: ApiKey| Some((*blake3::Hash::from_hex(&key.hash).ok()?.as_bytes(), Arc::new(key)));
        let keys: Vec<(Hash, Arc<ApiKey>)> = keys.into_iter().filter_map(read).collect();
        let mut ring = self.0.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        let Ring { keys: in_force, revoked } = &mut *ring;
        revoked.extend(keys.iter().filter(|(_, key)| key.is_revoked()).map(|(hash, _)| *hash));
        *in_force = keys.into_iter().filter(|(hash, _)| !revoked.contains(hash)).collect();
    }
    /// The key's rights, if it is in force.
    pub fn find(&self, key: &str, now: Instant) -> Option<Arc<ApiKey>> {
        let hash = *blake3::hash(key.as_bytes()).as_bytes();
        let ring = self.0.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        let found = ring.keys.get(&hash)?;
        found.expires_at.is_none_or(|end| now < end).then(|| found.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_made_key_is_found_until_it_expires_and_its_text_is_not_kept() {
        let now = Instant::from_micros(0);
        let (text, mut kept) = ApiKey::make(&[7; 32], "erp", None, vec![Scope::Read], now);
        assert!(text.starts_with("pk_") && text.len() == 67);
        assert!(!serde_json::to_string(&kept).expect("json").contains(&text));
        kept.expires_at = Some(now.plus_hours(1));
        let ring = KeyRing::new(vec![kept]);
        assert!(ring.find(&text, now).is_some());
        assert!(ring.find(&text, now.plus_hours(1)).is_none());
        assert!(ring.find("pk_other", now).is_none());
        ring.replace(vec![]);
        assert!(ring.find(&text, now).is_none());
    }

    /// By its hash: another name, an earlier file and a clock that goes back do not bring it back.
    #[test]
    fn a_revoked_key_stays_so() {
        let now = Instant::from_micros(0);
        let (text, kept) = ApiKey::make(&[7; 32], "erp", None, vec![Scope::Read], now);
        let (other, second) = ApiKey::make(&[8; 32], "app", None, vec![Scope::Read], now);
        let mut revoked = kept.clone();
        revoked.revoke(now.plus_hours(1));
        let renamed = ApiKey { name: "new".into(), ..kept.clone() };
        let ring = KeyRing::new(vec![renamed, revoked.clone(), second.clone()]);
        assert!(ring.find(&text, now).is_none(), "withdrawn under one name, withdrawn under all");
        assert!(ring.find(&other, now).is_some());
        ring.replace(vec![kept.clone(), second]);
        assert!(ring.find(&text, now).is_none(), "an earlier file");
        // A program that knows of no withdrawn keys goes by what it knows.
        revoked.revoked_at = None;
        assert!(KeyRing::new(vec![revoked]).find(&text, now).is_none());
    }
}
