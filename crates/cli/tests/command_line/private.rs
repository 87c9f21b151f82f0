//! Who may read what is kept: files of stores, backups, imports and keys are the user's alone, and nothing is written
//! through a link or into a file of somebody else.

use crate::folder;
use crate::support::server::{finish, program};
use crate::support::{Request, Server, run, shop};
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

/// The program under a umask that lets everybody in.
fn open_handed(folder: &Path, args: &[&str]) -> Command {
    let inner = program(folder, args);
    let mut shell = Command::new("sh");
    shell.args(["-c", "umask 000; exec \"$@\"", "sh"]).arg(inner.get_program()).args(inner.get_args());
    shell.current_dir(folder).env("RUST_LOG", "warn");
    shell
}

/// What lies in a folder, with who may do what.
fn modes(folder: &Path) -> Vec<(String, u32)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder can be read") {
        let entry = entry.expect("an entry");
        let kind = entry.metadata().expect("it is there");
        found.push((entry.path().display().to_string(), kind.permissions().mode() & 0o777));
        if kind.is_dir() {
            found.extend(modes(&entry.path()));
        }
    }
    found
}

#[test]
fn what_is_kept_is_for_its_user_alone_whatever_the_umask() {
    let folder = folder();
    let made =
        finish(open_handed(folder.path(), &["keys", "create", "--name", "ops", "--keys", "keys.json"]));
    assert_eq!(made.code, Some(0), "{made:?}");
    let args = ["serve", "--listen", "127.0.0.1:0", "--sandbox", "--store", "sqlite:shop.db"];
    let server = Server::of(open_handed(folder.path(), &args), folder.path());
    let mut client = server.client();
    shop::open(&mut client, 1_440, 100);
    let form = "--x\r\ncontent-disposition: form-data; name=\"mapping_name\"\r\n\r\nolist\r\n\
        --x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\na,b\n1,2\n\r\n--x--\r\n";
    let upload = Request::new("POST", shop::path("imports")).typed("multipart/form-data; boundary=x", form);
    client.call(&upload);
    let backup = ["backup", "--store", "sqlite:shop.db", "--to", "copy.db"];
    assert_eq!(finish(open_handed(folder.path(), &backup)).code, Some(0));
    let restore = ["restore", "--from", "copy.db", "--store", "sqlite:other.db"];
    assert_eq!(finish(open_handed(folder.path(), &restore)).code, Some(0));
    let found = modes(folder.path());
    for name in ["shop.db", "shop.db-wal", "shop.db-mark", "shop.db.lock", "copy.db", "other.db", "keys.json"]
    {
        assert!(found.iter().any(|(path, _)| path.ends_with(name)), "{name} is missing: {found:?}");
    }
    for (path, mode) in found.iter().filter(|(path, _)| !path.ends_with("serve.log")) {
        assert_eq!(mode & 0o077, 0, "{path} is {mode:04o}");
    }
    let log = server.whole_log();
    assert!(!log.contains("others of this machine"), "{log}");
}

#[test]
fn a_store_that_others_may_read_is_warned_of() {
    let folder = folder();
    drop(Server::sandbox(folder.path()));
    fs::set_permissions(folder.path().join("shop.db"), fs::Permissions::from_mode(0o644))
        .expect("it is ours");
    let server = Server::sandbox(folder.path());
    server.client().get("/healthz");
    let log = server.whole_log();
    assert!(log.contains("shop.db\"") && log.contains("0644"), "{log}");
}

/// `serve` on a file of something else says what it is, changes no byte of it and makes nothing beside it.
#[test]
fn a_file_of_something_else_is_left_alone() {
    let folder = folder();
    let (letter, other) = (folder.path().join("letter"), folder.path().join("other.db"));
    fs::write(&letter, "Dear Li,\n".repeat(100)).expect("written");
    let db = rusqlite::Connection::open(&other).expect("it opens");
    db.execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE bees (x)").expect("a table");
    db.close().expect("it closes");
    for (name, path) in [("letter", &letter), ("other.db", &other)] {
        let before = fs::read(path).expect("it is there");
        for command in ["serve", "migrate"] {
            let store = format!("sqlite:{name}");
            let refused = run(folder.path(), &[command, "--store", &store]);
            assert_eq!(refused.code, Some(1), "{name}: {refused:?}");
            assert!(refused.err.contains("is not a database of Promenade"), "{name}: {refused:?}");
        }
        assert_eq!(fs::read(path).expect("it is there"), before, "{name}");
    }
    assert_eq!(fs::read_dir(folder.path()).expect("the folder").count(), 2, "nothing is made beside them");
}

#[test]
fn nothing_is_written_through_a_link() {
    let folder = folder();
    let precious = folder.path().join("precious");
    fs::write(&precious, "precious").expect("written");
    let link = |name: &str| symlink(&precious, folder.path().join(name)).expect("a link");
    link("keys.json.partial");
    fs::write(folder.path().join("keys.tmp"), "of somebody else").expect("written");
    let create = ["keys", "create", "--name", "ops", "--keys", "keys.json"];
    assert_eq!(run(folder.path(), &create).code, Some(0));
    assert_eq!(fs::read_to_string(folder.path().join("keys.tmp")).expect("it stays"), "of somebody else");
    link("copy.db.partial");
    drop(Server::sandbox(folder.path()));
    let backup = ["backup", "--store", "sqlite:shop.db", "--to", "copy.db"];
    assert_eq!(run(folder.path(), &backup).code, Some(0));
    for beside in ["new.db.lock", "new.db-mark", "more.json.lock"] {
        link(beside);
    }
    assert_eq!(run(folder.path(), &["migrate", "--store", "sqlite:new.db"]).code, Some(1));
    let more = ["keys", "create", "--name", "ops", "--keys", "more.json"];
    assert_eq!(run(folder.path(), &more).code, Some(1));
    assert_eq!(fs::read_to_string(&precious).expect("it is there"), "precious");
}
