//! The story of the front page, the tour and the example of refunds, in both languages, against the program: every command that is
//! followed by its answer is run by bash in the order of the text, on a fresh sandbox, and the program
//! answers what the text shows, byte for byte. A command of several calls shows an answer a line.

mod support;

use serde::de::IgnoredAny;
use std::path::Path;
use std::process::{Command, Stdio};
use support::Server;

/// Where the text says that the sandbox listens.
const SAID: &str = "127.0.0.1:8081";

/// A command of the text with the answer that the text gives it.
#[derive(Debug, PartialEq, Eq)]
struct Step {
    /// The line of the file that its fence is on.
    line: usize,
    command: String,
    answer: String,
}

/// A fenced block.
struct Block {
    line: usize,
    language: String,
    text: String,
    /// Nothing but empty lines stands between it and the block before.
    follows: bool,
}

fn blocks(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut follows = false;
    let mut lines = (1..).zip(text.lines());
    while let Some((line, first)) = lines.next() {
        let Some(language) = first.strip_prefix("```") else {
            follows &= first.trim().is_empty();
            continue;
        };
        let inside: Vec<&str> =
            lines.by_ref().map(|(_, text)| text).take_while(|text| *text != "```").collect();
        let (language, text) = (language.to_owned(), inside.join("\n"));
        blocks.push(Block { line, language, text, follows });
        follows = true;
    }
    blocks
}

/// The `sh` blocks that a `json` block follows, in the order of the text.
fn steps(text: &str) -> Vec<Step> {
    let blocks = blocks(text);
    let pairs = blocks.iter().zip(blocks.iter().skip(1));
    pairs
        .filter(|(command, answer)| command.language == "sh" && answer.language == "json" && answer.follows)
        .map(|(command, answer)| Step {
            line: command.line,
            command: command.text.clone(),
            answer: answer.text.clone(),
        })
        .collect()
}

/// A running sandbox in a folder of its own; it is stopped when this goes out of scope.
struct Sandbox {
    server: Server,
    folder: tempfile::TempDir,
}

impl Sandbox {
    /// The command of the text, on a free port.
    fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let server = Server::start(folder.path(), &["--sandbox", "--store", "memory"]);
        Self { server, folder }
    }

    /// Runs a command as a reader would paste it; curl finds neither a proxy nor settings.
    fn run(&self, command: &str) -> String {
        let output = Command::new("bash")
            .args(["-c", &command.replace(SAID, &self.server.address)])
            .current_dir(self.folder.path())
            .env("HOME", self.folder.path())
            .env("CURL_HOME", self.folder.path())
            .env("NO_PROXY", "*")
            .env("no_proxy", "*")
            .stdin(Stdio::null())
            .output()
            .expect("bash runs");
        let failed = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{command}\nfailed: {failed}");
        String::from_utf8(output.stdout).expect("an answer is text")
    }
}

fn read(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(file);
    std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{} cannot be read: {error}", path.display()))
}

/// The JSON values that stand in a text one after the other, each as it is written.
fn answers<'a>(place: &str, text: &'a str) -> Vec<&'a str> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>();
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(value) = values.next() {
        value.unwrap_or_else(|error| panic!("{place}: not JSON: {error}: {text}"));
        let to = values.byte_offset();
        found.push(text[from..to].trim());
        from = to;
    }
    found
}

/// Every step of the file gets the answers that the file shows.
#[track_caller]
fn check(file: &str) {
    let steps = steps(&read(file));
    assert!(!steps.is_empty(), "{file} has no command with its answer");
    let sandbox = Sandbox::start();
    for step in &steps {
        let place = format!("{file}:{}", step.line);
        let got = sandbox.run(&step.command);
        let (shown, got) = (answers(&place, &step.answer), answers(&place, &got));
        assert_eq!(got, shown, "{place}: the program answers otherwise\n{}", step.command);
    }
}

/// Two texts have the same commands with the same answers.
#[track_caller]
fn check_twins(one: &str, other: &str) {
    let of = |file| {
        let steps = steps(&read(file)).into_iter();
        steps.map(|step| (step.command, step.answer)).collect::<Vec<_>>()
    };
    assert_eq!(of(one), of(other));
}

#[test]
fn the_english_story() {
    check("README.md");
}

#[test]
fn the_chinese_story() {
    check("README.zh-CN.md");
}

#[test]
fn both_stories_are_the_same_six_steps() {
    check_twins("README.md", "README.zh-CN.md");
    assert_eq!(steps(&read("README.md")).len(), 6);
}

#[test]
fn the_english_tour() {
    check("docs/tour.md");
}

#[test]
fn the_chinese_tour() {
    check("docs/tour.zh-CN.md");
}

#[test]
fn both_tours_are_the_same() {
    check_twins("docs/tour.md", "docs/tour.zh-CN.md");
}

/// S2-R01, S2-R02, S2-R03: the worked example of the page on refunds.
#[test]
fn s2_r02_the_english_page_on_refunds() {
    check("docs/refunds.md");
}

#[test]
fn s2_r02_the_chinese_page_on_refunds() {
    check("docs/refunds.zh-CN.md");
}

#[test]
fn both_pages_on_refunds_have_the_same_example() {
    check_twins("docs/refunds.md", "docs/refunds.zh-CN.md");
}

#[test]
fn the_english_rewards() {
    check("docs/post-payment.md");
}

#[test]
fn the_chinese_rewards() {
    check("docs/post-payment.zh-CN.md");
}

#[test]
fn both_pages_of_rewards_are_the_same() {
    check_twins("docs/post-payment.md", "docs/post-payment.zh-CN.md");
}

/// A-S2-17: the notice that both pages show filled in is the one that the example publishes.
#[test]
fn a_s2_17_the_notice_is_the_examples() {
    let pages = ["docs/post-payment.md", "docs/post-payment.zh-CN.md"].map(read);
    let sandbox = Sandbox::start();
    for step in steps(&pages[0]).iter().take_while(|step| !step.command.contains("order.placed")) {
        sandbox.run(&step.command);
    }
    let draw = sandbox.run(&format!("curl -s http://{SAID}/v1/shops/tea/campaigns/cards/draw"));
    let draw: serde_json::Value = serde_json::from_str(&draw).expect("JSON");
    let block = format!("```text\n{}```\n", draw["notice"].as_str().expect("a notice"));
    for page in pages {
        assert!(page.contains(&block), "put this there:\n{block}");
    }
}

#[test]
fn a_command_without_its_answer_is_no_step() {
    let text = "```sh\nmake\n```\n\nThen:\n\n```json\n{}\n```\n\n```sh\na\nb\n```\n\n```json\n1\n```\n";
    let step = Step { line: 11, command: "a\nb".to_owned(), answer: "1".to_owned() };
    assert_eq!(steps(text), [step]);
}

#[test]
fn a_command_of_several_calls_has_several_answers() {
    assert_eq!(answers("here", "{\"a\":1}\n[2]{ }\n"), ["{\"a\":1}", "[2]", "{ }"]);
    assert_eq!(answers("here", ""), [""; 0]);
}
