//! Balance reminders by SMS, counted over all shops: at most three a customer and civil day (S1-R23).
//!
//! Kept in the customer's platform-wide row. Which reminders wait is kept too: when several are due in
//! one instant and the day has room for fewer, the earlier balance end goes first, then the smaller
//! order id (A-S1-16), whatever order the timers fire in.

use crate::{Instant, OrderId, ShopId, campaign::presale::remind, limits, message::Kind, time::CivilDay};
use serde::{Deserialize, Serialize};

/// A customer's reminders by SMS.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ReminderSms {
    /// The last civil day that had any, and how many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sent: Option<(CivilDay, u32)>,
    /// Those that wait.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    waiting: Vec<WaitingSms>,
}

/// One that waits; ordered by who goes first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the words say it")]
pub struct WaitingSms {
    pub due_at: Instant,
    pub balance_ends_at: Instant,
    pub order_id: OrderId,
    pub shop_id: ShopId,
    pub kind: Kind,
}

impl ReminderSms {
    /// Whether there is nothing to remember.
    pub fn is_empty(&self) -> bool {
        self.sent.is_none() && self.waiting.is_empty()
    }
    /// How many went out on that day. A count of a later day is of this one: days were once counted by the zones of
    /// the shops, and a clock of the platform that was set to another zone may have gone back (A-G-13).
    pub fn sent_on(&self, day: CivilDay) -> u32 {
        self.sent.filter(|(known, _)| *known >= day).map_or(0, |(_, count)| count)
    }
    /// One more waits. Past the limit it is not remembered, and goes when its timer fires.
    pub fn wait(&mut self, sms: WaitingSms) {
        if self.waiting.len() < limits::WAITING_REMINDERS && !self.waiting.contains(&sms) {
            self.waiting.push(sms);
        }
    }
    /// One waits no longer: sent, left out, or moved.
    pub fn forget(&mut self, shop: &ShopId, order: &OrderId, kind: Kind) {
        self.waiting.retain(|sms| (&sms.shop_id, &sms.order_id, sms.kind) != (shop, order, kind));
    }
    /// Whether one may go out on that day: those sent and those due in the same instant that go first
    /// leave it room.
    pub fn has_room(&self, sms: &WaitingSms, day: CivilDay) -> bool {
        let first = self.waiting.iter().filter(|other| other.due_at == sms.due_at && *other < sms);
        let ahead = u32::try_from(first.count()).unwrap_or(u32::MAX);
        self.sent_on(day).saturating_add(ahead) < remind::SMS_A_DAY
    }
    /// One went out.
    pub fn count(&mut self, day: CivilDay) {
        let known = self.sent.map_or(day, |(known, _)| known.max(day));
        self.sent = Some((known, self.sent_on(day) + 1));
    }
    /// One that was counted did not arrive.
    pub fn uncount(&mut self, day: CivilDay) {
        if let Some((known, count)) = &mut self.sent
            && *known >= day
        {
            *count = count.saturating_sub(1);
        }
    }
}
