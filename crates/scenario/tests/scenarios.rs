//! Every scenario, in this process: over memory and over `SQLite`.

use scenario::InProcessDoor;

fn through_memory(name: &str) {
    scenario::check(name, &mut InProcessDoor::memory());
}

fn through_sqlite(name: &str) {
    scenario::check(name, &mut InProcessDoor::sqlite());
}

mod memory {
    scenario::tests!(super::through_memory);
}

mod sqlite {
    scenario::tests!(super::through_sqlite);
}

#[test]
fn every_file_is_listed_and_every_listed_one_is_there() {
    let mut listed = memory::LISTED.to_vec();
    listed.sort_unstable();
    assert_eq!(scenario::on_disk(), listed);
    assert_eq!(memory::LISTED, sqlite::LISTED);
}

#[test]
fn every_scenario_begins_with_the_rules_that_it_shows() {
    for name in memory::LISTED {
        let text = scenario::read(name);
        let head: String = text.lines().take_while(|line| line.starts_with('#')).collect();
        assert!(
            ["S0-", "S1-", "S2-", "S3-", "S4-", "A-G-"].iter().any(|id| head.contains(id)),
            "{name}: {head}"
        );
    }
}

/// The next schema is kept with it, by the example `kept_store`.
#[test]
fn the_story_of_kept_stores_can_be_played() {
    let story = include_str!("../examples/kept_store/story.scenario");
    if let Err(report) = scenario::run("story.scenario", story, &mut InProcessDoor::memory()) {
        panic!("{report}");
    }
}
