//! Lines become orders: rows of the same group are one order.
//!
//! What always holds: an order with a row that cannot be read is left out as a whole, and so is one that may lack a
//! row of which nobody can tell the order ([`super::stray`]). Every row of the lines' table is used, counted
//! elsewhere, told, or of an order that was left out; the counts say how many are which.

use super::{
    above::{Above, Cells, Columns},
    bad::{Bad, BadCode, Fault},
    cells::Joined,
    files::{Found, ReadError},
    group::{Together, digest},
    groups::Groups,
    hand_over::{HandOver, Outcome},
    lost::{Lost, Says},
    no_line::NoLine,
    parts::{PART_ROWS, Part, Told},
    roles::{Roles, RowLine, SameId, Take},
    states::States,
    stray::{Known, Room, Stray, guessed, named, texts},
    table::{Row, Table},
};
use crate::plan::Plan;
use std::collections::{BTreeMap, BTreeSet};

/// The orders so far.
pub(super) struct Gather<'p, R: Roles> {
    plan: &'p Plan,
    tables: &'p [Table],
    roles: &'p R,
    columns: Columns,
    groups: Groups<R>,
    over: HandOver<'p, R>,
    above: Above,
    /// What the nearest row above says of its order, and which that is.
    nearest: Option<(usize, Cells)>,
    strays: Vec<Stray>,
    room: Room,
    /// How many of the last of them stand right above.
    waiting: usize,
    /// Rows of the file that is read.
    ordinal: u64,
    several: bool,
    states: States<'p>,
}

impl<'p, R: Roles> Gather<'p, R> {
    /// With `files` of lines.
    pub fn new(plan: &'p Plan, tables: &'p [Table], roles: &'p R, files: usize) -> Self {
        let (of_order, of_line) = roles.states();
        Self {
            plan,
            tables,
            roles,
            states: States::new(of_order, of_line),
            columns: Columns::new(roles),
            groups: Groups::default(),
            over: HandOver::new(plan, tables, roles),
            above: Above::default(),
            nearest: None,
            strays: Vec::new(),
            room: Room::default(),
            waiting: 0,
            ordinal: 0,
            several: files > 1,
        }
    }

    /// A file of lines begins: what stands above its first row is not told.
    pub fn begin_file(&mut self, file: usize) {
        self.over.files.order.push(file);
        (self.ordinal, self.nearest, self.waiting) = (0, None, 0);
    }

    /// A file of lines was read to its end.
    pub fn end_file(&mut self, file: usize) {
        let rows = &mut self.over.files.rows;
        if rows.len() <= file {
            rows.resize(file + 1, 0);
        }
        rows[file] = self.ordinal;
    }

    /// Takes a row of the line table.
    pub fn take(&mut self, row: &Row, bad: &mut Bad<'_>) {
        let filled = self.above.fill(row, &self.columns);
        let joined = Joined::follow(self.plan, self.tables, &filled);
        match self.grouped(&joined, &filled, bad) {
            Some(group) => self.add(group, &joined, &filled, bad),
            None => self.ordinal += 1,
        }
    }

    /// Takes a row of a table in which the rows of an order stand together: the order before it is handed
    /// over, and only the digests of their groups are kept.
    pub fn take_together(
        &mut self,
        row: &Row,
        digests: &mut Together,
        found: &Found,
        bad: &mut Bad<'_>,
        take: Take<'_, R::Order>,
    ) -> Result<(), ReadError> {
        let filled = self.above.fill(row, &self.columns);
        let joined = Joined::follow(self.plan, self.tables, &filled);
        let Some(group) = self.grouped(&joined, &filled, bad) else {
            self.ordinal += 1;
            return Ok(());
        };
        if digests.current.as_ref() != Some(&group) {
            self.hand_over(End::OfOrder, bad, take)?;
            if !digests.seen.insert(digest(&group)) {
                let file = found.name(row.at.file).to_owned();
                return Err(ReadError::Scattered { file, row: row.at.row });
            }
            digests.current = Some(group.clone());
        }
        self.add(group, &joined, &filled, bad);
        Ok(())
    }

    /// The order that a row says it is of. A row that does not say it is told and kept among the strays.
    fn grouped(&mut self, joined: &Joined<'_>, row: &Row, bad: &mut Bad<'_>) -> Option<String> {
        let group = joined.group(self.roles.group());
        let fault = match (group, row.is_loose()) {
            (Ok(group), false) => return Some(group),
            (Ok(_), true) => joined.line_fault()?,
            (Err(fault), _) => joined.line_fault().unwrap_or(fault),
        };
        self.stray(joined, row, &fault);
        if fault.at != row.at {
            self.over.counts.of_orders_left_out += 1;
        }
        bad.add(fault);
        None
    }

