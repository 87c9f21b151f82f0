//! The search: depth first over the offers of each step, the most valuable first.

use super::{field::Field, level::Level, score::Score};
use crate::{
    coupons::offer::STEPS,
    slots::{Scratch, Slot},
};

/// A search and the best that it has found.
pub(super) struct Search<'a> {
    pub(super) field: &'a Field<'a>,
    pub(super) levels: [Level; STEPS],
    /// The best combination so far, as bits of the field's offers.
    pub(super) chosen: u128,
    pub(super) best: Score,
    /// The largest saving that a branch left without proof could have.
    pub(super) open: i64,
    pub(super) nodes: u64,
    budget: u64,
    pub(super) scratch: Scratch,
    pub(super) buffer: Vec<i64>,
}

/// Where a branch stands: what it has chosen, and what later steps could add.
#[derive(Clone, Copy)]
pub(super) struct Branch {
    pub(super) chosen: u128,
    pub(super) score: Score,
    pub(super) later: i64,
}

impl<'a> Search<'a> {
    pub(super) fn new(field: &'a Field<'a>, budget: u64) -> Self {
        Self {
            field,
            levels: std::array::from_fn(|_| Level::default()),
            chosen: 0,
            best: Score::ZERO,
            open: 0,
            nodes: 0,
            budget,
            scratch: Scratch::default(),
            buffer: Vec::new(),
        }
    }

    /// Searches from these slots on.
    pub(super) fn run(&mut self, slots: &[Slot]) {
        self.levels[0].start(self.field, slots);
        self.go(0, Branch { chosen: 0, score: Score::ZERO, later: 0 });
    }

    /// Every offer of a step is decided: goes on with the next, unless nothing is left there to take.
    pub(super) fn leave(&mut self, step: usize, branch: Branch) {
        if branch.later == 0 {
            if branch.score > self.best {
                (self.best, self.chosen) = (branch.score, branch.chosen);
            }
            return;
        }
        let [.., before, level] = &mut self.levels[..step + 2] else { return };
        level.follow(self.field, step + 1, before);
        self.go(step + 1, branch);
    }

    /// Decides about a step whose level stands at its start.
    pub(super) fn go(&mut self, step: usize, branch: Branch) {
        if self.levels[step].needs_shares(self.field) {
            self.make_ready(step);
        }
        let level = &mut self.levels[step];
        level.list(self.field, &mut self.scratch, &mut self.buffer);
        let alive = level.order.iter().fold(0, |bits, place| bits | 1 << place);
        let branch = Branch { later: level.most_later(self.field, 0), ..branch };
        if level.short {
            self.start_jing(step, branch);
        }
        self.decide(step, 0, alive, branch);
    }

    /// Decides about the next offer that is still alive: with it, then without.
    fn decide(&mut self, step: usize, turn: usize, alive: u128, branch: Branch) {
        let field = self.field;
        let level = &mut self.levels[step];
        let own: i64 = level.most_own(field, alive);
        let mut most = branch.score.saving + (own + branch.later).min(level.ceiling(field));
        if most >= self.best.saving {
            let together = level.most_together(field, alive, own, branch.later);
            most = most.min(branch.score.saving + together);
        }
        let tie = |level: &mut Level| {
            let sum = branch.score + level.most_own(field, alive) + level.most_later(field, 0);
            if sum.saving <= most { sum } else { branch.score.onward(most) }
        };
        if most < self.best.saving
            || (most == self.best.saving && tie(level) <= self.best)
            || !self.goes_on(most)
        {
            return;
        }
        let level = &self.levels[step];
        let Some(next) = level.order[turn..].iter().position(|place| alive >> place & 1 == 1) else {
            self.leave(step, branch);
            return;
        };
        let turn = turn + next;
        let place = level.order[turn];
        if level.cuts_by_shares(field, place) {
            self.find_shares(step, place);
        }
        let level = &mut self.levels[step];
        let amount = level.amounts[place - field.first[step]];
        level.pick(field, place);
        let with = Branch {
            chosen: branch.chosen | 1 << place,
            score: branch.score + Score::of(amount, field.ranks[place]),
            later: level.most_later(field, 0),
        };
        let rest = alive & !(1 << place);
        self.decide(step, turn + 1, rest & !field.excluded[place], with);
        self.levels[step].unpick(field, place);
        self.decide(step, turn + 1, rest, branch);
    }

    /// Whether the budget allows another decision; a branch that is not looked at may hide this much.
    pub(super) fn goes_on(&mut self, most: i64) -> bool {
        self.nodes += 1;
        if self.nodes > self.budget {
            self.open = self.open.max(most);
        }
        self.nodes <= self.budget
    }

    fn find_shares(&mut self, step: usize, place: usize) {
        self.make_ready(step);
        self.levels[step].share(self.field, place, &mut self.scratch, &mut self.buffer);
    }

    /// Works out the slots at a step's start from those before it and what is picked there.
    pub(super) fn make_ready(&mut self, step: usize) {
        if self.levels[step].ready {
            return;
        }
        self.make_ready(step - 1);
        let mut picked = self.levels[step - 1].picked;
        while picked != 0 {
            let place = picked.trailing_zeros() as usize;
            picked &= picked - 1;
            self.levels[step - 1].share(self.field, place, &mut self.scratch, &mut self.buffer);
        }
        let [.., before, level] = &mut self.levels[..=step] else { return };
        level.slots.clone_from(&before.slots);
        let mut picked = before.picked;
        while picked != 0 {
            let place = picked.trailing_zeros() as usize;
            picked &= picked - 1;
            for (line, share) in before.shares_of(place) {
                level.slots[*line as usize].take(*share);
            }
        }
        level.ready = true;
    }
}
