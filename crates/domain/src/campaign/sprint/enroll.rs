//! A member takes part (报名).

use super::{
    Done, accounts, follow, holder,
    open::{open, wave_of},
};
use crate::{CampaignId, Code, CustomerId, Refusal, WaveId, campaign::Desk};
use serde_json::json;

/// Takes a customer in, once a wave, while its enrollment lasts.
pub fn enroll(
    desk: &mut dyn Desk<'_>,
    id: &CampaignId,
    wave: Option<&WaveId>,
    customer: &CustomerId,
) -> Result<Done, Refusal> {
    let live = open(desk, id)?;
    let now = desk.now();
    let wave = wave_of(live.terms, wave, |wave| wave.enrollment.contains(now))?;
    let wave = wave.filter(|wave| wave.enrollment.contains(now)).ok_or(Code::EnrollmentClosed)?;
    let customer = &holder::holder(desk, customer, wave);
    let before = desk.member(id, &wave.wave_id, customer);
    if before.enrolled_at.is_some() {
        return Err(Code::AlreadyEnrolled.into());
    }
    let mut member = before.clone();
    member.enrolled_at = Some(now);
    member.is_new = accounts::is_new(desk, wave, customer);
    let mut book = desk.sprint(id);
    if book.first_enrolled_at.is_none() {
        book.first_enrolled_at = Some(now);
        desk.put_sprint(id, book);
    }
    let done = Done::Enrolled { wave_id: wave.wave_id.clone(), enrolled_at: now, is_new: member.is_new };
    let body = json!({
        "campaign_id": id, "wave_id": wave.wave_id, "customer_id": customer, "enrolled_at": desk.show(now),
    });
    desk.publish("sprint.enrolled", customer.as_str(), body);
    follow::keep(desk, live, wave, customer, (&before, member));
    Ok(done)
}
