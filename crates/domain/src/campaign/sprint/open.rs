//! A sprint that something is done with, and the wave that is meant.

use super::{Live, Terms};
use crate::{CampaignId, Code, Refusal, WaveId, campaign::Desk, sprint::Wave};

/// A sprint that is published and not closed.
pub fn open<'a>(desk: &dyn Desk<'a>, id: &CampaignId) -> Result<Live<'a>, Refusal> {
    let missing = || Refusal::with(Code::NotFound, format!("no sprint {id}"));
    let row = desk.campaign(id).filter(|row| row.campaign.current().terms.of::<Terms>().is_some());
    let row = row.ok_or_else(missing)?;
    if row.campaign.is_closed(desk.now()) {
        return Err(Code::CampaignClosed.into());
    }
    Live::current(&row.campaign).ok_or_else(|| Refusal::with(Code::NotStarted, "it is not published"))
}

/// The wave that is named, or else the first one that fits.
pub fn wave_of<'a>(
    terms: &'a Terms,
    named: Option<&WaveId>,
    fits: impl Fn(&Wave) -> bool,
) -> Result<Option<&'a Wave>, Refusal> {
    match named {
        Some(id) => {
            let missing = || Refusal::with(Code::NotFound, format!("no wave {id}"));
            terms.wave(id).ok_or_else(missing).map(Some)
        }
        None => Ok(terms.waves.iter().find(|wave| fits(wave))),
    }
}
