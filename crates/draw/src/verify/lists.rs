//! The lists of an archive: winners that the law wants told, and chances that wait.

use super::{
    finding::{Finding, FindingCode},
    found::Found,
};
use crate::{archive::Archive, law::Law};
use std::collections::HashSet;

pub fn check(archive: &Archive, law: &Law, found: &mut Found) {
    let (told, expected) = (&archive.winners, archive.listed(law));
    let stranger = told.iter().find(|winner| !expected.contains(winner));
    let forgotten = expected.iter().find(|winner| !told.contains(winner));
    if let Some(winner) = stranger.or(forgotten) {
        found.at(winner.n, FindingCode::WinnersWrong);
    } else if *told != expected {
        found.whole(FindingCode::WinnersWrong);
    }
    let drawn: HashSet<&str> = archive.plays.iter().map(|play| play.chance.as_str()).collect();
    for waiting in
        archive.awaiting_transaction_id.iter().filter(|waiting| drawn.contains(waiting.chance.as_str()))
    {
        let chance = &waiting.chance;
        found.add(Finding::with(FindingCode::WaitingPlayed, None, chance, chance));
    }
}
