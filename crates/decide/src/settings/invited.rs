//! The campaign of a shop that takes part in a platform's sprint: what it is, and that it ends with its invitation.

use crate::book::Draft;
use crate::coupon::batches;
use domain::{
    CampaignId, Code, Refusal, Violation,
    campaign::{
        self, Version,
        sprint::{Closed, Invitation, Terms},
    },
    catalog::Scope,
    message::{alerts::Alert, office::Office},
};

/// The shop's campaign: the plan as it was accepted, with the prizes; the whole shop counts.
pub fn version(draft: &Draft<'_>, invitation: &Invitation) -> Result<Version, Refusal> {
    let (terms, plan) = (invitation.terms().ok_or(Code::PrizeMissing)?, &invitation.plan);
    Ok(Version {
        name: plan.name.clone(),
        starts_at: plan.starts_at(),
        ends_at: plan.ends_at(),
        scope: Scope::default(),
        terms: campaign::Terms::Sprint(terms),
        made_at: draft.now,
    })
}

/// Refuses a campaign of the id of a platform's sprint that is not what the shop accepted: what a member goes by comes of the
/// plan and the bound prizes alone. Its name and what it tells members are the shop's.
pub fn check_campaign(draft: &Draft<'_>, id: &CampaignId, asked: &Version) -> Result<(), Refusal> {
    let Some(invitation) = draft.invitation(id) else { return Ok(()) };
    if !invitation.is_bound() {
        let detail = format!("{id} is a sprint of the platform's that the shop is invited to");
        return Err(Refusal::with(Code::IdempotencyConflict, detail));
    }
    let own = version(draft, &invitation)?;
    let accepted = own.terms.of::<Terms>().zip(asked.terms.of::<Terms>()).is_some_and(|(own, asked)| {
        Terms { description: asked.description.clone(), ..own.clone() } == *asked
    });
    let fixed =
        |field: &str| Violation::with(field, Code::ImmutableField, "the platform's sprint settles it");
    let fields = [
        ("terms", !accepted),
        ("scope", asked.scope != own.scope),
        ("starts_at", asked.starts_at != own.starts_at),
        ("ends_at", asked.ends_at != own.ends_at),
    ];
    let found = fields.into_iter().filter(|(_, differs)| *differs).map(|(field, _)| fixed(field)).collect();
    Refusal::from_violations(Code::InvalidTerms, found)
}

/// The shop's campaign of that id was closed: its invitation is closed with it.
pub fn closed(draft: &mut Draft<'_>, sprint: &CampaignId) {
    let open = draft.invitation(sprint).filter(|invitation| invitation.closed.is_none());
    if let Some(invitation) = open {
        end(draft, sprint, invitation, Closed { at: draft.now, code: None });
    }
}

/// Closes an invitation; the coupons of its prizes go with it.
pub fn end(draft: &mut Draft<'_>, sprint: &CampaignId, mut invitation: Invitation, closed: Closed) {
    for key in invitation.prizes.iter().flatten().filter_map(|tried| tried.key.clone()) {
        batches::void_with_its_sprint(draft, &key);
    }
    let (sprint_id, name, code) = (sprint.clone(), invitation.plan.name.clone(), closed.code);
    invitation.closed = Some(closed);
    draft.put_invitation(sprint, invitation);
    draft.alert(&Alert::SprintClosed { sprint_id, name, code });
}