    fn stray(&mut self, joined: &Joined<'_>, row: &Row, fault: &Fault) {
        let damage = row.damage.as_deref();
        let cells = damage.map(|damage| &*damage.loose).unwrap_or_default();
        let loose: BTreeSet<String> = cells.iter().flat_map(|cell| texts(cell)).collect();
        let torn = fault.code != BadCode::FieldCount || cells.iter().any(|cell| cell.contains('\n'));
        let (shop_id, _, placed_at) = self.roles.try_names(joined);
        let mut stray = Stray {
            at: row.at,
            ordinal: self.ordinal,
            code: fault.code,
            swallows: !loose.is_empty() && torn,
            cells: self.columns.cells(row),
            shop_id,
            placed_at: placed_at.filter(|_| loose.is_empty()),
            customer_id: self.roles.try_customer(joined).filter(|_| loose.is_empty()),
            goods: self.roles.try_goods(joined).filter(|_| loose.is_empty()),
            loose,
            orders: BTreeSet::new(),
            near: BTreeSet::new(),
            known: Known::Not,
            is_old: false,
        };
        if let Some((group, above)) = &self.nearest {
            if stray.may_follow(above, &self.columns) {
                stray.orders.insert(*group);
            }
            if stray.may_hide(above, &self.columns) {
                stray.near.insert(*group);
            }
        }
        if self.room.takes(stray.bytes()) {
            self.strays.push(stray);
            self.waiting += 1;
        } else {
            for group in std::mem::take(&mut stray.orders) {
                self.groups.open(group).leave_out(stray.lost());
                stray.known = stray.known.max(Known::Guessed);
            }
            self.over.count_stray(&stray);
        }
    }

    fn add(&mut self, group: String, joined: &Joined<'_>, row: &Row, bad: &mut Bad<'_>) {
        let at = self.groups.number(group, row.at);
        self.look_back(at, row);
        let ordinal = self.ordinal;
        self.ordinal += 1;
        if self.groups.open(at).is_too_long() {
            self.over.counts.of_orders_left_out += 1;
            return;
        }
        if let Err(fault) = self.try_add(at, joined, row, ordinal) {
            self.over.counts.of_orders_left_out += u64::from(fault.at != row.at);
            let group = self.groups.open(at);
            let says = self.roles.try_goods(joined).map_or(Says::Nothing, Says::Goods);
            let (at, code, file) = (fault.at, fault.code, row.at.file);
            let out = group.leave_out(Lost { at, code, file, ordinal, says });
            let (shop_id, order_id, placed_at) = self.roles.try_names(joined);
            out.shop_id = out.shop_id.take().or(shop_id);
            out.order_id = out.order_id.take().or(order_id);
            out.placed_at = out.placed_at.or(placed_at);
            let order = out.order_id.as_ref().map(ToString::to_string);
            bad.add_of(fault, order.as_deref());
        }
    }

    /// Rows right above that do not say their order may be of this one; it is the nearest for those that follow.
    fn look_back(&mut self, at: usize, row: &Row) {
        let count = self.strays.len();
        if self.waiting > 0 {
            let cells = self.columns.cells(row);
            for stray in &mut self.strays[count - self.waiting..] {
                if stray.may_hide(&cells, &self.columns) {
                    stray.near.insert(at);
                }
                if stray.leads(&cells, &self.columns) {
                    stray.orders.insert(at);
                }
            }
            self.waiting = 0;
        }
        match &mut self.nearest {
            Some((group, _)) if *group == at => {}
            nearest => *nearest = Some((at, self.columns.cells(row))),
        }
    }

