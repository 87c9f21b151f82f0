//! Imports of downloaded orders while the server runs: uploaded to files, taken in by threads of their own, told of
//! until and after their end.

pub mod folder;
pub mod form;
pub mod queue;
pub mod rejects;
pub mod routes;
mod view;
pub mod work;
