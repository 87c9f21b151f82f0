//! A coupon that may take part: its terms as plain integers and the lines that it works on.

use super::lines::LineSet;
use crate::{
    cart::Held,
    slots::{Scratch, Slot, split_in},
    stacking::{Together, together},
};
use domain::{Code, coupon::CouponKind};
use std::cmp::Ordering;

/// A coupon that is usable by its owner, its time and its scope. Whether it reaches its threshold depends
/// on what was taken before it.
#[derive(Debug, Clone)]
pub(super) struct Offer {
    /// Its place in the list that came.
    pub(super) index: usize,
    /// Its place among the offers by coupon id.
    pub(super) rank: usize,
    pub(super) kind: CouponKind,
    /// The lines it works on: in its scope, and allowed by the stacking table.
    pub(super) lines: Vec<u32>,
    pub(super) set: LineSet,
    /// What a capped line cannot take is lost (A-S1-6).
    pub(super) no_resplit: bool,
    /// Places in `lines` whose balance must be larger than the share (A-S1-5).
    pub(super) guarded: Vec<u32>,
    spend: i64,
    save: Save,
    cap: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Save {
    Amount(i64),
    BasisPoints(i64),
}

/// Why a coupon takes nothing off here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Miss {
    pub(super) code: Code,
    pub(super) base: i64,
    pub(super) shortfall: Option<i64>,
}

impl Offer {
    /// An offer from a coupon and the lines it works on; `rank` is given later.
    pub(super) fn new(
        index: usize,
        held: &Held,
        lines: Vec<u32>,
        no_resplit: bool,
        guarded: Vec<u32>,
    ) -> Self {
        let benefit = &held.benefit;
        let save = match (benefit.save, benefit.percent_off) {
            (Some(save), _) => Save::Amount(save.minor()),
            (None, Some(percent)) => Save::BasisPoints(i64::from(percent.basis_points())),
            (None, None) => Save::Amount(0),
        };
        Self {
            index,
            rank: 0,
            kind: held.kind,
            set: LineSet::of(&lines),
            lines,
            no_resplit,
            guarded,
            spend: benefit.spend.minor(),
            save,
            cap: benefit.cap.map_or(i64::MAX, money::Money::minor),
        }
    }

    /// The amount that its threshold is compared with.
    pub(super) fn base(&self, slots: &[Slot]) -> i64 {
        self.lines.iter().map(|line| slots[*line as usize].base).sum()
    }

    /// What can still come off the lines it works on.
    pub(super) fn room(&self, slots: &[Slot]) -> i64 {
        self.lines.iter().map(|line| slots[*line as usize].room.max(0)).sum()
    }

    /// What is missing to its threshold.
    pub(super) fn shortfall(&self, base: i64) -> Option<i64> {
        (base < self.spend).then(|| self.spend - base)
    }

    /// How far a base is above its threshold, when it has reached it.
    pub(super) const fn slack(&self, base: i64) -> Option<i64> {
        if base < self.spend { None } else { Some(base - self.spend) }
    }

    /// What comes off an amount, threshold aside: `Tier::off` on plain integers. Never falls when the
    /// amount grows.
    pub(super) fn off(&self, amount: i64) -> i64 {
        let off = match self.save {
            Save::Amount(save) => save,
            // Half up, as `PercentOff::of`; a cart's sum times 10,000 fits.
            Save::BasisPoints(points) => (amount * points + 5_000) / 10_000,
        };
        off.min(self.cap).min(amount)
    }

    /// The most that it can take off when it finds this base, room and freight, and so the most at any
    /// later moment too: all three only fall.
    pub(super) fn most(&self, base: i64, room: i64, freight: i64) -> i64 {
        if base < self.spend {
            return 0;
        }
        if self.kind == CouponKind::Freight { self.off(freight) } else { self.off(base).min(room) }
    }

    /// Whether what it takes off is [`Offer::most`], whatever the shares: a split places all that the room
    /// of its lines allows.
    pub(super) fn is_plain(&self) -> bool {
        self.guarded.is_empty() && !self.no_resplit
    }

    /// What it would save just at its threshold.
    pub(super) fn at_threshold(&self, freight: i64) -> i64 {
        self.off(if self.kind == CouponKind::Freight { freight } else { self.spend })
    }

    /// Whether two have the same terms, so that they differ in their ids alone.
    pub(super) fn same_terms(&self, other: &Self) -> bool {
        (self.kind, self.spend, self.save, self.cap) == (other.kind, other.spend, other.save, other.cap)
            && self.set == other.set
    }

    /// What it takes off at this point of its step: `slots` hold the bases of the step's start and the
    /// rooms of now. Writes a share for each of its lines.
    pub(super) fn take(
        &self,
        slots: &[Slot],
        freight: i64,
        scratch: &mut Scratch,
        shares: &mut Vec<i64>,
    ) -> Result<i64, Miss> {
        shares.clear();
        let base = self.base(slots);
        let shortfall = self.shortfall(base);
        let miss = |code| Miss { code, base, shortfall };
        if shortfall.is_some() {
            return Err(miss(Code::BelowThreshold));
        }
        if self.kind == CouponKind::Freight {
            return Some(self.off(freight)).filter(|off| *off > 0).ok_or(miss(Code::NoSaving));
        }
        let amount = split_in(scratch, self.off(base), &self.lines, slots, self.no_resplit, shares);
        let small = |at: &u32| shares[*at as usize] >= slots[self.lines[*at as usize] as usize].room;
        if self.guarded.iter().any(small) {
            return Err(miss(Code::BalanceTooSmall));
        }
        if amount > 0 { Ok(amount) } else { Err(miss(Code::NoSaving)) }
    }

    /// Whether the two may not be taken together (A-S1-10), whatever the amounts.
    pub(super) fn excludes(&self, other: &Self) -> bool {
        match together(self.kind, other.kind) {
            Together::Yes => false,
            Together::Never => true,
            Together::Disjoint => self.set.meets(&other.set),
            Together::SameOrDisjoint => self.set != other.set && self.set.meets(&other.set),
        }
    }

    /// The step in which it takes effect. Dong and Jing never meet, so one step serves both.
    pub(super) const fn step(&self) -> usize {
        match self.kind {
            CouponKind::Shop => 0,
            CouponKind::Product => 1,
            CouponKind::Dong | CouponKind::Jing => 2,
            CouponKind::Jingtie => 3,
            CouponKind::Freight | CouponKind::Payment => 4,
        }
    }

    /// Whether it is a Jing coupon.
    pub(super) fn is_jing(&self) -> bool {
        self.kind == CouponKind::Jing
    }

    /// Which of two comes first when they exclude one another: by kind, the larger saving, the smaller id.
    pub(super) fn before(&self, saving: i64, other: &Self, others: i64) -> Ordering {
        self.kind.cmp(&other.kind).then(others.cmp(&saving)).then(self.rank.cmp(&other.rank))
    }
}

/// How many steps there are.
pub(super) const STEPS: usize = 5;
