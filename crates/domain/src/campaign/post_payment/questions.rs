//! What a campaign's surveys have asked: questions stay as long as somebody may have answered them (S2-R05).
//!
//! Always holds: once a campaign has given something, no question of it goes away or comes to mean something else, in
//! whichever tier it stands; questions and options may be added. So every answer has its question, in figures and files.

use super::Terms;
use crate::{
    Code, Violation,
    campaign::Campaign,
    reward::{Question, Tallies},
};
use std::collections::BTreeMap;

/// Why a field of a question stays.
const STAYS: &str = "it was asked, and answers are told by it; add a question instead";

/// The questions of terms, with the tier and the place where each stands.
fn placed(terms: &Terms) -> impl Iterator<Item = ((usize, usize), &Question)> {
    let tiers = terms.tiers.iter().enumerate();
    tiers.flat_map(|(tier, of)| (0..).zip(&of.action.questions).map(move |(at, asked)| ((tier, at), asked)))
}

fn path((tier, at): (usize, usize), field: &str) -> String {
    format!("terms.tiers[{tier}].action.questions[{at}].{field}")
}

/// What of the next terms takes a question away, or makes another of it; by question the first place where it is asked.
pub fn check_kept(now: &Terms, next: &Terms) -> Vec<Violation> {
    let mut after = BTreeMap::new();
    for (at, question) in placed(next) {
        after.entry(question.question_id.as_str()).or_insert((at, question));
    }
    let mut found: Vec<Violation> = Vec::new();
    let mut stays = |field: String, message: String| {
        let found_now = Violation::with(field, Code::ImmutableField, message);
        if !found.contains(&found_now) {
            found.push(found_now);
        }
    };
    for ((tier, _), was) in placed(now) {
        let Some((at, is)) = after.get(was.question_id.as_str()) else {
            let list = format!("terms.tiers[{tier}].action.questions");
            let field = if tier < next.tiers.len() { list } else { "terms.tiers".to_owned() };
            stays(field, format!("question {} was asked and stays", was.question_id));
            continue;
        };
        if was.kind != is.kind {
            stays(path(*at, "kind"), STAYS.to_owned());
        }
        if was.text != is.text {
            stays(path(*at, "text"), STAYS.to_owned());
        }
        let lost = was.options.iter().find(|option| was.kind == is.kind && !is.options.contains(option));
        if let Some(lost) = lost {
            stays(path(*at, "options"), format!("{lost} could be chosen and stays"));
        }
    }
    found
}

/// Appends each question that two tiers ask otherwise: their answers are counted together.
pub fn check_twins(terms: &Terms, found: &mut Vec<Violation>) {
    let mut known = BTreeMap::new();
    for ((tier, at), question) in placed(terms) {
        let (first, twin) = *known.entry(question.question_id.as_str()).or_insert((tier, question));
        let is_same =
            (twin.kind, &twin.text, &twin.options) == (question.kind, &question.text, &question.options);
        if first != tier && !is_same {
            let message = "another tier asks something else by this id";
            found.push(Violation::with(path((tier, at), "question_id"), Code::Duplicate, message));
        }
    }
}

/// Every question that was ever asked, those that are asked now first, each with every option that was ever chosen. One that
/// was taken away before anybody answered it is left out.
pub fn ever_asked(campaign: &Campaign, tallies: &Tallies) -> Vec<Question> {
    let mut asked: Vec<Question> = Vec::new();
    for (place, version) in campaign.in_public().iter().rev().enumerate() {
        let terms = version.terms.of::<Terms>();
        for (_, question) in terms.into_iter().flat_map(placed) {
            let id = &question.question_id;
            match asked.iter_mut().find(|known| known.question_id == *id) {
                None if place == 0 || tallies.has(id) => asked.push(question.clone()),
                None => {}
                Some(known) => {
                    for option in question.options.iter().filter(|option| tallies.count(id, option) > 0) {
                        if !known.options.contains(option) {
                            known.options.push(option.clone());
                        }
                    }
                }
            }
        }
    }
    asked
}
