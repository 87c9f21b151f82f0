//! Until when a chance can be played.
//!
//! Always holds: what is drawn is shown. An urn's ticket is drawn before it is played, so it can be played for as long as
//! its notice gives a winner to claim, also after the campaign's end; whatever is not drawn by then closes with the
//! campaign, for its seed is told (A-S2-15, A-S2-17). Nothing is ever playable for less than the campaign runs.

use crate::{
    Instant,
    reward::{Drawing, Reward, RewardStatus},
    time::{CivilDay, Zone},
};

/// Until when a reward of a campaign that ends then can be played, half-open: the end, or of a ticket that was drawn the
/// end of the last civil day to claim, where that is later.
pub fn playable_until(ends_at: Instant, drawing: Option<&Drawing>, reward: &Reward, zone: &Zone) -> Instant {
    let notice = drawing.and_then(Drawing::notice);
    let claim = reward.drawn.as_ref().zip(notice).map(|(drawn, notice)| {
        // The day of the draw does not count: the last one is over when the next begins.
        let days = i32::try_from(notice.claim_days).unwrap_or_default() + 1;
        let day = CivilDay(zone.day(drawn.at).0.saturating_add(days));
        zone.instant(day.date().at(0, 0, 0, 0))
    });
    claim.map_or(ends_at, |claim| claim.max(ends_at))
}

/// Whether a reward was not played in time: it has lapsed.
pub fn has_lapsed(
    ends_at: Instant,
    drawing: Option<&Drawing>,
    reward: &Reward,
    (zone, now): (&Zone, Instant),
) -> bool {
    reward.status == RewardStatus::Offered && now >= playable_until(ends_at, drawing, reward, zone)
}
