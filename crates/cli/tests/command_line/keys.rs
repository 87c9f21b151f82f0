//! API keys: made, listed and withdrawn on the command line, and followed by a running service.

use crate::folder;
use crate::support::{Client, Request, Server, run, shop};
use std::fs;
use std::path::Path;

/// Requests after which a service that follows its file has followed it: it looks every two seconds.
const LOOKS: u32 = 1_000_000;

/// Makes a key and answers it.
pub fn create(folder: &Path, args: &[&str]) -> String {
    let made = run(folder, &[&["keys", "create", "--keys", "keys.json"], args].concat());
    assert_eq!(made.code, Some(0), "{}", made.err);
    made.out.trim().to_owned()
}

/// A sandbox that goes by `keys.json`.
pub fn serve(folder: &Path) -> Server {
    let args = ["--sandbox", "--store", "sqlite:shop.db", "--keys", "keys.json"];
    Server::start(folder, &args)
}

/// Asks until the service answers so.
fn until(client: &mut Client, status: u16) {
    let clock = Request::get("/v1/sandbox/clock");
    let answered = (0..LOOKS).any(|_| client.call(&clock).status == status);
    assert!(answered, "{LOOKS} requests later it still does not answer {status}");
}

#[test]
fn a_key_is_shown_once_listed_without_its_secret_and_withdrawn() {
    let folder = folder();
    let key = create(folder.path(), &["--name", "erp", "--shop", "s1", "--scopes", "read,events"]);
    assert!(key.starts_with("pk_") && key.len() == 67, "{key}");
    let file = fs::read_to_string(folder.path().join("keys.json")).expect("the file is there");
    assert!(!file.contains(&key), "{file}");
    let list = || run(folder.path(), &["keys", "list", "--keys", "keys.json"]).out;
    let listed = list();
    for part in ["erp", "s1", "read,events", "for ever"] {
        assert!(listed.contains(part), "{listed}");
    }
    assert!(!listed.contains(&key[3..]), "{listed}");
    let again = run(folder.path(), &["keys", "create", "--name", "erp", "--keys", "keys.json"]);
    assert_eq!(again.code, Some(1), "{again:?}");
    assert!(again.err.contains("there is a key named erp"), "{}", again.err);
    let revoked = run(folder.path(), &["keys", "revoke", "erp", "--keys", "keys.json"]);
    assert_eq!(revoked.code, Some(0), "{revoked:?}");
    assert_eq!(list(), "");
}

#[test]
fn keys_made_and_withdrawn_at_the_same_moment_are_all_kept() {
    let folder = folder();
    create(folder.path(), &["--name", "old"]);
    let names: Vec<String> = (0..12).map(|n| format!("key{n:02}")).collect();
    std::thread::scope(|scope| {
        for name in &names {
            scope.spawn(|| create(folder.path(), &["--name", name]));
        }
        scope.spawn(|| {
            let revoked = run(folder.path(), &["keys", "revoke", "old", "--keys", "keys.json"]);
            assert_eq!(revoked.code, Some(0), "{revoked:?}");
        });
    });
    let listed = run(folder.path(), &["keys", "list", "--keys", "keys.json"]).out;
    let mut kept: Vec<&str> = listed.lines().filter_map(|line| line.split('\t').next()).collect();
    kept.sort_unstable();
    assert_eq!(kept, names);
}

#[test]
fn a_running_service_follows_the_file() {
    let folder = folder();
    let server = serve(folder.path());
    let mut client = server.client();
    until(&mut client, 401);
    client.key = create(folder.path(), &["--name", "erp"]);
    until(&mut client, 200);
    let mut second = Client::new(&server.address, &create(folder.path(), &["--name", "app"]));
    until(&mut second, 200);
    let revoked = run(folder.path(), &["keys", "revoke", "erp", "--keys", "keys.json"]);
    assert_eq!(revoked.code, Some(0), "{revoked:?}");
    until(&mut client, 401);
    until(&mut second, 200);
    // A file that cannot be read leaves the keys as they were.
    fs::write(folder.path().join("keys.json"), "[{").expect("the file can be written");
    create_fails(folder.path());
    until(&mut second, 200);
}

