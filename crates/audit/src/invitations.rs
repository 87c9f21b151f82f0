//! Invitations to a platform's sprints: a shop takes part with the plan that it accepted and prizes that fit it, and what is
//! closed has taken its coupons back (A-S3-9, A-S3-13).

use crate::checks::INVITATIONS;
use crate::sieve::Balance;
use crate::walk::{Faults, Walk};
use domain::{
    CampaignId,
    campaign::sprint::{Invitation, Sheet, Terms, Tried},
};
use port::{Read, Subject};

/// Walks the shop's invitations.
pub fn walk(walk: &mut Walk<'_>, balance: &mut Balance) -> Read<()> {
    walk.pages(
        "invitations",
        |reader, shop, page| reader.sprint_invitations(shop, page),
        |invitation| invitation.plan.sprint_id.to_string(),
        |walk, invitation| {
            walk.looked(INVITATIONS);
            let id = invitation.plan.sprint_id.clone();
            if let Some(due_at) = invitation.wake_at {
                balance.add(&Subject::Invitation(id.clone()).parts(), &due_at);
            }
            walk.confirm(
                invitation,
                |reader, shop| reader.sprint_invitation(shop, &id),
                |walk, invitation| of_one(walk, &id, invitation),
                || format!("invitation to {id}"),
            )
        },
    )
}

fn of_one(walk: &Walk<'_>, id: &CampaignId, invitation: &Invitation) -> Read<Faults> {
    let mut found = Faults::new();
    let mut fault = |detail: String| found.push((INVITATIONS, detail));
    for (tier, tried) in (0..).zip(&invitation.prizes) {
        let Some(tried) = tried else { continue };
        if tried.approved_by.as_ref() == Some(&tried.author) {
            fault(format!("the prize of tier {tier} was approved by whoever filled it in, {}", tried.author));
        }
        if tried.bound.as_ref().is_some_and(|bound| bound.at >= invitation.plan.starts_at()) {
            fault(format!("the prize of tier {tier} was bound after the first enrollment had begun"));
        }
        for detail in of_prize(walk, id, invitation, (tier, tried))? {
            fault(detail);
        }
    }
    let takes_part = invitation.is_bound() && invitation.closed.is_none();
    let row = walk.reader.campaign(walk.id(), id)?;
    let terms = row.as_ref().and_then(|row| row.campaign.current().terms.of::<Terms>());
    match (takes_part, terms) {
        (true, None) => fault("every prize is bound, and there is no campaign".to_owned()),
        (true, Some(terms)) => {
            let told = invitation.terms().map(|own| Terms { description: terms.description.clone(), ..own });
            if told.as_ref() != Some(terms) {
                fault("the campaign's terms are not those that were accepted".to_owned());
            }
        }
        (false, Some(_)) => {
            let is_open = row.is_some_and(|row| row.campaign.closed_at.is_none());
            if is_open && invitation.closed.is_some() {
                fault("it is closed, and its campaign is not".to_owned());
            }
        }
        (false, None) => {}
    }
    Ok(found)
}

/// A key is of a batch with the values that were filled in; of one that is closed it is void.
fn of_prize(
    walk: &Walk<'_>,
    id: &CampaignId,
    invitation: &Invitation,
    (tier, tried): (u8, &Tried),
) -> Read<Vec<String>> {
    let Some(key) = &tried.key else { return Ok(Vec::new()) };
    let Some(row) = walk.reader.batch(walk.id(), key)? else {
        return Ok(vec![format!("tier {tier} has the key {key}, and there is no such batch")]);
    };
    let mut found = Vec::new();
    let (batch, is_void) = (&row.record.batch, row.record.voided_at.is_some());
    if invitation.closed.is_some() != is_void {
        found.push(format!("tier {tier}: batch {key} is {}void", if is_void { "" } else { "not " }));
    }
    if let Sheet::Coupon { made, .. } = &tried.sheet {
        let same = (made.quota, Some(made.face_value), made.applied_quantity)
            == (batch.benefit.spend, batch.benefit.save, batch.quantity);
        if !same || batch.sprint.as_ref() != Some(id) {
            found.push(format!("tier {tier}: batch {key} is not what was approved"));
        }
    }
    Ok(found)
}
