//! The arrows between crates: ground, domain, application, edges, and only downwards.
//!
//! What a crate's tests need (dev-dependencies) is free: a store's tests may use the whole testkit.

use std::{path::Path, process::Command};

use anyhow::{Context, ensure};
use serde_json::Value;

/// What a crate may depend on among ours. `None`: everything.
const ARROWS: [(&str, Option<&[&str]>); 25] = [
    ("money", Some(&[])),
    ("contacts", Some(&[])),
    ("tabular", Some(&[])),
    ("evidence", Some(&[])),
    ("visible", Some(&[])),
    ("draw", Some(&["money", "visible"])),
    ("domain", Some(&["money", "visible", "draw"])),
    ("pricing", Some(&["money", "domain"])),
    ("port", Some(&["money", "domain"])),
    ("decide", Some(&["money", "domain", "pricing", "port"])),
    ("store-memory", Some(&["money", "domain", "port"])),
    ("store-sqlite", Some(&["money", "domain", "port"])),
    ("engine", Some(&["money", "domain", "port", "decide"])),
    ("preview", Some(&["money", "domain", "pricing", "port"])),
    ("audit", Some(&["money", "draw", "domain", "port"])),
    ("relay", Some(&["money", "contacts", "domain"])),
    ("outbox", Some(&["money", "domain", "port", "decide", "engine", "relay"])),
    ("gift-list", Some(&["money", "domain", "port"])),
    (
        "http-api",
        Some(&[
            "money",
            "contacts",
            "draw",
            "evidence",
            "domain",
            "pricing",
            "port",
            "decide",
            "preview",
            "engine",
            "gift-list",
            "relay",
            "replay",
            "tabular",
            "visible",
        ]),
    ),
    (
        "replay",
        Some(&["money", "domain", "port", "decide", "engine", "store-memory", "gift-list", "tabular"]),
    ),
    ("cli", None),
    ("testkit", None),
    ("scenario", None),
    ("bench", None),
    ("xtask", Some(&[])),
];

/// Crates that decide: amounts and rules, from facts they are handed.
const PURE: [&str; 8] = ["money", "contacts", "evidence", "visible", "draw", "domain", "pricing", "decide"];
/// What would bring a clock, chance, input or output into them.
const IMPURE: [&str; 8] = ["tokio", "axum", "rusqlite", "sqlx", "rand", "tracing", "metrics", "getrandom"];

/// What Cargo knows of the workspace, without asking any registry.
pub fn metadata(root: &Path) -> anyhow::Result<Value> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root)
        .output()
        .context("running cargo metadata")?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "cargo metadata failed: {said}");
    serde_json::from_slice(&output.stdout).context("reading cargo metadata")
}

/// One sentence for every arrow that points the wrong way.
pub fn check(metadata: &Value) -> Vec<String> {
    let packages = list(metadata, "packages");
    let ours: Vec<&str> = packages.iter().map(name).collect();
    let mut findings = Vec::new();
    for package in packages {
        let from = name(package);
        let needed = list(package, "dependencies").iter();
        for to in needed.filter(|to| to["kind"] != "dev").map(name) {
            if ours.contains(&to) {
                findings.extend(refuse_crate(from, to));
            } else if PURE.contains(&from) && IMPURE.contains(&to) {
                findings.push(format!(
                    "{from} -> {to}: {from} decides from the facts it is handed and may not depend on {to}"
                ));
            }
        }
        if !ARROWS.iter().any(|(known, _)| *known == from) {
            findings.push(format!(
                "{from}: this crate has no place among the arrows yet; give it one in xtask/src/arrows.rs"
            ));
        }
    }
    findings
}

fn refuse_crate(from: &str, to: &str) -> Option<String> {
    let (_, allowed) = ARROWS.iter().find(|(known, _)| *known == from)?;
    let allowed = (*allowed)?;
    if allowed.contains(&to) {
        return None;
    }
    let may = match allowed {
        [] => "on no crate of ours".to_owned(),
        some => format!("only on {}", some.join(", ")),
    };
    Some(format!("{from} -> {to}: {from} may depend {may}"))
}

fn list<'v>(value: &'v Value, field: &str) -> &'v [Value] {
    value[field].as_array().map_or(&[], Vec::as_slice)
}

fn name(value: &Value) -> &str {
    value["name"].as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A workspace of some of ours, and one more dependency.
    fn with(from: &str, to: &str, kind: &Value) -> Value {
        let ours = [
            "money",
            "domain",
            "port",
            "decide",
            "engine",
            "audit",
            "relay",
            "http-api",
            "store-sqlite",
            "cli",
        ];
        let package = |name: &&str| {
            let one = json!({ "name": to, "kind": kind });
            let dependencies: Vec<Value> = (*name == from).then_some(one).into_iter().collect();
            json!({ "name": name, "dependencies": dependencies })
        };
        json!({ "packages": ours.iter().map(package).collect::<Vec<_>>() })
    }

    #[test]
    fn downward_arrows_are_fine() {
        for (from, to) in [
            ("domain", "money"),
            ("engine", "domain"),
            ("store-sqlite", "port"),
            ("decide", "port"),
            ("engine", "decide"),
            ("cli", "store-sqlite"),
            ("domain", "serde"),
            ("engine", "tokio"),
        ] {
            assert_eq!(check(&with(from, to, &Value::Null)), [""; 0], "{from} -> {to}");
        }
    }

    #[test]
    fn upward_and_sideways_arrows_are_named() {
        for (from, to) in [
            ("money", "domain"),
            ("domain", "engine"),
            ("engine", "store-sqlite"),
            ("store-sqlite", "engine"),
            ("port", "decide"),
            ("decide", "engine"),
            ("audit", "engine"),
            ("relay", "engine"),
            ("relay", "http-api"),
            ("http-api", "store-sqlite"),
            ("store-sqlite", "http-api"),
        ] {
            let findings = check(&with(from, to, &Value::Null));
            assert_eq!(findings.len(), 1, "{from} -> {to}");
            assert!(findings[0].starts_with(&format!("{from} -> {to}: ")), "{findings:?}");
        }
    }

    #[test]
    fn what_decides_knows_no_runtime_and_no_chance() {
        for to in IMPURE {
            for pure in ["domain", "decide"] {
                assert_eq!(check(&with(pure, to, &Value::Null)).len(), 1, "{pure} -> {to}");
            }
            assert_eq!(check(&with("money", to, &json!("build"))).len(), 1, "{to}");
        }
    }

    #[test]
    fn tests_may_use_what_they_need() {
        assert_eq!(check(&with("domain", "engine", &json!("dev"))), [""; 0]);
        assert_eq!(check(&with("money", "rand", &json!("dev"))), [""; 0]);
    }

    #[test]
    fn a_new_crate_must_take_its_place() {
        let findings = check(&json!({ "packages": [{ "name": "newcomer", "dependencies": [] }] }));
        assert_eq!(findings.len(), 1);
        assert!(findings[0].starts_with("newcomer: "));
    }
}
