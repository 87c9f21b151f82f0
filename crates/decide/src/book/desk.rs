//! The draft as the desk that kinds decide at.

use super::draft::Draft;
use domain::{
    CampaignId, CouponId, CustomerId, Instant, OrderId, Refusal, ShopId,
    campaign::{CampaignRow, Count, Desk},
    coupon::{Coupon, CouponStatus},
    customer::Standing,
    message::Message,
    order::{Order, TimelineEntry},
    shop::Shop,
    time::Zone,
};
use port::Dispatch;
use serde_json::Value;

impl<'a> Desk<'a> for Draft<'a> {
    fn now(&self) -> Instant {
        self.now
    }
    fn shop_id(&self) -> &'a ShopId {
        self.shop_id
    }
    fn platform_zone(&self) -> &'a Zone {
        Draft::platform_zone(self)
    }
    fn shop(&self) -> Result<&'a Shop, Refusal> {
        Draft::shop(self)
    }
    fn campaigns(&self) -> &'a [CampaignRow] {
        self.find_shop().map(|row| &row.campaigns[..]).unwrap_or_default()
    }
    fn order(&self, id: &OrderId) -> Option<Order> {
        Draft::order(self, id)
    }
    fn coupon(&self, id: &CouponId) -> Option<Coupon> {
        Draft::coupon(self, id)
    }
    fn standing(&self, customer: &CustomerId) -> Standing {
        Draft::standing(self, customer)
    }
    fn everywhere(&self, customer: &CustomerId) -> Standing {
        self.standing_in(&ShopId::platform(), customer)
    }
    fn put_order(&mut self, order: Order) {
        Draft::put_order(self, order);
    }
    fn note(&mut self, order: &mut Order, entry: TimelineEntry) {
        Draft::note(self, order, entry);
    }
    fn count(&mut self, campaign: &CampaignId, count: Count) {
        Draft::count(self, campaign, count);
    }
    fn issue(&mut self, coupon: Coupon) {
        self.put_coupon(coupon);
    }
    fn move_coupon(&mut self, coupon: Coupon, from: CouponStatus) {
        Draft::move_coupon(self, coupon, from);
    }
    fn put_standing(&mut self, customer: &CustomerId, standing: Standing) {
        Draft::put_standing(self, customer, standing);
    }
    fn put_everywhere(&mut self, customer: &CustomerId, standing: Standing) {
        self.put_standing_in(&ShopId::platform(), customer, standing);
    }
    fn post(&mut self, message: Message) {
        self.changes().messages.push(message);
    }
    fn send(&mut self, message: Message, until: Instant) {
        let next_at = self.now;
        self.changes().dispatches.push(Dispatch { message, deliver_until: until, attempt: 0, next_at });
    }
    fn publish(&mut self, event_type: &str, subject: &str, body: Value) {
        Draft::publish(self, event_type, subject, &body);
    }
    fn publish_coupon(&mut self, event_type: &str, coupon: &Coupon) {
        Draft::publish_coupon(self, event_type, coupon);
    }
    fn next_id(&mut self, kind: &str) -> String {
        Draft::next_id(self, kind)
    }
}
