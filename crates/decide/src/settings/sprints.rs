//! A platform's sprint: set up, revised, and what a shop does with its invitation until it takes part (S3-R03, S3-R31).
//!
//! Always holds: a shop that has a prize bound for every tier has, from the same transaction on, a published campaign of
//! the sprint's id; what is closed has taken its coupon batches back.

use super::command::SprintCommand;
use super::{campaigns, invited};
use crate::book::Draft;
use crate::command::{Closing, Reply};
use crate::coupon::batches;
use domain::{
    BatchId, CampaignId, Code, Refusal, Violation,
    campaign::{
        self,
        sprint::{Answered, Bound, Closed, Invitation, Plan, PlanTier, Sheet, Tried},
    },
    message::{alerts::Alert, office::Office},
};
use serde_json::json;

/// Decides what is done with a platform's sprint.
pub fn decide(draft: &mut Draft<'_>, command: &SprintCommand) -> Result<Reply, Refusal> {
    let sprint = command.sprint();
    match command {
        SprintCommand::Create { plan } => create(draft, plan),
        SprintCommand::Revise { plan } => revise(draft, plan),
        SprintCommand::Invite { .. } => invite(draft, sprint),
        SprintCommand::Tell { .. } => tell_revision(draft, sprint),
        SprintCommand::Accept { .. } => accept(draft, sprint),
        SprintCommand::Decline { .. } => decline(draft, sprint),
        SprintCommand::Close { .. } => close(draft, sprint),
        SprintCommand::PutPrize { tier, sheet, by, .. } => put_prize(draft, (sprint, *tier), sheet, by),
        SprintCommand::Approve { tier, by, .. } => approve(draft, (sprint, *tier), by),
        SprintCommand::Bind { tier, key, by, .. } => bind(draft, (sprint, *tier), key, by),
    }
}

/// Sets a sprint up. The same again answers the same; the same id for something else is refused.
fn create(draft: &mut Draft<'_>, plan: &Plan) -> Result<Reply, Refusal> {
    let plan = &plan.with_whole_days(draft.platform_zone());
    if let Some(known) = draft.plan(&plan.sprint_id) {
        let same = known.says_the_same(plan);
        return if same { Ok(Reply::Plan { plan: known }) } else { Err(Code::IdempotencyConflict.into()) };
    }
    keep(draft, Plan { revision: 1, ..plan.clone() })
}

/// Gives it its next revision, until the first enrollment begins. Shops that accepted keep what they accepted.
fn revise(draft: &mut Draft<'_>, plan: &Plan) -> Result<Reply, Refusal> {
    let plan = &plan.with_whole_days(draft.platform_zone());
    let known = find(draft, &plan.sprint_id)?;
    if known.says_the_same(plan) {
        return Ok(Reply::Plan { plan: known });
    }
    if known.starts_at() <= draft.now {
        return Err(Refusal::with(Code::StartedAlready, "the first enrollment has begun"));
    }
    keep(draft, Plan { revision: known.revision + 1, ..plan.clone() })
}

fn keep(draft: &mut Draft<'_>, plan: Plan) -> Result<Reply, Refusal> {
    let plan = Plan { made_at: draft.now, ..plan };
    let found = plan.violations(draft.platform_zone(), draft.now);
    Refusal::from_violations(Code::InvalidTerms, found)?;
    draft.put_plan(plan.clone());
    Ok(Reply::Plan { plan })
}

fn find(draft: &Draft<'_>, sprint: &CampaignId) -> Result<Plan, Refusal> {
    draft.plan(sprint).ok_or_else(|| Refusal::with(Code::NotFound, format!("no sprint {sprint}")))
}

fn invited(draft: &Draft<'_>, sprint: &CampaignId) -> Result<Invitation, Refusal> {
    draft.shop()?;
    draft.invitation(sprint).ok_or_else(|| Code::NotInvited.into())
}

fn reply(draft: &Draft<'_>, invitation: Invitation, new: bool) -> Reply {
    Reply::Invitation { invitation, new, now: draft.now }
}

/// Invites the shop, once (A-S3-13).
fn invite(draft: &mut Draft<'_>, sprint: &CampaignId) -> Result<Reply, Refusal> {
    draft.shop()?;
    let plan = find(draft, sprint)?;
    if let Some(known) = draft.invitation(sprint) {
        return Ok(reply(draft, known, false));
    }
    if plan.starts_at() <= draft.now {
        return Err(Refusal::with(Code::StartedAlready, "the first enrollment has begun"));
    }
    check_currency(draft, &plan)?;
    if draft.campaign(sprint).is_some() {
        let detail = format!("the shop has a campaign {sprint} of its own");
        return Err(Refusal::with(Code::IdempotencyConflict, detail));
    }
    let invitation = Invitation::of(&plan, draft.now);
    draft.put_invitation(sprint, invitation.clone());
    let opens_at = plan.announced_at().map(|at| draft.show(at));
    let (sprint_id, name) = (sprint.clone(), plan.name.clone());
    draft.alert(&Alert::SprintInvited { sprint_id, name, starts_at: draft.show(plan.starts_at()), opens_at });
    Ok(reply(draft, invitation, true))
}

