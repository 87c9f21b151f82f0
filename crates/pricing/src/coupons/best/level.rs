//! A step of the search under way: what its start finds, what can be chosen, and what the choice cuts off
//! the offers of later steps.

use super::{
    field::{Field, Overlap},
    score::Worth,
};
use crate::slots::{Scratch, Slot};
use domain::coupon::CouponKind;
use std::ops::Range;

/// An offer as a step finds it.
#[derive(Debug, Clone, Copy)]
struct View {
    /// Base and room at the step's start.
    base: i64,
    room: i64,
    /// What the choice so far cuts off both; zero for the step's own offers.
    cut: i64,
}

/// A step of the search.
#[derive(Debug, Default)]
pub(super) struct Level {
    /// Where the step's offers begin and end.
    own: Range<usize>,
    /// The slots at the step's start, once somebody needs them.
    pub(super) slots: Vec<Slot>,
    pub(super) ready: bool,
    /// The step's offers and all later ones.
    views: Vec<View>,
    /// What each of the step's offers takes off; zero when it cannot be taken.
    pub(super) amounts: Vec<i64>,
    /// The offers that can be taken, the most valuable first.
    pub(super) order: Vec<usize>,
    /// The offers chosen, as bits.
    pub(super) picked: u128,
    /// Jing offers get in each other's way: they are left to the `jing` module.
    pub(super) short: bool,
    /// Room of all lines, less what is chosen.
    room: i64,
    /// What each of the step's offers takes off which lines, and off which later offers; found when needed.
    shares: Vec<(u32, i64)>,
    parts: Vec<Option<Range<usize>>>,
    cuts: Vec<i64>,
    cuts_known: u128,
    pack: Vec<(i64, usize)>,
    breaks: Vec<(i64, usize)>,
}

impl Level {
    /// Starts at the slots of the cart.
    pub(super) fn start(&mut self, field: &Field<'_>, slots: &[Slot]) {
        self.slots = slots.to_vec();
        self.room = slots.iter().map(|slot| slot.room).sum();
        self.views = field
            .offers
            .iter()
            .map(|offer| View { base: offer.base(slots), room: offer.room(slots), cut: 0 })
            .collect();
        self.open(field, 0);
        self.ready = true;
    }

    /// Goes on from the step before and its choice.
    pub(super) fn follow(&mut self, field: &Field<'_>, step: usize, before: &Self) {
        let own = before.own.len();
        self.views.clear();
        let left = |view: &View| View { base: view.base - view.cut, room: view.room - view.cut, cut: 0 };
        self.views.extend(before.views[own..].iter().map(left));
        self.room = before.room;
        self.open(field, step);
    }

    fn open(&mut self, field: &Field<'_>, step: usize) {
        self.own = field.first[step]..field.first[step + 1];
        let own = self.own.len();
        self.ready = false;
        self.picked = 0;
        self.short = false;
        self.shares.clear();
        self.parts.clear();
        self.parts.resize(own, None);
        self.cuts.clear();
        self.cuts.resize(own * (self.views.len() - own), 0);
        self.cuts_known = 0;
        self.order.clear();
        self.amounts.clear();
        let found = self.own.clone().zip(&self.views);
        let most =
            |(place, view): (usize, &View)| field.offers[place].most(view.base, view.room, field.freight);
        self.amounts.extend(found.map(most));
    }

    /// The base of one of the step's offers.
    pub(super) fn base(&self, place: usize) -> i64 {
        self.views[place - self.own.start].base
    }

    /// Whether an offer of the step says only with its shares what it takes.
    pub(super) fn needs_shares(&self, field: &Field<'_>) -> bool {
        let able = self.own.clone().zip(&self.amounts).filter(|(_, amount)| **amount > 0);
        let mut unlike =
            able.map(|(place, _)| field.offers[place]).filter(|offer| !offer.is_plain() || offer.is_jing());
        unlike.next().is_some()
    }

    /// Settles what each offer takes off, and their order. With slots when `needs_shares`.
    pub(super) fn list(&mut self, field: &Field<'_>, scratch: &mut Scratch, buffer: &mut Vec<i64>) {
        for place in self.own.clone() {
            if self.amounts[place - self.own.start] > 0 && !field.offers[place].is_plain() {
                self.share(field, place, scratch, buffer);
            }
        }
        self.short = self.is_short(field);
        let first = self.own.start;
        let able = self.own.clone().filter(|place| {
            self.amounts[place - first] > 0
                && !(self.short && field.offers[*place].is_jing())
                && !self.is_repeat(field, *place)
        });
        let mut order: Vec<usize> = able.collect();
        order.sort_unstable_by_key(|place| (-self.amounts[place - first], field.ranks[*place]));
        self.order = order;
    }

