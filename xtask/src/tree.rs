//! The repository's text files, read once and handed to the checkers as values.
//!
//! Paths are relative to the root and use `/`. Build output, dependencies and local data are not part of it.

use std::{fs, path::Path};

use anyhow::Context;

/// What counts as text that people of this project write.
const EXTENSIONS: [&str; 10] = ["rs", "toml", "md", "sql", "sh", "yml", "json", "txt", "csv", "scenario"];
const NAMES: [&str; 2] = ["Makefile", "run"];
const HIDDEN_BUT_OURS: [&str; 4] = [".cargo", ".ci", ".config", ".github"];
const NOT_OURS: [&str; 3] = ["target", "node_modules", "dist"];

/// One text file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Relative to the root, with `/` between folders.
    pub path: String,
    /// The whole text.
    pub text: String,
}

impl File {
    /// Whether one of the folders on the way to the file has this name.
    pub fn is_under(&self, folder: &str) -> bool {
        self.path.rsplit_once('/').is_some_and(|(folders, _)| folders.split('/').any(|name| name == folder))
    }

    /// What stands after the last dot of the name, or nothing.
    pub fn extension(&self) -> &str {
        self.path.rsplit_once('.').map_or("", |(_, last)| last)
    }
}

/// All text files, in the order of their paths.
#[derive(Debug, Default)]
pub struct Tree {
    /// The files.
    pub files: Vec<File>,
}

impl Tree {
    /// A tree that exists only in memory: `(path, text)` pairs.
    pub fn of(files: &[(&str, &str)]) -> Self {
        let file = |(path, text): &(&str, &str)| File { path: (*path).to_owned(), text: (*text).to_owned() };
        Self { files: files.iter().map(file).collect() }
    }

    /// Reads the repository at `root`.
    pub fn read(root: &Path) -> anyhow::Result<Self> {
        let mut tree = Self::default();
        tree.add_folder(root, "")?;
        tree.files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(tree)
    }

    /// The file at exactly this path.
    pub fn find(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }

    fn add_folder(&mut self, root: &Path, folder: &str) -> anyhow::Result<()> {
        let place = root.join(folder);
        let entries = fs::read_dir(&place).with_context(|| format!("reading {}", place.display()))?;
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
            let kind = entry.file_type()?;
            if kind.is_dir() && is_our_folder(&path, &name) {
                self.add_folder(root, &path)?;
            } else if kind.is_file() && is_text(&name) {
                let bytes = fs::read(entry.path()).with_context(|| format!("reading {path}"))?;
                let text = String::from_utf8_lossy(&bytes).into_owned();
                self.files.push(File { path, text });
            }
        }
        Ok(())
    }
}

fn is_our_folder(path: &str, name: &str) -> bool {
    // `data/` at the root is where a local server keeps its files.
    let hidden = name.starts_with('.') && !HIDDEN_BUT_OURS.contains(&name);
    !hidden && !NOT_OURS.contains(&name) && path != "data"
}

fn is_text(name: &str) -> bool {
    let extension = name.rsplit_once('.').map_or("", |(_, last)| last);
    EXTENSIONS.contains(&extension) || NAMES.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_counts_only_as_a_whole_name() {
        let file = File { path: "crates/money/tests/shares.rs".to_owned(), text: String::new() };
        assert!(file.is_under("tests"));
        assert!(!file.is_under("test"));
        assert!(!file.is_under("shares.rs"));
        assert_eq!(file.extension(), "rs");
    }

    #[test]
    fn build_output_and_local_data_are_left_out() {
        assert!(is_our_folder("crates/domain/src/data", "data"));
        assert!(is_our_folder(".ci", ".ci"));
        for (path, name) in [("target", "target"), ("data", "data"), (".git", ".git")] {
            assert!(!is_our_folder(path, name), "{path}");
        }
    }
}
