//! What is told of customers: since when they are members, and which accounts are one customer's.

use crate::book::Draft;
use crate::command::{EventOutcome, EventResult};
use domain::{
    Code, CustomerId, Instant, Refusal,
    campaign::{self, Told},
    event::MemberMerged,
};

/// A customer is a member since the earliest time that was told, with all their accounts.
pub fn joined(draft: &mut Draft<'_>, customer: &CustomerId, at: Instant) -> EventResult {
    know_since(draft, customer, at);
    EventResult::of(EventOutcome::Applied)
}

/// One account goes up in another, for good. What it has had stays with it; from then on the other is the customer.
pub fn merged(draft: &mut Draft<'_>, MemberMerged { from, into }: &MemberMerged, at: Instant) -> EventResult {
    let rejected = |code, detail: String| EventResult::rejected(Refusal::with(code, detail));
    if from == into {
        return rejected(Code::InvalidValue, "from and into are the same".to_owned());
    }
    let mut standing = draft.standing(from);
    match &standing.merged {
        Some((known, since)) if known == into && at >= *since => {
            return EventResult::of(EventOutcome::Duplicate);
        }
        Some((known, _)) if known != into => {
            return rejected(Code::AlreadyMerged, format!("{from} was merged into {known}"));
        }
        Some(_) | None => {}
    }
    if row(draft, into).contains(from) {
        return rejected(Code::AlreadyMerged, format!("{into} was merged into {from}"));
    }
    let member_since = standing.member_since;
    standing.merged = Some((into.clone(), at));
    let uses = standing.uses.clone();
    draft.put_standing(from, standing);
    for account in row(draft, into) {
        let mut standing = draft.standing(&account);
        for (id, used) in &uses {
            *standing.uses.entry(id.clone()).or_default() += used;
        }
        draft.put_standing(&account, standing);
    }
    campaign::told(draft, Told::Merged(from));
    if let Some(since) = member_since {
        know_since(draft, into, since);
    }
    EventResult::of(EventOutcome::Applied)
}

/// An account, the one that it was merged into, and so on.
pub fn row(draft: &Draft<'_>, account: &CustomerId) -> Vec<CustomerId> {
    let mut row = vec![account.clone()];
    while let Some((into, _)) = row.last().and_then(|last| draft.standing(last).merged) {
        row.push(into);
    }
    row
}

fn know_since(draft: &mut Draft<'_>, account: &CustomerId, at: Instant) {
    for customer in row(draft, account) {
        let mut standing = draft.standing(&customer);
        if standing.member_since.is_none_or(|since| at < since) {
            standing.member_since = Some(at);
            draft.put_standing(&customer, standing);
            campaign::told(draft, Told::Joined(&customer));
        }
    }
}
