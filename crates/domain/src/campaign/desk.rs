//! The desk that a campaign kind decides at: facts to read, changes to make.
//!
//! The engine's draft of a decision is one; a test lays another in some dozens of lines, and so tries a kind
//! without an engine. What is changed here counts only when the whole decision succeeds.

use super::{CampaignRow, Roster, counters::Count};
use crate::{
    CampaignId, Code, CouponId, CustomerId, Instant, MessageId, OrderId, Refusal, ShopId,
    coupon::{Coupon, CouponStatus},
    customer::Standing,
    message::{
        Message,
        office::{Office, Said},
    },
    order::{Order, TimelineEntry},
    reward::Rewards,
    shop::Shop,
    sprint::Sprints,
    time::Zone,
};
use serde_json::Value;
use std::str::FromStr;

/// Facts and changes of one decision. Rows that a kind reads here beyond its order's own it has wished for
/// before: see [`super::wants::Wants`].
pub trait Desk<'a>: Office + Rewards + Sprints {
    /// The moment at which it is decided.
    fn now(&self) -> Instant;
    /// The shop that it is about.
    fn shop_id(&self) -> &'a ShopId;
    /// The zone whose days count what spans shops (A-G-13).
    fn platform_zone(&self) -> &'a Zone;
    /// The shop's settings; refused as `not_found` where there is none.
    fn shop(&self) -> Result<&'a Shop, Refusal>;
    /// The shop's campaigns with their figures as they stood before this decision, by id.
    fn campaigns(&self) -> &'a Roster;
    /// An order, with what this decision has made of it.
    fn order(&self, id: &OrderId) -> Option<Order>;
    /// A coupon, with what this decision has made of it.
    fn coupon(&self, id: &CouponId) -> Option<Coupon>;
    /// A customer's standing in this shop; a customer never heard of has the empty one.
    fn standing(&self, customer: &CustomerId) -> Standing;
    /// The customer's standing over all shops.
    fn everywhere(&self, customer: &CustomerId) -> Standing;

    /// Keeps an order.
    fn put_order(&mut self, order: Order);
    /// Adds to the order's timeline; past the limit nothing is added.
    fn note(&mut self, order: &mut Order, entry: TimelineEntry);
    /// Counts for a campaign.
    fn count(&mut self, campaign: &CampaignId, count: Count);
    /// Gives a new coupon out.
    fn issue(&mut self, coupon: Coupon);
    /// A coupon moves from one state to another, and the figures of what it is from with it.
    fn move_coupon(&mut self, coupon: Coupon, from: CouponStatus);
    /// Keeps a customer's standing in this shop.
    fn put_standing(&mut self, customer: &CustomerId, standing: Standing);
    /// Keeps a customer's standing over all shops.
    fn put_everywhere(&mut self, customer: &CustomerId, standing: Standing);
    /// Keeps a message as it stands: planned, sent, or left out with its reason.
    fn post(&mut self, message: Message);
    /// Hands a message to its sender, who gives it up at `until`; `said` is what is sent where that was written already.
    fn send_as(&mut self, message: Message, until: Instant, said: Option<Said>);
    /// Publishes something that happened.
    fn publish(&mut self, event_type: &str, subject: &str, body: Value);
    /// Publishes what happened to a coupon.
    fn publish_coupon(&mut self, event_type: &str, coupon: &Coupon);
    /// A new id of a kind (`cp`, `of`).
    fn next_id(&mut self, kind: &str) -> String;
    /// The id of a message that this decision makes; one whose id comes from elsewhere was made before.
    fn next_message(&mut self) -> MessageId;
}

impl<'a> dyn Desk<'a> + '_ {
    /// Hands a message to its sender, who writes it and gives it up at `until`.
    pub fn send(&mut self, message: Message, until: Instant) {
        self.send_as(message, until, None);
    }
    /// One of the shop's campaigns, with its figures as they stood before this decision.
    pub fn campaign(&self, id: &CampaignId) -> Option<&'a CampaignRow> {
        self.campaigns().find(id)
    }
    /// A new typed id.
    pub fn next<T: FromStr>(&mut self, kind: &str) -> T {
        let text = self.next_id(kind);
        text.parse().unwrap_or_else(|_| unreachable!("{text} is an id"))
    }
    /// A moment for people: RFC 3339 in the shop's zone.
    pub fn show(&self, at: Instant) -> String {
        self.shop().map_or_else(|_| at.to_string(), |shop| shop.time_zone.format(at))
    }
    /// An order that something cannot be done without; refused as `not_found` where there is none.
    pub fn need_order(&self, id: &OrderId) -> Result<Order, Refusal> {
        self.order(id).ok_or_else(|| Refusal::with(Code::NotFound, format!("no order {id}")))
    }
}
