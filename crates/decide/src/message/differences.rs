//! Where a provider counts an SMS otherwise than we do: booked with what the provider says, told by the wallet's timer
//! (A-S2-12).

use crate::book::Draft;
use domain::{
    Refusal,
    message::{Channel, Message, alerts::Alert, differences::Counted, office::Office, wallet::Wallet},
};

/// Books what a provider says now of a message's segments, as far as the packs pay for them or hold them, which is what a
/// bill's difference is of; whether the wallet has changed by it.
pub fn book(draft: &Draft<'_>, message: &Message, before: Option<u32>, wallet: &mut Wallet) -> bool {
    let (Some(sending), Ok(shop)) = (&message.sending, draft.shop()) else { return false };
    let (Channel::Sms, Some(sent_at)) = (message.channel, message.sent_at) else { return false };
    let counted = Counted { ours: sending.segments, before, after: sending.billed_by_provider() };
    let known = wallet.differences.clone();
    wallet.differences.note(counted, sent_at, draft.now, &shop.time_zone);
    wallet.differences != known
}

/// Tells the days whose counts differ. Fired early, or twice, it changes nothing.
pub fn tell(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let (now, zone) = (draft.now, draft.shop()?.time_zone.clone());
    let mut wallet = draft.wallet();
    if wallet.differences.tell_at.is_none_or(|at| now < at) {
        return Ok(());
    }
    let days = wallet.differences.tell(now, &zone);
    draft.put_wallet(wallet);
    if !days.is_empty() {
        let difference = days.iter().map(|day| day.figures.difference()).sum();
        draft.alert(&Alert::Difference { days, difference });
    }
    Ok(())
}