/// Amounts of the plan are of one currency (A-G-12).
fn check_currency(draft: &Draft<'_>, plan: &Plan) -> Result<(), Refusal> {
    let own = &draft.shop()?.currency;
    if *own == plan.currency {
        return Ok(());
    }
    let detail = format!("its amounts are {}, the shop's are {own}", plan.currency);
    Err(Refusal::with(Code::ConditionsUnmet, detail))
}

/// Tells the shop that there is a newer revision than the one that it knows.
fn tell_revision(draft: &mut Draft<'_>, sprint: &CampaignId) -> Result<Reply, Refusal> {
    let (mut invitation, plan) = (invited(draft, sprint)?, find(draft, sprint)?);
    let knows = invitation.told_revision.max(invitation.plan.revision);
    if knows >= plan.revision || invitation.closed(draft.now).is_some() {
        return Ok(reply(draft, invitation, false));
    }
    invitation.told_revision = plan.revision;
    if invitation.standing != Answered::Accepted {
        invitation.follow(&plan);
    }
    let (sprint_id, name, revision) = (sprint.clone(), plan.name.clone(), plan.revision);
    draft.alert(&Alert::SprintRevised { sprint_id, name, revision, starts_at: draft.show(plan.starts_at()) });
    draft.put_invitation(sprint, invitation.clone());
    Ok(reply(draft, invitation, true))
}

/// Accepts, or takes a newer revision in. What is bound must fit it, for members will go by it.
fn accept(draft: &mut Draft<'_>, sprint: &CampaignId) -> Result<Reply, Refusal> {
    let mut invitation = invited(draft, sprint)?;
    let plan = find(draft, sprint)?;
    let (now, accepted) = (draft.now, invitation.standing == Answered::Accepted);
    if accepted && invitation.plan.revision == plan.revision && invitation.closed(now).is_none() {
        return Ok(reply(draft, invitation, false));
    }
    if let Some(closed) = invitation.closed(now) {
        return Err(closed.code.unwrap_or(Code::CampaignClosed).into());
    }
    if !plan.is_announced(now) {
        let at = plan.announced_at().map(|at| draft.show(at)).unwrap_or_default();
        return Err(Refusal::with(Code::NotStarted, format!("from {at} on")));
    }
    if plan.starts_at() <= now || (accepted && invitation.has_begun(now)) {
        return Err(Refusal::with(Code::StartedAlready, "the first enrollment has begun"));
    }
    check_currency(draft, &plan)?;
    Refusal::from_violations(Code::InvalidTerms, misfits(draft, &invitation, &plan))?;
    let was_bound = accepted && invitation.is_bound();
    invitation.take(&plan, now);
    (invitation.standing, invitation.answered_at) = (Answered::Accepted, Some(now));
    draft.put_invitation(sprint, invitation.clone());
    if was_bound {
        let version = invited::version(draft, &invitation)?;
        campaigns::revise(draft, sprint, &version)?;
    }
    Ok(reply(draft, invitation, true))
}

/// What of prizes that were approved or bound does not fit a plan.
fn misfits(draft: &Draft<'_>, invitation: &Invitation, plan: &Plan) -> Vec<Violation> {
    let mut found = Vec::new();
    for (tier, prize) in (0..).zip(&invitation.prizes) {
        let Some(tried) = prize.as_ref().filter(|tried| tried.approved_by.is_some()) else { continue };
        let mut faults = if usize::from(tier) < plan.tiers.len() {
            tried.sheet.violations(plan, tier)
        } else {
            vec![Violation::with("tier", Code::AlreadyBound, "it has a prize, and is no tier any more")]
        };
        if let Some(row) = tried.key.as_ref().and_then(|key| draft.batch(key)) {
            faults.extend(tried.sheet.window_violations(&row.record.batch, plan));
        }
        for fault in &mut faults {
            fault.field = format!("prizes[{tier}].{}", fault.field);
        }
        found.append(&mut faults);
    }
    found
}

