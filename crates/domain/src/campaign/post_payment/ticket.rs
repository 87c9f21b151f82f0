//! An urn's ticket: whether a chance wants one, and how it is drawn (A-S2-15); and since when an order stands that brings it.

use super::drawing;
use crate::{
    CampaignId, Code, Instant,
    order::{Order, State},
    reward::{Announced, Book, Charter, Reward},
};

/// Whether an urn is to give the chance a ticket that it has not yet.
pub fn wants_ticket(charter: &Charter, reward: &Reward) -> bool {
    let notice = charter.announced.as_ref().and_then(Announced::notice);
    let is_urn = notice.is_some_and(|notice| notice.table.mode == draw::Mode::Urn);
    is_urn && reward.action.is_draw() && reward.drawn.is_none()
}

/// Draws a chance's ticket where an urn gives one and what it needs is known; refused where the urn is empty.
pub fn draw_ticket(
    book: &mut Book,
    charter: &Charter,
    campaign: &CampaignId,
    reward: &mut Reward,
    now: Instant,
) -> Result<(), Code> {
    if !wants_ticket(charter, reward) {
        return Ok(());
    }
    let drawing = book.drawing.as_mut().zip(charter.announced.as_ref());
    let Some((drawing, announced)) = drawing else { return Ok(()) };
    let seeded = (campaign.as_str(), &book.seed);
    match drawing::draw(&mut drawing.standing, announced, seeded, reward, now) {
        Ok(drawn) => {
            reward.drawn = Some(Box::new(drawn));
            Ok(())
        }
        // It is drawn when the campaign starts, or when it is played.
        Err(Code::NotStarted | Code::AwaitingTransactionId | Code::BeaconAwaited) => Ok(()),
        Err(code) => Err(code),
    }
}

/// Since when an order is paid, where it is and its money has not all gone back.
pub fn stands(order: &Order) -> Option<Instant> {
    let State::Paid { at } = order.state else { return None };
    let gone = order.refunded() >= order.paid();
    (!gone).then_some(at)
}
