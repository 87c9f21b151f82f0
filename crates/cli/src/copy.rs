//! Backup, restore and migrate.

use crate::args::{BackupArgs, RestoreArgs, StoreArgs};
use crate::{progress, say, store};
use anyhow::Context;

/// Copies a store while it is in use.
pub fn backup(args: &BackupArgs) -> anyhow::Result<()> {
    let from = store::sqlite_file(&args.store)?;
    anyhow::ensure!(from.exists(), "there is no store {}", from.display());
    let bar = progress::bar("backup");
    store_sqlite::backup(&from, &args.to, &mut |done, total| {
        bar.set_length(total);
        bar.set_position(done);
    })
    .with_context(|| format!("{} was not written", args.to.display()))?;
    bar.finish_and_clear();
    say(&format!("backed up {} to {}\n", from.display(), args.to.display()))
}

/// Puts a checked backup in a store's place.
pub fn restore(args: &RestoreArgs) -> anyhow::Result<()> {
    let to = store::sqlite_file(&args.store)?;
    let bar = progress::bar("restore");
    store_sqlite::restore(&args.from, &to, &mut |done, total| {
        bar.set_length(total);
        bar.set_position(done);
    })
    .with_context(|| format!("{} was left as it was", to.display()))?;
    bar.finish_and_clear();
    say(&format!("restored {} from {}\n", to.display(), args.from.display()))
}

/// Opens a store, which brings its tables up to date.
pub fn migrate(args: &StoreArgs) -> anyhow::Result<()> {
    drop(store::open(&args.store)?);
    say(&format!("{} is up to date\n", args.store))
}
