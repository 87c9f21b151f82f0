//! Why the other coupons stay, and which of them a little more would make usable.

use super::{Left, Nearby, offer::Offer, replay::Replay};
use crate::slots::Scratch;
use domain::Code;

/// How many nearby coupons are named: more than a customer reads.
const NEARBY: usize = 5;

/// A reason for each offer that is not taken, as its step found the slots: under the threshold, nothing
/// to take off, excluded by one that is taken, or ([`Code::BetterOffer`]) simply not part of the best.
pub(super) fn left(offers: &[Offer], chosen: &[bool], replay: &Replay, freight: i64) -> Vec<Left> {
    let (mut scratch, mut shares) = (Scratch::default(), Vec::new());
    let mut found = Vec::new();
    for (offer, _) in offers.iter().zip(chosen).filter(|(_, chosen)| !**chosen) {
        let step = &replay.steps[offer.step()];
        let mut take = |slots| offer.take(slots, freight, &mut scratch, &mut shares);
        let excluded = || standing(offers, chosen).any(|other| offer.excludes(other));
        let (code, shortfall) = match take(&step.start) {
            Err(miss) => (miss.code, miss.shortfall),
            Ok(_) if excluded() => (Code::NotStackable, None),
            Ok(_) => (take(&step.end).err().map_or(Code::BetterOffer, |miss| miss.code), None),
        };
        found.push(Left { index: offer.index, code, base: offer.base(&step.start), shortfall });
    }
    found
}

/// The coupons under their thresholds that would save more than the taken ones that they exclude, by
/// rising shortfall; at most five.
pub(super) fn nearby(offers: &[Offer], chosen: &[bool], replay: &Replay, freight: i64) -> Vec<Nearby> {
    let mut found: Vec<(Nearby, usize)> = Vec::new();
    for (offer, _) in offers.iter().zip(chosen).filter(|(_, chosen)| !**chosen) {
        let base = offer.base(&replay.steps[offer.step()].start);
        let Some(shortfall) = offer.shortfall(base) else { continue };
        let displaced = standing(offers, chosen).filter(|other| offer.excludes(other));
        let amount = |other: &Offer| {
            replay.taken.iter().find(|taken| taken.index == other.index).map_or(0, |t| t.amount)
        };
        let lost: i64 = displaced.map(amount).sum();
        let saving = offer.at_threshold(freight) - lost;
        if saving > 0 {
            found.push((Nearby { index: offer.index, shortfall, saving }, offer.rank));
        }
    }
    found.sort_by_key(|(nearby, rank)| (nearby.shortfall, -nearby.saving, *rank));
    found.into_iter().take(NEARBY).map(|(nearby, _)| nearby).collect()
}

fn standing<'a>(offers: &'a [Offer], chosen: &'a [bool]) -> impl Iterator<Item = &'a Offer> {
    offers.iter().zip(chosen).filter(|(_, chosen)| **chosen).map(|(offer, _)| offer)
}
