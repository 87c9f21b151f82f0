//! The wallet: prepaid SMS segments of a shop (S2-R14, A-S2-12, A-S2-13).
//!
//! Always holds: `bought = free + reserved + sent + expired`, none negative. Segments are reserved when a message is let
//! out, all of a message or none; they are counted as sent when the provider has taken it, and go back to the packs that
//! they came from when it has not. A pack that has run out of its time gives nothing any more.

use super::differences::Differences;
use crate::{Instant, limits};
use serde::{Deserialize, Serialize};

/// A shop's prepaid segments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wallet {
    /// All that was ever bought.
    pub bought: u64,
    /// Of messages on their way, or not known to have arrived.
    pub reserved: u64,
    /// Of messages that a provider took.
    pub sent: u64,
    /// Left in packs when their time ran out.
    pub expired: u64,
    /// Packs that something is left of, in the order of their end.
    packs: Vec<Pack>,
    /// Packs so far; each has its number.
    numbers: u32,
    /// Whether the shop pays for its messages. Shops that were there before there were packs do from their first one on.
    pub is_billed: bool,
    /// Whether it was said that little is left.
    #[serde(default)]
    pub is_alerted: bool,
    /// Where the provider counts otherwise than we do.
    #[serde(default, skip_serializing_if = "Differences::is_empty")]
    pub differences: Differences,
}

/// What is left of a pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pack {
    number: u32,
    left: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires_at: Option<Instant>,
}

/// Segments of one message by the pack that they are from.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Reserved(Vec<(u32, Option<Instant>, u64)>);

impl Reserved {
    /// How many.
    pub fn segments(&self) -> u64 {
        self.0.iter().map(|(_, _, segments)| segments).sum()
    }
    /// Whether nothing is reserved.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// There is not enough for all segments of a message (A-S2-12: nothing is taken then).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotEnough;

/// A pack that cannot be bought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadPack {
    /// None, or more than a pack may hold.
    Segments,
    /// Its end is not ahead.
    Expired,
    /// So many are in use already.
    TooMany,
}

impl Wallet {
    /// An empty one. A new shop pays from the start; one of an earlier build only once it buys (A-S1-18).
    pub const fn new(is_billed: bool) -> Self {
        Self {
            bought: 0,
            reserved: 0,
            sent: 0,
            expired: 0,
            packs: Vec::new(),
            numbers: 0,
            is_billed,
            is_alerted: false,
            differences: Differences::new(),
        }
    }

    /// What can be reserved at that moment.
    pub fn free(&self, now: Instant) -> u64 {
        let lives = |pack: &&Pack| pack.expires_at.is_none_or(|end| now < end);
        self.packs.iter().filter(lives).map(|pack| pack.left).sum()
    }

    /// The same wallet with what has run out of its time by then counted as expired.
    pub fn at(&self, now: Instant) -> Self {
        let mut wallet = self.clone();
        wallet.expire(now);
        wallet
    }

    fn expire(&mut self, now: Instant) {
        let expired = &mut self.expired;
        self.packs.retain(|pack| {
            let lives = pack.expires_at.is_none_or(|end| now < end);
            if !lives {
                *expired += pack.left;
            }
            lives && pack.left > 0
        });
    }

    /// Adds a pack (A-S2-13). What could not be sent before is not sent now.
    pub fn buy(&mut self, segments: u64, expires_at: Option<Instant>, now: Instant) -> Result<(), BadPack> {
        self.expire(now);
        if !(1..=limits::PACK_SEGMENTS).contains(&segments) {
            return Err(BadPack::Segments);
        }
        if expires_at.is_some_and(|end| end <= now) {
            return Err(BadPack::Expired);
        }
        if self.packs.len() >= limits::PACKS {
            return Err(BadPack::TooMany);
        }
        self.numbers += 1;
        self.bought += segments;
        self.is_billed = true;
        self.put(Pack { number: self.numbers, left: segments, expires_at });
        Ok(())
    }

    /// Keeps packs in the order in which they are used up: what ends first goes first, what never ends last.
    fn put(&mut self, pack: Pack) {
        let end = |pack: &Pack| (pack.expires_at.is_none(), pack.expires_at, pack.number);
        let at = self.packs.partition_point(|known| end(known) < end(&pack));
        self.packs.insert(at, pack);
    }

    /// Takes all segments of a message out of what is free, or none.
    pub fn reserve(&mut self, segments: u64, now: Instant) -> Result<Reserved, NotEnough> {
        if self.free(now) < segments {
            return Err(NotEnough);
        }
        self.expire(now);
        let mut wanted = segments;
        let mut taken = Vec::new();
        for pack in &mut self.packs {
            let part = pack.left.min(wanted);
            if part == 0 {
                break;
            }
            pack.left -= part;
            wanted -= part;
            taken.push((pack.number, pack.expires_at, part));
        }
        self.packs.retain(|pack| pack.left > 0);
        self.reserved += segments;
        Ok(Reserved(taken))
    }