    fn try_add(&mut self, at: usize, joined: &Joined<'_>, row: &Row, ordinal: u64) -> Result<(), Fault> {
        let group = self.groups.open(at);
        let new = group.parts.last().is_none_or(|part| part.at.file != row.at.file);
        let before = group.parts.last().map_or(0, |part| part.last);
        if !new && let Some(part) = group.parts.last_mut() {
            part.extend(ordinal);
        }
        if let Some(fault) = joined.line_fault() {
            return Err(fault);
        }
        let head = self.roles.head(joined)?;
        let line = self.roles.line(joined)?;
        let id = self.roles.line_id(joined)?.map(String::into_boxed_str);
        self.states.count(joined, new);
        if let Some(doubt) = joined.take_doubt() {
            group.doubt.get_or_insert_with(|| Box::new(doubt));
        }
        if new {
            group.parts.push(Part::new(head, row.at, ordinal));
        } else if let Some(part) = group.parts.last()
            && let Some(value) = self.roles.differs(&part.head, &head)
        {
            return Err(Fault { at: row.at, ..joined.wrong(value, BadCode::DiffersInOrder) });
        }
        let part = group.parts.last_mut().expect("there is one of this file");
        let rows = &mut part.rows;
        if rows.len() == PART_ROWS {
            return Err(Fault { at: row.at, ..joined.wrong(self.roles.id(), BadCode::TooManyLines) });
        }
        let told = Told { at: row.at, whole: row.whole, id, line };
        let known = told.id.as_ref().and_then(|id| rows.iter_mut().find(|row| row.id.as_ref() == Some(id)));
        match (known, &told.line) {
            // Where files are put together by ids, no units of one are what there is of it.
            (None, RowLine::Nothing(..)) if told.id.is_none() => group.nothing.extend(told.no_units()),
            (Some(_), RowLine::Nothing(..)) => group.nothing.extend(told.no_units()),
            (None, _) => part.push(told, before + 1 == ordinal),
            (Some(known), _) if matches!(known.line, RowLine::Nothing(..)) => {
                group.nothing.extend(std::mem::replace(known, told).no_units());
            }
            (Some(known), line) if self.roles.same_id() == SameId::OneLine && known.line == *line => {
                self.over.counts.repeated += 1;
            }
            (Some(_), _) => {
                let code = BadCode::DuplicateLine;
                let fault = self.roles.line_id_value().map(|value| joined.wrong(value, code));
                let (column, value) = (String::new(), String::new());
                return Err(fault.unwrap_or(Fault { at: row.at, column, value, code }));
            }
        }
        Ok(())
    }

    /// Hands the orders over that are whole, when every row was read.
    pub fn hand_over_all(&mut self, bad: &mut Bad<'_>, take: Take<'_, R::Order>) -> Result<(), ReadError> {
        self.hand_over(End::OfFiles, bad, take)
    }

    /// Hands the whole orders over. An id that stands twice in a shop is kept for the first of them.
    fn hand_over(&mut self, end: End, bad: &mut Bad<'_>, take: Take<'_, R::Order>) -> Result<(), ReadError> {
        self.settle_strays(end);
        self.above.forget();
        self.nearest = None;
        if self.several {
            let (mut scattered, mut repeats) = (false, false);
            self.groups.each(&mut |_, group| {
                scattered = scattered || group.parts.iter().any(|part| !part.is_together());
                repeats = repeats || group.parts.iter().any(Part::repeats_itself);
            });
            (self.over.files.scattered, self.over.files.repeats) = (scattered, repeats);
        }
        for group in self.groups.take() {
            self.over.hand_over(group, bad, take)?;
        }
        Ok(())
    }

    /// Finds the orders that strays may be of. In a table whose orders stand together a stray is of the order before
    /// it or of the one behind, so it is kept until that one is handed over too.
    fn settle_strays(&mut self, end: End) {
        let mut strays = std::mem::take(&mut self.strays);
        self.room = Room::default();
        for (stray, orders) in named(&strays, &self.groups, self.roles.group().len()) {
            strays[stray].orders.extend(orders);
            strays[stray].known = Known::Named;
        }
        let guessed = if end == End::OfFiles {
            guessed(self.roles, &self.groups, &mut strays)
        } else {
            BTreeMap::new()
        };
        for (index, mut stray) in strays.into_iter().enumerate() {
            // It may be of none of these.
            for &group in guessed.get(&index).into_iter().flatten() {
                self.groups.open(group).leave_out(stray.lost());
            }
            for group in std::mem::take(&mut stray.orders) {
                let out = self.groups.open(group).leave_out(stray.lost());
                out.placed_at = out.placed_at.into_iter().chain(stray.placed_at).min();
                stray.known = stray.known.max(Known::Guessed);
            }
            if end == End::OfOrder && !stray.is_old {
                stray.is_old = true;
                self.room.takes(stray.bytes());
                self.strays.push(stray);
            } else {
                self.over.count_stray(&stray);
            }
        }
    }

    /// Names a row of a joined table that no line leads to.
    pub fn miss(&mut self, row: NoLine, bad: &mut Bad<'_>) {
        self.over.miss(row, bad);
    }

    /// Everything was read and handed over.
    pub fn finish(self, bad: &mut Bad<'_>) -> Outcome {
        let unknown_states = self.states.finish(self.plan);
        self.over.finish(unknown_states, bad)
    }
}

/// How far the rows have been read when orders are handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// The next order begins.
    OfOrder,
    /// No row is left.
    OfFiles,
}
