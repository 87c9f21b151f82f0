//! Order promotions, by priority, then campaign id; each works on what the earlier ones left. The highest
//! tier that is reached counts, or the saving comes for every full amount. Of a group only the first that
//! applies is taken.

use super::{
    inputs::{Inputs, Verdicts},
    lacking::lacking,
};
use crate::{
    cart::Cart,
    compile::{Order, Step},
    head::Reach,
    index::{Hits, UNKNOWN, Wanted},
    needs::Needs,
    quote::{AdjustmentKind, Funder},
    reasons::{Left, Near, Watch},
    stacking::What,
    work::{Cause, Source, Work},
};
use domain::Code;

pub(super) fn run<W: Watch>(inputs: Inputs<'_>, work: &mut Work, hits: &mut Hits, watch: &mut W) {
    let rules = inputs.rules;
    if rules.order_index.is_empty() {
        return;
    }
    let verdicts = Verdicts::of(What::OrderPromotion, inputs.cart);
    let mut open = std::mem::take(&mut work.open);
    open.clear();
    let lines = work.lines.iter().zip(0_u32..);
    open.extend(lines.filter(|(line, _)| verdicts.on(line.class).is_ok()).map(|(_, at)| at));
    // Kept as amounts come off, and not summed up again for each promotion: all of them come off open lines.
    let mut of_open = sum(work, &open);
    let wanted = if W::ON { Wanted::Every } else { Wanted::Reached(of_open, &work.segments) };
    rules.order_index.gather(&work.lines, wanted, hits);
    work.groups.clear();
    work.groups.resize(rules.groups, false);
    let mut chosen = std::mem::take(&mut work.chosen);
    let mut groups = Groups::default();
    for place in 0..hits.found.len() {
        let number = hits.found[place];
        let rule = &rules.orders[number as usize];
        chosen.clear();
        hits.take_lines(number, &mut chosen);
        if let Some(code) = rule.head.unmet(inputs.cart, work.stand_now()) {
            if W::ON && covers_any(work, rule) {
                watch.left(left(number, code));
            }
            continue;
        }
        let (lines, base) = match cover(work, rule, verdicts, &open, &mut chosen) {
            Ok(Covered::Open) => (&open, of_open),
            Ok(Covered::Chosen) => (&chosen, sum(work, &chosen)),
            Err(Some(code)) => {
                watch.left(left(number, code));
                continue;
            }
            Err(None) => continue,
        };
        let asked =
            Asked { number, rule, cart: inputs.cart, base, lacks: lacking(rule.needs, inputs, work, lines) };
        of_open -= apply(work, asked, lines, &mut groups, watch);
    }
    if W::ON {
        groups.say(watch);
    }
    (work.open, work.chosen) = (open, chosen);
}

/// What lines count toward a threshold.
fn sum(work: &Work, lines: &[u32]) -> i64 {
    lines.iter().map(|line| work.slots[*line as usize].base).sum()
}

const fn left(number: u32, code: Code) -> Left {
    Left::new(Source::Order(number), AdjustmentKind::OrderPromotion, code)
}

/// Whether a rule is about any line; the index has found the listed ones by a line of theirs.
fn covers_any(work: &Work, rule: &Order) -> bool {
    match rule.head.reach {
        Reach::Listed | Reach::All => true,
        Reach::Except(_) => work.lines.iter().any(|line| rule.head.reach.covers(line)),
    }
}

/// Which lines a rule works on.
enum Covered {
    /// All that the stacking table leaves to order promotions.
    Open,
    /// Those in `chosen`.
    Chosen,
}

/// The lines that a rule covers and the stacking table lets it have: in `chosen`, where the index has
/// put those that it names. Without any, why: the table's code, or nothing where no line is covered.
fn cover(
    work: &Work,
    rule: &Order,
    verdicts: Verdicts,
    open: &[u32],
    chosen: &mut Vec<u32>,
) -> Result<Covered, Option<Code>> {
    match &rule.head.reach {
        Reach::Listed => {}
        Reach::All if !open.is_empty() && !rule.undiscounted => return Ok(Covered::Open),
        reach @ (Reach::All | Reach::Except(_)) => {
            let lines = work.lines.iter().zip(0_u32..);
            chosen.extend(lines.filter(|(line, _)| reach.covers(line)).map(|(_, at)| at));
        }
    }
    if open.len() < work.lines.len() {
        let first = chosen.first().map(|line| work.lines[*line as usize].class);
        chosen.retain(|line| verdicts.on(work.lines[*line as usize].class).is_ok());
        if chosen.is_empty() {
            return Err(first.and_then(|class| verdicts.on(class).err()));
        }
    }
    if rule.undiscounted && !chosen.is_empty() {
        chosen.retain(|line| !work.discounted[*line as usize]);
        if chosen.is_empty() {
            return Err(Some(Code::Discounted));
        }
    }
    if chosen.is_empty() { Err(None) } else { Ok(Covered::Chosen) }
}

/// A promotion, what its lines count, and what they lack.
#[derive(Clone, Copy)]
struct Asked<'a> {
    number: u32,
    rule: &'a Order,
    cart: &'a Cart,
    base: i64,
    lacks: Needs,
}

