//! Every rule of `docs/rules.md` is named by a test.
//!
//! A test names a rule by its id in a comment or a case (`S0-R09`, `A-S0-13`) or in its function's name
//! (`s0_r09_...`, `a_s0_13_...`). Ids match whole: `S0-R1` is not `S0-R10`.

use std::fmt::Write;

use anyhow::{Context, bail, ensure};

use crate::{
    source::Source,
    tree::{File, Tree},
};

/// Where the list of rules lives.
pub const LIST: &str = "docs/rules.md";
/// The only reasons for which a rule of a built tool needs no test.
const WAIVERS: [&str; 2] = ["context only", "waits for the console"];

/// What a rule's row says about its test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// The tool is built: a test must name the rule.
    Built,
    /// The tool is not built yet.
    Planned,
    /// No test is needed, for this reason.
    Waived(String),
}

/// One row of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// `S0-R09`, `A-G-5`, `A-S0-13`.
    pub id: String,
    /// The rule in a few plain words.
    pub says: String,
    /// Whether a test must name it.
    pub status: Status,
}

/// The rules of one tool, each with whether a test names it.
#[derive(Debug)]
pub struct Coverage {
    /// `S0`, `A-G`, `A-S0`.
    pub tool: String,
    /// In the order of the list.
    pub rules: Vec<(Rule, bool)>,
}

impl Coverage {
    /// The rules that a test must name and none does.
    pub fn missing(&self) -> impl Iterator<Item = &Rule> {
        self.unnamed().filter(|rule| rule.status == Status::Built)
    }

    /// The rules that no test names, whatever their status.
    fn unnamed(&self) -> impl Iterator<Item = &Rule> {
        self.rules.iter().filter(|(_, named)| !named).map(|(rule, _)| rule)
    }

    /// The tool's lines of the report: a count, and the rules that no test names.
    pub fn describe(&self, with_planned: bool) -> String {
        let named = self.rules.iter().filter(|(_, named)| *named).count();
        let mut text = format!("{:<5} {named} of {} rules named by a test\n", self.tool, self.rules.len());
        for rule in self.unnamed() {
            let (why, remark) = match &rule.status {
                Status::Built => ("missing", &rule.says),
                Status::Planned if with_planned => ("planned", &rule.says),
                Status::Planned => continue,
                Status::Waived(reason) => ("waived", reason),
            };
            let _ = writeln!(text, "      {why:<8} {:<8} {remark}", rule.id);
        }
        text
    }
}

/// Reads the list and looks for every rule in the tests.
pub fn coverage(tree: &Tree) -> anyhow::Result<Vec<Coverage>> {
    let source = tree.find(LIST).with_context(|| format!("{LIST} is not there"))?;
    let tests: Vec<String> = tree.files.iter().filter_map(test_text).collect();
    let mut tools: Vec<Coverage> = Vec::new();
    for rule in parse(&source.text)? {
        let (tool, _) = split_id(&rule.id).expect("`parse` takes only ids that split");
        let named = tests.iter().any(|text| names(text, &rule.id));
        match tools.last_mut().filter(|current| current.tool == tool) {
            Some(current) => current.rules.push((rule, named)),
            None => tools.push(Coverage { tool: tool.to_owned(), rules: vec![(rule, named)] }),
        }
    }
    Ok(tools)
}

/// Keeps one tool, or all of them.
pub fn only(coverage: Vec<Coverage>, tool: Option<&str>) -> anyhow::Result<Vec<Coverage>> {
    let Some(tool) = tool else {
        return Ok(coverage);
    };
    let known = coverage.iter().map(|one| one.tool.clone()).collect::<Vec<_>>().join(", ");
    let chosen: Vec<Coverage> = coverage.into_iter().filter(|one| one.tool == tool).collect();
    ensure!(!chosen.is_empty(), "no rules of `{tool}` in {LIST}; there are {known}");
    Ok(chosen)
}

