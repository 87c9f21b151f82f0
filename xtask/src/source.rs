//! Reading Rust text well enough to check it: what is code, where tests stand, how long functions are.
//!
//! Comments and literals are blanked out byte for byte, so that every offset in [`Source::code`] is an offset
//! in the text. This is no parser: it relies on balanced brackets, which every source that compiles has.

use std::{iter, ops::Range};

use crate::tree::File;

/// A Rust file with its comments and literals blanked out.
#[derive(Debug)]
pub struct Source<'a> {
    /// The file as it was read.
    pub file: &'a File,
    /// The text with comments, strings and characters turned into spaces.
    pub code: String,
    tests: Vec<Range<usize>>,
}

/// A function with a body.
#[derive(Debug, PartialEq, Eq)]
pub struct Function<'a> {
    /// Its name.
    pub name: &'a str,
    /// The line of its `fn`, from 1.
    pub line: usize,
    /// How many lines it takes, from `fn` to the closing brace.
    pub length: usize,
}

impl<'a> Source<'a> {
    /// Takes a file apart.
    pub fn new(file: &'a File) -> Self {
        let code = blank(&file.text);
        let tests = test_ranges(file, &code);
        Self { file, code, tests }
    }

    /// The line of an offset, from 1.
    pub fn line(&self, offset: usize) -> usize {
        1 + self.code[..offset].matches('\n').count()
    }

    /// Whether the offset stands in test code.
    pub fn is_test(&self, offset: usize) -> bool {
        self.tests.iter().any(|range| range.contains(&offset))
    }

    /// The text of the tests, comments included. Empty for a file without tests.
    ///
    /// A file of tests that has no `#[cfg(test)]` of its own counts whole, with the sentences above its tests.
    pub fn test_text(&self) -> String {
        if self.tests.is_empty() {
            return String::new();
        }
        if !self.code.contains("#[cfg(test)]") {
            return self.file.text.clone();
        }
        let texts = self.tests.iter().map(|range| &self.file.text[range.clone()]);
        texts.collect::<Vec<_>>().join("\n")
    }

    /// Where `word` stands as a whole word, directly after `before` and directly before `after`.
    pub fn places(&self, before: &str, word: &str, after: &str) -> Vec<usize> {
        words(&self.code, word)
            .filter(|&at| {
                self.code[..at].ends_with(before) && self.code[at + word.len()..].starts_with(after)
            })
            .collect()
    }

    /// Every function with a body, nested ones too.
    pub fn functions(&self) -> Vec<Function<'_>> {
        words(&self.code, "fn").filter_map(|at| self.function(at)).collect()
    }

    fn function(&self, at: usize) -> Option<Function<'_>> {
        let rest = self.code[at..].strip_prefix("fn ")?;
        let name = &rest[..rest.find(|c: char| !is_word(c)).unwrap_or(rest.len())];
        let end = item_end(&self.code, at);
        // `fn(u8)` is a type, and a function that ends in `;` has no body.
        if name.is_empty() || !self.code[..end].ends_with('}') {
            return None;
        }
        Some(Function { name, line: self.line(at), length: 1 + self.code[at..end].matches('\n').count() })
    }
}

fn test_ranges(file: &File, code: &str) -> Vec<Range<usize>> {
    if file.is_under("tests") || file.is_under("benches") || file.path.ends_with("/tests.rs") {
        return iter::once(0..code.len()).collect();
    }
    ["#[cfg(test)]", "#[test]", "#[tokio::test"]
        .iter()
        .flat_map(|attribute| code.match_indices(attribute))
        .map(|(at, _)| at..item_end(code, at))
        .collect()
}

/// The end of the item that starts at `from`: behind its first `;` or its first closed `{}` outside brackets.
fn item_end(code: &str, from: usize) -> usize {
    let mut brackets = 0_usize;
    let mut braces = 0_usize;
    for (at, c) in code[from..].bytes().enumerate() {
        match c {
            b'(' | b'[' => brackets += 1,
            b')' | b']' => brackets = brackets.saturating_sub(1),
            b'{' => braces += 1,
            b'}' => braces = braces.saturating_sub(1),
            _ => {}
        }
        if matches!(c, b'}' | b';') && braces == 0 && brackets == 0 {
            return from + at + 1;
        }
    }
    code.len()
}

