//! How sources look: short files, short functions, module docs, and nothing left over from work in progress.
//!
//! Clippy holds what needs types; this holds what is plain to see. Every finding is `file:line: message`.
//! [`links`] holds the same for the pages.

pub mod links;

use crate::{
    source::Source,
    tree::{File, Tree},
};

const FILE_LINES: usize = 500;
const FUNCTION_LINES: usize = 70;

#[derive(Clone, Copy)]
enum Where {
    Everywhere,
    InTests,
    OutsideTests,
    /// In the crates that handle amounts.
    InMoneyAndDomain,
}

/// Code that may not stand: what is directly before the word, the word, what is directly behind it.
const REFUSED: [(Where, [&str; 3], &str); 9] = [
    (Where::Everywhere, ["", "todo", "!"], "finish it, or leave it out"),
    (Where::Everywhere, ["", "unimplemented", "!"], "finish it, or leave it out"),
    (Where::Everywhere, ["", "dbg", "!"], "left over from debugging"),
    (Where::Everywhere, ["#[", "ignore", ""], "a test runs or is removed"),
    (Where::InTests, ["thread::", "sleep", ""], "a test moves the clock, it never sleeps"),
    (Where::InTests, ["time::", "sleep", ""], "a test moves the clock, it never sleeps"),
    (Where::OutsideTests, [".", "unwrap", "()"], "say what holds with `expect`, or return the error"),
    (Where::InMoneyAndDomain, ["", "f32", ""], "amounts and ratios are integers"),
    (Where::InMoneyAndDomain, ["", "f64", ""], "amounts and ratios are integers"),
];

/// Everything that is untidy, in the order of the files.
pub fn check(tree: &Tree) -> Vec<String> {
    tree.files.iter().flat_map(check_file).collect()
}

fn check_file(file: &File) -> Vec<String> {
    let mut found = Vec::new();
    if !matches!(file.extension(), "csv" | "txt" | "json") {
        check_lines(file, &mut found);
    }
    if file.extension() == "rs" {
        let source = Source::new(file);
        check_shape(&source, &mut found);
        check_words(&source, &mut found);
    }
    found.sort_by_key(|(line, _)| *line);
    let say = |(line, message)| format!("{}:{line}: {message}", file.path);
    found.into_iter().map(say).collect()
}

type Found = Vec<(usize, String)>;

fn check_lines(file: &File, found: &mut Found) {
    for (at, line) in file.text.lines().enumerate() {
        if line.ends_with([' ', '\t', '\r']) {
            found.push((at + 1, "white space at the end of the line".to_owned()));
        }
        if ["<<<<<<< ", "||||||| ", ">>>>>>> "].iter().any(|mark| line.starts_with(mark)) {
            found.push((at + 1, "a merge that was not finished".to_owned()));
        }
    }
}

fn check_shape(source: &Source<'_>, found: &mut Found) {
    let text = &source.file.text;
    let opens_well = text.starts_with("//!") || (source.file.is_under("tests") && text.starts_with("//"));
    if !opens_well {
        found.push((1, "the file opens with its module doc: `//! what it is`".to_owned()));
    }
    let lines = text.lines().count();
    if lines > FILE_LINES {
        let message = format!("{lines} lines; a file has at most {FILE_LINES}: one idea a file");
        found.push((FILE_LINES + 1, message));
    }
    for function in source.functions() {
        if function.length > FUNCTION_LINES {
            let (name, length) = (function.name, function.length);
            let message = format!("`{name}` takes {length} lines; a function has at most {FUNCTION_LINES}");
            found.push((function.line, message));
        }
    }
}

