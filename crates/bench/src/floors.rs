//! Floors: the least that each tool needs to give the same promise, with none of our rules.

pub mod http_echo;
pub mod messages;
pub mod redis_claims;
pub mod redis_server;
pub mod resp;
pub mod rules;
pub mod sqlite;
pub mod sqlite_claims;
pub mod sqlite_rows;
pub mod timers;
