//! `docs/draws.md`, in both languages, says what the code does: the notice, the play that is worked out, every code.

use draw::{Code, Entropy, Given, Seed, archive::Archive, chain, verify::FindingCode, words};
use std::{fmt::Write, path::Path};

fn read(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(file);
    std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{} cannot be read: {error}", path.display()))
}

fn pages() -> [String; 2] {
    ["docs/draws.md", "docs/draws.zh-CN.md"].map(read)
}

fn example() -> Archive {
    Archive::read(read("examples/draw/archive.json").as_bytes()).expect("an archive")
}

/// A-S2-17: the notice that the law wants, filled in.
#[test]
fn a_s2_17_the_notice_is_the_examples() {
    let block = format!("```text\n{}```\n", example().notices[0].text);
    for page in pages() {
        assert!(page.contains(&block), "put this there:\n{block}");
    }
}

/// A-S2-16: one play, step by step, as a reader would.
#[test]
fn a_s2_16_a_play_is_worked_out() {
    let archive = example();
    let (before, play) = (&archive.plays[7], &archive.plays[8]);
    let seed = Seed::from_revealed(archive.seed.as_deref().expect("it is revealed")).expect("a seed");
    let entropy = Entropy::of_transaction(&play.entropy).expect("a line");
    let drawn = words(&seed, &archive.campaign, &play.chance, &entropy);
    let digest: Vec<String> = drawn.clone().take(4).map(|word| format!("{word:016x}")).collect();
    let table = &archive.notices[0].notice.table;
    let mut given = Given::default();
    for earlier in &archive.plays[..8] {
        given.add(&earlier.prize_id);
    }
    let award = table.award(play.r, &given, play.at_ms).expect("a prize");
    let released = format!(
        "{} of {}",
        award.drawn.available(play.at_ms).expect("a stock"),
        award.drawn.stock.expect("a stock")
    );
    let mut block = String::from("```text\n");
    for (name, value) in [
        ("commit", seed.commit().to_string()),
        ("campaign", archive.campaign.clone()),
        ("chance", play.chance.clone()),
        ("entropy", play.entropy.clone()),
        ("counter", "0".to_owned()),
        ("digest", digest.concat()),
        ("word", drawn.clone().next().expect("a word").to_string()),
        ("r", play.r.to_string()),
        ("drawn", award.drawn.prize_id.clone()),
        ("released", released),
        ("prize_id", award.prize.prize_id.clone()),
        ("before", before.hash.to_string()),
        ("head", chain::after_play(&before.hash, &play.link()).to_string()),
    ] {
        let _ = writeln!(block, "{name:<9} {value}");
    }
    block.push_str("```\n");
    for page in pages() {
        assert!(page.contains(&block), "put this there:\n{block}");
    }
}

#[test]
fn every_code_is_told() {
    let [english, chinese] = pages();
    let problems = Code::ALL.iter().map(|code| (code.as_str(), code.en(), code.zh()));
    let findings = FindingCode::ALL.iter().map(|code| (code.as_str(), code.en(), code.zh()));
    for (code, en, zh) in problems.chain(findings) {
        for (page, says) in [(&english, en), (&chinese, zh)] {
            let row = format!("\n| `{code}` | {says} |\n");
            assert!(page.contains(&row), "a row is missing: {row}");
        }
    }
}
