//! The schema of a file: which migrations made it, whether this program may go on with it, and those to come.
//!
//! Always holds: a file that is refused is left as it is, whoever made it. A migration that landed is never edited
//! (`cargo xtask migrations`), so a file made here is known by the names and checksums of all its migrations.

use crate::error::{Doing, failed, refused};
use port::{StoreError, StoreErrorKind};
use rusqlite::{Connection, OptionalExtension};
use std::path::Path;

mod embedded {
    refinery::embed_migrations!("migrations");
}

/// Who made the tables of a file of ours.
#[derive(Debug, PartialEq, Eq)]
pub enum Made {
    /// This program or one before it: the newest migration; 0 when it was stopped before the first.
    Here(i64),
    /// A newer one.
    Newer(i64),
    /// A build that had another migration under this name.
    Otherwise(String),
}

/// Who made the tables; `None` when they are none of ours.
pub fn made(db: &Connection) -> Result<Option<Made>, StoreError> {
    let Some(applied) = history(db)? else {
        return Ok(None);
    };
    let runner = embedded::migrations::runner();
    let ours = runner.get_migrations();
    let first = applied.first().zip(ours.first());
    if first.is_some_and(|(theirs, ours)| theirs.name != ours.name()) {
        // Others keep such a list, too.
        return Ok(None);
    }
    let newest = applied.last().map_or(0, |last| last.version);
    if newest > known() {
        return Ok(Some(Made::Newer(newest)));
    }
    let mut ours = ours.iter();
    let other =
        applied.into_iter().find(|applied| !ours.next().is_some_and(|migration| applied.is(migration)));
    Ok(Some(other.map_or(Made::Here(newest), |applied| {
        let Applied { version, name, .. } = applied;
        Made::Otherwise(format!("V{version:02}__{name}"))
    })))
}

/// A migration that a file has been through.
struct Applied {
    version: i64,
    name: String,
    checksum: String,
}

impl Applied {
    fn is(&self, migration: &refinery::Migration) -> bool {
        self.version == i64::from(migration.version())
            && self.name == migration.name()
            && self.checksum == migration.checksum().to_string()
    }
}

/// What a file has been through, in order; `None` when it keeps no such list.
fn history(db: &Connection) -> Result<Option<Vec<Applied>>, StoreError> {
    let what = "reading the schema's version";
    let sql = "SELECT 1 FROM sqlite_schema WHERE name = 'refinery_schema_history'";
    let listed: Option<i64> =
        db.query_row(sql, [], |row| row.get(0)).optional().map_err(|error| failed(what, error))?;
    if listed.is_none() {
        return Ok(None);
    }
    let sql = "SELECT version, name, checksum FROM refinery_schema_history ORDER BY version";
    let mut list = db.prepare(sql).doing(what)?;
    let applied = list
        .query_map([], |row| Ok(Applied { version: row.get(0)?, name: row.get(1)?, checksum: row.get(2)? }));
    applied.and_then(Iterator::collect).map(Some).doing(what)
}

/// The newest schema this program knows.
pub fn known() -> i64 {
    let runner = embedded::migrations::runner();
    let versions = runner.get_migrations().iter().map(|migration| i64::from(migration.version()));
    versions.max().unwrap_or_default()
}

/// The schema that a file has; `None` when it has none of ours. Refuses a file that this program cannot go on with.
pub fn judge(db: &Connection, path: &Path) -> Result<Option<i64>, StoreError> {
    let path = path.display();
    match made(db)? {
        None => Ok(None),
        Some(Made::Here(version)) => Ok(Some(version)),
        Some(Made::Newer(newer)) => Err(refused(format!(
            "{path} was made by a newer version of Promenade (schema {newer}, this program knows up to {}); \
            use that version",
            known()
        ))),
        Some(Made::Otherwise(migration)) => Err(refused(format!(
            "{path} was made by a build of Promenade from before its tables were settled ({migration} was another \
            migration there) and was left as it is: start a new store and send the events again, or go on with the \
            build that made it (docs/upgrading.md)"
        ))),
    }
}

/// The same for a file that is to be written: refuses tables of something else, too.
pub fn judge_for_writing(db: &Connection, path: &Path) -> Result<Option<i64>, StoreError> {
    let current = judge(db, path)?;
    if current.is_some() {
        return Ok(current);
    }
    let objects: i64 = db
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .doing("reading the schema")?;
    if objects > 0 {
        let path = path.display();
        return Err(refused(format!("{path} is not a database of Promenade and was left as it is")));
    }
    Ok(None)
}

/// Brings the tables up to date, from a schema that was judged; all of it or nothing.
pub fn migrate(db: &mut Connection, path: &Path, current: Option<i64>) -> Result<(), StoreError> {
    if current == Some(known()) {
        return Ok(());
    }
    let run = embedded::migrations::runner().set_grouped(true).run(db);
    run.map(drop).map_err(|error| {
        let message = format!("the schema of {} could not be brought up to date: {error}", path.display());
        StoreError::new(StoreErrorKind::Other, message)
    })
}

#[cfg(test)]
mod tests {
    use crate::open::{Options, writer};

    /// The definitions that V10 changes are read anew by the connection that changed them.
    #[test]
    fn a_connection_goes_by_the_tables_that_it_made() {
        let folder = tempfile::tempdir().unwrap();
        let db = writer(&folder.path().join("store.db"), &Options::default()).unwrap();
        let timer = "INSERT INTO timers (due_at, shop_id, kind, subject_id) VALUES (1, 's1', ?1, 'x')";
        db.execute(timer, [5]).unwrap();
        db.execute(timer, [-1]).unwrap_err();
        let schema = "UPDATE sqlite_schema SET sql = '' WHERE name = 'timers'";
        assert!(db.execute(schema, []).is_err(), "definitions are not written any more");
    }
}
