//! Checks a whole draw from its archive: recomputes every notice, every number, every prize and the chain (A-S2-16).
//!
//! Always holds: each finding stands for itself. What follows a play that was tampered with is judged by what the archive
//! says of it, so that one change is not found a million times.
//!
//! What it cannot see: a chain that was made anew from some play on. For that the heads are public while the draw runs:
//! [`Known`] takes those that somebody noted.

mod finding;
mod found;
mod lists;
mod notices;
mod play;
mod plays;

pub use finding::{Finding, FindingCode};
pub use found::TOLD;

use found::Found;

use crate::{archive::Archive, hash::Hash, law::Law, seed::Seed, table::Given};

/// What whoever checks knows from elsewhere.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// The last head, as the public page showed it after the end.
    pub head: Option<Hash>,
    /// Heads that were seen while the draw ran.
    pub seen: Vec<Hash>,
}

/// What a check came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// What is wrong, in the order of the archive; [`TOLD`] at most.
    pub findings: Vec<Finding>,
    /// How much more is wrong.
    pub more: u64,
    /// What is to be known and is no fault.
    pub notes: Vec<Finding>,
    /// Plays in the archive.
    pub plays: u64,
    /// How many of each prize were given.
    pub given: Given,
    /// The head to which the archive leads.
    pub head: Hash,
}

impl Report {
    /// Nothing is wrong.
    pub fn is_verified(&self) -> bool {
        self.findings.is_empty()
    }
}

/// Checks the archive against itself, the law, and what is known from elsewhere.
pub fn verify(archive: &Archive, law: &Law, known: &Known) -> Report {
    let mut found = Found::default();
    let seed = seed(archive, &mut found);
    notices::check(archive, law, &mut found);
    let (given, head) = plays::check(archive, seed.as_ref(), &mut found);
    lists::check(archive, law, &mut found);
    heads(archive, known, head, &mut found);
    let Found { findings, more, notes } = found;
    Report { findings, more, notes, plays: archive.plays.len() as u64, given, head }
}

/// The seed, where it is the one that was promised.
fn seed(archive: &Archive, found: &mut Found) -> Option<Seed> {
    let Some(text) = &archive.seed else {
        found.whole(FindingCode::SeedNotRevealed);
        return None;
    };
    let seed = Seed::from_revealed(text).filter(|seed| seed.commit() == archive.commit);
    if seed.is_none() {
        found.whole(FindingCode::SeedWrong);
    }
    seed
}

/// Whether the archive ends where it should, and holds what was seen of it.
fn heads(archive: &Archive, known: &Known, head: Hash, found: &mut Found) {
    if archive.head != head {
        found.whole(FindingCode::HeadWrong);
    }
    let stands = |hash: &Hash| {
        let of_notices = archive.notices.iter().map(|link| (link.head, link.after));
        let of_plays = archive.plays.iter().map(|play| (play.hash, play.n));
        of_notices.chain(of_plays).find(|(other, _)| other == hash).map(|(_, n)| n)
    };
    match known.head.map(|expected| (expected, stands(&expected))) {
        None => found.notes.push(Finding::new(FindingCode::NoHead, None)),
        Some((expected, _)) if expected == head => {}
        Some((_, Some(n))) => {
            let (en, zh) = (format!("it stands behind play {n}"), format!("该链尾位于第{n}条之后"));
            found.add(Finding::with(FindingCode::PlaysAdded, Some(n), &en, &zh));
        }
        Some((_, None)) => found.whole(FindingCode::HeadUnknown),
    }
    for seen in known.seen.iter().filter(|seen| stands(seen).is_none()) {
        let seen = seen.to_string();
        found.add(Finding::with(FindingCode::HeadUnknown, None, &seen, &seen));
    }
}
