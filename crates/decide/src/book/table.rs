//! One plain table of the working set: the rows that were loaded, and what the batch has made of them.
//!
//! A row that was not loaded reads as if it were not there, and is noted as missed: what was decided then does not count,
//! and is decided again once the row is there. See [`super::Facts::take_missed`].

use domain::Instant;
use indexmap::{IndexMap, map::Entry};
use port::{Change, Row, Writers};
use rustc_hash::FxBuildHasher;
use std::cell::RefCell;
use std::cmp::Ordering;

/// The rows, in the order in which they came.
#[derive(Debug)]
pub struct Table<R: Row> {
    slots: IndexMap<R::Key, Slot<R>, FxBuildHasher>,
    missed: RefCell<Vec<R::Key>>,
}

#[derive(Debug)]
struct Slot<R> {
    row: Option<R>,
    /// Whether the store has it.
    is_stored: bool,
    /// When its timer was due as it was loaded.
    old_wake: Option<Instant>,
    /// What was kept besides as it was loaded.
    beside: Vec<u8>,
    is_changed: bool,
}

impl<R> Slot<R> {
    const fn of(row: Option<R>, is_stored: bool) -> Self {
        Self { row, is_stored, old_wake: None, beside: Vec::new(), is_changed: true }
    }
}

impl<R: Row> Default for Table<R> {
    fn default() -> Self {
        Self { slots: IndexMap::default(), missed: RefCell::default() }
    }
}

impl<R: Row> Table<R> {
    /// Takes loaded rows in. What the batch has changed already stays as it is.
    pub fn absorb(&mut self, rows: impl IntoIterator<Item = (R::Key, Option<R>)>) {
        let rows = rows.into_iter();
        // Rows are large: a table that grows moves all of them.
        self.slots.reserve(rows.size_hint().0);
        for (key, row) in rows {
            let old_wake = row.as_ref().and_then(Row::wake_at);
            let beside = row.as_ref().map(Row::beside).unwrap_or_default();
            let slot = Slot { is_stored: row.is_some(), row, old_wake, beside, is_changed: false };
            self.slots.entry(key).or_insert(slot);
        }
    }
    /// Whether it was looked up, there or not.
    pub fn knows(&self, key: &R::Key) -> bool {
        self.slots.contains_key(key)
    }
    /// The row as it stands, where it was looked up and is there.
    pub fn find(&self, key: &R::Key) -> Option<&R> {
        self.slots.get(key)?.row.as_ref()
    }
    /// The row as it stands.
    pub fn get(&self, key: &R::Key) -> Option<&R> {
        let Some(slot) = self.slots.get(key) else {
            self.missed.borrow_mut().push(key.clone());
            return None;
        };
        slot.row.as_ref()
    }
    /// Whether a row was read that was not loaded.
    pub fn has_missed(&self) -> bool {
        !self.missed.borrow().is_empty()
    }
    /// The keys of rows that were read and not loaded.
    pub fn take_missed(&mut self) -> Vec<R::Key> {
        self.missed.take()
    }
    /// Puts a row.
    pub fn put(&mut self, key: R::Key, row: R) {
        self.update(key, |_| row);
    }
    /// Puts a row that is made now. Where the store has one of that key the batch fails.
    pub fn make(&mut self, key: R::Key, row: R) {
        self.slots.insert(key, Slot::of(Some(row), false));
    }
    /// Puts a row that was made before, by this batch or an earlier one; it need not have been looked up.
    pub fn put_known(&mut self, key: R::Key, row: R) {
        let is_stored = self.slots.get(&key).is_none_or(|slot| slot.is_stored);
        self.slots.insert(key, Slot::of(Some(row), is_stored));
    }
    /// Puts what becomes of the row before.
    pub fn update(&mut self, key: R::Key, become_of: impl FnOnce(Option<R>) -> R) {
        let slot = match self.slots.entry(key) {
            Entry::Occupied(slot) => slot.into_mut(),
            Entry::Vacant(place) => place.insert(Slot::of(None, false)),
        };
        slot.row = Some(become_of(slot.row.take()));
        slot.is_changed = true;
    }
    /// Changes a row that is there.
    pub fn amend(&mut self, key: &R::Key, amend: impl FnOnce(&mut R)) {
        if let Some(Slot { row: Some(row), is_changed, .. }) = self.slots.get_mut(key) {
            amend(row);
            *is_changed = true;
        }
    }
    /// What was changed, in the order in which it is written. Of the others those are left that may stay.
    pub fn take_changes(&mut self) -> Vec<Change<R>> {
        let mut changes = Vec::with_capacity(self.slots.len());
        let mut stays = Vec::new();
        for (key, slot) in self.slots.drain(..) {
            match slot {
                Slot { row: Some(row), is_stored, old_wake, beside, is_changed: true } => {
                    let is_beside = row.beside() == beside;
                    changes.push(Some(Change { key, row, is_new: !is_stored, old_wake, is_beside }));
                }
                slot if R::STAYS > 0 => stays.push((key, slot)),
                _ => {}
            }
        }
        self.slots.extend(stays);
        in_order(changes, R::in_place)
    }
    /// The batch is over: what may stay is what the store has, as far as there is room for it.
    pub fn end(&mut self, writers: Writers) {
        match writers {
            Writers::Sole if self.slots.len() <= R::STAYS => {
                self.slots.retain(|_, slot| slot.row.is_some() && !slot.is_changed);
            }
            Writers::Sole | Writers::Several => self.clear(),
        }
    }
    /// Forgets all rows.
    pub fn clear(&mut self) {
        self.slots.clear();
    }
}

