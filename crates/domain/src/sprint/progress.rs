//! What a member has come to in a wave: a pure function of their orders (A-S3-2).

use super::{Spent, Wave};
use crate::{Instant, time::Window};
use money::Money;
use serde::{Deserialize, Serialize};

/// From when on a member's orders count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CountsFrom {
    /// From their enrollment on.
    #[default]
    Enrollment,
    /// From the sprint's start on, whenever in it they enrolled.
    SprintStart,
}

/// A threshold that was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Reached {
    /// Its tier, by its place among the sprint's.
    pub tier: u8,
    /// The receipt at which it was reached (A-S3-2).
    pub qualified_at: Instant,
}

/// Which orders of a member count in a wave.
#[derive(Debug, Clone, Copy)]
pub struct Counting {
    /// Placed in it.
    pub placed: Window,
    /// Received, and what goes back gone, before that moment.
    pub by: Instant,
}

impl Counting {
    /// Of a member who enrolled then.
    pub fn of(wave: &Wave, from: CountsFrom, enrolled_at: Instant) -> Self {
        let starts_at = match from {
            CountsFrom::Enrollment => wave.sprint.starts_at.max(enrolled_at),
            CountsFrom::SprintStart => wave.sprint.starts_at,
        };
        Self { placed: Window { starts_at, ends_at: wave.sprint.ends_at }, by: wave.draw_at }
    }
    /// The orders that count.
    fn orders<'a>(&self, orders: &'a [Spent]) -> impl Iterator<Item = &'a Spent> {
        let placed = self.placed;
        orders.iter().filter(move |order| placed.contains(order.placed_at))
    }
    /// When the member reached each threshold, in the order of the thresholds; those alone that were reached.
    ///
    /// Counts net amounts as they stand at the draw, in the order of receipt: the receipt at which the sum first comes to
    /// the threshold (A-S3-2).
    pub fn reached(&self, orders: &[Spent], thresholds: &[Money]) -> Vec<Reached> {
        let mut received: Vec<(Instant, &Spent)> = self
            .orders(orders)
            .filter_map(|order| Some((order.received_at.filter(|at| *at < self.by)?, order)))
            .collect();
        received.sort_unstable_by(|(a, one), (b, other)| (a, &one.order_id).cmp(&(b, &other.order_id)));
        let mut found: Vec<Option<Instant>> = vec![None; thresholds.len()];
        let mut sum = Money::ZERO;
        for (at, order) in received {
            sum += order.net(self.by);
            for (place, threshold) in found.iter_mut().zip(thresholds) {
                if place.is_none() && sum >= *threshold {
                    *place = Some(at);
                }
            }
        }
        let reached = (0..).zip(found).filter_map(|(tier, at)| Some(Reached { tier, qualified_at: at? }));
        reached.collect()
    }
    /// How far the member is.
    pub fn progress(&self, orders: &[Spent]) -> Progress {
        let mut progress = Progress::default();
        for order in self.orders(orders) {
            progress.spent += order.paid;
            progress.refunded += order.refunded(self.by);
            if order.is_received(self.by) {
                progress.received += order.net(self.by);
            } else {
                progress.awaiting += order.net(self.by);
            }
        }
        progress
    }
}

/// How far a member is, in minor units: spent = received + awaiting + refunded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// What was paid for goods of the scope in orders that count.
    pub spent: Money,
    /// What stays of orders whose receipt was confirmed in time: this is held against the threshold.
    pub received: Money,
    /// What stays of orders whose receipt was not confirmed yet.
    pub awaiting: Money,
    /// What has gone back in time.
    pub refunded: Money,
}