/// One sentence when rules are missing, nothing otherwise.
pub fn findings(coverage: &[Coverage]) -> Vec<String> {
    let missing: Vec<&str> =
        coverage.iter().flat_map(Coverage::missing).map(|rule| rule.id.as_str()).collect();
    match missing.len() {
        0 => Vec::new(),
        count => vec![format!("{count} rules that no test names: {}", missing.join(" "))],
    }
}

/// The rows `| id | what it says | status |` of the list's tables.
///
/// A tool's ids are numbered without gaps, so that no row is lost unseen.
fn parse(list: &str) -> anyhow::Result<Vec<Rule>> {
    let mut rules: Vec<Rule> = Vec::new();
    let mut previous = (String::new(), 0);
    for (at, line) in list.lines().enumerate() {
        let cells: Vec<&str> = line.trim().trim_matches('|').split('|').map(str::trim).collect();
        let Some((tool, number)) = split_id(cells[0]).filter(|_| line.starts_with('|')) else {
            continue;
        };
        let line = at + 1;
        let &[id, says, status] = cells.as_slice() else {
            bail!("{LIST}:{line}: a row has three cells: id, statement, status");
        };
        ensure!(!says.is_empty(), "{LIST}:{line}: {id} says nothing");
        let expected = if previous.0 == tool { previous.1 + 1 } else { 1 };
        ensure!(number == expected, "{LIST}:{line}: {id} stands where number {expected} of {tool} belongs");
        previous = (tool.to_owned(), number);
        let status = parse_status(status).with_context(|| format!("{LIST}:{line}: the status of {id}"))?;
        rules.push(Rule { id: id.to_owned(), says: says.to_owned(), status });
    }
    ensure!(!rules.is_empty(), "{LIST} lists no rule");
    Ok(rules)
}

/// `built` and `planned` may be followed by a remark after a semicolon; `waived:` is followed by its reason.
fn parse_status(cell: &str) -> anyhow::Result<Status> {
    if let Some(reason) = cell.strip_prefix("waived:").map(str::trim) {
        ensure!(WAIVERS.contains(&reason), "a rule is waived for being one of: {}", WAIVERS.join(", "));
        return Ok(Status::Waived(reason.to_owned()));
    }
    match cell.split(';').next().map(str::trim) {
        Some("built") => Ok(Status::Built),
        Some("planned") => Ok(Status::Planned),
        _ => bail!("`{cell}` is none of built, planned, waived: reason"),
    }
}

/// The tool and the number: `S0-R09` is rule 9 of `S0`, `A-S0-13` decision 13 of `A-S0`.
fn split_id(id: &str) -> Option<(&str, usize)> {
    let (tool, number) = id.rsplit_once('-')?;
    let digits = if tool.starts_with("A-") { number } else { number.strip_prefix('R')? };
    Some((tool, digits.parse().ok()?))
}

/// What of a file counts as test: test code under `crates/`, and the cases and scenarios that tests run.
fn test_text(file: &File) -> Option<String> {
    let of_crates = file.path.starts_with("crates/");
    match file.extension() {
        "rs" => of_crates.then(|| Source::new(file).test_text()),
        "toml" | "txt" | "scenario" | "csv" | "json" => {
            let run_by_tests = ["tests", "scenarios", "cases"].iter().any(|folder| file.is_under(folder));
            run_by_tests.then(|| file.text.clone())
        }
        _ => None,
    }
}

