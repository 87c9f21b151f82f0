//! What a scenario knows while it runs: its day, its shop, and the names it gave to things.

use crate::door::{Door, SECOND_KEY};
use crate::value::Day;
use serde_json::Value;
use std::collections::HashMap;

/// The state of a run.
pub struct World<'d> {
    door: &'d mut dyn Door,
    day: Day,
    shop: String,
    /// Coupons by shop and order that they were claimed on.
    coupons: HashMap<(String, String), String>,
    /// Who placed which order.
    customers: HashMap<(String, String), String>,
    sent: u32,
    last_event: Option<(String, String)>,
}

impl<'d> World<'d> {
    /// A world behind a door.
    pub fn new(door: &'d mut dyn Door) -> Self {
        Self {
            door,
            day: Day::default(),
            shop: String::new(),
            coupons: HashMap::new(),
            customers: HashMap::new(),
            sent: 0,
            last_event: None,
        }
    }

    /// The day that bare times are of.
    pub fn day(&self) -> &Day {
        &self.day
    }
    /// Turns to another day.
    pub fn set_day(&mut self, day: Day) {
        self.day = day;
    }
    /// The shop that the steps are about.
    pub fn shop(&self) -> &str {
        &self.shop
    }
    /// Turns to another shop.
    pub fn set_shop(&mut self, shop: &str) {
        shop.clone_into(&mut self.shop);
    }

    /// A request with a body as it is.
    pub fn send(&mut self, method: &str, path: &str, kind: &str, body: &str) -> (u16, Value) {
        self.door.call(method, path, kind, body.as_bytes())
    }
    /// The same as [`World::ask`], by somebody else.
    pub fn ask_by_another(&mut self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let path = format!("/v1/shops/{}{path}", self.shop);
        let body = body.to_string();
        self.door.call_with(SECOND_KEY, method, &path, "application/json", body.as_bytes())
    }
    /// A request about the shop, with a JSON body.
    pub fn ask(&mut self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let path = format!("/v1/shops/{}{path}", self.shop);
        self.send(method, &path, "application/json", &body.to_string())
    }
    /// Reads something of the shop.
    pub fn read(&mut self, path: &str) -> (u16, Value) {
        let path = format!("/v1/shops/{}{path}", self.shop);
        self.send("GET", &path, "application/json", "")
    }

    /// A new id for an event.
    pub fn next_event(&mut self) -> String {
        self.sent += 1;
        format!("event-{}", self.sent)
    }
    /// Sends an event to the shop and keeps it for `again`.
    pub fn send_event(&mut self, event: String) -> (u16, Value) {
        let path = format!("/v1/shops/{}/events", self.shop);
        self.last_event = Some((path, event));
        self.send_again().unwrap_or_default()
    }
    /// Sends the last event once more, byte for byte.
    pub fn send_again(&mut self) -> Option<(u16, Value)> {
        let (path, event) = self.last_event.clone()?;
        Some(self.send("POST", &path, "application/cloudevents+json", &event))
    }

    /// Remembers the coupon claimed on an order.
    pub fn keep_coupon(&mut self, order: &str, coupon: &str) {
        let key = (self.shop.clone(), order.to_owned());
        self.coupons.insert(key, coupon.to_owned());
    }
    /// The id of the coupon claimed on that order of this shop; another text stands for itself.
    pub fn coupon(&self, order: &str) -> String {
        let key = (self.shop.clone(), order.to_owned());
        self.coupons.get(&key).cloned().unwrap_or(key.1)
    }
    /// What the scenario calls that coupon; an id of another thing stands for itself.
    pub fn coupon_name(&self, id: &str) -> String {
        let known = self.coupons.iter().find(|((shop, _), known)| *shop == self.shop && *known == id);
        known.map_or_else(|| id.to_owned(), |((_, name), _)| name.clone())
    }
    /// Remembers who placed an order.
    pub fn keep_customer(&mut self, order: &str, customer: &str) {
        let key = (self.shop.clone(), order.to_owned());
        self.customers.insert(key, customer.to_owned());
    }
    /// Who placed it.
    pub fn customer(&self, order: &str) -> Result<String, String> {
        let key = (self.shop.clone(), order.to_owned());
        let known = self.customers.get(&key).cloned();
        known.ok_or_else(|| format!("no `order {order}` above says who placed it; add `by`"))
    }
}
