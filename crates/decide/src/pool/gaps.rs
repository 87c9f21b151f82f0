//! What downloads could not say (A-S4-25): noted, filled order by order, or answered for by an operator.
//!
//! What always holds: while something is missing no rank at or behind it becomes final. What was given before stays.

use super::settings::{put_watermark, wake_ranking};
use crate::book::Draft;
use crate::command::Reply;
use domain::{
    Code, Instant, Refusal, Violation, limits,
    pool::{Accepted, Gap, ShopOrder, Stage},
};

/// Where the sources go for which there is no room.
const OTHERS: &str = "...";

/// What a source could not say, in the place of what it could not before. Orders that were left out then stay missing
/// until they come.
pub fn note_gap(draft: &mut Draft<'_>, told: &Gap) -> Result<Reply, Refusal> {
    let row = draft.pool_row()?;
    let chars = told.source.chars().count();
    if chars == 0 || chars > limits::GAP_TEXT_CHARS || told.source.chars().any(char::is_control) {
        let message = format!("1 to {} characters, no control characters", limits::GAP_TEXT_CHARS);
        let violation = Violation::with("source", Code::InvalidValue, message);
        Refusal::from_violations(Code::InvalidValue, vec![violation])?;
    }
    if told.source == OTHERS {
        let message = "the name under which sources stand for which there is no room";
        let violation = Violation::with("source", Code::InvalidValue, message);
        Refusal::from_violations(Code::InvalidValue, vec![violation])?;
    }
    let known = row.gaps.get(&told.source);
    let gap = match known {
        // It had a place beyond the bound while it was taken in.
        Some(known) if known.unfinished && !told.unfinished && row.gaps.len() > limits::GAPS => {
            let gap = known.told_again(told.clone());
            if gap.is_closed() {
                gap
            } else {
                let others = among_others(row.gaps.get(OTHERS).map(|gap| &**gap), &gap);
                draft.put_gap(Gap::new(told.source.clone(), None));
                others
            }
        }
        Some(known) => known.told_again(told.clone()),
        None if told.unfinished && row.gaps.len() < 2 * limits::GAPS => told.clone(),
        None if told.is_closed() || row.gaps.len() < limits::GAPS => told.clone(),
        // An answer that was given makes room; else what is missing has no name of its own.
        None => match row.gaps.values().find(|gap| gap.accepted.is_some()) {
            Some(answered) => {
                let closed = Gap::new(answered.source.clone(), None);
                draft.put_gap(closed);
                told.clone()
            }
            None => among_others(row.gaps.get(OTHERS).map(|gap| &**gap), told),
        },
    };
    if known.map(|known| &**known) != Some(&gap) {
        draft.put_gap(gap.clone());
        wake_ranking(draft)?;
    }
    Ok(Reply::Gap { gap: Box::new(gap) })
}

fn among_others(known: Option<&Gap>, told: &Gap) -> Gap {
    let mut others = known.cloned().unwrap_or_else(|| Gap::new(OTHERS, None));
    others.rows_in_all += told.rows_in_all;
    if let Some(since) = told.since() {
        others.add_unnamed(since);
    }
    others
}

/// An order that is taken in whole is missing no more.
pub fn fill(draft: &mut Draft<'_>, told: &ShopOrder) -> Result<(), Refusal> {
    let (id, as_of) = (&told.order_id, told.said.as_of);
    let filled: Vec<Gap> =
        draft.gaps().filter(|gap| gap.is_filled_by(id, as_of)).map(|gap| gap.without(id)).collect();
    if filled.is_empty() {
        return Ok(());
    }
    for gap in filled {
        draft.put_gap(gap);
    }
    // One that is to be submitted yet wakes the runs that it takes part in; they must not go on without it.
    let waits = draft
        .find_pool_order(id)
        .is_some_and(|order| order.stage == Stage::ShopOrder && order.presale_strategy.is_some());
    if waits { Ok(()) } else { wake_ranking(draft) }
}

/// An operator answers for what is missing, and says how far the download has come.
pub fn accept_gaps(draft: &mut Draft<'_>, through: Instant, reason: &str) -> Result<Reply, Refusal> {
    let chars = reason.trim().chars().count();
    if chars == 0 || chars > limits::GAP_TEXT_CHARS {
        let message = format!("say why, in 1 to {} characters", limits::GAP_TEXT_CHARS);
        let violation = Violation::with("reason", Code::InvalidValue, message);
        Refusal::from_violations(Code::InvalidValue, vec![violation])?;
    }
    let accepted = Accepted { at: draft.now, reason: reason.trim().to_owned() };
    let open: Vec<Gap> =
        draft.gaps().filter(|gap| gap.accepted.is_none()).map(|gap| Gap::clone(gap)).collect();
    for gap in open {
        draft.put_gap(Gap { accepted: Some(accepted.clone()), ..gap });
    }
    put_watermark(draft, through)
}
