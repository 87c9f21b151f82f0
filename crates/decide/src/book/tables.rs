//! The plain tables of the working set, as `port` lists them.

use super::table::Table;
use port::{Changes, Rows};

macro_rules! working_set {
    ($($table:ident: $row:ty,)+) => {
        /// A [`Table`] for each plain table.
        #[derive(Debug, Default)]
        pub struct Tables {
            $(pub $table: Table<$row>,)+
        }

        impl Tables {
            /// Takes loaded rows in.
            pub fn absorb(&mut self, rows: &mut Rows) {
                $(self.$table.absorb(rows.$table.drain(..));)+
            }
            /// What was changed.
            pub fn take_changes(&mut self, changes: &mut Changes) {
                $(changes.$table = self.$table.take_changes();)+
            }
            /// Forgets all rows.
            pub fn clear(&mut self) {
                $(self.$table.clear();)+
            }
        }
    };
}

port::tables!(working_set);
