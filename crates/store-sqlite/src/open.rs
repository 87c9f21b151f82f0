//! Opens connections.

use crate::error::{Doing, refused};
use crate::{rest, schema};
use port::StoreError;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::time::Duration;

/// What may be tuned; the defaults are measured, see `examples/throughput.rs`.
#[derive(Debug, Clone)]
pub struct Options {
    /// Memory for the writer's pages, in MiB. More is not faster: whenever a page in the middle of a tree splits,
    /// `SQLite` looks through all of it at the commit (`pcache1TruncateUnsafe`). With 64 MiB 64 clients claim a fifth
    /// to a third less; a million open orders gain a tenth by it.
    pub cache_mib: u32,
    /// Memory for each reader's pages, in MiB.
    pub reader_cache_mib: u32,
    /// Readers kept open.
    pub readers: usize,
    /// Bytes of a page; fixed when the file is made.
    pub page_size: u32,
    /// Pages in the write-ahead log from which on it is copied into the file.
    pub checkpoint_pages: u32,
    /// Pages that the file may have at most, from which on it counts as a full disk.
    pub most_pages: Option<u32>,
    /// Bytes of a file up to which its pages are sealed at a clean stop: that reads all of it. Backups are sealed
    /// however large they are.
    pub seal_bytes: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            cache_mib: 16,
            reader_cache_mib: 8,
            readers: 4,
            page_size: 4096,
            checkpoint_pages: 12_000,
            most_pages: None,
            seal_bytes: 1 << 30,
        }
    }
}

/// Opens the writer's connection.
pub fn writer(path: &Path, options: &Options) -> Result<Connection, StoreError> {
    let what = format!("opening {}", path.display());
    let mut db = Connection::open(path).doing(&what)?;
    db.busy_timeout(Duration::from_secs(5)).doing(&what)?;
    // Closing would bring a log that was left behind into the file, which stays as it is when it is refused.
    let keeps_log = DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE;
    db.set_db_config(keeps_log, rest::has_log(path)).doing(&what)?;
    let current = schema::judge_for_writing(&db, path)?;
    if current.is_some_and(|version| version > 0) {
        rest::refuse_lost(&db, path)?;
    }
    db.set_db_config(keeps_log, false).doing(&what)?;
    db.execute_batch(&format!("PRAGMA page_size = {}", options.page_size)).doing(&what)?;
    let mode: String = db.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0)).doing(&what)?;
    if mode != "wal" {
        return Err(refused(format!(
            "{what}: the file system cannot keep a write-ahead log (journal mode {mode})"
        )));
    }
    db.execute_batch(&format!(
        "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;
        PRAGMA cache_size = -{}; PRAGMA wal_autocheckpoint = {}; PRAGMA journal_size_limit = {}",
        u64::from(options.cache_mib) << 10,
        // A safety net: the checkpoint thread comes first.
        u64::from(options.checkpoint_pages) * 4,
        256 << 20,
    ))
    .doing(&what)?;
    // A plan does not depend on values: otherwise statements are compiled anew when others are bound.
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).doing(&what)?;
    db.set_prepared_statement_cache_capacity(128);
    schema::migrate(&mut db, path, current)?;
    if let Some(pages) = options.most_pages {
        db.execute_batch(&format!("PRAGMA max_page_count = {pages}")).doing(&what)?;
    }
    Ok(db)
}

/// Opens the connection that copies the write-ahead log.
pub fn checkpointer(path: &Path) -> Result<Connection, StoreError> {
    let what = format!("opening {}", path.display());
    let db = Connection::open(path).doing(&what)?;
    db.busy_timeout(Duration::from_secs(5)).doing(&what)?;
    db.execute_batch("PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -1024")
        .doing(&what)?;
    Ok(db)
}

/// Opens a connection that only reads.
pub fn read_only(path: &Path, cache_mib: u32) -> Result<Connection, StoreError> {
    let what = format!("opening {} for reading", path.display());
    let db =
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)
            .doing(&what)?;
    db.busy_timeout(Duration::from_secs(5)).doing(&what)?;
    let settings = format!("PRAGMA temp_store = MEMORY; PRAGMA cache_size = -{}", u64::from(cache_mib) << 10);
    db.execute_batch(&settings).doing(&what)?;
    db.set_prepared_statement_cache_capacity(64);
    Ok(db)
}

/// Opens a file as it lies there, without its log and without making anything beside it: only to look at its schema.
pub fn untouched(path: &Path) -> Result<Connection, StoreError> {
    let what = format!("looking at {}", path.display());
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-".contains(&byte);
    let name: String = path
        .as_os_str()
        .as_bytes()
        .iter()
        .map(|byte| if plain(*byte) { char::from(*byte).to_string() } else { format!("%{byte:02X}") })
        .collect();
    let flags =
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Connection::open_with_flags(format!("file:{name}?immutable=1"), flags).doing(&what)
}
