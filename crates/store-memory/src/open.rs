//! A transaction under way: the tables, and the way back.

use crate::tables::Tables;
use crate::undo::Undo;
use port::StoreError;

/// A transaction under way. Dropped before its writes are kept, it takes them back.
pub struct Open<'a> {
    pub tables: &'a mut Tables,
    pub undo: Undo,
    /// A write that broke off; it may not be committed, whatever the work answers.
    pub failed: Option<StoreError>,
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.undo.take_back(self.tables);
    }
}