/// Declines. Who has a prize approved closes the sprint instead.
fn decline(draft: &mut Draft<'_>, sprint: &CampaignId) -> Result<Reply, Refusal> {
    let mut invitation = invited(draft, sprint)?;
    if invitation.standing == Answered::Declined {
        return Ok(reply(draft, invitation, false));
    }
    if let Some(closed) = invitation.closed(draft.now) {
        return Err(closed.code.unwrap_or(Code::CampaignClosed).into());
    }
    if invitation.prizes.iter().flatten().any(|tried| tried.approved_by.is_some()) {
        return Err(Refusal::with(Code::AlreadyBound, "a prize is approved; close the sprint instead"));
    }
    invitation.prizes.fill(None);
    (invitation.standing, invitation.answered_at) = (Answered::Declined, Some(draft.now));
    draft.put_invitation(sprint, invitation.clone());
    Ok(reply(draft, invitation, true))
}

/// Closes it before the first enrollment; its coupons go with it (A-S3-9).
fn close(draft: &mut Draft<'_>, sprint: &CampaignId) -> Result<Reply, Refusal> {
    let invitation = invited(draft, sprint)?;
    if invitation.closed(draft.now).is_some() {
        return Ok(reply(draft, invitation, false));
    }
    if invitation.standing != Answered::Accepted {
        return Err(Refusal::with(Code::NotInvited, "the invitation was not accepted; decline it instead"));
    }
    if invitation.has_begun(draft.now) {
        let detail = format!("the enrollment has begun at {}", draft.show(invitation.plan.starts_at()));
        return Err(Refusal::with(Code::NotClosable, detail));
    }
    if draft.campaign(sprint).is_some() {
        campaigns::close(draft, sprint, Closing::Confirmed)?;
    } else {
        invited::end(draft, sprint, invitation, Closed { at: draft.now, code: None });
    }
    let closed = invited(draft, sprint)?;
    Ok(reply(draft, closed, true))
}

/// The prize that is being set up for a tier.
fn tried(invitation: &mut Invitation, tier: u8) -> Result<&mut Option<Tried>, Refusal> {
    let missing = || Refusal::with(Code::NotFound, format!("no tier {tier}; they are counted from 0"));
    invitation.prizes.get_mut(usize::from(tier)).ok_or_else(missing)
}

/// Fills the prize of a tier in. What was approved before, and is not bound, is taken back.
fn put_prize(
    draft: &mut Draft<'_>,
    (sprint, tier): (&CampaignId, u8),
    sheet: &Sheet,
    by: &str,
) -> Result<Reply, Refusal> {
    let mut invitation = invited(draft, sprint)?;
    invitation.check_open(draft.now)?;
    let plan = invitation.plan.clone();
    let known = tried(&mut invitation, tier)?;
    if known.as_ref().is_some_and(|tried| tried.bound.is_some()) {
        return Err(Code::AlreadyBound.into());
    }
    if known.as_ref().is_some_and(|tried| tried.sheet == *sheet && tried.author == by) {
        return Ok(reply(draft, invitation, false));
    }
    Refusal::from_violations(Code::InvalidTerms, sheet.violations(&plan, tier))?;
    check_key(draft, sprint, (&plan, tier), sheet)?;
    let next =
        Tried { sheet: sheet.clone(), author: by.to_owned(), key: None, approved_by: None, bound: None };
    let made = known.replace(next).filter(|tried| matches!(tried.sheet, Sheet::Coupon { .. }));
    if let Some(key) = made.and_then(|tried| tried.key) {
        batches::void_with_its_sprint(draft, &key);
    }
    draft.put_invitation(sprint, invitation.clone());
    Ok(reply(draft, invitation, true))
}

/// A batch that was made elsewhere is the shop's, open, no other sprint's, and fits (S3-R33).
fn check_key(
    draft: &Draft<'_>,
    sprint: &CampaignId,
    (plan, tier): (&Plan, u8),
    sheet: &Sheet,
) -> Result<(), Refusal> {
    let Sheet::Key { key, .. } = sheet else { return Ok(()) };
    let row = draft.batch(key).ok_or(Code::KeyNotApproved)?;
    if row.record.voided_at.is_some() {
        return Err(Refusal::with(Code::KeyNotApproved, format!("batch {key} is void")));
    }
    let rows = &draft.shop_row()?.campaigns;
    let other =
        campaign::sprint::prizes_of(rows.until(draft.now), key, draft.now).filter(|other| *other != sprint);
    if other.is_some() || row.record.batch.sprint.as_ref().is_some_and(|own| own != sprint) {
        return Err(Refusal::with(Code::SprintOnly, format!("batch {key} is of another sprint")));
    }
    Refusal::from_violations(Code::InvalidTerms, sheet.batch_violations(&row.record.batch, plan, tier))
}

