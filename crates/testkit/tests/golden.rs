//! Stored documents of every version that ever landed are read, and written as they are written today.
//!
//! A file is `golden/<kind>/<name>.v<version>.json` and never changes. Where this fails for what is written today, a
//! store in the field would be rewritten in a shape that the program of yesterday does not know: leave the new field
//! out where it is empty, or raise `Document::VERSION`, read the older one, and land its next golden documents.
#![allow(clippy::unwrap_used, reason = "tests")]

use engine::Reply;
use port::document::{Document, read, write};
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden")
}

/// Reads every version of a kind's documents and writes it again.
fn check<D: Document>(kind: &str) {
    let mut names: BTreeMap<String, BTreeMap<u32, String>> = BTreeMap::new();
    for file in fs::read_dir(folder().join(kind)).unwrap() {
        let file = file.unwrap();
        let called = file.file_name().into_string().unwrap();
        let (name, version) = called.strip_suffix(".json").and_then(|stem| stem.split_once(".v")).unwrap();
        let text = fs::read_to_string(file.path()).unwrap().trim_end().to_owned();
        names.entry(name.to_owned()).or_default().insert(version.parse().unwrap(), text);
    }
    let newest = names.values().filter_map(|versions| versions.keys().next_back()).max();
    assert_eq!(newest, Some(&D::VERSION), "{kind}: the version that is written has its golden documents");
    for (name, versions) in names {
        let today = versions.values().next_back().unwrap();
        for (version, text) in &versions {
            let says = text.starts_with(&format!("{{\"v\":{version},"));
            assert_eq!(says, *version > 1, "{kind}/{name}.v{version} says its version");
            let document: D = read(text).unwrap_or_else(|error| panic!("{kind}/{name}.v{version}: {error}"));
            let mut written = Vec::new();
            write(&document, &mut written).unwrap();
            assert_eq!(&String::from_utf8(written).unwrap(), today, "{kind}/{name}.v{version}");
        }
    }
}

type Check = (&'static str, fn(&str));

macro_rules! checks {
    ($($kind:ident: $document:ty,)+) => {
        /// Every document of a store, and stored answers, which `port` does not know.
        const KINDS: &[Check] = &[$((stringify!($kind), check::<$document>),)+ ("reply", check::<Reply>)];
    };
}

port::documents!(checks);

#[test]
fn every_landed_document_is_read_and_written_as_today() {
    for (kind, check) in KINDS {
        check(kind);
    }
}

#[test]
fn every_folder_is_a_kind() {
    let entries = fs::read_dir(folder()).unwrap();
    let mut folders: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    folders.sort_unstable();
    let mut kinds: Vec<&str> = KINDS.iter().map(|(kind, _)| *kind).collect();
    kinds.sort_unstable();
    assert_eq!(folders, kinds);
}
