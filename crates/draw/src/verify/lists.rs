//! The lists of an archive: winners that the law wants told, and chances for which nothing was drawn.

use super::{
    finding::{Finding, FindingCode},
    found::Found,
};
use crate::{
    archive::{Archive, Reason, Undrawn},
    chance,
    law::Law,
    moment::Moment,
    notice::EntropyPolicy,
    table::Mode,
    text,
};
use std::collections::{BTreeMap, HashSet};

pub fn check(archive: &Archive, law: &Law, found: &mut Found) {
    let (told, expected) = (&archive.winners, archive.listed(law));
    let stranger = told.iter().find(|winner| !expected.contains(winner));
    let forgotten = expected.iter().find(|winner| !told.contains(winner));
    if let Some(winner) = stranger.or(forgotten) {
        found.at(winner.n, FindingCode::WinnersWrong);
    } else if *told != expected {
        found.whole(FindingCode::WinnersWrong);
    }
    undrawn(archive, found);
    stops(archive, found);
}

/// When orders got no chance, though the notice tells a longer time.
fn stops(archive: &Archive, found: &mut Found) {
    let show = |at_ms: i64| {
        Moment::try_new(at_ms.div_euclid(1000), 0).map_or_else(|_| at_ms.to_string(), |at| at.to_string())
    };
    if !archive.rests.is_empty() {
        let times = archive.rests.iter().map(|rest| {
            let until = rest.until_ms.map(show).unwrap_or_default();
            format!("{}/{until}", show(rest.from_ms))
        });
        let times = times.collect::<Vec<_>>().join(", ");
        found.notes.push(Finding::with(FindingCode::Rested, None, &times, &times));
    }
    if let Some(at_ms) = archive.closed_ms {
        let at = show(at_ms);
        found.notes.push(Finding::with(FindingCode::ClosedEarly, None, &at, &at));
    }
}

/// Chances for which nothing was drawn: each once, not among the plays, and for a reason that can be.
fn undrawn(archive: &Archive, found: &mut Found) {
    let mut known: HashSet<&str> = archive.plays.iter().map(|play| play.chance.as_str()).collect();
    let mut counts: BTreeMap<Reason, u64> = BTreeMap::new();
    for Undrawn { chance, reason, .. } in &archive.undrawn {
        let mut wrong = |code| found.add(Finding::with(code, None, chance, chance));
        if chance::of(chance).is_none() || text::line(chance).is_err() {
            wrong(FindingCode::ChanceWrong);
        }
        if !known.insert(chance) {
            wrong(FindingCode::UndrawnPlayed);
        }
        if !may_be(*reason, archive) {
            wrong(FindingCode::UndrawnWrong);
        }
        *counts.entry(*reason).or_default() += 1;
    }
    if !counts.is_empty() {
        let told: Vec<String> =
            counts.iter().map(|(reason, count)| format!("{} {count}", reason.as_str())).collect();
        found.notes.push(Finding::with(FindingCode::Undrawn, None, &told.join(", "), &told.join("，")));
    }
}

fn may_be(reason: Reason, archive: &Archive) -> bool {
    let Some(notice) = archive.notices.last().map(|link| &link.notice) else { return true };
    match reason {
        Reason::AwaitingTransactionId => notice.entropy == EntropyPolicy::Required,
        Reason::AwaitingBeacon => notice.beacon_round.is_some() && archive.beacon.is_none(),
        Reason::SoldOut => {
            notice.table.mode == Mode::Urn && archive.plays.len() as u64 >= notice.table.tickets()
        }
        Reason::Lapsed | Reason::NotPlayed => true,
    }
}
