//! Settings: flags win over the environment, that over the file, that over the defaults; what cannot
//! be used ends the program with one sentence.

use crate::support::{Client, Request, Server, program, run, shop};
use crate::{folder, keys};
use std::fs;
use std::path::Path;

/// The databases that a service which was told its store in these places has made.
fn made(folder: &Path, flag: Option<&str>, variable: Option<&str>, file: Option<&str>) -> Vec<String> {
    let mut args = vec!["serve", "--listen", "127.0.0.1:0"];
    if let Some(store) = file {
        let text = format!("store = \"sqlite:{store}.db\"\nlog = \"text\"\n");
        fs::write(folder.join("settings.toml"), text).expect("the file can be written");
        args.extend(["--config", "settings.toml"]);
    }
    let flag = flag.map(|store| format!("sqlite:{store}.db"));
    if let Some(store) = &flag {
        args.extend(["--store", store]);
    }
    let mut command = program(folder, &args);
    if let Some(store) = variable {
        command.env("PROMENADE_STORE", format!("sqlite:{store}.db"));
    }
    drop(Server::of(command, folder));
    databases(folder)
}

fn databases(folder: &Path) -> Vec<String> {
    let files = fs::read_dir(folder).expect("the folder can be read");
    let names = files.map(|file| file.expect("a file").file_name());
    let names = names.map(|name| name.to_string_lossy().into_owned());
    let base = |name: String| name.split_once('.').map(|(base, kind)| (base.to_owned(), kind.to_owned()));
    let bases = names.filter_map(base);
    let found = bases.filter(|(_, kind)| kind == "db" || kind == "sqlite");
    found.map(|(base, _)| base).collect()
}

#[test]
fn flags_win_over_the_environment_that_over_the_file_that_over_defaults() {
    let cases = [
        (Some("flag"), Some("variable"), Some("file"), "flag"),
        (None, Some("variable"), Some("file"), "variable"),
        (None, None, Some("file"), "file"),
        (Some("flag"), None, Some("file"), "flag"),
        (Some("flag"), Some("variable"), None, "flag"),
        (None, None, None, "promenade"),
    ];
    for (flag, variable, file, wins) in cases {
        let folder = folder();
        let made = made(folder.path(), flag, variable, file);
        assert_eq!(made, [wins], "{flag:?} {variable:?} {file:?}");
    }
}

#[test]
fn a_sandbox_keeps_nothing_unless_it_is_told_to() {
    let folder = folder();
    let mut command = program(folder.path(), &["serve", "--listen", "127.0.0.1:0"]);
    command.env("PROMENADE_SANDBOX", "true");
    let server = Server::of(command, folder.path());
    server.client().get("/v1/sandbox/clock");
    assert_eq!(databases(folder.path()), [""; 0]);
}

/// What is wrong, the exit code, and what the sentence must say.
const REFUSED: [(&[&str], i32, &str); 24] = [
    (&["serve", "--store", "shop.db"], 1, "a store is memory or sqlite:FILE"),
    (&["serve", "--store", "postgres://localhost/shop"], 1, "PostgreSQL store is not built yet"),
    (&["serve", "--store", "sqlite:no/such/folder/shop.db"], 1, "cannot open no/such/folder/shop.db"),
    (&["serve", "--store", "sqlite:garbage.db"], 1, "garbage.db"),
    (&["serve", "--config", "missing.toml"], 1, "there is no configuration file missing.toml"),
    (&["serve", "--config", "wrong.toml"], 1, "stores"),
    (&["serve", "--log", "xml"], 1, "log is json or text, not xml"),
    (&["serve", "--sandbox", "--listen", "nowhere"], 1, "cannot listen on nowhere"),
    (&["serve", "--sandbox", "--listen", "0.0.0.0:0"], 1, "the key `sandbox`, which everybody knows"),
    (&["serve", "--demo", "--listen", "[::]:0"], 1, "say --allow-published-key"),
    (&["serve", "--sandbox", "--webhook-shop-slots", "0"], 1, "webhook_shop_slots is 1 to 128, not 0"),
    (&["serve", "--sandbox", "--webhook-shop-slots", "129"], 1, "webhook_shop_slots is 1 to 128, not 129"),
    (&["serve", "--sandbox", "--messages", "pigeon"], 1, "messages is jsonl:FILE or an http address"),
    (&["serve", "--sandbox", "--webhook-allow", "10.0.0.0/99"], 1, "webhook_allow 10.0.0.0/99"),
    (&["serve", "--sandbox", "--keys", "garbage.db"], 1, "garbage.db is not a file of keys"),
    (&["audit", "--store", "sqlite:missing.db"], 2, "there is no store missing.db"),
    (&["audit", "--store", "memory"], 2, "memory is not sqlite:FILE"),
    (&["audit", "--store", "sqlite:garbage.db"], 2, "garbage.db"),
    (&["backup", "--store", "sqlite:missing.db", "--to", "copy.db"], 1, "there is no store missing.db"),
    (&["restore", "--from", "missing.db", "--store", "sqlite:new.db"], 1, "missing.db"),
    (&["restore", "--from", "garbage.db", "--store", "sqlite:new.db"], 1, "garbage.db"),
    (&["migrate", "--store", "sqlite:garbage.db"], 1, "garbage.db"),
    (&["keys", "revoke", "nobody"], 1, "there is no key named nobody"),
    (&["keys", "create", "--name", "x", "--scopes", "all"], 1, "all is not one of read"),
];

