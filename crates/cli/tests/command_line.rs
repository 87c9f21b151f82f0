//! The command line: what it says, what it goes by, and what its commands do to a store.

mod support;

#[path = "command_line/access.rs"]
mod access;
#[path = "command_line/audit.rs"]
mod audit;
#[path = "command_line/copies.rs"]
mod copies;
#[path = "command_line/demo.rs"]
mod demo;
#[path = "command_line/draws.rs"]
mod draws;
#[path = "command_line/earlier.rs"]
mod earlier;
#[path = "command_line/help.rs"]
mod help;
#[path = "command_line/imports.rs"]
mod imports;
#[path = "command_line/keys.rs"]
mod keys;
#[path = "command_line/language.rs"]
mod language;
#[path = "command_line/log.rs"]
mod log;
#[path = "command_line/map.rs"]
mod map;
#[path = "command_line/messages.rs"]
mod messages;
#[path = "command_line/output.rs"]
mod output;
#[path = "command_line/pool.rs"]
mod pool;
#[path = "command_line/private.rs"]
mod private;
#[path = "command_line/routes.rs"]
mod routes;
#[path = "command_line/settings.rs"]
mod settings;
#[path = "command_line/shutdown.rs"]
mod shutdown;

/// A folder of its own for each test.
fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder can be made")
}
