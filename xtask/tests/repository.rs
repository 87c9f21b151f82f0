//! The checkers over this repository: the same findings as `cargo xtask`, as tests.

use xtask::{arrows, circles, migrations, root, rules, tidy, tree::Tree};

#[track_caller]
fn nothing(findings: &[String]) {
    assert!(findings.is_empty(), "\n{}\n", findings.join("\n"));
}

#[test]
fn every_rule_of_a_built_tool_is_named_by_a_test() {
    let tree = Tree::read(&root()).expect("the repository reads");
    nothing(&rules::findings(&rules::coverage(&tree).expect("the list reads")));
}

#[test]
fn crates_depend_downwards_only() {
    nothing(&arrows::check(&arrows::metadata(&root()).expect("cargo metadata answers")));
}

#[test]
fn landed_migrations_are_as_they_landed() {
    nothing(&migrations::check(&Tree::read(&root()).expect("the repository reads")));
}

#[test]
fn files_of_a_crate_depend_on_each_other_in_no_circle() {
    let tree = Tree::read(&root()).expect("the repository reads");
    nothing(&circles::check(&tree).expect("the sources read"));
}

#[test]
fn sources_are_tidy() {
    nothing(&tidy::check(&Tree::read(&root()).expect("the repository reads")));
}

#[test]
fn links_lead_to_what_is_there() {
    let tree = Tree::read(&root()).expect("the repository reads");
    nothing(&tidy::links::check(&tree, |path| root().join(path).exists()));
}
