//! Whose turn it is among the receivers of webhooks, and how many of them there is room for.
//!
//! Always holds: a receiver is served by itself, a shop has so many at once and no more, and receivers that fail have a
//! share of their own. So nobody's long queue and nobody's silence keeps another shop waiting.

use crate::{Delivery, Webhook};
use domain::{Instant, ShopId, WebhookId};
use std::collections::{BTreeMap, BTreeSet};

/// When a receiver is served next, and how it has been answering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    /// Not before: the end of its last batch, or of its rest after a failure.
    pub free_at: Instant,
    /// Failures since it last took something.
    pub failures: u32,
}

/// A receiver whose turn it is.
#[derive(Debug, Clone, PartialEq)]
pub struct DueReceiver {
    /// Its shop.
    pub shop_id: ShopId,
    /// The receiver.
    pub webhook: Webhook,
    /// Failures since it last took something.
    pub failures: u32,
    /// What is due at it, the longest due first.
    pub deliveries: Vec<Delivery>,
}

/// Which receivers are asked for.
#[derive(Debug, Clone)]
pub struct Pick {
    /// The moment.
    pub now: Instant,
    /// Receivers at most.
    pub receivers: usize,
    /// Of these at most so many that have been failing.
    pub failing: usize,
    /// Deliveries of each at most.
    pub each: usize,
    /// Receivers of one shop at most, those that are busy counted.
    pub of_shop: usize,
    /// Receivers that are being served now.
    pub busy: BTreeSet<(ShopId, WebhookId)>,
}

impl Pick {
    /// The room that there is before the first is picked.
    pub fn room(&self) -> Room<'_> {
        let mut of_shop: BTreeMap<ShopId, usize> = BTreeMap::new();
        for (shop, _) in &self.busy {
            *of_shop.entry(shop.clone()).or_default() += 1;
        }
        Room { pick: self, picked: 0, failing: 0, of_shop }
    }
}

/// The room that is left while receivers are picked.
#[derive(Debug)]
pub struct Room<'a> {
    pick: &'a Pick,
    picked: usize,
    failing: usize,
    of_shop: BTreeMap<ShopId, usize>,
}

impl Room<'_> {
    /// Whether another receiver is wanted: one that takes what it gets (`failures` 0), or one that has been failing.
    pub fn is_left(&self, failures: u32) -> bool {
        self.picked < self.pick.receivers && (failures == 0 || self.failing < self.pick.failing)
    }
    /// Takes the receiver where there is room for it; whether there was.
    pub fn take(&mut self, shop: &ShopId, webhook: &WebhookId, failures: u32) -> bool {
        let of_shop = self.of_shop.get(shop).copied().unwrap_or_default();
        let is_busy = self.pick.busy.contains(&(shop.clone(), webhook.clone()));
        if is_busy || of_shop >= self.pick.of_shop || !self.is_left(failures) {
            return false;
        }
        self.picked += 1;
        self.failing += usize::from(failures > 0);
        *self.of_shop.entry(shop.clone()).or_default() += 1;
        true
    }
}
