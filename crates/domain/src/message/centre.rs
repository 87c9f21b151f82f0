//! The message centre: kinds of campaigns ask, it judges whether a message may go out to that customer now.
//!
//! What it judges: quiet hours, and how much a customer hears over all shops. Whether an order or a campaign still wants
//! the message is for the kind to say before.

use crate::{
    Code, Instant,
    catalog::Category,
    customer::{Standing, WaitingSms},
    shop::Shop,
    time::Zone,
};

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// Whether it waits for the end of quiet hours.
    pub quiet: Quiet,
    /// What it counts toward.
    pub cap: Cap<'a>,
}

/// What a message does in quiet hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quiet {
    /// It does not go out (S0-R38).
    Kept,
    /// They were looked at already, or its campaign keeps none (A-S1-17).
    PassedOver,
}

/// What a message counts toward, over all shops.
#[derive(Debug, Clone, Copy)]
pub enum Cap<'a> {
    /// Nothing.
    None,
    /// One reminder a day for each of these third-level categories (S0-R37, A-S0-14).
    Categories(&'a [&'a Category]),
    /// Three reminders of balances by SMS a day; places are kept for those that close earlier (S1-R23, A-S1-16).
    BalanceSms(&'a WaitingSms),
}

/// Lets a message out, or says why not; `everywhere` is its customer over all shops, where the days are those of
/// the platform's zone (A-G-13).
pub fn judge(
    shop: &Shop,
    platform_zone: &Zone,
    everywhere: &Standing,
    ask: Ask<'_>,
    now: Instant,
) -> Result<(), Code> {
    if ask.quiet == Quiet::Kept && shop.is_quiet(now) {
        return Err(Code::QuietHours);
    }
    let day = platform_zone.day(now);
    match ask.cap {
        Cap::Categories(categories) if everywhere.was_reminded(categories, day) => Err(Code::CategoryDay),
        Cap::BalanceSms(waiting) if !everywhere.reminder_sms.has_room(waiting, day) => Err(Code::DailyCap),
        Cap::None | Cap::Categories(_) | Cap::BalanceSms(_) => Ok(()),
    }
}
