//! The plays of an archive in their order: none missing, none twice, each linked to what stands before it.

use super::{
    finding::{Finding, FindingCode},
    found::Found,
    play::{Judge, Trust},
};
use crate::{
    archive::{Archive, NoticeLink, Play},
    chain,
    hash::Hash,
    seed::Seed,
    table::Given,
};
use std::collections::HashSet;

/// How many of each prize were given, and the head to which the plays lead.
pub fn check(archive: &Archive, seed: Option<&Seed>, found: &mut Found) -> (Given, Hash) {
    let plays = in_order(&archive.plays, found);
    let mut notices = archive.notices.iter().peekable();
    let mut chain = Walk { before: None, ends: archive.head };
    if let Some(first) = notices.next_if(|first| first.after == 0) {
        let expected = chain::first_head(&archive.campaign, &archive.commit, &first.hash);
        chain.link(Some(expected), first.head, 0, found);
    }
    let mut judge = Judge::new(archive, seed, found);
    let mut chances = HashSet::new();
    let mut next = 1;
    for play in plays {
        while let Some(link) = notices.next_if(|link| link.after < play.n) {
            of_notice(&mut chain, link, next, found);
        }
        if play.n > next {
            found.add(missing(next, play.n - 1));
            chain.before = None;
            judge.trust = Trust::Partly;
        }
        let expected = chain.before.map(|before| chain::after_play(&before, &play.link()));
        chain.link(expected, play.hash, play.n, found);
        if !chances.insert(play.chance.as_str()) {
            found.at(play.n, FindingCode::ChanceRepeated);
        }
        judge.play(play, found);
        next = play.n.saturating_add(1);
    }
    for link in notices {
        of_notice(&mut chain, link, next, found);
    }
    (judge.tell(found), chain.ends)
}

/// Where a walk along the chain stands.
struct Walk {
    /// The head before the next link; `None` where it is missing.
    before: Option<Hash>,
    /// The last head that the archive tells.
    ends: Hash,
}

impl Walk {
    /// A link as the archive tells it. What follows is judged by that, so that a break is found once.
    fn link(&mut self, expected: Option<Hash>, told: Hash, n: u64, found: &mut Found) {
        if expected.is_some_and(|expected| expected != told) {
            found.at(n, FindingCode::ChainBroken);
        }
        self.before = Some(told);
        self.ends = told;
    }
}

fn of_notice(chain: &mut Walk, link: &NoticeLink, next: u64, found: &mut Found) {
    // Behind a play that is missing nothing tells what the link should be.
    let before = chain.before.filter(|_| link.after < next);
    let expected = before.map(|before| chain::after_notice(&before, &link.hash));
    chain.link(expected, link.head, link.after, found);
}

fn missing(from: u64, to: u64) -> Finding {
    if from == to {
        return Finding::new(FindingCode::PlayMissing, Some(from));
    }
    let (en, zh) = (format!("those from {from} to {to}"), format!("第{from}至{to}条"));
    Finding::with(FindingCode::PlayMissing, Some(from), &en, &zh)
}

/// The plays by their numbers, each once. Those that stand elsewhere are told.
fn in_order<'a>(plays: &'a [Play], found: &mut Found) -> Vec<&'a Play> {
    let mut highest = 0;
    for play in plays {
        if play.n < highest {
            found.at(play.n, FindingCode::PlayMoved);
        }
        highest = highest.max(play.n);
    }
    let mut sorted: Vec<&Play> = plays.iter().collect();
    sorted.sort_by_key(|play| play.n);
    let mut last = 0;
    sorted.retain(|play| {
        let is_first = play.n > last;
        if !is_first {
            // Numbers begin with 1: a 0 stands nowhere.
            let code = if play.n == 0 { FindingCode::PlayMoved } else { FindingCode::PlayRepeated };
            found.at(play.n, code);
        }
        last = play.n;
        is_first
    });
    sorted
}