/// What the file says counts, not when it was written; and what was withdrawn is not brought back by an earlier file.
#[test]
fn a_key_is_withdrawn_by_content() {
    let folder = folder();
    let key = create(folder.path(), &["--name", "erp"]);
    let other = create(folder.path(), &["--name", "app"]);
    let file = folder.path().join("keys.json");
    let before = fs::read(&file).expect("the file is there");
    let written = fs::metadata(&file).and_then(|meta| meta.modified()).expect("it has a time");
    // The same time of change whatever the file says.
    let put = |content: &[u8]| {
        fs::write(&file, content).expect("it can be written");
        let opened = fs::File::options().append(true).open(&file).expect("it can be opened");
        opened.set_modified(written).expect("its time can be set");
    };
    let server = serve(folder.path());
    let mut client = Client::new(&server.address, &key);
    until(&mut client, 200);
    let revoked = run(folder.path(), &["keys", "revoke", "erp", "--keys", "keys.json"]);
    assert_eq!(revoked.code, Some(0), "{revoked:?}");
    put(&fs::read(&file).expect("the file is there"));
    until(&mut client, 401);
    let mut second = Client::new(&server.address, &other);
    until(&mut second, 200);
    let none_of_app = String::from_utf8(fs::read(&file).expect("it is there")).expect("text");
    let mut keys: serde_json::Value = serde_json::from_str(&none_of_app).expect("JSON");
    keys.as_array_mut().expect("a list").retain(|key| key["name"] != "app");
    put(keys.to_string().as_bytes());
    until(&mut second, 401);
    // An earlier file brings back what was only taken out, which shows that it was read.
    put(&before);
    until(&mut second, 200);
    until(&mut client, 401);
    drop(server);
    // The name is free again.
    let again = run(folder.path(), &["keys", "revoke", "erp", "--keys", "keys.json"]);
    assert_eq!(again.code, Some(0), "{again:?}");
    let made = create(folder.path(), &["--name", "erp"]);
    let again = run(folder.path(), &["keys", "revoke", "erp", "--keys", "keys.json"]);
    assert_eq!(again.code, Some(0), "{again:?}");
    let gone = run(folder.path(), &["keys", "revoke", "erp", "--keys", "keys.json"]);
    assert!(gone.err.contains("there is no key named erp"), "{gone:?}");
    let server = serve(folder.path());
    for key in [&key, &made] {
        until(&mut Client::new(&server.address, key), 401);
    }
}

fn create_fails(folder: &Path) {
    let made = run(folder, &["keys", "create", "--name", "new", "--keys", "keys.json"]);
    assert_eq!(made.code, Some(1), "{made:?}");
    assert!(made.err.contains("keys.json is not a file of keys"), "{}", made.err);
}

#[test]
fn a_key_that_has_run_out_is_refused() {
    let folder = folder();
    let keys = ["--name", "guest", "--days", "1"];
    let key = create(folder.path(), &keys);
    // A day later.
    let file = folder.path().join("keys.json");
    let text = fs::read_to_string(&file).expect("the file is there");
    let mut stored: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    stored[0]["expires_at"] = stored[0]["created_at"].clone();
    fs::write(&file, stored.to_string()).expect("it can be written");
    let server = serve(folder.path());
    let answer = Client::new(&server.address, &key).call(&shop::clock(0));
    assert_eq!((answer.status, answer.code().as_str()), (401, "unauthorized"));
    assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
}

#[test]
fn a_key_without_a_name_or_with_no_days_is_not_made() {
    let folder = folder();
    let long = "x".repeat(101);
    for (args, said) in [
        (vec!["--name", ""], "cannot be empty"),
        (vec!["--name", " "], "cannot be empty"),
        (vec!["--name", "a\tb"], "no control characters"),
        (vec!["--name", &long], "at most 100"),
        (vec!["--name", "erp", "--days", "0"], "--days is 1 to"),
        (vec!["--name", "erp", "--days=-1"], "--days is 1 to"),
        (vec!["--name", "erp", "--days", "9223372036854775807"], "--days is 1 to"),
    ] {
        let made = run(folder.path(), &[&["keys", "create", "--keys", "keys.json"], &args[..]].concat());
        assert_eq!((made.code, made.out.as_str()), (Some(1), ""), "{args:?}");
        assert!(made.err.contains(said), "{args:?}: {}", made.err);
    }
    assert!(!folder.path().join("keys.json").exists());
}