fn words<'t>(code: &'t str, word: &'t str) -> impl Iterator<Item = usize> + 't {
    code.match_indices(word).map(|(at, _)| at).filter(move |&at| {
        let before = code[..at].chars().next_back();
        let after = code[at + word.len()..].chars().next();
        !before.is_some_and(is_word) && !after.is_some_and(is_word)
    })
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The text with comments and literals as spaces; lines and offsets stay.
fn blank(text: &str) -> String {
    let mut code = text.as_bytes().to_vec();
    let mut at = 0;
    while at < code.len() {
        let Some(length) = blank_length(&text.as_bytes()[at..]) else {
            at += 1;
            continue;
        };
        let end = (at + length).min(code.len());
        for byte in code[at..end].iter_mut().filter(|byte| **byte != b'\n') {
            *byte = b' ';
        }
        at = end;
    }
    String::from_utf8_lossy(&code).into_owned()
}

/// How long the comment or literal is that starts here, if one does.
fn blank_length(rest: &[u8]) -> Option<usize> {
    match rest {
        [b'/', b'/', ..] => Some(position(rest, b"\n", 0)),
        [b'/', b'*', ..] => Some(block_comment_length(rest)),
        [b'"', ..] => Some(string_length(rest)),
        [b'r', b'"' | b'#', ..] => raw_string_length(rest),
        [b'\'', b'\\', ..] => Some(1 + position(rest, b"'", 3)),
        [b'\'', ..] => {
            // A character is at most four bytes long; anything longer is a lifetime.
            let window = &rest[1..rest.len().min(6)];
            let length = 1 + window.iter().skip(1).position(|byte| *byte == b'\'')?;
            let one = std::str::from_utf8(&window[..length]).is_ok_and(|text| text.chars().count() == 1);
            one.then_some(length + 2)
        }
        _ => None,
    }
}

fn position(rest: &[u8], needle: &[u8], from: usize) -> usize {
    let behind = rest.get(from..).unwrap_or_default();
    let found = behind.windows(needle.len()).position(|window| window == needle);
    found.map_or(rest.len(), |at| from + at)
}

fn block_comment_length(rest: &[u8]) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < rest.len() {
        if rest[at..].starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if rest[at..].starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                break;
            }
        } else {
            at += 1;
        }
    }
    at
}

fn string_length(rest: &[u8]) -> usize {
    let mut at = 1;
    while at < rest.len() && rest[at] != b'"' {
        at += if rest[at] == b'\\' { 2 } else { 1 };
    }
    at + 1
}

/// None for a raw identifier such as `r#type`.
fn raw_string_length(rest: &[u8]) -> Option<usize> {
    let hashes = rest[1..].iter().take_while(|byte| **byte == b'#').count();
    if rest.get(1 + hashes) != Some(&b'"') {
        return None;
    }
    let mut close = vec![b'"'];
    close.resize(1 + hashes, b'#');
    Some(position(rest, &close, hashes + 2) + close.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> File {
        File { path: path.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn comments_and_literals_are_blank_and_offsets_stay() {
        let cases = [
            ("let a = \"todo!()\";", "let a = ;"),
            ("a // dbg!\nb", "a \nb"),
            ("a /* x /* y */ z */ b", "a  b"),
            ("r#\"{ \"x\" }\"# + b", " + b"),
            ("r#type", "r#type"),
            ("f(b\"\\\"{\", '{', '\\'', '好')", "f(b, , , )"),
            ("fn f<'a>(x: &'a str) {}", "fn f<'a>(x: &'a str) {}"),
        ];
        let squeeze = |text: &str| text.replace(' ', "");
        for (text, code) in cases {
            let blanked = blank(text);
            assert_eq!(squeeze(&blanked), squeeze(code), "{text}");
            assert_eq!(blanked.len(), text.len(), "{text}");
        }
    }

    #[test]
    fn functions_are_measured_from_fn_to_brace() {
        let text = "//! x\ntrait T {\n    fn none(&self) -> [u8; 2];\n}\ntype F = fn(u8);\n\
                    pub fn one<T>(\n    a: T,\n) where T: Copy {\n    if true { let _ = \"}\"; }\n}\n";
        let file = file("crates/a/src/lib.rs", text);
        let source = Source::new(&file);
        let one = Function { name: "one", line: 6, length: 5 };
        assert_eq!(source.functions(), [one]);
    }

    #[test]
    fn tests_are_the_items_marked_so() {
        let text = "fn before() {}\n#[cfg(test)]\nmod tests {\n    fn inside() { {} }\n}\nfn after() {}\n";
        let file = file("crates/a/src/lib.rs", text);
        let source = Source::new(&file);
        let at = |name: &str| source.places("fn ", name, "()")[0];
        assert!(!source.is_test(at("before")));
        assert!(source.is_test(at("inside")));
        assert!(!source.is_test(at("after")));
        assert!(!source.test_text().contains("after"));
    }

    #[test]
    fn a_declared_test_module_ends_at_its_semicolon() {
        let file = file("crates/a/src/lib.rs", "#[cfg(test)]\nmod tests;\nfn after() {}\n");
        let source = Source::new(&file);
        assert!(!source.is_test(source.places("fn ", "after", "()")[0]));
    }

    #[test]
    fn a_file_of_tests_counts_whole() {
        for path in ["crates/a/tests/x.rs", "crates/a/src/noun/tests.rs"] {
            let file = file(path, "// S0-R01\nfn helper() {}\n");
            assert!(Source::new(&file).test_text().contains("S0-R01"), "{path}");
        }
        let marked = file("crates/a/src/cases.rs", "/// S0-R01\n#[test]\nfn x() {}\n");
        assert!(Source::new(&marked).test_text().contains("S0-R01"));
        let plain = file("crates/a/src/lib.rs", "/// S0-R01\nfn x() {}\n");
        assert_eq!(Source::new(&plain).test_text(), "");
    }
}
