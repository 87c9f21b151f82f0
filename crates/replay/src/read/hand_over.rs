//! Orders of which every row was read are handed over, or left out with their reason.
//!
//! What always holds: an id that stands twice in a shop is handed over once. What is left out or in doubt leaves a gap.

use super::{
    bad::{Bad, BadCode, Fault, RowAt},
    cells::TimeDoubt,
    files::ReadError,
    gaps::Gaps,
    group::{Group, Out, digest},
    lost::Lost,
    newer,
    no_line::NoLine,
    parts::{Files, Merged, Part, Sayings, Told, merge},
    roles::{Roles, RowCounts, RowLine, Take},
    states::UnknownStates,
    stray::{Known, Stray},
    table::Table,
    twins::Twins,
};
use crate::plan::Plan;
use domain::{
    Instant, OrderId, ShopId,
    pool::{GapOrder, Missing, Since},
};
use std::collections::HashSet;

/// What became of the orders so far.
pub(super) struct HandOver<'p, R: Roles> {
    plan: &'p Plan,
    roles: &'p R,
    pub files: Files,
    pub counts: RowCounts,
    gaps: Gaps,
    twins: Twins,
    /// Digests of the orders that were handed over, 16 bytes each.
    seen: HashSet<u128>,
    left_out: u64,
    in_doubt: u64,
}

/// What reading the lines came to.
pub(super) struct Outcome {
    pub counts: RowCounts,
    pub left_out: u64,
    pub in_doubt: u64,
    pub gaps: Gaps,
    /// Files of which every row stands there several times.
    pub doubled: Vec<usize>,
    pub unknown_states: UnknownStates,
}

impl<'p, R: Roles> HandOver<'p, R> {
    pub fn new(plan: &'p Plan, tables: &[Table], roles: &'p R) -> Self {
        let mut gaps = Gaps::default();
        for (at, code) in tables.iter().flat_map(Table::lost) {
            gaps.add_row(*at, None, *code, None);
            gaps.add_unnamed(*at, None, Since::Always);
        }
        let (files, counts, seen) = (Files::default(), RowCounts::default(), HashSet::new());
        Self { plan, roles, files, counts, gaps, twins: Twins::default(), seen, left_out: 0, in_doubt: 0 }
    }

    /// Hands an order over that is whole. An id that stands twice in a shop is kept for the first of them.
    pub fn hand_over(
        &mut self,
        mut group: Group<R>,
        bad: &mut Bad<'_>,
        take: Take<'_, R::Order>,
    ) -> Result<(), ReadError> {
        self.make_up(&mut group, bad);
        if group.out.is_some() {
            self.leave_out(group, bad);
            return Ok(());
        }
        let Some(first) = group.parts.first() else { return Ok(()) };
        let (shop, id, placed_at) = self.roles.names(&first.head);
        let (shop, id, at) = (shop.clone(), id.clone(), group.at);
        let rows = group.rows();
        if !self.seen.insert(digest(&format!("{shop}\0{id}"))) {
            let column = self.roles.id().field.to_owned();
            let fault = Fault { at, column, value: id.to_string(), code: BadCode::DuplicateOrder };
            self.drop_order(fault, rows, (shop, id, placed_at), bad);
            return Ok(());
        }
        let mut parts = std::mem::take(&mut group.parts);
        let (told_again, doubt) = self.tell_once(&mut parts);
        let roles = self.roles;
        let says = Sayings {
            same_head: &|a, b| roles.differs(a, b).is_none(),
            goods: &|line: &RowLine<R::Line>| line.goods(R::sku).to_owned(),
        };
        let Some(merged) = merge(parts, &self.files, &says) else { return Ok(()) };
        let Merged { head, rows: lines, repeated, doubt: unsure, file, too_many, .. } = merged;
        let lines = group.without_units(lines);
        let built = if too_many {
            Err(self.too_many(at, &id))
        } else if lines.iter().any(|row| matches!(row.line, RowLine::Line(_))) {
            self.roles.build(self.plan, head, &lines)
        } else {
            let column = self.roles.id().field.to_owned();
            Err(Fault { at, column, value: id.to_string(), code: BadCode::NothingLeft })
        };
        match built {
            Ok(order) => {
                self.counts.used += lines.len() as u64;
                self.counts.repeated += repeated + told_again;
                let taken_off = |row: &&Told<RowLine<R::Line>>| matches!(&row.line, RowLine::Discount(of) if !of.is_closed);
                let discounts = lines.iter().filter(taken_off);
                self.counts.discounts += discounts.count() as u64;
                self.counts.without_units += group.nothing.len() as u64;
                for fault in group.nothing {
                    bad.note(fault, Some(id.as_str()));
                }
                if let Some(times) = group.doubt {
                    self.doubt_times(*times, (&shop, &id), bad);
                }
                if let Some(doubt) = doubt.or(unsure) {
                    self.doubt(doubt, (shop, id, placed_at), bad);
                }
                let of_file = lines.iter().map(|row| row.at).filter(|at| at.file == file);
                take(of_file.min().unwrap_or(at), order)
            }
            Err(fault) => {
                self.drop_order(fault, rows, (shop, id, placed_at), bad);
                Ok(())
            }
        }
    }

