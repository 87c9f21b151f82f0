//! Copies the write-ahead log into the database file beside the writer, so that commits do not wait.
//!
//! A thread with a connection of its own copies what is committed. The log can begin anew only when
//! all of it is copied, which a busy writer would never let happen; so the thread stops when little
//! is left, and the writer copies that little between two transactions.

use crate::error::Doing;
use crate::guard::beside;
use crate::open::{self, Options};
use port::StoreError;
use rusqlite::Connection;
use std::fs::{File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

/// Rows written between two looks at the log.
const ROWS: usize = 2_048;
/// Zeros are written in blocks of this size: the kernel then keeps the log in pieces of this size,
/// which take small writes at a third of the cost of the pieces that small appends leave behind.
const BLOCK: usize = 64 << 10;
/// Blocks laid out after one commit, so that no commit waits long for it.
const BLOCKS: usize = 64;

/// The writer's side.
#[derive(Debug)]
pub struct Checkpoints {
    log: PathBuf,
    /// Bytes that the log file is laid out to, before it is needed.
    room: u64,
    rows: usize,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    stop: AtomicBool,
    /// Little is left to copy: the writer's turn.
    finish: AtomicBool,
}

impl Checkpoints {
    /// Starts the thread.
    pub fn start(path: &Path, options: &Options) -> Result<Self, StoreError> {
        let db = open::checkpointer(path)?;
        let shared = Arc::new(Shared::default());
        let most = i64::from(options.checkpoint_pages);
        let theirs = Arc::clone(&shared);
        let thread = thread::Builder::new().name("checkpoint".into()).spawn(move || work(&db, most, &theirs));
        let thread = thread.map_err(|error| crate::error::io("starting the checkpoint thread", &error))?;
        let room = u64::from(options.checkpoint_pages) * u64::from(options.page_size + 24) * 3 / 2;
        Ok(Self { log: beside(path, "-wal"), room, rows: 0, shared, thread: Some(thread) })
    }

    /// After a commit of so many rows.
    pub fn committed(&mut self, db: &Connection, rows: usize) {
        self.rows += rows;
        if self.rows >= ROWS {
            self.rows = 0;
            if let Err(error) = self.lay_out() {
                tracing::warn!(%error, "the write-ahead log could not be laid out; commits are slower");
            }
            if let Some(thread) = &self.thread {
                thread.thread().unpark();
            }
        }
        if self.shared.finish.swap(false, Ordering::AcqRel)
            && let Err(error) = state(db, "PASSIVE")
        {
            tracing::warn!(%error, "the write-ahead log could not be copied; it goes on growing");
        }
    }

    /// Gives the log blocks before it needs them. Only its end is touched, and only between two
    /// transactions; zeros are no frames, so they mean nothing after a crash.
    fn lay_out(&self) -> std::io::Result<()> {
        let mut log: File = OpenOptions::new().write(true).open(&self.log)?;
        let mut end = log.seek(SeekFrom::End(0))?;
        if end >= self.room {
            return Ok(());
        }
        let zeros = vec![0; BLOCK];
        for _ in 0..BLOCKS {
            if end >= self.room {
                break;
            }
            let rest = BLOCK - usize::try_from(end % BLOCK as u64).unwrap_or_default();
            log.write_all(&zeros[..rest])?;
            end += rest as u64;
        }
        Ok(())
    }
}

impl Checkpoints {
    /// Ends the thread, which lets go of the file.
    pub fn stop(&mut self) {
        self.shared.stop.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            if thread.join().is_err() {
                tracing::error!("the checkpoint thread panicked");
            }
        }
    }
}

impl Drop for Checkpoints {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Frames in the log, and how many of them are copied.
fn state(db: &Connection, mode: &str) -> Result<(i64, i64), StoreError> {
    let what = "copying the write-ahead log";
    let mut checkpoint = db.prepare_cached(&format!("PRAGMA wal_checkpoint({mode})")).doing(what)?;
    checkpoint.query_row([], |row| Ok((row.get(1)?, row.get(2)?))).doing(what)
}

fn work(db: &Connection, most: i64, shared: &Shared) {
    loop {
        thread::park();
        if shared.stop.load(Ordering::Acquire) {
            return;
        }
        if let Err(error) = copy(db, most, shared) {
            tracing::warn!(%error, "the write-ahead log could not be copied; it goes on growing");
        }
    }
}

/// Passes before the rest is left to the writer however long it is: the writer may not outrun them.
const PASSES: usize = 4;

/// Copies when the log has grown to `most` frames, until little is left.
fn copy(db: &Connection, most: i64, shared: &Shared) -> Result<(), StoreError> {
    let (mut frames, mut copied) = state(db, "NOOP")?;
    if frames < most {
        return Ok(());
    }
    for _ in 0..PASSES {
        if frames - copied <= most / 4 || shared.stop.load(Ordering::Acquire) {
            break;
        }
        let before = copied;
        (frames, copied) = state(db, "PASSIVE").and_then(|_| state(db, "NOOP"))?;
        if copied <= before {
            // A reader holds an old snapshot; there will be another time.
            return Ok(());
        }
    }
    shared.finish.store(true, Ordering::Release);
    Ok(())
}
