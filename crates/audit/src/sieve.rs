//! Tables of a fixed size that compare rows across pages.
//!
//! Both may point at a row that is fine, never pass over one that is not (but for a chance of one
//! in 2^64); what they point at is looked up exactly.

use std::hash::{DefaultHasher, Hash, Hasher};

fn hash(of: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}

/// 2^26 bits: at a million keys one in 80,000 is pointed at without need.
const BITS: u64 = 1 << 26;

/// Keys seen so far, as a Bloom filter of four bits a key.
pub struct Seen(Vec<u64>);

impl Default for Seen {
    fn default() -> Self {
        Self(vec![0; usize::try_from(BITS / 64).unwrap_or_default()])
    }
}

impl Seen {
    /// Adds a key. `false` when it was certainly not there before.
    pub fn put(&mut self, key: &impl Hash) -> bool {
        let hash = hash(key);
        let step = (hash >> 32) | 1;
        let mut known = true;
        for turn in 0..4 {
            let bit = hash.wrapping_add(step.wrapping_mul(turn)) % BITS;
            let word = usize::try_from(bit / 64).unwrap_or_default();
            let mask = 1 << (bit % 64);
            known &= self.0[word] & mask != 0;
            self.0[word] |= mask;
        }
        known
    }
}

const BUCKETS: usize = 1 << 16;

/// Two sets that are to be equal, as sums over buckets: what is in one is added, what is in the
/// other taken away. A bucket that does not come to zero holds a difference.
pub struct Balance(Vec<u64>);

impl Default for Balance {
    fn default() -> Self {
        Self(vec![0; BUCKETS])
    }
}

impl Balance {
    /// Forgets everything.
    pub fn clear(&mut self) {
        self.0.fill(0);
    }
    /// A member of the first set.
    pub fn add<S: Hash, T: Hash>(&mut self, subject: &S, of: &T) {
        let bucket = &mut self.0[Self::bucket(subject)];
        *bucket = bucket.wrapping_add(hash(&(subject, of)));
    }
    /// A member of the second set.
    pub fn take<S: Hash, T: Hash>(&mut self, subject: &S, of: &T) {
        let bucket = &mut self.0[Self::bucket(subject)];
        *bucket = bucket.wrapping_sub(hash(&(subject, of)));
    }
    /// Whether both sets agree on everything.
    pub fn is_even(&self) -> bool {
        self.0.iter().all(|sum| *sum == 0)
    }
    /// Whether they agree on all subjects of this one's bucket.
    pub fn agrees_on(&self, subject: &impl Hash) -> bool {
        self.0[Self::bucket(subject)] == 0
    }
    fn bucket(subject: &impl Hash) -> usize {
        usize::try_from(hash(subject)).unwrap_or_default() % BUCKETS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_put_twice_is_seen() {
        let mut seen = Seen::default();
        let unneeded = (0..100_000).filter(|key| seen.put(key)).count();
        assert!(unneeded < 5, "{unneeded} of 100,000 were pointed at");
        assert!((0..100_000).all(|key| seen.put(&key)));
    }

    #[test]
    fn a_balance_names_the_bucket_of_a_difference() {
        let mut balance = Balance::default();
        (0..1_000).for_each(|n| balance.add(&n, &1));
        assert!(!balance.is_even());
        (0..1_000).rev().for_each(|n| balance.take(&n, &1));
        assert!(balance.is_even());
        balance.add(&7, &1);
        balance.take(&7, &2);
        assert!(!balance.agrees_on(&7) && !balance.is_even());
    }
}