    /// The provider took the message.
    pub fn commit(&mut self, reserved: &Reserved) {
        let segments = reserved.segments();
        self.reserved -= segments;
        self.sent += segments;
    }

    /// The provider did not take it: what was reserved goes back to its packs, or with them.
    pub fn release(&mut self, reserved: &Reserved, now: Instant) {
        self.reserved -= reserved.segments();
        self.give_back(reserved, now);
    }

    /// The provider took it, could not deliver it and charges nothing for that (A-S2-12).
    pub fn refund(&mut self, reserved: &Reserved, now: Instant) {
        self.sent -= reserved.segments();
        self.give_back(reserved, now);
    }

    fn give_back(&mut self, reserved: &Reserved, now: Instant) {
        for &(number, expires_at, left) in &reserved.0 {
            match self.packs.iter_mut().find(|pack| pack.number == number) {
                Some(pack) => pack.left += left,
                None => self.put(Pack { number, left, expires_at }),
            }
        }
        self.expire(now);
    }

    /// Whether little is left that was not said yet. Said once, until there is enough again.
    pub fn alert(&mut self, below: u64, now: Instant) -> bool {
        let is_low = self.is_billed && self.free(now) < below;
        let is_new = is_low && !self.is_alerted;
        self.is_alerted = is_low;
        is_new
    }

    /// What does not hold, if anything (A-S2-12).
    pub fn fault(&self) -> Option<String> {
        let left: u64 = self.packs.iter().map(|pack| pack.left).sum();
        let accounted = left + self.reserved + self.sent + self.expired;
        (accounted != self.bought).then(|| {
            format!(
                "bought {} is not free {left} + reserved {} + sent {} + expired {}",
                self.bought, self.reserved, self.sent, self.expired
            )
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn at(minute: i64) -> Instant {
        Instant::parse("2030-06-10T00:00:00Z").unwrap().plus_minutes(minute)
    }

    #[test]
    fn a_s2_12_all_segments_of_a_message_or_none() {
        let mut wallet = Wallet::new(true);
        assert_eq!(wallet.reserve(1, at(0)), Err(NotEnough));
        wallet.buy(3, None, at(0)).unwrap();
        let two = wallet.reserve(2, at(0)).unwrap();
        assert_eq!((wallet.free(at(0)), wallet.reserved), (1, 2));
        assert_eq!(wallet.reserve(2, at(0)), Err(NotEnough));
        assert_eq!((wallet.free(at(0)), wallet.reserved), (1, 2), "nothing was taken");
        wallet.commit(&two);
        assert_eq!((wallet.free(at(0)), wallet.reserved, wallet.sent), (1, 0, 2));
        wallet.refund(&two, at(0));
        assert_eq!((wallet.free(at(0)), wallet.sent), (3, 0));
        assert_eq!(wallet.fault(), None);
    }

    #[test]
    fn a_s2_13_packs_end_and_what_ends_first_is_used_first() {
        let mut wallet = Wallet::new(false);
        wallet.buy(5, None, at(0)).unwrap();
        wallet.buy(4, Some(at(60)), at(0)).unwrap();
        assert!(wallet.is_billed);
        let six = wallet.reserve(6, at(1)).unwrap();
        assert_eq!(wallet.free(at(1)), 3);
        // Four of the six were of the pack that has ended since.
        wallet.release(&six, at(61));
        assert_eq!((wallet.free(at(61)), wallet.expired, wallet.reserved), (5, 4, 0));
        assert_eq!(wallet.fault(), None);
        assert_eq!(wallet.buy(1, Some(at(61)), at(61)), Err(BadPack::Expired));
        assert_eq!(wallet.buy(0, None, at(61)), Err(BadPack::Segments));
        assert_eq!(wallet.buy(1_000_000_000_000, None, at(61)), Err(BadPack::Segments));
    }

    #[test]
    fn s2_r14_little_that_is_left_is_said_once() {
        let mut wallet = Wallet::new(true);
        wallet.buy(10, None, at(0)).unwrap();
        assert!(!wallet.alert(10, at(0)));
        let one = wallet.reserve(1, at(0)).unwrap();
        assert!(wallet.alert(10, at(0)) && !wallet.alert(10, at(0)));
        wallet.release(&one, at(0));
        assert!(!wallet.alert(10, at(0)));
        wallet.reserve(1, at(0)).unwrap();
        assert!(wallet.alert(10, at(0)));
    }
}
