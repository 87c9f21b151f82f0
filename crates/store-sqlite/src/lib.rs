//! The embedded store: the engine's port over one `SQLite` file.
//!
//! Always holds: a transaction that returned `Ok` survives a power cut (WAL, `synchronous=FULL`); one
//! that failed leaves nothing; one process writes the file at a time, held by a lock that the kernel
//! releases when the process ends, however it ends; readers see what is committed. Opening does not
//! read the rows, however many there are. SQL is nowhere else, one module a noun.

mod arrivals;
mod backup;
mod batches;
mod cache;
mod cells;
mod centre;
mod checkpoint;
mod conflicts;
mod coupons;
mod customers;
mod dispatches;
mod error;
mod foreign;
mod guard;
mod imports;
mod inspect;
mod invitations;
mod json;
mod ledger;
mod mark;
mod messages;
mod meta;
mod open;
mod orders;
mod outbox;
mod pool;
mod query;
mod reader;
mod rest;
mod rewards;
mod schema;
mod seal;
mod shops;
mod sprints;
mod timers;
mod transaction;
mod typed;
mod under_way;
mod wallets;

pub use backup::{backup, restore};
pub use checkpoint::Checkpoints;
pub use foreign::refuse as refuse_foreign;
pub use inspect::{Fault, Inspection, inspect};
pub use open::Options;

use cache::ShopCache;
use domain::Instant;
use error::Doing;
use guard::Guard;
use json::Json;
use port::{Reader, Store, StoreError, Timer, Work, Writers};
use reader::SqliteReader;
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The one writer of a database file.
///
/// ```
/// use port::Store;
///
/// let folder = tempfile::tempdir().unwrap();
/// let path = folder.path().join("promenade.db");
/// let mut store = store_sqlite::SqliteStore::open(&path).unwrap();
/// store.transact(&mut |_| Ok(())).unwrap();
/// assert!(store_sqlite::SqliteStore::open(&path).is_err(), "it is held");
/// ```
#[derive(Debug)]
pub struct SqliteStore {
    checkpoints: Checkpoints,
    db: Connection,
    shops: ShopCache,
    json: Json,
    reader: Arc<SqliteReader>,
    using: rest::Use,
    path: PathBuf,
    /// Bytes of a file that is sealed at the stop.
    sealed: u64,
    _guard: Guard,
}

impl SqliteStore {
    /// Opens a database for writing, made where there is none, its schema brought up to date.
    /// Refused as busy while another process writes it, and when a newer program made it or a build whose
    /// migrations were others.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Self::open_with(path, &Options::default())
    }

    /// The same with settings of one's own.
    pub fn open_with(path: &Path, options: &Options) -> Result<Self, StoreError> {
        foreign::refuse(path)?;
        rest::refuse_gone(path)?;
        let guard = Guard::take(path)?;
        let db = open::writer(path, options)?;
        let using = rest::Use::begin(&db, path)?;
        let reader = Arc::new(SqliteReader::new(path, options));
        let checkpoints = Checkpoints::start(path, options)?;
        Ok(Self {
            checkpoints,
            db,
            shops: ShopCache::default(),
            json: Json::default(),
            reader,
            using,
            path: path.to_owned(),
            sealed: options.seal_bytes,
            _guard: guard,
        })
    }

    /// Opens a database for reading only, beside whoever writes it.
    pub fn open_reader(path: &Path) -> Result<Arc<dyn Reader>, StoreError> {
        let reader = SqliteReader::new(path, &Options::default());
        reader.check()?;
        Ok(Arc::new(reader))
    }

    fn run(&self, sql: &str) -> Result<(), StoreError> {
        let mut statement = self.db.prepare_cached(sql).doing(sql)?;
        statement.execute([]).doing(sql).map(drop)
    }
}

/// A clean stop.
impl Drop for SqliteStore {
    fn drop(&mut self) {
        self.checkpoints.stop();
        self.reader.close_idle();
        let rolled_back = if self.db.is_autocommit() { Ok(()) } else { self.run("ROLLBACK") };
        let ended = rolled_back.and_then(|()| self.using.end(&self.db, &self.path, self.sealed));
        if let Err(error) = ended {
            tracing::error!(%error, "the store was not left in order; its log stays beside it, and nothing is lost");
        }
    }
}

impl Store for SqliteStore {
    fn writers(&self) -> Writers {
        Writers::Sole
    }

    fn transact(&mut self, work: Work<'_>) -> Result<(), StoreError> {
        // One that could not be rolled back when its disk was full stands in the way of every other.
        if !self.db.is_autocommit() {
            self.run("ROLLBACK")?;
        }
        self.run("BEGIN IMMEDIATE")?;
        let mut open = under_way::Open::new(&self.db, &mut self.shops, &mut self.json);
        let worked = work(&mut open);
        let rows = open.commit(worked, &mut self.using)?;
        self.checkpoints.committed(&self.db, rows);
        Ok(())
    }

    fn due_timers(&mut self, until: Instant, limit: usize) -> Result<Vec<Timer>, StoreError> {
        timers::due(&self.db, until, limit)
    }

    fn next_due(&mut self) -> Result<Option<Instant>, StoreError> {
        timers::next(&self.db)
    }

    fn reader(&self) -> Arc<dyn Reader> {
        Arc::clone(&self.reader) as Arc<dyn Reader>
    }
}
