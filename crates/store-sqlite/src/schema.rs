//! The schema of a file: which migrations made it, and those that are to come.

use crate::error::{Doing, failed, refused};
use engine::port::{StoreError, StoreErrorKind};
use rusqlite::{Connection, OptionalExtension};
use std::path::Path;

mod embedded {
    refinery::embed_migrations!("migrations");
}

/// Brings the tables up to date.
pub fn migrate(db: &mut Connection, path: &Path) -> Result<(), StoreError> {
    let current = version(db)?;
    let known = known();
    refuse_newer(path, current, known)?;
    if current == Some(known) {
        return Ok(());
    }
    let run = embedded::migrations::runner().run(db);
    run.map(drop).map_err(|error| {
        let message = format!("the schema of {} could not be brought up to date: {error}", path.display());
        StoreError::new(StoreErrorKind::Other, message)
    })
}

/// Refuses a database that holds tables of something else, before anything is changed in it.
pub fn refuse_foreign(db: &Connection, path: &Path) -> Result<(), StoreError> {
    if version(db)?.is_some() {
        return Ok(());
    }
    let objects: i64 = db
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .doing("reading the schema")?;
    if objects > 0 {
        let path = path.display();
        return Err(refused(format!("{path} is not a database of Promenade and was left as it is")));
    }
    Ok(())
}

/// Refuses a file that a newer program made.
pub fn refuse_newer(path: &Path, current: Option<i64>, known: i64) -> Result<(), StoreError> {
    match current {
        Some(newer) if newer > known => Err(refused(format!(
            "{} was made by a newer version of Promenade (schema {newer}, this program knows up to {known}); \
            use that version",
            path.display()
        ))),
        _ => Ok(()),
    }
}

/// The newest schema this program knows.
pub fn known() -> i64 {
    let runner = embedded::migrations::runner();
    let versions = runner.get_migrations().iter().map(|migration| i64::from(migration.version()));
    versions.max().unwrap_or_default()
}

/// The schema that a file has; `None` when it has none of ours.
pub fn version(db: &Connection) -> Result<Option<i64>, StoreError> {
    let what = "reading the schema's version";
    let sql = "SELECT 1 FROM sqlite_schema WHERE name = 'refinery_schema_history'";
    let ours: Option<i64> =
        db.query_row(sql, [], |row| row.get(0)).optional().map_err(|error| failed(what, error))?;
    if ours.is_none() {
        return Ok(None);
    }
    db.query_row("SELECT max(version) FROM refinery_schema_history", [], |row| row.get(0)).doing(what)
}
