//! The first wording of notices is frozen: what was published is checked by it for ever (A-S2-16, A-S2-17). Where this test
//! fails, the change belongs into another wording, not into these texts.

mod given;

use draw::Wording;
use given::{by_odds, in_an_urn, read, with_a_beacon};

#[test]
fn a_s2_16_the_first_wording_stays() {
    let told: Vec<String> =
        [by_odds(), in_an_urn(), with_a_beacon()].map(|notice| read(notice).text(Wording::V1)).into();
    assert_eq!(told.join("\n"), include_str!("wording_v1.txt"));
}

#[test]
fn a_link_says_how_it_is_worded() {
    let archive = given::story_by_odds();
    assert!(archive.notices.iter().all(|link| link.wording == Wording::V1));
    let json = serde_json::to_value(&archive.notices[0]).expect("it is written");
    assert_eq!(json["wording"], "v1");
}