/// Approves the prize of a tier: another key than filled it in does. Its coupon batch is made, and bound where the merchant
/// did not say otherwise (S3-R31).
fn approve(draft: &mut Draft<'_>, (sprint, tier): (&CampaignId, u8), by: &str) -> Result<Reply, Refusal> {
    let mut invitation = invited(draft, sprint)?;
    let known = tried(&mut invitation, tier)?.clone().ok_or(Code::PrizeMissing)?;
    if known.approved_by.is_some() {
        return Ok(reply(draft, invitation, false));
    }
    invitation.check_open(draft.now)?;
    if known.author == by {
        return Err(Code::SameKey.into());
    }
    let plan = invitation.plan.clone();
    Refusal::from_violations(Code::InvalidTerms, known.sheet.violations(&plan, tier))?;
    check_key(draft, sprint, (&plan, tier), &known.sheet)?;
    let key = match &known.sheet {
        Sheet::Coupon { made, .. } => {
            let key: BatchId = draft.next("BA");
            batches::create(draft, Some(&key), &made.batch(key.clone(), &plan), "")?;
            Some(key)
        }
        Sheet::Key { key, .. } => Some(key.clone()),
        Sheet::Goods { .. } => None,
    };
    let binds = known.sheet.binds_itself();
    let bound = binds.then(|| Bound { at: draft.now, by: by.to_owned() });
    *tried(&mut invitation, tier)? = Some(Tried { key, approved_by: Some(by.to_owned()), bound, ..known });
    put_bound(draft, sprint, invitation)
}

/// Binds an approved key by hand (A-S3-7).
fn bind(
    draft: &mut Draft<'_>,
    (sprint, tier): (&CampaignId, u8),
    key: &BatchId,
    by: &str,
) -> Result<Reply, Refusal> {
    let mut invitation = invited(draft, sprint)?;
    invitation.check_open(draft.now)?;
    let plan = invitation.plan.clone();
    let known = tried(&mut invitation, tier)?;
    if known.as_ref().is_some_and(|tried| tried.bound.is_some()) {
        return Err(Code::AlreadyBound.into());
    }
    let approved =
        known.as_mut().filter(|tried| tried.key.as_ref() == Some(key)).ok_or(Code::KeyNotApproved)?;
    Refusal::from_violations(Code::InvalidTerms, approved.sheet.violations(&plan, tier))?;
    approved.bound = Some(Bound { at: draft.now, by: by.to_owned() });
    put_bound(draft, sprint, invitation)
}

/// Keeps a prize that was approved or bound; with the last one the shop takes part: its campaign is published.
fn put_bound(draft: &mut Draft<'_>, sprint: &CampaignId, invitation: Invitation) -> Result<Reply, Refusal> {
    draft.put_invitation(sprint, invitation.clone());
    if invitation.is_bound() {
        let version = invited::version(draft, &invitation)?;
        campaigns::create(draft, Some(sprint), &version, true, "")?;
        let body = json!({ "sprint_id": sprint, "revision": invitation.plan.revision });
        draft.publish("sprint.bound", sprint.as_str(), &body);
    }
    Ok(reply(draft, invitation, true))
}

/// An invitation's moment has come: the thresholds are known, something is still to be done, or the first enrollment begins.
pub fn moment(draft: &mut Draft<'_>, sprint: &CampaignId) {
    let Some(mut invitation) = draft.invitation(sprint) else { return };
    let now = draft.now;
    if let Some(plan) = draft.plan(sprint).filter(|_| invitation.standing != Answered::Accepted) {
        invitation.follow(&plan);
    }
    let is_missed = invitation.closed.is_none().then(|| invitation.closed(now)).flatten();
    if let Some(missed) = is_missed {
        invited::end(draft, sprint, invitation, missed);
        return;
    }
    if invitation.has_begun(now) {
        // Who did not answer is invited to nothing any more.
        invitation.reminders = invitation.reminders_due(now);
        invitation.is_over = true;
        draft.put_invitation(sprint, invitation);
        return;
    }
    let (sprint_id, name) = (sprint.clone(), invitation.plan.name.clone());
    let starts_at = draft.show(invitation.plan.starts_at());
    if !invitation.is_announced && invitation.plan.is_announced(now) {
        invitation.is_announced = true;
        let thresholds = invitation.plan.tiers.iter().map(|PlanTier { threshold, .. }| *threshold).collect();
        let (sprint_id, name, starts_at) = (sprint_id.clone(), name.clone(), starts_at.clone());
        draft.alert(&Alert::SprintAnnounced { sprint_id, name, starts_at, thresholds });
    }
    let due = invitation.reminders_due(now);
    if due > invitation.reminders && invitation.is_pending() {
        invitation.reminders = due;
        let tiers = (0..).zip(&invitation.prizes);
        let missing = tiers.filter(|(_, prize)| prize.as_ref().is_none_or(|tried| tried.bound.is_none()));
        let (missing, standing) =
            (missing.map(|(tier, _)| tier).collect(), invitation.standing.as_str().to_owned());
        draft.alert(&Alert::SprintPrizeDue { sprint_id, name, starts_at, standing, missing });
    }
    draft.put_invitation(sprint, invitation);
}
