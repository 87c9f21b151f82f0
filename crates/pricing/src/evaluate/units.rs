//! Unit promotions, by priority, then campaign id. A unit serves in one of them, bought or with the benefit, unless the
//! promotion stacks; what comes off is reckoned on its price after item promotions. None takes a unit under its floor.

use super::{
    inputs::{Inputs, Verdicts},
    lacking::lacking,
};
use crate::{
    index::{Hits, UNKNOWN, Wanted},
    needs::Needs,
    quote::{AdjustmentKind, Funder},
    reasons::{Left, Near, Watch},
    slots::{self, Slot},
    stacking::What,
    units::{Counts, Cut, Demand, Off, Room, Runs, Taken, UnitRoom, Units, take},
    work::{Applied, Source, Work},
};
use domain::Code;

pub(super) fn run<W: Watch>(inputs: Inputs<'_>, work: &mut Work, hits: &mut Hits, watch: &mut W) {
    let rules = inputs.rules;
    if rules.unit_index.is_empty() {
        return;
    }
    let verdicts = Verdicts::of(What::UnitPromotion, inputs.cart);
    let sum = work.slots.iter().map(|slot| slot.base).sum();
    let wanted = if W::ON { Wanted::Every } else { Wanted::Reached(sum, &work.segments) };
    rules.unit_index.gather(&work.lines, wanted, hits);
    if hits.found.is_empty() {
        return;
    }
    let mut room = std::mem::take(&mut work.units);
    let lines = work.lines.iter().zip(0_u32..);
    let open = lines.filter(|(line, _)| verdicts.on(line.class).is_ok()).map(|(_, at)| at);
    room.runs.fill(&work.lines, &work.slots, open);
    room.groups.clear();
    room.groups.resize(rules.unit_groups, false);
    for place in 0..hits.found.len() {
        let number = hits.found[place];
        let rule = &rules.units[number as usize];
        room.lines.clear();
        hits.take_lines(number, &mut room.lines);
        if let Some(why) = (Layer { inputs, work, room: &mut room, number, rule }).apply(verdicts, watch) {
            watch.left(why);
        }
    }
    for share in &work.shares {
        if matches!(work.applied[share.applied as usize].source, Source::Units(_)) {
            work.discounted[share.line as usize] = true;
        }
    }
    work.units = room;
}

/// One promotion at work.
struct Layer<'a> {
    inputs: Inputs<'a>,
    work: &'a mut Work,
    room: &'a mut UnitRoom,
    number: u32,
    rule: &'a Units,
}

