//! `--help` teaches: every command says what it does and shows how it is used.

use crate::folder;
use crate::support::run;

const COMMANDS: [&[&str]; 15] = [
    &["serve"],
    &["replay"],
    &["pool"],
    &["intake"],
    &["map"],
    &["audit"],
    &["verify-draw"],
    &["backup"],
    &["restore"],
    &["migrate"],
    &["keys"],
    &["keys", "create"],
    &["keys", "list"],
    &["keys", "revoke"],
    &["openapi"],
];

#[test]
fn every_command_has_an_example_that_begins_like_itself() {
    let folder = folder();
    for command in COMMANDS {
        let help = run(folder.path(), &[command, &["--help"]].concat());
        let (said, name) = (&help.out, command.join(" "));
        assert_eq!(help.code, Some(0), "{name}: {}", help.err);
        let examples = said.split("Examples:").nth(1);
        let examples = examples.unwrap_or_else(|| panic!("{name} shows no example:\n{said}"));
        let shown = format!("  promenade {name}");
        assert!(examples.contains(&shown), "{name}: {examples}");
    }
}

#[test]
fn the_program_names_every_command_and_the_first_steps() {
    let folder = folder();
    let help = run(folder.path(), &["--help"]);
    assert_eq!(help.code, Some(0), "{}", help.err);
    for command in COMMANDS.iter().filter(|command| command.len() == 1) {
        let line = format!("\n  {}", command[0]);
        assert!(help.out.contains(&line), "{}", help.out);
    }
    assert!(help.out.contains("promenade serve --sandbox"), "{}", help.out);
    let bare = run(folder.path(), &[]);
    assert_eq!(bare.code, Some(2), "without a command it says how it is used");
    assert!(bare.err.contains("Usage: promenade"), "{}", bare.err);
}

#[test]
fn a_slip_is_answered_with_what_was_meant() {
    let folder = folder();
    for (slip, meant) in [("serv", "serve"), ("audti", "audit"), ("--sandboxx", "Usage")] {
        let ended = run(folder.path(), &[slip]);
        assert_eq!(ended.code, Some(2), "{slip}");
        assert!(ended.err.contains(meant), "{slip}: {}", ended.err);
    }
}
