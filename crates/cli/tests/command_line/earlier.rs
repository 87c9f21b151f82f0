//! A store of an earlier build: every command says what to do with it, and none changes it.

use crate::support::run;
use crate::{folder, pool};
use std::fs;

/// Made by a build from before the tables were settled.
const EARLIER: &[u8] = include_bytes!("../../../store-sqlite/tests/stores/earlier-build.sqlite");

const COMMANDS: [(&[&str], i32); 7] = [
    (&["serve", "--listen", "127.0.0.1:0", "--store", "sqlite:shop.db"], 1),
    (&["migrate", "--store", "sqlite:shop.db"], 1),
    (&["audit", "--store", "sqlite:shop.db"], 2),
    (&["backup", "--store", "sqlite:shop.db", "--to", "new.db"], 1),
    (&["restore", "--from", "shop.db", "--store", "sqlite:new.db"], 1),
    (&["intake", "--mapping", "pool.toml", "--store", "sqlite:shop.db", "--shop", "tea", "export"], 1),
    (&["pool", "--mapping", "pool.toml", "--out", "out", "--store", "sqlite:shop.db", "export"], 1),
];

#[test]
fn a_store_of_an_earlier_build_is_refused_by_every_command() {
    let folder = folder();
    pool::export(folder.path());
    let file = folder.path().join("shop.db");
    fs::write(&file, EARLIER).expect("it can be written");
    for (args, code) in COMMANDS {
        let ended = run(folder.path(), args);
        assert_eq!(ended.code, Some(code), "{args:?}: {ended:?}");
        let said = ended.err.lines().rfind(|line| line.starts_with("promenade: "));
        let said = said.unwrap_or_else(|| panic!("{args:?} says {}", ended.err));
        let what_to_do = "start a new store and send the events again, or go on with the build that made it";
        assert!(
            said.contains("shop.db was made by a build") && said.contains(what_to_do),
            "{args:?}: {said}"
        );
        assert_eq!(ended.out, "", "{args:?}");
        assert!(fs::read(&file).expect("it is there") == EARLIER, "{args:?} changed it");
    }
    assert!(!folder.path().join("new.db").exists(), "something was copied");
}