    /// What a newer file makes up for is named, and not missing.
    fn make_up(&mut self, group: &mut Group<R>, bad: &mut Bad<'_>) {
        let Some(newer) = newer::settle(group, &self.files) else { return };
        self.counts.repeated += newer.repeated;
        let Some(part) = group.parts.first() else { return };
        let (_, id, _) = self.roles.names(&part.head);
        for lost in newer.lost {
            bad.belongs_to(lost.at, id.as_str());
        }
    }

    /// Counts rows once that a file tells again. Answers how many were repeated, and the first.
    fn tell_once(&mut self, parts: &mut [Part<R::Head, RowLine<R::Line>>]) -> (u64, Option<RowAt>) {
        let (mut told_again, mut doubt) = (0, None);
        for part in parts {
            let (repeated, first) = part.tell_once();
            told_again += repeated;
            doubt = doubt.or(first);
            self.twins.count(part);
        }
        (told_again, doubt)
    }

    fn too_many(&self, at: RowAt, id: &OrderId) -> Fault {
        let column = self.roles.id().field.to_owned();
        Fault { at, column, value: id.to_string(), code: BadCode::TooManyLines }
    }

    /// Names an order that counts once although its rows may be units.
    fn doubt(&mut self, at: RowAt, names: (ShopId, OrderId, Instant), bad: &mut Bad<'_>) {
        let (shop, id, placed_at) = names;
        self.in_doubt += 1;
        let (code, column) = (BadCode::MaybeRepeated, self.roles.id().field.to_owned());
        bad.note(Fault { at, column, value: id.to_string(), code }, Some(id.as_str()));
        self.gaps.add_row(at, Some(&shop), code, Some(&id));
        self.gaps.add_order(at, Some(&shop), &id, Since::At(placed_at), Missing::Perhaps);
    }

    /// Names an order that counts at a time which its zone has twice or never.
    fn doubt_times(&mut self, doubt: TimeDoubt, (shop, id): (&ShopId, &OrderId), bad: &mut Bad<'_>) {
        let TimeDoubt { fault, since, until } = doubt;
        self.gaps.add_row(fault.at, Some(shop), fault.code, Some(id));
        let order = GapOrder { until: Some(until), ..GapOrder::new(Since::At(since), Missing::Perhaps) };
        self.gaps.add(fault.at, Some(shop), id, order);
        bad.note(fault, Some(id.as_str()));
    }

    /// Leaves an order out of which every row could be read.
    fn drop_order(&mut self, fault: Fault, rows: u64, names: (ShopId, OrderId, Instant), bad: &mut Bad<'_>) {
        let (shop, id, placed_at) = names;
        self.left_out += 1;
        self.counts.of_orders_left_out += rows.saturating_sub(1);
        self.gaps.add_row(fault.at, Some(&shop), fault.code, Some(&id));
        self.gaps.add_order(fault.at, Some(&shop), &id, Since::At(placed_at), Missing::Whole);
        bad.add_of(fault, Some(id.as_str()));
    }