#[test]
fn what_cannot_be_used_is_said_in_one_sentence() {
    let folder = folder();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text);
    write("garbage.db", &"This is no database, and no list of keys either.\n".repeat(100)).expect("written");
    write("wrong.toml", "stores = \"sqlite:shop.db\"\n").expect("written");
    for (args, code, sentence) in REFUSED {
        let ended = run(folder.path(), args);
        assert_eq!(ended.code, Some(code), "{args:?}: {}", ended.err);
        let said = ended.err.lines().rfind(|line| line.starts_with("promenade: "));
        let said = said.unwrap_or_else(|| panic!("{args:?} says {}", ended.err));
        assert!(said.contains(sentence), "{args:?}: {said}");
        assert!(!ended.err.contains("panicked"), "{args:?}: {}", ended.err);
        assert_eq!(ended.out, "", "{args:?}");
    }
    assert!(!folder.path().join("new.db").exists(), "nothing was restored");
    assert!(!folder.path().join("copy.db").exists(), "nothing was copied");
}

/// Where others reach a sandbox it wants keys of its own, or to be told that the published one will do; before that it
/// makes no store.
#[test]
fn the_published_key_stays_on_this_machine() {
    let folder = folder();
    let store = ["--sandbox", "--store", "sqlite:shop.db"];
    let others = ["serve", "--listen", "0.0.0.0:0"];
    let ended = run(folder.path(), &[&others[..], &store].concat());
    assert_eq!(ended.code, Some(1), "{}", ended.err);
    assert_eq!(databases(folder.path()), [""; 0]);
    let asked = |more: &[&str], key: &str| {
        let command = program(folder.path(), &[&others[..], &store, more].concat());
        let server = Server::of(command, folder.path());
        let address = server.address.replace("0.0.0.0", "127.0.0.1");
        Client::new(&address, key).call(&Request::get("/v1/sandbox/clock")).status
    };
    assert_eq!(asked(&["--allow-published-key"], "sandbox"), 200);
    let key = keys::create(folder.path(), &["--name", "ops"]);
    for (key, status) in [("sandbox", 401), (key.as_str(), 200)] {
        assert_eq!(asked(&["--keys", "keys.json"], key), status, "{key}");
    }
}

/// One process writes a file; the others are told so at once, and the first one goes on.
#[test]
fn a_file_in_use_is_refused_at_once() {
    let folder = folder();
    let server = Server::sandbox(folder.path());
    let mut client = server.client();
    shop::open(&mut client, 1_440, 100);
    let backup = run(folder.path(), &["backup", "--store", "sqlite:shop.db", "--to", "copy.db"]);
    assert_eq!(backup.code, Some(0), "{}", backup.err);
    let store = ["--store", "sqlite:shop.db"];
    for command in [
        &["serve", "--sandbox", "--listen", "127.0.0.1:0"][..],
        &["migrate"],
        &["restore", "--from", "copy.db"],
    ] {
        let began = std::time::Instant::now();
        let ended = run(folder.path(), &[command, &store].concat());
        assert_eq!(ended.code, Some(1), "{command:?}: {}", ended.err);
        let sentence = "shop.db is in use by another process that writes it; stop that process first";
        assert!(ended.err.contains(sentence), "{command:?}: {}", ended.err);
        assert!(began.elapsed().as_secs() < 5, "{command:?} took {:?}", began.elapsed());
    }
    let told = shop::tell(&mut client, &[shop::placed("o1", "u1", shop::TEN)]);
    assert_eq!(told, ["applied"]);
}
