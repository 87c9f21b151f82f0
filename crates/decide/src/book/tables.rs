//! The plain tables of the working set, as `port` lists them.

use super::table::Table;
use port::{Changes, Keys, Row, Rows, Writers};

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
            /// Takes the keys out of rows that were looked up.
            pub fn forget_known(&self, keys: &mut Keys) {
                $(keys.$table.retain(|key| !self.$table.knows(key));)+
            }
            /// Whether a row was read that was not loaded.
            pub fn has_missed(&self) -> bool {
                $(self.$table.has_missed() ||)+ false
            }
            /// The tables of such rows.
            pub fn missed_names(&self) -> Vec<&'static str> {
                let mut names = Vec::new();
                $(if self.$table.has_missed() {
                    names.push(<$row as Row>::NAME);
                })+
                names
            }
            /// Adds the keys of rows that were read and not loaded.
            pub fn take_missed(&mut self, keys: &mut Keys) {
                $(keys.$table.append(&mut self.$table.take_missed());)+
            }
            /// A batch, or a round of one, is over.
            pub fn end(&mut self, writers: Writers) {
                $(self.$table.end(writers);)+
            }
        }
    };
}

port::tables!(working_set);
