//! What a mapping file may not say, and what the error names.

#![allow(clippy::unwrap_used, reason = "tests")]

use replay::Mapping;
use std::{fs, path::Path};

fn text() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    fs::read_to_string(folder.join("tests/data/shop.toml")).unwrap()
}

#[test]
fn the_olist_example_is_a_mapping() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mapping = Mapping::open(&folder.join("../../examples/replay/olist.toml")).unwrap();
    assert_eq!(mapping.settings.shop.time_zone.name(), "America/Sao_Paulo");
    assert_eq!(mapping.settings.shop.currency, "BRL");
}

/// One line a case: what is changed, into what, and what the error says.
const BAD: &str = include_str!("data/bad_mappings.txt");

#[test]
fn an_error_names_the_file_and_the_key() {
    for case in BAD.lines().filter(|line| !line.starts_with('#')) {
        let parts: Vec<String> = case.split(" => ").map(|p| p.replace("\\n", "\n")).collect();
        let [from, to, said] = &parts[..] else { panic!("{case} is no case") };
        let changed = text().replacen(from, to, 1);
        assert_ne!(changed, text(), "{from} is in the mapping");
        let error = Mapping::parse(&changed, "m.toml").unwrap_err().to_string();
        let named = error.starts_with("m.toml: ") && error.contains(said);
        assert!(named, "{case}\n{error}");
    }
}

#[test]
fn a_mapping_that_is_not_there_says_so() {
    let error = Mapping::open(Path::new("no/such.toml")).unwrap_err().to_string();
    assert!(error.starts_with("no/such.toml: "), "{error}");
}

/// What a replay takes for cancelled a pool takes for closed.
#[test]
fn the_two_halves_of_a_mapping_agree_on_what_is_over() {
    let words = |text: &str, meaning: &str| -> Vec<String> {
        let mapping: toml::Table = text.parse().unwrap();
        let status = mapping["maps"]["status"].as_table().unwrap();
        status
            .iter()
            .filter(|(_, said)| said.as_str() == Some(meaning))
            .map(|(word, _)| word.clone())
            .collect()
    };
    for known in replay::shipped::ALL {
        let Some(replay) = known.replay else { continue };
        let (closed, cancelled) = (words(known.pool, "closed"), words(replay, "cancelled"));
        let missing: Vec<_> = cancelled.iter().filter(|word| !closed.contains(word)).collect();
        assert!(missing.is_empty(), "{}: {missing:?}", known.name);
    }
}
