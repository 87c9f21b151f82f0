//! The promise of CONTRIBUTING.md: a kind of campaign is one folder, and one line in the list of kinds.
//!
//! It copies the sources, adds a kind of its own (`xtask/promise/`) to the copy, looks that nothing else differs, and
//! compiles what sees kinds. The copy and what is built of it stay under `target/promise`, so that the next time is short.

use anyhow::Context;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{collections::BTreeMap, fs};

/// Where kinds live.
const KINDS: &str = "crates/domain/src/campaign";
/// The list of them: where it begins and ends.
const LIST: &str = "crates/domain/src/campaign/kinds.rs";
const LIST_BEGINS: &str = "macro_rules! kinds {";
const END_OF_LIST: &str = "\n        }\n    };\n}\n";
/// The kind that is added: its folder here, and its line.
const KIND: &str = "thanks";
const LINE: &str = "\n            Thanks: thanks,";
/// No part of the sources.
const LEFT_OUT: [&str; 4] = ["target", ".git", "node_modules", "data"];

/// What a folder holds: the bytes of each file, by its path below it.
type Files = BTreeMap<PathBuf, Vec<u8>>;

/// One sentence for each way in which the promise is broken.
pub fn check(root: &Path) -> anyhow::Result<Vec<String>> {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let place = target.join("promise");
    let sources = read(root)?;
    let with_kind = add_kind(&sources)?;
    let mut findings = differences(&sources, &with_kind);
    lay_out(&with_kind, &place.join("sources"))?;
    findings.extend(compile(&place)?);
    Ok(findings)
}

fn read(root: &Path) -> anyhow::Result<Files> {
    let mut files = Files::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        let place = root.join(&folder);
        for entry in fs::read_dir(&place).with_context(|| format!("reading {}", place.display()))? {
            let entry = entry?;
            let (name, kind) = (entry.file_name(), entry.file_type()?);
            let path = folder.join(&name);
            if kind.is_dir() && !LEFT_OUT.iter().any(|left_out| name == *left_out) {
                folders.push(path);
            } else if kind.is_file() && is_source(&path) {
                files.insert(path, fs::read(entry.path())?);
            }
        }
    }
    Ok(files)
}

/// What a build reads; databases and reports that lie about are not copied.
fn is_source(path: &Path) -> bool {
    let at_root = path.components().count() == 1;
    !at_root || path.extension().is_some_and(|extension| extension == "toml" || extension == "lock")
}

/// The sources with the folder and the line of the added kind.
fn add_kind(sources: &Files) -> anyhow::Result<Files> {
    let mut files = sources.clone();
    let ours = Path::new("xtask/promise").join(KIND);
    for (path, text) in sources {
        if let Ok(name) = path.strip_prefix(&ours) {
            files.insert(Path::new(KINDS).join(KIND).join(name), text.clone());
        }
    }
    let list = files.get_mut(Path::new(LIST)).with_context(|| format!("{LIST} is not there"))?;
    let text = String::from_utf8(list.clone()).with_context(|| format!("reading {LIST}"))?;
    let begins = text.find(LIST_BEGINS).with_context(|| format!("{LIST} has no list of kinds"))?;
    let ends = text[begins..].find(END_OF_LIST).with_context(|| format!("the list in {LIST} has no end"))?;
    let (before, after) = text.split_at(begins + ends);
    *list = [before, LINE, after].concat().into_bytes();
    Ok(files)
}

/// What differs beyond one new folder and one new line.
fn differences(before: &Files, after: &Files) -> Vec<String> {
    let folder = Path::new(KINDS).join(KIND);
    let mut findings = Vec::new();
    let mut lines = 0;
    for (path, text) in after.iter().filter(|(path, _)| !path.starts_with(&folder)) {
        match before.get(path) {
            Some(was) if was == text => {}
            Some(was) => {
                lines += lines_of(text).abs_diff(lines_of(was));
            }
            None => findings.push(format!("{} is new outside the folder of the kind", path.display())),
        }
    }
    if lines != 1 {
        findings.push(format!("{lines} lines changed outside the folder of the kind"));
    }
    findings
}

fn lines_of(text: &[u8]) -> usize {
    text.split(|byte| *byte == b'\n').count()
}

/// Writes what is not there as it should be, and removes what should not be there.
fn lay_out(files: &Files, place: &Path) -> anyhow::Result<()> {
    let known = if place.is_dir() { read(place)? } else { Files::new() };
    for path in known.keys().filter(|path| !files.contains_key(*path)) {
        fs::remove_file(place.join(path))?;
    }
    for (path, text) in files.iter().filter(|(path, text)| known.get(*path) != Some(text)) {
        let file = place.join(path);
        let folder = file.parent().context("a file lies in a folder")?;
        fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
        fs::write(&file, text).with_context(|| format!("writing {}", file.display()))?;
    }
    Ok(())
}

/// Compiles all of the copy that sees kinds; what the compiler says against it.
fn compile(place: &Path) -> anyhow::Result<Option<String>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["check", "--quiet", "--offline", "--locked", "-p", "http-api", "-p", "audit"])
        .current_dir(place.join("sources"))
        .env("CARGO_TARGET_DIR", place.join("target"))
        .output()
        .context("running cargo check")?;
    if output.status.success() {
        return Ok(None);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Ok(Some(format!("a kind that is a folder and a line does not compile:\n{said}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(all: &[(&str, &str)]) -> Files {
        all.iter().map(|(path, text)| (PathBuf::from(path), text.as_bytes().to_vec())).collect()
    }

    fn sources() -> Files {
        let list = format!("macro_rules! kinds {{ then {{\n            Recovery: recovery,{END_OF_LIST}");
        files(&[(LIST, &list), ("xtask/promise/thanks/mod.rs", "//! Thanks."), ("Cargo.toml", "")])
    }

    #[test]
    fn a_folder_and_a_line_are_added() {
        let with_kind = add_kind(&sources()).expect("the list has an end");
        assert!(with_kind.contains_key(Path::new("crates/domain/src/campaign/thanks/mod.rs")));
        let list = String::from_utf8_lossy(&with_kind[Path::new(LIST)]).into_owned();
        assert!(list.contains("Recovery: recovery,\n            Thanks: thanks,\n        }"), "{list}");
        assert_eq!(differences(&sources(), &with_kind), [""; 0]);
    }

    #[test]
    fn anything_more_is_named() {
        let mut more = add_kind(&sources()).expect("the list has an end");
        more.insert(PathBuf::from("Cargo.toml"), b"\n[workspace]".to_vec());
        more.insert(PathBuf::from("crates/x.rs"), Vec::new());
        let found = differences(&sources(), &more);
        assert_eq!(found.len(), 2, "{found:?}");
    }

    #[test]
    fn a_list_that_cannot_be_told_is_no_promise_kept() {
        let without = files(&[(LIST, "kinds!(all);")]);
        assert!(add_kind(&without).is_err());
    }
}
