//! Whether a text that is no UTF-8 is GB18030, as most that shops in China export is.
//!
//! Almost any bytes decode as GB18030, so that they do says little. What stands in them says more: letters of other
//! countries give characters that nobody writes, and a detector knows what text of each encoding looks like.
//!
//! What always holds: text of a Chinese shop is taken without being told, however short it is. What is plainly something
//! else is not read before somebody says what it is; what may be either is read, and said to be a guess.

use crate::encoding::Encoding;
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{GB18030, GBK};

/// Where the shops are for whom no encoding is told: of two encodings that a short text may be, theirs.
const HOME: &[u8] = b"cn";
/// Bytes from the first that is no ASCII on, by which a text is judged.
const JUDGED_BYTES: usize = 1 << 20;
/// Characters that hardly anybody writes, and so many of them, are of another encoding.
const SURE: u64 = 20;
/// Faults are few where there are so many characters to one.
const FEW: u64 = 20;

/// What a text is taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Judged {
    /// It is GB18030.
    Is,
    /// It may be, and it may be this.
    MayBe(Encoding),
    /// It is not; perhaps it is this.
    IsNot(Encoding),
}

/// Looks at bytes as they come.
pub(crate) struct Doubt {
    detector: EncodingDetector,
    pairs: Pairs,
    judged: usize,
}

impl Doubt {
    pub fn new() -> Self {
        Self { detector: EncodingDetector::new(Iso2022JpDetection::Deny), pairs: Pairs::default(), judged: 0 }
    }

    pub fn add(&mut self, bytes: &[u8]) {
        if self.judged >= JUDGED_BYTES || (self.judged == 0 && bytes.is_ascii()) {
            return;
        }
        self.judged += bytes.len();
        self.detector.feed(bytes, false);
        self.pairs.add(bytes);
    }

    /// What it is, with so many places that are no GB18030.
    pub fn judge(&self, faults: u64) -> Judged {
        let Pairs { count, usual, .. } = self.pairs;
        let (here, anywhere) = (self.guess(Some(HOME)), self.guess(None));
        let is_gb = |encoding: Encoding| [GBK, GB18030].contains(&encoding.0);
        let other = if is_gb(here) { anywhere } else { here };
        // Letters of other countries, two by two, are hardly ever characters that are written in China. Where these are,
        // nothing is refused; a fault alone makes the detector look elsewhere.
        if usual * 10 >= count * 8 {
            match faults {
                0 if !is_gb(anywhere) => return Judged::MayBe(other),
                _ if faults * FEW <= count => return Judged::Is,
                1..=2 => return Judged::MayBe(other),
                _ => {}
            }
        }
        match (is_gb(here), is_gb(anywhere)) {
            (true, true) => Judged::Is,
            // A short text may be either where at least half of its characters are usual ones.
            (true, false) if count < SURE && usual * 2 >= count => Judged::MayBe(anywhere),
            (true, false) => Judged::IsNot(anywhere),
            (false, _) => Judged::IsNot(here),
        }
    }

    fn guess(&self, home: Option<&[u8]>) -> Encoding {
        Encoding(self.detector.guess(home, Utf8Detection::Deny))
    }
}

/// Characters of GB18030 with several bytes, and how many of them are of GB2312: signs, and the 6,763 characters that
/// nearly all that is written consists of.
#[derive(Debug, Clone, Copy, Default)]
struct Pairs {
    count: u64,
    usual: u64,
    /// The byte that begins a character whose other bytes have not come yet.
    first: Option<u8>,
    /// Bytes that are still of a character of four.
    rest: u8,
}

impl Pairs {
    fn add(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            match (self.rest, self.first.take()) {
                (1.., _) => self.rest -= 1,
                (0, None) if (0x81..=0xfe).contains(&byte) => self.first = Some(byte),
                (0, Some(_)) if byte.is_ascii_digit() => (self.count, self.rest) = (self.count + 1, 2),
                (0, Some(first)) if byte >= 0x40 => {
                    let is_usual = byte >= 0xa1 && matches!(first, 0xa1..=0xa3 | 0xb0..=0xf7);
                    (self.count, self.usual) = (self.count + 1, self.usual + u64::from(is_usual));
                }
                (0, _) => {}
            }
        }
    }
}
