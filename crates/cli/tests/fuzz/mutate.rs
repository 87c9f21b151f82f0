//! Inputs that nobody meant: what is kept as a seed, changed a few times over.

use crate::support::dice::Dice;
use std::time::{Duration, Instant};

/// Numbers and signs that readers stumble over, wherever they stand.
const NASTY: [&str; 24] = [
    "0",
    "-1",
    "-0",
    "1e308",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551616",
    "0.1",
    "NaN",
    "null",
    "\u{feff}",
    "\u{2028}",
    "\0",
    "\r",
    "\n",
    "\"",
    "'",
    ",",
    ";",
    "=",
    "{",
    "[",
    "]]>",
    "\u{d7ff}",
];

/// What is read, and what it is made of.
pub struct Target<'t> {
    pub name: &'t str,
    /// Inputs in `make test`.
    pub cases: u64,
    pub corpus: &'t [Vec<u8>],
    /// Words of its language.
    pub words: &'t [&'t str],
}

/// Says which input it was.
struct At<'t>(&'t str, u64);

impl Drop for At<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}: FUZZ_SEED={} makes it again", self.0, self.1);
        }
    }
}

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().expect("a whole number"))
}

/// Reads one input after the other: as many as the target says, times `SEEDS_TIMES`; for `SOAK_SECONDS` where that is
/// set, with others each time; or that of `FUZZ_SEED` alone. What it reads into is the same for a seed.
pub fn fuzz(target: &Target<'_>, mut read: impl FnMut(u64, &[u8])) {
    let mut one = |seed| {
        let _at = At(target.name, seed);
        read(seed, &input(target, seed));
    };
    if let Some(seed) = setting("FUZZ_SEED") {
        return one(seed);
    }
    let Some(seconds) = setting("SOAK_SECONDS") else {
        return (0..target.cases * setting("SEEDS_TIMES").unwrap_or(1)).for_each(one);
    };
    let begun = Instant::now();
    let first = std::time::SystemTime::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_secs()) << 24;
    let mut seeds = first..;
    while begun.elapsed() < Duration::from_secs(seconds) {
        seeds.by_ref().take(64).for_each(&mut one);
    }
    eprintln!("{}: {} inputs from seed {first}", target.name, seeds.start - first);
}

/// The input of a seed.
pub fn input(target: &Target<'_>, seed: u64) -> Vec<u8> {
    let mut dice = Dice::new(seed).part(target.name.len() as u64);
    let pick = |dice: &mut Dice| at(dice, target.corpus.len());
    let mut bytes = target.corpus[pick(&mut dice)].clone();
    for _ in 0..=dice.below(6) {
        let other = &target.corpus[pick(&mut dice)];
        change(&mut bytes, other, target.words, &mut dice);
        bytes.truncate(1 << 20);
    }
    bytes
}

fn at(dice: &mut Dice, length: usize) -> usize {
    usize::try_from(dice.below(length.max(1) as u64)).expect("a place")
}

/// A stretch of bytes, for the most part a short one.
fn stretch(bytes: &[u8], dice: &mut Dice) -> std::ops::Range<usize> {
    let from = at(dice, bytes.len() + 1);
    let longest = if dice.chance(80) { 24 } else { bytes.len() };
    from..from + at(dice, longest.min(bytes.len() - from) + 1)
}

fn change(bytes: &mut Vec<u8>, other: &[u8], words: &[&str], dice: &mut Dice) {
    let range = stretch(bytes, dice);
    match dice.below(9) {
        0 if !bytes.is_empty() => {
            let place = at(dice, bytes.len());
            bytes[place] ^= 1 << dice.below(8);
        }
        1 => drop(bytes.drain(range)),
        2 => {
            let copy = bytes[range.clone()].to_vec();
            let times = if dice.chance(90) { 1 } else { 300 };
            bytes.splice(range.end..range.end, copy.repeat(times));
        }
        3 => drop(bytes.splice(range, NASTY[at(dice, NASTY.len())].bytes())),
        4 | 5 if !words.is_empty() => drop(bytes.splice(range, words[at(dice, words.len())].bytes())),
        6 => {
            let theirs = stretch(other, dice);
            bytes.splice(range, other[theirs].iter().copied());
        }
        7 => bytes.truncate(range.start),
        8 => digits(bytes, dice),
        _ => bytes.push(u8::try_from(dice.below(256)).expect("a byte")),
    }
}

/// Another number in the place of one that stands there.
fn digits(bytes: &mut Vec<u8>, dice: &mut Dice) {
    let places: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at].is_ascii_digit()).collect();
    if places.is_empty() {
        return;
    }
    let from = places[at(dice, places.len())];
    let to = (from..bytes.len()).find(|at| !bytes[*at].is_ascii_digit()).unwrap_or(bytes.len());
    bytes.splice(from..to, NASTY[at(dice, 9)].bytes());
}
