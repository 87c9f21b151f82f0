//! What a failing scenario says, through a door that answers what the test wants.

use scenario::{Door, run};
use serde_json::{Value, json};

/// Answers everything the same.
struct Fixed(u16, Value);

impl Door for Fixed {
    fn call_with(&mut self, _: &str, _: &str, _: &str, _: &str, _: &[u8]) -> (u16, Value) {
        (self.0, self.1.clone())
    }
}

fn report(text: &str, status: u16, answer: Value) -> String {
    let report = run("x.scenario", text, &mut Fixed(status, answer)).expect_err("it fails");
    report.to_string()
}

#[test]
fn a_failing_expectation_says_where_what_was_expected_and_what_came() {
    let said = report(
        "day 2022-06-10\n\nstate o1 -> paid payable=95.00",
        200,
        json!({ "status": "open", "payable": 10_000 }),
    );
    assert!(said.contains("x.scenario:3: state o1 -> paid payable=95.00\n"), "{said}");
    assert!(said.contains("expected  paid payable=95.00\n"), "{said}");
    assert!(said.contains("came      open payable=100.00\n"), "{said}");
    assert!(said.contains("200 {") && said.contains("\"payable\": 10000"), "{said}");
}

#[test]
fn a_refusal_that_was_not_expected_fails() {
    let said = report("state o1", 404, json!({ "code": "not_found" }));
    assert!(said.contains("expected  that it is done\n"), "{said}");
    assert!(said.contains("came      refused not_found status=404\n"), "{said}");
}

#[test]
fn slips_in_the_text_are_found() {
    for (text, wrong) in [
        ("clam o1", "`clam` is no verb"),
        ("clock 10:00", "has no date"),
        ("day 2022-06-10 early", "`early` has no meaning here"),
        ("state o1 kind=x", "`kind` (of x) has no meaning here"),
        ("order o1 by u1 pays 1.234", "is no amount"),
        ("order o1 by u1", "`pays` is missing"),
        ("state o1 -> payable=x", "is no amount"),
    ] {
        let said = report(text, 200, json!({ "payable": 1 }));
        assert!(said.contains("x.scenario:1: ") && said.contains(wrong), "{text}: {said}");
    }
}

#[test]
fn lists_are_compared_whole_and_in_any_order() {
    let two = json!({ "violations": [
        { "field": "starts_at", "code": "too_soon" }, { "field": "terms.save", "code": "ratio_too_high" },
    ] });
    let mut door = Fixed(200, two);
    let fits = |door: &mut Fixed, expected: &str| {
        let text = format!("validate starts=2022-06-10T12:00 -> {expected}");
        run("x", &text, door).is_ok()
    };
    assert!(fits(&mut door, "terms.save ratio_too_high ; starts_at too_soon"));
    assert!(!fits(&mut door, "starts_at too_soon"));
    assert!(!fits(&mut door, "starts_at too_soon ; starts_at too_soon"));
    assert!(!fits(&mut door, "none"));
}

#[test]
fn a_figure_that_is_not_there_is_none() {
    let coupon = json!({ "status": "available", "spend": 10_000, "save": 500 });
    let mut door = Fixed(200, coupon);
    assert!(run("x", "coupon o1 -> available 100.00-5.00 used_on=none", &mut door).is_ok());
    assert!(run("x", "coupon o1 -> available used_on=o1", &mut door).is_err());
}

#[test]
fn the_page_that_explains_the_language_has_an_example_that_runs() {
    let page = include_str!("../../../docs/scenarios.md");
    let example = page.split("## ").find(|part| part.starts_with("An example"));
    let lines = example.unwrap().lines().filter_map(|line| line.strip_prefix("    "));
    let text = lines.collect::<Vec<_>>().join("\n");
    let run = run("docs/scenarios.md", &text, &mut scenario::InProcessDoor::memory());
    assert_eq!(run.map_err(|report| report.to_string()), Ok(13));
}