    /// Leaves an order out of which a row cannot be read.
    fn leave_out(&mut self, mut group: Group<R>, bad: &mut Bad<'_>) {
        let rows = group.rows();
        let Some(out) = group.out.take() else { return };
        self.left_out += 1;
        self.counts.of_orders_left_out += rows;
        let Out { lost, mut shop_id, mut order_id, mut placed_at } = *out;
        if let Some(part) = group.parts.first() {
            let (shop, id, at) = self.roles.names(&part.head);
            (shop_id, order_id) = (Some(shop.clone()), Some(id.clone()));
            let heads = group.parts.iter().map(|part| self.roles.names(&part.head).2);
            placed_at = heads.chain(placed_at).min().or(Some(at));
        }
        let since = Since::new(placed_at);
        let first = lost.first().map_or(group.at, |lost| lost.at);
        let (shop, id) = (shop_id.as_ref(), order_id.as_ref());
        for Lost { at, code, .. } in lost {
            self.gaps.add_row(at, shop, code, id);
            if let Some(id) = id {
                bad.belongs_to(at, id.as_str());
            }
        }
        match id {
            Some(id) => self.gaps.add_order(first, shop, id, since, Missing::Whole),
            None => self.gaps.add_unnamed(first, shop, since),
        }
    }

    /// What a row leaves behind whose order nobody knows.
    pub fn count_stray(&mut self, stray: &Stray) {
        let shop = stray.shop_id.as_ref().filter(|_| stray.loose.is_empty());
        if stray.known == Known::Not {
            self.left_out += u64::from(!stray.loose.is_empty());
            self.gaps.add_row(stray.at, shop, stray.code, None);
        }
        // What only looks like its order may not be: something without a name stays missing.
        if stray.known != Known::Named {
            self.gaps.add_unnamed(stray.at, shop, Since::new(stray.placed_at));
        }
        if stray.swallows {
            self.gaps.add_unnamed(stray.at, None, Since::Always);
        }
    }

    /// Names a row of a joined table that no line leads to, and what is missing with it.
    pub fn miss(&mut self, row: NoLine, bad: &mut Bad<'_>) {
        let NoLine { fault, shop_id, order_id, placed_at } = row;
        let (at, shop, since) = (fault.at, shop_id.as_ref(), Since::new(placed_at));
        self.left_out += 1;
        self.gaps.add_row(at, shop, fault.code, order_id.as_ref());
        match &order_id {
            Some(id) => self.gaps.add_order(at, shop, id, since, Missing::Whole),
            None => self.gaps.add_unnamed(at, shop, since),
        }
        bad.add_of(fault, order_id.as_ref().map(OrderId::as_str));
    }

    /// Everything was read and handed over.
    pub fn finish(mut self, unknown_states: UnknownStates, bad: &mut Bad<'_>) -> Outcome {
        for (at, code) in bad.files_in_doubt() {
            self.gaps.add_row(*at, None, *code, None);
            self.gaps.add_unnamed(*at, None, Since::Always);
        }
        self.counts.read = self.files.rows.iter().sum();
        self.counts.bad = bad.line_rows();
        let doubled = self.twins.found();
        for (at, times) in &doubled {
            let code = BadCode::MaybeDoubled;
            bad.note(Fault { at: *at, column: "all columns".into(), value: times.to_string(), code }, None);
            self.gaps.add_row(*at, None, code, None);
            self.gaps.add_unnamed(*at, None, Since::Always);
        }
        let doubled = doubled.into_iter().map(|(at, _)| at.file).collect();
        let Self { counts, left_out, in_doubt, gaps, .. } = self;
        let told =
            counts.used + counts.repeated + counts.without_units + counts.bad + counts.of_orders_left_out;
        debug_assert_eq!(counts.read, told, "every row is used or told: {counts:?}");
        Outcome { counts, left_out, in_doubt, gaps, doubled, unknown_states }
    }
}
