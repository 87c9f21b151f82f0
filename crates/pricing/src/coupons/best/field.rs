//! The offers of a search, ordered, and how they stand to one another. Nothing in here changes.

use crate::coupons::offer::{Offer, STEPS};

/// The offers that can take something off these slots, and what excludes what among them.
pub(super) struct Field<'a> {
    /// By step, kind, clique, pack, coupon id; at most [`OFFERS`](super::score::OFFERS).
    pub(super) offers: Vec<&'a Offer>,
    /// The place of each by coupon id.
    pub(super) ranks: Vec<usize>,
    /// Whether each is the last of its pack: Jing offers on the same lines, which stand together; any
    /// other offer is a pack of its own.
    pack_ends: Vec<bool>,
    /// Whether each is the last of its clique: packs of one kind that all exclude one another.
    clique_ends: Vec<bool>,
    /// Where the offers of each step begin, and the end.
    pub(super) first: [usize; STEPS + 1],
    /// For each offer the others of its step that it may not stand beside.
    pub(super) excluded: Vec<u128>,
    /// How the lines of each offer (row) lie to those of each other (column).
    overlaps: Vec<Overlap>,
    /// For each offer those whose lines are all among its own.
    within: Vec<u128>,
    pub(super) freight: i64,
}

/// How the lines of one offer lie to those of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Overlap {
    /// No line in common.
    Apart,
    /// Every line of the one is among the other's.
    Within,
    /// Some are.
    Partly,
}

impl<'a> Field<'a> {
    /// Orders the offers and compares each with each.
    pub(super) fn of(mut offers: Vec<&'a Offer>, freight: i64) -> Self {
        offers.sort_by_key(|offer| (offer.step(), offer.kind, offer.rank));
        // Packs in the order of their first members; a pack joins the first clique that excludes it whole.
        let mut packs: Vec<(usize, Vec<&Offer>)> = Vec::new();
        for offer in offers {
            let together = |pack: &Vec<&Offer>| {
                pack[0].kind == offer.kind && pack[0].set == offer.set && !pack[0].excludes(offer)
            };
            if let Some((_, pack)) = packs.iter_mut().find(|(_, pack)| together(pack)) {
                pack.push(offer);
                continue;
            }
            let joins = |clique: &usize| {
                let mut mates = packs.iter().filter(|(other, _)| other == clique);
                mates.all(|(_, pack)| pack[0].kind == offer.kind && pack[0].excludes(offer))
            };
            let clique = (0..=packs.len()).find(joins).unwrap_or(packs.len());
            packs.push((clique, vec![offer]));
        }
        packs.sort_by_key(|(clique, pack)| (pack[0].step(), pack[0].kind, *clique, pack[0].rank));
        let (mut pack_ends, mut clique_ends, mut offers) = (Vec::new(), Vec::new(), Vec::new());
        for (at, (clique, pack)) in packs.iter().enumerate() {
            pack_ends.extend((1..=pack.len()).map(|n| n == pack.len()));
            let last = packs.get(at + 1).is_none_or(|(next, _)| next != clique);
            clique_ends.extend((1..=pack.len()).map(|n| last && n == pack.len()));
            offers.extend_from_slice(pack);
        }
        let mut first = [offers.len(); STEPS + 1];
        for step in (0..STEPS).rev() {
            first[step] = offers.iter().position(|offer| offer.step() >= step).unwrap_or(offers.len());
        }
        let ranks = offers.iter().map(|offer| offers.iter().filter(|other| other.rank < offer.rank).count());
        let ranks = ranks.collect();
        let apart = |offer: &Offer, other: &Offer| {
            offer.index != other.index && offer.step() == other.step() && offer.excludes(other)
        };
        let bits = |offer: &&Offer| {
            offers
                .iter()
                .enumerate()
                .filter(|(_, other)| apart(offer, other))
                .fold(0, |bits, (at, _)| bits | 1 << at)
        };
        let excluded = offers.iter().map(bits).collect();
        let overlaps =
            offers.iter().flat_map(|one| offers.iter().map(|other| Overlap::of(one, other))).collect();
        let inside = |offer: &&Offer| {
            let found = offers.iter().enumerate().filter(|(_, other)| other.set.within(&offer.set));
            found.fold(0, |bits, (at, _)| bits | 1 << at)
        };
        let within = offers.iter().map(inside).collect();
        Self { offers, ranks, pack_ends, clique_ends, first, excluded, overlaps, within, freight }
    }

    /// Whether the offer is the last of its clique.
    pub(super) fn ends_clique(&self, place: usize) -> bool {
        self.clique_ends[place]
    }

    /// Whether the offer is the last of its pack.
    pub(super) fn ends_pack(&self, place: usize) -> bool {
        self.pack_ends[place]
    }

    /// The offers whose lines are all among those of this one, as bits.
    pub(super) fn within(&self, place: usize) -> u128 {
        self.within[place]
    }

    /// How the lines of one offer lie to those of another.
    pub(super) fn overlap(&self, one: usize, other: usize) -> Overlap {
        self.overlaps[one * self.offers.len() + other]
    }
}

impl Overlap {
    fn of(one: &Offer, other: &Offer) -> Self {
        if !one.set.meets(&other.set) {
            Self::Apart
        } else if one.set.within(&other.set) {
            Self::Within
        } else {
            Self::Partly
        }
    }
}
