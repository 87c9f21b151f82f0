//! `promenade verify-draw` recomputes a draw, as `docs/draws.md` shows it, and ends as it says.

use crate::folder;
use crate::support::{finish, program, run};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn example() -> String {
    fs::read_to_string(root().join("examples/draw/archive.json")).expect("the example is there")
}

/// The command of the page, and the answer that the page gives it.
fn shown(page: &str) -> (String, String) {
    let page = fs::read_to_string(root().join(page)).expect("the page is there");
    let command = page.split("```sh\npromenade ").nth(1).expect("a command");
    let (command, rest) = command.split_once("\n```\n").expect("it ends");
    let answer = rest.trim_start().strip_prefix("```text\n").expect("an answer follows");
    (command.to_owned(), answer.split_once("```").expect("it ends").0.to_owned())
}

/// A-S2-16: the worked example of the page, in both languages.
#[test]
fn a_s2_16_the_page_shows_what_the_program_says() {
    for page in ["docs/draws.md", "docs/draws.zh-CN.md"] {
        let (command, answer) = shown(page);
        let args: Vec<&str> = command.split(' ').collect();
        let ended = run(&root(), &args);
        assert_eq!((ended.code, ended.out.as_str()), (Some(0), answer.as_str()), "{page}: {}", ended.err);
    }
}

/// The example of `--help` is the one that comes along.
#[test]
fn help_knows_the_examples_head() {
    let (command, _) = shown("docs/draws.md");
    let head = command.split(' ').next_back().expect("a head").to_owned();
    let help = run(&root(), &["verify-draw", "--help"]);
    assert!(help.out.contains(&head), "{}", help.out);
}

#[test]
fn what_was_tampered_with_is_named_in_the_language_asked_for() {
    let folder = folder();
    let tampered = example().replace("\"r\": 118937", "\"r\": 118938");
    fs::write(folder.path().join("tampered.json"), tampered).expect("written");
    for (lang, lines) in [
        (
            "en",
            [
                "WRONG chain_broken, play 9: The chain breaks here: something here or before was changed, added, dropped \
                 or moved",
                "WRONG number_wrong, play 9: The number is not the one that the seed draws: 118937, not 118938",
                "note no_head: No head was given: dropped last plays and a chain made anew cannot be seen from the archive \
                 alone",
                "not verified: 2 wrong in 20 plays of c-1",
            ],
        ),
        (
            "zh",
            [
                "有误 chain_broken，第9次：哈希链在此处断开：此条或其前的内容被改动、增加、删除或调换",
                "有误 number_wrong，第9次：抽中的数不对：应为118937，而非118938",
                "说明 no_head：未给出链尾：若整条链被重新生成或最后的记录被删除，仅凭归档无法发现",
                "核验未通过：活动c-1的20次抽奖中有2处有误",
            ],
        ),
    ] {
        let ended = run(folder.path(), &["verify-draw", "tampered.json", "--lang", lang]);
        assert_eq!(ended.code, Some(1), "{ended:?}");
        let said: Vec<&str> = ended.out.lines().collect();
        assert_eq!([said[0], said[1], said[2], said[said.len() - 1]], lines);
    }
}

#[test]
fn heads_are_looked_for() {
    let folder = folder();
    fs::write(folder.path().join("a.json"), example()).expect("written");
    let stranger = "0".repeat(64);
    let early = "36a9ee1e5c4dd8f43001565c5270c075d32457d29e28983475c589f90c96c043";
    for (args, code, said) in [
        (["--seen", early], 0, "verified"),
        (["--seen", &stranger], 1, "head_unknown"),
        (["--head", early], 1, "plays_added, play 9"),
        (["--head", &stranger], 1, "head_unknown"),
    ] {
        let ended = run(folder.path(), &[&["verify-draw", "a.json"], &args[..]].concat());
        assert!(ended.code == Some(code) && ended.out.contains(said), "{args:?}: {ended:?}");
    }
}

#[test]
fn an_archive_comes_by_the_standard_input_too() {
    let folder = folder();
    fs::write(folder.path().join("a.json"), example()).expect("written");
    let mut command = program(folder.path(), &["verify-draw", "-"]);
    command.stdin(Stdio::from(fs::File::open(folder.path().join("a.json")).expect("it is there")));
    let ended = finish(command);
    assert!(ended.code == Some(0) && ended.out.ends_with("verified: 20 plays of c-1\n"), "{ended:?}");
}

#[test]
fn what_is_no_archive_is_told_and_no_panic() {
    let folder = folder();
    for (name, text) in [
        ("empty", String::new()),
        ("half", example().split("\"plays\"").next().expect("a half").to_owned()),
        ("other form", example().replace("archive-v1", "archive-v2")),
        ("unknown field", example().replacen('{', "{\"more\": 1,", 1)),
        ("twice", example().replacen('{', "{\"campaign\": \"c-1\",", 1)),
        ("a number of none", example().replace("\"n\": 9,", "\"n\": -9,")),
        ("a hash that is short", example().replace("36a9ee1e5c", "36a9")),
        ("no moment", example().replace("2026-12-01T00:00:00+08:00", "2026-12-01")),
        ("another text of a moment", example().replace("2026-12-01T00:00:00+08:00", "2026-11-30T16:00:00Z")),
    ] {
        fs::write(folder.path().join("a.json"), text).expect("written");
        for (lang, says) in [("en", "is no archive of a draw"), ("zh", "不是抽奖归档")] {
            let ended = run(folder.path(), &["verify-draw", "a.json", "--lang", lang]);
            assert!(ended.code == Some(2) && ended.out.is_empty(), "{name}: {ended:?}");
            assert!(ended.err.contains(says) && !ended.err.contains("panicked"), "{name}: {ended:?}");
        }
    }
    let missing = run(folder.path(), &["verify-draw", "missing.json"]);
    assert!(missing.code == Some(2) && missing.err.contains("cannot read missing.json"), "{missing:?}");
    let slip = run(folder.path(), &["verify-draw", "a.json", "--head", "abc"]);
    assert!(slip.code == Some(2) && slip.err.contains("not 64 hexadecimal digits"), "{slip:?}");
}

/// Whoever made an archive does not move the reader's cursor.
#[test]
fn control_signs_of_an_archive_are_not_said() {
    let folder = folder();
    fs::write(folder.path().join("a.json"), example().replace("谢谢参与", "\\u001b[2J")).expect("written");
    let ended = run(folder.path(), &["verify-draw", "a.json"]);
    assert!(ended.code == Some(1) && ended.out.contains("\u{fffd}[2J"), "{ended:?}");
    assert!(!ended.out.contains('\u{1b}'), "{ended:?}");
}
