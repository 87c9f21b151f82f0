//! The pages of rewards after payment, in both languages, tell every code of theirs: those of the section in the list of
//! codes, and those that the kind's own sources name.

use domain::Code;
use std::collections::BTreeSet;
use std::path::Path;

fn read(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The code of a name in the sources.
fn code(name: &str) -> Option<Code> {
    Code::ALL.iter().copied().find(|code| format!("{code:?}") == name)
}

/// Codes of the section of draws and rewards.
fn of_the_section() -> Vec<Code> {
    let list = read("src/refusal.rs");
    let section = list.split("// Draws (A-S2-15 to 17)").nth(1).and_then(|rest| rest.split("    // ").next());
    let names = section.expect("a section").lines().filter_map(|line| line.trim().split_once(" = "));
    names.filter_map(|(name, _)| code(name)).collect()
}

/// Codes that the kind's sources name.
fn of_the_kind() -> BTreeSet<Code> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/campaign/post_payment");
    let files = std::fs::read_dir(folder).expect("a folder").map(|file| file.expect("a file").path());
    let texts = files.map(|file| std::fs::read_to_string(file).expect("a source"));
    let named = |text: String| {
        let names = text
            .split("Code::")
            .skip(1)
            .map(|rest| rest.chars().take_while(char::is_ascii_alphanumeric).collect::<String>());
        names.collect::<Vec<_>>()
    };
    texts.flat_map(named).filter_map(|name| code(&name)).collect()
}

fn row(code: Code, words: &str) -> String {
    format!("\n| `{code}` | {words} |\n")
}

/// S2-R04, A-S2-17: each with its words, as answers have them.
#[test]
fn s2_r04_every_code_of_rewards_is_told() {
    let (section, kind) = (of_the_section(), of_the_kind());
    assert!(section.len() > 25 && kind.len() > 30, "{} and {} are found", section.len(), kind.len());
    let pages = [read("../../docs/post-payment.md"), read("../../docs/post-payment.zh-CN.md")];
    for code in kind.into_iter().chain(section).chain([Code::ConfirmationRequired]) {
        for (page, words) in pages.iter().zip([code.en(), code.zh()]) {
            assert!(page.contains(&row(code, words)), "a row is missing: {}", row(code, words));
        }
    }
}

/// A-S2-17: the page of draws has them too, but for those of surveys, links and orders; those that a notice alone can have
/// stand there in the words of `draw`.
#[test]
fn a_s2_17_every_code_of_draws_is_told() {
    let of_others = [
        Code::InvalidAnswers,
        Code::OwnLink,
        Code::AlreadyTakesPart,
        Code::OutsideHours,
        Code::OrderRefunded,
    ];
    let pages = [read("../../docs/draws.md"), read("../../docs/draws.zh-CN.md")];
    let of_draws = of_the_section().into_iter().filter(|code| !of_others.contains(code));
    for code in of_draws.chain([Code::ConfirmationRequired, Code::CampaignClosed, Code::SoldOut]) {
        let in_notice = draw::Code::ALL.iter().any(|own| own.as_str() == code.as_str());
        for (page, words) in pages.iter().zip([code.en(), code.zh()]) {
            let told = if in_notice { format!("\n| `{code}` |") } else { row(code, words) };
            assert!(page.contains(&told), "a row is missing: {}", row(code, words));
        }
    }
}
