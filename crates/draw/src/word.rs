//! Words of chance: 64 bits each, from the seed, the campaign, the chance and its entropy (A-S2-16).
//!
//! Always holds: the same four give the same words on every machine and for ever, and [`Words::pick`] is uniform: words
//! that would favour the first results are skipped.

use crate::{entropy::Entropy, seed::Seed};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::num::NonZeroU64;

/// The words of one chance, without an end: four of each digest, then the counter goes on.
#[derive(Clone)]
pub struct Words {
    /// Has taken in everything but the counter.
    message: Hmac<Sha256>,
    counter: u64,
    digest: [u8; 32],
    /// Words of the digest that were given out.
    given: usize,
}

/// The words of a chance. None of the texts may hold a line end.
pub fn words(seed: &Seed, campaign: &str, chance: &str, entropy: &Entropy) -> Words {
    Words::keyed(seed.keyed(), campaign, chance, entropy.as_str())
}

const WORDS: usize = 4;

impl Words {
    pub(crate) fn keyed(key: Hmac<Sha256>, campaign: &str, chance: &str, entropy: &str) -> Self {
        let mut message = key;
        for part in ["promenade-draw-v1\n", campaign, "\n", chance, "\n", entropy, "\n"] {
            message.update(part.as_bytes());
        }
        Self { message, counter: 0, digest: [0; 32], given: WORDS }
    }

    /// A number under the total: the first word that is not skipped, modulo the total. Skipped are words from
    /// 2^64 - (2^64 mod total) on.
    pub fn pick(&mut self, total: NonZeroU64) -> u64 {
        let total = total.get();
        let surplus = (u64::MAX % total + 1) % total;
        let is_fair = |word: &u64| *word <= u64::MAX - surplus;
        let word = self.find(is_fair).expect("there is always another word");
        word % total
    }
}

impl Iterator for Words {
    type Item = u64;
    fn next(&mut self) -> Option<u64> {
        if self.given == WORDS {
            let mut message = self.message.clone();
            message.update(self.counter.to_string().as_bytes());
            self.digest = message.finalize().into_bytes().into();
            self.counter += 1;
            self.given = 0;
        }
        let bytes = self.digest.as_chunks::<8>().0[self.given];
        self.given += 1;
        Some(u64::from_be_bytes(bytes))
    }
}
