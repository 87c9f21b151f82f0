//! Until when a chance can be played.
//!
//! Always holds: what is drawn is shown. An urn's ticket is drawn before it is played, so it can be played for as long as
//! its notice gives a winner to claim, also after the campaign's end; whatever is not drawn by then closes with the
//! campaign, for its seed is told (A-S2-15, A-S2-17). Nothing is ever playable for less than the campaign runs.

use super::DrawTerms;
use crate::{
    Instant,
    reward::{Announced, Reward, RewardStatus},
    time::{CivilDay, Zone},
};

/// Until when a reward of a campaign that ends then can be played, half-open: the end, or of a ticket that was drawn the
/// end of the last civil day to claim, where that is later.
pub fn playable_until(
    ends_at: Instant,
    announced: Option<&Announced>,
    reward: &Reward,
    zone: &Zone,
) -> Instant {
    let notice = announced.and_then(Announced::notice);
    let drawn = reward.drawn.as_ref().zip(notice);
    let claim = drawn.map(|(drawn, notice)| last_claim(drawn.at, notice.claim_days, zone));
    claim.map_or(ends_at, |claim| claim.max(ends_at))
}

/// When the days to claim what was drawn then are over. The day of the draw does not count, and the last one is whole.
pub fn last_claim(drawn_at: Instant, days: u32, zone: &Zone) -> Instant {
    let days = i32::try_from(days).unwrap_or_default().saturating_add(1);
    let day = CivilDay(zone.day(drawn_at).0.saturating_add(days));
    zone.instant(day.date().at(0, 0, 0, 0))
}

/// Until when anything of a draw can be played, and its coupons may have to be given: by odds until the end, from an urn the
/// last ticket can be shown until its days to claim are over.
pub fn last_play(draw: &DrawTerms, ends_at: Instant, zone: &Zone) -> Instant {
    match draw.mode() {
        draw::Mode::Odds => ends_at,
        draw::Mode::Urn => last_claim(ends_at.just_before(), draw.notice.claim_days, zone).max(ends_at),
    }
}

/// Whether a reward was not played in time: it has lapsed.
pub fn has_lapsed(
    ends_at: Instant,
    announced: Option<&Announced>,
    reward: &Reward,
    (zone, now): (&Zone, Instant),
) -> bool {
    reward.status == RewardStatus::Offered && now >= playable_until(ends_at, announced, reward, zone)
}