    /// Whether an offer takes the same off the same lines as another that excludes it and has a smaller
    /// id: exchanging the two changes nothing else.
    fn is_repeat(&self, field: &Field<'_>, place: usize) -> bool {
        let first = self.own.start;
        let offer = field.offers[place];
        !offer.is_jing()
            && self.own.clone().any(|other| {
                self.amounts[other - first] == self.amounts[place - first]
                    && field.ranks[other] < field.ranks[place]
                    && field.offers[other].kind == offer.kind
                    && field.offers[other].set == offer.set
            })
    }

    /// Whether Jing offers on the same lines could get in each other's way: together they may reach the
    /// room of a line. While they do not, each takes what it takes alone, in whatever company. A share is
    /// less than one fen above its exact proportion while no line is capped.
    fn is_short(&self, field: &Field<'_>) -> bool {
        let first = self.own.start;
        let (mut sum, mut count) = (0, 0);
        for place in self.own.clone().filter(|place| field.offers[*place].is_jing()) {
            let offer = field.offers[place];
            if self.amounts[place - first] > 0 {
                sum += offer.off(self.base(place));
                count += 1;
            }
            if !field.ends_pack(place) {
                continue;
            }
            let base = i128::from(self.base(place));
            let full = |line: &u32| {
                let slot = self.slots[*line as usize];
                let most = i128::from(sum) * i128::from(slot.base) + count * base;
                slot.base > 0 && most >= i128::from(slot.room) * base
            };
            if count > 1 && offer.lines.iter().any(full) {
                return true;
            }
            (sum, count) = (0, 0);
        }
        false
    }

    /// Finds out what an offer of the step takes off which lines; the slots are ready.
    pub(super) fn share(
        &mut self,
        field: &Field<'_>,
        place: usize,
        scratch: &mut Scratch,
        buffer: &mut Vec<i64>,
    ) {
        let at = place - self.own.start;
        if self.parts[at].is_some() {
            return;
        }
        let offer = field.offers[place];
        let begin = self.shares.len();
        self.amounts[at] = offer.take(&self.slots, field.freight, scratch, buffer).unwrap_or(0);
        if self.amounts[at] > 0 {
            let parts = offer.lines.iter().zip(&*buffer).filter(|(_, share)| **share > 0);
            self.shares.extend(parts.map(|(line, share)| (*line, *share)));
        }
        self.parts[at] = Some(begin..self.shares.len());
    }

    /// What an offer of the step takes off which lines, once it has been found out.
    pub(super) fn shares_of(&self, place: usize) -> &[(u32, i64)] {
        self.parts[place - self.own.start].clone().map_or(&[], |range| &self.shares[range])
    }

    /// Whether the cuts of an offer can be told only by its shares.
    pub(super) fn cuts_by_shares(&self, field: &Field<'_>, place: usize) -> bool {
        self.cuts_known >> place & 1 == 0
            && (self.own.end..field.offers.len())
                .any(|later| field.overlap(place, later) == Overlap::Partly && self.is_able(field, later))
    }

    /// Whether an offer could be taken as the step's start finds it; if not, it never can be.
    fn is_able(&self, field: &Field<'_>, place: usize) -> bool {
        let view = self.views[place - self.own.start];
        field.offers[place].most(view.base, view.room, field.freight) > 0
    }

    /// Chooses an offer of the step; the shares are known if `cuts_by_shares`.
    pub(super) fn pick(&mut self, field: &Field<'_>, place: usize) {
        if self.cuts_known >> place & 1 == 0 {
            self.cuts_known |= 1 << place;
            self.know_cuts(field, place);
        }
        self.picked |= 1 << place;
        self.apply(field, place, 1);
    }

    /// Takes the choice of an offer back.
    pub(super) fn unpick(&mut self, field: &Field<'_>, place: usize) {
        self.picked &= !(1 << place);
        self.apply(field, place, -1);
    }

    fn apply(&mut self, field: &Field<'_>, place: usize, sign: i64) {
        let (own, at) = (self.own.len(), place - self.own.start);
        let count = self.views.len() - own;
        for (view, cut) in self.views[own..].iter_mut().zip(&self.cuts[at * count..]) {
            view.cut += sign * cut;
        }
        if field.offers[place].kind != CouponKind::Freight {
            self.room -= sign * self.amounts[at];
        }
    }

    fn know_cuts(&mut self, field: &Field<'_>, place: usize) {
        let at = place - self.own.start;
        let count = self.views.len() - self.own.len();
        for (column, later) in (self.own.end..field.offers.len()).enumerate() {
            self.cuts[at * count + column] = match field.overlap(place, later) {
                Overlap::Apart => 0,
                Overlap::Within => self.amounts[at],
                // Shares that were not asked for are those of offers that can never be taken.
                Overlap::Partly => {
                    let set = &field.offers[later].set;
                    self.shares_of(place)
                        .iter()
                        .filter(|(line, _)| set.has(*line))
                        .map(|(_, share)| share)
                        .sum()
                }
            };
        }
    }

