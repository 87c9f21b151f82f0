//! The workshop: what the repository holds about itself, checked by program instead of by eye.
//!
//! Each checker is a pure function from what was read to what is wrong: [`rules`] (every rule is named by a test),
//! [`arrows`] (crates depend downwards only), [`circles`] (files of a crate do not depend on each other in a circle),
//! [`migrations`] (what landed stays as it is), [`promise`] (a campaign kind is one folder and one line) and [`tidy`] (how
//! sources look).
//! The command line and the integration tests call the same functions. Nothing here writes a file, but for the copy
//! under `target` that `promise` compiles.

pub mod arrows;
pub mod circles;
pub mod migrations;
pub mod promise;
pub mod rules;
pub mod source;
pub mod tidy;
pub mod tree;

use std::path::{Path, PathBuf};

/// The repository's root, one folder above this crate.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}
