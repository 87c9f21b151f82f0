//! How requests are read and answers written: keys and who may, bodies, pages, times, problems.
//!
//! What every noun's folder uses and no noun is named in. It holds nothing of its own but the list of its files.

pub mod any_json;
pub mod auth;
pub mod batch;
pub mod csv_out;
pub mod extract;
pub mod keys;
pub mod limits;
pub mod list_in;
pub mod masked;
pub mod names;
pub mod page;
pub mod problem;
pub mod provider;
pub mod query;
pub mod rate;
pub mod share;
pub mod state;
pub mod tagged;
pub mod time;
