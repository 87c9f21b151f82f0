//! Plain tables: rows found, locked and written by their keys, and what a store does for each.

use crate::StoreError;
use domain::Instant;
use std::cmp::Ordering;
use std::fmt::Debug;
use std::hash::Hash;

/// A row of a plain table. Its type is its table: no two tables have rows of one type.
pub trait Row: Debug + Sized {
    /// What it is found by; begins with the shop.
    type Key: Clone + Debug + Ord + Hash;
    /// What it is called where one was not loaded.
    const NAME: &'static str;
    /// How many stay in memory between batches where nobody else writes: of what is large, read by many, and changes
    /// seldom. Most stay in the store.
    const STAYS: usize = 0;

    /// When its timer is due, where it has one.
    fn wake_at(&self) -> Option<Instant> {
        None
    }
    /// What a store keeps of it in tables of its own besides: it is written where that differs. Nothing, of most.
    fn beside(&self) -> Vec<u8> {
        Vec::new()
    }
    /// In which order changes are written: neighbours lie on the same pages of a store.
    fn in_place(one: &Change<Self>, other: &Change<Self>) -> Ordering {
        one.key.cmp(&other.key)
    }
}

/// A row to write.
#[derive(Debug)]
pub struct Change<R: Row> {
    /// What it is found by.
    pub key: R::Key,
    /// What it is after the batch. Its timer is due at [`Row::wake_at`].
    pub row: R,
    /// Whether the store has none yet.
    pub is_new: bool,
    /// When its timer was due before.
    pub old_wake: Option<Instant>,
    /// Whether [`Row::beside`] is as it was.
    pub is_beside: bool,
}

impl<R: Row> Change<R> {
    /// A row that the store has not yet.
    pub fn new(key: R::Key, row: R) -> Self {
        Self { key, row, is_new: true, old_wake: None, is_beside: false }
    }
    /// A row that takes the place of the one before, with the timer that one had.
    pub fn of(key: R::Key, row: R, old_wake: Option<Instant>) -> Self {
        Self { key, row, is_new: false, old_wake, is_beside: false }
    }
}

/// Keys with their rows, `None` where there is none.
pub type Answers<R> = Vec<(<R as Row>::Key, Option<R>)>;

/// What a store's transaction does for one plain table.
pub trait Noun<R: Row> {
    /// Answers every key in its place, `None` where there is no row.
    fn load(&mut self, keys: &[R::Key]) -> Result<Vec<Option<R>>, StoreError>;
    /// Writes changes and moves their timers.
    fn write(&mut self, changes: &[Change<R>]) -> Result<(), StoreError>;
}

/// Keys with what was found under them.
pub fn answered<K: Clone, T>(keys: &[K], found: Vec<T>) -> impl Iterator<Item = (K, T)> {
    keys.iter().cloned().zip(found)
}
