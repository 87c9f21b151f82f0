//! An order: what was bought, what came off, and the stages it went through.
//!
//! Always holds: `payable` = lines + freight - discounts >= 0; every discount's shares over the
//! lines sum to it, but a freight coupon's, which comes off the freight; an order is open, paid or
//! cancelled, and which of them does not depend on the order in which its events arrived (A-G-8).

mod agreement;
mod balance;
mod came_from;
mod came_off;
mod conflict;
pub mod coupons;
mod course;
mod deposit;
mod deposit_books;
mod free;
mod freight;
mod gifts;
mod hold;
mod kinds;
mod money_back;
mod notices;
mod offer;
mod parties;
mod parts;
mod payment;
mod place;
mod presale;
mod refund;
mod refund_clock;
mod refund_count;
mod refund_of;
mod refund_offline;
mod refund_pots;
mod refund_promises;
mod refund_says;
mod refund_sums;
mod refund_transfer;
mod refund_ways;
mod shares;
mod stages;
mod timeline;
mod to_return;
mod usual;

pub use came_from::CameFrom;
pub use conflict::CouponConflict;
pub use course::{Stood, stood};
pub use deposit_books::DepositBooks;
pub use gifts::{GiftStanding, GiftStatus};
pub use hold::held_until;
pub use kinds::*;
pub use money_back::{again, refund};
pub use notices::{Notices, Topic, Waiting};
pub use offer::{BoughtElsewhere, Candidate, Offer, OfferStatus, Push, Recovery, Withheld};
pub use parties::{parts, parts_with};
pub use parts::Parts;
pub use payment::{BalanceDiscount, Offered, Payment, PaymentStatus};
pub use place::{place, place_by};
pub use presale::{PRESALE_GAIN, Presale, PresaleLine, PresaleStage, Reminder, ReminderOutcome};
pub use refund::{Fault, Figures, PaymentPart, Refund, RefundAsk, RefundOf, RefundStatus, RefundedLine};
pub use refund_promises::{whose, whose_beside_promises};
pub use refund_transfer::{ClosedWay, Offline, Transfer};
pub use shares::Scopes;
pub use stages::{CancelOutcome, PayOutcome};
pub use timeline::TimelineEntry;
pub use to_return::ToReturn;

use usual::is_usual;

use crate::{
    CampaignId, CheckoutId, CouponId, CustomerId, Instant, LineId, OrderId, PaymentId, Sku,
    catalog::Category, reward::Rewarded,
};
use money::Money;
use serde::{Deserialize, Serialize};

/// An order and everything that was decided about it. Amounts are minor units.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the platform's own field names; the others are described")]
pub struct Order {
    pub order_id: OrderId,
    pub customer_id: CustomerId,
    #[serde(default, skip_serializing_if = "is_usual")]
    pub source: Source,
    #[serde(default, skip_serializing_if = "is_usual")]
    pub kind: OrderKind,
    #[serde(default, skip_serializing_if = "is_usual")]
    pub goods: Goods,
    pub lines: Vec<Line>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub discounts: Vec<Discount>,
    #[serde(default, skip_serializing_if = "is_usual")]
    pub freight: Money,
    /// What the cashier asks for before the payment coupon (A-S0-6).
    pub payable: Money,
    pub placed_at: Instant,
    /// Unpaid at this moment, the order is cancelled; presale orders lose it with the deposit.
    pub cancel_at: Option<Instant>,
    pub state: State,
    /// Cancelled though it was paid: it had cost nothing (A-G-14).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub called_off: Option<CalledOff>,
    /// The first cancellation that was told of a presale order by itself: it stands if what ended the order before does not
    /// after all, its deadline or a refund of its deposit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told_end: Option<CalledOff>,
    /// The checkout that it was placed in, where the platform names it (A-S1-28).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkout_id: Option<CheckoutId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deposit_paid_at: Option<Instant>,
    /// Until when the deposit was to come, once it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deposit_deadline: Option<Instant>,
    /// What of the deposit stands in the books by itself: because it is forfeited, or because some of it goes back. Before
    /// that nobody is due it; with the balance it is part of the whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deposit_books: Option<DepositBooks>,
    /// The presale campaign's side of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub presale: Option<Presale>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipped_at: Option<Instant>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received_at: Option<Instant>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub payments: Vec<Payment>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refunds: Vec<Refund>,
    /// What cannot be as the platform says of its coupons and assets, as things stand.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conflicts: Vec<CouponConflict>,
    /// What recovery decided.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub recovery: Recovery,
    /// What campaigns of rewards decided once it was paid (A-S2-6).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rewards: Vec<Rewarded>,
    /// The campaigns that what came off is from, once it was booked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub came_from: Vec<CameFrom>,
    /// What of it its customer is told by SMS and `WeChat`.
    #[serde(default, skip_serializing_if = "Notices::is_empty")]
    pub notices: Notices,
    /// Entries in the timeline so far.
    pub timeline_entries: u32,
    /// Ledger entries so far; each has its number.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub ledger_entries: u32,
}

/// A line with the shares it bears.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the platform's own field names, amounts in minor units")]
pub struct Line {
    pub line_id: LineId,
    pub sku: Sku,
    /// What customers know the goods by, as the platform wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<Category>,
    pub quantity: u64,
    pub unit_price: Money,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub presale_campaign_id: Option<CampaignId>,
    /// This line's share of each of the order's discounts, in their order (A-G-5).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shares: Vec<Money>,
}

impl Line {
    /// Unit price times quantity.
    pub fn list(&self) -> Money {
        Money::from_minor(self.unit_price.minor() * i64::try_from(self.quantity).unwrap_or(i64::MAX))
    }
    /// What the line costs after its shares.
    pub fn payable(&self) -> Money {
        self.list() - self.shares.iter().copied().sum::<Money>()
    }
    /// The third-level category: the last one given.
    pub fn cat3(&self) -> Option<&Category> {
        self.categories.last()
    }
}

impl Order {
    /// Goods at list price plus freight.
    pub fn gross(&self) -> Money {
        self.lines.iter().map(Line::list).sum::<Money>() + self.freight
    }
    /// The distinct third-level categories, in the order of the lines.
    pub fn categories(&self) -> Vec<&Category> {
        let mut found = Vec::new();
        for category in self.lines.iter().filter_map(Line::cat3) {
            if !found.contains(&category) {
                found.push(category);
            }
        }
        found
    }
    /// Whether it still waits for money at that moment.
    pub fn is_open(&self, now: Instant) -> bool {
        matches!(self.state, State::Open) && self.cancel_at.is_none_or(|deadline| now < deadline)
    }
    /// The attempt of that id.
    pub fn payment(&self, id: &PaymentId) -> Option<&Payment> {
        self.payments.iter().find(|p| p.payment_id == *id)
    }
    /// The attempt that brought the money, for orders paid in full or by their balance.
    pub fn paid_by(&self) -> Option<&Payment> {
        let final_stage = |p: &&Payment| p.status == PaymentStatus::Succeeded && p.stage != Stage::Deposit;
        self.payments.iter().find(final_stage)
    }
    /// All money that came in.
    pub fn paid(&self) -> Money {
        let came_in = |p: &&Payment| p.status == PaymentStatus::Succeeded;
        self.payments.iter().filter(came_in).map(|p| p.amount).sum()
    }
    /// The coupon that recovery gave to this order.
    pub fn claimed_coupon(&self) -> Option<&CouponId> {
        self.recovery.offer.as_ref().and_then(|offer| offer.coupon_id.as_ref())
    }
}
