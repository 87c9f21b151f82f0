//! The presale pool through the real router, over the memory store and a sandbox clock.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "pool/bad_input.rs"]
mod bad_input;
#[path = "pool/doors.rs"]
mod doors;
#[path = "pool/dry_run.rs"]
mod dry_run;
#[path = "pool/gift_list.rs"]
mod gift_list;
#[path = "pool/round_trip.rs"]
mod round_trip;
#[path = "pool/support.rs"]
mod support;
