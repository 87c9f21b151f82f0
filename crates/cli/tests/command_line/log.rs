//! A log that cannot be written: no answer depends on it, the service lives on, and what is missing is counted.

use crate::folder;
use crate::support::server::program;
use crate::support::{Client, Request, Server, run, shop};
use serde_json::Value;
use std::fs::{self, OpenOptions};
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};

/// A sandbox that logs every request.
fn chatty(folder: &Path) -> Command {
    let args = ["serve", "--listen", "127.0.0.1:0", "--sandbox", "--store", "sqlite:shop.db"];
    let mut command = program(folder, &args);
    command.env("RUST_LOG", "http_api=debug");
    command
}

/// Claims a coupon, which is stored when it is answered.
fn claims(client: &mut Client) {
    shop::open(client, 1_440, 100);
    assert_eq!(shop::tell(client, &[shop::placed("o1", "u1", shop::TEN)]), ["applied"]);
    client.call(&shop::clock(shop::TEN + 20)).expect(200);
    let coupon = shop::take(client, "o1", "u1");
    let held = client.get(shop::path("customers/u1/coupons"));
    assert_eq!(held["data"][0]["coupon_id"], Value::String(coupon));
    assert_eq!(client.call(&Request::get("/readyz")).status, 200);
}

/// Whether lines are dropped and counted, sooner or later: each look is a line more.
fn drops_lines(client: &mut Client) -> bool {
    (0..50_000).any(|_| {
        let metrics = client.call(&Request::get("/metrics")).text();
        metrics.contains("promenade_log_lines_dropped_total ")
    })
}

#[test]
fn a_log_that_cannot_be_written_decides_no_answer() {
    let full = OpenOptions::new().write(true).open("/dev/full").expect("a full device");
    let (gone, pipe) = std::io::pipe().expect("a pipe");
    drop(gone);
    for (what, log) in [("a full disk", Stdio::from(full)), ("a dead pipe", Stdio::from(pipe))] {
        let folder = folder();
        let server = Server::logging_to(chatty(folder.path()), folder.path(), log);
        let mut client = server.client();
        claims(&mut client);
        assert!(drops_lines(&mut client), "{what}: lines are missing, and counted");
        server.terminate();
        assert!(server.ended().0.success(), "{what}");
        let audited = run(folder.path(), &["audit", "--store", "sqlite:shop.db"]);
        assert_eq!(audited.code, Some(0), "{what}: {audited:?}");
    }
}

/// Nobody reads the pipe, which holds 64 KiB: the service does not wait for the reader that stands still.
#[test]
fn a_reader_of_the_log_that_stands_still_holds_nothing_up() {
    let folder = folder();
    let (mut reader, pipe) = std::io::pipe().expect("a pipe");
    let server = Server::logging_to(chatty(folder.path()), folder.path(), pipe);
    let mut client = server.client();
    claims(&mut client);
    assert!(drops_lines(&mut client), "no line was ever dropped");
    server.terminate();
    assert!(server.ended().0.success());
    let mut said = Vec::new();
    reader.read_to_end(&mut said).expect("what was written can be read");
    assert!(said.len() > 1_000);
}

/// Errors that commands tell on a closed or full output end them as they would end otherwise.
#[test]
fn an_error_that_nobody_hears_keeps_its_exit_code() {
    let folder = folder();
    let full = || OpenOptions::new().write(true).open("/dev/full").expect("a full device");
    for (args, code) in [
        (&["audit", "--store", "sqlite:nothing.db"][..], 2),
        (&["serve", "--store", "postgres://x"], 1),
        (&["map", "nothing.csv"], 2),
        (&["keys", "revoke", "nobody"], 1),
    ] {
        let status = program(folder.path(), args).stderr(full()).stdout(Stdio::null()).status();
        assert_eq!(status.expect("it runs").code(), Some(code), "{args:?}");
    }
    assert!(!fs::exists(folder.path().join("nothing.db")).expect("it can be looked at"));
}
