//! The edges of the service: peers that are silent, slow, many or large, and settings that are slips of the pen.
//!
//! Every limit is set so low that it is met at once; the tests wait for what must happen, not for a while.

mod support;

#[path = "edges/bodies.rs"]
mod bodies;
#[path = "edges/crowd.rs"]
mod crowd;
#[path = "edges/files.rs"]
mod files;
#[path = "edges/http2.rs"]
mod http2;
#[path = "edges/keys.rs"]
mod keys;
#[path = "edges/peer.rs"]
mod peer;
#[path = "edges/settings.rs"]
mod settings;
#[path = "edges/slow.rs"]
mod slow;

use std::path::Path;
use support::Server;

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder can be made")
}

/// A sandbox in memory with these settings.
fn serve(folder: &Path, settings: &[&str]) -> Server {
    Server::start(folder, &[&["--sandbox"], settings].concat())
}