impl Layer<'_> {
    fn left(&self, code: Code) -> Left {
        Left::new(Source::Units(self.number), AdjustmentKind::UnitPromotion, code)
    }

    /// Applies the promotion; else says why it was left, where there is anything to say.
    fn apply<W: Watch>(mut self, verdicts: Verdicts, watch: &mut W) -> Option<Left> {
        if let Err(why) = self.cover(verdicts) {
            return why.map(|code| self.left(code));
        }
        if let Some(code) = self.rule.head.unmet(self.inputs.cart, self.work.stand_now()) {
            return Some(self.left(code));
        }
        if self.room.groups.get(self.rule.group as usize).copied().unwrap_or(false) {
            return Some(self.left(Code::NotStackable));
        }
        let base = self.base();
        let lacks = lacking(self.rule.needs, self.inputs, self.work, &self.room.lines);
        let short = (self.rule.spend - base).max(0);
        if short > 0 || !lacks.is_none() {
            self.hint(watch, base, short, lacks);
            let code = if short > 0 { Code::BelowThreshold } else { lacks.code() };
            let shortfall = (short > 0).then_some(short);
            return Some(Left { base: Some(base), shortfall, lacks, ..self.left(code) });
        }
        if let Some(code) = self.rule.head.above(base) {
            return Some(Left { base: Some(base), ..self.left(code) });
        }
        let (groups, counts) = self.groups(verdicts);
        if groups == 0 {
            return Some(self.too_few(watch, base, &counts));
        }
        let taken = self.serve(groups, base);
        if W::ON && taken.is_ok() {
            self.next(watch, base, groups, &counts);
        }
        taken.err().map(|code| Left { base: Some(base), ..self.left(code) })
    }

    /// Keeps the lines of the scope that it may have; the index has named the listed ones. Without any, why.
    fn cover(&mut self, verdicts: Verdicts) -> Result<(), Option<Code>> {
        let (work, rule) = (&*self.work, self.rule);
        let reach = &rule.head.reach;
        let lines = work.lines.iter().zip(0_u32..);
        self.room.lines.extend(lines.filter(|(line, _)| reach.covers(line)).map(|(_, at)| at));
        let first = self.room.lines.first().map(|line| work.lines[*line as usize].class);
        let Some(first) = first else { return Err(None) };
        self.room.lines.retain(|line| verdicts.on(work.lines[*line as usize].class).is_ok());
        if self.room.lines.is_empty() {
            return Err(verdicts.on(first).err());
        }
        if let Some(scope) = &rule.scope {
            self.room.lines.retain(|line| scope.name(&work.lines[*line as usize]));
            if self.room.lines.is_empty() {
                return Ok(());
            }
        }
        if rule.undiscounted {
            self.room.lines.retain(|line| !work.discounted[*line as usize]);
        }
        if self.room.lines.is_empty() { Err(Some(Code::Discounted)) } else { Ok(()) }
    }

    fn base(&self) -> i64 {
        self.room.lines.iter().map(|line| self.work.slots[*line as usize].base).sum()
    }

    /// Which units are there for it: full groups, and the units by what they would do for.
    fn groups(&mut self, verdicts: Verdicts) -> (i64, Counts) {
        let (rule, work) = (self.rule, &*self.work);
        let UnitRoom { sets, lines, runs, fresh, .. } = &mut *self.room;
        let of_scope = rule.goods.iter().enumerate().filter(|(_, goods)| goods.is_none());
        let of_scope = of_scope.fold(1_u8, |set, (part, _)| set | 2 << part);
        sets.clear();
        sets.resize(work.lines.len(), 0);
        for line in &*lines {
            sets[*line as usize] = of_scope;
        }
        if !rule.is_of_scope() {
            for (line, set) in work.lines.iter().zip(sets.iter_mut()) {
                if verdicts.on(line.class).is_ok() {
                    *set |= rule.parts(line);
                }
            }
        }
        if rule.stacks {
            fresh.fill(
                &work.lines,
                &work.slots,
                (0..).zip(&*sets).filter(|(_, set)| **set != 0).map(|(at, _)| at),
            );
        }
        let runs = if rule.stacks { &*fresh } else { &*runs };
        let mut counts = Counts::none(rule.demand);
        for run in &runs.all {
            counts.add(usize::from(sets[run.line as usize]), run.count);
        }
        let most = if rule.all { 1 } else { rule.most };
        (rule.demand.groups(&counts).min(most), counts)
    }

    /// Why there is no group; says what is near.
    fn too_few<W: Watch>(&mut self, watch: &mut W, base: i64, counts: &Counts) -> Left {
        let mut whole = Counts::none(self.rule.demand);
        for (line, set) in self.work.lines.iter().zip(&self.room.sets) {
            whole.add(usize::from(*set), line.quantity);
        }
        if self.rule.demand.missing(1, &whole) == 0 {
            return Left { base: Some(base), ..self.left(Code::UnitsUsed) };
        }
        let lacks = Needs { pieces: self.rule.demand.missing(1, counts), goods: 0 };
        self.hint(watch, base, 0, lacks);
        Left { base: Some(base), lacks, ..self.left(Code::BelowQuantity) }
    }

    /// Says what one more group would take.
    fn next<W: Watch>(&self, watch: &mut W, base: i64, groups: i64, counts: &Counts) {
        if !self.rule.all && groups < self.rule.most {
            let pieces = self.rule.demand.missing(groups + 1, counts);
            self.hint(watch, base, 0, Needs { pieces, goods: 0 });
        }
    }

    /// What would come off a group of units that cost as the cheapest of the scope.
    fn hint<W: Watch>(&self, watch: &mut W, base: i64, shortfall: i64, lacks: Needs) {
        if !W::ON || (shortfall == 0 && lacks.is_none()) {
            return;
        }
        let rule = self.rule;
        let of_scope = self.room.runs.all.iter().filter(|run| self.room.lines.contains(&run.line));
        let Some(price) = of_scope.map(|run| run.price).min() else { return };
        let in_scope = || self.room.lines.iter().map(|line| self.work.lines[*line as usize].quantity).sum();
        let given: i64 = if rule.all { rule.most.min(in_scope()) } else { rule.demand.of_scope().units() };
        let saving = match rule.off {
            Off::Group(most) => price * rule.demand.units() - most,
            Off::Percent(_) => rule.off.of_unit(price * given, false),
            off => off.of_unit(price, true) + off.of_unit(price, false) * (given - 1),
        };
        let (source, kind) = (Source::Units(self.number), AdjustmentKind::UnitPromotion);
        watch.near(Near { source, kind, base, shortfall, lacks, saving });
    }

    /// Takes the units of so many groups, and what comes off them.
    fn serve(&mut self, groups: i64, base: i64) -> Result<(), Code> {
        let saves = self.pick(groups);
        self.cut(saves);
        let taken = self.take(base);
        let (rule, room) = (self.rule, &mut *self.room);
        if let Err(code) = taken {
            for taken in room.bought.iter().chain(&room.given).filter(|_| !rule.stacks) {
                room.runs.all[taken.run].count += taken.units;
            }
            return Err(code);
        }
        if rule.group != UNKNOWN {
            room.groups[rule.group as usize] = true;
        }
        Ok(())
    }

    /// Which units are bought and which get the benefit; of a group's price, what it saves.
    fn pick(&mut self, groups: i64) -> i64 {
        let rule = self.rule;
        let UnitRoom { sets, runs, fresh, bought, given, .. } = &mut *self.room;
        let runs = if rule.stacks { fresh } else { runs };
        bought.clear();
        given.clear();
        let set = |line: u32| usize::from(sets[line as usize]);
        let demand = rule.demand;
        if let Off::Group(price) = rule.off {
            return whole_groups(runs, demand, price, groups, set, given);
        }
        let wanted = if rule.all { rule.most } else { groups.saturating_mul(demand.of_scope().units()) };
        take(runs, rule.dearest, 1, set, Room::Leaving(demand.bought(), groups, wanted), given);
        if demand.bought().units() > 0 {
            take(runs, true, !1, set, Room::Filling(demand.bought(), groups), bought);
        }
        0
    }

    /// Adds up by line what the units with the benefit cost and what comes off them.
    fn cut(&mut self, saves: i64) {
        let rule = self.rule;
        let UnitRoom { bought, given, cuts, .. } = &mut *self.room;
        cuts.clear();
        let too = if rule.buy_too { &bought[..] } else { &[] };
        let mut first = true;
        for taken in given.iter().chain(too) {
            let at = cuts.iter().position(|cut| cut.line == taken.line).unwrap_or_else(|| {
                cuts.push(Cut { line: taken.line, ..Cut::default() });
                cuts.len() - 1
            });
            let cut = &mut cuts[at];
            cut.units += taken.units;
            cut.base += taken.price * taken.units;
            if !matches!(rule.off, Off::Percent(_)) {
                let further = rule.off.of_unit(taken.price, false);
                cut.off += further * taken.units;
                if std::mem::take(&mut first) {
                    cut.off += rule.off.of_unit(taken.price, true) - further;
                }
            }
        }
        if let Off::Percent(_) = rule.off {
            for cut in cuts.iter_mut() {
                cut.off = rule.off.of_unit(cut.base, false);
            }
        }
        cuts.sort_unstable_by_key(|cut| cut.line);
        if let Off::Group(_) = rule.off {
            self.share(saves);
        }
    }

    /// What may come off these units of a line: nothing under the floor.
    fn room_of(work: &Work, cut: Cut) -> i64 {
        let line = &work.lines[cut.line as usize];
        let floor = line.floor / line.quantity * cut.units;
        (cut.base - floor).clamp(0, work.slots[cut.line as usize].room.max(0))
    }

    /// Splits what groups save over their units by what these cost (A-G-5).
    fn share(&mut self, saves: i64) {
        let work = &*self.work;
        let UnitRoom { cuts, parts, slots, split, .. } = &mut *self.room;
        slots.clear();
        slots.extend(cuts.iter().map(|cut| Slot { base: cut.base, room: Self::room_of(work, *cut) }));
        let places: Vec<u32> = (0..).take(cuts.len()).collect();
        slots::split_in(split, saves, &places, slots, false, parts);
        for (cut, part) in cuts.iter_mut().zip(parts) {
            cut.off = *part;
        }
        // What no line has room for is said to be lost.
        let lost = saves - cuts.iter().map(|cut| cut.off).sum::<i64>();
        if let Some(cut) = cuts.first_mut() {
            cut.off += lost;
        }
    }

    /// Takes it off the lines.
    fn take(&mut self, base: i64) -> Result<(), Code> {
        let (work, cuts) = (&mut *self.work, &mut self.room.cuts);
        let wished: i64 = cuts.iter().map(|cut| cut.off).sum();
        for cut in &mut *cuts {
            cut.off = cut.off.min(Self::room_of(work, *cut));
        }
        let amount: i64 = cuts.iter().map(|cut| cut.off).sum();
        if let Some(code) = self.rule.head.over_budget(self.inputs.cart, amount) {
            return Err(code);
        }
        if amount <= 0 {
            return Err(if wished > 0 { Code::PriceFloor } else { Code::NoSaving });
        }
        let (source, kind) = (Source::Units(self.number), AdjustmentKind::UnitPromotion);
        let lost = wished - amount;
        work.applied.push(Applied { source, kind, funder: Funder::Merchant, amount, base, lost });
        for cut in cuts.iter().filter(|cut| cut.off > 0) {
            work.slots[cut.line as usize].take(cut.off);
            work.note(cut.line, cut.off);
            work.unit_prices.push((cut.line, (cut.base - cut.off) / cut.units));
        }
        Ok(())
    }
}

/// Takes the dearest units for as many groups as each save something, and says what all of them do: the next group is
/// never dearer than the one before.
fn whole_groups(
    runs: &mut Runs,
    demand: Demand,
    price: i64,
    groups: i64,
    set: impl Fn(u32) -> usize + Copy,
    given: &mut Vec<Taken>,
) -> i64 {
    let mut cost = |groups: i64, runs: &mut Runs, keep: bool| {
        given.clear();
        take(runs, true, usize::MAX, set, Room::Filling(demand, groups), given);
        if !keep {
            for taken in &*given {
                runs.all[taken.run].count += taken.units;
            }
        }
        given.iter().map(|taken| taken.price * taken.units).sum::<i64>()
    };
    let (mut sure, mut most) = (0, groups);
    while sure < most {
        let tried = sure + (most - sure + 1) / 2;
        if cost(tried, runs, false) - cost(tried - 1, runs, false) > price {
            sure = tried;
        } else {
            most = tried - 1;
        }
    }
    cost(sure, runs, true) - price.saturating_mul(sure)
}
