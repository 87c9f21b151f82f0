//! The figures of a refund: who told them, and whose word stands.
//!
//! Always holds: a grant that tells none is of those that were told under its name, whether they are known or wait for
//! their money. Where nobody has told any it is of all that is left, until somebody does; what was taken so is given up
//! when they speak of money that has not come.

use crate::book::Draft;
use domain::{
    Code, Instant, Refusal,
    event::{Body, RefundFacts},
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
        RefundStatus::Requested | RefundStatus::Rejected | RefundStatus::OfflineTransferRequired => {
            Figures::Asked
        }
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

/// Granted after all is more than rejected: what went back is booked, whatever we heard first.
pub fn rank(status: RefundStatus) -> u8 {
    match status {
        RefundStatus::Requested => 0,
        RefundStatus::OfflineTransferRequired => 1,
        RefundStatus::Rejected => 2,
        RefundStatus::Approved => 3,
        RefundStatus::Succeeded => 4,
    }
}

/// Whether a refund that was granted without a word of what it is of is told that now: until then all that was left was
/// taken for it, so the word counts at once, though its money has not come.
pub fn was_assumed(known: Option<&Refund>, facts: &RefundFacts) -> bool {
    let is_assumed = |known: &Refund| known.status.is_granted() && known.figures == Figures::Assumed;
    says_what(facts) && known.is_some_and(is_assumed)
}

fn says_what(facts: &RefundFacts) -> bool {
    facts.amount.is_some() || !facts.lines.is_empty()
}

/// What is told of a refund, by whom, and since when.
pub struct Told {
    pub facts: RefundFacts,
    pub by: RefundStatus,
    pub since: Instant,
}

/// A grant that says nothing of what it is of is of what waits for its money under the same name: it is judged as that, and
/// waits with it, instead of taking what there is (A-G-15).
pub fn waiting_figures(
    draft: &mut Draft<'_>,
    known: Option<&Refund>,
    facts: &RefundFacts,
    status: RefundStatus,
) -> Option<Told> {
    if !status.is_granted()
        || says_what(facts)
        || known.is_some_and(|known| known.figures != Figures::Assumed)
    {
        return None;
    }
    let parked = draft.parked(&facts.order_id);
    let gone = &draft.changes().unparked;
    let waits =
        parked.iter().map(|parked| &parked.event).filter(|event| !gone.iter().any(|(_, it)| it == *event));
    let told = waits.filter_map(|event| {
        let (told, by) = (event.body.refund()?, status_of(&event.body)?);
        let is_its = told.refund_id == facts.refund_id && says_what(told) && by != RefundStatus::Rejected;
        is_its.then_some((rank(by), told, by, event.occurred_at))
    });
    let (_, told, by, since) = told.max_by_key(|(rank, ..)| *rank)?;
    let payment_id = facts.payment_id.clone().or_else(|| told.payment_id.clone());
    Some(Told { facts: RefundFacts { payment_id, ..told.clone() }, by, since })
}

/// Where an event says that a refund stands.
pub fn status_of(body: &Body) -> Option<RefundStatus> {
    match body {
        Body::RefundRequested(_) => Some(RefundStatus::Requested),
        Body::RefundApproved(_) => Some(RefundStatus::Approved),
        Body::RefundRejected(_) => Some(RefundStatus::Rejected),
        Body::RefundSucceeded(_) => Some(RefundStatus::Succeeded),
        Body::Placed(_)
        | Body::Cancelled(_)
        | Body::Shipped(_)
        | Body::Received(_)
        | Body::PaymentSucceeded(_)
        | Body::PaymentFailed(_)
        | Body::MemberJoined(_)
        | Body::MemberMerged(_) => None,
    }
}
