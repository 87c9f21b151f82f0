//! Room to work in: the lines as numbers, where they stand, and what was taken off them so far.

use crate::{
    cart::{Cart, Stage},
    compile::RuleSet,
    index::{UNKNOWN, count},
    line::{CATEGORIES, Line},
    quote::{AdjustmentKind, Funder},
    slots::{self, Slot},
    stacking::LineClass,
    stand::Stand,
    units::UnitRoom,
};
use domain::campaign::hours::{Day, minute_of_day};

/// Something that was applied.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Applied {
    pub source: Source,
    pub kind: AdjustmentKind,
    pub funder: Funder,
    pub amount: i64,
    /// What its threshold was compared with.
    pub base: i64,
    /// What it promised and could not take.
    pub lost: i64,
}

/// What takes an amount off lines.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cause {
    pub source: Source,
    pub kind: AdjustmentKind,
    pub funder: Funder,
    /// What its threshold was compared with.
    pub base: i64,
}

/// Where something comes from: a rule of the set, a coupon of the cart, an asset, a presale line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    Item(u32),
    Units(u32),
    Order(u32),
    Freight(u32),
    Gifts(u32),
    Coupon(u32),
    RedPacket,
    Beans,
    ECard,
    Presale(u32),
}

/// What something took off a line: the number of what was applied, the line, minor units.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Share {
    pub applied: u32,
    pub line: u32,
    pub amount: i64,
}

/// A gift that was earned.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Earned {
    pub rule: u32,
    pub gift: u32,
    pub quantity: u64,
}

/// A price that an item promotion offers for a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Offer {
    pub rule: u32,
    pub line: u32,
    /// What the line would cost, not under the floor.
    pub price: i64,
    /// What the floor keeps it from taking off the line.
    pub lost: i64,
}

#[derive(Debug, Default)]
pub(crate) struct Work {
    pub lines: Vec<Line>,
    /// Whether no name of a line is there twice.
    pub distinct: bool,
    pub slots: Vec<Slot>,
    /// Numbers of the customer's segments.
    pub segments: Vec<u32>,
    /// The shop's day and minute, where a rule asks for them.
    pub clock: Option<(Day, u32)>,
    pub applied: Vec<Applied>,
    pub shares: Vec<Share>,
    pub earned: Vec<Earned>,
    pub freight: i64,
    pub freight_fee: i64,
    /// Lines that the layer at work may touch, and those that a rule covers.
    pub open: Vec<u32>,
    pub chosen: Vec<u32>,
    /// The best offer of each line, and all offers.
    pub best: Vec<Option<Offer>>,
    pub offers: Vec<Offer>,
    /// Item promotions that stack, each with a line.
    pub stacked: Vec<(u32, u32)>,
    /// Lines that an item or unit promotion took something off.
    pub discounted: Vec<bool>,
    pub units: UnitRoom,
    /// What a unit costs that a unit promotion gave, by line, rounded down.
    pub unit_prices: Vec<(u32, i64)>,
    pub groups: Vec<bool>,
    parts: Vec<i64>,
    split: slots::Scratch,
}

impl Work {
    /// Takes a checked cart in: lines by id, names as numbers, presale figures.
    pub(crate) fn begin(&mut self, rules: &RuleSet, cart: &Cart) {
        self.lines.clear();
        self.lines.reserve(cart.lines.len());
        for (place, line) in cart.lines.iter().enumerate() {
            let mut categories = [UNKNOWN; CATEGORIES];
            let mut known = 0_u8;
            for category in &line.categories {
                let number = rules.symbols.category(category);
                if number != UNKNOWN && usize::from(known) < CATEGORIES {
                    categories[usize::from(known)] = number;
                    known += 1;
                }
            }
            let sku = rules.symbols.sku(&line.sku);
            let quantity = i64::try_from(line.quantity).unwrap_or(i64::MAX);
            let unit = line.unit_price.minor();
            let floor = rules.floor(sku, cart.now) * quantity;
            let list = unit * quantity;
            let class = LineClass::of(line);
            let place = count(place);
            let line = Line { place, sku, class, categories, known, quantity, unit, list, floor, held: 0 };
            self.lines.push(line);
        }
        let name = |line: &Line| cart.lines[line.place as usize].name();
        let rise = |lines: &[Line]| lines.is_sorted_by(|a, b| name(a) < name(b));
        self.distinct = rise(&self.lines);
        if !self.distinct {
            self.lines.sort_unstable_by(|a, b| name(a).cmp(&name(b)));
            self.distinct = rise(&self.lines);
        }
        self.clock = cart
            .zone
            .as_ref()
            .filter(|_| rules.is_by_clock())
            .zip(cart.now)
            .map(|(zone, now)| (Day::of(zone, now), minute_of_day(zone, now)));
        self.segments.clear();
        self.segments.extend(cart.segments.iter().map(|segment| rules.symbols.segment(segment)));
        self.segments.retain(|segment| *segment != UNKNOWN);
        (self.freight, self.freight_fee) = (0, 0);
        self.applied.clear();
        self.shares.clear();
        self.earned.clear();
        self.stand(cart.stage);
    }

    /// Where the lines stand before any layer: ordinary lines at their list price.
    fn stand(&mut self, stage: Stage) {
        self.unit_prices.clear();
        self.discounted.clear();
        self.discounted.resize(self.lines.len(), false);
        self.slots.clear();
        for line in &self.lines {
            let room = match stage {
                Stage::Normal | Stage::Balance => (line.list - line.floor).max(0),
                Stage::Deposit => 0,
            };
            self.slots.push(Slot { base: line.list, room });
        }
    }

    /// How the cart stands now.
    pub(crate) fn stand_now(&self) -> Stand<'_> {
        Stand { lines: &self.lines, slots: &self.slots, segments: &self.segments, clock: self.clock }
    }

    /// What is to be paid now for a line.
    pub(crate) fn due(&self, line: usize) -> i64 {
        self.slots[line].base - self.lines[line].held
    }

    /// Splits an amount over lines and takes it off them (A-G-5). Says what was taken; nothing is
    /// noted when that is nothing.
    pub(crate) fn take(&mut self, amount: i64, lines: &[u32], cause: Cause) -> i64 {
        let mut few = [0; slots::FEW];
        if slots::split_few(amount, lines, &self.slots, &mut few) {
            self.put(amount, cause, 0);
            self.share_out(lines, &few);
            return amount;
        }
        let mut parts = std::mem::take(&mut self.parts);
        let split = &mut self.split;
        let taken = slots::split_in(split, amount, lines, &self.slots, false, &mut parts);
        if taken > 0 {
            self.put(taken, cause, amount - taken);
            self.share_out(lines, &parts);
        }
        self.parts = parts;
        taken
    }

    fn put(&mut self, amount: i64, cause: Cause, lost: i64) {
        let Cause { source, kind, funder, base } = cause;
        self.applied.push(Applied { source, kind, funder, amount, base, lost });
    }

    #[inline]
    fn share_out(&mut self, lines: &[u32], parts: &[i64]) {
        let applied = count(self.applied.len()) - 1;
        self.shares.reserve(lines.len());
        for (line, part) in lines.iter().zip(parts) {
            if *part > 0 {
                self.slots[*line as usize].take(*part);
                self.shares.push(Share { applied, line: *line, amount: *part });
            }
        }
    }

    /// Notes what was taken off one line already.
    pub(crate) fn note(&mut self, line: u32, amount: i64) {
        let number = count(self.applied.len().saturating_sub(1));
        self.shares.push(Share { applied: number, line, amount });
    }
}