/// Takes off what a promotion gives on its lines. Says how much that was.
fn apply<W: Watch>(
    work: &mut Work,
    asked: Asked<'_>,
    lines: &[u32],
    groups: &mut Groups,
    watch: &mut W,
) -> i64 {
    let Asked { number, rule, base, lacks, .. } = asked;
    let reached = rule.tiers.partition_point(|tier| tier.spend <= base);
    let Some(tier) = reached.checked_sub(1).and_then(|tier| rule.tiers.get(tier)) else {
        if W::ON {
            let shortfall = rule.tiers.first().map(|tier| tier.spend - base);
            watch.left(Left { base: Some(base), shortfall, lacks, ..left(number, Code::BelowThreshold) });
            groups.hint(rule, lines, 0, near(asked, 0, 0), watch);
        }
        return 0;
    };
    if !lacks.is_none() {
        if W::ON {
            watch.left(Left { base: Some(base), lacks, ..left(number, lacks.code()) });
            groups.hint(rule, lines, 0, Some(unlocked(asked, tier)), watch);
        }
        return 0;
    }
    if let Some(code) = rule.head.above(base) {
        watch.left(Left { base: Some(base), ..left(number, code) });
        return 0;
    }
    let taken_before = work.groups.get(rule.group as usize).copied().unwrap_or(false);
    if taken_before {
        watch.left(Left { base: Some(base), ..left(number, Code::NotStackable) });
        return 0;
    }
    let amount = if rule.every { tier.every(base) } else { tier.off(base) };
    if let Some(code) = rule.head.over_budget(asked.cart, amount) {
        watch.left(Left { base: Some(base), ..left(number, code) });
        return 0;
    }
    let (source, kind) = (Source::Order(number), AdjustmentKind::OrderPromotion);
    let cause = Cause { source, kind, funder: Funder::Merchant, base };
    let taken = work.take(amount, lines, cause);
    if taken == 0 {
        if W::ON {
            let floored = lines.iter().any(|line| work.lines[*line as usize].floor > 0);
            let code = if amount > 0 && floored { Code::PriceFloor } else { Code::NoSaving };
            watch.left(Left { base: Some(base), ..left(number, code) });
        }
        return 0;
    }
    if rule.group != UNKNOWN {
        work.groups[rule.group as usize] = true;
    }
    if W::ON {
        groups.hint(rule, lines, amount, near(asked, amount, reached), watch);
    }
    taken
}

/// What the next tier, or the next full amount, would save beyond what is saved now.
fn near(asked: Asked<'_>, saved: i64, reached: usize) -> Option<Near> {
    let Asked { number, rule, base, lacks, .. } = asked;
    let (spend, tier): (i64, &Step) = match (rule.tiers.get(reached), rule.tiers.last()) {
        (Some(next), _) => (next.spend, next),
        (None, Some(last)) if rule.every && last.spend > 0 => (base - base % last.spend + last.spend, last),
        (None, _) => return None,
    };
    let then = if rule.every { tier.every(spend) } else { tier.off(spend) };
    let (source, kind) = (Source::Order(number), AdjustmentKind::OrderPromotion);
    Some(Near { source, kind, base, shortfall: spend - base, lacks, saving: then - saved })
}

/// What the tier that is reached would save at least, once there are enough pieces.
fn unlocked(asked: Asked<'_>, tier: &Step) -> Near {
    let Asked { number, rule, base, lacks, .. } = asked;
    let saving = if rule.every { tier.every(base) } else { tier.off(base) };
    let (source, kind) = (Source::Order(number), AdjustmentKind::OrderPromotion);
    Near { source, kind, base, shortfall: 0, lacks, saving }
}

/// The promotions of groups, in their order: what is near is known when all of a group were looked at.
#[derive(Default)]
struct Groups {
    members: Vec<Member>,
}

/// A promotion of a group.
struct Member {
    group: u32,
    /// Its lines.
    lines: Vec<u32>,
    /// What it takes off now: of one group at most one does.
    saved: i64,
    /// What is missing to its first tier, where it takes nothing off.
    missing: i64,
    near: Option<Near>,
}

impl Groups {
    /// Says what is near of a promotion without a group; keeps it of others.
    fn hint<W: Watch>(&mut self, rule: &Order, lines: &[u32], saved: i64, near: Option<Near>, watch: &mut W) {
        if rule.group == UNKNOWN {
            if let Some(near) = near {
                watch.near(near);
            }
            return;
        }
        // Pieces that are missing may be any goods: nothing that a later one needs brings them along.
        let missing = near.map_or(0, |near| if near.lacks.is_none() { near.shortfall } else { i64::MAX });
        self.members.push(Member { group: rule.group, lines: lines.to_vec(), saved, missing, near });
    }

    /// Says what is near in each group: nothing that an earlier one of the group takes the place of, now or
    /// with what is missing; and of the rest what it saves beyond the one that it would displace.
    fn say<W: Watch>(&self, watch: &mut W) {
        for (place, member) in self.members.iter().enumerate() {
            let Some(near) = member.near else { continue };
            let of_group = |other: &&Member| other.group == member.group;
            let goes_before = |earlier: &Member| {
                let takes_all = || member.lines.iter().all(|line| earlier.lines.contains(line));
                earlier.saved > 0 || (earlier.missing <= near.shortfall && takes_all())
            };
            if self.members[..place].iter().filter(of_group).any(goes_before) {
                continue;
            }
            let displaced: i64 =
                self.members[place + 1..].iter().filter(of_group).map(|later| later.saved).sum();
            watch.near(Near { saving: near.saving - displaced, ..near });
        }
    }
}
