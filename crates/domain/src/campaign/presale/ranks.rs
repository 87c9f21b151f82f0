//! Which deposits of a campaign came first: gifts by rank of the payment's success (A-S1-12).
//!
//! Kept with the campaign's figures, by the time of payment, in one instant by order id; an order that is
//! heard of late takes its place and moves the later ones back. So a rank is provisional until nothing
//! earlier is to be expected: [`GRACE_HOURS`] after the deposit window. A deposit that is lost later keeps
//! its place, no other moves up; one that turns out never to have been in time gives it up.

use crate::{Instant, OrderId};
use serde::{Deserialize, Serialize};

/// Hours after the deposit window from which on ranks are taken as final: events arrive late.
pub const GRACE_HOURS: i64 = 24;
/// Places kept beyond the last rank that counts, for deposits that give theirs up.
pub const SPARE: u32 = 100;

/// The earliest deposits, first to last.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Ranks(Vec<(Instant, OrderId)>);

impl Ranks {
    /// Whether no deposit is known.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    /// An order's deposit came then, or not at all. Known ones change nothing; of all deposits the
    /// first `keep` are kept.
    pub fn put(&mut self, order: &OrderId, paid_at: Option<Instant>, keep: usize) {
        let wanted = paid_at.map(|at| (at, order.clone()));
        if wanted.as_ref().is_some_and(|wanted| self.0.binary_search(wanted).is_ok()) {
            return;
        }
        self.0.retain(|(_, known)| known != order);
        if let Some(wanted) = wanted {
            let place = self.0.partition_point(|known| *known < wanted);
            self.0.insert(place, wanted);
            self.0.truncate(keep);
        }
    }
    /// The order's rank, from 1; `None` when it is not among the first.
    pub fn rank(&self, order: &OrderId) -> Option<u32> {
        let place = self.0.iter().position(|(_, known)| known == order)?;
        u32::try_from(place + 1).ok()
    }
}
