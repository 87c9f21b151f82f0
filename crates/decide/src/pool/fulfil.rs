//! The last door: an order goes to the warehouse when its money is whole and its gifts are settled (A-S4-19).
//!
//! Always holds: what is let through all the same is kept with the step, with the reason.

use super::moves::{at_stage, done};
use super::{family, moment};
use crate::book::Draft;
use crate::command::{Reply, Undecided, Unpaid};
use domain::{
    Code, GiftStrategyId, OrderId, Refusal, Violation, limits,
    order::TimelineEntry,
    pool::{Candidate, Moved, PoolOrder, Stage, Standing},
};
use serde_json::json;

/// What the caller accepts, and why.
#[derive(Debug, Clone, Copy)]
pub struct Accepts<'a> {
    /// Gifts that are not settled.
    pub undecided: Undecided,
    /// Money that is not whole.
    pub unpaid: Unpaid,
    /// Why; needed with unpaid money.
    pub reason: Option<&'a str>,
}

impl<'a> Accepts<'a> {
    /// What was said.
    pub fn new(undecided: Undecided, unpaid: Unpaid, reason: Option<&'a str>) -> Self {
        Self { undecided, unpaid, reason }
    }
}

/// An order in review goes to the warehouse. Refused with `unpaid` or `looks_partly_paid` while its money is
/// not whole, and with `gifts_undecided` while a gift of it is undecided, due by a time that is not known yet, or
/// changed since it was given; unless the caller accepts it.
pub fn fulfil(draft: &mut Draft<'_>, id: &OrderId, accepts: Accepts<'_>) -> Result<Reply, Refusal> {
    let mut order = at_stage(draft, id, &[Stage::Review])?;
    let reason = reason(accepts)?;
    let mut accepted = Vec::new();
    if let Some(code) = order.lacks_money() {
        if accepts.unpaid == Unpaid::Refuse {
            return Err(code.into());
        }
        accepted.push(code);
    }
    let mut strategies = moment::unsettled(draft, &order);
    strategies.extend(unsettled_around(draft, &order));
    strategies.sort_unstable();
    strategies.dedup();
    if let Some(strategy) = strategies.first() {
        if accepts.undecided == Undecided::Refuse {
            let message = format!("the gift of strategy {strategy} for order {id} is not settled");
            return Err(Refusal::with(Code::GiftsUndecided, message));
        }
        accepted.push(Code::GiftsUndecided);
    }
    family::take_given(draft, &mut order);
    family::leave_undecided(draft, &mut order);
    close_undecided(draft, &order);
    note_on_order(draft, id, (&accepted, reason.as_deref()));
    order.step(Moved { accepted, reason, strategies, ..Moved::new(draft.now, Stage::Fulfilment) });
    order.list_stages(true, draft.now);
    Ok(done(draft, order))
}

/// The strategies whose gift for its parent is not settled, as the other children stand.
fn unsettled_around(draft: &Draft<'_>, order: &PoolOrder) -> Vec<GiftStrategyId> {
    let others = family::siblings(draft, order).into_iter();
    let others = others.filter(|it| it.is_here() && it.presale_strategy == order.presale_strategy);
    others.flat_map(|other| moment::unsettled(draft, &other)).collect()
}

fn reason(accepts: Accepts<'_>) -> Result<Option<String>, Refusal> {
    let text = accepts.reason.map(str::trim).filter(|text| !text.is_empty());
    let wrong = match text {
        None if accepts.unpaid == Unpaid::Accept => {
            Some(Violation::with("reason", Code::Required, "say why the order goes although it is not paid"))
        }
        Some(text) if text.chars().count() > limits::NAME_CHARS => {
            let message = format!("1 to {} characters", limits::NAME_CHARS);
            Some(Violation::with("reason", Code::TooLongText, message))
        }
        None | Some(_) => None,
    };
    Refusal::from_violations(Code::InvalidValue, wrong.into_iter().collect())?;
    Ok(text.map(str::to_owned))
}

/// An order of our own presale keeps in its timeline what was accepted for it.
fn note_on_order(draft: &mut Draft<'_>, id: &OrderId, (accepted, reason): (&[Code], Option<&str>)) {
    let Some(first) = accepted.first() else { return };
    let Some(mut order) = draft.order(id) else { return };
    let detail = json!({ "accepted": accepted, "reason": reason });
    let entry = TimelineEntry::new(draft.now, "pool_order.fulfilled").code(*first).detail(detail);
    draft.note(&mut order, entry);
    draft.put_order(order);
}

/// What the warehouse has gets no more gifts by itself.
pub fn close_undecided(draft: &mut Draft<'_>, order: &PoolOrder) {
    for entered in &order.entered {
        let Some(candidate) = draft.candidate(entered.run, &entered.key) else { continue };
        let code = match (candidate.standing, candidate.code) {
            (Standing::Open | Standing::Held, _) => Code::GiftsUndecided,
            // It would be judged again when the buyer's earlier order goes.
            (Standing::Nothing, Some(Code::OncePerBuyer)) => Code::WrongStage,
            (Standing::Nothing | Standing::Waiting | Standing::Given | Standing::Void, _) => continue,
        };
        let (standing, code) = (Standing::Nothing, Some(code));
        draft.put_candidate(entered.run, Candidate { standing, code, ..candidate });
    }
}