    /// Shares are taken off (`sign` 1) or given back (-1) beside the picked offers.
    pub(super) fn cut(&mut self, field: &Field<'_>, shares: &[(u32, i64)], sign: i64) {
        for later in self.own.end..field.offers.len() {
            let set = &field.offers[later].set;
            let inside: i64 = shares.iter().filter(|(line, _)| set.has(*line)).map(|(_, share)| share).sum();
            self.views[later - self.own.start].cut += sign * inside;
        }
        self.room -= sign * shares.iter().map(|(_, share)| share).sum::<i64>();
    }

    /// The most that goods and freight can still give.
    pub(super) fn ceiling(&self, field: &Field<'_>) -> i64 {
        self.room + field.freight
    }

    /// The most that those of the step's offers can save that are still `alive`.
    pub(super) fn most_own<W: Worth>(&mut self, field: &Field<'_>, alive: u128) -> W {
        let mut bound = Bound::new(std::mem::take(&mut self.pack));
        for place in self.own.clone() {
            let amount = if alive >> place & 1 == 1 { self.amounts[place - self.own.start] } else { 0 };
            bound.add(field, place, amount, i64::MAX);
        }
        bound.total(&mut self.pack)
    }

    /// The most that later steps can save without the offers that are `lost`.
    pub(super) fn most_later<W: Worth>(&mut self, field: &Field<'_>, lost: u128) -> W {
        let mut bound = Bound::new(std::mem::take(&mut self.pack));
        for place in self.own.end..field.offers.len() {
            let view = self.views[place - self.own.start];
            let room = view.room - view.cut;
            let most = field.offers[place].most(view.base - view.cut, room, field.freight);
            bound.add(field, place, if lost >> place & 1 == 1 { 0 } else { most }, room);
        }
        bound.total(&mut self.pack)
    }

    /// The most that the offers still `alive`, which save at most `own`, and later ones can save together,
    /// when what is saved here costs later ones their thresholds. A later offer is lost when more is saved
    /// here than its base is above its threshold and others than those on its own lines can save.
    pub(super) fn most_together(&mut self, field: &Field<'_>, alive: u128, own: i64, later: i64) -> i64 {
        if own == 0 || later == 0 {
            return own + later;
        }
        let mut breaks = std::mem::take(&mut self.breaks);
        breaks.clear();
        for place in self.own.end..field.offers.len() {
            let view = self.views[place - self.own.start];
            let Some(slack) = field.offers[place].slack(view.base - view.cut).filter(|slack| *slack < own)
            else {
                continue;
            };
            let outside = alive & !field.within(place);
            let spare = if outside == 0 { 0 } else { self.most_own::<i64>(field, outside) };
            if slack + spare < own {
                breaks.push((slack + spare, place));
            }
        }
        breaks.sort_unstable();
        let (mut best, mut lost, mut rest) = (0, 0, later);
        for (limit, place) in &breaks {
            best = best.max(limit + rest);
            lost |= 1 << place;
            rest = self.most_later(field, lost);
            if own + rest <= best {
                break;
            }
        }
        self.breaks = breaks;
        best.max(own + rest)
    }
}

/// What offers can save at most: of each clique the best pack, of Dong and Jing the better.
struct Bound<W> {
    total: W,
    dong: W,
    jing: W,
    best: W,
    pack: Vec<(i64, usize)>,
}

impl<W: Worth> Bound<W> {
    fn new(pack: Vec<(i64, usize)>) -> Self {
        Self { total: W::NONE, dong: W::NONE, jing: W::NONE, best: W::NONE, pack }
    }

    /// Adds the offer at the next place: the most that it can save, and the room of its pack.
    fn add(&mut self, field: &Field<'_>, place: usize, most: i64, room: i64) {
        let kind = field.offers[place].kind;
        if kind == CouponKind::Jing {
            if most > 0 {
                self.pack.push((most, field.ranks[place]));
            }
            if field.ends_pack(place) && !self.pack.is_empty() {
                self.best = self.best.max(W::pool(&mut self.pack, room));
                self.pack.clear();
            }
        } else if most > 0 {
            self.best = self.best.max(W::one(most, field.ranks[place]));
        }
        if field.ends_clique(place) && self.best > W::NONE {
            let side = match kind {
                CouponKind::Dong => &mut self.dong,
                CouponKind::Jing => &mut self.jing,
                CouponKind::Shop
                | CouponKind::Product
                | CouponKind::Jingtie
                | CouponKind::Freight
                | CouponKind::Payment => &mut self.total,
            };
            *side = *side + self.best;
            self.best = W::NONE;
        }
    }

    fn total(self, pack: &mut Vec<(i64, usize)>) -> W {
        *pack = self.pack;
        self.total + self.dong.max(self.jing)
    }
}
