//! What orders brought to figures that counts from a later moment on.
//!
//! A figure at a moment is what counts already and what is here up to then, so no timer moves anything over: it is taken
//! out by whoever reads, and with the next order that brings something. There are as many rows as figures and moments that lie ahead.

use crate::Instant;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// Rows by moment and figure.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Later(Vec<(Instant, SmolStr, i64)>);

impl Later {
    /// Whether nothing lies ahead.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    /// So much more, or less, of a figure from that moment on.
    pub fn add(&mut self, from: Instant, figure: &str, by: i64) {
        match self.0.binary_search_by(|(at, name, _)| (*at, name.as_str()).cmp(&(from, figure))) {
            Ok(place) => {
                self.0[place].2 += by;
                if self.0[place].2 == 0 {
                    self.0.remove(place);
                }
            }
            Err(place) => self.0.insert(place, (from, figure.into(), by)),
        }
    }
    /// Takes out what counts by now.
    pub fn take(&mut self, now: Instant) -> Vec<(SmolStr, i64)> {
        let count = self.0.partition_point(|(at, _, _)| *at <= now);
        self.0.drain(..count).map(|(_, figure, by)| (figure, by)).collect()
    }
    /// What of a figure does not count yet.
    pub fn ahead(&self, figure: &str) -> i64 {
        self.0.iter().filter(|(_, name, _)| name == figure).map(|(_, _, by)| by).sum()
    }
}