fn check_words(source: &Source<'_>, found: &mut Found) {
    let path = &source.file.path;
    let of_money = path.starts_with("crates/money/") || path.starts_with("crates/domain/");
    for (place, [before, word, after], reason) in REFUSED {
        for at in source.places(before, word, after) {
            let refused = match place {
                Where::Everywhere => true,
                Where::InTests => source.is_test(at),
                Where::OutsideTests => !source.is_test(at),
                Where::InMoneyAndDomain => of_money,
            };
            if refused {
                found.push((source.line(at), format!("`{before}{word}{after}`: {reason}")));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The `line: message` beginnings of what is found in one file.
    fn found(path: &str, text: &str) -> Vec<String> {
        let said = check(&Tree::of(&[(path, text)]));
        said.into_iter().map(|line| line.replacen(&format!("{path}:"), "", 1)).collect()
    }

    #[track_caller]
    fn finds(path: &str, text: &str, expected: &str) {
        let found = found(path, text);
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        assert!(found[0].starts_with(expected), "{text}: {found:?}");
    }

    #[track_caller]
    fn finds_nothing(path: &str, text: &str) {
        assert_eq!(found(path, text), [""; 0], "{text}");
    }

    const LIB: &str = "crates/engine/src/lib.rs";

    #[test]
    fn a_file_opens_with_its_module_doc() {
        finds(LIB, "// A remark.\n", "1: the file opens");
        finds(LIB, "\n//! Late.\n", "1: the file opens");
        finds_nothing(LIB, "//! The engine.\n");
        finds_nothing("crates/engine/tests/claims.rs", "// A remark.\n");
        finds("crates/engine/tests/claims.rs", "use engine;\n", "1: the file opens");
    }

    #[test]
    fn a_file_has_500_lines() {
        let lines = |count: usize| format!("//! Long.\n{}", "\n".repeat(count - 1));
        finds_nothing(LIB, &lines(500));
        finds(LIB, &lines(501), "501: 501 lines");
    }

    #[test]
    fn a_function_has_70_lines() {
        let body = |count: usize| format!("//! x\nfn long() {{\n{}}}\n", "    x();\n".repeat(count - 2));
        finds_nothing(LIB, &body(70));
        finds(LIB, &body(71), "2: `long` takes 71 lines");
    }

    #[test]
    fn nothing_is_left_over() {
        for text in ["fn f() { todo!() }", "fn f() { unimplemented!(\"x\") }", "fn f() { dbg!(1); }"] {
            finds(LIB, &format!("//! x\n{text}\n"), "2: `");
        }
        finds_nothing(LIB, "//! Never todo!().\nfn f() { let _ = \"dbg!\"; }\n");
        finds(
            LIB,
            "//! x\n#[cfg(test)]\nmod tests {\n    #[test]\n    #[ignore = \"slow\"]\n    fn t() {}\n}\n",
            "5: `#[ignore`",
        );
    }

    #[test]
    fn unwrap_stands_only_in_tests() {
        finds(LIB, "//! x\nfn f() { g().unwrap(); }\n", "2: `.unwrap()`");
        finds_nothing(LIB, "//! x\nfn f() { g().unwrap_or(1); }\n");
        finds_nothing(LIB, "//! x\n#[cfg(test)]\nmod tests { fn f() { g().unwrap(); } }\n");
        finds_nothing(
            "crates/engine/tests/t.rs",
            "fn f() { g().unwrap(); }\n".replace("fn", "// x\nfn").as_str(),
        );
    }

    #[test]
    fn a_test_never_sleeps() {
        let test = "crates/engine/tests/t.rs";
        finds(test, "//! x\nfn f() { std::thread::sleep(d); }\n", "2: `thread::sleep`");
        finds(test, "//! x\nasync fn f() { tokio::time::sleep(d).await; }\n", "2: `time::sleep`");
        finds_nothing(LIB, "//! x\nasync fn f() { tokio::time::sleep(d).await; }\n");
    }

    #[test]
    fn amounts_are_integers() {
        finds("crates/money/src/lib.rs", "//! x\nfn f(a: f64) {}\n", "2: `f64`");
        finds("crates/domain/src/lib.rs", "//! x\nfn f(a: f32) {}\n", "2: `f32`");
        finds_nothing(LIB, "//! x\nfn f(a: f64) {}\n");
        finds_nothing("crates/money/src/lib.rs", "//! No f64 here.\n");
    }

    #[test]
    fn lines_end_clean_and_merges_are_finished() {
        finds("docs/a.md", "a \n", "1: white space");
        finds("Makefile", "a:\n\tb\t\n", "2: white space");
        finds("docs/a.md", "a\n<<<<<<< ours\n", "2: a merge");
        finds("docs/a.md", ">>>>>>> theirs\n", "1: a merge");
        finds_nothing("docs/a.md", "Title\n=======\n");
        finds_nothing("crates/a/tests/cases/a.csv", "a,b \n");
    }
}
