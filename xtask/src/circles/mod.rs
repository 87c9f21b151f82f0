//! The arrows between the files of one crate: they never run in a circle.
//!
//! A file points at another when it uses what the other defines. Declaring a module is no arrow, and a `pub use` is
//! none: who uses what it hands on points at the file that defines it. So a folder's `mod.rs` may list what is in
//! the folder, but then the folder's files may use nothing that stands in `mod.rs` itself.
//!
//! It reads text, not types: a method call names no file, nor does a trait that only a glob brings in, nor what a
//! macro makes of the words it is handed.

mod gather;
mod imports;
mod modules;
mod reading;
mod resolve;
mod test_code;
mod tokens;

use std::collections::{BTreeMap, BTreeSet};

use crate::tree::Tree;
use modules::Crate;
use reading::Arrows;

/// Every circle of files inside a crate of ours: its files, and the names that tie them.
pub fn check(tree: &Tree) -> anyhow::Result<Vec<String>> {
    let paths = tree.files.iter().map(|file| file.path.as_str());
    let mut findings = Vec::new();
    for folder in paths.filter_map(|path| path.strip_suffix("/Cargo.toml")) {
        let folder = format!("{folder}/src");
        let read = gather::read(tree, &folder)?;
        let arrows = reading::arrows(&read);
        findings.extend(circles(&arrows).iter().map(|circle| describe(&folder, &read, &arrows, circle)));
    }
    Ok(findings)
}

/// The files that reach each other and so lie on a circle.
fn circles(arrows: &Arrows) -> Vec<BTreeSet<usize>> {
    let mut next: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (from, to) in arrows.keys() {
        next.entry(*from).or_default().push(*to);
    }
    let reached: BTreeMap<usize, BTreeSet<usize>> =
        next.keys().map(|from| (*from, reached_from(*from, &next))).collect();
    let leads = |from: usize, to: usize| reached.get(&from).is_some_and(|files| files.contains(&to));
    let mut found: Vec<BTreeSet<usize>> = Vec::new();
    for (from, files) in &reached {
        let circle: BTreeSet<usize> = files.iter().copied().filter(|to| leads(*to, *from)).collect();
        if !circle.is_empty() && !found.contains(&circle) {
            found.push(circle);
        }
    }
    found
}

fn reached_from(start: usize, next: &BTreeMap<usize, Vec<usize>>) -> BTreeSet<usize> {
    let mut reached = BTreeSet::new();
    let mut waiting = vec![start];
    while let Some(file) = waiting.pop() {
        let further = next.get(&file).into_iter().flatten();
        waiting.extend(further.copied().filter(|to| reached.insert(*to)));
    }
    reached
}

/// The arrows inside a circle, one a line: cutting some of them opens it.
fn describe(folder: &str, read: &Crate, arrows: &Arrows, circle: &BTreeSet<usize>) -> String {
    let inside = arrows.iter().filter(|((from, to), _)| circle.contains(from) && circle.contains(to));
    let line = |((from, to), names): (&(usize, usize), &BTreeSet<String>)| {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        format!("\n  {} -> {}: {}", read.files[*from], read.files[*to], names.join(", "))
    };
    let mut lines: Vec<String> = inside.map(line).collect();
    lines.sort();
    format!("{folder}: a circle of {} files{}", circle.len(), lines.concat())
}

#[cfg(test)]
mod tests;
