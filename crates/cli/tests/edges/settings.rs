//! Settings that cannot be meant are refused, before anything is made.

use crate::folder;
use crate::support::server::finish;
use crate::support::{program, run};
use std::net::TcpListener;

#[test]
fn a_variable_that_nothing_reads_is_refused() {
    let folder = folder();
    for args in [&["serve", "--sandbox", "--listen", "127.0.0.1:0"][..], &["audit"], &["keys", "list"]] {
        let mut command = program(folder.path(), args);
        command.env("PROMENADE_LISTN", "127.0.0.1:1");
        let ended = finish(command);
        assert_eq!(ended.code, Some(2), "{args:?}: {ended:?}");
        let said = "promenade: PROMENADE_LISTN is not a setting; there are PROMENADE_LISTEN, ";
        assert!(ended.err.starts_with(said), "{}", ended.err);
    }
    // Kubernetes tells of a service by this name; the key is another command's.
    let mut command = program(folder.path(), &["keys", "list"]);
    for name in ["PORT", "PORT_8080_TCP", "SERVICE_HOST", "SERVICE_PORT_HTTP", "API_KEY"] {
        command.env(format!("PROMENADE_{name}"), "x");
    }
    assert_eq!(finish(command).code, Some(0));
}

/// What is wrong with a setting is said before a store is made.
#[test]
fn nothing_is_made_by_settings_that_are_wrong() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let taken = taken.local_addr().expect("it has an address").to_string();
    for wrong in [
        ["--listen", "nowhere"],
        ["--listen", "127.0.0.1:99999"],
        ["--listen", &taken],
        ["--messages", "pigeon"],
        ["--webhook-allow", "10.0.0.0/99"],
        ["--platform-time-zone", "Mars/Olympus"],
        ["--trusted-proxies", "10.0.0.0/99"],
        ["--connections", "0"],
        ["--head-seconds", "0"],
    ] {
        let folder = folder();
        let ended = run(folder.path(), &with(wrong));
        assert_eq!(ended.code, Some(1), "{wrong:?}: {ended:?}");
        assert!(!folder.path().join("shop.db").exists(), "{wrong:?} made a store");
    }
}

/// The usual arguments with that flag.
fn with(flag: [&str; 2]) -> Vec<&str> {
    let usual = [["--store", "sqlite:shop.db"], ["--messages", "jsonl:m"], ["--listen", "127.0.0.1:0"]];
    let others = usual.into_iter().filter(|[name, _]| *name != flag[0]);
    ["serve"].into_iter().chain(others.flatten()).chain(flag).collect()
}
