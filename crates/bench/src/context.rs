//! What every suite is given: how many rounds, how long, where to write, and the way to measure.

use std::{
    cell::RefCell,
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context as _, Result};
use clap::ValueEnum;
use tempfile::TempDir;

use crate::{
    quiet::{Moment, wait_for_quiet},
    rounds::Measured,
};

/// Which peers are wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Wanted {
    /// None.
    None,
    /// Those that run here; a note says which do not, and why.
    #[default]
    Installed,
    /// All; one that does not run here is an error.
    All,
}

/// The settings of one run of the bench. Suites run one after the other, never side by side.
#[derive(Debug)]
pub struct Context {
    /// Rounds of every measurement.
    pub rounds: usize,
    /// How long one measurement lasts.
    pub seconds: f64,
    /// How long to wait for a quiet moment before each measurement.
    pub patience: Duration,
    /// Which peers to run beside our claims.
    pub peers: Wanted,
    /// Whether less is measured where a whole run takes minutes.
    pub is_quick: bool,
    home: PathBuf,
    notes: RefCell<Vec<String>>,
}

impl Context {
    /// Databases are written below `home`, which must be on the disk that is to be measured.
    pub fn try_new(rounds: usize, seconds: f64, patience: Duration, home: &Path) -> Result<Self> {
        fs::create_dir_all(home).with_context(|| format!("create {}", home.display()))?;
        let peers = Wanted::default();
        let (home, notes) = (home.to_path_buf(), RefCell::default());
        Ok(Self { rounds, seconds, patience, peers, is_quick: false, home, notes })
    }

    /// Whether less is measured where a whole run takes minutes.
    #[must_use]
    pub fn quick(mut self, is_quick: bool) -> Self {
        self.is_quick = is_quick;
        self
    }

    /// With the peers that are wanted.
    #[must_use]
    pub fn with_peers(mut self, peers: Wanted) -> Self {
        self.peers = peers;
        self
    }

    /// The folder whose disk is measured.
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// An empty folder on that disk, gone when dropped.
    pub fn scratch(&self) -> Result<TempDir> {
        Ok(tempfile::Builder::new().prefix("bench-").tempdir_in(&self.home)?)
    }

    /// Waits for quiet, runs once, and says how quiet it stayed.
    ///
    /// Setting up within `run` counts towards the disturbance but must not count towards the figure.
    pub fn measure<T>(&self, run: impl FnOnce() -> Result<T>) -> Result<Measured<T>> {
        wait_for_quiet(self.patience);
        let before = Moment::now();
        let value = run()?;
        let foreign = before.zip(Moment::now()).map(|(before, after)| after.foreign_since(before));
        Ok(Measured { value, foreign })
    }

    /// As [`Context::measure`], for what may not be there to be measured.
    pub fn measure_if<T>(&self, run: impl FnOnce() -> Result<Option<T>>) -> Result<Option<Measured<T>>> {
        let Measured { value, foreign } = self.measure(run)?;
        Ok(value.map(|value| Measured { value, foreign }))
    }

    /// Says in the report what the figures cannot, such as why one is missing. Said once.
    pub fn note(&self, text: &str) {
        let mut notes = self.notes.borrow_mut();
        if !notes.iter().any(|note| note == text) {
            notes.push(text.to_owned());
        }
    }

    /// What was noted.
    pub fn into_notes(self) -> Vec<String> {
        self.notes.into_inner()
    }
}
