//! The figures of a refund: who told them, and whose word stands.

use domain::{
    Code, Refusal,
    event::RefundFacts,
    order::{Figures, Refund, RefundAsk, RefundStatus},
    sentence,
};

/// The figures of a refund: those that were granted stand before those that were asked for, and these
/// before none, whatever was heard first (A-G-8). Granted figures stay: others are a conflict.
pub fn figures(
    known: Option<&Refund>,
    facts: &RefundFacts,
    status: RefundStatus,
) -> Result<(RefundAsk, Figures), Refusal> {
    let says_nothing = facts.lines.is_empty() && facts.amount.is_none();
    let told = match status {
        _ if says_nothing => Figures::Assumed,
        RefundStatus::Requested | RefundStatus::Rejected => Figures::Asked,
        RefundStatus::Approved | RefundStatus::Succeeded => Figures::Granted,
    };
    let fault = known.and_then(|known| known.ask.fault);
    let ask = RefundAsk { lines: facts.lines.clone(), amount: facts.amount, fault };
    let Some(known) = known else { return Ok((ask, told)) };
    // Until it is granted nobody has granted its figures, whatever an older file says.
    let so_far = if known.status.is_granted() { known.figures } else { known.figures.min(Figures::Asked) };
    let figures = so_far.max(told);
    // An amount that is what was known anyway says nothing against the lines that it was made of; against no figures at
    // all it says what those would not.
    let is_bare = known.ask.lines.is_empty() && known.ask.amount.is_none();
    if told > so_far && (is_bare || facts.amount != Some(known.total())) {
        return Ok((ask, figures));
    }
    // Which units it was is no other body (A-G-15).
    if known.is_unclear() && !facts.lines.is_empty() && facts.amount.is_none_or(|told| told == known.total())
    {
        return Ok((RefundAsk { lines: facts.lines.clone(), amount: None, fault }, figures));
    }
    if told <= so_far && known.status.is_granted() && !says_nothing {
        same_refund(known, facts)?;
    }
    Ok((known.ask.clone(), figures))
}

/// A booked refund keeps its amount: an event that names another one is a conflict, never a footnote.
fn same_refund(known: &Refund, facts: &RefundFacts) -> Result<(), Refusal> {
    let same_ask = known.ask.lines == facts.lines && known.ask.amount == facts.amount;
    let same_amount = facts.amount == Some(known.total());
    if same_ask || same_amount {
        return Ok(());
    }
    let detail = sentence![format!("refund {} is booked with ", known.refund_id), known.total()];
    Err(Refusal::with(Code::IdempotencyConflict, detail))
}
