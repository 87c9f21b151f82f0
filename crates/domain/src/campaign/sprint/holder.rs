//! Who takes part for an account that went up in another.

use super::Live;
use crate::{CustomerId, Instant, campaign::Desk, sprint::Wave};
use std::convert::Infallible;

/// Who takes part in a wave for an account, by what each went up in, and when.
pub fn holder_by<E>(
    merged: impl Fn(&CustomerId) -> Result<Option<(CustomerId, Instant)>, E>,
    account: &CustomerId,
    wave: &Wave,
) -> Result<CustomerId, E> {
    let mut holder = account.clone();
    // No account goes up in one that has gone up in it.
    while let Some((into, _)) = merged(&holder)?.filter(|(_, at)| *at < wave.draw_at) {
        holder = into;
    }
    Ok(holder)
}

/// The same at a desk.
pub fn holder(desk: &dyn Desk<'_>, account: &CustomerId, wave: &Wave) -> CustomerId {
    let merged = |account: &CustomerId| Ok::<_, Infallible>(desk.standing(account).merged);
    let Ok(holder) = holder_by(merged, account, wave);
    holder
}

/// Whose part it is that an account asks for: its own where it has won, for that stays with it.
pub fn part(desk: &dyn Desk<'_>, live: Live<'_>, wave: &Wave, account: &CustomerId) -> CustomerId {
    let own = desk.member(&live.campaign.campaign_id, &wave.wave_id, account);
    if own.awards.is_empty() { holder(desk, account, wave) } else { account.clone() }
}
