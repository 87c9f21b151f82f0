//! Promenade's figures beside floors and peers: what the same machine, in the same minutes, allows bare tools to do.
//!
//! A floor does the least work that could give the same promise (the same durability, the same request parsed),
//! so the ratio of our figure to its floor says what our rules cost, on a slow machine as on a fast one. A peer
//! does the same work as ours with another tool, so that ratio says what our way of doing it is worth.
//! Rounds of floor and ours alternate, the median counts, and every figure carries the share of the machine
//! that other processes used meanwhile. What was not measured is absent: no figure is ever made up.
//!
//! - [`peers`]: what one of our claims does, on bare `SQLite`, Redis and `PostgreSQL`.
//! - [`floors`]: claims on `SQLite` and on Redis, rows, timers and messages on `SQLite`, an HTTP echo.
//! - `suite_*`: one file a group; each runs its floors and has one `ours_*` function for our own engine.
//! - [`load`]: the HTTP load generator, in its own process, the same for the echo floor and for our server.
//! - [`program`]: the program itself, as it is shipped. [`crowd`]: connections that say nothing.
//! - [`paired`]: two builds in turn, before and after.
//! - [`closed_loop`]: clients in flight for claims. [`context`], [`rounds`], [`report`]: measuring and printing.

#![allow(clippy::cast_precision_loss, reason = "rates and medians are floats; counts stay far below 2^52")]

pub mod best_carts;
pub mod closed_loop;
pub mod context;
pub mod crowd;
pub mod environment;
pub mod floors;
pub mod group_commit;
pub mod latency;
pub mod load;
pub mod median;
pub mod ours;
mod ours_draws;
pub mod ours_http;
mod ours_intake;
mod ours_messages;
mod ours_pool;
mod ours_sprints;
mod ours_webhooks;
pub mod paired;
pub mod peers;
pub mod program;
pub mod quiet;
pub mod ready;
pub mod report;
pub mod rounds;
pub mod rules_carts;
pub mod samples;
pub mod suite_best;
pub mod suite_claims;
pub mod suite_draws;
pub mod suite_events;
pub mod suite_http;
pub mod suite_messages;
pub mod suite_open_orders;
pub mod suite_overload;
pub mod suite_pool;
pub mod suite_rules;
pub mod suite_sprints;
pub mod suite_timers;
pub mod suite_units;
pub mod suite_webhooks;
pub mod table;
