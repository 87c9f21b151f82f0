//! Whether a message may go, and when: the one judgement of it, made when it is let out and again each time that it is
//! handed over.
//!
//! Always holds: it is judged by what holds at that moment, the first time, on a retry and after a restart alike: its
//! order, its deadline, its switch, its contact, its consent, its quiet hours. What it costs is not looked at here.

use super::{
    Channel, Message, Purpose, addressee::Addressee, numbers::NumberKey, office::chosen, settings::CUT_OVER,
};
use crate::{Code, Instant, campaign::Desk, order::Order};

/// A message that is to go.
#[derive(Debug, Clone, Copy)]
pub struct Going<'a> {
    /// The message.
    pub message: &'a Message,
    /// The order that it is about.
    pub order: Option<&'a Order>,
    /// Not to be sent from then on.
    pub until: Instant,
    /// By which moment its time is judged.
    pub by: Instant,
}

/// A message that may go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ready {
    /// When: then, or at the end of the quiet hours that it is in.
    pub at: Instant,
    /// Whom it counts against: the customer's number under every key that it is known by, or the customer where none is.
    pub numbers: Vec<NumberKey>,
}

/// Whether a message may go, and when, or why it may not.
///
/// Refusals: `order_closed`, `too_late`, `quiet_hours`, `switched_off`, `no_contact`, `no_consent`.
pub fn may_go(desk: &dyn Desk<'_>, going: &Going<'_>) -> Result<Ready, Code> {
    let Going { message, order, until, by } = *going;
    let (kind, channel) = (message.kind, message.channel);
    if order.is_some_and(|order| kind.is_over(order, by)) {
        return Err(Code::OrderClosed);
    }
    let at = if follows_shop(message) { when(desk, channel, by, until)? } else { in_time(by, until)? };
    // Until then the platform sent, whatever a shop had chosen for later (S2-R11, S2-R16).
    let centre = desk.centre().filter(|centre| centre.speaks(by));
    let is_wanted = centre.is_some() && (by < CUT_OVER || chosen(centre, by).is_on(kind, channel));
    if follows_shop(message) && !is_wanted {
        return Err(Code::SwitchedOff);
    }
    let addressee = desk.addressee(&message.customer_id);
    let numbers = numbers_of(&addressee, message);
    let is_known = addressee.contact.as_ref().is_some_and(|contact| contact.by(channel).is_some());
    // Who was known by a number and is not any more has taken it back: nobody else is asked to reach them.
    let was_known =
        message.sending.as_ref().is_some_and(|sending| sending.numbers().any(NumberKey::is_number));
    let is_taken_back = was_known && !numbers.iter().any(NumberKey::is_number);
    if is_taken_back || (desk.needs_contact(channel) && !is_known) {
        return Err(Code::NoContact);
    }
    let opted_out_at = numbers.iter().filter_map(|number| desk.number(number).opted_out_at).max();
    if kind.about().purpose == Purpose::Marketing && !wants_marketing(&addressee, opted_out_at) {
        return Err(Code::NoConsent);
    }
    Ok(Ready { at, numbers })
}

/// When something may go by a channel of the shop's that is to go at `at`: then, or at the end of the channel's quiet hours;
/// refused where that is too late.
pub fn when(desk: &dyn Desk<'_>, channel: Channel, at: Instant, until: Instant) -> Result<Instant, Code> {
    let now = desk.now();
    let settings = chosen(desk.centre(), now);
    let zone = desk.shop().map(|shop| &shop.time_zone).ok();
    let quiet = settings.quiet_hours.get(&channel).zip(zone);
    match quiet.and_then(|(quiet, zone)| quiet.around(zone, at)) {
        Some((_, end)) if end >= until => Err(Code::QuietHours),
        Some((_, end)) => Ok(end),
        None => in_time(at, until),
    }
}

fn in_time(at: Instant, until: Instant) -> Result<Instant, Code> {
    if at < until { Ok(at) } else { Err(Code::TooLate) }
}

/// Whether a message follows the shop's switches and quiet hours; what a campaign asks for follows the campaign's own
/// (A-S1-17, A-S1-18), and its deadline ends where its quiet hours begin.
const fn follows_shop(message: &Message) -> bool {
    message.campaign_id.is_none()
}

/// Who told the same number before a new key came knows it by an older one: it is counted there, too.
fn numbers_of(addressee: &Addressee, message: &Message) -> Vec<NumberKey> {
    let known = addressee.contact.iter().flat_map(|contact| contact.numbers().cloned());
    let known: Vec<NumberKey> = known.collect();
    if known.is_empty() { vec![NumberKey::of_customer(&message.customer_id)] } else { known }
}

/// Explicit consent, and no later word against it, neither in the shop nor by a reply (A-S2-14).
fn wants_marketing(addressee: &Addressee, opted_out_at: Option<Instant>) -> bool {
    let said = addressee.consent().filter(|consent| consent.given);
    said.is_some_and(|consent| opted_out_at.is_none_or(|out| consent.at > out))
}
