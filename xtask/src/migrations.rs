//! Landed migrations stay as they landed: each stands, with its SHA-256, in the `checksums.txt` beside it.
//!
//! A store remembers which files made it, so a landed file is never edited, renamed or removed; what is to change
//! comes as the next one. What this does not see is an edit of a file together with its line: for that one would have
//! to compare with an earlier commit, and a source archive has none. The second wall are the stores kept in
//! `crates/store-sqlite/tests/stores`: they hold what their migrations were, and are not opened by others.

use std::{collections::BTreeMap, fmt::Write as _};

use sha2::{Digest, Sha256};

use crate::tree::{File, Tree};

/// The list, as `sha256sum *.sql` writes it.
const LIST: &str = "checksums.txt";

/// What is wrong in the `migrations` folder of any crate.
pub fn check(tree: &Tree) -> Vec<String> {
    let mut folders: BTreeMap<&str, Vec<&File>> = BTreeMap::new();
    for file in &tree.files {
        if let Some(at) = file.path.find("/migrations/").filter(|_| file.is_under("crates")) {
            folders.entry(&file.path[..at + "/migrations/".len()]).or_default().push(file);
        }
    }
    folders.into_iter().flat_map(|(folder, files)| check_folder(folder, &files)).collect()
}

fn check_folder(folder: &str, files: &[&File]) -> Vec<String> {
    let by_name: BTreeMap<&str, &File> =
        files.iter().map(|file| (&file.path[folder.len()..], *file)).collect();
    let list = by_name.get(LIST).map_or("", |file| &file.text);
    let mut unlisted = by_name.clone();
    unlisted.remove(LIST);
    let mut found = Vec::new();
    for (number, line) in (1..).zip(list.lines()) {
        let place = format!("{folder}{LIST}:{number}");
        let Some((sum, name)) = line.split_once("  ") else {
            found.push(format!("{place}: a line is a checksum, two blanks and the name of a migration"));
            continue;
        };
        unlisted.remove(name);
        if version(name) != Some(number) {
            found.push(format!("{place}: {name} is not migration number {number}"));
        }
        found.extend(match by_name.get(name) {
            Some(file) if checksum(file) == sum => None,
            Some(file) => Some(format!(
                "{}: not the file that landed; a landed migration is never edited: add a new one",
                file.path
            )),
            None => Some(format!("{place}: {name} is missing; a landed migration is never removed")),
        });
    }
    for (name, file) in unlisted {
        found.push(match version(name) {
            Some(_) => {
                let line = format!("{}  {name}", checksum(file));
                format!("{}: not in {LIST}; a new migration lands with its line: `{line}`", file.path)
            }
            None => format!("{}: no migration; one is named V01__what_it_brings.sql", file.path),
        });
    }
    found
}

/// The number of `V01__shops.sql`.
fn version(name: &str) -> Option<usize> {
    let (number, words) = name.strip_prefix('V')?.strip_suffix(".sql")?.split_once("__")?;
    let is_plain =
        !words.is_empty() && words.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    let has_two_digits = number.len() >= 2 && number.bytes().all(|b| b.is_ascii_digit());
    (is_plain && has_two_digits).then(|| number.parse().ok()).flatten()
}

fn checksum(file: &File) -> String {
    let mut text = String::new();
    for byte in Sha256::digest(file.text.as_bytes()) {
        write!(text, "{byte:02x}").expect("a text takes what is written");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of the texts `a` and `b`, as `sha256sum` prints them.
    const A: &str = "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb";
    const B: &str = "3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d";

    /// What is found among these files, listed so.
    fn found(files: &[(&str, &str)], list: &str) -> Vec<String> {
        let mut all = vec![("crates/s/migrations/checksums.txt".to_owned(), list)];
        all.extend(files.iter().map(|(name, text)| (format!("crates/s/migrations/{name}"), *text)));
        let all: Vec<(&str, &str)> = all.iter().map(|(path, text)| (path.as_str(), *text)).collect();
        check(&Tree::of(&all))
    }

    #[track_caller]
    fn finds(files: &[(&str, &str)], list: &str, expected: &[&str]) {
        let found = found(files, list);
        assert_eq!(found.len(), expected.len(), "{found:#?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.contains(expected), "{found}: {expected}");
        }
    }

    #[test]
    fn what_is_listed_as_it_is_may_stand() {
        let list = format!("{A}  V01__shops.sql\n{B}  V02__orders.sql\n");
        finds(&[("V01__shops.sql", "a"), ("V02__orders.sql", "b")], &list, &[]);
    }

    #[test]
    fn a_landed_migration_is_neither_edited_nor_removed() {
        let list = format!("{A}  V01__shops.sql\n{B}  V02__orders.sql\n");
        let edited =
            "V02__orders.sql: not the file that landed; a landed migration is never edited: add a new one";
        finds(&[("V01__shops.sql", "a"), ("V02__orders.sql", "c")], &list, &[edited]);
        finds(&[("V01__shops.sql", "a")], &list, &["checksums.txt:2: V02__orders.sql is missing"]);
        let renamed = [("V01__shops.sql", "a"), ("V02__order.sql", "b")];
        finds(&renamed, &list, &["V02__orders.sql is missing", "V02__order.sql: not in checksums.txt"]);
    }

    #[test]
    fn a_new_migration_comes_with_its_line() {
        let files = [("V01__shops.sql", "a"), ("V02__orders.sql", "b")];
        let line = format!("`{B}  V02__orders.sql`");
        finds(&files, &format!("{A}  V01__shops.sql\n"), &[&line]);
        finds(&files, "", &["V01__shops.sql: not in", "V02__orders.sql: not in"]);
    }

    #[test]
    fn versions_follow_each_other() {
        let gap = format!("{A}  V01__shops.sql\n{B}  V03__orders.sql\n");
        let files = [("V01__shops.sql", "a"), ("V03__orders.sql", "b")];
        finds(&files, &gap, &["checksums.txt:2: V03__orders.sql is not migration number 2"]);
        let twice = format!("{A}  V01__shops.sql\n{B}  V01__orders.sql\n");
        let files = [("V01__shops.sql", "a"), ("V01__orders.sql", "b")];
        finds(&files, &twice, &["V01__orders.sql is not migration number 2"]);
    }

    #[test]
    fn nothing_else_lies_among_migrations() {
        let list = format!("{A}  V01__shops.sql\n");
        for stray in ["U02__views.sql", "V2__views.sql", "V02__.sql", "more/V02__views.sql", "notes.txt"] {
            finds(&[("V01__shops.sql", "a"), (stray, "b")], &list, &["no migration; one is named"]);
        }
        finds(
            &[("V01__shops.sql", "a")],
            &format!("{list}V02\n"),
            &["checksums.txt:2: a line is a checksum"],
        );
    }
}
