//! A public beacon: randomness that nobody knew before its moment, signed by many (A-S2-16).
//!
//! Always holds: a round is named before the start and its signature is posted, never fetched; what is not genuine is
//! refused. The keys of the beacons that are trusted stand here, never in an archive.

use crate::{
    hash::{Hash, from_hex, to_hex},
    moment::Moment,
};
use drand_verify::{G2PubkeyRfc, Pubkey};

/// A beacon: whose signatures, from when on and how often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Beacon {
    /// Its name, as archives tell it.
    pub name: &'static str,
    /// The key that signs its rounds.
    public_key: [u8; 96],
    /// The moment of round 1, in seconds.
    genesis: i64,
    /// Seconds from a round to the next.
    period: i64,
}

/// drand's network of a round every three seconds.
pub const QUICKNET: Beacon = Beacon {
    name: "drand quicknet",
    public_key: key(
        b"83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d106451\
          0d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a",
    ),
    genesis: 1_692_803_367,
    period: 3,
};

/// Why a posted round is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotGenuine {
    /// It is not 96 hexadecimal digits.
    #[error("a signature is 96 hexadecimal digits")]
    Form,
    /// The beacon did not sign this for this round.
    #[error("the beacon did not sign this for this round")]
    Signature,
}

impl Beacon {
    /// The key that signs its rounds, in hexadecimal digits.
    pub fn key_in_digits(&self) -> String {
        to_hex(&self.public_key)
    }

    /// The moment of a round, in milliseconds; `None` where there is none.
    pub fn at_ms(&self, round: u64) -> Option<i64> {
        let since = i64::try_from(round.checked_sub(1)?).ok()?.checked_mul(self.period)?;
        self.genesis.checked_add(since)?.checked_mul(1000)
    }

    /// The first round at that moment or after it: what to name for randomness of then.
    pub fn round_from(&self, moment: Moment) -> u64 {
        let since = moment.at_ms() / 1000 - self.genesis;
        let periods = since.max(0).unsigned_abs().div_ceil(self.period.unsigned_abs());
        periods + 1
    }

    /// The round's randomness, SHA-256 of its signature, where the signature is genuine.
    pub fn randomness(&self, round: u64, signature: &str) -> Result<Hash, NotGenuine> {
        let signature = from_hex::<48>(signature).ok_or(NotGenuine::Form)?;
        let key = G2PubkeyRfc::from_fixed(self.public_key).expect("the key of a beacon is one of its curve");
        // Rounds of an unchained beacon do not lead back to the one before.
        match key.verify(round, b"", &signature) {
            Ok(true) => Ok(Hash::of(&[&signature])),
            Ok(false) | Err(_) => Err(NotGenuine::Signature),
        }
    }
}

/// The bytes of a key that stands here in digits.
const fn key(digits: &[u8; 192]) -> [u8; 96] {
    let mut bytes = [0; 96];
    let mut at = 0;
    while at < 96 {
        bytes[at] = half(digits[2 * at]) << 4 | half(digits[2 * at + 1]);
        at += 1;
    }
    bytes
}

const fn half(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        b'a'..=b'f' => digit - b'a' + 10,
        _ => panic!("a key is lower-case hexadecimal digits"),
    }
}
