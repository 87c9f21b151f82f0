//! Backup, restore and migrate.

use crate::args::{BackupArgs, RestoreArgs, StoreArgs};
use crate::{progress, store};
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
    println!("backed up {} to {}", from.display(), args.to.display());
    Ok(())
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
    println!("restored {} from {}", to.display(), args.from.display());
    Ok(())
}

/// Opens a store, which brings its tables up to date.
pub fn migrate(args: &StoreArgs) -> anyhow::Result<()> {
    drop(store::open(&args.store)?);
    println!("{} is up to date", args.store);
    Ok(())
}
