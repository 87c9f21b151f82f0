//! Lines become orders: rows of the same group are one order.
//!
//! What always holds: an order with a row that cannot be read is left out as a whole. Only a row of
//! which not even the order can be told leaves its order as if it were not there.

use super::{
    bad::{Bad, BadCode, Fault, RowAt},
    cells::Joined,
    files::{Found, ReadError},
    table::{Row, Table},
};
use crate::plan::{Cell, Plan, Value};
use domain::{OrderId, ShopId};
use std::collections::{HashMap, HashSet};

/// What rows mean: which order they belong to, and what they add to it.
pub(crate) trait Roles {
    /// An order in the making.
    type Order;
    /// The columns in which the rows of an order agree.
    fn group(&self) -> &[Cell];
    /// Where an order's id comes from.
    fn id(&self) -> &Value;
    /// Adds a row to its order, which the first row makes.
    fn add(&self, order: &mut Option<Self::Order>, joined: &Joined<'_>) -> Result<(), Fault>;
    /// Shop and id of an order.
    fn names<'o>(&self, order: &'o Self::Order) -> (&'o ShopId, &'o OrderId);
}

/// Takes an order that is whole, with the place of its first row.
pub(crate) type Take<'t, O> = &'t mut dyn FnMut(RowAt, O) -> Result<(), ReadError>;

/// The orders so far.
pub(super) struct Gather<'p, R: Roles> {
    plan: &'p Plan,
    tables: &'p [Table],
    roles: &'p R,
    by_group: HashMap<String, usize>,
    groups: Vec<Group<R::Order>>,
    /// Digests of the orders that were handed over, 16 bytes each.
    seen: HashSet<u128>,
    left_out: u64,
    /// Where exports may overlap: the file in which each row stood first, by 16 bytes of its digest.
    told: Option<HashMap<u128, usize>>,
    repeated: u64,
}

/// The rows of one order.
struct Group<O> {
    at: RowAt,
    order: Option<O>,
    whole: bool,
}

impl<'p, R: Roles> Gather<'p, R> {
    /// With `files` of lines; a row of one that stood in an earlier one too is the same row.
    pub fn new(plan: &'p Plan, tables: &'p [Table], roles: &'p R, files: usize) -> Self {
        Self {
            plan,
            tables,
            roles,
            by_group: HashMap::new(),
            groups: Vec::new(),
            seen: HashSet::new(),
            left_out: 0,
            told: (files > 1).then(HashMap::new),
            repeated: 0,
        }
    }

    /// Takes a row of the line table.
    pub fn take(&mut self, row: &Row, bad: &mut Bad<'_>) {
        if let Some(told) = &mut self.told
            && *told.entry(row.whole).or_insert(row.at.file) != row.at.file
        {
            self.repeated += 1;
            return;
        }
        let Some((group, joined)) = self.grouped(row, bad) else { return };
        let at = *self.by_group.entry(group).or_insert_with(|| {
            self.groups.push(Group { at: row.at, order: None, whole: true });
            self.groups.len() - 1
        });
        self.add(at, &joined, bad);
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
        let Some((group, joined)) = self.grouped(row, bad) else { return Ok(()) };
        // Exports may overlap: an order that goes on in the next file is read row by row only.
        if (digests.file, &digests.current) != (row.at.file, &group) {
            digests.file = row.at.file;
            self.hand_over(bad, take)?;
            if !digests.seen.insert(digest(&group)) {
                let file = found.name(row.at.file).to_owned();
                return Err(ReadError::Scattered { file, row: row.at.row });
            }
            digests.current = group;
            self.groups.push(Group { at: row.at, order: None, whole: true });
        }
        self.add(0, &joined, bad);
        Ok(())
    }

    fn grouped<'r>(&self, row: &'r Row, bad: &mut Bad<'_>) -> Option<(String, Joined<'r>)>
    where
        'p: 'r,
    {
        let joined = Joined::follow(self.plan, self.tables, row);
        let grouped = joined.and_then(|joined| Ok((joined.group(self.roles.group())?, joined)));
        grouped.map_err(|fault| bad.add(fault)).ok()
    }

    fn add(&mut self, at: usize, joined: &Joined<'_>, bad: &mut Bad<'_>) {
        let group = &mut self.groups[at];
        let added = match joined.line_fault() {
            Some(fault) => Err(fault),
            None => self.roles.add(&mut group.order, joined),
        };
        if let Err(fault) = added {
            group.whole = false;
            bad.add(fault);
        }
    }

    /// Hands the whole orders over. An id that stands twice in a shop is kept for the first of them.
    pub fn hand_over(&mut self, bad: &mut Bad<'_>, take: Take<'_, R::Order>) -> Result<(), ReadError> {
        self.by_group = HashMap::new();
        for group in std::mem::take(&mut self.groups) {
            let Some(order) = group.order.filter(|_| group.whole) else {
                self.left_out += 1;
                continue;
            };
            let (shop, id) = self.roles.names(&order);
            if self.seen.insert(digest(&format!("{shop}\0{id}"))) {
                take(group.at, order)?;
            } else {
                self.left_out += 1;
                let (column, value) = (self.roles.id().field.to_owned(), id.to_string());
                bad.add(Fault { at: group.at, column, value, code: BadCode::DuplicateOrder });
            }
        }
        Ok(())
    }

    /// Rows that an earlier file held too.
    pub fn repeated(&self) -> u64 {
        self.repeated
    }

    /// Orders left out because of a bad row.
    pub fn left_out(&self) -> u64 {
        self.left_out
    }
}

/// Which groups there have been: 16 bytes each.
#[derive(Default)]
pub(super) struct Together {
    file: usize,
    current: String,
    seen: HashSet<u128>,
}

fn digest(group: &str) -> u128 {
    let digest = blake3::hash(group.as_bytes());
    digest.as_bytes()[..16].iter().fold(0, |sum, &byte| sum << 8 | u128::from(byte))
}
