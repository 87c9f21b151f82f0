//! The presale side of an order: the deposit, the gain, the balance and its window, kept with the order
//! as its campaign's version had them when it was placed (A-G-10).
//!
//! Always holds: the gain is a discount of the order, so `payable` = deposit + balance; what comes off
//! with the balance never touches the deposit (A-S1-5); shares are stored and never computed again.

use crate::{
    CampaignId, Code, Instant, MessageId,
    campaign::presale::{Gift, ranks},
    message::Kind,
    time::Window,
};
use money::Money;
use serde::{Deserialize, Serialize};

/// The kind under which a gain stands among the order's discounts.
pub const PRESALE_GAIN: &str = "presale_gain";

/// What a presale order keeps of its campaign, and how far it has come. Amounts are minor units.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(clippy::struct_excessive_bools, reason = "the campaign's switches, and one of its own")]
pub struct Presale {
    /// The campaign.
    pub campaign_id: CampaignId,
    /// Its version.
    pub version: u32,
    /// Whether everything is paid at once: then there is no deposit.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_full: bool,
    /// Whether the balance joins the main process (S1-R02).
    pub main_process: bool,
    /// What is paid first, over all lines.
    pub deposit: Money,
    /// What expansion or reduction takes off, over all lines.
    pub gain: Money,
    /// When the balance is paid, half-open (A-S1-22).
    pub balance_window: Window,
    /// Each line's part, in the order of the lines; of ordinary lines both are zero.
    pub lines: Vec<PresaleLine>,
    /// A coupon must be smaller than the balance (A-S1-5).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub require_greater: bool,
    /// What a coupon cannot take off a line is lost (A-S1-6).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub no_resplit: bool,
    /// Gifts that come with the deposit; those by rank are given or not by the campaign's ranks
    /// (A-S1-12). They are the order's while it lives: see [`super::Order::presale_stage`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gifts: Vec<Gift>,
    /// Reminders of the balance, from the deposit on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reminders: Vec<Reminder>,
    /// Whether the deposit stands in the books by itself, as an older document says it: see
    /// [`super::Order::booked_deposit`].
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deposit_booked: bool,
    /// How much of it stands there, where that is not all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deposit_part: Option<Money>,
}

/// A line's part of a presale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[allow(missing_docs, reason = "two amounts")]
pub struct PresaleLine {
    pub deposit: Money,
    pub gain: Money,
}

/// A reminder of the balance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the words say it; the others are described")]
pub struct Reminder {
    pub kind: Kind,
    pub message_id: MessageId,
    pub due_at: Instant,
    /// What became of it; nothing while it waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<ReminderOutcome>,
}

/// What became of a reminder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReminderOutcome {
    /// It went out then.
    Sent(Instant),
    /// It was left out, or did not arrive.
    LeftOut(Code),
}

/// Where a presale order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PresaleStage {
    /// The deposit is to come; where everything is paid at once, all of it.
    AwaitingDeposit,
    /// The balance is to come.
    AwaitingBalance,
    /// Both are in.
    Paid,
    /// The balance did not come, or the customer went: the deposit stays with the merchant (A-S1-20).
    Forfeited,
    /// Ended without a deposit, or with the deposit given back.
    Closed,
}

impl Presale {
    /// Whether the order is about that line's goods.
    pub fn line(&self, index: usize) -> PresaleLine {
        self.lines.get(index).copied().unwrap_or_default()
    }
    /// How much of the deposit stands in the books by itself, as an older document says it.
    pub(super) fn booked_deposit(&self) -> Money {
        if self.deposit_booked { self.deposit_part.unwrap_or(self.deposit) } else { Money::ZERO }
    }
    /// The order says it from now on.
    pub(super) fn forget_books(&mut self) {
        (self.deposit_booked, self.deposit_part) = (false, None);
    }
    /// How many deposits of the campaign are to be ranked for its gifts; `None` without such gifts.
    pub fn ranks_kept(&self) -> Option<usize> {
        let last = self.gifts.iter().filter_map(|gift| gift.first_n).max()?;
        usize::try_from(last.saturating_add(ranks::SPARE)).ok()
    }
    /// The next reminder that waits.
    pub fn next_reminder(&self) -> Option<&Reminder> {
        let waiting = self.reminders.iter().filter(|reminder| reminder.outcome.is_none());
        waiting.min_by_key(|reminder| reminder.due_at)
    }
}
