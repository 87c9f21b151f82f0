//! How a transaction's writes are taken back: one step for each row, run from the last to the first.

use crate::tables::Tables;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

type Step = Box<dyn FnOnce(&mut Tables)>;

/// The steps back to where the transaction began.
#[derive(Default)]
pub struct Undo(Vec<Step>);

impl fmt::Debug for Undo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Undo({} steps)", self.0.len())
    }
}

impl Undo {
    /// The transaction is committed.
    pub fn keep(&mut self) {
        self.0.clear();
    }
    /// The transaction failed.
    pub fn take_back(&mut self, tables: &mut Tables) {
        while let Some(step) = self.0.pop() {
            step(tables);
        }
    }
    /// Adds a step.
    pub fn note(&mut self, step: impl FnOnce(&mut Tables) + 'static) {
        self.0.push(Box::new(step));
    }
}

/// Puts a row, and notes what was there before. `place` finds the table.
pub fn put<K, V, P>(tables: &mut Tables, undo: &mut Undo, place: P, key: K, row: V)
where
    K: Ord + Clone + 'static,
    V: 'static,
    P: Fn(&mut Tables) -> &mut BTreeMap<K, V> + 'static,
{
    let before = place(tables).insert(key.clone(), row);
    undo.note(move |tables| match before {
        Some(row) => drop(place(tables).insert(key, row)),
        None => drop(place(tables).remove(&key)),
    });
}

/// Takes a row away, and notes it. `false` when there was none.
pub fn take<K, V, P>(tables: &mut Tables, undo: &mut Undo, place: P, key: K) -> bool
where
    K: Ord + 'static,
    V: 'static,
    P: Fn(&mut Tables) -> &mut BTreeMap<K, V> + 'static,
{
    let Some(before) = place(tables).remove(&key) else {
        return false;
    };
    undo.note(move |tables| drop(place(tables).insert(key, before)));
    true
}

/// Puts a key into a set, and notes it when it is new.
pub fn mark<K, P>(tables: &mut Tables, undo: &mut Undo, place: P, key: K)
where
    K: Ord + Clone + 'static,
    P: Fn(&mut Tables) -> &mut BTreeSet<K> + 'static,
{
    if place(tables).insert(key.clone()) {
        undo.note(move |tables| {
            place(tables).remove(&key);
        });
    }
}

/// Takes a key out of a set, and notes it when it was there.
pub fn unmark<K, P>(tables: &mut Tables, undo: &mut Undo, place: P, key: K)
where
    K: Ord + 'static,
    P: Fn(&mut Tables) -> &mut BTreeSet<K> + 'static,
{
    if place(tables).remove(&key) {
        undo.note(move |tables| {
            place(tables).insert(key);
        });
    }
}