/// Sorts what is too large to be moved at every step of sorting: each is taken once, when its turn comes.
pub fn in_order<T>(mut rows: Vec<Option<T>>, compare: impl Fn(&T, &T) -> Ordering) -> Vec<T> {
    let mut order: Vec<usize> = (0..rows.len()).filter(|place| rows[*place].is_some()).collect();
    // They came in stretches that are in order already, which a stable sort only joins.
    order.sort_by(|one, other| match (&rows[*one], &rows[*other]) {
        (Some(one), Some(other)) => compare(one, other),
        (Some(_) | None, _) => Ordering::Equal,
    });
    order.into_iter().filter_map(|place| rows[place].take()).collect()
}

/// What must have been loaded: stretches of the pool, whose keys follow from the inputs alone.
pub fn loaded<'a, T>(found: Option<&'a T>, what: &str) -> &'a T {
    found.unwrap_or_else(|| unreachable!("a {what} was asked for that the batch did not load"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{OrderId, ShopId};
    use port::BatchClaims;

    type Key = <BatchClaims as Row>::Key;

    fn key(customer: &str) -> Key {
        ("s1".parse().unwrap(), customer.parse().unwrap(), "b1".parse().unwrap())
    }

    fn table() -> Table<BatchClaims> {
        let mut table = Table::default();
        table.absorb([
            (key("u2"), Some(BatchClaims(2))),
            (key("u1"), None),
            (key("u3"), Some(BatchClaims(3))),
        ]);
        table
    }

    /// Only what was changed is written, by its key, and whether the store has it is known from the load.
    #[test]
    fn changes_are_what_was_put() {
        let mut table = table();
        table.put(key("u2"), BatchClaims(5));
        table.put(key("u1"), BatchClaims(1));
        table.put(key("u0"), BatchClaims(7));
        table.amend(&key("u9"), |_| unreachable!("there is no such row"));
        assert_eq!(table.get(&key("u2")), Some(&BatchClaims(5)));
        let changes = table.take_changes();
        let written: Vec<_> = changes.iter().map(|c| (c.key.1.as_str(), c.row.0, c.is_new)).collect();
        assert_eq!(written, [("u0", 7, true), ("u1", 1, true), ("u2", 5, false)]);
        assert!(!table.knows(&key("u3")) && table.take_changes().is_empty());
    }

    /// Loaded again within a batch, a row keeps what the batch made of it.
    #[test]
    fn a_second_load_does_not_undo_a_change() {
        let mut table = table();
        table.put(key("u2"), BatchClaims(5));
        table.absorb([(key("u2"), Some(BatchClaims(2)))]);
        assert_eq!(table.get(&key("u2")), Some(&BatchClaims(5)));
    }

    #[derive(Debug, PartialEq)]
    struct Charter(u8);

    impl Row for Charter {
        type Key = (ShopId, OrderId);
        const NAME: &'static str = "charter";
        const STAYS: usize = 2;
    }

    /// Of what may stay between batches everything is as the store has it: what was changed is loaded again, what was not
    /// there too, and all of it where somebody else writes or there is more than there is room for.
    #[test]
    fn what_stays_is_what_the_store_has() {
        let key = |name: &str| ("s1".parse().unwrap(), name.parse().unwrap());
        let loaded = |more: bool| {
            let mut table = Table::default();
            table.absorb([(key("kept"), Some(Charter(1))), (key("changed"), Some(Charter(2)))]);
            if more {
                table.absorb([(key("more"), Some(Charter(3))), (key("none"), None)]);
            }
            table
        };
        let mut table = loaded(false);
        table.put(key("changed"), Charter(9));
        assert_eq!(table.take_changes().len(), 1);
        table.end(Writers::Sole);
        assert_eq!((table.find(&key("kept")), table.knows(&key("changed"))), (Some(&Charter(1)), false));
        assert!(table.take_changes().is_empty());
        table.end(Writers::Several);
        assert!(!table.knows(&key("kept")));
        // Refused, so that nothing was taken: what was changed is none of the store's.
        let mut table = loaded(false);
        table.put(key("changed"), Charter(9));
        table.end(Writers::Sole);
        assert!(table.knows(&key("kept")) && !table.knows(&key("changed")));
        let mut table = loaded(true);
        table.end(Writers::Sole);
        assert!(!table.knows(&key("kept")) && !table.knows(&key("none")));
        let mut table = self::table();
        table.end(Writers::Sole);
        assert!(!table.knows(&self::key("u2")), "most rows stay in the store");
    }

    #[derive(Debug)]
    struct Sleeper(Instant);

    impl Row for Sleeper {
        type Key = (ShopId, OrderId);
        const NAME: &'static str = "sleeper";

        fn wake_at(&self) -> Option<Instant> {
            Some(self.0)
        }
    }

    /// A row's timer before the batch is the one that it was loaded with, however often it moves.
    #[test]
    fn the_timer_before_is_the_loaded_one() {
        let key: <Sleeper as Row>::Key = ("s1".parse().unwrap(), "o1".parse().unwrap());
        let mut table = Table::default();
        table.absorb([(key.clone(), Some(Sleeper(Instant::from_micros(10))))]);
        for micros in [20, 30] {
            table.put(key.clone(), Sleeper(Instant::from_micros(micros)));
        }
        let change = table.take_changes().remove(0);
        let moved = (change.old_wake.map(Instant::micros), change.row.0.micros());
        assert_eq!(moved, (Some(10), 30));
    }

    /// What is not there is no miss; what was not looked up is one, until its key is taken to be loaded.
    #[test]
    fn what_was_not_loaded_is_noted_as_missed() {
        let mut table = table();
        assert_eq!((table.get(&key("u1")), table.has_missed()), (None, false));
        assert_eq!((table.get(&key("u4")), table.has_missed()), (None, true));
        assert_eq!(table.take_missed(), [key("u4")]);
        assert!(!table.has_missed());
    }
}