/// Whether the text names the rule, as its id or as part of a function's name.
fn names(text: &str, id: &str) -> bool {
    let in_function = id.to_lowercase().replace('-', "_");
    [id, in_function.as_str()].iter().any(|name| {
        text.match_indices(name).any(|(at, _)| {
            let before = text[..at].chars().next_back();
            let after = text[at + name.len()..].chars().next();
            !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "\
# Rules
| Rule | Says | Status |
|---|---|---|
| S0-R01 | First. | built |
| S0-R02 | Second. | built; its page waits |
| S0-R03 | Third. | waived: waits for the console |
| A-G-1 | Zone. | built |
| S1-R01 | Later. | planned |
";

    fn tree<'a>(tests: &[(&'a str, &'a str)]) -> Tree {
        Tree::of(&[&[(LIST, TABLE)], tests].concat())
    }

    fn missing(tests: &[(&str, &str)]) -> Vec<String> {
        let coverage = coverage(&tree(tests)).expect("the table reads");
        let missing = coverage.iter().flat_map(Coverage::missing);
        missing.map(|rule| rule.id.clone()).collect()
    }

    #[test]
    fn built_rules_need_a_test_and_the_others_do_not() {
        assert_eq!(missing(&[]), ["S0-R01", "S0-R02", "A-G-1"]);
        let test = "// S0-R01, S0-R02, A-G-1\nfn x() {}\n";
        assert_eq!(missing(&[("crates/a/tests/x.rs", test)]), [""; 0]);
    }

    #[test]
    fn only_test_code_and_cases_count() {
        let all = "S0-R01 S0-R02 A-G-1";
        let counts = |path: &str, text: &str| missing(&[(path, text)]).is_empty();
        let documented = format!("//! {all}\nfn x() {{}}\n");
        assert!(!counts("crates/a/src/lib.rs", &documented));
        assert!(!counts("docs/other.md", all));
        assert!(!counts("xtask/tests/x.rs", &documented));
        let tested = format!("#[cfg(test)]\nmod tests {{\n    // {all}\n}}\n");
        assert!(counts("crates/a/src/lib.rs", &tested));
        for path in ["scenarios/recovery/a.scenario", "crates/a/cases/a.toml", "crates/a/tests/cases/a.txt"] {
            assert!(counts(path, all), "{path}");
        }
    }

    #[test]
    fn ids_match_whole() {
        assert!(names("// see S0-R01.", "S0-R01"));
        assert!(names("fn s0_r01_start_is_a_whole_hour()", "S0-R01"));
        assert!(names("fn a_s0_13()", "A-S0-13"));
        assert!(names("fn test_a_g_5_shares()", "A-G-5"));
        assert!(!names("// S0-R010", "S0-R01"));
        assert!(!names("// A-S0-13", "A-S0-1"));
        assert!(!names("fn a_s0_13()", "A-S0-1"));
        assert!(!names("fn data_s0_1()", "A-S0-1"));
    }

    #[test]
    fn a_broken_list_is_refused() {
        for (rows, said) in [
            ("", "lists no rule"),
            ("| S0-R02 | Second. | built |", "where number 1 of S0 belongs"),
            ("| S0-R01 | One. | built |\n| S0-R01 | One. | built |", "where number 2"),
            ("| S0-R01 | | built |", "says nothing"),
            ("| S0-R01 | One. |", "three cells"),
            ("| S0-R01 | One. | later |", "the status of S0-R01"),
            ("| S0-R01 | One. | waived: |", "the status of S0-R01"),
            ("| S0-R01 | One. | waived: no time |", "the status of S0-R01"),
        ] {
            let error = parse(rows).expect_err(rows).to_string();
            assert!(error.contains(said), "{rows}: {error}");
        }
    }

    #[test]
    fn the_report_counts_and_lists() {
        let tools = coverage(&tree(&[("crates/a/tests/x.rs", "// S0-R01\n")])).expect("the table reads");
        let text: String = tools.iter().map(|tool| tool.describe(false)).collect();
        assert_eq!(
            text,
            "S0    1 of 3 rules named by a test\n      missing  S0-R02   Second.\n      \
             waived   S0-R03   waits for the console\nA-G   0 of 1 rules named by a test\n      \
             missing  A-G-1    Zone.\nS1    0 of 1 rules named by a test\n"
        );
        assert!(tools[2].describe(true).contains("planned  S1-R01"));
        assert_eq!(findings(&tools), ["2 rules that no test names: S0-R02 A-G-1"]);
    }

    #[test]
    fn one_tool_can_be_asked_for() {
        let all = || coverage(&tree(&[])).expect("the table reads");
        let chosen = only(all(), Some("A-G")).expect("there is A-G");
        assert_eq!(chosen.len(), 1);
        let error = only(all(), Some("S9")).expect_err("no such tool").to_string();
        assert!(error.contains("there are S0, A-G, S1"), "{error}");
    }
}
