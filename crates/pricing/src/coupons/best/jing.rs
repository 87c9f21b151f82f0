//! Jing coupons on the same lines when room is short: what one takes depends on those before it, so they
//! are tried one after the other on live slots, in the order of their ids.

use super::{
    score::{Score, Worth},
    search::{Branch, Search},
};
use crate::slots::Slot;

/// A choice of Jing offers under way.
struct Choice {
    step: usize,
    /// The bases of the step's start, the rooms of now.
    slots: Vec<Slot>,
    /// What each offer of the step would take of its start, room aside; zero for those that cannot.
    offs: Vec<i64>,
    /// Where the step's offers begin and end.
    first: usize,
    end: usize,
}

impl Search<'_> {
    /// Tries every choice of the step's Jing offers.
    pub(super) fn start_jing(&mut self, step: usize, branch: Branch) {
        let (first, end) = (self.field.first[step], self.field.first[step + 1]);
        let level = &self.levels[step];
        let off = |place: usize| {
            let offer = self.field.offers[place];
            let able = offer.is_jing() && level.amounts[place - first] > 0;
            if able { offer.off(level.base(place)) } else { 0 }
        };
        let offs = (first..end).map(off).collect();
        let mut choice = Choice { step, slots: level.slots.clone(), offs, first, end };
        self.try_jing(&mut choice, first, branch);
    }

    /// Decides about the offers from `place` on: with the first, then without.
    fn try_jing(&mut self, choice: &mut Choice, place: usize, branch: Branch) {
        let (field, step) = (self.field, choice.step);
        let sum = branch.score + self.most_jing(choice, place, branch.chosen);
        let sum = sum + self.levels[step].most_later(field, 0);
        let limit = branch.score.saving + self.levels[step].ceiling(field);
        let most = if sum.saving <= limit { sum } else { branch.score.onward(limit) };
        if most <= self.best || !self.goes_on(most.saving) {
            return;
        }
        if place == choice.end {
            self.leave_jing(choice, branch);
            return;
        }
        let offer = field.offers[place];
        let able = choice.offs[place - choice.first] > 0
            && branch.chosen & field.excluded[place] == 0
            && !self.is_repeat(choice, place, branch.chosen);
        let taken =
            if able { offer.take(&choice.slots, 0, &mut self.scratch, &mut self.buffer).ok() } else { None };
        if let Some(amount) = taken {
            let parts = offer.lines.iter().zip(&self.buffer).filter(|(_, share)| **share > 0);
            let parts: Vec<(u32, i64)> = parts.map(|(line, share)| (*line, *share)).collect();
            for (line, share) in &parts {
                choice.slots[*line as usize].room -= share;
            }
            self.levels[step].cut(field, &parts, 1);
            let with = Branch {
                chosen: branch.chosen | 1 << place,
                score: branch.score + Score::of(amount, field.ranks[place]),
                later: self.levels[step].most_later(field, 0),
            };
            self.try_jing(choice, place + 1, with);
            self.levels[step].cut(field, &parts, -1);
            for (line, share) in &parts {
                choice.slots[*line as usize].room += share;
            }
        }
        self.try_jing(choice, place + 1, branch);
    }

    fn leave_jing(&mut self, choice: &Choice, branch: Branch) {
        let [.., before, level] = &mut self.levels[..choice.step + 2] else { return };
        level.follow(self.field, choice.step + 1, before);
        level.slots.clear();
        let cut = |(start, now): (&Slot, &Slot)| Slot {
            base: start.base - (start.room - now.room),
            room: now.room,
        };
        level.slots.extend(before.slots.iter().zip(&choice.slots).map(cut));
        level.ready = true;
        self.go(choice.step + 1, branch);
    }

    /// Whether an offer has the terms of the one before it in its pack, which was not taken: then taking
    /// this one instead changes nothing but the id.
    fn is_repeat(&self, choice: &Choice, place: usize, chosen: u128) -> bool {
        place > choice.first
            && chosen >> (place - 1) & 1 == 0
            && self.field.offers[place - 1].same_terms(self.field.offers[place])
    }

    /// The most that the offers from `place` on can still save: of each clique the best pack, a pack
    /// within the room of its lines.
    fn most_jing(&self, choice: &Choice, place: usize, chosen: u128) -> Score {
        let (mut total, mut best) = (Score::ZERO, Score::ZERO);
        let mut pack = Vec::new();
        for at in place..choice.end {
            let off = choice.offs[at - choice.first];
            if off > 0 && chosen & self.field.excluded[at] == 0 {
                pack.push((off, self.field.ranks[at]));
            }
            if self.field.ends_pack(at) && !pack.is_empty() {
                best = best.max(Score::pool(&mut pack, self.field.offers[at].room(&choice.slots)));
                pack.clear();
            }
            if self.field.ends_clique(at) {
                total = total + best;
                best = Score::ZERO;
            }
        }
        total
    }
}
