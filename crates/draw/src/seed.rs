//! The secret of a draw, and what is published of it before the start (A-S2-16).
//!
//! Always holds: neither its debug form nor a serializer shows a seed; it leaves as text by [`Seed::reveal`] alone, and
//! its memory is cleared when it goes. Where it comes from is the caller's: a seed is an input, like time.

use crate::hash::{Hash, from_hex, to_hex};
use hmac::{Hmac, KeyInit};
use sha2::Sha256;
use std::fmt;
use zeroize::Zeroizing;

/// 32 secret bytes from the system's generator.
#[derive(Clone, PartialEq, Eq)]
pub struct Seed(Zeroizing<[u8; 32]>);

impl Seed {
    /// These bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }
    /// A seed that was revealed: 64 hexadecimal digits.
    pub fn from_revealed(text: &str) -> Option<Self> {
        from_hex(text).map(Self::from_bytes)
    }
    /// The bytes, for a store.
    pub fn secret_bytes(&self) -> &[u8; 32] {
        &self.0
    }
    /// The seed as text, for everybody: only after the end.
    pub fn reveal(&self) -> String {
        to_hex(&*self.0)
    }
    /// What is published before the start: SHA-256 of the seed.
    pub fn commit(&self) -> Hash {
        Hash::of(&[&*self.0])
    }
    /// HMAC-SHA256 with the seed as its key.
    pub(crate) fn keyed(&self) -> Hmac<Sha256> {
        Hmac::new_from_slice(&*self.0).expect("a key of HMAC has any length")
    }
}

impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seed(secret)")
    }
}
