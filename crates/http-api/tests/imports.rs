//! Imports of downloaded orders through the real router: uploaded, taken in, told of, ended, refused.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "imports/ends.rs"]
mod ends;
#[path = "imports/gate.rs"]
mod gate;
#[path = "imports/refused.rs"]
mod refused;
#[path = "imports/support.rs"]
mod support;
#[path = "imports/taken.rs"]
mod taken;
